"""The queue with its flags: filters, the way from call to call, many approved at once, and notes at questions."""

import datetime as dt

import pytest
from django.urls import reverse

from surveys import workflow
from surveys.forms.review import seen_mark
from surveys.models import AuditEntry, Call, User
from tests.people import AT, join, valid_answers

QUEUE = "/o/zuiderveen/review/"
CUT_OFF = {"value": "disconnected", "comment": "In the middle."}
LOW = {"value": "no", "comment": "Said it twice.", "quote": "Ik hang u even op hoor."}


def contradicting(**changes):
    return valid_answers(closing__fate=CUT_OFF, **changes)


def listed(client, **params):
    return [line.call.pk for line in client.get(QUEUE, params).context["lines"]]


def tick(*calls):
    return {"call": [f"{call.pk}:{seen_mark(call)}" for call in calls], "sure": "yes"}


@pytest.fixture
def plain(make_call):
    return make_call("submitted", at=AT + dt.timedelta(hours=2))


@pytest.fixture
def flagged(make_call):
    return make_call("submitted", answers=contradicting(), at=AT + dt.timedelta(hours=1))


def test_flags_stand_in_the_queue_and_on_the_call_with_their_reasons(client_for, people, plain, flagged):
    client = client_for(people["reviewer"])
    reason = "The caller was helped at once, yet the call ended with “disconnected”."
    assert reason in client.get(QUEUE).content.decode()
    assert reason in client.get(reverse("call", args=[flagged.pk])).content.decode()
    assert "What stands out" not in client.get(reverse("call", args=[plain.pk])).content.decode()


@pytest.mark.parametrize("role", ["evaluator", "manager", "analyst"])
def test_whose_call_it_is_and_readers_of_it_never_see_flags(client_for, people, make_call, role):
    call = make_call("approved", answers=contradicting())
    text = client_for(people[role]).get(reverse("call", args=[call.pk])).content.decode()
    assert call.reference in text
    assert "What stands out" not in text
    assert "What stands out" in client_for(people["reviewer"]).get(reverse("call", args=[call.pk])).content.decode()


def test_filters_by_flag_and_by_rule(client_for, people, plain, flagged):
    client = client_for(people["reviewer"])
    assert listed(client) == [flagged.pk, plain.pk]
    assert listed(client, flagged="yes") == [flagged.pk]
    assert listed(client, flagged="no") == [plain.pk]
    assert listed(client, rule="contradiction") == [flagged.pk]
    assert listed(client, rule=["contradiction", "copied"]) == [flagged.pk]
    assert listed(client, rule="copied") == []
    assert client.get(QUEUE, {"rule": "nonsense"}).context["filter"].form.errors["rule"]


def test_the_way_onward_keeps_to_the_filters(client_for, people, make_call, flagged):
    calls = [make_call("submitted", at=AT + dt.timedelta(hours=hours)) for hours in (2, 3, 4)]
    client = client_for(people["reviewer"])
    way = client.get(reverse("call", args=[calls[1].pk]), {"flagged": "no"}).context["way"]
    assert (way.before, way.after, way.query) == (calls[0], calls[2], "?flagged=no")
    way = client.get(reverse("call", args=[calls[0].pk]), {"flagged": "no"}).context["way"]
    assert (way.before, way.after) == (None, calls[1])
    way = client.get(reverse("call", args=[calls[0].pk])).context["way"]
    assert (way.before, way.after) == (flagged, calls[1])
    for call, following in [(calls[1], calls[2]), (calls[2], calls[0])]:
        address = f"{reverse('call_approve', args=[call.pk])}?flagged=no"
        response = client.post(address, {"seen": seen_mark(call)})
        assert response.url == f"{reverse('call', args=[following.pk])}?flagged=no"
    response = client.post(f"{reverse('call_approve', args=[calls[0].pk])}?flagged=no", {"seen": seen_mark(calls[0])})
    assert response.url == f"{QUEUE}?flagged=no"


def test_many_are_approved_at_once_and_each_refusal_is_told(client_for, org, people, make_call, plain, flagged):
    join(people["reviewer"], org, "evaluator")
    own = make_call("submitted", evaluator=people["reviewer"])
    moved, other = make_call("submitted"), make_call("submitted")
    sent = tick(plain, flagged, own, moved, other)
    workflow.approve(call=moved, by=people["coordinator"], at=AT + dt.timedelta(hours=3))
    client = client_for(User.objects.get(pk=people["reviewer"].pk))
    asked = client.post(f"{QUEUE}approve/?flagged=no", {"call": sent["call"]})
    assert "Approve these 5 calls?" in asked.content.decode()
    assert all(f'value="{each}"' in asked.content.decode() for each in sent["call"])
    assert not AuditEntry.objects.filter(action="approved", actor=people["reviewer"]).exists()
    response = client.post(f"{QUEUE}approve/?flagged=no", sent, follow=True)
    text = response.content.decode()
    assert response.redirect_chain[-1][0] == f"{QUEUE}?flagged=no"
    assert "2 calls are approved:" in text
    assert f"{plain.reference}</a>" in text
    for call, why in [
        (flagged, "something stands out in it"),
        (own, "it is your own"),
        (moved, "it changed meanwhile"),
    ]:
        assert f"{call.reference}</a> ({why})" in text
    states = {call.pk: call.state for call in Call.objects.all()}
    assert [states[call.pk] for call in (plain, other, flagged, own)] == ["approved"] * 2 + ["submitted"] * 2
    assert AuditEntry.objects.filter(action="approved", actor=people["reviewer"]).count() == 2


