"""What a checklist cannot check by itself, because it takes the call: when it was, and what else was said of a promise.

Plain Python over a definition and answers; words are in `surveys.messages`.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from surveys import definition, promises
from surveys.definition import Answers, Definition, Facts, Problem


def check_call(
    form: Definition, answers: Answers, facts: Facts, *, called_at: dt.datetime, zone: dt.tzinfo
) -> tuple[Problem, ...]:
    """What stops these answers from being handed in for a call of this moment; empty when nothing does."""
    found = definition.check_answers(form, answers, facts)
    item = form.recording("callback_due")
    if item is None or any(problem.path == item.code for problem in found):
        return found
    if item.code not in definition.visible(form, answers, facts):
        return found
    problem = due_problem(form, answers, called_at=called_at, zone=zone)
    return (*found, problem) if problem else found


def due_problem(form: Definition, answers: Answers, *, called_at: dt.datetime, zone: dt.tzinfo) -> Problem | None:
    """Why the agreed moment cannot be what was promised in a call of this moment, if it cannot."""
    due = due_of(form, answers, zone)
    item = form.recording("callback_due")
    code = promises.absurd(due, called_at) if due else None
    if item is None or code is None:
        return None
    params: dict[str, object] = {"days": promises.LONGEST.days}
    if code == "due_before_call":
        params = {"moment": called_at.astimezone(zone)}
    return Problem(item.code, code, params)


def due_of(form: Definition, answers: Answers, zone: dt.tzinfo) -> dt.datetime | None:
    item = form.recording("callback_due")
    value = _value(answers.get(item.code)) if item else None
    return promises.moment(value, zone) if isinstance(value, str) else None


def contradiction(form: Definition, answers: Answers, facts: Facts) -> Problem | None:
    """Where the fate and the promise do not say the same: the code says how, the path is the item that records the fate.

    It stops nobody: callers are told all kinds of things. `promise_unsaid`: a callback was agreed, but no question about
    it holds a moment. `promise_lost`: a moment was noted, but the call is said to have ended otherwise.
    """
    fate, due = form.recording("fate"), form.recording("callback_due")
    if fate is None or due is None:
        return None
    shown = definition.visible(form, answers, facts)
    ended = _value(answers.get(fate.code)) if fate.code in shown else None
    has_moment = due.code in shown and _value(answers.get(due.code)) is not None
    if ended == "callback_agreed" and not has_moment:
        return Problem(fate.code, "promise_unsaid")
    if ended is not None and ended != "callback_agreed" and has_moment:
        return Problem(fate.code, "promise_lost")
    return None


def _value(answer: Mapping[str, Any] | None) -> Any:
    return answer.get("value") if answer else None
