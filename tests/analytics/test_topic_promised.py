"""Callbacks: what the page says first, that its figures are those of the metrics and of the calls, and who reads them."""

import datetime as dt
import itertools
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from analytics import call_frames, charts, frames, metrics, reports, rollups
from analytics.access import Reader
from analytics.figures import Share, rounded
from analytics.filters import parse
from analytics.metrics import Parts
from analytics.metrics.waiting import Come
from analytics.topics import promised
from surveys.models import Call, Callback, CallbackEvent, Department, User
from surveys.workflow import cell_of
from tests.analytics.conftest import NOW, moment
from tests.analytics.one_report import assert_same_digits

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 10)
SLUGS = ("promises", "kept_curves", "flow", "helped", "chains")
PAGE = "/o/zuiderveen/figures/callbacks/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def view(org, people):
    """`view("promises", "department=BUR", who="works_council")`: a report; without a slug the page's content."""

    def make(slug="", query="", who="analyst"):
        reader = Reader(User.objects.get(pk=people[who].pk), org, moment(who))
        chosen = parse(QueryDict(query), reader)
        return reports.run(slug, reader=reader, filters=chosen) if slug else promised.build(reader, chosen)

    return make


@pytest.fixture
def agree(plant):
    """`agree("BUR", 20, 12)`: calls that ended in an agreed callback, and how many of these came after three hours."""

    def make(code, n, kept, **columns):
        return plant(code, [8000] * n, promised=n, kept=kept, fate="callback_agreed", **columns)

    return make


@pytest.fixture
def town(agree, plant):
    """Afval breaks most of its promises; the others keep theirs."""
    agree("BUR", 60, 48)
    agree("AFV", 60, 18)
    agree("BEL", 60, 47)
    plant("BUR", [9000] * 20)
    plant("AFV", [5000] * 20, fate="ring_again")
    plant("BEL", [7000] * 20, fate="right_person")


def row(found, **wanted):
    (only,) = [each for each in found.rows if all(each[name] == value for name, value in wanted.items())]
    return only


def first(content):
    return content.lede[0].text


# --- the first sentence -----------------------------------------------------------------------------------------------


def test_the_first_sentence_names_who_breaks_promises(town, view):
    said = [each.text for each in view().lede]
    assert said[0] == "Calling back less often than the others: Afval (30\u202f%, 20 to 43\u202f%)."
    assert "Burgerzaken" in said[1]
    assert "the Dutch benchmark is 64\u202f%." in said[2]
    assert said[-1].startswith("Left to fate more often than elsewhere: Afval (25")


def test_who_helps_less_often_is_named_where_nobody_is_left_to_fate_more_often(plant, view):
    for code, helped in (("BUR", 38), ("AFV", 14), ("BEL", 38)):
        plant(code, [8000] * helped)
        plant(code, [8000] * (40 - helped), promised=40 - helped, fate="callback_agreed")
    said = [each.text for each in view().lede]
    assert any(each.startswith("Helped less often than elsewhere: Afval (35") for each in said)
    plant("AFV", [8000] * 20, fate="ring_again")
    said = [each.text for each in view().lede]
    assert any(each.startswith("Left to fate more often than elsewhere: Afval") for each in said)
    assert not any("Helped less often" in each for each in said)


def test_without_a_signal_it_says_so(agree, view):
    for code in ("BUR", "AFV", "BEL"):
        agree(code, 20, 13)
    assert first(view()) == "No department calls back clearly more or less often than the others."


def test_a_difference_that_only_correction_takes_away_is_no_signal(agree, view):
    for code, kept in (("BUR", 60), ("AFV", 45), ("BEL", 60)):
        agree(code, 100, kept)
    gaps = view("promises").result.gaps
    assert any(each.p <= 0.05 for each in gaps.values())
    assert all(each.clear == (each.adjusted <= 0.05) for each in gaps.values())
    alone = metrics.against_others({1: Share(n=100, count=57), 2: Share(n=100, count=43), **{
        key: Share(n=100, count=50) for key in range(3, 15)
    }})  # fmt: skip
    assert not any(each.clear for each in alone.values())
    assert min(each.p for each in alone.values() if each.p is not None) < 0.2


