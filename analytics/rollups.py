"""Keeps the stored sums exact: what a change touches is counted anew, inside the transaction that changed it.

Counting anew rather than adding differences is right under every edit, deletion and moved date, and can be repeated. A
change touches its cell, the cells of its week and the spans of its department around that day; how they are counted is
said once, in `analytics.counting` and `analytics.details`, and the spans are added up from the cells.

Two transactions that change calls of one department must not both count before either has committed, or one call is lost.
So the departments' rows are locked first, in one order (PostgreSQL, READ COMMITTED: the count is a later statement and sees
what the other committed). A SQLite transaction is the only writer anyway. The lock lets new calls refer to the department.

Making all of them anew, and comparing all of them with the calls, is in `analytics.rebuilding`.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model

from analytics import counting, details
from analytics.models import (
    COUNTED,
    SPANS,
    DailySum,
    DepartmentDetail,
    Documents,
    SliceSum,
    SpanSum,
    Sums,
    WeeklyDetail,
)
from analytics.prepared import CALLS, Condition, Rows, Statement, fetched, marked, marks, prepare, within
from surveys.models import Department
from surveys.signals import Cell, counting_changed

# More cells than this are counted by whole blocks of their departments.
FEW: Final = 20
BLOCK: Final = dt.timedelta(weeks=4)
WEEK: Final = dt.timedelta(weeks=1)
DAY: Final = dt.timedelta(days=1)

SLICE: Final = ("department", "version", "scenario", "wave")
CELL: Final = ("department", "local_date", *SLICE[1:])
WEEK_CELL: Final = ("department", "week_start", *SLICE[1:])
DEPARTMENT_WEEK: Final = WEEK_CELL[:3]


def listen() -> None:
    counting_changed.connect(on_change, dispatch_uid="analytics.rollups")


def on_change(*, cells: frozenset[Cell], **_: Any) -> None:
    recompute(cells)


@transaction.atomic
def recompute(cells: Iterable[Cell]) -> None:
    """Counts the cells, their weeks and their departments' spans anew; what holds no counting calls has no row."""
    wanted = set(cells)
    houses = lock({cell.department for cell in wanted})
    by_house: dict[House, set[Cell]] = {}
    for cell in wanted:
        by_house.setdefault(houses[cell.department], set()).add(cell)
    for house, mine in by_house.items():
        for scope in [_few(mine)] if len(mine) <= FEW else _blocks_of(mine):
            count(house, scope)


# --- what is counted at once ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class House:
    """An organisation, as far as counting goes."""

    pk: int
    hours: int


Slice = tuple[int, int, int, int]
"""The keys of a department, version, scenario and wave."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted anew: the days, weeks and months of these departments that begin on the `firsts`.

    Of whole departments, or only of some `slices` of them; the departments' own spans are added up from all their slices.
    """

    departments: frozenset[int]
    firsts: Mapping[str, frozenset[dt.date]]
    slices: frozenset[Slice] | None = None

    def rows(self, span: str, column: str = "local_date") -> Condition:
        """That a row of sums is of this scope, by its day or its first day."""
        return self.whose() & _between(runs(span, self.firsts[span]), column)

    def calls(self, span: str) -> Condition:
        """That a call is of this scope, by its day; calls and sums name their keys alike."""
        return self.whose(CALLS) & _between(runs(span, self.firsts[span]), f"{CALLS}local_date")

    def whose(self, of: str = "") -> Condition:
        if self.slices is None:
            return within(f"{of}department_id", sorted(self.departments))
        keys = " AND ".join(f"{of}{name} = %s" for name in _columns(DailySum, *SLICE))
        return Condition(f"({' OR '.join([f'({keys})'] * len(self.slices))})", tuple(chain(*sorted(self.slices))))


def _between(days: Iterable[tuple[dt.date, dt.date]], column: str = "local_date") -> Condition:
    ends = tuple(map(connection.ops.adapt_datefield_value, chain(*days)))
    return Condition(f"({' OR '.join([f'{column} BETWEEN %s AND %s'] * (len(ends) // 2))})", ends)


def _few(cells: set[Cell]) -> Scope:
    """The days and slices of these cells, and every span that one of them is part of."""
    slices = frozenset((cell.department, cell.version, cell.scenario, cell.wave) for cell in cells)
    firsts = _firsts(frozenset(cell.local_date for cell in cells))
    return Scope(frozenset(cell.department for cell in cells), firsts, slices)


