"""Words for what is wrong, in the reader's language.

Problems of checklists and answers carry a code and parameters (`definition.Problem`), steps that cannot be taken an error
(`workflow.WorkflowError`). This is the one place that says them; a test keeps it complete.
"""

import datetime as dt
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop

from surveys.definition import MESSAGES, Problem
from surveys.workflow import WorkflowError

# The sentences stand beside the codes, marked there for translators.
PROBLEMS: Final = MESSAGES
"""By problem code."""

STEPS: Final[dict[str, str]] = {
    "not_now": gettext_noop("This call can no longer be changed: it has been submitted, decided or thrown away."),
    "stale": gettext_noop("Something changed in the meantime. Look again before you go on."),
    "incomplete": gettext_noop("Some questions still need an answer."),
    "outside_wave": gettext_noop("This wave runs from %(first)s to %(last)s; the call's day must lie within it."),
}
"""By the code of a `WorkflowError`."""


def describe(problem: Problem) -> str:
    """What is wrong and what to do about it, without the place."""
    return gettext(PROBLEMS[problem.code]) % problem.params


def explain(error: WorkflowError) -> str:
    """Why a step could not be taken."""
    params = {name: _said(value) for name, value in error.params.items()}
    return gettext(STEPS[error.code]) % params


def _said(value: object) -> object:
    return date_format(value, "DATE_FORMAT") if isinstance(value, dt.date) else value
