"""Taking calls out as CSV: the page where they are chosen, and the two files."""

from typing import TYPE_CHECKING

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from surveys import access, csv_files, exports
from surveys.filters import ExportFilter

if TYPE_CHECKING:
    from surveys.models import Organisation


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = access.organisation_or_404(access.signed_in(request), slug, access.EXPORTERS)
    return _page(request, organisation, _chosen(request, organisation))


@require_GET
def calls_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _download(request, slug, "calls")


@require_GET
def answers_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _download(request, slug, "answers")


def _chosen(request: HttpRequest, organisation: "Organisation") -> ExportFilter:
    calls = access.exportable_calls(access.signed_in(request)).filter(organisation=organisation)
    return ExportFilter(request.GET, calls, request=request, organisation=organisation)


def _page(request: HttpRequest, organisation: "Organisation", chosen: ExportFilter) -> HttpResponse:
    is_valid = chosen.is_valid()
    context = {
        "organisation": organisation,
        "filter": chosen,
        "number": chosen.qs.count() if is_valid else None,
        "left_out": chosen.left_out if is_valid else {},
        "call_columns": exports.CALL_COLUMNS.items(),
        "answer_columns": exports.ANSWER_COLUMNS.items(),
    }
    return render(request, "surveys/exports/page.html", context, status=200 if is_valid else 422)


def _download(request: HttpRequest, slug: str, layout: str) -> HttpResponseBase:
    """The file, or the page that says which filter is wrong. What goes out is in the audit log before it goes."""
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.EXPORTERS)
    chosen = _chosen(request, organisation)
    if not chosen.is_valid():
        return _page(request, organisation, chosen)
    export = exports.export_of(chosen.qs, organisation=organisation, at=at, excel=chosen.for_excel)
    rows = export.wide(with_answers=chosen.with_answers) if layout == "calls" else export.long()
    written = csv_files.write(rows, excel=export.excel)
    exports.record_export(export, layout=layout, chosen=chosen.chosen, rows=written.rows, by=user, at=at)
    name = f"{slug}-{layout}-{timezone.localdate(at, organisation.zone).isoformat()}.csv"
    response = FileResponse(written.file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
