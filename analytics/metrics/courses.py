"""What a series does, in a word that survived correction; and the one change of level that parts it best."""

import datetime as dt
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from analytics.figures import Change, Drift, Mean, Point
from analytics.metrics.charting import places, to_judge
from analytics.metrics.means import COURSE, WITHHELD, change, corrected, drift, mean, unbroken
from analytics.metrics.periods import SHORTEST_BASELINE
from analytics.stats.control import individuals
from analytics.stats.intervals import Sums
from analytics.stats.shift import Split, split

# A level is at least so many periods long: one or two that stray are none.
SHORTEST_LEVEL = 3
FEW, STEADY, OUTSIDE = "few", "steady", "outside"
HIGHER, LOWER, RISING, FALLING = "higher", "lower", "rising", "falling"


@dataclass(frozen=True, slots=True)
class Level:
    """The one change of level that parts the periods best, between two of them; `day` is the first of the new level.

    `n_before` and `n_after` are periods, `change` the calls after against those before, with the interval that it would
    have if the day had been known. `p` is that of no change at all, and allows for the day having been looked for.
    `is_step`: a step tells the periods better than a steady rise or fall would.
    """

    day: dt.date
    n_before: int
    n_after: int
    before: Mean
    after: Mean
    change: Change
    p: float
    is_step: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a series of `n` periods with enough calls does.

    `word` is "few" (too few periods), "rising" or "falling" (steadily, over the newest twelve), "higher" or "lower" (since
    `since`), "outside" (single periods of the newest twelve lie outside the range of the chart: no test, a hint), or
    "steady". `drift` has p before and after correction for all series judged together. `is_hidden`: some of the periods are
    withheld, and what is left of them is "few".
    """

    word: str
    n: int
    since: dt.date | None = None
    drift: Drift | None = None
    level: Level | None = None
    outside: tuple[dt.date, ...] = ()
    is_hidden: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether it survived correction."""
        return self.word in {HIGHER, LOWER, RISING, FALLING}

    @property
    def is_up(self) -> bool:
        return self.word in {HIGHER, RISING}


Key = TypeVar("Key", bound=Hashable)
Course = tuple[Sequence[Point], Collection[dt.date]]
"""Points, and the days at which their chart begins anew."""


def bare_points(
    sums: Sequence[Sums], days: Sequence[tuple[dt.date, dt.date]], hidden: Collection[int] = ()
) -> tuple[Point, ...]:
    """The points of a series without their intervals: all that a verdict takes, of hundreds of series at once."""
    found = []
    for place, (each, (start, end)) in enumerate(zip(sums, days, strict=True)):
        known = Mean(n=each.n, exact=Fraction(each.total, 100 * each.n), sums=each) if each.n else Mean()
        found.append(Point(start, end, WITHHELD if place in hidden else known))
    return tuple(found)


def verdicts(series: Mapping[Key, Course]) -> dict[Key, Verdict]:
    """What each series does, judged together: a steady rise or fall must survive the correction for all of them.

    The test is that of `drift`, over the newest twelve periods. Where it is clear, and one step within these tells all
    periods better than a steady course, the step is named instead. Of withheld periods nothing is known, so only those
    since the last of them are judged (before it, where the newest are withheld).
    """
    shown = {key: (unbroken(points), rebased) for key, (points, rebased) in series.items()}
    _none, drifts = corrected([], [drift(points) for points, _rebased in shown.values()])
    found = {key: _verdict(*each, drifts[place]) for place, (key, each) in enumerate(shown.items())}
    return {key: _told(each, series[key][0]) for key, each in found.items()}


# A department of which nothing is shown for so many periods has no course now.
SILENT = 6


def _told(found: Verdict, points: Sequence[Point]) -> Verdict:
    if found.word != FEW and any(each.mean.n for each in points[-SILENT:]):
        return found
    return Verdict(FEW, found.n, is_hidden=any(each.mean.withheld for each in points))


def _verdict(points: Sequence[Point], rebased: Collection[dt.date], found: Drift | None) -> Verdict:
    values = to_judge(points)
    n = sum(value is not None for value in values)
    if n < SHORTEST_BASELINE:
        return Verdict(FEW, n)
    newest = points[-COURSE:]
    if found is not None and found.clear:
        step = level(points)
        if step is not None and step.is_step and _is_it(step, found, newest[0].start):
            return Verdict(HIGHER if found.value > 0 else LOWER, n, step.day, found, step)
        first = next(each.start for each in newest if each.mean.exact is not None)
        return Verdict(RISING if found.value > 0 else FALLING, n, first, found)
    # The first rule of the chart alone: all that a cell of a table tells of it.
    chart = individuals(values, rebased=places([each.start for each in points], rebased), rules=(1,))
    outside = [points[each.place].start for each in chart.signals] if chart else []
    recent = tuple(day for day in outside if day >= newest[0].start)
    return Verdict(OUTSIDE if recent else STEADY, n, None, found, None, recent)


def _is_it(step: Level, found: Drift, first: dt.date) -> bool:
    """Whether a step is what the drift since `first` shows: within that time, and the same way."""
    return step.day > first and (step.change.exact > 0) == (found.value > 0)


def level(points: Sequence[Point]) -> Level | None:
    """When did the level change? The best split of the periods with `ENOUGH` calls, each weighing as many as it has.

    Source of split and p: `stats.shift.split`. `None` where either side would have fewer than `SHORTEST_LEVEL` periods, or
    when all are alike. Never across withheld periods: the level may have changed in them.
    """
    points = unbroken(points)
    known = [each for each, value in zip(points, to_judge(points), strict=True) if value is not None]
    values, loads = [float(each.mean.exact or 0) for each in known], [each.mean.n or 0 for each in known]
    found = split(values, weights=loads, least=SHORTEST_LEVEL)
    if found is None or found.place is None:
        return None
    before, after = (_together(part) for part in (known[: found.place], known[found.place :]))
    difference = change(before, after)
    if difference is None:
        return None
    is_step = _is_step(found, [each.start.toordinal() for each in known], values, loads)
    return Level(
        known[found.place].start, found.n_before, found.n_after, before, after, difference, found.p, is_step=is_step
    )


def _together(points: Sequence[Point]) -> Mean:
    return mean(sum((each.mean.sums for each in points), Sums()))


def _is_step(found: Split, times: Sequence[int], values: Sequence[float], loads: Sequence[int]) -> bool:
    """Whether a step tells the values better than a line, by the criterion of Schwarz (1978), Annals of Statistics 6:461.

    Both have two means or a mean and a slope; the step's place is one number more.
    """
    total = math.fsum(loads)
    x, y = (math.fsum(w * v for w, v in zip(loads, each, strict=True)) / total for each in (times, values))
    xx, xy, yy = (
        math.fsum(w * a * b for w, a, b in zip(loads, left, right, strict=True))
        for left, right in (
            ([t - x for t in times], [t - x for t in times]),
            ([t - x for t in times], [v - y for v in values]),
            ([v - y for v in values], [v - y for v in values]),
        )
    )
    line = 1 - xy * xy / (xx * yy) if xx and yy else 1.0
    step = 0.0 if math.isinf(found.f) else 1 / (1 + found.f / (found.n - 2))
    smallest = 1e-12
    return found.n * math.log(max(step, smallest)) + math.log(found.n) < found.n * math.log(max(line, smallest))
