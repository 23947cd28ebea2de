"""The steps of an assignment, one function each: atomic, audited, compare-and-set.

    assign -> offer -> accept -> (the call is handed in) -> done
    hand back | reassign | extend | cancel on the way

Whether it has expired follows from the time. What a call does to its assignment is in `fulfilling`.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from surveys import rotation
from surveys.models import Assignment, Call, Department, Membership, Role, Scenario, User, Wave
from surveys.trail import record

from . import seconds
from .fulfilling import HELD, locked_assignment, source_of, turn
from .outcomes import (
    AssignmentError,
    AssignmentGone,
    DrawnAnew,
    FormBegun,
    HeardBefore,
    InSession,
    NoEvaluator,
    RotationLimit,
    WasRecognised,
    WaveClosed,
    WindowOutside,
    WindowPassed,
    WorkflowError,
)
from .shared import move

State = Assignment.State
MOVABLE = (State.PLANNED, State.OFFERED, State.ACCEPTED, State.HANDED_BACK)


# --- the coordinator --------------------------------------------------------------------------------------------------


@transaction.atomic
def assign(
    *,
    wave: Wave,
    department: Department,
    scenario: Scenario,
    evaluator: User | None,
    starts_at: dt.datetime,
    until: dt.datetime,
    by: User,
    at: dt.datetime,
) -> Assignment:
    """One more call to be made; with an evaluator it is offered at once."""
    if not department.organisation_id == scenario.organisation_id == wave.organisation_id:
        raise ValueError(f"{department.code}, {scenario.code} and {wave.name} are of different organisations")
    wave = _locked_wave(wave)
    made = Assignment(
        organisation=wave.organisation,
        wave=wave,
        department=department,
        scenario=scenario,
        evaluator=evaluator,
        state=State.PLANNED if evaluator is None else State.OFFERED,
        starts_at=starts_at,
        until=until,
        created_at=at,
        changed_at=at,
    )
    _check_window(made, until, at=at)
    if evaluator is not None:
        _check_evaluator(made, evaluator)
    made.save(force_insert=True)
    record(made, action="assigned", by=by, at=at, changes={"evaluator": ["", str(evaluator or "")]})
    return made


@transaction.atomic
def offer(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """Hands out what was planned."""
    _locked_wave(assignment.wave)
    assignment = _movable(assignment, {State.PLANNED})
    if assignment.evaluator is None:
        raise NoEvaluator
    if assignment.has_expired_at(at):
        raise WindowPassed
    _check_evaluator(assignment, assignment.evaluator)
    turn(assignment, State.OFFERED, action="offered", by=by, at=at, reminded_at=None)
    return assignment


@transaction.atomic
def reassign(
    *, assignment: Assignment, evaluator: User, by: User, at: dt.datetime, until: dt.datetime | None = None
) -> Assignment:
    """Offers it to another evaluator, if need be until another moment."""
    _locked_wave(assignment.wave)
    assignment = _movable(assignment, MOVABLE)
    if assignment.session_id is not None:
        raise InSession
    _check_standing(assignment)
    _check_evaluator(assignment, evaluator)
    if until is not None:
        _check_window(assignment, until, at=at)
    elif at >= assignment.until:
        raise WindowPassed
    _drop_draft(assignment, at=at)
    before = assignment.evaluator
    new = {"evaluator": evaluator, "until": until or assignment.until, "hand_back_reason": "", "reminded_at": None}
    turn(assignment, State.OFFERED, action="offered", by=by, at=at, reason=_from(before, evaluator), **new)
    return assignment


def _from(before: User | None, after: User) -> str:
    return f"{before} → {after}" if before is not None else f"→ {after}"


@transaction.atomic
def extend(*, assignment: Assignment, until: dt.datetime, by: User, at: dt.datetime) -> Assignment:
    """More time (or less), also after it has expired."""
    assignment = _movable(assignment, Assignment.OPEN)
    _check_window(assignment, until, at=at)
    turn(assignment, assignment.state, action="extended", by=by, at=at, until=until, extended=assignment.extended + 1)
    return assignment


@transaction.atomic
def cancel(*, assignment: Assignment, by: User | None, reason: str = "", at: dt.datetime) -> Assignment:
    """Not needed any more. A draft with answers stays its evaluator's, as a call without an assignment.

    Answers about what was heard before are nothing by themselves: that draft ends with its assignment.
    """
    assignment = _movable(assignment, MOVABLE)
    begun = Call.objects.filter(assignment=assignment).with_names().first()
    try:
        _drop_draft(assignment, at=at)
    except FormBegun:
        if begun is not None and assignment.is_listening:
            move(begun, {Call.State.DRAFT}, at=at, state=Call.State.VOIDED, decided_at=at, assignment=None)
            record(begun, action="voided", by=by, at=at, reason=reason, changes={"state": ["draft", "voided"]})
        else:
            Call.objects.filter(assignment=assignment).update(assignment=None)
    turn(assignment, State.CANCELLED, action="cancelled", by=by, at=at, reason=reason)
    return assignment


def usual_end(wave: Wave, at: dt.datetime) -> dt.datetime:
    """What a new window ends with, unless said otherwise: the end of the wave's hours in a week, or on its last day."""
    zone = wave.organisation.zone
    day = min(max(at.astimezone(zone).date(), wave.starts_on) + dt.timedelta(days=7), wave.ends_on)
    return dt.datetime.combine(day, wave.calls_until, tzinfo=zone)


