"""Keeps the stored sums exact: a touched cell is counted anew, inside the transaction that touched it.

A cell is one row of `DailySum`: a local day, department, checklist version, scenario and wave. Counting anew rather than
adding differences is right under every edit, deletion and moved date, and can be repeated.

Two transactions that change calls of one cell must not both count before either has committed, or one call is lost. So the
departments' rows are locked first, in one order (PostgreSQL, READ COMMITTED: the count is a later statement and sees what
the other committed). A SQLite transaction is the only writer anyway. The lock lets new calls refer to the department.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, Q

from analytics.models import SUMMED, DailySum
from surveys import promises
from surveys.models import Call, CallbackEvent, Department, Organisation
from surveys.models.calls import measure_column
from surveys.querysets import CallQuerySet
from surveys.signals import Cell, counting_changed

PROMPT_SECONDS = 15
# Above this many cells, one pass over their months is faster than a look at each.
FEW = 20

KEYS = ("department_id", "local_date", "version_id", "scenario_id", "wave_id")
UNIQUE = ("department", "local_date", "version", "scenario", "wave")
COUNTS = (
    "n_calls",
    "n_passed",
    "n_failed",
    "n_left_to_fate",
    "n_promised",
    "n_kept",
    "n_timed",
    "n_prompt",
    "n_again",
    "sum_again",
    "squares_again",
    *(f"{part}_{name}" for name in SUMMED for part in ("n", "sum", "squares")),
    "items",
    "fates",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that is not what the calls say."""

    cell: Cell
    column: str
    stored: Any
    counted: Any


def listen() -> None:
    counting_changed.connect(on_change, dispatch_uid="analytics.rollups")


def on_change(*, cells: frozenset[Cell], **_: Any) -> None:
    recompute(cells)


@transaction.atomic
def recompute(cells: Iterable[Cell]) -> None:
    """Counts the cells anew and stores their rows; a cell without counting calls has none."""
    wanted = set(cells)
    _lock({cell.department for cell in wanted})
    if len(wanted) <= FEW:
        _replace(wanted, _counted(Call.objects.filter(_any_of(wanted))))
        return
    for _month, within in itertools.groupby(
        sorted(wanted, key=_day), key=lambda cell: (_day(cell).year, _day(cell).month)
    ):
        of_month = set(within)
        days = {cell.local_date for cell in of_month}
        calls = Call.objects.filter(
            department__in={cell.department for cell in of_month}, local_date__range=(min(days), max(days))
        )
        counted = _counted(calls)
        _replace(of_month, {cell: row for cell, row in counted.items() if cell in of_month})


@transaction.atomic
def rebuild(organisation: Organisation | None = None) -> int:
    """Makes all stored sums anew, of one organisation or of all; how many rows there are then."""
    _lock(_departments(organisation))
    DailySum.objects.filter(**_within(organisation)).delete()
    made = 0
    for calls in _by_month(organisation):
        rows = _counted(calls)
        DailySum.objects.bulk_create(rows.values())
        made += len(rows)
    return made


@transaction.atomic
def verify(organisation: Organisation | None = None) -> list[Difference]:
    """Every stored value that is not what a fresh count gives; empty when all is well."""
    _lock(_departments(organisation))
    unseen = set(DailySum.objects.filter(**_within(organisation)).values_list("pk", flat=True))
    found: list[Difference] = []
    for calls in _by_month(organisation):
        counted = _counted(calls)
        stored = {_cell(row): row for row in DailySum.objects.filter(_any_day_of(counted), **_within(organisation))}
        for cell, row in counted.items():
            found.extend(_differences(cell, stored.get(cell), row))
        unseen -= {stored[cell].pk for cell in counted if cell in stored}
    for row in DailySum.objects.filter(pk__in=unseen).iterator():
        found.extend(_differences(_cell(row), row, None))
    return found


# --- counting ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Events:
    """What was recorded of callbacks, by call, in the order of recording."""

    known: dict[int, list[promises.Event]] = field(default_factory=dict)

    def kept(self, call: int, promised: dt.datetime, hours: int) -> bool:
        return promises.within_window(promises.came(promised, self.known.get(call, ())), promised, hours)


READ = (
    *KEYS,
    *(measure_column(name) for name in SUMMED),
    "id",
    "organisation_id",
    "week_start",
    "outcome",
    "fate",
    "seconds_to_answer",
    "would_call_again",
    "item_points",
    "callback__promised_at",
    "organisation__callback_window_hours",
)


def _counted(calls: CallQuerySet) -> dict[Cell, DailySum]:
    """The rows, unsaved, that the counting ones among these calls make."""
    calls = calls.counting()
    events = _Events()
    recorded = CallbackEvent.objects.filter(callback__call__in=calls).order_by("recorded_at", "pk")
    for call, kind, moment in recorded.values_list("callback__call_id", "kind", "happened_at"):
        events.known.setdefault(call, []).append(promises.Event(kind, moment))
    rows: dict[Cell, DailySum] = {}
    # A database without server-side cursors would otherwise hold back writing while rows are still to come.
    for values in list(calls.order_by().values_list(*READ)):
        cell = Cell(*values[:5])
        read = dict(zip(READ, values, strict=True))
        row = rows.get(cell)
        if row is None:
            row = rows[cell] = _empty(cell, read["organisation_id"], read["week_start"])
        _add_scores(row, values[5 : 5 + len(SUMMED)])
        _add_items(row.items, read["item_points"])
        _add_facts(row, read, events)
    return rows


