"""The ledger of promised callbacks: that the call came, or that it did not. Each is an event, kept for good.

Whoever was mistaken records again; the last event holds (`surveys.promises`). Recording the very same once more changes
nothing, so a lost answer may be asked for again.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from surveys.models import Call, Callback, CallbackEvent, User
from surveys.promises import CAME
from surveys.trail import record

from .deciding import announce
from .outcomes import NotNow, WorkflowError

# A clock that runs a little ahead is no reason to refuse.
AHEAD: Final = dt.timedelta(minutes=5)
TAKES: Final = (Call.State.SUBMITTED, Call.State.RETURNED, Call.State.APPROVED)


class CallbackRefused(WorkflowError):
    """What was said about a callback cannot be so; `field` is to blame."""

    code = "callback_early"
    field = "happened_at"

    def __init__(self, moment: dt.datetime, callback: Callback) -> None:
        super().__init__(self.code)
        self.params = {"moment": moment.astimezone(callback.call.organisation.zone)}


class CallbackClosed(NotNow):
    """The call was voided: what became of its promise counts nowhere."""

    code = "callback_closed"


class BeforePromise(CallbackRefused):
    """The call came before it was promised."""


class StillToCome(CallbackRefused):
    """The call came at a moment that has not come yet."""

    code = "callback_future"


class NotDueYet(CallbackRefused):
    """Nobody can know yet that it did not come."""

    code = "callback_not_due"
    field = "kind"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The event that holds now; `is_new` is False when the same was recorded before."""

    event: CallbackEvent
    is_new: bool


@transaction.atomic
def record_callback(
    *,
    callback: Callback,
    kind: str,
    by: User,
    at: dt.datetime,
    happened_at: dt.datetime | None = None,
    by_whom: str = "",
) -> Recorded:
    """Records that the promised call came at `happened_at`, or (`not_come`) that until `at` none did.

    Raises `BeforePromise`, `StillToCome` or `NotDueYet` for what cannot be, `CallbackClosed` for a call that was voided.
    """
    callback = Callback.objects.select_for_update(of=("self",)).select_related("call__organisation").get(pk=callback.pk)
    call = callback.call
    if call.state not in TAKES or call.kind != Call.Kind.FIELD:
        raise CallbackClosed
    last = callback.events.last()
    moment = _checked(callback, kind, happened_at, last, at)
    if last is not None and _says_the_same(last, kind, moment, by_whom, callback):
        return Recorded(last, is_new=False)
    before = callback.outcome(at=at).state
    event = CallbackEvent.objects.create(
        callback=callback, kind=kind, happened_at=moment, by_whom=by_whom, recorded_by=by, recorded_at=at
    )
    changes = {"callback": [before, callback.outcome(at=at).state], "kind": [last.kind if last else None, kind]}
    record(call, action="callback recorded", by=by, at=at, changes=changes)
    if call.state == Call.State.APPROVED:
        announce([call])
    return Recorded(event, is_new=True)


def _checked(
    callback: Callback, kind: str, happened_at: dt.datetime | None, last: CallbackEvent | None, at: dt.datetime
) -> dt.datetime:
    """When it happened, if that can be."""
    if kind == CAME:
        if happened_at is None:
            raise ValueError("a call that came has a moment")
        # The form asks for minutes: the minute of the promise is late enough.
        if happened_at < callback.promised_at.replace(second=0, microsecond=0):
            raise BeforePromise(callback.promised_at, callback)
        if happened_at > at + AHEAD:
            raise StillToCome(at, callback)
        return max(happened_at, callback.promised_at)
    # Before the agreed moment it only takes back what was recorded by mistake.
    if at <= callback.due_at and (last is None or last.kind != CAME):
        raise NotDueYet(callback.due_at, callback)
    return at


def _says_the_same(last: CallbackEvent, kind: str, moment: dt.datetime, by_whom: str, callback: Callback) -> bool:
    if last.kind != kind:
        return False
    if kind == CAME:
        return last.happened_at == moment and last.by_whom == by_whom
    return last.happened_at > callback.due_at or moment <= callback.due_at
