"""Working without a connection, the server's half: what a device is given, and what becomes of what it sends."""

import datetime as dt
import hashlib
import itertools
import json
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from surveys import access, offline, workflow
from surveys.models import Call, Conflict, Scenario, Wave
from tests.people import valid_answers

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
MARKER = "Zegt de naam zo zacht dat niemand hem hoort"
SHORT = {"greeting.answered": {"value": "no"}, "closing.fate": {"value": "unanswered"}}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def web(client_for, people):
    return client_for(people["evaluator"])


@pytest.fixture
def facts(org, departments, scenarios, wave):
    return {
        "organisation": org.slug, "wave": str(wave.pk), "department": str(departments["BUR"].pk),
        "scenario": str(scenarios["complaint_calm"].pk), "called_at": "2026-03-10T12:15",
    }  # fmt: skip


@pytest.fixture
def send(people):
    def post(client, client_id, *, user=None, **packet):
        body = {"user": (user or people["evaluator"]).pk, "base_revision": 0, "revision": 0, "changes": {}, **packet}
        url = reverse("device_sync", args=[client_id])
        return client.post(url, json.dumps(body), content_type="application/json")

    return post


def fresh(call):
    return Call.objects.with_names().get(pk=call.pk)


def body_of(response):
    return response.content.decode()


# --- what a device keeps ----------------------------------------------------------------------------------------------


def test_the_worker_and_the_shell_are_the_same_for_everybody(client, web, client_for, people):
    for name in ("device_worker", "device"):
        answers = [each.get(reverse(name)) for each in (client, web, client_for(people["coordinator"]))]
        assert len({answer.content for answer in answers}) == 1, name
        assert answers[1]["Cache-Control"] == "no-cache"
        assert not answers[1].cookies
        assert offline.build() in body_of(answers[0])
    worker = client.get(reverse("device_worker"))
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert len(body_of(worker).splitlines()) <= 150


def test_every_script_that_the_shell_imports_is_kept():
    files = " ".join(offline.files())
    for name in ("shell", "form", "sender", "store", "queue", "conditions", "timer", "parts"):
        assert re.search(rf"/surveys/{name}[.\w]*\.js", files), name
    assert re.search(r"/vendor/idb[.\w]*\.js", files)


def test_another_file_is_another_build(monkeypatch):
    before = offline.build()
    offline._build.cache_clear()
    monkeypatch.setattr(offline, "files", lambda: ["/static/surveys/form.another.js"])
    assert offline.build() != before
    offline._build.cache_clear()


