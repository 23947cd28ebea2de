"""Fleiss' kappa: do many raters, not always the same ones, sort subjects into the same categories?"""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.stats.intervals import LEVEL, t_quantile
from analytics.stats.ratings import Interval, as_count, coded, table_of, two_sided, two_sided_p

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CategoryKappa:
    """Kappa of one category against all others. `share` of the ratings are of it; `error` is that under kappa = 0.

    All but `share` are `None` where the category was never used, or always.
    """

    category: Hashable
    share: float
    kappa: float | None
    error: float | None
    z: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class FleissKappa:
    """Fleiss' kappa over `n` subjects that anyone rated, of which `paired` have two ratings or more.

    `raters` is the number of ratings of each subject, `None` when they differ. `share` is the mean share of equal pairs of
    ratings of a subject, `expected` that by chance. `error_at_zero`, `z` and the two-sided `p` test that kappa is 0; they
    are `None` when subjects differ in their number of ratings. `error` is the standard error of kappa and `interval` made of
    it; `None` for a single subject.
    """

    n: int
    paired: int
    raters: int | None
    share: float
    expected: float
    kappa: float
    error_at_zero: float | None
    z: float | None
    p: float | None
    error: float | None
    interval: Interval | None
    categories: tuple[CategoryKappa, ...]


def fleiss(counts: Any, *, categories: Iterable[Hashable] | None = None, level: float = LEVEL) -> FleissKappa | None:
    """Fleiss' kappa from a table of subjects (rows) by categories (columns): how many raters chose the category.

    Source: Fleiss (1971), Psychological Bulletin 76:378-382, overall and by category; the standard errors under kappa = 0
    of Fleiss, Nee & Landis (1979), Psychological Bulletin 86:974-977. The interval is that of Gwet (2021), Handbook of
    Inter-Rater Reliability, 5th edition: the linearised variance over subjects, with Student's t of n - 1 degrees of
    freedom; it holds whatever kappa is, and ends at 1.

    Subjects may differ in their number of ratings. Then kappa is Gwet's generalisation: agreement over subjects with two
    ratings or more, chance from all subjects that anyone rated, each with equal weight. A category's kappa and test are
    then those of Fleiss & Cuzick (1979), Applied Psychological Measurement 3:537-542; with equal numbers, Fleiss' own.

    `categories` names the columns (otherwise 0, 1, ...). `None` when no subject has two ratings, and when all ratings are
    of one category.

    >>> result = fleiss([[0, 0, 14], [0, 8, 6], [7, 7, 0]])
    >>> round(result.kappa, 4), result.raters
    (0.425, 14)
    """
    rows = table_of(counts, "counts")
    cells = [[as_count(cell, f"counts[{i}][{j}]") for j, cell in enumerate(row)] for i, row in enumerate(rows)]
    width = len(cells[0]) if cells else 0
    names = tuple(range(width)) if categories is None else tuple(categories)
    if cells and len(names) != width:
        raise ValueError(f"categories has {len(names)} names; counts has {width} columns")
    return _fleiss(cells, names, level)


def fleiss_ratings(
    ratings: Any, *, categories: Iterable[Hashable] | None = None, level: float = LEVEL
) -> FleissKappa | None:
    """Fleiss' kappa from ratings: subjects (rows) by raters (columns), anything hashable, `None` or NaN for missing.

    Source, result and `None` as in `fleiss`. `categories` lists all there are; otherwise they are those that occur.

    >>> round(fleiss_ratings([["a", "a", "b"], ["b", "b", "b"], ["a", "a", "a"]]).kappa, 4)
    0.55
    """
    read = coded(ratings, categories)
    return _fleiss(read.counts, read.categories, level)


# --- how --------------------------------------------------------------------------------------------------------------


def _fleiss(counts: Any, names: tuple[Hashable, ...], level: float) -> FleissKappa | None:
    import numpy as np

    quantile = two_sided(level)
    table = np.asarray(counts, dtype=np.float64).reshape(len(counts), len(names))
    table = table[table.sum(axis=1) > 0]
    m = table.sum(axis=1)
    paired = int((m >= 2).sum())
    if not paired or (table.sum(axis=0) > 0).sum() < 2:
        return None
    n, equal = len(table), bool((m == m[0]).all())
    agreed = np.where(m >= 2, (table * (table - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1), 0.0)
    chance = (table / m[:, None]).mean(axis=0)
    share, expected = float(agreed.sum() / paired), float((chance**2).sum())
    kappa = (share - expected) / (1 - expected)
    at_zero = _error_at_zero(chance, n, m[0]) if equal else None
    z = None if at_zero is None else kappa / at_zero
    error = None if n == 1 else _error(table, agreed, chance, kappa, paired)
    return FleissKappa(
        n=n,
        paired=paired,
        raters=int(m[0]) if equal else None,
        share=share,
        expected=expected,
        kappa=kappa,
        error_at_zero=at_zero,
        z=z,
        p=None if z is None else two_sided_p(z),
        error=error,
        interval=None if error is None else _interval(kappa, error, n, level, quantile),
        categories=tuple(_category(name, table[:, index], m) for index, name in enumerate(names)),
    )


def _error_at_zero(shares: "NDArray[np.float64]", n: int, m: float) -> float:
    """Formula 12 of Fleiss, Nee & Landis."""
    both = shares * (1 - shares)
    rest = float((both * (1 - 2 * shares)).sum())
    total = float(both.sum())
    return math.sqrt(2 * max(total**2 - rest, 0.0) / (n * m * (m - 1))) / total


def _error(
    table: "NDArray[np.float64]",
    agreed: "NDArray[np.float64]",
    chance: "NDArray[np.float64]",
    kappa: float,
    paired: int,
) -> float:
    """Gwet's standard error: each subject's part in kappa, and how those parts vary."""
    n, m = len(table), table.sum(axis=1)
    expected = float((chance**2).sum())
    parts = n / paired * (agreed - expected * (m >= 2)) / (1 - expected)
    parts = parts - 2 * (1 - kappa) * (table @ chance / m - expected) / (1 - expected)
    return math.sqrt(float(((parts - kappa) ** 2).sum()) / (n * (n - 1)))


def _interval(kappa: float, error: float, n: int, level: float, quantile: float) -> Interval:
    half = t_quantile(quantile, n - 1) * error
    return Interval(max(kappa - half, -1.0), min(kappa + half, 1.0), level, "linearised variance over subjects, t")


def _category(name: Hashable, chosen: "NDArray[np.float64]", m: "NDArray[np.float64]") -> CategoryKappa:
    """Kappa and its error at 0 by Fleiss & Cuzick; with equal numbers of ratings they are Fleiss' and those of Nee & Landis."""
    n, total, of_it = len(m), float(m.sum()), float(chosen.sum())
    share, mean = of_it / total, total / n
    both = share * (1 - share)
    if of_it in (0.0, total):
        return CategoryKappa(name, share, None, None, None, None)
    kappa = 1 - float((chosen * (m - chosen) / m).sum()) / (n * (mean - 1) * both)
    harmonic = n / float((1 / m).sum())
    inner = 2 * (harmonic - 1) + (mean - harmonic) * (1 - 4 * both) / (mean * both)
    error = math.sqrt(max(inner, 0.0) / (n * harmonic)) / (mean - 1)
    if error == 0:
        return CategoryKappa(name, share, kappa, error, None, None)
    return CategoryKappa(name, share, kappa, error, kappa / error, two_sided_p(kappa / error))
