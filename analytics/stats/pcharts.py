"""Charts of shares: what range does a pass rate normally move in, when every period has another number of calls?"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import SupportsFloat, SupportsInt

from analytics.stats.comparison import ALPHA
from analytics.stats.control import D2, moving_ranges
from analytics.stats.points import finite, share, whole
from analytics.stats.rules import ROUNDING, RULES, Signal, signals_among, standardised

# Below this smallest expected count the chi-square distribution is a poor guide (Cochran 1954).
FEW_EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class Share:
    """One period: `count` of `n`, its share 0..1, its own limits within 0..1, its distance from the centre in sigma."""

    n: int
    count: int
    share: float
    low: float
    high: float
    score: float
    outside: bool


@dataclass(frozen=True, slots=True)
class ShareChart:
    """A p-chart, or Laney's p' when `sigma_z` is not 1.

    `n` is the number of periods with trials and `trials` that of all trials in them; the centre (a share 0..1) and
    `sigma_z` rest on the first `baseline` of these periods. `points` has an entry per period, `None` where there were no
    trials; `outside` are the places, from 0, of the points beyond their limits.
    """

    n: int
    trials: int
    baseline: int
    centre: float
    sigma_z: float
    points: tuple[Share | None, ...]
    outside: tuple[int, ...]
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Do `n` shares scatter more than chance makes them?

    `ratio` is the observed variance over the binomial one (1: as chance has it), `statistic` has a chi-square distribution
    with `df` degrees of freedom when only chance is at work, `p` is the probability of as much or more. `over` tells that
    p' is called for. `sparse` warns that some period expects fewer than five of either kind, where p is rough.
    """

    n: int
    trials: int
    ratio: float
    statistic: float
    df: int
    p: float
    over: bool
    sparse: bool


def p_chart(
    counts: Collection[SupportsInt],
    sizes: Collection[SupportsInt],
    *,
    baseline: int | None = None,
    centre: SupportsFloat | None = None,
    rules: Collection[int] = RULES,
) -> ShareChart | None:
    """The p-chart: each share against p plus and minus 3 sqrt(p (1 - p) / n) for its own n.

    Source: Montgomery, Introduction to Statistical Quality Control, sections 7.2.1 and 7.2.2 (limits per sample). `counts`
    of `sizes` trials per period in order of time, whole numbers. The centre p is the share of all trials in the first
    `baseline` periods that have any (`None`: all of them), or the `centre` given (0..1). Limits are cut off at 0 and 1. A
    share exactly on a limit is within. Periods without trials are `None` among the points and take no part. The rules of
    `rules.western_electric` judge the distances from the centre in sigma. `None` without any trials.

    >>> chart = p_chart([12, 15, 8, 10, 4, 7, 16, 9, 14, 10], [50] * 10)
    >>> round(chart.centre, 2), round(chart.points[0].low, 4), round(chart.points[0].high, 4), chart.outside
    (0.21, 0.0372, 0.3828, ())
    """
    periods = _periods(counts, sizes)
    base = _first(periods, baseline)
    if not base:
        return None
    middle = _centre(base, centre)
    return _chart(periods, len(base), middle, 1.0, rules)


def laney(
    counts: Collection[SupportsInt],
    sizes: Collection[SupportsInt],
    *,
    baseline: int | None = None,
    centre: SupportsFloat | None = None,
    rules: Collection[int] = RULES,
) -> ShareChart | None:
    """Laney's p' chart: the p-chart's limits, widened or narrowed by how much shares move from period to period.

    Source: Laney (2002), Improved control charts for attributes, Quality Engineering 14(4):531-537. Limits are
    p +- 3 sigma_p sigma_z, where sigma_z is the mean moving range, divided by 1.128, of the z-scores
    (share - p) / sigma_p of the baseline. As `p_chart` otherwise. A moving range is formed between successive periods that
    both have trials, never across one without. `None` when the baseline has no two such periods, and when all its trials
    came out alike, where sigma_p is 0 and there is no z-score.

    >>> chart = laney([9, 60, 14, 70], [20, 100, 40, 100])
    >>> round(chart.centre, 4), round(chart.sigma_z, 4)
    (0.5885, 2.9915)
    """
    periods = _periods(counts, sizes)
    base = _first(periods, baseline)
    if not base:
        return None
    middle = _centre(base, centre)
    last = _last(periods, len(base))
    scores = [_score(period, middle) if period[1] else None for period in periods[:last]]
    steps = [step for _place, step in moving_ranges(scores)]
    if not steps or not 0 < middle < 1:
        return None
    return _chart(periods, len(base), middle, math.fsum(steps) / len(steps) / D2, rules)


