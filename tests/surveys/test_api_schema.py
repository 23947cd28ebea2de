"""The OpenAPI document: valid, complete, and true of what the API answers."""

import io
import json
import re

import pytest
from django.core.management import call_command
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema

from surveys.api import described, problems
from tests.people import api_client, client_for


@pytest.fixture
def document(people) -> dict:
    response = client_for(people["analyst"]).get("/api/v1/schema/")
    assert response.status_code == 200
    return json.loads(response.content)


def test_it_is_valid_without_a_warning():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_it_is_openapi_31(document):
    validate_schema(document)
    assert document["openapi"].startswith("3.1")


def test_it_is_for_those_who_may_use_the_api(people):
    assert client_for(None).get("/api/v1/schema/").status_code == 401
    assert api_client(people["stranger"], "read").get("/api/v1/schema/").status_code == 200
    answer = api_client(people["stranger"], "read").get("/api/v1/schema/?format=yaml")
    assert answer.content.startswith(b"openapi: 3.1.0")


def test_every_address_is_in_it(document):
    found = set()
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "api/v1/":
            found |= {
                "/api/v1/" + re.sub("<.*?:(.*?)>", r"{\1}", str(each.pattern)).replace("{pk}", "{id}")
                for each in pattern.url_patterns
            }
    undocumented = {"/api/v1/", "/api/v1/schema/", "/api/v1/docs/"}
    assert set(document["paths"]) == found - undocumented


def test_it_tells_of_every_kind_of_problem(document):
    for kind in problems.TITLES:
        assert f"`{kind}`" in document["info"]["description"]


def test_it_is_made_once(people, monkeypatch):
    client = client_for(people["analyst"])
    first = client.get("/api/v1/schema/").content
    monkeypatch.setattr(described.Document, "get_schema", None)
    assert client.get("/api/v1/schema/").content == first


def test_every_operation_says_what_it_does_and_how_it_refuses(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert len(operation["description"]) > 20, (path, method)
            assert operation["summary"], (path, method)
            problem = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
            assert problem == {"$ref": "#/components/schemas/Problem"}
            assert {"token": []} in operation["security"]


def test_every_field_that_is_sent_is_described(document, people, make_call):
    call = make_call()
    client = client_for(people["reviewer"])
    schemas = document["components"]["schemas"]

    def check(value, schema) -> None:
        while "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        if "oneOf" in schema or "allOf" in schema or "anyOf" in schema:
            return
        if isinstance(value, dict) and "properties" in schema:
            assert set(value) == set(schema["properties"])
            for name, inner in value.items():
                check(inner, schema["properties"][name])
        elif isinstance(value, list) and value:
            check(value[0], schema["items"])

    def shape(path: str) -> dict:
        return document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    check(client.get(f"/api/v1/calls/{call.pk}/").json(), shape("/api/v1/calls/{id}/"))
    for path in ("calls", "departments", "organisations", "scenarios", "waves", "checklists"):
        check(client.get(f"/api/v1/{path}/").json(), shape(f"/api/v1/{path}/"))


# --- the page that shows it -------------------------------------------------------------------------------------------


def test_the_page_carries_nothing_inline(people):
    response = client_for(people["evaluator"]).get("/api/v1/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'data-schema="/api/v1/schema/"' in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "unsafe-eval" not in response["Content-Security-Policy"]
    assert "//cdn" not in page


def test_the_page_is_for_those_signed_in(people):
    assert client_for(None).get("/api/v1/docs/").status_code == 302
