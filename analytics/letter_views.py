"""Pages of management letters: a reader's own, asking for one, the PDF itself, and letters that come by themselves."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from analytics import access, filters, one_click
from analytics.letter_forms import LetterForm, ScheduleForm
from analytics.letters import listing, own, posting, scheduling, wording
from surveys.access import signed_in, visible_waves
from surveys.forms.fields import refuse
from surveys.refused import Refused

if TYPE_CHECKING:
    from analytics.letters.models import Letter
    from surveys.models import Wave

form_page = require_http_methods(["GET", "HEAD", "POST"])
# Nobody asks for a letter of a wave of years ago; a filter can.
WAVES = 12


def _reader(request: HttpRequest, slug: str) -> access.Reader:
    """The door of every page here."""
    return access.reader_or_404(signed_in(request), slug, at=timezone.now())


@require_safe
def letters(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "analytics/letters/list.html", {"page": listing.page(_reader(request, slug))})


@form_page
def letter_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The address carries what was looked at, as it does on every page of results."""
    reader = _reader(request, slug)
    chosen = filters.parse(request.GET, reader)
    query = own.chosen_query(chosen)
    about = wording.about(reader, query)
    form = LetterForm(request.POST if request.method == "POST" else None, about=about, waves=_waves(reader))
    if form.is_valid():
        query = own.wave_query(form.wave, reader.today) if form.wave else query
        try:
            own.ask(reader=reader, title=form.cleaned_data["title"], query=query, language=get_language() or "en")
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The letter is being made. You may leave this page; the work goes on."))
            return redirect("letters", slug)
    page = {"organisation": reader.organisation, "form": form, "filters": chosen, "can_print": listing.can_print()}
    return render(request, "analytics/letters/new.html", page, status=422 if form.errors else 200)


def _waves(reader: access.Reader) -> "list[Wave]":
    """The newest waves that have begun; none for readers of totals, who are given whole quarters."""
    if not reader.sees_calls:
        return []
    begun = visible_waves(reader.user, reader.organisation).exclude(state="planned").filter(starts_on__lte=reader.today)
    return list(begun.order_by("-starts_on", "-pk")[:WAVES])


@require_GET
def letter_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    reader = _reader(request, slug)
    letter = own.letter_or_404(reader, pk)
    response = HttpResponse(own.download(letter, reader), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=posting.file_name(letter))
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def letter_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Cancels the making of a letter, asks for it once more, or takes it away: whichever button was pressed."""
    reader = _reader(request, slug)
    letter = own.letter_or_404(reader, pk)
    acts = {"cancel": _cancel, "again": _again, "remove": _remove}
    act = next((acts[name] for name in acts if name in request.POST), None)
    if act is None:
        return HttpResponseBadRequest()
    act(request, letter, reader)
    return redirect("letters", slug)


def _cancel(request: HttpRequest, letter: "Letter", reader: access.Reader) -> None:
    if own.cancel(letter, reader):
        messages.success(request, _("Cancelled."))
    else:
        messages.warning(request, _("It was over before it could be cancelled."))


def _again(request: HttpRequest, letter: "Letter", reader: access.Reader) -> None:
    try:
        if own.ask_again(letter, reader):
            messages.success(request, _("It is made once more, from the beginning."))
    except Refused as refused:
        messages.warning(request, str(refused))


def _remove(request: HttpRequest, letter: "Letter", reader: access.Reader) -> None:
    own.remove(letter, reader)
    messages.success(request, _("“%(name)s” was taken away.") % {"name": letter.title})


# --- letters that come by themselves ----------------------------------------------------------------------------------


def _schedule_form(request: HttpRequest, reader: access.Reader, initial: dict[str, object]) -> ScheduleForm:
    return ScheduleForm(
        request.POST if request.method == "POST" else None,
        candidates=scheduling.candidates(reader.organisation) if reader.coordinates else {},
        user=reader.user,
        totals_only=not (reader.coordinates or reader.sees_calls),
        initial=initial,
    )


@form_page
def schedule_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The address carries what narrows it; the days come of themselves."""
    reader = _reader(request, slug)
    form = _schedule_form(request, reader, {"readers": [str(reader.user.pk)]})
    chosen = filters.parse(request.GET, reader)
    query = scheduling.narrowing(chosen.querystring().lstrip("?"))
    if form.is_valid():
        try:
            scheduling.make_new(reader, form.wanted(query))
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Planned. The next letter comes by itself."))
            return redirect("letters", slug)
    page = {
        "reader": reader,
        "form": form,
        "narrowed": wording.narrowed_by(reader, query),
        "problems": chosen.problems,
        "can_print": listing.can_print(),
    }
    return render(request, "analytics/letters/schedule.html", page, status=422 if form.errors else 200)


@form_page
def schedule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    reader = _reader(request, slug)
    known = scheduling.own_schedule_or_404(reader, pk)
    chosen = [str(each.pk) for each in known.readers.all()]
    form = _schedule_form(request, reader, {"title": known.title, "every": known.every, "readers": chosen})
    if form.is_valid():
        scheduling.change(known, reader, form.wanted(known.query))
        messages.success(request, _("Saved."))
        return redirect("letters", slug)
    page = {
        "reader": reader,
        "form": form,
        "schedule": known,
        "narrowed": wording.narrowed_by(reader, known.query),
        "can_print": listing.can_print(),
    }
    return render(request, "analytics/letters/schedule.html", page, status=422 if form.errors else 200)


@require_POST
def schedule_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Pauses a schedule, goes on with it or ends it, by who may change it; or ends it for one reader, who is reading this."""
    reader = _reader(request, slug)
    if "leave" in request.POST:
        known = scheduling.schedule_or_404(reader, pk)
        scheduling.leave(known, reader.user, at=reader.at)
        messages.success(request, _("You get no more letters of “%(name)s”.") % {"name": known.title})
        return redirect("letters", slug)
    known = scheduling.own_schedule_or_404(reader, pk)
    if "remove" in request.POST:
        scheduling.remove(known, reader)
        messages.success(request, _("“%(name)s” was taken away.") % {"name": known.title})
    elif "pause" in request.POST or "resume" in request.POST:
        scheduling.switch(known, reader, on="resume" in request.POST)
        messages.success(request, _("It goes on.") if "resume" in request.POST else _("Paused."))
    else:
        return HttpResponseBadRequest()
    return redirect("letters", slug)


@one_click.page
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """No more letters of one schedule."""
    found = posting.of_signed(signed)
    if found is None:
        raise Http404
    known, reader = found
    return one_click.answer(
        request,
        "analytics/letters/stop.html",
        end=lambda: scheduling.leave(known, reader, at=timezone.now()),
        reader=reader,
        organisation=known.organisation,
        schedule=known,
    )
