"""Did it help? A series before and after a day on which something was changed on purpose."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.figures import Change, Mean
from analytics.metrics.means import change, mean
from analytics.results import Estimate, estimate
from analytics.stats.intervals import Sums
from analytics.stats.trend import Effect, Interrupted, interrupted


@dataclass(frozen=True, slots=True)
class Course:
    """What became of the trend, in points, over `n` periods; each estimate's own `n` counts periods too.

    `level` is the jump at the day, `slope_before` and `slope_after` what it rose or fell a period before and after,
    `slope` the second minus the first. `gain` is how much higher the last period lies than it would have without the
    change, by the lines.
    """

    n: int
    level: Estimate
    slope_before: Estimate
    slope_after: Estimate
    slope: Estimate
    gain: Estimate


@dataclass(frozen=True, slots=True)
class Intervention:
    """Calls before and after `day`. `change` is `None` with too few calls, `course` with too few periods.

    `mixed` is the first day of the period in which `day` falls, when that is not its first day: it is in neither side.
    """

    day: dt.date
    before: Mean
    after: Mean
    change: Change | None
    course: Course | None
    mixed: dt.date | None = None


def intervention(
    sums: Sequence[Sums],
    days: Sequence[tuple[dt.date, dt.date]],
    day: dt.date,
    smallest: int = 1,
    *,
    hidden: Collection[int] = (),
) -> Intervention:
    """The plain difference after minus before (Welch), and the interrupted trend on period means, weighted by their
    calls.

    `sums` (hundredths of a point) are one per period with these first and last `days`, in order, equally long. The
    difference sees no trend: what rose all along has risen too, which is what the course is for. The course needs three
    periods with calls on either side (`stats.trend.interrupted`). Periods of fewer than `smallest` calls, and those in
    `hidden` (places), have no mean in the course; as single calls they count before and after.
    """
    if len(sums) != len(days):
        raise ValueError(f"there are {len(sums)} sums for {len(days)} periods")
    mixed = next((place for place, (start, end) in enumerate(days) if start < day <= end), None)
    before = sum((each for each, (_start, end) in zip(sums, days, strict=True) if end < day), Sums())
    after = sum((each for each, (start, _end) in zip(sums, days, strict=True) if start >= day), Sums())
    means = mean(before, smallest), mean(after, smallest)
    skipped = {place for place, each in enumerate(sums) if each.n < max(smallest, 1)} | set(hidden)
    if mixed is not None:
        skipped.add(mixed)
    at = sum(start < day for start, _end in days)
    return Intervention(
        day=day,
        before=means[0],
        after=means[1],
        change=change(*means),
        course=_course([None if place in skipped else each for place, each in enumerate(sums)], at),
        mixed=None if mixed is None else days[mixed][0],
    )


def _course(sums: Sequence[Sums | None], at: int) -> Course | None:
    """Periods without a mean have no weight either, and keep their place."""
    held = [None if each is None or each.mean is None else (float(each.mean / 100), each.n) for each in sums]
    means, weights = ([None if each is None else each[part] for each in held] for part in (0, 1))
    found = interrupted(means, at=at, weights=weights)
    return None if found is None else _told(found)


def _told(found: Interrupted) -> Course:
    assert found.slope_after is not None
    assert found.slope_change is not None
    effects = (found.level_change, found.slope_before, found.slope_after, found.slope_change, found.gain)
    return Course(found.n, *(_effect(each) for each in effects))


def _effect(each: Effect) -> Estimate:
    return estimate(each.n, Fraction(each.value), (each.low, each.high), each.p)
