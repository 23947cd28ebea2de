"""What happened after a call: the form handed in, returned, decided; the promised callback kept or not."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from surveys.demo import days
from surveys.demo.data import DemoCallback, DemoEvent, DemoStep
from surveys.demo.truth import Department

REVIEWER, COORDINATOR = "reviewer@demo.example", "coordinator@demo.example"
RETURNED_FIRST: Final = 0.05
WINDOW: Final = dt.timedelta(hours=24)
MINUTE: Final = dt.timedelta(minutes=1)
TALK_MEAN, TALK_SPREAD, SHORT_TALK, LONGEST_TALK = math.log(150), 0.5, 90, 7 * 60
TRANSFERRED, TIMED = 0.2, 0.9


@dataclass(frozen=True, slots=True)
class Course:
    """The times and the history that a state brings with it."""

    submitted_at: dt.datetime
    changed_at: dt.datetime
    history: tuple[DemoStep, ...]
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    return_reason: str = ""


def handed_in(rng: Random, called_at: dt.datetime) -> dt.datetime:
    """The call itself and the form after it."""
    return called_at + dt.timedelta(seconds=rng.randint(8 * 60, 45 * 60))


def course(
    rng: Random,
    *,
    state: str,
    by: str,
    called_at: dt.datetime,
    limit: dt.datetime,
    void_reason: str,
    return_reason: str,
) -> Course:
    """From the call to its state, all before `limit`. The reasons are used if it is voided, or came back."""
    submitted = handed_in(rng, called_at)
    decider = COORDINATOR if rng.random() < 0.1 else REVIEWER
    steps = [DemoStep(submitted, "submitted", by, "draft", "submitted")]
    if state == "submitted":
        return Course(submitted, submitted, tuple(steps))
    decided = _decision(rng, submitted, limit)
    if state == "returned":
        steps.append(DemoStep(decided, "returned", decider, "submitted", "returned", return_reason))
        return Course(submitted, decided, tuple(steps), decided, decider, return_reason)
    if state == "approved" and rng.random() < RETURNED_FIRST:
        again = decided + rng.randint(30, 20 * 60) * MINUTE
        finally_decided = _decision(rng, again, limit)
        if finally_decided < limit:
            steps.append(DemoStep(decided, "returned", decider, "submitted", "returned", return_reason))
            steps.append(DemoStep(again, "submitted", by, "returned", "submitted"))
            submitted, decided = again, finally_decided
    after = "approved" if state == "approved" else "voided"
    steps.append(DemoStep(decided, after, decider, "submitted", after, void_reason if after == "voided" else ""))
    return Course(submitted, decided, tuple(steps), decided, decider)


def taps(
    rng: Random, *, called_at: dt.datetime, seconds: int, answered: bool, held: bool, submitted_at: dt.datetime
) -> dict[str, Any]:
    """What the evaluator tapped during the call, and when the first question was answered after it."""
    marks: list[list[Any]] = [["dialled", 0]]
    ended = seconds
    if answered:
        marks.append(["answered", seconds])
        talk = round(math.exp(rng.gauss(TALK_MEAN, TALK_SPREAD)))
        ended = seconds + min(max(talk, 25), LONGEST_TALK)
        if held and ended - seconds > SHORT_TALK:
            hold = seconds + rng.randint(15, (ended - seconds) // 3)
            marks += [["hold", hold], ["back", rng.randint(hold + 5, ended - 20)]]
            if rng.random() < TRANSFERRED:
                marks.append(["transferred", marks[-1][1] + 2])
    marks.append(["ended", ended])
    hung_up = called_at + dt.timedelta(seconds=ended)
    first = min(hung_up + dt.timedelta(seconds=rng.randint(20, 9 * 60)), submitted_at - 2 * MINUTE)
    # Not everybody uses the timer.
    return {"timeline": marks, "first_answer_at": first} if rng.random() < TIMED else {"first_answer_at": first}


def _decision(rng: Random, submitted: dt.datetime, limit: dt.datetime) -> dt.datetime:
    """In office hours within some working days; the same evening where that would be after `limit`."""
    day = submitted.astimezone(days.ZONE).date()
    choices = [day, *days.working_days(day + days.DAY, day + 9 * days.DAY)][:4]
    chosen = rng.choices(choices, (35, 40, 15, 10)[: len(choices)])[0]
    minute = rng.randint(days.minutes_of(days.OPENS), days.minutes_of(days.CLOSES))
    moment = days.local(chosen, dt.time(minute // 60, minute % 60, rng.randrange(60)))
    if submitted + 5 * MINUTE < moment < limit:
        return moment
    return submitted + rng.randint(12, 75) * MINUTE


def callback(
    rng: Random, *, department: Department, called_at: dt.datetime, due: str | None, who: str, limit: dt.datetime
) -> DemoCallback:
    """The promise as the workflow keeps it, and what the evaluator recorded about it before `limit`."""
    due_at = called_at + WINDOW
    if due is not None:
        due_at = dt.datetime.fromisoformat(due).replace(tzinfo=days.ZONE).astimezone(dt.UTC)
    event = _event(rng, department, called_at, due_at, who)
    return DemoCallback(due_at, who, event if event.recorded_at < limit else None)


def _event(rng: Random, department: Department, called_at: dt.datetime, due_at: dt.datetime, who: str) -> DemoEvent:
    chance = rng.random()
    if chance < department.kept:
        happened = _office_moment(rng, called_at + 15 * MINUTE, called_at + WINDOW)
    elif chance < department.kept + department.late:
        happened = _office_moment(rng, called_at + WINDOW + MINUTE, called_at + dt.timedelta(days=9))
    else:
        given_up = max(due_at, called_at + WINDOW) + dt.timedelta(hours=rng.randint(24, 80))
        noted = _office_moment(rng, given_up, given_up + dt.timedelta(days=6))
        return DemoEvent("not_come", noted, "", noted)
    return DemoEvent("came", happened, who, happened + rng.randint(3, 50) * MINUTE)


def _office_moment(rng: Random, after: dt.datetime, before: dt.datetime) -> dt.datetime:
    """Somewhere in the office hours between two moments, earlier ones likelier."""
    spans = list(days.office_spans(after, before))
    left: dt.timedelta = sum((end - start for start, end in spans), dt.timedelta()) * rng.random() ** 1.5
    for start, end in spans:
        if left <= end - start:
            return (start + left).replace(microsecond=0)
        left -= end - start
    return after
