"""Recordings: off until consent and days are set, told by content, kept whole or not at all, heard by few, every listen logged, erased."""

import datetime as dt
import io
import os
import struct
import wave as waves
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from surveys import recordings, sound_files, sounds
from surveys.models import Assignment, AuditEntry, Call, Clearance, Recording
from tests.people import AT, client_for

DAY = dt.timedelta(days=1)


def wav(seconds=2):
    file = io.BytesIO()
    with waves.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\1" * 8000 * seconds)
    return file.getvalue()


def box(name, body):
    return struct.pack(">I", 8 + len(body)) + name + body


def mp4(handler=b"soun", codec=b"mp4a"):
    track = box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13) + box(b"stsd", b"\0" * 8 + box(codec, b"\0" * 28))
    return box(b"ftyp", b"M4A \0\0\0\0isom") + box(b"mdat", b"\1" * 100) + box(b"moov", box(b"trak", track))


def ogg(packet):
    return b"OggS\0\x02" + b"\0" * 20 + bytes([1, len(packet)]) + packet


def ebml(*codecs):
    return bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f38108428284") + b"webm" + b"\x16T\xaek".join(codecs)


MP3_FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413
MPEG2_FRAME = b"\xff\xf3\x84\xc4" + b"\0" * 380
AAC_FRAME = bytes([0xFF, 0xF1, 0x50, 0x80, 0x01, 0x7F, 0xFC]) + b"\0" * 4
OPUS = b"OpusHead\1\1\x38\1\x80\xbb\0\0\0\0\0"
PAGE = b"<!doctype html><script>alert(1)</script>" * 50


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (wav(), "wav"),
        (MP3_FRAME * 4, "mp3"),
        (b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 10 + MP3_FRAME * 4, "mp3"),
        (AAC_FRAME * 30, "aac"),
        (mp4(), "m4a"),
        (ogg(OPUS), "ogg"),
        (ogg(b"\1vorbis" + b"\0" * 23), "ogg"),
        (ebml(b"A_OPUS"), "webm"),
        (b"fLaC\0\0\0\x22" + b"\0" * 34, "flac"),
        # What only looks like a sound, or is one that browsers do not play.
        (b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 10 + PAGE, None),
        (b"ID3" + PAGE, None),
        (MP3_FRAME + PAGE, None),
        (PAGE, None),
        (mp4(handler=b"vide"), None),
        (mp4(codec=b"samr"), None),
        (mp4()[:150], None),
        (ogg(b"\x80theora" + b"\0" * 23), None),
        (ebml(b"A_OPUS", b"V_VP8"), None),
        (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, None),
        # Cut off within its header, or before the first of its sound; one that was streamed does not know its length.
        (wav()[:30], None),
        (wav()[:44], None),
        (wav()[:40] + b"\0\0\0\0" + b"\1" * 100, "wav"),
        (wav()[:36] + b"LIST" + struct.pack("<I", 70_001) + b"\0" * 70_002 + wav()[36:], "wav"),
        (b"#!AMR\n\x3c" + b"\0" * 31, None),
        ("\ufeffhello".encode("utf-16-le") * 200, None),
        (b"%PDF-1.4\n", None),
        (b"MZ" + b"\0" * 200, None),
        (b"\0" * 5000, None),
        (b"\xff" * 5000, None),
        (b"", None),
    ],
)
def test_a_sound_is_told_by_its_content(content, ending):
    found = sounds.sort_of(io.BytesIO(content))
    assert (found.ending if found else None) == ending


def test_its_length():
    assert sounds.seconds_of(io.BytesIO(wav(3))) == 3.0
    assert sounds.seconds_of(io.BytesIO(PAGE)) is None


# --- what every test below begins with --------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.RECORDINGS_DIR = tmp_path / "recordings"
    return settings.RECORDINGS_DIR


