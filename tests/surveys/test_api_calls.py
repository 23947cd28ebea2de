"""Handing calls in through the API: once, whole, by the right person, and every refusal says what to change."""

import datetime as dt
import json
import threading
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from surveys import workflow
from surveys.models import AuditEntry, Call, Conflict, Department, Organisation, Scenario, Wave
from tests.people import (
    AT,
    NA,
    api_client,
    build_org,
    build_people,
    build_person,
    client_for,
    department,
    join,
    scenario,
    valid_answers,
)

JSON = "application/json"
ADDRESS = "/api/v1/calls/"


@pytest.fixture
def evaluator(people):
    return api_client(people["evaluator"])


@pytest.fixture
def body(org, wave):
    """A call that is accepted; tests change one thing."""
    return sendable(org)


def sendable(org: Organisation, **changes) -> dict:
    return {
        "client_id": str(uuid.uuid4()),
        "wave": Wave.objects.get(organisation=org).pk,
        "department": department(org, "BUR").pk,
        "scenario": scenario(org, "complaint_calm").pk,
        "called_at": "2026-03-10T10:30:00+01:00",
        "answers": valid_answers(),
    } | changes


def post(client, body, path: str = ADDRESS):
    return client.post(path, body, content_type=JSON)


def errors(response) -> dict[str, str]:
    assert response["Content-Type"] == "application/problem+json", response.content
    return {problem["field"]: problem["code"] for problem in response.json()["errors"]}


# --- whole calls ------------------------------------------------------------------------------------------------------


def test_a_call_is_stored_scored_and_answered(people, evaluator, body):
    response = post(evaluator, body)
    assert response.status_code == 201, response.content
    call = Call.objects.get()
    assert response["Location"].endswith(f"/api/v1/calls/{call.pk}/")
    assert response.json() == evaluator.get(response["Location"]).json()
    assert (call.state, call.evaluator, str(call.client_id)) == ("submitted", people["evaluator"], body["client_id"])
    assert call.called_at == dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)
    assert call.answers == body["answers"]
    assert response.json()["scores"]["score"] == f"{call.score / 100:.2f}"
    assert [entry.action for entry in AuditEntry.objects.of(call)] == ["opened", "submitted"]


def test_the_same_call_again_is_the_same_call(evaluator, body):
    first = post(evaluator, body)
    again = post(evaluator, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Call.objects.count() == 1
    assert not Conflict.objects.exists()


def test_the_same_content_written_otherwise_is_the_same_call(evaluator, body):
    body["answers"]["closing.remarks"] = {"value": "Fine.\n"}
    assert post(evaluator, body).status_code == 201
    body["answers"]["closing.remarks"] = {"value": "  Fine.\r\n "}
    body["answers"]["greeting.seconds"] = {"value": "12,0"}
    body["called_at"] = "2026-03-10T09:30:00Z"
    assert post(evaluator, body).status_code == 200


@pytest.mark.parametrize("change", ["answers", "department", "called_at"])
def test_other_content_under_the_same_id_loses_neither(org, evaluator, body, change):
    stored = post(evaluator, body).json()
    other = {
        "answers": valid_answers(greeting__own_name="no"),
        "department": department(org, "BEL").pk,
        "called_at": "2026-03-10T11:30:00+01:00",
    }[change]
    response = post(evaluator, body | {change: other})
    assert response.status_code == 409
    problem = response.json()
    assert problem["type"] == "urn:klankbord:problem:conflict"
    assert problem["call"] == stored
    assert Conflict.objects.count() == 1
    assert post(evaluator, body | {change: other}).status_code == 409
    assert Conflict.objects.count() == 1
    assert post(evaluator, body).status_code == 200


def test_another_persons_id_is_never_shown(people, evaluator, body):
    assert post(evaluator, body).status_code == 201
    response = post(api_client(people["other_evaluator"]), body)
    assert response.status_code == 409
    assert response.json()["type"] == "urn:klankbord:problem:stale"
    assert "call" not in response.json()
    assert Call.objects.count() == 1


@pytest.mark.parametrize("answers", [valid_answers(), valid_answers(greeting__own_name="no")])
def test_a_call_that_was_thrown_away_is_not_brought_back(people, evaluator, body, answers):
    call = opened(evaluator, body)
    save(evaluator, call, body["answers"])
    workflow.discard(call=Call.objects.get(), by=people["evaluator"], at=AT)
    assert post(evaluator, body | {"answers": answers}).status_code == 409
    assert post(evaluator, {**body, "answers": {}, "submit": False}).status_code == 409
    assert Call.objects.get().state == "voided"


def test_every_problem_is_named_at_once_and_nothing_is_stored(evaluator, body):
    body["answers"] = valid_answers(
        greeting__own_name=None,
        phrasing__hold=None,
        tone__calm={"value": "6"},
        phrasing__clear_answer="no",
        greeting__unknown="yes",
        callback__offered={"value": []},
    )
    response = post(evaluator, body)
    assert response.status_code == 422
    assert errors(response) == {
        "greeting.own_name": "answer_required",
        "phrasing.hold": "answer_required_or_na",
        "tone.calm": "option_unknown",
        "phrasing.clear_answer": "comment_required",
        "greeting.unknown": "item_unknown",
    }
    assert not Call.objects.exists()
    assert not AuditEntry.objects.filter(subject="call").exists()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "yes",
        ["yes"],
        3,
        {"value": 3},
        {"value": {"a": 1}},
        {"value": "yes", "extra": 1},
        {"na": 1},
        {"value": "\u0000"},
    ],
)
def test_an_answer_of_the_wrong_shape_is_named(evaluator, body, answer):
    body["answers"]["greeting.own_name"] = answer
    response = post(evaluator, body)
    assert response.status_code == 422
    assert set(errors(response)) == {"greeting.own_name"}


