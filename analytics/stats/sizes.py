"""How many calls are needed: for an interval of a given width, or to see a difference of a given size.

All of these take a standard deviation as known before the calls are made. It is not: it is what was seen before, or a guess.
So a result is what comes out on average; about half of the times the interval will be a little wider.
"""

import math
from collections.abc import Callable, Sequence

from analytics.stats.comparison import ALPHA
from analytics.stats.given import inside, number, whole
from analytics.stats.intervals import LEVEL, t_quantile

POWER = 0.8
# No fieldwork is larger; beyond it an answer would be arithmetic, not planning.
MOST = 10_000_000


def mean_half_width(n: int, sd: float, level: float = LEVEL) -> float:
    """Half the width of Student's t interval of a mean of `n` values, in the unit of `sd`.

    Source: Student (1908), as `intervals.mean_interval`. `n` is 2 or more.

    >>> round(mean_half_width(15, 0.537), 3)
    0.297
    """
    _check(n=n, least=2)
    _positive(sd=sd, zero_allowed=True)
    return t_quantile((1 + _share(level=level)) / 2, n - 1) * float(sd) / math.sqrt(n)


def calls_for_mean(half_width: float, sd: float, level: float = LEVEL) -> int:
    """The fewest values whose t interval reaches no further than `half_width` to either side of the mean.

    The quantile of t depends on n itself, so n is searched for. Source: NIST/SEMATECH e-Handbook 7.2.2.2 (the formula with
    the normal quantile, iterated with t). `half_width` and `sd` in one unit.

    >>> calls_for_mean(5, 17, level=0.99), calls_for_mean(0.3, 0.537)
    (81, 15)
    """
    _positive(half_width=half_width)
    return _fewest(2, lambda n: mean_half_width(n, sd, level) <= half_width)


def share_half_width(n: int, share: float, level: float = LEVEL) -> float:
    """Half the width of Wilson's interval (0..1) when a `share` 0..1 of `n` is found.

    Source: Wilson (1927), as `intervals.wilson`.

    >>> round(share_half_width(263, 81 / 263), 4)
    0.0555
    """
    _check(n=n, least=1)
    share = number("share", share)
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}; it lies between 0 and 1")
    z = _normal_quantile((1 + _share(level=level)) / 2)
    return z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)


def calls_for_share(half_width: float, share: float = 0.5, level: float = LEVEL) -> int:
    """The fewest trials whose Wilson interval is at most `half_width` (0..1) to either side of its centre.

    One half is the share that takes most. There n is z^2 (1 / (4 w^2) - 1). Source: Piegorsch (2004), Computational
    Statistics & Data Analysis 46:309-316.

    >>> calls_for_share(0.05), calls_for_share(0.1, 0.2)
    (381, 60)
    """
    _positive(half_width=half_width)
    return _fewest(1, lambda n: share_half_width(n, share, level) <= half_width)


def power_of_pairs(pairs: int, difference: float, sd: float, alpha: float = ALPHA) -> float:
    """The chance that the two-sided paired t test of `pairs` differences finds a true mean `difference`.

    `sd` is that of the differences, in the same unit. Source: Cohen (1988), Statistical Power Analysis, chapter 2, by the
    noncentral t distribution with n - 1 degrees of freedom and noncentrality d sqrt(n), as in G*Power (Faul et al. 2007).

    >>> round(power_of_pairs(34, 0.5, 1), 4)
    0.8078
    """
    _check(n=pairs, least=2)
    _positive(difference=difference, sd=sd)
    return _power(float(difference) / float(sd) * math.sqrt(pairs), pairs - 1, alpha)


def pairs_for_difference(difference: float, sd: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """The fewest matched pairs with which the paired t test finds a true mean `difference` with this power.

    Source: as `power_of_pairs`; G*Power gives 34 for d = 0.5 at 80 %, 44 at 90 %.

    >>> pairs_for_difference(0.5, 1), pairs_for_difference(0.5, 1, power=0.9)
    (34, 44)
    """
    _share(power=power)
    return _fewest(2, lambda n: power_of_pairs(n, difference, sd, alpha) >= power)


def power_of_groups(each: int, difference: float, sd: float, alpha: float = ALPHA) -> float:
    """The chance that the two-sided t test of two independent samples of `each` values finds a true `difference` of means.

    `sd` is that of single values, alike in both. Source: Cohen (1988), chapter 2: 2n - 2 degrees of freedom, noncentrality
    d sqrt(n / 2).

    >>> round(power_of_groups(64, 0.5, 1), 4)
    0.8015
    """
    _check(n=each, least=2)
    _positive(difference=difference, sd=sd)
    return _power(float(difference) / float(sd) * math.sqrt(each / 2), 2 * each - 2, alpha)


def group_size_for_difference(difference: float, sd: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """The fewest values in each of two independent samples with which the t test finds a true `difference` of means.

    Source: as `power_of_groups`; Cohen's table 2.4.1 gives 64 for d = 0.5 at 80 %, 26 for 0.8, 393 for 0.2 (394 exactly).

    >>> [group_size_for_difference(d, 1) for d in (0.2, 0.5, 0.8)]
    [394, 64, 26]
    """
    _share(power=power)
    return _fewest(2, lambda n: power_of_groups(n, difference, sd, alpha) >= power)


def smallest_difference(power_at: Callable[[float], float], sd: float, power: float = POWER) -> float:
    """The smallest true difference that is found with this power: where `power_at(difference)` reaches it.

    By bisection to a millionth of `sd`. `power_at` rises with the difference.

    >>> round(smallest_difference(lambda d: power_of_pairs(34, d, 1), 1), 3)
    0.495
    """
    _positive(sd=sd)
    _share(power=power)
    low, high = 0.0, sd
    while power_at(high) < power:
        low, high = high, high * 2
    while high - low > sd * 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high


def pooled_sd(parts: Sequence[tuple[int, float]]) -> float | None:
    """The standard deviation within groups, from (n, variance) of each; `None` when no group has two values.

    >>> pooled_sd([(5, 4.0), (3, 16.0)])
    2.8284271247461903
    """
    freedom = sum(n - 1 for n, _variance in parts if n > 1)
    if freedom == 0:
        return None
    return math.sqrt(sum((n - 1) * variance for n, variance in parts if n > 1) / freedom)


# --- how --------------------------------------------------------------------------------------------------------------


def _power(noncentrality: float, df: int, alpha: float) -> float:
    """Of a two-sided t test: the noncentral t beyond either critical value."""
    from scipy.special import nctdtr

    critical = t_quantile(1 - _share(alpha=alpha) / 2, df)
    below, above = nctdtr(df, noncentrality, [-critical, critical]).tolist()
    # Chances of less than 1e-15 come out as "not a number".
    return (below if below >= 0 else 0.0) + 1 - (above if above >= 0 else 0.0)


def _fewest(least: int, enough: Callable[[int], bool]) -> int:
    """The smallest whole number from `least` on that is enough, by doubling and halving; more is always enough too."""
    high = least
    while not enough(high):
        if high >= MOST:
            raise ValueError(f"more than {MOST} calls would be needed")
        high *= 2
    low = high // 2 if high > least else least
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high


def _normal_quantile(probability: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(probability))


def _check(*, n: int, least: int) -> None:
    whole("n", n, least=least)


def _positive(*, zero_allowed: bool = False, **values: float) -> None:
    for name, value in values.items():
        if number(name, value) < 0 or (value == 0 and not zero_allowed):
            raise ValueError(f"{name} is {value}; it is a number above 0")


def _share(**values: float) -> float:
    (name, value), *_rest = values.items()
    return inside(name, value)
