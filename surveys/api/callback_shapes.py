"""Promised callbacks as the API sends and takes them."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from surveys.api.fields import MomentField, Shape, choice
from surveys.promises import STATES

EVENTS = ("came", "not_come")


class CallbackEventOut(Shape):
    kind = choice(EVENTS, help_text="`came`: the call came; `not_come`: no call came.")
    happened_at = serializers.DateTimeField()
    by_whom = serializers.CharField(allow_blank=True)


class CallbackOut(Shape):
    """A promise heard in the call, and what became of it."""

    promised_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    who = serializers.CharField(allow_blank=True, help_text="Who would call.")
    state = choice(
        STATES,
        help_text="Follows from the events and the time. `overdue`: within the organisation's hours of grace. `broken`: it "
        "was recorded that no call came, or the grace is over and nothing was recorded.",
    )
    came_at = serializers.DateTimeField(allow_null=True, help_text="When the promised call came.")
    in_time = serializers.BooleanField(allow_null=True, help_text="Came by `due_at`; null while unknown.")
    within_window = serializers.BooleanField(
        allow_null=True,
        help_text="Came within the organisation's hours of the promise, as figures count; null while unknown.",
    )
    broken_after = serializers.DateTimeField(help_text="`due_at` and the hours of grace.")
    events = CallbackEventOut(many=True, help_text="In the order of recording; the last one holds.")


def callback_shown(callback: Any, at: dt.datetime) -> dict[str, Any]:
    """A promise with what became of it as far as known at `at`."""
    outcome = callback.outcome(at=at)
    told = {name: getattr(outcome, name) for name in ("state", "came_at", "in_time", "within_window", "broken_after")}
    promised = {name: getattr(callback, name) for name in ("promised_at", "due_at", "who")}
    return CallbackOut(promised | told | {"events": callback.events.all()}).data


class CallbackEventIn(Shape):
    """What became of a promised callback. Recording the same once more changes nothing."""

    kind = choice(EVENTS, help_text="`came`: the call came; `not_come`: the agreed moment has passed without a call.")
    happened_at = MomentField(
        required=False, help_text="When it came, with offset; only with `came`, and needed there."
    )
    by_whom = serializers.CharField(required=False, max_length=120, allow_blank=True, default="")

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent["kind"] == "came" and "happened_at" not in sent:
            raise serializers.ValidationError({"happened_at": _("Say when the call came.")}, "required")
        if sent["kind"] == "not_come" and ("happened_at" in sent or sent["by_whom"]):
            raise serializers.ValidationError({"happened_at": _("Leave this out when no call came.")}, "not_here")
        return sent
