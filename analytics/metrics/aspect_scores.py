"""What was said against how it was said."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.figures import Mean
from analytics.metrics.means import measured
from analytics.metrics.pairs import differences, mean_difference, sums_of
from analytics.metrics.sums import Parts
from analytics.results import WITHHELD_ESTIMATE, Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Aspects:
    """The means of content and experience, and content minus experience, all in points."""

    content: Mean
    experience: Mean
    gap: Estimate


def aspects(parts: Parts, smallest: int = 1) -> Aspects:
    """Content and experience from sums; the difference of their means WITHOUT an interval, and its `n` the smaller of
    both.

    The two scores are of the same calls and go together, and sums of each by itself do not say how much. An interval
    for independent samples (Welch) would claim something else: it is too wide where good calls are good in both, too
    narrow where the one is had at the cost of the other. `aspect_gap` has the honest one.
    """
    content, experience = (measured(parts, name, smallest) for name in ("content", "experience"))
    if content.withheld or experience.withheld:
        return Aspects(content, experience, WITHHELD_ESTIMATE)
    if content.exact is None or experience.exact is None:
        return Aspects(content, experience, Estimate())
    n = min(content.n or 0, experience.n or 0)
    return Aspects(content, experience, Estimate(n=n, exact=content.exact - experience.exact))


def aspect_gap(frame: "pd.DataFrame", smallest: int = 1) -> Estimate:
    """Content minus experience, call by call, with the paired t interval and test; points.

    `frame` has a row per call and the columns `content` and `experience`, hundredths of a point; calls that miss either
    take no part.
    """
    return mean_difference(sums_of(differences(frame, "content", "experience")), smallest)