# --- the evaluator ----------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """Accepting twice is once."""
    assignment = _own(assignment, by)
    if assignment.state == State.ACCEPTED:
        return assignment
    if assignment.has_expired_at(at):
        raise WindowPassed
    turn(assignment, State.ACCEPTED, action="accepted", by=by, at=at)
    return assignment


@transaction.atomic
def accept_all(*, assignments: Iterable[Assignment], by: User, at: dt.datetime) -> int:
    """Those that are still on offer; how many."""
    count = 0
    for assignment in sorted(assignments, key=_key):
        try:
            accept(assignment=assignment, by=by, at=at)
        except AssignmentError:
            continue
        count += 1
    return count


@transaction.atomic
def hand_back(*, assignment: Assignment, by: User, reason: str, at: dt.datetime) -> Assignment:
    """The call could not be made, or not in time; the coordinator reads why. Also after it has expired."""
    assignment = _own(assignment, by)
    _drop_draft(assignment, at=at)
    turn(assignment, State.HANDED_BACK, action="handed back", by=by, at=at, reason=reason, hand_back_reason=reason)
    return assignment


# --- many at once -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of each. When some were refused and the rest was not asked for, nothing was done at all."""

    done: tuple[Assignment, ...]
    refused: tuple[tuple[Assignment, WorkflowError], ...]
    kept: bool


def in_bulk(assignments: Iterable[Assignment], step: Callable[[Assignment], Assignment], *, partly: bool) -> Bulk:
    """Takes the step on each: on all or on none, unless `partly` says that the rest may go through without the refused.

    Nothing by halves without being asked: the coordinator first reads who cannot, and why, and then chooses.
    """
    done: list[Assignment] = []
    refused: list[tuple[Assignment, WorkflowError]] = []
    with transaction.atomic():
        for assignment in sorted(assignments, key=_key):
            try:
                done.append(step(assignment))
            except WorkflowError as error:
                refused.append((assignment, error))
        kept = partly or not refused
        if not kept:
            transaction.set_rollback(True)
    return Bulk(tuple(done), tuple(refused), kept)


# --- what the steps share ---------------------------------------------------------------------------------------------


def _key(assignment: Assignment) -> int:
    return assignment.pk


def _locked_wave(wave: Wave) -> Wave:
    """One hand at a time deals out the work of a wave: the limit per evaluator is counted over all of it."""
    found: Wave = (
        Wave.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=wave.pk)
    )
    if found.state == Wave.State.CLOSED:
        raise WaveClosed
    return found


