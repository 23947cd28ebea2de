"""When did it change? Change points found afterwards: one split with a test, or as many as the data carry."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, SupportsFloat

from analytics.stats.points import Value, level_mean, not_negative, one_of, positive, present, whole
from analytics.stats.scan import SMALLEST, normal_scan
from analytics.stats.segments import Costs, cheapest, noise_within

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

DRAWS = 999
# Beyond so many standard errors every split counts by itself.
FARTHEST = 30.0
# So many values may be put in order anew, all draws together: a few seconds.
MOST_DRAWN = 10_000_000
# Cost of a segment: how many parameters it has, which is how short it may be.
COSTS = {"mean": 1, "mean and variance": 2}
PENALTIES = ("MBIC", "BIC", "SIC", "Hannan-Quinn", "AIC", "none")
# Without changes the search takes time in the square of the length: beyond this more than a few seconds.
LONGEST = 10_000
# What the reckoning itself loses, in the unit of the farthest value.
NOTHING = 1e-14


@dataclass(frozen=True, slots=True)
class Split:
    """The one split that parts `n` values best: `n_before` of them with mean `before`, `n_after` with mean `after`.

    `place` is that of the first value of the new level in the series given (from 0, missing ones included); `None` when
    all values are alike, where `f` is 0 and `p` 1. `f` is the largest F statistic (infinite without scatter on either
    side), `p` the probability of one as large if there were no change; `method` says where it is from.
    """

    n: int
    place: int | None
    n_before: int
    n_after: int
    before: float
    after: float
    f: float
    p: float
    method: str


@dataclass(frozen=True, slots=True)
class Level:
    """A stretch without a change: places `start` up to, not including, `stop`; `n` values, their mean and deviation.

    `sd` has divisor n (weighted: the square root of the weighted mean square around the weighted mean).
    """

    start: int
    stop: int
    n: int
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Levels:
    """The best segmentation of `n` values: `changes` are the places of the first value of each new level.

    `penalty` is what each change had to gain, in twice the log-likelihood; `sigma` the noise it was measured with (`None`
    when each level has its own variance); `cost` the sum over levels, without penalties.
    """

    n: int
    changes: tuple[int, ...]
    levels: tuple[Level, ...]
    penalty: float
    sigma: float | None
    cost: float


def split(
    values: Collection[Value],
    *,
    weights: Collection[Value] | None = None,
    least: int = 1,
    rng: "np.random.Generator | None" = None,
    draws: int = DRAWS,
) -> Split | None:
    """The one change of level that leaves the smallest sum of squares, with a test of whether there is a change at all.

    Source: Hawkins (1977), JASA 72:180-186; the statistic is the sup-F of Andrews (1993), Econometrica 61:821-856, over
    all splits with at least `least` values on either side. `values` in order of time; missing ones (`None`) take no part.
    `weights` are how many observations each mean rests on (its variance is taken as proportional to 1 / weight).

    The p-value, for independent normal values of one variance: with the variance known, the standardised differences at
    all splits are a Gaussian Markov process, and how far it reaches is found by Hawkins' recursion, over long series by
    the approximation of Siegmund (`scan.normal_scan`). That tells how many independent splits they amount to; p is for as
    many, each with the tail of F with 1 and n - 2 degrees of freedom. `method` is then "normal". With `rng` instead a permutation test of `draws` orderings of
    the values (weighted: of the standardised residuals), p = (1 + those as large) / (draws + 1), after Phipson & Smyth
    (2010), SAGMB 9:39; `method` "permutation". Either is too small when neighbours resemble each other. Without any
    scatter on either side the normal theory would say 0; then p is the exact share of orderings of these values that
    split as cleanly, `method` "orderings".

    `None` below three values or below twice `least`.

    >>> found = split([10, 11, 9, 10, 10, 14, 15, 13, 14, 14])
    >>> found.place, found.before, found.after, round(found.f, 1)
    (5, 10.0, 14.0, 80.0)
    """
    places, numbers, loads = present(values, weights)
    edge = whole(least, "least", 1)
    rounds = whole(draws, "draws", 1)
    n = len(numbers)
    if n < max(3, 2 * edge):
        return None
    import numpy as np

    y, w, _scale, grain = _centred(numbers, loads)
    gains, times = _gains(y[None, :], w, edge)
    best = int(np.argmax(gains[0])) + edge
    before, after = _mean(numbers[:best], loads[:best]), _mean(numbers[best:], loads[best:])
    total, rest = float(w @ y**2), _squares(y[:best], w[:best]) + _squares(y[best:], w[best:])
    if total <= grain:
        mean = level_mean(numbers)
        return Split(n, None, n, 0, mean, mean, 0.0, 1.0, "alike")
    if rest <= grain:
        return Split(n, places[best], best, n - best, before, after, math.inf, _orderings(n, best), "orderings")
    f = float(gains[0, best - edge]) / rest * (n - 2)
    if rng is None:
        return Split(n, places[best], best, n - best, before, after, f, _normal_p(f, n, times), "normal")
    if n * rounds > MOST_DRAWN:
        raise ValueError(f"draws is {draws}; with {n} values it is at most {MOST_DRAWN // n}")
    p = _permutation_p(y, w, edge, rng, rounds)
    return Split(n, places[best], best, n - best, before, after, f, p, "permutation")


def _centred(numbers: Sequence[float], loads: Sequence[float]) -> "tuple[Array, Array, float, float]":
    """The values about their weighted mean in units of the farthest, the weights about 1, that unit, and what is rounding.

    Sums of squares then neither overflow nor lose a small scatter beside a large mean.
    """
    import numpy as np

    values, w = np.array(numbers), np.array(loads)
    w /= w.max()
    w /= w.mean()
    values -= level_mean(numbers)
    values -= (w @ values) / w.sum()
    scale = float(np.abs(values).max()) or 1.0
    step = 4 * np.finfo(float).eps * max(map(abs, numbers)) / scale
    return values / scale, w, scale, float(len(numbers) * (step * step + NOTHING * NOTHING))


def _gains(rows: "Array", w: "Array", edge: int) -> "tuple[Array, Array]":
    """How much each split takes off the sum of squares, for each row of values; and the share of weight before it."""
    import numpy as np

    loads = np.cumsum(w)
    whole_load = loads[-1]
    before = loads[edge - 1 : len(w) - edge]
    sums = np.cumsum(rows * w, axis=1)
    gap = sums[:, edge - 1 : len(w) - edge] - sums[:, -1:] * (before / whole_load)
    return gap * gap * (whole_load / (before * (whole_load - before))), before / whole_load


def _squares(y: "Array", w: "Array") -> float:
    """The weighted sum of squares about the weighted mean."""
    gaps = y - (w @ y) / w.sum()
    return float(w @ gaps**2)


def _mean(numbers: Sequence[float], loads: Sequence[float]) -> float:
    """The weighted mean; of equal numbers exactly that number."""
    middle, total = level_mean(numbers), math.fsum(loads)
    return middle + math.fsum(load / total * (number - middle) for number, load in zip(numbers, loads, strict=True))


def _orderings(n: int, best: int) -> float:
    """Of all orderings of two values, `best` of the one and the rest of the other, the share that have one clean split."""
    return max(2 / math.comb(n, best) if n <= 1000 else 0.0, SMALLEST)


def _normal_p(f: float, n: int, times: "Array") -> float:
    """The p of the largest F: as many independent splits as would do for a known variance, each with the tail of F.

    By simulation right to about a tenth up to 0.05 (a twentieth from twelve values on); larger p are somewhat too small.
    """
    from scipy.special import fdtrc, ndtr

    distance, tail = math.sqrt(f), max(float(fdtrc(1, n - 2, f)), SMALLEST)
    if distance > FARTHEST:
        return min(len(times) * tail, 1.0)
    scan, single = normal_scan(distance, times), 2 * float(ndtr(-distance))
    if scan >= 1:
        return 1.0
    return max(-math.expm1(math.log1p(-scan) * tail / single), SMALLEST)


def _permutation_p(y: "Array", w: "Array", edge: int, rng: "np.random.Generator", rounds: int) -> float:
    """Standardised residuals are exchangeable without a change, exactly so when all weights are equal."""
    import numpy as np

    root = np.sqrt(w)
    residuals = y * root
    # In lots of about two million values: enough to be fast, little enough to fit.
    lot = max(1, 2_000_000 // len(y))
    share = _best_share(y[None, :], w, edge)[0]
    reached = 0
    for start in range(0, rounds, lot):
        rows = np.tile(residuals, (min(lot, rounds - start), 1))
        rng.permuted(rows, axis=1, out=rows)
        reached += int((_best_share(rows / root, w, edge) >= share * (1 - 1e-9)).sum())
    return (1 + reached) / (rounds + 1)


def _best_share(rows: "Array", w: "Array", edge: int) -> "Array":
    """Which part of each row's sum of squares its best split takes off: F, put so that it needs no division by zero."""
    gaps = rows - (rows @ w / w.sum())[:, None]
    best: Array = _gains(gaps, w, edge)[0].max(axis=1) / (gaps * gaps @ w)
    return best


