"""What a reviewer decides, and telling the figures when a call starts or stops counting."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from surveys.models import Appeal, Call, User
from surveys.signals import Cell, counting_changed
from surveys.trail import record

from . import seconds
from .fulfilling import hold, let_go
from .outcomes import NotNow, UnderAppeal
from .shared import move


@transaction.atomic
def approve(*, call: Call, by: User, at: dt.datetime) -> Call:
    return approve_now(call, by=by, at=at)


def approve_now(call: Call, *, by: User | None, at: dt.datetime, reason: str = "") -> Call:
    move(call, {Call.State.SUBMITTED}, at=at, state=Call.State.APPROVED, decided_at=at, decided_by=by)
    record(call, action="approved", by=by, at=at, reason=reason, changes={"state": ["submitted", "approved"]})
    announce([call])
    if call.kind == Call.Kind.FIELD:
        seconds.draw(call, at=at)
    return call


@transaction.atomic
def return_call(*, call: Call, by: User, reason: str, at: dt.datetime, notes: Mapping[str, str] | None = None) -> Call:
    """Back to the evaluator with a reason, or with notes at single questions ({item code: text}), or both.

    An approved call that is returned stops counting.
    """
    if call.kind != Call.Kind.FIELD:
        # A blind scoring says what was heard; mended by a reader of the first one it would say nothing.
        raise NotNow
    before, notes = call.state, dict(notes or {})
    move(
        call,
        {Call.State.SUBMITTED, Call.State.APPROVED},
        at=at,
        state=Call.State.RETURNED,
        decided_at=at,
        decided_by=by,
        return_reason=reason,
        return_notes=notes,
        revision=call.revision + 1,
    )
    if before == Call.State.APPROVED:
        refuse_under_appeal(call)
    changes: dict[str, Any] = {"state": [before, "returned"]}
    if notes:
        changes["notes"] = [{}, notes]
    record(call, action="returned", by=by, at=at, reason=reason, changes=changes)
    if before == Call.State.APPROVED:
        announce([call])
    return call


@transaction.atomic
def void(*, call: Call, by: User, reason: str, at: dt.datetime) -> Call:
    """Takes a call out for good: it stays readable and counts nowhere."""
    hold(call)
    before = call.state
    allowed = {Call.State.SUBMITTED, Call.State.APPROVED, Call.State.RETURNED}
    move(call, allowed, at=at, state=Call.State.VOIDED, decided_at=at, decided_by=by)
    if before == Call.State.APPROVED:
        refuse_under_appeal(call)
    let_go(call, by=by, at=at, action="call voided", reason=reason)
    record(call, action="voided", by=by, at=at, reason=reason, changes={"state": [before, "voided"]})
    if before == Call.State.APPROVED:
        announce([call])
    return call


def refuse_under_appeal(call: Call) -> None:
    """While a department's appeal is open only its outcome changes the call.

    Asked after the call's row was changed: that holds the row, so no appeal can be raised in between.
    """
    if Appeal.objects.open().filter(call=call).exists():
        raise UnderAppeal


def cell_of(call: Call) -> Cell:
    return Cell(call.department_id, call.local_date, call.version_id, call.scenario_id, call.wave_id)


def announce(calls: Iterable[Call]) -> None:
    """Tells, inside the transaction, whose stored sums must be made anew."""
    counting_changed.send(sender=Call, cells=frozenset(cell_of(call) for call in calls if call.kind == Call.Kind.FIELD))
