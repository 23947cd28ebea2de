"""Existing call logs come in: upload, map the columns, read the report, confirm."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, csv_files, imports, tasks
from surveys.forms.imports import MappingForm, UploadForm
from surveys.import_words import described, reason, rejection_rows
from surveys.tables import TableError


@require_safe
def runs(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.visible_imports(user, organisation).select_related("wave", "started_by").defer("report", "mapping")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "surveys/imports/runs.html", {"organisation": organisation, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
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


@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Which column is what; saving it starts the dry run."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    run = access.import_or_404(user, organisation, pk)
    if not imports.can_map(run):
        messages.warning(request, _("The columns of this import can no longer change."))
        return redirect("import", slug, pk)
    headings, sample = imports.headings_and_sample(run)
    form = MappingForm(
        request.POST or None, initial=run.mapping, headings=headings, form=imports.checklist_of(run),
        language=get_language() or "en",
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        if hold := imports.start_check(run=run, mapping=form.mapping(), at=timezone.now()):
            tasks.begin(hold)
        else:
            messages.warning(request, _("This import is being worked on; its columns can no longer change."))
        return redirect("import", slug, pk)
    context = {"organisation": organisation, "run": run, "form": form, "headings": headings, "sample": sample}
    return render(request, "surveys/imports/mapping.html", context)


@require_safe
def run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Progress, the report of the dry run, and the result."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.import_or_404(user, organisation, pk)
    stuck = imports.is_stuck(found, at=timezone.now())
    at_work = found.state in {"checking", "writing"} and not stuck
    rejections = [] if at_work else found.report.get("rejections", [])
    page = Paginator(rejections, 25).get_page(request.GET.get("page"))
    context = {"organisation": organisation, "run": found, "stuck": stuck, "at_work": at_work, "page": page}
    context["seen"] = imports.report_token(found)
    context["rejections"] = described(page.object_list)
    context["causes"] = described(found.report.get("causes", [])) if page.has_other_pages() else []
    if "failure" in found.report:
        context["failure"] = reason(found.report["failure"], found.report.get("params", {}))
    return render(request, "surveys/imports/run.html", context)


@require_POST
def confirm(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Starts the writing of what the report promised, or once more a job that died or failed; or cancels one."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found, at = access.import_or_404(user, organisation, pk), timezone.now()
    if "cancel" in request.POST:
        if imports.cancel(run=found, by=user, at=at):
            messages.success(request, _("Cancelled. Nothing was stored."))
        else:
            messages.warning(request, _("It was over before it could be cancelled. This is how it stands now."))
        return redirect("import", slug, pk)
    leave_out = bool(request.POST.get("leave_out"))
    if "again" in request.POST:
        hold = imports.start_again(run=found, at=at)
    elif found.report.get("rejected") and not leave_out:
        messages.warning(
            request, _("Tick that the rejected rows may be left out, or correct the file and upload it again.")
        )
        return redirect("import", slug, pk)
    else:
        hold = imports.start_write(run=found, seen=request.POST.get("seen", ""), leave_out=leave_out, at=at)
    if hold:
        tasks.begin(hold)
    else:
        messages.warning(request, _("Somebody else went on with this import meanwhile. This is how it stands now."))
    return redirect("import", slug, pk)


@require_safe
def report(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The rejected rows as CSV, to mend the file by; its name says so when it does not hold all of them."""
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    found = access.import_or_404(user, organisation, pk)
    rows = rejection_rows(found.report.get("rejections", []))
    content = b"".join(piece for _count, piece in csv_files.as_csv(rows, excel=True))
    which = f"rejected-first-{imports.KEPT}" if found.report.get("more") else "rejected"
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-{which}.csv"'
    return response
