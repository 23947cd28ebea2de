"""Who scores strictly, who leniently, and what the departments' means would be without that.

    score = mean + department + scenario (+ any other part of the design) + evaluator + residual

Departments and scenarios are fixed: they are the design, chosen and called by name, and their differences are nobody's
strictness. Evaluators are random: they are a draw from those who could have called, so one with few calls is drawn to 0
instead of being called strict after three bad calls.

How one evaluator changes over time is not told here; that is a control chart's work.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.stats.cells import Cells, comparable
from analytics.stats.crossed import BLOCK, Fit, Inseparable, reml
from analytics.stats.intervals import LEVEL, t_quantile, t_two_sided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Evaluators who can be compared with each other, and the departments they called."""

    evaluators: tuple[Hashable, ...]
    departments: tuple[Hashable, ...]


class Unconnected(ValueError):
    """Some evaluators cannot be compared with others: nothing links what they called.

    `groups` says who stands apart from whom.
    """

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self.groups = groups
        parts = "; ".join(
            f"evaluators {_listed(group.evaluators)} with departments {_listed(group.departments)}" for group in groups
        )
        super().__init__(f"these cannot be compared with each other, for nothing they called links them: {parts}")


@dataclass(frozen=True, slots=True)
class Severity:
    """What one evaluator gives more (above 0: lenient) or less (below 0: strict) than all evaluators on average.

    In the unit of the scores. `raw` is the plain mean of this evaluator's scores minus that of all scores, `severity` the
    prediction, `error` the root of its prediction error variance, `p` two-sided. Whether many of these hold at once is for
    `comparison.benjamini_hochberg`.
    """

    evaluator: Hashable
    n: int
    raw: float
    severity: float
    error: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Corrected:
    """A department's mean score, raw and without its evaluators' severities, with the interval of the latter."""

    department: Hashable
    n: int
    raw: float
    mean: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Severities:
    """Of `n` calls; variances in the square of the unit of the scores, `df` those of the intervals."""

    n: int
    mean: float
    evaluator_variance: float
    residual_variance: float
    df: int
    evaluators: tuple[Severity, ...]
    departments: tuple[Corrected, ...]

    @property
    def share(self) -> float | None:
        """Of the variance that departments and scenarios leave, the share that is the evaluators'; `None` if none is left."""
        left = self.evaluator_variance + self.residual_variance
        return self.evaluator_variance / left if left else None

    def corrected(self, evaluator: Hashable, score: float) -> float:
        """One score without the severity of who gave it."""
        for each in self.evaluators:
            if each.evaluator == evaluator:
                return score - each.severity
        raise ValueError(f"{evaluator!r} is not one of these evaluators")


