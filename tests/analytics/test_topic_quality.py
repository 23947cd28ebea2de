"""Quality of the measurement: who is found strict, what cannot be steered on, habits, hours, and that only who checks reads it."""

import csv
import datetime as dt
import io
import random
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.urls import reverse

from analytics import call_frames, evaluator_frames, metrics, reports, rollups
from analytics.access import Reader
from analytics.filters import parse
from analytics.reports.agreed import SEED
from analytics.topics import quality, strictness
from surveys.exports import pseudonyms
from surveys.models import Call, Department, Membership, Organisation, User
from surveys.workflow import cell_of
from tests.analytics.conftest import NOW, planted
from tests.analytics.test_pages import NUMBER, page_rows, same

pytestmark = pytest.mark.django_db

SLUGS = ("item_agreement", "severity", "corrected", "severity_drift", "habits", "call_hours")
PAGE, STRICTNESS = (f"/o/zuiderveen/figures/{slug}/" for slug in ("quality", "strictness"))
JANUARY, MARCH = dt.date(2026, 1, 20), dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def callers(org, people):
    """Four evaluators beside the one that every test has."""
    found = {}
    for name in ("Petra", "Quinten", "Rosa", "Sjoerd"):
        found[name] = User.objects.create(name=name, email=f"{name.lower()}@example.org")
        Membership.objects.create(organisation=org, user=found[name], role="evaluator")
    return found


@pytest.fixture
def score(org, callers, wave, departments, scenarios):
    """`score("Petra", "BUR", [6000, 6100], day=MARCH, tone=5000)`: approved calls of that evaluator, counted."""

    def make(name, code, scores, *, day=MARCH, scenario="complaint_calm", **columns):
        calls = Call.objects.bulk_create(
            planted(
                org, callers[name], wave, department=departments[code], scenario=scenarios[scenario],
                day=day, score=each, **columns,
            )
            for each in scores
        )  # fmt: skip
        rollups.recompute({cell_of(call) for call in calls})
        return calls

    return make


@pytest.fixture
def twice(org, people, wave, departments, scenarios, score):
    """`twice("tone.calm", [(100, 0), (50, 50)])`: calls that were scored a second time, blind."""

    def make(item, pairs):
        for (first, second), call in zip(pairs, score("Rosa", "BUR", [8000] * len(pairs)), strict=True):
            Call.objects.filter(pk=call.pk).update(item_points={item: [first, 0]})
            planted(
                org, people["reviewer"], wave, department=departments["BUR"], scenario=scenarios["complaint_calm"],
                day=MARCH, score=8000, kind="second", second_of=call, item_points={item: [second, 0]},
            ).save()  # fmt: skip

    return make


def around(level, n, seed):
    rng = random.Random(seed)
    return [level + rng.randrange(-900, 901) for _ in range(n)]


@pytest.fixture
def town(score, callers):
    """Petra gives ten points less than the others, in every department; Afval is ten points worse than Burgerzaken."""
    for place, name in enumerate(callers):
        less = 1000 if name == "Petra" else 0
        score(name, "BUR", around(8000 - less, 10, place), day=JANUARY)
        score(name, "BUR", around(8000 - less, 10, place + 10))
        # Petra calls Afval most: its score bears the marks of that.
        score(name, "AFV", around(7000 - less, 30 if name == "Petra" else 10, place + 20))


@pytest.fixture
def view(org, people):
    """`view("severity", "measure=tone", who="reviewer")`: a report; by the slug of a page its content."""

    def make(slug, query="", who="analyst"):
        reader = Reader(User.objects.get(pk=people[who].pk), Organisation.objects.get(pk=org.pk), NOW)
        chosen = parse(QueryDict(query), reader)
        topics = {"quality": quality, "strictness": strictness}
        return (
            topics[slug].build(reader, chosen) if slug in topics else reports.run(slug, reader=reader, filters=chosen)
        )

    return make


def row(found, **wanted):
    (only,) = [each for each in found.rows if all(each[name] == value for name, value in wanted.items())]
    return only


# --- who is strict ----------------------------------------------------------------------------------------------------


def test_the_first_sentence_names_the_strict_one(town, view):
    said = [each.text for each in view("strictness", who="coordinator").lede]
    assert said[0].startswith("Strict: Petra 7.6 points (")
    assert said[0].endswith("less than others would give for the same calls.")
    assert said[2].startswith("Who scored moves a department's figure by at most ")
    assert said[2].endswith(" points (Afval).")
    assert view("severity").summary == "3 of 4 evaluators clearly score stricter or more lenient than the others."
    assert view("corrected").summary == said[2]
    assert "that department and scenario do not explain" in view("strictness").sections[0].note


