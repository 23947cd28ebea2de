"""Scores of many calls at once, in memory, under other weights and other policies for "not applicable".

The rules are those of `surveys.scoring`, to the last digit; under a version's own weights and policy the results equal
the stored scores. Nothing is stored: rescoring for good is an explicit, recorded step of the work, this is a question.

How it stays exact. Every score is 100 A / B with whole A and B, rounded half to even. With B < 2^39 both are exact in
float64 (all partial sums are below 2^53), the quotient x <= 10,000 is off by at most half its last place, 2^-40, and
one that is no tie lies at least 1 / (2 B) > 2^-40 from any tie m + 1/2, which float64 holds exactly: so `rint(x)` is
right. When B may be larger, the quotient is computed the same way, with an error far below 10^-6, and the calls within
10^-6 of a tie are computed anew with Python's integers, which have no bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Final, NamedTuple

from analytics.answered import ABSENT, NA, AnsweredCalls, scored_items, whole_number
from surveys.definition import ASPECTS, DIMENSIONS, NA_POLICIES, Definition
from surveys.scoring import half_even

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NO_SCORE: Final = -1
"""In an array of scores: nothing could be scored."""
PASSED: Final = 1
FAILED: Final = 0
NO_OUTCOME: Final = -1

MAX_WEIGHT: Final = 10**100
"""Of an alternative; keeps every ratio of two weights in the form within what float64 can hold."""

_EXACT: Final = 2**39
_NEAR: Final = 1e-6
_SMALL: Final = 1_000
_ONE_THREAD: Final = 2**18
"""Multiplications of one matrix product up to which it stays on one processor."""
_ROWS: Final = 16_384
"""Calls that are scored at a time: what they take fits into the processor's cache."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """Other weights, another policy, or both; what is not named stays as the version has it.

    `sections` and `items` give whole weights >= 0 by code, as in a definition: of a section in the form, of an item
    within its section. `na_policy` is one of `surveys.definition.NA_POLICIES`.
    """

    name: str = "own"
    sections: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    na_policy: str | None = None


OWN: Final = Weighting()
"""The version's own weights and policy."""


@dataclass(frozen=True, slots=True, eq=False)
class Rescored:
    """The scores of n calls in hundredths of a point, 0..10000 or `NO_SCORE`; arrays of length n in the calls' order
    (whole numbers of 32 bits: squares fit, sums of squares need more).

    The names and their meaning are those of `surveys.scoring.Scoring`. `outcome` is `PASSED`, `FAILED` or `NO_OUTCOME`.
    """

    n: int
    weighting: Weighting
    score: Ints
    score_calculated: Ints
    content: Ints
    experience: Ints
    critical: Ints
    by_dimension: dict[str, Ints]
    by_section: dict[str, Ints]
    outcome: Ints


def rescore(calls: AnsweredCalls, weighting: Weighting = OWN) -> Rescored:
    """Every score of every call under other weights or another policy; without any, under the version's own.

    Raises `ValueError` naming an unknown code or policy and a weight that is no whole number 0..`MAX_WEIGHT`, and when
    the policy is "forbidden" while there are calls with "not applicable".
    """
    return rescore_many(calls, [weighting])[0]


def rescore_many(calls: AnsweredCalls, weightings: Sequence[Weighting]) -> tuple[Rescored, ...]:
    """`rescore` under each of the weightings, sharing what does not depend on the weights."""
    plans = [_Plan(calls.definition, weighting) for weighting in weightings]
    found = _by_plan(calls, plans, everything=True)
    return tuple(_rescored(calls, plan, scores) for plan, scores in zip(plans, found, strict=True))


def effective_scores(calls: AnsweredCalls, weightings: Sequence[Weighting]) -> Ints:
    """The effective scores alone, weightings x calls: what `rescore_many` gives as `score`, sooner."""
    import numpy as np

    plans = [_Plan(calls.definition, weighting) for weighting in weightings]
    found = _by_plan(calls, plans, everything=False)
    return np.array([scores["score"] for scores in found], dtype=np.int32).reshape(len(plans), calls.n)