# --- the figures ------------------------------------------------------------------------------------------------------


def test_figures_are_those_of_the_metrics(town, view, departments, org, people):
    reader = Reader(people["analyst"], org, NOW)
    chosen = parse(QueryDict(""), reader)
    keys = frozenset(reader.departments)
    parts = metrics.parts(frames.totals(reader, chosen, keys, ()), ["department", "now"])
    table, ended = view("promises"), view("helped")
    for code in ("BUR", "AFV", "BEL"):
        mine = parts[departments[code].pk, True]
        each = row(table, department_code=code)
        kept, back = metrics.kept(mine), metrics.called_back(mine)
        assert (each["kept_share"], each["kept"]) == (kept.share.value, kept.share.count)
        assert (each["back"], each["back_low"], each["back_high"]) == (back.value, back.low, back.high)
        assert each["promised"] == each["kept"] + each["broken"] + each["open"] == 60
        assert row(ended, department_code=code)["helped"] == metrics.helped(mine).value
        assert row(ended, department_code=code)["left"] == metrics.left(mine).value
    curves = metrics.kept_curves(frames.waits(reader, chosen, keys), call_frames.open_promises(reader, chosen, keys), 1)
    drawn = view("kept_curves")
    at_day = row(drawn, department_code="AFV", hour=24)
    assert (at_day["come"], at_day["come_low"]) == (Decimal("30.00"), curves.departments[departments["AFV"].pk].day.low)
    assert {each["department_code"] for each in drawn.rows} == {"total", "AFV", "BUR", "BEL"}
    assert "by more than chance" in drawn.summary


def test_what_is_drawn_of_curves_is_what_the_rows_hold(town, view):
    drawn = view("kept_curves", "line=AFV&line=total")
    lines = [trace for trace in drawn.chart["data"] if trace.get("name")]
    assert [trace["name"] for trace in lines] == ["Afval", "All together"]
    assert all(trace["line"]["shape"] == "hv" for trace in lines)
    rows = [each for each in drawn.rows if each["department_code"] == "AFV"]
    assert list(lines[0]["x"]) == [each["hour"] for each in rows]
    assert list(lines[0]["y"]) == [float(each["come"]) for each in rows]
    assert any(shape["y0"] == shape["y1"] == 64 for shape in drawn.chart["layout"]["shapes"])


def test_promises_that_may_still_be_kept_are_open_and_in_no_share(agree, view):
    agree("BUR", 10, 4)
    agree("BUR", 6, 1, day=dt.date(2026, 3, 30))
    each = row(view("promises"), department_code="BUR")
    assert (each["promised"], each["kept"], each["broken"], each["open"]) == (16, 4, 6, 6)
    assert (each["back"], each["back_n"]) == (Decimal("40.00"), 10)
    flow = {(each["from"], each["to"]): each["calls"] for each in view("flow").rows}
    assert flow["callback_agreed", "open"] == 6
    assert flow["promised", "broken"] == 6


