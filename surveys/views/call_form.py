"""Filling in a call: one section a page, saved as it is answered, checked as a whole, and submitted."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys import access, recall, workflow
from surveys.forms.calls import brief_of, read_changes, read_json
from surveys.forms.check import CheckPage
from surveys.forms.checklist import SectionForm
from surveys.forms.script import draft_data, page_data, saved_data
from surveys.forms.steps import first_open, neighbours, steps_of
from surveys.messages import explain
from surveys.views import typed

if TYPE_CHECKING:
    from surveys.models import Call, User


@require_safe
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the evaluator goes on: the first part that is not complete, else the check."""
    call = access.own_call_or_404(access.signed_in(request), pk)
    if not call.is_editable:
        return redirect("call_submitted", pk)
    step = first_open(steps_of(call, get_language() or ""))
    return redirect("call_section", pk, step.code) if step else redirect("call_check", pk)


# Compressed for slow lines; the token in it is masked anew for each page.
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return typed.to_sign_in(request)
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    phrases = access.visible_phrases(user, call.organisation).in_use()
    sent = request.POST if request.method == "POST" else typed.before_sign_in(request)
    form = SectionForm(call, section, phrases, sent)
    if request.method == "POST":
        typed.is_saved(request)
        return _save_section(request, user, form)
    return _show(request, user, form) if call.is_editable else redirect("call_submitted", pk)


def _save_section(request: HttpRequest, user: "User", form: SectionForm) -> HttpResponse:
    call, changes, at = form.call, form.changes, timezone.now()
    try:
        saved = workflow.save_answers(call=call, by=user, changes=changes, base_revision=form.revision, at=at)
    except workflow.NotNow as error:
        workflow.keep_late(call=call, by=user, changes=changes, at=at)
        messages.warning(request, explain(error))
        return redirect("call_submitted", call.pk)
    now = access.own_call_or_404(user, call.pk)
    if saved.refused or saved.conflicts:
        return _show(request, user, form.with_outcome(now, saved.refused, saved.conflicts))
    if form.goes_to == "here":
        return redirect("call_section", call.pk, form.code)
    if form.goes_to == "list":
        return redirect("calls", call.organisation.slug)
    steps = steps_of(now, form.language, here=form.code)
    if form.goes_to in {step.code for step in steps}:
        return redirect("call_section", call.pk, form.goes_to)
    _before, after = neighbours(steps)
    return redirect("call_section", call.pk, after.code) if after else redirect("call_check", call.pk)


def _show(request: HttpRequest, user: "User", form: SectionForm) -> HttpResponse:
    before, after = neighbours(form.steps)
    context = {
        "call": form.call,
        "form": form,
        "brief": brief_of(form.call.scenario),
        "before": before,
        "after": after,
        "typed": typed.before_sign_in(request) is not None,
        "recall": recall.warning(form.call, at=timezone.now()),
        "data": page_data(form.call, user),
    }
    return render(request, "surveys/calls/section.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """For the form's script. GET gives the draft and a fresh token, POST saves changed answers; never a redirect."""
    if not request.user.is_authenticated:
        return JsonResponse({"code": "signed_out", "message": _("You are signed out.")}, status=401)
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    if request.method != "POST":
        return JsonResponse({"user": user.pk, "token": get_token(request), **draft_data(call)})
    try:
        changes = read_changes(read_json(request.body))
    except ValueError as error:
        return JsonResponse({"code": "unreadable", "message": str(error)}, status=400)
    return _saved(user, call, changes.answers, changes.base_revision)


def _saved(user: "User", call: "Call", answers: dict[str, Any], base_revision: int) -> JsonResponse:
    at = timezone.now()
    try:
        saved = workflow.save_answers(call=call, by=user, changes=answers, base_revision=base_revision, at=at)
    except workflow.NotNow as error:
        kept = workflow.keep_late(call=call, by=user, changes=answers, at=at)
        return JsonResponse({"code": error.code, "message": explain(error), "kept": sorted(kept)}, status=409)
    return JsonResponse(saved_data(call, saved, at))


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    page = CheckPage(call, access.visible_phrases(user, call.organisation))
    if request.method == "POST":
        try:
            received = workflow.submit(call=call, by=user, at=timezone.now(), revision=_revision(request))
        except workflow.Incomplete:
            page.refused = True
        except workflow.WorkflowError as error:
            messages.warning(request, explain(error))
            return redirect("call_check", pk)
        else:
            if received.status == "repeated":
                messages.info(request, _("This call had been submitted already; it counts once."))
            return redirect("call_submitted", pk)
    if not call.is_editable:
        return redirect("call_submitted", pk)
    context = {
        "call": call,
        "page": page,
        "brief": brief_of(call.scenario),
        "conflicts": access.open_conflicts(user, call),
        "data": page_data(call, user),
    }
    return render(request, "surveys/calls/check.html", context)


def _revision(request: HttpRequest) -> int:
    """What the page showed; one that does not say is stale."""
    sent = request.POST.get("revision", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= 9 else -1