def test_without_a_signal_it_says_so(score, callers, view):
    for place, name in enumerate(callers):
        for code in ("BUR", "AFV"):
            score(name, code, around(8000, 12, place))
    assert view("strictness").lede[0].text == "No evaluator is clearly stricter or more lenient than the others."


def test_departments_that_do_not_change_are_counted_only(score, callers, view, people, client_for):
    """A change that would be written as 0.0 is none."""
    for place, name in enumerate(callers):
        for code in ("BUR", "AFV"):
            score(name, code, around(8000, 12, place))
    found = view("corrected")
    assert len(found.rows) == 2
    assert (found.result.moved, found.result.still) == ((), 2)
    assert found.summary == "Who scored moves the figure of no department by 0.1 points or more."
    page = client_for(people["analyst"]).get(STRICTNESS).content.decode()
    assert '<table class="cards shifts">' not in page
    assert "+0.0" not in page
    for place, name in enumerate(callers):
        score(name, "BUR", around(8000 - (1000 if name == "Petra" else 0), 30 if name == "Petra" else 10, place + 30))
    moved = view("corrected").result
    assert {each.name for each in moved.moved} <= {"Burgerzaken", "Afval"} != set()
    assert all(abs(each.shift) > Decimal("0.05") for each in moved.moved)
    assert len(moved.moved) + moved.still == 2
    assert '<table class="cards shifts">' in client_for(people["analyst"]).get(STRICTNESS).content.decode()


def test_severity_and_corrected_scores_are_those_of_the_metrics(town, view, org, people, departments, callers):
    reader = Reader(people["analyst"], org, NOW)
    frame = call_frames.by_evaluator(reader, parse(QueryDict(""), reader), frozenset(reader.departments), "score")
    found = metrics.severity(frame)
    names, table = pseudonyms(org), view("severity")
    for each in found.evaluators:
        line = row(table, evaluator=names[each.evaluator])
        assert (line["severity"], line["severity_low"], line["severity_high"], line["raw"], line["calls"]) == (
            each.estimate.value, each.estimate.low, each.estimate.high, each.raw, each.estimate.n,
        )  # fmt: skip
    petra = row(table, evaluator=names[callers["Petra"].pk])
    assert petra["severity_clear"] == "yes"
    assert Decimal(-10) < petra["severity"] < Decimal(-5)  # against the mean of all four, and drawn to it
    corrected = view("corrected")
    for score in found.departments:
        line = next(line for line in corrected.rows if line["corrected"] == score.estimate.value)
        assert (line["raw"], line["shift"]) == (score.raw, metrics.shift(score))
        assert line["shift"] == line["corrected"] - line["raw"]
    assert row(corrected, department_code="AFV")["shift"] > row(corrected, department_code="BUR")["shift"]
    drawn = view("severity", who="coordinator").chart["data"][0]
    assert list(drawn["y"])[-1] == "Petra"  # the strictest on top
    assert list(drawn["x"])[-1] == pytest.approx(float(petra["severity"]), abs=0.005)


def test_both_halves_together_are_the_whole(town, org, people):
    keys = ["evaluator", "department", "scenario"]
    reader = Reader(people["analyst"], org, NOW)
    asked = reader, parse(QueryDict(""), reader), frozenset(reader.departments)
    halves = evaluator_frames.by_half(*asked)
    whole = evaluator_frames.together(halves)
    other = call_frames.by_evaluator(*asked, "score").sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(whole.sort_values(keys, ignore_index=True)[list(other.columns)], other)
    assert halves.loc[~halves["later"], "n"].sum() == 40


def test_the_middle_day_belongs_to_the_first_half(score, org, people):
    reader = Reader(people["analyst"], org, NOW)
    asked = reader, parse(QueryDict(""), reader), frozenset(reader.departments)
    day = evaluator_frames.middle(*asked[:2])
    score("Petra", "BUR", [8000], day=day)
    score("Petra", "BUR", [0, 10_000], day=day + dt.timedelta(days=1))
    halves = evaluator_frames.by_half(*asked)
    held = {
        later: parts for later, *parts in halves[["later", "n", "sum", "squares"]].itertuples(index=False, name=None)
    }
    assert held == {False: [1, 8000, 8000**2], True: [2, 10_000, 10_000**2]}