def _rescored(calls: AnsweredCalls, plan: _Plan, scores: Mapping[str, Ints]) -> Rescored:
    import numpy as np

    outcome = np.full(calls.n, PASSED, dtype=np.int32)
    if calls.definition.pass_mark is not None:
        outcome[scores["score"] < calls.definition.pass_mark] = FAILED
    outcome[scores["score"] == NO_SCORE] = NO_OUTCOME
    outcome[calls.failed_call] = FAILED
    nothing = np.full(calls.n, NO_SCORE, dtype=np.int32)
    return Rescored(
        n=calls.n,
        weighting=plan.weighting,
        score=scores["score"],
        score_calculated=scores["score_calculated"],
        content=scores["content"],
        experience=scores["experience"],
        critical=scores["critical"],
        by_dimension={name: scores.get(f"dimension {name}", nothing) for name in DIMENSIONS},
        by_section={section.code: scores[f"section {section.code}"] for section in calls.definition.sections},
        outcome=outcome,
    )


def _by_plan(calls: AnsweredCalls, plans: Sequence[_Plan], *, everything: bool) -> list[dict[str, Ints]]:
    """Per plan the arrays of scores by name."""
    import numpy as np

    parts: list[list[dict[str, Ints]]] = [[] for _ in plans]
    for start in range(0, max(calls.n, 1), _ROWS):
        rows = slice(start, start + _ROWS)
        prepared: dict[str, tuple[_Counted, _Counted]] = {}
        for plan, of_plan in zip(plans, parts, strict=True):
            if plan.policy not in prepared:
                prepared[plan.policy] = _counted(calls, rows, plan.policy)
            calculated, effective = prepared[plan.policy]
            of_plan.append(_scores(plan, calculated, effective, calls.failed_call[rows], everything=everything))
    return [{name: np.concatenate([part[name] for part in of_plan]) for name in of_plan[0]} for of_plan in parts]


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """Items x calls: points that count, and whether the item counts (1) or not (0)."""

    points: Floats
    counts: Floats


def _counted(calls: AnsweredCalls, rows: slice, policy: str) -> tuple[_Counted, _Counted]:
    """What counts for the calculated and the effective scores; there, failed sections are 0 with their full weight."""
    import numpy as np

    points = np.ascontiguousarray(calls.points[rows].T)
    na = points == NA
    if policy == "forbidden" and na.any():
        raise ValueError("na_policy is 'forbidden'; there are calls with 'not applicable'")
    earned = np.where(na, {"as_pass": 100, "as_zero": 0}.get(policy, NA), points)
    calculated = _Counted(np.maximum(earned, 0).astype(float), (earned >= 0).astype(float))
    if not calls.failed_sections[rows].any():
        return calculated, calculated
    place = [index for index, section in enumerate(calls.definition.sections) for item in section.items if item.scored]
    failed = calls.failed_sections[rows].T[place]
    counts = np.where(failed, points != ABSENT, calculated.counts).astype(float)
    return calculated, _Counted(np.where(failed, 0.0, calculated.points), counts)


class _Group(NamedTuple):
    """What one score is made of: the sections and the column of items that it looks at."""

    name: str
    column: str
    sections: tuple[int, ...]


