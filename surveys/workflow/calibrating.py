"""Calibration sessions: several evaluators score one recording, blind, beside an expert; never in results."""

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from surveys.models import Assignment, CalibrationSeat, CalibrationSession, Call, Recording, User, Wave
from surveys.refused import Refused
from surveys.trail import record

from . import assigning
from .outcomes import AssignmentError

MOST_SEATS: Final = 40


@transaction.atomic
def start(
    *,
    call: Call,
    name: str,
    expert: User,
    participants: Collection[User],
    due_at: dt.datetime,
    by: User,
    at: dt.datetime,
) -> CalibrationSession:
    """Gives everybody, the expert too, the recording of the call to score until `due_at`."""
    recording = Recording.objects.playable_on(at.astimezone(call.organisation.zone).date()).filter(call=call).first()
    if recording is None:
        raise Refused(_("This call has no recording that can be played now."))
    if call.wave.state != Wave.State.OPEN:
        raise Refused(_("The call's wave is not open, so nobody could hand anything in."))
    if due_at <= at:
        raise Refused(_("This moment has passed."), field="due_at")
    scorers = {user.pk: user for user in (*participants, expert)}
    if len(scorers) < 2 or len(scorers) > MOST_SEATS:
        words = _("Choose at least one participant besides the expert, and at most %(most)s in all.")
        raise Refused(words % {"most": MOST_SEATS}, field="participants")
    if call.evaluator_id in scorers:
        raise Refused(_("%(name)s made this call and knows its answers.") % {"name": call.evaluator})
    session: CalibrationSession = CalibrationSession.objects.create(
        organisation=call.organisation, name=name, wave=call.wave, source_call=call, expert=expert,
        due_at=due_at, made_by=by, made_at=at,
    )  # fmt: skip
    CalibrationSeat.objects.bulk_create(CalibrationSeat(session=session, evaluator=user) for user in scorers.values())
    Assignment.objects.bulk_create(_work(session, recording, user, at=at) for user in scorers.values())
    seated = sorted(scorers)
    record(
        session, action="session started", by=by, at=at, changes={"seats": [[], seated], "expert": [None, expert.pk]}
    )
    return session


def _work(session: CalibrationSession, recording: Recording, user: User, *, at: dt.datetime) -> Assignment:
    call = session.source_call
    return Assignment(
        organisation=session.organisation,
        wave=session.wave,
        department_id=call.department_id,
        scenario_id=call.scenario_id,
        evaluator=user,
        state=Assignment.State.OFFERED,
        purpose=Assignment.Purpose.CALIBRATION,
        session=session,
        recording=recording,
        starts_at=at,
        until=session.due_at,
        created_at=at,
        changed_at=at,
    )


@transaction.atomic
def close(*, session: CalibrationSession, by: User, at: dt.datetime) -> None:
    """Shows what is in, without those who are still missing; what they had still to do is cancelled."""
    # The work before the session, as when a scoring is handed in.
    for assignment in Assignment.objects.open().filter(session=session).with_names().order_by("pk"):
        with suppress(AssignmentError):  # It was handed in at this very moment.
            assigning.cancel(assignment=assignment, by=by, reason=_("The calibration session was closed."), at=at)
    still_open = CalibrationSession.objects.filter(pk=session.pk, state=CalibrationSession.State.OPEN)
    if not still_open.update(state=CalibrationSession.State.CLOSED, closed_at=at):
        raise Refused(_("This session is closed already."))
    record(session, action="session closed", by=by, at=at)
