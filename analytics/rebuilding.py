"""Makes all stored sums anew from the calls, or compares all of them with the calls.

Block by block, four weeks of some departments each, in a transaction of its own: the site runs on meanwhile, memory holds
one block, and what was interrupted is taken up where it stopped (`analytics.models.Rebuild`).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max, Min, Q

from analytics import counting, details, rollups
from analytics.models import COUNTED, DailySum, DepartmentDetail, Rebuild, SliceSum, SpanSum, WeeklyDetail
from analytics.rollups import CELL, DEPARTMENT_WEEK, SLICE, WEEK_CELL, House
from surveys.models import Call, Department, Organisation

# About as many calls are counted in one transaction: some tenths of a second's work, and some tens of megabytes.
AT_ONCE: Final = 20_000

Counted = dict[tuple[Any, ...], dict[str, Any]]
Say = Callable[[str, int, int], None]
"""Called with the organisation's short name, how many blocks are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that is not what the calls say. `table` is "cell", "slice", "span", "detail" or "department", `key` names the row."""

    table: str
    key: tuple[Any, ...]
    column: str
    stored: Any
    counted: Any


def rebuild(organisation: Organisation | None = None, *, afresh: bool = False, say: Say | None = None) -> int:
    """Makes the stored sums of one organisation or of all anew; how many blocks were counted.

    A rebuild that was interrupted goes on where it stopped, unless it is to begin `afresh`.
    """
    done = 0
    for house in _organisations(organisation):
        run = _begun(house, afresh=afresh)
        if run is None:
            continue
        blocks = _blocks(run.first, run.last)
        for number, first in enumerate(blocks, 1):
            if first < run.following:
                continue
            for departments in _batches(house, first):
                _count(departments, first, is_last=number == len(blocks))
            Rebuild.objects.filter(pk=run.pk).update(following=first + rollups.BLOCK)
            done += 1
            if say is not None:
                say(house.slug, number, len(blocks))
        Rebuild.objects.filter(pk=run.pk).delete()
    return done


def unfinished() -> list[Organisation]:
    """Organisations whose sums are being made anew, or were when something interrupted it."""
    return list(Organisation.objects.filter(pk__in=Rebuild.objects.values("organisation")))


def go_on() -> int:
    """Finishes what was begun: after an upgrade that makes all sums anew, or when something interrupted it."""
    return sum(rebuild(house) for house in unfinished())


@transaction.atomic
def _count(departments: frozenset[int], first: dt.date, *, is_last: bool) -> None:
    """A block; a month that goes on in the next one is added up there."""
    houses = rollups.lock(departments)
    scope = rollups.whole(departments, first)
    ends = first + rollups.BLOCK
    months = frozenset(each for each in scope.firsts["month"] if is_last or rollups.span_end("month", each) < ends)
    rollups.count(next(iter(houses.values())), replace(scope, firsts={**scope.firsts, "month": months}))


def _begun(house: Organisation, *, afresh: bool) -> Rebuild | None:
    """The rebuild to go on with, or a new one over all days of calls and stored rows; None where there are none."""
    if afresh:
        Rebuild.objects.filter(organisation=house).delete()
    run: Rebuild | None = Rebuild.objects.filter(organisation=house).first()
    if run is not None:
        return run
    days = list(_ends(house))
    if not days:
        return None
    first, last = rollups.block_of(min(days)), max(days)
    days_to_count = {"first": first, "following": first, "last": last}
    return Rebuild.objects.get_or_create(organisation=house, defaults=days_to_count)[0]


def _ends(house: Organisation) -> Iterator[dt.date]:
    for rows, column in (
        (Call.objects.filter(organisation=house).counting(), "local_date"),
        (DailySum.objects.filter(organisation=house), "local_date"),
        (WeeklyDetail.objects.filter(organisation=house), "week_start"),
        (DepartmentDetail.objects.filter(organisation=house), "week_start"),
        (SliceSum.objects.filter(organisation=house), "local_date"),
        (SpanSum.objects.filter(organisation=house), "local_date"),
    ):
        yield from filter(None, rows.aggregate(first=Min(column), last=Max(column)).values())


def _blocks(first: dt.date, last: dt.date) -> list[dt.date]:
    count = (last - first) // rollups.BLOCK + 1
    return [first + rollups.BLOCK * number for number in range(count)]


def _batches(house: Organisation, first: dt.date) -> Iterator[frozenset[int]]:
    """The organisation's departments in groups that hold about `AT_ONCE` calls of the block, those without any too."""
    calls = Call.objects.filter(organisation=house, local_date__range=(first, first + rollups.BLOCK - rollups.DAY))
    sizes = dict(calls.order_by().values_list("department").annotate(n=Count("pk")))
    batch: set[int] = set()
    held = 0
    for pk in Department.objects.filter(organisation=house).order_by("pk").values_list("pk", flat=True):
        if batch and held + sizes.get(pk, 0) > AT_ONCE:
            yield frozenset(batch)
            batch, held = set(), 0
        batch.add(pk)
        held += sizes.get(pk, 0)
    if batch:
        yield frozenset(batch)


def _organisations(organisation: Organisation | None) -> list[Organisation]:
    return [organisation] if organisation is not None else list(Organisation.objects.order_by("pk"))


# --- comparing --------------------------------------------------------------------------------------------------------


