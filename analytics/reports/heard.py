"""What callers heard: phrases of the phrase bank and how often, where more than elsewhere, and what was said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Generic, TypeVar

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from analytics import frames, metrics, quotes, words
from analytics.access import Reader
from analytics.figures import Share, rounded
from analytics.filters import Filters
from analytics.metrics import WITHHELD_SHARE, Phrases
from analytics.quotes import Quote
from analytics.reports.base import Column, Report, Value, checked, left_out, share_columns, share_values
from analytics.reports.compared import compared
from analytics.reports.tree import Tree, tree_of
from analytics.results import Estimate
from surveys.access import visible_phrases
from surveys.definition import text

HARMFUL, EXEMPLARY, OTHER = KINDS = ("harmful", "exemplary", "")
# "Heard" is of the calls of the period; the names of those sums in the frame of totals.
CALLS: Final = "n_calls"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase of the bank as it reads there; without a code, all that is not in it."""

    code: str
    kind: str
    text: str
    better: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A phrase, the share of calls in which it was heard now and before, and how that moved; `quoted`: words are shown."""

    entry: Entry
    now: Share
    before: Share | None
    move: Estimate
    quoted: bool


@dataclass(frozen=True, slots=True)
class PlaceHeard:
    """A phrase that is heard more or less often in one department than in the others, by more than chance."""

    entry: Entry
    code: str
    name: str
    share: Share
    apart: Estimate


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """All there is, and of it what is shown: less of it where somebody looks for words.

    `others` are what a department is compared with, in words, where one is.
    """

    every: tuple[T, ...]
    shown: tuple[T, ...]
    others: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase with what was said, newest first."""

    entry: Entry
    quotes: tuple[tuple[Quote, str], ...]


