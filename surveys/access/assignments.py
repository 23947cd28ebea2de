"""Doors to assignments. An evaluator sees their own; those who plan see all, and alone learn what an assignment is for."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext as _

from surveys.models import Assignment, AssignmentGroup, AuditEntry, Call, Department, Organisation, Scenario, User, Wave
from surveys.querysets import AssignmentQuerySet, standing

from .base import COORDINATORS, one_or_404

if TYPE_CHECKING:
    from django.db.models import QuerySet

HELD = ("offered", "accepted")


def _with_call(assignments: AssignmentQuerySet) -> AssignmentQuerySet:
    """With all that a line tells: what is heard again, and the draft that was begun."""
    names = ("department", "scenario", "wave", "evaluator", "organisation", "group")
    sources = ("source_call", "gold", "session__source_call")
    heavy = ("answers", "answer_revisions", "item_points")
    calls = [f"{source}__{name}" for source in ("source_call", "session__source_call") for name in heavy]
    found = assignments.select_related(*names, *sources).defer("gold__answers", *calls)
    told: AssignmentQuerySet = found.annotate(call_key=F("call__pk"), call_state=F("call__state"))
    return told


def own_assignments(user: User, organisation: Organisation) -> AssignmentQuerySet:
    """What this evaluator was offered or has accepted, in waves that go on; the first to end first. Expired ones too."""
    own = Assignment.objects.for_user(user).own(user).filter(organisation=organisation, state__in=HELD)
    return _with_call(_within_token(user, own)).exclude(wave__state="closed").order_by("until", "pk")


def api_assignments(user: User, organisation: Organisation | None) -> AssignmentQuerySet:
    """The user's own in every state but those that were never handed out."""
    own = Assignment.objects.for_user(user).own(user).exclude(state="planned")
    own = own if organisation is None else own.filter(organisation=organisation)
    return _with_call(_within_token(user, own))


def _within_token(user: User, assignments: AssignmentQuerySet) -> AssignmentQuerySet:
    only = standing(user).only_departments
    return assignments if only is None else assignments.filter(department__in=only)


def assignment_or_404(user: User, pk: int) -> Assignment:
    """Visible to its evaluator once it was handed out, and to those who plan."""
    handed_out = ~Q(state="planned") | Q(organisation__in=standing(user).with_any(COORDINATORS))
    known = _within_token(user, Assignment.objects.for_user(user).filter(handed_out))
    found: Assignment = one_or_404(_with_call(known), pk=pk)
    return found


def own_assignment_or_404(user: User, pk: int) -> Assignment:
    """The user's own; 403 for those who plan it and do not make it."""
    assignment = assignment_or_404(user, pk)
    if assignment.evaluator_id != user.pk:
        raise PermissionDenied(_("Only its evaluator makes this call."))
    return assignment


def fitting_assignment(
    user: User, *, wave: Wave, department: Department, scenario: Scenario, meant: int = 0
) -> Assignment | None:
    """An assignment of the user's own that a call like this one would fulfil, not begun yet."""
    own = own_assignments(user, wave.organisation).filter(wave=wave, department=department, scenario=scenario)
    # Of several alike, the one that the device meant.
    own = own.filter(purpose="field", call=None).order_by(Case(When(pk=meant, then=0), default=1), "until", "pk")
    found: Assignment | None = own.first()
    return found


def earlier_calls(user: User, assignment: Assignment) -> list[Call]:
    """What a real repeat caller would remember: the calls of the same chain that were made before, the first one first."""
    group = assignment.group
    if group is None or group.kind != AssignmentGroup.Kind.CHAIN or assignment.evaluator_id != user.pk:
        return []
    made = Call.objects.filter(assignment__group=group, assignment__position__lt=assignment.position, kind="field")
    made = made.exclude(state__in=["draft", "voided"]).select_related("callback", "department", "organisation")
    return list(made.prefetch_related("callback__events").defer("answers", "item_points").order_by("called_at", "pk"))


def earlier_to_make(assignment: Assignment) -> int:
    """How many calls of the same chain should be made before this one, and were not yet."""
    group = assignment.group
    if group is None or group.kind != AssignmentGroup.Kind.CHAIN:
        return 0
    before = Assignment.objects.open().filter(group=group, position__lt=assignment.position)
    return before.exclude(call__state__in=["submitted", "approved", "returned"]).count()


def wave_assignments(user: User, wave: Wave) -> AssignmentQuerySet:
    """All of a wave, for those who plan it."""
    if not standing(user).has(wave.organisation_id, *COORDINATORS):
        raise PermissionDenied
    return _with_call(Assignment.objects.for_user(user).filter(wave=wave)).order_by("until", "pk")


def assignment_history(user: User, assignments: "list[Assignment]") -> "QuerySet[AuditEntry]":
    """The steps of these assignments, the first one first; for those who plan."""
    keys = [each.pk for each in assignments if standing(user).has(each.organisation_id, *COORDINATORS)]
    entries = AuditEntry.objects.filter(subject="assignment", subject_id__in=keys)
    return entries.select_related("actor").order_by("at", "pk")


def knows_purpose(user: User, assignment: Assignment) -> bool:
    """Never its own evaluator, whatever else that person is."""
    return assignment.evaluator_id != user.pk and standing(user).has(assignment.organisation_id, *COORDINATORS)


def is_evaluator(user: User) -> bool:
    """Anywhere."""
    return bool(standing(user).with_any({"evaluator"}))
