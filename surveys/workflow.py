"""The steps of a call's life, one function each: atomic, audited, safe to repeat.

open -> save (many times) -> submit -> approve | return -> submit ... ; void at any point.
Every step takes the person (`by`) and the time (`at`); a step that comes too late raises `Stale`, a forbidden one `NotNow`.
Whether the person may is decided before, in `access`.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from surveys import definition, scoring
from surveys.models import AuditEntry, Call, Callback, Conflict, Department, Scenario, User, Wave
from surveys.models.calls import DIMENSION_MEASURES, measure_column
from surveys.signals import Cell, counting_changed

Answers = Mapping[str, Any]


class WorkflowError(Exception):
    """A step that cannot be taken; `code` names why (words are in `surveys.messages`)."""

    code = "not_now"


class NotNow(WorkflowError):
    """The call's state does not allow this step."""


class Stale(WorkflowError):
    """Somebody or another device was first; look again before deciding."""

    code = "stale"


class Incomplete(WorkflowError):
    """Submitted with problems; `problems` is a tuple of `definition.Problem`, each naming its item."""

    code = "incomplete"

    def __init__(self, problems: Iterable[definition.Problem]) -> None:
        super().__init__("incomplete")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: the new revision, the answers refused with their problem, and those changed elsewhere meanwhile."""

    revision: int
    refused: dict[str, definition.Problem]
    conflicts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """How a submission ended: `created`, `repeated` (the same content again) or `conflict` (kept beside the stored copy)."""

    call: Call
    status: str


# --- opening and saving -----------------------------------------------------------------------------------------------


def open_call(
    *,
    by: User,
    wave: Wave,
    department: Department,
    scenario: Scenario,
    called_at: dt.datetime,
    client_id: uuid.UUID,
    at: dt.datetime,
) -> Call:
    """A new draft under the id that the form was opened with; the same id again is the same draft."""
    if wave.state != Wave.State.OPEN:
        raise NotNow
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
    call.place_in_time(wave.organisation.zone)
    try:
        with transaction.atomic():
            call.save(force_insert=True)
            record(call, action="opened", by=by, at=at)
    except IntegrityError:
        known = Call.objects.filter(client_id=client_id, evaluator=by).with_names().first()
        if known is None:
            raise Stale from None
        return known
    return call


@transaction.atomic
def save_answers(*, call: Call, by: User, changes: Answers, base_revision: int, at: dt.datetime) -> Saved:
    """Saves the changed answers only ({item code: answer or None}).

    An answer that another device changed after `base_revision` is left as it is and handed back in `conflicts`; an invalid
    one is handed back in `refused`; all others are saved.
    """
    call = Call.objects.select_for_update(of=("self",)).with_names().get(pk=call.pk)
    if not call.is_editable or call.evaluator_id != by.pk:
        raise NotNow
    known = {item.code: item for item in call.version.definition.items}
    answers, revisions = dict(call.answers), dict(call.answer_revisions)
    refused: dict[str, definition.Problem] = {}
    conflicts: dict[str, Any] = {}
    revision = call.revision + 1
    for code, raw in changes.items():
        if code not in known:
            refused[code] = definition.Problem(path=code, code="unknown_item", params={"item": code})
            continue
        try:
            answer = definition.clean_answer(known[code], raw)
        except definition.AnswerError as error:
            refused[code] = error.problem
            continue
        if answer == answers.get(code):
            continue
        if revisions.get(code, 0) > base_revision:
            conflicts[code] = answers.get(code)
            continue
        revisions[code] = revision
        if answer is None:
            answers.pop(code, None)
        else:
            answers[code] = answer
    if answers == call.answers:
        return Saved(call.revision, refused, conflicts)
    Call.objects.filter(pk=call.pk).update(answers=answers, answer_revisions=revisions, revision=revision, changed_at=at)
    return Saved(revision, refused, conflicts)


@transaction.atomic
def change_facts(
    *, call: Call, by: User, department: Department, scenario: Scenario, called_at: dt.datetime, at: dt.datetime
) -> Call:
    """Corrects whom was called, with which brief and when, as long as the call is the evaluator's to edit."""
    call = Call.objects.select_for_update(of=("self",)).with_names().get(pk=call.pk)
    if not call.is_editable or call.evaluator_id != by.pk:
        raise NotNow
    before = _facts(call)
    call.department, call.scenario, call.called_at, call.changed_at = department, scenario, called_at, at
    call.revision += 1
    call.place_in_time(call.organisation.zone)
    call.save(
        update_fields=["department", "scenario", "called_at", "local_date", "week_start", "revision", "changed_at"]
    )
    record(call, action="facts changed", by=by, at=at, changes=_difference(before, _facts(call)))
    return call


