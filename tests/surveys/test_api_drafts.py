"""A call filled in step by step through the API, by its maker only; what another device changed is not overwritten."""

import uuid

import pytest

from surveys.models import Call, Organisation
from tests.people import NA, api_client, client_for
from tests.tools.handing_in import ADDRESS, JSON, errors, opened, post, save, sendable


@pytest.fixture
def evaluator(people):
    return api_client(people["evaluator"])


@pytest.fixture
def body(org):
    return sendable(org)


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
    with django_assert_max_num_queries(29):
        assert post(evaluator, body | {"client_id": str(uuid.uuid4())}).status_code == 201
