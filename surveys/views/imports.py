"""Existing call logs come in: upload, map the columns, read the report, confirm."""

import csv
import io

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from surveys import access, imports, tasks
from surveys.exports import safe
from surveys.forms.imports import MappingForm, UploadForm
from surveys.import_words import reason
from surveys.tables import TableError, read


@require_safe
def runs(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.visible_imports(user, organisation).select_related("wave", "started_by")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "surveys/imports/runs.html", {"organisation": organisation, "page": page})


def upload(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    waves = access.visible_waves(user, organisation).exclude(state="planned")
    form = UploadForm(request.POST or None, request.FILES or None, waves=waves)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = imports.upload(
                wave=form.cleaned_data["wave"], by=user, name=file.name, content=file.read(), at=timezone.now()
            )
        except TableError as error:
            form.add_error("file", reason(error.code, error.params))
        else:
            return redirect("import_mapping", slug, run.pk)
    return render(request, "surveys/imports/upload.html", {"organisation": organisation, "form": form, "waves": waves})


def mapping(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Which column is what; saving it starts the dry run."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    run = access.import_or_404(user, organisation, pk)
    table = read(run.file_name, bytes(run.content))
    form = MappingForm(
        request.POST or None, headings=table.headings, form=run.wave.version.definition, language=get_language() or "en",
        initial=run.mapping,
    )
    if request.method == "POST" and form.is_valid():
        if imports.remap(run=run, mapping=form.mapping()):
            tasks.check_import.enqueue(run.pk)
        else:
            messages.warning(request, _("This import is being worked on; its columns can no longer change."))
        return redirect("import", slug, pk)
    sample = [cells for _number, cells in table.rows[:3]]
    context = {"organisation": organisation, "run": run, "form": form, "headings": table.headings, "sample": sample}
    return render(request, "surveys/imports/mapping.html", context)


@require_safe
def run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Progress, the report of the dry run, and the result."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.import_or_404(user, organisation, pk)
    rejections = Paginator(found.report.get("rejections", []), 100).get_page(request.GET.get("page"))
    for row in rejections:
        row["reason"] = reason(row["code"], row["params"])
    context = {
        "organisation": organisation,
        "run": found,
        "rejections": rejections,
        "stuck": imports.is_stuck(found, at=timezone.now()),
        "at_work": found.state in {"checking", "writing"} or (found.state == "uploaded" and not found.report),
        "failure": reason(found.report["failure"], found.report.get("params", {})) if "failure" in found.report else "",
    }
    return render(request, "surveys/imports/run.html", context)


@require_POST
def confirm(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Starts the writing, or starts a job that died once more."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.import_or_404(user, organisation, pk)
    leave_out = bool(request.POST.get("leave_out"))
    if found.state == "checked" and found.report.get("rejected") and not leave_out:
        messages.warning(request, _("Tick that the rejected rows may be left out, or mend the file and upload it again."))
    elif found.state in {"checked", "writing"}:
        tasks.write_import.enqueue(found.pk, leave_out)
    elif found.state in {"uploaded", "checking", "failed"}:
        tasks.check_import.enqueue(found.pk)
    return redirect("import", slug, pk)


@require_safe
def report(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The rejected rows as CSV, to mend the file by."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.import_or_404(user, organisation, pk)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([_("line"), _("column"), _("value"), _("reason")])
    for row in found.report.get("rejections", []):
        cells = [row["row"], row["column"], row["value"], reason(row["code"], row["params"])]
        writer.writerow([safe(str(cell)) for cell in cells])
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-rejected.csv"'
    return response
