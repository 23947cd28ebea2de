"""Recordings of calls: kept, listened to, erased. One function a step, atomic, in the audit log.

They are off unless the organisation has switched them on, a consent to recordings is on file and holds, and the number of
days after which they are erased is set: `allowed` says so, every time anew, so that a consent that is withdrawn switches
adding and playing off at once. A step that cannot be taken raises `Refused`, whose words are for the reader.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from surveys import sound_files
from surveys.models import Assignment, AuditEntry, Call, Clearance, Organisation, Recording, User
from surveys.refused import Refused
from surveys.sound_files import Kept, NoSound, TooLarge
from surveys.trail import record
from surveys.workflow import AssignmentError, assigning, seats, seconds

# How long after handing in an evaluator may still add the recording.
DAYS_TO_ADD: Final = 7
# Requests of one play, such as those that follow a move along its line, are one listen; a play is over by then.
PLAY_LASTS: Final = dt.timedelta(hours=12)


def local_day(organisation: Organisation, at: dt.datetime) -> dt.date:
    return at.astimezone(organisation.zone).date()


def has_consent(organisation: Organisation, day: dt.date) -> bool:
    papers = Clearance.objects.filter(organisation=organisation, kind=Clearance.Kind.RECORDING)
    return papers.valid_on(day).exists()


def allowed(organisation: Organisation, at: dt.datetime) -> bool:
    """Whether recordings may be added and played at this moment."""
    is_on = organisation.recordings_on and bool(organisation.recording_days)
    return is_on and has_consent(organisation, local_day(organisation, at))


def require_for_switch(organisation: Organisation, values: Mapping[str, Any], *, at: dt.datetime) -> None:
    """Refuses to switch recordings on without the days after which they are erased, or without consent.

    A switch that is on already does not stand in the way of other settings: without consent it does nothing anyway.
    """
    if not values.get("recordings_on", False):
        return
    if not values.get("recording_days"):
        raise Refused(_("Say after how many days recordings are erased."), field="recording_days")
    if not organisation.recordings_on and not has_consent(organisation, local_day(organisation, at)):
        words = _("No consent to recordings is on file, or it no longer holds. Put it among the papers first.")
        raise Refused(words, field="recordings_on")


def may_add(call: Call, *, by: User, coordinates: bool, at: dt.datetime) -> bool:
    """Whether this person can add a recording to the call: its evaluator while it is fresh, or who coordinates.

    A recording that is there may be replaced by its evaluator until the call is handed in for the first time: from then
    on others may score by it, and whether they do must not show. What was erased is not brought back.
    """
    is_own = call.evaluator_id == by.pk
    if call.kind != Call.Kind.FIELD or call.state == Call.State.VOIDED or not allowed(call.organisation, at):
        return False
    fresh = call.is_editable or (
        call.submitted_at is not None and at < call.submitted_at + dt.timedelta(days=DAYS_TO_ADD)
    )
    if not (coordinates or (is_own and fresh)):
        return False
    known = Recording.objects.filter(call=call).first()
    return known is None or (is_own and call.submitted_at is None and known.erased_at is None)


def add(*, call: Call, chunks: Iterable[bytes], by: User, coordinates: bool, at: dt.datetime) -> Recording:
    """Keeps the file and its row, or neither. The file comes first: a row never points at nothing.

    When the process dies between the two the file has no row; `erase_due` clears such files away.
    """
    if not may_add(call, by=by, coordinates=coordinates, at=at):
        raise Refused(_("No recording can be added to this call (any more)."))
    kept = _keep(chunks)
    try:
        return _store(call, kept, by=by, coordinates=coordinates, at=at)
    except IntegrityError:
        sound_files.remove(kept.key)
        raise Refused(_("Somebody else added a recording meanwhile.")) from None
    except BaseException:
        sound_files.remove(kept.key)
        raise


def _keep(chunks: Iterable[bytes]) -> Kept:
    try:
        return sound_files.keep(chunks, key=uuid.uuid4(), most=settings.RECORDING_LIMIT)
    except TooLarge:
        limit = settings.RECORDING_LIMIT // 1024 // 1024
        raise Refused(_("The file is larger than %(limit)s MB.") % {"limit": limit}, field="file") from None
    except NoSound:
        words = _("This is no sound file that can be played here. Use MP3, M4A, AAC, WAV, FLAC, OGG (Opus) or WebM.")
        raise Refused(words, field="file") from None


@transaction.atomic
def _store(call: Call, kept: Kept, *, by: User, coordinates: bool, at: dt.datetime) -> Recording:
    # The call's row is held, so that two who add at once, or one who adds while it is decided, take turns.
    call = Call.objects.select_for_update(of=("self",)).with_names().get(pk=call.pk)
    if not may_add(call, by=by, coordinates=coordinates, at=at):
        raise Refused(_("No recording can be added to this call (any more)."))
    days = call.organisation.recording_days or 1
    values: dict[str, Any] = {
        "key": kept.key,
        "content_type": kept.sort.content_type,
        "size": kept.size,
        "seconds": kept.seconds,
        "sha256": kept.sha256,
        "uploaded_by": by,
        "uploaded_at": at,
        "erase_on": local_day(call.organisation, at) + dt.timedelta(days=days),
    }
    known = Recording.objects.select_for_update().filter(call=call).first()
    if known is None:
        recording = Recording.objects.create(organisation=call.organisation, call=call, **values)
        record(recording, action="recording added", by=by, at=at, changes=_told(recording))
    else:
        recording, old, before = known, known.key, _told(known)
        for name, value in values.items():
            setattr(recording, name, value)
        recording.save(update_fields=list(values))
        changes = {name: [before[name][1], after] for name, (_none, after) in _told(recording).items()}
        record(recording, action="recording replaced", by=by, at=at, changes=changes)
        transaction.on_commit(lambda: sound_files.remove(old))
    seconds.draw(call, at=at)
    return recording


def _told(recording: Recording) -> dict[str, list[Any]]:
    """What the log keeps of a recording."""
    values = {
        "call": recording.call_id,
        "sha256": recording.sha256,
        "size": recording.size,
        "erase_on": recording.erase_on.isoformat(),
    }
    return {name: [None, value] for name, value in values.items()}


# --- listening --------------------------------------------------------------------------------------------------------


def note_listen(recording: Recording, *, by: User, play: str, at: dt.datetime) -> None:
    """One line in the log for each play: `play` is made by the page that shows the player.

    A player asks for one recording many times, in parts and again after every move along its line. What it asks with the
    play's own mark is one listen; without a mark, or with an old one, every request is a listen of its own.
    """
    known = AuditEntry.objects.of(recording).filter(action="listened", actor=by, at__gt=at - PLAY_LASTS)
    if not play or not known.filter(changes__play=play).exists():
        record(recording, action="listened", by=by, at=at, changes={"play": play})


# --- erasing ----------------------------------------------------------------------------------------------------------


def erase_now(*, recording: Recording, reason: str, by: User, at: dt.datetime) -> None:
    """Before its day, by who coordinates, with a reason."""
    if not _erase(recording, by=by, reason=reason, at=at):
        raise Refused(_("This recording has been erased already."))


def erase_due(*, at: dt.datetime) -> tuple[int, int]:
    """Erases every recording whose day has come, and files that no row knows. Returns how many of each. Safe to repeat."""
    erased = 0
    for organisation in Organisation.objects.filter(recordings__erased_at=None).distinct():
        due = Recording.objects.kept().filter(organisation=organisation, erase_on__lte=local_day(organisation, at))
        erased += sum(_erase(recording, by=None, reason="", at=at) for recording in due.order_by("pk"))
    known = {key.hex for key in Recording.objects.kept().values_list("key", flat=True)}
    strays = list(sound_files.strays(known, at=at))
    for path in strays:
        path.unlink(missing_ok=True)
    return erased, len(strays)


def _erase(recording: Recording, *, by: User | None, reason: str, at: dt.datetime) -> bool:
    """The file first, then the row: whoever reads "erased" can rely on it. Cut off in between, the next run ends it.

    What was still to be scored by it, and by nothing else, is cancelled.
    """
    sound_files.remove(recording.key)
    with transaction.atomic():
        if not Recording.objects.kept().filter(pk=recording.pk).update(erased_at=at):
            return False
        recording.erased_at = at
        record(
            recording,
            action="recording erased",
            by=by,
            at=at,
            reason=reason,
            changes={"call": [recording.call_id, None]},
        )
        _end_work(recording, by=by, at=at)
    return True


def _end_work(recording: Recording, *, by: User | None, at: dt.datetime) -> None:
    """Ends what nobody can do any more without the sound; a session to which nobody is left to add anything is closed."""
    heard = Assignment.objects.filter(recording=recording)
    for assignment in heard.filter(call=None).open().with_names().order_by("pk"):
        with suppress(AssignmentError):  # It was handed back or handed in at this very moment.
            assigning.cancel(assignment=assignment, by=by, reason=_("The recording was erased."), at=at)
    for session in sorted(set(heard.exclude(session=None).values_list("session", flat=True))):
        seats.close_when_full(session, at=at)
