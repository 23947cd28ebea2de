"""Fieldwork that is planned: waves and scenarios."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, families, papers, planning_work, setting_up, wave_page
from surveys.forms.fields import refuse
from surveys.forms.setup import ScenarioForm, WaveForm
from surveys.refused import Refused

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from surveys.models import ChecklistVersion, Organisation, Scenario, Wave

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def waves(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    known = setting_up.with_call_counts(access.visible_waves(user, organisation)).select_related("version__checklist")
    known = known.order_by("-starts_on", "-pk")  # counting drops the model's own order
    page = {"organisation": organisation, "waves": known, "versions": _versions(request, organisation).count()}
    page["lacking"] = papers.missing(organisation, timezone.now().astimezone(organisation.zone).date())
    return render(request, "surveys/setup/waves.html", page)


@form_page
def wave_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = access.organisation_or_404(access.signed_in(request), slug, access.COORDINATORS)
    return _wave_page(request, organisation, setting_up.new_wave(organisation))


@form_page
def wave(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    return _wave_page(request, organisation, access.wave_or_404(user, organisation, pk))


def _wave_page(request: HttpRequest, organisation: "Organisation", wave: "Wave") -> HttpResponse:
    user, name = access.signed_in(request), wave.name
    form = WaveForm(
        request.POST or None,
        instance=wave,
        versions=_versions(request, organisation),
        waves=access.visible_waves(user, organisation),
        has_calls=setting_up.has_calls(wave),
    )
    if form.is_valid():
        try:
            saved = setting_up.save_wave(wave=wave, values=form.values(), by=user, at=timezone.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            _warn_of_plan(request, saved)
            return redirect("wave", organisation.slug, saved.pk)
    page = {"form": form, "organisation": organisation, "wave": wave, "name": name}
    if wave.pk:
        page["work"] = wave_page.describe(wave, user=user, at=timezone.now())
    return render(request, "surveys/setup/wave.html", page)


def _warn_of_plan(request: HttpRequest, wave: "Wave") -> None:
    count = planning_work.outside(wave, at=timezone.now())
    if count:
        words = ngettext(
            "%(count)s planned call lies outside these days or hours: draw the plan anew, or change it under Assignments.",
            "%(count)s planned calls lie outside these days or hours: draw the plan anew, or change them under Assignments.",
            count,
        )
        messages.warning(request, words % {"count": count})


@require_POST
def wave_open(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    wave = access.wave_or_404(user, organisation, pk)
    try:
        setting_up.open_wave(wave=wave, by=user, at=timezone.now())
        messages.success(request, _opened(wave))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("wave", slug, pk)


def _opened(wave: "Wave") -> str:
    today = timezone.localdate(timezone=wave.organisation.zone)
    if wave.starts_on > today:
        words = _("%(wave)s is open: evaluators can log calls in it from %(day)s.")
        return words % {"wave": wave, "day": date_format(wave.starts_on, "DATE_FORMAT")}
    return _("%(wave)s is open: evaluators can log calls in it.") % {"wave": wave}


@require_POST
def wave_close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    wave = access.wave_or_404(user, organisation, pk)
    try:
        setting_up.close_wave(wave=wave, by=user, at=timezone.now())
        messages.success(request, _("%(wave)s is closed: no new calls can be logged in it.") % {"wave": wave})
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("wave", slug, pk)


def _versions(request: HttpRequest, organisation: "Organisation") -> "QuerySet[ChecklistVersion]":
    return access.visible_versions(access.signed_in(request), organisation).filter(state="published")


@require_safe
def scenarios(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    known = access.visible_scenarios(user, organisation)
    page = {"organisation": organisation, "scenarios": known, "families": families.families(known.in_use())}
    return render(request, "surveys/setup/scenarios.html", page)


@form_page
def scenario_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = access.organisation_or_404(access.signed_in(request), slug, access.COORDINATORS)
    return _scenario_page(request, organisation, setting_up.new_scenario(organisation))


@form_page
def scenario(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    return _scenario_page(request, organisation, access.scenario_or_404(user, organisation, pk))


def _scenario_page(request: HttpRequest, organisation: "Organisation", scenario: "Scenario") -> HttpResponse:
    user, used, name = access.signed_in(request), setting_up.is_used(scenario), scenario.name
    form = ScenarioForm(
        request.POST or None,
        instance=scenario,
        used=used,
        language=organisation.language,
        scenarios=access.visible_scenarios(user, organisation),
    )
    if form.is_valid():
        try:
            setting_up.save_scenario(scenario=scenario, values=form.values(), by=user, at=timezone.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("scenarios", organisation.slug)
    page = {"form": form, "organisation": organisation, "name": name, "used": used}
    return render(request, "surveys/setup/scenario.html", page)
