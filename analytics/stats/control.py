"""What is the normal range of a series of period means?"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

# The mean of the range of two values from a normal distribution, in standard deviations.
D2 = 1.128


@dataclass(frozen=True, slots=True)
class Limits:
    """The natural process limits of an individuals (XmR) chart, in the unit of the values, and the n they rest on."""

    n: int
    mean: float
    moving_range: float
    low: float
    high: float

    def outside(self, value: float) -> bool:
        """Rule 1 of Western Electric: beyond three sigma."""
        return not self.low <= value <= self.high


def xmr(baseline: Sequence[float]) -> Limits | None:
    """Limits of the individuals chart: mean plus and minus 3 mean moving ranges / d2.

    Source: NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler, Understanding Variation. `baseline` are successive values in order
    of time; `None` below two, where there is no moving range. The moving range makes the limits insensitive to slow
    drift, so that drift shows.

    >>> limits = xmr([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> round(limits.mean, 2), round(limits.moving_range, 4)
    (50.81, 1.8778)
    """
    for value in baseline:
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number to put on a chart")
    if len(baseline) < 2:
        return None
    mean = math.fsum(baseline) / len(baseline)
    steps = [abs(after - before) for before, after in itertools.pairwise(baseline)]
    moving_range = math.fsum(steps) / len(steps)
    reach = 3 * moving_range / D2
    return Limits(n=len(baseline), mean=mean, moving_range=moving_range, low=mean - reach, high=mean + reach)
