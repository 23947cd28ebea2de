"""Why a workbook is refused, and why a line of it does not come along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext_noop

REFUSALS: Final[Mapping[str, str]] = {
    "not_workbook": gettext_noop("This is not an Excel workbook, or it is damaged or protected. Save it as .xlsx without a password and try again."),
    "too_large": gettext_noop("This workbook unpacks to more than a form can be. Remove sheets with data and try again."),
    "no_survey": gettext_noop("There is no sheet “survey” in this workbook. An XLSForm has its questions there."),
    "headers": gettext_noop("The headings of the sheet “%(sheet)s” cannot be read: %(why)s"),
    "unreadable": gettext_noop("This workbook cannot be read as an XLSForm: %(why)s"),
    "nothing": gettext_noop("No question of this workbook can come along."),
}  # fmt: skip
"""By the code of a `WorkbookError`."""

REASONS: Final[Mapping[str, str]] = {
    "metadata": gettext_noop("“%(type)s” is recorded by a device; here nobody fills it in."),
    "calculation": gettext_noop("Calculations are not made here."),
    "type": gettext_noop("There are no questions of the type “%(type)s” here."),
    "type_missing": gettext_noop("The type is missing."),
    "name_missing": gettext_noop("The name is missing."),
    "repeat": gettext_noop("Repeated groups do not exist here; its questions are listed below it."),
    "in_repeat": gettext_noop("It stands in a repeated group."),
    "never": gettext_noop("Its condition can never hold, so nobody is asked it."),
    "in_never": gettext_noop("It stands in a group whose condition can never hold."),
    "group_end": gettext_noop("No group is open that could end here."),
    "list_missing": gettext_noop("There is no list “%(list)s” on the sheet “choices”."),
    "list_short": gettext_noop("The list “%(list)s” has fewer than two answers."),
    "list_long": gettext_noop("The list “%(list)s” has %(count)s answers; at most %(limit)s are possible."),
    "list_outside": gettext_noop("The answers stand in another file."),
    "too_many": gettext_noop("A checklist has at most %(limit)s questions."),
    "note_last": gettext_noop("A note comes along with the question after it; there is none."),
    # what came along, but not whole
    "condition": gettext_noop("The question comes along, but its condition is not simple enough: %(why)s"),
    "constraint": gettext_noop("The question comes along without its constraint: %(why)s"),
    "choice_filter": gettext_noop("The question comes along with all answers: filters do not exist here."),
    "or_other": gettext_noop("The question comes along with an answer “Other”, without a field to write in."),
    "date": gettext_noop("The question comes along and asks for a date with a time."),
    "default": gettext_noop("The question comes along without a preset answer."),
    "media": gettext_noop("The question comes along without its picture, sound or film."),
    "placeholder": gettext_noop("The text comes along with “%(name)s” in it: answers cannot be filled into texts here."),
    "text_long": gettext_noop("The text comes along, cut to %(limit)s characters."),
    "required": gettext_noop("The question comes along as optional: “%(why)s” is not simply yes or no."),
    "language": gettext_noop("It is not known which language “%(name)s” is. Write it with its code, such as “Dutch (nl)”."),
    "points": gettext_noop("“%(value)s” is no number of points from 0 to 100."),
    "weight": gettext_noop("“%(value)s” is no weight from 0 to 10000."),
    "dimension": gettext_noop("“%(value)s” is no dimension. Possible are: %(choices)s."),
    "aspect": gettext_noop("“%(value)s” is no aspect. Possible are: %(choices)s."),
    "sheet": gettext_noop("This sheet does not come along."),
}  # fmt: skip
"""By the code of a `Left`."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something of a workbook that does not come along, or not whole: where, which, why (a key of `REASONS`)."""

    sheet: str
    row: int
    name: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


class WorkbookError(ValueError):
    """A workbook that cannot come in at all; `code` is a key of `REFUSALS`, `left` why each line could not."""

    def __init__(self, code: str, /, left: tuple[Left, ...] = (), **params: object) -> None:
        super().__init__(code)
        self.code, self.left, self.params = code, left, params
