"""What readers chose: which kinds, in the product or by e-mail too, and when no mail may come.

Modest until somebody chooses: everything in the product, and by e-mail only what a manager should act on soon, signals and
broken promises. No mail from the evening to the morning.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from django.db import transaction

from analytics import one_click
from analytics.models import Alert, AlertChoice, AlertPost
from surveys.access import COORDINATORS, FIGURE_READERS, MANAGERS, REVIEWERS
from surveys.models import Organisation, User

Kind = Alert.Kind
# Totals are given by quarter, when it is over: a month's figure would come before it.
_MONTHLY: Final = FIGURE_READERS - {"works_council"}
FOR: Final[Mapping[str, frozenset[str]]] = {
    Kind.SIGNAL: _MONTHLY,
    Kind.TARGET: _MONTHLY,
    Kind.FAIL: REVIEWERS | MANAGERS,
    Kind.BROKEN: REVIEWERS | MANAGERS,
    Kind.QUOTA: COORDINATORS,
}
"""Which roles are told of a kind: those that may open what it links to."""
TOLD: Final = frozenset[str]().union(*FOR.values())
MAILED_TO_MANAGERS: Final = (Kind.SIGNAL, Kind.BROKEN)
SALT: Final = "alerts.stop"


class Choice(NamedTuple):
    in_product: bool
    by_email: bool


class Quiet(NamedTuple):
    """From and until when no mail may come, by the clock of the organisation; over midnight when it ends earlier."""

    start: dt.time
    end: dt.time

    def covers(self, at: dt.datetime, zone: dt.tzinfo) -> bool:
        """By what the clock on the wall says, also in the night that it is changed."""
        now = at.astimezone(zone).time()
        return self.start <= now < self.end if self.start < self.end else now >= self.start or now < self.end


NIGHT: Final = Quiet(dt.time(20), dt.time(7))


def kinds_for(roles: Collection[str]) -> list[str]:
    """The kinds that a person with these roles can be told of."""
    return [kind for kind, readers in FOR.items() if readers.intersection(roles)]


def default(kind: str, roles: Collection[str]) -> Choice:
    return Choice(in_product=True, by_email=kind in MAILED_TO_MANAGERS and bool(MANAGERS.intersection(roles)))


class Choices:
    """What readers of an organisation chose, read once."""

    def __init__(self, organisation: Organisation, readers: Iterable[User] | None = None) -> None:
        rows = AlertChoice.objects.filter(organisation=organisation)
        rows = rows if readers is None else rows.filter(reader__in=list(readers))
        fields = rows.values_list("reader", "kind", "in_product", "by_email")
        self._made = {(reader, kind): Choice(*chosen) for reader, kind, *chosen in fields}

    def of(self, reader: User, kind: str, roles: Collection[str]) -> Choice:
        """What holds for this reader; nothing of kinds that are not for their roles."""
        if not FOR[kind].intersection(roles):
            return Choice(in_product=False, by_email=False)
        return self._made.get((reader.pk, kind)) or default(kind, roles)


def quiet_of(post: AlertPost | None) -> Quiet | None:
    """The quiet hours of a reader; those of the night until they chose, `None` when they chose to have none."""
    if post is None:
        return NIGHT
    if post.quiet_from is None or post.quiet_until is None:
        return None
    return Quiet(post.quiet_from, post.quiet_until)


def post_of(organisation: Organisation, reader: User) -> AlertPost | None:
    return AlertPost.objects.filter(organisation=organisation, reader=reader).first()


@transaction.atomic
def save(*, organisation: Organisation, reader: User, chosen: Mapping[str, Choice], quiet: Quiet | None) -> None:
    """Keeps what a reader chose of these kinds, and their quiet hours."""
    for kind, choice in chosen.items():
        AlertChoice.objects.update_or_create(
            organisation=organisation, reader=reader, kind=kind, defaults=choice._asdict()
        )
    hours = (
        {"quiet_from": quiet.start, "quiet_until": quiet.end} if quiet else {"quiet_from": None, "quiet_until": None}
    )
    AlertPost.objects.update_or_create(organisation=organisation, reader=reader, defaults=hours)


# --- out with one click -----------------------------------------------------------------------------------------------


def signed(organisation: Organisation, reader: User) -> str:
    """What the link in a mail carries: whose mail of which organisation it ends, and nothing else."""
    return one_click.signed([organisation.pk, reader.pk], salt=SALT)


def of_signed(text: str) -> tuple[Organisation, User] | None:
    """Whom a link is for; `None` when it is not one of ours, or they are gone."""
    keys = one_click.of_signed(text, salt=SALT)
    if keys is None:
        return None
    organisation, reader = keys
    found = Organisation.objects.filter(pk=organisation).first(), User.objects.filter(pk=reader).first()
    return None if found[0] is None or found[1] is None else (found[0], found[1])


@transaction.atomic
def stop(*, organisation: Organisation, reader: User) -> None:
    """No more alerts by e-mail, of any kind; in the product nothing changes."""
    known = Choices(organisation, [reader])
    for kind, roles in FOR.items():
        chosen = known.of(reader, kind, roles)
        AlertChoice.objects.update_or_create(
            organisation=organisation,
            reader=reader,
            kind=kind,
            defaults={"in_product": chosen.in_product, "by_email": False},
        )