class _Plan:
    """A definition under a weighting: the whole numbers that its scores are made of."""

    def __init__(self, definition: Definition, weighting: Weighting) -> None:
        _check(definition, weighting)
        self.weighting = weighting
        self.policy = weighting.na_policy or definition.na_policy
        items = scored_items(definition)
        self.columns: dict[str, list[bool]] = {
            "all": [True] * len(items),
            "critical": [each.critical for each in items],
        }
        self.columns |= {aspect: [item.aspect == aspect for item in items] for aspect in ASPECTS}
        self.weights: list[int] = []
        self.within: list[range] = []
        for section in definition.sections:
            found = [int(weighting.items.get(item.code, item.weight)) for item in section.items if item.scored]
            divisor = gcd(0, *found) or 1
            self.within.append(range(len(self.weights), len(self.weights) + len(found)))
            self.weights += [weight // divisor for weight in found]
        self.factors = self._factors([int(weighting.sections.get(s.code, s.weight)) for s in definition.sections])
        self.groups = _groups(definition)
        self.section_names = [f"section {section.code}" for section in definition.sections]

    def _factors(self, weights: Sequence[int]) -> list[int]:
        """Per section: what turns its item weights into nominal form weights, all over one denominator."""
        sums = [sum(self.own(index, "all")) for index in range(len(weights))]
        common = lcm(*filter(None, sums))
        factors = [weight * (common // total) if total else 0 for weight, total in zip(weights, sums, strict=True)]
        divisor = gcd(0, *factors) or 1
        return [factor // divisor for factor in factors]

    def own(self, section: int, column: str) -> list[int]:
        """Weights within the section, by item; 0 outside the section and the column."""
        chosen, within = self.columns[column], self.within[section]
        return [w if index in within and chosen[index] else 0 for index, w in enumerate(self.weights)]

    def nominal(self, group: _Group) -> list[int]:
        """Weights in the form, by item; 0 outside the group."""
        made = [0] * len(self.weights)
        for section in group.sections:
            for index, weight in enumerate(self.own(section, group.column)):
                made[index] += self.factors[section] * weight
        return made


def _groups(definition: Definition) -> list[_Group]:
    every = tuple(range(len(definition.sections)))
    groups = [_Group("score", "all", every), *(_Group(name, name, every) for name in (*ASPECTS, "critical"))]
    for dimension in definition.dimensions:
        of_dimension = tuple(index for index in every if definition.sections[index].dimension == dimension)
        groups.append(_Group(f"dimension {dimension}", "all", of_dimension))
    return groups


def _check(definition: Definition, weighting: Weighting) -> None:
    if weighting.na_policy is not None and weighting.na_policy not in NA_POLICIES:
        raise ValueError(f"na_policy is {weighting.na_policy!r}; it is one of {', '.join(NA_POLICIES)}")
    sections = {section.code for section in definition.sections}
    items = {item.code for item in scored_items(definition)}
    for name, given, known in (("sections", weighting.sections, sections), ("items", weighting.items, items)):
        for code, weight in given.items():
            if code not in known:
                raise ValueError(f"{name} names {code!r}, which this version does not have or does not score")
            if not 0 <= whole_number(weight, -1) <= MAX_WEIGHT:
                raise ValueError(f"the weight of {code!r} is {weight!r}; it is a whole number 0..10^100")


def _scores(
    plan: _Plan, calculated: _Counted, effective: _Counted, failed_call: Flags, *, everything: bool
) -> dict[str, Ints]:
    """The arrays of scores of some calls by name; only "score" unless `everything` is wanted."""
    found = _of_groups(plan, effective, plan.groups if everything else plan.groups[:1], sections=everything)
    same = effective is calculated
    before = found["score"].copy() if same else _of_groups(plan, calculated, plan.groups[:1], sections=False)["score"]
    found["score"][failed_call] = 0
    found["score"][before == NO_SCORE] = NO_SCORE
    return found | {"score_calculated": before}


def _of_groups(plan: _Plan, counted: _Counted, groups: Sequence[_Group], *, sections: bool) -> dict[str, Ints]:
    keep = plan.policy == "keep_section_weight"
    simple = {} if keep else {group.name: plan.nominal(group) for group in groups}
    if sections:
        # A section's own score is the same under every policy.
        simple |= {name: plan.own(index, "all") for index, name in enumerate(plan.section_names)}
    found = dict(zip(simple, _ratios(counted, list(simple.values())), strict=True))
    return found | _kept(plan, counted, groups) if keep else found


def _ratios(counted: _Counted, weights: Sequence[Sequence[int]]) -> Sequence[Ints]:
    """For each row of item weights: 100 times earned by counted weight of every call, rounded half to even."""
    import numpy as np

    # Weights too large for exact sums are scaled; the quotients stay what they are, to within a hair.
    scales = [1 if sum(row) < _EXACT else max(row) for row in weights]
    matrix = np.array([[w / scale for w in row] for row, scale in zip(weights, scales, strict=True)])
    matrix = matrix.reshape(len(weights), len(counted.points))
    quotients = _quotients(_times(matrix, counted.points), _times(matrix, counted.counts))
    found = np.rint(quotients).astype(np.int32)
    for row, scale, scores, quotient in zip(weights, scales, found, quotients, strict=True):
        if scale > 1:
            for call in _near_ties(quotient):
                top, bottom = (_exactly(values, call, row) for values in (counted.points, counted.counts))
                scores[call] = half_even(100 * top, bottom)
    return list(found)


def _kept(plan: _Plan, counted: _Counted, groups: Sequence[_Group]) -> dict[str, Ints]:
    """Per group, when a section keeps its weight: 100 times the weighted mean of the sections' own quotients."""
    tallies = {column: _tally(plan, counted, column) for column in {group.column for group in groups}}
    return {group.name: _mean_of_sections(plan, counted, group, tallies[group.column]) for group in groups}


@dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    """By section, over the items of one column: whole item weights, then sections x calls earned and counted weight."""

    rows: list[list[int]]
    tops: Floats
    bottoms: Floats
    distinct: list[list[int]]
    """The counted weights that occur, without 0."""


def _tally(plan: _Plan, counted: _Counted, column: str) -> _Tally:
    import numpy as np

    own = [plan.own(section, column) for section in range(len(plan.within))]
    rows = [[weight // (gcd(*row) or 1) for weight in row] for row in own]
    matrix = np.array(rows, dtype=float).reshape(len(rows), len(counted.points))
    bottoms = _times(matrix, counted.counts)
    return _Tally(rows, _times(matrix, counted.points), bottoms, list(map(_distinct, bottoms, rows)))


def _mean_of_sections(plan: _Plan, counted: _Counted, group: _Group, tally: _Tally) -> Ints:
    import numpy as np

    kept = {each: plan.factors[each] * sum(plan.own(each, group.column)) for each in group.sections}
    divisor = gcd(*kept.values()) or 1
    kept = {section: weight // divisor for section, weight in kept.items() if weight}
    common = lcm(*(value for section in kept for value in tally.distinct[section]))
    exact = common * sum(kept.values()) < _EXACT
    scale = 1 if exact else common * max(kept.values())
    top, bottom = np.zeros((2, counted.points.shape[1]))
    for section, weight in kept.items():
        counts, share = tally.bottoms[section], weight * common / scale
        # Whole when it is exact: the common multiple is one of every counted weight.
        top += share / (counts + (counts == 0)) * tally.tops[section]
        bottom += share * (counts > 0)
    quotient = _quotients(top, bottom)
    found = np.rint(quotient).astype(np.int32)
    for call in () if exact else _near_ties(quotient):
        found[call] = _exact_mean(counted, tally, kept, call)
    return found


def _exact_mean(counted: _Counted, tally: _Tally, kept: Mapping[int, int], call: int) -> int:
    bottoms = {section: _exactly(counted.counts, call, tally.rows[section]) for section in kept}
    total = sum(weight for section, weight in kept.items() if bottoms[section])
    parts = (
        Fraction(100 * weight * _exactly(counted.points, call, tally.rows[section]), bottoms[section] * total)
        for section, weight in kept.items()
        if bottoms[section]
    )
    return round(sum(parts))


def _times(matrix: Floats, values: Floats) -> Floats:
    """The matrix product, in parts too small for the library to spread over threads: they would wait more than work."""
    import numpy as np

    made = np.empty((len(matrix), values.shape[1]))
    width = max(_ONE_THREAD // max(matrix.size, 1), 64)
    for start in range(0, values.shape[1], width):
        part = slice(start, start + width)
        np.matmul(matrix, values[:, part], out=made[:, part])
    return made


def _quotients(tops: Floats, bottoms: Floats) -> Floats:
    """100 times top by bottom, in the place of the tops; `NO_SCORE` where there is nothing below."""
    import numpy as np

    empty = bottoms == 0
    tops *= 100
    np.divide(tops, bottoms + empty, out=tops)
    np.copyto(tops, NO_SCORE, where=empty)
    return tops


def _near_ties(quotient: Floats) -> list[int]:
    """Calls whose rounding could go either way within the error of the quotient."""
    import numpy as np

    return np.flatnonzero(np.abs(quotient % 1 - 0.5) < _NEAR).tolist()


def _exactly(values: Floats, call: int, weights: Sequence[int]) -> int:
    """The sum of a call's whole values times the weights, in Python's integers."""
    return sum(weight * int(value) for weight, value in zip(weights, values[:, call].tolist(), strict=True))


def _distinct(values: Floats, weights: Sequence[int]) -> list[int]:
    """The whole values of an array that occur, without 0; of large weights only the bound, since their common multiple
    lies beyond it."""
    import numpy as np

    if sum(weights) > _SMALL:
        return [_EXACT]
    return [value for value in np.flatnonzero(np.bincount(values.astype(np.int64))).tolist() if value]
