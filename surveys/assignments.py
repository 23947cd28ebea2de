"""Assignments as their evaluator reads them: what to do, until when, and what was heard in earlier calls of a chain.

What an assignment is for (a second scoring, a gold call) is not in it at all, so no page can show it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import access, definition, ledger, workflow
from surveys.forms.calls import Brief, brief_of
from surveys.models import Assignment, Call, User

MOMENT: Final = "D j F H:i"


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the list. `window` says when, `left` how long there is to go; `call` is the draft that was begun."""

    pk: int
    state: str
    title: str
    scenario: str
    wave: str
    starts_at: dt.datetime
    until: dt.datetime
    window: str
    left: str
    is_listening: bool
    is_open: bool
    is_today: bool
    is_early: bool
    may_start: bool
    call: int | None

    @property
    def is_offered(self) -> bool:
        return self.state == Assignment.State.OFFERED


@dataclass(frozen=True, slots=True)
class Agenda:
    """An evaluator's work: due today first, what was accepted, what is on offer, and what came too late."""

    today: tuple[Work, ...]
    later: tuple[Work, ...]
    offered: tuple[Work, ...]
    expired: tuple[Work, ...]

    def __bool__(self) -> bool:
        return bool(self.today or self.later or self.offered or self.expired)

    @property
    def shown(self) -> frozenset[int]:
        """The drafts that stand here already."""
        groups = (self.today, self.later, self.offered, self.expired)
        return frozenset(work.call for group in groups for work in group if work.call is not None)


def work_of(assignment: Assignment, *, at: dt.datetime) -> Work:
    zone = assignment.organisation.zone
    begun: int | None = getattr(assignment, "call_key", None)
    return Work(
        pk=assignment.pk,
        state=assignment.state,
        title=title_of(assignment),
        scenario=definition.text(assignment.scenario.name, get_language() or "") or assignment.scenario.code,
        wave=assignment.wave.name,
        starts_at=assignment.starts_at,
        until=assignment.until,
        window=_window(assignment, at=at),
        left=ledger.until(assignment.until, at=at),
        is_listening=assignment.is_listening,
        is_open=assignment.is_open_at(at),
        # A window that ends at midnight ends the day before.
        is_today=(assignment.until - dt.timedelta(microseconds=1)).astimezone(zone).date()
        == at.astimezone(zone).date(),
        is_early=at < assignment.starts_at,
        may_start=assignment.state in access.HELD and assignment.wave.state == "open",
        call=begun if getattr(assignment, "call_state", "") == Call.State.DRAFT else None,
    )


def _window(assignment: Assignment, *, at: dt.datetime) -> str:
    """The beginning only as long as it is still to come, the day only once."""
    zone = assignment.organisation.zone
    begin, end = (moment.astimezone(zone) for moment in (assignment.starts_at, assignment.until))
    if at >= begin:
        return _("until %(end)s") % {"end": formats.date_format(end, MOMENT)}
    if begin.date() == end.date():
        times = {"day": formats.date_format(begin, "D j F"), "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}
        return _("%(day)s, %(begin)s to %(end)s") % times
    moments = {"begin": formats.date_format(begin, MOMENT), "end": formats.date_format(end, MOMENT)}
    return _("from %(begin)s until %(end)s") % moments


def title_of(assignment: Assignment) -> str:
    """ "Burgerzaken" for a call to make; "Score a recording of Burgerzaken, heard on 3 March" for one that was made."""
    department = assignment.department.name
    heard = workflow.heard_at(assignment)
    if heard is None:
        return department
    names = {
        "department": department,
        "day": formats.date_format(heard.astimezone(assignment.organisation.zone), "j F"),
    }
    if assignment.recording_id is None:
        return _("Score the call to %(department)s that was heard on %(day)s") % names
    return _("Score a recording of %(department)s, heard on %(day)s") % names


def agenda(assignments: Iterable[Assignment], *, at: dt.datetime) -> Agenda:
    """Expects the first to end first."""
    lines = [work_of(assignment, at=at) for assignment in assignments]
    ours = [line for line in lines if line.is_open and not line.is_offered]
    return Agenda(
        today=tuple(line for line in ours if line.is_today),
        later=tuple(line for line in ours if not line.is_today),
        offered=tuple(line for line in lines if line.is_open and line.is_offered),
        expired=tuple(line for line in lines if not line.is_open),
    )


@dataclass(frozen=True, slots=True)
class Memory:
    """What a repeat caller remembers of an earlier call: when, how it ended, and what was promised."""

    at: dt.datetime
    fate: str
    promise: str
    came: str


@dataclass(frozen=True, slots=True)
class BriefPage:
    """One screen before the call."""

    work: Work
    brief: Brief
    numbers: tuple[str, ...]
    memories: tuple[Memory, ...]
    to_make_first: int


def brief_page(user: User, assignment: Assignment, *, at: dt.datetime) -> BriefPage:
    calls = access.earlier_calls(user, assignment)
    return BriefPage(
        work=work_of(assignment, at=at),
        brief=brief_of(assignment.scenario),
        numbers=() if assignment.is_listening else tuple(assignment.department.phone_numbers),
        memories=tuple(_memory(call, at=at) for call in calls),
        to_make_first=access.earlier_to_make(assignment),
    )


def _memory(call: Call, *, at: dt.datetime) -> Memory:
    callback = getattr(call, "callback", None)
    promise = came = ""
    if callback is not None:
        due = formats.date_format(callback.due_at.astimezone(call.organisation.zone), "SHORT_DATETIME_FORMAT")
        promise = (
            _("%(who)s would call back by %(moment)s") % {"who": callback.who, "moment": due}
            if callback.who
            else _("a callback by %(moment)s") % {"moment": due}
        )
        came = str(ledger.WORDS[callback.outcome(at=at).state])
    return Memory(call.called_at, call.get_fate_display(), promise, came)
