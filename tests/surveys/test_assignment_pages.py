"""Pages and API of assignments: what each reader sees and may do, and that nobody learns what is scored blind."""

import datetime as dt
import json
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from surveys import workflow
from surveys.models import Assignment, AssignmentGroup, AuditEntry, Call, Callback, GoldCall
from tests.people import AT, client_for, valid_answers

NOW = AT + dt.timedelta(hours=1)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def make(org, wave, departments, scenarios, people):
    def with_(**changes):
        values = {
            "organisation": org, "wave": wave, "department": departments["BUR"],
            "scenario": scenarios["complaint_calm"], "evaluator": people["evaluator"], "state": "offered",
            "starts_at": NOW - DAY, "until": NOW + 3 * DAY,
        } | changes  # fmt: skip
        return Assignment.objects.create(**values)

    return with_


@pytest.fixture
def evaluator(people):
    return client_for(people["evaluator"])


@pytest.fixture
def coordinator(people):
    return client_for(people["coordinator"])


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


# --- the evaluator ----------------------------------------------------------------------------------------------------


def test_the_list_says_what_to_do_today_what_is_on_offer_and_what_is_past(
    evaluator, make, org, people, departments, django_assert_max_num_queries
):
    make(state="accepted", until=NOW + 2 * HOUR)
    make(department=departments["BEL"])
    make()
    make(state="accepted", department=departments["AFV"], until=NOW - HOUR)
    make(evaluator=people["other_evaluator"], department=departments["PUB"])
    address = reverse("calls", args=[org.slug])
    evaluator.get(address)
    with django_assert_max_num_queries(14):
        page = text(evaluator.get(address))
    order = [page.index(words) for words in ("To do today", "ends in 2 hours", "Offered to you", "Past their window")]
    assert order == sorted(order)
    assert "Accept all 2" in page
    assert "expired 1 hour ago" in page
    assert "Publiekszaken" not in page
    assert "Offered to you" not in text(client_for(people["stranger"]).get(reverse("calls", args=["noordveld"])))


def test_accepting_one_and_all(evaluator, make, org):
    first, second, third = make(), make(), make()
    assert evaluator.post(reverse("assignment_accept", args=[first.pk])).url == reverse("assignment", args=[first.pk])
    evaluator.post(reverse("assignments_accept", args=[org.slug]))
    assert set(Assignment.objects.values_list("state", flat=True)) == {"accepted"}
    assert {second.pk, third.pk} <= set(
        AuditEntry.objects.filter(action="accepted").values_list("subject_id", flat=True)
    )


def test_the_brief_holds_all_one_needs_to_call(evaluator, make, departments, scenarios):
    departments["BUR"].phone_numbers = ["0881234567"]
    departments["BUR"].save()
    repeat = next(each for each in scenarios.values() if each.attempt > 1 and each.asked_person_absent)
    page = text(evaluator.get(reverse("assignment", args=[make(scenario=repeat, state="accepted").pk])))
    for words in (
        'href="tel:0881234567"', "Who you are", "What you ask", f"call number {repeat.attempt}", "is absent",
        "Start the form", "Could not call: hand back", "I was recognised", "Let the department lead", "ends in 3 days",
    ):  # fmt: skip
        assert words in page, words


def test_what_a_repeat_caller_remembers(evaluator, make, make_call, wave, departments, org):
    group = AssignmentGroup.objects.create(wave=wave, department=departments["BUR"], kind="chain", problem="waste")
    before = [make(group=group, position=number) for number in (1, 2)]
    last = make(group=group, position=3, state="accepted")
    call = make_call("submitted", assignment=before[0], fate="callback_agreed")
    Callback.objects.update_or_create(
        call=call, defaults={"promised_at": AT, "due_at": AT + HOUR, "who": "Mevrouw De Wit"}
    )
    page = text(evaluator.get(reverse("assignment", args=[last.pk])))
    assert "Mevrouw De Wit would call back by" in page
    assert "Tue 10 March" in page
    assert "1 earlier call of the same complaint has not been made yet" in page
    pair = AssignmentGroup.objects.create(wave=wave, department=departments["BUR"], kind="pair", problem="waste")
    Assignment.objects.filter(pk__in=[last.pk, before[0].pk]).update(group=pair)
    assert "De Wit" not in text(evaluator.get(reverse("assignment", args=[last.pk])))


