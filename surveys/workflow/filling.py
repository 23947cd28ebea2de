"""What follows from a call's answers: its scores and other columns, and the callback that was promised in it."""

import datetime as dt
from typing import Any, Final

from surveys import definition, promises, scoring
from surveys.marks import Marks
from surveys.models import Call, Callback
from surveys.models.calls import DIMENSION_MEASURES, measure_column

SCORED_FIELDS: Final = (
    "score",
    "score_calculated",
    "content",
    "experience",
    "critical",
    *(measure_column(name) for name in DIMENSION_MEASURES),
    "outcome",
    "failed_by",
    "item_points",
    "phrases",
    "fate",
    "seconds_to_answer",
    "would_call_again",
    "content_hash",
    "ended_at",
    "hold_seconds",
    "talk_seconds",
    "unfit_count",
)
# What the column of seconds can hold; a checklist may ask without bounds.
LONGEST: Final = 2**31 - 1


def fill_from_answers(call: Call) -> scoring.Scoring:
    """Sets (without saving) every column that follows from the answers and marks: scores, fate, seconds, hash."""
    form = call.version.definition
    result = scoring.score(form, call.answers, call.facts)
    for name in ("score", "score_calculated", "content", "experience", "critical"):
        setattr(call, name, getattr(result, name))
    for name in DIMENSION_MEASURES:
        setattr(call, measure_column(name), result.by_dimension[name])
    call.outcome, call.failed_by = result.outcome, list(result.failed_by)
    call.item_points = {
        line.code: [
            line.points if line.state == "scored" else None,
            line.lost_hundredths if line.state == "scored" else 0,
        ]
        for line in result.trace
        if line.state in {"scored", "na"}
    }
    call.phrases = heard_phrases(call)
    recorded = recorded_values(call)
    call.fate = recorded.get("fate") or ""
    seconds, again = recorded.get("seconds_to_answer"), recorded.get("would_call_again")
    found = Marks(call.timeline, call.dialled_at)
    call.ended_at, call.hold_seconds, call.talk_seconds = found.ended_at(call.called_at), found.on_hold, found.talk
    # What was answered counts; without such a question, or an answer to it, what was tapped.
    call.seconds_to_answer = found.answered if seconds is None else min(max(int(definition.exact(seconds)), 0), LONGEST)
    call.unfit_count = sum(bool(answer.get("unfit")) for answer in call.answers.values())
    call.would_call_again = None if again is None else int(again)
    call.content_hash = definition.content_hash(call.answers)
    return result


def heard_phrases(call: Call) -> list[str]:
    """The codes of the phrases noted in a call, each once; "" stands for all that are not of the bank."""
    found: set[str] = set()
    for item in call.version.definition.items:
        answer = call.answers.get(item.code) if item.kind == "phrase" else None
        found.update(row["phrase"] for row in (answer or {}).get("value") or ())
    return sorted(found)


def recorded_values(call: Call) -> dict[str, Any]:
    """The answers of items that record a fact of the call: {"fate": "helped", "callback_due": "2026-..."}."""
    values = {}
    for item in call.version.definition.items:
        answer = call.answers.get(item.code)
        if item.records and answer and "value" in answer:
            values[item.records] = answer["value"]
    return values


def keep_promise(call: Call) -> None:
    """A promised callback gets its entry in the ledger; a promise that nothing was recorded of goes when it is no more.

    Only a field call makes a promise: whoever scores one a second time heard the same promise, not another.
    """
    if call.kind != Call.Kind.FIELD:
        return
    promise = promise_of(call)
    if promise is None:
        Callback.objects.filter(call=call, events=None).delete()
        # One of which something was recorded stays: it was made in its call, whenever that turns out to have been.
        Callback.objects.filter(call=call).update(promised_at=call.called_at)
        return
    Callback.objects.update_or_create(
        call=call, defaults={"promised_at": promise.promised_at, "due_at": promise.due_at, "who": promise.who}
    )


def promise_of(call: Call) -> Callback | None:
    """The unsaved ledger entry of a promised callback; without a named time the organisation's window is the deadline."""
    if call.fate != Call.Fate.CALLBACK_AGREED or call.kind != Call.Kind.FIELD:
        return None
    recorded = recorded_values(call)
    due = call.called_at + dt.timedelta(hours=call.organisation.callback_window_hours)
    if recorded.get("callback_due"):
        due = promises.moment(recorded["callback_due"], call.organisation.zone)
    return Callback(call=call, promised_at=call.called_at, due_at=due, who=(recorded.get("callback_who") or "")[:120])