def test_who_cannot_be_compared_is_named(score, view, people, client_for):
    score("Petra", "BUR", around(8000, 12, 1))
    score("Rosa", "AFV", around(7000, 12, 2), scenario="complaint_dominant")
    found = view("severity", who="coordinator")
    assert found.summary.startswith("Nothing is told: nothing that they called links some evaluators")
    assert set(found.result.apart) == {"Petra called only Burgerzaken", "Rosa called only Afval"}
    assert (found.rows, found.chart, view("corrected").rows) == ((), None, ())
    page = client_for(people["coordinator"]).get(STRICTNESS).content.decode()
    assert "Nobody can be called strict or lenient here: these evaluators called nothing in common." in page
    assert "These evaluators cannot be compared" in page
    assert "Petra called only Burgerzaken" in page


def test_scenarios_that_part_evaluators_are_not_laid_to_departments(score, view):
    score("Petra", "BUR", around(8000, 12, 1))
    score("Rosa", "BUR", around(7000, 12, 2), scenario="complaint_dominant")
    found = view("severity")
    assert found.summary.startswith("Nothing is told")
    assert (found.result.apart, len(found.result.found.apart)) == ((), 2)


def test_drift_tells_who_changed(score, callers, view):
    for place, name in enumerate(callers):
        for code in ("BUR", "AFV"):
            later = 6000 if name == "Quinten" else 8000
            score(name, code, around(8000, 15, place), day=JANUARY)
            score(name, code, around(later, 15, place + 9))
    found = view("severity_drift", who="reviewer")
    changed = row(found, name="Quinten")
    assert (changed["drift_clear"], changed["calls_before"], changed["calls_after"]) == ("yes", 30, 30)
    assert abs(changed["drift"] - (changed["after"] - changed["before"])) <= Decimal("0.01")
    assert changed["drift_low"] < changed["drift"] < changed["drift_high"] < 0
    assert "Became stricter: Quinten" in " ".join(each.text for each in view("strictness", who="reviewer").lede)
    assert next(each.person.name for each in found.result.clear) == "Quinten"


def test_without_drift_nobody_is_named(town, view):
    found = view("severity_drift")
    assert not found.result.clear
    assert found.chart is None
    assert not metrics.severity_drift(pd.DataFrame(columns=["evaluator", "department", "scenario", "later", "n", "sum", "squares"])).comparable  # fmt: skip


# --- what can be steered on -------------------------------------------------------------------------------------------


def test_questions_are_judged_by_how_far_two_agree(twice, view, org, people):
    twice("tone.calm", [(100, 0), (0, 100)] * 8 + [(100, 100)] * 2)
    twice("greeting.own_name", [(100, 100), (0, 0)] * 10)
    twice("listening.checked", [(100, 100), (0, 0)] * 10 + [(100, 0)] * 3)
    twice("phrasing.wording", [(100, 0)] * 9)
    twice("phrasing.clear_answer", [(100, 100)] * 12)
    table = view("item_agreement")
    verdicts = {each.code: each.verdict for each in table.result.lines}
    assert verdicts == {
        "tone.calm": "not",
        "listening.checked": "tentatively",
        "greeting.own_name": "firmly",
        "phrasing.clear_answer": "alike",
        "phrasing.wording": "few",
    }
    reader = Reader(people["analyst"], org, NOW)
    frame = call_frames.scored_twice(reader, parse(QueryDict(""), reader), frozenset(reader.departments))
    for each in metrics.agreement(frame, rng=np.random.default_rng(SEED)):
        line = row(table, item=each.code)
        assert (line["alpha"], line["alpha_low"], line["alpha_high"], line["same"]) == (
            each.alpha.value, each.alpha.low, each.alpha.high, each.same.value,
        )  # fmt: skip
    assert [row(table, item=code)["steer"] for code in verdicts] == ["no", "yes", "yes", "", ""]
    assert metrics.unsteady(frame) == {"tone.calm"}
    assert metrics.unsteady(frame, 1000) == metrics.unsteady(frame.iloc[:0]) == frozenset()
    said = " ".join(each.text for each in view("quality").lede)
    assert "Do not steer on “How did the employee's voice sound during the call?”" in said


def test_what_may_be_chance_is_said_more_carefully(twice, view):
    twice("tone.calm", [(100, 100), (0, 0)] * 4 + [(100, 0), (0, 100)] * 2)
    (line,) = view("item_agreement").result.of("not")
    assert not line.sure
    voice = "How did the employee's voice sound during the call?"
    said = f"Do not steer on “{voice}”: its agreement is too low in these calls and may be better in more."
    assert view("quality").lede[-1].text == said


