"""The reviewer's pages: the queue, a call with its score explained, and the decisions about it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from surveys import access, callpage, review_queue, workflow
from surveys.back import results_before
from surveys.forms.review import DecisionForm, ReturnForm, VoidForm, ticked
from surveys.paging import page_of
from surveys.review_filter import ReviewFilter

if TYPE_CHECKING:
    from surveys.models import Call, User

PAGE = 25


@require_safe
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.REVIEWERS)
    tab = review_queue.TABS.get(request.GET.get("tab", ""), review_queue.TABS["waiting"])
    calls = tab.calls(user, organisation)
    chosen = ReviewFilter(request.GET, calls, request=request, organisation=organisation)
    page = page_of(chosen.qs, by=tab.by, down=tab.down, after=request.GET.get("after", ""), size=PAGE)
    context = {
        "organisation": organisation,
        "tabs": review_queue.TABS.values(),
        "tab": tab,
        "filter": chosen,
        "query": review_queue.query_of(chosen) if tab.name == "waiting" else "",
        "page": page,
        "lines": review_queue.lines(page.rows, user, organisation, get_language() or "en"),
    }
    return render(request, "surveys/review/queue.html", context)


@require_POST
def approve_many(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.REVIEWERS)
    chosen = ticked(request.POST.getlist("call"))
    calls = access.visible_calls(user).filter(organisation=organisation, pk__in=chosen).with_names()
    if calls and request.POST.get("sure") != "yes":
        lines = review_queue.lines(calls.order_by("submitted_at", "pk"), user, organisation, get_language() or "en")
        context = {"organisation": organisation, "lines": review_queue.as_ticked(lines, chosen)}
        context["query"] = review_queue.query_from(request, organisation)
        return render(request, "surveys/review/approve_many.html", context)
    came = review_queue.approve_chosen(chosen, calls, by=user, at=timezone.now())
    _say_approved(request, came)
    return redirect(f"{reverse('review', args=[slug])}{review_queue.query_from(request, organisation)}")


def _say_approved(request: HttpRequest, came: review_queue.Approved) -> None:
    if not came.done and not came.refused:
        messages.warning(request, _("Tick the calls that you want to approve."))
    if came.done:
        count = len(came.done)
        words = ngettext("%(count)s call is approved:", "%(count)s calls are approved:", count) % {"count": count}
        done = ((reverse("call", args=[call.pk]), call.reference) for call in came.done)
        messages.success(request, format_html("{} {}", words, format_html_join(", ", '<a href="{}">{}</a>', done)))
    if came.refused:
        rows = ((reverse("call", args=[call.pk]), call.reference, why) for call, why in came.refused)
        links = format_html_join(", ", '<a href="{}">{}</a> ({})', rows)
        messages.warning(request, format_html("{} {}", _("Not approved:"), links))


@require_safe
def call_page(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    return _render_call(request, user, access.call_or_404(user, pk))


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, DecisionForm, workflow.approve)


@require_POST
def return_call(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, ReturnForm, workflow.return_call)


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, VoidForm, workflow.void)


def _decide(request: HttpRequest, pk: int, kind: type[DecisionForm], step: Callable[..., Any]) -> HttpResponse:
    user = access.signed_in(request)
    call = access.call_to_decide_or_404(user, pk)
    was_waiting = call.state == "submitted"
    form = kind(request.POST, call=call)
    if form.is_valid():
        try:
            step(call=call, by=user, at=timezone.now(), **form.decision)
        except workflow.WorkflowError as error:
            form.refuse(error)
        else:
            _say_done(request, form)
            return _onward(request, user, call) if was_waiting else redirect("call", pk)
    return _render_call(request, user, access.call_or_404(user, pk), form)


def _say_done(request: HttpRequest, form: DecisionForm) -> None:
    words, address = form.done % {"call": form.call.reference}, reverse("call", args=[form.call.pk])
    messages.success(request, format_html('{} <a href="{}">{}</a>', words, address, _("Look again")))


def _onward(request: HttpRequest, user: "User", call: "Call") -> HttpResponse:
    """To the next call that waits and fits the filters; to the queue when none is left."""
    way = review_queue.way(request, user, call)
    if way.onward is None:
        return redirect(f"{reverse('review', args=[call.organisation.slug])}{way.query}")
    return redirect(f"{reverse('call', args=[way.onward.pk])}{way.query}")


def _render_call(request: HttpRequest, user: "User", call: "Call", form: DecisionForm | None = None) -> HttpResponse:
    page = callpage.call_page(user, call, get_language() or "en", at=timezone.now())
    context = {
        "page": page,
        "call": call,
        "form": form,
        "return_form": form if isinstance(form, ReturnForm) else ReturnForm(call=call),
        "void_form": form if isinstance(form, VoidForm) else VoidForm(call=call),
        "way": review_queue.way(request, user, call) if page.decides else None,
        "results": results_before(request, call.organisation.slug),
    }
    status = 200 if form is None else 409 if form.is_stale else 422
    return render(request, "surveys/review/call.html", context, status=status)
