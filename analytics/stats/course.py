"""Does a measure rise or fall steadily?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.stats.given import inside, integer
from analytics.stats.intervals import LEVEL, Sums, t_quantile, t_two_sided


@dataclass(frozen=True, slots=True)
class Slope:
    """Least-squares slope over `n` values, in the unit of the values per step of time, with interval and two-sided p."""

    n: int
    slope: float
    low: float
    high: float
    p: float


def slope(times: Sequence[int], sums: Sequence[Sums], level: float = LEVEL) -> Slope | None:
    """Ordinary least squares of single values on time, when all values of one period share its time.

    Source: any textbook; the same as `scipy.stats.linregress` on the values themselves, of which only the sums per period
    are needed. `None` below three values or when all lie in one period.

    >>> result = slope([0, 1, 2], [Sums(1, 1, 1), Sums(1, 3, 9), Sums(2, 9, 41)])
    >>> round(result.slope, 4), round(result.p, 4)
    (1.7273, 0.0317)
    """
    if len(times) != len(sums):
        raise ValueError(f"{len(times)} times for {len(sums)} periods")
    upper = (1 + inside("level", level)) / 2
    times = [integer("times", time) for time in times]
    n = sum(each.n for each in sums)
    if n < 3:
        return None
    x = sum(time * each.n for time, each in zip(times, sums, strict=True))
    y = sum(each.total for each in sums)
    xx = Fraction(sum(time * time * each.n for time, each in zip(times, sums, strict=True))) - Fraction(x * x, n)
    xy = Fraction(sum(time * each.total for time, each in zip(times, sums, strict=True))) - Fraction(x * y, n)
    yy = Fraction(sum(each.squares for each in sums)) - Fraction(y * y, n)
    if xx == 0:
        return None
    found = xy / xx
    residual = yy - found * xy
    error = math.sqrt(residual / (n - 2) / xx)
    if error == 0:
        return Slope(n, float(found), float(found), float(found), 1.0 if found == 0 else 0.0)
    half = t_quantile(upper, n - 2) * error
    return Slope(n, float(found), float(found) - half, float(found) + half, t_two_sided(float(found) / error, n - 2))
