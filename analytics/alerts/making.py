"""Who is told what. Single calls are looked at every time, figures and waves once a day on the organisation's clock.

Each reader is told within their own rights. Figures are read once for all readers with the same rights; what may be opened of
single calls is asked for each. An alert is a row under a unique constraint, so several workers, or one that is killed and begins
again, make each once. A day's round is claimed, and noted as done when it is: one that was killed is begun again by whoever
comes after `LEASE`.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.db.models import Max, Q

from analytics.access import Reader, watched_calls
from analytics.alerts import calls, signals, targets, waves
from analytics.alerts.choices import Choices
from analytics.alerts.finding import Finding, months_before
from analytics.models import Alert, AlertRound
from surveys.access import COORDINATORS, FIGURE_READERS
from surveys.models import Membership, Organisation, User
from surveys.querysets import standing

logger = logging.getLogger(__name__)

LEASE: Final = dt.timedelta(hours=1)


class Told(NamedTuple):
    """A reader, with their roles, and what is to be told to them."""

    reader: User
    roles: frozenset[str]
    findings: Sequence[Finding]


Readers = dict[User, frozenset[str]]


def make_due(*, at: dt.datetime) -> None:
    """Makes the alerts that are due in every organisation; whatever is wrong in one, the others are served."""
    for organisation in Organisation.objects.order_by("pk"):
        try:
            make(organisation, at=at)
        except Exception:
            logger.exception("Alerts of organisation %s could not be made; it is tried again", organisation.pk)


def make(organisation: Organisation, *, at: dt.datetime) -> None:
    readers = readers_of(organisation)
    tell_of_calls(organisation, readers, at=at)
    if claim(organisation, at=at):
        tell_of_figures(organisation, readers, at=at)
        AlertRound.objects.filter(organisation=organisation).update(day=_day(organisation, at), begun_at=None)


def readers_of(organisation: Organisation) -> Readers:
    """Whoever reads figures there, with their roles."""
    held = Membership.objects.active().filter(organisation=organisation, user__is_active=True)
    roles: dict[User, set[str]] = defaultdict(set)
    for membership in held.filter(role__in=FIGURE_READERS).select_related("user").order_by("user", "pk"):
        roles[membership.user].add(membership.role)
    return {reader: frozenset(several) for reader, several in roles.items()}


def claim(organisation: Organisation, *, at: dt.datetime) -> bool:
    """Whether this day's figures are ours to look at: not looked at yet, and nobody is doing so."""
    AlertRound.objects.get_or_create(organisation=organisation)
    due = Q(day=None) | Q(day__lt=_day(organisation, at))
    free = Q(begun_at=None) | Q(begun_at__lte=at - LEASE)
    return bool(AlertRound.objects.filter(due, free, organisation=organisation).update(begun_at=at))


def _day(organisation: Organisation, at: dt.datetime) -> dt.date:
    return at.astimezone(organisation.zone).date()


# --- what each is told ------------------------------------------------------------------------------------------------


def tell_of_calls(organisation: Organisation, readers: Readers, *, at: dt.datetime) -> None:
    found = calls.find(organisation, at=at)
    if not found:
        return
    choices = Choices(organisation)
    rows = Alert.objects.filter(
        organisation=organisation, kind__in=["fail", "broken"], key__in=[each.key for each in found]
    )
    known = set(rows.values_list("reader", "kind", "key"))
    told = []
    for reader, roles in readers.items():
        news = [
            each
            for each in found
            if (reader.pk, each.kind, each.key) not in known and any(choices.of(reader, each.kind, roles))
        ]
        if news:
            keys = watched_calls(reader, organisation).filter(pk__in=[each.call for each in news])
            mine = set(keys.values_list("pk", flat=True))
            told.append(Told(reader, roles, [each for each in news if each.call in mine]))
    keep(organisation, told, choices, at=at)


def tell_of_figures(organisation: Organisation, readers: Readers, *, at: dt.datetime) -> None:
    choices = Choices(organisation)
    behind = waves.find(organisation, at=at) if any(roles & COORDINATORS for roles in readers.values()) else []
    told = []
    for several in alike(organisation, readers):
        wanting = [
            each for each in several if any(any(choices.of(each, kind, readers[each])) for kind in ("signal", "target"))
        ]
        found: list[Finding] = []
        if wanting:
            reader = Reader(wanting[0], organisation, at)
            # Who reads totals beside calls of their own is given totals by quarter, as in `filters`.
            found = [*signals.find(reader), *targets.find(reader)] if reader.sees_calls else []
        told += [Told(each, readers[each], [*found, *behind]) for each in several]
    keep(organisation, told, choices, at=at)


def alike(organisation: Organisation, readers: Readers) -> list[list[User]]:
    """Readers in groups that see the same figures, by their roles and the departments that they manage."""
    groups: dict[object, list[User]] = defaultdict(list)
    for reader, roles in readers.items():
        groups[roles, frozenset(standing(reader).managed)].append(reader)
    return list(groups.values())


def keep(organisation: Organisation, told: Iterable[Told], choices: Choices, *, at: dt.datetime) -> None:
    """Writes what is new to each reader and wanted by them; what goes on is noted, and not told again."""
    told = list(told)
    last = _held(organisation, [finding for each in told for finding in each.findings])
    new, going_on = [], defaultdict(list)
    for reader, roles, findings in told:
        for finding in findings:
            wanted = choices.of(reader, finding.kind, roles)
            held = last.get((reader.pk, finding.kind, finding.about))
            if not any(wanted):
                continue
            if finding.period is not None and held is not None and held >= months_before(finding.period, 1):
                going_on[finding.period, finding.kind, finding.about].append(reader.pk)
            else:
                new.append(_alert(organisation, reader, finding, by_email=wanted.by_email, at=at))
    Alert.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    for (period, kind, about), keys in going_on.items():
        rows = Alert.objects.filter(organisation=organisation, kind=kind, about=about, reader__in=keys)
        rows.filter(held_until__lt=period, held_until__gte=months_before(period, 1)).update(held_until=period)


def _held(organisation: Organisation, findings: Sequence[Finding]) -> dict[tuple[int, str, str], dt.date]:
    """Until when each reader knows that something went on."""
    about = {finding.about for finding in findings if finding.period is not None}
    rows = Alert.objects.filter(organisation=organisation, about__in=about, held_until__isnull=False)
    known = rows.values_list("reader", "kind", "about").annotate(newest=Max("held_until")).order_by()
    return {(reader, kind, of): newest for reader, kind, of, newest in known} if about else {}


def _alert(organisation: Organisation, reader: User, finding: Finding, *, by_email: bool, at: dt.datetime) -> Alert:
    return Alert(
        organisation=organisation,
        reader=reader,
        kind=finding.kind,
        about=finding.about,
        key=finding.key,
        held_until=finding.period,
        department_id=finding.department,
        call_id=finding.call,
        facts=finding.facts,
        by_email=by_email,
        made_at=at,
    )
