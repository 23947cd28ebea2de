"""Answers and a definition give the scores of one call: the exact rules.

Everything is computed with integers; the only rounding is the last step, half to even, to hundredths of a point. A
score is an integer 0..10000, or `None` when nothing could be scored.

The rules, where several readings are possible:

- A group (the call, a section, a dimension, an aspect, the critical items) is scored by the policy's formula over its
  own items. Under `keep_section_weight` the weight a section keeps inside a group is the nominal weight of its items of
  that group, so without "not applicable" and absent items every policy gives the same scores in every group.
- A section's own score uses its item weights only, so a section that weighs 0 in the form still has one.
- Items that weigh nothing give no score: a group whose scored items weigh 0 together has `None`.
- `score`, `by_section`, `by_dimension`, `content`, `experience` and `critical` are effective: the items of a failed
  section count 0 there with their nominal weight, also those answered "not applicable", not the absent ones.
  `score_calculated` and the trace are as if nothing failed.
- A call-level fail makes `score` 0 and leaves the other scores as they are, so that what happened stays visible.
- Without a calculated score there is no score, whatever failed: `None`, never 0. The outcome is still "failed" after a
  call-level fail (the call did fail, and pass rates must count it) and "none" otherwise.
- Options fail on unscored items too, never on hidden or "not applicable" ones.
- An item marked as not fitting the call is absent: the scores are those of a call in which it was never asked, also where
  others depend on its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Final, NamedTuple

from surveys.definition import ASPECTS, DIMENSIONS, Answers, Definition, Facts, Item, Section, visible

FULL: Final = 10_000
"""The highest score: 100 points in hundredths."""


class TraceLine(NamedTuple):
    """What one item did to `score_calculated`.

    `state` is "scored" (answered and counted), "na" (not applicable), "absent" (hidden, left blank or not fitting) or "unscored"
    (answered, never counted). An "na" line counts only under the policies `as_pass` and `as_zero`, with points 100 and
    0. `points` is 0..100, or `None` when the line does not count. `weight` and `total` are integers whose ratio is the
    item's effective share of the form; read them through `effective`.
    """

    code: str
    section: str
    dimension: str
    aspect: str
    state: str
    points: int | None
    nominal: Fraction
    """Percent of the form's nominal weight; 0 for unscored items."""
    weight: int
    total: int
    fails: str | None
    critical: bool

    @property
    def effective(self) -> Fraction:
        """Percent of the form after absent and "not applicable" items; sums to exactly 100 when there is a score."""
        return Fraction(100 * self.weight, self.total)

    @property
    def earned(self) -> Fraction:
        """Points of 100 this item brought; their sum is exactly the calculated score before rounding."""
        return Fraction(self.weight * (self.points or 0), self.total)

    @property
    def lost(self) -> Fraction:
        """Points of 100 this item cost: `effective - earned`."""
        return Fraction(self.weight * (100 - (self.points or 0)), self.total)

    @property
    def lost_hundredths(self) -> int:
        """`lost` in hundredths of a point, rounded half to even."""
        return half_even(100 * self.weight * (100 - (self.points or 0)), self.total)


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scores of one call, in hundredths of a point (0..10000) or `None`.

    `score` is effective, `score_calculated` as if nothing failed. `failed_by` names every item whose answer failed its
    section or the call, `failed_sections` the sections failed by an answer in them. `outcome` is "passed", "failed" or
    "none".
    """

    score: int | None
    score_calculated: int | None
    content: int | None
    experience: int | None
    critical: int | None
    by_dimension: dict[str, int | None]
    by_section: dict[str, int | None]
    outcome: str
    failed_by: tuple[str, ...]
    failed_sections: tuple[str, ...]
    trace: tuple[TraceLine, ...]


class _ItemPlan(NamedTuple):
    """One item, ready for scoring."""

    item: Item
    code: str
    section: int
    weight: int
    """Weight within the section; 0 for unscored items."""
    scored: bool
    groups: tuple[int, ...]
    """Columns of the tallies this item adds to: all, its aspect, critical."""
    options: Mapping[str, tuple[int, str | None]] | None
    """Points and fail by value, for kinds with exactly one option chosen."""
    absent: TraceLine
    unscored: TraceLine


class _Plan(NamedTuple):
    """A definition, ready for scoring."""

    items: tuple[_ItemPlan, ...]
    sections: tuple[Section, ...]
    factors: tuple[int, ...]
    """Per section: what turns its item weights into nominal form weights, all over one common denominator."""
    kept: tuple[tuple[int, ...], ...]
    """Per section and column: nominal form weight of its items, over the same denominator."""
    keep: bool
    na_points: int | None


_ALL: Final = 0
_CRITICAL: Final = 3
_COLUMNS: Final = 4
_COLUMN_OF_ASPECT: Final = {aspect: column for column, aspect in enumerate(ASPECTS, 1)}


def score(definition: Definition, answers: Answers, facts: Facts) -> Scoring:
    """Score one call.

    Args:
        definition: the checklist version the call was answered with.
        answers: stored answers by item code; those of hidden items count nowhere.
        facts: the scenario: `caller_style`, `attempt`, `asked_person_absent`.

    Returns:
        The scores, with a trace that explains the calculated score item by item.

    Raises:
        ValueError: an answer cannot belong to its item; the message names the item and the value.
    """
    plan = _plan(definition)
    shown = frozenset(visible(definition, answers, facts))
    states = [_state(plan, entry, answers.get(entry.code) if entry.code in shown else None) for entry in plan.items]

    failing = [(entry, fails) for entry, (_, _, fails) in zip(plan.items, states, strict=True) if fails]
    call_failed = any(fails == "call" for _, fails in failing)
    failed = frozenset(entry.section for entry, fails in failing if fails == "section")

    tallies = _tallies(plan, states)
    shares = _shares(plan, tallies, _ALL)
    calculated = _combined(tallies, shares, _ALL)
    trace = _trace(plan, states, shares)
    if failed:
        tallies = _failed_tallies(plan, states, tallies, failed)
    effective = None if calculated is None else 0 if call_failed else _group(plan, tallies, _ALL)

    return Scoring(
        score=effective,
        score_calculated=calculated,
        content=_group(plan, tallies, _COLUMN_OF_ASPECT["content"]),
        experience=_group(plan, tallies, _COLUMN_OF_ASPECT["experience"]),
        critical=_group(plan, tallies, _CRITICAL),
        by_dimension=_dimension_scores(plan, tallies),
        by_section={
            section.code: half_even(100 * tally[_ALL], tally[_ALL + _COLUMNS]) if tally[_ALL + _COLUMNS] else None
            for section, tally in zip(plan.sections, tallies, strict=True)
        },
        outcome=_outcome(definition, effective, call_failed=call_failed),
        failed_by=tuple(entry.code for entry, _ in failing),
        failed_sections=tuple(plan.sections[index].code for index in sorted(failed)),
        trace=trace,
    )


def half_even(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded to an integer, halves to the even one; both exact, the denominator positive."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


@lru_cache(maxsize=256)
def _plan(definition: Definition) -> _Plan:
    sums = [sum(item.weight for item in section.items if item.scored) for section in definition.sections]
    common = lcm(*(total for total in sums if total))
    factors = [
        section.weight * (common // total) if total else 0
        for section, total in zip(definition.sections, sums, strict=True)
    ]
    form = sum(factor * total for factor, total in zip(factors, sums, strict=True))
    items: list[_ItemPlan] = []
    kept: list[tuple[int, ...]] = []
    for index, section in enumerate(definition.sections):
        columns = [0] * _COLUMNS
        for item in section.items:
            nominal = Fraction(100 * factors[index] * item.weight, form) if form and item.scored else Fraction(0)
            entry = _item_plan(item, section, index, nominal)
            for column in entry.groups:
                columns[column] += factors[index] * entry.weight
            items.append(entry)
        kept.append(tuple(columns))
    return _Plan(
        items=tuple(items),
        sections=definition.sections,
        factors=tuple(factors),
        kept=tuple(kept),
        keep=definition.na_policy == "keep_section_weight",
        na_points={"as_pass": 100, "as_zero": 0}.get(definition.na_policy),
    )


def _item_plan(item: Item, section: Section, index: int, nominal: Fraction) -> _ItemPlan:
    blank = TraceLine(
        code=item.code,
        section=section.code,
        dimension=section.dimension,
        aspect=item.aspect,
        state="absent",
        points=None,
        nominal=nominal,
        weight=0,
        total=1,
        fails=None,
        critical=item.critical,
    )
    groups: tuple[int, ...] = ()
    if item.scored:
        groups = (_ALL, _COLUMN_OF_ASPECT[item.aspect], *((_CRITICAL,) if item.critical else ()))
    one_of = item.kind in ("yes_no", "single", "scale")
    return _ItemPlan(
        item=item,
        code=item.code,
        section=index,
        weight=item.weight if item.scored else 0,
        scored=item.scored,
        groups=groups,
        options={option.value: (option.points, option.fails) for option in item.options} if one_of else None,
        absent=blank,
        unscored=blank._replace(state="unscored"),
    )


_State = tuple[str, int | None, str | None]
"""State of an item in a call, its points (`None` when it does not count) and what its answer fails."""
_ABSENT: Final[_State] = ("absent", None, None)


def _state(plan: _Plan, entry: _ItemPlan, answer: object) -> _State:
    if answer is None:
        return _ABSENT
    if not isinstance(answer, Mapping):
        raise ValueError(f"{entry.code}: {answer!r} is not an answer")  # noqa: TRY004 - bad data, not a bad call
    if answer.get("na"):
        return _na_state(plan, entry)
    if answer.get("unfit"):
        return _ABSENT
    value = answer.get("value")
    if value is None or value == "":
        return _ABSENT
    if entry.options is not None:
        found = entry.options.get(value) if isinstance(value, str) else None
        if found is None:
            raise ValueError(f"{entry.code}: {value!r} is not one of its options")
        points, fails = found
        return ("scored", points, fails) if entry.scored else ("unscored", None, fails)
    fails = entry.item.fails_for(value)
    return ("scored", entry.item.points_for(value), fails) if entry.scored else ("unscored", None, fails)


def _na_state(plan: _Plan, entry: _ItemPlan) -> _State:
    if not entry.item.na_allowed:
        raise ValueError(f"{entry.code}: this item cannot be 'not applicable'")
    return ("na", plan.na_points, None) if entry.scored else ("unscored", None, None)


_Tally = list[int]
"""Of one section: per column the earned points (item weight times points), then per column the weight that counts."""


def _tallies(plan: _Plan, states: Iterable[_State]) -> list[_Tally]:
    tallies = [[0] * (2 * _COLUMNS) for _ in plan.sections]
    for entry, (_, points, _) in zip(plan.items, states, strict=True):
        if points is not None:
            tally = tallies[entry.section]
            for column in entry.groups:
                tally[column] += entry.weight * points
                tally[column + _COLUMNS] += entry.weight
    return tallies


def _failed_tallies(
    plan: _Plan, states: Iterable[_State], tallies: list[_Tally], failed: frozenset[int]
) -> list[_Tally]:
    """The tallies with failed sections at 0 and their full weight: everything that is not absent."""
    tallies = [[0] * (2 * _COLUMNS) if index in failed else tally for index, tally in enumerate(tallies)]
    for entry, (state, _, _) in zip(plan.items, states, strict=True):
        if entry.section in failed and state != "absent":
            for column in entry.groups:
                tallies[entry.section][column + _COLUMNS] += entry.weight
    return tallies


_Shares = tuple[Sequence[int], int]
"""Per section the factor of an item weight in the group, and the sum of all counted item weights times their factor."""


def _shares(plan: _Plan, tallies: Sequence[_Tally], column: int, only: str | None = None) -> _Shares:
    """How item weights of a group turn into parts of its score under the policy; `only` limits it to one dimension."""
    counted = [tally[column + _COLUMNS] for tally in tallies]
    if only is not None:
        counted = [
            weight if section.dimension == only else 0 for weight, section in zip(counted, plan.sections, strict=True)
        ]
    if plan.keep:
        common = lcm(*filter(None, counted))
        factors = [
            kept[column] * (common // weight) if weight else 0 for kept, weight in zip(plan.kept, counted, strict=True)
        ]
    else:
        factors = [factor if weight else 0 for factor, weight in zip(plan.factors, counted, strict=True)]
    return factors, sum(map(int.__mul__, factors, counted))


def _combined(tallies: Sequence[_Tally], shares: _Shares, column: int) -> int | None:
    factors, total = shares
    if not total:
        return None
    return half_even(100 * sum(factor * tally[column] for factor, tally in zip(factors, tallies, strict=True)), total)


def _group(plan: _Plan, tallies: Sequence[_Tally], column: int, only: str | None = None) -> int | None:
    return _combined(tallies, _shares(plan, tallies, column, only), column)


def _dimension_scores(plan: _Plan, tallies: Sequence[_Tally]) -> dict[str, int | None]:
    used = {section.dimension for section in plan.sections}
    return {
        dimension: _group(plan, tallies, _ALL, dimension) if dimension in used else None for dimension in DIMENSIONS
    }


def _trace(plan: _Plan, states: Iterable[_State], shares: _Shares) -> tuple[TraceLine, ...]:
    factors, total = shares
    lines: list[TraceLine] = []
    for entry, (state, points, fails) in zip(plan.items, states, strict=True):
        if state == "absent":
            lines.append(entry.absent)
        elif state == "unscored":
            lines.append(entry.unscored if fails is None else entry.unscored._replace(fails=fails))
        else:
            blank = entry.absent
            weight = factors[entry.section] * entry.weight if points is not None else 0
            lines.append(
                TraceLine(
                    entry.code,
                    blank.section,
                    blank.dimension,
                    blank.aspect,
                    state,
                    points,
                    blank.nominal,
                    weight,
                    total or 1,
                    fails,
                    blank.critical,
                )
            )
    return tuple(lines)


def _outcome(definition: Definition, effective: int | None, *, call_failed: bool) -> str:
    if call_failed:
        return "failed"
    if effective is None:
        return "none"
    return "failed" if definition.pass_mark is not None and effective < definition.pass_mark else "passed"
