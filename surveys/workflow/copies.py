"""Two versions of one call: neither is lost until the evaluator has chosen."""

import datetime as dt
from typing import Any

from django.db import transaction

from surveys import definition, marks
from surveys.definition import Answers, Facts
from surveys.models import Call, Conflict, User
from surveys.trail import record

from .marking import clean_changes, replace_answers, with_marks
from .outcomes import NotNow, Stale
from .shared import facts_as_given, locked, place, put


def keep_copy(call: Call, *, answers: Answers, facts: Facts, by: User, at: dt.datetime) -> None:
    """Keeps one copy of each content; one that was dropped before stays dropped."""
    _copy, new = Conflict.objects.get_or_create(
        call=call,
        content_hash=definition.content_hash({"facts": facts, "answers": answers}),
        defaults={"answers": dict(answers), "facts": dict(facts), "sent_by": by, "sent_at": at},
    )
    if new:
        record(call, action="conflicting copy kept", by=by, at=at)


@transaction.atomic
def keep_late(*, call: Call, by: User, changes: Answers, at: dt.datetime) -> frozenset[str]:
    """Answers of a device that learns too late that the call was submitted: kept as a copy where they differ.

    Returns the codes that are safe on the server now; none for a call that was thrown away or voided.
    """
    call = locked(call, by)
    if call.is_editable or call.state == Call.State.VOIDED:
        return frozenset()
    cleaned, _refused = clean_changes(call.version.definition, changes)
    answers = with_changes(call, cleaned)
    if answers != call.answers:
        keep_copy(call, answers=answers, facts=facts_as_given(call), by=by, at=at)
    return frozenset(cleaned)


def with_changes(call: Call, cleaned: Answers) -> dict[str, Any]:
    """The answers of the call as they would be submitted with these changes; other marks than the call's stand beside them."""
    answers = dict(call.answers)
    for code, answer in cleaned.items():
        put(answers, code, answer)
    found = definition.relevant(call.version.definition, answers, call.facts)
    new = cleaned.get(marks.CODE)
    return {**found, marks.CODE: new} if new and new != with_marks(call).get(marks.CODE) else found


@transaction.atomic
def settle(*, conflict: Conflict, by: User, take: bool, at: dt.datetime) -> Call:
    """The evaluator chooses between the call as it is stored and a copy; the version not chosen stays in the audit log.

    Taking the copy opens a submitted call again as a draft; once approved, or for a copy made in another wave, it cannot be
    taken.
    """
    call = locked(conflict.call, by)
    if not Conflict.objects.filter(pk=conflict.pk, call=call, resolved_at=None).update(resolved_at=at):
        raise Stale
    rejected = {"answers": conflict.answers, "facts": conflict.facts}
    if take:
        if not may_take(call, conflict):
            raise NotNow
        rejected = {"answers": with_marks(call), "facts": facts_as_given(call)}
        replace_answers(call, conflict.answers, at=at)
        state = Call.State.RETURNED if call.state == Call.State.RETURNED else Call.State.DRAFT
        Call.objects.filter(pk=call.pk).update(state=state, **_columns_of(call, conflict.facts))
    action = "conflicting copy taken" if take else "conflicting copy dropped"
    record(call, action=action, by=by, at=at, changes={"version not chosen": [rejected, None]})
    return locked(call, by)


def may_take(call: Call, conflict: Conflict) -> bool:
    open_states = {Call.State.DRAFT, Call.State.SUBMITTED, Call.State.RETURNED}
    return call.state in open_states and conflict.facts.get("wave", call.wave_id) == call.wave_id


def _columns_of(call: Call, facts: Facts) -> dict[str, Any]:
    """The columns of a copy's facts; those of copies kept without facts, and what is fixed, stay as they are."""
    if not facts or call.kind != Call.Kind.FIELD:
        return {}
    call.called_at = dt.datetime.fromisoformat(facts["called_at"])
    place(call)
    moment = {"called_at": call.called_at, "local_date": call.local_date, "week_start": call.week_start}
    if call.assignment_id is not None:
        return moment
    return {"department_id": facts["department"], "scenario_id": facts["scenario"], **moment}