def test_start_opens_one_draft_at_the_time_given(evaluator, make, departments):
    assignment = make()
    address = reverse("assignment_start", args=[assignment.pk])
    first = evaluator.post(address, {"called_at": "2026-03-10T10:15"})
    second = evaluator.post(address)
    call = Call.objects.get()
    assert first.url == second.url == reverse("call_resume", args=[call.pk])
    assert (call.assignment, call.called_at) == (assignment, dt.datetime(2026, 3, 10, 9, 15, tzinfo=dt.UTC))
    assert Assignment.objects.get().state == "accepted"
    refused = evaluator.post(reverse("assignment_start", args=[make().pk]), {"called_at": "2026-03-12T10:15"})
    assert refused.status_code == 422
    assert "still to come" in text(refused)
    brief = text(evaluator.get(reverse("assignment", args=[assignment.pk])))
    assert "Go on with the form" in brief
    facts = text(evaluator.get(reverse("call_facts", args=[call.pk])))
    assert "Belastingen" not in facts
    assert '<select name="department"' not in facts
    moved = {"department": departments["BEL"].pk, "called_at": "2026-03-10T10:45"}
    assert evaluator.post(reverse("call_facts", args=[call.pk]), moved).url == reverse("call_check", args=[call.pk])
    call.refresh_from_db()
    assert (call.department.code, call.called_at.minute) == ("BUR", 45)


def test_an_expired_one_says_what_to_do_and_can_still_be_entered(evaluator, make):
    late = make(state="accepted", until=NOW - HOUR)
    page = text(evaluator.get(reverse("assignment", args=[late.pk])))
    assert "The window has passed." in page
    assert (
        evaluator.post(reverse("assignment_start", args=[late.pk]), {"called_at": "2026-03-10T09:00"}).status_code
        == 302
    )


def test_handing_back_takes_a_reason(evaluator, make, people, org):
    assignment = make()
    address = reverse("assignment_hand_back", args=[assignment.pk])
    assert "There is something to correct" in text(evaluator.post(address))
    assert evaluator.post(address, {"reason": "I need until Friday."}).status_code == 302
    assert Assignment.objects.get().hand_back_reason == "I need until Friday."
    assert "handed this back" in text(evaluator.get(reverse("assignment", args=[assignment.pk])))


@pytest.mark.parametrize("begun", [False, True])
def test_one_tap_says_that_one_was_recognised(evaluator, coordinator, make, org, wave, begun):
    assignment = make(state="accepted")
    if begun:
        evaluator.post(reverse("assignment_start", args=[assignment.pk]))
        answer = evaluator.post(reverse("call_recognised", args=[Call.objects.get().pk]))
    else:
        answer = evaluator.post(reverse("assignment_recognised", args=[assignment.pk]))
    call = Call.objects.get()
    assert (call.state, call.recognised, Assignment.objects.get().state) == ("voided", True, "handed_back")
    page = text(evaluator.get(answer.url))
    assert "you were recognised" in page
    assert ("so it was voided" in page, "thrown away" in page) == (True, False)
    page = text(coordinator.get(reverse("assignments", args=[org.slug, wave.pk])))
    assert "The evaluator was recognised" in page
    assert "recognised here" in page


def test_the_start_page_offers_the_assignment_that_fits(evaluator, make, org, wave, departments, scenarios):
    assignment = make()
    address = reverse("call_start", args=[org.slug])
    sent = {
        "wave": wave.pk, "department": departments["BUR"].pk, "scenario": scenarios["complaint_calm"].pk,
        "called_at": "2026-03-10T11:00", "client_id": "2f1e4cb2-6b1c-4a55-9c8e-0d6c9f7c6a10",
    }  # fmt: skip
    page = text(evaluator.post(address, sent))
    assert "You have an assignment for this call" in page
    assert reverse("assignment", args=[assignment.pk]) in page
    assert not Call.objects.exists()
    assert evaluator.post(address, sent | {"separate": "1"}).status_code == 302
    assert Call.objects.get().assignment is None
    wave.unassigned_allowed = False
    wave.save()
    assert "Calls are made by assignment" in text(evaluator.get(address))


