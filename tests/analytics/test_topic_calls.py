"""The calls behind a choice: for who may open all of them, narrowed to one question."""

import pytest
import time_machine
from django.urls import reverse

from surveys.models import Call
from tests.analytics.conftest import NOW
from tests.people import client_for

PAGE = "/o/zuiderveen/figures/calls/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def heard(plant):
    """One call in which saying the own name cost points, one in which it did not apply, and one that was perfect."""
    plant("BUR", [8000, 9000, 10000])
    pairs = [[0, 300], [None, 0], [100, 0]]
    for call, pair in zip(Call.objects.order_by("score"), pairs, strict=True):
        Call.objects.filter(pk=call.pk).update(item_points={"greeting.own_name": pair, "tone.calm": [50, 10]})
    return list(Call.objects.order_by("score"))


def listed(people, query="", role="analyst"):
    return client_for(people[role]).get(f"{PAGE}?period=all{query}")


def test_all_calls_of_a_choice_are_listed_and_open(people, heard):
    html = listed(people).content.decode()
    for call in heard:
        assert f'href="{reverse("call", args=[call.pk])}"' in html
    assert "3 calls lie behind this choice." in html


def test_of_a_question_only_the_calls_in_which_it_cost_points(people, heard):
    html = listed(people, "&item=greeting.own_name").content.decode()
    assert f'href="{reverse("call", args=[heard[0].pk])}"' in html
    assert f'href="{reverse("call", args=[heard[1].pk])}"' not in html
    assert f'href="{reverse("call", args=[heard[2].pk])}"' not in html
    assert "In 1 call of this choice" in html


def test_a_question_that_does_not_exist_has_no_calls(people, heard):
    assert "In 0 calls of this choice" in listed(people, "&item=nothing.here%22").content.decode()


def test_readers_of_totals_do_not_open_calls(people, heard):
    assert listed(people, role="works_council").status_code == 403
    file = reverse("report_csv", args=["zuiderveen", "calls"])
    assert client_for(people["works_council"]).get(file).status_code == 403
    assert client_for(people["works_council"]).get("/api/v1/reports/calls/").status_code == 403
    assert client_for(people["analyst"]).get(file).status_code == 200
    assert client_for(people["analyst"]).get("/api/v1/reports/calls/?period=all").json()["counted"] == 3


def test_a_manager_sees_those_of_their_departments(people, plant):
    plant("BUR", [8000])
    plant("BEL", [7000])
    assert "1 call lies behind this choice." in listed(people, role="manager").content.decode()
