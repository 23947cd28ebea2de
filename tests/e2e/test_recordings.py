"""A recording from the evaluator's phone to the reviewer's ear, with every listen in the log."""

import io
import math
import struct
import wave

import pytest
from playwright.sync_api import expect

# Begins to play, moves along the line to where the file was not read yet, and is done when that is heard too.
PLAY = """async audio => {
  await audio.play()
  const moved = new Promise(done => audio.addEventListener('seeked', done, {once: true}))
  audio.currentTime = 40
  await moved
  audio.pause()
  // A busy machine pauses later.
  return [audio.error, Math.round(audio.duration), audio.currentTime >= 40]
}"""


def tone(seconds):
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        one = b"".join(struct.pack("<h", int(8000 * math.sin(math.tau * 440 * at / 8000))) for at in range(8000))
        sound.writeframes(one * seconds)
    return file.getvalue()


@pytest.fixture
def call(server):
    """A call of the demo's evaluator that waits for review and has no recording, by its key."""
    return server.shell(
        "from surveys.models import Call; from django.utils import timezone\n"
        "calls = Call.objects.filter(evaluator__email='evaluator@demo.example', kind='field', recording=None)\n"
        "call = calls.exclude(state__in=['draft', 'returned', 'voided']).latest('submitted_at')\n"
        "Call.objects.filter(pk=call.pk).update(submitted_at=timezone.now())\n"
        "print(call.pk)"
    )


def test_added_on_a_phone_played_and_logged(open_page, sign_in, call, axe, fits):
    phone = open_page(device="phone")
    sign_in(phone, "evaluator")
    phone.goto(f"/calls/{call}/recording/")
    file = phone.get_by_label("Recording", exact=True)
    file.set_input_files({"name": "gesprek.mp3", "mimeType": "audio/mpeg", "buffer": b"<html>no sound</html>" * 99})
    phone.get_by_role("button", name="Add the recording").click()
    expect(phone.get_by_role("alert")).to_contain_text("no sound file")
    file.set_input_files({"name": "gesprek.wav", "mimeType": "audio/wav", "buffer": tone(60)})
    phone.get_by_role("button", name="Add the recording").click()
    audio = phone.locator("audio")
    expect(audio).to_be_visible()
    assert audio.evaluate(PLAY) == [None, 60, True]
    axe(phone)
    fits(phone)

    desk = open_page()
    sign_in(desk, "coordinator")
    desk.goto(f"/calls/{call}/")
    assert desk.locator("audio").evaluate(PLAY) == [None, 60, True]
    desk.get_by_role("link", name="About the recording").click()
    who = desk.get_by_role("table", name="Each time somebody began to play it").get_by_role("rowheader")
    expect(who).to_have_count(2)
    desk.reload()
    desk.locator("audio").evaluate(PLAY)
    desk.reload()
    expect(who).to_have_count(3)
    axe(desk)
    desk.get_by_text("Erase it now").click()
    desk.get_by_label("Why it is erased now").fill("A name is heard.")
    desk.get_by_role("button", name="Erase the recording").click()
    expect(desk.locator("audio")).to_have_count(0)
    expect(desk.get_by_text("Erased", exact=True)).to_be_visible()