def test_a_call_too_many_is_told_and_not_refused(evaluator, make, org, wave, departments, scenarios):
    wave.calls_per_evaluator = 1
    wave.save()
    make(scenario=scenarios["opening_hours"])
    sent = {
        "wave": wave.pk, "department": departments["BUR"].pk, "scenario": scenarios["complaint_calm"].pk,
        "called_at": "2026-03-10T11:00", "client_id": "2f1e4cb2-6b1c-4a55-9c8e-0d6c9f7c6a10",
    }  # fmt: skip
    page = text(evaluator.post(reverse("call_start", args=[org.slug]), sent, follow=True))
    assert "has 2 calls to this department in this wave" in page
    assert Call.objects.count() == 1


def test_a_call_begun_without_connection_fulfils_the_assignment_that_fits(
    evaluator, make, org, wave, departments, scenarios, people
):
    wave.unassigned_allowed = False
    wave.save()
    make(until=dt.datetime(2026, 3, 12, tzinfo=dt.UTC))
    assignment = make()
    # The device keeps both with their briefs, and says which of the two it began.
    kept = {each["assignment"]: each for each in evaluator.get(reverse("device_calls")).json()["assignments"]}
    assert len(kept) == 2
    assert kept[assignment.pk]["brief"]["question"]
    assert kept[assignment.pk]["client"] == str(workflow.client_id_of(assignment))
    start = {
        "assignment": assignment.pk, "organisation": org.slug, "wave": str(wave.pk), "department": str(departments["BUR"].pk),
        "scenario": str(scenarios["complaint_calm"].pk), "called_at": "2026-03-10T10:15",
    }  # fmt: skip
    answers = valid_answers(scenarios["complaint_calm"].facts)
    body = {
        "user": people["evaluator"].pk, "base_revision": 0, "revision": 0, "changes": answers, "submit": True,
        "start": start,
    }  # fmt: skip
    send = lambda: evaluator.post(  # noqa: E731
        reverse("device_sync", args=[uuid.uuid4()]), json.dumps(body), content_type="application/json"
    )
    assert send().json()["status"] == "created"
    assert Call.objects.get().assignment == assignment
    assert Assignment.objects.get(pk=assignment.pk).state == "done"
    Assignment.objects.exclude(pk=assignment.pk).delete()
    refused = send()
    assert (refused.status_code, "by assignment only" in refused.json()["message"]) == (422, True)
    assert Call.objects.count() == 1


# --- what is scored blind ---------------------------------------------------------------------------------------------

TELLS = re.compile(r"\bgold|second scoring|blind|calibrat|purpose|source_call|first scoring", re.IGNORECASE)


@pytest.fixture
def blind(make, make_call, wave, people, departments, scenarios):
    heard = dt.datetime(2026, 3, 3, 10, tzinfo=dt.UTC)
    source = make_call("approved", called_at=heard, evaluator=people["other_evaluator"])
    gold = GoldCall.objects.create(
        organisation=wave.organisation, name="Gold one", version=wave.version, department=departments["BUR"],
        scenario=scenarios["complaint_calm"], called_at=heard, answers={}, made_by=people["coordinator"],
    )  # fmt: skip
    return [make(purpose="second", source_call=source), make(purpose="gold", gold=gold)]


