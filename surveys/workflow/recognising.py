"""The evaluator was recognised: the call is kept and counts nowhere, and somebody else has to make it."""

import datetime as dt

from django.db import transaction

from surveys.models import Call, User
from surveys.trail import record

from .fulfilling import let_go
from .outcomes import NotNow
from .shared import locked, move

# Once a call has been approved it is for a reviewer to take out.
STATES = {Call.State.DRAFT, Call.State.SUBMITTED, Call.State.RETURNED}


@transaction.atomic
def recognise(*, call: Call, by: User, at: dt.datetime) -> Call:
    """Voids the evaluator's own call; its assignment goes back to the coordinator, for another evaluator."""
    call = locked(call, by)
    if call.kind != Call.Kind.FIELD or (call.state == Call.State.VOIDED and not call.recognised):
        raise NotNow
    if call.recognised:
        return call
    before = call.state
    move(call, STATES, at=at, state=Call.State.VOIDED, decided_at=at, recognised=True)
    let_go(call, by=by, at=at, action="recognised")
    record(call, action="recognised", by=by, at=at, changes={"state": [before, "voided"]})
    return call
