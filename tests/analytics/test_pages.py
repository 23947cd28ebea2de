"""The pages and files of figures: who may, what they say, and what they cost."""

import csv
import io
import re

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from analytics import rebuilding
from analytics.filters import MEASURES
from surveys import workflow
from surveys.models import Call, Department, User
from tests.analytics.conftest import NOW
from tests.people import callback_answers

pytestmark = pytest.mark.django_db
# Chance's other choices on the other database: a run on both tries all, and what is drawn is read there by the same code.
ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def address(departments):
    def make(name, *, code="BUR", report="items"):
        args = {"overview": [], "overview_csv": [], "trend_csv": [], "department": [departments[code].pk]}
        return reverse(name, args=["zuiderveen", *args.get(name, [departments[code].pk, report])])

    return make


ALL = ("overview", "overview_csv", "trend_csv", "department", "department_csv")
READERS = ("administrator", "coordinator", "reviewer", "manager", "analyst", "works_council")


@pytest.fixture
def month(plant):
    plant("BUR", [8123, 7321, 9001, 8800, 7700, 8300], promised=2, kept=1)
    plant("AFV", [6111, 6222, 6333, 5000, 5900, 6100])
    plant("BEL", [7700] * 7)


@pytest.mark.parametrize("name", ALL)
def test_readers_see_the_figures_and_others_do_not(month, address, people, client_for, name):
    url = address(name)
    for role in READERS:
        answer = client_for(people[role]).get(url)
        assert answer.status_code == 200, role
        assert answer["Cache-Control"] == "private, no-store"
    assert client_for(people["evaluator"]).get(url).status_code == 403
    assert client_for(people["stranger"]).get(url).status_code == 404
    assert client_for(None).get(url).status_code == 302
    assert client_for(people["analyst"]).post(url).status_code == 405


@pytest.mark.parametrize("name", ["department", "department_csv"])
def test_managers_open_their_own_departments_only(month, address, people, client_for, name):
    manager = client_for(people["manager"])
    for code in ("BUR", "AFV", "PUB"):
        assert manager.get(address(name, code=code)).status_code == 200
    assert manager.get(address(name, code="BEL")).status_code == 404
    assert client_for(people["analyst"]).get(address(name, code="BEL")).status_code == 200
    page = manager.get(address("overview")).content.decode()
    assert "Burgerzaken" in page
    assert "Belastingen" not in page


def test_an_unknown_report_is_not_there(month, address, people, client_for):
    assert client_for(people["analyst"]).get(address("department_csv", report="nonsense")).status_code == 404


def test_what_cannot_be_read_is_said_on_the_page(month, address, people, client_for):
    page = (
        client_for(people["analyst"])
        .get(address("overview"), {"period": "yesterday", "department": "<b>"})
        .content.decode()
    )
    assert "“yesterday” is not a choice here" in page
    assert "“&lt;b&gt;”" in page
    assert "81.2" in page or "82.1" in page


# --- the same number everywhere -----------------------------------------------------------------------------------------


def page_rows(html, report):
    """The rows of a report's table, as a reader sees them."""
    table = re.search(rf'<table class="cards full" data-report="{report}">(.*?)</table>', html, re.DOTALL).group(1)
    rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.DOTALL)
    return [dict(re.findall(r'data-column="(\w+)">(.*?)</td>', row, re.DOTALL)) for row in rows]


NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def same(shown, written):
    """Whether a cell of the page (in Dutch) and of the file are the same number to the last digit, or both nothing."""
    if not NUMBER.fullmatch(written):
        return written != "" or shown in {"–", "too few calls", "te weinig gesprekken", "not shown", "niet getoond", ""}
    return shown.replace(".", "").replace(",", ".").replace("−", "-") == written


