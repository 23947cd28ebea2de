"""What answers a question: sums of whole departments, cells, or the calls themselves; all three give the same numbers.

Which one follows from the filters. Departments by day, week and month hold everything together; cells, by day, week and
month too, hold versions, scenarios and waves apart; what neither knows (how a call ended) is counted from the calls, by the same definitions
(`analytics.counting`, `analytics.details`).
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import add, or_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, Case, F, Max, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import In

from analytics import counting, details, rollups
from analytics.access import Reader
from analytics.filters import Filters
from analytics.models import FATES, DailySum, DepartmentDetail, SliceSum, SpanSum, Sums, WeeklyDetail
from surveys.models import Call

if TYPE_CHECKING:
    import pandas as pd

# Added up of every measure asked for, and of every frame of sums.
PARTS = ("n", "sum", "squares")
ENDINGS = (
    "n_calls",
    "n_left_to_fate",
    *(f"n_fate_{fate}" for fate in FATES if fate != Call.Fate.CALLBACK_AGREED),
)
COUNTS = (*ENDINGS, "n_passed", "n_failed", "n_timed", "n_prompt", "n_again", "sum_again", "squares_again")
OF_PROMISES = ("n_promised", "n_kept", "n_called_back", "n_fate_callback_agreed")
# Among the measures of a trend: its promises too.
PROMISES = "promises"
# A period longer than this is made of months, a shorter one of weeks, and of the days at its ends.
LONG = dt.timedelta(weeks=27)
NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Source:
    """Where the sums of these filters and departments are read."""

    reader: Reader
    filters: Filters
    departments: frozenset[int]

    @property
    def kind(self) -> str:
        """ "calls" for what no sums hold, "cells" for a part of what was planned, else "spans"."""
        if self.filters.asks_of_calls:
            return "calls"
        return "cells" if self.filters.asks_of_cells else "spans"

    @property
    def settled(self) -> dt.date:
        """The last day whose promises have surely been kept or not; one made later may still be."""
        days = math.ceil(max(self.reader.organisation.callback_window_hours, counting.PUBLISHED_HOURS) / 24) + 1
        return self.reader.today - dt.timedelta(days=days)

    def rows(self, periods: Iterable[tuple[dt.date | None, dt.date]], span: str, **named: Any) -> "list[QuerySet[Any]]":
        """The rows of these periods, each a first day (None: from the beginning) and a last, `named` as told.

        Of cells, what makes whole weeks or months is read from slices, and the rest from days: so two QuerySets.
        """
        asked = _asked(self.reader, self.filters, self.departments)
        if self.kind == "spans":
            asked = Q(department__in=sorted(self.departments))
        if self.kind == "calls":
            chosen = reduce(or_, (self.days(first, last) for first, last in periods))
            return [Call.objects.counting().filter(asked, chosen).annotate(**named)]
        by_model: dict[type[Sums], Q] = {}
        for first, last in periods:
            for piece in self._pieces(first, last, span):
                model, days = self._stored(piece)
                by_model[model] = by_model.get(model, NOTHING) | days
        found: list[QuerySet[Any]] = [QuerySet(model).filter(asked, days) for model, days in by_model.items()]
        return [each.annotate(**named) for each in found]

    def _stored(self, piece: "Piece") -> tuple[type[Sums], Q]:
        days = self.days(piece.first, piece.last)
        if self.kind == "spans":
            return SpanSum, days & Q(span=piece.span)
        return (DailySum, days) if piece.span == "day" else (SliceSum, days & Q(span=piece.span))

    def days(self, first: dt.date | None, last: dt.date) -> Q:
        """The days of a period: all of them, or those of the chosen weekday."""
        if self.filters.weekday is None:
            return _between(first, last)
        first = first or self.reader.oldest or last
        start = first + dt.timedelta(days=(self.filters.weekday - first.isoweekday()) % 7)
        return Q(local_date__in=[start + rollups.WEEK * number for number in range((last - start).days // 7 + 1)])

    def _pieces(self, first: dt.date | None, last: dt.date, span: str) -> "list[Piece]":
        if self.filters.weekday is not None:
            return [Piece("day", first, last)]
        return pieces(first, last, span, settled=self.settled)

    def frame(
        self, rows: "Iterable[QuerySet[Any]]", keys: list[str], counts: Iterable[str], measures: Iterable[str]
    ) -> "pd.DataFrame":
        """The sums of the rows by `keys`, promises that may still be kept apart."""
        import pandas as pd

        columns = [*counts, *(f"{part}_{measure}" for measure in measures for part in PARTS)]
        is_settled = Case(
            When(local_date__lte=self.settled, then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
        parts = [self._added(each.annotate(settled=is_settled), [*keys, "settled"], columns) for each in rows]
        added = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else chain.from_iterable(parts)
        found: dict[tuple[Any, ...], tuple[dt.date, list[int]]] = {}
        width, names = len(keys), _with_open(columns)
        for row in added:
            key, settled, newest = row[:width], row[width], row[width + 1]
            values = list(map(int, row[width + 2 :]))
            if names != columns:
                values = _told_apart(columns, values, settled=settled)
            if key in found:
                before, held = found[key]
                newest, values = max(before, newest), list(map(add, held, values))
            found[key] = newest, values
        records = [(*key, newest, *values) for key, (newest, values) in found.items()]
        return pd.DataFrame.from_records(records, columns=[*keys, "newest", *names])

    def _added(self, rows: "QuerySet[Any]", keys: list[str], columns: list[str]) -> Any:
        # The database wants other names for sums than those of the columns they are of.
        names = [f"all_{name}" for name in columns]
        newest = Max("newest" if issubclass(rows.model, (SpanSum, SliceSum)) else "local_date")
        if self.kind == "calls":
            counted = counting.counted(rows, keys, columns, self.reader.organisation.callback_window_hours)
        else:
            sums = {f"all_{name}": _PlainSum(name) for name in columns}
            counted = rows.order_by().values(*keys).annotate(**sums)
        return counted.annotate(last_day=newest).values_list(*keys, "last_day", *names)


class CellSource(Source):
    """As `Source`, for what tells scenarios, versions or waves apart: never sums of whole departments."""

    @property
    def kind(self) -> str:
        return "calls" if self.filters.asks_of_calls else "cells"


class _PlainSum(Sum):
    """A sum as the driver gives it: `frame` makes whole numbers of tens of thousands of them at once."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


