"""Words for what is wrong, in the reader's language.

Problems of checklists and answers carry a code and parameters (`definition.Problem`), steps that cannot be taken an error
(`workflow.WorkflowError`). This is the one place that says them; a test keeps it complete.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop

from surveys.definition import MESSAGES, Problem
from surveys.language_names import language_name
from surveys.workflow import WorkflowError

# The sentences stand beside the codes, marked there for translators.
PROBLEMS: Final = MESSAGES
"""By problem code."""

STEPS: Final[dict[str, str]] = {
    "not_now": gettext_noop("This call can no longer be changed: it has been submitted, decided or thrown away."),
    "stale": gettext_noop("Something changed in the meantime. Look again before you go on."),
    "incomplete": gettext_noop("Some questions still need an answer."),
    "under_appeal": gettext_noop("The department has appealed against this call. First decide on the appeal."),
    "not_in_time": gettext_noop("The time within which a department may appeal has passed."),
    "unchanged": gettext_noop("No answer was changed. Correct an answer, or reject the appeal."),
    "another_decides": gettext_noop("You approved this call yourself, so another person decides on the appeal."),
    "callback_closed": gettext_noop("This call was voided: what became of its promise counts nowhere."),
    "callback_early": gettext_noop("The promise was made at %(moment)s; the promised call came after that."),
    "callback_future": gettext_noop("This moment is still to come. Enter when the call came."),
    "callback_not_due": gettext_noop(
        "It may still come: the agreed moment is %(moment)s. After that you can record that it did not."
    ),
    "outside_wave": gettext_noop("This wave runs from %(first)s to %(last)s; the call's day must lie within it."),
    "assignment_not_now": gettext_noop(
        "This assignment has moved on: it was finished, handed back, given to somebody else or cancelled."
    ),
    "assignment_needed": gettext_noop(
        "In this wave calls are made by assignment only. Start one of your assignments, or ask your coordinator for one."
    ),
    "assignment_gone": gettext_noop(
        "This assignment is not yours any more: it was finished, handed back, given to somebody else or cancelled. Ask your coordinator."
    ),
    "assignment_differs": gettext_noop("The assignment is for another wave, department or scenario."),
    "facts_fixed": gettext_noop("The department and the scenario of an assigned call are fixed."),
    "form_begun": gettext_noop(
        "Its form has been begun and holds answers. The call has to be handed in, or the draft thrown away, first."
    ),
    "window_passed": gettext_noop("Its window has passed. It needs a new end."),
    "window_outside": gettext_noop(
        "The window must end in the future, after it begins, and within the wave, which runs from %(first)s to %(last)s."
    ),
    "assignment_wave_closed": gettext_noop("Its wave is not open."),
    "no_evaluator": gettext_noop("There is no evaluator to make it. Choose one."),
    "rotation_limit": gettext_noop(
        "%(evaluator)s has %(count)s calls to this department in this wave, made or assigned; the limit is %(limit)s."
    ),
    "was_recognised": gettext_noop("%(evaluator)s was recognised by this department in this wave."),
    "heard_before": gettext_noop("%(evaluator)s knows this call already and cannot score it blindly."),
    "drawn_anew": gettext_noop("The same call was given to somebody else to score meanwhile. Cancel this one."),
    "in_session": gettext_noop("It belongs to a calibration session; change who takes part there."),
}
"""By the code of a `WorkflowError`."""


def describe(problem: Problem) -> str:
    """What is wrong and what to do about it, without the place."""
    return gettext(PROBLEMS[problem.code]) % spoken(problem.params)


def explain(error: WorkflowError) -> str:
    """Why a step could not be taken."""
    return gettext(STEPS[error.code]) % spoken(error.params)


def spoken(params: Mapping[str, object]) -> dict[str, object]:
    """What is filled in, as a reader says it: days by their names, and languages too."""
    return {name: language_name(str(value)) if name == "language" else _said(value) for name, value in params.items()}


def _said(value: object) -> object:
    if isinstance(value, dt.datetime):
        return date_format(value, "SHORT_DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT") if isinstance(value, dt.date) else value
