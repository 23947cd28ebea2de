"""What the steps share: the lock, the compare-and-set, and how answers are cleaned."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from surveys import definition
from surveys.definition import AnswerError, Answers, Definition, Problem
from surveys.models import Call, User

from .fulfilling import hold
from .outcomes import NotNow, OutsideWave, Stale


def locked(call: Call, by: User) -> Call:
    """The evaluator's call as it is now; nobody else can change it until the transaction ends."""
    hold(call)
    now: Call = Call.objects.select_for_update(of=("self",)).with_names().get(pk=call.pk)
    if now.evaluator_id != by.pk:
        raise NotNow
    return now


def place(call: Call) -> None:
    """Sets (without saving) the call's day, which must be one of its wave's, unless it was heard before."""
    zone = call.organisation.zone
    if call.kind == Call.Kind.FIELD and not call.wave.takes(call.called_at, zone):
        raise OutsideWave(call.wave)
    call.place_in_time(zone)


def move(call: Call, allowed: Collection[str], *, at: dt.datetime, **values: Any) -> None:
    """Compare-and-set: the call goes to its new state only from one of `allowed` and only if nobody was first."""
    if call.state not in allowed:
        raise NotNow
    changed = Call.objects.filter(pk=call.pk, state=call.state, revision=call.revision).update(**values, changed_at=at)
    if not changed:
        raise Stale
    for name, value in values.items():
        setattr(call, name, value)


def clean_all(form: Definition, raw: Answers) -> tuple[dict[str, Any], dict[str, Problem]]:
    """The answers that can be stored, and why the others cannot."""
    cleaned: dict[str, Any] = {}
    refused: dict[str, Problem] = {}
    for code, each in raw.items():
        if code not in form:
            refused[code] = Problem(code, "item_unknown")
            continue
        try:
            cleaned[code] = definition.clean_answer(form.item(code), each)
        except AnswerError as error:
            refused[code] = error.problem
    return cleaned, refused


def put(answers: dict[str, Any], code: str, answer: Any) -> None:
    if answer is None:
        answers.pop(code, None)
    else:
        answers[code] = answer


def facts_as_given(call: Call) -> dict[str, Any]:
    """Whom was called, when and in which wave, as a copy keeps it."""
    return {
        "wave": call.wave_id, "department": call.department_id, "scenario": call.scenario_id,
        "called_at": call.called_at.astimezone(dt.UTC).isoformat(),
    }  # fmt: skip
