"""The ledger of promised callbacks in words: what became of each promise, and how long there is still to go."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from surveys.models import Callback, Department
from surveys.promises import OPEN, SOON, Outcome
from surveys.querysets import CallbackQuerySet
from surveys.tree import Branch, in_tree_order

WORDS: Final = {
    "waiting": gettext_lazy("waiting"),
    "due_soon": gettext_lazy("due soon"),
    "overdue": gettext_lazy("overdue, within grace"),
    "kept_in_time": gettext_lazy("kept in time"),
    "kept_late": gettext_lazy("kept late"),
    "broken": gettext_lazy("broken"),
}
"""By state."""
TONES: Final = {
    "waiting": "flat", "due_soon": "flat", "overdue": "warn", "kept_in_time": "good", "kept_late": "warn", "broken": "warn",
}  # fmt: skip
MINUTE: Final = dt.timedelta(minutes=1)
HOUR: Final = dt.timedelta(hours=1)
DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One promise with what became of it; `countdown` is "" once it is kept or broken."""

    callback: Callback
    outcome: Outcome
    countdown: str

    @property
    def state(self) -> str:
        return str(WORDS[self.outcome.state])

    @property
    def tone(self) -> str:
        return TONES[self.outcome.state]

    @property
    def is_recorded(self) -> bool:
        """Whether somebody said what became of it, so that recording once more is a correction."""
        return bool(self.callback.events.all())


def line(callback: Callback, *, at: dt.datetime) -> Line:
    outcome = callback.outcome(at=at)
    return Line(callback, outcome, until(callback.due_at, at=at) if outcome.is_open else "")


def lines(callbacks: Iterable[Callback], *, at: dt.datetime) -> list[Line]:
    return [line(callback, at=at) for callback in callbacks]


def until(due: dt.datetime, *, at: dt.datetime) -> str:
    """How long there is still to go, or how long ago it was; `countdown.js` says the same, minute by minute."""
    left = abs(due - at)
    if left < MINUTE:
        return _("now")
    past = due < at
    if left < HOUR:
        return _minutes(left // MINUTE, past=past)
    return _hours(left // HOUR, past=past) if left < 2 * DAY else _days(left // DAY, past=past)


def _minutes(count: int, *, past: bool) -> str:
    if past:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", count) % {"count": count}
    return ngettext("in %(count)s minute", "in %(count)s minutes", count) % {"count": count}


def _hours(count: int, *, past: bool) -> str:
    if past:
        return ngettext("%(count)s hour ago", "%(count)s hours ago", count) % {"count": count}
    return ngettext("in %(count)s hour", "in %(count)s hours", count) % {"count": count}


def _days(count: int, *, past: bool) -> str:
    if past:
        return ngettext("%(count)s day ago", "%(count)s days ago", count) % {"count": count}
    return ngettext("in %(count)s day", "in %(count)s days", count) % {"count": count}


def countdown_words() -> dict[str, object]:
    """What the script needs to go on counting: states with their words and tones, and how close "soon" is."""
    return {
        "soon": SOON.total_seconds(),
        "now": gettext("now"),
        "states": {state: [str(WORDS[state]), TONES[state]] for state in (*OPEN, "broken")},
    }


# --- an organisation's ledger -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many promises of one department, itself and not those below it, are open and broken."""

    branch: Branch
    open: int
    broken: int


def tallies(callbacks: CallbackQuerySet, departments: Iterable[Department], **when: Any) -> list[Tally]:
    """In the order of the tree, which is no order of merit; departments without either are left out."""
    open_ones, broken = _by_department(callbacks, *OPEN, **when), _by_department(callbacks, "broken", **when)
    return [
        Tally(branch, open_ones.get(branch.department.pk, 0), broken.get(branch.department.pk, 0))
        for branch in in_tree_order(departments)
        if branch.department.pk in open_ones or branch.department.pk in broken
    ]


def lede(found: Iterable[Tally]) -> str:
    """How many promises are open and how many broken, in one sentence."""
    counts = [(tally.open, tally.broken) for tally in found]
    still, broken = sum(each for each, _broken in counts), sum(each for _open, each in counts)
    if not still and not broken:
        return _("Every promise was kept.")
    said = ngettext("%(count)s promise is open", "%(count)s promises are open", still) % {"count": still}
    other = ngettext("%(count)s is broken", "%(count)s are broken", broken) % {"count": broken}
    return f"{said}, {other}."


def _by_department(callbacks: CallbackQuerySet, *states: str, **when: Any) -> dict[int, int]:
    chosen = callbacks.in_state(*states, **when).order_by()
    return dict(chosen.values_list("call__department").annotate(number=Count("pk")))
