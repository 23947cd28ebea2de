"""Two measurements of the same things, compared by rank: Wilcoxon's test with the Hodges-Lehmann estimate.

Every difference here is the FIRST minus the second, as in `paired`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, SupportsFloat

from analytics.stats.given import differences_of, inside, numbers, one_of
from analytics.stats.intervals import LEVEL, normal_quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Zeros = Literal["wilcox", "pratt"]
RankMethod = Literal["auto", "exact", "normal"]

# Up to here the distribution of the signed ranks is counted out; R and scipy change over at the same number.
EXACT_UP_TO = 50
# With up to so many distinct differences all averages of two are listed; beyond it they are counted instead.
AVERAGES_UP_TO = 1500
# Where they are counted, this many are listed in the end.
LISTED_UP_TO = 200_000


@dataclass(frozen=True, slots=True)
class SignedRank:
    """Wilcoxon's test of `n` pairs, of which `zeros` have no difference.

    `statistic` is the sum of the ranks of the positive differences (R's V); `exact` says that `p` (two-sided) was counted
    out instead of approximated. `pseudomedian` is the Hodges-Lehmann estimate with its interval, in the unit of the values;
    `low` and `high` are `None` when so few pairs cannot give the level asked for.
    """

    n: int
    zeros: int
    statistic: float
    p: float
    exact: bool
    pseudomedian: float
    low: float | None
    high: float | None


def signed_rank(
    first: Sequence[SupportsFloat],
    second: Sequence[SupportsFloat],
    *,
    zeros: Zeros = "wilcox",
    method: RankMethod = "auto",
    correction: bool = False,
    level: float = LEVEL,
) -> SignedRank | None:
    """Wilcoxon's signed-rank test of `first` minus `second`, with the Hodges-Lehmann pseudomedian and its interval.

    Sources: Wilcoxon (1945), Biometrics Bulletin 1:80-83; zeros after Pratt (1959), JASA 54:655-667; estimate and interval
    of Hollander & Wolfe (1999), Nonparametric Statistical Methods, sections 3.2 and 3.3 (their depression data are the
    example). Tied sizes get their mean rank.

    `zeros`: "wilcox" drops pairs without a difference before ranking, "pratt" ranks them and drops them then. `method`:
    "exact" counts out all ways to sign the ranks at hand, ties included; "normal" approximates, as
    `scipy.stats.wilcoxon(method="asymptotic")`, by half a rank less with `correction`; "auto" is exact up to 50 pairs with
    a difference. The interval is found from all `n` differences: the distribution without ties counted out up to 50 pairs,
    and the normal approximation beyond. `None` without pairs.

    >>> x = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    >>> y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    >>> result = signed_rank(x, y)
    >>> result.statistic, round(result.p, 5), round(result.pseudomedian, 3)
    (40.0, 0.03906, 0.46)
    """
    differences, scale = differences_of(first, second)
    return _signed_rank(differences, scale, zeros, method, correction=correction, level=level)


def signed_rank_of_differences(
    differences: Sequence[SupportsFloat],
    *,
    zeros: Zeros = "wilcox",
    method: RankMethod = "auto",
    correction: bool = False,
    level: float = LEVEL,
) -> SignedRank | None:
    """As `signed_rank`, when the differences are what is known."""
    values = numbers("differences", differences)
    return _signed_rank(values, max(map(abs, values), default=0.0), zeros, method, correction=correction, level=level)


# --- how --------------------------------------------------------------------------------------------------------------


def _signed_rank(
    differences: list[float], scale: float, zeros: str, method: str, *, correction: bool, level: float
) -> SignedRank | None:
    import numpy as np

    one_of("zeros", zeros, ("wilcox", "pratt"))
    one_of("method", method, ("auto", "exact", "normal"))
    inside("level", level)
    if not differences:
        return None
    values = np.asarray(differences)
    # What differs in the last bits only is a tie, and must be ranked as one.
    step = 2.0 ** (math.frexp(scale)[1] - 46) if scale > 1e-280 else 0.0
    sizes = np.abs(values) if step == 0 else np.round(np.abs(values) / step) * step
    ranks, used = _ranks(sizes, zeros)
    statistic = float(ranks[used & (values > 0)].sum())
    count = int(used.sum())
    exact = method == "exact" or (method == "auto" and count <= EXACT_UP_TO)
    p = _exact_p(ranks[used], statistic) if exact else _normal_p(ranks[used], statistic, correction=correction)
    median, low, high = _hodges_lehmann(np.sort(values), level)
    return SignedRank(len(differences), len(differences) - count, statistic, p, exact, median, low, high)


def _ranks(sizes: "NDArray[np.float64]", zeros: str) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """The rank of each size and which of them count."""
    import numpy as np

    used = sizes > 0
    ranked = used if zeros == "wilcox" else np.ones_like(used)
    ranks = np.zeros(len(sizes))
    if ranked.any():
        _unique, place, counts = np.unique(sizes[ranked], return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        ranks[ranked] = (last - (counts - 1) / 2)[place]
    return ranks, used


def _exact_p(ranks: "NDArray[np.float64]", statistic: float) -> float:
    """Two-sided: twice the smaller tail, over all equally likely ways to sign these ranks."""
    doubled = [round(2 * float(rank)) for rank in ranks]
    if len(doubled) > 4 * EXACT_UP_TO:
        raise ValueError(f"method is 'exact'; {len(doubled)} differences are too many to count out, ask for 'normal'")
    chances = _chances(doubled)
    at = round(2 * statistic)
    below, above = float(chances[: at + 1].sum()), float(chances[at:].sum())
    return min(1.0, 2 * min(below, above))


def _chances(ranks: Sequence[int]) -> "NDArray[np.float64]":
    """The chance of each sum when every rank is left out or taken with chance one half."""
    import numpy as np

    chances = np.zeros(sum(ranks) + 1)
    chances[0] = 1.0
    for rank in ranks:
        taken = np.zeros_like(chances)
        taken[rank:] = chances[: len(chances) - rank]
        chances = (chances + taken) / 2
    return chances


def _normal_p(ranks: "NDArray[np.float64]", statistic: float, *, correction: bool) -> float:
    """The ranks' own sum and squares hold the allowance for ties and for zeros in one."""
    from scipy.special import ndtr

    error = math.sqrt(float((ranks**2).sum()) / 4)
    if error == 0:
        return 1.0
    away = abs(statistic - float(ranks.sum()) / 2) - (0.5 if correction else 0.0)
    return float(min(1.0, 2 * ndtr(-max(away, 0.0) / error)))


def _hodges_lehmann(values: "NDArray[np.float64]", level: float) -> tuple[float, float | None, float | None]:
    """The median of the averages of all pairs of sorted `values` (each with itself too), and its interval."""
    n = len(values)
    total = n * (n + 1) // 2
    cut = _cut(n, level)
    wanted = [(total + 1) // 2, (total + 2) // 2] + ([cut, total + 1 - cut] if cut else [])
    found = _averages(values, wanted)
    median = found[0] / 2 + found[1] / 2 + 0.0
    return (median, found[2], found[3]) if cut else (median, None, None)


def _cut(n: int, level: float) -> int:
    """How many averages from either end the limit lies; 0 when the level is out of reach."""
    tail = (1 - level) / 2
    if n <= EXACT_UP_TO:
        import numpy as np

        below = np.cumsum(_chances(range(1, n + 1)))
        # The sum of ranks whose lower tail still fits into half of what may be missed.
        return int(np.searchsorted(below, tail * (1 + 1e-9), side="right"))
    centre, error = n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return max(math.floor(centre - normal_quantile(1 - tail) * error), 0)


def _averages(values: "NDArray[np.float64]", wanted: Sequence[int]) -> list[float]:
    """The averages of two with the given places (from 1) in order of size."""
    import numpy as np

    unique, counts = np.unique(values, return_counts=True)
    if len(unique) > AVERAGES_UP_TO:
        return [_average_at(values / 2, place) for place in wanted]
    first, second = np.triu_indices(len(unique))
    averages = unique[first] / 2 + unique[second] / 2
    # As often as there are pairs of these two values.
    times = np.where(first == second, counts[first] * (counts[first] + 1) // 2, counts[first] * counts[second])
    order = np.argsort(averages)
    places = np.searchsorted(np.cumsum(times[order]), wanted)
    return [float(average) for average in averages[order][places]]


def _average_at(halves: "NDArray[np.float64]", place: int) -> float:
    """By halving the range until few averages are left in it, of which the one with this place is taken."""
    import numpy as np

    n = len(halves)
    low, high = math.nextafter(2 * float(halves[0]), -math.inf), 2 * float(halves[-1])
    before, upto = _partners(halves, low), _partners(halves, high)
    slack = 1e-14 * max(abs(low), abs(high))
    while (
        int((upto - before).sum()) > LISTED_UP_TO and high - low > slack and low < (middle := low / 2 + high / 2) < high
    ):
        partners = _partners(halves, middle)
        if int((partners - np.arange(n)).sum()) >= place:
            high, upto = middle, partners
        else:
            low, before = middle, partners
    if int((upto - before).sum()) > LISTED_UP_TO:
        # Only ties are left: whichever of them is as good.
        first = np.flatnonzero(upto > before)
        return float((halves[first] + halves[upto[first] - 1]).max()) + 0.0
    counts = upto - before
    ends = np.cumsum(counts)
    second = np.arange(ends[-1]) - np.repeat(ends - counts - before, counts)
    averages = np.repeat(halves, counts) + halves[second]
    index = place - 1 - int((before - np.arange(n)).sum())
    return float(np.partition(averages, index)[index]) + 0.0


def _partners(halves: "NDArray[np.float64]", limit: float) -> "NDArray[np.int64]":
    """For each value the place before which lie the partners, itself first, whose average with it is at most `limit`."""
    import numpy as np

    return np.maximum(np.searchsorted(halves, limit - halves, side="right"), np.arange(len(halves))).astype(np.int64)
