"""When a scheduled letter is due and of which period it is, by the organisation's own calendar and clock.

A week is due on the Monday after it, a month on the first day of the next. A quarter is due two weeks after it, when nearly all
of its calls are checked: readers of totals are given none before.
"""

import datetime as dt
from typing import Final, NamedTuple

from analytics import quarters
from analytics.alerts.finding import months_before
from analytics.letters.models import LetterSchedule

Every = LetterSchedule.Every
# Read with the first coffee. No clock is changed at this hour, so it comes once on every day.
HOUR: Final = dt.time(6)
WEEK: Final = dt.timedelta(weeks=1)
DAY: Final = dt.timedelta(days=1)


class Period(NamedTuple):
    """What is over: its days, and how an address names it."""

    first: dt.date
    last: dt.date

    @property
    def occasion(self) -> str:
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def period(every: str, today: dt.date) -> Period:
    """The newest one that is over, and for a quarter checked."""
    if every == Every.QUARTER:
        quarter = quarters.released(today)
        return Period(quarter.start, quarter.end)
    if every == Every.MONTH:
        return Period(months_before(today, 1), today.replace(day=1) - DAY)
    monday = today - dt.timedelta(days=today.weekday())
    return Period(monday - WEEK, monday - DAY)


def due_after(every: str, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """The next moment at which letters are due; None of waves, which close when they close."""
    if every == Every.WAVE:
        return None
    day = due_day(every, at.astimezone(zone).date())
    moment = dt.datetime.combine(day, HOUR, tzinfo=zone)
    if moment <= at:
        moment = dt.datetime.combine(due_day(every, day + DAY), HOUR, tzinfo=zone)
    return moment.astimezone(dt.UTC)


def due_day(every: str, day: dt.date) -> dt.date:
    """The first day on which letters are due, from this one on."""
    if every == Every.QUARTER:
        quarter = quarters.quarter_of(day - quarters.SETTLED)
        due = quarter.start + quarters.SETTLED
        return due if due >= day else quarter.back(-1).start + quarters.SETTLED
    if every == Every.MONTH:
        return day if day.day == 1 else months_before(day, -1)
    return day + dt.timedelta(days=-day.weekday() % 7)
