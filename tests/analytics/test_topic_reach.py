"""Reachability: the first sentence, the hours of the organisation's clock, what calls met on the way, and who reads it."""

import datetime as dt
import importlib
import math
import random
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.http import QueryDict

from analytics import frames, metrics, reach_frames, reports, rollups
from analytics.access import Reader
from analytics.figures import Share
from analytics.filters import parse
from analytics.models import DepartmentDetail, WeeklyDetail
from analytics.topics import reach
from surveys.models import Call, Department, Organisation, User
from surveys.workflow import cell_of
from tests.analytics.conftest import NOW, moment
from tests.analytics.one_report import assert_same_digits
from tests.analytics.recount import differences

pytestmark = pytest.mark.django_db

SLUGS = ("reach", "hours", "handling")
PAGE = "/o/zuiderveen/figures/reachability/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def view(org, people):
    """`view("reach", "department=BUR", who="works_council")`: a report; without a slug the page's content."""

    def make(slug="", query="", who="analyst"):
        reader = Reader(User.objects.get(pk=people[who].pk), Organisation.objects.get(pk=org.pk), moment(who))
        chosen = parse(QueryDict(query), reader)
        return reports.run(slug, reader=reader, filters=chosen) if slug else reach.build(reader, chosen)

    return make


@pytest.fixture
def town(plant):
    """Afval answers late and leaves some callers without an answer."""
    plant("BUR", [8000] * 90, seconds_to_answer=9)
    plant("BUR", [8000] * 10, seconds_to_answer=16)
    plant("AFV", [8000] * 50, seconds_to_answer=15, hold_seconds=61, timeline=[["dialled", 0], ["transferred", 9]])
    plant("AFV", [8000] * 50, seconds_to_answer=40, hold_seconds=0, timeline=[["dialled", 0], ["hold", 9]])
    plant("AFV", [0] * 4, seconds_to_answer=None, fate="unanswered")
    plant("BEL", [8000] * 40, seconds_to_answer=12, hold_seconds=60, timeline=[["hold", 3]])


def row(found, **wanted):
    (only,) = [each for each in found.rows if all(each[name] == value for name, value in wanted.items())]
    return only


def test_the_first_sentence_names_who_misses_the_norm(town, view):
    said = [each.text for each in view().lede]
    assert said[0] == "Below the norm of 85 % answered within 15 seconds: Afval (50\u202f%, 40 to 60\u202f%)."
    assert said[1].startswith("All together: 75\u202f% (")
    assert said[-1] == "4 calls were never answered."


def test_without_a_signal_it_says_so(plant, view):
    plant("BUR", [8000] * 17, seconds_to_answer=9)
    plant("BUR", [8000] * 3, seconds_to_answer=19)
    assert view().lede[0].text == "No department lies clearly below the norm of 85 % answered within 15 seconds."


def test_figures_are_those_of_the_metrics(town, view, org, people, departments):
    reader = Reader(people["analyst"], org, NOW)
    chosen = parse(QueryDict(""), reader)
    parts = metrics.parts(frames.totals(reader, chosen, frozenset(reader.departments), ()), ["department", "now"])
    found = view("reach")
    shares = {code: metrics.prompt(parts[departments[code].pk, True]) for code in ("BUR", "AFV", "BEL")}
    gaps = metrics.against_norm(shares, 85)
    for code, share in shares.items():
        each = row(found, department_code=code)
        assert (each["prompt"], each["prompt_low"], each["prompt_n"]) == (share.value, share.low, share.n)
        assert (each["gap"], each["gap_low"]) == (gaps[code].value, gaps[code].low)
    assert row(found, department_code="AFV")["gap"] == Decimal("-35.00")
    assert (row(found, department_code="AFV")["unanswered"], row(found, department_code="AFV")["calls"]) == (4, 104)


def test_the_norm_is_tested_exactly_and_corrected():
    found = metrics.against_norm({1: Share(n=20, count=12, low=Decimal("38.66"), high=Decimal("78.12"))}, 85)
    # Twice the chance of 12 or fewer of 20.
    few = sum(math.comb(20, count) * 0.85**count * 0.15 ** (20 - count) for count in range(13))
    assert found[1].p == pytest.approx(2 * few)
    all_of_them = Share(n=20, count=20, low=Decimal("83.89"), high=Decimal("100.00"))
    assert metrics.against_norm({1: all_of_them}, 85)[1].p == pytest.approx(2 * 0.85**20)
    none = Share(n=20, count=0, low=Decimal("0.00"), high=Decimal("16.11"))
    assert metrics.against_norm({1: none}, 85)[1].clear
    assert (found[1].value, found[1].low) == (Decimal("-25.00"), Decimal("-46.34"))
    assert metrics.against_norm({1: Share(), 2: metrics.WITHHELD_SHARE}, 85) == {}