def test_text_that_cannot_be_stored_is_refused_by_name(evaluator, body):
    body["answers"]["closing.remarks"] = {"value": "a\u0000b"}
    assert errors(post(evaluator, body)) == {"closing.remarks": "text_characters"}


@pytest.mark.parametrize("hidden", [{"value": "nonsense"}, {"value": "\u0000"}, 17])
def test_answers_of_hidden_items_are_left_out_or_refused_never_stored(evaluator, body, hidden):
    body["answers"]["callback.offered"] = hidden
    response = post(evaluator, body)
    assert response.status_code == 201, response.content
    assert "callback.offered" not in response.json()["answers"]


def test_a_decimal_number_stays_exact(org, evaluator, body):
    raw = '{"value": 12.10}'
    text = f"""{{"client_id": "{body["client_id"]}", "wave": {body["wave"]}, "department": {body["department"]},
        "scenario": {body["scenario"]}, "called_at": "{body["called_at"]}", "answers": ANSWERS}}"""
    answers = json.dumps(body["answers"] | {"greeting.seconds": "HERE"}).replace('"HERE"', raw)
    response = evaluator.post(ADDRESS, text.replace("ANSWERS", answers), content_type=JSON)
    assert response.status_code == 201, response.content
    assert response.json()["answers"]["greeting.seconds"] == {"value": "12.1"}


