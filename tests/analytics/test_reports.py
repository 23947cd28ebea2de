"""What the reports say is what the calls say, counted here in another way; and what may not be seen is nowhere in them."""

import csv
import datetime as dt
import io
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from django.http import QueryDict

from analytics import reports, rollups
from analytics.access import Reader, department_or_404, reader_or_404
from analytics.figures import rounded
from analytics.filters import parse
from surveys.models import Call, CallbackEvent, Department, User
from surveys.models.calls import measure_column
from surveys.workflow import cell_of
from tests.analytics.conftest import NOW, moment
from tests.people import callback_answers, join

TODAY = dt.date(2026, 3, 31)


@pytest.fixture
def report(org, people):
    """`report("overview", "by=week", who="works_council", department="BUR")`."""

    def make(slug, query="", *, who="analyst", department=None):
        reader = Reader(User.objects.get(pk=people[who].pk), org, moment(who))
        key = None if department is None else Department.objects.get(organisation=org, code=department).pk
        return reports.run(slug, reader=reader, filters=parse(QueryDict(query), reader), department=key)

    return make


def row(found, **wanted):
    (only,) = [each for each in found.rows if all(each[name] == value for name, value in wanted.items())]
    return only


@pytest.fixture
def town(sow):
    """Half a year of calls in three departments, at random but always the same."""
    rng = random.Random(5)
    sow(
        {
            "code": code,
            "score": max(0, min(10000, round(rng.gauss(level, 1200)))),
            "day": TODAY - dt.timedelta(days=days),
            "scenario": scenario,
            "tone": rng.choice([None, 5000, 9000]),
            "callback_score": rng.randrange(10001),
            "fate": rng.choice(["helped", "ring_again", "unanswered"]),
            "seconds_to_answer": rng.choice([5, 15, 16]),
            "item_points": {"greeting.own_name": rng.choice([[100, 0], [0, 450], [None, 0]])},
        }
        for code, level in (("BUR", 8200), ("AFV", 6500), ("BEL", 7400))
        for days in range(0, 200, 4)
        for scenario in ("complaint_calm", "complaint_dominant")
    )


def exact_mean(calls, measure="score"):
    scores = [value for value in calls.values_list(measure_column(measure), flat=True) if value is not None]
    return rounded(Fraction(sum(scores), 100 * len(scores))), len(scores)


@pytest.mark.parametrize("measure", ["score", "tone", "callback"])
@pytest.mark.parametrize("narrowed", ["", "&caller_style=dominant"])
def test_overview_is_the_mean_of_the_calls(town, report, measure, narrowed):
    found = report("overview", f"measure={measure}{narrowed}")
    calls = Call.objects.filter(local_date__gt=TODAY - dt.timedelta(days=91))
    if narrowed:
        calls = calls.filter(scenario__caller_style="dominant")
    assert {each["department_code"] for each in found.rows} == {"BUR", "AFV", "BEL", "PUB", "total"}
    for code, within in (("BUR", ["BUR"]), ("BEL", ["BEL"]), ("PUB", ["BUR", "AFV"]), ("total", ["BUR", "AFV", "BEL"])):
        chosen = calls.filter(department__code__in=within)
        mean, n = exact_mean(chosen, measure)
        each = row(found, department_code=code)
        assert (each["mean"], each["calls"]) == (mean, n)
        assert (each["tone"], each["tone_calls"]) == exact_mean(chosen, "tone")
    assert found.counted == calls.count()
    assert found.newest == TODAY


def test_overview_compares_with_the_period_before(town, report):
    before = Call.objects.filter(local_date__range=(TODAY - dt.timedelta(days=181), TODAY - dt.timedelta(days=91)))
    each = row(report("overview"), department_code="AFV")
    mean, n = exact_mean(before.filter(department__code="AFV"))
    assert (each["mean_before"], each["calls_before"]) == (mean, n)
    assert each["change_low"] < each["change"] < each["change_high"]