def scattered(calls, org, rng, start, *, days):
    """The calls at moments of chance, answered sooner and later; counted."""
    cells = {cell_of(call) for call in calls}
    for call in calls:
        call.called_at = start + dt.timedelta(minutes=rng.randrange(days * 24 * 60))
        call.seconds_to_answer = rng.choice([3, 15, 16, None])
        call.place_in_time(org.zone)
    Call.objects.bulk_update(calls, ["called_at", "local_date", "week_start", "seconds_to_answer"])
    rollups.recompute(cells | {cell_of(call) for call in calls})
    return calls


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Asia/Kathmandu"])
def test_hours_are_those_of_the_organisations_clock(plant, org, view, zone):
    """Around the night on which the clock goes forward, and with a clock that is not whole hours from Greenwich."""
    rng = random.Random(3)
    Organisation.objects.filter(pk=org.pk).update(time_zone=zone)
    org.refresh_from_db()
    calls = scattered(plant("BUR", [8000] * 60), org, rng, dt.datetime(2026, 3, 26, tzinfo=dt.UTC), days=5)
    counts: dict[tuple[str, str], list[bool]] = {}
    for call in calls:
        if call.seconds_to_answer is not None:
            at = call.called_at.astimezone(org.zone)
            counts.setdefault((str(at.isoweekday()), f"{at.hour:02d}:00"), []).append(call.seconds_to_answer <= 15)
    found = view("hours")
    cells = {(each["weekday"], each["hour"]): each for each in found.rows if each["weekday"] and each["hour"]}
    assert cells.keys() == counts.keys()
    for key, prompt in counts.items():
        assert (cells[key]["prompt_n"], cells[key]["prompt_count"]) == (len(prompt), sum(prompt))
    for day in {day for day, _hour in counts}:
        total = row(found, weekday=day, hour="")
        assert total["prompt_n"] == sum(len(each) for (other, _hour), each in counts.items() if other == day)
    assert sum(each["prompt_n"] for each in found.rows if not each["weekday"]) == sum(
        len(each) for each in counts.values()
    )


def test_on_hold_and_put_through(town, view):
    found = view("handling")
    afval, belastingen = row(found, department_code="AFV"), row(found, department_code="BEL")
    assert (afval["marked"], afval["on_hold_count"], afval["long_hold_count"], afval["transferred_count"]) == (
        100, 50, 50, 50,
    )  # fmt: skip
    assert (belastingen["on_hold"], belastingen["long_hold"], belastingen["transferred"]) == (
        Decimal("100.00"), Decimal("0.00"), Decimal("0.00"),
    )  # fmt: skip
    assert "BUR" not in {each["department_code"] for each in found.rows}


def test_filters_narrow_what_is_read_of_calls(town, view, plant):
    plant("BUR", [8000] * 5, day=dt.date(2026, 3, 11), scenario="complaint_dominant", hold_seconds=5)
    for slug, name in (("hours", "prompt_n"), ("handling", "marked")):
        rows = view(slug, "caller_style=dominant&department=BUR").rows
        assert {each[name] for each in rows} == {5}
    assert view("hours", "from=2025-01-01&to=2025-02-01").rows == ()


def test_page_file_and_api_hold_the_same_digits(town, people, client_for, api_client):
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    for slug in SLUGS:
        assert_same_digits(browser, program, "reachability", slug)


def test_readers_see_the_page_and_others_do_not(later, town, people, client_for):
    for role in ("administrator", "coordinator", "reviewer", "manager", "analyst", "works_council"):
        page = client_for(people[role]).get(PAGE)
        assert page.status_code == 200, role
        assert "Afval" in page.content.decode()
    assert client_for(people["evaluator"]).get(PAGE).status_code == 403
    assert client_for(people["stranger"]).get(PAGE).status_code == 404
    assert "Belastingen" not in client_for(people["manager"]).get(PAGE).content.decode()
    assert "Belastingen" in client_for(people["analyst"]).get(PAGE).content.decode()