@pytest.fixture
def consent(org):
    """Recordings are allowed: the paper, the days and the switch."""
    paper = Clearance.objects.create(
        organisation=org, kind="recording", dated_on=dt.date(2026, 1, 5), document="OR-7", given_by="De OR"
    )
    org.recordings_on, org.recording_days = True, 30
    org.save(update_fields=["recordings_on", "recording_days"])
    return paper


@pytest.fixture
def recorded(consent, make_call, people):
    """An approved call of Burgerzaken with its recording."""
    call = make_call("approved")
    recordings.add(call=call, chunks=[wav()], by=people["evaluator"], coordinates=False, at=AT + DAY)
    return Call.objects.with_names().get(pk=call.pk)


def files(folder):
    return [path for path in folder.glob("*/*") if path.is_file()]


def upload(client, call, content=None, name="call.mp3"):
    file = SimpleUploadedFile(name, wav() if content is None else content, content_type="audio/mpeg")
    return client.post(reverse("call_recording", args=[call.pk]), {"file": file})


# --- off until everything is there ------------------------------------------------------------------------------------

SETTINGS = {
    "name": "Gemeente Zuiderveen", "language": "nl", "time_zone": "Europe/Amsterdam", "min_group_size": "5",
    "callback_window_hours": "24", "callback_grace_hours": "2", "appeal_days": "14", "retention_months": "24",
}  # fmt: skip


def test_the_switch_takes_days_and_consent(org, people):
    client, path = client_for(people["administrator"]), reverse("organisation", args=[org.slug])
    without_days = client.post(path, SETTINGS | {"recordings_on": "on"})
    assert 'href="#id_recording_days"' in without_days.text
    without_paper = client.post(path, SETTINGS | {"recordings_on": "on", "recording_days": "30"})
    assert 'href="#id_recordings_on"' in without_paper.text
    org.refresh_from_db()
    assert not org.recordings_on
    paper = Clearance.objects.create(
        organisation=org, kind="recording", dated_on=timezone.localdate(), document="OR-7", given_by="De OR"
    )
    assert client.post(path, SETTINGS | {"recordings_on": "on", "recording_days": "30"}).status_code == 302
    org.refresh_from_db()
    assert (org.recordings_on, org.recording_days) == (True, 30)
    assert recordings.allowed(org, timezone.now())
    # A consent that is withdrawn switches it off, and other settings can still be saved.
    Clearance.objects.filter(pk=paper.pk).update(withdrawn_at=timezone.now())
    assert not recordings.allowed(org, timezone.now())
    changed = SETTINGS | {"recordings_on": "on", "recording_days": "30", "appeal_days": "7"}
    assert client.post(path, changed).status_code == 302


def test_without_consent_nothing_is_added_and_nothing_played(recorded, consent, make_call, people):
    """The same call, the same people: played while the consent holds, not when it was withdrawn or has run out."""
    client, sound = client_for(people["evaluator"]), reverse("call_sound", args=[recorded.pk])
    draft = make_call("draft")
    page = client.get(reverse("call_recording", args=[draft.pk]))
    assert client.get(sound).status_code == 200
    assert 'type="file"' in page.text
    for change in ({"withdrawn_at": AT}, {"withdrawn_at": None, "valid_until": dt.date(2026, 2, 1)}):
        Clearance.objects.filter(pk=consent.pk).update(**change)
        assert client.get(sound).status_code == 404
        assert "<audio" not in client.get(reverse("call", args=[recorded.pk])).text
        assert 'type="file"' not in client.get(reverse("call_recording", args=[draft.pk])).text
        assert upload(client, draft).status_code == 200
        assert not Recording.objects.filter(call=draft).exists()


# --- adding -----------------------------------------------------------------------------------------------------------


