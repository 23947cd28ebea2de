"""Does a measure rise or fall steadily?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
    # Each `n` times as large as it is by the book, so that all of them are whole and nothing is lost before dividing.
    xx = n * sum(time * time * each.n for time, each in zip(times, sums, strict=True)) - x * x
    xy = n * sum(time * each.total for time, each in zip(times, sums, strict=True)) - x * y
    yy = n * sum(each.squares for each in sums) - y * y
    if xx == 0:
        return None
    found = xy / xx
    error = math.sqrt((yy * xx - xy * xy) / (xx * xx * (n - 2)))
    if error == 0:
        return Slope(n, found, found, found, 1.0 if found == 0 else 0.0)
    half = t_quantile(upper, n - 2) * error
    return Slope(n, found, found - half, found + half, t_two_sided(found / error, n - 2))
