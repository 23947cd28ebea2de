"""Whether a question can be steered on, from how far two scorings of the same calls agree on it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from analytics.metrics.strictness import CorrectedScore
from analytics.metrics.twice import STEER, Agreement

if TYPE_CHECKING:
    import pandas as pd

# Krippendorff (2004), p. 241: from here on a question may be relied upon; between this and `STEER`, tentatively.
FIRM: Final = 0.8
# Among fewer pairs one call turns alpha from one side of its bounds to the other.
FEWEST_PAIRS: Final = 10
FEW, ALIKE, NOT, TENTATIVELY, FIRMLY = VERDICTS = ("few", "alike", "not", "tentatively", "firmly")


def steering(found: Agreement) -> str:
    """One of `VERDICTS`: "alike" where all answers are the same, of which alpha says nothing."""
    alpha = found.alpha
    if alpha.withheld or (alpha.n or 0) < FEWEST_PAIRS:
        return FEW
    if alpha.exact is None:
        return ALIKE
    if alpha.exact < STEER:
        return NOT
    return FIRMLY if alpha.exact >= FIRM else TENTATIVELY


def surely_not(found: Agreement) -> bool:
    """Whether the whole interval lies below the bound of steering, not only alpha itself."""
    return steering(found) == NOT and found.alpha.high is not None and found.alpha.high < Decimal(str(STEER))


def unsteady(frame: "pd.DataFrame", smallest: int = 1) -> frozenset[str]:
    """The codes of the questions of the frame `scored_twice` whose verdict is "not": alpha without its interval, of all at once.

    Alpha of two ratings each on an interval scale is 1 - D/(2 s2), with D the mean squared difference within a call and s2 the
    variance of all ratings; source as `metrics.agreement`, whose alpha it is.
    """
    both = frame.dropna(subset=["first", "second"]).astype({"first": "float64", "second": "float64"})
    both = both.assign(
        apart=(both["first"] - both["second"]) ** 2,
        total=both["first"] + both["second"],
        squares=both["first"] ** 2 + both["second"] ** 2,
    )
    sums = both.groupby("item").agg(
        n=("apart", "size"), apart=("apart", "sum"), total=("total", "sum"), squares=("squares", "sum")
    )
    sums = sums[sums["n"] >= max(FEWEST_PAIRS, smallest)]
    variance = (sums["squares"] - sums["total"] ** 2 / (2 * sums["n"])) / (2 * sums["n"] - 1)
    alpha = 1 - sums["apart"] / sums["n"] / (2 * variance[variance > 0])
    return frozenset(map(str, alpha.index[alpha < STEER]))


def shift(found: CorrectedScore) -> Decimal | None:
    """How many points a department's score changes once it is corrected for who called."""
    corrected = found.estimate.value
    return None if found.raw is None or corrected is None else corrected - found.raw


def largest_shift(found: Iterable[CorrectedScore]) -> CorrectedScore | None:
    """The department whose score changes most; `None` where none is known."""
    known = [each for each in found if shift(each) is not None]
    return max(known, key=lambda each: abs(shift(each) or Decimal(0)), default=None)