def test_a_blind_scoring_looks_like_any_other(evaluator, coordinator, blind, org, wave, people, api_client):
    seen = []
    token = api_client(people["evaluator"])
    for assignment in blind:
        addresses = [
            reverse("calls", args=[org.slug]),
            reverse("assignment", args=[assignment.pk]),
            reverse("assignment_hand_back", args=[assignment.pk]),
        ]
        seen += [text(evaluator.get(address)) for address in addresses]
        seen += [token.get(f"/api/v1/assignments/{end}").content.decode() for end in ("", f"{assignment.pk}/")]
        call = Call.objects.get(pk=evaluator.post(reverse("assignment_start", args=[assignment.pk])).url.split("/")[2])
        answers = valid_answers(call.scenario.facts)
        workflow.save_answers(call=call, by=people["evaluator"], changes=answers, base_revision=0, at=NOW)
        seen += [
            text(evaluator.get(reverse(name, args=[call.pk]), follow=True)) for name in ("call_resume", "call_check")
        ]
        workflow.submit(call=call, by=people["evaluator"], at=NOW)
        seen += [text(evaluator.get(reverse(name, args=[call.pk]))) for name in ("call_submitted", "call")]
        seen += [text(evaluator.get(reverse("calls", args=[org.slug])))]
        seen += [token.get(f"/api/v1/calls/{end}").content.decode() for end in ("", f"{call.pk}/")]
    assert "Score the call to Burgerzaken that was heard on 3 March" in seen[0]
    for page in seen:
        # An evaluator's menu names calibration sessions: they know of those.
        found = TELLS.search(re.sub(r"<nav .*?</nav>", "", page))
        assert not found, found
    # The same words for whoever plans, so that the search above can find them.
    told = text(coordinator.get(reverse("assignments", args=[org.slug, wave.pk]) + "?state=all"))
    assert {found.lower() for found in TELLS.findall(told)} >= {"gold", "second scoring"}


# --- the coordinator --------------------------------------------------------------------------------------------------


@pytest.fixture
def table(org, wave):
    return reverse("assignments", args=[org.slug, wave.pk])


def test_the_table_shows_and_narrows(
    coordinator, make, table, wave, people, departments, django_assert_max_num_queries
):
    wave.calls_per_evaluator = 2
    wave.save()
    make(), make(), make()
    handed = make(department=departments["BEL"], evaluator=people["other_evaluator"])
    workflow.hand_back(assignment=handed, by=people["other_evaluator"], reason="Wrong number", at=NOW)
    make(department=departments["AFV"], until=NOW - HOUR)
    coordinator.get(table)
    with django_assert_max_num_queries(20):
        page = text(coordinator.get(table))
    assert "3 of 2</span>" in page.replace(", above the limit", "")
    assert "2 assignments need you" in page
    assert "Wrong number" in page
    body = lambda query: text(coordinator.get(f"{table}?{query}")).split("<tbody>")[1].split("</tbody>")[0]  # noqa: E731
    assert "Belastingen" in body("state=attention")
    assert "Burgerzaken" not in body("state=attention")
    assert "Burgerzaken" not in body(f"department={departments['BEL'].pk}")
    assert "Burgerzaken" not in body(f"evaluator={people['other_evaluator'].pk}")
    assert "No assignment fits" in text(coordinator.get(f"{table}?evaluator=nobody"))


def test_many_at_once_all_or_none_until_the_rest_is_asked_for(coordinator, make, table, wave, people):
    wave.calls_per_evaluator = 1
    wave.save()
    both = [make(), make()]
    other = people["other_evaluator"]
    sent = {"chosen": [each.pk for each in both], "action": "reassign", "evaluator": other.pk}
    report = coordinator.post(table, sent)
    assert report.status_code == 422
    page = text(report)
    assert "Nothing was done yet: 1 assignment cannot" in page
    assert "the limit is 1" in page
    assert not Assignment.objects.filter(evaluator=other).exists()
    assert coordinator.post(table, sent | {"action": "reassign:partly"}).status_code == 302
    assert Assignment.objects.filter(evaluator=other).count() == 1


def test_each_step_on_the_ticked_ones(coordinator, make, table, people):
    planned, expired, spare = make(state="planned"), make(until=NOW - HOUR), make()
    coordinator.post(table, {"chosen": [planned.pk], "action": "offer"})
    coordinator.post(table, {"chosen": [expired.pk], "action": "extend", "until": "2026-03-20T17:00"})
    coordinator.post(table, {"chosen": [spare.pk], "action": "cancel", "reason": "Enough"})
    states = [Assignment.objects.get(pk=each.pk).state for each in (planned, expired, spare)]
    assert states == ["offered", "offered", "cancelled"]
    assert Assignment.objects.get(pk=expired.pk).until == dt.datetime(2026, 3, 20, 16, tzinfo=dt.UTC)
    for sent, words in (
        ({"action": "offer"}, "Tick at least one"),
        ({"action": "reassign", "chosen": [planned.pk]}, "Choose who will make these calls"),
        ({"action": "extend", "chosen": [planned.pk]}, "Enter until when"),
        ({"action": "extend", "chosen": ["9" * 30], "until": "2026-03-20T17:00"}, "Tick at least one"),
    ):
        assert words in text(coordinator.post(table, sent))