def test_readers_of_totals_see_no_small_cell_and_no_total_that_gives_it_away(plant, view, org):
    def at(day, hour, n):
        calls = plant("BUR", [8000] * n, day=day)
        Call.objects.filter(pk__in=[call.pk for call in calls]).update(
            called_at=dt.datetime.combine(day, dt.time(hour), org.zone)
        )
        rollups.recompute({cell_of(call) for call in calls})

    monday, tuesday = dt.date(2026, 3, 9), dt.date(2026, 3, 10)
    for day, hour, n in ((monday, 9, 20), (monday, 10, 2), (monday, 11, 7), (tuesday, 9, 6), (tuesday, 10, 8)):
        at(day, hour, n)
    seen = {(each["weekday"], each["hour"]): each["prompt_n"] for each in view("hours").rows}
    hidden = {(each["weekday"], each["hour"]): each["prompt_n"] for each in view("hours", who="works_council").rows}
    assert seen["1", "10:00"] == 2
    assert hidden["1", "10:00"] is None
    # The next smallest goes with it, or the day's total would tell; and no total of an hour is shown.
    assert hidden["1", "11:00"] is None
    assert hidden["1", ""] == 29
    assert (hidden["2", "09:00"], hidden["2", "10:00"]) == (6, 8)
    assert ("", "09:00") in seen
    assert ("", "09:00") not in hidden
    plant("AFV", [8000] * 3, hold_seconds=9)
    plant("BUR", [8000] * 9, hold_seconds=9)
    assert row(view("handling"), department_code="AFV")["marked"] == 3
    assert row(view("handling", who="works_council"), department_code="AFV")["marked"] is None
    assert row(view("handling", who="works_council"), department_code="PUB")["marked"] is None
    assert row(view("handling", who="works_council"), department_code="BUR")["marked"] == 9


def test_an_empty_organisation_says_what_will_come(org, people, client_for, view):
    assert "No figures yet" in client_for(people["analyst"]).get(PAGE).content.decode()
    for slug in SLUGS:
        assert view(slug).rows == ()


def test_both_frames_are_read_at_once_and_from_no_calls(town, org, people, django_assert_num_queries):
    reader = Reader(people["analyst"], org, NOW)
    chosen, keys = parse(QueryDict("weekday=2"), reader), frozenset(reader.departments)
    with django_assert_num_queries(1) as asked:
        hours, handled = reach_frames.by_hour(reader, chosen, keys), reach_frames.handling(reader, chosen, keys)
    assert "surveys_call" not in asked[0]["sql"]
    assert (hours["n_timed"].sum(), handled["n_marked"].sum()) == (240, 140)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Pacific/Auckland", "America/Los_Angeles"])
def test_hours_of_weeks_are_those_of_single_calls(plant, org, people, monkeypatch, zone):
    """Far from Greenwich a call's day there is another; what a clock of odd minutes is counted from gives the same."""
    rng = random.Random(5)
    Organisation.objects.filter(pk=org.pk).update(time_zone=zone)
    org.refresh_from_db()
    scattered(plant("BUR", [8000] * 40), org, rng, dt.datetime(2026, 3, 1, tzinfo=dt.UTC), days=14)
    for query in ("", "from=2026-03-05&to=2026-03-11", "weekday=2&period=all"):
        found = []
        for whole in (True, False):
            monkeypatch.setattr(reach_frames, "_whole_hours", lambda *_, whole=whole: whole)
            reader = Reader(people["analyst"], org, NOW)
            found.append(
                reach_frames.by_hour(reader, parse(QueryDict(query), reader), frozenset(reader.departments)).to_dict(
                    "list"
                )
            )
        assert found[0] == found[1]
        assert found[0]["n_timed"]


def test_queries_do_not_grow_with_departments(
    town, people, client_for, plant, org, departments, django_assert_max_num_queries
):
    analyst = client_for(people["analyst"])
    analyst.get(PAGE)
    with django_assert_max_num_queries(15) as few:
        analyst.get(PAGE)
    for number in range(12):
        code = f"D{number}"
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Afdeling {number}")
        plant(code, [7000] * 8, hold_seconds=number)
    with django_assert_max_num_queries(15) as many:
        analyst.get(PAGE)
    assert len(many) == len(few)


def test_an_upgrade_adds_up_what_weeks_did_not_hold_before(town, plant):
    """The migration's own count, over rows as they were without it."""
    plant("BUR", [8000] * 3, day=dt.date(2026, 2, 2), scenario="complaint_dominant", hold_seconds=61)
    for model in (WeeklyDetail, DepartmentDetail):
        model.objects.update(hours={}, marks={})
    assert differences() != []
    upgrade = importlib.import_module("analytics.migrations.0010_hours_and_marks")
    upgrade.fill(apps, SimpleNamespace(connection=connection))
    assert differences() == []
