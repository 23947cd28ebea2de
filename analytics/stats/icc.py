"""Intraclass correlation: how much of the spread of scores lies between targets, and how much between who scored them?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.stats.intervals import LEVEL
from analytics.stats.ratings import numbers, two_sided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# What is below this, beside 1, is what rounding left of 0.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Icc:
    """One intraclass correlation with its interval, and the F test that it is 0 (`p` is that of a larger F).

    `f` is infinite where nothing is left within targets.
    """

    name: str
    value: float
    low: float
    high: float
    f: float
    df1: int
    df2: int
    p: float


@dataclass(frozen=True, slots=True)
class IntraclassCorrelations:
    """The six coefficients over `n` targets, each scored by all of `raters`; `dropped` targets were incomplete.

    | | a single rating | the mean of all raters |
    |---|---|---|
    | each target has raters of its own, drawn at random | ICC(1,1) `one_way` | ICC(1,k) `one_way_mean` |
    | the same raters, a random sample: agreement | ICC(2,1) `agreement` | ICC(2,k) `agreement_mean` |
    | the same raters, the only ones: consistency | ICC(3,1) `consistency` | ICC(3,k) `consistency_mean` |

    A coefficient is `None` where it is 0/0 or has no finite value: that of a mean when targets do not differ (mean square 0
    between them) or agreement is estimated below -1 / (k - 1), consistency when raters differ by constants only and targets
    not at all, agreement in a 2 x 2 table of (a, b), (b, a). The lower limit of a mean can be minus infinity.
    """

    n: int
    raters: int
    dropped: int
    one_way: Icc | None
    agreement: Icc | None
    consistency: Icc | None
    one_way_mean: Icc | None
    agreement_mean: Icc | None
    consistency_mean: Icc | None

    def __iter__(self) -> Iterator[Icc]:
        """Those that have a value, in the order of Shrout & Fleiss."""
        single = (self.one_way, self.agreement, self.consistency)
        means = (self.one_way_mean, self.agreement_mean, self.consistency_mean)
        return iter([each for each in single + means if each is not None])


def icc(ratings: Any, *, level: float = LEVEL, drop_incomplete: bool = False) -> IntraclassCorrelations | None:
    """All six intraclass correlations of scores of targets (rows) by raters (columns), with F tests and intervals.

    Source: Shrout & Fleiss (1979), Psychological Bulletin 86:420-428; the interval of ICC(2,1) and ICC(2,k) is theirs, which
    is that of McGraw & Wong (1996), Psychological Methods 1:30-46, for ICC(A,1) and ICC(A,k). The F test of ICC(2,.) is that
    of the mean square between targets over the residual one, exact when the coefficient is 0.

    `ratings` are numbers in any one unit. A missing one (`None`, NaN) is refused, naming its place; with `drop_incomplete`
    the target is left out and counted in `dropped`. `None` below two complete targets or two raters, and when all scores are
    equal: nothing varies, so nothing can be said of where it varies.

    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(each.value, 2) for each in icc(scores)]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    import numpy as np

    quantile = two_sided(level)
    values = numbers(ratings)
    missing = np.isnan(values)
    if missing.any() and not drop_incomplete:
        row, column = np.argwhere(missing)[0]
        raise ValueError(f"ratings[{row}][{column}] is missing; every target needs all ratings, or is to be dropped")
    complete = values[~missing.any(axis=1)]
    n, k = complete.shape
    if n < 2 or k < 2 or complete.min() == complete.max():
        return None
    squares = _mean_squares(complete)
    one_way, consistency = _one_way(squares, quantile), _consistency(squares, quantile)
    agreement = _agreement(squares, quantile)
    varies = squares.between > 0
    return IntraclassCorrelations(
        n=n,
        raters=k,
        dropped=len(values) - n,
        one_way=one_way,
        agreement=agreement,
        consistency=consistency,
        one_way_mean=_of_mean(one_way, k, "ICC(1,k)") if varies else None,
        agreement_mean=_of_mean(agreement, k, "ICC(2,k)") if varies else None,
        consistency_mean=_of_mean(consistency, k, "ICC(3,k)") if varies else None,
    )


# --- how --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of the two-way analysis of variance, in the square of the largest deviation."""

    n: int
    k: int
    between: float
    raters: float
    residual: float
    within: float


