"""Doors to what departments say about approved calls: appeals, and what they have read."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from surveys.models import Acknowledgement, Appeal, AuditEntry, Call, Callback, Membership, Organisation, User
from surveys.querysets import AppealQuerySet, CallbackQuerySet, CallQuerySet, standing

from .base import MANAGERS, REVIEWERS, one_or_404
from .calls import call_or_404, visible_calls

if TYPE_CHECKING:
    from django.db.models import QuerySet

APPEAL_READERS = REVIEWERS | MANAGERS
# Older calls no longer ask to be read: whoever becomes a manager does not begin with years of them.
UNREAD_FOR = dt.timedelta(days=60)


def visible_appeals(user: User, organisation: Organisation | None = None) -> AppealQuerySet:
    appeals: AppealQuerySet = Appeal.objects.for_user(user)
    return appeals if organisation is None else appeals.filter(call__organisation=organisation)


def appeal_or_404(user: User, pk: int) -> Appeal:
    appeal: Appeal = one_or_404(visible_appeals(user).with_names(), pk=pk)
    return appeal


def appeal_to_decide_or_404(user: User, pk: int) -> Appeal:
    """For those who check calls; never one's own appeal, nor one about one's own call (that one does not show at all)."""
    appeal = appeal_or_404(user, pk)
    if not standing(user).has(appeal.call.organisation_id, *REVIEWERS):
        raise PermissionDenied
    if appeal.raised_by_id == user.pk:
        raise PermissionDenied(_("Another person decides about your appeal."))
    return appeal


def own_appeal_or_404(user: User, pk: int) -> Appeal:
    appeal = appeal_or_404(user, pk)
    if appeal.raised_by_id != user.pk:
        raise PermissionDenied
    return appeal


def appeals_of(user: User, call: Call) -> "QuerySet[Appeal]":
    """The appeals against one call that this person may read, the latest first."""
    return visible_appeals(user).filter(call=call).order_by("-raised_at", "-pk")


def open_appeals(user: User, organisation: Organisation) -> AppealQuerySet:
    """Those that this person may have to decide; another's part in it is looked at when they do."""
    return visible_appeals(user, organisation).open().exclude(raised_by=user)


def managed_call_or_404(user: User, pk: int) -> Call:
    """An approved call of a department that the user manages; 403 for those who see it otherwise."""
    call = call_or_404(user, pk)
    if not manages(user, call) or call.state != Call.State.APPROVED:
        raise PermissionDenied
    return call


def call_to_appeal_or_404(user: User, pk: int) -> Call:
    call = managed_call_or_404(user, pk)
    if call.evaluator_id == user.pk:
        raise PermissionDenied
    return call


def manages(user: User, call: Call) -> bool:
    return call.department_id in standing(user).managed


def may_read_appeals(user: User, call: Call) -> bool:
    """Whether the words of an appeal in a call's history are for this person: not for those who only read figures."""
    return manages(user, call) or call.evaluator_id == user.pk or checks(user, call)


def checks(user: User, call: Call) -> bool:
    """Whether they may know what is for those who check: never of one's own call, whatever else one is."""
    return call.evaluator_id != user.pk and standing(user).has(call.organisation_id, *REVIEWERS)


# --- an evaluator's own work -------------------------------------------------------------------------------------------


def own_made(user: User, organisation: Organisation, since: dt.datetime) -> CallQuerySet:
    """The calls that the user made and handed in since a moment, whatever became of them."""
    made = visible_calls(user).own(user).filter(organisation=organisation, kind="field", called_at__gte=since)
    return made.exclude(submitted_at=None)


def own_steps(user: User, organisation: Organisation, since: dt.datetime) -> "QuerySet[AuditEntry]":
    """When those calls were handed in and returned."""
    made = own_made(user, organisation, since).values("pk")
    return AuditEntry.objects.filter(subject="call", subject_id__in=made, action__in=["submitted", "returned"])


def own_promises(user: User, organisation: Organisation, since: dt.datetime) -> CallbackQuerySet:
    """The promises made in them that stand."""
    made: CallbackQuerySet = Callback.objects.filter(call__in=own_made(user, organisation, since).values("pk"))
    return made.of_field_calls()


# --- what departments have read ---------------------------------------------------------------------------------------


def department_calls(user: User, organisation: Organisation) -> CallQuerySet:
    """The approved calls of the departments that the user manages."""
    mine = standing(user).managed
    counting = visible_calls(user).filter(organisation=organisation, department__in=mine)
    return counting.filter(state="approved", kind="field").with_names()


def unread_since(organisation: Organisation, at: dt.datetime) -> dt.date:
    return at.astimezone(organisation.zone).date() - UNREAD_FOR


def unread_calls(user: User, organisation: Organisation, at: dt.datetime) -> CallQuerySet:
    calls: CallQuerySet = Call.objects.filter(organisation=organisation)
    return calls.unread_by(user, since=unread_since(organisation, at))


def own_readings(user: User, calls: Iterable[Call]) -> "QuerySet[Acknowledgement]":
    return Acknowledgement.objects.filter(by=user, call__in=list(calls))


def readings_of(user: User, call: Call) -> "QuerySet[Acknowledgement]":
    """Who has read a call, with their notes: for those who check, and the department's managers among themselves."""
    return Acknowledgement.objects.for_user(user).filter(call=call).select_related("by").order_by("at", "pk")


def managers(user: User, organisation: Organisation) -> "QuerySet[Membership]":
    """Who manages which departments, for coordinators who look after the reading."""
    found = Membership.objects.active().filter(organisation=organisation, role="manager", user__is_active=True)
    visible = standing(user).has(organisation.pk, "administrator", "coordinator")
    return found.select_related("user").prefetch_related("departments") if visible else found.none()