def _with_open(columns: list[str]) -> list[str]:
    """The columns, with promises also those that may still be kept."""
    return [*columns, "n_open", "n_agreed_open"] if "n_promised" in columns else columns


def _told_apart(columns: list[str], values: list[int], *, settled: bool) -> list[int]:
    """The sums of a row with promises; of days on which these may still be kept, they stand by themselves."""
    if settled:
        return [*values, 0, 0]
    held = dict(zip(columns, values, strict=True))
    may_come = dict.fromkeys(("n_promised", "n_kept", "n_called_back"), 0)
    return [*(held | may_come).values(), held["n_promised"], held["n_fate_callback_agreed"]]


class Piece(NamedTuple):
    """Whole spans of one kind, from the day that the first begins on to the one that the last ends on."""

    span: str
    first: dt.date | None
    last: dt.date


def pieces(first: dt.date | None, last: dt.date, span: str, *, settled: dt.date) -> list[Piece]:
    """A period as whole weeks or months, and the days before and after them.

    What ends after `settled` comes by days. Without a first day everything up to the last counts.
    """
    begins = None if first is None else _next_start(first, span)
    ends = _previous_end(min(last, settled), span)
    if begins is not None and begins > ends:
        return [Piece("day", first, last)]
    before = [Piece("day", first, begins - rollups.DAY)] if begins is not None and begins != first else []
    after = [Piece("day", ends + rollups.DAY, last)] if ends < last else []
    return [*before, Piece(span, begins, ends), *after]


def _next_start(day: dt.date, span: str) -> dt.date:
    """The first day of the next week or month, or the day itself where one begins on it."""
    start = rollups.monday(day) if span == "week" else day.replace(day=1)
    return start if start == day else rollups.span_end(span, start) + rollups.DAY


def _previous_end(day: dt.date, span: str) -> dt.date:
    """The last day of the week or month before, or the day itself where one ends on it."""
    start = rollups.monday(day) if span == "week" else day.replace(day=1)
    end = rollups.span_end(span, start)
    return end if end == day else start - rollups.DAY


def _between(first: dt.date | None, last: dt.date) -> Q:
    return Q(local_date__lte=last) if first is None else Q(local_date__range=(first, last))


def is_long(filters: Filters) -> bool:
    return filters.start is None or filters.end - filters.start > LONG


def _asked(reader: Reader, filters: Filters, departments: Iterable[int]) -> Q:
    """The filters but for the period, as a condition that holds for cells, weeks' details and calls alike."""
    return Q(department__in=sorted(departments)) & _planned(reader, filters)


def _planned(reader: Reader, filters: Filters) -> Q:
    """The filters but for the period and the departments."""
    by_column = {
        "scenario": filters.scenario,
        "scenario__caller_style": filters.caller_style or None,
        "scenario__attempt": filters.attempt,
        "version": filters.version,
        "wave": filters.wave,
        "fate": filters.fate or None,
    }
    chosen = {column: value for column, value in by_column.items() if value is not None}
    return Q(organisation=reader.organisation, **chosen)


def of_calls(reader: Reader, filters: Filters, departments: Iterable[int]) -> Q:
    """The filters as a condition on calls."""
    chosen = frozenset(departments)
    return _asked(reader, filters, chosen) & Source(reader, filters, chosen).days(filters.start, filters.end)


def by_ending(reader: Reader, filters: Filters, departments: Iterable[int]) -> Q:
    """As `of_calls`, put so that both databases read the index that holds all figures by ending and day.

    It is asked for every ending by name. Departments are of a sum, for which there is no index: of two lists PostgreSQL uses
    both or none, and reads all days for it.
    """
    chosen = frozenset(departments)
    inside = Q(In(F("department") + 0, sorted(chosen)), fate__in=["", *FATES])
    return inside & _planned(reader, filters) & Source(reader, filters, chosen).days(filters.start, filters.end)


