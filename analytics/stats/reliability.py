"""Krippendorff's alpha: do any number of raters, of whom some rated some units, agree beyond chance?"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from analytics.stats.alpha_distance import RatioKernel, ratio_kernel
from analytics.stats.intervals import LEVEL
from analytics.stats.ratings import Interval, coded, numbers, ordered_categories, two_sided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
RESAMPLES = 1000
MOST_RESAMPLES = 1_000_000
# Beyond this share of resamples without an alpha, the rest would describe the lucky ones only.
MOST_UNDEFINED = 0.1
# Cells of the largest matrix held at once.
_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha over `n` units that two or more rated.

    `raters` have a rating of such a unit, `rated` counts those ratings, `observed` and `expected` the disagreements, in the
    square of the unit of the ratings (interval), in squared ranks (ordinal) or as shares (nominal, ratio).
    alpha = 1 - observed / expected. `share` is the percent agreement 0..1: of the pairs of ratings of a unit, how many are
    equal, averaged over units. `interval` is `None` without a generator, of a single unit, and when more than a tenth of
    the resamples had no alpha.
    """

    n: int
    raters: int
    rated: int
    scale: Scale
    observed: float
    expected: float
    alpha: float
    share: float
    interval: Interval | None = None


def krippendorff(
    ratings: Any,
    *,
    scale: Scale = "nominal",
    categories: Iterable[Hashable] | None = None,
    rng: "np.random.Generator | None" = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Alpha | None:
    """Krippendorff's alpha of ratings of units (rows) by raters (columns), with some of them missing.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Hayes & Krippendorff (2007), Communication
    Methods and Measures 1:77-89. The squared difference of two values is, by `scale`: "nominal" 0 or 1; "ordinal" the
    squared number of ratings between them, counting half of their own, among all ratings that have a partner;
    "interval" the squared difference; "ratio" the square of their difference over their sum. A unit with fewer than two
    ratings says nothing of agreement and is left out.

    `ratings` is a table of two dimensions (lists, array, DataFrame), units x raters, `None` or NaN for missing. Nominal
    ratings are anything hashable. Ordinal ones are numbers, or anything in `categories`, which lists all of them in order.
    Interval ratings are numbers, ratio ones numbers from 0 on.

    With `rng` comes the percentile bootstrap interval over units, which Zapf et al. (2016), BMC Medical Research Methodology
    16:93, recommend: `resamples` times as many units are drawn with replacement, each with its ratings. Ordinal ratings keep
    the ranks they have among all: those of a resample, where the same unit comes twice, would put its raters further apart.
    Resamples in which all ratings are equal have no alpha; they are left out and counted.

    `None` when no unit has two ratings, and when all ratings that have a partner are equal: without variation, alpha is
    undefined (0/0), however well the raters agree. `ValueError` for what is not a rating of that scale.

    >>> a, b = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> round(krippendorff(list(zip(a, b))).alpha, 3)
    0.095
    """
    _check(scale, categories, resamples)
    two_sided(level)
    data = _read(ratings, scale, categories)
    found = None if data is None else _alpha(data)
    if data is None or found is None or found.n == 1 or rng is None:
        return found
    return replace(found, interval=_bootstrap(data, rng, resamples, level))


@dataclass(frozen=True, slots=True)
class PairwiseAgreement:
    """The share 0..1 of pairs of ratings of a unit that are equal, averaged over `n` units that two or more rated."""

    n: int
    raters: int
    share: float
    interval: Interval | None


def pairwise_agreement(ratings: Any, *, level: float = LEVEL) -> PairwiseAgreement | None:
    """Mean pairwise percent agreement of many raters, with its t interval over units.

    Source: Fleiss (1971), Psychological Bulletin 76:378-382 (the mean of P_i); the interval is Student's of that mean, since
    the pairs of one unit hang together. `ratings` is units x raters, `None` or NaN for missing, anything hashable. The limits
    are kept within 0..1; there are none for a single unit. `None` when no unit has two ratings.

    >>> pairwise_agreement([["a", "a", "b"], ["b", "b", "b"]]).share
    0.6666666666666666
    """
    import numpy as np

    from analytics.stats.intervals import t_quantile

    quantile = two_sided(level)
    data = _read(ratings, "nominal", None)
    if data is None:
        return None
    n, shares = int(data.sizes.sum()), np.repeat(data.shares, data.sizes)
    share, interval = float(shares.mean()), None
    if n > 1:
        half = t_quantile(quantile, n - 1) * float(shares.std(ddof=1)) / n**0.5
        interval = Interval(max(share - half, 0.0), min(share + half, 1.0), level, "t over units")
    return PairwiseAgreement(n, data.raters, share, interval)


# --- how --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Data:
    """Units that two or more rated, those alike held once where many are.

    `table` counts, for each distinct unit (row), how often each value (column) was given; `sizes` is how many units are
    so, `ratings` how many ratings such a unit has, `shares` its pairwise agreement. `positions` are the values on a scale
    of `unit` (ranks, when ordinal); `within` is each unit's disagreement, summed over ordered pairs and divided by its
    ratings less one.
    """

    scale: Scale
    raters: int
    table: "csr_array"
    sizes: "NDArray[np.int64]"
    ratings: "NDArray[np.int64]"
    shares: "NDArray[np.float64]"
    positions: "NDArray[np.float64]"
    unit: float
    within: "NDArray[np.float64]"
    kernel: RatioKernel | None

    def disagreements(self, weights: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]":
        """Observed and expected disagreement when each distinct unit occurs so often, and whether values vary at all.

        `weights` is samples x distinct units; three arrays come out, one value a sample.
        """
        import numpy as np

        counts = (self.table.T @ weights.T).T.astype(np.float64)
        n = counts.sum(axis=1)
        expected = self._expected(counts, n)
        return weights @ self.within / n, expected, ((counts > 0).sum(axis=1) > 1) & (expected > 0)

    def _expected(self, counts: "NDArray[np.float64]", n: "NDArray[np.float64]") -> "NDArray[Any]":
        if self.kernel is not None:
            total = self.kernel.total(counts)
        elif self.scale != "nominal":
            total = _spread(counts, self.positions)
        else:
            total = n**2 - (counts**2).sum(axis=1)
        result: NDArray[Any] = total / (n * (n - 1))
        return result


def _check(scale: str, categories: object, resamples: int) -> None:
    if scale not in get_args(Scale):
        raise ValueError(f"scale is {scale!r}; it is one of {', '.join(get_args(Scale))}")
    if categories is not None and scale in ("interval", "ratio"):
        raise ValueError(f"categories go with nominal and ordinal ratings; scale is {scale!r}")
    if not 1 <= resamples <= MOST_RESAMPLES:
        raise ValueError(f"resamples is {resamples}; it lies between 1 and {MOST_RESAMPLES}")


def _read(ratings: Any, scale: Scale, categories: Iterable[Hashable] | None) -> _Data | None:
    """The units with two or more ratings; `None` when there is none."""
    import numpy as np

    codes, positions = _codes(ratings, scale, categories)
    codes = codes[(codes >= 0).sum(axis=1) >= 2]
    if not len(codes):
        return None
    raters = int((codes >= 0).any(axis=0).sum())
    # Values that only single raters gave do not count.
    used = np.unique(codes[codes >= 0])
    places = np.full(len(positions) + 1, -1)
    places[used] = np.arange(len(used))
    table, sizes = _distinct(places[codes], len(used))
    m = np.asarray(table.sum(axis=1)).ravel()
    equal = np.asarray(table.multiply(table - (table > 0).astype(np.int64)).sum(axis=1)).ravel()
    shares = equal / (m * (m - 1))
    positions, unit = positions[used], 1.0
    if scale == "ordinal":
        counts = np.asarray(table.T @ sizes[:, None]).ravel()
        positions = np.cumsum(counts) - counts / 2
    if scale in ("interval", "ordinal"):
        positions, unit = _normed(positions)
    kernel = ratio_kernel(positions) if scale == "ratio" else None
    within = _within(table, m, positions, kernel) if scale != "nominal" else (1 - shares) * m * (m - 1)
    # A unit of equal ratings has no disagreement at all, whatever floating point would make of it.
    within = np.where(shares == 1, 0.0, within / (m - 1))
    return _Data(scale, raters, table, sizes, m, shares, positions, unit, within, kernel)


def _codes(
    ratings: Any, scale: Scale, categories: Iterable[Hashable] | None
) -> "tuple[NDArray[np.int64], NDArray[np.float64]]":
    """Ratings as places in the values that occur, in order, -1 for missing; and those values, where they are numbers."""
    import numpy as np

    if scale in ("nominal", "ordinal"):
        read = coded(ratings, categories)
        if scale == "ordinal" and categories is None:
            ordered_categories(read.categories, None)
        return read.codes, np.arange(len(read.categories), dtype=np.float64)
    values = numbers(ratings)
    known = ~np.isnan(values)
    if scale == "ratio" and (values[known] < 0).any():
        row, column = np.argwhere(known & (np.where(known, values, 0) < 0))[0]
        raise ValueError(f"ratings[{row}][{column}] is {values[row, column]}; on a ratio scale nothing is below 0")
    distinct, inverse = np.unique(values[known], return_inverse=True)
    codes = np.full(values.shape, -1)
    codes[known] = inverse
    return codes, distinct


def _distinct(codes: "NDArray[np.int64]", k: int) -> "tuple[csr_array, NDArray[np.int64]]":
    """Units with the same ratings, whoever gave them, held once if many are: counts of values, and how many units are so."""
    import numpy as np
    from scipy.sparse import csr_array

    rows, width = np.sort(codes, axis=1), codes.shape[1]
    sizes = np.ones(len(rows), dtype=np.int64)
    if width * np.log2(k + 1) < 62:
        keys = rows[:, 0] + 1
        for column in range(1, width):
            keys = keys * (k + 1) + rows[:, column] + 1
        _keys, first, counts = np.unique(keys, return_index=True, return_counts=True)
        # Where few are alike, adding them up costs more than it saves.
        if 2 * len(first) <= len(rows):
            rows, sizes = rows[first], counts
    units, columns = np.nonzero(rows >= 0)
    ones = np.ones(len(units), dtype=np.int64)
    table = csr_array((ones, (units, rows[units, columns])), shape=(len(rows), k))
    table.sum_duplicates()
    return table, sizes


def _normed(positions: "NDArray[np.float64]") -> "tuple[NDArray[np.float64], float]":
    """Values around 0 and within 1, so that squares neither overflow nor cancel; and the unit that was taken out."""
    import numpy as np

    centred = positions - (positions[0] + positions[-1]) / 2
    unit = float(np.abs(centred).max()) or 1.0
    return centred / unit, unit


def _within(
    table: "csr_array", m: "NDArray[np.int64]", positions: "NDArray[np.float64]", kernel: RatioKernel | None
) -> "NDArray[np.float64]":
    """The disagreement of each unit, summed over the ordered pairs of its ratings."""
    import numpy as np

    if kernel is not None:
        return kernel.total(table)
    # Around each unit's own mean: around another place, squares would cancel.
    spread = table.copy().astype(np.float64)
    off = positions[table.indices] - np.repeat(table @ positions / m, np.diff(table.indptr))
    spread.data = table.data * off**2
    result: NDArray[np.float64] = 2 * m * np.asarray(spread.sum(axis=1), dtype=np.float64).ravel()
    return result


def _spread(counts: "NDArray[np.float64]", positions: "NDArray[np.float64]") -> "NDArray[Any]":
    """The sum of squared differences over all ordered pairs of values, from how often each occurs: one value a row."""
    import numpy as np

    n = counts.sum(axis=1)
    mean = (counts * positions).sum(axis=1) / n
    result: NDArray[Any] = 2 * n * np.maximum((counts * (positions - mean[:, None]) ** 2).sum(axis=1), 0)
    return result


def _alpha(data: _Data) -> Alpha | None:
    observed, expected, varies = data.disagreements(data.sizes[None, :])
    if not varies[0]:
        return None
    return Alpha(
        n=int(data.sizes.sum()),
        raters=data.raters,
        rated=int((data.sizes * data.ratings).sum()),
        scale=data.scale,
        observed=float(observed[0]) * data.unit**2,
        expected=float(expected[0]) * data.unit**2,
        alpha=1 - float(observed[0] / expected[0]),
        share=float(data.sizes @ data.shares / data.sizes.sum()),
    )


def _bootstrap(data: _Data, rng: "np.random.Generator", resamples: int, level: float) -> Interval | None:
    import numpy as np

    alphas = []
    for weights in _resampled(data, rng, resamples):
        observed, expected, varies = data.disagreements(weights)
        alphas.append(1 - observed[varies] / expected[varies])
    drawn = np.concatenate(alphas)
    undefined = resamples - len(drawn)
    if undefined > MOST_UNDEFINED * resamples:
        return None
    low, high = (float(each) for each in np.quantile(drawn, [1 - two_sided(level), two_sided(level)]))
    return Interval(low, high, level, "percentile bootstrap over units", resamples, undefined)


def _resampled(data: _Data, rng: "np.random.Generator", resamples: int) -> "Iterator[NDArray[np.int64]]":
    """Draws of as many units as there are, as counts of distinct units: samples x distinct units, some at a time."""
    import numpy as np

    n, distinct = int(data.sizes.sum()), len(data.sizes)
    starts = np.cumsum(data.sizes) - data.sizes
    at_once = max(1, _CELLS // max(n, *data.table.shape))
    for start in range(0, resamples, at_once):
        count = min(at_once, resamples - start)
        if distinct * 20 < n:
            yield rng.multinomial(n, data.sizes / n, size=count)
            continue
        drawn = rng.integers(n, size=(count, n))
        drawn += n * np.arange(count)[:, None]
        units = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n)
        yield units if distinct == n else np.add.reduceat(units, starts, axis=1)
