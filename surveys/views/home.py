"""Where a reader lands, and the guide."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from surveys import access

if TYPE_CHECKING:
    from surveys.models import Organisation, User


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user = access.signed_in(request)
    known = list(access.visible_organisations(user))
    if not known:
        return render(request, "surveys/home/nowhere.html")
    last_seen = request.session.get("organisation")
    chosen = next((organisation for organisation in known if organisation.slug == last_seen), known[0])
    return redirect(_landing(user, chosen), chosen.slug)


@require_safe
def organisation_home(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug)
    return redirect(_landing(user, organisation), organisation.slug)


def _landing(user: "User", organisation: "Organisation") -> str:
    """The page that a reader's work begins with; who has several roles starts with the widest view."""
    if access.has_role(user, organisation, access.ADMINISTRATORS):
        begun = access.visible_calls(user).filter(organisation=organisation).exists()
        return "overview" if begun else "departments"
    if access.has_role(user, organisation, access.FIGURE_READERS - {"reviewer"}):
        return "overview"
    return "review" if access.has_role(user, organisation, access.REVIEWERS) else "calls"


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "surveys/help/help.html")
