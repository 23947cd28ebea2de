"""How sure is a percentage, how sure is a mean."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from analytics.stats.given import inside, integer, whole

LEVEL = 0.95


class Proportion(NamedTuple):
    """A share 0..1 of `n` trials with its interval."""

    n: int
    successes: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sums:
    """The additive parts of a mean: how many values, their sum and the sum of their squares; exact integers.

    Adding two `Sums` gives the sums of both sets together, in any order, so every period and group of departments is made
    of the same daily parts.
    """

    n: int = 0
    total: int = 0
    squares: int = 0

    def __post_init__(self) -> None:
        # The integers of numpy have an end, beyond which they wrap around.
        if not type(self.n) is type(self.total) is type(self.squares) is int:
            for name in ("n", "total", "squares"):
                object.__setattr__(self, name, integer(name, getattr(self, name)))
        if self.n < 0:
            raise ValueError(f"n is {self.n}; a count cannot be negative")
        if self.n * self.squares < self.total * self.total:
            raise ValueError(f"squares is {self.squares}; {self.n} values with sum {self.total} have larger squares")

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> Fraction | None:
        """The exact mean; `None` without values."""
        return Fraction(self.total, self.n) if self.n else None

    @property
    def variance(self) -> Fraction | None:
        """The exact sample variance (divisor n - 1); `None` below two values."""
        if self.n < 2:
            return None
        return Fraction(self.n * self.squares - self.total * self.total, self.n * (self.n - 1))

    @property
    def squared_error(self) -> float | None:
        """The variance of the mean: `variance / n` to the last bit, without the fractions; `None` below two values."""
        if self.n < 2:
            return None
        return (self.n * self.squares - self.total * self.total) / (self.n * self.n * (self.n - 1))


@dataclass(frozen=True, slots=True)
class MeanInterval:
    """A mean of `n` values with its interval, in the unit of the values."""

    n: int
    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def wilson(successes: int, n: int, level: float = LEVEL) -> Proportion | None:
    """The Wilson score interval of a binomial share, without continuity correction.

    Source: Wilson (1927), JASA 22:209-212; method 3 of Newcombe (1998), Statistics in Medicine 17:857-872.
    `successes` of `n` trials in, shares 0..1 out; `None` without trials.

    >>> result = wilson(81, 263)
    >>> round(result.low, 4), round(result.high, 4)
    (0.2553, 0.3662)
    """
    z = normal_quantile(_two_sided(level))
    successes, n = integer("successes", successes), whole("n", n)
    if not 0 <= successes <= n:
        raise ValueError(f"successes is {successes}; of {n} trials it lies between 0 and {n}")
    if n == 0:
        return None
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends the limit is exactly 0 or 1; floating point would miss it by a hair.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return Proportion(n=n, successes=successes, share=share, low=low, high=high)


def mean_interval(sums: Sums, level: float = LEVEL) -> MeanInterval | None:
    """Student's t interval of a mean, from its sums.

    Source: Student (1908), Biometrika 6:1-25; any textbook. In and out in the unit of the values. `None` below two
    values, where nothing is known about their spread.

    >>> result = mean_interval(Sums(5, 25, 135))
    >>> round(result.mean, 3), round(result.half_width, 3)
    (5.0, 1.963)
    """
    error = sums.squared_error
    if error is None:
        return None
    mean = sums.total / sums.n
    half = t_quantile(_two_sided(level), sums.n - 1) * math.sqrt(error)
    return MeanInterval(n=sums.n, mean=mean, low=mean - half, high=mean + half)


def side_of(sums: Sums, bound: float, *, fewest: int = 2, within: tuple[float, float] = (-math.inf, math.inf)) -> int:
    """On which side of a bound the whole t interval (95 %) of a mean lies: 1 at or above it, -1 below, 0 if that cannot be told.

    Fewer than `fewest` values tell nothing. `within` are the ends that values have, past which no interval reaches.

    >>> side_of(Sums(5, 25, 135), 3), side_of(Sums(5, 25, 135), 4), side_of(Sums(5, 25, 135), 7)
    (1, 0, -1)
    """
    interval = mean_interval(sums) if sums.n >= fewest else None
    if interval is None:
        return 0
    # A mean of 8000 may come out as 7999.999999999999.
    low, high = (min(max(round(end, 7), within[0]), within[1]) for end in (interval.low, interval.high))
    return 1 if low >= bound else -1 if high < bound else 0


# A page asks for a few of them a thousand times.
@lru_cache(maxsize=4096)
def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t with `df` degrees of freedom (may be fractional)."""
    # scipy.special is what scipy.stats.t computes with, and loads in a tenth of the time.
    from scipy.special import stdtrit

    return float(stdtrit(df, float(probability)))


def t_two_sided(t: float, df: float) -> float:
    """The two-sided p-value of Student's t."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))


@lru_cache(maxsize=64)
def normal_quantile(probability: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(float(probability)))


def _two_sided(level: float) -> float:
    return (1 + inside("level", level)) / 2
