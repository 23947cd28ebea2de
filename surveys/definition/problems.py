"""What can be wrong with a document or an answer: a place, a code, and the words to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from .shape import MAX_TEXT

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def gettext_noop(message: str) -> str:
    """Marks a sentence for translators under the name they look for, without Django; `surveys.messages` translates."""
    return message


MESSAGES: Final[dict[str, str]] = {
    # the document
    "not_object": gettext_noop("Write an object with named keys here."),
    "not_list": gettext_noop("Write a list here."),
    "key_missing": gettext_noop("Add “%(key)s”."),
    "key_unknown": gettext_noop("Remove “%(key)s”: it is not known here. Known are: %(known)s."),
    "not_text": gettext_noop("Write a text here."),
    "not_integer": gettext_noop("Write a whole number here."),
    "not_boolean": gettext_noop("Write true or false here."),
    "choice_unknown": gettext_noop("“%(value)s” is not possible here. Choose one of: %(choices)s."),
    "too_many": gettext_noop("At most %(limit)s are possible here; there are %(count)s."),
    "languages_missing": gettext_noop("Name at least one language, such as “nl”."),
    "language_invalid": gettext_noop("“%(value)s” is not a language code. Write one such as “nl” or “en”."),
    "language_repeated": gettext_noop("“%(value)s” is listed twice."),
    "language_unlisted": gettext_noop(
        "“%(language)s” is not a language of this checklist. Add the language, or remove this text."
    ),
    "translation_missing": gettext_noop("Add the text in %(language)s."),
    "pass_mark_range": gettext_noop("The pass mark must lie between 0 and 10000 (hundredths of a point)."),
    "sections_missing": gettext_noop("Add at least one section."),
    "items_missing": gettext_noop("Add at least one item to this section."),
    "section_code_invalid": gettext_noop(
        "“%(value)s” cannot be a section code. Use small letters, digits and underscores."
    ),
    "section_code_repeated": gettext_noop("Another section already has the code “%(value)s”."),
    "item_code_invalid": gettext_noop("“%(value)s” cannot be an item code. Write it as “greeting.own_name”."),
    "item_code_repeated": gettext_noop("Another item already has the code “%(value)s”."),
    "weight_negative": gettext_noop("A weight cannot be below 0."),
    "weight_too_large": gettext_noop("A weight cannot be above %(limit)s."),
    "section_without_scored_item": gettext_noop(
        "Give this section a scored item with a weight above 0, or set its weight to 0."
    ),
    "never_scored": gettext_noop("An item of the kind “%(kind)s” is never scored. Set “scored” to false."),
    "na_forbidden": gettext_noop(
        "This checklist forbids “not applicable”. Do not allow it here, or choose another policy."
    ),
    "key_not_for_kind": gettext_noop("An item of the kind “%(kind)s” has no “%(key)s”. Remove it."),
    "options_too_few": gettext_noop("Give at least two options."),
    "options_yes_no": gettext_noop("A yes/no item only has the options “yes” and “no”."),
    "option_value_invalid": gettext_noop("“%(value)s” cannot be an option value. Use small letters, digits, - and _."),
    "option_value_repeated": gettext_noop("Another option already has the value “%(value)s”."),
    "points_missing": gettext_noop("Give this option its points, 0 to 100."),
    "points_range": gettext_noop("Points must lie between 0 and 100."),
    "bands_missing": gettext_noop("Give bands, so that a number has points, or set “scored” to false."),
    "bands_order": gettext_noop("Bounds must rise from band to band."),
    "bands_open": gettext_noop("Only the last band is open: its “up_to” is null."),
    "range_reversed": gettext_noop("The minimum is above the maximum."),
    "number_too_large": gettext_noop("Write a number between -%(limit)s and %(limit)s."),
    "condition_form": gettext_noop('Write a condition such as {"item": "greeting.answered", "is": ["yes"]}.'),
    "condition_deep": gettext_noop("This condition is nested too deeply. At most %(limit)s levels are possible."),
    "condition_empty": gettext_noop("Name at least one value or condition here."),
    "condition_item_unknown": gettext_noop("There is no item “%(item)s”."),
    "condition_item_later": gettext_noop("“%(item)s” does not come before this item. A condition can only look back."),
    "condition_kind": gettext_noop("“%(test)s” cannot be asked of “%(item)s”, which is of the kind “%(kind)s”."),
    "condition_value": gettext_noop("“%(value)s” is not an option of “%(item)s”."),
    "condition_fact_value": gettext_noop("“%(value)s” is not a possible value of “%(fact)s”."),
    "remark_unscored": gettext_noop("An item without a score has no low answers. Use “always” or “failing”."),
    "records_repeated": gettext_noop("Another item already records “%(value)s”."),
    "records_kind": gettext_noop(
        "“%(records)s” cannot be recorded by an item of the kind “%(kind)s”. Possible are: %(kinds)s."
    ),
    "records_fate": gettext_noop("“%(value)s” is not one of the ways a call can end: %(choices)s."),
    "records_range": gettext_noop("The answers must be whole numbers from 0 to 10."),
    # one answer
    "answer_not_object": gettext_noop("This answer cannot be read. Answer the question again."),
    "answer_key_unknown": gettext_noop("“%(key)s” is not part of an answer. Remove it."),
    "answer_type": gettext_noop("This answer does not fit the question. Answer it again."),
    "na_type": gettext_noop("“Not applicable” is either true or false."),
    "na_not_allowed": gettext_noop("“Not applicable” is not possible for this question. Choose an answer."),
    "na_with_value": gettext_noop("Choose either an answer or “not applicable”, not both."),
    "unfit_type": gettext_noop("“Does not fit this call” is either true or false."),
    "unfit_with_value": gettext_noop("Choose either an answer or “does not fit this call”, not both."),
    "unfit_reason_long": gettext_noop("Say in at most %(limit)s characters why this question does not fit."),
    "unfit_reason_required": gettext_noop("Say in a few words why this question does not fit this call."),
    "option_unknown": gettext_noop("“%(value)s” is not one of the answers. Choose one from the list."),
    "number_invalid": gettext_noop("Enter a number, such as 12 or 12.5."),
    "number_low": gettext_noop("Enter %(minimum)s or more."),
    "number_high": gettext_noop("Enter %(maximum)s or less."),
    "text_too_long": gettext_noop("Shorten this text to %(limit)s characters; it has %(length)s."),
    "text_characters": gettext_noop(
        "This text holds a character that cannot be stored. Remove it, or type the text again."
    ),
    "datetime_invalid": gettext_noop("Enter a date and time that exist, such as 2026-03-31T14:30."),
    "due_before_call": gettext_noop("A promise cannot end before the call, which was at %(moment)s."),
    "due_too_late": gettext_noop("This is more than %(days)s days after the call. Check the date."),
    "promise_unsaid": gettext_noop(
        "You answered that a callback was agreed, but no moment is noted. The organisation's usual hours then count as the promise."
    ),
    "promise_lost": gettext_noop(
        "You noted by when somebody would call back, but not that the call ended with “callback agreed”. Without that nobody waits for the callback."
    ),
    "second_invalid": gettext_noop(
        "Enter the moment in the call as minutes and seconds, such as 3:12, or in whole seconds up to %(limit)s."
    ),
    "phrase_code": gettext_noop("Choose a phrase from the phrase bank."),
    "phrase_empty": gettext_noop("Choose a phrase, or write down what was said."),
    "phrases_too_many": gettext_noop("Note at most %(limit)s phrases."),
    # the call's marks
    "marks_form": gettext_noop("The marks of the call cannot be read. Set them anew."),
    "marks_too_many": gettext_noop("At most %(limit)s marks are possible in one call. Remove some."),
    "mark_unknown": gettext_noop("This mark is not known here. Remove it."),
    "mark_second": gettext_noop("A mark lies between 0 and %(limit)s seconds after dialling. Correct its time."),
    "marks_order": gettext_noop("The marks of a call stand in the order of their times. Correct a time."),
    "marks_dialled": gettext_noop("A call is dialled once, at its beginning."),
    "marks_ended": gettext_noop("A call ends once, and nothing comes after that. Correct a time, or remove a mark."),
    "marks_moment": gettext_noop("The moment of dialling cannot be read. Set the marks anew."),
    # submitting
    "item_unknown": gettext_noop("This question is not part of the checklist. Remove the answer."),
    "answer_required": gettext_noop("Answer this question."),
    "answer_required_or_na": gettext_noop("Answer this question, or choose “not applicable”."),
    "comment_required": gettext_noop("Add a comment that explains this answer."),
    "quote_required": gettext_noop("Write down what was said, word for word."),
    "remark_required": gettext_noop("Add a comment, or write down what was said."),
}
"""English template of every problem code; `%(name)s` stands for a parameter of the problem."""


CHECKS: Final[dict[str, str]] = {
    "nothing_scored": gettext_noop("Nothing in this checklist is scored. Give at least one question and its section a weight."),
    "unreachable": gettext_noop("This question can never be asked: its condition cannot hold."),
    "section_weight_zero": gettext_noop("This section has scored questions but weighs nothing: they do not count."),
    "section_only_optional": gettext_noop(
        "Every scored question of this section can be left out, so some calls get no score for it."
    ),
    "item_weight_zero": gettext_noop("This question is scored but weighs nothing: its answer does not count."),
    "points_equal": gettext_noop("Every answer has the same points, so this question cannot tell calls apart."),
    "points_never_full": gettext_noop("No answer gives 100 points, so the highest score is out of reach."),
    "text_repeated": gettext_noop("“%(other)s” asks the same, word for word (%(language)s)."),
    "label_repeated": gettext_noop("Two answers are called “%(label)s” (%(language)s)."),
    "language_absent": gettext_noop("This checklist has no texts in %(language)s."),
    "records_missing": gettext_noop("No question records how the call ended, so figures cannot show it."),
}  # fmt: skip
"""English template of every check, beside the problems of `MESSAGES`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, which (a key of `MESSAGES` or `CHECKS`) and the words to fill in.

    `path` is a place in the document (`sections[0].items[2].weight`) or, for answers, the item code.
    """

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The problem in English, without its place."""
        return (MESSAGES.get(self.code) or CHECKS[self.code]) % self.params

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DefinitionError(ValueError):
    """A document that is not a checklist version; `problems` holds every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AnswerError(ValueError):
    """An answer that cannot be stored; `problem` says why and its path is the item code."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def unstorable(path: str, words: str) -> Problem | None:
    """Why a text cannot be kept, if it cannot: too long, or with a character that databases refuse."""
    if len(words) > MAX_TEXT:
        return Problem(path, "text_too_long", {"limit": MAX_TEXT, "length": len(words)})
    return Problem(path, "text_characters") if _UNSTORABLE.search(words) else None


def shown(value: object) -> str:
    """A value from outside as it may stand in a message: short, whatever it was."""
    words = value if isinstance(value, str) else json.dumps(value, default=repr)
    return words if len(words) <= 60 else words[:59] + "…"