def pelt(
    values: Collection[Value],
    *,
    cost: str = "mean",
    penalty: str | SupportsFloat = "MBIC",
    least: int | None = None,
    sigma: SupportsFloat | None = None,
    weights: Collection[Value] | None = None,
) -> Levels | None:
    """Any number of change points: the segmentation of least cost plus a penalty for each change, found exactly by PELT.

    Source: Killick, Fearnhead & Eckley (2012), JASA 107:1590-1598. `values` in order of time; missing ones (`None`) take
    no part. The cost of a segment is twice its negative log-likelihood for normal values: with `cost` "mean" the sum of
    squares about its mean over `sigma` squared, constants left out; with "mean and variance" m (log(2 pi s^2) + 1) of its
    m values with variance s^2. `sigma` is the noise within levels, in the unit of the values; when `None` it is estimated
    from the median step between neighbours, which a few changes do not move (from their mean step when most steps are 0).
    Equal neighbours have no variance: it is taken to be at least that of rounding, g^2 / 12, with g the smallest step
    between distinct values (Sheppard 1898).

    `penalty` is a number of at least 0, or a name, with k parameters a level (1, or 2 with its variance) and n values:
    "BIC" or "SIC" (k + 1) log n, "AIC" 2 (k + 1), "Hannan-Quinn" 2 (k + 1) log log n, "none" 0, and "MBIC" (Zhang &
    Siegmund 2007, Biometrics 63:22-32) (k + 2) log n with log m added to the cost of each segment of m values. Segments
    have at least `least` values (k unless given, and no fewer). `weights` are how many observations each mean rests on: its variance is
    taken as proportional to 1 / weight, and `sigma` is that of a mean of average weight. Steps are judged as
    independent: neighbours that resemble each other make for too many changes.

    `None` without values, or with fewer than `least`. `ValueError` beyond 10,000 values.

    >>> found = pelt([10, 11, 9, 10, 10, 14, 15, 13, 14, 14])
    >>> found.changes, [level.mean for level in found.levels]
    ((5,), [10.0, 14.0])
    """
    places, numbers, loads = present(values, weights)
    parameters = COSTS[one_of(cost, COSTS, "cost")]
    n, shortest = len(numbers), parameters if least is None else whole(least, "least", parameters)
    noise = None if sigma is None else positive(sigma, "sigma")
    price = _penalty(penalty, parameters, max(n, 1))
    if n > LONGEST:
        raise ValueError(f"values has {n} values; at most {LONGEST} can be searched")
    if n < shortest:
        return None
    y, w, scale, grain = _centred(numbers, loads)
    if float(w @ y**2) <= grain:
        return _levels(places, numbers, loads, [0, n], price=price, sigma=noise, cost=0.0)
    if parameters == 1:
        noise = noise_within(y, w) * scale if noise is None else noise
        costs = Costs.of(y, w, noise=noise / scale, mbic=penalty == "MBIC")
    else:
        noise = None
        costs = Costs.of(y, w, unit=math.log(2 * math.pi) + 2 * math.log(scale), mbic=penalty == "MBIC")
    cuts = cheapest(costs, n, price, shortest)
    whole_cost = sum(float(costs.between(cuts[at : at + 1], cuts[at + 1])[0]) for at in range(len(cuts) - 1))
    return _levels(places, numbers, loads, cuts.tolist(), price=price, sigma=noise, cost=whole_cost)