# --- what a call names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["client_id", "wave", "department", "scenario", "called_at", "answers"])
def test_a_missing_field_is_named(evaluator, body, field):
    del body[field]
    response = post(evaluator, body)
    assert response.status_code == 400
    assert errors(response) == {field: "required"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("client_id", "not-a-uuid", "invalid"),
        ("client_id", [17], "invalid"),
        ("wave", "March", "invalid"),
        ("wave", 0, "min_value"),
        ("wave", 2**70, "max_value"),
        ("wave", 999_999, "unknown"),
        ("department", 999_999, "unknown"),
        ("scenario", [1], "invalid"),
        ("called_at", "2026-03-10T10:30:00", "offset"),
        ("called_at", "10-03-2026", "invalid"),
        ("called_at", "0001-01-01T00:00:00+14:00", "far"),
        ("called_at", None, "null"),
        ("answers", [], "not_a_dict"),
        ("answers", None, "null"),
        ("submit", "perhaps", "invalid"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(evaluator, body, field, value, code):
    response = post(evaluator, body | {field: value})
    assert response.status_code == 400
    assert errors(response) == {field: code}


@pytest.mark.parametrize("what", ["wave", "department", "scenario"])
def test_another_organisations_things_do_not_exist(elsewhere, evaluator, body, what):
    model = {"wave": Wave, "department": Department, "scenario": Scenario}[what]
    theirs = model.objects.filter(organisation=elsewhere).first()
    response = post(evaluator, body | {what: theirs.pk})
    assert response.status_code == 400
    assert errors(response) == {what: "unknown"}


@pytest.mark.parametrize("slug", ["noordveld", "nowhere", "\0"])
def test_an_organisation_one_does_not_belong_to(elsewhere, evaluator, body, slug):
    response = post(evaluator, body | {"organisation": slug})
    assert response.status_code == (404 if slug != "\0" else 400)
    assert set(errors(response)) == {"organisation"}


def test_with_two_organisations_one_must_be_named(org, elsewhere, people, body):
    join(people["evaluator"], elsewhere, "evaluator")
    client = api_client(people["evaluator"])
    assert errors(post(client, body)) == {"organisation": "required"}
    assert post(client, body | {"organisation": "zuiderveen"}).status_code == 201
    assert errors(post(client, sendable(org, organisation="noordveld"))) == {
        "wave": "unknown",
        "department": "unknown",
        "scenario": "unknown",
    }
    assert post(client, sendable(elsewhere, organisation="noordveld")).status_code == 201


@pytest.mark.parametrize("state", ["planned", "closed"])
def test_a_wave_that_is_not_open(evaluator, body, state):
    Wave.objects.filter(pk=body["wave"]).update(state=state)
    response = post(evaluator, body)
    assert response.status_code == 422
    assert errors(response) == {"wave": "wave_not_open"}


def test_a_call_that_is_stored_may_be_repeated_after_the_wave_closed(evaluator, body):
    assert post(evaluator, body).status_code == 201
    Wave.objects.update(state="closed")
    Department.objects.update(closed_on="2026-01-01")
    assert post(evaluator, body).status_code == 200


@pytest.mark.parametrize(("closed_on", "accepted"), [("2026-03-10", False), ("2026-03-11", True), (None, True)])
def test_a_department_is_called_until_it_closes(evaluator, body, closed_on, accepted):
    Department.objects.filter(pk=body["department"]).update(closed_on=closed_on)
    response = post(evaluator, body)
    assert (response.status_code == 201) is accepted
    if not accepted:
        assert errors(response) == {"department": "department_closed"}


def test_a_scenario_out_of_use(evaluator, body):
    Scenario.objects.filter(pk=body["scenario"]).update(is_active=False)
    assert errors(post(evaluator, body)) == {"scenario": "scenario_not_in_use"}


def test_a_call_in_the_future(evaluator, body):
    now = timezone.now()
    later, skewed = (now + dt.timedelta(minutes=minutes) for minutes in (11, 9))
    assert errors(post(evaluator, body | {"called_at": later.isoformat()})) == {"called_at": "future"}
    assert post(evaluator, body | {"called_at": skewed.isoformat()}).status_code == 201


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "coordinator", "reviewer", "manager", "analyst", "works_council"])
def test_only_evaluators_hand_calls_in(people, body, role):
    response = post(api_client(people[role]), body)
    assert response.status_code == 403
    assert post(api_client(people[role]), {}).status_code == 403
    assert post(api_client(people["evaluator"]), body).status_code == 201


def test_one_role_here_and_another_there(org, elsewhere, people, body):
    """An evaluator of one organisation who only reads in the other hands nothing in there."""
    join(people["evaluator"], elsewhere, "analyst")
    client = api_client(people["evaluator"])
    assert post(client, sendable(elsewhere, organisation="noordveld")).status_code == 403
    assert post(client, body | {"organisation": "zuiderveen"}).status_code == 201