def _blocks_of(cells: set[Cell]) -> Iterator[Scope]:
    """Whole blocks that hold these cells; the others in there come out as they were."""
    blocks: dict[dt.date, set[int]] = {}
    for cell in cells:
        blocks.setdefault(block_of(cell.local_date), set()).add(cell.department)
    for first, departments in sorted(blocks.items()):
        yield whole(frozenset(departments), first)


def whole(departments: frozenset[int], first: dt.date) -> Scope:
    """A block of these departments: four weeks from a Monday, and the months that it is part of."""
    return Scope(departments, _firsts(frozenset(first + DAY * number for number in range(BLOCK.days))))


def _firsts(days: frozenset[dt.date]) -> Mapping[str, frozenset[dt.date]]:
    return {"day": days, "week": frozenset(map(monday, days)), "month": frozenset(day.replace(day=1) for day in days)}


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def block_of(day: dt.date) -> dt.date:
    """The Monday that the day's block begins on; blocks are counted from the first Monday of the calendar."""
    start = monday(day)
    return start - dt.timedelta(days=(start - dt.date(1, 1, 1)).days % BLOCK.days)


# --- counting ---------------------------------------------------------------------------------------------------------


def lock(departments: Iterable[int]) -> dict[int, House]:
    """Holds these departments until the transaction ends; the organisation of each."""
    rows = Department.objects.filter(pk__in=list(departments)).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = rows.values_list("pk", "organisation", "organisation__callback_window_hours")
    return {pk: House(house, hours) for pk, house, hours in found}


def count(house: House, scope: Scope) -> None:
    """Makes the rows of this scope anew; its departments are locked."""
    _delete(DailySum, scope.rows("day"))
    sql, params = _cells(house.hours).of(scope.calls("day"))
    _insert(DailySum, ("organisation", "week_start", *CELL, *COUNTED), sql, params)
    found = counted_details(scope)
    _delete(WeeklyDetail, scope.rows("week", "week_start"))
    _insert_details(WeeklyDetail, WEEK_CELL, house, found)
    whole = replace(scope, slices=None)
    if scope.slices is not None:
        found = _kept_details(whole)
    _delete(DepartmentDetail, whole.rows("week", "week_start"))
    of_departments = details.together(found.items(), len(DEPARTMENT_WEEK))
    _insert_details(DepartmentDetail, DEPARTMENT_WEEK, house, of_departments)
    for span in filter(scope.firsts.get, SPANS):
        if span != "day":
            _add_slices(span, scope)
        _add_spans(span, scope)


def counted_cells(house: House, scope: Scope) -> Rows:
    """What the rows of `DailySum` would be: organisation, Monday, the keys of a cell, and its columns."""
    return fetched(*_cells(house.hours).of(scope.calls("day")))


@lru_cache
def _cells(hours: int) -> Statement:
    keys = ("organisation", "week_start", *CELL)
    rows = counting.counted(marked(), keys, COUNTED, hours)
    return prepare(rows.values_list(*keys, *(f"all_{name}" for name in COUNTED)))


def counted_details(scope: Scope) -> dict[tuple[Any, ...], details.Detail]:
    """What the rows of `WeeklyDetail` would hold, by the keys of a week's cell."""
    calls = scope.calls("week")
    read, events = (fetched(*statement.of(calls)) for statement in _documents())
    return details.of_rows(read, events, len(WEEK_CELL))


@cache
def _documents() -> tuple[Statement, Statement]:
    return prepare(details.read(marked(), WEEK_CELL)), prepare(details.events(marked(), WEEK_CELL))


def _kept_details(scope: Scope) -> dict[tuple[Any, ...], details.Detail]:
    """The documents that are stored of these departments' weeks, by the keys of a week's cell."""
    names = (
        *_columns(WeeklyDetail, *WEEK_CELL),
        "oldest",
        "newest",
        *(f"CAST({kind} AS TEXT)" for kind in details.KINDS),
    )
    chosen = scope.rows("week", "week_start")
    found = {}
    sql = f"SELECT {', '.join(names)} FROM {WeeklyDetail._meta.db_table} WHERE {chosen.sql}"  # noqa: S608
    width = len(WEEK_CELL)
    for row in fetched(sql, chosen.params):
        documents = dict(zip(details.KINDS, map(json.loads, row[width + 2 :]), strict=True))
        found[row[:width]] = details.Detail(**documents, oldest=row[width], newest=row[width + 1])
    return found