def disturbed(make_call, people, departments, scenarios, rng):
    """Random calls, then random edits of them through the steps of the work."""
    for number in range(18):
        chosen = rng.choice(["complaint_calm", "complaint_dominant"])
        own = {"greeting__seconds": rng.randrange(40), "closing__call_again": str(rng.randrange(11))}
        answers = callback_answers() if chosen == "complaint_calm" and rng.random() < 0.4 else None
        make_call(
            "approved" if number < 6 else rng.choice(["approved", "approved", "submitted"]),
            department="BUR" if number < 6 else rng.choice(["BUR", "AFV", "BEL"]),
            scenario=chosen,
            answers=answers or valid(scenarios[chosen], own),
        )
    for chosen_call in rng.sample(list(Call.objects.filter(state="approved").with_names().order_by("pk")), 4):
        call = chosen_call
        step = rng.choice(["void", "return", "move"])
        if step == "void":
            workflow.void(call=call, by=people["reviewer"], reason="…", at=NOW)
            continue
        workflow.return_call(call=call, by=people["reviewer"], reason="…", at=NOW)
        if step == "move":
            call = workflow.change_facts(
                call=Call.objects.with_names().get(pk=call.pk),
                by=call.evaluator,
                department=departments["AFV"],
                scenario=call.scenario,
                called_at=call.called_at,
                at=NOW,
            )
            workflow.submit(call=call, by=call.evaluator, at=NOW)
            workflow.approve(call=Call.objects.with_names().get(pk=call.pk), by=people["reviewer"], at=NOW)


def valid(scenario, changes):
    from tests.people import valid_answers

    return valid_answers(scenario.facts, **changes)


@pytest.mark.parametrize("seed", [1] if ON_POSTGRES else [0])
@pytest.mark.parametrize("who", ["analyst", "works_council"])
def test_page_file_and_api_hold_the_same_digits(
    make_call, people, departments, scenarios, address, client_for, api_client, org, seed, who
):
    import random

    disturbed(make_call, people, departments, scenarios, random.Random(seed))
    assert rebuilding.verify(org) == []
    User.objects.filter(pk=people[who].pk).update(language="nl")
    browser, program = client_for(people[who]), api_client(people[who], "read")
    query = "?by=week&line=total&line=BUR&line=AFV"
    pk = departments["BUR"].pk
    places = [
        ("overview", "overview_csv", "overview", "/api/v1/overview/"),
        ("trend", "trend_csv", "overview", "/api/v1/trend/"),
    ]
    places += [
        (report, "department_csv", "department", f"/api/v1/results/{pk}/{report}/")
        for report in ("dimensions", "aspects", "items", "fates", "callbacks")
    ]
    for report, file, page, api in places:
        written = list(csv.DictReader(io.StringIO(browser.get(address(file, report=report) + query).content.decode())))
        answered = program.get(api + query).json()["rows"]
        assert written or who == "works_council", report
        assert len(answered) == len(written)
        for row, line in zip(answered, written, strict=True):
            for name, value in line.items():
                if row[name] is None:
                    assert value == ""
                elif NUMBER.fullmatch(value):
                    assert str(row[name]) == value
        html = browser.get(address(page) + query).content.decode()
        if f'data-report="{report}"' not in html:
            assert who == "works_council"
            continue
        shown = page_rows(html, report)
        assert len(shown) == len(written)
        for cells, line in zip(shown, written, strict=True):
            for name, value in line.items():
                if name not in {"start", "end"}:
                    assert same(cells[name], value), (report, name, cells[name], value)


