"""Doors to departments, members, checklists, waves, imports and tokens."""

import datetime as dt
from typing import TYPE_CHECKING

from surveys.models import (
    ApiToken,
    Checklist,
    ChecklistVersion,
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
from surveys.querysets import DepartmentQuerySet, PhraseQuerySet, ScenarioQuerySet, WaveQuerySet

from .base import one_or_404

if TYPE_CHECKING:
    from django.db.models import QuerySet


def visible_departments(user: User, organisation: Organisation | None = None) -> DepartmentQuerySet:
    departments = Department.objects.for_user(user)
    return departments if organisation is None else departments.filter(organisation=organisation)


def reported_departments(user: User, organisation: Organisation) -> "QuerySet[Department]":
    """Departments whose figures this person may read."""
    return Department.objects.reported_to(user).filter(organisation=organisation)


def reported_department_or_404(user: User, organisation: Organisation, pk: int) -> Department:
    return one_or_404(reported_departments(user, organisation), pk=pk)


def department_or_404(user: User, organisation: Organisation, pk: int) -> Department:
    """A department to set up; the caller has already asked for the administrator's role."""
    department: Department = one_or_404(visible_departments(user, organisation), pk=pk)
    return department


def members(user: User, organisation: Organisation) -> "QuerySet[Membership]":
    return Membership.objects.for_user(user).filter(organisation=organisation).select_related("user")


def member_or_404(user: User, organisation: Organisation, pk: int) -> Membership:
    return one_or_404(members(user, organisation), pk=pk)


def invitations(user: User, organisation: Organisation) -> "QuerySet[Invitation]":
    return Invitation.objects.for_user(user).filter(organisation=organisation)


def invitation_or_404(user: User, organisation: Organisation, pk: int) -> Invitation:
    return one_or_404(invitations(user, organisation), pk=pk)


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
    scenarios = scenarios.in_order()
    return scenarios if organisation is None else scenarios.filter(organisation=organisation)


def scenario_or_404(user: User, organisation: Organisation, pk: int) -> Scenario:
    scenario: Scenario = one_or_404(visible_scenarios(user, organisation), pk=pk)
    return scenario


def visible_waves(user: User, organisation: Organisation | None = None) -> WaveQuerySet:
    waves = Wave.objects.for_user(user)
    return waves if organisation is None else waves.filter(organisation=organisation)


def wave_or_404(user: User, organisation: Organisation, pk: int) -> Wave:
    wave: Wave = one_or_404(visible_waves(user, organisation), pk=pk)
    return wave


def visible_checklists(user: User, organisation: Organisation | None = None) -> "QuerySet[Checklist]":
    checklists = Checklist.objects.for_user(user)
    return checklists if organisation is None else checklists.filter(organisation=organisation)


def visible_versions(user: User, organisation: Organisation | None = None) -> "QuerySet[ChecklistVersion]":
    versions = ChecklistVersion.objects.for_user(user).select_related("checklist")
    return versions if organisation is None else versions.filter(checklist__organisation=organisation)


def version_or_404(user: User, organisation: Organisation, pk: int) -> ChecklistVersion:
    return one_or_404(visible_versions(user, organisation), pk=pk)


def visible_phrases(user: User, organisation: Organisation) -> PhraseQuerySet:
    return Phrase.objects.for_user(user).filter(organisation=organisation)


def import_or_404(user: User, organisation: Organisation, pk: int) -> ImportRun:
    return one_or_404(visible_imports(user, organisation), pk=pk)


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
    return one_or_404(own_tokens(user), pk=pk)
