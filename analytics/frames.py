"""Stored sums -> DataFrames: the only place. Additive parts only, so that any rows of a frame may be added up.

Every frame names its columns and dtypes. Sums of scores are in hundredths of a point, sums of their squares in the square
of that; both fit int64 (10**8 a call) and are exact.
"""

import datetime as dt
import functools
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.db.models import BooleanField, Case, CharField, Count, F, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Substr

from analytics.access import Reader
from analytics.filters import Filters
from analytics.models import DailySum
from surveys.models import Call

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")

# Added up of every measure asked for, and of every frame of sums.
PARTS = ("n", "sum", "squares")
COUNTS = ("n_calls", "n_left_to_fate", "n_timed", "n_prompt")


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


@_once
def totals(reader: Reader, filters: Filters, departments: frozenset[int], measures: tuple[str, ...]) -> "pd.DataFrame":
    """Per department: the period and the one before it.

    Columns: `department` int64; `now` bool (False: the period before); `newest` date; int64: `n_calls`, `n_left_to_fate`,
    `n_timed`, `n_prompt`, `n_promised`, `n_kept`, `n_open`, and `n_`, `sum_`, `squares_` of each measure. A promise counts
    as promised once its time to come has passed; those that may still come are in `n_open`.
    """
    first = filters.start if filters.before is None else filters.before[0]
    is_now: Any = Value(value=True)
    if filters.start is not None:
        is_now = Case(
            When(local_date__gte=filters.start, then=is_now), default=Value(value=False), output_field=BooleanField()
        )
    rows = _rows(reader, filters, departments, first).annotate(now=is_now).values("department", "now")
    sums = _sums(measures) | _promises(reader) | {"newest": Max("local_date")}
    return _summed(rows, ["department", "now"], sums)


@_once
def periods(reader: Reader, filters: Filters, departments: frozenset[int], measures: tuple[str, ...]) -> "pd.DataFrame":
    """Per department and month or week, as far as the trend goes.

    Columns: `department` int64; `period` date (first of the month, or Monday); int64 as in `totals`.
    """
    rows = _rows(reader, filters, departments, filters.trend_start)
    if filters.by == "week":
        rows = rows.annotate(period=F("week_start"))
    else:
        # The text of a date starts with its month in both databases; truncating dates is a slow detour in SQLite.
        rows = rows.annotate(period=Substr(Cast("local_date", CharField()), 1, 7))
    frame = _summed(rows.values("department", "period"), ["department", "period"], _sums(measures) | _promises(reader))
    frame["period"] = [_first_day(value) for value in frame["period"]]
    return frame


