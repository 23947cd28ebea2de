"""Do two scorers say the same, beyond what chance would give?"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from analytics.stats.intervals import LEVEL, Proportion, normal_quantile, wilson
from analytics.stats.ratings import (
    as_count,
    as_number,
    is_missing,
    ordered_categories,
    table_of,
    two_sided,
    two_sided_p,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pairs = Sequence[tuple[Hashable, Hashable]]
Weights = Literal["linear", "quadratic"] | Sequence[Sequence[float]]
# A scale with more steps than this is a measurement: `icc.icc` and `reliability.krippendorff` are for those.
MOST_CATEGORIES = 1000


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over `n` pairs with its interval; `share` is the plain share of pairs that agree.

    `error` is the standard error that the interval is made of. `z` and the two-sided `p` test that kappa is 0, with the
    standard error that holds then; both `None` where that is 0, since one scorer used a single category.
    """

    n: int
    share: float
    kappa: float
    low: float
    high: float
    error: float = 0.0
    z: float | None = None
    p: float | None = None


def cohen(pairs: Pairs, level: float = LEVEL) -> Kappa | None:
    """Cohen's kappa of two scorers over the same calls, unweighted, with its large-sample interval and test.

    Source: Cohen (1960), Educational and Psychological Measurement 20:37-46; the standard errors of Fleiss, Cohen & Everitt
    (1969), Psychological Bulletin 72:323-327. `pairs` are (first, second) in categories of any kind; `None` is a category
    too ("no answer"), NaN is refused. `None` without pairs, and when chance alone would make every pair agree (one
    category), where kappa says nothing.

    >>> table = {("a", "b"): 4, ("a", "c"): 1, ("b", "b"): 8, ("c", "b"): 1, ("c", "c"): 5}
    >>> result = cohen([pair for pair, count in table.items() for _each in range(count)])
    >>> round(result.kappa, 4), round(result.low, 4), round(result.high, 4)
    (0.4842, 0.2137, 0.7547)
    >>> round(result.z, 4), round(result.p, 4)
    (3.2626, 0.0011)
    """
    two_sided(level)
    return _unweighted(_cells(pairs), level)


def cohen_weighted(
    pairs: Pairs,
    *,
    weights: Weights = "linear",
    categories: Iterable[Hashable] | None = None,
    level: float = LEVEL,
) -> Kappa | None:
    """Weighted kappa of two scorers on an ordered scale: near misses count in part.

    Source: Cohen (1968), Psychological Bulletin 70:213-220; the standard errors of Fleiss, Cohen & Everitt (1969), as in
    `statsmodels.stats.inter_rater.cohens_kappa`. `weights`: "linear" (Cicchetti & Allison 1971, 1 - |i - j| / (k - 1)),
    "quadratic" (Fleiss & Cohen 1973, 1 - (i - j)^2 / (k - 1)^2), or a k x k matrix, first scorer in rows: either of
    agreement (1 on the diagonal, at most 1 elsewhere) or, as Cohen gave them, of disagreement (0 on the diagonal, 0 or more
    elsewhere).

    Steps count, not values: i and j are places in `categories`, which lists all of the scale in order. Without it they are
    the numbers that occur; a step that nobody used then drops out, which changes linear and quadratic weights. `share` in
    the result is still that of equal pairs. `None` without pairs and when chance alone gives no disagreement.

    >>> pairs = [(1, 2)] * 4 + [(1, 3)] + [(2, 2)] * 8 + [(3, 2)] + [(3, 3)] * 5
    >>> result = cohen_weighted(pairs)
    >>> round(result.kappa, 4), round(result.low, 4), round(result.high, 4)
    (0.4701, 0.1845, 0.7558)
    """
    import numpy as np

    two_sided(level)
    cells = _cells(pairs)
    order = ordered_categories((each for pair in cells for each in pair), categories)
    _not_too_many(len(order))
    place = {category: index for index, category in enumerate(order)}
    table = np.zeros((len(order), len(order)))
    for pair, count in cells.items():
        for category in pair:
            if category not in place:
                raise ValueError(f"pairs holds {category!r}; it is none of the categories")
        table[place[pair[0]], place[pair[1]]] += count
    return _weighted(table, _weight_matrix(weights, len(order)), level)