def test_a_stranger_cannot_hand_in_here(people, body):
    response = post(api_client(people["stranger"]), body)
    assert response.status_code == 400
    assert set(errors(response)) == {"wave", "department", "scenario"}
    assert post(api_client(people["stranger"]), body | {"organisation": "zuiderveen"}).status_code == 404


def test_a_token_that_may_only_read(people, body):
    response = post(api_client(people["evaluator"], "read"), body)
    assert response.status_code == 403
    assert response.json()["detail"] == "This token may only read."


def test_a_token_for_one_department(org, people, body):
    client = api_client(people["evaluator"], "write", "BEL", org=org)
    assert errors(post(client, body)) == {"department": "unknown"}
    assert post(client, body | {"department": department(org, "BEL").pk}).status_code == 201


def test_someone_signed_in_needs_the_csrf_token(people, body):
    client = client_for(people["evaluator"], enforce_csrf_checks=True)
    response = post(client, body)
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    client.cookies["klankbord_csrf"] = "a" * 32
    assert client.post(ADDRESS, body, content_type=JSON, headers={"X-CSRFToken": "a" * 32}).status_code == 201


# --- drafts -----------------------------------------------------------------------------------------------------------


def opened(client, body) -> dict:
    response = post(client, {**{k: v for k, v in body.items() if k != "answers"}, "submit": False})
    assert response.status_code in {200, 201}, response.content
    return response.json()


def save(client, call: dict, answers: dict, base: int | None = None, method: str = "patch"):
    sent = {"base_revision": call["revision"] if base is None else base, "answers": answers}
    return getattr(client, method)(f"{ADDRESS}{call['id']}/answers/", sent, content_type=JSON)


def test_a_draft_step_by_step(evaluator, body):
    call = opened(evaluator, body)
    assert (call["state"], call["answers"], call["scores"]["score"]) == ("draft", {}, None)
    assert opened(evaluator, body) == call
    first = save(evaluator, call, {"greeting.answered": {"value": "yes"}})
    assert first.json() == {"revision": 1}
    assert save(evaluator, call, body["answers"], base=1).json() == {"revision": 2}
    response = post(evaluator, {"revision": 2}, f"{ADDRESS}{call['id']}/submit/")
    assert response.status_code == 200
    assert (response.json()["state"], response.json()["answers"]) == ("submitted", body["answers"])
    again = post(evaluator, {}, f"{ADDRESS}{call['id']}/submit/")
    assert again.json() == response.json()
    late = save(evaluator, call, {"greeting.own_name": {"value": "no"}}, base=2)
    assert (late.status_code, late.json()["type"]) == (409, "urn:klankbord:problem:not-now")
    assert post(evaluator, body).status_code == 200


def test_a_draft_is_opened_without_answers(evaluator, body):
    response = post(evaluator, body | {"submit": False})
    assert (response.status_code, errors(response)) == (400, {"answers": "not_here"})


def test_put_replaces_and_patch_changes(evaluator, body):
    call = opened(evaluator, body)
    save(evaluator, call, {"greeting.own_name": {"value": "yes"}, "tone.calm": {"value": "5"}})
    save(evaluator, call, {"tone.calm": None, "tone.empathy": NA}, base=1)
    assert Call.objects.get().answers == {"greeting.own_name": {"value": "yes"}, "tone.empathy": NA}
    assert save(evaluator, call, {"tone.calm": {"value": "1"}}, base=2, method="put").json() == {"revision": 3}
    assert Call.objects.get().answers == {"tone.calm": {"value": "1"}}


def test_what_another_device_changed_is_not_overwritten(evaluator, body):
    call = opened(evaluator, body)
    save(evaluator, call, {"greeting.own_name": {"value": "yes"}})
    response = save(evaluator, call, {"greeting.own_name": {"value": "no"}, "tone.calm": {"value": "5"}}, base=0)
    assert response.status_code == 409
    problem = response.json()
    assert problem["type"] == "urn:klankbord:problem:stale"
    assert errors(response) == {"greeting.own_name": "changed_elsewhere"}
    assert problem["conflicts"] == {"greeting.own_name": {"value": "yes"}}
    assert problem["revision"] == 2
    assert Call.objects.get().answers == {"greeting.own_name": {"value": "yes"}, "tone.calm": {"value": "5"}}


