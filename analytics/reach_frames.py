"""When calls were made and what callers met on the way -> DataFrames: from the documents of weeks, that tell days apart.

As in `analytics.frames`, every frame names its columns and dtypes.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Count, Q
from django.db.models.functions import Cast, Substr

from analytics.access import Reader
from analytics.counting import PROMPT_SECONDS
from analytics.filters import Filters
from analytics.sources import of_calls, weeks_by_day
from surveys.models import Call

if TYPE_CHECKING:
    import pandas as pd


def by_hour(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """When callers were answered within 15 seconds, by weekday and hour on the organisation's clock.

    Columns: `weekday` (1 is Monday), `hour` (0..23) int64; `n_timed` calls whose seconds are known, `n_prompt` of them int64.
    Calls are counted by day and hour of Greenwich; the clock's hour follows from these, once each.
    """
    import pandas as pd

    zone = reader.organisation.zone
    counts: dict[tuple[int, int], list[int]] = {}
    if _whole_hours(zone, filters.end):
        moments = _hours(reader, filters, departments)
    else:
        moments = _minutes(reader, filters, departments)
    for day, moment, n, prompt in moments:
        held = counts.setdefault((day.isoweekday(), _hour_on(day, moment, zone)), [0, 0])
        held[0] += n
        held[1] += prompt
    records = [(*key, *held) for key, held in sorted(counts.items())]
    return pd.DataFrame.from_records(records, columns=["weekday", "hour", "n_timed", "n_prompt"])


def handling(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """What the marks of calls tell per department: put on hold, for how long, put through.

    Columns: `department` int64; int64: `n_marked` calls with marks, and of them `n_held` put on hold, `n_long` for longer
    than `details.LONG_HOLD` seconds in all, `n_transferred` put through.
    """
    import pandas as pd

    sums: dict[int, list[int]] = {}
    for department, week, _hours_of, marks in _courses(reader, filters, departments):
        chosen = _weekdays(filters, week)
        for weekday, parts in marks.items():
            if weekday in chosen:
                held = sums.setdefault(department, [0] * len(parts))
                sums[department] = [a + b for a, b in zip(held, parts, strict=True)]
    records = [(department, *parts) for department, parts in sorted(sums.items())]
    columns = ["department", "n_marked", "n_held", "n_long", "n_transferred"]
    return pd.DataFrame.from_records(records, columns=columns).astype("int64")


def _courses(reader: Reader, filters: Filters, departments: frozenset[int]) -> list[tuple[Any, ...]]:
    """Department, Monday, and the documents of hours and of marks, read once for both frames."""
    key = ("courses", filters.scope, departments)
    return reader.once(key, lambda: weeks_by_day(reader, filters, departments, "hours", "marks"))


Moments = Iterable[tuple[dt.date, dt.time, int, int]]
"""Day of calls, their time in Greenwich, how many have known seconds, and how many of these were answered in time."""


def _hours(reader: Reader, filters: Filters, departments: frozenset[int]) -> Moments:
    weeks: dict[dt.date, dict[str, list[int]]] = {}
    for _department, week, hours, _marks in _courses(reader, filters, departments):
        held = weeks.setdefault(week, {})
        for key, (n, prompt) in hours.items():
            parts = held.get(key)
            if parts is None:
                held[key] = [n, prompt]
            else:
                parts[0] += n
                parts[1] += prompt
    for week, hours in weeks.items():
        chosen = _weekdays(filters, week)
        for key, (n, prompt) in hours.items():
            if key[0] in chosen:
                yield week + dt.timedelta(days=int(key[0]) - 1), dt.time(int(key[1:])), n, prompt


def _minutes(reader: Reader, filters: Filters, departments: frozenset[int]) -> Moments:
    """From the calls, for a clock that is not whole hours from Greenwich."""
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(seconds_to_answer=None)
    # As text, which both databases hold alike: a function of the database's time zones is a slow detour in SQLite.
    moment = Substr(Cast("called_at", CharField()), 12, 5)
    prompt = Count("pk", filter=Q(seconds_to_answer__lte=PROMPT_SECONDS))
    rows = calls.order_by().annotate(moment=moment).values_list("local_date", "moment")
    for day, text, n, count in rows.annotate(n=Count("pk"), prompt=prompt):
        yield day, dt.time.fromisoformat(text), n, count


def _hour_on(day: dt.date, moment: dt.time, zone: dt.tzinfo) -> int:
    """The hour on the clock of this zone, at a time in Greenwich that falls on this day there."""
    there = dt.datetime.combine(day, moment, dt.UTC)
    shifted = [(there + dt.timedelta(days=shift)).astimezone(zone) for shift in (0, -1, 1)]
    return next((each for each in shifted if each.date() == day), shifted[0]).hour


def _weekdays(filters: Filters, week: dt.date) -> str:
    """The weekdays of a week that lie in the period and were asked for, such as "12345"."""
    days = ((number, week + dt.timedelta(days=number - 1)) for number in range(1, 8))
    return "".join(
        str(number)
        for number, day in days
        if day <= filters.end and (filters.start is None or day >= filters.start) and filters.weekday in {None, number}
    )


def _whole_hours(zone: dt.tzinfo, day: dt.date) -> bool:
    """Whether a clock is whole hours from Greenwich, in summer and in winter."""
    offsets = (dt.datetime(day.year, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13))
    return all(offset is not None and not offset % dt.timedelta(hours=1) for offset in offsets)
