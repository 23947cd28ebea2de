"""Single calls -> DataFrames: for what needs each call by itself, and so rests on no sums.

As in `analytics.frames`, every frame names its columns and dtypes, and holds nothing that its reader may not see: counting
calls of the departments asked for, people as keys without names.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    Sum,
    TextField,
    When,
)
from django.db.models.functions import Cast

from analytics import details
from analytics.access import Reader
from analytics.filters import Filters
from analytics.prepared import moment
from analytics.sources import by_ending, of_calls, promised_in, stored_weeks
from surveys import promises
from surveys.models import Call, Callback
from surveys.models.calls import measure_column

if TYPE_CHECKING:
    import pandas as pd
    from django.db.models import QuerySet

DAY: Final = dt.timedelta(days=1)
# As far as a curve of callbacks goes; what was promised longer ago is known to have been open all that time.
CURVE_HOURS: Final = 240


def pairs(reader: Reader, filters: Filters, departments: Iterable[int], measures: Iterable[str]) -> "pd.DataFrame":
    """Matched pairs of the period of which both calls count: what the calm and the dominant caller got.

    Columns: `department`, `group` int64; per measure `calm_` and `dominant_` Int64, hundredths of a point, missing where a
    call has no such score.
    """
    measures = list(measures)
    columns = [measure_column(name) for name in measures]
    rows = _paired(reader, filters, departments).values_list(
        "department", "assignment__group", "scenario__caller_style", *columns
    )
    import pandas as pd

    both: dict[tuple[int, int], dict[str, tuple[int | None, ...]]] = {}
    for department, group, style, *scores in rows:
        both.setdefault((department, group), {})[style] = tuple(scores)
    records = [
        (*key, *sides["calm"], *sides["dominant"])
        for key, sides in both.items()
        if {"calm", "dominant"} <= sides.keys()
    ]
    names = [f"{style}_{name}" for style in ("calm", "dominant") for name in measures]
    frame = pd.DataFrame.from_records(records, columns=["department", "group", *names])
    return frame.astype(dict.fromkeys(names, "Int64"))


def pair_answers(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """How each question was answered in both calls of a matched pair; those not applicable in one are not here.

    Columns: `department`, `group` int64; `item` str; `calm`, `dominant` int64, points 0..100.
    """
    import pandas as pd

    rows = _paired(reader, filters, departments).values_list(
        "department", "assignment__group", "scenario__caller_style", _ITEMS
    )
    both: dict[tuple[int, int], dict[str, dict[str, int]]] = {}
    for department, group, style, document in rows:
        both.setdefault((department, group), {})[style] = _scored(document)
    records = [
        (*key, item, points, sides["dominant"][item])
        for key, sides in both.items()
        if len(sides) == 2
        for item, points in sides["calm"].items()
        if item in sides["dominant"]
    ]
    return pd.DataFrame.from_records(records, columns=["department", "group", "item", "calm", "dominant"])


def scores(reader: Reader, filters: Filters, departments: Iterable[int], measures: Iterable[str]) -> "pd.DataFrame":
    """The scores of each counting call side by side, for what is compared within calls.

    Columns: `department` int64; per measure Int64, hundredths of a point, missing where a call has no such score.
    """
    import pandas as pd

    measures = list(measures)
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).order_by("pk")
    rows = calls.values_list("department", *(measure_column(name) for name in measures))
    frame = pd.DataFrame.from_records(list(rows), columns=["department", *measures])
    return frame.astype({"department": "int64"} | dict.fromkeys(measures, "Int64"))


def aspect_sums(
    reader: Reader, filters: Filters, departments: Iterable[int], *, right: int, bad: int
) -> "pd.DataFrame":
    """Content minus experience of the calls that have both, added up; all that comparing them within calls takes.

    Columns: `department` int64; int64: `n` calls, `sum` and `squares` of the differences in hundredths of a point, and
    `n_bad` calls with content from `right` and experience below `bad` (hundredths).
    """
    import pandas as pd

    calls = Call.objects.counting().filter(by_ending(reader, filters, departments))
    # Of a sum, or the database would go by the index in the order of departments, and look at every call itself.
    both = calls.exclude(content=None).exclude(experience=None).order_by().annotate(where=F("department") + 0)
    gap: Any = Cast("content", BigIntegerField()) - Cast("experience", BigIntegerField())
    sums = {
        # Of a column that the index has: with the key PostgreSQL would look at every call itself.
        "n": Count("content"),
        "total": Sum(gap),
        "squares": Sum(gap * gap),
        "n_bad": Count("content", filter=Q(content__gte=right, experience__lt=bad)),
    }
    rows = list(both.values_list("where").annotate(**sums))
    return pd.DataFrame.from_records(rows, columns=["department", "n", "sum", "squares", "n_bad"]).astype("int64")


def by_evaluator(reader: Reader, filters: Filters, departments: Iterable[int], measure: str) -> "pd.DataFrame":
    """The additive parts of a measure by who called what: all that comparing evaluators takes.

    Columns: `evaluator`, `department`, `scenario` int64 (keys); `n`, `sum`, `squares` int64, hundredths of a point.
    """
    import pandas as pd

    column = measure_column(measure)
    wide = Cast(column, BigIntegerField())
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(**{column: None})
    keys = ["evaluator", "department", "scenario"]
    rows = calls.order_by().values_list(*keys).annotate(n=Count("pk"), total=Sum(wide), squares=Sum(wide * wide))
    frame = pd.DataFrame.from_records(list(rows), columns=[*keys, "n", "sum", "squares"])
    return frame.astype(dict.fromkeys(frame.columns, "int64"))


def scored_twice(
    reader: Reader, filters: Filters, departments: Iterable[int], *, newest: int | None = None
) -> "pd.DataFrame":
    """Calls that count and were scored a second time, blind (the `newest` so many): the points that both gave each question.

    Columns: `call` int64; `item` str; `first`, `second` Int64, points 0..100, missing: not applicable. Questions that only
    one of them was asked are not here.
    """
    import pandas as pd

    firsts = Call.objects.counting().filter(of_calls(reader, filters, departments))
    is_second_of_one = Exists(firsts.filter(pk=OuterRef("second_of")))
    # Worded as the index of all that does not count, in which these few are; in order only here, or it would not be used.
    seconds = Call.objects.filter(is_second_of_one, kind=Call.Kind.SECOND, state=Call.State.APPROVED)
    seconds = seconds.exclude(kind=Call.Kind.FIELD, state=Call.State.APPROVED).order_by()
    rows = seconds.values_list(
        "pk", "second_of", Cast("second_of__item_points", TextField()), Cast("item_points", TextField())
    )
    records = []
    for _pk, call, first, second in sorted(rows, reverse=newest is not None)[:newest]:
        one, other = json.loads(first), json.loads(second)
        records += [(call, item, one[item][0], other[item][0]) for item in one if item in other]
    frame = pd.DataFrame.from_records(records, columns=["call", "item", "first", "second"])
    return frame.astype({"first": "Int64", "second": "Int64"})


def graded(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """Calls with a grade for "would call again": the grade and what each question earned.

    Columns: `again` int64, 0..10; one per question by its code, float64 0..1, missing where it did not count.
    """
    import pandas as pd

    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(would_call_again=None)
    rows = calls.order_by("pk").values_list("would_call_again", _ITEMS)
    records = [
        {"again": again} | {item: points / 100 for item, points in _scored(document).items()}
        for again, document in rows
    ]
    frame = pd.DataFrame.from_records(records)
    return frame if records else pd.DataFrame({"again": pd.Series(dtype="int64")})


def answered(
    reader: Reader,
    filters: Filters,
    departments: Iterable[int],
    *,
    version: int,
    day: dt.date,
    before: bool,
    most: int,
    answers: bool,
) -> "pd.DataFrame":
    """What was answered in the calls of a version that lie nearest before a day, or from it on; `most` of them.

    Columns: `points` (what each question earned, as stored with the call), `failed_by` (codes), `answers` (what was answered;
    empty without `answers`).
    """
    import pandas as pd

    chosen = Call.objects.counting().filter(of_calls(reader, filters, departments), version=version)
    chosen = chosen.filter(local_date__lt=day) if before else chosen.filter(local_date__gte=day)
    order = ("-local_date", "-pk") if before else ("local_date", "pk")
    columns = ["item_points", "failed_by", *(["answers"] if answers else [])]
    rows = [(*row, {})[:3] for row in chosen.order_by(*order).values_list(*columns)[:most]]
    return pd.DataFrame.from_records(rows, columns=["points", "failed_by", "answers"])


def open_promises(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """Promises of the period that nothing was recorded of: how long ago they were made, at most `CURVE_HOURS`.

    Columns: `department`, `hours` int64 (whole hours passed); `n` int64. Together with `frames.waits` these are all promises.
    """
    import pandas as pd

    calls = Call.objects.counting().filter(of_calls(reader, filters, departments))
    waiting = Callback.objects.filter(call__in=calls, events=None)
    edge = reader.at - dt.timedelta(hours=CURVE_HOURS)
    counts: dict[tuple[int, int], int] = {}
    # Those from before the edge are counted together; there may be many, and all are as long ago as a curve goes.
    recent = Case(When(promised_at__gte=edge, then="promised_at"), output_field=DateTimeField())
    rows = waiting.order_by().annotate(recent=recent).values_list("call__department", "recent").annotate(n=Count("pk"))
    for department, promised, n in rows:
        hours = CURVE_HOURS if promised is None else max(int((reader.at - promised) // dt.timedelta(hours=1)), 0)
        counts[department, hours] = counts.get((department, hours), 0) + n
    records = [(*key, n) for key, n in sorted(counts.items())]
    return pd.DataFrame.from_records(records, columns=["department", "hours", "n"])


def promise_times(reader: Reader, filters: Filters, departments: frozenset[int]) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The frames `waits` and `open_promises` of a period, read at once.

    Weeks that lie in the period and ended before a curve's hours are told by their sums alone: what was promised and is not
    recorded has been open for all these hours. The promises of other weeks are asked for one by one.
    """
    import pandas as pd

    weeks, others = _past_weeks(reader, filters, departments)
    came: Counter[tuple[int, bool, int]] = Counter()
    still_open: Counter[tuple[int, int]] = Counter()
    if weeks:
        promised = promised_in(reader, filters, departments, {week for _department, week, _document in weeks})
        still_open.update({(department, CURVE_HOURS): n for department, n in promised.items()})
    for department, _week, document in weeks:
        for kind, by_hours in document.items():
            for hours, n in by_hours.items():
                came[department, kind == promises.CAME, int(hours)] += n
                still_open[department, CURVE_HOURS] -= n
    for department, promise, event in _single_promises(reader, filters, departments, others):
        if event is None:
            waited = min(max(int((reader.at - promise) // details.HOUR), 0), CURVE_HOURS)
            still_open[department, waited] += 1
        else:
            it_came = promises.came(promise, [event]) is not None
            came[department, it_came, max(-(-(event.happened_at - promise) // details.HOUR), 0)] += 1
    recorded = [(*key, n) for key, n in sorted(came.items())]
    waiting = [(*key, n) for key, n in sorted(still_open.items()) if n]
    return (
        pd.DataFrame.from_records(recorded, columns=["department", "came", "hours", "n"]),
        pd.DataFrame.from_records(waiting, columns=["department", "hours", "n"]),
    )


# --- how --------------------------------------------------------------------------------------------------------------


def _past_weeks(
    reader: Reader, filters: Filters, departments: frozenset[int]
) -> tuple[list[tuple[int, dt.date, dict[str, dict[str, int]]]], set[dt.date] | None]:
    """Department, Monday and what was recorded of promises, of weeks that are told by sums; and the other weeks.

    The others are `None` where no week's sums hold what is asked for. A promise is made in its call, on the call's day.
    """
    rows = stored_weeks(reader, filters, departments, "waits")
    if not rows:
        return [], None
    edge = (reader.at - dt.timedelta(hours=CURVE_HOURS)).date() - dt.timedelta(days=2)
    others = {
        week for _department, week, first, last, _document in rows if last > edge or not _lies_in(filters, first, last)
    }
    return [(row[0], row[1], row[4]) for row in rows if row[1] not in others], others


def _lies_in(filters: Filters, first: dt.date, last: dt.date) -> bool:
    return last <= filters.end and (filters.start is None or first >= filters.start)


def _single_promises(
    reader: Reader, filters: Filters, departments: frozenset[int], weeks: set[dt.date] | None
) -> Iterator[tuple[int, dt.datetime, promises.Event | None]]:
    """Department, when it was promised, and the event that holds (None: nothing was recorded)."""
    if weeks is None:
        yield from _promises(of_calls(reader, filters, departments))
        return
    # A query for each stretch: of several days "or" others SQLite would ask every call of the period for its promise.
    for first, last in _stretches(weeks):
        start, end = max(first, filters.start or first), min(last, filters.end)
        chosen = by_ending(reader, replace(filters, start=start, end=end, period="dates"), departments)
        yield from _promises(chosen & _made_within(first, last))


def _stretches(weeks: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """The first and the last day of weeks that follow each other."""
    found: list[tuple[dt.date, dt.date]] = []
    for week in sorted(weeks):
        begun = found.pop()[0] if found and week - found[-1][1] == DAY else week
        found.append((begun, week + 6 * DAY))
    return found


def _made_within(first: dt.date, last: dt.date) -> Q:
    """By when promises were made, of which PostgreSQL reads an index; the days are those of the house, wherever it is."""
    start, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (first - DAY, last + 2 * DAY))
    return Q(callback__promised_at__range=(start, end))


def _promises(chosen: Q) -> Iterator[tuple[int, dt.datetime, promises.Event | None]]:
    calls = Call.objects.counting().filter(chosen, callback__isnull=False)
    event = "callback__events"
    texts = {
        "promised_text": Cast("callback__promised_at", CharField()),
        "happened_text": Cast(f"{event}__happened_at", CharField()),
    }
    rows = calls.annotate(**texts).order_by(f"{event}__recorded_at", f"{event}__pk")
    names = ("pk", "department", "promised_text", f"{event}__kind", "happened_text")
    # The one recorded last holds.
    last = {pk: found for pk, *found in rows.values_list(*names)}
    for department, promised, kind, happened in last.values():
        yield department, moment(promised), None if kind is None else promises.Event(kind, moment(happened))


# As text: taken apart once, here.
_ITEMS: Final = Cast("item_points", TextField())


def _paired(reader: Reader, filters: Filters, departments: Iterable[int]) -> "QuerySet[Call]":
    chosen = Call.objects.counting().filter(of_calls(reader, filters, departments))
    return chosen.filter(Q(assignment__group__kind="pair")).order_by("department", "pk")


def _scored(document: str) -> dict[str, int]:
    return {item: points for item, (points, _lost) in json.loads(document).items() if points is not None}
