"""How far scorings of the same recording agree: pairs of a first and a blind second one, and gold calls with known answers.

The unit is the call: answers within one call hang together, so what is uncertain is counted over calls. A question's share
has Wilson's interval over calls; the share of a whole call is averaged over calls with a t interval, which five have.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from analytics.figures import ENOUGH
from analytics.stats.agreement import Kappa, cohen
from analytics.stats.intervals import MeanInterval, Proportion, Sums, mean_interval, wilson
from surveys import access, agreement, definition
from surveys.definition import Definition

if TYPE_CHECKING:
    from surveys.models import Call, Organisation, User, Wave

# A person's own accuracy is told from so many calls on: from one, they could tell which it was.
FEWEST_OWN = 5


@dataclass(frozen=True, slots=True)
class Average:
    """A mean over `n` calls, in per cent or points; `interval` from five on, before that the single values."""

    n: int
    mean: Fraction
    interval: MeanInterval | None
    singles: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """How often a question was answered the same, over `share.n` calls; `kappa` takes chance out of it.

    `months` are the first days of the months of handing in, each with the share in it: whether hearing drifts.
    """

    code: str
    text: str
    dimension: str
    share: Proportion
    kappa: Kappa | None = None
    months: tuple[tuple[dt.date, Proportion], ...] = ()


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two scorings of a call: how many of `asked` questions differ, and the second score minus the first."""

    second: "Call"
    first: "Call"
    differ: int
    asked: int
    gap: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The pairs of a wave. Scores are hundredths of a point, `gap` in points."""

    lines: tuple[PairLine, ...]
    whole: Average | None
    gap: Average | None
    dimensions: tuple[tuple[str, Average], ...]
    questions: tuple[Question, ...]


def of_wave(user: "User", wave: "Wave", language: str) -> Agreement:
    tally, lines = _Tally(language), []
    for second in access.scored_pairs(user, wave):
        first = second.second_of
        if first is None:
            continue
        verdicts = tally.add(second, first.answers, second.answers)
        gap = None if second.score is None or first.score is None else second.score - first.score
        differ = sum(not same for same in verdicts.values())
        lines.append(PairLine(second, first, differ, len(verdicts), gap))
    return Agreement(
        lines=tuple(lines),
        whole=tally.whole,
        gap=_average([Fraction(line.gap, 100) for line in lines if line.gap is not None]),
        dimensions=tally.by_dimension,
        questions=tally.questions,
    )


def waves_with_pairs(user: "User", organisation: "Organisation") -> "list[Wave]":
    """The waves to choose from, newest first: where calls are scored twice, or were."""
    waves = access.visible_waves(user, organisation).select_related("organisation")
    return [wave for wave in waves.order_by("-starts_on", "-pk") if wave.second_share or _has_pairs(user, wave)]


def _has_pairs(user: "User", wave: "Wave") -> bool:
    return access.scored_pairs(user, wave).exists()


# --- gold calls -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """The calls that an evaluator scored in a month."""

    first: dt.date
    accuracy: Average


@dataclass(frozen=True, slots=True)
class Scorer:
    name: str
    accuracy: Average
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """Scorings of gold calls against their right answers."""

    n: int
    whole: Average | None
    scorers: tuple[Scorer, ...]
    questions: tuple[Question, ...]


def of_gold(user: "User", organisation: "Organisation", language: str) -> Gold:
    """For those who check: every evaluator, by name, in the order of the alphabet."""
    tally, by = _Tally(language, organisation.zone), _ByScorer(organisation)
    for call in access.gold_scorings(user, organisation):
        by.add(call, tally.add(call, _right(call), call.answers))
    return Gold(len(tally.shares), tally.whole, by.scorers, tally.questions)


def own_accuracy(user: "User", organisation: "Organisation", *, before: dt.datetime) -> Scorer | None:
    """For an evaluator's own page: their own share of right answers by month; `None` below `FEWEST_OWN` calls.

    Only calls of before a moment that all know, such as the first of the month: a number that rose at once would tell
    which call it was.
    """
    tally, by = _Tally(""), _ByScorer(organisation)
    for call in access.own_gold_scorings(user, organisation).filter(submitted_at__lt=before):
        by.add(call, tally.add(call, _right(call), call.answers))
    return by.scorers[0] if len(tally.shares) >= FEWEST_OWN else None


def own_agreement(user: "User", organisation: "Organisation", *, before: dt.datetime) -> Average | None:
    """For an evaluator's own page: how far others who scored the same calls agree, over both sides of the pairs.

    Only pairs of before a moment that all know, as with `own_accuracy`.
    """
    tally = _Tally("")
    for second in access.own_pairs(user, organisation).filter(submitted_at__lt=before):
        if second.second_of is not None:
            tally.add(second, second.second_of.answers, second.answers)
    return tally.whole if len(tally.shares) >= FEWEST_OWN else None


def _right(call: "Call") -> Mapping[str, object]:
    gold = call.assignment.gold if call.assignment else None
    return gold.answers if gold else {}


# --- how --------------------------------------------------------------------------------------------------------------


@dataclass
class _Tally:
    """Verdicts of many calls, added up by question and by dimension."""

    language: str
    zone: dt.tzinfo = dt.UTC
    shares: list[Fraction] = field(default_factory=list)
    _dimensions: dict[str, list[Fraction]] = field(default_factory=lambda: defaultdict(list))
    _verdicts: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    _months: dict[str, dict[dt.date, list[bool]]] = field(default_factory=lambda: defaultdict(dict))
    _said: dict[str, list[tuple[Hashable, Hashable]]] = field(default_factory=lambda: defaultdict(list))
    _forms: dict[str, Definition] = field(default_factory=dict)

    def add(self, call: "Call", first: definition.Answers, second: definition.Answers) -> dict[str, bool]:
        form = call.version.definition
        verdicts = agreement.verdicts(form, call.facts, first, second)
        parts: dict[str, list[bool]] = defaultdict(list)
        month = _month_of(call, self.zone)
        for code, same in verdicts.items():
            item = form.item(code)
            self._months[code].setdefault(month, []).append(same)
            self._verdicts[code].append(same)
            self._said[code].append((agreement.said(item, first.get(code)), agreement.said(item, second.get(code))))
            self._forms[code] = form
            parts[form.section_of(code).dimension].append(same)
        for dimension, found in parts.items():
            self._dimensions[dimension].append(Fraction(100 * sum(found), len(found)))
        if verdicts:
            self.shares.append(Fraction(100 * sum(verdicts.values()), len(verdicts)))
        return verdicts

    @property
    def whole(self) -> Average | None:
        return _average(self.shares)

    @property
    def by_dimension(self) -> tuple[tuple[str, Average], ...]:
        made = ((name, _average(self._dimensions.get(name, ()))) for name in definition.DIMENSIONS)
        return tuple((name, average) for name, average in made if average is not None)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The least agreed first: there is most to talk about."""
        made = [self._question(code, found) for code, found in self._verdicts.items()]
        return tuple(sorted(made, key=lambda each: (each.share.share, -each.share.n, each.code)))

    def _question(self, code: str, found: list[bool]) -> Question:
        form, share = self._forms[code], wilson(sum(found), len(found))
        assert share is not None
        text = definition.text(form.item(code).text, self.language)
        by_month = ((month, wilson(sum(some), len(some))) for month, some in sorted(self._months[code].items()))
        months = tuple((month, part) for month, part in by_month if part is not None)
        return Question(code, text, form.section_of(code).dimension, share, cohen(self._said[code]), months)