def test_of_too_few_pairs_nothing_is_said_to_agree(twice, view, people, client_for):
    twice("tone.calm", [(100, 100), (50, 50)])
    said = view("quality").lede[-1].text
    assert said == "Too few calls were scored twice to tell which questions to steer on."
    assert "answered too differently" not in client_for(people["analyst"]).get(PAGE).content.decode()


def test_nothing_scored_twice_is_said(town, view, people, client_for):
    assert view("item_agreement").summary == "No call of this choice was scored twice."
    first = "Which questions can be trusted cannot be told: no call of this choice was scored twice."
    assert view("quality").lede[0].text == first
    assert "No call of this choice was scored twice" in client_for(people["analyst"]).get(PAGE).content.decode()


# --- habits -----------------------------------------------------------------------------------------------------------


def after(calls, minutes):
    for call in calls:
        call.submitted_at = call.called_at + dt.timedelta(minutes=minutes)
    Call.objects.bulk_update(calls, ["submitted_at"])


def test_habits_are_counted_by_hand(score, view):
    after(score("Petra", "BUR", [6000] * 40), 14)  # every dimension has the score of the whole: all alike
    after(score("Rosa", "BUR", [6000] * 30, tone=9000), 40)
    after(score("Rosa", "BUR", [10000] * 10), 15)  # full marks tell nothing of halo
    after(score("Sjoerd", "BUR", [6000] * 20, tone=6600, listening=6100), 61)
    score("Quinten", "BUR", [6000] * 20, tone=None, listening=None, phrasing=None)
    found = view("habits", who="reviewer")
    petra, rosa, sjoerd, quinten = (row(found, name=name) for name in ("Petra", "Rosa", "Sjoerd", "Quinten"))
    assert (petra["halo_count"], petra["halo_n"], petra["halo_gap_clear"]) == (40, 40, "yes")
    assert (rosa["halo_count"], rosa["halo_n"]) == (0, 30)
    assert (sjoerd["halo_count"], sjoerd["halo_n"]) == (0, 20)
    assert quinten["halo_n"] == 0  # two dimensions are too few
    assert (petra["minutes"], rosa["minutes"], sjoerd["minutes"]) == (Decimal("14.00"), Decimal("40.00"), Decimal("61.00"))  # fmt: skip
    assert (petra["soon_count"], rosa["soon_count"], sjoerd["soon_count"]) == (40, 10, 0)
    whole = row(found, evaluator="total")
    assert (whole["halo_count"], whole["halo_n"], whole["soon_n"], whole["soon_count"]) == (40, 90, 120, 70)
    said = " ".join(each.text for each in view("quality", who="reviewer").lede)
    assert "All dimensions alike more often than with the others: Petra (100" in said
    assert "Handed in later than by the others: Sjoerd (0" in said
    assert [line.name for line in found.result.lanes.lines][-1] == "All together"


def test_flags_are_those_of_the_calls_that_one_may_see(score, view, callers):
    flag = {"flags": [{"rule": "alike", "of": "scales"}, {"rule": "long_recall", "minutes": 90}], "flag_count": 2}
    score("Petra", "BUR", [6000] * 10, **flag)
    score("Petra", "BUR", [6000] * 10)
    score("Rosa", "BUR", [6000] * 40)
    waiting = score("Petra", "BUR", [6000] * 4, **flag)
    Call.objects.filter(pk__in=[call.pk for call in waiting]).update(state="submitted")
    reviewed = row(view("habits", who="reviewer"), name="Petra")
    assert (reviewed["flagged_count"], reviewed["flagged_n"], reviewed["rule_alike"]) == (14, 24, 14)
    assert (reviewed["rule_long_recall"], reviewed["rule_copied"], reviewed["flagged_gap_clear"]) == (14, 0, "yes")
    code = reviewed["evaluator"]
    # Analysts see what counts.
    assert row(view("habits"), evaluator=code)["flagged_n"] == 20
    assert (
        "A rule found something more often than with the others: Petra" in view("quality", who="reviewer").lede[-1].text
    )


# --- hours ------------------------------------------------------------------------------------------------------------


