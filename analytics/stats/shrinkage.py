"""Small departments: their means drawn towards the whole, by as much as chance has a say in them.

For shares see `share_shrinkage`, whose results have the same shape.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from analytics.stats.given import inside, one_of
from analytics.stats.intervals import LEVEL, Sums, normal_quantile, t_quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fit = Literal["reml", "ml"]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """One group of `n` values: its own mean (or share) and the one drawn towards the whole.

    `factor` is how much of the group's own distance from the whole is kept, 0..1. `conditional_error` is the standard error
    with the whole taken as known (lme4's condVar); `error` adds that the whole is estimated, and `low` and `high` are made
    with it.
    """

    n: int
    raw: float
    shrunk: float
    factor: float
    conditional_error: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """`n` values in `n_groups` groups with data: the mean of the groups with its standard error and interval.

    `between` is the variance of the groups' true means, `within` that of values about their group's. `groups` are in the order
    given, `None` where one has no data.
    """

    n: int
    n_groups: int
    mean: float
    mean_error: float
    low: float
    high: float
    between: float
    within: float
    groups: tuple[Shrunk | None, ...]


def random_intercept(groups: Sequence[Sums], *, method: Fit = "reml", level: float = LEVEL) -> Shrinkage | None:
    """The one-way random-effects model of unequal groups: variances, mean, and each group's best linear unbiased prediction.

    Only the sums of each group are needed: for a given ratio of the variances all else follows in closed form, and the ratio
    is found where the likelihood is highest. `method`: "reml" (restricted, Patterson & Thompson 1971, Biometrika 58:545-554)
    or "ml". Predictions: Henderson (1975), Biometrics 31:423-447; Robinson (1991), Statistical Science 6:15-32. The same as
    lme4's lmer(y ~ 1 + (1 | group)).

    The interval of the mean is Student's with one degree of freedom less than there are groups (exact when these are of one
    size); that of a group is normal with `error` and takes the variances as known, so it is a little too narrow when groups
    are few. When the groups differ no more than by chance, `between` is 0 and every prediction is the mean. `None` with fewer
    than two groups, and when no group has two values.

    >>> yields = [[1545, 1440, 1440, 1520, 1580], [1540, 1555, 1490, 1560, 1495], [1595, 1550, 1605, 1510, 1560],
    ...           [1445, 1440, 1595, 1465, 1545], [1595, 1630, 1515, 1635, 1625], [1520, 1455, 1450, 1480, 1445]]
    >>> result = random_intercept([Sums(len(y), sum(y), sum(v * v for v in y)) for y in yields])
    >>> result.mean, round(result.between, 2), round(result.within, 2)
    (1527.5, 1764.05, 2451.25)
    """
    import numpy as np

    one_of("method", method, ("reml", "ml"))
    inside("level", level)
    present = [group for group in groups if group.n]
    if len(present) < 2 or all(group.n == 1 for group in present):
        return None
    together = sum(present, start=Sums())
    centre = Fraction(together.total, together.n)
    # Distances from the mean of all are exact before they become floats, so that nothing is lost to large scores.
    model = _OneWay(
        sizes=np.asarray([float(group.n) for group in present]),
        away=np.asarray([float(Fraction(group.total, group.n) - centre) for group in present]),
        inner=math.fsum((group.n * group.squares - group.total**2) / group.n for group in present),
        freedom=together.n - (1 if method == "reml" else 0),
        restricted=method == "reml",
    )
    fit = model.fit()
    shrunk = iter(_predictions(model, fit, float(centre), normal_quantile((1 + level) / 2)))
    mean, error = float(centre) + fit.mean, math.sqrt(fit.mean_variance)
    half = t_quantile((1 + level) / 2, len(present) - 1) * error
    return Shrinkage(
        n=together.n,
        n_groups=len(present),
        mean=mean,
        mean_error=error,
        low=mean - half,
        high=mean + half,
        between=fit.between,
        within=fit.within,
        groups=tuple(next(shrunk) if group.n else None for group in groups),
    )


def lowest(height: Callable[[float], float], slope: Callable[[float], float]) -> float:
    """Where on 0 and above a function is lowest: first by orders of magnitude, then where its `slope` is zero.

    Returns 0 when it rises from there, and infinity when it still falls at 10^14.
    """
    from scipy.optimize import brentq, minimize_scalar

    grid = [0.0, *(10.0**power for power in range(-10, 15))]
    place = min(range(len(grid)), key=[height(each) for each in grid].__getitem__)
    if place == 0 and slope(0.0) >= 0:
        return 0.0
    if place == len(grid) - 1:
        return math.inf
    low, high = grid[max(place - 1, 0)], grid[place + 1]
    if slope(low) < 0 < slope(high):
        return float(brentq(slope, low, high, xtol=1e-300, rtol=1e-14))
    return float(minimize_scalar(height, bounds=(low, high), method="bounded", options={"xatol": high * 1e-10}).x)


# --- how --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fit:
    """The mean as a distance from the mean of all values; `factors` are how much each group keeps of its own."""

    mean: float
    mean_variance: float
    between: float
    within: float
    factors: "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class _OneWay:
    """The likelihood of the ratio of the variances, between / within, from sizes, means and the squares within groups.

    `freedom` is n, less one when `restricted`. See Searle, Casella & McCulloch (1992), Variance Components, section 3.7.
    """

    sizes: "NDArray[np.float64]"
    away: "NDArray[np.float64]"
    inner: float
    freedom: int
    restricted: bool

    def fit(self) -> _Fit:
        import numpy as np

        spread = float(np.abs(self.away).max())
        if self.inner > 0:
            ratio = lowest(self.deviance, self.slope)
            if ratio < math.inf:
                return self.at(ratio)
        # No spread within any group: each mean is known as it stands.
        count = len(self.sizes)
        mean = float(self.away.mean()) if spread else 0.0
        between = float(((self.away - mean) ** 2).sum()) / (count - (1 if self.restricted else 0))
        return _Fit(mean, between / count, between, 0.0, np.full(count, 1.0 if between else 0.0))

    def at(self, ratio: float) -> _Fit:
        weights, mean, squares = self._parts(ratio)
        within = squares / self.freedom
        return _Fit(mean, within / float(weights.sum()), ratio * within, within, ratio * weights)

    def deviance(self, ratio: float) -> float:
        import numpy as np

        weights, _mean, squares = self._parts(ratio)
        result = self.freedom * math.log(squares) + float(np.log1p(ratio * self.sizes).sum())
        return result + (math.log(float(weights.sum())) if self.restricted else 0.0)

    def slope(self, ratio: float) -> float:
        weights, mean, squares = self._parts(ratio)
        result = float(weights.sum() - self.freedom * (weights**2 * (self.away - mean) ** 2).sum() / squares)
        return result - (float((weights**2).sum() / weights.sum()) if self.restricted else 0.0)

    def _parts(self, ratio: float) -> "tuple[NDArray[np.float64], float, float]":
        """The weight of each mean, their weighted mean, and the squares left over, all in units of the variance within."""
        weights = self.sizes / (1 + ratio * self.sizes)
        mean = float((weights * self.away).sum() / weights.sum())
        return weights, mean, self.inner + float((weights * (self.away - mean) ** 2).sum())


def _predictions(model: _OneWay, fit: _Fit, centre: float, z: float) -> list[Shrunk]:
    results = []
    for n, away, factor in zip(model.sizes.tolist(), model.away.tolist(), fit.factors.tolist(), strict=True):
        conditional = fit.between * (1 - factor)
        error = math.sqrt(conditional + (1 - factor) ** 2 * fit.mean_variance)
        shrunk = centre + fit.mean + factor * (away - fit.mean)
        half = z * error
        results.append(
            Shrunk(int(n), centre + away, shrunk, factor, math.sqrt(conditional), error, shrunk - half, shrunk + half)
        )
    return results