# --- what is counted by key -------------------------------------------------------------------------------------------

Details = dict[tuple[int, int], details.Detail]
"""By department and version."""


def stored_weeks(
    reader: Reader, filters: Filters, departments: frozenset[int], kind: str
) -> list[tuple[int, dt.date, dt.date, dt.date, Any]]:
    """The weeks that touch the period: department, Monday, days of the first and the last call, and the document.

    None where weeks do not hold what is asked for.
    """
    if filters.asks_of_calls or filters.weekday is not None:
        return []
    weeks = _weeks(reader, filters, departments)
    return list(weeks.values_list("department", "week_start", "oldest", "newest", kind))


def promised_in(
    reader: Reader, filters: Filters, departments: frozenset[int], weeks: Iterable[dt.date]
) -> dict[int, int]:
    """How many callbacks were promised in whole weeks, per department; of filters that weeks' sums know."""
    model = SliceSum if filters.asks_of_cells else SpanSum
    asked = _asked(reader, filters, departments) & Q(span="week", local_date__in=sorted(weeks))
    rows: QuerySet[Any] = QuerySet(model).filter(asked).order_by()
    return dict(rows.values_list("department").annotate(all_promised=Sum("n_promised")))


def weeks_by_day(reader: Reader, filters: Filters, departments: frozenset[int], *kinds: str) -> list[tuple[Any, ...]]:
    """Of the weeks that touch the period: department, Monday, and documents that tell the days of a week apart ("hours", "marks").

    They may hold days outside the period, and other weekdays than the chosen one, so their reader chooses.
    """
    if not filters.asks_of_calls:
        return list(_weeks(reader, filters, departments).values_list("department", "week_start", *kinds))
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments))
    found = details.of_calls(calls, ("department", "week_start"), kinds)
    return [(*key, *detail.documents(kinds).values()) for key, detail in found.items()]


def _weeks(reader: Reader, filters: Filters, departments: frozenset[int]) -> "QuerySet[Any]":
    """The stored weeks that touch the period."""
    # Only slices tell scenarios and waves apart; whole departments are an eighth of the documents.
    model = WeeklyDetail if filters.asks_of_cells else DepartmentDetail
    weeks: QuerySet[Any] = QuerySet(model).filter(_asked(reader, filters, departments), week_start__lte=filters.end)
    if filters.start is not None:
        weeks = weeks.filter(week_start__gte=rollups.monday(filters.start))
    return weeks.order_by()


def week_rows(
    reader: Reader, filters: Filters, departments: frozenset[int], kinds: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """The stored weeks that touch the period: department, version, Monday, days of the first and the last call, and the
    documents as they are stored.

    Out of those of a longer period, where these were read before.
    """
    first = dt.date.min if filters.start is None else rollups.monday(filters.start)
    read: list[tuple[dt.date, dt.date, list[tuple[Any, ...]]]]
    read = reader.once(("weeks", kinds, _asked(reader, filters, departments)), list)
    for start, end, rows in read:
        if start <= first and filters.end <= end:
            return [row for row in rows if first <= row[2] <= filters.end]
    columns = "department", "version", "week_start", "oldest", "newest"
    texts = {f"{kind}_text": Cast(kind, TextField()) for kind in kinds}
    found = list(_weeks(reader, filters, departments).annotate(**texts).values_list(*columns, *texts))
    read.append((first, filters.end, found))
    return found


def details_of(reader: Reader, filters: Filters, departments: frozenset[int], *kinds: str) -> Details:
    """The documents of these kinds over the period: from weeks where they hold it whole, else from its calls."""
    keys = ("department", "version")
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments))
    if filters.asks_of_calls or filters.weekday is not None:
        return details.of_calls(calls, keys, kinds)
    found: Details = {}
    cut: set[dt.date] = set()
    rows = week_rows(reader, filters, departments, kinds)
    for _department, _version, week, oldest, newest, *_documents in rows:
        if newest > filters.end or (filters.start is not None and oldest < filters.start):
            cut.add(week)
    whole: dict[tuple[int, int], list[list[Any]]] = {}
    for department, version, week, _oldest, _newest, *documents in rows:
        if week not in cut:
            whole.setdefault((department, version), []).append(documents)
    for key, several in whole.items():
        of_kinds = map(details.sum_of_stored, zip(*several, strict=True))
        found[key] = details.holding(dict(zip(kinds, of_kinds, strict=True)))
    if cut:
        # By their days, which have an index; the period's own condition keeps to its part of them.
        days = Q(pk__in=[])
        for week in cut:
            days |= _between(week, rollups.span_end("week", week))
        for key, detail in details.of_calls(calls.filter(days), keys, kinds).items():
            stored = found.get(key, details.Detail()).documents(kinds)
            both = {kind: details.summed((stored[kind], own)) for kind, own in detail.documents(kinds).items()}
            found[key] = details.holding(both)
    return found
