"""Whether a question can be steered on, from how far two scorings of the same calls agree on it."""

import math
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
    import numpy as np
    import pandas as pd

    first, second = (frame[name].to_numpy(dtype=float, na_value=math.nan) for name in ("first", "second"))
    known = ~np.isnan(first + second)
    first, second = first[known], second[known]
    place, items = pd.factorize(frame["item"].to_numpy(dtype=object)[known])
    n = np.bincount(place, minlength=len(items))
    apart, total, squares = (
        np.bincount(place, each, len(items)) for each in ((first - second) ** 2, first + second, first**2 + second**2)
    )
    enough = n >= max(FEWEST_PAIRS, smallest)
    n, apart, total, squares, items = (each[enough] for each in (n, apart, total, squares, items))
    variance = (squares - total**2 / (2 * n)) / (2 * n - 1)
    # Of answers that are all the same alpha says nothing: 1 - 0 / 0 is below no bound.
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = np.where(variance > 0, 1 - apart / n / (2 * variance), math.nan)
    return frozenset(map(str, items[alpha < STEER]))


def shift(found: CorrectedScore) -> Decimal | None:
    """How many points a department's score changes once it is corrected for who called."""
    corrected = found.estimate.value
    return None if found.raw is None or corrected is None else corrected - found.raw


def largest_shift(found: Iterable[CorrectedScore]) -> CorrectedScore | None:
    """The department whose score changes most; `None` where none is known."""
    known = [each for each in found if shift(each) is not None]
    return max(known, key=lambda each: abs(shift(each) or Decimal(0)), default=None)