def verify(organisation: Organisation | None = None) -> list[Difference]:
    """Every stored value that is not what a fresh count gives; empty when all is well."""
    return list(differences(organisation))


def differences(organisation: Organisation | None = None) -> Iterator[Difference]:
    for house in _organisations(organisation):
        days = list(_ends(house))
        if not days:
            continue
        for first in _blocks(rollups.block_of(min(days)), max(days)):
            for departments in _batches(house, first):
                yield from _compare(departments, first)


@transaction.atomic
def _compare(departments: frozenset[int], first: dt.date) -> list[Difference]:
    """What differs in a block; the departments are held, so that nothing moves between the count and the look."""
    house = next(iter(rollups.lock(departments).values()))
    scope = rollups.whole(departments, first)
    mine = Q(department__in=departments)
    days = mine & Q(local_date__range=(first, first + rollups.BLOCK - rollups.DAY))
    weeks = mine & Q(week_start__in=scope.firsts["week"])
    cells = {
        row[2:7]: dict(zip(COUNTED, row[7:], strict=True)) | {"organisation": row[0], "week_start": row[1]}
        for row in rollups.counted_cells(house, scope)
    }
    stored = _stored(DailySum.objects.filter(days), CELL, "organisation", "week_start")
    found = list(_unlike("cell", stored, cells))
    made = rollups.counted_details(scope)
    counted = _details(house, made)
    found.extend(_unlike("detail", _kept(WeeklyDetail.objects.filter(weeks), WEEK_CELL), counted))
    kept = _kept(DepartmentDetail.objects.filter(weeks), DEPARTMENT_WEEK)
    found.extend(_unlike("department", kept, _details(house, details.together(made.items(), len(DEPARTMENT_WEEK)))))
    for span, firsts in scope.firsts.items():
        begun = Q(span=span, local_date__in=firsts)
        of_departments = _of_spans(house, departments, ("department",), span, firsts)
        found.extend(_unlike("span", _spans(SpanSum.objects.filter(mine & begun), ("department",)), of_departments))
        if span != "day":
            of_slices = _of_spans(house, departments, SLICE, span, firsts)
            found.extend(_unlike("slice", _spans(SliceSum.objects.filter(mine & begun), SLICE), of_slices))
    return found


def _details(house: House, made: Mapping[tuple[Any, ...], details.Detail]) -> Counted:
    return {
        key: _flat(detail.documents(), organisation=house.pk, oldest=detail.oldest, newest=detail.newest)
        for key, detail in made.items()
    }


def _kept(rows: Any, keys: tuple[str, ...]) -> Counted:
    """Stored documents by these keys."""
    facts = ("organisation", "oldest", "newest")
    found: Counted = {}
    for row in rows.values_list(*keys, *facts, *details.KINDS):
        about, documents = row[len(keys) : len(keys) + 3], row[len(keys) + 3 :]
        held = dict(zip(details.KINDS, documents, strict=True))
        found[row[: len(keys)]] = _flat(held, **dict(zip(facts, about, strict=True)))
    return found


def _of_spans(
    house: House, departments: frozenset[int], whose: tuple[str, ...], span: str, firsts: frozenset[dt.date]
) -> Counted:
    """The rows of spans that their calls make. A month that two blocks share is compared twice."""
    counted: Counted = {}
    width = len(whose)
    for first, last in rollups.runs(span, firsts):
        calls = Call.objects.filter(department__in=departments, local_date__range=(first, last)).counting()
        keys = whose if span == "month" else (*whose, "local_date" if span == "day" else "week_start")
        rows = counting.counted(calls, keys, COUNTED, house.hours).annotate(last=Max("local_date"))
        for row in rows.values_list(*keys, "last", *(f"all_{name}" for name in COUNTED)):
            start, last_day = row[width] if span != "month" else first, row[len(keys)]
            parts = dict(zip(COUNTED, row[len(keys) + 1 :], strict=True))
            facts = {"organisation": house.pk, "week_start": rollups.monday(start), "newest": last_day}
            counted[*row[:width], span, start] = parts | facts
    return counted


def _spans(rows: Any, whose: tuple[str, ...]) -> Counted:
    return _stored(rows, (*whose, "span", "local_date"), "organisation", "week_start", "newest")


def _stored(rows: Any, keys: tuple[str, ...], *more: str) -> Counted:
    columns = (*COUNTED, *more)
    width = len(keys)
    return {row[:width]: dict(zip(columns, row[width:], strict=True)) for row in rows.values_list(*keys, *columns)}


def _flat(documents: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    return facts | dict(_leaves(documents))


def _leaves(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The numbers of a document by their path: "items / greeting.own_name / 100"."""
    for key, value in document.items():
        name = f"{path} / {key}" if path else key
        if isinstance(value, Mapping):
            yield from _leaves(value, name)
        else:
            yield name, value


def _unlike(
    table: str,
    stored: Mapping[tuple[Any, ...], Mapping[str, Any]],
    counted: Mapping[tuple[Any, ...], Mapping[str, Any]],
) -> Iterable[Difference]:
    for key in sorted(stored.keys() | counted.keys(), key=str):
        there, here = stored.get(key), counted.get(key)
        if there is None or here is None:
            yield Difference(table, key, "row", None if there is None else "there", None if here is None else "there")
            continue
        for column in sorted(there.keys() | here.keys()):
            if there.get(column) != here.get(column):
                yield Difference(table, key, column, there.get(column), here.get(column))