def _facts(call: Call) -> dict[str, Any]:
    return {"department": call.department.code, "scenario": call.scenario.code, "called_at": call.called_at.isoformat()}


@transaction.atomic
def discard(*, call: Call, by: User, at: dt.datetime) -> None:
    """The evaluator throws a draft away; its id stays known, so a late copy cannot bring it back."""
    if call.state != Call.State.DRAFT:
        raise NotNow
    _move(call, {Call.State.DRAFT}, at=at, state=Call.State.VOIDED, decided_at=at)
    record(call, action="discarded", by=by, at=at)


# --- submitting -------------------------------------------------------------------------------------------------------


@transaction.atomic
def submit(*, call: Call, by: User, at: dt.datetime, revision: int | None = None) -> Received:
    """Hands the call in: validates, scores, and lets it approve itself where the organisation says so.

    Submitting what is already submitted is answered as `repeated`. Raises `Incomplete`, `Stale` (when `revision` is given
    and another device saved since) or `NotNow`.
    """
    call = Call.objects.select_for_update(of=("self",)).with_names().get(pk=call.pk)
    if call.state in {Call.State.SUBMITTED, Call.State.APPROVED}:
        return Received(call, "repeated")
    if not call.is_editable:
        raise NotNow
    if revision is not None and revision != call.revision:
        raise Stale
    form = call.version.definition
    problems = definition.check_answers(form, call.answers, call.facts)
    if problems:
        raise Incomplete(problems)
    before = call.state
    call.answers = definition.relevant(form, call.answers, call.facts)
    fill_from_answers(call)
    call.state, call.submitted_at, call.changed_at, call.return_reason = Call.State.SUBMITTED, at, at, ""
    call.save(update_fields=[*SCORED_FIELDS, "answers", "state", "submitted_at", "changed_at", "return_reason"])
    _keep_promise(call)
    record(call, action="submitted", by=by, at=at, changes={"state": [before, call.state]})
    if call.organisation.self_approve:
        _approve(call, by=None, at=at, reason="self-approved")
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
) -> Received:
    """A whole call at once, from a device's queue or the API.

    The same content under a known id is `repeated`; other content is `conflict`: it is kept beside the stored copy.
    Raises `Incomplete` and then stores nothing.
    """
    form = wave.version.definition
    problems = definition.check_answers(form, answers, scenario.facts)
    known = Call.objects.select_for_update(of=("self",)).filter(client_id=client_id, evaluator=by).with_names().first()
    if known is not None and not known.is_editable:
        return _again(known, by=by, answers=answers, facts=scenario.facts, at=at)
    if problems:
        raise Incomplete(problems)
    cleaned = {}
    for item in form.items:
        if item.code in answers and (answer := definition.clean_answer(item, answers[item.code])) is not None:
            cleaned[item.code] = answer
    call = known or open_call(
        by=by, wave=wave, department=department, scenario=scenario, called_at=called_at, client_id=client_id, at=at
    )
    Call.objects.filter(pk=call.pk).update(answers=cleaned, revision=call.revision + 1, changed_at=at)
    return submit(call=call, by=by, at=at)


def _again(call: Call, *, by: User, answers: Answers, facts: Mapping[str, Any], at: dt.datetime) -> Received:
    content = definition.content_hash(definition.relevant(call.version.definition, answers, facts))
    if content == call.content_hash:
        return Received(call, "repeated")
    _kept, new = Conflict.objects.get_or_create(
        call=call, content_hash=content, defaults={"answers": dict(answers), "sent_by": by, "sent_at": at}
    )
    if new:
        record(call, action="conflicting copy kept", by=by, at=at)
    return Received(call, "conflict")


# --- deciding ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def approve(*, call: Call, by: User, at: dt.datetime) -> Call:
    return _approve(call, by=by, at=at)


def _approve(call: Call, *, by: User | None, at: dt.datetime, reason: str = "") -> Call:
    _move(call, {Call.State.SUBMITTED}, at=at, state=Call.State.APPROVED, decided_at=at, decided_by=by)
    record(call, action="approved", by=by, at=at, reason=reason, changes={"state": ["submitted", "approved"]})
    announce([call])
    return call


@transaction.atomic
def return_call(*, call: Call, by: User, reason: str, at: dt.datetime) -> Call:
    """Back to the evaluator with a reason; an approved call that is returned stops counting."""
    before = call.state
    _move(
        call, {Call.State.SUBMITTED, Call.State.APPROVED}, at=at,
        state=Call.State.RETURNED, decided_at=at, decided_by=by, return_reason=reason,
    )
    record(call, action="returned", by=by, at=at, reason=reason, changes={"state": [before, "returned"]})
    if before == Call.State.APPROVED:
        announce([call])
    return call


