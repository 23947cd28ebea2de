"""Handing calls in through the API: once, whole, by the right person, and every refusal says what to change."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from surveys import workflow
from surveys.models import AuditEntry, Call, Conflict, Department, Scenario, Wave
from tests.people import (
    AT,
    api_client,
    build_org,
    build_people,
    build_person,
    client_for,
    department,
    join,
    valid_answers,
)
from tests.tools.handing_in import ADDRESS, JSON, errors, opened, post, save, sendable
from tests.tools.threads import at_once


@pytest.fixture
def evaluator(people):
    return api_client(people["evaluator"])


@pytest.fixture
def body(org, wave):
    """A call that is accepted; tests change one thing."""
    return sendable(org)


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
    assert call.score is not None
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
    Wave.objects.filter(pk=body["wave"]).update(ends_on=later + dt.timedelta(days=1))
    assert errors(post(evaluator, body | {"called_at": later.isoformat()})) == {"called_at": "future"}
    assert post(evaluator, body | {"called_at": skewed.isoformat()}).status_code == 201


@pytest.mark.parametrize("called_at", ["2000-06-01T10:00:00Z", "2026-02-28T22:59:00Z", "2026-03-31T22:00:00Z"])
def test_a_call_of_another_day_than_the_waves(evaluator, body, called_at):
    response = post(evaluator, body | {"called_at": called_at})
    assert (response.status_code, errors(response)) == (422, {"called_at": "outside_wave"})
    assert "This wave runs from" in response.json()["errors"][0]["message"]
    assert not Call.objects.exists()
    # A known call is not moved there either.
    assert post(evaluator, body).status_code == 201
    assert errors(post(evaluator, body | {"called_at": called_at})) == {"called_at": "outside_wave"}


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Amsterdam", "Pacific/Auckland"])
def test_no_date_is_too_odd(org, evaluator, body, zone):
    type(org).objects.filter(pk=org.pk).update(time_zone=zone)
    for called_at in ("0001-01-01T00:00:00Z", "0001-01-02T00:00:00+14:00", "9999-12-31T23:59:00Z"):
        assert post(evaluator, body | {"called_at": called_at}).status_code in {400, 422}


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


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_the_same_call_from_many_threads_is_stored_once():
    org = build_org()
    user = build_people(org, build_org("noordveld"))["evaluator"]
    body, client = sendable(org), api_client(user)
    statuses = at_once(*[lambda: post(client, body).status_code] * 6)
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
