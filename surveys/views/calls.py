"""The evaluator's calls: the list, starting one, correcting its facts, throwing it away, and choosing between two versions."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys import access, assignments, ledger, workflow
from surveys.forms.calls import FactsForm, SettleForm, StartForm, brief_of, facts_of, first_facts
from surveys.forms.check import differences
from surveys.messages import explain
from surveys.paging import page_of

if TYPE_CHECKING:
    from surveys.models import Call, Organisation, User

PAGE = 20


@require_safe
def own_list(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.EVALUATORS)
    mine = access.own_calls(user, organisation).defer("item_points")
    agenda = assignments.agenda(access.own_assignments(user, organisation), at=at)
    handed_in = mine.filter(state__in=["submitted", "approved"])
    context = {
        "organisation": organisation,
        "returned": mine.filter(state="returned").order_by("decided_at"),
        "agenda": agenda,
        "drafts": mine.filter(state="draft").exclude(pk__in=agenda.shown).order_by("-changed_at"),
        "conflicts": access.own_conflicts(user, organisation),
        "promises": ledger.lines(
            access.open_promises(user, organisation, at=at).order_by("due_at", "pk")[:PAGE], at=at
        ),
        "words": ledger.countdown_words(),
        "page": page_of(handed_in, by="submitted_at", after=request.GET.get("after", ""), size=PAGE, down=True),
    }
    return render(request, "surveys/calls/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.EVALUATORS)
    open_waves = access.visible_waves(user, organisation).open().select_related("version", "organisation")
    waves, fitting = open_waves.filter(unassigned_allowed=True), None
    form = StartForm(
        request.POST or None,
        waves=waves,
        initial=first_facts(at=at, waves=waves),
        at=at,
        **_choices(user, organisation),
    )
    if request.method == "POST" and form.is_valid():
        fitting = None if "separate" in request.POST else access.fitting_assignment(user, **form.what)
        try:
            call = None if fitting else workflow.open_call(by=user, at=at, **form.cleaned_data)
        except workflow.WorkflowError as error:
            form.add_error(None, explain(error))
        else:
            if call is not None:
                _warn_of_limit(request, call)
                return redirect("call_resume", call.pk)
    context = {
        "organisation": organisation,
        "form": form,
        "fitting": fitting,
        "assigned_only": [] if form.waves else list(open_waves),
        "agenda": assignments.agenda(access.own_assignments(user, organisation), at=at),
    }
    return render(request, "surveys/calls/start.html", context)


def _warn_of_limit(request: HttpRequest, call: "Call") -> None:
    """A call that was made is never refused; that this voice is heard too often has to be said."""
    over = workflow.over_limit(call)
    if over is not None:
        messages.warning(request, explain(over))


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call, at = access.own_call_or_404(user, pk), timezone.now()
    if not call.is_editable:
        return redirect("call_submitted", pk)
    if call.kind != "field":
        return redirect("call_check", pk)
    form = FactsForm(
        request.POST or None,
        initial=facts_of(call),
        at=at,
        wave=call.wave,
        fixed=call.assignment_id is not None,
        **_choices(user, call.organisation, besides=call),
    )
    if request.method == "POST" and form.is_valid():
        try:
            workflow.change_facts(call=call, by=user, at=at, **form.cleaned_data)
        except workflow.WorkflowError as error:
            form.add_error(None, explain(error))
        else:
            return redirect("call_check", pk)
    context = {"call": call, "form": form, "brief": brief_of(call.scenario)}
    return render(request, "surveys/calls/facts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    if request.method == "POST":
        try:
            workflow.discard(call=call, by=user, at=timezone.now())
        except workflow.WorkflowError as error:
            messages.error(request, explain(error))
        else:
            messages.success(request, _("Call %(reference)s has been thrown away.") % {"reference": call.reference})
        return redirect("calls", call.organisation.slug)
    if call.state != "draft":
        return redirect("call_submitted", pk)
    return render(request, "surveys/calls/discard.html", {"call": call, "brief": brief_of(call.scenario)})


@require_safe
def submitted(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    if call.is_editable:
        return redirect("call_resume", pk)
    context = {"call": call, "brief": brief_of(call.scenario), "conflicts": access.open_conflicts(user, call)}
    return render(request, "surveys/calls/submitted.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conflict = access.open_conflict_or_404(user, call, form.cleaned_data["conflict"])
        try:
            settled = workflow.settle(conflict=conflict, by=user, take=form.takes_copy, at=timezone.now())
        except workflow.WorkflowError as error:
            messages.error(request, explain(error))
            return redirect("call_conflicts", pk)
        messages.success(request, _("Your choice has been kept; the other version stays in the call's history."))
        return redirect("call_check" if settled.is_editable else "call_submitted", pk)
    return render(request, "surveys/calls/conflicts.html", _two_versions(user, call))


def _two_versions(user: "User", call: "Call") -> dict[str, Any]:
    departments = access.visible_departments(user, call.organisation)
    scenarios = access.visible_scenarios(user, call.organisation)
    pairs = [
        (conflict, differences(call, conflict, departments, scenarios), workflow.may_take(call, conflict))
        for conflict in access.open_conflicts(user, call)
    ]
    return {"call": call, "brief": brief_of(call.scenario), "pairs": pairs}


def _choices(user: "User", organisation: "Organisation", besides: "Call | None" = None) -> dict[str, Any]:
    """What a call may be about: open departments and scenarios in use, besides what the call has already."""
    departments = access.visible_departments(user, organisation)
    scenarios = access.visible_scenarios(user, organisation)
    today = timezone.now().astimezone(organisation.zone).date()
    open_now, in_use = departments.open_on(today), scenarios.in_use()
    if besides is not None and besides.assignment_id is not None:
        open_now, in_use = departments.none(), scenarios.none()
    if besides is not None:
        open_now |= departments.filter(pk=besides.department_id)
        in_use |= scenarios.filter(pk=besides.scenario_id)
    return {"departments": open_now, "scenarios": in_use, "zone": organisation.zone}