@pytest.mark.parametrize(
    "query", ["", "weekday=2", "from=2026-03-10&to=2026-03-19", "caller_style=dominant", "period=all"]
)
def test_promises_read_at_once_are_those_of_both_frames(agree, people, org, query):
    """Weeks that the period cuts, promises that nothing was recorded of, and events that take others back."""
    for number, day in enumerate((DAY, dt.date(2026, 3, 19), dt.date(2026, 3, 29), dt.date(2025, 11, 4))):
        agree("BUR", 6, 2, day=day)
        calls = agree("AFV", 6, 3, day=day, scenario="complaint_dominant")
        for place, call in enumerate(calls):
            CallbackEvent.objects.create(
                callback=call.callback,
                kind="not_come" if place % 2 else "came",
                happened_at=call.called_at + dt.timedelta(minutes=70 * place - 30),
                recorded_at=NOW + dt.timedelta(minutes=number),
                recorded_by=people["evaluator"],
            )
        rollups.recompute({cell_of(call) for call in calls})
    reader = Reader(people["analyst"], org, NOW)
    chosen, keys = parse(QueryDict(query), reader), frozenset(reader.departments)
    waits, still_open = call_frames.promise_times(reader, chosen, keys)
    columns = ["department", "came", "hours", "n"]
    expected = frames.waits(reader, chosen, keys).sort_values(columns)
    assert waits.values.tolist() == expected[columns].values.tolist() != []
    wanted = call_frames.open_promises(reader, chosen, keys)
    assert still_open.values.tolist() == wanted.values.tolist()


def test_the_flow_loses_no_call(town, plant, view):
    plant("BEL", [7000] * 3, fate="")
    found = view("flow")
    of = {stage: [each for each in found.rows if each["stage"] == stage] for stage in ("ending", "step", "outcome")}
    calls = Call.objects.count()
    assert [sum(each["calls"] for each in rows) for rows in of.values()] == [calls] * 3
    assert row(found, stage="ending", to="unknown")["calls"] == 3
    for each in of["ending"]:
        n = Call.objects.filter(fate="" if each["to"] == "unknown" else each["to"]).count()
        assert (each["calls"], each["share"]) == (n, rounded(Fraction(100 * n, calls)))
    helped = Call.objects.filter(fate__in=["helped", "right_person"]).count() + 48 + 18 + 47
    assert row(found, stage="outcome", to="helped")["calls"] == helped
    picture = found.result.calls
    assert sum(place.stop.n for place in picture.stations) == sum(place.stop.n for place in picture.ends) == calls
    for places in (picture.stations, picture.ends):
        for above, below in itertools.pairwise(places):
            assert above.top + above.height < below.top


def test_a_called_back_caller_was_helped_by_the_published_definition_only_in_time(view, agree, people):
    calls = agree("BUR", 4, 0)
    for call, hours in zip(calls, (24, 25, None, None), strict=True):
        if hours:
            CallbackEvent.objects.create(
                callback=Callback.objects.get(call=call),
                kind="came",
                happened_at=call.called_at + dt.timedelta(hours=hours),
                recorded_by=people["evaluator"],
            )
    rollups.recompute({cell_of(call) for call in calls})
    assert row(view("helped"), department_code="BUR")["helped_count"] == 1


def test_chains_compare_attempts_at_the_same_question(plant, view):
    plant("BUR", [8000] * 50, scenario="jansen_first_call")
    plant("BUR", [8000] * 10, scenario="jansen_second_call")
    plant("BUR", [8000] * 40, scenario="jansen_second_call", fate="ring_again")
    plant("AFV", [8000] * 30, scenario="jansen_fourth_call")
    plant("BEL", [8000] * 99, fate="unanswered")  # a question that nobody asks again
    found = view("chains")
    assert [(each["attempt"], each["helped"], each["left_n"]) for each in found.rows] == [
        ("1", Decimal("100.00"), 50),
        ("2", Decimal("20.00"), 50),
        ("4", Decimal("100.00"), 30),
    ]
    second = row(found, attempt="2")
    assert (second["gap"], second["gap_clear"], row(found, attempt="1")["gap_clear"]) == (Decimal("-80.00"), "yes", "")
    assert found.summary == "It clearly goes otherwise when a caller rings for the 2nd time."
    assert [each["attempt"] for each in view("chains", "attempt=2").rows] == ["2"]


