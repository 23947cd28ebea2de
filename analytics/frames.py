"""Stored sums -> DataFrames: the only place. Additive parts only, so that any rows of a frame may be added up.

Every frame names its columns and dtypes. Sums of scores are in hundredths of a point, sums of their squares in the square
of that; both fit int64 (10**8 a call) and are exact.

What answers a question follows from the filters (`analytics.sources`): sums of whole departments by day, week and month; the cells
of what was planned; or, for what neither holds, the calls themselves. All three give the same numbers.
"""

import datetime as dt
import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.db.models import BooleanField, Case, CharField, Count, F, Max, Value, When
from django.db.models.functions import Cast, Substr

from analytics import details
from analytics.access import Reader
from analytics.filters import Filters
from analytics.models import SpanSum
from analytics.sources import (
    COUNTS,
    ENDINGS,
    OF_PROMISES,
    PROMISES,
    CellSource,
    Details,
    Source,
    details_of,
    is_long,
    of_calls,
    week_rows,
)
from surveys import promises
from surveys.models import Call

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
MakeSums = Callable[[Reader, Filters, frozenset[int], tuple[str, ...]], "pd.DataFrame"]


def _once(
    make: Callable[Concatenate[Reader, Filters, frozenset[int], P], "pd.DataFrame"],
) -> Callable[Concatenate[Reader, Filters, frozenset[int], P], "pd.DataFrame"]:
    """Reads a frame once for all reports of a page."""

    @functools.wraps(make)
    def known(
        reader: Reader, filters: Filters, departments: frozenset[int], /, *args: P.args, **kwargs: P.kwargs
    ) -> "pd.DataFrame":
        key = (make.__name__, filters.scope, departments, args)
        return reader.once(key, lambda: make(reader, filters, departments, *args, **kwargs))

    return known


def _of_wider(make: "MakeSums") -> "MakeSums":
    """The rows of a frame that was read before of more departments and measures, where there is one."""

    @functools.wraps(make)
    def narrowed(
        reader: Reader, filters: Filters, departments: frozenset[int], /, measures: tuple[str, ...]
    ) -> "pd.DataFrame":
        read: list[tuple[frozenset[int], frozenset[str], pd.DataFrame]]
        read = reader.once((make.__name__, filters.scope), list)
        for wide, several, frame in read:
            if departments <= wide and several.issuperset(measures):
                return frame[frame["department"].isin(departments)]
        frame = make(reader, filters, departments, measures)
        read.append((departments, frozenset(measures), frame))
        return frame

    return narrowed


@_once
@_of_wider
def totals(reader: Reader, filters: Filters, departments: frozenset[int], measures: tuple[str, ...]) -> "pd.DataFrame":
    """Per department: the period and the one before it.

    Columns: `department` int64; `now` bool (False: the period before); `newest` date; int64: those of `COUNTS`,
    `n_promised`, `n_kept`, `n_called_back`, `n_open`, `n_agreed_open`, and `n_`, `sum_`, `squares_` of each measure.
    A promise counts as promised once its time to come has passed; those that may still come are in `n_open`, and the
    calls that ended in one in `n_agreed_open`.
    """
    source = Source(reader, filters, departments)
    is_now: Any = Value(value=True)
    periods = [(filters.start, filters.end)]
    if filters.before is not None:
        is_now = Case(
            When(local_date__gte=filters.start, then=is_now), default=Value(value=False), output_field=BooleanField()
        )
        periods.append(filters.before)
    rows = source.rows(periods, "month" if is_long(filters) else "week", now=is_now)
    return source.frame(rows, ["department", "now"], (*COUNTS, *OF_PROMISES), measures)


@_once
@_of_wider
def periods(reader: Reader, filters: Filters, departments: frozenset[int], measures: tuple[str, ...]) -> "pd.DataFrame":
    """Per department and month or week, as far as the trend goes.

    Columns: `department` int64; `period` date (first of the month, or Monday); int64: `n_calls`, and `n_`, `sum_`,
    `squares_` of each measure; with `PROMISES` among the measures also those of promises, as in `totals`.
    """
    source = Source(reader, filters, departments)
    # The text of a date starts with its month in both databases; truncating dates is a slow detour in SQLite.
    period: Any = F("week_start") if filters.by == "week" else Substr(Cast("local_date", CharField()), 1, 7)
    rows = source.rows([(filters.trend_start, filters.end)], filters.by, period=period)
    scores = tuple(name for name in measures if name != PROMISES)
    counts = ("n_calls", *(OF_PROMISES if PROMISES in measures else ()))
    frame = source.frame(rows, ["department", "period"], counts, scores)
    frame["period"] = [_first_day(value) for value in frame["period"]]
    return frame


