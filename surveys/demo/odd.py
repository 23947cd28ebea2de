"""Calls among those that wait in which something strikes the eye, so that the queue has flags to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from surveys.demo.data import DemoCall

DOES_NOT_FIT: Final = "tone.effort"
REMARK: Final = "Er werd meteen een collega aan de lijn gegeven; over de inspanning van de eerste valt niets te zeggen."


def too_fast(call: DemoCall) -> DemoCall:
    """All of it filled in within half a minute."""
    at = call.history[0].at
    return replace(call, first_answer_at=at - dt.timedelta(seconds=31))


def long_recall(call: DemoCall) -> DemoCall:
    """Filled in after lunch."""
    return _handed_in(call, call.called_at + dt.timedelta(minutes=171), dt.timedelta(minutes=9))


def does_not_fit(call: DemoCall) -> DemoCall:
    return replace(call, answers=call.answers | {DOES_NOT_FIT: {"unfit": True, "comment": REMARK}})


def _handed_in(call: DemoCall, at: dt.datetime, filling: dt.timedelta) -> DemoCall:
    history = (replace(call.history[0], at=at), *call.history[1:])
    return replace(call, submitted_at=at, changed_at=at, first_answer_at=at - filling, history=history)


# One waiting call each, from the third on: the first two are those of the evaluator who signs in.
STRIKING: Final[tuple[Callable[[DemoCall], DemoCall] | None, ...]] = (None, None, too_fast, long_recall, does_not_fit)
