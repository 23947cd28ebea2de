"""One-tap marks of a call: read, saved like an answer, and what follows from them."""

import datetime as dt
import json

import pytest
import time_machine
from django.urls import reverse

from surveys import marks, workflow
from surveys.definition import AnswerError
from surveys.models import Call, Conflict
from tests.people import AT, api_client, client_for, valid_answers

pytestmark = pytest.mark.django_db
CODE = marks.CODE
HOUR = dt.timedelta(hours=1)
WHOLE = [["dialled", 0], ["answered", 12.4], ["hold", 60], ["back", 95.5], ["transferred", 100], ["ended", 240]]
DIALLED = "2026-03-10T09:31:05.250Z"
SAVED = {"value": WHOLE, "dialled_at": DIALLED}


@pytest.mark.parametrize(
    ("timeline", "answered", "on_hold", "talk"),
    [
        (WHOLE, 12, 36, 192),
        ([["dialled", 0], ["ended", 40]], None, 0, None),
        ([["dialled", 0], ["answered", 5]], 5, None, None),
        # put on hold twice without a way back counts once; the end ends it
        ([["dialled", 0], ["answered", 10], ["hold", 20], ["hold", 30], ["ended", 50]], 10, 30, 10),
        # somebody else picks up after a transfer: that ends the wait as well
        (
            [["dialled", 0], ["answered", 10], ["hold", 20], ["transferred", 25], ["answered", 45], ["ended", 60]],
            10,
            25,
            25,
        ),
        ([["answered", 3], ["ended", 9]], 3, 0, 6),
        ([], None, None, None),
    ],
)
def test_what_follows_from_the_marks(timeline, answered, on_hold, talk):
    found = marks.read({"value": timeline})
    assert (found.answered, found.on_hold, found.talk) == (answered, on_hold, talk)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (3, "marks_form"),
        ({"value": None}, "marks_form"),
        ({"value": [], "more": 1}, "marks_form"),
        ({"value": [["dialled"]]}, "marks_form"),
        ({"value": ["dialled"]}, "marks_form"),
        ({"value": [["sneezed", 1]]}, "mark_unknown"),
        ({"value": [[["dialled"], 1]]}, "mark_unknown"),
        ({"value": [["dialled", True]]}, "mark_second"),
        ({"value": [["answered", -1]]}, "mark_second"),
        ({"value": [["answered", 86_401]]}, "mark_second"),
        ({"value": [["answered", float("nan")]]}, "mark_second"),
        ({"value": [["answered", "3"]]}, "mark_second"),
        ({"value": [["answered", 5], ["ended", 4]]}, "marks_order"),
        ({"value": [["dialled", 1]]}, "marks_dialled"),
        ({"value": [["answered", 0], ["dialled", 0]]}, "marks_dialled"),
        ({"value": [["ended", 4], ["ended", 5]]}, "marks_ended"),
        ({"value": [["ended", 4], ["back", 5]]}, "marks_ended"),
        ({"value": [["answered", 5]] * 201}, "marks_too_many"),
        ({"value": [["dialled", 0]], "dialled_at": "yesterday"}, "marks_moment"),
        ({"value": [["dialled", 0]], "dialled_at": "2026-03-10T10:00:00"}, "marks_moment"),
    ],
)
def test_marks_that_cannot_be_are_refused_in_words(people, make_call, raw, code):
    with pytest.raises(AnswerError) as caught:
        marks.read(raw)
    assert (caught.value.problem.path, caught.value.problem.code) == (CODE, code)
    assert str(caught.value)


def test_saved_like_an_answer_and_filled_in_when_handed_in(people, make_call):
    call, by = make_call("draft", called_at=AT), people["evaluator"]
    Call.objects.filter(pk=call.pk).update(first_answer_at=None, answers={}, answer_revisions={})
    saved = workflow.save_answers(call=call, by=by, changes={CODE: SAVED}, base_revision=call.revision, at=AT + HOUR)
    assert (saved.refused, saved.conflicts) == ({}, {})
    call.refresh_from_db()
    assert (call.timeline, call.answers, call.first_answer_at) == (WHOLE, {}, None)
    assert call.answer_revisions == {CODE: saved.revision}
    assert call.ended_at == dt.datetime.fromisoformat(DIALLED) + dt.timedelta(seconds=240)
    # As the script sent it, to the letter: what it recognises as its own is no clash.
    assert workflow.with_marks(call)[CODE] == SAVED
    again = workflow.save_answers(call=call, by=by, changes={CODE: SAVED}, base_revision=0, at=AT + HOUR)
    assert (again.revision, again.conflicts) == (saved.revision, {})
    later = call.ended_at + dt.timedelta(minutes=25)
    answers = valid_answers(greeting__seconds=None)
    given = {**answers, "greeting.seconds": {"value": 30}}
    workflow.save_answers(call=call, by=by, changes=given, base_revision=saved.revision, at=later)
    workflow.submit(call=call, by=by, at=later)
    call.refresh_from_db()
    assert (call.seconds_to_answer, call.hold_seconds, call.talk_seconds) == (30, 36, 192)
    assert (call.first_answer_at, call.recall_minutes) == (later, 25)
    assert CODE not in call.answers


def test_a_mark_tapped_fills_the_seconds_where_no_question_asks(make_call, people):
    call = make_call("draft", answers={})
    call.timeline = WHOLE
    workflow.fill_from_answers(call)
    assert call.seconds_to_answer == 12


