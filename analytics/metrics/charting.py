"""Control charts of a series, with every signal, re-based where something was changed on purpose.

`periods.normal_range` is the short form that trends show; this is the chart that tells when and by which rule.
"""

import datetime as dt
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analytics.figures import ENOUGH, Point, rounded
from analytics.stats.control import BASELINE, SHORTEST_BASELINE, Segment, individuals
from analytics.stats.pcharts import ShareChart, dispersion, laney, p_chart
from analytics.stats.rules import Signal

INDIVIDUALS, P_CHART, LANEY = "XmR", "p", "Laney p'"

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal: which of the Western Electric rules (1 to 4) came true in the period that starts on `day`, on which
    side.

    `days` are the first days of the periods that it rests on.
    """

    rule: int
    day: dt.date
    days: tuple[dt.date, ...]
    above: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Periods between two interventions, from the first day of the first to the last of the last, with their own
    limits.

    `n` periods have a figure; limits rest on the first `baseline` of them and are `None` where these are too few. Of
    shares every period has limits of its own (`ControlChart.limits`) and only `centre` is here.
    """

    start: dt.date
    end: dt.date
    n: int
    baseline: int
    centre: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A chart of `n` periods; `method` says of which kind. `limits` are per period (low, high), `None` where there are
    none.
    """

    n: int
    method: str
    stretches: tuple[Stretch, ...]
    signals: tuple[Seen, ...]
    limits: tuple[tuple[Decimal, Decimal] | None, ...]


def control_chart(
    points: Sequence[Point], *, rebased: Collection[dt.date] = (), baseline: int = BASELINE
) -> ControlChart | None:
    """The individuals chart (XmR) of a series of means, in points, judged by the four rules of Western Electric.

    `rebased` are days of interventions: limits are set anew from the first period that begins on such a day or after,
    so a period in which the day falls belongs to what was before. Limits rest on the first `baseline` periods of a
    stretch, on six at least. Periods of fewer than `ENOUGH` calls, and withheld ones, take no part, and no signal rests on
    periods on both sides of a withheld one. `None` without any period.
    """
    values = to_judge(points)
    cuts = places([each.start for each in points], rebased)
    found = individuals(values, rebased=cuts, baseline=baseline)
    if found is None:
        return None
    days = [(each.start, each.end) for each in points]
    limits: list[tuple[Decimal, Decimal] | None] = []
    for segment in found.segments:
        edges = None if segment.limits is None else (rounded(segment.limits.low), rounded(segment.limits.high))
        limits += [edges] * (segment.stop - segment.start)
    return ControlChart(
        n=found.n,
        method=INDIVIDUALS,
        stretches=tuple(_stretch(segment, days) for segment in found.segments),
        signals=tuple(_seen(signal, days) for signal in found.signals if not _has_gap(signal, points)),
        limits=tuple(limits),
    )


def share_chart(
    counts: Sequence[int],
    sizes: Sequence[int],
    days: Sequence[Days],
    smallest: int = 1,
    *,
    rebased: Collection[dt.date] = (),
    hidden: Collection[int] = (),
    baseline: int = BASELINE,
    widened: bool | None = None,
) -> ControlChart | None:
    """The chart of a share over periods, in percent: a p-chart, or Laney's p' where shares scatter more than by chance.

    `counts` of `sizes` in each period with these first and last `days`. Which chart it is, the dispersion test of each
    stretch's baseline decides, or `widened` (True: Laney's); `method` is Laney's when any stretch takes it. `rebased`
    as in `control_chart`. Periods of fewer than `smallest`, and those in `hidden` (places), take no part. `None`
    without any period.
    """
    if not len(counts) == len(sizes) == len(days):
        raise ValueError(f"there are {len(counts)} counts, {len(sizes)} sizes and {len(days)} periods")
    dropped = {place for place, size in enumerate(sizes) if size < smallest} | set(hidden)
    held = [
        (0, 0) if place in dropped else (count, size)
        for place, (count, size) in enumerate(zip(counts, sizes, strict=True))
    ]
    if not any(size for _count, size in held):
        return None
    stretches: list[Stretch] = []
    signals: list[Seen] = []
    limits: list[tuple[Decimal, Decimal] | None] = []
    methods = set()
    for start, stop in itertools.pairwise([0, *places([day for day, _end in days], rebased), len(held)]):
        method, found = _of_shares(held[start:stop], baseline, widened=widened)
        within = days[start:stop]
        stretches.append(_share_stretch(found, held[start:stop], within, baseline))
        limits += [None] * (stop - start) if found is None else _edges(found)
        if found is not None:
            methods.add(method)
            signals += [_seen(signal, within) for signal in found.signals]
    n = sum(size > 0 for _count, size in held)
    return ControlChart(n, LANEY if LANEY in methods else P_CHART, tuple(stretches), tuple(signals), tuple(limits))


# --- how --------------------------------------------------------------------------------------------------------------


def to_judge(points: Sequence[Point]) -> list[float | None]:
    """The means that a chart judges, in points; `None` for periods of fewer than `ENOUGH` calls and withheld ones."""
    return [
        float(each.mean.exact) if each.mean.exact is not None and (each.mean.n or 0) >= ENOUGH else None
        for each in points
    ]


def places(starts: Sequence[dt.date], rebased: Collection[dt.date]) -> list[int]:
    """Where new stretches begin: the first period that starts on the day or after; days outside the series change
    nothing.
    """
    found = {sum(start < day for start in starts) for day in rebased}
    return sorted(found - {0, len(starts)})


def _stretch(segment: Segment, days: Sequence[Days]) -> Stretch:
    start, end = days[segment.start][0], days[segment.stop - 1][1]
    if segment.limits is None:
        return Stretch(start, end, segment.n, segment.baseline, None)
    edges = (rounded(each) for each in (segment.limits.mean, segment.limits.low, segment.limits.high))
    return Stretch(start, end, segment.n, segment.baseline, *edges)


def _has_gap(signal: Signal, points: Sequence[Point]) -> bool:
    """Whether a withheld period lies between those that a signal rests on."""
    return any(each.mean.withheld for each in points[min(signal.places) : max(signal.places)])


def _seen(signal: Signal, days: Sequence[Days]) -> Seen:
    return Seen(signal.rule, days[signal.place][0], tuple(days[each][0] for each in signal.places), signal.above)


def _of_shares(
    held: Sequence[tuple[int, int]], baseline: int, *, widened: bool | None
) -> tuple[str, ShareChart | None]:
    """The chart of one stretch; none where its baseline is too short."""
    counts, sizes = [count for count, _size in held], [size for _count, size in held]
    base = [(count, size) for count, size in held if size][:baseline]
    if len(base) < SHORTEST_BASELINE:
        return P_CHART, None
    if widened is None:
        found = dispersion([count for count, _size in base], [size for _count, size in base])
        widened = found is not None and found.over
    # Limits of p' may only be wider: it is taken because shares scatter more than by chance.
    wide = laney(counts, sizes, baseline=baseline) if widened else None
    if wide is not None and wide.sigma_z > 1:
        return LANEY, wide
    return P_CHART, p_chart(counts, sizes, baseline=baseline)


def _share_stretch(
    found: ShareChart | None, held: Sequence[tuple[int, int]], days: Sequence[Days], baseline: int
) -> Stretch:
    start, end = days[0][0], days[-1][1]
    n = sum(size > 0 for _count, size in held)
    if found is None:
        return Stretch(start, end, n, min(n, baseline), None)
    return Stretch(start, end, n, found.baseline, rounded(100 * Fraction(found.centre)))


def _edges(found: ShareChart) -> list[tuple[Decimal, Decimal] | None]:
    return [
        None if each is None else (rounded(100 * Fraction(each.low)), rounded(100 * Fraction(each.high)))
        for each in found.points
    ]
