"""What readers of totals may choose, and that nothing small can be worked out from all of it together."""

import datetime as dt
import random

import numpy as np
import pytest
from django.http import QueryDict

from analytics import choices, metrics, pages, quarters, reports, rollups, words
from analytics.access import Reader
from analytics.filters import parse
from analytics.quarters import Quarter
from surveys.models import Call, Department, User
from surveys.workflow import cell_of
from tests.analytics.conftest import LATER, NOW

QUARTERS = (Quarter(2025, 4), Quarter(2026, 1))
MONTHS = [dt.date(2025, 10, 1), dt.date(2025, 11, 1), dt.date(2025, 12, 1)]
MONTHS += [dt.date(2026, month, 1) for month in (1, 2, 3)]


def test_quarters_follow_each_other_over_the_year():
    first = Quarter(2026, 1)
    assert (first.start, first.end, first.name) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31), "2026-q1")
    assert (first.back(1), first.back(4), first.back(-1)) == (Quarter(2025, 4), Quarter(2025, 1), Quarter(2026, 2))
    assert [quarters.quarter_of(dt.date(2026, month, 1)).number for month in range(1, 13)] == [
        *(1, 1, 1, 2, 2, 2),
        *(3, 3, 3, 4, 4, 4),
    ]
    assert quarters.named("2026-q1") == first
    for name in ("2026-q5", "2026-Q1", "last_quarter", "1900-q1", "٢٠٢٦-q1", "2026-q1 "):
        assert quarters.named(name) is None


def test_totals_of_a_quarter_are_given_two_weeks_after_it():
    assert quarters.released(dt.date(2026, 4, 14)) == Quarter(2025, 4)
    assert quarters.released(dt.date(2026, 4, 15)) == Quarter(2026, 1)


@pytest.fixture
def chosen(org, people, departments):
    def make(query="", who="works_council", at=LATER):
        reader = Reader(User.objects.get(pk=people[who].pk), org, at)
        return reader, parse(QueryDict(query), reader)

    return make


@pytest.mark.django_db
class TestChoices:
    def test_readers_of_totals_choose_a_quarter(self, chosen):
        _reader, usual = chosen()
        assert (usual.start, usual.end, usual.problems) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31), ())
        assert usual.before == (dt.date(2025, 10, 1), dt.date(2025, 12, 31))
        _reader, earlier = chosen("period=2025-q3&against=last_year")
        assert (earlier.start, earlier.before) == (dt.date(2025, 7, 1), (dt.date(2024, 7, 1), dt.date(2024, 9, 30)))
        assert earlier.querystring() == "?period=2025-q3&against=last_year"

    @pytest.mark.parametrize("period", ["2026-q2", "1989-q4", "last_month", "all"])
    def test_they_are_given_no_other_period(self, chosen, period):
        _reader, found = chosen(f"period={period}")
        assert found.period == "2026-q1"
        assert [each.key for each in found.problems] == ["period"]
        assert bool(chosen(f"period={period}", "analyst")[1].problems) is (period == "1989-q4")

    @pytest.mark.parametrize("who", ["analyst", "works_council"])
    def test_the_first_quarter_has_one_before_it(self, chosen, who):
        _reader, first = chosen("period=1990-q1&against=last_year", who)
        assert words.before(first) == "the same quarter a year before"
        assert words.before(chosen("period=1990-q1", who)[1]) == "the 4th quarter of 1989"

    @pytest.mark.parametrize(
        "narrower",
        [
            "from=2026-03-01&to=2026-03-31",
            "against_from=2025-10-01",
            "scenario=complaint_calm",
            "caller_style=calm",
            "attempt=1",
            "weekday=1",
            "fate=helped",
        ],
    )
    def test_they_are_given_nothing_narrower(self, chosen, narrower):
        _reader, found = chosen(narrower)
        assert found.scope == chosen()[1].scope
        assert narrower.partition("=")[2].partition("&")[0] in found.problems[0].message
        assert found.querystring() == "?"
        assert chosen(narrower, "analyst")[1].scope != chosen("", "analyst")[1].scope

    def test_waves_and_versions_neither(self, chosen, wave):
        for narrower in (f"wave={wave.pk}", f"version={wave.version_id}"):
            assert chosen(narrower)[1].scope == chosen()[1].scope
            assert chosen(narrower, "analyst")[1].problems == ()

    def test_a_chosen_department_is_a_line_among_all(self, chosen, departments):
        _reader, found = chosen("department=BUR&by=week")
        assert (found.departments, found.lines, found.by) == ((), (departments["BUR"].pk,), "month")

    def test_the_form_offers_what_may_be_chosen(self, chosen):
        assert [each.key for each in choices.fields(*chosen())] == ["period", "against", "measure"]
        assert [each.value for each in choices.fields(*chosen())[0].options][:2] == ["2026-q1", "2025-q4"]
        keys = [each.key for each in choices.fields(*chosen("", "analyst"))]
        assert {"from", "scenario", "department"} <= set(keys)

    def test_others_look_at_the_running_quarter_too(self, chosen):
        _reader, found = chosen("period=2026-q1", "analyst", NOW)
        assert (found.start, found.end, found.problems) == (dt.date(2026, 1, 1), NOW.date(), ())
        assert found.before == (dt.date(2025, 10, 1), dt.date(2025, 12, 31))


