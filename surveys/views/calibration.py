"""Calibration sessions: what there is, a new one, one of them, and closing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, workflow
from surveys.calibration_page import session_page
from surveys.forms.fields import refuse
from surveys.forms.listening import CalibrationForm
from surveys.refused import Refused


@require_safe
def sessions(request: HttpRequest, slug: str) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.HEARERS)
    page = {
        "organisation": organisation,
        "sessions": access.calibrations(user, organisation),
        "coordinates": access.has_role(user, organisation, access.COORDINATORS),
    }
    return render(request, "surveys/listening/calibrations.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    form = CalibrationForm(
        request.POST or None,
        calls=access.calls_to_hear(user, organisation, at),
        evaluators=access.evaluators(organisation),
        zone=organisation.zone,
        initial={"call": request.GET.get("call")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            session = workflow.start_session(by=user, at=at, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The session has begun: everybody finds the recording in their list."))
            return redirect("calibration", slug, session.pk)
    return render(request, "surveys/listening/calibration_new.html", {"organisation": organisation, "form": form})


@require_safe
def session(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.HEARERS)
    found = access.calibration_or_404(user, organisation, pk)
    page = {
        "organisation": organisation,
        "page": session_page(user, found, get_language() or ""),
        "coordinates": access.has_role(user, organisation, access.COORDINATORS),
    }
    return render(request, "surveys/listening/calibration.html", page)


@require_POST
def close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    organisation = access.organisation_or_404(user, slug, access.COORDINATORS)
    try:
        workflow.close_session(session=access.calibration_or_404(user, organisation, pk), by=user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("calibration", slug, pk)