def _levels(
    places: Sequence[int],
    numbers: Sequence[float],
    loads: Sequence[float],
    cuts: Sequence[int],
    *,
    price: float,
    sigma: float | None,
    cost: float,
) -> Levels:
    """The segmentation told in the places of the series given; the missing before a change belong to the level before."""
    ends = [places[cut] if 0 < cut < len(places) else 0 if not cut else places[-1] + 1 for cut in cuts]
    levels = []
    for (first, after), (start, stop) in zip(pairwise(cuts), pairwise(ends), strict=True):
        mean = _mean(numbers[first:after], loads[first:after])
        total = math.fsum(loads[first:after])
        gaps = (
            load / total * (number - mean) ** 2
            for number, load in zip(numbers[first:after], loads[first:after], strict=True)
        )
        levels.append(Level(start, stop, after - first, mean, math.sqrt(math.fsum(gaps))))
    return Levels(len(numbers), tuple(ends[1:-1]), tuple(levels), price, sigma, cost)


def _penalty(penalty: str | SupportsFloat, parameters: int, n: int) -> float:
    """What each change must gain, in twice the log-likelihood."""
    if not isinstance(penalty, str):
        return not_negative(penalty, "penalty")
    name = one_of(penalty, PENALTIES, "penalty")
    if name == "MBIC":
        return (parameters + 2) * math.log(n)
    each = {"AIC": 2.0, "none": 0.0, "Hannan-Quinn": 2 * math.log(max(math.log(n), 1.0))}
    return (parameters + 1) * each.get(name, math.log(n))
