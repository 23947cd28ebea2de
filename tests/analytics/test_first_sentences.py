"""Every page of results answers its question in its first sentence, also when there is nothing to tell; and says what it compares with."""

import datetime as dt

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from analytics import pages, reports, topics
from analytics.access import Reader
from analytics.filters import parse
from tests.analytics.conftest import LATER, NOW, moment

pytestmark = pytest.mark.django_db

EMPTY = "No answer: no calls were counted in this choice."


@pytest.fixture
def first(org, people):
    """`first("heard", "department=BUR")`: the first sentence of a page."""

    def make(slug, query, who="analyst"):
        reader = Reader(people[who], org, moment(who))
        found = topics.page(reader, parse(QueryDict(query), reader), topics.TOPICS[slug])
        return found.lede[0].text if found.lede else ""

    return make


@pytest.mark.parametrize("slug", topics.TOPICS)
def test_an_empty_period_has_a_first_sentence(first, plant, slug):
    plant("BUR", [8000])
    empty, full = (first(slug, query) for query in ("from=2001-01-01&to=2001-03-01", "from=2026-01-01&to=2026-03-31"))
    assert empty == ("0 calls lie behind this choice." if slug == "calls" else EMPTY)
    assert full
    assert full != empty


def test_overview_and_department_answer_too(plant, org, people, departments):
    plant("BUR", [8000])
    reader = Reader(people["analyst"], org, NOW)
    for query, said in (("from=2001-01-01&to=2001-03-01", EMPTY), ("from=2026-01-01&to=2026-03-31", "")):
        filters = parse(QueryDict(query), reader)
        found = pages.overview(reader, filters), pages.department(reader, filters, departments["BUR"])
        for page in found:
            assert page.lede
            assert (page.lede[0].text == EMPTY) == bool(said)


def test_the_overview_names_who_clearly_misses_a_target(plant, org, people):
    """Burgerzaken's is 75, Belastingen's 70; what cannot be told from its target is not named."""
    plant("BUR", [6000, 6200, 5800, 6100, 5900] * 4)
    plant("BEL", [6900, 7100, 6500, 7300, 7000] * 4)
    reader = Reader(people["analyst"], org, NOW)
    said = [
        each.text for each in pages.overview(reader, parse(QueryDict("from=2026-01-01&to=2026-03-31"), reader)).lede
    ]
    assert "Clearly below target: Burgerzaken (60.0; target 75)." in said


@pytest.mark.parametrize("slug", topics.TOPICS)
def test_a_department_with_a_single_call_has_a_first_sentence(first, plant, slug):
    plant("BUR", [8000] * 30)
    plant("AFV", [7000])
    said = first(slug, "department=AFV")
    assert said
    assert said != EMPTY


@pytest.mark.parametrize(
    "slug", [slug for slug, topic in topics.TOPICS.items() if slug not in {"calls", "quality", "strictness"}]
)
def test_what_is_withheld_is_not_called_nothing(first, plant, slug):
    plant("BUR", [8000])
    assert first(slug, "", who="works_council") != EMPTY


def test_of_one_call_no_share_is_told(first, plant):
    """“100 % of 1 call” is no way to speak of one caller."""
    plant("AFV", [7000], promised=1, fate="callback_agreed")
    assert first("callbacks", "") == "All together: the one agreed callback did not come within 24 hours."


# --- what it is compared with -----------------------------------------------------------------------------------------


@pytest.fixture
def since_january(plant):
    plant("BUR", [8000, 8100], day=dt.date(2026, 1, 20))
    plant("BUR", [8000, 8100], day=dt.date(2026, 3, 20))


@pytest.mark.parametrize("name", ["overview", "trend", "strictness", "callbacks"])
def test_a_period_before_that_is_covered_in_part_is_said_once(since_january, people, client_for, name):
    page = (
        reverse("overview", args=["zuiderveen"]) if name == "overview" else reverse("topic", args=["zuiderveen", name])
    )
    with time_machine.travel(NOW, tick=False):
        client = client_for(people["analyst"])
        partly, wholly = (
            client.get(page, {"from": start, "to": "2026-03-31"}).content.decode()
            for start in ("2026-02-24", "2026-02-25")
        )
    said = "Of the period compared with, 13 January to 17 February 2026, there are calls of a part only: from 20 January 2026 on."
    assert partly.count(said) == 1
    assert "there are calls of a part only" not in wholly


def test_a_period_before_all_calls_is_said_to_have_none(since_january, people, client_for):
    with time_machine.travel(NOW, tick=False):
        page = client_for(people["analyst"]).get(
            reverse("topic", args=["zuiderveen", "trend"]), {"from": "2026-01-20", "to": "2026-03-31"}
        )
    assert "there are no calls: the first ones are newer." in page.content.decode()


def test_readers_of_totals_are_told_of_no_day(org, people, plant):
    plant("BUR", [8000] * 30, day=dt.date(2025, 11, 20))
    plant("BUR", [8000] * 30)
    from analytics import pages

    said = {}
    for who in ("analyst", "works_council"):
        reader = Reader(people[who], org, LATER)
        said[who] = pages.partly_before(reader, parse(QueryDict("period=2026-q1"), reader))
    assert said["analyst"].endswith("there are calls of a part only: from 20 November 2025 on.")
    assert said["works_council"].endswith("there are calls of a part only.")


@pytest.mark.parametrize("slug", ["trend", "comparison", "questions", "content-experience"])
def test_calls_without_a_score_are_not_called_too_few(first, sow, slug):
    sow([{"code": "BUR", "score": None, "fate": "unanswered"} for _number in range(30)])
    said = first(slug, "fate=unanswered")
    assert said.startswith("No answer: 30 calls counted, 30 of them without a score")


def test_what_tells_nothing_is_no_number_for_readers_of_totals(sow, org, people):
    """Of the counted calls less those that are shown, it would be the size of what is not shown."""
    sow([{"code": "BUR", "score": score} for score in [8000] * 20 + [None] * 4])
    found = {}
    for who in ("analyst", "works_council"):
        reader = Reader(people[who], org, moment(who))
        filters = parse(QueryDict(""), reader)
        found[who] = [
            reports.run(slug, reader=reader, filters=filters).lacking for slug in ("overview", "funnel", "pareto")
        ]
    assert found == {"analyst": [{"score": 4}] * 3, "works_council": [{}] * 3}
