"""The doors: every view and API view takes its objects from here, so no query can forget whose data it is.

A stranger gets 404 (the thing does not exist for them), a reader who may not do this gets 403.
Functions named `visible_*` return QuerySets; `*_or_404` return one object or raise.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from surveys.models import (
    ApiToken,
    AuditEntry,
    Call,
    Callback,
    Checklist,
    ChecklistVersion,
    Conflict,
    Department,
    ImportRun,
    Invitation,
    Membership,
    Organisation,
    Phrase,
    Scenario,
    User,
    Wave,
)
from surveys.querysets import (
    CHECKS_CALLS,
    READS_ALL,
    CallQuerySet,
    DepartmentQuerySet,
    PhraseQuerySet,
    ScenarioQuerySet,
    WaveQuerySet,
    standing,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

M = TypeVar("M", bound=Model)

ADMINISTRATORS = frozenset({"administrator"})
COORDINATORS = frozenset({"administrator", "coordinator"})
REVIEWERS = frozenset({"administrator", "coordinator", "reviewer"})
EVALUATORS = frozenset({"evaluator"})
FIGURE_READERS = READS_ALL | {"manager"}
EXPORTERS = frozenset({"administrator", "coordinator", "analyst"})


def signed_in(request: HttpRequest) -> User:
    """The user of a page that requires one (LoginRequiredMiddleware has seen to it)."""
    return cast("User", request.user)


def _one(queryset: "QuerySet[M]", **key: Any) -> M:
    found = queryset.filter(**key).first()
    if found is None:
        raise Http404
    return found


# --- organisations and roles ------------------------------------------------------------------------------------------


def visible_organisations(user: User) -> "QuerySet[Organisation]":
    return Organisation.objects.for_user(user).order_by("name")


def organisation_or_404(user: User, slug: str, roles: frozenset[str] | None = None) -> Organisation:
    """The organisation, if the user belongs to it; 403 when `roles` are asked for and none is held."""
    organisation: Organisation = _one(Organisation.objects.for_user(user), slug=slug)
    if roles is not None and not standing(user).has(organisation.pk, *roles):
        raise PermissionDenied
    return organisation


def has_role(user: User, organisation: Organisation, roles: frozenset[str]) -> bool:
    return standing(user).has(organisation.pk, *roles)


def roles_in(user: User, organisation: Organisation) -> frozenset[str]:
    return frozenset(standing(user).roles.get(organisation.pk, ()))


# --- departments, members, fieldwork ----------------------------------------------------------------------------------


def visible_departments(user: User, organisation: Organisation | None = None) -> DepartmentQuerySet:
    departments = Department.objects.for_user(user)
    return departments if organisation is None else departments.filter(organisation=organisation)


def reported_departments(user: User, organisation: Organisation) -> "QuerySet[Department]":
    """Departments whose figures this person may read."""
    return Department.objects.reported_to(user).filter(organisation=organisation)


def reported_department_or_404(user: User, organisation: Organisation, pk: int) -> Department:
    return _one(reported_departments(user, organisation), pk=pk)


def department_or_404(user: User, organisation: Organisation, pk: int) -> Department:
    """A department to set up; the caller has already asked for the administrator's role."""
    department: Department = _one(visible_departments(user, organisation), pk=pk)
    return department


def members(user: User, organisation: Organisation) -> "QuerySet[Membership]":
    return Membership.objects.for_user(user).filter(organisation=organisation).select_related("user")


def member_or_404(user: User, organisation: Organisation, pk: int) -> Membership:
    return _one(members(user, organisation), pk=pk)


def invitations(user: User, organisation: Organisation) -> "QuerySet[Invitation]":
    return Invitation.objects.for_user(user).filter(organisation=organisation)


def invitation_or_404(user: User, organisation: Organisation, pk: int) -> Invitation:
    return _one(invitations(user, organisation), pk=pk)


def waiting_invitations(user: User, organisation: Organisation) -> "QuerySet[Invitation]":
    """Those without an answer, expired ones too; oldest first."""
    waiting = invitations(user, organisation).filter(accepted_at=None, withdrawn_at=None)
    return waiting.order_by("created_at").prefetch_related("departments")


def open_invitation(secret_hash: str, at: dt.datetime) -> Invitation | None:
    """Whoever brings the secret is let in by its invitation, as long as that is open."""
    invitations = Invitation.objects.open_at(at).select_related("organisation", "invited_by")
    return invitations.filter(secret_hash=secret_hash).first()


def visible_scenarios(user: User, organisation: Organisation | None = None) -> ScenarioQuerySet:
    scenarios = Scenario.objects.for_user(user)
    return scenarios if organisation is None else scenarios.filter(organisation=organisation)


def scenario_or_404(user: User, organisation: Organisation, pk: int) -> Scenario:
    scenario: Scenario = _one(visible_scenarios(user, organisation), pk=pk)
    return scenario


def visible_waves(user: User, organisation: Organisation | None = None) -> WaveQuerySet:
    waves = Wave.objects.for_user(user)
    return waves if organisation is None else waves.filter(organisation=organisation)


def wave_or_404(user: User, organisation: Organisation, pk: int) -> Wave:
    wave: Wave = _one(visible_waves(user, organisation), pk=pk)
    return wave


def visible_checklists(user: User, organisation: Organisation | None = None) -> "QuerySet[Checklist]":
    checklists = Checklist.objects.for_user(user)
    return checklists if organisation is None else checklists.filter(organisation=organisation)


