"""Shares of few: the exact test of 2 x 2 tables, many at once."""

from collections.abc import Sequence

from analytics.stats.given import whole

Table = tuple[int, int, int, int]
"""How many of the first group, its size, how many of the second, its size."""


def fisher_p(tables: Sequence[Table]) -> list[float]:
    """Two-sided p of each table: twice the smaller tail of the hypergeometric distribution, at most 1.

    Valid for any counts, also where fewer than one is expected. 1 where a group is empty, or all or none are counted.

    Source: Fisher (1935), J. Royal Statistical Society 98:39-82; the doubled tail: Yates (1984), JRSS A 147:426-463.

    >>> [round(p, 4) for p in fisher_p([(3, 4, 1, 4), (10, 100, 0, 1000)])]
    [0.4857, 0.0]
    """
    if not tables:
        return []
    import numpy as np
    from scipy.stats import hypergeom

    for table in tables:
        for name, value in zip(("successes", "n", "successes", "n"), table, strict=True):
            whole(name, value)
        if table[0] > table[1] or table[2] > table[3]:
            raise ValueError(f"{table}: there are more successes than trials")
    first, n, second, m = np.array(tables, dtype=np.int64).T
    counted = first + second
    below = hypergeom.cdf(first, n + m, counted, n)
    above = hypergeom.sf(first - 1, n + m, counted, n)
    return [float(p) for p in np.minimum(1.0, 2 * np.minimum(below, above))]
