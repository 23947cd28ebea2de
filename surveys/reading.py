"""What departments have read of their approved calls: each manager's own, and for coordinators where calls lie unread."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from surveys import access
from surveys.models import Acknowledgement, Call, Department, Organisation, User
from surveys.querysets import with_descendants


@dataclass(frozen=True, slots=True)
class Line:
    """One call of a manager's list."""

    call: Call
    reading: Acknowledgement | None
    is_unread: bool


def lines(user: User, calls: Iterable[Call], organisation: Organisation, *, at: dt.datetime) -> list[Line]:
    calls = list(calls)
    read = {each.call_id: each for each in access.own_readings(user, calls)}
    since = access.unread_since(organisation, at)
    return [Line(call, read.get(call.pk), is_unread=call.pk not in read and call.local_date >= since) for call in calls]


@dataclass(frozen=True, slots=True)
class Unread:
    name: str
    unread: int


@dataclass(frozen=True, slots=True)
class DepartmentReading:
    """A department's recent approved calls, and how many of them each of its managers has still to read."""

    department: Department
    calls: int
    managers: tuple[Unread, ...]

    @property
    def is_behind(self) -> bool:
        return any(manager.unread for manager in self.managers)


def by_department(user: User, organisation: Organisation, *, at: dt.datetime) -> list[DepartmentReading]:
    """Departments with recent approved calls, those with the most unread first."""
    departments = {each.pk: each for each in access.visible_departments(user, organisation)}
    pairs = [(pk, each.parent_id) for pk, each in departments.items()]
    recent = access.visible_calls(user).filter(
        organisation=organisation, state="approved", kind="field", local_date__gte=access.unread_since(organisation, at)
    )
    totals = dict(recent.order_by().values_list("department").annotate(Count("pk")))
    read: Counter[tuple[int, int]] = Counter()
    rows = recent.order_by().filter(acknowledgements__isnull=False)
    for department, by, number in rows.values_list("department", "acknowledgements__by").annotate(Count("pk")):
        read[department, by] = number
    managers: dict[int, list[Unread]] = {}
    for membership in access.managers(user, organisation):
        for pk in with_descendants({each.pk for each in membership.departments.all()}, pairs):
            left = totals.get(pk, 0) - read[pk, membership.user_id]
            managers.setdefault(pk, []).append(Unread(str(membership.user), left))
    found = [
        DepartmentReading(departments[pk], number, tuple(sorted(managers.get(pk, ()), key=lambda each: each.name)))
        for pk, number in totals.items()
        if pk in departments
    ]
    return sorted(found, key=lambda each: (-max((m.unread for m in each.managers), default=0), each.department.name))