def _movable(assignment: Assignment, states: Iterable[str]) -> Assignment:
    assignment = locked_assignment(assignment)
    if assignment.state not in set(states):
        raise AssignmentError
    return assignment


def _own(assignment: Assignment, by: User) -> Assignment:
    assignment = locked_assignment(assignment)
    if assignment.evaluator_id != by.pk or assignment.state not in HELD:
        raise AssignmentGone
    if assignment.wave.state == Wave.State.CLOSED:
        raise WaveClosed
    return assignment


def _check_window(assignment: Assignment, until: dt.datetime, *, at: dt.datetime) -> None:
    wave = assignment.wave
    # A window may end with the wave's last day, which is the first moment of the next.
    # In universal time: clocks of one zone compare as they are read, also where an hour is missing.
    fits = until.astimezone(dt.UTC) > max(at, assignment.starts_at).astimezone(dt.UTC) and wave.takes(
        until - dt.timedelta(microseconds=1), wave.organisation.zone
    )
    if not fits:
        raise WindowOutside(first=wave.starts_on, last=wave.ends_on)


def _check_standing(assignment: Assignment) -> None:
    """A second scoring that was handed back may have been drawn anew: there are never two of one call."""
    if assignment.purpose != Assignment.Purpose.SECOND or assignment.source_call_id is None:
        return
    # Drawing holds the call too.
    Call.objects.select_for_update(no_key=True).only("pk").get(pk=assignment.source_call_id)
    others = Assignment.objects.exclude(pk=assignment.pk).filter(purpose=assignment.purpose, state__in=seconds.STANDING)
    if others.filter(source_call=assignment.source_call_id).exists():
        raise DrawnAnew


def _check_evaluator(assignment: Assignment, evaluator: User) -> None:
    members = Membership.objects.active().filter(organisation=assignment.organisation_id, role=Role.EVALUATOR)
    if not evaluator.is_active or not members.filter(user=evaluator).exists():
        raise NoEvaluator
    if assignment.is_listening:
        source = source_of(assignment)
        maker = assignment.gold.made_by_id if assignment.gold else source.evaluator_id if source else None
        if maker == evaluator.pk or seconds.knows(assignment, evaluator):
            raise HeardBefore(evaluator=evaluator)
        return
    wave, key = assignment.wave, (evaluator.pk, assignment.department_id)
    if key in rotation.recognised(wave):
        raise WasRecognised(evaluator=evaluator)
    limit = wave.calls_per_evaluator
    count = rotation.loads(wave, evaluator=evaluator, besides=assignment.pk)[key] if limit else 0
    if limit and count >= limit:
        raise RotationLimit(evaluator=evaluator, count=count, limit=limit)


def over_limit(call: Call) -> AssignmentError | None:
    """Whether its evaluator was heard too often, or recognised, there: for a call that nobody assigned, after it was begun."""
    wave, key = call.wave, (call.evaluator_id, call.department_id)
    if key in rotation.recognised(wave):
        return WasRecognised(evaluator=call.evaluator)
    count = rotation.loads(wave, evaluator=call.evaluator)[key] if wave.calls_per_evaluator else 0
    if count > (wave.calls_per_evaluator or count):
        return RotationLimit(evaluator=call.evaluator, count=count, limit=wave.calls_per_evaluator)
    return None


def _drop_draft(assignment: Assignment, *, at: dt.datetime) -> None:
    """An empty draft goes with its assignment; one that holds answers stands in the way."""
    call = Call.objects.filter(assignment=assignment).with_names().first()
    if call is None:
        return
    if call.answers or call.state != Call.State.DRAFT:
        raise FormBegun
    move(call, {Call.State.DRAFT}, at=at, state=Call.State.VOIDED, decided_at=at, assignment=None)
    record(call, action="discarded", by=call.evaluator, at=at)
