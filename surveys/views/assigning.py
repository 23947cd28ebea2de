"""The coordinator's assignments of a wave: who has what until when, and a step on many at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from surveys import access, assignment_rows, workflow
from surveys.forms.assignments import AssignmentFilter, AssignmentForm, BulkForm
from surveys.messages import explain

if TYPE_CHECKING:
    import datetime as dt

    from surveys.models import Assignment, Organisation, User, Wave

PAGE = 25
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def overview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    wave = access.wave_or_404(user, organisation, pk)
    known = access.wave_assignments(user, wave)
    form = BulkForm(
        request.POST if request.method == "POST" else None,
        assignments=known,
        evaluators=access.evaluators(organisation),
        zone=organisation.zone,
    )
    bulk = None
    if request.method == "POST" and form.is_valid():
        bulk = workflow.in_bulk(form.ticked, _step(form, user, at), partly=form.partly)
        if bulk.kept:
            _say(request, bulk)
            return redirect(request.get_full_path())
    refused = [(each, explain(error)) for each, error in bulk.refused] if bulk else []
    context = _table(request, user, wave, at, form)
    context |= {"form": form, "bulk": bulk, "refused": refused, "organisation": organisation}
    return render(request, "surveys/assignments/overview.html", context, status=422 if form.is_bound else 200)


def _table(request: HttpRequest, user: "User", wave: "Wave", at: "dt.datetime", form: BulkForm) -> dict[str, Any]:
    known = access.wave_assignments(user, wave)
    departments = access.visible_departments(user, wave.organisation)
    chosen = AssignmentFilter(request.GET, departments=departments, evaluators=access.evaluators(wave.organisation))
    page = Paginator(chosen.narrow(known, at=at), PAGE).get_page(request.GET.get("page"))
    counts, query = assignment_rows.counts(known, at), request.GET.copy()
    query.pop("page", None)
    return {
        "wave": wave,
        "filter": chosen,
        "counts": counts,
        "chips": [(state, label, counts[state]) for state, label in chosen.chips],
        "page": page,
        "query": f"&{query.urlencode()}" if query else "",
        "rows": assignment_rows.rows(list(page), wave=wave, user=user, at=at, ticked=[each.pk for each in form.ticked]),
    }


def _step(form: BulkForm, user: "User", at: "dt.datetime") -> "Callable[[Assignment], Assignment]":
    sent = form.cleaned_data
    also: dict[str, Any] = {
        "offer": {},
        "reassign": {"evaluator": sent["evaluator"], "until": sent["until"]},
        "extend": {"until": sent["until"]},
        "cancel": {"reason": sent["reason"]},
    }[form.step]
    step: Callable[..., Assignment] = getattr(workflow, form.step)
    return lambda assignment: step(assignment=assignment, by=user, at=at, **also)


def _say(request: HttpRequest, bulk: workflow.Bulk) -> None:
    done, left = len(bulk.done), len(bulk.refused)
    words = ngettext("Done for %(count)s assignment.", "Done for %(count)s assignments.", done) % {"count": done}
    if left:
        words += " " + ngettext("%(count)s was left as it is.", "%(count)s were left as they are.", left) % {
            "count": left
        }
    messages.success(request, words)


@form_page
def new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    wave = access.wave_or_404(user, organisation, pk)
    form = AssignmentForm(
        request.POST if request.method == "POST" else None,
        wave=wave,
        initial={"starts_at": at, "until": workflow.usual_end(wave, at)},
        **_choices(user, organisation, at),
    )
    if request.method == "POST" and form.is_valid():
        try:
            workflow.assign(wave=wave, by=user, at=at, **form.cleaned_data)
        except workflow.WorkflowError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The assignment has been made."))
            return redirect(reverse("assignments", args=[slug, pk]))
    context = {"organisation": organisation, "wave": wave, "form": form}
    return render(request, "surveys/assignments/new.html", context)


def _choices(user: "User", organisation: "Organisation", at: "dt.datetime") -> dict[str, Any]:
    today = at.astimezone(organisation.zone).date()
    return {
        "departments": access.visible_departments(user, organisation).open_on(today),
        "scenarios": access.visible_scenarios(user, organisation).in_use(),
        "evaluators": access.evaluators(organisation),
    }
