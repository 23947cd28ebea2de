"""The steps of a call's life, one function each: atomic, audited, safe to repeat.

open -> save (many times) -> submit -> approve | return -> submit ... ; void at any point.
Every step takes the person (`by`) and the time (`at`); a step that comes too late raises `Stale`, a forbidden one `NotNow`.
Whether the person may is decided before, in `access`.

Rows are locked in one order, so that two steps at once wait for each other and never both: the wave, the assignment, its
call, the calibration session; of several assignments the lower key first. `shared.locked` and `fulfilling.hold` see to it.
The wave and the assignment are locked without their keys: what points at them may be stored meanwhile.
"""

from surveys.trail import record

from .acknowledging import acknowledge, acknowledge_all
from .appealing import (
    last_day_to_appeal,
    others_who_decide,
    raise_appeal,
    reject_appeal,
    uphold_by_rescoring,
    uphold_by_voiding,
    why_no_appeal,
    withdraw_appeal,
)
from .assigning import (
    Bulk,
    accept,
    accept_all,
    assign,
    cancel,
    extend,
    hand_back,
    in_bulk,
    offer,
    over_limit,
    reassign,
    usual_end,
)
from .calibrating import close as close_session
from .calibrating import start as start_session
from .callbacks import CallbackRefused, record_callback
from .copies import keep_late, may_take, settle
from .deciding import announce, approve, cell_of, return_call, void
from .drafting import change_facts, discard, open_call, save_answers
from .filling import SCORED_FIELDS, fill_from_answers, keep_promise, promise_of, recorded_values
from .flagging import flag_alone
from .fulfilling import client_id_of, client_ids_of, heard_at
from .gold import can_score as can_score_gold
from .gold import make as make_gold
from .gold import open_waves as waves_for_gold
from .gold import save_answers as save_gold
from .gold import slip_in as slip_gold
from .gold import switch as switch_gold
from .handing_in import HandedIn, hand_in
from .listening import name_listener
from .marking import with_marks
from .outcomes import (
    AssignmentError,
    AssignmentNeeded,
    Incomplete,
    NotNow,
    OutsideWave,
    Received,
    Saved,
    Stale,
    UnderAppeal,
    WorkflowError,
)
from .recognising import recognise
from .seconds import discuss as discuss_pair
from .seconds import draw_all as draw_seconds
from .submitting import receive, submit

__all__ = [
    "SCORED_FIELDS",
    "AssignmentError",
    "AssignmentNeeded",
    "Bulk",
    "CallbackRefused",
    "HandedIn",
    "Incomplete",
    "NotNow",
    "OutsideWave",
    "Received",
    "Saved",
    "Stale",
    "UnderAppeal",
    "WorkflowError",
    "accept",
    "accept_all",
    "acknowledge",
    "acknowledge_all",
    "announce",
    "approve",
    "assign",
    "can_score_gold",
    "cancel",
    "cell_of",
    "change_facts",
    "client_id_of",
    "client_ids_of",
    "close_session",
    "discard",
    "discuss_pair",
    "draw_seconds",
    "extend",
    "fill_from_answers",
    "flag_alone",
    "hand_back",
    "hand_in",
    "heard_at",
    "in_bulk",
    "keep_late",
    "keep_promise",
    "last_day_to_appeal",
    "make_gold",
    "may_take",
    "name_listener",
    "offer",
    "open_call",
    "others_who_decide",
    "over_limit",
    "promise_of",
    "raise_appeal",
    "reassign",
    "receive",
    "recognise",
    "record",
    "record_callback",
    "recorded_values",
    "reject_appeal",
    "return_call",
    "save_answers",
    "save_gold",
    "settle",
    "slip_gold",
    "start_session",
    "submit",
    "switch_gold",
    "uphold_by_rescoring",
    "uphold_by_voiding",
    "usual_end",
    "void",
    "waves_for_gold",
    "why_no_appeal",
    "with_marks",
    "withdraw_appeal",
]
