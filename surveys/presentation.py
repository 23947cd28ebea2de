"""An answered checklist as people read it: one row a shown item, with the answer in words and what it did to the score.

Used by the page of a call and by the evaluator's check page; knows no models, no request and no clock. Words of the
checklist come in `language`, the few of our own in the active one.
"""

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from django.utils import formats
from django.utils.translation import gettext as _

from surveys import definition as forms
from surveys import scoring
from surveys.checklist_words import DIMENSIONS
from surveys.definition import Answers, Definition, Facts, Item


class BankPhrase(Protocol):
    """What is needed of an entry of the phrase bank."""

    code: str
    kind: str
    text: Mapping[str, str]
    better: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HeardPhrase:
    """A phrase heard in the call. `kind` is "harmful", "exemplary" or "" (not of the bank); `text` is the bank's wording."""

    code: str
    kind: str
    text: str
    better: str
    quote: str
    moment: str


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """One shown item. `state` is "answered", "na", "unfit" or "blank"; `answer` says the same in words ("" when blank).

    `points` is 0..100, or None when the item did not count; `weight`, `earned` and `lost` are hundredths of a point of
    the whole form, after "not applicable" items have given their weight away. `fails` is None, "section" or "call".
    `moment` is "03:12", or "" without one.
    """

    code: str
    kind: str
    section: str
    section_title: str
    dimension: str
    aspect: str
    text: str
    state: str
    answer: str
    comment: str
    quote: str
    moment: str
    phrases: tuple[HeardPhrase, ...]
    required: bool
    scored: bool
    critical: bool
    points: int | None
    weight: int
    earned: int
    lost: int
    fails: str | None

    @property
    def low(self) -> bool:
        return self.points is not None and self.points < forms.LOW_POINTS


@dataclass(frozen=True, slots=True)
class AnsweredSection:
    """The rows of one section, in order; `score` is its effective score in hundredths or None."""

    code: str
    title: str
    dimension: str
    rows: tuple[AnsweredRow, ...]
    score: int | None
    failed: bool

    @property
    def figures_name(self) -> str:
        """The name that figures have it by, that of its dimension, where this is another than its title."""
        name = str(DIMENSIONS[self.dimension])
        return "" if self.dimension == "other" or name.casefold() == self.title.casefold() else name


def answered_rows(
    definition: Definition, answers: Answers, facts: Facts, language: str, phrases: Iterable[BankPhrase] = ()
) -> tuple[AnsweredRow, ...]:
    """Every item shown for these answers, in the checklist's order, blank ones too."""
    return _rows(definition, answers, facts, language, phrases, result=scoring.score(definition, answers, facts))


def answered_sections(
    definition: Definition, answers: Answers, facts: Facts, language: str, phrases: Iterable[BankPhrase] = ()
) -> tuple[AnsweredSection, ...]:
    """The same rows by section, each with its score; sections without a shown item are left out."""
    result = scoring.score(definition, answers, facts)
    rows = _rows(definition, answers, facts, language, phrases, result=result)
    return tuple(
        _section(tuple(found), result.by_section[code], failed=code in result.failed_sections)
        for code, found in groupby(rows, key=lambda row: row.section)
    )


def heard_phrases(rows: Iterable[AnsweredRow]) -> Iterator[HeardPhrase]:
    for row in rows:
        yield from row.phrases


@dataclass(frozen=True, slots=True)
class Marks:
    """What deserves a reviewer's eye before the call is opened."""

    call_failed: bool
    section_failed: bool
    critical_low: int
    harmful_quoted: int

    @property
    def is_any(self) -> bool:
        return self.call_failed or self.section_failed or bool(self.critical_low or self.harmful_quoted)


def marks(
    definition: Definition,
    answers: Answers,
    failed_by: Iterable[str],
    item_points: Mapping[str, Any],
    harmful: Container[str],
) -> Marks:
    """Read from what is stored with the call; `harmful` are the codes of the harmful phrases in the bank."""
    fails = {definition.item(code).fails_for(answers[code]["value"]) for code in failed_by}
    low = [code for code, (points, _lost) in item_points.items() if points is not None and points < forms.LOW_POINTS]
    return Marks(
        call_failed="call" in fails,
        section_failed="section" in fails,
        critical_low=sum(definition.item(code).critical for code in low),
        harmful_quoted=sum(
            row["phrase"] in harmful and bool(row["quote"])
            for item in definition.items
            if item.kind == "phrase"
            for row in (answers.get(item.code) or {}).get("value") or ()
        ),
    )


