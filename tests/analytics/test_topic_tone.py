"""The tone gap's page: matched calm and dominant calls."""

import re
from decimal import Decimal

import pandas as pd
import pytest
import time_machine
from django.http import QueryDict

from analytics import answer_frames, call_frames, metrics, reports
from analytics.access import Reader
from analytics.filters import parse
from analytics.reports import tone
from surveys.models import Assignment, AssignmentGroup, Call, Department, User
from tests.analytics.conftest import NOW
from tests.analytics.one_report import assert_same_digits, rows_of

pytestmark = pytest.mark.django_db
PAGE = "/o/zuiderveen/figures/tone-gap/"
REPORTS = ("tone_gap", "tone_gap_departments", "tone_gap_items")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pair_up(sow, wave, departments):
    """`pair_up("BUR", [(8000, 7000), ...])`: matched pairs with these scores, calm first, counted."""

    def make(code, scores, **columns):
        rows = [
            {"code": code, "score": score, "scenario": f"complaint_{style}"}
            | {"item_points": {"tone.calm": [score // 100, 0], "greeting.own_name": [100, 0]}}
            | columns
            for both in scores
            for style, score in zip(("calm", "dominant"), both, strict=True)
        ]
        calls = sow(rows)
        for calm, dominant in zip(calls[::2], calls[1::2], strict=True):
            department = departments[code]
            group = AssignmentGroup.objects.create(wave=wave, department=department, kind="pair", problem="complaint")
            for position, call in enumerate((calm, dominant), 1):
                call.assignment = Assignment.objects.create(
                    organisation=wave.organisation, wave=wave, department=department, scenario=call.scenario,
                    evaluator=call.evaluator, state="done", starts_at=call.called_at, until=NOW, group=group,
                    position=position,
                )  # fmt: skip
        Call.objects.bulk_update(calls, ["assignment"])

    return make


@pytest.fixture
def gap(pair_up):
    """Burgerzaken gives callers who press less, Belastingen treats all alike."""
    pair_up("BUR", [(8000 + 50 * step, 6500 + 90 * step) for step in range(9)])
    pair_up("BEL", [(7500 + 50 * step, 7550 + 40 * step) for step in range(9)])


def read(org, user, query=""):
    reader = Reader(User.objects.get(pk=user.pk), org, NOW)
    return reader, parse(QueryDict(query), reader)


def lede(answer):
    found = re.search(r'<p class="lede">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<.*?>", "", found.group(1))).strip() if found else ""


def test_the_first_sentence_names_the_department_and_the_size(gap, people, client_for):
    said = lede(client_for(people["analyst"]).get(PAGE))
    assert said.startswith("Dominant callers get less for the same question: Burgerzaken 13.4 points (12.6 to 14.2).")
    assert "In the other department no gap is clear." in said
    assert "All together, in the score: dominant callers get 6.6 points (3.2 to 10.1) less; 18 pairs." in said


def test_without_a_gap_it_says_so(pair_up, people, client_for):
    for code in ("BUR", "BEL"):
        pair_up(code, [(7500 + 50 * step, 7900 - 50 * step) for step in range(9)])
    said = lede(client_for(people["analyst"]).get(PAGE))
    assert said.startswith("No department treats dominant callers clearly differently from calm ones.")
    assert "no clear difference" in said


def test_figures_are_those_of_the_metrics(gap, org, people, departments):
    reader, filters = read(org, people["analyst"])
    keys = frozenset(reader.departments)
    found = metrics.tone_gaps(call_frames.pairs(reader, filters, keys, ("score", "tone")))
    items = metrics.tone_gap_items(call_frames.pair_answers(reader, filters, keys)).whole
    rows = {slug: reports.run(slug, reader=reader, filters=filters).rows for slug in REPORTS}
    (score,) = [row for row in rows["tone_gap"] if row["measure"] == "score"]
    whole = found.whole["score"]
    assert (score["pairs"], score["gap"], score["gap_low"], score["gap_high"]) == (
        18, whole.estimate.value, whole.estimate.low, whole.estimate.high,
    )  # fmt: skip
    assert (score["calm"], score["dominant"]) == (whole.calm, whole.dominant)
    by_code = {row["department_code"]: row for row in rows["tone_gap_departments"]}
    for code in ("BUR", "BEL"):
        each = found.departments[departments[code].pk]["score"].estimate
        assert (by_code[code]["gap"], by_code[code]["gap_low"]) == (each.value, each.low)
    assert [by_code[code]["clear"] for code in ("BUR", "BEL")] == ["yes", "no"]
    asked = {row["item"]: row for row in rows["tone_gap_items"]}
    assert asked["tone.calm"]["gap"] == items["tone.calm"].estimate.value
    assert asked["greeting.own_name"]["method"] == "McNemar"
    assert asked["tone.calm"]["question"].endswith("?")


def test_pairs_and_their_answers_are_those_of_the_single_frames(gap, pair_up, org, people, departments):
    pair_up("AFV", [(8000, 7000)], item_points={"tone.calm": [None, 0], "greeting.opening": [75, 0]})
    reader, filters = read(org, people["analyst"])
    keys, measures = frozenset(reader.departments), ("score", "tone")
    pairs, answers = answer_frames.pairs_and_answers(reader, filters, keys, measures)
    pd.testing.assert_frame_equal(pairs, call_frames.pairs(reader, filters, keys, measures))
    pd.testing.assert_frame_equal(answers, call_frames.pair_answers(reader, filters, keys))
    assert (len(pairs), len(answers)) == (19, 2 * 18 + 1)


def test_departments_follow_the_chosen_measure(pair_up, org, people):
    pair_up("BUR", [(8000, 7000 + 10 * step) for step in range(6)], tone=5000)
    for query, gap in (("", "9.75"), ("measure=tone", "0.00")):
        reader, filters = read(org, people["analyst"], query)
        (row,) = reports.run("tone_gap_departments", reader=reader, filters=filters).rows
        assert row["gap"] == Decimal(gap)


def test_everything_on_the_page_is_corrected_together():
    rows = [(1, 8000 + 100 * (step % 3), 7900 + 110 * ((step + 1) % 3)) for step in range(9)]
    pairs = pd.DataFrame.from_records(rows, columns=["department", "calm_score", "dominant_score"])
    pairs[["calm_tone", "dominant_tone"]] = pairs[["calm_score", "dominant_score"]]
    answers = pd.DataFrame(columns=["department", "item", "calm", "dominant"])
    found = metrics.tone_sides(pairs, answers, ("score", "tone"), "score")
    alone = metrics.tone_gaps(pairs[["department", "calm_score", "dominant_score"]]).whole["score"].estimate
    each = [found.measures["score"], found.measures["tone"], found.departments[1]]
    # All three are the same test: what is corrected over three equal p-values stays what it is.
    assert {one.estimate.p for one in each} == {alone.p}
    assert {one.estimate.adjusted for one in each} == {alone.p}
    assert found.items == {}
    wide = pairs.assign(calm_tone=pairs["calm_tone"] + 3000)
    clear = metrics.tone_sides(wide, answers, ("score", "tone"), "score")
    tone = clear.measures["tone"].estimate
    assert tone.clear
    assert tone.p is not None
    assert tone.adjusted == pytest.approx(3 * tone.p)


def test_page_file_and_api_hold_the_same_digits(gap, people, client_for, api_client):
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    for report in REPORTS:
        assert_same_digits(browser, program, "tone-gap", report)


def test_readers_of_totals_see_no_small_group_of_pairs(later, gap, pair_up, org, people, departments, client_for):
    departments["KLE"] = Department.objects.create(organisation=org, code="KLE", name="Kleine dienst")
    pair_up("KLE", [(9000, 1000), (9100, 1300)])
    analyst, council = (client_for(people[role]) for role in ("analyst", "works_council"))
    seen, hidden = (
        {line["department_code"]: line for line in rows_of(client, "tone_gap_departments")}
        for client in (analyst, council)
    )
    assert (seen["KLE"]["gap"], seen["KLE"]["note"]) == ("79.00", "")
    assert (hidden["KLE"]["gap"], hidden["KLE"]["pairs"], hidden["KLE"]["note"]) == ("", "", "too few calls")
    assert hidden["BUR"]["gap"] == seen["BUR"]["gap"]
    # What all pairs say would give it away: of measures and of questions.
    for report in ("tone_gap", "tone_gap_items"):
        assert all(line["gap"] for line in rows_of(analyst, report))
        assert not any(line["gap"] for line in rows_of(council, report))
    assert client_for(people["evaluator"]).get(PAGE).status_code == 403
    assert client_for(people["stranger"]).get(PAGE).status_code == 404
    manager = client_for(people["manager"]).get(PAGE).content.decode()
    assert "Burgerzaken" in manager
    assert "Belastingen" not in manager


def test_few_pairs_are_said_without_an_interval(pair_up, people, client_for):
    pair_up("BUR", [(9000, 8000), (8000, 7500)])
    page = client_for(people["analyst"]).get(PAGE).content.decode()
    assert "too few for an interval: 7.5 points less for dominant callers; 2 pairs" in page


def test_one_side_alone_makes_no_pairs_and_says_why(gap, people, client_for):
    analyst = client_for(people["analyst"])
    for query in ("?caller_style=calm", "?scenario=complaint_calm"):
        page = analyst.get(PAGE + query).content.decode()
        assert "only one side was chosen" in page
    assert "only one side" not in analyst.get(PAGE).content.decode()


def test_calls_without_pairs(plant, people, client_for):
    plant("BUR", [8000] * 6)
    answer = client_for(people["analyst"]).get(PAGE)
    assert lede(answer) == "There are no matched pairs of calls in this choice."
    page = answer.content.decode()
    assert "No matched pairs in this choice" in page
    assert "Right of zero" not in page
    assert "once calmly and once by a caller who presses" in page


def test_too_many_calls(gap, people, client_for, monkeypatch):
    monkeypatch.setattr(tone, "MOST_ANSWERED", 35)
    page = client_for(people["analyst"]).get(PAGE).content.decode()
    assert "this choice holds 36 calls" in page
    assert "?period=last_month" in page


def test_nothing_yet(org, people, client_for):
    page = client_for(people["analyst"]).get(PAGE)
    assert "No figures yet" in page.content.decode()
    assert lede(page) == "No answer: no calls were counted in this choice."


def test_queries(gap, people, client_for, django_assert_max_num_queries):
    analyst = client_for(people["analyst"])
    analyst.get(PAGE)
    with django_assert_max_num_queries(15):
        analyst.get(PAGE)