def cohen_table(
    table: Sequence[Sequence[int]], *, weights: Weights | None = None, level: float = LEVEL
) -> Kappa | None:
    """Cohen's kappa, plain or weighted, from a square table of counts: first scorer in rows, second in columns.

    Sources, `weights` and `None` as in `cohen` and `cohen_weighted`; the categories are in the order of the table.

    >>> round(cohen_table([[0, 4, 1], [0, 8, 0], [0, 1, 5]]).kappa, 4)
    0.4842
    """
    import numpy as np

    two_sided(level)
    counts = [
        [as_count(cell, f"table[{i}][{j}]") for j, cell in enumerate(r)] for i, r in enumerate(table_of(table, "table"))
    ]
    if counts and len(counts) != len(counts[0]):
        raise ValueError(f"table has {len(counts)} rows and {len(counts[0])} columns; it is square")
    _not_too_many(len(counts))
    if weights is not None:
        cells = np.array(counts, dtype=np.float64).reshape(len(counts), len(counts))
        return _weighted(cells, _weight_matrix(weights, len(counts)), level)
    return _unweighted(Counter({(i, j): n for i, row in enumerate(counts) for j, n in enumerate(row) if n}), level)


def percent_agreement(pairs: Pairs, level: float = LEVEL) -> Proportion | None:
    """The share 0..1 of pairs whose two sides are equal, with Wilson's interval. `None` without pairs.

    Source: Wilson (1927), as `intervals.wilson`. What counts as equal is `==`. Of more than two raters:
    `reliability.pairwise_agreement`.

    >>> percent_agreement([("a", "a"), ("a", "b"), ("b", "b")]).share
    0.6666666666666666
    """
    cells = _cells(pairs)
    return wilson(sum(n for (first, second), n in cells.items() if first == second), cells.total(), level)


# --- how --------------------------------------------------------------------------------------------------------------


def _cells(pairs: Pairs) -> Counter[tuple[Hashable, Hashable]]:
    """How often each pair occurs."""
    try:
        cells = Counter(tuple(pair) for pair in pairs)
    except TypeError:
        raise ValueError(f"pairs is {pairs!r}; each is (first, second), of values that cannot be changed") from None
    for pair in cells:
        if len(pair) != 2:
            raise ValueError(f"pairs holds {pair!r}; each is (first, second)")
        for value in pair:
            if value is not None and is_missing(value):
                raise ValueError(f"pairs holds {value!r}; it is no category")
    return cells  # type: ignore[return-value]  # their lengths have been looked at


def _not_too_many(k: int) -> None:
    if k > MOST_CATEGORIES:
        raise ValueError(
            f"{k} categories are more than {MOST_CATEGORIES}; for measurements take an intraclass correlation"
        )


def _unweighted(cells: Counter[tuple[Hashable, Hashable]], level: float) -> Kappa | None:
    n = cells.total()
    if not n:
        return None
    rows: Counter[Hashable] = Counter()
    columns: Counter[Hashable] = Counter()
    for (first, second), count in cells.items():
        rows[first] += count
        columns[second] += count
    by_chance = sum(rows[each] * columns[each] for each in rows)
    if by_chance == n * n:
        return None
    expected = by_chance / n**2
    observed = sum(count for (first, second), count in cells.items() if first == second) / n
    kappa = (observed - expected) / (1 - expected)
    # Where one scorer used one category, nothing could have come out but 0.
    if len(rows) == 1 or len(columns) == 1:
        return _kappa(n, observed, 0.0, (0.0, 0.0), level)
    variance = _variance(cells, rows, columns, observed, expected)
    return _kappa(n, observed, kappa, (variance, _variance_at_zero(rows, columns, n, expected)), level)