def test_hours_are_set_against_those_of_the_wave(score, view, wave, org):
    """All at 11:00 on Tuesdays but one, late in the evening: the wave asks for 40 hours of the week."""
    calls = score("Petra", "BUR", [8000] * 41)
    calls[0].called_at = dt.datetime(2026, 3, 10, 20, 5, tzinfo=dt.UTC)
    calls[0].save(update_fields=["called_at"])
    found = view("call_hours")
    assert len(found.rows) == 41
    tuesday = row(found, weekday="2", hour="11:00")
    assert (tuesday["calls"], tuesday["expected"], tuesday["share"], tuesday["gap_clear"]) == (
        40, Decimal("1.00"), Decimal("100.00"), "yes",
    )  # fmt: skip
    assert row(found, weekday="1", hour="11:00")["calls"] == 0
    late = row(found, weekday="2", hour="21:00")
    assert (late["calls"], late["asked"], late["expected"]) == (1, "no", None)
    assert found.summary == "1 call lies outside the days and hours of its wave."
    assert sum(each["calls"] for each in found.rows) == 41


# --- who reads it, and how often the database is asked ----------------------------------------------------------------


def test_page_file_and_api_hold_the_same_digits(town, twice, people, client_for, api_client):
    twice("tone.calm", [(100, 0), (0, 100), (50, 50)] * 8)
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    page = "".join(browser.get(each).content.decode() for each in (PAGE, STRICTNESS))
    for slug in SLUGS:
        file = browser.get(reverse("report_csv", args=["zuiderveen", slug])).content.decode()
        written = list(csv.DictReader(io.StringIO(file)))
        answered = program.get(f"/api/v1/reports/{slug}/").json()["rows"]
        shown = page_rows(page, slug)
        assert len(shown) == len(written) == len(answered) > 0, slug
        for cells, line, given in zip(shown, written, answered, strict=True):
            for name, value in line.items():
                assert name == "weekday" or same(cells[name], value), (slug, name)
                assert value == ("" if given[name] is None else str(given[name])) or not NUMBER.fullmatch(value)


def test_who_checks_or_analyses_reads_it_and_others_do_not(town, people, client_for, api_client, view):
    for role in ("administrator", "coordinator", "reviewer", "analyst"):
        browser = client_for(people[role])
        assert {browser.get(each).status_code for each in (PAGE, STRICTNESS)} == {200}, role
        for slug in SLUGS:
            assert browser.get(reverse("report_csv", args=["zuiderveen", slug])).status_code == 200
    for role, status in (("manager", 403), ("works_council", 403), ("evaluator", 403), ("stranger", 404)):
        browser = client_for(people[role])
        assert {browser.get(each).status_code for each in (PAGE, STRICTNESS)} == {status}, role
        for slug in SLUGS:
            assert browser.get(reverse("report_csv", args=["zuiderveen", slug])).status_code == status
    for role in ("manager", "works_council"):
        program = api_client(people[role], "read")
        assert {program.get(f"/api/v1/reports/{slug}/").status_code for slug in SLUGS} == {403}
        page = client_for(people[role]).get("/o/zuiderveen/figures/comparison/").content.decode()
        assert PAGE not in page
        assert STRICTNESS not in page
        with pytest.raises(PermissionDenied):
            view("severity", who=role)


def test_analysts_learn_no_names(town, people, client_for, org, callers):
    """As in the exports: the pseudonym for all, the name for those who check calls."""
    code = pseudonyms(org)[callers["Petra"].pk]
    for role, knows in (("administrator", True), ("coordinator", True), ("reviewer", True), ("analyst", False)):
        for address in (PAGE, STRICTNESS):
            page = client_for(people[role]).get(address).content.decode()
            assert code in page
            assert ("Petra" in page) == knows, role


def test_an_empty_organisation_says_what_will_come(org, people, client_for, view):
    assert "No figures yet" in client_for(people["coordinator"]).get(PAGE).content.decode()
    for slug in SLUGS:
        assert view(slug).rows == ()


@pytest.mark.parametrize("address", [PAGE, STRICTNESS])
def test_queries_do_not_grow(
    address, town, twice, people, client_for, score, org, departments, django_assert_max_num_queries
):
    twice("tone.calm", [(100, 0), (50, 50)])
    browser = client_for(people["analyst"])
    browser.get(address)
    with django_assert_max_num_queries(15) as few:
        browser.get(address)
    for number in range(12):
        code = f"D{number}"
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Afdeling {number}")
        for name in ("Petra", "Rosa"):
            score(name, code, around(7000, 8, number))
    with django_assert_max_num_queries(15) as many:
        browser.get(address)
    assert len(many) == len(few)
