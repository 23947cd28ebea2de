"""What stands in the rows of reports in the language of files, in a reader's words: a page's table shows these."""

import datetime as dt
from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, pgettext_lazy

from analytics import words
from analytics.filters import FATES
from analytics.metrics.tone import MCNEMAR, PAIRED_T
from analytics.reports.endings import OUTCOMES, PROMISED
from surveys.models import Call

# Columns of what somebody chose to write, which may read like a code.
NAMES = frozenset({"department", "department_code", "question", "name", "added_by"})

# In any other column.
CODES: Mapping[str, object] = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "too few calls": gettext_lazy("too few calls"),
    "no calls": gettext_lazy("no calls"),
    "department": gettext_lazy("department"),
    "part": gettext_lazy("part, with all below it"),
    "total": gettext_lazy("all together"),
    "above": gettext_lazy("above"),
    "below": gettext_lazy("below"),
    "few": gettext_lazy("too few periods"),
    "steady": gettext_lazy("steady"),
    "rising": gettext_lazy("rising"),
    "falling": gettext_lazy("falling"),
    "higher": gettext_lazy("higher"),
    "lower": gettext_lazy("lower"),
    "outside": gettext_lazy("outside"),
    "too few periods": gettext_lazy("too few periods"),
    "too few periods since the checklist changed": gettext_lazy("too few periods since the checklist changed"),
} | words.MEASURES

_FATES = {fate: Call.Fate(fate).label for fate in FATES}
_STOPS = (
    {"calls": gettext_lazy("all calls"), "promised": gettext_lazy("promised callbacks")}
    | _FATES
    | {name: label for name, (label, _kind) in OUTCOMES.items()}
)
# The same code may be something else in another column.
OF_COLUMNS: Mapping[str, Mapping[str, object]] = {
    "fate": _FATES,
    "stage": {
        "ending": gettext_lazy("how the calls ended"),
        "step": gettext_lazy("what it was for the caller"),
        "outcome": gettext_lazy("for the caller, together"),
        "promise": gettext_lazy("what became of promised callbacks"),
    },
    "from": _STOPS,
    "to": _STOPS | {name: label for name, (label, _kind) in PROMISED.items() if name != "open"},
    "weekday": {str(number): name for number, name in words.WEEKDAYS.items()},
    "kind": {"harmful": pgettext_lazy("phrase", "harmful"), "exemplary": pgettext_lazy("phrase", "exemplary")},
    "method": {PAIRED_T: gettext_lazy("paired t test"), MCNEMAR: gettext_lazy("McNemar’s test")},
    "verdict": {
        "inside": gettext_lazy("within the limits"),
        "outside 95 above": gettext_lazy("above the limit (95 %)"),
        "outside 95 below": gettext_lazy("below the limit (95 %)"),
        "outside 99.8 above": gettext_lazy("above the limit (99.8 %)"),
        "outside 99.8 below": gettext_lazy("below the limit (99.8 %)"),
    },
}


def said(column: str, value: str | dt.date) -> str:
    """A value of a report's row as a reader reads it."""
    if isinstance(value, dt.date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return value if column in NAMES else str(OF_COLUMNS.get(column, {}).get(value) or CODES.get(value, value))
