"""Doors to promised callbacks, and to calls that a question did not fit."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from surveys.models import Call, Callback, Organisation, User
from surveys.promises import OPEN
from surveys.querysets import CallbackQuerySet, CallQuerySet, standing

from .base import COORDINATORS, one_or_404
from .calls import visible_calls


def visible_callbacks(user: User) -> CallbackQuerySet:
    """Promises of the calls that this person may see, with all that telling of them takes."""
    promises = Callback.objects.for_user(user)
    return promises.select_related("call__department", "call__organisation").prefetch_related("events__recorded_by")


def callbacks_of(user: User, organisation: Organisation) -> CallbackQuerySet:
    """All promises of an organisation that stand, for those who check its calls."""
    return visible_callbacks(user).filter(call__organisation=organisation).of_field_calls()


def open_promises(user: User, organisation: Organisation, *, at: dt.datetime) -> CallbackQuerySet:
    """Promises of the user's own calls that may still be recorded: open ones, and broken ones that nobody said anything of."""
    own = visible_callbacks(user).filter(call__evaluator=user, call__organisation=organisation).of_field_calls()
    grace = organisation.callback_grace_hours
    still_open, broken = own.in_state(*OPEN, grace_hours=grace, at=at), own.filter(events=None)
    return own.filter(pk__in=still_open.values("pk")) | own.filter(pk__in=broken.values("pk"))


def callback_of(user: User, call: Call) -> Callback | None:
    """What was promised in a call that the user may see."""
    callback: Callback | None = visible_callbacks(user).filter(call=call).first()
    return callback


def callback_or_404(user: User, pk: int) -> Callback:
    callback: Callback = one_or_404(visible_callbacks(user).filter(call__kind="field"), pk=pk)
    return callback


def callback_to_record_or_404(user: User, pk: int) -> Callback:
    """For the evaluator to whom the promise was made, and for coordinators on their behalf; 403 for other readers."""
    return _to_record(user, callback_or_404(user, pk))


def callback_in_call_or_404(user: User, call: int, *, to_record: bool = False) -> Callback:
    """The promise made in a call, by the call's key; with `to_record` 403 for those who may only read it."""
    callback: Callback = one_or_404(visible_callbacks(user).filter(call__kind="field"), call=call)
    return _to_record(user, callback) if to_record else callback


def _to_record(user: User, callback: Callback) -> Callback:
    if not may_record_callback(user, callback):
        raise PermissionDenied(
            _("The evaluator of the call records what became of its promise, or a coordinator does.")
        )
    return callback


def may_record_callback(user: User, callback: Callback) -> bool:
    return callback.call.evaluator_id == user.pk or standing(user).has(callback.call.organisation_id, *COORDINATORS)


def unfit_calls(user: User, organisation: Organisation) -> CallQuerySet:
    """Field calls with a question that did not fit, the latest first."""
    calls = visible_calls(user).filter(organisation=organisation, unfit_count__gt=0, kind=Call.Kind.FIELD)
    return calls.exclude(state=Call.State.VOIDED).with_names().defer("item_points").order_by("-local_date", "-pk")