def dispersion(
    counts: Collection[SupportsInt], sizes: Collection[SupportsInt], *, alpha: SupportsFloat = ALPHA
) -> Dispersion | None:
    """The chi-square test of over-dispersion of binomial shares: is p' called for instead of the p-chart?

    Source: Cochran (1954), Biometrics 10:417-451; Wetherill & Brown (1991), Statistical Process Control, pp. 216-218, for
    equal sizes, where the ratio is their observed over theoretical variance. The statistic is the sum of
    (count - n p)^2 / (n p (1 - p)), on one degree of freedom fewer than periods with trials, and the test is one-sided. It
    does not know why shares scatter: one odd period or one lasting shift makes them over-dispersed too, which p' would hide
    in part; so look at the chart first. `None` with fewer than two periods with trials, and when all trials came out alike.

    >>> found = dispersion([12, 11, 18, 11, 10, 16, 9, 11, 14, 15, 11, 9, 10, 13, 12, 8, 12, 13, 10, 12, 13, 16, 12, 18, 16,
    ...                     10, 16, 10, 12, 14], [50] * 30)
    >>> round(found.ratio, 7), round(found.statistic, 5), round(found.p, 5)
    (0.7644566, 22.16924, 0.81311)
    """
    from scipy.special import chdtrc

    level = share(alpha, "alpha")
    periods = [period for period in _periods(counts, sizes) if period[1]]
    trials, hits = sum(size for _count, size in periods), sum(count for count, _size in periods)
    if len(periods) < 2 or hits in {0, trials}:
        return None
    df = len(periods) - 1
    # In whole numbers until the last division, so that shares that are all alike give exactly 0.
    gaps = math.fsum((count * trials - size * hits) ** 2 / size for count, size in periods)
    statistic = gaps / (hits * (trials - hits))
    p = float(chdtrc(df, statistic))
    rarer = min(hits, trials - hits) / trials
    sparse = min(size for _count, size in periods) * rarer < FEW_EXPECTED
    return Dispersion(len(periods), trials, statistic / df, statistic, df, p, over=p <= level, sparse=sparse)


def _periods(counts: Collection[SupportsInt], sizes: Collection[SupportsInt]) -> list[tuple[int, int]]:
    if len(counts) != len(sizes):
        raise ValueError(f"{len(counts)} counts for {len(sizes)} sizes")
    found = [(whole(count, "counts"), whole(size, "sizes")) for count, size in zip(counts, sizes, strict=True)]
    for count, size in found:
        if count > size:
            raise ValueError(f"counts has {count}; of {size} trials it is at most {size}")
    return found


def _first(periods: Sequence[tuple[int, int]], baseline: int | None) -> list[tuple[int, int]]:
    """The first `baseline` periods with trials, or all of them."""
    size = len(periods) if baseline is None else whole(baseline, "baseline", 1)
    return [period for period in periods if period[1]][:size]


def _last(periods: Sequence[tuple[int, int]], wanted: int) -> int:
    """Up to where the first `wanted` periods with trials reach."""
    found = [place for place, (_count, size) in enumerate(periods) if size]
    return found[wanted - 1] + 1


def _centre(base: Sequence[tuple[int, int]], centre: SupportsFloat | None) -> float:
    if centre is None:
        return float(Fraction(sum(count for count, _size in base), sum(size for _count, size in base)))
    number = finite(centre, "centre")
    if not 0 <= number <= 1:
        raise ValueError(f"centre is {centre}; it lies between 0 and 1")
    return number


def _score(period: tuple[int, int], centre: float) -> float:
    count, size = period
    return standardised(count / size, centre, math.sqrt(centre * (1 - centre) / size))


def _chart(
    periods: Sequence[tuple[int, int]], baseline: int, centre: float, sigma_z: float, rules: Collection[int]
) -> ShareChart:
    points = tuple(_point(period, centre, sigma_z) if period[1] else None for period in periods)
    there = [point for point in points if point is not None]
    return ShareChart(
        n=len(there),
        trials=sum(point.n for point in there),
        baseline=baseline,
        centre=centre,
        sigma_z=sigma_z,
        points=points,
        outside=tuple(place for place, point in enumerate(points) if point is not None and point.outside),
        signals=signals_among([None if point is None else point.score for point in points], rules),
    )


def _point(period: tuple[int, int], centre: float, sigma_z: float) -> Share:
    count, size = period
    sigma = math.sqrt(centre * (1 - centre) / size) * sigma_z
    found, reach = count / size, 3 * sigma
    score = standardised(found, centre, sigma)
    return Share(
        n=size,
        count=count,
        share=found,
        low=max(centre - reach, 0.0),
        high=min(centre + reach, 1.0),
        score=score,
        outside=abs(score) > 3 + ROUNDING,
    )
