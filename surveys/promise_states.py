"""The states of promised callbacks as conditions for the database: what `promises.outcome` says, asked of many at once."""

import datetime as dt

from django.db.models import F, Q

from surveys.promises import SOON


def in_state(state: str, *, grace_hours: int, at: dt.datetime) -> Q:
    """Of rows with `last_kind` and `last_at`, the event that holds, beside `promised_at` and `due_at`."""
    over = at - dt.timedelta(hours=grace_hours)
    came = Q(last_kind="came", last_at__gte=F("promised_at"))
    said_no = Q(last_kind="not_come", last_at__gte=F("due_at"))
    still = ~came & ~said_no
    return {
        "waiting": still & Q(due_at__gt=at + SOON),
        "due_soon": still & Q(due_at__gte=at, due_at__lte=at + SOON),
        "overdue": still & Q(due_at__lt=at, due_at__gte=over),
        "kept_in_time": came & Q(last_at__lte=F("due_at")),
        "kept_late": came & Q(last_at__gt=F("due_at")),
        "broken": ~came & (said_no | Q(due_at__lt=over)),
    }[state]