@dataclass
class _ByScorer:
    """Shares of right answers by evaluator and month of handing in, on the organisation's clock."""

    organisation: "Organisation"
    _found: dict[int, tuple[str, dict[dt.date, list[Fraction]]]] = field(default_factory=dict)

    def add(self, call: "Call", verdicts: Mapping[str, bool]) -> None:
        if not verdicts:
            return
        month = _month_of(call, self.organisation.zone)
        _name, months = self._found.setdefault(call.evaluator_id, (str(call.evaluator), {}))
        months.setdefault(month, []).append(Fraction(100 * sum(verdicts.values()), len(verdicts)))

    @property
    def scorers(self) -> tuple[Scorer, ...]:
        return tuple(
            _scorer(name, months) for name, months in sorted(self._found.values(), key=lambda each: each[0].casefold())
        )


def _month_of(call: "Call", zone: dt.tzinfo) -> dt.date:
    """The first day of the month in which it was handed in."""
    return (call.submitted_at or call.changed_at).astimezone(zone).date().replace(day=1)


def _scorer(name: str, months: Mapping[dt.date, list[Fraction]]) -> Scorer:
    whole = _average([share for shares in months.values() for share in shares])
    by_month = ((month, _average(shares)) for month, shares in sorted(months.items()))
    assert whole is not None
    return Scorer(name, whole, tuple(Month(month, average) for month, average in by_month if average is not None))


def _average(values: Iterable[Fraction]) -> Average | None:
    known = list(values)
    if not known:
        return None
    mean = sum(known, Fraction(0)) / len(known)
    if len(known) < ENOUGH:
        return Average(len(known), mean, None, tuple(known))
    # Hundredths, as whole numbers: what the interval is made of is exact and added up in any order.
    parts = [round(value * 100) for value in known]
    sums = Sums(len(parts), sum(parts), sum(part * part for part in parts))
    found = mean_interval(sums)
    assert found is not None
    return Average(len(known), mean, MeanInterval(found.n, found.mean / 100, found.low / 100, found.high / 100))
