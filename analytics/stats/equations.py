"""The linear algebra of `analytics.stats.crossed`: Henderson's equations of crossed factors.

A call has one level of each factor, so the block of a factor in the equations is diagonal. The factor with most levels is
eliminated first, which leaves dense equations in the levels of the others: thousands of levels of one factor and hundreds
of the others take milliseconds.

Random effects are carried as u = theta * b with b of the residual's variance, so that a variance of 0 is no special case
(Bates & others 2015, Journal of Statistical Software 67(1), section 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytics.stats.cells import Cells, crossed, dense, largest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Bounds of theta times the root of the calls per level. Beyond them an effect is fully shrunk, or not at all.
LOWEST, HIGHEST = 1e-4, 1e5
# Below this a variance is tried as 0.
SMALL = 0.05
# So much deviance tells nothing: the way down ends that far above the bottom.
NOTHING = 1e-5
DEPENDENT = 1e-10


class Equations:
    """The sums of products of one design; `random` are positions of factors, ascending."""

    def __init__(self, cells: Cells, random: list[int]) -> None:
        import numpy as np

        self.cells, self.random, self.first = cells, random, largest(cells)
        self.first_random = self.first in random
        weights = cells.weights
        self.shift = float(np.sum(weights * cells.means) / np.sum(weights))
        self.centred = cells.means - self.shift
        self.per_level = self.weight_by_level(self.first)
        others = [each for each in range(len(cells.names)) if each != self.first]
        sizes = [cells.sizes[each] for each in others]
        self.link_all = crossed(cells, self.first, others, weights)
        inner = [dense(crossed(cells, each, others, weights)) for each in others]
        self.inner_all = np.vstack([np.zeros((0, sum(sizes))), *inner])
        if self.first_random:
            # The mean is a column of its own unless the effects of the eliminated factor hold it.
            others, sizes = [-1, *others], [1, *sizes]
            by_level = self.inner_all.diagonal()[None, :]
            self.link_all = _beside(self.per_level[:, None], self.link_all)
            self.inner_all = np.block([[weights.sum(), by_level], [by_level.T, self.inner_all]])
        self.factor_of = np.repeat(np.array(others, dtype=int), sizes)
        self.is_fixed = ~np.isin(self.factor_of, random)
        self._choose_columns()
        self.link = self.link_all[:, self.kept]
        self.inner = self.inner_all[np.ix_(self.kept, self.kept)]
        self.right_own = self._by_level(self.first, weights * self.centred)
        right = [self._by_level(each, weights * self.centred) for each in others]
        self.right: Array = np.concatenate([np.zeros(0), *right])[self.kept]
        self.squares = float(np.sum(weights * self.centred**2))

    def _choose_columns(self) -> None:
        """Which columns to keep: all random ones, and of the fixed ones as many as are independent."""
        import numpy as np

        fixed = np.flatnonzero(self.is_fixed)
        left = self.inner_all[np.ix_(fixed, fixed)]
        if not self.first_random:
            left = left - self._explained(self.link_all[:, fixed], 1 / self.per_level)
        kept, dropped = _independent(left, np.diag(self.inner_all)[fixed])
        self.alias = np.linalg.solve(left[np.ix_(kept, kept)], left[np.ix_(kept, dropped)])
        self.kept_fixed, self.dropped_fixed = fixed[kept], fixed[dropped]
        self.kept = np.sort(np.concatenate([np.flatnonzero(~self.is_fixed), self.kept_fixed])).astype(np.intp)
        self.columns_of = self.factor_of[self.kept]
        own = 0 if self.first_random else len(self.per_level)
        self.df_fixed = self.cells.n - own - len(kept)

    @staticmethod
    def _explained(link: Any, scale: Array) -> Array:
        return dense(link.T @ (link * scale[:, None]))

    @cached_property
    def eliminated(self) -> Array:
        """What eliminating a fixed first factor takes from the other equations; the same for every theta."""
        return self._explained(self.link, 1 / self.per_level)

    @cached_property
    def rank(self) -> int:
        """The rank of all effects together."""
        left = self.inner_all - self._explained(self.link_all, 1 / self.per_level)
        return len(self.per_level) + len(_independent(left, self.inner_all.diagonal())[0])

    def information(self) -> Array:
        """What the data can tell of the variances: the matrix of tr(K_i K_j), scaled.

        K_i is the covariance that the random factor i gives to the residuals of the fixed effects; the last row is the
        residual's own. The variances can be told apart when the matrix is regular (Rao & Kleffe 1988, Estimation of
        Variance Components, section 5.1).
        """
        import numpy as np

        random = np.isin(self.columns_of, self.random)
        is_fixed = ~random
        inner = self.inner if self.first_random else self.inner - self.eliminated
        lower = _cholesky(inner[np.ix_(is_fixed, is_fixed)])
        reach = _solve(lower, inner[np.ix_(is_fixed, random)])
        left = inner[np.ix_(random, random)] - reach.T @ reach
        places = {each: np.flatnonzero(self.columns_of[random] == each) for each in self.random}
        gram = np.zeros((len(self.random) + 1, len(self.random) + 1))
        own = _solve(lower, dense(self.link[:, is_fixed]).T) if self.first_random else None
        for i, one in enumerate(self.random):
            for j, other in enumerate(self.random[: i + 1]):
                if own is None or self.first not in {one, other}:
                    part = float((left[np.ix_(places[one], places[other])] ** 2).sum())
                elif one == other:
                    part = self._own_square(own)
                else:
                    across = other if one == self.first else one
                    block = dense(self.link[:, random][:, places[across]]) - own.T @ reach[:, places[across]]
                    part = float((block**2).sum())
                gram[i, j] = gram[j, i] = part
            is_own = own is not None and one == self.first
            trace = self._own_trace(own) if is_own else float(np.trace(left[np.ix_(places[one], places[one])]))
            gram[i, -1] = gram[-1, i] = trace
        gram[-1, -1] = self.df_fixed
        scale = np.array([1 / math.sqrt(self._size(each)) for each in self.random] + [1 / math.sqrt(self.df_fixed)])
        result: Array = gram * np.outer(scale, scale)
        return result

    def _size(self, factor: int) -> float:
        return float((self.weight_by_level(factor) ** 2).sum())

    def _own_square(self, own: Any) -> float:
        crossed = own @ own.T
        return float((self.per_level**2).sum() - 2 * (self.per_level * (own**2).sum(axis=0)).sum() + (crossed**2).sum())

    def _own_trace(self, own: Any) -> float:
        return float(self.per_level.sum() - (own**2).sum())

    def weight_by_level(self, factor: int) -> Array:

        return self._by_level(factor, self.cells.weights)

    def _by_level(self, factor: int, values: Array) -> Array:
        """Values of the combinations added up by level; of the mean (factor -1), all of them."""
        import numpy as np

        if factor < 0:
            return np.array([values.sum()])
        return np.bincount(self.cells.codes[:, factor], values, self.cells.sizes[factor]).astype(float)

    def _fitted(self, effects: Array) -> Array:
        """What effects in the columns that are kept add up to in every combination."""
        import numpy as np

        every = np.zeros(len(self.factor_of))
        every[self.kept] = effects
        found = np.zeros(len(self.cells.codes))
        for factor in dict.fromkeys(self.factor_of.tolist()):
            part = every[self.factor_of == factor]
            found += part if factor < 0 else part[self.cells.codes[:, factor]]
        return found

    def unit(self, factor: int) -> float:
        """A theta that is neither small nor large: one over the root of the calls per level."""
        return math.sqrt(self.cells.sizes[factor] / float(self.cells.weights.sum()))

    def loosest(self) -> dict[int, float]:
        """Thetas at which nothing is shrunk: the effects of least squares."""
        return {factor: HIGHEST * self.unit(factor) for factor in self.random}

    def solve(self, theta: dict[int, float]) -> Solution:
        """The effects and the profiled deviance at these relative standard deviations, per random factor."""
        import numpy as np
        from scipy.linalg import cho_solve

        own_scale = theta[self.first] if self.first_random else 1.0
        scale = np.array([theta.get(int(each), 1.0) for each in self.columns_of], dtype=float)
        diagonal: Array = own_scale**2 * self.per_level + (1.0 if self.first_random else 0.0)
        shrinking = own_scale**2 / diagonal
        explained = self._explained(self.link, shrinking) if self.first_random else self.eliminated
        is_random = np.isin(self.columns_of, self.random)
        lower = _cholesky(np.outer(scale, scale) * (self.inner - explained) + np.diag(is_random.astype(float)))
        right = scale * (self.right - self.link.T @ (shrinking * self.right_own))
        rest = cho_solve((lower, True), right) if len(right) else right
        own = own_scale * (self.right_own - self.link @ (scale * rest)) / diagonal
        gaps = self.centred - (own_scale * own)[self.cells.codes[:, self.first]] - self._fitted(scale * rest)
        shrunk = float((rest[is_random] ** 2).sum()) + (float((own**2).sum()) if self.first_random else 0.0)
        left = self.cells.within + float((self.cells.weights * gaps**2).sum())
        log_det = float(np.log(diagonal).sum() + 2 * np.log(np.diag(lower)).sum())
        return Solution(self, theta, own_scale, scale, diagonal, lower, own, rest, left + shrunk, left, log_det)


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The equations solved at `theta`.

    `penalised` is the sum of squares of the residuals and of the b, `left` that of the residuals alone, both weighted.
    """

    equations: Equations
    theta: dict[int, float]
    own_scale: float
    scale: Array
    diagonal: Array
    lower: Array
    own: Array
    rest: Array
    penalised: float
    left: float
    log_det: float

    @property
    def deviance(self) -> float:
        """-2 times the restricted log likelihood, at the residual variance that makes it least."""
        df = self.equations.df_fixed
        spread = math.log(2 * math.pi * self.penalised / df)
        return self.log_det + df * (1 + spread) - self.equations.cells.log_weights

    def random_effects(self, factor: int) -> Array:
        """The predictions of a random factor's effects, per level."""
        return self.theta[factor] * self._carried(factor)

    def slopes_of(self, factors: list[int]) -> dict[int, float]:
        """The derivative of the deviance with respect to these thetas, none of them 0."""
        import numpy as np
        from scipy.linalg import cho_solve

        equations = self.equations
        inverse = cho_solve((self.lower, True), np.eye(len(self.lower)))
        found = {}
        for factor in factors:
            theta, carried = self.theta[factor], self._carried(factor)
            if factor == equations.first:
                link = equations.link * (self.own_scale * self.scale)
                spread = (link * (link @ inverse)).sum(axis=1)
                known = float((1 / self.diagonal + spread / self.diagonal**2).sum())
            else:
                known = float(np.diag(inverse)[equations.columns_of == factor].sum())
            pull = equations.df_fixed * float((carried**2).sum()) / self.penalised
            found[factor] = 2 * (len(carried) - known - pull) / theta
        return found

    def combine(self, mean: float, weights: dict[int, Array]) -> tuple[Array, Array]:
        """Linear combinations (rows) of mean and effects: their values, and variances over that of the residual."""
        import numpy as np

        equations = self.equations
        rows = max((len(each) for each in weights.values()), default=1)
        own, every = self._coded(rows, mean, weights)
        known = self._estimable(own, every)
        own, rest = own * self.own_scale, every[:, equations.kept] * self.scale
        values = own @ self.own + rest @ self.rest + mean * equations.shift
        reach = rest - ((own * self.own_scale / self.diagonal) @ equations.link) * self.scale
        half = _solve(self.lower, reach.T)
        variances = (own**2 / self.diagonal).sum(axis=1) + (half**2).sum(axis=0)
        return np.where(known, values, np.nan), np.where(known, variances, np.nan)

    def _carried(self, factor: int) -> Array:
        equations = self.equations
        return self.own if factor == equations.first else self.rest[equations.columns_of == factor]

    def _coded(self, rows: int, mean: float, weights: dict[int, Array]) -> tuple[Array, Array]:
        """The same combinations in the columns of the equations, where fixed effects do not add up to 0."""
        import numpy as np

        equations = self.equations
        own, every = np.zeros((rows, len(equations.per_level))), np.zeros((rows, len(equations.factor_of)))
        every[:, equations.factor_of == -1] = mean
        for factor, size in enumerate(equations.cells.sizes):
            part = weights.get(factor, np.zeros((rows, size)))
            if factor not in equations.random:
                part = part + (mean - part.sum(axis=1, keepdims=True)) / size
            if factor == equations.first:
                own = part
            else:
                every[:, equations.factor_of == factor] = part
        return own, every

    def _estimable(self, own: Array, every: Array) -> Any:
        import numpy as np

        equations = self.equations
        if not equations.first_random:
            every = every - (own / equations.per_level) @ equations.link_all
        kept, dropped = every[:, equations.kept_fixed], every[:, equations.dropped_fixed]
        gap = np.abs(dropped - kept @ equations.alias).max(axis=1, initial=0.0)
        return gap <= 1e-7 * (1 + np.abs(every).max(axis=1, initial=0.0))


