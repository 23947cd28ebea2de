"""What every page knows: the reader's organisation, their way around it, and whether this is the demo."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from analytics.access import Reader
from analytics.alerts import choices, listing
from analytics.topics import TOPICS
from surveys import access
from surveys.models import Organisation, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    here: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: tuple[Link, ...]


def house(request: HttpRequest) -> dict[str, Any]:
    return {"is_demo": settings.DEMO, "house": SimpleLazyObject(lambda: House(request))}


def counted_together(several: "Iterable[tuple[str, QuerySet[Any]]]") -> dict[str, int]:
    """How many rows each QuerySet has, by name, in one query; what has none is not here."""
    counts = [
        rows.order_by().annotate(behind=Value(name)).values("behind").annotate(n=Count("pk")).values_list("behind", "n")
        for name, rows in several
    ]
    return dict(counts[0].union(*counts[1:], all=True)) if counts else {}


class House:
    """The organisation in view and the links that this reader's roles open."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        user = getattr(request, "user", None)
        self.organisations: list[Organisation] = []
        self.organisation: Organisation | None = None
        self.groups: tuple[Group, ...] = ()
        self._counts: dict[str, int] | None = None
        if user is None or not user.is_authenticated:
            return
        self.organisations = access.own_organisations(user)
        self.organisation = self._current()
        if self.organisation is not None:
            self.groups = tuple(group for group in self._groups(self.organisation) if group.links)

    def _current(self) -> Organisation | None:
        match = self.request.resolver_match
        slug = match.kwargs.get("slug") if match else None
        slug = slug or self.request.session.get("organisation")
        chosen = next((o for o in self.organisations if o.slug == slug), None) or next(iter(self.organisations), None)
        if chosen is not None and self.request.session.get("organisation") != chosen.slug:
            self.request.session["organisation"] = chosen.slug
        return chosen

    def _groups(self, organisation: Organisation) -> list[Group]:
        user = access.signed_in(self.request)

        def links(roles: frozenset[str], *pages: tuple[str, str]) -> list[Link]:
            if not access.has_role(user, organisation, roles):
                return []
            return [self._link(name, label, organisation) for name, label in pages]

        checks = access.has_role(user, organisation, access.REVIEWERS)
        return [
            Group(
                _("Calls"),
                tuple(
                    links(
                        access.EVALUATORS,
                        ("calls", _("My calls")),
                        ("call_start", _("Log a call")),
                        ("own_work", _("My work")),
                    )
                ),
            ),
            Group(
                _("Results"),
                tuple(
                    links(access.FIGURE_READERS, ("overview", _("Overview")))
                    + (
                        self._topics(user, organisation)
                        if access.has_role(user, organisation, access.FIGURE_READERS)
                        else []
                    )
                    + links(access.FIGURE_READERS, ("saved_views", _("Saved views")), ("letters", _("Letters")))
                    + links(choices.TOLD, ("alerts", _("Alerts")))
                    + links(access.MANAGERS, ("department_calls", _("Calls to read")))
                    + ([] if checks else links(access.MANAGERS, ("appeals", _("Appeals"))))
                ),
            ),
            Group(
                _("Fieldwork"),
                tuple(
                    links(access.REVIEWERS, ("review", _("Review")), ("callbacks", _("Promised callbacks")))
                    + links(access.REVIEWERS, ("appeals", _("Appeals")))
                    + links(access.COORDINATORS, ("unread", _("Read by departments")))
                    + links(access.COORDINATORS, ("waves", _("Waves")), ("imports", _("Import")))
                    + links(access.EXPORTERS, ("planner", _("How many calls")), ("exports", _("Export")))
                ),
            ),
            Group(
                _("Quality checks"),
                tuple(
                    links(access.HEARERS, ("calibrations", _("Calibration")))
                    + links(access.REVIEWERS, ("agreement", _("Agreement")))
                    + links(access.COORDINATORS, ("gold_calls", _("Gold calls")))
                ),
            ),
            Group(
                _("Set-up"),
                tuple(
                    links(
                        access.ADMINISTRATORS,
                        ("organisation", _("Organisation")),
                        ("departments", _("Departments")),
                        ("members", _("Members")),
                    )
                    + links(access.PAPER_READERS, ("papers", _("Papers on file")))
                    + links(access.COORDINATORS, ("scenarios", _("Scenarios")), ("checklists", _("Checklists")))
                ),
            ),
        ]

    def _topics(self, user: User, organisation: Organisation) -> list[Link]:
        reader = Reader(user, organisation, timezone.now())
        here = (self.request.resolver_match.kwargs if self.request.resolver_match else {}).get("topic")
        return [
            Link(
                capfirst(str(topic.name)),
                reverse("topic", args=[organisation.slug, topic.slug]),
                here=topic.slug == here,
            )
            for topic in TOPICS.values()
            if topic.is_for(reader)
        ]

    def _link(self, name: str, label: str, organisation: Organisation) -> Link:
        url = reverse(name, args=[organisation.slug])
        match = self.request.resolver_match
        here = bool(match and match.url_name == name)
        return Link(label, url, here=here, count=self._waiting(organisation).get(name, 0))

    def _waiting(self, organisation: Organisation) -> dict[str, int]:
        """How much waits for this reader behind each link, asked for at once."""
        if self._counts is None:
            self._counts = counted_together(self._behind(organisation))
        return self._counts

    def _behind(self, organisation: Organisation) -> "Iterator[tuple[str, QuerySet[Any]]]":
        user = access.signed_in(self.request)
        if access.has_role(user, organisation, choices.TOLD):
            yield "alerts", listing.waiting(user, organisation)
        if access.has_role(user, organisation, access.MANAGERS):
            yield "department_calls", access.unread_calls(user, organisation, timezone.now())
        if access.has_role(user, organisation, access.REVIEWERS):
            yield "review", access.calls_to_review(user, organisation)
            yield "appeals", access.open_appeals(user, organisation)
