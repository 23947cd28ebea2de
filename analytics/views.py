"""Pages and files of figures. What may be seen, and what is shown, is decided below."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from analytics import access, agreement_pages, filters, own_work, pages, registry, reports, sizing, topics
from analytics.files import csv_response
from analytics.forms import PlannerForm
from surveys.access import COORDINATORS, EVALUATORS, REVIEWERS, has_role, organisation_or_404, pair_or_404, signed_in
from surveys.forms.listening import NoteForm
from surveys.workflow import discuss_pair


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    chosen = filters.parse(request.GET, reader)
    return render(request, "analytics/overview.html", {"page": pages.overview(reader, chosen)})


@require_safe
def topic(request: HttpRequest, slug: str, topic: str) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    chosen = filters.parse(request.GET, reader)
    page = topics.page(reader, chosen, topics.topic_or_404(reader, topic))
    return render(request, "analytics/topic.html", {"page": page})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    return render(request, "analytics/figures.html", {"metrics": registry.METRICS.values()})


@require_safe
def own(request: HttpRequest, slug: str) -> HttpResponse:
    user = signed_in(request)
    organisation = organisation_or_404(user, slug, EVALUATORS)
    return render(
        request, "analytics/own_work.html", {"page": own_work.own_work(user, organisation, at=timezone.now())}
    )


@require_safe
def planner(request: HttpRequest, slug: str) -> HttpResponse:
    reader = access.planner_or_404(signed_in(request), slug, at=timezone.now())
    form = PlannerForm(request.GET or None, waves=sizing.waves(reader))
    return render(request, "analytics/planner.html", {"page": sizing.build(reader, form)})


@require_safe
def overview_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(request, slug, "overview")


@require_safe
def trend_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(request, slug, "trend")


@require_safe
def report_csv(request: HttpRequest, slug: str, report: str) -> HttpResponse:
    if report not in reports.OF_ALL:
        raise Http404
    return _file(request, slug, report)


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


# --- how far scorings agree -------------------------------------------------------------------------------------------


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    user = signed_in(request)
    organisation = organisation_or_404(user, slug, REVIEWERS)
    page = agreement_pages.of_wave(user, organisation, request.GET.get("wave", ""), at=timezone.now())
    return render(request, "analytics/agreement.html", {"organisation": organisation, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = signed_in(request)
    organisation = organisation_or_404(user, slug, REVIEWERS)
    second = pair_or_404(user, organisation, pk)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        discuss_pair(second, note=form.cleaned_data["note"], by=user, at=timezone.now())
        return redirect("pair", slug, pk)
    page = agreement_pages.pair(user, second)
    return render(request, "analytics/pair.html", {"organisation": organisation, "page": page, "form": form})


@require_safe
def gold_results(request: HttpRequest, slug: str) -> HttpResponse:
    user = signed_in(request)
    organisation = organisation_or_404(user, slug, REVIEWERS)
    page = {"organisation": organisation, "gold": agreement_pages.gold(user, organisation)}
    page["coordinates"] = has_role(user, organisation, COORDINATORS)
    return render(request, "analytics/gold.html", page)
