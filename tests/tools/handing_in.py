"""What tests of handing calls in through the API share."""

import uuid
from typing import Any

from django.test import Client

from surveys.models import Organisation, Wave
from tests.people import department, scenario, valid_answers

JSON = "application/json"
ADDRESS = "/api/v1/calls/"


def sendable(org: Organisation, **changes: Any) -> dict[str, Any]:
    """A call that is accepted; tests change one thing."""
    return {
        "client_id": str(uuid.uuid4()),
        "wave": Wave.objects.get(organisation=org).pk,
        "department": department(org, "BUR").pk,
        "scenario": scenario(org, "complaint_calm").pk,
        "called_at": "2026-03-10T10:30:00+01:00",
        "answers": valid_answers(),
    } | changes


def post(client: Client, body: Any, path: str = ADDRESS) -> Any:
    return client.post(path, body, content_type=JSON)


def errors(response: Any) -> dict[str, str]:
    """The fields that a problem blames, each with its code."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return {problem["field"]: problem["code"] for problem in response.json()["errors"]}


def opened(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    """A draft, opened without answers."""
    response = post(client, {**{name: value for name, value in body.items() if name != "answers"}, "submit": False})
    assert response.status_code in {200, 201}, response.content
    call: dict[str, Any] = response.json()
    return call


def save(
    client: Client, call: dict[str, Any], answers: dict[str, Any], base: int | None = None, method: str = "patch"
) -> Any:
    sent = {"base_revision": call["revision"] if base is None else base, "answers": answers}
    return getattr(client, method)(f"{ADDRESS}{call['id']}/answers/", sent, content_type=JSON)