def test_an_evaluator_adds_a_recording(consent, make_call, people, folder):
    call, client = make_call("draft"), client_for(people["evaluator"])
    assert reverse("call_recording", args=[call.pk]) in client.get(reverse("call_check", args=[call.pk])).text
    answer = upload(client, call, name="../../../../etc/mijn gesprek met mevrouw De Wit.mp3")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("call_check", args=[call.pk])
    recording = Recording.objects.get(call=call)
    [file] = files(folder)
    assert file.name == recording.key.hex
    assert file.read_bytes() == wav()
    assert oct(file.stat().st_mode)[-3:] == "600"
    # What it is was read from the file, not from its name or from what the browser said.
    assert (recording.content_type, recording.seconds, recording.size) == ("audio/wav", 2.0, len(wav()))
    assert (recording.erase_on - recording.uploaded_at.date()).days in {30, 31}
    assert AuditEntry.objects.of(recording).get().action == "recording added"
    assert "<audio controls" in client.get(reverse("call_check", args=[call.pk])).text


def test_who_may_add_and_until_when(consent, make_call, people):
    call = make_call("submitted", called_at=AT)
    handed_in = call.submitted_at

    def may(person, at, *, coordinates=False):
        return recordings.may_add(call, by=people[person], coordinates=coordinates, at=at)

    assert may("evaluator", handed_in + 6 * DAY)
    assert not may("evaluator", handed_in + 7 * DAY)
    assert may("coordinator", handed_in + 60 * DAY, coordinates=True)
    assert not may("reviewer", handed_in)
    assert not may("other_evaluator", handed_in)
    for state, kind in (("voided", "field"), ("approved", "gold"), ("approved", "calibration")):
        call.state, call.kind = state, kind
        assert not may("evaluator", handed_in)
        assert not may("coordinator", handed_in, coordinates=True)


@pytest.mark.parametrize("content", [PAGE, b"", MP3_FRAME], ids=["page", "empty", "cut off"])
def test_what_is_no_sound_is_refused_and_nothing_stays(consent, make_call, people, folder, content):
    call = make_call("draft")
    answer = upload(client_for(people["evaluator"]), call, content)
    assert answer.status_code == 200
    assert "<title>Error:" in answer.text
    assert 'href="#id_file"' in answer.text
    assert not Recording.objects.exists()
    assert not files(folder)


def test_too_large_is_refused_while_it_comes_in(consent, make_call, people, folder, settings):
    settings.RECORDING_LIMIT = 20_000
    call = make_call("draft")
    assert "The file is larger" in upload(client_for(people["evaluator"]), call).text
    with pytest.raises(recordings.Refused):
        recordings.add(call=call, chunks=[wav()], by=people["evaluator"], coordinates=False, at=AT)
    assert not files(folder)
    settings.RECORDING_LIMIT = len(wav())
    assert upload(client_for(people["evaluator"]), call).status_code == 302


def test_file_and_row_stand_or_fall_together(consent, make_call, people, folder, monkeypatch):
    call = make_call("draft")

    def broken(*args, **kwargs):
        raise RuntimeError("the database went away")

    def torn():
        yield wav()[:500]
        raise ConnectionError("the line went dead")

    with pytest.raises(ConnectionError):
        recordings.add(call=call, chunks=torn(), by=people["evaluator"], coordinates=False, at=AT)
    assert not files(folder)
    with monkeypatch.context() as patch:
        patch.setattr(recordings, "record", broken)
        with pytest.raises(RuntimeError):
            recordings.add(call=call, chunks=[wav()], by=people["evaluator"], coordinates=False, at=AT)
    assert not files(folder)
    assert not Recording.objects.exists()


def test_the_evaluator_replaces_a_wrong_file_while_filling_in(
    consent, make_call, people, folder, django_capture_on_commit_callbacks
):
    call, client = make_call("draft"), client_for(people["evaluator"])
    upload(client, call)
    first = Recording.objects.get().key
    with django_capture_on_commit_callbacks(execute=True):
        assert upload(client, call, MP3_FRAME * 20).status_code == 302
    recording = Recording.objects.get()
    assert recording.content_type == "audio/mpeg"
    assert [file.name for file in files(folder)] == [recording.key.hex]
    assert recording.key != first
    # Not by somebody else, and not once it was handed in, whether another has it to score or not: that must not show.
    assert not recordings.may_add(call, by=people["coordinator"], coordinates=True, at=AT)
    Call.objects.filter(pk=call.pk).update(state="returned", submitted_at=AT)
    assert "no recording can be added" in upload(client, call).text.lower()