@dataclass(frozen=True)
class _Bank:
    """What was heard in the period, by the chosen departments."""

    reader: Reader
    filters: Filters
    tree: Tree

    @cached_property
    def calls(self) -> dict[bool, dict[int, int]]:
        """How many calls each department has: in the period (True), and in the one before."""
        frame = frames.totals(self.reader, self.filters, self.tree.keys, ("score",))
        sums = metrics.parts(frame, ["department", "now"])
        return {
            now: {key: sums[key, now][CALLS] for key in self.tree.keys if (key, now) in sums} for now in (True, False)
        }

    def _total(self, *, now: bool) -> int:
        return sum(self.calls[now].values())

    @cached_property
    def now(self) -> Phrases:
        frames.read_with_before(self.reader, self.filters, self.tree.keys, "phrases")
        return self._rates(self.filters, now=True)

    @cached_property
    def before(self) -> Phrases | None:
        """The rates of the period before, where there is one."""
        if self.filters.before is None:
            return None
        start, end = self.filters.before
        return self._rates(replace(self.filters, start=start, end=end, period="dates"), now=False)

    def _rates(self, filters: Filters, *, now: bool) -> Phrases:
        frame = frames.phrases(self.reader, filters, self.tree.keys)
        # Departments are compared with each other now, and with nothing before.
        smallest = self.reader.smallest_group(self.tree.keys)
        return metrics.phrase_rates(frame, self.calls[now], smallest, apart=now)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The phrases that are in use, or were heard: harmful ones first, then by how often."""
        language = get_language() or "en"
        bank = {each.code: each for each in visible_phrases(self.reader.user, self.reader.organisation)}
        found = [
            Entry(each.code, each.kind, text(each.text, language), text(each.better, language) if each.better else "")
            for each in bank.values()
            if each.is_active or each.code in self.now.whole
        ]
        found += [
            Entry(code, OTHER, code or _("other phrases, not in the bank"), "")
            for code in self.now.whole
            if code not in bank
        ]
        found.sort(key=lambda each: (KINDS.index(each.kind), -(self.share(each.code).value or 0), each.code))
        return {each.code: each for each in found}

    def share(self, code: str) -> Share:
        """A phrase that nobody heard was heard in none of the calls, unless these are too few to tell."""
        if code in self.now.whole:
            return self.now.whole[code]
        return self._silent(self.now, now=True)

    def _silent(self, rates: Phrases, *, now: bool) -> Share:
        if any(each.withheld for each in rates.whole.values()) or self._is_hidden(now=now):
            return WITHHELD_SHARE
        return metrics.share(0, self._total(now=now))

    def _is_hidden(self, *, now: bool) -> bool:
        sizes = {key: n for key, n in self.calls[now].items() if n}
        return metrics.withheld_departments(sizes, self.reader.smallest_group(self.tree.keys))[1]

    @cached_property
    def moves(self) -> Mapping[str, Estimate]:
        if self.before is None or self._is_hidden(now=True) or self._is_hidden(now=False):
            return {}
        totals = self._total(now=False), self._total(now=True)
        return metrics.phrase_moves(self.before, self.now, totals)

    def heard(self, entry: Entry) -> Heard:
        before = None
        if self.before is not None and self._total(now=False):
            before = self.before.whole.get(entry.code) or self._silent(self.before, now=False)
        move = self.moves.get(entry.code, Estimate())
        return Heard(entry, self.share(entry.code), before, move, quoted=entry.code in self.said)

    @cached_property
    def said(self) -> dict[str, list[Quote]]:
        """What was said with each phrase that is shown, newest first; nothing for who may not open calls."""
        q, keys = self.filters.q, self.tree.keys
        matching = {code for code, each in self.entries.items() if self._matches(each)}
        found = quotes.newest(self.reader, self.filters, keys, matching) if matching else []
        if q:
            found += [each for each in quotes.saying(self.reader, self.filters, keys, q) if each.phrase not in matching]
        by_phrase: dict[str, list[Quote]] = {}
        for each in found:
            by_phrase.setdefault(each.phrase, []).append(each)
        return by_phrase

    def _matches(self, entry: Entry) -> bool:
        return not self.filters.q or quotes.holds(f"{entry.text} {entry.better}", self.filters.q)

    @property
    def shown(self) -> list[Entry]:
        """The phrases looked for: by their own words, or by what was said."""
        if not self.filters.q:
            return list(self.entries.values())
        return [each for code, each in self.entries.items() if self._matches(each) or code in self.said]

    def report(
        self,
        slug: str,
        title: str,
        summary: str,
        *,
        columns: tuple[Column, ...],
        rows: Iterable[Mapping[str, Value]],
        result: object,
    ) -> Report:
        return Report(
            slug=slug,
            title=title,
            summary=summary,
            columns=columns,
            rows=checked(columns, rows),
            filters=self.filters,
            start=self.filters.start,
            end=self.filters.end,
            counted=self._total(now=True),
            data_time=self.reader.at,
            left_out=left_out(self.reader, self.filters, self.tree.keys),
            result=result,
        )


def _bank(reader: Reader, filters: Filters) -> _Bank:
    tree = tree_of(reader, filters)
    return reader.once(("heard", filters.scope, filters.q, tree.keys), lambda: _Bank(reader, filters, tree))


def _entry_columns() -> tuple[Column, ...]:
    return Column("phrase", _("Code")), Column("kind", _("Kind")), Column("text", _("Phrase"))


def _entry(entry: Entry) -> dict[str, Value]:
    return {"phrase": entry.code, "kind": entry.kind, "text": entry.text}


# --- how often --------------------------------------------------------------------------------------------------------


def phrases(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """In which share of the calls each phrase was heard, and how that moved."""
    bank = _bank(reader, filters)
    every = tuple(bank.heard(each) for each in bank.entries.values())
    codes = {each.code for each in bank.shown}
    found = Found(every, tuple(each for each in every if each.entry.code in codes))
    columns = (
        *_entry_columns(),
        Column("better", _("Better")),
        Column("heard", _("Heard"), _("calls"), "phrase"),
        Column("calls", _("Calls"), _("calls")),
        *share_columns("share", _("Share of the calls"), "phrase"),
        Column("share_before", _("Before"), "%", "phrase"),
        Column("change", pgettext("figures", "Change"), "%", "phrase_change"),
        Column("change_low", _("Change, low end"), "%", "phrase_change"),
        Column("change_high", _("Change, high end"), "%", "phrase_change"),
        Column("change_p", _("Change, corrected p"), metric="phrase_change"),
        Column("change_clear", _("Clear change"), metric="phrase_change"),
        Column("note", _("Note")),
    )
    title = _("Phrases that callers heard")
    return bank.report("phrases", title, _most(every), columns=columns, rows=map(_values, found.shown), result=found)


def _most(found: Iterable[Heard]) -> str:
    harmful = [each for each in found if each.entry.kind == HARMFUL and each.now.count]
    if not harmful:
        return ""
    first = max(harmful, key=lambda each: each.now.value or 0)
    facts = {
        "phrase": first.entry.text,
        "share": words.share_in_words(first.now),
        "calls": words.calls(first.now.n),
    }
    return _("Heard most of the harmful ones: “%(phrase)s”, in %(share)s of %(calls)s.") % facts


def _values(each: Heard) -> Mapping[str, Value]:
    move = each.move
    return {
        **_entry(each.entry),
        "better": each.entry.better,
        "heard": each.now.count,
        "calls": each.now.n,
        **share_values("share", each.now),
        "share_before": each.before.value if each.before else None,
        "change": move.value,
        "change_low": move.low,
        "change_high": move.high,
        "change_p": None if move.adjusted is None else rounded(move.adjusted, 4),
        "change_clear": "" if move.p is None else "yes" if move.clear else "no",
        "note": "too few calls" if each.now.withheld else "",
    }


# --- where ------------------------------------------------------------------------------------------------------------


def places(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Where a phrase is heard clearly more, or less, often than in the other departments."""
    bank = _bank(reader, filters)
    apart = metrics.phrases_apart(bank.now)
    every = [
        PlaceHeard(bank.entries[code], bank.tree.code(key), bank.tree.name(key), bank.now.departments[key][code], each)
        for (key, code), each in apart.items()
        if each.clear and key in bank.tree.leaves
    ]
    every.sort(key=lambda each: (KINDS.index(each.entry.kind), -abs(each.apart.exact or 0), each.name))
    columns = (
        *_entry_columns(),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("heard", _("Heard"), _("calls"), "phrase"),
        Column("calls", _("Calls"), _("calls")),
        *share_columns("share", _("Share of the calls"), "phrase"),
        Column("apart", _("Above the others"), "%", "phrase_apart"),
        Column("apart_low", _("Above the others, low end"), "%", "phrase_apart"),
        Column("apart_high", _("Above the others, high end"), "%", "phrase_apart"),
        Column("apart_p", _("Above the others, corrected p"), metric="phrase_apart"),
    )
    codes = {each.code for each in bank.shown}
    beside = compared(bank.tree)
    found = Found(tuple(every), tuple(each for each in every if each.entry.code in codes), beside.others)
    rows = map(_place_values, found.shown)
    title = _("Where a phrase is heard more or less often than %(elsewhere)s") % {"elsewhere": beside.elsewhere}
    summary = _("Only what is more than chance, after correction for all departments and phrases.")
    return bank.report("phrase_places", title, summary, columns=columns, rows=rows, result=found)


