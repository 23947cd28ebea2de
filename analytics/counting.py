"""What is counted of calls: one definition, used where sums are stored and where they are counted on the spot.

`AGGREGATES` names every additive column of `analytics.models.Sums` with the expression that counts it over any calls. The
stored rows are an INSERT of this SELECT grouped by cell; what the stored rows cannot answer is the same SELECT grouped
otherwise. So both give the same numbers.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import BigIntegerField, Case, Count, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Cast

from analytics.models import COUNTED, SUMMED
from surveys import promises
from surveys.models import Call, CallbackEvent
from surveys.models.calls import measure_column

PROMPT_SECONDS: Final = 15
# "Caller helped", as published, takes a callback that was made within so many hours, whatever the organisation agreed.
PUBLISHED_HOURS: Final = 24


def counted(calls: QuerySet[Any], keys: Iterable[str], columns: Iterable[str], hours: int) -> Any:
    """The additive columns of these calls by `keys`: a row each, `all_` before the names of the columns.

    `hours` is the organisation's window for callbacks.
    """
    known = aggregates(hours)
    rows = with_last_event(calls).order_by().values(*keys)
    return rows.annotate(**{f"all_{name}": known[name] for name in columns})


def aggregates(hours: int) -> dict[str, Count | Sum]:
    """Every additive column by name, over calls that `with_last_event` has prepared."""
    found: dict[str, Count | Sum] = {
        "n_calls": Count("pk"),
        "n_passed": _number(outcome=Call.Outcome.PASSED),
        "n_failed": _number(outcome=Call.Outcome.FAILED),
        "n_left_to_fate": _number(fate__in=Call.LEFT_TO_FATE),
        "n_promised": Count("callback__promised_at"),
        "n_kept": Count("pk", filter=_came_within(hours)),
        "n_called_back": Count("pk", filter=Q(fate=Call.Fate.CALLBACK_AGREED) & _came_within(PUBLISHED_HOURS)),
        "n_timed": Count("seconds_to_answer"),
        "n_prompt": _number(seconds_to_answer__lte=PROMPT_SECONDS),
    }
    found |= {f"n_fate_{fate}": _number(fate=fate) for fate in Call.Fate.values}
    found |= _moments("again", "would_call_again")
    for name in SUMMED:
        found |= _moments(name, measure_column(name))
    return {name: found[name] for name in COUNTED}


def _number(**condition: Any) -> Count:
    return Count("pk", filter=Q(**condition))


def _moments(name: str, column: str) -> dict[str, Count | Sum]:
    # The square of a small integer is no small integer.
    wide = Cast(column, BigIntegerField())
    return {
        f"n_{name}": Count(column),
        f"sum_{name}": Sum(column, default=0),
        f"squares_{name}": Sum(wide * wide, default=0),
    }


def with_last_event(calls: QuerySet[Any]) -> QuerySet[Any]:
    """`came_at`: when the promised call came, by the event that holds of its promise, the one recorded last."""
    moment = Case(When(kind=promises.CAME, then=F("happened_at")), output_field=DateTimeField())
    events = CallbackEvent.objects.filter(callback__call=OuterRef("pk")).order_by("-recorded_at", "-pk")
    prepared: QuerySet[Any] = calls.alias(came_at=Subquery(events.annotate(came=moment).values("came")[:1]))
    return prepared


def _came_within(hours: int) -> Q:
    """As `promises.within_window`; a promise is looked at first, since most calls hold none."""
    promised = F("callback__promised_at")
    return Q(callback__promised_at__isnull=False) & Q(came_at__range=(promised, promised + dt.timedelta(hours=hours)))