def visible_versions(user: User, organisation: Organisation | None = None) -> "QuerySet[ChecklistVersion]":
    versions = ChecklistVersion.objects.for_user(user).select_related("checklist")
    return versions if organisation is None else versions.filter(checklist__organisation=organisation)


def version_or_404(user: User, organisation: Organisation, pk: int) -> ChecklistVersion:
    return _one(visible_versions(user, organisation), pk=pk)


def visible_phrases(user: User, organisation: Organisation) -> PhraseQuerySet:
    return Phrase.objects.for_user(user).filter(organisation=organisation)


def import_or_404(user: User, organisation: Organisation, pk: int) -> ImportRun:
    return _one(visible_imports(user, organisation), pk=pk)


def visible_imports(user: User, organisation: Organisation) -> "QuerySet[ImportRun]":
    return ImportRun.objects.for_user(user).filter(organisation=organisation).defer("content")


def own_memberships(user: User) -> "QuerySet[Membership]":
    return Membership.objects.active().filter(user=user).select_related("organisation").prefetch_related("departments")


def own_tokens(user: User) -> "QuerySet[ApiToken]":
    return ApiToken.objects.for_user(user)


def kept_tokens(user: User) -> "QuerySet[ApiToken]":
    """The user's own that were not revoked, newest first; expired ones too."""
    return own_tokens(user).filter(revoked_at=None).prefetch_related("departments").order_by("-created_at")


def own_token_or_404(user: User, pk: int) -> ApiToken:
    return _one(own_tokens(user), pk=pk)


# --- calls ------------------------------------------------------------------------------------------------------------


def visible_calls(user: User) -> CallQuerySet:
    return Call.objects.for_user(user)


def call_or_404(user: User, pk: int) -> Call:
    call: Call = _one(visible_calls(user).with_names(), pk=pk)
    return call


def own_call_or_404(user: User, pk: int) -> Call:
    """The evaluator's own call, in any state; 403 for those who see it but did not make it."""
    call = call_or_404(user, pk)
    if call.evaluator_id != user.pk:
        raise PermissionDenied
    return call


def call_to_decide_or_404(user: User, pk: int) -> Call:
    """A call to approve, return or void: for reviewers, never one's own."""
    call = call_or_404(user, pk)
    if not standing(user).has(call.organisation_id, *REVIEWERS):
        raise PermissionDenied
    if call.evaluator_id == user.pk:
        raise PermissionDenied(_("Another person decides about your own call."))
    return call


def call_of_client(user: User, client_id: UUID) -> Call | None:
    """The user's own call under the id that their device made; None when it is new or another's."""
    return Call.objects.for_user(user).own(user).with_names().filter(client_id=client_id).first()


def calls_to_review(user: User, organisation: Organisation) -> CallQuerySet:
    return visible_calls(user).filter(organisation=organisation).waiting().with_names()


def calls_sent_back(user: User, organisation: Organisation) -> CallQuerySet:
    return visible_calls(user).filter(organisation=organisation).sent_back().with_names()


def calls_decided(user: User, organisation: Organisation) -> CallQuerySet:
    """The calls that this person decided about."""
    return visible_calls(user).filter(organisation=organisation).decided_by(user).with_names()


def next_to_decide(user: User, call: Call) -> Call | None:
    """The call that has waited longest, of those this person may decide about, other than this one."""
    return calls_to_review(user, call.organisation).exclude(evaluator=user).exclude(pk=call.pk).first()


def own_calls(user: User, organisation: Organisation) -> CallQuerySet:
    return visible_calls(user).own(user).filter(organisation=organisation).with_names()


def open_promises(user: User, organisation: Organisation) -> "QuerySet[Callback]":
    """Callbacks promised in the user's own calls of which nothing has been recorded yet, the first due first."""
    promises = Callback.objects.for_user(user).filter(
        call__evaluator=user, call__organisation=organisation, events=None
    )
    return promises.select_related("call__department").order_by("due_at", "pk")


def open_conflicts(user: User, call: Call) -> "QuerySet[Conflict]":
    """Copies of the user's own call that say something else and still wait for a choice."""
    return Conflict.objects.filter(call=call, call__evaluator=user, resolved_at=None).order_by("sent_at", "pk")


def own_conflicts(user: User, organisation: Organisation) -> "QuerySet[Conflict]":
    """The same for all of the user's own calls."""
    waiting = Conflict.objects.filter(
        call__in=visible_calls(user).own(user), call__organisation=organisation, resolved_at=None
    )
    return waiting.select_related("call__department").order_by("sent_at", "pk")


def open_conflict_or_404(user: User, call: Call, pk: int) -> Conflict:
    return _one(open_conflicts(user, call), pk=pk)


def may_see_evaluator(user: User, call: Call) -> bool:
    """Managers and analysts never learn who made a call."""
    return call.evaluator_id == user.pk or standing(user).has(call.organisation_id, *CHECKS_CALLS)


def may_decide(user: User, call: Call) -> bool:
    return call.evaluator_id != user.pk and standing(user).has(call.organisation_id, *REVIEWERS)


def history(user: User, call: Call) -> "QuerySet[AuditEntry]":
    """The steps of a call that the user may see; the actors' names only to those who may know them."""
    return AuditEntry.objects.of(call_or_404(user, call.pk)).select_related("actor")
