"""Marks of charts lead on: to the page of their department, narrowed to their period, with the filters kept."""

import datetime as dt

import pytest
import time_machine
from django.http import QueryDict

from analytics import access, filters, reports
from analytics.crowds import parted
from tests.analytics.conftest import NOW
from tests.people import client_for

MONTHS = [dt.date(2025, 10, 6), dt.date(2025, 11, 3), dt.date(2025, 12, 1), dt.date(2026, 1, 5), dt.date(2026, 2, 2)]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sown(plant):
    for month, day in enumerate(MONTHS):
        plant("BUR", [8000, 8200, 8100, 7900, 8000 + month], day=day)
        plant("BEL", [6000, 6200, 6100, 5900, 6000 + month], day=day)


def leads(people, report, query="period=last_year", role="analyst", department=None):
    """Where each mark of a report's chart leads, in order."""
    reader = access.reader_or_404(people[role], "zuiderveen", at=NOW)
    chosen = filters.parse(QueryDict(query), reader)
    chart = reports.run(report, reader=reader, filters=chosen, department=department).chart
    assert chart is not None
    return [place for trace in chart["data"] for place in trace.get("customdata", ())]


@pytest.mark.parametrize("report", ["funnel", "shrunk"])
def test_a_department_leads_to_its_page_with_the_filters_kept(people, departments, sown, report):
    found = leads(people, report, "period=last_year&measure=tone")
    assert set(found) == {
        f"/o/zuiderveen/results/{departments[code].pk}/?period=last_year&measure=tone" for code in ("BUR", "BEL")
    }
    for place in found:
        assert client_for(people["analyst"]).get(place).status_code == 200
        assert client_for(people["stranger"]).get(place).status_code == 404


def test_a_month_leads_to_its_weeks_and_a_whole_to_the_overview(people, departments, sown):
    assert leads(people, "trend", "period=last_year&line=BUR")[-1].startswith(
        f"/o/zuiderveen/results/{departments['BUR'].pk}/?from=2026-0"
    )
    months = [
        place for place in leads(people, "trend", "period=last_year&line=total&department=BUR") if "2026-02" in place
    ]
    assert months == ["/o/zuiderveen/overview/?from=2026-02-01&to=2026-02-28&department=BUR&by=week"]
    page = client_for(people["analyst"]).get(months[0]).content.decode()
    assert "5 calls counted" in page


def test_no_mark_leads_past_today(people, sown):
    for place in leads(people, "control", "period=last_year&department=BUR"):
        answer = client_for(people["analyst"]).get(place)
        assert answer.status_code == 200
        assert "lies ahead" not in answer.content.decode()


def test_readers_of_totals_are_led_to_whole_departments_only(people, departments, sown):
    mine, theirs = (leads(people, "trend", "", role) for role in ("analyst", "works_council"))
    assert any("from=" in place for place in mine)
    assert not any("from=" in place for place in theirs)


def test_the_page_says_that_marks_can_be_clicked(people, sown):
    html = client_for(people["analyst"]).get("/o/zuiderveen/figures/comparison/?period=last_year").content.decode()
    assert "data-mark" in html


def test_of_many_lines_those_that_stand_out_are_shown_and_none_is_lost():
    few, many = tuple(range(16)), tuple(range(60))
    assert parted(few, lambda _each: False) == (few, ())
    assert parted(many, lambda _each: False) == (many[:10], many[10:])
    shown, others = parted(many, lambda each: each >= 52)
    assert shown == (0, 1, *range(52, 60))
    assert others == many[2:52]
    assert parted(many, lambda each: each % 2 == 0)[0] == many[::2]
