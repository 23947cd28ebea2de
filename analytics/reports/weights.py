"""Sensitivity: which conclusions about departments hold under other reasonable weights and rules for "not applicable"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics import answer_frames, frames, metrics, sensitivity, weight_words, words
from analytics.access import Reader
from analytics.answer_frames import TwoPeriods
from analytics.figures import rounded
from analytics.filters import Filters
from analytics.metrics import Conclusion
from analytics.reports.base import Column, Report, Value, checked, left_out
from analytics.reports.single_calls import MOST_ANSWERED, too_many
from analytics.reports.tree import Tree, tree_of

# Every department is compared with every other under each of some twenty weightings.
MOST_DEPARTMENTS: Final = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """Every conclusion, the shakiest first, and the alternatives in words by name.

    `other_calls` of the period were made on other checklist versions and take no part.
    """

    conclusions: tuple[Conclusion, ...]
    alternatives: Mapping[str, str]
    names: Mapping[int, str]
    calls: int
    version: str
    turned: int
    other_calls: int = 0
    left_out: tuple[int, ...] = ()

    @property
    def flips(self) -> tuple[Conclusion, ...]:
        return tuple(each for each in self.conclusions if each.held < each.n)

    def says(self, each: Conclusion) -> str:
        return weight_words.conclusion(each, self.names)


@dataclass(frozen=True, slots=True)
class Read:
    """`tried` is `None` where there are no calls, or too many; `many` says so."""

    calls: int
    many: str
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class Kind:
    """The conclusions of one kind: how many there are, and how many of them hold under every alternative."""

    code: str
    name: str
    conclusions: int
    hold: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A conclusion that does not hold everywhere, in words, with the alternatives that turn it."""

    says: str
    conclusion: Conclusion
    under: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """An alternative in words, and the conclusions that do not hold under it."""

    name: str
    says: str
    fails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a section draws; `tried` is `None` where nothing could be tried."""

    tried: Tried | None
    lines: tuple[Kind, ...] | tuple[Flip, ...] | tuple[Other, ...]


def kinds(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How many conclusions of each kind hold under every alternative."""
    found = _read(reader, filters)
    tried = found.tried
    lines = tuple(_kinds(tried)) if tried else ()
    columns = (
        Column("kind", _("Code")),
        Column("about", _("Conclusions about")),
        Column("conclusions", _("Conclusions"), pgettext("unit", "conclusions")),
        Column("hold", _("Hold everywhere"), pgettext("unit", "conclusions"), "sensitivity"),
        Column("flip", _("Turn somewhere"), pgettext("unit", "conclusions"), "sensitivity"),
    )
    rows: Iterable[Mapping[str, Value]] = (
        {
            "kind": each.code,
            "about": each.name,
            "conclusions": each.conclusions,
            "hold": each.hold,
            "flip": each.conclusions - each.hold,
        }
        for each in lines
    )
    return _report(
        "sensitivity",
        _("Which conclusions hold"),
        _basis(found),
        columns=columns,
        rows=rows,
        shown=Shown(tried, lines),
        reader=reader,
        filters=filters,
    )