def test_a_department_is_chosen_with_all_below_it(town, report):
    found = report("overview", "department=PUB")
    assert [each["department_code"] for each in found.rows] == ["BUR", "AFV", "PUB"]


def test_targets_are_the_dimensions_own_where_they_are_set(town, report):
    assert row(report("overview"), department_code="BEL")["target"] == Decimal("70.00")
    found = row(report("overview", "measure=tone"), department_code="BEL")
    assert (found["target"], found["distance"]) == (Decimal("85.00"), found["mean"] - 85)
    assert row(report("overview"), department_code="AFV")["target"] is None


@pytest.mark.parametrize(("by", "days"), [("month", 31), ("week", 2)])
def test_trend_is_the_mean_of_the_calls_of_each_period(town, report, by, days):
    found = report("trend", f"by={by}")
    mine = [each for each in found.rows if each["department_code"] == "BUR"]
    for each in mine:
        calls = Call.objects.filter(department__code="BUR", local_date__range=(each["start"], each["end"]))
        if calls.exists():
            assert (each["mean"], each["calls"]) == exact_mean(calls)
        else:
            assert (each["mean"], each["calls"], each["note"]) == (None, 0, "no calls")
    assert (mine[-1]["end"] - mine[-1]["start"]).days + 1 == days
    assert mine[-1]["end"] == TODAY
    assert len({each["department_code"] for each in found.rows}) == 4


def test_trend_draws_the_chosen_lines(town, report):
    found = report("trend", "line=total&line=PUB")
    assert {each["department_code"] for each in found.rows} == {"total", "PUB"}
    assert len(found.chart["layout"]["annotations"]) == 2
    assert "Publiekszaken in March 2026" in found.summary


def test_a_departments_reports(town, report):
    mine = Call.objects.filter(department__code="BUR", local_date__gt=TODAY - dt.timedelta(days=91))
    found = report("dimensions", department="BUR")
    assert {each["measure"] for each in found.rows} == {
        "score",
        "greeting",
        "phrasing",
        "callback",
        "listening",
        "tone",
    }
    march = mine.filter(local_date__month=3)
    assert row(found, measure="tone", start=dt.date(2026, 3, 1))["mean"] == exact_mean(march, "tone")[0]
    assert {each["measure"] for each in report("aspects", department="BUR").rows} == {"content", "experience"}
    (item,) = report("items", department="BUR").rows
    points = [points["greeting.own_name"] for points in mine.values_list("item_points", flat=True)]
    assert item["lost"] == rounded(Fraction(sum(lost for _points, lost in points), 100 * len(points)))
    assert item["scored"] == sum(earned is not None for earned, _lost in points)
    assert item["na"] == sum(earned is None for earned, _lost in points)
    assert item["question"] != "greeting.own_name"
    fates = report("fates", department="BUR")
    assert row(fates, fate="ring_again")["calls"] == mine.filter(fate="ring_again").count()
    left = mine.filter(fate__in=["ring_again", "unanswered"]).count()
    assert row(fates, fate="left_to_fate")["share"] == rounded(Fraction(100 * left, mine.count()))


def test_promises_that_may_still_be_kept_are_not_counted_yet(plant, report):
    plant("BUR", [8000] * 4, day=TODAY - dt.timedelta(days=2), promised=4, kept=3)
    plant("BUR", [8000] * 4, day=TODAY - dt.timedelta(days=1), promised=4, kept=1)
    found = row(report("overview"), department_code="BUR")
    assert (found["promised"], found["kept"], found["kept_share"]) == (4, 3, Decimal("75.00"))
    march = row(report("callbacks", department="BUR"), start=dt.date(2026, 3, 1))
    assert (march["promised"], march["kept"]) == (4, 3)


