"""The recording of a call on the pages that show the call: `{% recording_sheet %}`, `{% recording_player %}`."""

from typing import Any

from django import template
from django.utils import timezone

from surveys import access
from surveys.hearing import heard

register = template.Library()


@register.inclusion_tag("surveys/listening/_sheet.html", takes_context=True)
def recording_sheet(context: dict[str, Any]) -> dict[str, Any]:
    """Player, and the way to add one; nothing for readers who may not hear. Needs `call` in the context."""
    return {**_heard(context), "request": context["request"]}


@register.inclusion_tag("surveys/listening/_player.html", takes_context=True)
def recording_player(context: dict[str, Any]) -> dict[str, Any]:
    """The player alone, beside the questions of a call that is scored by ear."""
    return _heard(context)


def _heard(context: dict[str, Any]) -> dict[str, Any]:
    user, call = access.signed_in(context["request"]), context["call"]
    may_hear = access.may_see_evaluator(user, call)
    return {"call": call, "heard": heard(user, call, timezone.now()) if may_hear else None}
