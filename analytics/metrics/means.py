"""Means, shares and their changes, with intervals; bands of departments that cannot be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from analytics.figures import ENOUGH, Change, Drift, Mean, Point, Share, rounded, rounded_ratio
from analytics.metrics.sums import Parts
from analytics.stats.comparison import benjamini_hochberg, groups, welch
from analytics.stats.course import slope
from analytics.stats.intervals import Sums, mean_interval, wilson

ZERO, HUNDRED = Decimal("0.00"), Decimal("100.00")
# The best grade for "would call again".
GRADES = Decimal("10.00")
# Periods that a steady rise or fall is looked for in, and that a sparkline shows.
COURSE = 12

WITHHELD = Mean(n=None, withheld=True)
WITHHELD_SHARE = Share(n=None, count=None, withheld=True)


def mean(sums: Sums, smallest: int = 1, *, top: Decimal = HUNDRED) -> Mean:
    """The mean of scores (hundredths in, points out) with Student's 95 % interval, kept within 0..`top`."""
    if 0 < sums.n < smallest:
        return WITHHELD
    if not sums.n:
        return Mean()
    interval = mean_interval(sums) if sums.n >= ENOUGH else None
    low = high = None
    if interval is not None:
        low, high = max(ZERO, rounded(interval.low / 100)), min(top, rounded(interval.high / 100))
    return Mean(n=sums.n, exact=Fraction(sums.total, 100 * sums.n), low=low, high=high, sums=sums)


def measured(parts: Parts, measure: str, smallest: int = 1) -> Mean:
    """The mean score of a measure ("score", "content", "tone" ...), in points."""
    return mean(parts.sums(measure), smallest)


def again(parts: Parts, smallest: int = 1) -> Mean:
    """The mean grade for "would call again", 0..10, over the calls that have one, with its t interval.

    `sums` of the result are in hundredths of a grade, so that two of them may be compared with `change`.
    """
    return mean(in_hundredths(parts.sums("again")), smallest, top=GRADES)


def in_hundredths(sums: Sums) -> Sums:
    """The sums of the same values in hundredths of their unit, which is what `mean` takes."""
    return Sums(sums.n, 100 * sums.total, 10_000 * sums.squares)


def change(before: Mean, now: Mean) -> Change | None:
    """Welch's comparison of two means; none where either has fewer than `ENOUGH` calls or is withheld."""
    if before.exact is None or now.exact is None or min(before.n or 0, now.n or 0) < ENOUGH:
        return None
    found = welch(before.sums, now.sums)
    if found is None:
        return None
    low, high = rounded(found.low / 100), rounded(found.high / 100)
    return Change(exact=now.exact - before.exact, low=low, high=high, p=found.p, adjusted=found.p)


def unbroken(points: Sequence[Point]) -> Sequence[Point]:
    """The newest shown periods without a withheld one among them: nothing is known of what happened in such a gap."""
    end = len(points)
    while end and points[end - 1].mean.withheld:
        end -= 1
    start = end
    while start and not points[start - 1].mean.withheld:
        start -= 1
    return points[start:end]


def drift(points: Sequence[Point]) -> Drift | None:
    """The steady rise or fall over the newest periods, from the single scores; none of less than half of `COURSE`, and none
    across withheld periods.
    """
    newest = unbroken(points[-COURSE:])
    course = [(place, point.mean) for place, point in enumerate(newest) if point.mean.exact is not None]
    if len(course) < COURSE // 2:
        return None
    found = slope([place for place, _mean in course], [each.sums for _place, each in course])
    if found is None:
        return None
    value, low, high = (rounded(each / 100) for each in (found.slope, found.low, found.high))
    return Drift(value, low, high, periods=len(newest), p=found.p, adjusted=found.p)


Tested = TypeVar("Tested", Change, Drift)


def corrected(
    changes: Sequence[Change | None], drifts: Sequence[Drift | None]
) -> tuple[list[Change | None], list[Drift | None]]:
    """All tests of a page with their p-values corrected for there being many (Benjamini & Hochberg): clear ones
    survive.
    """
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
    value = rounded_ratio(100 * interval.successes, interval.n)
    return Share(n=n, count=count, value=value, low=low, high=high)


def bands(means: Mapping[int, Mean]) -> dict[int, int]:
    """Which departments cannot be told apart: a number per key, best band first; those with too few calls have none."""
    keys = [key for key, each in means.items() if each.exact is not None and (each.n or 0) >= ENOUGH]
    found = groups([means[key].sums for key in keys])
    return {keys[index]: number for number, band in enumerate(found, 1) for index in band}
