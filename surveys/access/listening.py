"""Doors to what is heard again: recordings, second scorings, calibration sessions and gold calls."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404

from surveys.models import (
    Assignment,
    AuditEntry,
    CalibrationSeat,
    CalibrationSession,
    Call,
    GoldCall,
    Organisation,
    Recording,
    User,
    Wave,
)
from surveys.querysets import CHECKS_CALLS, CallQuerySet, standing

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
    found: Recording = one_or_404(Recording.objects.playable_on(_day(call.organisation, at)), pk=recording.pk)
    return found


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


# --- what is scored blind ---------------------------------------------------------------------------------------------


def kind_told(user: User, call: Call) -> str:
    """The kind of a call as this reader is told it: who scores a recording does not learn what for."""
    is_blind = call.kind in {Call.Kind.SECOND, Call.Kind.GOLD}
    knows = call.evaluator_id != user.pk and standing(user).has(call.organisation_id, *CHECKS_CALLS)
    return "listening" if is_blind and not knows else call.kind


def exportable_calls(user: User) -> CallQuerySet:
    """The calls that this reader sees, without those that they score blind themselves."""
    return Call.objects.for_user(user).openly_known_to(user)


def scored_pairs(user: User, wave: Wave) -> CallQuerySet:
    """Second scorings that are in, of first ones that count; to those who check. The one scored last comes first."""
    calls = Call.objects.for_user(user).openly_known_to(user).filter(wave=wave, kind="second", state="approved")
    names = ("second_of__evaluator", "evaluator", "department", "scenario", "version__checklist", "organisation")
    pairs = calls.filter(second_of__state="approved").select_related(*names).defer("version__document")
    return pairs.order_by("-submitted_at", "-pk")


def pair_or_404(user: User, organisation: Organisation, pk: int) -> Call:
    """The second scoring of a pair, for those who check."""
    if not standing(user).has(organisation.pk, *CHECKS_CALLS):
        raise PermissionDenied
    calls = Call.objects.for_user(user).filter(organisation=organisation, kind="second", state="approved")
    names = ("second_of__evaluator", "wave")
    found: Call = one_or_404(calls.with_names().select_related(*names), pk=pk)
    return found


def second_assignments(user: User, wave: Wave) -> "QuerySet[Assignment]":
    """What was given out to be scored a second time and still stands; to those who check."""
    if not standing(user).has(wave.organisation_id, *CHECKS_CALLS):
        raise PermissionDenied
    return Assignment.objects.filter(wave=wave, purpose="second").exclude(state__in=["cancelled", "handed_back"])


def pair_notes(user: User, wave: Wave) -> "QuerySet[AuditEntry]":
    """What was agreed about pairs of the wave, the latest first; to those who check."""
    if not standing(user).has(wave.organisation_id, *CHECKS_CALLS):
        raise PermissionDenied
    return AuditEntry.objects.of(wave).filter(action="pair discussed").select_related("actor").order_by("-at", "-pk")


# --- calibration and gold ---------------------------------------------------------------------------------------------


def calibrations(user: User, organisation: Organisation) -> "QuerySet[CalibrationSession]":
    sessions = CalibrationSession.objects.for_user(user).filter(organisation=organisation)
    return sessions.select_related("expert", "source_call__department", "organisation").order_by("-made_at", "-pk")


def calibration_or_404(user: User, organisation: Organisation, pk: int) -> CalibrationSession:
    return one_or_404(calibrations(user, organisation).select_related("wave", "source_call__scenario"), pk=pk)


def seats(user: User, session: CalibrationSession) -> list[CalibrationSeat]:
    """The places of a session that the user sees, the expert's first; what was scored only once the session is closed."""
    found = (
        CalibrationSeat.objects.filter(session=session).select_related("evaluator", "call").order_by("evaluator__name")
    )
    if not CalibrationSession.objects.for_user(user).filter(pk=session.pk).exists():
        return []
    return sorted(found, key=lambda seat: seat.evaluator_id != session.expert_id)


