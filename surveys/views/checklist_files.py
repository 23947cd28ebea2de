"""Checklists as files: a version as one JSON document, the schema of such documents, and what comes in."""

import json

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, building
from surveys.definition.schema import json_schema
from surveys.forms.checklist_file import ConfirmForm, FileForm, look_at
from surveys.refused import Refused


@require_safe
def document(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    version = access.version_or_404(user, organisation, pk)
    response = _json(building.document_of(version))
    name = f"{version.checklist.code}-v{version.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Link"] = f'<{request.build_absolute_uri(reverse("checklist_schema"))}>; rel="describedby"'
    return response


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The same for everybody and without anybody's data, so that any program can check a document by it."""
    response = _json(json_schema())
    response["Content-Type"] = "application/schema+json; charset=utf-8"
    return response


def _json(value: object) -> HttpResponse:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """A file is looked at first: what would come of it, and what would not. Nothing is made before that is confirmed."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    known = access.visible_checklists(user, organisation).order_by("name")
    form = FileForm(request.POST or None, request.FILES or None, most=settings.UPLOAD_LIMIT)
    if form.is_valid():
        found = look_at(form.cleaned_data["file"], form.cleaned_data["language"], get_language() or "")
        if found.refusal:
            form.add_error("file", found.refusal)
        else:
            confirm = ConfirmForm(
                initial={"document": json.dumps(found.document), "name": found.title}, checklists=known
            )
            page = {"organisation": organisation, "found": found, "form": confirm}
            return render(request, "surveys/checklists/file.html", page)
    return render(request, "surveys/checklists/upload.html", {"organisation": organisation, "form": form})


@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Makes the draft that the page before showed."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    form = ConfirmForm(request.POST, checklists=access.visible_checklists(user, organisation).order_by("name"))
    if not form.is_valid():
        return render(request, "surveys/checklists/file.html", {"organisation": organisation, "form": form})
    made_of, name, checklist = (form.cleaned_data[key] for key in ("document", "name", "checklist"))
    try:
        if checklist is not None:
            version = building.add_draft(checklist=checklist, document=made_of, by=user, at=timezone.now())
        else:
            version = building.start_checklist(
                organisation=organisation, name=name, document=made_of, by=user, at=timezone.now()
            )
    except Refused as refused:
        form.add_error("name", str(refused))
        return render(request, "surveys/checklists/file.html", {"organisation": organisation, "form": form})
    messages.success(
        request, _("%(version)s is made as a draft. Look it through before you publish it.") % {"version": version}
    )
    return redirect("draft", slug, version.pk)
