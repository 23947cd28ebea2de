"""Approved calls as a department's managers read them, and where they lie unread."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from surveys import access, reading, workflow
from surveys.filters import CallFilter
from surveys.forms.appeals import ReadForm
from surveys.forms.review import ticked
from surveys.paging import page_of

PAGE = 25


@require_safe
def department_calls(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.MANAGERS)
    calls = access.department_calls(user, organisation)
    only_unread = request.GET.get("show") == "unread"
    if only_unread:
        calls = calls.unread_by(user, since=access.unread_since(organisation, at))
    chosen = CallFilter(request.GET, calls, request=request, organisation=organisation)
    page = page_of(chosen.qs, by="called_at", after=request.GET.get("after", ""), size=PAGE, down=True)
    context = {
        "organisation": organisation,
        "filter": chosen,
        "only_unread": only_unread,
        "page": page,
        "lines": reading.lines(user, page.rows, organisation, at=at),
        "unread": access.unread_calls(user, organisation, at).count(),
        "days": access.UNREAD_FOR.days,
    }
    return render(request, "surveys/readings/calls.html", context)


@require_POST
def read_many(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.MANAGERS)
    chosen = access.department_calls(user, organisation).filter(pk__in=ticked(request.POST.getlist("call")))
    count = workflow.acknowledge_all(calls=chosen, by=user, at=timezone.now())
    if count:
        words = ngettext("%(count)s call is marked as read.", "%(count)s calls are marked as read.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("No call was ticked that you had not read."))
    show = "?show=unread" if request.GET.get("show") == "unread" else ""
    return redirect(f"{reverse('department_calls', args=[slug])}{show}")


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call = access.managed_call_or_404(user, pk)
    form = ReadForm(request.POST)
    if form.is_valid():
        workflow.acknowledge(call=call, by=user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("%(reference)s is marked as read.") % {"reference": call.reference})
    else:
        messages.warning(request, _("Your note is too long."))
    return redirect("call", pk)


@require_safe
def unread(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    rows = reading.by_department(user, organisation, at=timezone.now())
    context = {"organisation": organisation, "rows": rows, "days": access.UNREAD_FOR.days}
    context["administers"] = access.has_role(user, organisation, access.ADMINISTRATORS)
    return render(request, "surveys/readings/unread.html", context)