def optimum(equations: Equations) -> dict[int, float]:
    """The thetas at which the deviance is least, some of them perhaps exactly 0."""
    theta = _descend(equations, {factor: equations.unit(factor) for factor in equations.random})
    small = [factor for factor in equations.random if theta[factor] < SMALL * equations.unit(factor)]
    for factor in sorted(small, key=lambda each: theta[each]):
        without = theta | {factor: 0.0}
        if equations.solve(without).deviance <= equations.solve(theta).deviance + NOTHING:
            theta = _descend(equations, without)
    return theta


def _descend(equations: Equations, start: dict[int, float]) -> dict[int, float]:
    """From `start` downhill; a theta that is 0 stays 0."""
    import numpy as np
    from scipy.optimize import minimize

    free = [factor for factor in equations.random if start[factor] > 0]
    if not free:
        return start
    units = np.array([equations.unit(factor) for factor in free])
    # By logarithms and per level the deviance is nearly round, so that few steps lead to the bottom.
    count = sum(equations.cells.sizes[factor] for factor in free)

    def deviance(logs: Array) -> tuple[float, Array]:
        theta = start | dict(zip(free, (np.exp(logs) * units).tolist(), strict=True))
        solution = equations.solve(theta)
        slopes = solution.slopes_of(free)
        return solution.deviance / count, np.array([slopes[factor] * theta[factor] for factor in free]) / count

    found = minimize(
        deviance,
        np.log(np.array([start[factor] for factor in free]) / units),
        jac=True,
        method="L-BFGS-B",
        bounds=[(math.log(LOWEST), math.log(HIGHEST))] * len(free),
        # Nearer to the bottom the deviance is all rounding, in which a line search would go to and fro.
        options={"ftol": 1e-15, "gtol": 1e-6, "maxiter": 500},
    )
    return start | dict(zip(free, (np.exp(found.x) * units).tolist(), strict=True))


