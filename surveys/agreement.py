"""Two scorings of the same call, question by question: where they say the same, where not, and where one was not asked.

Knows no models: answers in, lines out. What the lines add up to is for statistics (`analytics.agreement`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from surveys import definition
from surveys.definition import Answers, Definition, Facts, Item
from surveys.presentation import answer_words


@dataclass(frozen=True, slots=True)
class Line:
    """One question. `same` is None for a question that is not scored; `first` and `second` are answers in words."""

    code: str
    text: str
    dimension: str
    first: str
    second: str
    first_remark: str
    second_remark: str
    same: bool | None


def verdicts(form: Definition, facts: Facts, first: Answers, second: Answers) -> dict[str, bool]:
    """By the code of each scored question that either scoring was asked: whether both say the same.

    A question that only one of them was asked, since their answers to others differ, is not the same. Numbers are the same
    when they earn the same points.
    """
    return {
        item.code: is_same(item, first.get(item.code), second.get(item.code))
        for item in _asked(form, facts, first, second)
        if item.scored
    }


def _asked(form: Definition, facts: Facts, *scorings: Answers) -> Iterator[Item]:
    shown = {code for answers in scorings for code in definition.visible(form, answers, facts)}
    for item in form.items:
        if item.code in shown and any(_said(answers.get(item.code)) is not None for answers in scorings):
            yield item


def is_same(item: Item, first: Answers | None, second: Answers | None) -> bool:
    return said(item, first) == said(item, second)


def said(item: Item, answer: Answers | None) -> str:
    """What an answer says, as one value to compare or count by; "" when there is none."""
    value = _said(answer)
    if value is None or value in MARKS:
        return str(value or "")
    if item.kind == "number" and item.bands:
        return f"{item.points_for(value)}"
    return "|".join(sorted(value)) or ":none" if isinstance(value, list) else str(value)


# No option's value begins with a colon.
MARKS: Final = (":na", ":unfit")


def _said(answer: Answers | None) -> Any:
    if not answer:
        return None
    return next((mark for mark in MARKS if answer.get(mark[1:])), answer.get("value"))


def lines(form: Definition, facts: Facts, first: Answers, second: Answers, language: str) -> tuple[Line, ...]:
    """Every question that either was asked, in the checklist's order, side by side."""
    known = verdicts(form, facts, first, second)
    return tuple(
        Line(
            code=item.code,
            text=definition.text(item.text, language),
            dimension=form.section_of(item.code).dimension,
            first=answer_words(item, first.get(item.code), language),
            second=answer_words(item, second.get(item.code), language),
            first_remark=_remark(first.get(item.code)),
            second_remark=_remark(second.get(item.code)),
            same=known.get(item.code),
        )
        for item in _asked(form, facts, first, second)
    )


def _remark(answer: Answers | None) -> str:
    words = [(answer or {}).get("quote"), (answer or {}).get("comment")]
    return " · ".join(word for word in words if word)
