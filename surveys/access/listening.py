"""Doors to what is heard again: recordings, second scorings, calibration sessions and gold calls."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from surveys.models import AuditEntry, Call, Organisation, Recording, User
from surveys.querysets import CHECKS_CALLS, standing

from .base import COORDINATORS, one_or_404
from .calls import call_or_404
from .planning import evaluators

if TYPE_CHECKING:
    from django.db.models import QuerySet


def heard_call_or_404(user: User, pk: int) -> Call:
    """A call by somebody who may hear it: its evaluator, and those who check. It does not exist for those who read it only."""
    call = call_or_404(user, pk)
    if call.evaluator_id != user.pk and not standing(user).has(call.organisation_id, *CHECKS_CALLS):
        raise Http404
    return call


def recording_of(user: User, call: Call) -> Recording | None:
    """What was heard in the call, erased or not: its own recording, or the one that it is a scoring of."""
    heard = Q(call=call) | Q(heard_in__call=call)
    recordings = Recording.objects.for_user(user).filter(heard).select_related("uploaded_by", "organisation")
    found: Recording | None = recordings.first()
    return found


def playable_or_404(user: User, call: Call, at: dt.datetime) -> Recording:
    """The same, if it can be played at this moment."""
    recording = recording_of(user, call)
    if recording is None:
        raise Http404
    return one_or_404(Recording.objects.playable_on(_day(call.organisation, at)), pk=recording.pk)


def is_playable(recording: Recording, at: dt.datetime) -> bool:
    return Recording.objects.playable_on(_day(recording.organisation, at)).filter(pk=recording.pk).exists()


def recording_to_erase_or_404(user: User, call: Call) -> Recording:
    """For those who coordinate: 403 for others who may hear it. Whether it may be played does not matter here."""
    recording = recording_of(user, call)
    if recording is None:
        raise Http404
    if not standing(user).has(call.organisation_id, *COORDINATORS):
        raise PermissionDenied
    return recording


def colleagues(user: User, organisation: Organisation) -> list[User]:
    """The other evaluators of the organisation, by name."""
    return [other for other in evaluators(organisation) if other.pk != user.pk]


def listens(user: User, recording: Recording) -> "QuerySet[AuditEntry]":
    """Who listened and when, the latest first; to those who check."""
    if not standing(user).has(recording.organisation_id, *CHECKS_CALLS):
        return AuditEntry.objects.none()
    return AuditEntry.objects.of(recording).filter(action="listened").select_related("actor").order_by("-at", "-pk")


def _day(organisation: Organisation, at: dt.datetime) -> dt.date:
    return at.astimezone(organisation.zone).date()