def _insert_details(
    model: type[Documents], keys: tuple[str, ...], house: House, found: Mapping[tuple[Any, ...], details.Detail]
) -> None:
    names = _columns(model, "organisation", *keys, "oldest", "newest", *details.KINDS)
    day = connection.ops.adapt_datefield_value
    rows = []
    for (department, week_start, *others), each in found.items():
        documents = map(json.dumps, each.documents().values())
        rows.append((house.pk, department, day(week_start), *others, day(each.oldest), day(each.newest), *documents))
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({marks(names)})",  # noqa: S608
                rows,
            )


def _add_slices(span: str, scope: Scope) -> None:
    """Adds the days of slices up to their weeks or months."""
    _delete(SliceSum, scope.rows(span) & _is(span))
    for first, last in runs(span, scope.firsts[span]):
        days = _Parts(DailySum, scope.whose() & _between([(first, last)]), newest="local_date")
        # Days know the Monday of their week; months come one at a time.
        parts = replace(days, start="week_start") if span == "week" else replace(days, month=first)
        _add_up(SliceSum, SLICE, span, parts)


def _add_spans(span: str, scope: Scope) -> None:
    """Adds what is known of slices up to days, weeks or months of whole departments."""
    chosen = replace(scope, slices=None).rows(span)
    _delete(SpanSum, chosen & _is(span))
    of_days = _Parts(DailySum, chosen, newest="local_date")
    of_slices = _Parts(SliceSum, chosen & _is(span), newest="newest")
    _add_up(SpanSum, ("department",), span, of_days if span == "day" else of_slices)


def _is(span: str) -> Condition:
    return Condition("span = %s", (span,))


def span_end(span: str, first: dt.date) -> dt.date:
    """The last day of the span that begins on this one."""
    if span == "month":
        return (first + dt.timedelta(days=32)).replace(day=1) - DAY
    return first + (WEEK - DAY if span == "week" else dt.timedelta(0))


def runs(span: str, firsts: Iterable[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """The first and last days of spans that follow each other without a gap; months one by one."""
    first = last = None
    for each in sorted(firsts):
        if last is None or first is None or each != last + DAY or span == "month":
            if first is not None and last is not None:
                yield first, last
            first = each
        last = span_end(span, each)
    if first is not None and last is not None:
        yield first, last


@dataclass(frozen=True, slots=True)
class _Parts:
    """Rows of sums that are added up, and the columns that say where a span begins and how new it is; or one `month`."""

    model: type[Sums]
    chosen: Condition
    newest: str
    start: str = "local_date"
    month: dt.date | None = None


def _add_up(into: type[Sums], keys: tuple[str, ...], span: str, parts: _Parts) -> None:
    keys = ("organisation", *keys)
    columns = ", ".join(_columns(into, *keys))
    params: list[Any] = [span]
    by, start = f"{columns}, {parts.start}, week_start", f"{parts.start}, week_start"
    if parts.month is not None:
        by, start = columns, "%s, %s"
        params += map(connection.ops.adapt_datefield_value, (parts.month, monday(parts.month)))
    sums = ", ".join(f"SUM({name})" for name in COUNTED)
    select = (
        f"SELECT {columns}, %s, {start}, MAX({parts.newest}), {sums} FROM {parts.model._meta.db_table} "  # noqa: S608
        f"WHERE {parts.chosen.sql} GROUP BY {by}"
    )
    names = (*keys, "span", "local_date", "week_start", "newest", *COUNTED)
    _insert(into, names, select, [*params, *parts.chosen.params])


@cache
def _columns(model: type[Model], *names: str) -> tuple[str, ...]:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return tuple(columns[name] for name in names)


def _insert(model: type[Model], names: tuple[str, ...], select: str, params: Sequence[Any]) -> None:
    """INSERT ... SELECT, which Django has no word for: the rows never leave the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(_columns(model, *names))}) {select}", params)


def _delete(model: type[Model], chosen: Condition) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {chosen.sql}", chosen.params)  # noqa: S608
