"""Are two groups alike? The permutation test of two means, from additive parts."""

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
    n, m = first.n, second.n
    if not n or not m:
        return None
    whole = first + second
    spread = whole.n * whole.squares - whole.total * whole.total
    if not spread:
        return 1.0
    from scipy.special import chdtrc

    # Gap squared over its variance, in whole numbers up to the one division.
    gap = first.total * m - second.total * n
    return float(chdtrc(1, gap * gap * (whole.n - 1) / (n * m * spread)))