def flips(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The conclusions that do not hold under every alternative, the shakiest first."""
    found = _read(reader, filters)
    tried = found.tried
    lines = tuple(_flip(tried, each) for each in tried.flips) if tried else ()
    columns = (
        Column("kind", _("Code")),
        Column("conclusion", _("Conclusion")),
        Column("alternatives", _("Alternatives"), pgettext("unit", "alternatives")),
        Column("holds", _("Holds in"), pgettext("unit", "alternatives"), "sensitivity"),
        Column("share", _("Share"), "%", "sensitivity"),
        Column("fails_under", _("Does not hold when")),
    )
    rows: Iterable[Mapping[str, Value]] = (
        {
            "kind": each.conclusion.kind,
            "conclusion": words.capital(each.says),
            "alternatives": each.conclusion.n,
            "holds": each.conclusion.held,
            "share": each.conclusion.value,
            "fails_under": "; ".join(each.under),
        }
        for each in lines
    )
    return _report(
        "flips",
        _("Conclusions that turn"),
        "",
        columns=columns,
        rows=rows,
        shown=Shown(tried, lines),
        reader=reader,
        filters=filters,
    )


def alternatives(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Every alternative in words, with the conclusions that do not hold under it."""
    found = _read(reader, filters)
    tried = found.tried
    lines = tuple(_others(tried)) if tried else ()
    columns = (
        Column("alternative", _("Code")),
        Column("means", _("Alternative")),
        Column("flip", _("Turn"), pgettext("unit", "conclusions"), "sensitivity"),
        Column("conclusions", _("Conclusions that turn")),
    )
    rows: Iterable[Mapping[str, Value]] = (
        {
            "alternative": each.name,
            "means": words.capital(each.says),
            "flip": len(each.fails),
            "conclusions": "; ".join(each.fails),
        }
        for each in lines
    )
    return _report(
        "alternatives",
        _("What was tried"),
        _turned(tried) if tried else "",
        columns=columns,
        rows=rows,
        shown=Shown(tried, lines),
        reader=reader,
        filters=filters,
    )


def _report(
    slug: str,
    title: str,
    summary: str,
    *,
    columns: tuple[Column, ...],
    rows: Iterable[Mapping[str, Value]],
    shown: Shown,
    reader: Reader,
    filters: Filters,
) -> Report:
    found = _read(reader, filters)
    return Report(
        slug=slug,
        title=title,
        summary=summary,
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=found.tried.calls if found.tried else found.calls,
        data_time=reader.at,
        left_out=left_out(reader, filters, tree_of(reader, filters).keys),
        result=shown,
    )


# --- what is read -----------------------------------------------------------------------------------------------------


def _read(reader: Reader, filters: Filters) -> Read:
    tree = tree_of(reader, filters)

    def make() -> Read:
        frame = frames.totals(reader, filters, tree.keys, ("score",))
        sizes = list(zip(map(int, frame["n_calls"]), frame["now"], strict=True))
        now = sum(n for n, is_now in sizes if is_now)
        # The period before is read too, for what changed.
        both = sum(n for n, _is_now in sizes)
        if both > MOST_ANSWERED:
            return Read(now, too_many(both, MOST_ANSWERED, before=True), tried=None)
        departments = len(set(frame["department"]))
        if departments > MOST_DEPARTMENTS:
            return Read(now, _too_wide(departments), tried=None)
        found = answer_frames.two_periods(reader, filters, tree.keys) if now else None
        return Read(now, "", tried=None if found is None else _tried(tree, found))

    return reader.once(("weights", filters.scope, filters.before, tree.keys), make)


def _tried(tree: Tree, found: TwoPeriods) -> Tried:
    form = found.version.definition
    others = sensitivity.alternatives(form)
    smallest = tree.reader.smallest_group(tree.keys)
    here = set(found.now.departments)
    targets = {key: rounded(Decimal(target) / 100) for key in here if (target := tree.target(key, "score")) is not None}
    stands = metrics.sensitivity(found.now.calls, found.now.departments, others, smallest, targets=targets)
    before, now = ((side.calls, side.departments) for side in (found.before, found.now))
    changed = metrics.weighted_changes(before, now, others, smallest)
    # Of one department alone there are no groups.
    several = [each for each in stands.conclusions if each.kind != "bands" or len(each.departments) > 1]
    return Tried(
        conclusions=tuple(sorted((*changed, *several), key=lambda each: each.held)),
        alternatives={each.name: weight_words.alternative(each.name, form) for each in others},
        names={key: tree.name(key) for key in {*here, *found.before.departments}},
        calls=stands.n,
        version=str(found.version),
        turned=stands.turned,
        other_calls=sum(n for _version, n in found.others),
        left_out=stands.left_out,
    )


# --- what is said -----------------------------------------------------------------------------------------------------


def _kinds(tried: Tried) -> Iterable[Kind]:
    for code in dict.fromkeys(weight_words.KINDS.values()):
        of_kind = [each for each in tried.conclusions if weight_words.KINDS[each.kind] == code]
        if of_kind:
            hold = sum(each.held == each.n for each in of_kind)
            yield Kind(code, weight_words.kind(code), len(of_kind), hold)


def _flip(tried: Tried, each: Conclusion) -> Flip:
    return Flip(tried.says(each), each, tuple(tried.alternatives[name] for name in each.fails_under))


def _others(tried: Tried) -> list[Other]:
    """The alternatives, those under which most turns first."""
    fails: dict[str, list[str]] = {name: [] for name in tried.alternatives}
    for each in tried.flips:
        said = words.capital(tried.says(each))
        for name in each.fails_under:
            fails[name].append(said)
    found = [Other(name, says, tuple(fails[name])) for name, says in tried.alternatives.items()]
    return sorted(found, key=lambda each: -len(each.fails))


def _too_wide(departments: int) -> str:
    text = _(
        "Every department is compared with every other under every weighting, which this can do for %(most)s at once; this "
        "choice holds %(count)s. Choose some of them."
    )
    return text % {"most": MOST_DEPARTMENTS, "count": departments}


def _basis(found: Read) -> str:
    """Which calls were scored anew, under how many alternatives."""
    tried = found.tried
    if tried is None:
        return found.many
    count = len(tried.alternatives)
    facts = {"calls": words.calls(tried.calls), "version": tried.version, "count": count}
    said = ngettext(
        "%(calls)s on %(version)s were scored anew under %(count)s other weighting or rule; nothing of it is stored.",
        "%(calls)s on %(version)s were scored anew under %(count)s other weightings and rules; nothing of it is stored.",
        count,
    )
    parts = [said % facts]
    if tried.other_calls:
        parts.append(_("%(calls)s on other versions take no part.") % {"calls": words.calls(tried.other_calls)})
    if tried.left_out:
        text = ngettext(
            "%(count)s department is not shown: too few calls, or others could be worked out from it.",
            "%(count)s departments are not shown: too few calls, or others could be worked out from them.",
            len(tried.left_out),
        )
        parts.append(text % {"count": len(tried.left_out)})
    return " ".join(parts)


def _turned(tried: Tried) -> str:
    facts = {"turned": words.calls(tried.turned), "all": words.whole(tried.calls)}
    return (
        _("Under the one that turns most, %(turned)s of %(all)s would pass instead of fail, or the other way.") % facts
    )