@_once
def by_scenario(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """Per department and scenario, over the period.

    Columns: `department`, `scenario` int64; `newest` date; int64: those of `ENDINGS` and of promises, as in `totals`.
    """
    source = CellSource(reader, filters, departments)
    rows = source.rows([(filters.start, filters.end)], "month" if is_long(filters) else "week")
    return source.frame(rows, ["department", "scenario"], (*ENDINGS, *OF_PROMISES), ())


@_once
def answers(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """How questions were answered over the period.

    Columns: `department`, `version` int64; `item` str; `points` Int64 (0..100, missing: not applicable); int64: `n` calls,
    `lost` hundredths of a point of the score, and of the calls with a grade for "would call again" `n_again`, `sum_again`,
    `squares_again`.
    """
    import pandas as pd

    records = [
        (department, version, item, pd.NA if points == details.NA else int(points), *parts)
        for (department, version), detail in _details(reader, filters, departments, "items").items()
        for item, by_points in detail.items.items()
        for points, parts in by_points.items()
    ]
    columns = ["department", "version", "item", "points", "n", "lost", "n_again", "sum_again", "squares_again"]
    # A type for each column at once: to find them out from the values takes three times as long.
    kinds = {"item": "str", "points": "Int64"}
    held = zip(columns, zip(*records, strict=True) if records else [()] * len(columns), strict=True)
    return pd.DataFrame({name: pd.Series(values, dtype=kinds.get(name, "int64")) for name, values in held})


def read_together(reader: Reader, filters: Filters, departments: frozenset[int], *kinds: str) -> None:
    """Reads what several frames are made of at once ("items" for `answers`, "bins"), for a page that asks for each."""
    found = details_of(reader, filters, departments, *kinds)
    for kind in kinds:
        reader.once(("details", filters.scope, departments, kind), lambda: found)


def read_with_before(reader: Reader, filters: Filters, departments: frozenset[int], kind: str) -> None:
    """Reads a kind of document for the period and for the one before at once, where they follow each other."""
    if filters.asks_of_calls or filters.weekday is not None or filters.before is None or filters.start is None:
        return
    start, end = filters.before
    if (filters.start - end).days <= 7:
        week_rows(reader, replace(filters, start=start, period="dates"), departments, (kind,))


def _details(reader: Reader, filters: Filters, departments: frozenset[int], kind: str) -> Details:
    def make() -> Details:
        return details_of(reader, filters, departments, kind)

    return reader.once(("details", filters.scope, departments, kind), make)


@_once
def items(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """Per question, over the period. Columns: `item` str; `version` int64; int64: `n`, `na`, `points`, `lost`."""
    import pandas as pd

    sums: dict[tuple[str, int], list[int]] = {}
    for _department, version, item, points, n, lost, *_again in answers(reader, filters, departments).itertuples(
        index=False, name=None
    ):
        held = sums.setdefault((item, version), [0, 0, 0, 0])
        if points is pd.NA:
            held[1] += n
        else:
            held[0] += n
            held[2] += points * n
            held[3] += lost
    records = [(code, version, *parts) for (code, version), parts in sums.items()]
    return pd.DataFrame.from_records(records, columns=["item", "version", "n", "na", "points", "lost"])


@_once
def phrases(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """In how many calls each phrase was heard. Columns: `department` int64; `phrase` str ("": not of the bank); `n` int64."""
    return _keyed(details_of(reader, filters, departments, "phrases"), "phrases", "phrase")


@_once
def bins(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """How scores are spread. Columns: `department` int64; `bin` int64 (its number; five points each); `n` int64."""
    frame = _keyed(_details(reader, filters, departments, "bins"), "bins", "bin")
    return frame.astype({"bin": "int64"})


@_once
def waits(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """When promised calls came, and how long it was known that they had not; promises that nothing was recorded of are not here.

    Columns: `department` int64; `came` bool; `hours` int64 from the promise, rounded up; `n` int64.
    """
    import pandas as pd

    found = details_of(reader, filters, departments, "waits")
    records = [
        (department, kind == promises.CAME, int(hours), n)
        for (department, _version), detail in found.items()
        for kind, by_hours in detail.waits.items()
        for hours, n in by_hours.items()
    ]
    frame = pd.DataFrame.from_records(records, columns=["department", "came", "hours", "n"])
    return frame.groupby(["department", "came", "hours"], as_index=False).agg({"n": "sum"})


def _keyed(found: dict[tuple[int, int], details.Detail], kind: str, name: str) -> "pd.DataFrame":
    import pandas as pd

    records = [
        (department, key, n) for (department, _version), each in found.items() for key, n in getattr(each, kind).items()
    ]
    frame = pd.DataFrame.from_records(records, columns=["department", name, "n"])
    return frame.groupby(["department", name], as_index=False).agg({"n": "sum"})


@_once
def left_out(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """How many calls of the period do not count, by reason. Columns: `reason` str; `n` int64.

    The reason is a state; the kind, for what is no field call; or "approved", in a wave that is not open yet.
    """
    import pandas as pd

    calls = Call.objects.filter(of_calls(reader, filters, departments)).order_by()
    counts = {"kind": Call.Kind.FIELD, "state": Call.State.APPROVED}
    # Worded as the index of all that does not count.
    parts = [calls.exclude(**counts)]
    if waiting := [pk for pk, wave in reader.waves.items() if wave.state == wave.State.PLANNED]:
        parts.append(calls.filter(**counts, wave__in=waiting))
    one, *others = (rows.values_list("kind", "state").annotate(n=Count("pk")) for rows in parts)
    sums: dict[str, int] = {}
    for kind, state, n in one.union(*others, all=True) if others else one:
        reason = state if kind == Call.Kind.FIELD else kind
        sums[reason] = sums.get(reason, 0) + n
    return pd.DataFrame.from_records(list(sums.items()), columns=["reason", "n"])


def single_scores(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """The score of each counting call, for departments with too few for an interval.

    Columns: `department` int64; `score` int64, hundredths of a point.
    """
    chosen = Call.objects.counting().filter(of_calls(reader, filters, departments))
    rows = chosen.exclude(score=None).order_by("score").values("department", "score")
    return _frame(rows, ["department", "score"])


def newest(reader: Reader) -> dt.date | None:
    """The last day on which any call counts, of all that the reader may see."""
    rows = SpanSum.objects.filter(department__in=reader.departments, span="month")
    found: dt.date | None = rows.aggregate(newest=Max("newest"))["newest"]
    return found


# --- how ------------------------------------------------------------------------------------------------------------


def _frame(rows: Any, columns: list[str]) -> "pd.DataFrame":
    # Tens of milliseconds to import; commands that draw nothing should not wait for it.
    import pandas as pd

    return pd.DataFrame.from_records(list(rows.values_list(*columns)), columns=columns)


def _first_day(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(f"{value}-01")
