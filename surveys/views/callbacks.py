"""Promised callbacks: recording what became of one, and the ledger of a whole organisation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys import access, ledger, workflow
from surveys.forms.callbacks import CallbackForm, LedgerFilter
from surveys.paging import page_of

PAGE = 25


@require_safe
def ledger_page(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.REVIEWERS)
    when = {"grace_hours": organisation.callback_grace_hours, "at": at}
    departments = access.visible_departments(user, organisation)
    promises = access.callbacks_of(user, organisation)
    chosen = LedgerFilter(request.GET, departments=departments)
    page = page_of(
        chosen.chosen(promises, **when), by="due_at", down=True, after=request.GET.get("after", ""), size=PAGE
    )
    tallies = ledger.tallies(promises, departments, **when)
    context = {
        "organisation": organisation,
        "filter": chosen,
        "page": page,
        "lines": ledger.lines(page.rows, at=at),
        "tallies": tallies,
        "lede": ledger.lede(tallies),
        "records": access.has_role(user, organisation, access.COORDINATORS),
        "words": ledger.countdown_words(),
    }
    return render(request, "surveys/callbacks/ledger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    promise = access.callback_to_record_or_404(user, pk)
    form = CallbackForm(request.POST if request.method == "POST" else None, callback=promise, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            before = ledger.line(promise, at=at).is_recorded
            workflow.record_callback(callback=promise, by=user, at=at, **form.cleaned_data)
        except workflow.WorkflowError as error:
            form.refuse(error)
        else:
            again = _("Recorded. What was recorded before stays in the history.")
            messages.success(request, again if before else _("Recorded."))
            return redirect("callback", pk)
    context = {
        "call": promise.call,
        "form": form,
        "line": ledger.line(promise, at=at),
        "is_own": promise.call.evaluator_id == user.pk,
        "words": ledger.countdown_words(),
    }
    return render(request, "surveys/callbacks/callback.html", context, status=422 if form.errors else 200)
