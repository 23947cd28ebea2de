"""Small departments: their shares drawn towards the whole, by as much as chance has a say in them.

For means see `shrinkage`, whose results have the same shape.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analytics.stats.given import inside, one_of, same_length, whole
from analytics.stats.intervals import LEVEL, normal_quantile
from analytics.stats.shrinkage import Shrunk, lowest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ShareFit = Literal["ml", "moments"]

# No department gets more calls; the likelihood is added up over the trials of the largest group.
MOST_TRIALS = 1_000_000


@dataclass(frozen=True, slots=True)
class ShareShrinkage:
    """`n` trials in `n_groups` groups with data, whose true shares 0..1 are Beta(`alpha`, `beta`) about `mean`.

    `mean` has its standard error and interval. `between` is the variance of the true shares and `correlation` that of two
    trials of one group, 1 / (alpha + beta + 1). `alpha` and `beta` are `None` when the groups differ no more than by chance
    (correlation 0) and 0 when each is all yes or all no (correlation 1). `groups` are in the order given, `None` where one has
    no trials.
    """

    n: int
    n_groups: int
    mean: float
    mean_error: float
    low: float
    high: float
    between: float
    correlation: float
    alpha: float | None
    beta: float | None
    groups: tuple[Shrunk | None, ...]


def beta_binomial(
    successes: Sequence[int], trials: Sequence[int], *, method: ShareFit = "ml", level: float = LEVEL
) -> ShareShrinkage | None:
    """The beta-binomial model of unequal groups, and the empirical Bayes estimate of each group's share.

    `method`: "ml", maximum likelihood (Skellam 1948, JRSS B 10:257-261; Griffiths 1973, Biometrics 29:637-648), or "moments",
    the weighted moments of Kleinman (1973), JASA 68:46-54. Estimates: the mean of the posterior beta distribution (Casella
    1985, American Statistician 39:83-87).

    `mean_error` takes the correlation as known, and the mean's interval is Wilson's with the effective number of trials,
    sum n / (1 + (n - 1) correlation). A group's interval holds the quantiles of the beta distribution with the estimate as
    mean and `error` squared as variance. `None` with fewer than two groups, and when no group has two trials.

    >>> result = beta_binomial([3, 9, 5, 0], [10, 10, 10, 10])
    >>> round(result.alpha, 4), round(result.beta, 4), round(result.groups[3].shrunk, 4)
    (0.6354, 0.9245, 0.055)
    """
    one_of("method", method, ("ml", "moments"))
    inside("level", level)
    x, n = _counts(successes, trials)
    present = [(got, of) for got, of in zip(x, n, strict=True) if of]
    if len(present) < 2 or all(of == 1 for _got, of in present):
        return None
    mean, correlation = _fit(present, method)
    effective = math.fsum(of / (1 + (of - 1) * correlation) for _got, of in present)
    variance = mean * (1 - mean) / effective
    z = normal_quantile((1 + level) / 2)
    low, high = _wilson(mean, effective, z)
    shrunk = iter([_shrunk(got, of, (mean, correlation, variance), level) for got, of in present])
    strength = 1 / correlation - 1 if correlation else None
    return ShareShrinkage(
        n=sum(n),
        n_groups=len(present),
        mean=mean,
        mean_error=math.sqrt(variance),
        low=low,
        high=high,
        between=mean * (1 - mean) * correlation,
        correlation=correlation,
        alpha=None if strength is None else mean * strength,
        beta=None if strength is None else (1 - mean) * strength,
        groups=tuple(next(shrunk) if of else None for of in n),
    )


# --- how --------------------------------------------------------------------------------------------------------------


def _counts(successes: Sequence[int], trials: Sequence[int]) -> tuple[list[int], list[int]]:
    same_length(successes=len(successes), trials=len(trials))
    x = [whole("successes", each) for each in successes]
    n = [whole("trials", each) for each in trials]
    for got, of in zip(x, n, strict=True):
        if got > of:
            raise ValueError(f"successes is {got}; of {of} trials it lies between 0 and {of}")
        if of > MOST_TRIALS:
            raise ValueError(f"trials is {of}; it is at most {MOST_TRIALS}")
    return x, n


def _fit(present: Sequence[tuple[int, int]], method: str) -> tuple[float, float]:
    """The mean share and the correlation."""
    together = sum(got for got, _of in present) / sum(of for _got, of in present)
    if together in {0.0, 1.0}:
        return together, 0.0
    if all(got in {0, of} for got, of in present):
        return math.fsum(got / of for got, of in present) / len(present), 1.0
    if method == "moments":
        return _moments(present)
    return _Likelihood.of(present).fit(together)


def _moments(present: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Weights that depend on the correlation they give, until it stands still."""
    import numpy as np

    x, n = np.asarray(present, dtype=float).T
    correlation = 0.0
    for _round in range(200):
        weights = n / (1 + correlation * (n - 1))
        weights /= weights.sum()
        mean = float((weights * x / n).sum())
        free = weights * (1 - weights)
        alone = float((free / n).sum())
        squares = float((weights * (x / n - mean) ** 2).sum()) / (mean * (1 - mean))
        before, correlation = correlation, min(max((squares - alone) / (float(free.sum()) - alone), 0.0), 1.0)
        if abs(correlation - before) <= 1e-14:
            break
    return mean, correlation


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """The beta-binomial likelihood as a sum over trials r = 0, 1, 2 ..., which holds its digits when the correlation is 0.

    `hits[r]` groups have more than r successes, `misses[r]` more than r failures, `sizes[r]` more than r trials; with
    phi = 1 / (alpha + beta) the logarithm is sum hits log(mean + r phi) + misses log(1 - mean + r phi) - sizes log(1 + r phi).
    """

    hits: "NDArray[np.float64]"
    misses: "NDArray[np.float64]"
    sizes: "NDArray[np.float64]"

    @classmethod
    def of(cls, present: Sequence[tuple[int, int]]) -> "_Likelihood":
        import numpy as np

        x, n = np.asarray(present, dtype=np.int64).T

        def more_than(counts: "NDArray[np.int64]") -> "NDArray[np.float64]":
            return (len(counts) - np.cumsum(np.bincount(counts)))[:-1].astype(np.float64)

        return cls(more_than(x), more_than(n - x), more_than(n))

    def fit(self, start: float) -> tuple[float, float]:
        # Beyond all bounds only when every group is all or nothing, which is seen to before.
        phi = min(lowest(lambda phi: -self._height(start, phi), lambda phi: -self._slope(start, phi)), 1e14)
        return (self._mean(start, phi), phi / (1 + phi)) if phi else (start, 0.0)

    def _height(self, start: float, phi: float) -> float:
        import numpy as np

        mean = self._mean(start, phi)
        a, b, c = self._denominators(mean, phi)
        return float(self.hits @ np.log(a) + self.misses @ np.log(b) - self.sizes @ np.log(c))

    def _slope(self, start: float, phi: float) -> float:
        import numpy as np

        parts = self._denominators(self._mean(start, phi), phi)
        counts = (self.hits, self.misses, -self.sizes)
        return sum(
            float((count * np.arange(len(count)) / part).sum()) for count, part in zip(counts, parts, strict=True)
        )

    def _mean(self, start: float, phi: float) -> float:
        """The mean that is likeliest for this phi: the likelihood is concave in it, so Newton's steps kept within bounds."""
        import numpy as np

        hit_steps, miss_steps = np.arange(len(self.hits)) * phi, np.arange(len(self.misses)) * phi
        low, high, mean = 0.0, 1.0, start
        for _step in range(100):
            a, b = mean + hit_steps, 1 - mean + miss_steps
            hits, misses = self.hits / a, self.misses / b
            up = float(hits.sum() - misses.sum())
            low, high = (mean, high) if up > 0 else (low, mean)
            step = up / float((hits / a).sum() + (misses / b).sum())
            there = mean + step if low < mean + step < high else (low + high) / 2
            if abs(there - mean) <= 1e-13 * mean * (1 - mean):
                return there
            mean = there
        return mean

    def _denominators(self, mean: float, phi: float) -> "tuple[NDArray[np.float64], ...]":
        import numpy as np

        r: NDArray[np.float64] = np.arange(len(self.sizes), dtype=np.float64) * phi
        return mean + r[: len(self.hits)], 1 - mean + r[: len(self.misses)], 1 + r


