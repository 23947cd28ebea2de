"""Working without a connection: what a device fetches to be ready, and how it hands in what it kept meanwhile."""

import hashlib
import json
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, offline, workflow
from surveys.forms.calls import read_json
from surveys.forms.device import UNKNOWN, Kit, kept_assignments, kept_calls, read_packet, start_form, why_not_started
from surveys.forms.script import draft_data, saved_data
from surveys.messages import describe, explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from surveys.forms.device import Packet
    from surveys.models import Call, User

SHARED_FOR = 365 * 24 * 3600


def for_script(view: "Callable[..., HttpResponse]") -> "Callable[..., HttpResponse]":
    """Script is told that nobody is signed in; a sign-in page would be no answer to it."""

    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"code": "signed_out", "message": _("You are signed out.")}, status=401)
        return view(request, *args, **kwargs)

    return guarded


# --- being ready ------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at the root, so that it serves every page; another one after each deploy."""
    source = render_to_string(
        "surveys/device/worker.js",
        {"build": offline.build(), "files": json.dumps(offline.files()), "shell": reverse("device")},
    )
    return HttpResponse(source, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@login_not_required
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page that stands in for the evaluator's pages without a connection: nobody's, and in no language."""
    response = render(request, "surveys/device/shell.html", {"build": offline.build()})
    response["Cache-Control"] = "no-cache"
    return response


@for_script
@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """The parts of the forms and the choices for a new call; the same for all calls, so that most answers are "as before"."""
    found = Kit(access.signed_in(request), at=timezone.now(), build=offline.build())
    page = render_to_string("surveys/device/kit.html", {"kit": found})
    tag = f'"{hashlib.sha256(page.encode()).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified()
    return HttpResponse(page, headers={"ETag": tag})


@for_script
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Whose session this is, a fresh token, the calls that are theirs to fill in, and the work that waits."""
    user, at = access.signed_in(request), timezone.now()
    kept = {"calls": kept_calls(user), "assignments": kept_assignments(user, at=at)}
    return JsonResponse({"user": user.pk, "token": get_token(request), **kept})


@require_safe
def by_client(request: HttpRequest, client: UUID, place: str = "") -> HttpResponse:
    """A call by the id that its device made: on to its page, or, before the server knows it, the device's own page."""
    call = access.call_of_client(access.signed_in(request), client)
    if call is None:
        return shell(request)
    return redirect(reverse("call", args=[call.pk]) + (place or "form/"))


@login_not_required
@require_POST
def shared(request: HttpRequest) -> HttpResponse:
    """Says whether this device is used by several people; remembered by the device, not by the account."""
    is_shared = request.POST.get("shared") == "yes"
    if request.user.is_authenticated:
        request.session.set_expiry(0 if is_shared else settings.SESSION_COOKIE_AGE)
    back = request.POST.get("next", "")
    response = redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "home")
    said, is_secure = "yes" if is_shared else "no", settings.SESSION_COOKIE_SECURE
    # The device's own script reads it.
    response.set_cookie(offline.SHARED_COOKIE, said, max_age=SHARED_FOR, secure=is_secure, samesite="Lax")
    return response


# --- handing in -------------------------------------------------------------------------------------------------------


@for_script
@require_http_methods(["GET", "HEAD", "POST"])
def sync(request: HttpRequest, client: UUID) -> HttpResponse:
    """One call under its device's id. GET gives it with a fresh token, POST opens, saves and submits it."""
    user = access.signed_in(request)
    call = access.call_of_client(user, client)
    if request.method != "POST":
        return JsonResponse({"user": user.pk, "token": get_token(request), **(draft_data(call) if call else UNKNOWN)})
    try:
        packet = read_packet(read_json(request.body))
    except ValueError as error:
        return JsonResponse({"code": "unreadable", "message": str(error)}, status=400)
    if packet.user != user.pk:
        return JsonResponse({"code": "other_user", "message": _("Somebody else is signed in now.")}, status=403)
    return _started(request, user, client, packet) if call is None else _taken(request, user, call, packet)


def _started(request: HttpRequest, user: "User", client: UUID, packet: "Packet") -> HttpResponse:
    """Opens the call with the facts that the device has kept; the same id again is the same call."""
    at, organisation = (
        timezone.now(),
        access.organisation_or_404(user, str(packet.start.get("organisation", "")), access.EVALUATORS),
    )
    form = start_form(user, organisation, at=at, data={**packet.start, "client_id": str(client)})
    if not form.is_valid():
        return _refused("not_started", why_not_started(form, user, organisation))
    # Without a connection nobody can be asked which assignment it fulfils: the one it was begun from, or one that fits.
    fitting = access.fitting_assignment(user, **form.what, meant=packet.assignment)
    try:
        call = workflow.open_call(by=user, at=at, assignment=fitting, **form.cleaned_data)
    except workflow.WorkflowError as error:
        return _refused("not_started", explain(error))
    return _taken(request, user, access.own_call_or_404(user, call.pk), packet)


def _taken(request: HttpRequest, user: "User", call: "Call", packet: "Packet") -> HttpResponse:
    at, changes, base = timezone.now(), packet.changes, packet.base_revision
    try:
        if packet.submit:
            seen = packet.revision
            handed = workflow.hand_in(call=call, by=user, changes=changes, base_revision=base, revision=seen, at=at)
            return _acknowledged(request, handed, at)
        saved = workflow.save_answers(call=call, by=user, changes=changes, base_revision=base, at=at)
    except workflow.WorkflowError as error:
        kept = workflow.keep_late(call=call, by=user, changes=changes, at=at)
        return _refused(error.code, explain(error), status=409, kept=sorted(kept))
    return JsonResponse({"call": call.pk, **saved_data(call, saved, at)})


def _acknowledged(request: HttpRequest, handed: workflow.HandedIn, at: Any) -> HttpResponse:
    """Only an answer that names the call and the very content that came lets the device forget its copy."""
    call = handed.call
    body = {"call": call.pk, "reference": call.reference, "state": call.state, **saved_data(call, handed.saved, at)}
    if not handed.is_taken:
        problems = {code: describe(problem) for code, problem in handed.problems.items()}
        return _refused(handed.status, "", status=409, problems=problems, **body)
    received = hashlib.sha256(request.body).hexdigest()
    return JsonResponse({"acknowledged": str(call.client_id), "received": received, "status": handed.status, **body})


def _refused(code: str, message: str, *, status: int = 422, **more: Any) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, **more}, status=status)
