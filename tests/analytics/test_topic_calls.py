"""The calls behind a choice: for who may open all of them, narrowed to one question."""

import datetime as dt
import re

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


def order(people, query=""):
    html = listed(people, query).content.decode()
    return re.findall(r'<th scope="row"><a href="/calls/(\d+)/"', html)


def test_calls_come_in_the_order_that_was_chosen(people, plant):
    for day, score in ((9, 7000), (10, 9000), (11, 8000)):
        plant("BUR", [score], day=dt.date(2026, 3, day))
    by_day = [str(pk) for pk in Call.objects.order_by("local_date").values_list("pk", flat=True)]
    by_score = [str(pk) for pk in Call.objects.order_by("score").values_list("pk", flat=True)]
    assert order(people) == by_day[::-1]
    assert order(people, "&sort=oldest") == by_day
    assert order(people, "&sort=lowest") == by_score
    assert order(people, "&sort=highest") == by_score[::-1]
    assert order(people, "&sort=nonsense") == by_day[::-1]


def test_many_calls_are_turned_over_in_pages_and_another_choice_begins_at_the_first(people, plant):
    plant("BUR", [8000] * 53)
    first, second = order(people, "&sort=lowest"), order(people, "&sort=lowest&page=2")
    assert (len(first), len(second)) == (50, 3)
    assert len({*first, *second}) == 53
    assert order(people, "&sort=lowest&page=9") == second
    html = listed(people, "&sort=lowest&page=2&fate=helped").content.decode()
    assert "51 to 53 of 53 calls" in html
    assert 'href="?period=all&amp;sort=lowest"' in html  # the chip that takes the fate away
    file = client_for(people["analyst"]).get("/o/zuiderveen/reports/calls.csv?period=all&page=2").content.decode()
    assert len(file.splitlines()) == 1 + 3


def test_a_call_leads_back_to_the_results_that_led_to_it(people, plant):
    plant("BUR", [8000])
    address, results = reverse("call", args=[Call.objects.get().pk]), f"{PAGE}?period=all&sort=lowest"
    client = client_for(people["analyst"])

    def back(came_from):
        return "Back to the results" in client.get(address, headers={"referer": came_from}).content.decode()

    html = client.get(address, headers={"referer": f"http://testserver{results}"}).content.decode()
    assert f'href="{results.replace("&", "&amp;")}"' in html
    assert not back(f"http://elsewhere.example{results}")
    assert not back(f"http://testserver{results.replace('zuiderveen', 'another')}")
    assert not back(f"http://testserver{address}")
    assert not back("http://testserver/nothing/here/")
    assert not back("")
