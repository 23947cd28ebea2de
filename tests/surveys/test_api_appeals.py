"""Appeals through the API, and flags on calls for those who check them."""

import json

import pytest
from django.utils import timezone

from surveys import workflow
from surveys.models import Appeal
from tests.people import AT, api_client, valid_answers

APPEALS = "/api/v1/appeals/"


@pytest.fixture
def call(make_call, people):
    """Approved today: pages and API read the clock."""
    made = make_call("submitted", answers=valid_answers(closing__fate={"value": "disconnected", "comment": "Cut off."}))
    return workflow.approve(call=made, by=people["reviewer"], at=timezone.now())


def send(user, call, **body):
    address = f"/api/v1/calls/{call.pk}/appeal/"
    return api_client(user, "write", at=timezone.now()).post(address, json.dumps(body), content_type="application/json")


def test_a_manager_appeals_once_and_each_reads_what_they_may(people, call, client_for):
    answer = send(people["manager"], call, reason="He did say it.", items=["greeting.own_name"])
    assert answer.status_code == 201
    body = answer.json()
    assert (body["call"], body["state"], body["items"]) == (call.pk, "open", ["greeting.own_name"])
    assert body["raised_by"] is None
    assert answer["Location"].endswith(f"{APPEALS}{body['id']}/")
    again = send(people["manager"], call, reason="Again.")
    assert (again.status_code, again.json()["type"]) == (409, "urn:klankbord:problem:not-now")
    appeal = Appeal.objects.get()
    workflow.uphold_by_rescoring(
        appeal=appeal, by=people["coordinator"], reason="So it is.", at=timezone.now(),
        changes={"closing.fate": {"value": "helped"}},
    )  # fmt: skip
    for role, name in [("reviewer", str(people["manager"])), ("manager", None)]:
        (row,) = client_for(people[role]).get(APPEALS).json()["results"]
        assert (row["raised_by"], row["state"], row["decision"]) == (name, "upheld", "So it is.")
        assert row["score_before"] is not None
    for role in ("evaluator", "analyst", "works_council", "stranger"):
        assert client_for(people[role]).get(APPEALS).json()["results"] == []
        assert client_for(people[role]).get(f"{APPEALS}{appeal.pk}/").status_code == 404
    client = client_for(people["reviewer"])
    assert client.get(APPEALS, {"state": "open"}).json()["results"] == []
    assert client.get(APPEALS, {"state": "nonsense"}).status_code == 400


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x" * 2001}, {"reason": "x", "items": ["no.such"]}])
def test_an_appeal_is_read_strictly(people, call, body):
    assert send(people["manager"], call, **body).status_code == 400
    assert not Appeal.objects.exists()


def test_a_token_of_one_department_reads_its_appeals_only(org, people, call):
    workflow.raise_appeal(call=call, by=people["manager"], reason="No.", at=timezone.now())
    for code, number in [("BUR", 1), ("BEL", 0)]:
        client = api_client(people["reviewer"], "read", code, org=org, at=AT)
        assert len(client.get(APPEALS).json()["results"]) == number


def test_flags_are_for_those_who_check(client_for, people, call):
    address = f"/api/v1/calls/{call.pk}/"
    (flag,) = client_for(people["reviewer"]).get(address).json()["flags"]
    assert flag == {
        "rule": "contradiction",
        "reason": "The caller was helped at once, yet the call ended with “disconnected”.",
        "item": "",
    }
    for role in ("evaluator", "manager", "analyst"):
        assert client_for(people[role]).get(address).json()["flags"] is None
    (row,) = client_for(people["coordinator"]).get("/api/v1/calls/").json()["results"]
    assert row["flags"] == [flag]
