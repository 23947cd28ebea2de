"""Gold calls: what there is, a new one, its right answers, in use or not, into evaluators' lists; and drawing seconds."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, workflow
from surveys.forms.fields import refuse
from surveys.forms.listening import GoldForm, SlipForm
from surveys.gold_page import GoldPage, gold_page, posted_answers
from surveys.hearing import gold_player, play
from surveys.refused import Refused

if TYPE_CHECKING:
    import datetime as dt

    from surveys.models import GoldCall, Organisation


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    page = {"organisation": organisation, "gold_calls": access.gold_calls(user, organisation)}
    return render(request, "surveys/listening/gold_calls.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    calls = access.calls_to_know(user, organisation, at)
    form = GoldForm(request.POST or None, calls=calls, initial={"call": request.GET.get("call")})
    if request.method == "POST" and form.is_valid():
        call = form.cleaned_data["call"]
        recording = access.playable_or_404(user, call, at)
        gold = workflow.make_gold(call=call, recording=recording, name=form.cleaned_data["name"], by=user, at=at)
        return redirect("gold_call", slug, gold.pk)
    return render(request, "surveys/listening/gold_new.html", {"organisation": organisation, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    gold, phrases = access.gold_or_404(user, organisation, pk), access.visible_phrases(user, organisation).in_use()
    if request.method != "POST":
        return _show(request, organisation, gold_page(gold, phrases), at)
    try:
        problems = workflow.save_gold(gold=gold, answers=posted_answers(gold, request.POST), by=user, at=at)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("gold_call", slug, pk)
    if problems:
        page = gold_page(access.gold_or_404(user, organisation, pk), phrases, request.POST, problems)
        return _show(request, organisation, page, at)
    messages.success(request, _("Saved."))
    return redirect("gold_call", slug, pk)


def _show(
    request: HttpRequest,
    organisation: "Organisation",
    page: GoldPage,
    at: "dt.datetime",
    *,
    form: SlipForm | None = None,
) -> HttpResponse:
    gold = page.gold
    context = {
        "organisation": organisation,
        "page": page,
        "gold": gold,
        "heard": gold_player(gold, at),
        "given": access.gold_work(access.signed_in(request), gold),
        "slip_form": form or _slip_form(organisation, gold, at),
    }
    return render(request, "surveys/listening/gold_call.html", context, status=200 if form is None else 422)


def _slip_form(
    organisation: "Organisation", gold: "GoldCall", at: "dt.datetime", request: HttpRequest | None = None
) -> SlipForm:
    waves = workflow.waves_for_gold(organisation, at=at)
    return SlipForm(request.POST if request else None, waves=waves, evaluators=workflow.can_score_gold(gold))


@require_POST
def switch(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    gold = access.gold_or_404(user, organisation, pk)
    try:
        workflow.switch_gold(gold=gold, on=request.POST.get("on") == "yes", by=user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("gold_call", slug, pk)


@require_POST
def slip(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    gold = access.gold_or_404(user, organisation, pk)
    form = _slip_form(organisation, gold, at, request)
    if form.is_valid():
        try:
            made = workflow.slip_gold(gold=gold, by=user, at=at, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            words = ngettext("It stands in %(count)s list.", "It stands in %(count)s lists.", len(made))
            messages.success(request, words % {"count": len(made)})
            return redirect("gold_call", slug, pk)
    page = gold_page(gold, access.visible_phrases(user, organisation).in_use())
    return _show(request, organisation, page, at, form=form)


@require_safe
def sound(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    gold = access.gold_or_404(user, organisation, pk)
    return play(request, access.playable_gold_or_404(user, gold, at), by=user, at=at)


@require_POST
def draw_seconds(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    count = workflow.draw_seconds(access.wave_or_404(user, organisation, pk), at=timezone.now())
    words = ngettext(
        "%(count)s call was given out for a second scoring.",
        "%(count)s calls were given out for a second scoring.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect(f"{reverse('agreement', args=[slug])}?wave={pk}")
