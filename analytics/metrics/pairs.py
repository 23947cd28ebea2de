"""Two scores of the same calls, or of matched pairs of calls: the mean of their differences."""

from typing import TYPE_CHECKING

from analytics.figures import ENOUGH
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate
from analytics.stats.intervals import Sums
from analytics.stats.paired import paired_t_of_sums

if TYPE_CHECKING:
    import pandas as pd


def differences(frame: "pd.DataFrame", first: str, second: str) -> list[int]:
    """The first column minus the second, of the rows that have both; whole numbers in and out."""
    both = frame[[first, second]].dropna()
    return [int(a) - int(b) for a, b in zip(both[first], both[second], strict=True)]


def sums_of(values: list[int]) -> Sums:
    """The exact sums of whole numbers."""
    return Sums(len(values), sum(values), sum(value * value for value in values))


def mean_difference(sums: Sums, smallest: int = 1, *, per: int = 100) -> Estimate:
    """The mean of differences, `per` of whose units are one of the page, with the paired t interval and test.

    Below `ENOUGH` differences there is no interval, as for any mean.
    """
    if 0 < sums.n < smallest:
        return WITHHELD_ESTIMATE
    if sums.mean is None:
        return Estimate()
    found = paired_t_of_sums(sums) if sums.n >= ENOUGH else None
    if found is None:
        return estimate(sums.n, sums.mean, per=per)
    return estimate(sums.n, sums.mean, (found.low, found.high), found.p, per=per)
