"""Every refusal of the API is a problem document in the reader's language, whatever went wrong; never a page."""

import json

import pytest
from django.test import Client, override_settings

from surveys.api import problems, views
from surveys.models import User
from tests.people import api_client, client_for

JSON = "application/json"


def problem(response, status: int, kind: str) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "private, no-store"
    body = response.json()
    assert body["type"] == f"urn:klankbord:problem:{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.fixture
def client(people) -> Client:
    return api_client(people["evaluator"])


@pytest.mark.parametrize("path", ["", "nowhere/", "calls/x/", "calls/1/approve/", "departments/-1/", "../v1/x.html"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none(client, path, method):
    problem(getattr(client, method)(f"/api/v1/{path}"), 404, "not-found")


@pytest.mark.parametrize("pk", [0, 999_999, 2**63 - 1])
def test_a_thing_that_is_none(client, pk):
    for path in ("calls", "departments", "checklists"):
        problem(client.get(f"/api/v1/{path}/{pk}/"), 404, "not-found")


def test_a_key_beyond_every_key(client):
    problem(client.get(f"/api/v1/calls/{2**64}/"), 404, "not-found")


def test_nobody_in_particular():
    response = Client().get("/api/v1/calls/")
    problem(response, 401, "not-authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")
    problem(Client().get("/api/v1/nowhere/"), 401, "not-authenticated")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_another_method(client, method):
    response = getattr(client, method)("/api/v1/calls/", {}, content_type=JSON)
    problem(response, 405, "method-not-allowed")
    assert "POST" in response["Allow"]


NOT_JSON = {
    "unfinished": b"{",
    "a comma too many": b'{"a": 1,}',
    "not UTF-8": b"\xff\xfe",
    "not a number": b'{"a": NaN}',
    "too deep": b"[" * 100_000,
    "too long a number": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json(client, body):
    problem(client.post("/api/v1/calls/", body, content_type=JSON), 400, "malformed")


def test_where_it_is_not_json(client):
    body = problem(client.post("/api/v1/calls/", b'{\n "a": x}', content_type=JSON), 400, "malformed")
    assert body["detail"] == "This is not JSON: see line 2, column 7."


@pytest.mark.parametrize("body", [[], "call", 17, None, [{"client_id": 1}], {}])
def test_json_that_is_no_object(client, body):
    problem(client.post("/api/v1/calls/", json.dumps(body), content_type=JSON), 400, "invalid")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_media_type(client, content_type):
    problem(client.post("/api/v1/calls/", "a=1", content_type=content_type), 415, "unsupported-media-type")


def test_another_charset(client):
    problem(
        client.generic("POST", "/api/v1/calls/", b"{}", content_type="application/json; charset=bz2_codec"),
        400,
        "malformed",
    )


def test_too_much_at_once(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4096
    body = problem(client.post("/api/v1/calls/", {"a": "x" * 5000}, content_type=JSON), 413, "too-large")
    assert body["detail"] == "Send at most 4 KiB at once."


def test_too_many_parameters(client):
    problem(client.get("/api/v1/calls/?" + "&".join(["state=draft"] * 1001)), 400, "malformed")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "text/html,application/xml;q=0.9"])
def test_another_answer_than_json(client, accept):
    problem(client.get("/api/v1/calls/", headers={"Accept": accept}), 406, "not-acceptable")
    assert client.get("/api/v1/calls/", headers={"Accept": accept + ",*/*;q=0.1"}).status_code == 200


def test_a_reader_who_may_not(people):
    problem(client_for(people["evaluator"]).get("/api/v1/trend/"), 403, "not-allowed")


@pytest.mark.parametrize(("language", "word"), [("en", "Answer this question."), ("nl", "")])
def test_in_the_readers_language(people, make_call, language, word):
    call = make_call("draft", answers={})
    User.objects.filter(pk=people["evaluator"].pk).update(language="en")
    client = api_client(people["evaluator"])
    response = client.post(f"/api/v1/calls/{call.pk}/submit/", {}, JSON, headers={"Accept-Language": language})
    assert response["Content-Language"] == language
    messages = [error["message"] for error in problem(response, 422, "incomplete")["errors"]]
    if word:
        assert messages == [word, word]


def test_without_a_header_in_the_language_of_the_profile(people):
    User.objects.filter(pk=people["evaluator"].pk).update(language="nl")
    assert api_client(people["evaluator"]).get("/api/v1/nowhere/")["Content-Language"] == "nl"


def broken(self):
    raise RuntimeError("the disk is full")


def test_a_crash_is_a_problem_too_and_in_the_log(client, monkeypatch, caplog):
    monkeypatch.setattr(views.DepartmentList, "get_queryset", broken)
    client.raise_request_exception = False
    body = problem(client.get("/api/v1/departments/"), 500, "server-error")
    assert "disk" not in json.dumps(body)
    assert "the disk is full" in caplog.text


def test_a_crash_is_signalled(client, monkeypatch):
    """As for any other view, so that tests and error reporters hear of it."""
    monkeypatch.setattr(views.DepartmentList, "get_queryset", broken)
    with pytest.raises(RuntimeError, match="the disk is full"):
        client.get("/api/v1/departments/")


@override_settings(DEBUG=True)
def test_a_developer_sees_the_crash_itself(client, monkeypatch):
    monkeypatch.setattr(views.DepartmentList, "get_queryset", broken)
    client.raise_request_exception = False
    response = client.get("/api/v1/departments/")
    assert response.status_code == 500
    assert b"the disk is full" in response.content


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_missing_last_slash_keeps_method_and_query(client, method):
    response = getattr(client, method)("/api/v1/calls?page_size=3")
    assert (response.status_code, response["Location"]) == (308, "/api/v1/calls/?page_size=3")
    problem(client.get("/api/v1/nowhere"), 404, "not-found")


def test_a_list_of_errors_ends_somewhere(client, make_call):
    call = make_call("draft")
    answers: dict[str, dict] = {f"no.item_{number}": {} for number in range(500)}
    sent = {"base_revision": 0, "answers": answers}
    response = client.patch(f"/api/v1/calls/{call.pk}/answers/", sent, content_type=JSON)
    assert len(problem(response, 422, "incomplete")["errors"]) == problems.MOST_ERRORS


def test_every_status_has_its_words():
    assert set(problems.STATUSES.values()) <= set(problems.TITLES)
    assert set(problems.STATUSES_OF) == set(problems.TITLES)


@pytest.mark.parametrize("path", ["organisations", "departments", "checklists", "scenarios", "waves", "calls", "trend"])
def test_asking_what_an_address_can_do(client, path):
    assert client.options(f"/api/v1/{path}/").status_code == 200
    assert Client().options(f"/api/v1/{path}/").status_code == 401
    answer = client.head(f"/api/v1/{path}/")
    assert answer.status_code in {200, 403}
    assert answer.content == b""
