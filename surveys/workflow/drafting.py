"""A call while it is the evaluator's to fill in: open, save, correct the facts, throw away."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction

from surveys import marks
from surveys.call_checks import due_problem
from surveys.definition import Answers, Problem
from surveys.models import Assignment, Call, Department, Scenario, User, Wave
from surveys.trail import difference, record

from .fulfilling import begin, hold, let_go, locked_assignment, take_up
from .marking import clean_changes, mark_columns, with_marks, without_marks
from .outcomes import AssignmentNeeded, FactsFixed, NotNow, Saved, Stale
from .shared import locked, move, place, put


def open_call(
    *,
    by: User,
    wave: Wave,
    department: Department,
    scenario: Scenario,
    called_at: dt.datetime,
    client_id: uuid.UUID,
    at: dt.datetime,
    assignment: Assignment | None = None,
) -> Call:
    """A new draft under the id that the form was opened with; the same id again is the same draft, with the facts given last.

    An assignment has one call, whatever the ids; one that is to be heard again brings its own moment.
    """
    if wave.state != Wave.State.OPEN:
        raise NotNow
    if not department.organisation_id == scenario.organisation_id == wave.organisation_id:
        raise ValueError(f"{department.code}, {scenario.code} and {wave.name} are of different organisations")
    call = Call(
        organisation=wave.organisation,
        wave=wave,
        version=wave.version,
        department=department,
        scenario=scenario,
        evaluator=by,
        client_id=client_id,
        called_at=called_at,
        created_at=at,
        changed_at=at,
    )
    if assignment is None and not wave.unassigned_allowed and not _is_known(call):
        raise AssignmentNeeded
    try:
        with transaction.atomic():
            if assignment is not None:
                assignment = locked_assignment(assignment)
                begun = take_up(call, assignment, by=by, wave=wave, department=department, scenario=scenario)
                if begun is not None:
                    return begun
                begin(assignment, by=by, at=at)
            place(call)
            call.save(force_insert=True)
            record(call, action="opened", by=by, at=at)
    except IntegrityError:
        known: Call | None = Call.objects.filter(client_id=client_id, evaluator=by).with_names().first()
        if known is None or known.wave_id != wave.pk:
            raise Stale from None
        same = (
            known.department_id == department.pk and known.scenario_id == scenario.pk and known.called_at == called_at
        )
        if same or known.state != Call.State.DRAFT:
            return known
        return change_facts(call=known, by=by, department=department, scenario=scenario, called_at=called_at, at=at)
    return call


def _is_known(call: Call) -> bool:
    return Call.objects.filter(client_id=call.client_id, evaluator=call.evaluator).exists()


@transaction.atomic
def save_answers(*, call: Call, by: User, changes: Answers, base_revision: int, at: dt.datetime) -> Saved:
    """Saves the changed answers only ({item code: answer or None}), and the call's marks under `marks.CODE`.

    An answer that another device changed after `base_revision` is left as it is and handed back in `conflicts`; an invalid
    one is handed back in `refused`; all others are saved. Whoever names a revision that is not there yet (the database was
    put back from a copy) has seen none of what is stored.
    """
    call = locked(call, by)
    if not call.is_editable:
        raise NotNow
    seen = base_revision if base_revision <= call.revision else 0
    cleaned, refused = clean_changes(call.version.definition, changes)
    _refuse_absurd(call, cleaned, refused)
    answers, revisions = with_marks(call), dict(call.answer_revisions)
    moved = {code for code, touched in revisions.items() if touched > seen}
    news = {code: answers.get(code) for code in moved - set(changes)}
    conflicts: dict[str, Any] = {}
    revision = call.revision + 1
    for code, answer in cleaned.items():
        if answer == answers.get(code):
            continue
        if code in moved:
            conflicts[code] = answers.get(code)
            continue
        revisions[code] = revision
        put(answers, code, answer)
    if answers == with_marks(call):
        return Saved(call.revision, refused, conflicts, news)
    Call.objects.filter(pk=call.pk).update(
        answer_revisions=revisions, revision=revision, changed_at=at, **_columns(call, answers, at)
    )
    return Saved(revision, refused, conflicts, news)


def _columns(call: Call, saved: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    """Answers and marks where they are kept; from the first answer on it is known how long it took to begin."""
    answers = without_marks(saved)
    columns = {"answers": answers, **mark_columns(call.called_at, marks.read(saved.get(marks.CODE)))}
    return columns | {"first_answer_at": at} if answers and call.first_answer_at is None else columns


def _refuse_absurd(call: Call, cleaned: dict[str, Any], refused: dict[str, Problem]) -> None:
    """A deadline that nobody can have promised in this call is refused as soon as it is given."""
    problem = due_problem(call.version.definition, cleaned, called_at=call.called_at, zone=call.organisation.zone)
    if problem is not None:
        refused[problem.path] = problem
        del cleaned[problem.path]


@transaction.atomic
def change_facts(
    *, call: Call, by: User, department: Department, scenario: Scenario, called_at: dt.datetime, at: dt.datetime
) -> Call:
    """Corrects whom was called, with which brief and when, as long as the call is the evaluator's to edit."""
    call = locked(call, by)
    if not call.is_editable:
        raise NotNow
    same = (call.department_id, call.scenario_id) == (department.pk, scenario.pk)
    if call.kind != Call.Kind.FIELD or (call.assignment_id is not None and not same):
        raise FactsFixed
    before = _facts_in_words(call)
    call.department, call.scenario, call.called_at, call.changed_at = department, scenario, called_at, at
    call.revision += 1
    place(call)
    call.save(
        update_fields=["department", "scenario", "called_at", "local_date", "week_start", "revision", "changed_at"]
    )
    record(call, action="facts changed", by=by, at=at, changes=difference(before, _facts_in_words(call)))
    return call


def _facts_in_words(call: Call) -> dict[str, Any]:
    return {"department": call.department.code, "scenario": call.scenario.code, "called_at": call.called_at.isoformat()}


@transaction.atomic
def discard(*, call: Call, by: User, at: dt.datetime) -> None:
    """The evaluator throws a draft away; its id stays known, so a late copy cannot bring it back."""
    if call.state != Call.State.DRAFT or call.evaluator_id != by.pk:
        raise NotNow
    hold(call)
    move(call, {Call.State.DRAFT}, at=at, state=Call.State.VOIDED, decided_at=at)
    let_go(call, by=by, at=at)
    record(call, action="discarded", by=by, at=at)
