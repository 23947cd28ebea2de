"""A figure over successive periods, and the range it normally moves in."""

import datetime as dt
from collections.abc import Iterable, Sequence

from analytics.figures import ENOUGH, MOST_PERIODS, Mean, Point
from analytics.metrics.means import WITHHELD, mean
from analytics.stats.control import Limits, xmr
from analytics.stats.intervals import Sums

# Periods that a normal range rests on: the most recent ones before the newest, at least six.
BASELINE, SHORTEST_BASELINE = 12, 6


def calendar(first: dt.date, last: dt.date, by: str) -> list[tuple[dt.date, dt.date]]:
    """Every month or week from `first` to `last`: its first day and its last, cut off at both ends. The newest only,
    where there are more than a trend can show.
    """
    first = max(first, _earliest(last, by))
    found = []
    day = first.replace(day=1) if by == "month" else first - dt.timedelta(days=first.weekday())
    while day <= last:
        following = (
            (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1) if by == "month" else day + dt.timedelta(7)
        )
        found.append((max(day, first), min(following - dt.timedelta(days=1), last)))
        day = following
    return found


def _earliest(last: dt.date, by: str) -> dt.date:
    """The first day of the oldest period that a trend up to `last` can show."""
    if by == "week":
        return last - dt.timedelta(days=last.weekday(), weeks=MOST_PERIODS - 1)
    months = last.year * 12 + last.month - MOST_PERIODS
    return dt.date(months // 12, months % 12 + 1, 1)


def series(
    sums: Sequence[Sums], days: Sequence[tuple[dt.date, dt.date]], hidden: Iterable[int] = ()
) -> tuple[tuple[Point, ...], Limits | None]:
    """One figure per period, periods without calls included, and the range they normally move in."""
    hidden = set(hidden)
    means = [WITHHELD if place in hidden else mean(each) for place, each in enumerate(sums)]
    normal = normal_range(means)
    points = tuple(
        Point(start, end, each, outside=_outside(each, normal)) for (start, end), each in zip(days, means, strict=True)
    )
    return points, normal


def _outside(each: Mean, normal: Limits | None) -> bool:
    few = each.exact is None or (each.n or 0) < ENOUGH
    return not few and normal is not None and normal.outside(float(each.exact or 0))


def normal_range(means: Sequence[Mean]) -> Limits | None:
    """The range that earlier periods moved in (XmR), which the newest is held against."""
    values = [float(each.exact) for each in means if each.exact is not None and (each.n or 0) >= ENOUGH]
    earlier = values[:-1][-BASELINE:]
    return xmr(earlier) if len(earlier) >= SHORTEST_BASELINE else None
