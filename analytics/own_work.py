"""An evaluator's own page: what they made, how soon they handed it in, what came back, and how far others agree.

Only the reader's own figures, each with its n; no other person's, no ranking. Figures of second scorings and gold calls
stop at the first of this month and name no call: a number that rose at once would tell which call was scored twice.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Min

from analytics.agreement import Average, own_accuracy, own_agreement
from analytics.figures import Share, rounded
from analytics.stats.intervals import wilson
from surveys import access
from surveys.flag_words import LABELS

if TYPE_CHECKING:
    from surveys.models import Organisation, User

MONTHS = 12
# A call that is handed in within a day is still fresh.
SOON = dt.timedelta(hours=24)
# With fewer calls a month says nothing but the calls themselves.
FEWEST = 5


class Made(NamedTuple):
    """One call: its month, whether it was handed in soon (None when that is not known), whether it ever came back."""

    month: dt.date
    soon: bool | None
    returned: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Month:
    first: dt.date
    calls: int
    soon: Share
    returned: Share


@dataclass(frozen=True, slots=True)
class OwnWork:
    """`flags` are (what the rule is called, number of calls); the averages are None below their fewest."""

    organisation: "Organisation"
    calls: int
    soon: Share
    returned: Share
    recorded: Share
    flags: tuple[tuple[str, int], ...]
    flagged: Share
    months: tuple[Month, ...]
    agreement: Average | None
    accuracy: Average | None
    before: dt.date
    open_assignments: int
    offered: int
    forms_returned: int
    drafts: int
    enough: int = FEWEST


def own_work(user: "User", organisation: "Organisation", *, at: dt.datetime) -> OwnWork:
    first = at.astimezone(organisation.zone).date().replace(day=1)
    since = _midnight(_months_before(first, MONTHS - 1), organisation)
    made = _made(user, organisation, since)
    found = Counter(rule for call in made for rule in call.flags)
    accuracy = own_accuracy(user, organisation, before=_midnight(first, organisation))
    own = access.own_calls(user, organisation)
    states = Counter(access.own_assignments(user, organisation).filter(until__gt=at).values_list("state", flat=True))
    return OwnWork(
        organisation=organisation,
        calls=len(made),
        soon=_share(call.soon for call in made),
        returned=_share(call.returned for call in made),
        recorded=_recorded(user, organisation, since, at=at),
        flags=tuple((str(label), found[rule]) for rule, label in LABELS.items() if found[rule]),
        flagged=_share(bool(call.flags) for call in made),
        months=_by_month(made),
        agreement=own_agreement(user, organisation, before=_midnight(first, organisation)),
        accuracy=accuracy.accuracy if accuracy else None,
        before=first,
        open_assignments=states["accepted"],
        offered=states["offered"],
        forms_returned=own.filter(state="returned").count(),
        drafts=own.filter(state="draft").count(),
    )


def _made(user: "User", organisation: "Organisation", since: dt.datetime) -> list[Made]:
    """Handed in for the first time counts: what came back and was mended was in time, if it was in time at first."""
    steps: dict[tuple[int, str], dt.datetime] = {}
    entries = access.own_steps(user, organisation, since).order_by()
    for key, action, moment in entries.values_list("subject_id", "action").annotate(Min("at")):
        steps[key, action] = moment
    calls = access.own_made(user, organisation, since).values_list("pk", "called_at", "flags")
    zone, found = organisation.zone, []
    for key, called_at, flags in calls:
        handed_in = steps.get((key, "submitted"))
        found.append(
            Made(
                month=called_at.astimezone(zone).date().replace(day=1),
                soon=None if handed_in is None else handed_in - called_at <= SOON,
                returned=(key, "returned") in steps,
                flags=tuple({facts["rule"] for facts in flags}),
            )
        )
    return found


def _by_month(made: Iterable[Made]) -> tuple[Month, ...]:
    """The latest month first."""
    months: dict[dt.date, list[Made]] = {}
    for call in made:
        months.setdefault(call.month, []).append(call)
    return tuple(
        Month(first, len(calls), _share(call.soon for call in calls), _share(call.returned for call in calls))
        for first, calls in sorted(months.items(), reverse=True)
    )


def _recorded(user: "User", organisation: "Organisation", since: dt.datetime, *, at: dt.datetime) -> Share:
    """Of the promises whose time and grace are over: those of which something was recorded before that."""
    grace = dt.timedelta(hours=organisation.callback_grace_hours)
    over = access.own_promises(user, organisation, since).filter(due_at__lte=at - grace)
    rows = over.annotate(first=Min("events__recorded_at")).values_list("due_at", "first")
    return _share(first is not None and first <= due + grace for due, first in rows)


def _share(said: Iterable[bool | None]) -> Share:
    """The share of those that are true, of those that are known; the interval from `FEWEST` on."""
    known = [each for each in said if each is not None]
    interval = wilson(sum(known), len(known))
    if interval is None:
        return Share()
    value, enough = rounded(interval.share * 100), len(known) >= FEWEST
    low, high = (rounded(interval.low * 100), rounded(interval.high * 100)) if enough else (None, None)
    return Share(n=len(known), count=sum(known), value=value, low=low, high=high)


def _months_before(first: dt.date, count: int) -> dt.date:
    years, month = divmod(first.year * 12 + first.month - 1 - count, 12)
    return dt.date(years, month + 1, 1)


def _midnight(day: dt.date, organisation: "Organisation") -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), organisation.zone)
