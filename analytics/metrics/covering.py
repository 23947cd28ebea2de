"""When calls were made, against when their waves ask for them."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from analytics.figures import Share, rounded
from analytics.metrics.means import share
from analytics.results import Estimate, estimate, judged_by_key

if TYPE_CHECKING:
    import pandas as pd

HOURS: Final = range(24)
Hour = tuple[int, int]
"""Weekday (1 is Monday) and hour (0..23)."""
NO_SHARE: Final = Share()


@dataclass(frozen=True, slots=True)
class Asked:
    """When a wave calls: ISO weekdays, and from when until when."""

    weekdays: tuple[int, ...]
    begins: dt.time
    ends: dt.time


@dataclass(frozen=True, slots=True)
class HourCovered:
    """An hour of the week: its share of the calls that lie within their wave's hours, and what an even spread would give.

    `expected` is a number of calls; `gap` the share minus that of an even spread, in percentage points. An hour that no
    wave asks for has neither, and `n` calls all the same.
    """

    n: int
    share: Share = NO_SHARE
    expected: Decimal | None = None
    gap: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The week by hour; of `n` calls, `outside` lie in hours that their own wave does not ask for."""

    hours: Mapping[Hour, HourCovered]
    n: int
    outside: int


def coverage(frame: "pd.DataFrame", asked: Mapping[int, Asked]) -> Coverage:
    """The frame `called_hours` against an even spread over the hours that each call's wave asks for, by wave.

    Wilson's interval of each hour's share and the exact binomial test (the smaller tail doubled), corrected over all hours. An hour is asked for in part
    where a wave's time begins or ends within it.
    """
    counts: dict[int, Counter[Hour]] = {}
    for wave, weekday, hour, n in frame[["wave", "weekday", "hour", "n"]].itertuples(index=False, name=None):
        counts.setdefault(int(wave), Counter())[int(weekday), int(hour)] += int(n)
    within: Counter[Hour] = Counter()
    strayed: Counter[Hour] = Counter()
    expected: dict[Hour, Fraction] = {}
    for wave, hours in counts.items():
        parts = _parts(asked[wave])
        for key, n in hours.items():
            (within if key in parts else strayed)[key] += n
        inside = sum(n for key, n in hours.items() if key in parts)
        for key, part in parts.items():
            expected[key] = expected.get(key, Fraction(0)) + part * inside
    return Coverage(_told(within, strayed, expected), within.total() + strayed.total(), strayed.total())


def _parts(asked: Asked) -> dict[Hour, Fraction]:
    """Which part of a wave's time lies in each hour of the week."""
    begins, ends = (60 * each.hour + each.minute for each in (asked.begins, asked.ends))
    minutes = {hour: min(ends, 60 * hour + 60) - max(begins, 60 * hour) for hour in HOURS}
    whole = len(asked.weekdays) * (ends - begins)
    return {
        (day, hour): Fraction(inside, whole) for day in asked.weekdays for hour, inside in minutes.items() if inside > 0
    }


def _told(within: Counter[Hour], strayed: Counter[Hour], expected: Mapping[Hour, Fraction]) -> dict[Hour, HourCovered]:
    n = within.total()
    shares = {key: share(within[key], n) for key in expected} if n else {}
    gaps = judged_by_key({key: _gap(each, expected[key] / n) for key, each in shares.items()})
    found: dict[Hour, HourCovered] = {}
    for key in sorted({*shares, *strayed}):
        if key in shares:
            found[key] = HourCovered(within[key] + strayed[key], shares[key], rounded(expected[key]), gaps[key])
        else:
            found[key] = HourCovered(strayed[key])
    return found


def _gap(found: Share, even: Fraction) -> Estimate:
    from scipy.special import bdtr, bdtrc

    count, n, chance = found.count or 0, found.n or 0, float(min(even, Fraction(1)))
    # Twice the smaller tail: of as few calls or fewer, of as many or more.
    p = min(1.0, 2 * min(float(bdtr(count, n, chance)), float(bdtrc(count - 1, n, chance)) if count else 1.0))
    ends = [None if end is None else Fraction(end) - 100 * even for end in (found.low, found.high)]
    return estimate(n, Fraction(100 * count, n) - 100 * even, (ends[0], ends[1]), p)
