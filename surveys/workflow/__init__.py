"""The steps of a call's life, one function each: atomic, audited, safe to repeat.

open -> save (many times) -> submit -> approve | return -> submit ... ; void at any point.
Every step takes the person (`by`) and the time (`at`); a step that comes too late raises `Stale`, a forbidden one `NotNow`.
Whether the person may is decided before, in `access`.
"""

from surveys.trail import record

from .copies import keep_late, may_take, settle
from .deciding import announce, approve, cell_of, return_call, void
from .drafting import change_facts, discard, open_call, save_answers
from .filling import SCORED_FIELDS, fill_from_answers, keep_promise, promise_of, recorded_values
from .outcomes import Incomplete, NotNow, OutsideWave, Received, Saved, Stale, WorkflowError
from .submitting import receive, submit

__all__ = [
    "SCORED_FIELDS",
    "Incomplete",
    "NotNow",
    "OutsideWave",
    "Received",
    "Saved",
    "Stale",
    "WorkflowError",
    "announce",
    "approve",
    "cell_of",
    "change_facts",
    "discard",
    "fill_from_answers",
    "keep_late",
    "keep_promise",
    "may_take",
    "open_call",
    "promise_of",
    "receive",
    "record",
    "recorded_values",
    "return_call",
    "save_answers",
    "settle",
    "submit",
    "void",
]