def moment(second: int | None) -> str:
    """A second of the call as people say it: 192 is "03:12", 3725 is "1:02:05"."""
    if second is None:
        return ""
    hours, rest = divmod(second, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def answer_words(item: Item, answer: Mapping[str, Any] | None, language: str) -> str:
    """A stored answer in words; "" when it is blank. Phrases give their quotes, or their codes."""
    if not answer:
        return ""
    if answer.get("na"):
        return _("not applicable")
    if answer.get("unfit"):
        return _("does not fit this call")
    value = answer.get("value")
    if value is None or value == "":
        return ""
    if item.kind == "multiple":
        return ", ".join(_label(item, each, language) for each in value) or _("none of these")
    if item.options:
        return _label(item, value, language)
    if item.kind == "number":
        number = formats.localize(value) if isinstance(value, int) else str(value).replace(".", _decimal_mark())
        return f"{number} {item.unit}".strip()
    if item.kind == "datetime":
        return formats.date_format(dt.datetime.fromisoformat(value), "DATETIME_FORMAT")
    if item.kind == "phrase":
        return "; ".join(str(row["quote"] or row["phrase"]) for row in value)
    return str(value)


def _label(item: Item, value: object, language: str) -> str:
    return forms.text(item.option(value).label, language) or str(value)


def _decimal_mark() -> str:
    return str(formats.get_format("DECIMAL_SEPARATOR"))


def _rows(
    definition: Definition,
    answers: Answers,
    facts: Facts,
    language: str,
    phrases: Iterable[BankPhrase],
    *,
    result: scoring.Scoring,
) -> tuple[AnsweredRow, ...]:
    bank = {phrase.code: phrase for phrase in phrases}
    shown = frozenset(forms.visible(definition, answers, facts))
    return tuple(
        _row(definition, line, answers.get(line.code) or {}, language, bank)
        for line in result.trace
        if line.code in shown
    )


def _section(rows: tuple[AnsweredRow, ...], score: int | None, *, failed: bool) -> AnsweredSection:
    first = rows[0]
    return AnsweredSection(first.section, first.section_title, first.dimension, rows, score, failed)


def _row(
    definition: Definition,
    line: scoring.TraceLine,
    answer: Mapping[str, Any],
    language: str,
    bank: Mapping[str, BankPhrase],
) -> AnsweredRow:
    item, section = definition.item(line.code), definition.section_of(line.code)
    heard = _heard_in(item, answer, language, bank)
    words = "; ".join(phrase.quote or phrase.text for phrase in heard) or answer_words(item, answer, language)
    return AnsweredRow(
        code=item.code,
        kind=item.kind,
        section=section.code,
        section_title=forms.text(section.title, language),
        dimension=section.dimension,
        aspect=item.aspect,
        text=forms.text(item.text, language),
        state=_state_of(answer, words),
        answer=words,
        comment=answer.get("comment", ""),
        quote=answer.get("quote", ""),
        moment=moment(answer.get("second")),
        phrases=heard,
        required=item.required,
        scored=item.scored,
        critical=item.critical,
        points=line.points,
        weight=_hundredths(line, 100),
        earned=_hundredths(line, line.points or 0),
        lost=line.lost_hundredths,
        fails=line.fails,
    )


def _state_of(answer: Mapping[str, Any], words: str) -> str:
    return "na" if answer.get("na") else "unfit" if answer.get("unfit") else "answered" if words else "blank"


def _hundredths(line: scoring.TraceLine, points: int) -> int:
    return scoring.half_even(100 * line.weight * points, line.total)


def _heard_in(
    item: Item, answer: Mapping[str, Any], language: str, bank: Mapping[str, BankPhrase]
) -> tuple[HeardPhrase, ...]:
    if item.kind != "phrase":
        return ()
    return tuple(_heard(row, language, bank) for row in answer.get("value") or ())


def _heard(row: Mapping[str, Any], language: str, bank: Mapping[str, BankPhrase]) -> HeardPhrase:
    known = bank.get(row["phrase"])
    return HeardPhrase(
        code=row["phrase"],
        kind=known.kind if known else "",
        text=forms.text(known.text, language) if known else row["phrase"],
        better=forms.text(known.better, language) if known else "",
        quote=row.get("quote") or "",
        moment=moment(row.get("second")),
    )
