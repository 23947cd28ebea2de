"""Two shares of independent trials: how much do they differ?"""

import math
from typing import NamedTuple

from analytics.stats.given import inside, whole
from analytics.stats.intervals import LEVEL, Proportion, wilson


class ShareDifference(NamedTuple):
    """The first share minus the second, 0..1, with the ends of its interval."""

    first: Proportion
    second: Proportion
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.first.share - self.second.share

    @property
    def p(self) -> float:
        """Two-sided; 1 when both shares are 0 or both are 1."""
        from scipy.special import chdtrc

        x, n, y, m = self.first.successes, self.first.n, self.second.successes, self.second.n
        margins = (x + y) * (n + m - x - y) * n * m
        # Whole numbers up to the one division: nothing is lost when the shares are nearly alike.
        return float(chdtrc(1, (n + m) * (x * m - y * n) ** 2 / margins)) if margins else 1.0


def share_difference(
    successes_first: int, n_first: int, successes_second: int, n_second: int, *, level: float = LEVEL
) -> ShareDifference | None:
    """The difference of two independent binomial shares, the FIRST minus the second.

    Interval: square-and-add of two Wilson intervals, method 10 of Newcombe (1998), Statistics in Medicine 17:873-890. Test:
    Pearson's chi-square of the 2 x 2 table without correction, which is the score test with the pooled share (Fleiss, Levin &
    Paik 2003, section 3.3). `None` when either has no trials.

    >>> result = share_difference(56, 70, 48, 80)
    >>> round(result.difference, 4), round(result.low, 4), round(result.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    inside("level", level)
    n_first, n_second = whole("n_first", n_first), whole("n_second", n_second)
    first = wilson(whole("successes_first", successes_first), n_first, level)
    second = wilson(whole("successes_second", successes_second), n_second, level)
    if first is None or second is None:
        return None
    difference = first.share - second.share
    low = difference - math.hypot(first.share - first.low, second.high - second.share)
    high = difference + math.hypot(first.high - first.share, second.share - second.low)
    return ShareDifference(first, second, max(low, -1.0), min(high, 1.0))
