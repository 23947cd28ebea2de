"""A series across a new checklist version: what of a step is other behaviour, what is other questions.

Both versions hold some questions alike, the shared ones. Every call gets two scores: the full one, of all questions of
its version, and the shared one, of the shared questions with one set of weights on both sides. Shared scores are
comparable across the break; full ones are not.

What is assumed. The shared questions stand for the others: had the other questions stayed too, their scores would have
moved as much (`slope` 1, both scores out of 10,000). The questions kept should be much like those left out, in subject
and in weight; the share of the weight that is shared (`shared_weight`) says how far that can be. Nothing else may
change at the break: the callers, the scenarios, how strictly is scored.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analytics.stats.comparison import Difference, welch
from analytics.stats.intervals import LEVEL, Sums

NO_SCORE = -1
MAX_WEIGHT = 10**9


@dataclass(frozen=True, slots=True)
class Side:
    """The scores of the same calls on one side of the break, in one unit (hundredths of a point).

    `full` and `shared` are sums of the full and the shared scores. `gap` is the sums of full minus shared, call by
    call; with it the step due to the questions gets an interval, since the two scores of a call go together.
    """

    full: Sums
    shared: Sums
    gap: Sums | None = None

    def __post_init__(self) -> None:
        if self.full.n != self.shared.n and self.shared.n:
            raise ValueError(f"full is of {self.full.n} calls, shared of {self.shared.n}; both are of the same calls")
        if self.gap is not None and self.gap.n != self.shared.n:
            raise ValueError(f"gap is of {self.gap.n} calls, shared of {self.shared.n}; both are of the same calls")
        if self.gap is not None and self.gap.total != self.full.total - self.shared.total:
            raise ValueError(
                f"gap has total {self.gap.total}; full minus shared is {self.full.total - self.shared.total}"
            )


@dataclass(frozen=True, slots=True)
class Bridge:
    """The step of a series at a version break and its two parts, after minus before, in the unit of the scores.

    `observed` is the step of the full scores, `behaviour` the one of the shared scores (with Welch's interval and p)
    times `slope`, `questions` what is left: the step that the new questions make. `questions_low` and `questions_high`
    are its interval, `None` without the sums of the gaps. `linked_before` is the mean before the break as the new
    version would have shown it: the old mean plus `questions`.
    """

    n_before: int
    n_after: int
    slope: float
    observed: float
    shared: Difference
    behaviour: float
    questions: float
    questions_low: float | None
    questions_high: float | None
    linked_before: float


@dataclass(frozen=True, slots=True)
class SharedWeight:
    """How much of each version's weight (0..1) its `n` shared items carry."""

    n: int
    before: Fraction
    after: Fraction


def link(before: Side, after: Side, *, slope: float = 1.0, level: float = LEVEL) -> Bridge | None:
    """Split the step of the full scores at a version break into behaviour and questions.

    Method: mean linking on common items with nonequivalent groups. Source: Kolen & Brennan (2014), Test Equating,
    Scaling, and Linking, 3rd ed., chapter 4, with the calls before the break as the population. The mean of the new
    version there is estimated as mean(full after) - slope * (mean(shared after) - mean(shared before)). `slope` is
    their gamma: how much a full score moves per unit of the shared one; 1 when both are percentages and the shared
    items stand for all, cov(full, shared) / var(shared) on the after side gives Tucker's method.

    Args:
        before: sums of the calls with the old version.
        after: sums of the calls with the new one.
        slope: a positive number.
        level: of the intervals.

    Returns:
        The parts; `None` when nothing is shared, or when either side has fewer than two calls. `questions` has an
        interval when both sides have the sums of their gaps and the slope is 1: it is then a Welch interval of two
        means of gaps.

    >>> before = Side(Sums(3, 210, 14750), Sums(3, 240, 19250), Sums(3, -30, 350))
    >>> after = Side(Sums(3, 270, 24350), Sums(3, 255, 21725), Sums(3, 15, 125))
    >>> result = link(before, after)
    >>> result.observed, result.behaviour, result.questions, result.linked_before
    (20.0, 5.0, 15.0, 85.0)
    """
    if not (math.isfinite(slope) and slope > 0):
        raise ValueError(f"slope is {slope}; it is a positive number")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it lies between 0 and 1")
    shared = welch(before.shared, after.shared, level)
    means = before.full.mean, after.full.mean
    if shared is None or means[0] is None or means[1] is None:
        return None
    assert before.shared.mean is not None
    assert after.shared.mean is not None
    observed = means[1] - means[0]
    behaviour = Fraction(slope) * (after.shared.mean - before.shared.mean)
    gaps = None
    if before.gap is not None and after.gap is not None and slope == 1:
        gaps = welch(before.gap, after.gap, level)
    return Bridge(
        n_before=before.full.n,
        n_after=after.full.n,
        slope=float(slope),
        observed=float(observed),
        shared=shared,
        behaviour=float(behaviour),
        questions=float(observed - behaviour),
        questions_low=None if gaps is None else gaps.low,
        questions_high=None if gaps is None else gaps.high,
        linked_before=float(means[0] + observed - behaviour),
    )


def shared_weight(
    before: Mapping[str, Fraction | int], after: Mapping[str, Fraction | int], shared: Collection[str]
) -> SharedWeight | None:
    """How much of the weight of either version lies on the shared items; `None` when that is nothing.

    `before` and `after` give every scored item's weight in its whole form by code, in any unit; negative ones and
    shared codes that a side does not have are a `ValueError`.

    >>> shared_weight({"a": 40, "b": 60}, {"a": 1, "c": 1}, ["a"])
    SharedWeight(n=1, before=Fraction(2, 5), after=Fraction(1, 2))
    """
    shares = []
    for name, weights in (("before", before), ("after", after)):
        for code, weight in weights.items():
            if weight < 0:
                raise ValueError(f"{name}: the weight of {code!r} is {weight}; it cannot be negative")
        for code in shared:
            if code not in weights:
                raise ValueError(f"shared names {code!r}, which {name} does not have")
        total = sum(map(Fraction, weights.values()))
        own = sum(Fraction(weights[code]) for code in set(shared))
        shares.append(own / total if total else Fraction(0))
    if not all(shares):
        return None
    return SharedWeight(len(set(shared)), *shares)


def shared_scores(points: Any, weights: Sequence[int]) -> Any:
    """Scores of many calls over the shared items, with one set of weights for both versions.

    100 * sum(w p) / sum(w) over the items that count in a call, exact and rounded once, half to even.

    Args:
        points: calls x shared items, whole points 0..100; negative where the item does not count (N/A or absent).
        weights: of the items, whole numbers 0..`MAX_WEIGHT`, the same for both versions.

    Returns:
        A numpy array of 64-bit integers, hundredths of a point 0..10000, or `NO_SCORE` for a call without any shared
        item.

    >>> shared_scores([[100, 50, -1], [-1, -1, -1]], [3, 1, 1]).tolist()
    [8750, -1]
    """
    import numpy as np

    given = np.asarray(points)
    if given.ndim != 2 or given.shape[1] != len(weights):
        raise ValueError(f"points has shape {given.shape}; there are {len(weights)} weights")
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"points holds {given.dtype} values; points are whole numbers")
    if (given > 100).any():
        raise ValueError(f"points holds {given.max()}; points are at most 100")
    for weight in weights:
        if isinstance(weight, bool) or not 0 <= weight <= MAX_WEIGHT or weight % 1:
            raise ValueError(f"a weight is {weight}; it is a whole number 0..{MAX_WEIGHT}")
    # With at most 10^4 items every number here stays below 10^9 * 10^4 * 10^4 * 2 < 2^63.
    if len(weights) > 10_000:
        raise ValueError(f"{len(weights)} items are too many; 10000 at most")
    row = np.array([int(weight) for weight in weights], dtype=np.int64)
    counted = given >= 0
    tops = 100 * (np.where(counted, given, 0).astype(np.int64) @ row)
    bottoms = counted.astype(np.int64) @ row
    divisor = np.maximum(bottoms, 1)
    quotients, rests = np.divmod(tops, divisor)
    up = (2 * rests > divisor) | ((2 * rests == divisor) & (quotients % 2 == 1))
    return np.where(bottoms > 0, quotients + up, NO_SCORE)


def sums_of(scores: Any) -> Sums:
    """The sums of an array of whole scores; `NO_SCORE` and other negative values are left out.

    >>> sums_of([8750, -1, 1250])
    Sums(n=2, total=10000, squares=78125000)
    """
    import numpy as np

    given = np.asarray(scores)
    values = given[given >= 0].astype(np.int64)
    return Sums(len(values), int(values.sum()), int((values * values).sum()))
