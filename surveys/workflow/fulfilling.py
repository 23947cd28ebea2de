"""What ties a call to the assignment that it fulfils: the draft that is begun, the end, and letting go of it.

An assignment has one call at most. A call that is voided or thrown away lets go of it, so that it can be made anew.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from surveys.models import Assignment, CalibrationSeat, Call, Department, Scenario, User, Wave
from surveys.trail import record

from .outcomes import AssignmentDiffers, AssignmentGone
from .seats import close_when_full

HELD = (Assignment.State.OFFERED, Assignment.State.ACCEPTED)


def client_id_of(assignment: Assignment) -> uuid.UUID:
    """The id under which its evaluator's call is opened: the same on every device, until that call was thrown away.

    Nobody can guess it, so nobody can take it first.
    """
    for number in itertools.count():
        client_id = _numbered(assignment, number)
        if not Call.objects.filter(client_id=client_id, assignment=None).exists():
            return client_id
    raise AssertionError("unreachable")


def client_ids_of(assignments: Iterable[Assignment]) -> dict[int, uuid.UUID]:
    """The same of many, by key; only those of which a call was thrown away before are looked up one by one."""
    found = {each: _numbered(each, 0) for each in assignments}
    used = set(Call.objects.filter(client_id__in=found.values(), assignment=None).values_list("client_id", flat=True))
    return {each.pk: client_id_of(each) if first in used else first for each, first in found.items()}


def _numbered(assignment: Assignment, number: int) -> uuid.UUID:
    key = f"{assignment.pk}/{assignment.evaluator_id}/{number}"
    digest = salted_hmac("surveys.assignment", key, algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def locked_assignment(assignment: Assignment) -> Assignment:
    """As it is now; nobody else can change it until the transaction ends."""
    found: Assignment = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("source_call", "gold", "session__source_call")
        .with_names()
        .get(pk=assignment.pk)
    )
    return found


def hold(call: Call) -> None:
    """Locks the call's assignment, before the call itself is locked or changed: the order of every step.

    A call gets its assignment when it is opened, or never; it may have let go of it since it was read.
    """
    if call.assignment_id is not None:
        own = Call.objects.filter(pk=call.pk).values("assignment")
        list(Assignment.objects.select_for_update(no_key=True).filter(pk__in=own).order_by().values_list("pk"))


def source_of(assignment: Assignment) -> Call | None:
    """The call that is heard again; a gold call stands by itself."""
    return assignment.session.source_call if assignment.session else assignment.source_call


def heard_at(assignment: Assignment) -> dt.datetime | None:
    """When the call was made that is scored again; None for a call still to be made."""
    if not assignment.is_listening:
        return None
    if assignment.gold:
        return assignment.gold.called_at
    source = source_of(assignment)
    return source.called_at if source else None


def take_up(
    call: Call, assignment: Assignment, *, by: User, wave: Wave, department: Department, scenario: Scenario
) -> Call | None:
    """Prepares the unsaved `call` for its assignment, whose row is locked; hands back the call it has already, if any."""
    if assignment.evaluator_id != by.pk:
        raise AssignmentGone
    asked = (wave.pk, department.pk, scenario.pk)
    if asked != (assignment.wave_id, assignment.department_id, assignment.scenario_id):
        raise AssignmentDiffers
    known: Call | None = Call.objects.filter(assignment=assignment, evaluator=by).with_names().first()
    if known is not None:
        return known
    if assignment.state not in HELD:
        raise AssignmentGone
    call.assignment = assignment
    if assignment.is_listening:
        _copy_source(call, assignment)
    return None


def _copy_source(call: Call, assignment: Assignment) -> None:
    """The same facts and the same questions as when it was heard first."""
    call.kind = Call.Kind(assignment.purpose)
    call.called_at = heard_at(assignment) or call.called_at
    if assignment.gold:
        call.version = assignment.gold.version
        return
    source = source_of(assignment)
    if source is not None:
        call.version = source.version
        call.second_of = source if call.kind == Call.Kind.SECOND else None


def begin(assignment: Assignment, *, by: User, at: dt.datetime) -> None:
    """Whoever starts the form has accepted."""
    if assignment.state == Assignment.State.OFFERED:
        turn(assignment, Assignment.State.ACCEPTED, action="accepted", by=by, at=at)


def finish(call: Call, *, by: User, at: dt.datetime) -> None:
    """The call was handed in: its assignment is done, and its place in a calibration session filled."""
    if call.assignment_id is None:
        return
    assignment = locked_assignment(Assignment(pk=call.assignment_id))
    if assignment.state != Assignment.State.DONE:
        turn(assignment, Assignment.State.DONE, action="done", by=by, at=at)
    if assignment.session_id:
        seats = CalibrationSeat.objects.filter(session=assignment.session_id, evaluator=by, call=None)
        seats.update(call=call)
        close_when_full(assignment.session_id, at=at)


def let_go(call: Call, *, by: User, at: dt.datetime, action: str = "", reason: str = "") -> None:
    """The call is out: its assignment can be made anew.

    With an `action` it goes back to the coordinator, since another evaluator or another time is needed; without one it stays
    with its evaluator.
    """
    if call.assignment_id is None:
        return
    assignment = locked_assignment(Assignment(pk=call.assignment_id))
    CalibrationSeat.objects.filter(call=call).update(call=None)
    Call.objects.filter(pk=call.pk).update(assignment=None)
    call.assignment = None
    if action:
        state = Assignment.State.HANDED_BACK
        turn(assignment, state, action=action, by=by, at=at, reason=reason, hand_back_reason=reason)


def turn(
    assignment: Assignment,
    state: str,
    *,
    action: str,
    by: User | None,
    at: dt.datetime,
    reason: str = "",
    **values: object,
) -> None:
    """Writes the new state with its line in the log. The row is locked: whoever comes here has looked at it as it is."""
    before = {"state": assignment.state, "evaluator": str(assignment.evaluator or "")}
    Assignment.objects.filter(pk=assignment.pk).update(state=state, changed_at=at, **values)
    assignment.state, assignment.changed_at = state, at
    for name, value in values.items():
        setattr(assignment, name, value)
    after = {"state": str(state), "evaluator": str(assignment.evaluator or "")}
    changes: dict[str, list[str | None]] = {
        name: [before[name], after[name]] for name in before if before[name] != after[name]
    }
    if "until" in values:
        changes["until"] = [None, str(values["until"])]
    record(assignment, action=action, by=by, at=at, reason=reason, changes=changes)
