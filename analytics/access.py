"""Who reads figures, and which: the door to every page, file and API answer of analytics.

A stranger gets 404, a member whose roles read no figures 403. What a `Reader` holds is all that reports are made of, so
no figure can be of a department that its reader may not see.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from analytics.models import Intervention, SpanSum
from surveys import access
from surveys.querysets import CHECKS_CALLS, READS_ALL, standing, with_descendants

if TYPE_CHECKING:
    from surveys.models import Call, ChecklistVersion, Department, Organisation, Scenario, User, Wave
    from surveys.querysets import CallQuerySet


T = TypeVar("T")


@dataclass(frozen=True)
class Reader:
    """A person reading one organisation's figures at one moment; loads what it needs once."""

    user: "User"
    organisation: "Organisation"
    at: dt.datetime
    _known: dict[Hashable, object] = field(default_factory=dict, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes, made once: several reports of one page rest on the same sums."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]  # type: ignore[return-value]

    @property
    def today(self) -> dt.date:
        return self.at.astimezone(self.organisation.zone).date()

    @cached_property
    def departments(self) -> "dict[int, Department]":
        """The departments whose figures this reader may see, by key, in order of name."""
        return {each.pk: each for each in access.reported_departments(self.user, self.organisation)}

    @cached_property
    def scenarios(self) -> "dict[int, Scenario]":
        return {each.pk: each for each in access.visible_scenarios(self.user, self.organisation)}

    @cached_property
    def waves(self) -> "dict[int, Wave]":
        return {each.pk: each for each in access.visible_waves(self.user, self.organisation)}

    @cached_property
    def published(self) -> "dict[int, ChecklistVersion]":
        """Checklist versions that calls may have been made on, newest first, without their documents."""
        versions = access.visible_versions(self.user, self.organisation).filter(state="published").defer("document")
        return {each.pk: each for each in versions.order_by("checklist", "-number")}

    @property
    def sees_calls(self) -> bool:
        """Whether this reader may see every single call that the figures rest on."""
        return self.smallest_group(self.departments) == 1

    @cached_property
    def opens_calls(self) -> bool:
        """Whether there are single calls that this reader may open."""
        return self.checks or standing(self.user).has(self.organisation.pk, "manager")

    @cached_property
    def checks(self) -> bool:
        """Whether this reader may see figures of single evaluators."""
        return standing(self.user).has(self.organisation.pk, *CHECKS_CALLS, "analyst")

    @cached_property
    def reads_all(self) -> bool:
        """Whether the figures of all departments are this reader's."""
        return standing(self.user).has(self.organisation.pk, *READS_ALL)

    @cached_property
    def oldest(self) -> dt.date | None:
        """The first day on which any call counts, of all that this reader may see."""
        days = SpanSum.objects.filter(department=OuterRef("pk"), span="day").order_by("local_date").values("local_date")
        # Department by department the index gives the first at once; of all together every day is looked at.
        mine = self.organisation.departments.filter(pk__in=self.departments)
        firsts = mine.order_by().values_list(Subquery(days[:1]), flat=True)
        return min(filter(None, firsts), default=None)

    @cached_property
    def interventions(self) -> tuple[Intervention, ...]:
        """What was changed on purpose in the departments of this reader, or in all at once; the oldest first."""
        mine = Q(department=None) | Q(department__in=self.departments)
        rows = Intervention.objects.filter(mine, organisation=self.organisation)
        return tuple(rows.select_related("created_by", "department").order_by("day", "pk"))

    @cached_property
    def coordinates(self) -> bool:
        return standing(self.user).has(self.organisation.pk, *access.COORDINATORS)

    @cached_property
    def marked_by_me(self) -> "dict[int, Department]":
        """The departments for which this reader may say that something was changed."""
        mine = standing(self.user).managed
        return {pk: each for pk, each in self.departments.items() if self.coordinates or pk in mine}

    def may_mark(self, department: int | None) -> bool:
        """Whether this reader may add or remove a marker of a department, or (`None`) of all at once."""
        return self.coordinates if department is None else department in self.marked_by_me

    def below(self, department: int) -> frozenset[int]:
        """A department with all below it, as far as this reader may see."""
        return self._below[department]

    @cached_property
    def _below(self) -> dict[int, frozenset[int]]:
        pairs = [(pk, each.parent_id) for pk, each in self.departments.items()]
        return {pk: frozenset(with_descendants({pk}, pairs)) for pk in self.departments}

    def smallest_group(self, departments: Iterable[int]) -> int:
        """The fewest calls a figure over these departments must rest on: 1 for those who may see the calls anyway."""
        mine = standing(self.user)
        if mine.has(self.organisation.pk, *CHECKS_CALLS, "analyst") or mine.managed.issuperset(departments):
            return 1
        return self.organisation.min_group_size

    def recent_calls(self, department: int, count: int) -> "list[Call]":
        """The newest counting calls of a department with all below it; none for those who read totals only."""
        mine = self.below(department)
        # A day that has a sum has a call: among so many of these days are the newest calls, however many there were.
        days = SpanSum.objects.filter(department__in=mine, span="day").order_by("-local_date")
        first = Coalesce(Subquery(days.values("local_date")[count - 1 : count]), Value(dt.date.min))
        calls = access.visible_calls(self.user).filter(department__in=mine, local_date__gte=first).counting()
        shown = calls.select_related("department").only("local_date", "fate", "score", "department__name")
        return list(shown.order_by("-local_date", "-called_at", "-pk")[:count])

    def calls(self, chosen: Q) -> "CallQuerySet":
        """The counting calls of a choice that this reader may open."""
        return access.visible_calls(self.user).filter(chosen).counting()

    def versions(self, keys: Iterable[int]) -> "list[ChecklistVersion]":
        return list(access.visible_versions(self.user, self.organisation).filter(pk__in=keys))


def reader_or_404(user: "User", slug: str, *, at: dt.datetime) -> Reader:
    """The reader of an organisation's figures: 404 for a stranger, 403 for a member who reads none."""
    organisation = access.organisation_or_404(user, slug, roles=access.FIGURE_READERS)
    return Reader(user=user, organisation=organisation, at=at)


def any_reader(user: "User", slug: str, *, at: dt.datetime) -> Reader | None:
    """The reader of the organisation that was looked at last, or of any other whose figures this person reads."""
    found = [each for each in access.own_organisations(user) if access.has_role(user, each, access.FIGURE_READERS)]
    chosen = next((each for each in found if each.slug == slug), None) or next(iter(found), None)
    return None if chosen is None else Reader(user=user, organisation=chosen, at=at)


def planner_or_404(user: "User", slug: str, *, at: dt.datetime) -> Reader:
    """The reader of what fieldwork takes: whoever plans it, and analysts; they may see every call that it rests on."""
    organisation = access.organisation_or_404(user, slug, roles=access.EXPORTERS)
    return Reader(user=user, organisation=organisation, at=at)


def department_or_404(reader: Reader, pk: int) -> "Department":
    """A department whose figures the reader may see."""
    if pk not in reader.departments:
        raise Http404
    return reader.departments[pk]


def marker_or_404(user: "User", slug: str, *, at: dt.datetime) -> Reader:
    """The reader who may mark what was changed: whoever coordinates, and managers for their departments."""
    organisation = access.organisation_or_404(user, slug, roles=access.COORDINATORS | access.MANAGERS)
    return Reader(user=user, organisation=organisation, at=at)


def intervention_or_404(reader: Reader, pk: int) -> Intervention:
    """One to remove: 404 where the reader does not see it, 403 where it is for others to remove."""
    found = next((each for each in reader.interventions if each.pk == pk), None)
    if found is None:
        raise Http404
    if not reader.may_mark(found.department_id):
        raise PermissionDenied
    return found


def watched_calls(user: "User", organisation: "Organisation") -> "CallQuerySet":
    """The counting calls that a person is told of one by one: of departments they manage, or all to those who check.

    Never their own: what became of these is for others to look after.
    """
    mine = standing(user)
    calls = access.visible_calls(user).filter(organisation=organisation).exclude(evaluator=user).counting()
    return calls if mine.has(organisation.pk, *CHECKS_CALLS) else calls.filter(department__in=mine.managed)
