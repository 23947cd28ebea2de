"""A department's appeal against an approved call: raised in time, decided once, by another person.

Every step holds the call's row first, so that an appeal and a decision about its call cannot pass each other.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from surveys import definition
from surveys.call_checks import check_call
from surveys.definition import Answers
from surveys.models import Appeal, Call, Membership, User
from surveys.models.calls import MEASURES
from surveys.querysets import CHECKS_CALLS
from surveys.trail import record

from .deciding import announce, void
from .filling import SCORED_FIELDS, fill_from_answers, keep_promise
from .fulfilling import hold
from .outcomes import AnotherDecides, Incomplete, NotInTime, NotNow, Stale, Unchanged
from .shared import clean_all, put


def last_day_to_appeal(call: Call) -> dt.date | None:
    """The last day, by the organisation's clock, on which the department may appeal; None for a call that was not decided."""
    if call.decided_at is None:
        return None
    approved_on = call.decided_at.astimezone(call.organisation.zone).date()
    return approved_on + dt.timedelta(days=call.organisation.appeal_days)


def why_no_appeal(call: Call, *, at: dt.datetime) -> NotNow | None:
    """What stands in the way of an appeal against this call; None when nothing does."""
    last_day = last_day_to_appeal(call)
    if call.state != Call.State.APPROVED or call.kind != Call.Kind.FIELD or last_day is None:
        return NotNow()
    if at.astimezone(call.organisation.zone).date() > last_day:
        return NotInTime()
    # An appeal is decided once; a call that was approved anew after it is another matter.
    since = Q(raised_at__gte=call.decided_at) & ~Q(state=Appeal.State.WITHDRAWN)
    stands = Appeal.objects.filter(since | Q(state=Appeal.State.OPEN), call=call).exists()
    return NotNow() if stands else None


@transaction.atomic
def raise_appeal(*, call: Call, by: User, reason: str, items: Iterable[str] = (), at: dt.datetime) -> Appeal:
    """The department objects, with a reason and, if it wants, the questions it is about."""
    call = _held(call)
    refusal = why_no_appeal(call, at=at)
    if refusal is not None:
        raise refusal
    known = [code for code in dict.fromkeys(items) if code in call.answers]
    appeal = Appeal.objects.create(call=call, raised_by=by, raised_at=at, reason=reason, items=known)
    record(call, action="appealed", by=by, at=at, reason=reason, changes={"questions": [[], known]} if known else {})
    return appeal


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, by: User, at: dt.datetime) -> Appeal:
    """By whoever raised it, as long as nobody has decided."""
    if appeal.raised_by_id != by.pk:
        raise NotNow
    call = _held(appeal.call)
    _settle(appeal, Appeal.State.WITHDRAWN)
    record(call, action="appeal withdrawn", by=by, at=at)
    return appeal


@transaction.atomic
def reject_appeal(*, appeal: Appeal, by: User, reason: str, at: dt.datetime) -> Appeal:
    call = _decided(appeal, Appeal.State.REJECTED, by=by, reason=reason, at=at)
    record(call, action="appeal rejected", by=by, at=at, reason=reason)
    return appeal


@transaction.atomic
def uphold_by_voiding(*, appeal: Appeal, by: User, reason: str, at: dt.datetime) -> Appeal:
    """The call should not have counted at all."""
    call = _decided(appeal, Appeal.State.UPHELD, by=by, reason=reason, at=at)
    record(call, action="appeal upheld", by=by, at=at, reason=reason)
    void(call=call, by=by, reason=reason, at=at)
    return appeal


@transaction.atomic
def uphold_by_rescoring(*, appeal: Appeal, by: User, reason: str, changes: Answers, at: dt.datetime) -> Appeal:
    """The decider corrects answers; the call is scored anew under its own checklist version and the figures follow at once.

    Raises `Incomplete` when the corrected answers could not have been handed in, `Unchanged` when nothing was corrected.
    """
    call = _decided(appeal, Appeal.State.UPHELD, by=by, reason=reason, at=at)
    before, answers = _scores(call), dict(call.answers)
    call.answers = corrected(call, changes)
    changed = {
        code: [answers.get(code), call.answers.get(code)]
        for code in {**answers, **call.answers}
        if answers.get(code) != call.answers.get(code)
    }
    if not changed:
        raise Unchanged
    fill_from_answers(call)
    call.revision, call.changed_at = call.revision + 1, at
    call.answer_revisions = {**call.answer_revisions, **dict.fromkeys(changed, call.revision)}
    call.save(update_fields=[*SCORED_FIELDS, "answers", "answer_revisions", "revision", "changed_at"])
    keep_promise(call)
    after = _scores(call)
    scores = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    appeal.rescored = {"score": [before["score"], after["score"]], **scores, "answers": changed}
    appeal.save(update_fields=["rescored"])
    record(call, action="appeal upheld", by=by, at=at, reason=reason)
    kept = {"score": appeal.rescored["score"], **scores, "answers": _for_the_log(call, changed)}
    record(call, action="rescored", by=by, at=at, changes=kept)
    announce([call])
    return appeal


def corrected(call: Call, changes: Answers) -> dict[str, Any]:
    """The call's answers with these corrections, as they would be handed in; raises `Incomplete` naming what is wrong."""
    form = call.version.definition
    cleaned, refused = clean_all(form, changes)
    answers = dict(call.answers)
    for code, answer in cleaned.items():
        put(answers, code, answer)
    found = check_call(form, answers, call.facts, called_at=call.called_at, zone=call.organisation.zone)
    problems = [*refused.values(), *found]
    if problems:
        raise Incomplete(problems)
    return definition.relevant(form, answers, call.facts)


def _scores(call: Call) -> dict[str, Any]:
    return {**{name: call.measure(name) for name in MEASURES}, "outcome": call.outcome, "fate": call.fate}


def _for_the_log(call: Call, changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was chosen before and after; words are left out, as the log cannot forget them."""
    form = call.version.definition
    chosen = {
        code: [
            (answer or {}).get("value") if form.item(code).kind in definition.SCORABLE_KINDS else None
            for answer in pair
        ]
        for code, pair in changed.items()
    }
    return [{code: pair[side] for code, pair in chosen.items()} for side in (0, 1)]


def _held(call: Call) -> Call:
    """The call as it is now; nobody else changes it until the transaction ends."""
    hold(call)
    held: Call = Call.objects.select_for_update(of=("self",)).with_names().get(pk=call.pk)
    return held


def _decided(appeal: Appeal, state: str, *, by: User, reason: str, at: dt.datetime) -> Call:
    """Claims the open appeal for its one decision; the call, held."""
    call = _held(appeal.call)
    if by.pk in {appeal.raised_by_id, call.evaluator_id}:
        raise NotNow
    if by.pk == call.decided_by_id and others_who_decide(appeal, by):
        raise AnotherDecides
    _settle(appeal, state, decided_by=by, decided_at=at, decision=reason)
    return call


def others_who_decide(appeal: Appeal, by: User) -> bool:
    """Whether somebody else, who has no part in it, could decide."""
    able = Membership.objects.active().filter(
        organisation=appeal.call.organisation_id, role__in=CHECKS_CALLS, user__is_active=True
    )
    return able.exclude(user__in=[by.pk, appeal.raised_by_id, appeal.call.evaluator_id]).exists()


def _settle(appeal: Appeal, state: str, **values: Any) -> None:
    if not Appeal.objects.open().filter(pk=appeal.pk).update(state=state, **values):
        raise Stale
    settled: Mapping[str, Any] = {"state": state, **values}
    for name, value in settled.items():
        setattr(appeal, name, value)
