"""Views that readers keep under a name, for themselves or for all who read results."""

from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.access import Reader
from analytics.models import SavedView
from analytics.pages import place_of
from analytics.topics import TOPICS
from surveys.refused import Refused

OVERVIEW = "overview"
# Nobody finds their way among more.
MOST = 50


def visible(reader: Reader) -> QuerySet[SavedView]:
    """The reader's own, and those that others share, of pages that the reader may open."""
    mine = Q(owner=reader.user) | Q(is_shared=True)
    rows = SavedView.objects.filter(mine, organisation=reader.organisation, page__in=_pages(reader))
    return rows.select_related("owner").order_by("name", "pk")


def _pages(reader: Reader) -> set[str]:
    topics = {topic.slug for topic in TOPICS.values() if topic.is_for(reader)}
    return {OVERVIEW, *topics, *map(place_of, reader.departments)}


def own_or_404(reader: Reader, pk: int) -> SavedView:
    """A view of this reader's own: others may open what is shared, and no more."""
    found = SavedView.objects.filter(organisation=reader.organisation, owner=reader.user, pk=pk).first()
    if found is None:
        raise Http404
    return found


def address(view: SavedView) -> str:
    slug = view.organisation.slug
    name, _slash, key = view.page.partition("/")
    if name == OVERVIEW:
        page = reverse("overview", args=[slug])
    else:
        page = reverse("department", args=[slug, key]) if key else reverse("topic", args=[slug, name])
    return f"{page}?{view.query}" if view.query else page


@transaction.atomic
def save(*, reader: Reader, name: str, page: str, query: str, is_shared: bool) -> SavedView:
    """Keeps a view; one of the same name is replaced. Raises `Refused` for a page that the reader cannot open."""
    if page not in _pages(reader):
        raise Refused(_("There is no such page."), field="page")
    mine = SavedView.objects.filter(organisation=reader.organisation, owner=reader.user)
    if mine.exclude(name=name).count() >= MOST:
        raise Refused(_("You have %(most)s views already; take one away first.") % {"most": MOST}, field="name")
    facts = {"page": page, "query": urlsplit(query).query or query.lstrip("?"), "is_shared": is_shared}
    view, _made = SavedView.objects.update_or_create(
        organisation=reader.organisation, owner=reader.user, name=name, defaults=facts | {"saved_at": reader.at}
    )
    return view


def remove(view: SavedView) -> None:
    view.delete()
