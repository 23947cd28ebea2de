"""Single calls -> DataFrames: for what needs each call by itself, and so rests on no sums.

As in `analytics.frames`, every frame names its columns and dtypes, and holds nothing that its reader may not see: counting
calls of the departments asked for, people as keys without names.
"""

import datetime as dt
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    When,
)
from django.db.models.functions import Cast, Substr

from analytics import details
from analytics.access import Reader
from analytics.counting import PROMPT_SECONDS
from analytics.filters import Filters
from analytics.sources import of_calls, stored_weeks
from surveys import promises
from surveys.models import Call, Callback, CallbackEvent
from surveys.models.calls import measure_column

if TYPE_CHECKING:
    import pandas as pd
    from django.db.models import QuerySet

# As far as a curve of callbacks goes; what was promised longer ago is known to have been open all that time.
CURVE_HOURS: Final = 240
# Seconds on hold that are called long.
LONG_HOLD: Final = 60


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


def scored_twice(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """Calls that count and were scored a second time, blind: the points that both gave each question.

    Columns: `call` int64; `item` str; `first`, `second` Int64, points 0..100, missing: not applicable. Questions that only
    one of them was asked are not here.
    """
    import pandas as pd

    firsts = Call.objects.counting().filter(of_calls(reader, filters, departments))
    seconds = Call.objects.filter(kind=Call.Kind.SECOND, state=Call.State.APPROVED, second_of__in=firsts)
    rows = seconds.order_by("pk").values_list(
        "second_of", Cast("second_of__item_points", TextField()), Cast("item_points", TextField())
    )
    records = []
    for call, first, second in rows:
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


def by_hour(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """When callers were answered within 15 seconds, by weekday and hour on the organisation's clock.

    Columns: `weekday` (1 is Monday), `hour` (0..23) int64; `n_timed` calls whose seconds are known, `n_prompt` of them int64.
    The database counts by day and hour of Greenwich; the clock's hour follows from these, once each.
    """
    import pandas as pd

    zone = reader.organisation.zone
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(seconds_to_answer=None)
    # As text, which both databases hold alike: a function of the database's time zones is a slow detour in SQLite.
    width = 2 if _whole_hours(zone, filters.end) else 5
    moment = Substr(Cast("called_at", CharField()), 1, 11 + width)
    prompt = Count("pk", filter=Q(seconds_to_answer__lte=PROMPT_SECONDS))
    rows = calls.order_by().annotate(moment=moment).values_list("moment").annotate(n=Count("pk"), prompt=prompt)
    counts: dict[tuple[int, int], list[int]] = {}
    for text, n, count in rows:
        utc = dt.datetime.fromisoformat(text if width > 2 else f"{text}:00").replace(tzinfo=dt.UTC)
        local = utc.astimezone(zone)
        held = counts.setdefault((local.isoweekday(), local.hour), [0, 0])
        held[0] += n
        held[1] += count
    records = [(*key, *held) for key, held in sorted(counts.items())]
    return pd.DataFrame.from_records(records, columns=["weekday", "hour", "n_timed", "n_prompt"])


def handling(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """What the marks of calls tell per department: put on hold, for how long, put through.

    Columns: `department` int64; int64: `n_marked` calls with marks, and of them `n_held` put on hold, `n_long` for longer
    than `LONG_HOLD` seconds in all, `n_transferred` put through.
    """
    import pandas as pd

    names = ["n_marked", "n_held", "n_long", "n_transferred"]
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(hold_seconds=None)
    counts = {
        "n_marked": Count("pk"),
        "n_held": Count("pk", filter=Q(hold_seconds__gt=0)),
        "n_long": Count("pk", filter=Q(hold_seconds__gt=LONG_HOLD)),
        "n_transferred": Count("pk", filter=Q(marks__contains='"transferred"')),
    }
    marked = calls.order_by().annotate(marks=Cast("timeline", TextField()))
    rows = marked.values_list("department").annotate(**counts)
    return pd.DataFrame.from_records(list(rows), columns=["department", *names]).astype("int64")


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
    """The frames `waits` and `open_promises` of a period, read at once: weeks that lie in it, and one question for the rest.

    The promises asked for one by one are those of weeks that the period cuts, and those that nothing was recorded of.
    """
    import pandas as pd

    weeks, whole = _whole_weeks(reader, filters, departments)
    came: dict[tuple[int, bool, int], int] = {}
    for department, document in weeks:
        for kind, by_hours in document.items():
            for hours, n in by_hours.items():
                key = department, kind == promises.CAME, int(hours)
                came[key] = came.get(key, 0) + n
    still_open: dict[tuple[int, int], int] = {}
    for department, promised, kind, happened, n in _single_promises(reader, filters, departments, whole):
        if kind is None:
            waited = CURVE_HOURS if promised is None else max(int((reader.at - promised) // details.HOUR), 0)
            still_open[department, waited] = still_open.get((department, waited), 0) + n
        else:
            it_came = promises.came(promised, [promises.Event(kind, happened)]) is not None
            key = department, it_came, max(-(-(happened - promised) // details.HOUR), 0)
            came[key] = came.get(key, 0) + n
    recorded = [(*key, n) for key, n in sorted(came.items())]
    waiting = [(*key, n) for key, n in sorted(still_open.items())]
    return (
        pd.DataFrame.from_records(recorded, columns=["department", "came", "hours", "n"]),
        pd.DataFrame.from_records(waiting, columns=["department", "hours", "n"]),
    )


# --- how --------------------------------------------------------------------------------------------------------------


def _whole_weeks(
    reader: Reader, filters: Filters, departments: frozenset[int]
) -> tuple[list[tuple[int, dict[str, dict[str, int]]]], set[dt.date]]:
    """What was recorded of promises in the weeks that lie in the period with all their calls, and which weeks these are."""
    rows = stored_weeks(reader, filters, departments, "waits")
    cut = {week for _department, week, first, last, _document in rows if not _lies_in(filters, first, last)}
    kept = [(department, document) for department, week, _first, _last, document in rows if week not in cut]
    return kept, {row[1] for row in rows} - cut


def _lies_in(filters: Filters, first: dt.date, last: dt.date) -> bool:
    return last <= filters.end and (filters.start is None or first >= filters.start)


def _single_promises(reader: Reader, filters: Filters, departments: frozenset[int], whole: set[dt.date]) -> Any:
    """Department, when it was promised (None: before the edge), the event that holds and its moment, and how many."""
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments))
    edge = reader.at - dt.timedelta(hours=CURVE_HOURS)
    last = CallbackEvent.objects.filter(callback=OuterRef("pk")).order_by("-recorded_at", "-pk")
    known = Callback.objects.filter(call__in=calls).annotate(
        kind=Subquery(last.values("kind")[:1]), happened=Subquery(last.values("happened_at")[:1])
    )
    single = known.filter(~Q(call__week_start__in=sorted(whole)) | Q(kind=None))
    told = Case(
        When(Q(kind__isnull=False) | Q(promised_at__gte=edge), then="promised_at"), output_field=DateTimeField()
    )
    rows = single.order_by().annotate(told=told).values_list("call__department", "told", "kind", "happened")
    return rows.annotate(n=Count("pk"))


# As text: taken apart once, here.
_ITEMS: Final = Cast("item_points", TextField())


def _whole_hours(zone: dt.tzinfo, day: dt.date) -> bool:
    """Whether a clock is whole hours from Greenwich, in summer and in winter."""
    offsets = (dt.datetime(day.year, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13))
    return all(offset is not None and not offset % dt.timedelta(hours=1) for offset in offsets)


def _paired(reader: Reader, filters: Filters, departments: Iterable[int]) -> "QuerySet[Call]":
    chosen = Call.objects.counting().filter(of_calls(reader, filters, departments))
    return chosen.filter(Q(assignment__group__kind="pair")).order_by("department", "pk")


def _scored(document: str) -> dict[str, int]:
    return {item: points for item, (points, _lost) in json.loads(document).items() if points is not None}