def _shrunk(got: int, of: int, whole_share: tuple[float, float, float], level: float) -> Shrunk:
    mean, correlation, mean_variance = whole_share
    factor = of * correlation / (1 + (of - 1) * correlation)
    shrunk = mean + factor * (got / of - mean)
    # The posterior variance; alpha + beta + n + 1 is (1 + n correlation) / correlation.
    conditional = max(shrunk * (1 - shrunk), 0.0) * correlation / (1 + of * correlation)
    variance = conditional + (1 - factor) ** 2 * mean_variance
    low, high = _beta_interval(shrunk, variance, level)
    return Shrunk(of, got / of, shrunk, factor, math.sqrt(conditional), math.sqrt(variance), low, high)


def _beta_interval(mean: float, variance: float, level: float) -> tuple[float, float]:
    """The quantiles of the beta distribution with this mean and variance."""
    from scipy.special import betaincinv

    if variance == 0 or not 0 < mean < 1:
        return mean, mean
    strength = mean * (1 - mean) / variance - 1
    if strength <= 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low, high = (float(betaincinv(mean * strength, (1 - mean) * strength, share)) for share in (tail, 1 - tail))
    return low, high


def _wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """As `intervals.wilson`, for a number of trials that is not whole."""
    centre, scale = share + z * z / (2 * n), 1 + z * z / n
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if share == 0 else max((centre - spread) / scale, 0.0)
    return low, 1.0 if share == 1 else min((centre + spread) / scale, 1.0)