def _empty(cell: Cell, organisation: int, week_start: dt.date) -> DailySum:
    keys = dict(zip(KEYS, cell, strict=True))
    return DailySum(organisation_id=organisation, week_start=week_start, items={}, fates={}, **keys)


def _add_scores(row: DailySum, scores: tuple[int | None, ...]) -> None:
    held = row.__dict__
    for name, score in zip(SUMMED, scores, strict=True):
        if score is not None:
            held[f"n_{name}"] += 1
            held[f"sum_{name}"] += score
            held[f"squares_{name}"] += score * score


def _add_items(items: dict[str, list[int]], points: dict[str, list[int | None]]) -> None:
    for code, (earned, lost) in points.items():
        sums = items.setdefault(code, [0, 0, 0, 0])
        if earned is None:
            sums[1] += 1
        else:
            sums[0] += 1
            sums[2] += earned
            sums[3] += lost or 0


def _add_facts(row: DailySum, read: dict[str, Any], events: _Events) -> None:
    row.n_calls += 1
    row.n_passed += read["outcome"] == Call.Outcome.PASSED
    row.n_failed += read["outcome"] == Call.Outcome.FAILED
    if read["fate"]:
        row.fates[read["fate"]] = row.fates.get(read["fate"], 0) + 1
        row.n_left_to_fate += read["fate"] in Call.LEFT_TO_FATE
    if read["callback__promised_at"] is not None:
        row.n_promised += 1
        hours = read["organisation__callback_window_hours"]
        row.n_kept += events.kept(read["id"], read["callback__promised_at"], hours)
    if read["seconds_to_answer"] is not None:
        row.n_timed += 1
        row.n_prompt += read["seconds_to_answer"] <= PROMPT_SECONDS
    again = read["would_call_again"]
    if again is not None:
        row.n_again += 1
        row.sum_again += again
        row.squares_again += again * again


# --- storing ----------------------------------------------------------------------------------------------------------


def _lock(departments: Iterable[int]) -> None:
    if connection.features.has_select_for_update:
        list(
            Department.objects.select_for_update(no_key=True)
            .filter(pk__in=departments)
            .order_by("pk")
            .values_list("pk")
        )


def _replace(cells: set[Cell], rows: dict[Cell, DailySum]) -> None:
    gone = cells - rows.keys()
    if gone:
        stored = DailySum.objects.filter(_any_day_of(gone)).values_list("pk", *KEYS)
        doomed = [pk for pk, *keys in stored if Cell(*keys) in gone]
        DailySum.objects.filter(pk__in=doomed).delete()
    if rows:
        DailySum.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=UNIQUE,
            update_fields=("organisation", "week_start", *COUNTS),
        )


def _any_of(cells: set[Cell]) -> Q:
    wanted = Q(pk__in=[])
    for cell in cells:
        wanted |= Q(**dict(zip(KEYS, cell, strict=True)))
    return wanted


def _any_day_of(cells: Iterable[Cell]) -> Q:
    """Rows of the same departments and days: a few too many, found by index and sorted out by the caller."""
    cells = list(cells)
    if not cells:
        return Q(pk__in=[])
    days = [cell.local_date for cell in cells]
    return Q(department__in={cell.department for cell in cells}, local_date__range=(min(days), max(days)))


def _by_month(organisation: Organisation | None) -> Iterator[CallQuerySet]:
    """The calls of one month after another, so that a long history fits in memory."""
    calls = Call.objects.filter(**_within(organisation))
    ends = calls.counting().aggregate(first=Min("local_date"), last=Max("local_date"))
    day = ends["first"]
    while day is not None and day <= ends["last"]:
        following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        yield calls.filter(local_date__gte=day, local_date__lt=following)
        day = following


def _within(organisation: Organisation | None) -> dict[str, Any]:
    return {} if organisation is None else {"organisation": organisation}


def _departments(organisation: Organisation | None) -> Any:
    return Department.objects.filter(**_within(organisation)).values("pk")


def _cell(row: DailySum) -> Cell:
    return Cell(*(getattr(row, key) for key in KEYS))


def _day(cell: Cell) -> dt.date:
    return cell.local_date


def _differences(cell: Cell, stored: DailySum | None, counted: DailySum | None) -> Iterator[Difference]:
    if stored is None or counted is None:
        there, here = (None if row is None else row.n_calls for row in (stored, counted))
        yield Difference(cell, "n_calls", there, here)
        return
    for column in ("organisation_id", "week_start", *COUNTS):
        if getattr(stored, column) != getattr(counted, column):
            yield Difference(cell, column, getattr(stored, column), getattr(counted, column))