# --- nothing small ----------------------------------------------------------------------------------------------------


def told(reader):
    """Everything that a reader of totals is shown of scores, as (departments, months) with their number of calls."""

    def rows(slug, query):
        return reports.run(slug, reader=reader, filters=parse(QueryDict(query), reader)).rows

    own = {each.code: reader.below(each.pk) for each in reader.departments.values()} | {
        "total": frozenset(reader.departments)
    }
    for quarter in QUARTERS:
        months = [month for month in MONTHS if quarters.quarter_of(month) == quarter]
        for row in rows("overview", f"period={quarter.name}"):
            if row["mean"] is not None:
                yield own[row["department_code"]], months, row["calls"]
        for row in rows("trend", f"period={quarter.name}"):
            if row["mean"] is not None:
                yield own[row["department_code"]], [row["start"]], row["calls"]


def test_a_total_is_kept_by_withholding_the_smallest_beside_a_small_one():
    sizes = {1: [3, 9], 2: [9, 9], 3: [20, 20], 9: [32, 38]}
    within = {1: frozenset({1}), 2: frozenset({2}), 3: frozenset({3}), 9: frozenset({1, 2, 3})}
    smallest = dict.fromkeys(within, 5)
    assert metrics.withheld(sizes, within, smallest) == {1, 9}
    assert metrics.withheld(sizes, within, smallest, spare_totals=True) == {1, 2}
    # Nobody is withheld for it whose calls the reader knows.
    assert metrics.withheld(sizes, within, smallest | {2: 1}, spare_totals=True) == {1, 3}
    # A month in which only one of the withheld had calls would be that one's.
    alone = {1: [20, 0, 3], 2: [0, 0, 5], 3: [10, 10, 10], 9: [30, 10, 18]}
    assert metrics.withheld(alone, within, smallest, spare_totals=True) == {1, 9}
    # Nothing beside it is enough in that month, or the total is withheld anyway.
    thin = sizes | {2: [0, 9], 3: [1, 20], 9: [4, 38]}
    assert 9 in metrics.withheld(thin, within, smallest, spare_totals=True)
    assert metrics.withheld(sizes, within, smallest, {9}, spare_totals=True) == {1, 9}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_no_small_group_can_be_worked_out_from_all_that_is_shown(org, people, departments, sow, seed):
    """Each figure shown is an equation in the sums of departments and months; none may tell one of a small group."""
    rng = random.Random(seed)
    for code, parent in (("P2", None), ("X", "P2"), ("Y", "P2"), ("Z", "PUB")):
        departments[code] = Department.objects.create(
            organisation=org, code=code, name=f"Desk {code}", parent=departments.get(parent)
        )
    sizes = {
        (code, month): rng.choice([0, 0, 3, 4, 5, 12, 20, 30])
        for code in ("BUR", "AFV", "BEL", "X", "Y", "Z")
        for month in MONTHS
    }
    sow(
        {"code": code, "score": rng.randrange(10001), "day": month + dt.timedelta(days=9)}
        for (code, month), n in sizes.items()
        for _each in range(n)
    )
    reader = Reader(User.objects.get(pk=people["works_council"].pk), org, LATER)
    # Which months had no calls at all is not told either, so these are unknown as well.
    counts = {(departments[code].pk, month): n for (code, month), n in sizes.items()}
    cells = list(counts)
    shown = list(told(reader))
    assert len(shown) > 10
    equations = np.array(
        [[key in keys and month in months for key, month in cells] for keys, months, _n in shown], float
    )
    for (keys, months, n), equation in zip(shown, equations, strict=True):
        assert n == sum(counts[cell] for cell, inside in zip(cells, equation, strict=True) if inside), (keys, months)
    rank = np.linalg.matrix_rank(equations)
    groups = [[place] for place in range(len(cells))]
    for key in {key for key, _month in cells}:
        for quarter in QUARTERS:
            inside = [at for at, (of, month) in enumerate(cells) if of == key and quarters.quarter_of(month) == quarter]
            groups.append(inside)
    for group in groups:
        if 0 < sum(counts[cells[place]] for place in group) < org.min_group_size:
            sought = np.zeros((1, len(cells)))
            sought[0, group] = 1
            assert np.linalg.matrix_rank(np.vstack([equations, sought])) > rank, [cells[place] for place in group]


