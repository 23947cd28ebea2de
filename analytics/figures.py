"""What a figure is once it is computed: frozen, with its n, in the unit of the page (points 0..100, percent).

Numbers are rounded here, once, half to even, to two places; page, CSV and API show these same digits. A figure that rests
on fewer calls than its reader may see is `withheld`: then nothing else of it is known, not even its n.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from analytics.stats.control import Limits
from analytics.stats.intervals import Sums

# Below this many calls a mean is shown as its single values, without an interval.
ENOUGH = 5
# More periods cannot be told apart in a chart, and a table of them helps nobody.
MOST_PERIODS = 400
NO_SUMS = Sums()
# What the last digit stands for, by how many places there are.
UNITS = {places: Decimal(1).scaleb(-places) for places in range(5)}


def rounded(value: Fraction | Decimal | float, places: int = 2) -> Decimal:
    """The nearest decimal with so many places, half to even, from the exact value."""
    return rounded_ratio(*value.as_integer_ratio(), places)


def rounded_ratio(top: int, bottom: int, places: int = 2) -> Decimal:
    """As `rounded`, of a quotient of whole numbers that nobody needs as a `Fraction`; the lower one is above 0."""
    whole, rest = divmod(top * 10**places, bottom)
    if 2 * rest > bottom or (2 * rest == bottom and whole % 2):
        whole += 1
    return whole * UNITS[places] if places in UNITS else Decimal(whole).scaleb(-places)


# A page makes ten thousand of these and of `Point`, and a tuple is made in a third of the time.
class Mean(NamedTuple):
    """A mean score in points with its 95 % t interval, which `ENOUGH` calls or more have."""

    n: int | None = 0
    exact: Fraction | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    withheld: bool = False
    sums: Sums = NO_SUMS

    @property
    def value(self) -> Decimal | None:
        return None if self.exact is None else rounded(self.exact)

    @property
    def half_width(self) -> Decimal | None:
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Change:
    """A mean against the one before: the difference in points, Welch's 95 % interval, p before and after correction."""

    exact: Fraction
    low: Decimal
    high: Decimal
    p: float
    adjusted: float = 1.0
    clear: bool = False

    @property
    def value(self) -> Decimal:
        return rounded(self.exact)


@dataclass(frozen=True, slots=True)
class Drift:
    """How a score rose or fell: points per month or week over `periods` of them, with interval and p."""

    value: Decimal
    low: Decimal
    high: Decimal
    periods: int
    p: float
    adjusted: float = 1.0
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A share in percent of `n` with its Wilson 95 % interval."""

    n: int | None = 0
    count: int | None = 0
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    withheld: bool = False


class Point(NamedTuple):
    """One period of a series: its first and last day, and the figure."""

    start: dt.date
    end: dt.date
    mean: Mean
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A figure over successive periods; `normal` is the range it moved in before the newest one, in points."""

    key: int
    code: str
    name: str
    points: tuple[Point, ...]
    normal: Limits | None = None
    target: Decimal | None = None
    hue: str = ""

    @property
    def last(self) -> Point | None:
        """The newest period with a figure."""
        return next((point for point in reversed(self.points) if point.mean.exact is not None), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the overview: a department, a part of the organisation with all below it, or everything together."""

    key: int
    code: str
    name: str
    level: str
    mean: Mean
    before: Mean
    change: Change | None
    target: Decimal | None
    dimensions: tuple["Cell", ...]
    kept: Share
    prompt: Share
    left: Share
    open: int = 0
    band: int | None = None
    spark: Series | None = None
    drift: Drift | None = None
    singles: tuple[Decimal, ...] = ()

    @property
    def distance(self) -> Decimal | None:
        return (
            None if self.mean.exact is None or self.target is None else rounded(self.mean.exact - Fraction(self.target))
        )

    @property
    def signal(self) -> int | None:
        """What survived correction: 1 better, -1 worse than before (or, failing that, over the course); None nothing."""
        if self.change is not None and self.change.clear:
            return 1 if self.change.exact > 0 else -1
        if self.drift is not None and self.drift.clear:
            return 1 if self.drift.value > 0 else -1
        return None


@dataclass(frozen=True, slots=True)
class Cell:
    """A department's mean of one dimension, with the target it is measured against."""

    measure: str
    mean: Mean
    target: Decimal | None

    @property
    def distance(self) -> Decimal | None:
        return (
            None if self.mean.exact is None or self.target is None else rounded(self.mean.exact - Fraction(self.target))
        )


@dataclass(frozen=True, slots=True)
class ItemLoss:
    """What one question costs: points of the score per call, how often it was scored and how often N/A."""

    code: str
    text: str
    dimension: str
    n: int | None
    na: int | None
    lost: Decimal | None
    earned: Decimal | None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """A fate and the share of calls that ended so."""

    fate: str
    name: str
    left: bool
    share: Share
