"""Checklists and their versions: the list, reading one, comparing two, a new one or a new draft, and publishing."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, building, checklist_words, defaults, definition, setting_up
from surveys.change_words import changes_in_words
from surveys.definition import editing
from surveys.forms.builder import LANGUAGES, StartForm
from surveys.forms.fields import refuse
from surveys.forms.outline import Outline
from surveys.refused import Refused

if TYPE_CHECKING:
    from surveys.models import ChecklistVersion


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    versions = setting_up.with_wave_counts(access.visible_versions(user, organisation)).defer("document")
    page = {"organisation": organisation, "versions": versions.order_by("checklist__name", "checklist_id", "-number")}
    return render(request, "surveys/checklists/overview.html", page)


@require_safe
def version(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A published version to read; a draft is read where it is built."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    version = access.version_or_404(user, organisation, pk)
    if version.state == "draft":
        return redirect("draft", slug, pk)
    languages = version.definition.languages
    asked = request.GET.get("language", get_language() or "")
    language = asked if asked in languages else languages[0]
    page = {
        "organisation": organisation,
        "version": version,
        "languages": languages,
        "language": language,
        "sheet": checklist_words.describe(version.definition, language),
        "others": access.versions_of(user, version.checklist).exclude(pk=pk).defer("document"),
    }
    return render(request, "surveys/checklists/version.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    form = StartForm(request.POST or None)
    if form.is_valid():
        begin = form.cleaned_data["begin"]
        document = defaults.read("checklist") if begin == "default" else editing.blank(LANGUAGES)
        try:
            made = building.start_checklist(
                organisation=organisation, name=form.cleaned_data["name"], document=document, by=user, at=timezone.now()
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect("draft", slug, made.pk)
    return render(request, "surveys/checklists/new.html", {"organisation": organisation, "form": form})


@require_POST
def new_draft(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A new draft version that starts from this one."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    version = access.version_or_404(user, organisation, pk)
    made = building.add_draft(checklist=version.checklist, document=version.document, by=user, at=timezone.now())
    messages.success(
        request,
        _("Version %(number)s is a draft now. Nothing changes before it is published.") % {"number": made.number},
    )
    return redirect("draft", slug, made.pk)


@require_safe
def compare(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What changed between two versions, in words; ?with= names the earlier one."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    version = access.version_or_404(user, organisation, pk)
    asked = request.GET.get("with", "")
    known = access.visible_versions(user, organisation).exclude(pk=pk).order_by("checklist__name", "-number")
    older = access.version_or_404(user, organisation, int(asked)) if asked.isdigit() and len(asked) < 18 else None
    older = older or building.previous_of(version) or known.first()
    page = {
        "organisation": organisation,
        "version": version,
        "older": older,
        "others": known.defer("document"),
        "changes": _changes(older, version),
    }
    return render(request, "surveys/checklists/compare.html", page)


def _changes(older: "ChecklistVersion | None", version: "ChecklistVersion") -> list[Any]:
    """In words; of a draft, as far as it can be read."""
    language = get_language() or ""
    old, new = (definition.attempt(v.document)[0] if v else None for v in (older, version))
    return changes_in_words(old, new, language) if old and new else []


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What is to be looked at, what changed, and then the one button that cannot be taken back."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    version = access.draft_or_404(user, organisation, pk)
    if request.method == "POST":
        try:
            building.publish(version=version, seen=request.POST.get("seen", ""), by=user, at=timezone.now())
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect("draft_publish", slug, pk)
        messages.success(request, _("%(version)s is published. Waves can use it from now on.") % {"version": version})
        return redirect("checklist_version", slug, pk)
    older = building.previous_of(version)
    page = {
        "organisation": organisation,
        "version": version,
        "outline": Outline(version, slug, get_language() or ""),
        "older": older,
        "changes": _changes(older, version),
    }
    return render(request, "surveys/builder/publish.html", page)