def test_files_are_safe_for_spreadsheets_and_named(month, address, people, client_for, departments):
    Department.objects.filter(pk=departments["BUR"].pk).update(name='=HYPERLINK("x")')
    answer = client_for(people["analyst"]).get(address("overview_csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="overview-zuiderveen-2026-03-31.csv"'
    (line,) = [
        line for line in csv.DictReader(io.StringIO(answer.content.decode())) if line["department_code"] == "BUR"
    ]
    assert line["department"] == """'=HYPERLINK("x")"""
    assert line["mean"] == "82.08"


# --- what is seen -----------------------------------------------------------------------------------------------------


def test_works_council_sees_no_small_figure_and_no_call(later, plant, address, people, client_for):
    calls = plant("BUR", [8123, 7321, 9001])
    plant("BEL", [7000 + step for step in range(9)])
    analyst, council = (client_for(people[role]) for role in ("analyst", "works_council"))
    for name in ("overview", "department"):
        seen, hidden = (client.get(address(name)).content.decode() for client in (analyst, council))
        assert "81.5" in seen
        assert "81.5" not in hidden
        assert "not shown" in hidden
    assert calls[0].reference in analyst.get(address("department")).content.decode()
    assert calls[0].reference not in council.get(address("department")).content.decode()
    assert "81.48" in analyst.get(address("overview_csv")).content.decode()
    assert "81.48" not in council.get(address("overview_csv")).content.decode()


def test_recent_calls_say_nothing_of_the_evaluator(month, address, people, client_for):
    page = client_for(people["manager"]).get(address("department")).content.decode()
    assert "Recent calls" in page
    assert people["evaluator"].name not in page


def test_empty_states_say_what_will_come(org, address, people, client_for, plant):
    analyst = client_for(people["analyst"])
    for name in ("overview", "department"):
        assert "No figures yet" in analyst.get(address(name)).content.decode()
    import datetime as dt

    plant("BUR", [8000] * 6, day=dt.date(2025, 1, 15))
    for name in ("overview", "department"):
        page = analyst.get(address(name)).content.decode()
        assert "No answer: no calls were counted in this choice." in page
        assert "15 January 2025" in page
        assert "?period=all" in page
        assert "80.0" in analyst.get(address(name) + "?period=all").content.decode()


def test_an_old_newest_call_is_mentioned(address, people, client_for, plant):
    import datetime as dt

    plant("BUR", [8000] * 6, day=dt.date(2026, 3, 1))
    assert (
        "The newest counted call is of 1 March 2026."
        in client_for(people["analyst"]).get(address("overview")).content.decode()
    )


def test_one_department_alone_has_no_bands_and_no_total(address, people, client_for, plant):
    plant("BEL", [8000, 8100, 8200, 8300, 8400])
    page = client_for(people["analyst"]).get(address("overview")).content.decode()
    assert "cannot be told apart:" not in page
    assert "Belastingen" in page
    assert "No calls in this period:" in page


def test_counting_line(month, make_call, address, people, client_for):
    make_call("submitted")
    make_call("returned")
    page = client_for(people["analyst"]).get(address("overview")).content.decode()
    line = "19 calls counted; left out: 1 returned, 1 waiting for review. By call date, Amsterdam time. As it stood at 12:12."
    assert line in re.sub(r"\s+", " ", page)


def test_charts_carry_nothing_inline(month, address, people, client_for):
    for name in ("overview", "department"):
        page = client_for(people["analyst"]).get(address(name)).content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page)
        for script in re.findall(r"<script[^>]*>", page):
            assert "src=" in script or 'type="application/json"' in script
        assert 'id="plotly.js-style-global" class="no-inline-styles"' in page


def sown(sow, org, departments, seed):
    """A year in eight departments, some of which change a little, so that it depends on the others whether it is clear."""
    import datetime as dt
    import random

    rng = random.Random(seed)
    for number in range(8):
        code = f"D{number}"
        parent = departments["PUB"] if number % 2 else None
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Dienst {code}", parent=parent)
    rise = {f"D{number}": rng.choice([0, 0, 60, 110, -90]) for number in range(8)}
    sow(
        {
            "code": code,
            "score": max(0, min(10000, round(rng.gauss(6500 + rise[code] * (12 - days / 30), 1100)))),
            "day": NOW.date() - dt.timedelta(days=days),
        }
        for code in rise
        for days in range(0, 360, 7)
    )


@pytest.mark.parametrize("seed", [2, 3] if ON_POSTGRES else [0, 1])
@pytest.mark.parametrize("who", ["analyst", "manager"])
def test_a_departments_page_says_what_its_row_of_the_overview_says(sow, org, departments, people, seed, who):
    from django.http import QueryDict

    from analytics import pages
    from analytics.access import Reader
    from analytics.filters import parse

    sown(sow, org, departments, seed)
    reader = Reader(User.objects.get(pk=people[who].pk), org, NOW)
    signals, alone = set(), set()
    for query in ("", "by=week", "measure=tone&period=last_half_year", "department=PUB", "department=D0&department=D2"):
        filters = parse(QueryDict(query), reader)
        rows = [row for row in pages.overview(reader, filters).result.rows if row.level != "total"]
        assert rows or who == "manager"
        for row in rows:
            page = pages.department(reader, filters, reader.departments[row.key])
            assert (page.row.change, page.row.drift, page.row.signal) == (row.change, row.drift, row.signal)
            said = any(
                "is improving" in text or "is slipping" in text or "has improved" in text for text, _ in page.lede
            )
            assert said == (row.signal is not None)
            signals.add(row.signal)
            alone |= {bool(each and each.p <= 0.05 < each.adjusted) for each in (row.change, row.drift)}
    # There were clear ones and others, and such as only the correction for all of them made unclear.
    assert None in signals
    assert len(signals) > 1
    assert alone == {True, False}


def test_a_department_outside_the_chosen_ones_has_its_page(month, address, people, client_for):
    page = client_for(people["analyst"]).get(address("department", code="BEL") + "?department=PUB")
    assert page.status_code == 200
    assert "77.0" in page.content.decode()


def test_one_month_is_too_short_to_draw_and_says_so(month, address, people, client_for):
    for name in ("overview", "department"):
        page = client_for(people["analyst"]).get(address(name)).content.decode()
        assert "Too short to draw" in page
        assert 'data-chart="chart-trend"' not in page
        assert 'data-chart="chart-dimensions"' not in page


def test_what_is_circled_is_explained(plant, address, people, client_for):
    import datetime as dt

    def read():
        return [
            client_for(people["analyst"]).get(address(name)).content.decode() for name in ("overview", "department")
        ]

    for month in range(1, 13):
        day = dt.date(2025 + (month > 9), (month + 2) % 12 + 1, 5)
        plant("BUR", [7000 + 20 * (month % 2) + step for step in range(6)], day=day)
    assert all("circled: outside the range of the periods before" not in page for page in read())
    plant("BUR", [2000 + step for step in range(9)], day=dt.date(2026, 3, 12))
    assert all("circled: outside the range of the periods before" in page for page in read())


def test_only_real_changes_are_marked(plant, address, people, client_for):
    import datetime as dt

    for code, after in (("BUR", 7010), ("AFV", 5000)):
        plant(code, [7000 + step for step in range(9)], day=dt.date(2025, 12, 5))
        plant(code, [after + step for step in range(9)], day=dt.date(2026, 3, 5))
    plant("BEL", [7000 + 300 * step for step in range(9)], day=dt.date(2025, 12, 5))
    plant("BEL", [7001 + 300 * step for step in range(9)], day=dt.date(2026, 3, 5))
    page = client_for(people["analyst"]).get(address("overview")).content.decode()
    assert re.search(r'<span class="mute small" title="[^"]*">no clear change</span>', page)
    assert re.search(r'<span class="tag warn">', page)
    assert "tag flat" not in page


@pytest.mark.parametrize("name", ["overview", "department"])
def test_queries_do_not_grow_with_departments(
    month, address, people, client_for, plant, org, departments, django_assert_max_num_queries, name
):
    analyst, manager = client_for(people["analyst"]), client_for(people["manager"])
    limit = 15
    for client in (analyst, manager):
        client.get(address(name))  # the first visit writes down which organisation is in view
    with django_assert_max_num_queries(limit) as few:
        analyst.get(address(name))
    for number in range(25):
        code = f"D{number}"
        departments[code] = Department.objects.create(
            organisation=org, code=code, name=f"Afdeling {number}", parent=departments["PUB"]
        )
        plant(code, [7000 + number, 7100, 7200, 7300, 7500])
    with django_assert_max_num_queries(limit) as many:
        analyst.get(address(name))
    assert len(many) == len(few)
    with django_assert_max_num_queries(limit):
        manager.get(address(name))


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_and_step_has_its_pages(month, address, people, client_for, measure):
    analyst = client_for(people["analyst"])
    for name in ("overview", "department"):
        for query in (f"?measure={measure}", f"?measure={measure}&by=week&period=all"):
            assert analyst.get(address(name) + query).status_code == 200


def test_a_long_table_ends_on_the_page_and_goes_on_in_the_file():
    from types import SimpleNamespace

    from analytics.reports import Column
    from analytics.templatetags.figures import MOST_ROWS, cells, more_rows

    def made(count):
        return SimpleNamespace(
            columns=(Column("n", "N"),), rows=tuple({"n": n} for n in range(count)), is_of_totals=False
        )

    assert (len(cells(made(MOST_ROWS))), more_rows(made(MOST_ROWS))) == (MOST_ROWS, "")
    assert len(cells(made(1240))) == MOST_ROWS
    assert more_rows(made(1240)) == "The first 200 of 1,240 rows; the file holds all."
