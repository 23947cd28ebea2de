"""Which questions did not fit their calls, and why: for those who keep the checklists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from surveys import access, unfit

LATEST = 1000


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    calls = list(access.unfit_calls(user, organisation)[: LATEST + 1])
    context = {
        "organisation": organisation,
        "items": unfit.by_item(calls[:LATEST], get_language() or ""),
        "latest": LATEST if len(calls) > LATEST else None,
    }
    return render(request, "surveys/checklists/unfit.html", context)
