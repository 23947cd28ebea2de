"""The recall guard: how long after a call its form was begun, and a word to whoever begins late."""

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.models import Call

LONG: Final = dt.timedelta(hours=2)


def warning(call: Call, *, at: dt.datetime) -> str:
    """What to say on the form of a draft that was, or is, begun long after the call; "" otherwise.

    Without a mark of hanging up the moment of the call stands for it.
    """
    since = call.ended_at or call.called_at
    late = (call.first_answer_at or at) - since
    if call.state != Call.State.DRAFT or call.kind != Call.Kind.FIELD or late < LONG:
        return ""
    ago = at - since
    hours, days = int(ago / dt.timedelta(hours=1)), ago.days
    if days < 2:
        when = ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}
    else:
        when = ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": days}
    if call.ended_at is None:
        return _("This call was made %(when)s: fill in what you are sure of.") % {"when": when}
    return _("This call ended %(when)s: fill in what you are sure of.") % {"when": when}
