"""Whether a question can be steered on, from how far two scorings of the same calls agree on it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from analytics.metrics.strictness import CorrectedScore
from analytics.metrics.twice import STEER, Agreement

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


def shift(found: CorrectedScore) -> Decimal | None:
    """How many points a department's score changes once it is corrected for who called."""
    corrected = found.estimate.value
    return None if found.raw is None or corrected is None else corrected - found.raw


def largest_shift(found: Iterable[CorrectedScore]) -> CorrectedScore | None:
    """The department whose score changes most; `None` where none is known."""
    known = [each for each in found if shift(each) is not None]
    return max(known, key=lambda each: abs(shift(each) or Decimal(0)), default=None)