def test_only_what_is_offered_can_be_ticked(client_for, org, people, make_call, plain, flagged):
    join(people["reviewer"], org, "evaluator")
    own = make_call("submitted", evaluator=people["reviewer"])
    low = make_call("submitted", answers=valid_answers(phrasing__no_harmful=LOW))
    text = client_for(User.objects.get(pk=people["reviewer"].pk)).get(QUEUE).content.decode()
    assert f'value="{plain.pk}:{seen_mark(plain)}" data-tick>' in text
    # A mark is no flag: one may be ticked by hand, but not with all in which nothing stands out.
    assert f'value="{low.pk}:{seen_mark(low)}" data-tick="apart">' in text
    assert f'value="{flagged.pk}:' not in text
    assert f'value="{own.pk}:' not in text
    assert "data-tick>" not in client_for(people["reviewer"]).get(QUEUE, {"tab": "returned"}).content.decode()


@pytest.mark.parametrize("value", ["", "x", "1", "1:", "9" * 30 + ":submitted-1", "0:submitted-0"])
def test_what_is_no_call_is_no_choice(client_for, people, plain, value):
    response = client_for(people["reviewer"]).post(f"{QUEUE}approve/", {"call": value}, follow=True)
    assert response.status_code == 200
    assert Call.objects.get(pk=plain.pk).state == "submitted"


def test_other_members_approve_nothing(client_for, people, elsewhere, plain):
    for role, status in [("stranger", 404), ("evaluator", 403), ("manager", 403), ("analyst", 403)]:
        assert client_for(people[role]).post(f"{QUEUE}approve/", tick(plain)).status_code == status
    # Somebody who checks calls elsewhere cannot reach them through their own organisation's address.
    client_for(people["stranger"]).post("/o/noordveld/review/approve/", tick(plain))
    assert Call.objects.get(pk=plain.pk).state == "submitted"
    client_for(people["reviewer"]).post(f"{QUEUE}approve/", tick(plain))
    assert Call.objects.get(pk=plain.pk).state == "approved"


# --- notes at questions -----------------------------------------------------------------------------------------------

NOTE = "Which name did she <give>?"


def returned(client, call, **data):
    return client.post(reverse("call_return", args=[call.pk]), {"seen": seen_mark(call), **data})


def test_a_note_at_a_question_is_reason_enough_and_reaches_the_evaluator(client_for, people, plain):
    response = returned(client_for(people["reviewer"]), plain, **{"note-greeting.own_name": NOTE})
    assert response.status_code == 302
    call = Call.objects.get(pk=plain.pk)
    assert (call.state, call.return_reason, call.return_notes) == ("returned", "", {"greeting.own_name": NOTE})
    mine = client_for(people["evaluator"])
    said = "Which name did she &lt;give&gt;?"
    section = reverse("call_section", args=[call.pk, "greeting"])
    assert said in mine.get(section).content.decode()
    assert said not in mine.get(reverse("call_section", args=[call.pk, "tone"])).content.decode()
    for address in (reverse("calls", args=["zuiderveen"]), reverse("call_check", args=[call.pk])):
        text = mine.get(address).content.decode()
        assert said in text
        assert f'href="{section}#greeting-own_name-item"' in text
    assert said in mine.get(reverse("call", args=[call.pk])).content.decode()
    assert said in client_for(people["coordinator"]).get(reverse("call", args=[call.pk])).content.decode()


def test_notes_go_when_the_call_is_handed_in_again_and_stay_in_its_history(client_for, people, make_call):
    call = make_call("submitted")
    returned(client_for(people["reviewer"]), call, **{"note-tone.calm": "Twice?"})
    workflow.submit(call=Call.objects.get(pk=call.pk), by=people["evaluator"], at=AT + dt.timedelta(hours=5))
    assert Call.objects.get(pk=call.pk).return_notes == {}
    assert "Twice?" in client_for(people["reviewer"]).get(reverse("call", args=[call.pk])).content.decode()
    workflow.approve(call=Call.objects.get(pk=call.pk), by=people["reviewer"], at=AT + dt.timedelta(hours=6))
    text = client_for(people["manager"]).get(reverse("call", args=[call.pk])).content.decode()
    assert call.reference in text
    assert "Twice?" not in text


def test_a_note_that_is_too_long_or_at_no_question_is_refused_and_kept(client_for, people, plain):
    client = client_for(people["reviewer"])
    response = returned(client, plain, reason="See below.", **{"note-tone.calm": "x" * 2001})
    assert response.status_code == 422
    assert "x" * 2001 in response.content.decode()
    assert returned(client, plain, **{"note-no.such": "Which?"}).status_code == 422
    assert Call.objects.get(pk=plain.pk).state == "submitted"
