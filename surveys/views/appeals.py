"""Appeals: the list, raising one, reading one, withdrawing it, and deciding about it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, appeal_page, workflow
from surveys.forms.appeals import AppealForm, CorrectionForm, OutcomeForm, RejectForm, RescoreForm, VoidOnAppealForm
from surveys.messages import explain
from surveys.paging import page_of

if TYPE_CHECKING:
    from surveys.models import Appeal

PAGE = 25


@require_safe
def appeals(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.APPEAL_READERS)
    settled = request.GET.get("show") == "settled"
    mine = access.visible_appeals(user, organisation).with_names()
    shown = mine.exclude(state="open") if settled else mine.open()
    page = page_of(shown, by="raised_at", after=request.GET.get("after", ""), size=PAGE, down=settled)
    context = {
        "organisation": organisation,
        "settled": settled,
        "page": page,
        "lines": appeal_page.lines(user, page.rows, at=timezone.now()),
        "checks": access.has_role(user, organisation, access.REVIEWERS),
    }
    return render(request, "surveys/appeals/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_new(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    call = access.call_to_appeal_or_404(user, pk)
    form = AppealForm(request.POST if request.method == "POST" else None, call=call)
    if form.is_valid():
        try:
            appeal = workflow.raise_appeal(call=call, by=user, at=at, **form.cleaned_data)
        except workflow.WorkflowError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, _("Your appeal is sent. Another person decides; you read the outcome here."))
            return redirect("appeal", appeal.pk)
    context = {"call": call, "form": form, "refusal": workflow.why_no_appeal(call, at=at)}
    context["until"] = workflow.last_day_to_appeal(call)
    status = 422 if form.errors else 200
    return render(request, "surveys/appeals/new.html", context, status=status)


@require_safe
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, access.appeal_or_404(access.signed_in(request), pk))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    chosen = access.own_appeal_or_404(user, pk)
    try:
        workflow.withdraw_appeal(appeal=chosen, by=user, at=timezone.now())
    except workflow.WorkflowError as error:
        messages.warning(request, explain(error))
    else:
        messages.success(request, _("Your appeal is withdrawn."))
    return redirect("appeal", pk)


@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, RejectForm, workflow.reject_appeal)


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, VoidOnAppealForm, workflow.uphold_by_voiding)


def _decide(request: HttpRequest, pk: int, kind: type[OutcomeForm], step: Callable[..., Any]) -> HttpResponse:
    user = access.signed_in(request)
    chosen = access.appeal_to_decide_or_404(user, pk)
    form = kind(request.POST)
    if form.is_valid():
        try:
            step(appeal=chosen, by=user, at=timezone.now(), **form.cleaned_data)
        except workflow.WorkflowError as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, _("You decided on the appeal; the department and the evaluator can read it."))
            return redirect("appeal", pk)
    return _show(request, access.appeal_or_404(user, pk), form)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    chosen = access.appeal_to_decide_or_404(user, pk)
    if not appeal_page.appeal_page(user, chosen).decides:
        return redirect("appeal", pk)
    posted = request.POST if request.method == "POST" else None
    phrases = access.visible_phrases(user, chosen.call.organisation).in_use()
    answers = CorrectionForm(chosen.call, "", phrases, posted, objected=tuple(chosen.items))
    form = RescoreForm(posted)
    if form.is_valid() and _rescored(request, chosen, form, answers):
        return redirect("appeal", pk)
    context = {"appeal": chosen, "call": chosen.call, "form": form, "answers": answers}
    status = 422 if form.errors or answers.problems else 200
    return render(request, "surveys/appeals/correct.html", context, status=status)


def _rescored(request: HttpRequest, chosen: "Appeal", form: RescoreForm, answers: CorrectionForm) -> bool:
    by, at, reason = access.signed_in(request), timezone.now(), form.cleaned_data["reason"]
    try:
        workflow.uphold_by_rescoring(appeal=chosen, by=by, reason=reason, changes=answers.changes, at=at)
    except workflow.Incomplete as error:
        answers.refuse(error)
    except workflow.WorkflowError as error:
        form.add_error(None, explain(error))
    else:
        messages.success(request, _("The call is scored anew; the figures follow at once."))
        return True
    return False


def _show(request: HttpRequest, chosen: "Appeal", form: OutcomeForm | None = None) -> HttpResponse:
    context = {
        "page": appeal_page.appeal_page(access.signed_in(request), chosen),
        "appeal": chosen,
        "call": chosen.call,
        "form": form,
        "reject_form": form if isinstance(form, RejectForm) else RejectForm(),
        "void_form": form if isinstance(form, VoidOnAppealForm) else VoidOnAppealForm(),
    }
    return render(request, "surveys/appeals/appeal.html", context, status=200 if form is None else 422)
