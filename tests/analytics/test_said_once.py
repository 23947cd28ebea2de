"""What newcomers stumbled over: calls that are missing from a number, links of the help, tables under pictures, codes in tables."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from analytics import codes, topics
from surveys.models import Call, Department
from tests.analytics.conftest import NOW
from tests.analytics.one_report import rows_of, topic
from tests.analytics.test_pages import page_rows

pytestmark = pytest.mark.django_db
OVERVIEW = "/o/zuiderveen/overview/"
WHY = "without a score (nothing could be scored, as when nobody answers)"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def month(plant):
    plant("BUR", [8123, 7321, 9001, 8800, 7700, 8300], promised=2, kept=1)
    plant("BEL", [7700] * 7)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize(
    "where",
    [OVERVIEW, *(topic(slug) for slug in ("comparison", "content-experience", "trend", "questions", "strictness"))],
)
def test_a_page_says_why_some_calls_are_in_no_figure(month, plant, people, client_for, where):
    browser = client_for(people["analyst"])
    assert "13 calls counted; none left out" in text_of(browser.get(where))
    plant("BUR", [None, None])
    assert f"15 calls counted, 2 of them {WHY}; none left out" in text_of(browser.get(where))


def test_a_department_says_it_of_its_own_calls(month, plant, people, departments, client_for):
    plant("BUR", [None])
    plant("BEL", [None])
    page = reverse("department", args=["zuiderveen", departments["BUR"].pk])
    assert f"7 calls counted, 1 of them {WHY};" in text_of(client_for(people["analyst"]).get(page))


def test_programs_are_told_the_same(month, plant, people, api_client):
    plant("BUR", [None, None])
    told = api_client(people["analyst"], "read").get("/api/v1/reports/funnel/").json()
    assert (told["counted"], told["lacking"]) == (15, [{"reason": "score", "calls": 2}])
    assert sum(row["calls"] for row in told["rows"]) == 13


def test_of_a_dimension_it_says_that_it_did_not_come_up(month, plant, people, client_for):
    plant("BUR", [8000, 8000], tone=None)
    page = text_of(client_for(people["analyst"]).get(f"{OVERVIEW}?measure=tone"))
    assert "15 calls counted, 2 of them without points for tone (it did not come up);" in page


def test_a_course_says_since_when_it_counts(month, plant, people, client_for):
    plant("BUR", [8000], day=dt.date(2025, 8, 12))
    page = text_of(client_for(people["analyst"]).get(topic("trend")))
    assert "14 calls counted since 1 August 2025, where the trends begin; none left out" in page


def test_the_file_of_courses_says_from_when_to_when(sow, people, client_for):
    days = [dt.date(2025, month, 10) for month in range(6, 13)] + [dt.date(2026, month, 10) for month in (1, 2, 3)]
    sow([{"code": "BUR", "score": 7000 + 10 * n, "day": day} for day in days for n in range(6)])
    rows = rows_of(client_for(people["analyst"]), "courses")
    assert {row["start"] for row in rows} == {"2025-06-01"}
    assert {row["periods"] for row in rows} == {"10"}
    assert max(row["end"] for row in rows) >= "2026-03-10"


def test_a_quarter_before_is_named_as_in_a_sentence(later, plant, people, client_for):
    plant("BUR", [8000] * 12)
    plant("BUR", [8000] * 12, day=dt.date(2025, 11, 10))
    page = text_of(client_for(people["works_council"]).get(OVERVIEW))
    assert "against the 4th quarter of 2025" in page


def test_a_handful_of_calls_does_not_lie_farthest_apart(plant, people, client_for):
    plant("BUR", [6000, 7000, 8000, 9000] * 3)
    plant("BEL", [1000, 5000, 10000])
    page = text_of(client_for(people["analyst"]).get(topic("questions")))
    assert "Calls differ most in Burgerzaken" in page


# --- help -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["analyst", "manager", "evaluator"])
def test_the_help_links_the_pages_that_its_reader_may_open(people, client_for, who):
    browser = client_for(people[who])
    html = browser.get(reverse("reading")).content.decode()
    named = html.split("<dl")[1].split("</dl>")[0]
    linked = set(re.findall(r'<dt><a href="([^"]+)">', named))
    every = {topic(slug) for slug in topics.TOPICS}
    assert linked == {page for page in (OVERVIEW, *every) if browser.get(page).status_code == 200}
    assert (len(linked) == len(every) + 1) is (who == "analyst")
    assert named.count("<dt>") == len(every) + 1


@pytest.mark.parametrize(
    ("who", "links"),
    [("analyst", (True, True)), ("manager", (True, False)), ("works_council", (False, True))],
)
def test_the_examples_link_what_their_reader_may_choose(people, departments, client_for, settings, who, links):
    settings.DEMO = True
    Department.objects.filter(code="BEL").update(code="KLA")
    html = client_for(people[who]).get(reverse("reading")).content.decode()
    assert ("?period=last_year" in html, "?department=KLA" in html) == links
    assert ("You read totals" in html) is (who == "works_council")


# --- under every picture ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["overview", "department", "comparison", "trend"])
def test_under_every_picture_are_its_table_its_file_and_its_meaning(
    month, plant, people, departments, client_for, where
):
    plant("BUR", [8000] * 6, day=dt.date(2026, 2, 10))
    addresses = {
        "overview": OVERVIEW,
        "department": reverse("department", args=["zuiderveen", departments["BUR"].pk]),
    }
    html = client_for(people["analyst"]).get(addresses.get(where) or topic(where)).content.decode()
    drawn = [each for each in html.split("<section")[1:] if "data-chart=" in each]
    assert drawn
    for section in drawn:
        below = section.split("data-chart=")[1]
        assert 'data-report="' in below
        assert 'class="meaning"' in below
        assert re.search(r'<a href="[^"]+\.csv[^"]*">CSV</a>', below)


# --- codes ------------------------------------------------------------------------------------------------------------


def test_a_page_has_words_where_the_file_has_codes(month, people, client_for):
    browser = client_for(people["analyst"])
    shown = page_rows(browser.get(topic("callbacks")).content.decode(), "flow")
    written = rows_of(browser, "flow")
    assert {row["stage"] for row in written} == {"ending", "step", "outcome", "promise"}
    for cells, row in zip(shown, written, strict=True):
        for name in ("stage", "from", "to"):
            assert cells[name] == codes.said(name, row[name])
            assert "_" not in cells[name]
    assert "how the calls ended" in {cells["stage"] for cells in shown}


def test_codes_of_a_column_are_words_there_only():
    assert codes.said("fate", "callback_agreed") == str(Call.Fate.CALLBACK_AGREED.label)
    assert codes.said("to", "left") == "left to fate"
    assert codes.said("text", "left") == "left"
    assert codes.said("department", "total") == "total"
    assert codes.said("weekday", "1") == "Monday"
    assert codes.said("attempt", "1") == "1"