def test_a_total_beside_departments_minds_the_parts_that_are_told_elsewhere():
    """All minus the part {1, 2}, minus the department shown, would be the three calls of 3."""
    sizes = {1: 3, 2: 4, 3: 3, 4: 20}
    assert metrics.withheld_departments(sizes, 5) == ({1, 2, 3}, False)
    assert metrics.withheld_departments(sizes, 5, (), [frozenset({1, 2, 99})]) == ({1, 2, 3}, True)


@pytest.mark.django_db
class TestOtherFigures:
    """BUR, AFV and BEL may be told, Z may not, and so the total may not: nor what adds up to it, on any page."""

    @pytest.fixture
    def read(self, org, people, departments, sow, plant):
        departments["Z"] = Department.objects.create(organisation=org, code="Z", name="Desk Z")
        for code, n in (("BUR", 20), ("AFV", 20), ("BEL", 20)):
            sow({"code": code, "score": 5000 + 900 * number} for number in range(n) if number < 5)
            sow({"code": code, "score": 7000} for _number in range(n - 5))
        plant("Z", [7000, 5000, 5900], promised=3, kept=1, fate="callback_agreed")

        def make(slug, who):
            reader = Reader(User.objects.get(pk=people[who].pk), org, LATER)
            return reports.run(slug, reader=reader, filters=parse(QueryDict(""), reader))

        return make

    def test_hours_do_not_add_up_to_it(self, read):
        assert read("hours", "analyst").rows
        assert read("hours", "works_council").rows == ()

    def test_single_scores_are_for_who_may_see_calls(self, org, read):
        org.min_group_size = 3
        org.save()
        assert [row.code for row in read("overview", "analyst").result.few] == ["Z"]
        assert any(row.singles for row in read("overview", "analyst").result.few)
        assert not any(row.singles for row in read("overview", "works_council").result.few)

    @pytest.fixture
    def parts(self, org, departments, plant, read):
        """Of P2, two small departments, is told: everything minus it, and minus the others, would be Z."""
        departments["P2"] = Department.objects.create(organisation=org, code="P2", name="P2")
        for code in ("X", "Y"):
            departments[code] = Department.objects.create(
                organisation=org, code=code, name=code, parent=departments["P2"]
            )
            plant(code, [7000] * 3, promised=3, kept=1, fate="callback_agreed")
        plant("BUR", [7000] * 9, promised=9, kept=5, fate="callback_agreed")
        return read

    def test_they_mind_the_parts_that_are_told(self, parts):
        told = {row["department_code"]: row for row in parts("overview", "works_council").rows}
        assert told["P2"]["mean"] is not None
        assert told["total"]["mean"] is None
        spreads = {row["department_code"]: row for row in parts("spreads", "works_council").rows}
        assert (spreads["BUR"]["note"], spreads["total"]["mean"]) == ("", None)
        curves = {row["department_code"] for row in parts("kept_curves", "works_council").rows}
        assert "total" not in curves
        assert "total" in {row["department_code"] for row in parts("kept_curves", "analyst").rows}
        assert parts("content_experience", "works_council").result.whole.gap.withheld
        assert not parts("content_experience", "analyst").result.whole.gap.withheld

    def test_no_day_is_told_after_what_is_given(self, org, people, read):
        readers = [Reader(User.objects.get(pk=people[who].pk), org, LATER) for who in ("analyst", "works_council")]
        found = [
            pages.ends(reports.run("overview", reader=each, filters=parse(QueryDict("period=2025-q1"), each)), each)
            for each in readers
        ]
        assert found == ["The newest counted call is of 10 March 2026.", ""]

    def test_quarters_are_offered_as_far_back_as_there_are_calls(self, org, people, read):
        reader = Reader(User.objects.get(pk=people["works_council"].pk), org, LATER)
        offered = choices.fields(reader, parse(QueryDict(""), reader))[0].options
        assert [each.value for each in offered] == ["2026-q1"]

    def test_a_part_tells_nothing_of_its_questions(self, org, people, departments, plant, read):
        plant("BUR", [7000] * 9, item_points={"greeting.own_name": [50, 200]})

        def rows(who, code):
            reader = Reader(User.objects.get(pk=people[who].pk), org, LATER)
            chosen = parse(QueryDict(""), reader)
            return reports.run("items", reader=reader, filters=chosen, department=departments[code].pk).rows

        assert rows("works_council", "BUR")
        assert rows("analyst", "PUB")
        assert not rows("works_council", "PUB")


