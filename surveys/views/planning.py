"""A wave's quota and the plan that follows from it."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from surveys import access, plan_page, planning_work, quota_page, quotas
from surveys.forms.fields import refuse
from surveys.forms.planning import PlanForm
from surveys.refused import Refused

if TYPE_CHECKING:
    from surveys.models import Wave

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def quota(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    wave = access.wave_or_404(user, organisation, pk)
    today = timezone.now().astimezone(organisation.zone).date()
    sent = request.POST if request.method == "POST" else None
    page = quota_page.build(wave, user=user, query=request.GET, sent=sent, today=today)
    if page.form.is_valid():
        values, seen = page.form.values(), page.form.cleaned_data["seen"]
        try:
            count = quotas.save(wave=wave, values=values, seen=seen, by=user, at=timezone.now())
        except Refused as refused:
            refuse(page.form, refused)
        else:
            words = ngettext("Saved: %(count)s number changed.", "Saved: %(count)s numbers changed.", count)
            messages.success(request, words % {"count": count})
            return redirect(f"{reverse('wave_quota', args=[slug, pk])}?page={page.pages.number}")
    return render(request, "surveys/planning/quota.html", {"organisation": organisation, "wave": wave, "page": page})


@form_page
def plan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    wave = access.wave_or_404(user, organisation, pk)
    chosen = request.POST if request.method == "POST" else request.GET or None
    form = PlanForm(chosen, people=access.evaluators(organisation), seed=wave.seed)
    wish = form.choice
    if request.method == "POST" and wish is not None and _confirm(request, wave, form, wish):
        return redirect("wave", slug, pk)
    page = plan_page.build(wave, form, wish, user=user, at=timezone.now())
    return render(request, "surveys/planning/plan.html", {"organisation": organisation, "wave": wave, "page": page})


def _confirm(request: HttpRequest, wave: "Wave", form: PlanForm, wish: planning_work.Wish) -> bool:
    by, seen = access.signed_in(request), request.POST.get("plan", "")
    try:
        done = planning_work.confirm(wave=wave, wish=wish, fingerprint=seen, by=by, at=timezone.now())
    except Refused as refused:
        refuse(form, refused)
        return False
    words = ngettext("%(count)s call has been planned.", "%(count)s calls have been planned.", done.made)
    messages.success(request, words % {"count": done.made})
    if done.replaced:
        words = ngettext("%(count)s earlier one gave way.", "%(count)s earlier ones gave way.", done.replaced)
        messages.info(request, words % {"count": done.replaced})
    if done.made and not done.offered:
        messages.info(request, _("They are for nobody yet: hand them out under Assignments."))
    return True