def _place_values(each: PlaceHeard) -> Mapping[str, Value]:
    return {
        **_entry(each.entry),
        "department_code": each.code,
        "department": each.name,
        "heard": each.share.count,
        "calls": each.share.n,
        **share_values("share", each.share),
        "apart": each.apart.value,
        "apart_low": each.apart.low,
        "apart_high": each.apart.high,
        "apart_p": None if each.apart.adjusted is None else rounded(each.apart.adjusted, 4),
    }


# --- what was said ----------------------------------------------------------------------------------------------------


def said(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """What was said with each phrase, for who may open the calls."""
    bank = _bank(reader, filters)
    found = [
        Said(entry, tuple((quote, bank.tree.name(quote.department)) for quote in bank.said[entry.code]))
        for entry in bank.shown
        if entry.code in bank.said
    ]
    columns = (
        *_entry_columns(),
        Column("quote", _("Said")),
        Column("day", _("Day"), _("date")),
        Column("moment", _("Into the call"), _("min:s")),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("call", _("Call")),
    )
    rows = [_quote_values(bank.tree, each.entry, quote) for each in found for quote, _name in each.quotes]
    title = _("What was said")
    return bank.report("quotes", title, "", columns=columns, rows=rows, result=found)


def _quote_values(tree: Tree, entry: Entry, quote: Quote) -> Mapping[str, Value]:
    return {
        **_entry(entry),
        "quote": quote.words,
        "day": quote.day,
        "moment": quote.moment,
        "department_code": tree.code(quote.department),
        "department": tree.name(quote.department),
        "call": quote.reference,
    }
