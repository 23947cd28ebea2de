"""The evaluator's assignments: the brief before the call, accepting, starting the form, handing back."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, assignments, workflow
from surveys.assignment_rows import told
from surveys.forms.assignments import BeginForm, HandBackForm
from surveys.messages import explain

if TYPE_CHECKING:
    from surveys.models import Assignment, User


@require_safe
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    return _show(request, user, access.assignment_or_404(user, pk))


def _show(request: HttpRequest, user: "User", assignment: "Assignment", form: BeginForm | None = None) -> HttpResponse:
    at = timezone.now()
    is_own = assignment.evaluator_id == user.pk
    context = {
        "assignment": assignment,
        "organisation": assignment.organisation,
        "page": assignments.brief_page(user, assignment, at=at),
        "form": form or BeginForm(at=at, zone=assignment.organisation.zone),
        "is_own": is_own,
        "steps": [] if is_own else told(access.assignment_history(user, [assignment])),
        "knows_purpose": access.knows_purpose(user, assignment),
    }
    return render(request, "surveys/assignments/brief.html", context, status=422 if form else 200)


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    assignment = access.own_assignment_or_404(user, pk)
    try:
        workflow.accept(assignment=assignment, by=user, at=timezone.now())
    except workflow.WorkflowError as error:
        messages.error(request, explain(error))
        return redirect("calls", assignment.organisation.slug)
    messages.success(request, _("Accepted. Read the brief before you call."))
    return redirect("assignment", pk)


@require_POST
def accept_all(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.EVALUATORS)
    offered = access.own_assignments(user, organisation).filter(state="offered").open_at(at)
    count = workflow.accept_all(assignments=offered, by=user, at=at)
    words = ngettext("%(count)s assignment accepted.", "%(count)s assignments accepted.", count)
    messages.success(request, words % {"count": count})
    return redirect("calls", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    assignment, at = access.own_assignment_or_404(user, pk), timezone.now()
    if assignment.state not in access.HELD:
        return redirect("assignment", pk)
    form = HandBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.hand_back(assignment=assignment, by=user, reason=form.cleaned_data["reason"], at=at)
        except workflow.WorkflowError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, _("Handed back. Your coordinator reads why and gives it to somebody else."))
            return redirect("calls", assignment.organisation.slug)
    context = {"assignment": assignment, "work": assignments.work_of(assignment, at=at), "form": form}
    return render(request, "surveys/assignments/hand_back.html", context)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens the form; once more is the same draft."""
    user, at = access.signed_in(request), timezone.now()
    assignment = access.own_assignment_or_404(user, pk)
    form = BeginForm(request.POST, at=at, zone=assignment.organisation.zone)
    if form.is_valid():
        try:
            call = workflow.open_call(**_facts(assignment, user), called_at=form.cleaned_data["called_at"], at=at)
        except workflow.WorkflowError as error:
            form.add_error("called_at" if error.code == "outside_wave" else None, explain(error))
        else:
            return redirect("call_resume", call.pk)
    return _show(request, user, assignment, form)


@require_POST
def recognised(request: HttpRequest, pk: int) -> HttpResponse:
    """From the brief: the call that was being made is kept on record, voided."""
    user, at = access.signed_in(request), timezone.now()
    assignment = access.own_assignment_or_404(user, pk)
    try:
        call = workflow.open_call(**_facts(assignment, user), called_at=at, at=at)
        workflow.recognise(call=call, by=user, at=at)
    except workflow.WorkflowError as error:
        messages.error(request, explain(error))
        return redirect("assignment", pk)
    _say_recognised(request)
    return redirect("call_submitted", call.pk)


@require_POST
def call_recognised(request: HttpRequest, pk: int) -> HttpResponse:
    """From the form."""
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    try:
        workflow.recognise(call=call, by=user, at=timezone.now())
    except workflow.WorkflowError as error:
        messages.error(request, explain(error))
    else:
        _say_recognised(request)
    return redirect("call_submitted", pk)


def _say_recognised(request: HttpRequest) -> None:
    words = _("Noted: you were recognised. The call is kept and counts nowhere; somebody else will make it.")
    messages.success(request, words)


def _facts(assignment: "Assignment", user: "User") -> dict[str, Any]:
    return {
        "by": user,
        "wave": assignment.wave,
        "department": assignment.department,
        "scenario": assignment.scenario,
        "client_id": workflow.client_id_of(assignment),
        "assignment": assignment,
    }
