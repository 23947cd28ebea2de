"""Figures from real frames: calls in the database, counted here by hand."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.http import QueryDict

from analytics import call_frames, frames, metrics, rollups
from analytics.access import Reader
from analytics.call_frames import _stretches
from analytics.filters import parse
from surveys.models import Assignment, AssignmentGroup, Call, Callback, CallbackEvent, User
from surveys.workflow import cell_of
from tests.analytics.conftest import NOW, planted

MEASURES = ("score", "content", "experience")
# Promises of this day may still be kept at `NOW`.
YESTERDAY = dt.date(2026, 3, 30)


@pytest.fixture
def read(org, people):
    """`read(frames.bins)`: a frame as the analyst reads it, of all departments over the last quarter."""

    def make(frame, *args, query=""):
        reader = Reader(User.objects.get(pk=people["analyst"].pk), org, NOW)
        return frame(reader, parse(QueryDict(query), reader), frozenset(reader.departments), *args)

    return make


@pytest.fixture
def key(departments):
    """`key("BUR")`: what frames call a department."""
    return lambda code: departments[code].pk


def totals(read):
    sums = metrics.parts(read(frames.totals, MEASURES), ["department", "now"])
    return {department: each for (department, now), each in sums.items() if now}


def test_helped_kept_and_open(plant, read, key):
    plant("BUR", [8000] * 4, fate="helped")
    plant("BUR", [8000] * 2, fate="voicemail")
    plant("BUR", [2000] * 3, fate="ring_again", outcome="failed")
    plant("BUR", [7000] * 6, fate="callback_agreed", promised=5, kept=3)
    plant("BUR", [7000] * 2, fate="colleague", promised=2, kept=1)
    plant("BUR", [7000] * 4, day=YESTERDAY, fate="callback_agreed", promised=4, kept=1)
    plant("BUR", [7000], fate="")
    parts = totals(read)[key("BUR")]
    helped, kept = metrics.helped(parts), metrics.kept(parts)
    # 4 + 2 + 2 at once and 3 called back, of the 21 endings that are known without the four that may still come.
    assert (helped.count, helped.n) == (11, 17)
    assert (kept.share.count, kept.share.n, kept.open) == (4, 7, 4)
    assert (metrics.called_back(parts).count, metrics.called_back(parts).n) == (3, 6)
    assert (metrics.left(parts).count, metrics.left(parts).n) == (3, 22)
    assert (metrics.failed(parts).count, metrics.passed(parts).count, metrics.passed(parts).n) == (3, 19, 22)
    assert (metrics.prompt(parts).count, metrics.prompt(parts).n) == (22, 22)


def test_items(sow, read, key):
    sow(
        {"code": code, "score": 8000, "item_points": {"greeting.own_name": earned, "tone.calm": [50, 300]}}
        for code, earned in [("BUR", [100, 0])] * 6
        + [("BUR", [0, 450])] * 2
        + [("BUR", [None, 0])]
        + [("AFV", [0, 450])] * 5
    )
    calls = {department: parts["n_score"] for department, parts in totals(read).items()}
    found = metrics.items(read(frames.answers), calls)
    name, calm = found.whole
    assert (name.code, name.n, name.na, name.calls) == ("greeting.own_name", 13, 1, 14)
    assert (name.earned.value, name.lost) == (Decimal("46.15"), Decimal("2.25"))
    assert (calm.lost, calm.spread) == (Decimal("3.00"), ((50, 14),))
    own = found.departments[key("BUR")]["greeting.own_name"]
    assert (own.n, own.na, own.earned.value, own.lost) == (8, 1, Decimal("75.00"), Decimal("1.00"))
    assert [each.code for each in metrics.pareto(found.whole)] == ["tone.calm", "greeting.own_name"]
    assert metrics.item_moves(read(frames.answers), read(frames.answers)).most is None


def paired(wave, department, calls):
    """Makes matched pairs of these calls, two by two: calm, dominant."""
    for calm, dominant in zip(calls[::2], calls[1::2], strict=True):
        group = AssignmentGroup.objects.create(wave=wave, department=department, kind="pair", problem="complaint")
        for position, call in enumerate((calm, dominant), 1):
            call.assignment = Assignment.objects.create(
                organisation=wave.organisation, wave=wave, department=department, scenario=call.scenario,
                evaluator=call.evaluator, state="done", starts_at=call.called_at, until=NOW, group=group,
                position=position,
            )  # fmt: skip
    Call.objects.bulk_update(calls, ["assignment"])


def test_tone_gap(sow, read, wave, departments, key):
    rows = []
    for number in range(8):
        points = {"a": [100, 0], "b": [100 if number else 50, 0]}
        rows.append({"code": "BUR", "score": 8000 + 100 * number, "scenario": "complaint_calm", "item_points": points})
        points = {"a": [0 if number < 6 else 100, 0], "b": [50, 0]}
        rows.append(
            {"code": "BUR", "score": 6500 + 90 * number, "scenario": "complaint_dominant", "item_points": points}
        )
    paired(wave, departments["BUR"], sow(rows))
    found = metrics.tone_gaps(read(call_frames.pairs, ("score", "tone")))
    gap = found.whole["score"]
    # 15 points and a tenth more from pair to pair: 15.35 on average.
    assert (gap.estimate.n, gap.estimate.value, gap.estimate.clear) == (8, Decimal("15.35"), True)
    assert gap.rank_p == pytest.approx(2 / 2**8)
    assert found.departments[key("BUR")]["tone"].estimate.value == Decimal("15.35")
    items = metrics.tone_gap_items(read(call_frames.pair_answers)).whole
    assert (items["a"].method, items["a"].estimate.n, items["a"].estimate.value) == ("McNemar", 8, Decimal("75.00"))
    assert items["a"].estimate.p == pytest.approx(2 / 2**6)
    assert (items["b"].method, items["b"].estimate.value) == ("paired t", Decimal("43.75"))


def test_aspects_within_calls(plant, read):
    for number in range(6):
        plant("BUR", [7000], content=8000 + 100 * number, experience=7000 + 90 * number)
    plant("BUR", [7000], content=9000, experience=None)
    found: Any = metrics.aspect_gap(read(call_frames.scores, ("content", "experience")))
    assert (found.n, found.value) == (6, Decimal("10.25"))
    assert found.low < found.value < found.high
    (parts,) = totals(read).values()
    assert (metrics.aspects(parts).gap.n, metrics.aspects(parts).gap.low) == (6, None)


def test_curve(plant, read, people, key):
    plant("BUR", [7000] * 6, fate="callback_agreed", promised=6, kept=4)
    plant("AFV", [7000] * 3, fate="callback_agreed", promised=3)
    said = Callback.objects.filter(call__department__code="AFV").order_by("pk")[0]
    CallbackEvent.objects.create(
        callback=said, kind="not_come", happened_at=said.promised_at + dt.timedelta(hours=30),
        recorded_by=people["evaluator"],
    )  # fmt: skip
    rollups.recompute({cell_of(said.call)})
    found = metrics.kept_curves(read(frames.waits), read(call_frames.open_promises))
    assert (found.whole.n, found.whole.came) == (9, 4)
    own = found.departments[key("BUR")]
    # Four came after three hours; the other two have been open for three weeks.
    assert [str(point.value) for point in own.points[:4]] == ["0.00", "0.00", "0.00", "66.67"]
    assert (own.day.value, own.median, own.points[-1].hour) == (Decimal("66.67"), Decimal("3.00"), 240)
    assert (found.departments[key("AFV")].n, found.departments[key("AFV")].day.value) == (3, Decimal("0.00"))
    assert (found.n, found.df) == (9, 1)
    hidden = metrics.kept_curves(read(frames.waits), read(call_frames.open_promises), 5)
    assert (hidden.departments[key("AFV")].withheld, hidden.whole.withheld) == (True, True)


def test_phrases_and_spread(plant, read, key):
    plant("BUR", [9000] * 6, phrases=["rush"])
    plant("BUR", [6000] * 4, phrases=[])
    plant("AFV", [10000] * 5, phrases=["rush", ""])
    calls = {department: parts["n_calls"] for department, parts in totals(read).items()}
    found = metrics.phrase_rates(read(frames.phrases), calls)
    assert (found.whole["rush"].count, found.whole["rush"].n) == (11, 15)
    assert found.departments[key("BUR")]["rush"].value == Decimal("60.00")
    assert found.departments[key("BUR")][""].count == 0
    spread = metrics.spreads(read(frames.bins))
    assert [each for each in spread.whole.bins if each] == [4, 6, 5]
    assert spread.departments[key("AFV")].median == (95, 100)


def test_drivers(sow, read):
    grades = [(100, 9), (100, 8), (100, 9), (100, 8), (100, 9), (0, 5), (0, 6), (0, 5), (0, 6), (0, 5), (None, 1)]
    sow(
        {"code": "BUR", "score": 8000, "would_call_again": grade, "item_points": {"a": [points, 0], "b": [100, 0]}}
        for points, grade in grades
    )
    found = metrics.drivers(read(frames.answers))
    assert (found["a"].n_full, found["a"].n_less, found["a"].estimate.value) == (5, 5, Decimal("3.20"))
    assert found["a"].estimate.clear
    assert found["b"].estimate.value is None
    together = metrics.joint_drivers(read(call_frames.graded))
    assert together.n == 11
    assert together.questions["a"].estimate.value == Decimal("3.20")
    assert [(each.code, each.reason) for each in together.left] == [("b", "constant")]
    again = metrics.again(next(iter(totals(read).values())))
    assert (again.n, again.value) == (11, Decimal("6.45"))


def test_scored_twice(sow, read, org, people, wave, departments, scenarios):
    points = [(100, 100), (0, 0), (100, 0), (100, 100), (0, 0), (None, None)]
    firsts = sow({"code": "BUR", "score": 8000, "item_points": {"a": [first, 0]}} for first, _second in points)
    for call, (_first, second) in zip(firsts, points, strict=True):
        again = planted(
            org, people["reviewer"], wave, department=departments["BUR"], scenario=scenarios["complaint_calm"],
            day=dt.date(2026, 3, 10), score=8000, kind="second", second_of=call, item_points={"a": [second, 0]},
        )  # fmt: skip
        again.save()
    found: Any = metrics.agreement(read(call_frames.scored_twice), rng=np.random.default_rng(1))[0]
    assert (found.same.count, found.same.n, found.alpha.n) == (5, 6, 5)
    # Ten ratings, five of each; two of the ten are in a pair that differs: 1 - (2 / 10) / (50 / 90).
    assert (found.alpha.value, found.alpha.steer) == (Decimal("0.640"), False)
    assert found.alpha.low < found.alpha.value <= found.alpha.high


def test_severity(sow, read, people, key):
    calls = sow(
        {"code": code, "score": level + gain + step}
        for code, level in (("BUR", 6000), ("AFV", 7000))
        for gain in (0, 1000)
        for step in (-100, 0, 100)
    )
    for place, call in enumerate(calls):
        call.evaluator = people["evaluator" if place % 6 < 3 else "reviewer"]
    Call.objects.bulk_update(calls, ["evaluator"])
    found: Any = metrics.severity(read(call_frames.by_evaluator, "score"))
    by_key = {each.evaluator: each.estimate for each in found.evaluators}
    assert found.n == 12
    assert float(by_key[people["evaluator"].pk].exact) == pytest.approx(-5, abs=0.1)
    assert by_key[people["reviewer"].pk].clear
    corrected = {each.department: each.estimate.value for each in found.departments}
    assert corrected == {key("BUR"): Decimal("65.00"), key("AFV"): Decimal("75.00")}
    # Each their own department: nothing links them any more.
    for place, call in enumerate(calls):
        call.evaluator = people["evaluator" if place < 6 else "reviewer"]
    Call.objects.bulk_update(calls, ["evaluator"])
    apart = metrics.severity(read(call_frames.by_evaluator, "score"))
    assert {each.evaluators for each in apart.apart} == {(people["evaluator"].pk,), (people["reviewer"].pk,)}


@pytest.mark.django_db
def test_no_calls_are_nothing_anywhere(read):
    assert totals(read) == {}
    assert metrics.items(read(frames.answers), {}).whole == ()
    assert metrics.drivers(read(frames.answers)) == {}
    assert metrics.joint_drivers(read(call_frames.graded)).n == 0
    assert metrics.phrase_rates(read(frames.phrases), {}).whole == {}
    assert metrics.spreads(read(frames.bins)).whole.n == 0
    assert metrics.kept_curves(read(frames.waits), read(call_frames.open_promises)).whole.n == 0
    assert metrics.tone_gaps(read(call_frames.pairs, ("score",))).whole["score"].estimate.n == 0
    assert metrics.tone_gap_items(read(call_frames.pair_answers)).whole == {}
    assert metrics.agreement(read(call_frames.scored_twice)) == ()
    assert metrics.severity(read(call_frames.by_evaluator, "score")).n == 0
    assert metrics.aspect_gap(read(call_frames.scores, ("content", "experience"))).n == 0


def test_answers_of_all_departments_are_added_up_by_question_and_points():
    rows = [
        {
            "department": 1,
            "version": 1,
            "item": "b",
            "points": 100,
            "n": 3,
            "lost": 0,
            "n_again": 2,
            "sum_again": 15,
            "squares_again": 113,
        },
        {
            "department": 2,
            "version": 2,
            "item": "b",
            "points": 100,
            "n": 4,
            "lost": 0,
            "n_again": 1,
            "sum_again": 9,
            "squares_again": 81,
        },
        {
            "department": 1,
            "version": 1,
            "item": "a",
            "points": None,
            "n": 5,
            "lost": 7,
            "n_again": 0,
            "sum_again": 0,
            "squares_again": 0,
        },
        {
            "department": 2,
            "version": 1,
            "item": "a",
            "points": 0,
            "n": 1,
            "lost": 9,
            "n_again": 0,
            "sum_again": 0,
            "squares_again": 0,
        },
    ]
    found = metrics.pooled(pd.DataFrame(rows).astype({"points": "Int64"}))
    told = [tuple(each) for each in found[["item", "n", "lost", "n_again", "sum_again"]].itertuples(index=False)]
    assert told == [("a", 1, 9, 0, 0), ("a", 5, 7, 0, 0), ("b", 7, 0, 3, 24)]
    assert found["points"].tolist()[0::2] == [0, 100]
    assert found["points"].isna().tolist() == [False, True, False]


def test_weeks_that_follow_each_other_are_one_stretch():
    weeks = [dt.date(2026, 3, day) for day in (16, 2, 23)]
    assert _stretches(weeks) == [
        (dt.date(2026, 3, 2), dt.date(2026, 3, 8)),
        (dt.date(2026, 3, 16), dt.date(2026, 3, 29)),
    ]
    assert _stretches([]) == []
