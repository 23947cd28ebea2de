"""What is told of single calls: a call that failed as a whole, and a promised callback that was broken.

Of calls that count, decided or due in the last week: whoever joins is not told of years, and what happened while the worker stood
still for longer is left to the pages. Found once for the organisation;
`access.watched_calls` says who may be told of which.
"""

import datetime as dt
from typing import Any

from django.db.models import Q

from analytics.alerts.finding import Finding
from analytics.models import Alert
from surveys.models import Call, Callback, Organisation
from surveys.promises import NOT_COME

RECENT = dt.timedelta(days=7)
# A call that was decided late was made at most so long ago; it keeps the look at calls short.
LATEST = dt.timedelta(days=60)


def find(organisation: Organisation, *, at: dt.datetime) -> list[Finding]:
    return [*_failed(organisation, at), *_broken(organisation, at)]


def _failed(organisation: Organisation, at: dt.datetime) -> list[Finding]:
    """A single answer failed these calls; a score below the mark is not told here, figures show that."""
    recent = {"decided_at__gt": at - RECENT, "decided_at__lte": at, "local_date__gte": (at - LATEST).date()}
    calls = Call.objects.filter(organisation=organisation, outcome="failed", **recent).counting()
    rows = calls.exclude(failed_by=[]).select_related("version").defer("version__document", "item_points")
    return [
        Finding(
            kind=Alert.Kind.FAIL,
            about=f"call:{call.pk}",
            department=call.department_id,
            call=call.pk,
            facts={**_of_call(call), **failing},
        )
        for call in rows.order_by("decided_at", "pk")
        if (failing := _failing(call)) is not None
    ]


def _failing(call: Call) -> dict[str, dict[str, str]] | None:
    """The question and the answer that failed the call as a whole, in every language of the checklist."""
    form = call.version.definition
    for code in call.failed_by:
        item, value = form.item(code), call.answers[code]["value"]
        for each in value if isinstance(value, list) else [value]:
            if item.fails_for(each) == "call":
                return {"question": dict(item.text), "answer": dict(item.option(each).label)}
    return None


def _broken(organisation: Organisation, at: dt.datetime) -> list[Finding]:
    since = at - RECENT
    counting = Call.objects.filter(organisation=organisation).counting()
    grace = dt.timedelta(hours=organisation.callback_grace_hours)
    news = Q(due_at__gt=since - grace) | Q(call__decided_at__gt=since) | Q(events__recorded_at__gt=since)
    recent = Callback.objects.filter(news, due_at__gt=at - LATEST, call__in=counting).values("pk")
    broken = Callback.objects.filter(pk__in=recent).in_state(
        "broken", grace_hours=grace // dt.timedelta(hours=1), at=at
    )
    return [
        Finding(
            kind=Alert.Kind.BROKEN,
            about=f"promise:{callback.pk}",
            department=callback.call.department_id,
            call=callback.call_id,
            facts={
                **_of_call(callback.call),
                "due": callback.due_at.isoformat(),
                "said": callback.last_kind == NOT_COME,
                "grace": organisation.callback_grace_hours,
            },
        )
        for callback in broken.select_related("call")
        .defer("call__answers", "call__item_points")
        .order_by("due_at", "pk")
    ]


def _of_call(call: Call) -> dict[str, Any]:
    return {"reference": call.reference, "day": call.local_date.isoformat()}
