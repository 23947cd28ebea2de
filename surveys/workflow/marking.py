"""The marks of a call beside its answers: saved under one reserved code, kept in columns of their own."""

import datetime as dt
from typing import Any

from surveys import marks
from surveys.definition import AnswerError, Answers, Definition, Problem
from surveys.marks import Marks
from surveys.models import Call

from .shared import clean_all


def marks_of(call: Call) -> Marks:
    return Marks(call.timeline, call.dialled_at)


def with_marks(call: Call) -> dict[str, Any]:
    """All that is saved of a call by code: its answers, and its marks if it has any."""
    saved = marks_of(call).as_answer()
    return {**call.answers, marks.CODE: saved} if saved else dict(call.answers)


def clean_changes(form: Definition, raw: Answers) -> tuple[dict[str, Any], dict[str, Problem]]:
    """As `clean_all`, and the marks too."""
    cleaned, refused = clean_all(form, {code: each for code, each in raw.items() if code != marks.CODE})
    if marks.CODE in raw:
        try:
            cleaned[marks.CODE] = marks.read(raw[marks.CODE]).as_answer()
        except AnswerError as error:
            refused[marks.CODE] = error.problem
    return cleaned, refused


def without_marks(answers: Answers) -> dict[str, Any]:
    return {code: answer for code, answer in answers.items() if code != marks.CODE}


def mark_columns(called_at: dt.datetime, found: Marks) -> dict[str, Any]:
    """The columns of a call that its marks say."""
    return {
        "timeline": found.timeline,
        "dialled_at": found.dialled_at,
        "ended_at": found.ended_at(called_at),
        "hold_seconds": found.on_hold,
        "talk_seconds": found.talk,
    }


def replace_answers(call: Call, saved: Answers, *, at: dt.datetime) -> None:
    """Puts whole other answers into a call; its marks stay unless there are others among them."""
    revision, before = call.revision + 1, with_marks(call)
    after = (
        {**saved, marks.CODE: before[marks.CODE]} if marks.CODE in before and marks.CODE not in saved else dict(saved)
    )
    touched = {code for code in {*before, *after} if before.get(code) != after.get(code)}
    Call.objects.filter(pk=call.pk).update(
        answers=without_marks(after),
        answer_revisions={**call.answer_revisions, **dict.fromkeys(touched, revision)},
        revision=revision,
        changed_at=at,
        **mark_columns(call.called_at, marks.read(after.get(marks.CODE))),
    )
