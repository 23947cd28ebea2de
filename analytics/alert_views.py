"""Pages of alerts: a reader's own list, what they choose, and the way out that a mail's link opens."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from analytics import one_click
from analytics.alert_forms import ChoicesForm
from analytics.alerts import choices, listing
from surveys.access import organisation_or_404, roles_in, signed_in

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def alerts(request: HttpRequest, slug: str) -> HttpResponse:
    user = signed_in(request)
    organisation = organisation_or_404(user, slug, choices.TOLD)
    if request.method == "POST":
        count = listing.see(user, organisation, keys=request.POST.getlist("seen"), at=timezone.now())
        words = ngettext("%(count)s alert was marked as seen.", "%(count)s alerts were marked as seen.", count)
        messages.success(request, words % {"count": count})
        return redirect("alerts", slug)
    return render(request, "analytics/alerts/list.html", {"page": listing.page(user, organisation)})


@form_page
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    user = signed_in(request)
    organisation = organisation_or_404(user, slug, choices.TOLD)
    known, roles = choices.Choices(organisation, [user]), roles_in(user, organisation)
    form = ChoicesForm(
        request.POST if request.method == "POST" else None,
        chosen={kind: known.of(user, kind, roles) for kind in choices.kinds_for(roles)},
        quiet=choices.quiet_of(choices.post_of(organisation, user)),
    )
    if form.is_valid():
        choices.save(organisation=organisation, reader=user, chosen=form.chosen, quiet=form.quiet)
        messages.success(request, _("Saved."))
        return redirect("alerts", slug)
    page = {"organisation": organisation, "form": form}
    return render(request, "analytics/alerts/choices.html", page, status=422 if form.errors else 200)


@one_click.page
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """No more alerts by e-mail."""
    found = choices.of_signed(signed)
    if found is None:
        raise Http404
    organisation, reader = found
    return one_click.answer(
        request,
        "analytics/alerts/stop.html",
        end=lambda: choices.stop(organisation=organisation, reader=reader),
        reader=reader,
        organisation=organisation,
        of=organisation,
    )