def test_every_share_says_how_it_compares_or_why_it_does_not(agree, plant, view, org, departments):
    """A cell of a column in which shares are compared is never left without a word."""
    agree("BUR", 40, 36)
    agree("AFV", 40, 12)
    agree("BEL", 2, 1)
    said = {line.name: line.cells[0].tag.text for line in view("promises").result.lanes.lines}
    assert said["Afval"].startswith("−")
    assert said["Belastingen"] == "too few calls to compare"
    assert said["All together"] == "not compared"
    assert "Rows that hold several departments are not compared" in view().sections[0].note
    alone = view("promises", "department=BEL").result.lanes
    assert [cell.tag for line in alone.lines for cell in line.cells] == [None]
    assert "not compared" not in view("", "department=BEL").sections[0].note


def test_the_first_attempt_says_that_it_is_compared_with(plant, view):
    for attempt in ("jansen_first_call", "jansen_fourth_call"):
        plant("BUR", [8000] * 40, scenario=attempt)
    lines = view("chains").result.lanes.lines
    assert {cell.tag.text for cell in lines[0].cells} == {"what the others are compared with"}
    assert all(cell.tag is not None for line in lines for cell in line.cells)


@pytest.mark.parametrize(
    ("fates", "said"),
    [
        (["helped"], "The one call: helped."),
        (["unanswered"], "The one call: left to fate."),
        (["unanswered", "ring_again"], "Of 2 calls none ended with the caller helped; left to fate: 100\u202f% (34 to 100\u202f%)."),
        (["helped", "helped"], "Of 2 calls 100\u202f% (34 to 100\u202f%) ended with the caller helped."),
    ],
)  # fmt: skip
def test_few_calls_are_told_as_what_they_are(plant, view, fates, said):
    for fate in fates:
        plant("BUR", [8000], fate=fate, outcome="passed" if fate == "helped" else "failed")
    assert view("flow").summary == said


def test_a_test_needs_enough_calls_either_way():
    few = metrics.against_others({1: Share(n=6, count=1), 2: Share(n=200, count=140)})
    assert 1 not in few
    enough = metrics.against_others({1: Share(n=60, count=10), 2: Share(n=200, count=140)})
    assert enough[1].clear
    assert enough[1].value == rounded(Fraction(1000, 60) - 70)
    assert metrics.against_others({}) == {}
    assert metrics.against_others({1: Share(n=60, count=10)}) == {}


def test_flow_of_nothing_is_nothing():
    assert metrics.flow(Parts({})).n == 0
    assert metrics.promised(Parts({"n_promised": 5, "n_kept": 2, "n_open": 3})).broken == 3


# --- who reads it, and how often the database is asked ----------------------------------------------------------------


def test_page_file_and_api_hold_the_same_digits(town, people, client_for, api_client, plant):
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    plant("BUR", [8000] * 9, scenario="jansen_second_call")
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    for slug in SLUGS:
        assert_same_digits(browser, program, "callbacks", slug)


def test_readers_see_the_page_and_others_do_not(later, town, people, client_for):
    for role in ("administrator", "coordinator", "reviewer", "manager", "analyst", "works_council"):
        page = client_for(people[role]).get(PAGE)
        assert page.status_code == 200, role
        assert "Afval" in page.content.decode()
    assert client_for(people["evaluator"]).get(PAGE).status_code == 403
    assert client_for(people["stranger"]).get(PAGE).status_code == 404
    manager = client_for(people["manager"]).get(PAGE).content.decode()
    assert "Belastingen" not in manager
    assert "Belastingen" in client_for(people["analyst"]).get(PAGE).content.decode()