def test_the_kit_holds_choices_and_forms_and_nothing_personal(
    web, client_for, people, make_call, org, django_assert_max_num_queries
):
    make_call("draft", answers={"greeting.answered": {"value": "yes", "comment": MARKER}})
    with django_assert_max_num_queries(30):
        answer = web.get(reverse("device_kit"))
    kit = body_of(answer)
    (script,) = re.findall(r'<script id="kit-data"[^>]*>(.*?)</script>', kit)
    data = json.loads(script)
    assert [each["slug"] for each in data["organisations"]] == [org.slug]
    assert {each["name"] for each in data["organisations"][0]["waves"].values()} == {"Maart 2026"}
    assert {each["department"] for each in data["organisations"][0]["departments"].values()} >= {"Burgerzaken", "Afval"}
    version = str(Wave.objects.get(organisation=org).version_id)
    for section in data["versions"][version]["sections"]:
        assert f'data-part="{version}:{section["code"]}"' in kit
    assert MARKER not in kit
    assert "csrfmiddlewaretoken" not in kit.replace(
        '<form data-submit><input type="hidden" name="csrfmiddlewaretoken">', ""
    )
    again = web.get(reverse("device_kit"), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    # Who makes no calls gets no forms.
    other = body_of(client_for(people["analyst"]).get(reverse("device_kit")))
    assert '"organisations": []' in other
    assert "data-part" not in other


def test_the_calls_are_ones_own_and_still_to_be_handed_in(web, client_for, people, make_call):
    draft, returned = make_call("draft", answers=SHORT), make_call("returned", reason=MARKER)
    make_call("submitted")
    found = {call["client"]: call for call in web.get(reverse("device_calls")).json()["calls"]}
    assert found.keys() == {str(draft.client_id), str(returned.client_id)}
    assert found[str(draft.client_id)]["answers"] == SHORT
    assert found[str(returned.client_id)]["reason"] == MARKER
    assert client_for(people["other_evaluator"]).get(reverse("device_calls")).json()["calls"] == []
    assert client_for(None).get(reverse("device_calls")).status_code == 401


# --- handing in -------------------------------------------------------------------------------------------------------


def test_a_call_begun_on_a_device_is_opened_saved_and_submitted_at_once_and_once(web, send, facts):
    client_id = uuid.uuid4()
    packet = {"start": facts, "changes": SHORT, "submit": True}
    first = send(web, client_id, **packet)
    assert first.status_code == 200
    assert first.json()["acknowledged"] == str(client_id)
    assert first.json()["received"] == hashlib.sha256(first.wsgi_request.body).hexdigest()
    assert [first.json()["status"], send(web, client_id, **packet).json()["status"]] == ["created", "repeated"]
    call = Call.objects.get()
    assert (call.client_id, call.state, call.answers) == (client_id, "submitted", SHORT)
    assert call.called_at == dt.datetime(2026, 3, 10, 11, 15, tzinfo=dt.UTC)
    assert not Conflict.objects.exists()


def test_before_it_is_known_it_has_a_page_and_a_token(web, facts, send):
    client_id = uuid.uuid4()
    found = web.get(reverse("device_sync", args=[client_id])).json()
    assert (found["state"], found["revision"], bool(found["token"])) == ("unknown", 0, True)
    assert "data-shell" in body_of(web.get(reverse("device_call_page", args=[client_id, "form/closing/"])))
    assert send(web, client_id, start=facts, changes={"greeting.answered": {"value": "yes"}}).json()["refused"] == {}
    call = Call.objects.get()
    moved = web.get(reverse("device_call_page", args=[client_id, "form/closing/"]))
    assert moved.url == reverse("call_section", args=[call.pk, "closing"])


def test_nobody_hands_in_for_another(web, send, facts, client_for, people, make_call):
    """A device on which somebody else is signed in by now keeps its calls; ids of another's calls tell nothing."""
    other = client_for(people["other_evaluator"])
    refused = send(other, uuid.uuid4(), start=facts, changes=SHORT, submit=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "other_user")
    assert not Call.objects.exists()
    call = make_call("draft", answers=SHORT)
    taken = send(other, call.client_id, user=people["other_evaluator"], start=facts, changes=SHORT, submit=True)
    assert taken.status_code == 422
    assert "acknowledged" not in taken.json()
    assert (fresh(call).state, fresh(call).evaluator) == ("draft", people["evaluator"])
    assert send(client_for(None), call.client_id, submit=True).status_code == 401
    assert send(web, call.client_id, revision=call.revision, submit=True).json()["acknowledged"] == str(call.client_id)


def test_what_cannot_be_opened_says_why_and_what_to_do(web, send, facts, wave):
    Wave.objects.filter(pk=wave.pk).update(state="closed")
    refused = send(web, uuid.uuid4(), start=facts, changes=SHORT, submit=True)
    assert refused.status_code == 422
    assert refused.json()["message"].startswith("The wave Maart 2026 takes no calls now. Ask your coordinator")
    Wave.objects.filter(pk=wave.pk).update(state="open")
    refused = send(web, uuid.uuid4(), start=facts | {"called_at": "2026-04-01T12:00"}, changes=SHORT, submit=True)
    assert "Time of the call" in refused.json()["message"]
    assert not Call.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"user": "1"}', '{"user": 1, "base_revision": 0, "changes": []}'])
