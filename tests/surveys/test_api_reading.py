"""Reading through the API: who sees which rows, what a row says, and pages that stay right while rows are added."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.api import callback_shapes, serializers
from surveys.models import Call, CallbackEvent, ChecklistVersion, Department, Organisation, Scenario, Wave
from tests.people import AT, DOCUMENT, api_client, build_call, callback_answers, client_for, valid_answers

LISTS = ["organisations", "departments", "checklists", "scenarios", "waves", "calls"]


def rows(client, path: str, **query) -> list[dict]:
    """Every row, page by page."""
    response = client.get(f"/api/v1/{path}/", query)
    found = []
    while True:
        assert response.status_code == 200, response.content
        body = response.json()
        found += body["results"]
        if body["next"] is None:
            return found
        response = client.get(body["next"])


# --- what is asked and where ------------------------------------------------------------------------------------------


def test_a_department(people, departments):
    Department.objects.filter(code="AFV").update(closed_on=dt.date(2026, 2, 1))
    found = {row["code"]: row for row in rows(client_for(people["analyst"]), "departments")}
    targets = {"greeting": None, "phrasing": None, "callback": None, "listening": None, "tone": "85.00"}
    assert found["BEL"] == {
        "id": departments["BEL"].pk,
        "code": "BEL",
        "name": "Belastingen",
        "parent": None,
        "target": "70.00",
        "dimension_targets": targets,
        "closed_on": None,
    }
    assert found["AFV"]["closed_on"] == "2026-02-01"
    assert found["BUR"]["parent"] == departments["PUB"].pk


def test_who_knows_of_a_department(people, departments):
    address = f"/api/v1/departments/{departments['BEL'].pk}/"
    assert client_for(people["evaluator"]).get(address).json()["name"] == "Belastingen"
    assert client_for(people["manager"]).get(address).status_code == 404
    assert client_for(people["stranger"]).get(address).status_code == 404
    assert client_for(None).get(address).status_code == 401


def test_checklists_with_their_documents(org, people, version):
    ChecklistVersion.objects.create(checklist=version.checklist, number=2, document=DOCUMENT)
    (listed,) = rows(client_for(people["coordinator"]), "checklists")
    assert [(each["number"], each["state"]) for each in listed["versions"]] == [(1, "published"), (2, "draft")]
    assert "document" not in listed["versions"][0]
    address = f"/api/v1/checklists/{version.checklist_id}/"
    (seen,) = client_for(people["evaluator"]).get(address).json()["versions"]
    assert seen["document"] == DOCUMENT
    assert client_for(people["stranger"]).get(address).status_code == 404


def test_waves_and_scenarios(people, wave, scenarios):
    client = client_for(people["evaluator"])
    (found,) = rows(client, "waves")
    assert (found["id"], found["state"], found["version"]) == (wave.pk, "open", wave.version_id)
    dominant = next(row for row in rows(client, "scenarios") if row["code"] == "complaint_dominant")
    assert dominant["caller_style"] == "dominant"
    assert dominant["name"]["nl"] == scenarios["complaint_dominant"].name["nl"]


def test_own_organisations_with_own_roles(people):
    (found,) = rows(client_for(people["manager"]), "organisations")
    assert (found["slug"], found["roles"]) == ("zuiderveen", ["manager"])


@pytest.mark.parametrize("path", LISTS)
def test_a_stranger_gets_none_of_ours(people, make_call, path):
    make_call()
    ours = rows(client_for(people["reviewer"]), path)
    theirs = rows(client_for(people["stranger"]), path)
    key = "slug" if path == "organisations" else "id"
    assert ours
    assert not {row[key] for row in ours} & {row[key] for row in theirs}
    assert client_for(None).get(f"/api/v1/{path}/").status_code == 401


@pytest.mark.parametrize("path", LISTS[1:])
def test_naming_an_organisation(org, elsewhere, people, make_call, path):
    make_call()
    client = client_for(people["reviewer"])
    assert rows(client, path, organisation="zuiderveen") == rows(client, path)
    for slug in ("noordveld", "nowhere", "", "\0"):
        answer = client.get(f"/api/v1/{path}/", {"organisation": slug})
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["field"] == "organisation"


@pytest.mark.parametrize("path", LISTS)
def test_a_parameter_that_nobody_knows_is_refused(people, path):
    answer = client_for(people["reviewer"]).get(f"/api/v1/{path}/", {"depatment": "3"})
    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert (problem["field"], problem["code"]) == ("depatment", "unknown")


# --- calls ------------------------------------------------------------------------------------------------------------


def test_a_call_in_full(people, make_call):
    call = make_call(answers=valid_answers(tone__empathy={"na": True}, greeting__own_name="no"), external_id="K-17")
    body = client_for(people["reviewer"]).get(f"/api/v1/calls/{call.pk}/").json()
    assert body["reference"] == call.reference
    assert body["answers"] == call.answers
    assert body["scores"]["score"] == f"{call.score / 100:.2f}"
    assert body["scores"]["callback"] is None
    assert body["version"] == {
        "id": call.version_id,
        "checklist": "standard",
        "number": 1,
        "na_policy": "redistribute",
        "pass_mark": "70.00",
    }
    assert (body["department"]["code"], body["scenario"]["caller_style"]) == ("BUR", "calm")
    assert (body["state"], body["outcome"], body["failed_by"], body["fate"]) == ("approved", "passed", [], "helped")
    assert body["local_date"] == "2026-03-10"
    assert body["external_id"] == "K-17"
    assert dt.datetime.fromisoformat(body["called_at"]) == call.called_at
    assert body["callback"] is None


@pytest.mark.parametrize(
    ("hundredths", "text"), [(0, "0.00"), (5, "0.05"), (6667, "66.67"), (10000, "100.00"), (None, None)]
)
def test_points_are_text(hundredths, text):
    assert serializers.points(hundredths) == text


def test_a_failed_call(people, make_call):
    answers = valid_answers(closing__fate={"value": "disconnected", "comment": "Hung up on me."})
    call = make_call(answers=answers)
    body = client_for(people["reviewer"]).get(f"/api/v1/calls/{call.pk}/").json()
    assert (body["outcome"], body["failed_by"], body["scores"]["score"]) == ("failed", ["closing.fate"], "0.00")
    assert body["scores"]["score_calculated"] != "0.00"


def test_a_promise_and_what_became_of_it(people, make_call):
    call = make_call(answers=callback_answers())
    CallbackEvent.objects.create(
        callback=call.callback, kind="came", happened_at=AT, by_whom="De Wit", recorded_by=people["evaluator"]
    )
    callback = client_for(people["manager"]).get(f"/api/v1/calls/{call.pk}/").json()["callback"]
    assert dt.datetime.fromisoformat(callback["due_at"]) == call.callback.due_at
    assert callback["who"] == "Mevrouw De Wit"
    assert [(event["kind"], event["by_whom"]) for event in callback["events"]] == [("came", "De Wit")]
    assert "recorded_by" not in callback["events"][0]


SEES = {
    "draft": {"evaluator"},
    "submitted": {"evaluator", "reviewer", "coordinator", "administrator"},
    "returned": {"evaluator", "reviewer", "coordinator", "administrator"},
    "approved": {"evaluator", "reviewer", "coordinator", "administrator", "manager", "analyst"},
    "voided": {"evaluator", "reviewer", "coordinator", "administrator"},
}


@pytest.mark.parametrize("state", SEES)
def test_who_sees_a_call(people, make_call, state):
    call = make_call(state)
    for role, user in people.items():
        client = client_for(user)
        found = client.get(f"/api/v1/calls/{call.pk}/")
        expected = role in SEES[state]
        assert (found.status_code == 200) is expected, role
        assert found.status_code in {200, 404}
        assert (call.pk in {row["id"] for row in rows(client, "calls")}) is expected, role


@pytest.mark.parametrize("kind", ["second", "calibration"])
def test_figures_readers_see_first_scorings_only(people, make_call, kind):
    columns = {"second_of": make_call()} if kind == "second" else {}
    call = make_call(kind=kind, **columns)
    assert client_for(people["reviewer"]).get(f"/api/v1/calls/{call.pk}/").json()["kind"] == kind
    for role in ("analyst", "manager"):
        assert client_for(people[role]).get(f"/api/v1/calls/{call.pk}/").status_code == 404


def test_who_learns_who_made_the_call(people, make_call):
    call = make_call()
    answers = {
        role: client_for(people[role]).get(f"/api/v1/calls/{call.pk}/")
        for role in ("reviewer", "evaluator", "analyst", "manager")
    }
    names = {role: answer.json()["evaluator"]["name"] for role, answer in answers.items()}
    assert names == {"reviewer": "Evaluator", "evaluator": "Evaluator", "analyst": None, "manager": None}
    assert len({answer.json()["evaluator"]["pseudonym"] for answer in answers.values()}) == 1
    for role in ("analyst", "manager"):
        text = answers[role].content.decode()
        assert "evaluator@" not in text
        assert str(call.client_id) not in text
    assert answers["evaluator"].json()["client_id"] == str(call.client_id)
    assert answers["reviewer"].json()["client_id"] is None


def test_the_same_pseudonym_for_the_same_person(people, make_call):
    first, second = make_call(), make_call()
    other = make_call(evaluator=people["other_evaluator"])
    found = {row["id"]: row["evaluator"]["pseudonym"] for row in rows(client_for(people["analyst"]), "calls")}
    assert found[first.pk] == found[second.pk] != found[other.pk]


def test_why_a_call_was_returned_is_for_those_concerned(people, make_call):
    call = make_call("returned", reason="No quote.")
    assert client_for(people["evaluator"]).get(f"/api/v1/calls/{call.pk}/").json()["return_reason"] == "No quote."


def test_filters(people, departments, make_call):
    calls = {
        "calm": make_call(department="BUR"),
        "dominant": make_call(department="AFV", scenario="complaint_dominant"),
        "later": make_call(department="BEL", called_at=AT + dt.timedelta(days=7)),
        "waiting": make_call("submitted", department="BEL"),
        "failed": make_call(answers=valid_answers(closing__fate={"value": "disconnected", "comment": "!"})),
    }
    client = client_for(people["reviewer"])
    expected = {
        (("department", departments["PUB"].pk),): {"calm", "dominant", "failed"},
        (("department", departments["BEL"].pk),): {"later", "waiting"},
        (("caller_style", "dominant"),): {"dominant"},
        (("date_from", "2026-03-11"),): {"later"},
        (("date_to", "2026-03-10"), ("state", "approved")): {"calm", "dominant", "failed"},
        (("state", "submitted"),): {"waiting"},
        (("outcome", "failed"),): {"failed"},
        (("fate", "disconnected"),): {"failed"},
        (("kind", "second"),): set(),
        (("order", "-date"),): set(calls),
    }
    for query, wanted in expected.items():
        found = {row["id"] for row in rows(client, "calls", **dict(query))}
        assert found == {calls[name].pk for name in wanted}, query


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "lost"),
        ("department", "999999"),
        ("department", "BUR"),
        ("date_from", "yesterday"),
        ("kind", "x"),
        ("page_size", "0"),
        ("page_size", "501"),
        ("page_size", "ten"),
        ("order", "score"),
        ("cursor", "x"),
        ("cursor", "WyJpZCIsIngiXQ"),
        ("cursor", "WyItaWQiLDFd"),
        ("cursor", "W1tbW1tb"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(people, make_call, name, value):
    answer = client_for(people["reviewer"]).get("/api/v1/calls/", {name: value})
    assert answer.status_code == 400, answer.content
    assert [problem["field"] for problem in answer.json()["errors"]] == [name]


def test_a_period_that_ends_before_it_begins(people):
    answer = client_for(people["reviewer"]).get("/api/v1/calls/?date_from=2026-03-02&date_to=2026-03-01")
    assert answer.json()["errors"] == [
        {"field": "date_to", "code": "reversed", "message": "The last day lies before the first."}
    ]


def test_another_organisations_department_is_no_choice(people, elsewhere):
    theirs = Department.objects.get(organisation=elsewhere, code="BUR")
    assert client_for(people["stranger"]).get("/api/v1/calls/", {"department": theirs.pk}).status_code == 200
    assert client_for(people["reviewer"]).get("/api/v1/calls/", {"department": theirs.pk}).status_code == 400


def test_kinds_and_states_are_those_of_the_models():
    assert set(serializers.KINDS) == {*Call.Kind.values, "listening"}
    assert set(serializers.STATES) == set(Call.State.values)
    assert set(serializers.OUTCOMES) == set(Call.Outcome.values)
    assert set(serializers.WAVE_STATES) == set(Wave.State.values)
    assert set(serializers.VERSION_STATES) == set(ChecklistVersion.State.values)
    assert set(serializers.CALLER_STYLES) == set(Scenario.CallerStyle.values)
    assert set(callback_shapes.EVENTS) == set(CallbackEvent.Kind.values)


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "back"), [("id", False), ("-id", True), ("date", False), ("-date", True)])
def test_pages_in_order(people, make_call, order, back):
    days = [3, 1, 2, 1, 3]
    calls = [make_call(called_at=AT + dt.timedelta(days=day)) for day in days]
    keys = [(call.local_date, call.pk) if "date" in order else call.pk for call in calls]
    found = rows(client_for(people["reviewer"]), "calls", order=order, page_size=2)
    assert [row["id"] for row in found] == [calls[keys.index(key)].pk for key in sorted(keys, reverse=back)]


def test_the_next_page_keeps_the_filters(people, make_call):
    for department in ("BUR", "BEL", "BUR", "BEL", "BUR"):
        make_call(department=department)
    pub = Department.objects.get(code="PUB", organisation__slug="zuiderveen")
    found = rows(client_for(people["reviewer"]), "calls", department=pub.pk, page_size=1)
    assert [row["department"]["code"] for row in found] == ["BUR"] * 3


def test_a_cursor_of_another_order_is_refused(people, make_call):
    for _each in range(3):
        make_call()
    client = client_for(people["reviewer"])
    link = client.get("/api/v1/calls/?page_size=1&order=date").json()["next"]
    assert client.get(link).status_code == 200
    assert client.get(link.replace("order=date", "order=-date")).status_code == 400


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.integers(0, 3), min_size=1, max_size=7),
    between=st.lists(st.lists(st.integers(0, 3), max_size=2), max_size=8),
    asked=st.tuples(st.sampled_from(["id", "-id", "date", "-date"]), st.integers(1, 4)),
)
def test_a_walk_meets_every_call_once_whatever_is_added_meanwhile(org, people, first, between, asked):
    Call.objects.all()._raw_delete("default")
    client = client_for(people["reviewer"])

    def add(day: int) -> int:
        moment = AT + dt.timedelta(days=day)
        return build_call(org, people["evaluator"], people["reviewer"], "submitted", called_at=moment).pk

    there = [add(day) for day in first]
    met, link, waiting = [], "/api/v1/calls/?order={}&page_size={}".format(*asked), list(between)
    while link:
        body = client.get(link).json()
        met += [row["id"] for row in body["results"]]
        link = body["next"]
        for day in waiting.pop() if waiting else []:
            add(day)
    assert len(met) == len(set(met))
    assert set(there) <= set(met)


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_for_many(org, people, make_call, django_assert_max_num_queries, path):
    for _each in range(4):
        make_call()
        make_call(evaluator=people["other_evaluator"], department="BEL", scenario="complaint_dominant")
    Organisation.objects.update(name="X")
    client = api_client(people["reviewer"], "read")
    client.get(f"/api/v1/{path}/")
    with django_assert_max_num_queries(10):
        assert client.get(f"/api/v1/{path}/").status_code == 200


def test_a_call_costs_little(people, make_call, django_assert_max_num_queries):
    call = make_call(answers=callback_answers())
    client = api_client(people["reviewer"], "read")
    client.get(f"/api/v1/calls/{call.pk}/")
    with django_assert_max_num_queries(11):
        assert client.get(f"/api/v1/calls/{call.pk}/").status_code == 200


def test_a_list_does_not_fetch_answers(people, make_call):
    make_call()
    client = api_client(people["reviewer"], "read")
    client.get("/api/v1/calls/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/calls/")
    assert not [query for query in queries if '"answers"' in query["sql"] or '"document"' in query["sql"]]