def test_readers_of_totals_see_no_small_figure_and_nothing_that_gives_it_away(agree, view):
    agree("BUR", 30, 20)
    agree("AFV", 3, 1)
    seen, hidden = (view("promises", who=who) for who in ("analyst", "works_council"))
    assert row(seen, department_code="AFV")["kept"] == 1
    assert row(hidden, department_code="BUR")["kept"] == row(seen, department_code="BUR")["kept"] == 20
    for code in ("AFV", "PUB"):
        assert row(seen, department_code=code)["promised"] is not None
        left = row(hidden, department_code=code)
        assert {left[name] for name in ("promised", "kept", "broken", "open", "back", "back_n")} == {None}
        assert left["note"] == "too few calls"
    assert view("flow").rows
    assert view("flow", who="works_council").rows == ()
    assert {each["department_code"] for each in view("kept_curves", "line=AFV&line=BUR").rows} == {"AFV", "BUR"}
    council = view("kept_curves", "line=AFV&line=BUR&line=total", who="works_council")
    assert {each["department_code"] for each in council.rows} == {"BUR"}


def test_a_small_attempt_is_withheld_with_another_that_would_give_it_away(plant, view):
    for scenario, n in (("jansen_first_call", 40), ("jansen_second_call", 3), ("jansen_fourth_call", 9)):
        plant("BUR", [8000] * n, scenario=scenario)
    assert [each["left_n"] for each in view("chains").rows] == [40, 3, 9]
    assert [each["left_n"] for each in view("chains", who="works_council").rows] == [40, None, None]


def test_links_lead_on_with_the_choice_kept(town, people, client_for, departments):
    page = client_for(people["analyst"]).get(PAGE + "?period=last_year").content.decode()
    assert f'href="/o/zuiderveen/results/{departments["AFV"].pk}/?period=last_year"' in page
    assert "?period=last_year&amp;fate=ring_again" in page
    council = client_for(people["works_council"]).get(PAGE).content.decode()
    assert "fate=ring_again" not in council
    assert re.search(r'<svg width="100%" height="\d+" role="group"', page)


def test_an_empty_organisation_says_what_will_come(org, people, client_for):
    page = client_for(people["analyst"]).get(PAGE).content.decode()
    assert "No figures yet" in page
    for slug in SLUGS:
        file = client_for(people["analyst"]).get(reverse("report_csv", args=["zuiderveen", slug])).content.decode()
        assert len(file.splitlines()) == 1, slug


def test_queries_do_not_grow_with_departments(
    town, people, client_for, plant, org, departments, django_assert_max_num_queries
):
    analyst = client_for(people["analyst"])
    analyst.get(PAGE)
    # A week that the period cuts asks for its calls one by one.
    plant("BUR", [8000] * 4, promised=4, kept=2, day=dt.date(2025, 12, 30), fate="callback_agreed")
    plant("BUR", [8000] * 4, promised=4, kept=2, day=dt.date(2026, 1, 1), fate="callback_agreed")
    with django_assert_max_num_queries(15) as few:
        analyst.get(PAGE)
    for number in range(12):
        code = f"D{number}"
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Afdeling {number}")
        plant(code, [7000] * 8, promised=5, kept=number % 5, fate="callback_agreed")
    with django_assert_max_num_queries(15) as many:
        analyst.get(PAGE)
    assert len(many) == len(few)


def test_all_together_is_the_department_that_was_chosen(town, view):
    assert any(each.text.startswith("All together: ") for each in view().lede)
    assert any(each.text.startswith("Afval: ") for each in view(query="department=AFV").lede)
    assert any(each.text.startswith("All of yours together: ") for each in view(who="manager").lede)
    assert any("less often than your other departments: Afval" in each.text for each in view(who="manager").lede)


@pytest.mark.parametrize(("reached", "height"), [((20, 25), 64), ((62, 66), 57.5), ((60, 61), 65.5), ((0, 100), 64)])
def test_no_curve_passes_through_the_words_of_the_benchmark(reached, height):
    points = [Come(hour, Fraction(value), None, None, 9) for hour, value in zip((24, 48), reached, strict=True)]
    drawn: Any = charts.come([("Afval", "ink", 9, points)], 64, "benchmark 64 %")
    (words_of_it,) = [each for each in drawn["layout"]["annotations"] if each["text"] == "benchmark 64 %"]
    assert words_of_it["y"] == height