def _kappa(n: int, share: float, kappa: float, variances: tuple[float, float], level: float) -> Kappa:
    """`variances` are that of kappa, and that which it has when kappa is 0."""
    error, at_zero = (math.sqrt(max(each, 0.0)) for each in variances)
    half = normal_quantile(two_sided(level)) * error
    low, high = max(kappa - half, -1.0), min(kappa + half, 1.0)
    z = kappa / at_zero if at_zero > 0 else None
    return Kappa(n, share, kappa, low, high, error, z, None if z is None else two_sided_p(z))


def _variance(
    cells: Counter[tuple[Hashable, Hashable]],
    rows: Counter[Hashable],
    columns: Counter[Hashable],
    observed: float,
    expected: float,
) -> float:
    """Formula 13 of Fleiss, Cohen & Everitt."""
    n = cells.total()
    agreeing = differing = 0.0
    for (first, second), count in cells.items():
        share, margins = count / n, (columns[first] + rows[second]) / n
        if first == second:
            margins = (rows[first] + columns[first]) / n
            agreeing += share * ((1 - expected) - margins * (1 - observed)) ** 2
        else:
            differing += share * margins**2
    rest = (observed * expected - 2 * expected + observed) ** 2
    return (agreeing + (1 - observed) ** 2 * differing - rest) / (n * (1 - expected) ** 4)


def _variance_at_zero(rows: Mapping[Hashable, int], columns: Mapping[Hashable, int], n: int, expected: float) -> float:
    """Formula 14 of Fleiss, Cohen & Everitt: the variance when kappa is 0."""
    margins = sum(rows[each] * columns.get(each, 0) * (rows[each] + columns.get(each, 0)) for each in rows) / n**3
    return (expected + expected**2 - margins) / (n * (1 - expected) ** 2)


def _weight_matrix(weights: Weights, k: int) -> "NDArray[np.float64]":
    """Disagreement of each pair of categories, 0 to 1 at most."""
    import numpy as np

    if isinstance(weights, str):
        if weights not in ("linear", "quadratic"):
            raise ValueError(f"weights is {weights!r}; it is 'linear', 'quadratic' or a matrix")
        steps = np.abs(np.arange(k)[:, None] - np.arange(k)) / max(k - 1, 1)
        squared: NDArray[np.float64] = steps**2
        return steps if weights == "linear" else squared
    rows: list[Sequence[Any]] = table_of(weights, "weights")
    if len(rows) != k or (k and len(rows[0]) != k):
        raise ValueError(f"weights is {len(rows)} x {len(rows[0]) if rows else 0}; there are {k} categories")
    given = [as_number(cell, f"weights[{i}][{j}]") for i, row in enumerate(rows) for j, cell in enumerate(row)]
    matrix = np.array(given, dtype=np.float64).reshape(k, k)
    diagonal = np.diag(matrix)
    if (diagonal == 1).all() and (matrix <= 1).all():
        matrix = 1 - matrix
    elif not (diagonal == 0).all() or (matrix < 0).any():
        raise ValueError(
            f"weights is {given}; agreement has a diagonal of 1, the most, disagreement one of 0, the least"
        )
    largest = float(matrix.max(initial=0.0))
    result: NDArray[np.float64] = matrix / largest if largest else matrix
    return result


def _weighted(table: "NDArray[np.float64]", weights: "NDArray[np.float64]", level: float) -> Kappa | None:
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa

    n = int(table.sum())
    if n == 0:
        return None
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    # Terms of one sign: this is exactly 0 only if nothing that chance can give is a disagreement.
    if not (weights * np.outer(rows, columns)).any():
        return None
    share = float(np.trace(table)) / n
    if (rows > 0).sum() == 1 or (columns > 0).sum() == 1:
        # Where one scorer used one category, nothing could have come out but 0.
        return _kappa(n, share, 0.0, (0.0, 0.0), level)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = cohens_kappa(table, weights=weights)
    return _kappa(n, share, float(found.kappa), (float(found.var_kappa), float(found.var_kappa0)), level)
