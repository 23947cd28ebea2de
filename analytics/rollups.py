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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model, Q

from analytics import counting, details
from analytics.models import COUNTED, DailySum, SpanSum, Sums, WeeklyDetail
from surveys.models import Call, Department
from surveys.querysets import CallQuerySet
from surveys.signals import Cell, counting_changed

# More cells than this are counted by whole blocks of their departments.
FEW: Final = 20
BLOCK: Final = dt.timedelta(weeks=4)
WEEK: Final = dt.timedelta(weeks=1)
DAY: Final = dt.timedelta(days=1)

SLICE: Final = ("version", "scenario", "wave")
CELL: Final = ("department", "local_date", *SLICE)
WEEK_CELL: Final = ("department", "week_start", *SLICE)


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


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted anew: conditions that hold for calls and stored rows alike, and the spans around them.

    `cells` and `details` choose by the columns of a cell and of a week's cell, and `detailed` the calls of the latter, by their
    days, which have an index; `spans` are the first days of the days, weeks and months of these `departments`.
    """

    cells: Q
    details: Q
    detailed: Q
    departments: frozenset[int]
    spans: Mapping[str, frozenset[dt.date]]


def _few(cells: set[Cell]) -> Scope:
    """Exactly these cells, and every span that one of them is part of."""
    by_cell = by_week = of_week = Q(pk__in=[])
    for cell in cells:
        first = monday(cell.local_date)
        named = {name: value for name, value in cell._asdict().items() if name != "local_date"}
        by_cell |= Q(local_date=cell.local_date, **named)
        by_week |= Q(week_start=first, **named)
        of_week |= Q(local_date__range=(first, span_end("week", first)), **named)
    days = frozenset(cell.local_date for cell in cells)
    return Scope(by_cell, by_week, of_week, frozenset(cell.department for cell in cells), _spans(days))


def _blocks_of(cells: set[Cell]) -> Iterator[Scope]:
    """Whole blocks that hold these cells; the others in there come out as they were."""
    blocks: dict[dt.date, set[int]] = {}
    for cell in cells:
        blocks.setdefault(block_of(cell.local_date), set()).add(cell.department)
    for first, departments in sorted(blocks.items()):
        yield whole(frozenset(departments), first)


def whole(departments: frozenset[int], first: dt.date) -> Scope:
    """A block of these departments: four weeks from a Monday, and the months that it is part of."""
    last = first + BLOCK - DAY
    mine = Q(department__in=departments)
    by_day, by_week = mine & Q(local_date__range=(first, last)), mine & Q(week_start__range=(first, last))
    return Scope(
        by_day, by_week, by_day, departments, _spans(frozenset(first + DAY * number for number in range(BLOCK.days)))
    )


def _spans(days: frozenset[dt.date]) -> Mapping[str, frozenset[dt.date]]:
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
    calls = Call.objects.filter(organisation=house.pk).counting()
    DailySum.objects.filter(scope.cells).delete()
    _insert_cells(house, Call.objects.filter(scope.cells))
    WeeklyDetail.objects.filter(scope.details).delete()
    _insert_details(house, details.of_calls(calls.filter(scope.detailed), WEEK_CELL))
    _add_spans(scope)


def cells_of(calls: CallQuerySet, house: House) -> Any:
    """What the rows of `DailySum` would be, by their keys and the names of their columns."""
    keys = ("organisation", "week_start", *CELL)
    rows = counting.counted(calls, keys, COUNTED, house.hours)
    return rows.values_list(*keys, *(f"all_{name}" for name in COUNTED))


def _insert_cells(house: House, calls: CallQuerySet) -> None:
    select = _select_of_cells(house.hours)
    chosen, params = calls.order_by().values("pk").query.sql_with_params()
    names = _columns(DailySum, "organisation", "week_start", *CELL, *COUNTED)
    _insert(DailySum, names, select.before + chosen + select.after, [*select.params, *params, *select.more_params])


@dataclass(frozen=True, slots=True)
class _Select:
    """A SELECT in two halves, between which the choice of calls goes."""

    before: str
    after: str
    params: tuple[Any, ...]
    more_params: tuple[Any, ...]


@lru_cache
def _select_of_cells(hours: int) -> _Select:
    """The SELECT of `cells_of`, written once a process: Django takes longer to write it than the database to run it."""
    mark = -1
    sql, params = cells_of(Call.objects.counting().filter(pk__in=[mark]), House(0, hours)).query.sql_with_params()
    column = f"{connection.ops.quote_name(Call._meta.db_table)}.{connection.ops.quote_name('id')} IN ("
    before, after = sql.split(f"{column}%s)")
    place = params.index(mark)
    return _Select(f"{before}{column}", f"){after}", params[:place], params[place + 1 :])


def _insert_details(house: House, found: Mapping[tuple[Any, ...], details.Detail]) -> None:
    names = _columns(WeeklyDetail, "organisation", *WEEK_CELL, "oldest", "newest", *details.KINDS)
    day = connection.ops.adapt_datefield_value
    rows = []
    for (department, week_start, *slice_), each in found.items():
        documents = map(json.dumps, each.documents().values())
        rows.append((house.pk, department, day(week_start), *slice_, day(each.oldest), day(each.newest), *documents))
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {WeeklyDetail._meta.db_table} ({', '.join(names)}) VALUES ({_marks(names)})",  # noqa: S608
                rows,
            )


def _add_spans(scope: Scope) -> None:
    """Adds the cells up to days, weeks and months of whole departments."""
    day = connection.ops.adapt_datefield_value
    departments = sorted(scope.departments)
    stale, params = [], list[Any]()
    for span, firsts in scope.spans.items():
        stale.append(f"department_id IN ({_marks(departments)}) AND span = %s AND local_date IN ({_marks(firsts)})")
        params += [*departments, span, *map(day, firsts)]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {SpanSum._meta.db_table} WHERE {' OR '.join(stale)}", params)  # noqa: S608
    for span, firsts in scope.spans.items():
        for first, last in runs(span, firsts):
            _insert_spans(span, departments, first, last)


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values)) or "NULL"


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


def _insert_spans(span: str, departments: Sequence[int], first: dt.date, last: dt.date) -> None:
    """From the cells between two days, which make whole spans; of months only one."""
    day = connection.ops.adapt_datefield_value
    start, week = {"day": ("local_date", "MIN(week_start)"), "week": ("week_start", "week_start")}.get(
        span, ("%s", "%s")
    )
    by = ", ".join(["organisation_id", "department_id", *([start] if span != "month" else [])])
    names = _columns(SpanSum, "organisation", "department", "span", "local_date", "week_start", "newest", *COUNTED)
    added = ", ".join(f"SUM({name})" for name in COUNTED)
    select = (
        f"SELECT organisation_id, department_id, %s, {start}, {week}, MAX(local_date), {added} FROM {DailySum._meta.db_table} "  # noqa: S608
        f"WHERE department_id IN ({_marks(departments)}) AND local_date BETWEEN %s AND %s GROUP BY {by}"
    )
    params = [span, *([day(first), day(monday(first))] if span == "month" else []), *departments, day(first), day(last)]
    _insert(SpanSum, names, select, params)


def _columns(model: type[Model], *names: str) -> list[str]:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return [columns[name] for name in names]


def _insert(model: type[Sums], names: list[str], select: str, params: Sequence[Any]) -> None:
    """INSERT ... SELECT, which Django has no word for: the rows never leave the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) {select}", params)
