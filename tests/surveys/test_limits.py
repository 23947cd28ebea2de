"""What no person types: keys that no database holds, half characters, a heading line of a hundred thousand cells."""

import json

import pytest
from django.urls import reverse

from surveys.tables import TableError, read
from tests.people import PASSWORD, api_client

HUGE = str(2**63)


@pytest.mark.parametrize("name", ["department", "wave", "scenario", "version"])
@pytest.mark.parametrize("key", [HUGE, "9" * 5000])
def test_a_key_beyond_the_database_is_an_unknown_choice(people, name, key):
    answer = api_client(people["analyst"], "read").get("/api/v1/calls/", {name: key})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == name


@pytest.mark.parametrize("key", [HUGE, "9" * 5000])
def test_pages_of_figures_and_lists_say_so_too(client_for, org, people, key):
    analyst, reviewer = client_for(people["analyst"]), client_for(people["reviewer"])
    assert analyst.get(reverse("overview_csv", args=[org.slug]), {"wave": key}).status_code == 200
    assert analyst.get(reverse("export_calls", args=[org.slug]), {"wave": key}).status_code == 422
    assert reviewer.get(reverse("review", args=[org.slug]), {"department": key}).status_code in {200, 422}


@pytest.mark.parametrize("answers", [{"greeting.own_name": {"value": "\ud800"}}, {"\ud800": {"value": "yes"}}])
def test_half_a_character_is_refused_as_json_that_cannot_be_read(people, make_call, answers):
    call = make_call("draft")
    body = json.dumps({"base_revision": call.revision, "answers": answers})
    client = api_client(people["evaluator"])
    answer = client.patch(f"/api/v1/calls/{call.pk}/answers/", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    body = json.dumps(
        {"base_revision": call.revision, "answers": {"greeting.own_name": {"value": "yes", "comment": "Zoë 😀"}}}
    )
    assert client.patch(f"/api/v1/calls/{call.pk}/answers/", body, content_type="application/json").status_code == 200


def test_a_heading_line_of_a_hundred_thousand_cells_is_too_many_columns():
    content = ";".join(f"k{n}" for n in range(100_000)) + "\n1\n"
    with pytest.raises(TableError, match="too_many_columns"):
        read("log.csv", content.encode())


def test_who_chooses_a_language_at_the_door_keeps_it_inside(client_for, people):
    evaluator = people["evaluator"]
    type(evaluator).objects.filter(pk=evaluator.pk).update(language="nl")
    client = client_for(None)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    client.post(reverse("account_login"), {"login": evaluator.email, "password": PASSWORD})
    evaluator.refresh_from_db()
    assert evaluator.language == "en"
    # The next one on the same device did not choose anything.
    client.post(reverse("account_logout"))
    other = people["other_evaluator"]
    type(other).objects.filter(pk=other.pk).update(language="nl")
    client.post(reverse("account_login"), {"login": other.email, "password": PASSWORD})
    other.refresh_from_db()
    assert other.language == "nl"
