"""What is the normal range of a series of period means, and which of its points fall out of it?"""

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.stats.points import Value, level_mean, series, whole
from analytics.stats.rules import RULES, Signal, signals_among, standardised

# The mean of the range of two values from a normal distribution, in standard deviations.
D2 = 1.128
# The upper limit of the range of two values, in mean ranges: 1 + 3 d3 / d2.
D4 = 3.267
# How many points limits rest on where there are that many, and below how many there are no limits.
BASELINE, SHORTEST_BASELINE = 12, 6


@dataclass(frozen=True, slots=True)
class Limits:
    """The natural process limits of an individuals (XmR) chart, in the unit of the values, and the n they rest on."""

    n: int
    mean: float
    moving_range: float
    low: float
    high: float

    @property
    def sigma(self) -> float:
        """The standard deviation that the moving ranges tell of: their mean / d2."""
        return self.moving_range / D2

    @property
    def range_high(self) -> float:
        """The upper limit of the moving-range chart: D4 mean moving ranges. Its lower limit is 0."""
        return D4 * self.moving_range

    def outside(self, value: float) -> bool:
        """Rule 1 of Western Electric: beyond three sigma."""
        return not self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a chart with limits of its own: the places from `start` up to, not including, `stop`.

    `n` points are there, of which the first `baseline` carry the limits; `limits` is `None` when they are too few.
    `ranges` are the places whose moving range, from the point before, lies above the limit of the range chart.
    """

    start: int
    stop: int
    n: int
    baseline: int
    limits: Limits | None
    ranges: tuple[int, ...]
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """An individuals chart of `n` points: a segment up to each re-basing and one after the last."""

    n: int
    segments: tuple[Segment, ...]

    @property
    def signals(self) -> tuple[Signal, ...]:
        """All signals of all segments, in order of place."""
        return tuple(signal for segment in self.segments for signal in segment.signals)


def xmr(baseline: Collection[Value]) -> Limits | None:
    """Limits of the individuals chart: mean plus and minus 3 mean moving ranges / d2.

    Source: NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler, Understanding Variation. `baseline` are successive values in order
    of time; `None` below two, where there is no moving range. The moving range makes the limits insensitive to slow
    drift, so that drift shows. Across a missing value (`None`) no range is formed: Hart & Hart, Control charts for
    interrupted data. `None` too when no two values stand next to each other.

    >>> limits = xmr([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> round(limits.mean, 2), round(limits.moving_range, 4), round(limits.range_high, 4)
    (50.81, 1.8778, 6.1347)
    """
    numbers = series(baseline)
    steps = [step for _place, step in moving_ranges(numbers)]
    if not steps:
        return None
    there = [number for number in numbers if number is not None]
    mean = level_mean(there)
    moving_range = math.fsum(steps) / len(steps)
    reach = 3 * moving_range / D2
    return Limits(n=len(there), mean=mean, moving_range=moving_range, low=mean - reach, high=mean + reach)


def individuals(
    values: Collection[Value],
    *,
    baseline: int = BASELINE,
    least: int = SHORTEST_BASELINE,
    rebased: Collection[int] = (),
    places: Collection[int] | None = None,
    rules: Collection[int] = RULES,
) -> Chart | None:
    """An individuals (XmR) chart whose limits are frozen on a baseline and set anew at each intervention.

    Source: NIST/SEMATECH e-Handbook 6.3.2.2 for the limits; Montgomery, section 6.4, for the moving-range chart; the rules
    of `rules.western_electric`. `values` are in order of time, `None` where a period has none: it takes no part, and no
    moving range is formed across it (Hart & Hart, Control charts for interrupted data). `rebased` are the places (from 0)
    at which a new segment starts; neither ranges nor runs reach over one.

    Limits rest on the first `baseline` points of a segment, or, when `places` is given, on those of its points, and judge
    all its points. Twelve points are preferred, fewer serve, below `least` (6; at least 2) there are no limits and no
    signals, which `limits` says with `None`. `None` when no value is there at all.

    >>> chart = individuals([5, 6, 5, 4, 5, 6, 5, 4, 30, 31, 30], baseline=8, rebased=[9])
    >>> [(segment.baseline, segment.limits is None) for segment in chart.segments]
    [(8, False), (2, True)]
    >>> [(signal.rule, signal.place) for signal in chart.signals]
    [(1, 8)]
    """
    numbers = series(values)
    size, fewest = whole(baseline, "baseline", 2), whole(least, "least", 2)
    if size < fewest:
        raise ValueError(f"baseline is {baseline}; it is no less than the least of {least}")
    chosen = None if places is None else {_place(place, len(numbers), "places") for place in places}
    cuts = sorted({_place(place, len(numbers), "rebased") for place in rebased} - {0})
    n = sum(number is not None for number in numbers)
    if not n:
        return None
    segments = []
    for start, stop in itertools.pairwise([0, *cuts, len(numbers)]):
        carrying = _baseline(numbers, range(start, stop), size, chosen)
        segments.append(_segment(numbers, range(start, stop), carrying, fewest, rules))
    return Chart(n, tuple(segments))


def _place(place: int, count: int, name: str) -> int:
    number = whole(place, name)
    if number >= count:
        raise ValueError(f"{name} has {place}; the last place is {count - 1}")
    return number


def _baseline(numbers: Sequence[float | None], within: range, size: int, chosen: set[int] | None) -> list[float | None]:
    """The segment's values with all that do not belong to the baseline taken out, so that ranges stay between neighbours."""
    there = [place for place in within if numbers[place] is not None]
    kept = set(there[:size]) if chosen is None else chosen
    return [numbers[place] if place in kept else None for place in within]


def _segment(
    numbers: Sequence[float | None],
    within: range,
    carrying: Sequence[float | None],
    fewest: int,
    rules: Collection[int],
) -> Segment:
    points = [numbers[place] for place in within]
    size = sum(number is not None for number in carrying)
    limits = xmr(carrying) if size >= fewest else None
    ranges: tuple[int, ...] = ()
    scores: list[float | None] = []
    if limits is not None:
        scores = [None if number is None else standardised(number, limits.mean, limits.sigma) for number in points]
        # A range on its limit is within it, whatever the rounding of the mean.
        top = limits.range_high * (1 + 1e-12)
        ranges = tuple(within[place] for place, step in moving_ranges(points) if step > top)
    signals = signals_among(scores, rules, within.start)
    n = sum(number is not None for number in points)
    return Segment(within.start, within.stop, n, size, limits, ranges, signals)


def moving_ranges(numbers: Sequence[float | None]) -> list[tuple[int, float]]:
    """The place and size of each step between neighbours that are both there; none is formed across a gap."""
    return [
        (place, abs(after - before))
        for place, (before, after) in enumerate(itertools.pairwise(numbers), 1)
        if before is not None and after is not None
    ]
