"""Pages and files of figures. What may be seen, and what is shown, is decided below."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics import (
    access,
    agreement_pages,
    filters,
    interventions,
    own_work,
    pages,
    registry,
    reports,
    saved_views,
    sizing,
    topics,
)
from analytics.files import csv_response
from analytics.forms import InterventionForm, PlannerForm, SavedViewForm
from surveys.access import COORDINATORS, EVALUATORS, REVIEWERS, has_role, organisation_or_404, pair_or_404, signed_in
from surveys.forms.fields import refuse
from surveys.forms.listening import NoteForm
from surveys.refused import Refused
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
    q = " ".join(request.GET.get("q", "").split())[: filters.MOST_TYPED]
    return render(request, "analytics/figures.html", {"metrics": registry.about(q), "q": q})


@require_safe
def reading(request: HttpRequest) -> HttpResponse:
    reader = access.any_reader(signed_in(request), request.session.get("organisation", ""), at=timezone.now())
    page = {
        "topics": [(each, reader is not None and each.is_for(reader)) for each in topics.TOPICS.values()],
        "slug": reader and reader.organisation.slug,
        "checks": reader and reader.checks,
        "sees_calls": reader and reader.sees_calls,
        "codes": {each.code for each in reader.departments.values()} if reader else (),
    }
    return render(request, "analytics/reading.html", page)


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
    return csv_response(reports.run(report, reader=reader, filters=chosen), slug, excel="excel" in request.GET)


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
    found = reports.run(report, reader=reader, filters=chosen, department=about.pk)
    return csv_response(found, f"{slug}-{about.code}", excel="excel" in request.GET)


# --- saved views ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest, slug: str) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    form = SavedViewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            view = saved_views.save(reader=reader, **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
            return redirect(saved_views.address(view))
    found = [(view, saved_views.address(view)) for view in saved_views.visible(reader)]
    page = {"reader": reader, "form": form, "found": found}
    return render(request, "analytics/saved_views.html", page, status=422 if form.is_bound else 200)


@require_POST
def saved_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    reader = access.reader_or_404(signed_in(request), slug, at=timezone.now())
    view = saved_views.own_or_404(reader, pk)
    saved_views.remove(view)
    messages.success(request, _("“%(name)s” was taken away.") % {"name": view.name})
    return redirect("saved_views", slug)


# --- what was changed on purpose --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def intervention_new(request: HttpRequest, slug: str) -> HttpResponse:
    reader = access.marker_or_404(signed_in(request), slug, at=timezone.now())
    chosen = filters.parse(request.GET, reader)
    form = InterventionForm(
        request.POST if request.method == "POST" else None,
        departments=reader.marked_by_me,
        everywhere=reader.coordinates,
        today=reader.today,
        initial={"department": str(next(iter(chosen.departments), ""))},
    )
    if form.is_valid():
        name, day = form.cleaned_data["name"], form.cleaned_data["day"]
        try:
            interventions.add(
                organisation=reader.organisation,
                department=form.chosen,
                day=day,
                name=name,
                by=reader.user,
                at=reader.at,
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(name)s now stands in the trends.") % {"name": name})
            return redirect(_trend(slug, form.chosen.code if form.chosen else ""))
    page = {"organisation": reader.organisation, "form": form, "back": _trend(slug, request.GET.get("department", ""))}
    return render(request, "analytics/intervention_new.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def intervention_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    reader = access.marker_or_404(signed_in(request), slug, at=timezone.now())
    intervention = access.intervention_or_404(reader, pk)
    back = _trend(slug, intervention.department.code if intervention.department else "")
    if request.method == "POST":
        try:
            interventions.remove(intervention=intervention, by=reader.user, at=reader.at)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("%(name)s no longer stands in the trends.") % {"name": intervention.name})
        return redirect(back)
    page = {"organisation": reader.organisation, "intervention": intervention, "back": back}
    return render(request, "analytics/intervention_remove.html", page)


def _trend(slug: str, department: str) -> str:
    address = reverse("topic", args=[slug, "trend"])
    return f"{address}?{urlencode({'department': department})}" if department else address


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