def _mean_squares(values: "NDArray[np.float64]") -> _Squares:
    import numpy as np

    n, k = values.shape
    # What floating point leaves of a difference of 0, in the size of the values as they came.
    least = 16 * np.finfo(np.float64).eps * float(np.abs(values).max())
    middle = (values.min() + values.max()) / 2
    unit = float(np.abs(values - middle).max())
    values = (values - middle) / unit
    grand, rows, columns = values.mean(), values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)

    def square(deviations: "NDArray[np.float64]", times: int, df: int) -> float:
        kept = np.where(np.abs(deviations) * unit <= least, 0.0, deviations)
        return float((kept**2).sum()) * times / df

    between = square(rows - grand, k, n - 1)
    raters = square(columns - grand, n, k - 1)
    residual = square(values - rows - columns + grand, 1, (n - 1) * (k - 1))
    within = ((k - 1) * raters + (n - 1) * (k - 1) * residual) / (n * (k - 1))
    return _Squares(n, k, between, raters, residual, within)


def _one_way(squares: _Squares, quantile: float) -> Icc | None:
    return _of_ratio("ICC(1,1)", squares, squares.within, squares.n * (squares.k - 1), quantile)


def _consistency(squares: _Squares, quantile: float) -> Icc | None:
    return _of_ratio("ICC(3,1)", squares, squares.residual, (squares.n - 1) * (squares.k - 1), quantile)


def _of_ratio(name: str, squares: _Squares, error: float, df2: int, quantile: float) -> Icc | None:
    """The coefficients that depend on the ratio of two mean squares only: their limits are those of F, exactly.

    `None` when both are 0: raters differ by constants and targets not at all, so of what is left, nothing varies.
    """
    from scipy.special import fdtri

    df1, k, between = squares.n - 1, squares.k, squares.between
    if between == error == 0:
        return None

    def value(signal: float, noise: float) -> float:
        return (signal - noise) / (signal + (k - 1) * noise)

    # The lower quantiles of F and of its inverse: the upper ones may be infinite.
    low = value(between * float(fdtri(df2, df1, 1 - quantile)), error)
    high = value(between, error * float(fdtri(df1, df2, 1 - quantile)))
    f, p = _test(between, error, df1, df2)
    estimate = value(between, error)
    return Icc(name, estimate, min(low, estimate), max(high, estimate), f, df1, df2, p)


def _agreement(squares: _Squares, quantile: float) -> Icc | None:
    from scipy.special import fdtri

    n, k, between, raters, residual = squares.n, squares.k, squares.between, squares.raters, squares.residual
    df1, df2 = n - 1, (n - 1) * (k - 1)
    rest = k * raters + (k * n - k - n) * residual
    if rest + n * between == 0:
        return None

    def value(signal: float, noise: float) -> float:
        return n * (signal - residual * noise) / (rest * noise + n * signal)

    estimate = value(between, 1)
    f, p = _test(between, residual, df1, df2)
    if raters == residual == 0:
        return Icc("ICC(2,1)", 1.0, 1.0, 1.0, f, df1, df2, p)
    # The degrees of freedom of the mix of both mean squares, by Satterthwaite. Below 0, the parts can cancel.
    first, second = k * estimate * raters, (n * (1 + (k - 1) * estimate) - k * estimate) * residual
    total = first**2 / (k - 1) + second**2 / df2
    df = max((first + second) ** 2 / total, 1.0) if total > 0 else k - 1.0
    # By the lower quantiles, whose inverses are the upper ones: those may be infinite.
    low = value(between * float(fdtri(df, df1, 1 - quantile)), 1)
    high = value(between, float(fdtri(df1, df, 1 - quantile)))
    return Icc("ICC(2,1)", estimate, min(low, estimate), max(high, estimate), f, df1, df2, p)


def _of_mean(single: Icc | None, k: int, name: str) -> Icc | None:
    """The coefficient of a mean of k ratings, by the formula of Spearman and Brown; `None` where it has no value."""

    def stepped(value: float) -> float:
        below = 1 + (k - 1) * value
        return k * value / below if below > ROUNDING else -math.inf

    if single is None or math.isinf(value := stepped(single.value)):
        return None
    return Icc(name, value, stepped(single.low), stepped(single.high), single.f, single.df1, single.df2, single.p)


def _test(between: float, error: float, df1: int, df2: int) -> tuple[float, float]:
    from scipy.special import fdtrc

    if error == 0:
        return (math.inf, 0.0) if between > 0 else (0.0, 1.0)
    f = between / error
    return f, float(fdtrc(df1, df2, f))