# --- hearing ----------------------------------------------------------------------------------------------------------


def test_who_may_hear(recorded, people):
    """Those who check and the evaluator; to who reads the call only, and to strangers, there is no recording."""
    sound, page = (reverse(name, args=[recorded.pk]) for name in ("call_sound", "call_recording"))
    call = reverse("call", args=[recorded.pk])
    for role in ("evaluator", "reviewer", "coordinator", "administrator"):
        client = client_for(people[role])
        assert client.get(sound).getvalue() == wav(), role
        assert "<audio" in client.get(page).text
        assert "<audio" in client.get(call).text
    for role in ("other_evaluator", "manager", "analyst", "works_council", "stranger"):
        client = client_for(people[role])
        assert client.get(sound).status_code == client.get(page).status_code == 404, role
        shown = client.get(call)
        assert "ecording" not in shown.text.partition("<main")[2], role
    assert client_for(None).get(sound).status_code == 302
    # The listens are told to those who check, not to the evaluator.
    assert "Who listened" in client_for(people["reviewer"]).get(page).text
    assert "Who listened" not in client_for(people["evaluator"]).get(page).text


def test_the_answer_to_a_player(recorded, people):
    client, sound = client_for(people["reviewer"]), reverse("call_sound", args=[recorded.pk])
    whole = client.get(sound)
    assert (whole.status_code, whole["Content-Type"], whole["Accept-Ranges"]) == (200, "audio/wav", "bytes")
    assert whole["Cache-Control"] == "private, no-store"
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert whole["Content-Disposition"] == 'inline; filename="recording.wav"'
    assert "media-src 'self'" in whole["Content-Security-Policy"]
    # Nothing by which two scorings of one recording could be known for the same.
    assert not {"ETag", "Last-Modified"} & set(whole.headers)
    assert whole.getvalue() == wav()
    size = len(wav())
    for asked, (first, last) in {
        "bytes=0-": (0, size - 1),
        "bytes=100-199": (100, 199),
        "bytes=-10": (size - 10, size - 1),
        f"bytes=5-{size + 99}": (5, size - 1),
        f"bytes={size - 1}-": (size - 1, size - 1),
    }.items():
        part = client.get(sound, headers={"range": asked})
        assert part.status_code == 206
        assert part["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert part["Content-Length"] == str(last - first + 1)
        assert part.getvalue() == wav()[first : last + 1]
    for asked in (f"bytes={size}-", "bytes=9-3", "bytes=-0"):
        none = client.get(sound, headers={"range": asked})
        assert (none.status_code, none["Content-Range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=0-1,5-9", "seconds=1-2", "bytes=-"):
        assert client.get(sound, headers={"range": asked}).getvalue() == wav()
    head = client.head(sound)
    assert (head.status_code, head["Content-Length"]) == (200, str(size))


def test_every_listen_is_logged_once(recorded, people):
    """What a player asks for in parts is one listen; another play, another person and a request without a mark are others."""
    recording = Recording.objects.get()
    client, sound = client_for(people["reviewer"]), reverse("call_sound", args=[recorded.pk])

    def listened():
        return AuditEntry.objects.of(recording).filter(action="listened").count()

    first, second = "a" * 32, "b" * 32
    for asked in ("bytes=0-1", "bytes=0-", "bytes=9000-", "bytes=0-"):
        client.get(sound, {"play": first}, headers={"range": asked})
    assert listened() == 1
    client.get(sound, {"play": second}, headers={"range": "bytes=500-"})
    assert listened() == 2
    client_for(people["evaluator"]).get(sound, {"play": first})
    assert listened() == 3
    for mark in ("", "x", "A" * 32, "c" * 33):
        client.get(sound, {"play": mark}, headers={"range": "bytes=500-"})
    assert listened() == 7
    client.head(sound)
    client_for(people["manager"]).get(sound)
    assert listened() == 7
    entry = AuditEntry.objects.of(recording).filter(action="listened").earliest("pk")
    assert (entry.actor, entry.organisation) == (people["reviewer"], recorded.organisation)
    # A mark is used up after half a day.
    recordings.note_listen(recording, by=people["reviewer"], play=first, at=entry.at + recordings.PLAY_LASTS)
    assert listened() == 8
    page = client.get(reverse("call_recording", args=[recorded.pk])).text
    assert page.count('scope="row">Reviewer') == 7
    assert page.count('scope="row">Evaluator') == 1


def test_each_page_marks_its_own_play(recorded, people):
    client, page = client_for(people["reviewer"]), reverse("call", args=[recorded.pk])
    marks = {client.get(page).text.partition("?play=")[2][:32] for _time in range(2)}
    assert len(marks) == 2
    assert all(len(mark) == 32 for mark in marks)


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_erased_on_its_day(recorded, people, folder):
    recording = Recording.objects.get()
    assert recording.erase_on == dt.date(2026, 4, 10)
    early = dt.datetime(2026, 4, 9, 21, 59, tzinfo=dt.UTC)
    assert recordings.erase_due(at=early) == (0, 0)
    assert recordings.erase_due(at=early + dt.timedelta(minutes=2)) == (1, 0)
    assert not files(folder)
    recording.refresh_from_db()
    assert recording.erased_at
    assert recordings.erase_due(at=early + DAY) == (0, 0)
    client = client_for(people["coordinator"])
    assert client.get(reverse("call_sound", args=[recorded.pk])).status_code == 404
    assert "erased" in client.get(reverse("call_recording", args=[recorded.pk])).text
    # What was erased is not brought back.
    assert not recordings.may_add(recorded, by=people["coordinator"], coordinates=True, at=AT)


def test_erasing_that_was_cut_off_is_ended(recorded, folder, monkeypatch):
    """The file goes first: nobody reads "erased" while it is still there."""
    due = AT + 90 * DAY

    def cut(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(recordings, "record", cut)
        with pytest.raises(KeyboardInterrupt):
            recordings.erase_due(at=due)
    assert not files(folder)
    assert Recording.objects.get().erased_at is None
    assert recordings.erase_due(at=due) == (1, 0)
    assert AuditEntry.objects.of(Recording.objects.get()).filter(action="recording erased").count() == 1


def test_files_that_no_row_knows_are_cleared_away(recorded, folder, settings, capsys):
    kept = files(folder)
    stray = kept[0].with_name("0" * 32)
    part = kept[0].with_name("1" * 32 + ".part")
    young = kept[0].with_name("2" * 32 + ".part")
    for path in (stray, part, young):
        path.write_bytes(b"x")
    # What a process that is killed leaves of an upload lies in a folder of ours, for nobody else to read.
    place = Path(settings.FILE_UPLOAD_TEMP_DIR)
    assert (place.parent, place.stat().st_mode & 0o777) == (settings.VAR_DIR, 0o700)
    with TemporaryUploadedFile("voice.wav", "audio/wav", 1, None) as file:
        coming = Path(file.temporary_file_path())
    left = coming.with_stem("left.upload")
    coming.write_bytes(b"x")
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    for path in (stray, part, *kept):
        os.utime(path, (0, 0))
    Recording.objects.update(erase_on=timezone.localdate() + DAY)
    call_command("erase_recordings")
    assert "0 recordings erased, 3 files" in capsys.readouterr().out
    assert set(files(folder)) == {*kept, young}
    assert (coming.parent, left.exists(), coming.exists()) == (place, False, True)


@pytest.mark.parametrize("size", [5, 100_000, 100_001, 5_000_000])
def test_of_a_file_that_is_too_large_no_more_is_written_than_shows_it(rf, settings, size):
    settings.RECORDING_LIMIT = settings.UPLOAD_LIMIT = 100_000
    content = os.urandom(size)
    sent = rf.post("/", {"file": SimpleUploadedFile("a.wav", content), "after": "it"})
    file = sent.FILES["file"]
    assert content.startswith(file.read())
    assert (file.size == size) if size <= 100_001 else (100_000 < file.size < 200_000)
    assert sent.POST["after"] == "it"
    sent.close()


def test_a_coordinator_erases_now_with_a_reason(recorded, people, folder):
    path = reverse("call_recording_erase", args=[recorded.pk])
    reason = {"reason": "A caller's name is heard."}
    for role, status in {"evaluator": 403, "reviewer": 403, "manager": 404, "stranger": 404}.items():
        assert client_for(people[role]).post(path, reason).status_code == status
    client = client_for(people["coordinator"])
    assert client.post(path, {"reason": ""}).status_code == 422
    assert files(folder)
    assert client.post(path, reason).status_code == 302
    assert not files(folder)
    entry = AuditEntry.objects.of(Recording.objects.get()).get(action="recording erased")
    assert (entry.actor, entry.reason) == (people["coordinator"], "A caller's name is heard.")
    assert client.post(path, reason).status_code == 302
    assert AuditEntry.objects.filter(action="recording erased").count() == 1


def test_what_could_only_be_scored_by_ear_is_cancelled(recorded, people):
    recording = Recording.objects.get()
    common = {
        "organisation": recorded.organisation, "wave": recorded.wave, "department": recorded.department,
        "scenario": recorded.scenario, "recording": recording, "source_call": recorded, "purpose": "second",
        "starts_at": AT, "until": AT + DAY,
    }  # fmt: skip
    waiting = Assignment.objects.create(evaluator=people["other_evaluator"], state="offered", **common)
    recordings.erase_now(recording=recording, reason="x", by=people["coordinator"], at=AT + DAY)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


# --- heard by two -----------------------------------------------------------------------------------------------------


def test_a_colleague_who_listened_along_is_named(make_call, people):
    call, client = make_call("draft"), client_for(people["evaluator"])
    path = reverse("call_listener", args=[call.pk])
    page = client.get(path).text
    assert "Other Evaluator" in page
    assert ">Evaluator<" not in page.partition("<select")[2]
    assert "Stranger" not in page
    other = people["other_evaluator"]
    for wrong in (people["evaluator"], people["stranger"], people["analyst"]):
        assert client.post(path, {"listener": wrong.pk}).status_code == 200
    assert client.post(path, {"listener": other.pk}).status_code == 302
    call.refresh_from_db()
    assert call.listener == other
    assert "Other Evaluator" in client.get(reverse("call_check", args=[call.pk])).text
    client.post(path, {"listener": ""})
    call.refresh_from_db()
    assert call.listener is None
    assert client_for(other).get(path).status_code == 404


def test_a_path_never_leaves_the_folder(folder):
    import uuid

    key = uuid.uuid4()
    assert sound_files.path_of(key) == folder / key.hex[:2] / key.hex


def test_the_worker_erases_and_goes_on_after_a_failure(recorded, folder, monkeypatch):
    """Also when reminders fail, and again after it failed itself."""
    import threading

    from project.management.commands import worker

    Recording.objects.update(erase_on=dt.date(2026, 1, 1))
    erase_due, stop, tries = recordings.erase_due, threading.Event(), []

    def erase(*, at):
        tries.append(at)
        if len(tries) == 1:
            raise OSError("the disk is busy")
        stop.set()
        return erase_due(at=at)

    def remind(**_options):
        raise OSError("no mail server")

    monkeypatch.setattr(worker.recordings, "erase_due", erase)
    monkeypatch.setattr(worker.reminders, "send_due", remind)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.remind(stop, first_after=0, every=0)
    assert len(tries) == 2
    assert not files(folder)