def test_the_export_says_of_each_promise_what_the_figures_count(make_call, report, people, client_for):
    """By the agreed moment and within the window are told apart, and only the second is what the figures count."""
    for due, hours in (
        ("2026-03-11T15:00", 20),
        ("2026-03-11T09:00", 24),
        ("2026-03-13T09:00", 40),
        ("2026-03-13T09:00", 50),
        ("2026-03-11T09:00", None),
    ):
        call = make_call(answers=callback_answers(due))
        if hours:
            happened = call.called_at + dt.timedelta(hours=hours)
            CallbackEvent.objects.create(
                callback=call.callback, kind="came", happened_at=happened, recorded_by=call.evaluator
            )
        rollups.recompute([cell_of(call)])
    sent = client_for(people["analyst"]).get(
        "/o/zuiderveen/exports/calls.csv", {"date_from": "2026-03-01", "date_to": "2026-03-31"}
    )
    written = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode(), newline="")))
    yes = {
        name: sum(each[f"callback_{name}"] == "yes" for each in written if each["kind"] == "field")
        for name in ("in_time", "within_window")
    }
    figures = row(report("overview", "from=2026-03-01&to=2026-03-31"), department_code="BUR")
    assert (figures["promised"], figures["kept"]) == (5, yes["within_window"])
    assert yes == {"in_time": 3, "within_window": 2}


def test_what_is_left_out_is_named(make_call, report):
    first = make_call()
    make_call(kind="second", second_of=first)
    for state in ("submitted", "returned", "draft", "voided", "submitted"):
        make_call(state)
    found = report("overview")
    assert found.counted == 1
    assert dict(found.left_out) == {"submitted": 2, "draft": 1, "returned": 1, "second": 1, "voided": 1}


def test_a_promise_made_in_a_form_arrives_here(make_call, report):
    make_call(answers=callback_answers())
    assert row(report("overview"), department_code="BUR")["promised"] == 1


def test_few_calls_have_no_interval_but_their_single_scores(plant, report):
    plant("BUR", [8000, 7000, 9000])
    found = report("overview")
    each = row(found, department_code="BUR")
    assert (each["mean"], each["mean_low"], each["band"]) == (Decimal("80.00"), None, None)
    assert found.result.few[0].singles == (Decimal("70.00"), Decimal("80.00"), Decimal("90.00"))


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_manager_reads_own_departments_with_all_below_them(town, report):
    assert {each["department_code"] for each in report("overview", who="manager").rows} == {"BUR", "AFV", "PUB"}
    assert {each["department_code"] for each in report("trend", who="manager").rows} == {"total", "BUR", "AFV"}
    assert "BEL" in {each["department_code"] for each in report("overview").rows}


def test_works_council_reads_no_figure_of_too_few_calls(plant, report):
    """The analyst sees the same three calls; the works council sees neither them nor totals that would tell them."""
    plant("BUR", [8123, 7123, 9123])
    plant("AFV", [6000] * 4 + [6500] * 4)
    plant("BEL", [7000] * 5)
    assert row(report("overview"), department_code="BUR")["mean"] == Decimal("81.23")
    found = report("overview", who="works_council")
    assert row(found, department_code="AFV")["mean"] == Decimal("62.50")
    for code in ("BUR", "PUB", "total"):
        each = row(found, department_code=code)
        assert (each["calls"], each["mean"], each["mean_low"], each["tone"], each["kept_share"], each["note"]) == (
            None,
            None,
            None,
            None,
            None,
            "too few calls",
        )
    assert "81.23" not in str(found.rows)
    trend = report("trend", who="works_council")
    assert {each["mean"] for each in trend.rows if each["department_code"] in {"BUR", "total"}} == {None}
    assert Decimal("62.50") in {each["mean"] for each in trend.rows if each["department_code"] == "AFV"}


