"""A reader's own alerts: what they may still see of what they were told, what is unseen, and marking it as seen."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, F, Q, QuerySet, When

from analytics.access import watched_calls
from analytics.alerts.choices import kinds_for
from analytics.alerts.wording import REASONS, Told, told
from analytics.models import Alert, AlertChoice
from surveys import access
from surveys.models import Organisation, User
from surveys.querysets import READS_ALL

OF_CALLS: Final = frozenset({Alert.Kind.FAIL, Alert.Kind.BROKEN})
"""Kinds that are told of single calls."""
SHOWN: Final = 100
"""So many are shown of those seen and of those unseen; nobody reads on after that."""


def visible(user: User, organisation: Organisation) -> "QuerySet[Alert]":
    """The alerts of a reader that their rights of today still cover: what they were told of a department that they no longer
    read, or of a call that no longer counts, is gone.
    """
    roles = access.roles_in(user, organisation)
    departments = access.reported_departments(user, organisation).values("pk")
    of_all = Q(department=None) if roles & READS_ALL else Q(department=None, kind=Alert.Kind.QUOTA)
    kinds, calls = kinds_for(roles), Q(call=None)
    if OF_CALLS.intersection(kinds):
        calls |= Q(call__in=watched_calls(user, organisation).values("pk"))
    rows = Alert.objects.filter(organisation=organisation, reader=user, kind__in=kinds)
    return rows.filter(calls, of_all | Q(department__in=departments))


def shown(user: User, organisation: Organisation) -> "QuerySet[Alert]":
    """Those that the reader wants in the product: unseen ones first, of these departments before single calls, then the newest."""
    # In the product all kinds are wanted until somebody chooses otherwise.
    unwanted = AlertChoice.objects.filter(organisation=organisation, reader=user, in_product=False).values("kind")
    rows = visible(user, organisation).exclude(kind__in=unwanted).select_related("department", "organisation")
    of_department = Case(When(call=None, then=0), default=1)
    return rows.order_by(F("seen_at").desc(nulls_first=True), of_department, "-made_at", "pk")


def waiting(user: User, organisation: Organisation) -> "QuerySet[Alert]":
    return shown(user, organisation).filter(seen_at=None)


def unseen(user: User, organisation: Organisation) -> int:
    return waiting(user, organisation).order_by().count()


@dataclass(frozen=True, slots=True)
class Page:
    """The unseen ones and those seen, each the newest `SHOWN`; `more` of the unseen ones follow once these are seen."""

    organisation: Organisation
    unseen: tuple[Told, ...]
    seen: tuple[Told, ...]
    more: int
    kinds: tuple[tuple[str, str], ...]


def page(user: User, organisation: Organisation) -> Page:
    rows = shown(user, organisation)
    new = [told(each) for each in rows.filter(seen_at=None)[:SHOWN]]
    more = unseen(user, organisation) - len(new) if len(new) == SHOWN else 0
    old = [told(each) for each in rows.exclude(seen_at=None)[:SHOWN]]
    kinds = [
        (str(kind.label), str(REASONS[kind]))
        for kind in map(Alert.Kind, kinds_for(access.roles_in(user, organisation)))
    ]
    return Page(organisation, tuple(new), tuple(old), more, tuple(kinds))


def see(user: User, organisation: Organisation, *, keys: Iterable[str], at: dt.datetime) -> int:
    """Marks those of the reader's own that a page showed as seen, not what came since; how many there were."""
    known = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
    return visible(user, organisation).filter(pk__in=known, seen_at=None).update(seen_at=at)
