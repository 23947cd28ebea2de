"""Gathers what the flag rules look at, in at most three bounded queries, and sets a call's flags."""

import datetime as dt
from typing import Any, Final

from surveys import flags
from surveys.models import Call

from .filling import recorded_values

# So many of the evaluator's other calls are compared, the latest ones: who copies, copies from last week, not from last year.
COMPARED: Final = 100
USUAL: Final = 200
HANDED_IN: Final = (Call.State.SUBMITTED, Call.State.APPROVED, Call.State.RETURNED)


def flag(call: Call, *, at: dt.datetime) -> None:
    """Sets (without saving) the flags of a call whose columns have been filled from its answers."""
    compared = {
        "window": _window(call),
        "texts": _texts(call) if any(flags.own_texts(call.version.definition, call.answers)) else {},
        "usual": _usual(call) if call.score is not None else (),
    }
    _keep(call, _evidence(call, at=at, **compared))


def flag_alone(call: Call, *, at: dt.datetime) -> None:
    """The same by what the call says itself, without a query: for thousands at once. A log may lack the hour, not the day."""
    _keep(call, _evidence(call, at=at, window=flags.Window(weekdays=tuple(call.wave.weekdays))))


def _keep(call: Call, seen: flags.Evidence) -> None:
    call.flags = flags.flags_of(seen)
    call.flag_count = len(call.flags)


def _evidence(call: Call, *, at: dt.datetime, **compared: Any) -> flags.Evidence:
    listened = call.kind != Call.Kind.FIELD or (call.assignment is not None and call.assignment.is_listening)
    return flags.Evidence(
        form=call.version.definition,
        answers=call.answers,
        fate=call.fate,
        recorded=recorded_values(call),
        item_points=call.item_points,
        score=call.score,
        called_at=call.called_at,
        submitted_at=at,
        zone=call.organisation.zone,
        first_answer_at=call.first_answer_at,
        call_seconds=_call_seconds(call),
        recall_minutes=call.recall_minutes,
        recognised=call.recognised,
        listened=listened,
        **compared,
    )


def _window(call: Call) -> flags.Window:
    if call.assignment is not None:
        return flags.Window(starts_at=call.assignment.starts_at, until=call.assignment.until)
    wave = call.wave
    return flags.Window(
        weekdays=tuple(wave.weekdays), calls_from=wave.calls_from, calls_until=wave.calls_until
    )  # fmt: skip


def _call_seconds(call: Call) -> int | None:
    """How long the call took: talk and hold, else from the first mark to the last."""
    if call.talk_seconds is not None:
        return call.talk_seconds + (call.hold_seconds or 0)
    marks = [second for _name, second in call.timeline]
    return int(max(marks) - min(marks)) if len(marks) > 1 else None


def _texts(call: Call) -> dict[str, int]:
    """What this evaluator wrote in other calls, the latest first."""
    others = Call.objects.filter(
        evaluator=call.evaluator_id, organisation=call.organisation_id, state__in=HANDED_IN
    ).exclude(pk=call.pk)
    latest = others.select_related("version").defer("version__document").order_by("-changed_at", "-pk")[:COMPARED]
    found: dict[str, int] = {}
    for other in latest:
        for _item, text in flags.own_texts(other.version.definition, other.answers):
            found.setdefault(text, other.pk)
    return found


def _usual(call: Call) -> tuple[int, ...]:
    same = Call.objects.filter(
        wave=call.wave_id,
        kind=Call.Kind.FIELD,
        state__in=HANDED_IN,
        department=call.department_id,
        evaluator=call.evaluator_id,
        score__isnull=False,
    ).exclude(pk=call.pk)
    return tuple(same.order_by("-pk").values_list("score", flat=True)[:USUAL])
