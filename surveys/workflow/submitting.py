"""Handing a call in: from the form, or whole from a device's queue or the API."""

import datetime as dt
import uuid
from typing import Any, Final

from django.db import transaction

from surveys import definition, marks
from surveys.call_checks import check_call
from surveys.definition import Answers, Definition, Facts
from surveys.models import Assignment, Call, Department, Scenario, User, Wave
from surveys.trail import record

from .copies import keep_copy
from .deciding import approve_now
from .drafting import change_facts, open_call
from .filling import SCORED_FIELDS, fill_from_answers, keep_promise
from .flagging import flag
from .fulfilling import finish, heard_at
from .marking import clean_changes, replace_answers, with_marks, without_marks
from .outcomes import AssignmentGone, Incomplete, NotNow, OutsideWave, Received, Stale
from .shared import facts_as_given, locked

# What handing in sets besides the scores.
HANDED_IN_FIELDS: Final = (
    "answers", "state", "submitted_at", "changed_at", "return_reason", "return_notes", "flags", "flag_count",
)  # fmt: skip


@transaction.atomic
def submit(*, call: Call, by: User, at: dt.datetime, revision: int | None = None) -> Received:
    """Hands the call in: validates, scores, and lets it approve itself where the organisation says so.

    Submitting what is already submitted is answered as `repeated`. Raises `Incomplete`, `Stale` (when `revision` is given
    and another device saved since) or `NotNow`.
    """
    call = locked(call, by)
    if revision is not None and revision != call.revision:
        raise Stale
    if call.state in {Call.State.SUBMITTED, Call.State.APPROVED}:
        return Received(call, "repeated")
    if not call.is_editable:
        raise NotNow
    if call.kind != Call.Kind.FIELD and call.assignment_id is None:
        # What was heard again is handed in for its assignment, or not at all: it would stand beside the one that is.
        raise AssignmentGone
    form = call.version.definition
    problems = check_call(form, call.answers, call.facts, called_at=call.called_at, zone=call.organisation.zone)
    if problems:
        raise Incomplete(problems)
    before = call.state
    call.answers = definition.relevant(form, call.answers, call.facts)
    fill_from_answers(call)
    flag(call, at=at)
    call.state, call.submitted_at, call.changed_at = Call.State.SUBMITTED, at, at
    call.return_reason, call.return_notes = "", {}
    call.save(update_fields=[*SCORED_FIELDS, *HANDED_IN_FIELDS])
    keep_promise(call)
    record(call, action="submitted", by=by, at=at, changes={"state": [before, call.state]})
    finish(call, by=by, at=at)
    if call.kind != Call.Kind.FIELD:
        # Nobody decides about what was heard again: it is compared, not counted.
        approve_now(call, by=None, at=at)
    elif call.organisation.self_approve:
        approve_now(call, by=None, at=at, reason="self-approved")
    return Received(call, "created")


@transaction.atomic
def receive(
    *,
    by: User,
    wave: Wave,
    department: Department,
    scenario: Scenario,
    called_at: dt.datetime,
    client_id: uuid.UUID,
    answers: Answers,
    at: dt.datetime,
    revision: int | None = None,
    assignment: Assignment | None = None,
) -> Received:
    """A whole call at once, from a device's queue or the API.

    The same content under a known id is `repeated`. Other content under the id of a submitted call, or of another wave, is
    `conflict`: it is kept beside the stored copy. A draft under that id is replaced; what it said otherwise is kept as a
    copy too, unless the sender had seen it (`revision`). Raises `Incomplete` or `OutsideWave` and then stores nothing.
    """
    known = Call.objects.filter(client_id=client_id, evaluator=by).with_names().first()
    fixed = _fixed_moment(known, assignment)
    if fixed is None and not wave.takes(called_at, wave.organisation.zone):
        raise OutsideWave(wave)
    called_at = fixed or called_at
    # Checked before anything is stored, against the version that the call is bound to.
    call = known or open_call(
        by=by, wave=wave, department=department, scenario=scenario, called_at=called_at, client_id=client_id, at=at,
        assignment=assignment,
    )  # fmt: skip
    form = call.version.definition if call.wave_id == wave.pk else wave.version.definition
    complete = _complete(form, answers, scenario.facts, called_at=called_at, zone=wave.organisation.zone)
    call = locked(call, by)
    stored = with_marks(call) if marks.CODE in complete else call.answers
    given = facts_as_given(Call(wave=wave, department=department, scenario=scenario, called_at=called_at))
    if not call.is_editable or call.wave_id != wave.pk:
        if complete == stored and given == facts_as_given(call):
            return Received(call, "repeated")
        keep_copy(call, answers=complete, facts=given, by=by, at=at)
        return Received(call, "conflict")
    seen = revision == call.revision
    if (
        call.state == Call.State.RETURNED
        and not seen
        and definition.content_hash(without_marks(complete)) == call.content_hash
    ):
        # A late repeat of what was sent before the return does not undo the return.
        return Received(call, "repeated")
    if not seen and any(complete.get(code) != answer for code, answer in stored.items()):
        keep_copy(call, answers=stored, facts=facts_as_given(call), by=by, at=at)
    if given != facts_as_given(call):
        call = change_facts(call=call, by=by, department=department, scenario=scenario, called_at=called_at, at=at)
    replace_answers(call, complete, at=at)
    return submit(call=call, by=by, at=at)


def _fixed_moment(known: Call | None, assignment: Assignment | None) -> dt.datetime | None:
    """When a call was made that is heard again, whatever the device says; None for a call of one's own."""
    if known is not None:
        return known.called_at if known.kind != Call.Kind.FIELD else None
    return heard_at(assignment) if assignment is not None else None


def _complete(
    form: Definition, answers: Answers, facts: Facts, *, called_at: dt.datetime, zone: dt.tzinfo
) -> dict[str, Any]:
    """The answers as they would be stored; raises `Incomplete` naming all that is wrong with the shown ones."""
    cleaned, refused = clean_changes(form, answers)
    timeline = cleaned.pop(marks.CODE, None)
    wrong_marks = refused.pop(marks.CODE, None)
    whole = {**cleaned, **{code: answers[code] for code in refused}}
    problems = check_call(form, whole, facts, called_at=called_at, zone=zone)
    if problems or wrong_marks:
        raise Incomplete([*problems, *filter(None, [wrong_marks])])
    complete = {code: whole[code] for code in definition.relevant(form, whole, facts)}
    return {**complete, marks.CODE: timeline} if timeline else complete