def severities(
    cells: Cells, *, evaluator: str = "evaluator", department: str = "department", level: float = LEVEL
) -> Severities | None:
    """Severity of every evaluator and corrected mean of every department.

    Method: a linear mixed model with crossed factors by REML (`crossed.reml`, which names its sources), evaluators random,
    everything else fixed. A severity is the best linear unbiased prediction of the evaluator's effect minus the mean effect
    of these evaluators: they are compared with each other, so what all of them together are against other evaluators, which
    nobody can know, is not part of the error. A corrected mean is the department's mean of scores minus severities: what it
    would have scored, for the scenarios it was called with, had each evaluator called it equally often.

    Intervals are Student's with n - rank of all effects degrees of freedom. They take the ratio of the variances as known.
    For predictions they hold over evaluators, not for each: an exceptionally strict one is drawn to the mean a little.

    Args:
        cells: calls by combination of levels (`cells.cells_of`, `cells.cells_of_sums`); scores in any unit.
        evaluator, department: the names of these two factors; all other factors are part of the design (scenario, month).
        level: of the intervals.

    Returns:
        The severities, evaluators and departments in the order of their first call. `None` with fewer than two evaluators,
        or with too few calls to tell evaluators from chance (no more calls than effects, or one call each). When all scores
        are equal, or follow from their levels without rest, the errors are 0; when the evaluators differ no more than
        chance would have it their variance, severities and errors are 0.

    Raises:
        Unconnected: some evaluators share no department (or scenario) with others, directly or through third ones, or only
            in a way that leaves their severities confounded with the design.
        ValueError: an unknown factor, no design factor, a level not between 0 and 1.

    >>> from analytics.stats.cells import cells_of
    >>> scores = [60, 61, 71, 69, 81, 79, 90, 91]
    >>> result = severities(cells_of(scores, {"department": "AABBAABB", "evaluator": "ssssllll"}))
    >>> [(each.evaluator, round(each.severity, 1)) for each in result.evaluators]
    [('s', -10.0), ('l', 10.0)]
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it lies between 0 and 1")
    who, where = cells.position(evaluator), cells.position(department)
    if who == where:
        raise ValueError(f"{evaluator!r} is the name of both evaluators and departments")
    if cells.sizes[who] < 2:
        return None
    _refuse_unconnected(cells, evaluator, where)
    try:
        fit = reml(cells, {evaluator})
    except Inseparable:
        return None
    if fit is None:
        return None
    quantile = t_quantile((1 + level) / 2, fit.df)
    return Severities(
        n=fit.n,
        mean=_mean(cells),
        evaluator_variance=fit.variance_of(evaluator),
        residual_variance=fit.residual,
        df=fit.df,
        evaluators=_evaluators(cells, fit, who, quantile),
        departments=_departments(cells, fit, who, where, quantile),
    )


def _refuse_unconnected(cells: Cells, evaluator: str, where: int) -> None:
    import numpy as np

    groups = comparable(cells, evaluator)
    if len(groups) == 1:
        return
    who = cells.position(evaluator)
    places = {label: place for place, label in enumerate(cells.levels[who])}
    found = []
    for members in groups:
        chosen = np.isin(cells.codes[:, who], [places[each] for each in members])
        called = np.unique(cells.codes[chosen, where])
        found.append(Group(members, tuple(cells.levels[where][each] for each in called)))
    raise Unconnected(tuple(found))


def _evaluators(cells: Cells, fit: Fit, who: int, quantile: float) -> tuple[Severity, ...]:
    import numpy as np

    name, labels, count = cells.names[who], cells.levels[who], cells.sizes[who]
    calls, raw, mean = cells.calls_by_level(who), cells.mean_by_level(who), _mean(cells)
    against_all = np.eye(count) - 1 / count
    found = []
    for place, value, error in _in_blocks(fit, name, against_all, 0.0):
        found.append(
            Severity(
                evaluator=labels[place],
                n=int(calls[place]),
                raw=float(raw[place]) - mean,
                severity=value,
                error=error,
                low=value - quantile * error,
                high=value + quantile * error,
                p=t_two_sided(value / error, fit.df) if error else float(value == 0),
            )
        )
    return tuple(found)


def _departments(cells: Cells, fit: Fit, who: int, where: int, quantile: float) -> tuple[Corrected, ...]:
    import numpy as np

    labels, calls, raw = cells.levels[where], cells.calls_by_level(where), cells.mean_by_level(where)
    everyone = np.full(cells.sizes[who], 1 / cells.sizes[who])
    found = []
    for place, value, error in _corrected_means(cells, fit, who, where, everyone):
        half = quantile * error
        found.append(
            Corrected(labels[place], int(calls[place]), float(raw[place]), value, error, value - half, value + half)
        )
    return tuple(found)


def _corrected_means(cells: Cells, fit: Fit, who: int, where: int, everyone: Array) -> list[tuple[int, float, float]]:
    """Department, corrected mean, error: the department's effect, its mix of the design, and all evaluators equally."""
    import numpy as np

    found = []
    size = cells.sizes[where]
    for start in range(0, size, BLOCK):
        chosen = np.arange(start, min(start + BLOCK, size))
        weights = {
            name: np.tile(everyone, (len(chosen), 1)) if factor == who else _mix(cells, where, factor, chosen)
            for factor, name in enumerate(cells.names)
        }
        values, errors = fit.combinations(1.0, weights)
        found += list(zip(chosen.tolist(), values.tolist(), errors.tolist(), strict=True))
    return found


def _mix(cells: Cells, where: int, factor: int, chosen: Any) -> Array:
    """Of the calls to each chosen department, the share with each level of a factor."""
    import numpy as np

    shape = len(chosen), cells.sizes[factor]
    inside = (cells.codes[:, where] >= chosen[0]) & (cells.codes[:, where] <= chosen[-1])
    at = (cells.codes[inside, where] - chosen[0]) * shape[1] + cells.codes[inside, factor]
    table = np.bincount(at, cells.weights[inside], math.prod(shape)).reshape(shape)
    result: Array = table / table.sum(axis=1, keepdims=True)
    return result


def _in_blocks(fit: Fit, name: str, weights: Array, mean: float) -> list[tuple[int, float, float]]:
    found = []
    for start in range(0, len(weights), BLOCK):
        values, errors = fit.combinations(mean, {name: weights[start : start + BLOCK]})
        found += [
            (start + at, float(value), float(error))
            for at, (value, error) in enumerate(zip(values, errors, strict=True))
        ]
    return found


def _mean(cells: Cells) -> float:
    return float((cells.weights * cells.means).sum() / cells.weights.sum())


def _listed(labels: tuple[Hashable, ...]) -> str:
    return ", ".join(map(str, labels))
