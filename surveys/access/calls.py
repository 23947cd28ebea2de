"""Doors to calls and what belongs to them."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from surveys.models import AuditEntry, Call, Conflict, Organisation, User
from surveys.querysets import CHECKS_CALLS, CallQuerySet, standing

from .base import REVIEWERS, one_or_404

if TYPE_CHECKING:
    from django.db.models import QuerySet


def visible_calls(user: User) -> CallQuerySet:
    return Call.objects.for_user(user)


def call_or_404(user: User, pk: int) -> Call:
    call: Call = one_or_404(visible_calls(user).with_names(), pk=pk)
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


def own_calls(user: User, organisation: Organisation) -> CallQuerySet:
    return visible_calls(user).own(user).filter(organisation=organisation).with_names()


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
    return one_or_404(open_conflicts(user, call), pk=pk)


def may_see_evaluator(user: User, call: Call) -> bool:
    """Managers and analysts never learn who made a call."""
    return call.evaluator_id == user.pk or standing(user).has(call.organisation_id, *CHECKS_CALLS)


def may_decide(user: User, call: Call) -> bool:
    return call.evaluator_id != user.pk and standing(user).has(call.organisation_id, *REVIEWERS)


def history(user: User, call: Call) -> "QuerySet[AuditEntry]":
    """The steps of a call that the user may see; the actors' names only to those who may know them."""
    return AuditEntry.objects.of(call_or_404(user, call.pk)).select_related("actor")
