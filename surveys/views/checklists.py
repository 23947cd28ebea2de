"""Checklists and their versions, to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from surveys import access, checklist_words, setting_up


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    versions = setting_up.with_wave_counts(access.visible_versions(user, organisation))
    page = {"organisation": organisation, "versions": versions.order_by("checklist__name", "checklist_id", "-number")}
    return render(request, "surveys/checklists/overview.html", page)


@require_safe
def version(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    version = access.version_or_404(user, organisation, pk)
    languages = version.definition.languages
    asked = request.GET.get("language", get_language() or "")
    language = asked if asked in languages else languages[0]
    page = {
        "organisation": organisation,
        "version": version,
        "languages": languages,
        "language": language,
        "sheet": checklist_words.describe(version.definition, language),
    }
    return render(request, "surveys/checklists/version.html", page)
