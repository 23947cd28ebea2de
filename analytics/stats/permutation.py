"""Are two groups alike? The permutation test of two means, from additive parts."""

from collections.abc import Sequence

from analytics.stats.intervals import Sums


def permutation_p(first: Sums, second: Sums) -> float | None:
    """Two-sided p of two means being those of one common set of values, dealt out by chance.

    Had chance dealt out all values, the difference of the means would have expectation 0 and variance
    S^2 (1/n + 1/m), with S^2 the variance of all values together (divisor N - 1), exactly; its tails are taken as
    normal. Of values that are 0 or 1 this is the "N - 1" chi-square test of a 2 x 2 table. Unlike Welch's test it
    stays honest where a few values are all alike: five times "yes" do not have a spread of nothing.

    Source: Pitman (1937), J. Royal Statistical Society (Supplement) 4:119-130; Campbell (2007), Statistics in
    Medicine 26:3661-3675. `None` when either group has no values; 1 when all values are alike.

    >>> round(permutation_p(Sums(5, 500, 50_000), Sums(200, 17_000, 1_700_000)), 3)
    0.35
    """
    return permutation_p_values([(first, second)])[0]


def permutation_p_values(pairs: Sequence[tuple[Sums, Sums]]) -> list[float | None]:
    """`permutation_p` of each pair, all of them at once: a heat map has a thousand."""
    import numpy as np
    from scipy.special import chdtrc

    found = chdtrc(1, np.array([_chi_square(*pair) for pair in pairs], dtype=float)).tolist()
    return [p if first.n and second.n else None for p, (first, second) in zip(found, pairs, strict=True)]


def _chi_square(first: Sums, second: Sums) -> float:
    """The gap squared over its variance, in whole numbers up to the one division; 0 where there is nothing to see."""
    n, m, total, squares = first.n, second.n, first.total + second.total, first.squares + second.squares
    spread = (n + m) * squares - total * total
    if not spread or not n or not m:
        return 0.0
    gap = first.total * m - second.total * n
    return gap * gap * (n + m - 1) / (n * m * spread)
