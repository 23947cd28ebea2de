"""What became of a promised callback: one reading of its events and the time, used wherever a promise is shown or counted.

Events are kept and never edited: whoever was mistaken records again, and the event recorded last holds. That no call came
can only hold once the agreed moment has passed; said earlier, it takes an earlier event back. A call before the promise is
not the one that was promised.

Two rules say whether a call was right, told apart by their names everywhere. In time: it came by the moment that was
agreed (by default the end of the window). Within the window: it came within the organisation's hours of the promise,
whatever was agreed; this is what the figures count.

| state | when |
|---|---|
| waiting | nothing came yet, the agreed moment is more than `SOON` away |
| due_soon | nothing came yet, the agreed moment is at most `SOON` away |
| overdue | the agreed moment has passed, the organisation's hours of grace have not, and nothing was recorded |
| kept_in_time | it came by the agreed moment |
| kept_late | it came after the agreed moment, however late |
| broken | it was recorded that no call came, or the grace is over and nothing was recorded |

`CallbackQuerySet.in_state` asks the database the same; a test holds the two together.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

CAME: Final = "came"
NOT_COME: Final = "not_come"

STATES: Final = ("waiting", "due_soon", "overdue", "kept_in_time", "kept_late", "broken")
OPEN: Final = ("waiting", "due_soon", "overdue")
SOON: Final = dt.timedelta(hours=2)
LONGEST: Final = dt.timedelta(days=60)
"""A moment further from the call than this is a slip of the pen, not a promise."""


class Event(NamedTuple):
    """What was recorded: `kind` is "came" or "not_come"."""

    kind: str
    happened_at: dt.datetime


class Terms(NamedTuple):
    """What was promised, and the organisation's hours: of grace after the agreed moment, and of the window."""

    promised: dt.datetime
    due: dt.datetime
    grace_hours: int
    window_hours: int

    @property
    def broken_after(self) -> dt.datetime:
        return self.due + dt.timedelta(hours=self.grace_hours)

    @property
    def window_ends(self) -> dt.datetime:
        return self.promised + dt.timedelta(hours=self.window_hours)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a promise. `in_time` and `within_window` are None as long as nobody can know."""

    state: str
    came_at: dt.datetime | None
    in_time: bool | None
    within_window: bool | None
    broken_after: dt.datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def came(promised: dt.datetime, events: Iterable[Event]) -> dt.datetime | None:
    """When the promised call came by the last of these events (in the order of recording), if it did."""
    holds = _last(events)
    is_it = holds is not None and holds.kind == CAME and holds.happened_at >= promised
    return holds.happened_at if holds is not None and is_it else None


def in_time(came_at: dt.datetime | None, due: dt.datetime) -> bool:
    return came_at is not None and came_at <= due


def within_window(came_at: dt.datetime | None, promised: dt.datetime, hours: int) -> bool:
    return came_at is not None and came_at <= promised + dt.timedelta(hours=hours)


def outcome(terms: Terms, events: Iterable[Event], *, at: dt.datetime) -> Outcome:
    """What became of a promise as far as it is known at `at`; `events` in the order of recording."""
    holds = _last(events)
    came_at = came(terms.promised, [holds] if holds else [])
    state = _state(terms, holds, came_at, at)
    known = state not in OPEN
    within: bool | None = within_window(came_at, terms.promised, terms.window_hours)
    if came_at is None and not (known and at > terms.window_ends):
        within = None
    return Outcome(
        state=state,
        came_at=came_at,
        in_time=in_time(came_at, terms.due) if known else None,
        within_window=within,
        broken_after=terms.broken_after,
    )


def _state(terms: Terms, holds: Event | None, came_at: dt.datetime | None, at: dt.datetime) -> str:
    if came_at is not None:
        return "kept_in_time" if in_time(came_at, terms.due) else "kept_late"
    said_no = holds is not None and holds.kind == NOT_COME and holds.happened_at >= terms.due
    if said_no or at > terms.broken_after:
        return "broken"
    if at > terms.due:
        return "overdue"
    return "due_soon" if at >= terms.due - SOON else "waiting"


def _last(events: Iterable[Event]) -> Event | None:
    known = tuple(events)
    return known[-1] if known else None


# --- the agreed moment as it was answered -----------------------------------------------------------------------------


def moment(answered: str, zone: dt.tzinfo) -> dt.datetime:
    """A stored answer as a moment: without an offset it is on the clock of `zone`."""
    found = dt.datetime.fromisoformat(answered)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def absurd(due: dt.datetime, called_at: dt.datetime) -> str | None:
    """Why nobody can have promised to call by `due`: "due_before_call", "due_too_late", or None."""
    # The form asks for minutes: a promise of this very minute is none of the past.
    if due < called_at.replace(second=0, microsecond=0):
        return "due_before_call"
    return "due_too_late" if due > called_at + LONGEST else None