def _cholesky(matrix: Array) -> Array:
    """The lower factor of a positive matrix; of one that rounding has made singular, that of the nearest which is not."""
    import numpy as np
    from scipy.linalg import LinAlgError, cholesky

    if not len(matrix):
        return matrix
    for ridge in (0.0, 1e-14, 1e-12, 1e-10, 1e-8):
        try:
            return cholesky(matrix + ridge * np.diag(np.diag(matrix)), lower=True, check_finite=False)
        except LinAlgError:
            continue
    raise ValueError(
        f"the weights are too uneven to compute with: {np.diag(matrix).min()} beside {np.diag(matrix).max()}"
    )


def _solve(lower: Array, right: Array) -> Array:
    from scipy.linalg import solve_triangular

    return solve_triangular(lower, right, lower=True, check_finite=False) if len(lower) else right


def _beside(column: Array, matrix: Any) -> Any:
    import numpy as np
    from scipy.sparse import csr_array, hstack

    if isinstance(matrix, np.ndarray):
        return np.hstack([column, matrix])
    return hstack([csr_array(column), matrix], format="csr")


def _independent(matrix: Array, sizes: Array) -> tuple[Any, Any]:
    """Positions of independent columns of a symmetric, non-negative matrix, and of those that depend on them.

    `sizes` is the diagonal before anything was taken from the matrix: beside it, what is left may be rounding.
    """
    import numpy as np
    from scipy.linalg import qr

    if not len(matrix):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    scale = 1 / np.sqrt(sizes)
    triangle, pivots = qr(matrix * np.outer(scale, scale), mode="r", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > DEPENDENT).sum())
    return np.sort(pivots[:rank]), np.sort(pivots[rank:])
