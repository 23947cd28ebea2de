"""What must look at calls one by one: how many of them a page may, and what it says when they are more."""

from typing import Final

from django.utils.translation import gettext as _

from analytics import words

MOST_CALLS: Final = 20_000
# Where every answer of a call is looked at, not only its scores.
MOST_ANSWERED: Final = 10_000


def too_many(count: int, most: int = MOST_CALLS, *, before: bool = False) -> str:
    """What to do when there are more calls than can be looked at one by one; `before`: `count` is of two periods."""
    facts = {"count": words.calls(count), "most": words.whole(most)}
    if before:
        text = _(
            "This looks at every call by itself, and can do so for %(most)s at once; this period and the one before it hold "
            "%(count)s."
        )
    else:
        text = _("This looks at every call by itself, and can do so for %(most)s at once; this choice holds %(count)s.")
    return text % facts + " " + _("Choose a department, or a shorter period.")
