"""What an estimate is once it is made, as `figures` are: frozen, with its n, rounded once, in the unit of the page.

What a single kind of result holds beside that stands with the function in `analytics.metrics` that makes it.
"""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from analytics.figures import rounded, rounded_ratio
from analytics.stats.corrections import correct


# A tuple, as `figures.Mean` is: a page makes thousands.
class Estimate(NamedTuple):
    """A figure from `n` calls (or pairs, or periods) with its 95 % interval and the p of there being nothing.

    `exact` is in the unit of its kind; without data it is `None` and `n` is 0. `low` and `high` are `None` where
    nothing is known of how sure it is: too few values, or none of a method. `adjusted` is p corrected for all tests
    made with it, and `clear` says that it survived. `withheld`: it rests on fewer calls than its reader may see, and
    nothing else is known.
    """

    n: int | None = 0
    exact: Fraction | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    p: float | None = None
    adjusted: float | None = None
    clear: bool = False
    withheld: bool = False

    @property
    def value(self) -> Decimal | None:
        return None if self.exact is None else rounded(self.exact)


WITHHELD_ESTIMATE = Estimate(n=None, withheld=True)

Interval = tuple[Fraction | float | None, Fraction | float | None]


def estimate(
    n: int, value: Fraction | float, limits: Interval = (None, None), p: float | None = None, *, per: int = 1
) -> Estimate:
    """An estimate from what a statistic gives; `per` such units are one of the page (hundredths of a point: 100)."""
    # Fractions only where they are needed: a page holds thousands of estimates.
    low, high = (None if limit is None else rounded_ratio(*_per(limit, per)) for limit in limits)
    return Estimate(n, Fraction(*_per(value, per)), low, high, p, p)


def _per(value: Fraction | float, per: int) -> tuple[int, int]:
    """The quotient of whole numbers that `per` such units are."""
    top, bottom = value.as_integer_ratio()
    return top, bottom * per


Key = TypeVar("Key", bound=Hashable)


def judged(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Estimates that are tested together, with their p-values corrected for that (Benjamini & Hochberg 1995).

    Those without p are no tests, and stay as they are.
    """
    found = correct([each.p for each in estimates])
    verdicts = zip(estimates, found.adjusted, found.rejected, strict=True)
    return [each if each.p is None else each._replace(adjusted=p, clear=clear) for each, p, clear in verdicts]


def judged_by_key(estimates: Mapping[Key, Estimate]) -> dict[Key, Estimate]:
    """As `judged`, by key."""
    return dict(zip(estimates, judged(list(estimates.values())), strict=True))
