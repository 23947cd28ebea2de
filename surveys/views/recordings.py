"""The recording of a call: added, played, erased; and who listened along when it was made."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys import access, recordings, workflow
from surveys.forms.fields import refuse
from surveys.forms.listening import EraseForm, ListenerForm, RecordingForm
from surveys.hearing import play, recording_page
from surveys.messages import explain
from surveys.refused import Refused

if TYPE_CHECKING:
    from surveys.models import Call

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def recording(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    call = access.heard_call_or_404(user, pk)
    form = RecordingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        coordinates = access.has_role(user, call.organisation, access.COORDINATORS)
        chunks = form.cleaned_data["file"].chunks()
        try:
            recordings.add(call=call, chunks=chunks, by=user, coordinates=coordinates, at=at)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The recording is kept."))
            return _back(user.pk, call)
    return render(request, "surveys/listening/recording.html", recording_page(user, call, form, at))


def _back(user: int, call: "Call") -> HttpResponse:
    is_filling_in = call.evaluator_id == user and call.is_editable
    return redirect("call_check" if is_filling_in else "call_recording", call.pk)


@require_safe
def sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    user, at = access.signed_in(request), timezone.now()
    call = access.heard_call_or_404(user, pk)
    return play(request, access.playable_or_404(user, call, at), by=user, at=at)


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = access.signed_in(request), timezone.now()
    call = access.heard_call_or_404(user, pk)
    recording = access.recording_to_erase_or_404(user, call)
    form = EraseForm(request.POST)
    if not form.is_valid():
        page = recording_page(user, call, RecordingForm(), at) | {"erase_form": form}
        return render(request, "surveys/listening/recording.html", page, status=422)
    try:
        recordings.erase_now(recording=recording, reason=form.cleaned_data["reason"], by=user, at=at)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The recording is erased."))
    return redirect("call_recording", pk)


@form_page
def listener(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    call = access.own_call_or_404(user, pk)
    if not call.is_editable:
        return redirect("call_submitted", pk)
    colleagues = access.colleagues(user, call.organisation)
    form = ListenerForm(request.POST or None, colleagues=colleagues, initial={"listener": call.listener_id})
    if request.method == "POST" and form.is_valid():
        try:
            workflow.name_listener(call=call, by=user, listener=form.chosen, at=timezone.now())
        except workflow.WorkflowError as error:
            form.add_error(None, explain(error))
        else:
            return redirect("call_check", pk)
    return render(request, "surveys/listening/listener.html", {"call": call, "form": form})
