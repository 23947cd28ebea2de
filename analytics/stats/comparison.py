"""Do two means differ, which of many differences hold, and which departments cannot be told apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.stats.given import inside, number
from analytics.stats.intervals import LEVEL, Sums, t_quantile, t_two_sided

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of the second sample minus mean of the first, in the unit of the values, with interval and two-sided p."""

    n_first: int
    n_second: int
    difference: float
    low: float
    high: float
    df: float
    p: float


@dataclass(frozen=True, slots=True)
class Correction:
    """Many tests at once: for each p-value, in the order given, whether it holds and its adjusted value."""

    n: int
    rejected: tuple[bool, ...]
    adjusted: tuple[float, ...]


def welch(first: Sums, second: Sums, level: float = LEVEL) -> Difference | None:
    """Welch's test and interval of the difference of two independent means with unequal variances.

    Source: Welch (1947), Biometrika 34:28-35, with the Welch-Satterthwaite degrees of freedom; the same as
    `scipy.stats.ttest_ind(equal_var=False)`. `None` when either sample has fewer than two values.

    >>> result = welch(Sums(3, 6, 14), Sums(3, 15, 77))
    >>> round(result.difference, 2), round(result.p, 4)
    (3.0, 0.0213)
    """
    upper = (1 + inside("level", level)) / 2
    error_first, error_second = first.squared_error, second.squared_error
    if error_first is None or error_second is None:
        return None
    # Whole numbers up to the one division: the exact difference of the means, rounded once.
    difference = (second.total * first.n - first.total * second.n) / (first.n * second.n)
    error = error_first + error_second
    if error == 0:
        # Every value alike on both sides: the difference, or its absence, is all there is to see.
        p = 1.0 if difference == 0 else 0.0
        return Difference(first.n, second.n, difference, difference, difference, math.inf, p)
    df = error**2 / (error_first**2 / (first.n - 1) + error_second**2 / (second.n - 1))
    half = t_quantile(upper, df) * math.sqrt(error)
    p = t_two_sided(difference / math.sqrt(error), df)
    return Difference(first.n, second.n, difference, difference - half, difference + half, df, p)


def welch_p(pairs: Sequence[tuple[Sums, Sums]]) -> list[float | None]:
    """The p of `welch` for each pair, all of them at once: a heat map has a thousand.

    >>> [round(p, 4) for p in welch_p([(Sums(3, 6, 14), Sums(3, 15, 77))])]
    [0.0213]
    """
    import numpy as np

    tested = [min(first.n, second.n) > 1 for first, second in pairs]
    held = [pair for pair, enough in zip(pairs, tested, strict=True) if enough]
    gaps = [(b.total * a.n - a.total * b.n) / (a.n * b.n) for a, b in held]
    errors, sizes = (
        np.array([[get(each) for each in pair] for pair in held]).reshape(-1, 2).T for get in (_error, _size)
    )
    found = iter(_p_values(np.array(gaps), errors, sizes).tolist())
    return [next(found) if enough else None for enough in tested]


def benjamini_hochberg(p_values: Sequence[float], alpha: float = ALPHA) -> Correction:
    """The step-up procedure that keeps the false discovery rate at `alpha`.

    Source: Benjamini & Hochberg (1995), JRSS B 57:289-300. P-values 0..1 in any order in; decisions and adjusted
    p-values in the same order out.

    >>> benjamini_hochberg([0.01, 0.02, 0.5]).rejected
    (True, True, False)
    """
    level, given = number("alpha", alpha), [number("p_values", p) for p in p_values]
    for p in given:
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is not a p-value")
    count = len(given)
    order = sorted(range(count), key=lambda index: given[index])
    adjusted = [1.0] * count
    smallest = 1.0
    for rank in range(count, 0, -1):
        index = order[rank - 1]
        smallest = min(smallest, given[index] * count / rank)
        adjusted[index] = smallest
    return Correction(count, tuple(p <= level for p in adjusted), tuple(adjusted))


def groups(samples: Sequence[Sums], alpha: float = ALPHA) -> tuple[tuple[int, ...], ...]:
    """Bands of samples, best mean first, in which no two can be told apart.

    All pairs are compared with Welch's test (the pairwise comparison of Games & Howell 1976, Journal of Educational
    Statistics 1:113-125) and corrected with Benjamini & Hochberg over all pairs. Ordered by mean, a band is a run in which
    no pair differs; a run is extended as far as that holds, which gives the fewest bands (runs without a differing pair
    are closed under shortening, so the greedy cut is optimal). A band says that its members cannot be told apart; it does
    not say that neighbours in two bands can.

    Returns tuples of indices into `samples`. Samples of fewer than two values have no variance: `ValueError`.

    >>> groups([Sums(3, 6, 14), Sums(3, 300, 30002), Sums(3, 9, 29)])
    ((1,), (2, 0))
    """
    means = []
    for sample in samples:
        if sample.mean is None or sample.variance is None:
            raise ValueError(f"{sample} has fewer than two values")
        means.append(sample.mean)
    order = sorted(range(len(samples)), key=lambda index: (-means[index], index))
    differ = _differing_pairs(samples, order, alpha)
    bands: list[tuple[int, ...]] = []
    start = 0
    for position in range(len(order) + 1):
        ends = position == len(order) or any((earlier, position) in differ for earlier in range(start, position))
        if ends and position > start:
            bands.append(tuple(order[start:position]))
            start = position
    return tuple(bands)


def _differing_pairs(samples: Sequence[Sums], order: Sequence[int], alpha: float) -> set[tuple[int, int]]:
    """Pairs of positions in `order` that differ after correction; all pairs at once, since there are many."""
    if len(order) < 2:
        return set()
    import numpy as np

    means, errors, sizes = (np.array([get(samples[index]) for index in order]) for get in (_mean, _error, _size))
    upper, lower = np.triu_indices(len(order), k=1)
    p = _p_values(
        means[upper] - means[lower],
        np.stack([errors[upper], errors[lower]]),
        np.stack([sizes[upper], sizes[lower]]),
    )
    rejected = benjamini_hochberg(p.tolist(), alpha).rejected
    return {(int(a), int(b)) for a, b, holds in zip(upper, lower, rejected, strict=True) if holds}


def _mean(sums: Sums) -> float:
    return float(sums.mean or 0)


def _error(sums: Sums) -> float:
    return sums.squared_error or 0.0


def _size(sums: Sums) -> float:
    return float(sums.n)


def _p_values(gaps: "NDArray[Any]", errors: "NDArray[Any]", sizes: "NDArray[Any]") -> "NDArray[Any]":
    """Welch's two-sided p of differences of means; errors (variances of the means) and sizes have a row for each side."""
    import numpy as np
    from scipy.special import stdtr

    both, gaps = errors.sum(axis=0), np.abs(gaps)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = both**2 / (errors**2 / (sizes - 1)).sum(axis=0)
        p = 2 * stdtr(df, -gaps / np.sqrt(both))
    # Every value alike on both sides: the difference, or its absence, is all there is to see.
    return np.where(both == 0, np.where(gaps == 0, 1.0, 0.0), p)
