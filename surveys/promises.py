"""When a promised callback counts as kept: two rules, told apart by their names everywhere.

In time: it came by the moment that was agreed (by default the end of the window). Within the window: it came within the
organisation's hours of the promise, whatever was agreed; this is what the figures count. A call before the promise is
not the one that was promised.
"""

import datetime as dt
from collections.abc import Iterable


def came(promised: dt.datetime, calls: Iterable[dt.datetime]) -> dt.datetime | None:
    """The first of these calls that can be the promised one."""
    return min((moment for moment in calls if moment >= promised), default=None)


def in_time(came_at: dt.datetime | None, due: dt.datetime) -> bool:
    return came_at is not None and came_at <= due


def within_window(came_at: dt.datetime | None, promised: dt.datetime, hours: int) -> bool:
    return came_at is not None and came_at <= promised + dt.timedelta(hours=hours)
