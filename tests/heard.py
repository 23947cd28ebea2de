"""What tests of recordings share: a tiny sound, an organisation that may record, and work that is scored by ear."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from surveys import recordings, workflow
from surveys.models import Assignment, Call, Clearance, GoldCall, Organisation, User, Wave
from tests.people import valid_answers

DAY = dt.timedelta(days=1)
# Half a millisecond of telephone sound.
WAV = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0" + b"\0\1" * 4


def allow_recordings(org: Organisation, days: int = 90) -> Clearance:
    """The paper, the days and the switch."""
    org.recordings_on, org.recording_days = True, days
    org.save(update_fields=["recordings_on", "recording_days"])
    paper: Clearance = Clearance.objects.create(
        organisation=org, kind="recording", dated_on=dt.date(2026, 1, 5), document="OR-7", given_by="De OR"
    )
    return paper


def fresh(call: Call) -> Call:
    found: Call = Call.objects.with_names().get(pk=call.pk)
    return found


def add_recording(call: Call, by: User, content: bytes = WAV) -> Call:
    recordings.add(call=call, chunks=[content], by=by, coordinates=True, at=timezone.now())
    return fresh(call)


def score(assignment: Assignment | None, at: dt.datetime, *, submit: bool = True, **changes: Any) -> Call:
    """The assignment's evaluator opens its form, answers, and hands it in."""
    assert assignment is not None
    assignment = Assignment.objects.with_names().get(pk=assignment.pk)
    user = User.objects.get(pk=assignment.evaluator_id)
    call = workflow.open_call(
        by=user, wave=assignment.wave, department=assignment.department, scenario=assignment.scenario, called_at=at,
        client_id=uuid.uuid4(), at=at, assignment=assignment,
    )  # fmt: skip
    answers = valid_answers(assignment.scenario.facts, **changes)
    workflow.save_answers(call=call, by=user, changes=answers, base_revision=0, at=at)
    if submit:
        workflow.submit(call=call, by=user, at=at)
    return fresh(call)


def make_gold(call: Call, by: User, at: dt.datetime) -> GoldCall:
    """A gold call in use, of the call's recording and answers."""
    made = workflow.make_gold(call=call, recording=call.recording, name="Burgerzaken 1", by=by, at=at)
    workflow.switch_gold(gold=made, on=True, by=by, at=at)
    found: GoldCall = GoldCall.objects.get(pk=made.pk)
    return found


def begin_session(call: Call, expert: User, *participants: User, by: User, at: dt.datetime) -> Any:
    return workflow.start_session(
        call=call, name="Maart", expert=expert, participants=participants, due_at=at + 3 * DAY, by=by, at=at
    )


def things_heard(org: Organisation, people: dict[str, User], call: Call) -> dict[str, Any]:
    """A recorded call, its second scoring, a session about it, and a gold call of it."""
    now = timezone.now()
    allow_recordings(org)
    Wave.objects.filter(pk=call.wave_id).update(second_share=100)
    recorded = add_recording(fresh(call), people["evaluator"])
    second = score(Assignment.objects.get(source_call=recorded), now)
    coordinator, other = people["coordinator"], people["other_evaluator"]
    gold = make_gold(recorded, coordinator, now)
    reviewer = people["reviewer"]
    session = begin_session(recorded, reviewer, other, by=coordinator, at=now)
    return {"recorded": recorded, "second": second, "gold": gold, "session": session}
