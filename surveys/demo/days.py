"""Months, working days and office hours of the demo."""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
OPENS, CLOSES = dt.time(8, 30), dt.time(17, 45)
DAY = dt.timedelta(days=1)


def month_starts(today: dt.date, count: int) -> list[dt.date]:
    """The first days of the last `count` months, the one of `today` included."""
    last = today.year * 12 + today.month - 1
    return [dt.date(month // 12, month % 12 + 1, 1) for month in range(last - count + 1, last + 1)]


def next_month(first: dt.date) -> dt.date:
    return (first + 31 * DAY).replace(day=1)


def working_days(first: dt.date, before: dt.date) -> list[dt.date]:
    days = (first + dt.timedelta(days=number) for number in range((before - first).days))
    return [day for day in days if is_working_day(day)]


def days_before(today: dt.date, count: int) -> list[dt.date]:
    """The last `count` working days before `today`, in order."""
    return working_days(today - (2 * count + 14) * DAY, today)[-count:]


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


@cache
def holidays(year: int) -> frozenset[dt.date]:
    """Days on which no Dutch town hall answers."""
    easter = _easter(year)
    moving = {easter + dt.timedelta(days=shift) for shift in (-2, 1, 39, 50)}
    return frozenset(moving | {dt.date(year, 1, 1), dt.date(year, 4, 27), dt.date(year, 12, 25), dt.date(year, 12, 26)})


def _easter(year: int) -> dt.date:
    """Easter Sunday, by Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return dt.date(year, month, day + 1)


def local(day: dt.date, clock: dt.time) -> dt.datetime:
    """A moment on the town's clock, in UTC."""
    return dt.datetime.combine(day, clock, ZONE).astimezone(dt.UTC)


def minutes_of(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute


def office_spans(after: dt.datetime, before: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The stretches of office hours between two moments, in order."""
    day = after.astimezone(ZONE).date()
    while day <= before.astimezone(ZONE).date():
        if is_working_day(day):
            start, end = max(after, local(day, OPENS)), min(before, local(day, CLOSES))
            if start < end:
                yield start, end
        day += DAY