@pytest.mark.parametrize("slug", ["dimensions", "aspects", "items", "fates", "callbacks"])
def test_works_council_reads_no_report_of_a_small_department(plant, report, slug):
    points = {"greeting.own_name": [50, 200]}
    plant("BUR", [8000, 7000, 9000], promised=3, kept=1, item_points=points, day=TODAY - dt.timedelta(days=9))
    shown = report(slug, department="BUR")
    hidden = report(slug, department="BUR", who="works_council")
    numbers = [value for each in shown.rows for value in each.values() if isinstance(value, Decimal)]
    assert numbers
    assert not [value for each in hidden.rows for value in each.values() if isinstance(value, Decimal)]
    assert [each for each in shown.rows if each.get("calls") or each.get("scored") or each.get("promised")]
    assert not [each for each in hidden.rows if each.get("calls") or each.get("scored") or each.get("promised")]


def test_a_small_month_is_withheld_with_the_others_of_its_quarter(plant, report):
    """Otherwise the quarter minus its other months would tell it."""
    for month, calls in ((1, 9), (2, 3), (3, 7)):
        plant("BEL", [7000 + month] * calls, day=dt.date(2026, month, 10))
    plant("BEL", [7000] * 6, day=dt.date(2025, 12, 10))
    found = report("trend", "line=BEL", who="works_council")
    assert [each["calls"] for each in found.rows][-4:] == [6, None, None, None]
    assert [each["calls"] for each in report("trend", "line=BEL").rows][-4:] == [6, 9, 3, 7]


def test_managing_opens_small_figures_of_the_managed_departments_only(plant, org, people, report):
    plant("BUR", [8000, 7000])
    plant("BEL", [6000, 7000])
    join(people["works_council"], org, "manager", "PUB")
    found = report("overview", who="works_council")
    assert row(found, department_code="BUR")["mean"] == Decimal("75.00")
    assert row(found, department_code="BEL")["note"] == "too few calls"


def test_a_tokens_departments_bound_what_it_reads(town, org, people):
    user = User.objects.get(pk=people["analyst"].pk)
    user.token_departments = frozenset({Department.objects.get(organisation=org, code="BUR").pk})
    reader = Reader(user, org, NOW)
    found = reports.run("overview", reader=reader, filters=parse(QueryDict(""), reader))
    assert {each["department_code"] for each in found.rows} == {"BUR"}


def test_doors(org, people, departments):
    from django.core.exceptions import PermissionDenied
    from django.http import Http404

    reader = reader_or_404(people["manager"], "zuiderveen", at=NOW)
    assert department_or_404(reader, departments["BUR"].pk) == departments["BUR"]
    with pytest.raises(Http404):
        department_or_404(reader, departments["BEL"].pk)
    with pytest.raises(Http404):
        reader_or_404(people["stranger"], "zuiderveen", at=NOW)
    with pytest.raises(PermissionDenied):
        reader_or_404(people["evaluator"], "zuiderveen", at=NOW)


def test_an_unknown_report_is_a_key_error(report):
    with pytest.raises(KeyError):
        report("nonsense")
    with pytest.raises(KeyError):
        report("overview", department="BUR")


def test_many_departments_are_grouped_without_confusion(org, report, sow, departments):
    """Sixty departments, each with its calls: every one stands in the table once."""
    for number in range(60):
        code = f"D{number:02}"
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Afdeling {number}")
    sow(
        {"code": f"D{number:02}", "score": 5000 + 60 * number + step}
        for number in range(60)
        for step in (0, 300, 600, 900, 1200)
    )
    result = report("overview").result
    codes = [each.code for each in result.departments]
    assert sorted(codes) == sorted(f"D{number:02}" for number in range(60))
    assert len(result.bands) > 1


def test_the_file_for_a_dutch_excel_holds_the_same_with_its_marks(plant, people, client_for):
    plant("BUR", [8025, 7000])
    plain, excel = (
        client_for(people["analyst"]).get(f"/o/zuiderveen/overview.csv?period=all{query}").content.decode()
        for query in ("", "&excel=1")
    )
    assert excel.startswith("\ufeffdepartment_code;")
    assert "75,12;" in excel
    assert excel.removeprefix("\ufeff").replace(",", ".").replace(";", ",") == plain