@transaction.atomic
def void(*, call: Call, by: User, reason: str, at: dt.datetime) -> Call:
    """Takes a call out for good: it stays readable and counts nowhere."""
    before = call.state
    allowed = {Call.State.SUBMITTED, Call.State.APPROVED, Call.State.RETURNED}
    _move(call, allowed, at=at, state=Call.State.VOIDED, decided_at=at, decided_by=by)
    record(call, action="voided", by=by, at=at, reason=reason, changes={"state": [before, "voided"]})
    if before == Call.State.APPROVED:
        announce([call])
    return call


# --- what the steps share ---------------------------------------------------------------------------------------------

SCORED_FIELDS = (
    "score", "score_calculated", "content", "experience", "critical",
    *(measure_column(name) for name in DIMENSION_MEASURES),
    "outcome", "failed_by", "item_points", "fate", "seconds_to_answer", "would_call_again", "content_hash",
)


def fill_from_answers(call: Call) -> scoring.Scoring:
    """Sets (without saving) every column that follows from the answers: scores, fate, seconds, hash."""
    form = call.version.definition
    result = scoring.score(form, call.answers, call.facts)
    for name in ("score", "score_calculated", "content", "experience", "critical"):
        setattr(call, name, getattr(result, name))
    for name in DIMENSION_MEASURES:
        setattr(call, measure_column(name), result.by_dimension[name])
    call.outcome, call.failed_by = result.outcome, list(result.failed_by)
    call.item_points = {
        line.code: [line.points if line.state == "scored" else None, line.lost_hundredths if line.state == "scored" else 0]
        for line in result.trace
        if line.state in {"scored", "na"}
    }
    recorded = recorded_values(call)
    call.fate = recorded.get("fate") or ""
    seconds, again = recorded.get("seconds_to_answer"), recorded.get("would_call_again")
    call.seconds_to_answer = None if seconds is None else int(float(seconds))
    call.would_call_again = None if again is None else int(again)
    call.content_hash = definition.content_hash(call.answers)
    return result


def recorded_values(call: Call) -> dict[str, Any]:
    """The answers of items that record a fact of the call: {"fate": "helped", "callback_due": "2026-..."}."""
    values = {}
    for item in call.version.definition.items:
        answer = call.answers.get(item.code)
        if item.records and answer and not answer.get("na"):
            values[item.records] = answer["value"]
    return values


def _keep_promise(call: Call) -> None:
    """A promised callback gets its entry in the ledger; without a named time the organisation's window is the deadline."""
    recorded = recorded_values(call)
    if call.fate != Call.Fate.CALLBACK_AGREED:
        Callback.objects.filter(call=call, events=None).delete()
        return
    due = call.called_at + dt.timedelta(hours=call.organisation.callback_window_hours)
    if recorded.get("callback_due"):
        moment = dt.datetime.fromisoformat(recorded["callback_due"])
        due = moment if moment.tzinfo else moment.replace(tzinfo=call.organisation.zone)
    Callback.objects.update_or_create(
        call=call,
        defaults={"promised_at": call.called_at, "due_at": due, "who": (recorded.get("callback_who") or "")[:120]},
    )


def cell_of(call: Call) -> Cell:
    return Cell(call.department_id, call.local_date, call.version_id, call.scenario_id, call.wave_id)


def announce(calls: Iterable[Call]) -> None:
    """Tells, inside the transaction, whose stored sums must be made anew."""
    counting_changed.send(sender=Call, cells=frozenset(cell_of(call) for call in calls if call.kind == Call.Kind.FIELD))


def _move(call: Call, allowed: set[str], *, at: dt.datetime, **values: Any) -> None:
    """Compare-and-set: the call goes to its new state only from one of `allowed` and only if nobody was first."""
    if call.state not in allowed:
        raise NotNow
    changed = Call.objects.filter(pk=call.pk, state=call.state, revision=call.revision).update(**values, changed_at=at)
    if not changed:
        raise Stale
    for name, value in values.items():
        setattr(call, name, value)


def record(
    subject: Model, *, action: str, by: User | None, at: dt.datetime, changes: Mapping[str, Any] | None = None, reason: str = ""
) -> None:
    """One line of the audit log, in the same transaction as what it tells of."""
    AuditEntry.objects.create(
        organisation_id=getattr(subject, "organisation_id", None),
        actor=by,
        at=at,
        action=action,
        subject=subject._meta.model_name or "",
        subject_id=subject.pk,
        changes=dict(changes or {}),
        reason=reason,
    )


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