def test_two_devices_choose_as_with_any_answer(people, make_call):
    call, by = make_call("draft"), people["evaluator"]
    save = {"call": call, "by": by, "at": AT + HOUR}
    workflow.save_answers(**save, changes={CODE: SAVED}, base_revision=call.revision)
    other = {"value": [["dialled", 0], ["ended", 5]]}
    clash = workflow.save_answers(**save, changes={CODE: other}, base_revision=call.revision)
    assert clash.conflicts == {CODE: SAVED}
    answer = client_for(by).post(
        reverse("call_save", args=[call.pk]), json.dumps({"base_revision": call.revision, "changes": {CODE: other}}),
        content_type="application/json",
    ).json()  # fmt: skip
    assert answer["conflicts"][CODE]["answer"] == SAVED
    assert "00:12 Answered" in answer["conflicts"][CODE]["text"]
    seen = workflow.save_answers(**save, changes={"tone.calm": {"value": "3"}}, base_revision=call.revision)
    assert seen.news == {CODE: SAVED}


def test_other_marks_after_handing_in_are_kept_beside_the_call_and_can_be_taken(people, make_call):
    call, by = make_call("submitted"), people["evaluator"]
    kept = workflow.keep_late(call=call, by=by, changes={CODE: SAVED}, at=AT + HOUR)
    assert kept == {CODE}
    conflict = Conflict.objects.get(call=call)
    page = client_for(by).get(reverse("call_conflicts", args=[call.pk])).content.decode()
    assert "no marks" in page
    assert "00:12 Answered" in page
    settled = workflow.settle(conflict=conflict, by=by, take=True, at=AT + HOUR)
    assert (settled.timeline, settled.answers.keys()) == (WHOLE, call.answers.keys())
    assert workflow.keep_late(call=make_call("submitted"), by=by, changes={CODE: None}, at=AT) == {CODE}
    assert Conflict.objects.count() == 1


def test_a_whole_call_brings_its_marks(people, make_call, wave, departments, scenarios):
    told = {
        "by": people["evaluator"], "wave": wave, "department": departments["BUR"],
        "scenario": scenarios["complaint_calm"], "called_at": AT, "at": AT + HOUR,
        "client_id": "11111111-1111-4111-8111-111111111111",
    }  # fmt: skip
    answers = valid_answers() | {CODE: SAVED}
    with pytest.raises(workflow.Incomplete) as caught:
        workflow.receive(**told, answers=answers | {CODE: {"value": [["ended", -3]]}})
    assert [(problem.path, problem.code) for problem in caught.value.problems] == [(CODE, "mark_second")]
    received = [workflow.receive(**told, answers=answers) for _time in range(2)]
    assert [each.status for each in received] == ["created", "repeated"]
    other = workflow.receive(**told, answers=answers | {CODE: {"value": [["dialled", 0], ["ended", 3]]}})
    assert other.status == "conflict"
    assert received[1].call.timeline == WHOLE


# --- recall -----------------------------------------------------------------------------------------------------------


def test_the_form_says_kindly_that_the_call_ended_long_ago(people, make_call):
    call, by = make_call("draft", answers={}, called_at=AT), people["evaluator"]
    url = reverse("call_section", args=[call.pk, "greeting"])

    def page(at: dt.datetime) -> str:
        with time_machine.travel(at, tick=False):
            return client_for(by).get(url).content.decode()

    words = "fill in what you are sure of"
    assert words not in page(AT + HOUR)
    workflow.save_answers(call=call, by=by, changes={CODE: SAVED}, base_revision=0, at=AT + HOUR)
    ended = Call.objects.get(pk=call.pk).ended_at
    assert ended is not None
    assert words not in page(ended + HOUR)
    late = page(ended + 3 * HOUR)
    assert f"This call ended 3 hours ago: {words}" in late
    # Whoever began in time is not told so when they finish the next day.
    workflow.save_answers(
        call=call, by=by, changes={"tone.calm": {"value": "3"}}, base_revision=1, at=ended + dt.timedelta(minutes=3)
    )
    assert words not in page(ended + 20 * HOUR)


def test_recall_on_the_call_page_in_the_api_and_in_the_exports(people, make_call, org):
    call = make_call()
    columns = {"timeline": WHOLE, "hold_seconds": 36, "talk_seconds": 192}
    ended = AT + dt.timedelta(minutes=4)
    Call.objects.filter(pk=call.pk).update(ended_at=ended, first_answer_at=ended + dt.timedelta(minutes=95), **columns)
    url = reverse("call", args=[call.pk])
    page = client_for(people["reviewer"]).get(url).content.decode()
    for words in ("95 minutes after hanging up", "00:12 Answered", "36 seconds", "03:12"):
        assert words in page, words
    assert "after hanging up" not in client_for(people["manager"]).get(url).content.decode()
    told = api_client(people["reviewer"], "read").get(f"/api/v1/calls/{call.pk}/").json()
    assert (told["timeline"], told["hold_seconds"], told["talk_seconds"]) == (WHOLE, 36, 192)
    assert (told["recall_minutes"], dt.datetime.fromisoformat(told["ended_at"])) == (95.0, ended)
    analyst = client_for(people["analyst"])
    text = analyst.get(reverse("export_calls", args=[org.slug])).getvalue().decode("utf-8-sig")
    header, row = (line.split(",") for line in text.splitlines()[:2])
    cells = dict(zip(header, row, strict=False))
    assert (cells["hold_seconds"], cells["talk_seconds"], cells["recall_minutes"]) == ("36", "192", "95.0")
    assert cells["ended_at"] == "2026-03-10T10:34:00+01:00"
