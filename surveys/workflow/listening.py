"""Who listened along to a call."""

import datetime as dt

from django.db import transaction

from surveys.models import Call, Membership, Role, User
from surveys.trail import record

from .outcomes import NotNow
from .shared import locked


@transaction.atomic
def name_listener(*, call: Call, by: User, listener: User | None, at: dt.datetime) -> Call:
    """The evaluator names a colleague, as long as the call is theirs to edit; `None` takes the name away."""
    call = locked(call, by)
    if not call.is_editable or call.kind != Call.Kind.FIELD:
        raise NotNow
    if listener is not None and (listener.pk == by.pk or not _is_evaluator(listener, call)):
        raise NotNow
    if call.listener_id != (listener.pk if listener else None):
        before, call.listener = call.listener, listener
        Call.objects.filter(pk=call.pk).update(listener=listener, changed_at=at)
        changes = {"listener": [before and before.pk, listener and listener.pk]}
        record(call, action="listener named", by=by, at=at, changes=changes)
    return call


def _is_evaluator(user: User, call: Call) -> bool:
    roles = Membership.objects.active().filter(organisation=call.organisation_id, role=Role.EVALUATOR)
    return roles.filter(user=user).exists()
