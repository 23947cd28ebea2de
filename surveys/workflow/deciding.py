"""What a reviewer decides, and telling the figures when a call starts or stops counting."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from surveys.models import Call, User
from surveys.signals import Cell, counting_changed
from surveys.trail import record

from .shared import move


@transaction.atomic
def approve(*, call: Call, by: User, at: dt.datetime) -> Call:
    return approve_now(call, by=by, at=at)


def approve_now(call: Call, *, by: User | None, at: dt.datetime, reason: str = "") -> Call:
    move(call, {Call.State.SUBMITTED}, at=at, state=Call.State.APPROVED, decided_at=at, decided_by=by)
    record(call, action="approved", by=by, at=at, reason=reason, changes={"state": ["submitted", "approved"]})
    announce([call])
    return call


@transaction.atomic
def return_call(*, call: Call, by: User, reason: str, at: dt.datetime) -> Call:
    """Back to the evaluator with a reason; an approved call that is returned stops counting."""
    before = call.state
    move(
        call,
        {Call.State.SUBMITTED, Call.State.APPROVED},
        at=at,
        state=Call.State.RETURNED,
        decided_at=at,
        decided_by=by,
        return_reason=reason,
        revision=call.revision + 1,
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
    move(call, allowed, at=at, state=Call.State.VOIDED, decided_at=at, decided_by=by)
    record(call, action="voided", by=by, at=at, reason=reason, changes={"state": [before, "voided"]})
    if before == Call.State.APPROVED:
        announce([call])
    return call


def cell_of(call: Call) -> Cell:
    return Cell(call.department_id, call.local_date, call.version_id, call.scenario_id, call.wave_id)


def announce(calls: Iterable[Call]) -> None:
    """Tells, inside the transaction, whose stored sums must be made anew."""
    counting_changed.send(sender=Call, cells=frozenset(cell_of(call) for call in calls if call.kind == Call.Kind.FIELD))
