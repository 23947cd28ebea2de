"""Frames -> figures. Everything is added up as exact integers; what is rounded is rounded in `figures`, once.

`smallest` is the fewest calls a figure may rest on for its reader (1: any). A figure below it is withheld, and so is a total
or a period from which such a figure could be worked out by subtraction.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from analytics.figures import ENOUGH, Change, Drift, Mean, Point, Share, rounded
from analytics.filters import MOST_PERIODS
from analytics.stats.comparison import benjamini_hochberg, groups, welch
from analytics.stats.control import Limits, xmr
from analytics.stats.course import slope
from analytics.stats.intervals import Sums, mean_interval, wilson

if TYPE_CHECKING:
    import pandas as pd

HUNDRED = Decimal(100)
# Periods that a normal range rests on: the most recent ones before the newest, at least six.
BASELINE, SHORTEST_BASELINE = 12, 6
# Periods that a steady rise or fall is looked for in, and that a sparkline shows.
COURSE = 12

WITHHELD = Mean(n=None, withheld=True)
WITHHELD_SHARE = Share(n=None, count=None, withheld=True)


@dataclass(frozen=True, slots=True)
class Parts:
    """Additive parts of some calls: what a row of a frame holds, added up over any rows."""

    held: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.held.get(name, 0)

    def sums(self, measure: str) -> Sums:
        return Sums(self[f"n_{measure}"], self[f"sum_{measure}"], self[f"squares_{measure}"])


NOTHING = Parts({})


def parts(frame: "pd.DataFrame", keys: Sequence[str]) -> dict[tuple[object, ...], Parts]:
    """The rows of a frame by their keys; integers as Python's, which do not overflow."""
    names = [name for name in frame.columns if name.startswith(("n_", "sum_", "squares_"))]
    found = {}
    for key, values in zip(
        frame[list(keys)].itertuples(index=False, name=None),
        frame[names].itertuples(index=False, name=None),
        strict=True,
    ):
        found[key] = Parts({name: int(value) for name, value in zip(names, values, strict=True)})
    return found


def together(several: Iterable[Parts]) -> Parts:
    held: dict[str, int] = {}
    for each in several:
        for name, value in each.held.items():
            held[name] = held.get(name, 0) + value
    return Parts(held)


# --- figures ----------------------------------------------------------------------------------------------------------


def mean(sums: Sums, smallest: int = 1) -> Mean:
    """The mean of scores (hundredths in, points out) with Student's 95 % interval, kept within 0..100."""
    if 0 < sums.n < smallest:
        return WITHHELD
    if sums.mean is None:
        return Mean()
    interval = mean_interval(sums) if sums.n >= ENOUGH else None
    low = high = None
    if interval is not None:
        low, high = (
            max(Decimal("0.00"), rounded(interval.low / 100)),
            min(Decimal("100.00"), rounded(interval.high / 100)),
        )
    return Mean(n=sums.n, exact=sums.mean / 100, low=low, high=high, sums=sums)


def change(before: Mean, now: Mean) -> Change | None:
    """Welch's comparison of two means; none where either has fewer than `ENOUGH` calls or is withheld."""
    if before.exact is None or now.exact is None or min(before.n or 0, now.n or 0) < ENOUGH:
        return None
    found = welch(before.sums, now.sums)
    if found is None:
        return None
    low, high = rounded(found.low / 100), rounded(found.high / 100)
    return Change(exact=now.exact - before.exact, low=low, high=high, p=found.p, adjusted=found.p)


def drift(points: Sequence[Point]) -> Drift | None:
    """The steady rise or fall over the newest periods, from the single scores; none of less than half of `COURSE`."""
    course = [(place, point.mean) for place, point in enumerate(points[-COURSE:]) if point.mean.exact is not None]
    if len(course) < COURSE // 2:
        return None
    found = slope([place for place, _mean in course], [each.sums for _place, each in course])
    if found is None:
        return None
    value, low, high = (rounded(each / 100) for each in (found.slope, found.low, found.high))
    return Drift(value, low, high, periods=len(points[-COURSE:]), p=found.p, adjusted=found.p)


