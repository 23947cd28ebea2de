"""What must look at calls one by one: how many of them a page may, and what it says when they are more."""

from typing import Final

from django.utils.translation import gettext as _

from analytics import frames, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.reports.tree import tree_of

MOST_CALLS: Final = 20_000


def calls_of(reader: Reader, filters: Filters, *, before: bool = False) -> int:
    """How many calls count in the period, and in the one `before` too, if asked."""
    frame = frames.totals(reader, filters, tree_of(reader, filters).keys, (filters.measure,))
    rows = zip(frame["n_calls"], frame["now"], strict=True)
    return sum(int(n) for n, now in rows if now or before)


def too_many(count: int) -> str:
    """What to do when there are more calls than can be looked at one by one."""
    facts = {"count": words.calls(count), "most": words.whole(MOST_CALLS)}
    return (
        _("This looks at every call by itself, and can do so for %(most)s at once; this choice holds %(count)s.") % facts
        + " "
        + _("Choose a department, or a shorter period.")
    )
