"""The limits of a funnel plot for one unit, by distribution: 99.8 % low, 95 % low, 95 % high, 99.8 % high.

Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, appendix A.1, where no other is named.
"""

import math
from collections.abc import Callable

# The probabilities below the four limits.
TAILS = (0.001, 0.025, 0.975, 0.999)

Four = tuple[float, float, float, float]


def normal(target: float, error: float, least: float = -math.inf, most: float = math.inf) -> Four:
    """Of a mean with this standard error, cut off at `least` and `most`."""
    from scipy.special import ndtri

    a, b, c, d = (min(max(target + float(ndtri(tail)) * error, least), most) for tail in TAILS)
    return a, b, c, d


def wilson_around(target: float, size: float) -> Four:
    """The score limits of Wilson (1927) around a target share, for `size` trials."""
    from scipy.special import ndtri

    def limit(z: float) -> float:
        spread = z * math.sqrt(target * (1 - target) / size + z * z / (4 * size * size))
        return (target + z * z / (2 * size) + spread) / (1 + z * z / size)

    a, b, c, d = (limit(float(ndtri(tail))) for tail in TAILS)
    return a, b, c, d


def poisson(target: float, size: float) -> Four:
    """By chi-square quantiles: the exact interval around as many events as are expected, over `size`."""
    from scipy.special import gammaincinv

    mean = target * size
    # Half a chi-square with 2m degrees of freedom is a gamma variable with shape m.
    a, b, c, d = (float(gammaincinv(mean + (1 if tail > 0.5 else 0), tail)) / size for tail in TAILS)
    return a, b, c, d


def binomial(target: float, size: float) -> Four:
    """Between the counts of the binomial distribution; between two numbers of trials (on a curve) along a straight line."""
    from scipy.special import bdtr

    def at(n: int) -> list[float]:
        return [_interpolated(lambda r: float(bdtr(r, n, target)), tail, n) / n for tail in TAILS]

    below = max(math.floor(size), 1)
    part = max(size - below, 0.0)
    pairs = zip(at(below), at(below + 1) if part else at(below), strict=True)
    a, b, c, d = (low + part * (high - low) for low, high in pairs)
    return a, b, c, d


def poisson_interpolated(target: float, size: float) -> Four:
    """Between the counts of the Poisson distribution with mean `target` times `size`, over `size`."""
    from scipy.special import pdtr

    mean = target * size
    most = math.ceil(mean + 10 * math.sqrt(mean) + 20)
    a, b, c, d = (_interpolated(lambda r: float(pdtr(r, mean)), tail, most) / size for tail in TAILS)
    return a, b, c, d


def _interpolated(below: Callable[[int], float], tail: float, most: int) -> float:
    """The count r at which the distribution function reaches `tail`, less how far it overshoots in parts of P(r)."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) >= tail else (middle + 1, high)
    reached = below(low)
    before = below(low - 1) if low else 0.0
    # Below the first count there is nothing: the limit is 0 there.
    return max(low - (reached - tail) / (reached - before), 0.0) if reached > before else float(low)