Tested = TypeVar("Tested", Change, Drift)


def corrected(
    changes: Sequence[Change | None], drifts: Sequence[Drift | None]
) -> tuple[list[Change | None], list[Drift | None]]:
    """All tests of a page with their p-values corrected for there being many (Benjamini & Hochberg): clear ones survive."""
    tested = [each.p for each in (*changes, *drifts) if each is not None]
    result = benjamini_hochberg(tested)
    judged = zip(result.adjusted, result.rejected, strict=True)

    def judge(several: Sequence[Tested | None]) -> list[Tested | None]:
        found: list[Tested | None] = []
        for each in several:
            if each is None:
                found.append(None)
                continue
            adjusted, clear = next(judged)
            found.append(replace(each, adjusted=adjusted, clear=clear))
        return found

    return judge(changes), judge(drifts)


def share(count: int, n: int, smallest: int = 1) -> Share:
    """A share in percent with Wilson's 95 % interval."""
    if 0 < n < smallest:
        return WITHHELD_SHARE
    interval = wilson(count, n)
    if interval is None:
        return Share()
    low, high = rounded(interval.low * 100), rounded(interval.high * 100)
    return Share(n=n, count=count, value=rounded(Fraction(100 * count, n)), low=low, high=high)


def bands(means: Mapping[int, Mean]) -> dict[int, int]:
    """Which departments cannot be told apart: a number per key, best band first; those with too few calls have none."""
    keys = [key for key, each in means.items() if each.exact is not None and (each.n or 0) >= ENOUGH]
    found = groups([means[key].sums for key in keys])
    return {keys[index]: number for number, band in enumerate(found, 1) for index in band}


def normal_range(means: Sequence[Mean]) -> Limits | None:
    """The range that earlier periods moved in (XmR), which the newest is held against."""
    values = [float(each.exact) for each in means if each.exact is not None and (each.n or 0) >= ENOUGH]
    earlier = values[:-1][-BASELINE:]
    return xmr(earlier) if len(earlier) >= SHORTEST_BASELINE else None


# --- withholding ------------------------------------------------------------------------------------------------------


def withheld(
    sizes: Mapping[int, int],
    within: Mapping[int, frozenset[int]],
    smallest: Mapping[int, int],
    hidden: Iterable[int] = (),
) -> set[int]:
    """Which nodes of a tree must not be shown: those that rest on too few calls, and totals that would give one away.

    `sizes` is how many calls each node rests on, `within` the departments it is made of, in an order in which every node
    comes after those below it; `hidden` are withheld anyway. A total is safe when what it holds beyond the largest shown
    nodes below it is nothing, or enough.
    """
    found = set(hidden)
    shown: list[int] = []
    for node, departments in within.items():
        below = [other for other in shown if within[other] < departments]
        highest = [other for other in below if not any(within[other] < within[another] for another in below)]
        rest = sizes[node] - sum(sizes[other] for other in highest)
        if 0 < rest < smallest[node]:
            found.add(node)
        elif node not in found:
            shown.append(node)
    return found


def withheld_periods(sizes: Sequence[int], smallest: int, hidden: Iterable[int] = ()) -> set[int]:
    """Which periods of a series must not be shown: those with too few calls, and, as long as these are together too few,
    the smallest others, so that none can be worked out from the whole.
    """
    found = {place for place, size in enumerate(sizes) if 0 < size < smallest} | set(hidden)
    others = sorted((size, place) for place, size in enumerate(sizes) if size and place not in found)
    while found and 0 < sum(sizes[place] for place in found) < smallest and others:
        found.add(others.pop(0)[1])
    return found


# --- series -----------------------------------------------------------------------------------------------------------


def calendar(first: dt.date, last: dt.date, by: str) -> list[tuple[dt.date, dt.date]]:
    """Every month or week from `first` to `last`: its first day and its last, cut off at both ends. The newest only, where
    there are more than a trend can show.
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