def test_what_can_be_saved_is_saved_and_the_rest_named(evaluator, body):
    call = opened(evaluator, body)
    response = save(evaluator, call, {"greeting.own_name": {"value": "?"}, "no.item": {}, "tone.calm": {"value": "5"}})
    assert response.status_code == 422
    assert errors(response) == {"greeting.own_name": "option_unknown", "no.item": "item_unknown"}
    assert response.json()["revision"] == 1
    assert Call.objects.get().answers == {"tone.calm": {"value": "5"}}


def test_an_unfinished_draft_is_not_handed_in(evaluator, body):
    call = opened(evaluator, body)
    response = post(evaluator, {}, f"{ADDRESS}{call['id']}/submit/")
    assert response.status_code == 422
    assert errors(response) == {"greeting.answered": "answer_required", "closing.fate": "answer_required"}
    assert Call.objects.get().state == "draft"


def test_a_stale_submit_is_refused(evaluator, body):
    call = opened(evaluator, body)
    save(evaluator, call, body["answers"])
    response = post(evaluator, {"revision": 0}, f"{ADDRESS}{call['id']}/submit/")
    assert (response.status_code, response.json()["type"]) == (409, "urn:klankbord:problem:stale")
    assert post(evaluator, {"revision": 1}, f"{ADDRESS}{call['id']}/submit/").status_code == 200


@pytest.mark.parametrize("what", ["answers", "submit"])
def test_only_its_maker_writes_in_a_call(people, make_call, what):
    call = make_call("returned")
    sent = {"answers": {"base_revision": call.revision, "answers": {}}, "submit": {}}[what]

    def send(client):
        method = client.patch if what == "answers" else client.post
        return method(f"{ADDRESS}{call.pk}/{what}/", sent, content_type=JSON).status_code

    wanted = dict.fromkeys(("administrator", "coordinator", "reviewer"), 403) | {"evaluator": 200}
    found = {role: send(api_client(user)) for role, user in people.items()}
    assert found == {role: wanted.get(role, 404) for role in people}
    assert send(api_client(people["evaluator"], "read")) == 403
    assert send(client_for(None)) == 401


def test_a_voided_call_is_not_handed_in_again(evaluator, make_call):
    call = make_call("voided")
    response = post(evaluator, {}, f"{ADDRESS}{call.pk}/submit/")
    assert (response.status_code, response.json()["type"]) == (409, "urn:klankbord:problem:not-now")


def test_without_reviewers_a_call_approves_itself(org, evaluator, body):
    Organisation.objects.filter(pk=org.pk).update(self_approve=True)
    assert post(evaluator, body).json()["state"] == "approved"
    assert post(evaluator, body).status_code == 200


def test_handing_in_costs_little(evaluator, body, django_assert_max_num_queries):
    post(evaluator, body)
    with django_assert_max_num_queries(28):
        assert post(evaluator, body | {"client_id": str(uuid.uuid4())}).status_code == 201


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_the_same_call_from_many_threads_is_stored_once():
    org = build_org()
    user = build_people(org, build_org("noordveld"))["evaluator"]
    body, statuses = sendable(org), []
    client = api_client(user)
    barrier = threading.Barrier(6)

    def send() -> None:
        barrier.wait()
        statuses.append(post(client, body).status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [201]
    assert Call.objects.count() == 1
    assert AuditEntry.objects.filter(action="submitted").count() == 1


def test_someone_without_a_role_gets_nowhere(org, people, body):
    former = build_person(org, "former", "evaluator")
    former.memberships.update(ended_at=AT)
    assert post(api_client(former), body).status_code == 403
    response = api_client(former).get("/api/v1/trend/")
    assert response.status_code == 404
    assert errors(response) == {"organisation": "unknown"}
