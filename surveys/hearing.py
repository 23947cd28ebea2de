"""What the pages show of a recording, gathered once for one reader, and the answer to a player."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from surveys import access, byte_ranges, recordings, sound_files
from surveys.forms.listening import EraseForm, RecordingForm
from surveys.models import Call, GoldCall, Recording, User
from surveys.presentation import moment
from surveys.sounds import SORTS

_PLAY: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Player:
    """`url` carries a mark of its own, so that what the player asks for in parts is one listen."""

    url: str
    length: str

    @classmethod
    def of(cls, recording: Recording, address: str) -> "Player":
        length = "" if recording.seconds is None else moment(round(recording.seconds))
        return cls(f"{address}?play={uuid.uuid4().hex}", length)


@dataclass(frozen=True, slots=True)
class Heard:
    """The recording of a call as one reader finds it. `is_own`: made of this very call, not heard again in it."""

    recording: Recording | None
    player: Player | None
    may_add: bool
    is_own: bool
    on: bool

    @property
    def is_any(self) -> bool:
        return self.recording is not None or self.may_add


def heard(user: User, call: Call, at: dt.datetime) -> Heard:
    recording = access.recording_of(user, call)
    player = None
    if recording is not None and access.is_playable(recording, at):
        player = Player.of(recording, reverse("call_sound", args=[call.pk]))
    coordinates = access.has_role(user, call.organisation, access.COORDINATORS)
    return Heard(
        recording=recording,
        player=player,
        may_add=recordings.may_add(call, by=user, coordinates=coordinates, at=at),
        is_own=recording is not None and recording.call_id == call.pk,
        on=recordings.allowed(call.organisation, at),
    )


def recording_page(user: User, call: Call, form: RecordingForm, at: dt.datetime) -> dict[str, Any]:
    found = heard(user, call, at)
    checks = access.checks(user, call)
    return {
        "call": call,
        "form": form,
        "heard": found,
        "erase_form": EraseForm(),
        "coordinates": access.has_role(user, call.organisation, access.COORDINATORS),
        "checks": checks,
        "listens": access.listens(user, found.recording)[:100] if found.recording and checks else (),
    }


def play(request: HttpRequest, recording: Recording, *, by: User, at: dt.datetime) -> HttpResponseBase:
    """The sound itself, kept by no cache, under a name that says nothing; the listen is in the log before the first byte."""
    path, sort = sound_files.path_of(recording.key), SORTS[recording.content_type]
    if not path.is_file():
        raise Http404
    mark = request.GET.get("play", "")
    if request.method == "GET":
        recordings.note_listen(recording, by=by, play=mark if _PLAY.fullmatch(mark) else "", at=at)
    asked = request.headers.get("Range", "")
    response = byte_ranges.answer(path, content_type=sort.content_type, asked=asked, head=request.method == "HEAD")
    response["Content-Disposition"] = f'inline; filename="recording.{sort.ending}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def gold_player(gold: GoldCall, at: dt.datetime) -> dict[str, Any]:
    """As `Heard` for the player's template."""
    recording = gold.recording
    player = None
    if recording is not None and access.is_playable(recording, at):
        player = Player.of(recording, reverse("gold_sound", args=[gold.organisation.slug, gold.pk]))
    return {"recording": recording, "player": player}