def test_anothers_assignments_cannot_be_ticked(people, make, table, elsewhere):
    own = make()
    stranger = client_for(people["stranger"])
    assert stranger.post(table, {"chosen": [own.pk], "action": "cancel"}).status_code == 404
    other_wave = elsewhere.waves.get()
    address = reverse("assignments", args=[elsewhere.slug, other_wave.pk])
    assert stranger.post(address, {"chosen": [own.pk], "action": "cancel"}).status_code == 422
    assert Assignment.objects.get().state == "offered"


def test_adding_one_by_hand(coordinator, org, wave, departments, scenarios, people):
    address = reverse("assignment_new", args=[org.slug, wave.pk])
    sent = {
        "department": departments["BUR"].pk, "scenario": scenarios["complaint_calm"].pk,
        "starts_at": "2026-03-10T09:00", "until": "2026-03-14T17:00",
    }  # fmt: skip
    coordinator.post(address, sent)
    coordinator.post(address, sent | {"evaluator": people["evaluator"].pk})
    made = Assignment.objects.order_by("pk").values_list("state", "evaluator")
    assert list(made) == [("planned", None), ("offered", people["evaluator"].pk)]
    refused = text(coordinator.post(address, sent | {"until": "2026-05-14T17:00"}))
    assert "within the wave, which runs from 1 March 2026" in refused.replace("March 1, 2026", "1 March 2026")
    assert Assignment.objects.count() == 2


def test_the_coordinator_reads_the_brief_and_its_story_but_makes_no_call(coordinator, make, people):
    assignment = make()
    workflow.hand_back(assignment=assignment, by=people["evaluator"], reason="Line was dead", at=NOW)
    page = text(coordinator.get(reverse("assignment", args=[assignment.pk])))
    assert "Line was dead" in page
    assert "Start the form" not in page


# --- the API ----------------------------------------------------------------------------------------------------------


def test_programs_accept_hand_back_and_fulfil(make, people, api_client, wave):
    token, reader = api_client(people["evaluator"]), api_client(people["evaluator"], "read")
    first, second = make(), make()
    listed = token.get("/api/v1/assignments/?state=offered").json()["results"]
    assert [each["id"] for each in listed] == [first.pk, second.pk]
    assert token.get("/api/v1/assignments/?state=planned").status_code == 400
    assert reader.post(f"/api/v1/assignments/{first.pk}/accept/").status_code == 403
    accepted = token.post(f"/api/v1/assignments/{first.pk}/accept/").json()
    assert (accepted["state"], accepted["expired"]) == ("accepted", False)
    post = lambda url, body: token.post(url, json.dumps(body), content_type="application/json")  # noqa: E731
    assert post(f"/api/v1/assignments/{second.pk}/hand-back/", {"reason": "Ill"}).json()["state"] == "handed_back"
    wave.unassigned_allowed = False
    wave.save()
    call = {
        "client_id": accepted["client_id"], "wave": wave.pk, "department": first.department_id,
        "scenario": first.scenario_id, "called_at": AT.isoformat(), "answers": valid_answers(first.scenario.facts),
    }  # fmt: skip
    needed = post("/api/v1/calls/", call)
    assert (needed.status_code, needed.json()["errors"][0]["code"]) == (422, "assignment_needed")
    gone = post("/api/v1/calls/", call | {"assignment": second.pk})
    assert (gone.status_code, gone.json()["errors"][0]["code"]) == (422, "assignment_gone")
    for status in (201, 200):
        assert post("/api/v1/calls/", call | {"assignment": first.pk}).status_code == status
    assert Assignment.objects.get(pk=first.pk).state == "done"
    assert api_client(people["other_evaluator"]).get(f"/api/v1/assignments/{first.pk}/").status_code == 404
    assert api_client(people["coordinator"]).get(f"/api/v1/assignments/{first.pk}/").status_code == 403
