"""What and how: content against experience, and the calls with the right answer and a bad feeling."""

import datetime as dt
import re

import pytest
import time_machine
from django.http import QueryDict

from analytics import call_frames, metrics, reports
from analytics.access import Reader
from analytics.filters import parse
from surveys.models import User
from tests.analytics.conftest import NOW
from tests.analytics.one_report import assert_same_digits, file, rows_of

pytestmark = pytest.mark.django_db
PAGE = "/o/zuiderveen/figures/content-experience/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def facing(plant):
    """Burgerzaken answers right and unkindly, Afval is kinder than right, Belastingen is neither."""
    for step in range(8):
        plant("BUR", [7500], content=8500 + 20 * step, experience=5500 + 90 * step)
        plant("AFV", [7000], content=6500 + 50 * step, experience=7600 + 20 * step)
        plant("BEL", [8000], content=8000 + 30 * (step % 2), experience=8000 + 30 * ((step + 1) % 2))
    plant("BUR", [7500], content=9000, experience=None)


def read(org, user, query=""):
    reader = Reader(User.objects.get(pk=user.pk), org, NOW)
    return reader, parse(QueryDict(query), reader)


def lede(answer):
    found = re.search(r'<p class="lede">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<.*?>", "", found.group(1))).strip() if found else ""


def test_the_first_sentence_names_who_is_right_and_feels_worse(facing, people, client_for):
    said = lede(client_for(people["analyst"]).get(PAGE))
    assert said.startswith("The right answer, but how it is said lags behind: Burgerzaken 27.6 points (26.1 to 29.0).")
    assert "How it is said is ahead of what is said: Afval 10.0 points" in said
    assert "In the other department no difference is clear." in said
    assert (
        "6 calls, 25.0 % (12.0 to 44.9 %) of all, gave the right answer and a bad feeling: content 80 or more" in said
    )


def test_without_a_clear_difference_it_says_so(plant, people, client_for):
    for step in range(8):
        for code in ("BUR", "BEL"):
            plant(code, [8000], content=8000 + 90 * (step % 3), experience=8000 + 90 * ((step + 1) % 3))
    said = lede(client_for(people["analyst"]).get(PAGE))
    assert said.startswith("Nowhere do what is said and how it is said differ by more than chance.")
    assert "points" not in said


def test_figures_are_those_of_the_metrics(facing, org, people, departments):
    reader, filters = read(org, people["analyst"])
    keys = frozenset(reader.departments)
    found = metrics.aspect_gaps(call_frames.aspect_sums(reader, filters, keys, right=8000, bad=6000))
    scores = call_frames.scores(reader, filters, keys, ("content", "experience"))
    report = reports.run("content_experience", reader=reader, filters=filters)
    rows = {row["department_code"]: row for row in report.rows}
    for code in ("BUR", "AFV", "BEL"):
        each = found.departments[departments[code].pk]
        shown = rows[code]
        # Added up by the database as within single calls.
        calls = scores[scores["department"] == departments[code].pk].dropna()
        alone = metrics.aspect_gap(calls)
        assert (each.gap.n, each.gap.exact, each.gap.p) == (alone.n, alone.exact, alone.p)
        assert each.bad_feeling.count == ((calls["content"] >= 8000) & (calls["experience"] < 6000)).sum()
        assert (shown["gap"], shown["gap_low"], shown["gap_high"]) == (each.gap.value, each.gap.low, each.gap.high)
        assert shown["clear"] == ("yes" if each.gap.clear else "no")
        assert (shown["bad_feeling"], shown["bad_feeling_share"]) == (each.bad_feeling.count, each.bad_feeling.value)
    # The call without an experience takes no part in the gap.
    assert found.departments[departments["BUR"].pk].gap.n == 8
    assert rows["BUR"]["content"] != rows["BUR"]["experience"]


def test_p_values_of_the_departments_are_corrected_together(facing, org, people, departments):
    reader, filters = read(org, people["analyst"])
    keys = frozenset(reader.departments)
    frame = call_frames.scores(reader, filters, keys, ("content", "experience"))
    sums = call_frames.aspect_sums(reader, filters, keys, right=8000, bad=6000)
    together = metrics.aspect_gaps(sums).departments[departments["AFV"].pk].gap
    alone = metrics.aspect_gap(frame[frame["department"] == departments["AFV"].pk])
    assert together.p == alone.p
    assert together.adjusted is not None
    assert alone.p is not None
    assert together.adjusted > alone.p


def test_page_file_and_api_hold_the_same_digits(facing, people, client_for, api_client):
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    assert len(assert_same_digits(browser, program, "content-experience", "content_experience")) == 3
    calls = assert_same_digits(browser, program, "content-experience", "bad_feelings")
    assert [line["gap"] for line in calls] == sorted((line["gap"] for line in calls), key=float, reverse=True)
    assert calls[0]["gap"] == "30.00"
    assert {line["department_code"] for line in calls} == {"BUR"}


def test_calls_are_for_who_may_see_them(later, facing, people, client_for, api_client, org):
    analyst, manager, council = (client_for(people[role]) for role in ("analyst", "manager", "works_council"))
    pages = [client.get(PAGE).content.decode() for client in (analyst, manager, council)]
    reader, filters = read(org, people["analyst"])
    first = reports.run("bad_feelings", reader=reader, filters=filters).rows[0]["call"]
    assert [first in page for page in pages] == [True, True, False]
    assert all("27.6" in page for page in pages)
    assert [client.get(file("bad_feelings")).status_code for client in (analyst, manager, council)] == [200, 200, 403]
    assert api_client(people["works_council"], "read").get("/api/v1/reports/bad_feelings/").status_code == 403
    assert client_for(people["evaluator"]).get(PAGE).status_code == 403
    assert client_for(people["stranger"]).get(PAGE).status_code == 404
    assert "Belastingen" in pages[0]
    assert "Belastingen" not in pages[1]


def test_readers_of_totals_see_no_small_department(later, facing, plant, people, client_for, departments):
    plant("PUB", [7000], content=9100, experience=4100)
    from surveys.models import Department

    Department.objects.create(organisation=departments["PUB"].organisation, code="KLE", name="Kleine dienst")
    departments["KLE"] = Department.objects.get(code="KLE")
    plant("KLE", [7000] * 3, content=9100, experience=4100)
    analyst, council = (client_for(people[role]) for role in ("analyst", "works_council"))
    seen, hidden = (
        {line["department_code"]: line for line in rows_of(client, "content_experience")}
        for client in (analyst, council)
    )
    assert (seen["KLE"]["content"], seen["KLE"]["gap"], seen["KLE"]["bad_feeling"]) == ("91.00", "50.00", "3")
    assert (hidden["KLE"]["content"], hidden["KLE"]["gap"], hidden["KLE"]["bad_feeling"]) == ("", "", "")
    assert hidden["KLE"]["note"] == "too few calls"
    assert hidden["BUR"] == seen["BUR"]
    # What all calls say would give it away.
    assert "gave the right answer and a bad feeling" in lede(analyst.get(PAGE))
    assert "gave the right answer and a bad feeling" not in lede(council.get(PAGE))


def test_other_calls_are_no_bad_feelings(plant, people, client_for):
    plant("BUR", [7000], content=7999, experience=1000)
    plant("BUR", [7000], content=9000, experience=6000)
    plant("BUR", [7000], content=8000, experience=5999)
    plant("BUR", [7000], content=9000, experience=1000, day=dt.date(2025, 3, 1))
    found = rows_of(client_for(people["analyst"]), "bad_feelings")
    assert [(line["content"], line["experience"]) for line in found] == [("80.00", "59.99")]


def test_at_most_twenty_the_widest_first(plant, people, client_for):
    for step in range(25):
        plant("BUR", [7000], content=8000 + step, experience=5000)
    found = rows_of(client_for(people["analyst"]), "bad_feelings")
    assert [line["content"] for line in found] == [f"80.{step:02}" for step in range(24, 4, -1)]


def test_nothing_yet(org, people, client_for):
    page = client_for(people["analyst"]).get(PAGE)
    assert "No figures yet" in page.content.decode()
    assert lede(page) == "No answer: no calls were counted in this choice."


def test_queries(facing, people, client_for, django_assert_max_num_queries):
    analyst = client_for(people["analyst"])
    analyst.get(PAGE)
    with django_assert_max_num_queries(15):
        analyst.get(PAGE)


def test_of_very_many_calls_single_ones_are_not_listed(facing, people, client_for, monkeypatch):
    page = client_for(people["analyst"]).get(PAGE).content.decode()
    assert page.count("/calls/") > 0
    monkeypatch.setattr("analytics.reports.aspects.MOST_CALLS", 1)
    page = client_for(people["analyst"]).get(PAGE).content.decode()
    assert "Choose a department, or a shorter period." in page
    assert not re.search(r'href="[^"]*/calls/\d+/"', page)