@pytest.mark.django_db
class TestMonths:
    """Z is small in March, so that the smallest beside it, BEL, is withheld for the whole's sake: on its own page too."""

    @pytest.fixture
    def report(self, org, people, departments, plant):
        departments["Z"] = Department.objects.create(organisation=org, code="Z", name="Desk Z")
        for code, sizes in (("BUR", (30, 30, 30)), ("AFV", (20, 20, 20)), ("BEL", (9, 14, 9)), ("Z", (7, 6, 3))):
            for month, n in enumerate(sizes, 1):
                plant(code, [7000] * n, day=dt.date(2026, month, 10))

        def make(slug, query="", *, who="works_council", department=None):
            reader = Reader(User.objects.get(pk=people[who].pk), org, LATER)
            key = None if department is None else departments[department].pk
            return reports.run(slug, reader=reader, filters=parse(QueryDict(query), reader), department=key)

        return make

    def counts(self, found, **wanted):
        return [row["calls"] for row in found.rows if all(row[name] == value for name, value in wanted.items())][-3:]

    def test_what_goes_along_is_withheld_on_every_page(self, report):
        trend = report("trend")
        assert self.counts(trend, department_code="total") == [66, 70, 62]
        assert self.counts(trend, department_code="BEL") == [None] * 3
        assert self.counts(report("dimensions", department="BEL"), measure="score") == [None] * 3
        assert self.counts(
            report("dimensions", "period=2026-q1", department="BEL", who="analyst"), measure="score"
        ) == [9, 14, 9]

    def test_nor_is_it_told_in_which_months_there_were_no_calls(self, report, plant, org, people):
        gone = Call.objects.filter(department__code="Z", local_date__month=2)
        cells = {cell_of(call) for call in gone}
        gone.update(state="voided")
        rollups.recompute(cells)
        (february,) = [
            row
            for row in report("trend", "line=Z").rows
            if row["department_code"] == "Z" and row["start"] == dt.date(2026, 2, 1)
        ]
        assert february["note"] == "too few calls"

    def test_weeks_are_not_offered(self, org, people, report):
        for who, offered in (("analyst", 2), ("works_council", 0)):
            reader = Reader(User.objects.get(pk=people[who].pk), org, LATER)
            assert len(pages.overview(reader, parse(QueryDict(""), reader)).trend.steps) == offered