@_once
def items(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """Per question, over the period. Columns: `item` str; `version` int64; int64: `n`, `na`, `points`, `lost`."""
    rows = _rows(reader, filters, departments, filters.start).values_list("version", "items")
    sums: dict[tuple[str, int], list[int]] = {}
    for version, row in rows.iterator():
        for code, parts in row.items():
            held = sums.setdefault((code, version), [0, 0, 0, 0])
            for place, part in enumerate(parts):
                held[place] += part
    import pandas as pd

    records = [(code, version, *parts) for (code, version), parts in sums.items()]
    return pd.DataFrame.from_records(records, columns=["item", "version", "n", "na", "points", "lost"])


@_once
def fates(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """Per fate, over the period. Columns: `fate` str; `n` int64."""
    import pandas as pd

    sums: dict[str, int] = {}
    for row in _rows(reader, filters, departments, filters.start).values_list("fates", flat=True).iterator():
        for fate, n in row.items():
            sums[fate] = sums.get(fate, 0) + n
    return pd.DataFrame.from_records(sorted(sums.items()), columns=["fate", "n"])


@_once
def left_out(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """Calls of the period that do not count, by reason. Columns: `reason` str; `n` int64."""
    calls = Call.objects.filter(_chosen(reader, filters, departments, filters.start)).exclude(
        state=Call.State.APPROVED, kind=Call.Kind.FIELD, wave__state__in=["open", "closed"]
    )
    reason = Case(When(kind=Call.Kind.FIELD, then=F("state")), default=F("kind"), output_field=CharField())
    return _frame(calls.order_by().annotate(reason=reason).values("reason").annotate(n=Count("pk")), ["reason", "n"])


def single_scores(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """The score of each counting call, for departments with too few for an interval.

    Columns: `department` int64; `score` int64, hundredths of a point.
    """
    chosen = Call.objects.counting().filter(_chosen(reader, filters, departments, filters.start))
    rows = chosen.exclude(score=None).order_by("score").values("department", "score")
    return _frame(rows, ["department", "score"])


def pair_differences(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """Matched pairs of the period of which both calls count: how much more the calm caller got.

    Columns: `department` int64; `difference` int64, hundredths of a point.
    """
    import pandas as pd

    chosen = Call.objects.counting().filter(_chosen(reader, filters, departments, filters.start))
    paired = chosen.filter(assignment__group__kind="pair").exclude(score=None).order_by("department", "pk")
    names = ("department", "assignment__group", "scenario__caller_style", "score")
    both: dict[tuple[int, int], dict[str, int]] = {}
    for department, group, style, score in paired.values_list(*names):
        both.setdefault((department, group), {})[style] = score
    rows = [(key[0], sides["calm"] - sides["dominant"]) for key, sides in both.items() if len(sides) == 2]
    return pd.DataFrame.from_records(rows, columns=["department", "difference"])


def newest(reader: Reader) -> dt.date | None:
    """The last day on which any call counts, of all that the reader may see."""
    rows = DailySum.objects.filter(organisation=reader.organisation, department__in=reader.departments)
    return rows.order_by("-local_date").values_list("local_date", flat=True).first()


# --- how ------------------------------------------------------------------------------------------------------------


def _rows(reader: Reader, filters: Filters, departments: Iterable[int], first: dt.date | None) -> "QuerySet[DailySum]":
    return DailySum.objects.filter(_chosen(reader, filters, departments, first)).order_by()


def _chosen(reader: Reader, filters: Filters, departments: Iterable[int], first: dt.date | None) -> Q:
    """The filters as a condition that holds for stored sums and for calls alike."""
    chosen = Q(organisation=reader.organisation, department__in=list(departments), local_date__lte=filters.end)
    if first is not None:
        chosen &= Q(local_date__gte=first)
    if filters.scenario is not None:
        chosen &= Q(scenario=filters.scenario)
    if filters.caller_style:
        chosen &= Q(scenario__caller_style=filters.caller_style)
    if filters.wave is not None:
        chosen &= Q(wave=filters.wave)
    return chosen


def _sums(measures: tuple[str, ...]) -> dict[str, Any]:
    names = (*COUNTS, *(f"{part}_{measure}" for measure in measures for part in PARTS))
    return {name: Sum(name) for name in names}


def _promises(reader: Reader) -> dict[str, Any]:
    """Promises whose window has surely passed count; one made on a later day may still be kept."""
    days = math.ceil(reader.organisation.callback_window_hours / 24) + 1
    passed = Q(local_date__lte=reader.today - dt.timedelta(days=days))
    return {
        "n_promised": Sum("n_promised", filter=passed, default=0),
        "n_kept": Sum("n_kept", filter=passed, default=0),
        "n_open": Sum("n_promised", filter=~passed, default=0),
    }


def _summed(rows: Any, keys: list[str], sums: dict[str, Any]) -> "pd.DataFrame":
    """Sums under the names of the columns they are of; the database wants other names for them."""
    frame = _frame(
        rows.annotate(**{f"all_{name}": value for name, value in sums.items()}),
        [*keys, *(f"all_{name}" for name in sums)],
    )
    return frame.set_axis([*keys, *sums], axis="columns")


def _frame(rows: Any, columns: list[str]) -> "pd.DataFrame":
    # Tens of milliseconds to import; commands that draw nothing should not wait for it.
    import pandas as pd

    return pd.DataFrame.from_records(list(rows.values_list(*columns)), columns=columns)


def _first_day(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(f"{value}-01")
