"""Linear mixed models with any number of crossed factors, fixed or random, by restricted maximum likelihood (REML).

    value = mean + effect of the level of every factor + residual

Random effects are drawn from a normal distribution of which the variance is estimated, fixed ones are unknown constants.
`reml` takes calls added up by combination of levels (`analytics.stats.cells`), of which nothing else is needed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analytics.stats.cells import Cells
from analytics.stats.equations import Equations, Solution, optimum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# What the levels leave over is rounding below this share of the sum of squares, or of that of the mean itself.
NOTHING_LEFT, ROUNDING = 1e-16, 1e-28
# Combinations at a time: all levels of a large factor at once would fill the memory.
BLOCK = 256
# Rounding, in what is scaled to at most 1.
CONFOUNDED = 1e-12


class Inseparable(ValueError):
    """The variances that are asked for cannot be told apart by these data, however many there were."""


@dataclass(frozen=True, slots=True)
class Component:
    """The variance of a random factor over its levels, in the square of the unit of the values."""

    name: str
    levels: int
    variance: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one level adds, in the unit of the values, with its standard error; `None` where it cannot be estimated.

    Of a random factor: the best linear unbiased prediction, and the square root of its prediction error variance. Of a
    fixed factor: the difference from the unweighted mean of its levels.
    """

    label: Hashable
    n: int
    value: float | None
    error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model of `n` calls.

    `mean` is the unweighted mean over the levels of the fixed factors (without any: the mean), `df` what is left of n
    after the rank of all effects, `deviance` -2 times the restricted log likelihood at its maximum (`None` when nothing is
    left over: it has none).
    """

    n: int
    df: int
    mean: Effect
    components: tuple[Component, ...]
    residual: float
    deviance: float | None
    _solution: Solution = field(repr=False)

    def variance_of(self, name: str) -> float:
        """The variance of a random factor."""
        for component in self.components:
            if component.name == name:
                return component.variance
        raise ValueError(f"{name!r} is not one of the random factors of this model")

    def effects(self, name: str) -> tuple[Effect, ...]:
        """The effect of every level of a factor, in the order of `Cells.levels`."""
        cells = self._solution.equations.cells
        return _effects(cells, self._solution, cells.position(name), math.sqrt(self.residual))

    def combinations(self, mean: float, weights: dict[str, Array]) -> tuple[Array, Array]:
        """Linear combinations of mean and effects, each with its standard error.

        Args:
            mean: how often the mean counts in each.
            weights: per factor (combinations x levels, in the order of `effects`) how often each effect counts; a factor
                not named counts 0.

        Returns:
            Two arrays, one entry per combination: estimates (fixed part) plus predictions (random part), and the square
            roots of the prediction error variances; NaN where it cannot be estimated. The variances are taken as known
            (McLean, Sanders & Stroup 1991, The American Statistician 45:54-64), which for few levels is a little short.
        """
        return _combined(self._solution, mean, weights, math.sqrt(self.residual))


def reml(cells: Cells, random: Collection[str]) -> Fit | None:
    """Variance components by REML, effects by Henderson's mixed-model equations.

    Source: Patterson & Thompson (1971), Biometrika 58:545-554; Henderson (1975), Biometrics 31:423-447; the profile of
    the deviance over relative standard deviations as in Bates, Maechler, Bolker & Walker (2015), Journal of Statistical
    Software 67(1). The same estimates as `lmer` of R's lme4 gives for simple random terms. A variance may be 0: then its
    effects and their errors are.

    Args:
        cells: the calls by combination of levels.
        random: the names of the random factors, at least one; all others are fixed.

    Returns:
        The fit, or `None` when no call is left to estimate the residual from (no more calls than effects). When every value
        follows from its levels without rest the residual and all errors are 0, and the variance of a random factor is
        that of its effects.

    Raises:
        ValueError: an unknown factor, or none random.
        Inseparable: a random factor has the same levels as fixed ones or as another (or one level only), so that no data
            could tell their parts.

    >>> from analytics.stats.cells import cells_of
    >>> fit = reml(cells_of([1, 2, 3, 7, 8, 9], {"batch": "aaabbb"}), {"batch"})
    >>> fit.mean.value, round(fit.variance_of("batch"), 4), round(fit.residual, 4)
    (5.0, 17.6667, 1.0)
    """
    positions = sorted(cells.position(name) for name in set(random))
    if not positions:
        raise ValueError("random is empty; without a random factor there is no variance component")
    if cells.n < 2:
        return None
    equations = Equations(cells, positions)
    if cells.n <= equations.rank:
        return None
    _refuse_inseparable(cells, equations, positions)
    total = equations.squares + cells.within
    if total == 0:
        return _fit(cells, equations.solve(dict.fromkeys(positions, 0.0)), residual=0.0, deviance=None)
    loose = equations.solve(equations.loosest())
    if loose.left <= max(NOTHING_LEFT * total, ROUNDING * float(cells.weights.sum()) * equations.shift**2):
        return _fit(cells, loose, residual=0.0, deviance=None)
    best = equations.solve(optimum(equations))
    residual = best.penalised / equations.df_fixed
    return _fit(cells, best, residual=residual, deviance=best.deviance)


def _refuse_inseparable(cells: Cells, equations: Equations, positions: list[int]) -> None:
    names = [cells.names[factor] for factor in positions]
    gram = equations.information()
    for at, name in enumerate(names):
        if gram[at, at] <= CONFOUNDED:
            raise Inseparable(f"the levels of {name!r} cannot be told from those of the fixed factors, or are only one")
    import numpy as np

    scale = 1 / np.sqrt(np.diag(gram))
    if float(np.linalg.eigvalsh(gram * np.outer(scale, scale))[0]) < CONFOUNDED:
        raise Inseparable(f"the variances of {', '.join(map(repr, names))} and the residual cannot be told apart")


def _fit(cells: Cells, solution: Solution, *, residual: float, deviance: float | None) -> Fit:
    equations = solution.equations
    spread = math.sqrt(residual)
    components = tuple(
        Component(cells.names[factor], cells.sizes[factor], _variance(solution, factor, residual))
        for factor in equations.random
    )
    values, errors = _combined(solution, 1.0, {}, spread)
    return Fit(
        n=cells.n,
        df=cells.n - equations.rank,
        mean=_effect("", cells.n, float(values[0]), float(errors[0])),
        components=components,
        residual=residual,
        deviance=deviance,
        _solution=solution,
    )


def _variance(solution: Solution, factor: int, residual: float) -> float:
    if residual:
        return residual * solution.theta[factor] ** 2
    effects = solution.random_effects(factor)
    return float((effects**2).sum()) / (len(effects) - 1)


def _effects(cells: Cells, solution: Solution, factor: int, spread: float) -> tuple[Effect, ...]:
    import numpy as np

    calls, size = cells.calls_by_level(factor), cells.sizes[factor]
    found: list[Effect] = []
    for start in range(0, size, BLOCK):
        chosen = range(start, min(start + BLOCK, size))
        weights = np.zeros((len(chosen), size))
        weights[range(len(chosen)), chosen] = 1
        values, errors = _combined(solution, 0.0, {cells.names[factor]: weights}, spread)
        found += [
            _effect(cells.levels[factor][level], int(calls[level]), float(value), float(error))
            for level, value, error in zip(chosen, values, errors, strict=True)
        ]
    return tuple(found)


def _effect(label: Hashable, n: int, value: float, error: float) -> Effect:
    return Effect(label, n, None if math.isnan(value) else value, None if math.isnan(error) else error)


def _combined(solution: Solution, mean: float, weights: dict[str, Any], spread: float) -> tuple[Array, Array]:
    import numpy as np

    cells = solution.equations.cells
    by_factor = {cells.position(name): np.asarray(each, dtype=float) for name, each in weights.items()}
    for factor, each in by_factor.items():
        if each.ndim != 2 or each.shape[1] != cells.sizes[factor]:
            raise ValueError(
                f"weights of {cells.names[factor]!r} have shape {each.shape}; it has {cells.sizes[factor]} levels"
            )
    values, variances = solution.combine(mean, by_factor)
    return values, spread * np.sqrt(variances)
