"""Did the training help? A series before and after a known moment: the plain difference, and what became of the trend."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, SupportsFloat

from analytics.stats.comparison import Difference, welch
from analytics.stats.intervals import LEVEL, Sums, t_quantile, t_two_sided
from analytics.stats.points import Value, level_mean, present, share, whole

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

# The fewest periods on either side: the Cochrane EPOC group's criterion for an interrupted time series.
FEWEST_PERIODS = 3
# Residuals below this share of the largest distance from the mean are the rounding of a perfect fit.
NOTHING = 1e-10


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate from `n` periods with its robust standard error and interval, and the two-sided p of no effect.

    `low`, `high` and `p` are `None` where the model meets every value that the estimate rests on exactly: the standard
    error of 0 then says nothing of how sure it is.
    """

    n: int
    value: float
    error: float
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A segmented regression of `n` periods, `n_before` of them before the moment.

    `start` is the fitted value just before the moment's effect, that is what was expected at the moment; slopes are per
    step of time: `slope_before`, its change `slope_change` and their sum `slope_after` (without a slope change: `None`,
    `None`). `level_change` is the jump at the moment. At the last period there, `last`: `expected` without the
    interruption, `reached` by the fitted line, and their difference `gain`. `lags` is how far autocorrelation is allowed
    for, `df` the degrees of freedom, `exact` tells of a perfect fit.
    """

    n: int
    n_before: int
    n_after: int
    start: Effect
    slope_before: Effect
    level_change: Effect
    slope_change: Effect | None
    slope_after: Effect | None
    last: int
    expected: Effect
    reached: Effect
    gain: Effect
    lags: int
    df: int
    exact: bool


def interrupted(
    values: Collection[Value],
    *,
    at: int,
    weights: Collection[Value] | None = None,
    lags: int | None = None,
    slope_change: bool = True,
    level: SupportsFloat = LEVEL,
) -> Interrupted | None:
    """Segmented regression of an interrupted time series: the change of level and of slope at a known moment.

    Source: Wagner et al. (2002), Journal of Clinical Pharmacy and Therapeutics 27:299-309; Bernal, Cummins & Gasparrini
    (2017), International Journal of Epidemiology 46:348-355. The model, with time t counted in steps from the moment,
    is y = b0 + b1 t + b2 (t >= 0) + b3 t (t >= 0), by least squares; so the level change b2 is the jump at the first
    period after (as Linden 2015, Stata Journal 15:480-500; Wagner counts that period as 1, which moves b2 by b3).
    `slope_change=False` leaves b3 out. `values` are one per period, equally far apart, `None` where there is none; `at` is
    the place, from 0, of the first period after the moment. `weights` are how many observations each value rests on:
    its variance is taken as proportional to 1 / weight.

    Standard errors are those of Newey & West (1987), Econometrica 55:703-708, with `lags` lags (unless given,
    floor(4 (n / 100)^(2/9)); 0: robust to unequal variances only), times n / (n - k), judged by Student's t with n - k
    degrees of freedom. A missing period keeps its place: lags are counted in time, its residual as 0 (Parzen 1963). In
    short series these errors come out too small (Turner et al. 2021, BMC Medical Research Methodology 21:181): twelve
    periods on either side are advised.

    `None` with fewer than three periods on either side (the Cochrane EPOC criterion), and without a degree of freedom. When
    every value lies on the fitted lines, estimates come without interval and p (`Effect`), and `exact` is true.

    >>> found = interrupted([10, 11, 12, 13, 20, 22, 24, 26], at=4)
    >>> round(found.level_change.value, 6), round(found.slope_change.value, 6), found.exact, found.level_change.p
    (6.0, 1.0, True, None)
    """
    places, numbers, loads = present(values, weights)
    moment, sure = whole(at, "at"), share(level, "level")
    reach = None if lags is None else whole(lags, "lags")
    n, before = len(numbers), sum(place < moment for place in places)
    columns = 4 if slope_change else 3
    if min(before, n - before) < FEWEST_PERIODS or n <= columns:
        return None
    length = places[-1] - places[0] + 1
    reach = math.floor(4 * (n / 100) ** (2 / 9)) if reach is None else reach
    if reach >= length:
        raise ValueError(f"lags is {lags}; over {length} periods it is at most {length - 1}")
    fit = _Fit.of(places, numbers, loads, moment=moment, columns=columns, lags=reach, level=sure)
    last = places[-1] - moment
    expected, gain = [1.0, last, 0.0, 0.0][:columns], [0.0, 0.0, 1.0, last][:columns]
    return Interrupted(
        n=n,
        n_before=before,
        n_after=n - before,
        start=fit.effect([1, 0, 0, 0], offset=True),
        slope_before=fit.effect([0, 1, 0, 0]),
        level_change=fit.effect([0, 0, 1, 0]),
        slope_change=fit.effect([0, 0, 0, 1]) if slope_change else None,
        slope_after=fit.effect([0, 1, 0, 1]) if slope_change else None,
        last=places[-1],
        expected=fit.effect(expected, offset=True),
        reached=fit.effect([one + other for one, other in zip(expected, gain, strict=True)], offset=True),
        gain=fit.effect(gain),
        lags=reach,
        df=n - columns,
        exact=fit.exact,
    )


def before_after(sums: Sequence[Sums], *, at: int, level: float = LEVEL) -> Difference | None:
    """The plain difference of all values after a moment and all before, with Welch's interval.

    Source: `comparison.welch`, on the added sums of the periods. `sums` are one per period (empty ones take no part), `at`
    the place, from 0, of the first period after the moment. It sees no trend: what rose all along has risen too. `None` when
    either side has fewer than two values.

    >>> result = before_after([Sums(2, 3, 5), Sums(1, 3, 9), Sums(3, 15, 77)], at=2)
    >>> round(result.difference, 2), round(result.p, 4)
    (3.0, 0.0213)
    """
    moment, sure = whole(at, "at"), share(level, "level")
    return welch(sum(sums[:moment], start=Sums()), sum(sums[moment:], start=Sums()), sure)


@dataclass(frozen=True, slots=True)
class _Fit:
    """The coefficients on the scaled design, what their covariance is made of, and the caller's units to turn them into."""

    n: int
    middle: float
    units: "Array"
    coefficients: "Array"
    bread: "Array"
    scores: "Array"
    lags: int
    df: int
    level: float
    rounding: float
    exact: bool

    @classmethod
    def of(
        cls,
        places: Sequence[int],
        numbers: Sequence[float],
        loads: Sequence[float],
        *,
        moment: int,
        columns: int,
        lags: int,
        level: float,
    ) -> "_Fit":
        """Fitted about the mean and in units of the farthest value and the whole span, so that no number is too large."""
        import numpy as np
        from statsmodels.regression.linear_model import WLS

        middle = level_mean(numbers)
        y = np.array(numbers) - middle
        scale = float(np.abs(y).max()) or 1.0
        span = float(places[-1] - places[0])
        time = (np.array(places, dtype=float) - moment) / span
        after = (time >= 0).astype(float)
        design = np.column_stack([np.ones_like(time), time, after, time * after])[:, :columns]
        weights = np.array(loads) / max(loads)
        fit = WLS(y / scale, design, weights=weights).fit()
        # A missing period's score is zero, so that lags are steps of time.
        scores = np.zeros((places[-1] - places[0] + 1, columns))
        scores[np.array(places) - places[0]] = fit.model.wexog * fit.wresid[:, None]
        rounding = NOTHING + 64 * np.finfo(float).eps * max(map(abs, numbers)) / scale
        return cls(
            n=len(numbers),
            middle=middle,
            units=scale * np.array([1, 1 / span, 1, 1 / span])[:columns],
            coefficients=fit.params,
            bread=fit.normalized_cov_params,
            scores=scores,
            lags=lags,
            df=len(numbers) - columns,
            level=level,
            rounding=float(rounding),
            exact=bool(np.abs(fit.resid).max() <= rounding),
        )

    def effect(self, combination: Sequence[float], *, offset: bool = False) -> Effect:
        """The estimate of a combination of the coefficients; `offset` for a level, which stands on the mean."""
        import numpy as np
        from statsmodels.stats.sandwich_covariance import S_hac_simple

        weights = np.array(combination[: len(self.units)]) * self.units
        value = float(weights @ self.coefficients) + (self.middle if offset else 0.0)
        # What each period adds to the estimate's error: taken before the squares, so that none remains of what cancels out.
        parts = self.scores @ (self.bread @ weights)
        variance = float(S_hac_simple(parts[:, None], nlags=self.lags).squeeze()) * self.n / self.df
        error = math.sqrt(max(variance, 0.0))
        # One side alone may be met exactly: the errors are each side's own.
        if self.exact or error <= self.rounding * float(np.abs(weights).sum()):
            return Effect(self.n, value, 0.0, None, None, None)
        half = t_quantile((1 + self.level) / 2, self.df) * error
        return Effect(self.n, value, error, value - half, value + half, t_two_sided(value / error, self.df))
