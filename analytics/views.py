"""Pages and files of figures. What may be seen, and what is shown, is decided below."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics import access, filters, pages, reports
from analytics.files import csv_response
from surveys.access import signed_in


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    chosen = filters.parse(request.GET, reader)
    return render(request, "analytics/overview.html", {"page": pages.overview(reader, chosen)})


@require_safe
def overview_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(request, slug, "overview")


@require_safe
def trend_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(request, slug, "trend")


def _file(request: HttpRequest, slug: str, report: str) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    chosen = filters.parse(request.GET, reader)
    return csv_response(reports.run(report, reader=reader, filters=chosen), slug)


@require_safe
def department(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    about = access.department_or_404(reader, pk)
    chosen = filters.parse(request.GET, reader)
    return render(request, "analytics/department.html", {"page": pages.department(reader, chosen, about)})


@require_safe
def department_csv(request: HttpRequest, slug: str, pk: int, report: str) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    about = access.department_or_404(reader, pk)
    if report not in reports.OF_ONE_DEPARTMENT:
        raise Http404
    chosen = filters.parse(request.GET, reader)
    return csv_response(reports.run(report, reader=reader, filters=chosen, department=about.pk), f"{slug}-{about.code}")