def gold_calls(user: User, organisation: Organisation) -> "QuerySet[GoldCall]":
    names = ("department", "scenario", "version__checklist", "recording__organisation", "organisation", "made_by")
    return GoldCall.objects.for_user(user).filter(organisation=organisation).select_related(*names)


def gold_or_404(user: User, organisation: Organisation, pk: int) -> GoldCall:
    return one_or_404(gold_calls(user, organisation).select_related("recording__call"), pk=pk)


def playable_gold_or_404(user: User, gold: GoldCall, at: dt.datetime) -> Recording:
    recording = gold.recording
    if recording is None or not is_playable(recording, at):
        raise Http404
    return recording


def gold_work(user: User, gold: GoldCall) -> "QuerySet[Assignment]":
    """To whom it was given, the latest first; for those who may see the gold call itself."""
    given = Assignment.objects.filter(gold__in=GoldCall.objects.for_user(user).filter(pk=gold.pk))
    return given.select_related("evaluator", "wave").order_by("-created_at", "-pk")


def gold_scorings(user: User, organisation: Organisation) -> CallQuerySet:
    """Every scoring of a gold call that is in, with the gold call; to those who check."""
    calls = Call.objects.for_user(user).openly_known_to(user)
    calls = calls.filter(organisation=organisation, kind="gold", state="approved", assignment__gold__isnull=False)
    names = ("assignment__gold", "evaluator", "scenario", "version__checklist")
    return calls.select_related(*names).defer("version__document").order_by("submitted_at", "pk")


def own_session_work(user: User, session: CalibrationSession) -> int | None:
    """The key of the user's own assignment in the session, as long as it is to be done."""
    own = Assignment.objects.for_user(user).own(user).filter(session=session, state__in=["offered", "accepted"])
    return own.values_list("pk", flat=True).first()


def calls_to_hear(user: User, organisation: Organisation, at: dt.datetime) -> CallQuerySet:
    """Approved calls with a recording that can be played now, the latest first: what was sent back is no example."""
    playable = Recording.objects.playable_on(_day(organisation, at)).for_user(user).filter(organisation=organisation)
    calls = Call.objects.for_user(user).filter(kind="field", recording__in=playable, state="approved")
    return calls.with_names().order_by("-called_at", "-pk")


def calls_to_know(user: User, organisation: Organisation, at: dt.datetime) -> CallQuerySet:
    """The same, and what experts answered in sessions that are closed: whose answers a gold call can begin with."""
    playable = Recording.objects.playable_on(_day(organisation, at)).for_user(user).filter(organisation=organisation)
    calls = Call.objects.for_user(user).filter(organisation=organisation)
    experts = Q(kind="calibration", state="approved", seat__session__expert=F("evaluator"))
    field = Q(kind="field", state__in=["submitted", "approved"], recording__in=playable)
    return (
        calls.filter(field | experts & Q(assignment__recording__in=playable)).with_names().order_by("-called_at", "-pk")
    )


def own_gold_scorings(user: User, organisation: Organisation) -> CallQuerySet:
    """The user's own, for figures of theirs that name no call."""
    calls = Call.objects.own(user).filter(organisation=organisation, kind="gold", state="approved")
    names = ("assignment__gold", "evaluator", "scenario", "version__checklist")
    return calls.filter(assignment__gold__isnull=False).select_related(*names).defer("version__document")


def own_pairs(user: User, organisation: Organisation) -> CallQuerySet:
    """Pairs of which the user made either side, for figures of theirs that name no call."""
    mine = Q(evaluator=user) | Q(second_of__evaluator=user)
    calls = Call.objects.filter(mine, organisation=organisation, kind="second", state="approved")
    names = ("second_of", "scenario", "version__checklist")
    return calls.filter(second_of__state="approved").select_related(*names).defer("version__document")
