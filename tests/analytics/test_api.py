"""Figures through the API: the same rows as in the CSV, for the same readers."""

import csv
import datetime as dt
import io
import random
import re

import pytest
import time_machine

from surveys.models import Organisation, Wave
from tests.people import AT, SharedTown, api_client, build_call, callback_answers, client_for, join, valid_answers

PERIOD = "from=2026-01-01&to=2026-03-31"
REPORTS = {"overview": "overview.csv", "trend": "trend.csv"}
OF_ONE = ("dimensions", "aspects", "items", "fates", "callbacks")


def as_text(value) -> str:
    return "" if value is None else str(value)


class TestFortyCalls(SharedTown):
    @classmethod
    def build(cls, org, people):
        """Of different scores, over some weeks and all departments."""
        rng = random.Random(7)
        # The wave of March began earlier here: a course needs months.
        Wave.objects.filter(organisation=org).update(starts_on=dt.date(2025, 1, 1))
        for number in range(40):
            answers = valid_answers(
                greeting__own_name=rng.choice(["yes", "no"]),
                tone__calm=str(rng.randint(1, 5)),
                listening__checked=rng.choice(["summary", "asked", "not"]),
                phrasing__hold=rng.choice([{"na": True}, {"value": "asked"}, {"value": "told"}]),
            )
            if number % 5 == 0:
                answers = callback_answers()
            moment = AT - dt.timedelta(days=rng.randint(0, 60))
            department = rng.choice(["BUR", "AFV", "BEL"])
            build_call(
                org, people["evaluator"], people["reviewer"], department=department, answers=answers, called_at=moment
            )

    @pytest.mark.parametrize("report", REPORTS)
    @pytest.mark.parametrize("query", ["", "&by=week&measure=tone&department=PUB", "&caller_style=calm&line=total"])
    def test_the_rows_are_those_of_the_file(self, people, report, query):
        client = client_for(people["analyst"])
        with time_machine.travel(AT + dt.timedelta(days=30), tick=False):
            body = client.get(f"/api/v1/{report}/?{PERIOD}{query}").json()
            file = client.get(f"/o/zuiderveen/{REPORTS[report]}?{PERIOD}{query}").content.decode()
        header, *lines = csv.reader(io.StringIO(file))
        assert [column["name"] for column in body["columns"]] == header
        assert [[as_text(row[name]) for name in header] for row in body["rows"]] == lines
        assert len(lines) > 1
        assert any(re.fullmatch(r"\d{1,3}\.\d\d", as_text(value)) for row in body["rows"] for value in row.values())

    @pytest.mark.parametrize("report", OF_ONE)
    def test_a_departments_rows_are_those_of_its_file(self, people, departments, report):
        client = client_for(people["manager"])
        pk = departments["PUB"].pk
        body = client.get(f"/api/v1/results/{pk}/{report}/?{PERIOD}").json()
        header, *lines = csv.reader(
            io.StringIO(client.get(f"/o/zuiderveen/results/{pk}/{report}.csv?{PERIOD}").content.decode())
        )
        assert [column["name"] for column in body["columns"]] == header
        assert [[as_text(row[name]) for name in header] for row in body["rows"]] == lines
        assert lines

    def test_a_manager_reads_their_own_only(self, people, departments):
        client = client_for(people["manager"])
        assert client.get(f"/api/v1/results/{departments['BEL'].pk}/items/").status_code == 404
        refused = client.get("/api/v1/trend/?department=BEL")
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "department"
        assert "BEL" not in client.get(f"/api/v1/overview/?{PERIOD}").content.decode()
        assert "BEL" in client_for(people["analyst"]).get(f"/api/v1/overview/?{PERIOD}").content.decode()

    def test_a_token_reads_its_departments_only(self, org, people):
        limited = api_client(people["analyst"], "read", "AFV", org=org)
        body = limited.get(f"/api/v1/overview/?{PERIOD}").content.decode()
        assert "AFV" in body
        assert "BUR" not in body


@pytest.mark.parametrize("address", ["overview/", "trend/", "results/{BUR}/dimensions/"])
def test_who_reads_figures(people, departments, address):
    address = "/api/v1/" + address.format(BUR=departments["BUR"].pk)
    expected = dict.fromkeys(people, 200) | dict.fromkeys(("evaluator", "other_evaluator"), 403) | {"stranger": 404}
    query = {"organisation": "zuiderveen"}
    assert {role: client_for(user).get(address, query).status_code for role, user in people.items()} == expected
    assert client_for(None).get(address).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("measure=happiness", "measure"),
        ("by=year", "by"),
        ("from=tomorrow", "from"),
        ("department=XYZ", "department"),
        ("wave=x", "wave"),
        ("colour=red", "colour"),
        ("period=ever", "period"),
    ],
)
def test_what_cannot_be_read_is_named_not_ignored(people, query, field):
    answer = client_for(people["analyst"]).get(f"/api/v1/trend/?{query}")
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


def test_no_such_report(people, departments):
    assert client_for(people["analyst"]).get(f"/api/v1/results/{departments['BUR'].pk}/salaries/").status_code == 404


def test_with_two_organisations_one_must_be_named(org, elsewhere, people):
    join(people["analyst"], elsewhere, "analyst")
    client = api_client(people["analyst"], "read")
    assert client.get("/api/v1/trend/").json()["errors"][0]["field"] == "organisation"
    assert client.get("/api/v1/trend/?organisation=noordveld").json()["organisation"] == "noordveld"


def test_small_groups_are_withheld_as_on_the_page(org, people, make_call):
    Organisation.objects.filter(pk=org.pk).update(min_group_size=5)
    for _each in range(4):
        make_call(department="BEL")
    council = client_for(people["works_council"])
    rows = council.get("/api/v1/overview/?period=2026-q1").json()["rows"]
    small = next(row for row in rows if "BEL" in row.values())
    assert small["note"] == "too few calls"
    assert "100" not in str(small)
