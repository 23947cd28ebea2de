"""The trend's page: what it says first, that its figures are those of the metrics, and who sees which."""

import csv
import datetime as dt
import io
import random
import re
from fractions import Fraction

import pytest
import time_machine
from django.http import QueryDict

from analytics import frames, interventions, metrics, reports
from analytics.access import Reader
from analytics.figures import Mean, Point
from analytics.filters import parse
from analytics.metrics.courses import level, verdicts
from analytics.reports.history import breaks, history
from analytics.reports.signals import episodes
from analytics.stats.intervals import Sums
from surveys.models import Call, ChecklistVersion, Department, User, Wave
from tests.analytics.conftest import NOW
from tests.analytics.test_pages import NUMBER, page_rows, same

pytestmark = pytest.mark.django_db
TREND = "/o/zuiderveen/figures/trend/"
SLUGS = ("control", "courses", "effects", "bridges")
MONTHS = [dt.date(2024 + (month + 3) // 12, (month + 3) % 12 + 1, 10) for month in range(24)]
STEP = 16
CHANGED = MONTHS[STEP].replace(day=1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def years(sow):
    """Two years: BUR steps up by ten points at `CHANGED`, AFV falls by a point a month, BEL stays."""
    rng = random.Random(5)
    rows = []
    for month, day in enumerate(MONTHS):
        means = {"BUR": 6500 + 1000 * (month >= STEP), "AFV": 8500 - 100 * month, "BEL": 7000}
        rows += [
            {"code": code, "day": day, "score": round(rng.gauss(mean, 400)), "tone": round(rng.gauss(7000, 400))}
            | {name: round(rng.gauss(7000, 400)) for name in ("greeting", "phrasing", "callback_score", "listening")}
            for code, mean in means.items()
            for _ in range(8)
        ]
    return sow(rows)


@pytest.fixture
def training(org, people, departments):
    return interventions.add(
        organisation=org, department=departments["BUR"], day=CHANGED, name="Training", by=people["coordinator"], at=NOW
    )


@pytest.fixture
def read(org, people):
    def make(slug, query="", who="analyst"):
        reader = Reader(User.objects.get(pk=people[who].pk), org, NOW)
        return reports.run(slug, reader=reader, filters=parse(QueryDict(query), reader))

    return make


def lede(page):
    return re.sub(r"\s+|<[^>]+>", " ", re.search(r'<p class="lede">(.*?)</p>', page, re.DOTALL).group(1))


def by_cell(report):
    return {(row["department_code"], row["measure"]): row for row in report.rows}


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_first_sentence_names_what_changes_and_nothing_else(years, training, people, client_for):
    said = lede(client_for(people["analyst"]).get(TREND).content.decode())
    assert "Score of Afval" in said
    assert "falling, −1." in said
    assert re.search(r"Score of Burgerzaken\s*: higher since August 2025, \+\d", said)
    assert "Belastingen" not in said
    assert "Training (Burgerzaken): +" in said


def test_by_week_it_says_what_is_not_looked_for(years, people, client_for):
    """A step is drawn otherwise, and no reader should take it for another finding."""
    analyst = client_for(people["analyst"])
    overview = "/o/zuiderveen/overview/"
    for address in (TREND, overview):
        assert "By week" not in lede(analyst.get(address).content.decode())
        assert "By week, a steady rise or fall is looked for in the last 12 weeks only" in lede(
            analyst.get(f"{address}?by=week").content.decode()
        )


def test_a_departments_own_page_begins_with_its_own_course(years, people, client_for):
    analyst = client_for(people["analyst"])
    assert "Score of Belastingen: no clear change." in lede(analyst.get(TREND + "?department=BEL").content.decode())
    bur = analyst.get(TREND + "?department=BUR").content.decode()
    assert "Score of Burgerzaken: higher since August 2025" in lede(bur)
    assert bur.index('id="control"') < bur.index('id="courses"')


def test_without_signals_it_says_so(sow, people, client_for):
    rows = [
        {"code": code, "day": day, "score": 7000 + 10 * n}
        for code in ("BUR", "BEL")
        for day in MONTHS
        for n in range(6)
    ]
    sow(rows)
    page = client_for(people["analyst"]).get(TREND).content.decode()
    assert "Score: no department changes by more than chance." in lede(page)
    assert "0 of " in page


def test_an_empty_organisation_has_its_page(org, people, client_for):
    page = client_for(people["analyst"]).get(TREND).content.decode()
    assert "No figures yet" in page
    assert "No answer: no calls were counted in this choice." in lede(page)


def test_a_few_months_are_too_few_and_are_not_judged(sow, read, people, client_for):
    sow([{"code": "BUR", "day": day, "score": 7000 + 100 * n} for day in MONTHS[-4:] for n in range(6)])
    assert {row["verdict"] for row in read("courses").rows} == {"few"}
    assert "Too few periods for a range" in client_for(people["analyst"]).get(TREND).content.decode()


# --- the figures are those of the metrics -----------------------------------------------------------------------------


def sums_of(people, org, code, departments, measure="score"):
    """The sums of one department by month, read by themselves."""
    reader = Reader(User.objects.get(pk=people["analyst"].pk), org, NOW)
    seen = history(parse(QueryDict(""), reader))
    frame = frames.periods(reader, seen, frozenset({departments[code].pk}), (measure,))
    parts = metrics.parts(frame, ["period"])
    assert seen.start is not None
    days = metrics.calendar(seen.start, seen.end, "month")
    return [parts[start.replace(day=1),].sums(measure) for start, _end in days], days


def test_the_chart_is_the_metrics_chart(years, training, read, people, org, departments):
    sums, days = sums_of(people, org, "BUR", departments)
    points, _normal = metrics.series(sums, days)
    chart = metrics.control_chart(points, rebased={CHANGED})
    rows = read("control", "department=BUR").rows
    assert [row["mean"] for row in rows] == [point.mean.value for point in points]
    assert [(row["mean_low"], row["mean_high"]) for row in rows] == [(p.mean.low, p.mean.high) for p in points]
    assert [(row["range_low"], row["range_high"]) for row in rows] == [edges or (None, None) for edges in chart.limits]
    assert {row["centre"] for row in rows} == {stretch.centre for stretch in chart.stretches}
    assert len(chart.stretches) == 2
    signals = {(seen.day, str(seen.rule)) for seen in chart.signals}
    assert signals == {(row["start"], rule) for row in rows for rule in row["rules"].split(", ") if rule}


def test_without_the_marker_the_chart_rings_what_rose(years, read):
    found = read("control", "department=BUR")
    above = [row for row in found.rows if row["side"] == "above" and "1" in row["rules"].split(", ")]
    assert {row["start"] for row in above} >= {day.replace(day=1) for day in MONTHS[STEP:]}
    rings = [trace for trace in found.chart["data"] if trace["marker"].get("symbol") == "circle-open"]
    assert sorted(rings[0]["x"]) == [row["start"].isoformat() for row in found.rows if "1" in row["rules"].split(", ")]
    assert any(
        "8 months in a row above the middle" in said and "August 2025" in said for said in found.result.sentences
    )


def test_verdicts_are_corrected_for_all_of_them(years, read, people, org, departments):
    rows = by_cell(read("courses"))
    assert len(rows) == 6 * 5  # three departments, what holds two of them, and all together
    assert (rows["AFV", "score"]["verdict"], rows["BEL", "score"]["verdict"]) == ("falling", "steady")
    assert (rows["BUR", "score"]["verdict"], rows["BUR", "score"]["since"]) == ("higher", CHANGED)
    # A department alone, without the others to be corrected with, has smaller p.
    points = metrics.bare_points(*sums_of(people, org, "BUR", departments))
    alone = verdicts({"BUR": (points, ())})["BUR"]
    together = rows["BUR", "score"]
    assert alone.drift.value == together["drift"]
    assert alone.level.change.value == together["step"]
    assert alone.drift.adjusted <= float(together["drift_p"]) + 1e-4
    # And what is chosen for the chart changes nothing of it.
    assert by_cell(read("courses", "department=BUR")) == rows


def test_an_effect_is_the_metrics_effect(years, training, read, people, org, departments):
    (row,) = read("effects", "department=BUR").rows
    sums, days = sums_of(people, org, "BUR", departments)
    found = metrics.intervention(sums, days, CHANGED)
    assert (row["before"], row["after"], row["change"]) == (found.before.value, found.after.value, found.change.value)
    course = found.course
    assert (row["jump"], row["jump_low"], row["jump_high"]) == (course.level.value, course.level.low, course.level.high)
    assert (row["turn"], row["slope_before"]) == (course.slope.value, course.slope_before.value)
    assert (row["name"], row["added_by"], row["periods"]) == ("Training", people["coordinator"].name, 24)


def test_an_effect_is_told_with_what_is_known(years, training, mark_more, read):
    found = {each.intervention.name: each.sentence for each in read("effects").result}
    assert re.fullmatch(
        r"\+\d+\.\d \(\+\d+\.\d to \+\d+\.\d\) points from one month to the next, counted from the trend before it, which did not clearly rise or fall\.",
        found["Training"],
    )
    assert found["New script"].startswith("no clear effect: ")
    assert "points after against before" in found["Recent"]
    # Five months after it are too few to tell a course, however straight they lie.
    assert "too few periods to tell" in found["November"] or "in few periods" in found["November"]
    assert found["Long ago"] == "no calls on both sides of this day that can be compared, in the dates that are shown."


@pytest.fixture
def mark_more(org, people, departments):
    for name, day in (
        ("New script", dt.date(2025, 4, 1)),
        ("November", dt.date(2025, 11, 1)),
        ("Recent", dt.date(2026, 3, 1)),
        ("Long ago", dt.date(2020, 1, 1)),
    ):
        interventions.add(
            organisation=org, department=departments["BEL"], day=day, name=name, by=people["coordinator"], at=NOW
        )


def test_the_names_of_target_and_range_are_apart(years, read, departments):
    """Inside its band the range is named at the edge away from the target, whichever side that is."""
    for target in (6600, 7400):
        Department.objects.filter(code="BEL").update(target=target)
        layout = read("control", "department=BEL").chart["layout"]
        (band,) = (each for each in layout["shapes"] if each["type"] == "rect")
        (named,) = (each for each in layout["annotations"] if each["text"] == "normal range")
        edge = (band["y1"], "top") if target < 7000 else (band["y0"], "bottom")
        assert (named["y"], named["yanchor"]) == edge


def test_the_range_is_named_beside_a_band(years, mark_more, read):
    """The newest stretch is a month, which has no range: at its end a name would hang beside nothing."""
    layout = read("control", "department=BEL").chart["layout"]
    (named,) = (each for each in layout["annotations"] if each["text"] == "normal range")
    first = min((each for each in layout["shapes"] if each["type"] == "rect"), key=lambda each: each["x0"])
    assert named["xanchor"] == "left"
    assert named["y"] in {first["y0"], first["y1"]}


def test_markers_stand_on_the_charts_they_are_about(years, training, mark_more, read, people, client_for):
    def labels(query):
        return [
            each["text"] for each in read("control", query).chart["layout"]["annotations"] if each.get("name") == "end"
        ]

    assert labels("department=BUR") == ["Training"]
    # The names that have room; the others stand under the chart, by their numbers.
    assert labels("department=BEL") == ["New script", "November"]
    texts = [each["text"] for each in read("control", "department=BEL").chart["layout"]["annotations"]]
    assert [text for text in texts if text.startswith("<b>")] == ["<b>1</b>", "<b>2</b>", "<b>3</b>"]
    assert labels("") == []
    page = client_for(people["manager"]).get(TREND).content.decode()
    assert "Training" in page
    assert "New script" not in page
    assert "Added by" in page


# --- a new checklist --------------------------------------------------------------------------------------------------


@pytest.fixture
def new_version(org, years, version):
    """From `CHANGED` on another version; two questions were answered in every call, one of them better since."""
    after = ChecklistVersion.objects.create(
        checklist=version.checklist, number=2, document=version.document, state="published", published_at=NOW
    )
    wave = Wave.objects.get(organisation=org)
    Wave.objects.filter(pk=wave.pk).update(starts_on=MONTHS[0], ends_on=CHANGED - dt.timedelta(days=1))
    later = Wave.objects.create(
        organisation=org, version=after, name="Later", starts_on=CHANGED, ends_on=NOW.date(), state="open"
    )
    one, other = ("greeting.own_name", "greeting.organisation")
    for call in Call.objects.order_by("pk"):
        is_after = call.local_date >= CHANGED
        call.item_points = {one: [100 if is_after or call.pk % 2 else 0, 0], other: [50, 0]}
        if is_after:
            call.wave, call.version = later, after
        call.save(update_fields=["item_points", "wave", "version"])
    return after


def test_a_new_checklist_is_a_break_and_is_bridged(new_version, read, people, client_for):
    found = read("control", "department=BUR")
    assert [each.day for each in found.result.breaks] == [CHANGED]
    assert [stretch.start for stretch in found.result.chart.stretches][1] == CHANGED
    assert str(new_version) in [each["text"] for each in found.chart["layout"]["annotations"]]
    (row,) = read("bridges", "department=BUR").rows
    assert (row["day"], row["version_after"]) == (CHANGED, str(new_version))
    assert (row["calls_before"], row["calls_after"]) == (8 * STEP, 8 * (24 - STEP))
    assert row["behaviour"] > 0
    page = client_for(people["analyst"]).get(TREND + "?department=BUR").content.decode()
    assert "calls changed clearly" in page
    assert "Only periods since 1 August 2025 are judged here" in page


def test_verdicts_look_only_at_scores_of_the_same_questions(new_version, read):
    cell = by_cell(read("courses"))["BUR", "score"]
    # The step falls together with the new questions, so it is not called a change.
    assert (cell["verdict"], cell["periods"]) == ("steady", 24 - STEP)


def test_withheld_months_keep_their_place_after_a_new_checklist(new_version, read, monkeypatch):
    def hidden(tree, _sizes, days):
        return {node: {len(days) - 2, len(days) - 1} for node in tree.nodes}

    before = by_cell(read("courses"))["BUR", "score"]["periods"]
    monkeypatch.setattr("analytics.reports.verdicts.hidden_periods", hidden)
    assert by_cell(read("courses"))["BUR", "score"]["periods"] == before - 2


def test_an_effect_is_told_within_one_checklist(new_version, read, org, people, departments):
    day = dt.date(2024, 12, 1)
    interventions.add(
        organisation=org, department=departments["BUR"], day=day, name="Script", by=people["coordinator"], at=NOW
    )
    (row,) = read("effects", "department=BUR").rows
    sums, days = sums_of(people, org, "BUR", departments)
    found = metrics.intervention(sums[:STEP], days[:STEP], day)
    assert (row["calls_before"], row["calls_after"]) == (64, 64)
    assert (row["periods"], row["jump"], row["jump_low"]) == (16, found.course.level.value, found.course.level.low)
    assert metrics.intervention(sums, days, day).course.level.value != row["jump"]


def test_one_version_alone_has_no_break(new_version, org, people):
    reader = Reader(User.objects.get(pk=people["analyst"].pk), org, NOW)
    assert len(breaks(reader, parse(QueryDict(""), reader))) == 1
    assert breaks(reader, parse(QueryDict(f"version={new_version.pk}"), reader)) == []


@pytest.mark.parametrize("slug", ["control", "courses", "effects"])
def test_the_same_days_tell_the_same_by_name_and_by_dates(years, training, read, slug):
    named, dated = read(slug, "department=BUR"), read(slug, "department=BUR&from=2025-12-31&to=2026-03-31")
    assert (named.filters.start, named.filters.end) == (dated.filters.start, dated.filters.end)
    assert named.rows == dated.rows != ()
    assert named.summary == dated.summary


# --- the same everywhere, for whom it is --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["analyst", "works_council", "manager"])
def test_page_file_and_api_hold_the_same_digits(years, training, mark_more, client_for, api_client, people, who):
    User.objects.filter(pk=people[who].pk).update(language="nl")
    browser, program = client_for(people[who]), api_client(people[who], "read")
    query = "?department=BUR"
    html = browser.get(TREND + query).content.decode()
    for slug in SLUGS[:3]:
        written = list(
            csv.DictReader(io.StringIO(browser.get(f"/o/zuiderveen/reports/{slug}.csv{query}").content.decode()))
        )
        answered = program.get(f"/api/v1/reports/{slug}/{query}&organisation=zuiderveen").json()["rows"]
        shown = page_rows(html, slug)
        assert len(written) == len(answered) == len(shown) > 0, slug
        for cells, line, row in zip(shown, written, answered, strict=True):
            for name, value in line.items():
                if NUMBER.fullmatch(value):
                    assert str(row[name]) == value
                    assert same(cells[name], value), (slug, name)


def test_small_groups_are_not_shown_to_who_reads_totals(sow, training, org, people, read):
    rows = [{"code": "BUR", "day": day, "score": 7000 + 50 * n} for day in MONTHS for n in range(3)]
    rows += [{"code": "BEL", "day": day, "score": 7000 + 50 * n} for day in MONTHS for n in range(9)]
    sow(rows)
    for who, sees in (("analyst", True), ("manager", True), ("works_council", False)):
        control = read("control", "department=BUR", who)
        assert any(row["mean"] is not None for row in control.rows) is sees, who
        assert {row["note"] for row in control.rows} == ({""} if sees else {"too few calls"})
        if not sees:
            assert all(row["calls"] is None for row in control.rows)
            cells = by_cell(read("courses", "", who))
            assert cells["BUR", "score"]["verdict"] == "few"
            assert cells["BUR", "score"]["drift"] is None


def test_an_effect_on_few_calls_is_withheld(sow, training, read):
    sow([{"code": "BUR", "day": MONTHS[place], "score": 7000} for place in (3, 3, 20, 20)])
    sow([{"code": "BEL", "day": day, "score": 7000 + 50 * n} for day in MONTHS for n in range(9)])
    (seen,), (hidden,) = (read("effects", "department=BUR", who).rows for who in ("analyst", "works_council"))
    assert seen["before"] is not None
    assert (hidden["before"], hidden["after"], hidden["calls_before"]) == (None, None, None)
    assert hidden["note"] == "too few calls"


def test_no_effect_is_told_as_a_course_across_a_withheld_quarter(sow, training, read):
    """The level rises at the training; five months before it one month is too small, so its whole quarter is withheld."""
    day = training.day
    gap = [each for each in MONTHS if each < day.replace(day=1)][-5]
    sow(
        {"code": "BUR", "day": each, "score": 7000 + 900 * (each >= day) + 50 * n}
        for each in MONTHS
        for n in range(2 if each == gap else 9)
    )
    (seen,), (hidden,) = (read("effects", "department=BUR", who).rows for who in ("analyst", "works_council"))
    assert seen["jump"] is not None
    assert (hidden["jump"], hidden["periods"]) == (None, None)
    assert hidden["before"] is not None
    assert hidden["calls_before"] < seen["calls_before"]


def test_two_markers_beside_each_other_do_not_tell_a_month(sow, org, people, departments, read):
    rows = [
        {"code": "BUR", "day": day, "score": 7000 + 50 * n}
        for day in MONTHS
        for n in range(12 if day != MONTHS[9] else 2)
    ]
    sow(rows)
    for day in (MONTHS[9].replace(day=1), MONTHS[10].replace(day=1)):
        interventions.add(
            organisation=org, department=departments["BUR"], day=day, name=str(day), by=people["coordinator"], at=NOW
        )
    open_, closed = (
        [row["calls_before"] for row in read("effects", "department=BUR", who).rows]
        for who in ("analyst", "works_council")
    )
    assert open_ == [9 * 12, 9 * 12 + 2]
    # What lies between the two is nothing, or a month that is shown.
    assert closed[1] - closed[0] in {0, 12}


def test_the_bridge_is_for_who_may_see_calls(new_version, read):
    (seen,), (hidden,) = (read("bridges", "department=BUR", who).rows for who in ("analyst", "works_council"))
    assert seen["linked_before"] is not None
    assert {hidden[name] for name in ("calls_before", "observed", "behaviour", "linked_before")} == {None}
    assert hidden["day"] == CHANGED


def test_managers_and_strangers(years, people, client_for):
    manager = client_for(people["manager"]).get(TREND).content.decode()
    assert "Burgerzaken" in manager
    assert "Belastingen" not in manager
    assert "Mark what was changed" in manager
    assert "Mark what was changed" not in client_for(people["analyst"]).get(TREND).content.decode()
    assert client_for(people["stranger"]).get(TREND).status_code == 404
    assert client_for(people["evaluator"]).get(TREND).status_code == 403


def test_queries_do_not_grow(
    years, training, mark_more, people, org, departments, client_for, plant, django_assert_max_num_queries
):
    analyst = client_for(people["analyst"])
    analyst.get(TREND)
    with django_assert_max_num_queries(15) as few:
        analyst.get(TREND)
    for number in range(12):
        code = f"D{number}"
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Afdeling {number}")
        plant(code, [7000 + number, 7100, 7200, 7300, 7500])
    with django_assert_max_num_queries(15) as many:
        analyst.get(TREND)
    assert len(many) == len(few)
    with django_assert_max_num_queries(15):
        analyst.get(TREND + "?department=BUR")


def test_a_break_takes_its_calls_on_either_side_and_no_more(
    new_version, people, client_for, django_assert_max_num_queries
):
    """Beside the versions, which the filter by version reads too."""
    analyst = client_for(people["analyst"])
    analyst.get(TREND)
    with django_assert_max_num_queries(15) as without:
        analyst.get(f"{TREND}?version={new_version.pk}")
    with django_assert_max_num_queries(len(without) + 2):
        analyst.get(TREND)


# --- rules by themselves ----------------------------------------------------------------------------------------------


def points_of(*values, n=20, spread=100):
    days = metrics.calendar(dt.date(2024, 1, 1), dt.date(2024, 1, 1) + dt.timedelta(days=31 * len(values)), "month")
    found = []
    for (start, end), value in zip(days, values, strict=False):
        sums = Sums(n, n * value, n * value * value + n * spread * spread)
        found.append(Point(start, end, Mean(n=n, exact=Fraction(n * value, 100 * n), sums=sums)))
    return tuple(found)


def test_the_change_of_level_is_found_where_it_was_made():
    found = level(points_of(*[6000, 6100, 6050, 6080, 6020, 6060] * 2, *[7000, 7100, 7050] * 3))
    assert (found.day, found.n_before, found.n_after, found.is_step) == (dt.date(2025, 1, 1), 12, 9, True)
    assert found.p < 0.001
    assert found.change.low < found.change.value < found.change.high
    assert not level(points_of(*range(6000, 7200, 50))).is_step
    assert level(points_of(6000, 6100, 6200, 6300, 6400)) is None
    assert level(points_of(*[6000] * 12)) is None


def test_signals_that_overlap_are_one_episode():
    chart_points = points_of(*[7000, 7040, 6990, 7020, 6980, 7010] * 2, *[7035] * 9, 9000)
    chart = metrics.control_chart(chart_points)
    assert chart is not None
    (found,) = [each for each in episodes(chart, chart_points) if each.above]
    assert found.outside == (chart_points[-1].start,)
    assert len(found.run) >= 9
    assert "in a row above the middle" in found.sentence("month")
    assert found.sentence("month").endswith("above the range.")