def test_what_is_no_packet_is_refused(web, body):
    answer = web.post(reverse("device_sync", args=[uuid.uuid4()]), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


HUGE, HALF = "9" * 4000, "\ud800"
NO_FACTS = [True, 1.5, {"a": 1}, [], 10**3999, HUGE, "²", HALF, "a\0b"]
NO_MOMENTS = [5, "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01T00:00", "2026-03-10T12:15:00.5Z"]
ENDLESS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"]


def test_whatever_a_device_sends_it_is_told_why_and_never_500(web, send, facts, make_call):
    """Every odd value in every fact, and in the answers of a call that is known: refused in words, nothing half done."""
    web.raise_request_exception = False
    for name, odd in [*itertools.product(facts, NO_FACTS), *(("called_at", odd) for odd in NO_MOMENTS)]:
        answer = send(web, uuid.uuid4(), start=facts | {name: odd}, submit=True, revision=10**3999)
        told = answer.status_code, name, str(odd)[:30]
        assert answer.status_code in (200, 400, 404, 409, 422), told
        if answer.status_code in (400, 422):
            assert answer.json()["code"] in ("unreadable", "not_started"), told
            assert len(answer.json()["message"]) > 10, told
    assert send(web, uuid.uuid4(), start=facts | {HALF: "1"}).status_code == 400
    call = make_call("draft")
    for odd in [*NO_FACTS, 1e308, "0", "-1", "x" * 9000]:
        changes: dict[str, Any] = {
            "greeting.answered": {"value": odd},
            "greeting.seconds": {"value": odd},
            "@timeline": {"value": odd},
        }
        changes |= {"closing.remarks": {"value": odd, "second": odd, str(odd): odd}, str(odd): odd}
        saved = send(web, call.client_id, changes=changes, base_revision=10**3999)
        assert (saved.status_code, "closing.remarks" in saved.json()["refused"]) == (200, True), str(odd)[:30]
    whole = json.dumps({"user": 1, "base_revision": 0, "changes": {}, "start": facts | {"wave": "HERE"}})
    known = json.dumps({"base_revision": 0, "changes": {"closing.remarks": {"value": "HERE"}}})
    for number in ENDLESS:
        for url, body in (("device_sync", whole), ("device_sync", known), ("call_save", known)):
            key = call.pk if url == "call_save" else call.client_id
            sent = web.post(reverse(url, args=[key]), body.replace('"HERE"', number), content_type="application/json")
            assert (sent.status_code, sent.json()["code"]) == (400, "unreadable"), (url, number)
            assert sent.json()["message"] == "This is not JSON that can be read."


def test_incomplete_is_saved_and_named(web, send, facts):
    client_id = uuid.uuid4()
    answer = send(web, client_id, start=facts, changes={"greeting.answered": {"value": "no"}}, submit=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "incomplete")
    assert answer.json()["problems"] == {"closing.fate": "Answer this question."}
    call = Call.objects.get()
    assert (call.state, call.answers) == ("draft", {"greeting.answered": {"value": "no"}})


def test_answers_of_another_device_are_shown_before_anything_is_submitted(web, send, make_call):
    call = make_call("draft", answers=SHORT)
    seen = call.revision
    workflow.save_answers(
        call=call, by=call.evaluator, changes={"closing.fate": {"value": "voicemail"}}, base_revision=seen, at=NOW
    )
    moved = send(web, call.client_id, revision=seen, base_revision=seen, submit=True)
    assert (moved.status_code, moved.json()["code"]) == (409, "moved")
    clash = {"closing.fate": {"value": "disconnected"}}
    answer = send(web, call.client_id, revision=seen, base_revision=seen, changes=clash, submit=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "clash")
    assert answer.json()["conflicts"]["closing.fate"]["answer"] == {"value": "voicemail"}
    assert fresh(call).state == "draft"
    sent = send(web, call.client_id, revision=fresh(call).revision, submit=True)
    assert sent.json()["status"] == "created"


def test_other_content_for_a_call_that_is_in_is_kept_beside_it(web, send, make_call):
    call = make_call("submitted", answers=SHORT)
    late = {"closing.fate": {"value": "voicemail"}}
    answer = send(web, call.client_id, revision=1, changes=late, submit=True)
    assert (answer.json()["acknowledged"], answer.json()["status"]) == (str(call.client_id), "conflict")
    assert fresh(call).answers == SHORT
    assert Conflict.objects.get().answers == SHORT | late


def test_a_late_repeat_does_not_undo_a_return(web, send, make_call):
    call = make_call("returned")
    late = send(web, call.client_id, revision=1, changes=valid_answers(call.facts), submit=True)
    assert (late.json()["status"], late.json()["state"]) == ("repeated", "returned")
    assert fresh(call).state == "returned"
    # Handed in again by somebody who has seen that it came back.
    assert send(web, call.client_id, revision=call.revision, submit=True).json()["status"] == "created"


def test_a_call_that_was_thrown_away_stays_so(web, send, make_call):
    call = make_call("draft", answers=SHORT)
    workflow.discard(call=call, by=call.evaluator, at=NOW)
    answer = send(web, call.client_id, changes=SHORT, submit=True)
    assert (answer.status_code, answer.json()["code"], answer.json()["kept"]) == (409, "not_now", [])
    assert fresh(call).state == "voided"


# --- a session that ended, a device that is shared --------------------------------------------------------------------


def test_what_was_typed_without_script_survives_signing_in_again(client, client_for, people, make_call):
    call = make_call("draft", answers={"greeting.answered": {"value": "yes"}})
    page = reverse("call_section", args=[call.pk, "closing"])
    typed = {"closing.remarks": MARKER, "revision": "1", "before": "{}", "to": "next"}
    assert client.post(page, typed).url.startswith("/accounts/login/?next=")
    # Somebody else who signs in on such a browser sees nothing of it.
    other = client_for(None)
    other.post(page, typed)
    other.force_login(people["other_evaluator"])
    assert other.get(page).status_code == 404
    client.force_login(people["evaluator"])
    again = body_of(client.get(page))
    assert MARKER in again
    assert "You were signed out." in again
    client.post(page, {"closing.remarks": MARKER, "revision": "1", "before": "{}", "to": "here"})
    assert fresh(call).answers["closing.remarks"] == {"value": MARKER}
    assert "You were signed out." not in body_of(client.get(page))


def test_a_shared_device_ends_the_session_with_the_browser(web, client_for, org):
    calls = reverse("calls", args=[org.slug])
    answer = web.post(reverse("device_shared"), {"shared": "yes", "next": calls})
    assert answer.url == calls
    assert web.session.get_expire_at_browser_close()
    assert answer.cookies[offline.SHARED_COOKIE].value == "yes"
    answer = web.post(reverse("device_shared"), {"shared": "no", "next": "https://elsewhere.example/"})
    assert answer.url == "/"
    assert not web.session.get_expire_at_browser_close()


def test_choices_are_those_of_the_start_page(people, org, scenarios):
    """A scenario out of use is none, on the device either."""
    from surveys.forms.device import start_form

    assert scenarios["opening_hours"] in start_form(people["evaluator"], org, at=NOW).scenarios
    Scenario.objects.filter(code="opening_hours").update(is_active=False)
    assert scenarios["opening_hours"] not in start_form(people["evaluator"], org, at=NOW).scenarios
    assert access.has_role(people["evaluator"], org, access.EVALUATORS)
