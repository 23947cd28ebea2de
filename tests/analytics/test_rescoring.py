"""Rescoring in memory gives what `surveys.scoring` gives, to the last digit, under any weights and policy."""

import copy
import datetime as dt
from fractions import Fraction
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.answered import ABSENT, NA, AnsweredCalls, from_documents, scored_items, unclear_fails
from analytics.rescoring import (
    FAILED,
    MAX_WEIGHT,
    NO_OUTCOME,
    NO_SCORE,
    PASSED,
    Weighting,
    effective_scores,
    rescore,
    rescore_many,
)
from surveys.definition import DIMENSIONS, as_document, parse
from surveys.demo import generate_small
from surveys.demo.model import default_form
from surveys.demo.world import SCENARIOS
from surveys.scoring import score

POLICIES = ("redistribute", "keep_section_weight", "as_pass", "as_zero")
CALM = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}
OUTCOMES = {"passed": PASSED, "failed": FAILED, "none": NO_OUTCOME}


def words(value):
    return {"en": value}


@st.composite
def items(draw, code):
    kind = draw(st.sampled_from(["single", "yes_no", "multiple", "text"]))
    made: dict[str, Any] = {
        "code": code,
        "kind": kind,
        "aspect": draw(st.sampled_from(["content", "experience"])),
        "weight": draw(st.integers(0, 12) | st.integers(0, 10_000)),
        "text": words(code),
        "na_allowed": True,
        "required": False,
        "critical": draw(st.booleans()),
        "scored": kind != "text" and draw(st.sampled_from([True, True, True, False])),
    }
    if kind != "text":
        values = ("yes", "no") if kind == "yes_no" else ("x", "y", "z")
        points, fails = st.integers(0, 100), st.sampled_from([None, None, None, None, "section", "call"])
        made["options"] = [
            {"value": value, "points": draw(points), "label": words(value), "fails": draw(fails)} for value in values
        ]
    return made


@st.composite
def documents(draw):
    sections = []
    for number in range(draw(st.integers(1, 4))):
        made = [draw(items(f"s{number}.i{index}")) for index in range(draw(st.integers(1, 4)))]
        weighs = any(item["weight"] for item in made if item["scored"])
        sections.append(
            {
                "code": f"s{number}",
                "dimension": draw(st.sampled_from(DIMENSIONS)),
                "weight": draw(st.integers(0, 30) | st.integers(0, 10_000)) if weighs else 0,
                "title": words(f"s{number}"),
                "items": made,
            }
        )
    policy, mark = draw(st.sampled_from(POLICIES)), draw(st.none() | st.integers(0, 10_000))
    return {"languages": ["en"], "na_policy": policy, "pass_mark": mark, "sections": sections}


@st.composite
def answers_to(draw, document):
    made: dict[str, Any] = {}
    for section in document["sections"]:
        for item in section["items"]:
            how = draw(st.integers(0, 6))
            values = [option["value"] for option in item.get("options", [])]
            if how == 1:
                made[item["code"]] = {"na": True}
            elif how and item["kind"] == "multiple":
                made[item["code"]] = {"value": draw(st.lists(st.sampled_from(values), unique=True))}
            elif how:
                made[item["code"]] = {"value": draw(st.sampled_from(values)) if values else "words"}
    return made


@st.composite
def fieldwork(draw):
    """A checklist and the answers of some calls."""
    document = draw(documents())
    return document, draw(st.lists(answers_to(document), min_size=1, max_size=6))


def stored(scoring):
    """What `surveys.workflow.filling` keeps of a scoring."""
    return {
        line.code: [line.points if line.state == "scored" else None, line.lost_hundredths]
        for line in scoring.trace
        if line.state in {"scored", "na"}
    }


def matrix(definition, calls, facts=CALM):
    scorings = [score(definition, answers, facts) for answers in calls]
    return from_documents(definition, [stored(each) for each in scorings], [each.failed_by for each in scorings], calls)


def numbers(result, call):
    """One call of a `Rescored` in the words of a `Scoring`."""

    def one(array):
        return None if array[call] == NO_SCORE else int(array[call])

    return {
        "score": one(result.score),
        "calculated": one(result.score_calculated),
        "aspects": (one(result.content), one(result.experience), one(result.critical)),
        "dimensions": {name: one(array) for name, array in result.by_dimension.items()},
        "sections": {code: one(array) for code, array in result.by_section.items()},
        "outcome": int(result.outcome[call]),
    }


def wanted(scoring):
    return {
        "score": scoring.score,
        "calculated": scoring.score_calculated,
        "aspects": (scoring.content, scoring.experience, scoring.critical),
        "dimensions": scoring.by_dimension,
        "sections": scoring.by_section,
        "outcome": OUTCOMES[scoring.outcome],
    }


def assert_equal(result, definition, calls, facts=CALM):
    for call, answers in enumerate(calls):
        assert numbers(result, call) == wanted(score(definition, answers, facts))


def reweighted(document, weighting):
    """The document with the other weights written into it; weights beyond a document's limit go in through its
    objects."""
    changed = copy.deepcopy(document)
    for section in changed["sections"]:
        section["weight"] = weighting.sections.get(section["code"], section["weight"])
        for item in section["items"]:
            item["weight"] = weighting.items.get(item["code"], item["weight"])
        if not any(item["weight"] for item in section["items"] if item["scored"]):
            section["weight"] = 0
    return changed | {"na_policy": weighting.na_policy or document["na_policy"]}


@settings(max_examples=60, deadline=None)
@given(fieldwork())
def test_own_weights_give_the_stored_scores(given_fieldwork):
    document, calls = given_fieldwork
    definition = parse(document)
    assert_equal(rescore(matrix(definition, calls)), definition, calls)


@settings(max_examples=80, deadline=None)
@given(fieldwork(), st.data())
def test_other_weights_give_what_a_version_with_them_would(given_fieldwork, data):
    document, calls = given_fieldwork
    weights = st.integers(0, 9) | st.integers(0, 10_000)
    sections = [section["code"] for section in document["sections"]]
    scored = [item["code"] for section in document["sections"] for item in section["items"] if item["scored"]]
    weighting = Weighting(
        "other",
        sections=data.draw(st.dictionaries(st.sampled_from(sections), weights)),
        items=data.draw(st.dictionaries(st.sampled_from(scored), weights)) if scored else {},
        na_policy=data.draw(st.none() | st.sampled_from(POLICIES)),
    )
    result = rescore(matrix(parse(document), calls), weighting)
    assert_equal(result, parse(reweighted(document, weighting)), calls)


@settings(max_examples=40, deadline=None)
@given(fieldwork(), st.data())
def test_beyond_what_a_float_holds_it_is_still_exact(given_fieldwork, data):
    """Multiplying every weight by one huge number changes no score; nearly coprime huge ones have huge denominators."""
    document, calls = given_fieldwork
    definition = parse(document)
    answered = matrix(definition, calls)
    factor = data.draw(st.integers(10**7, 10**8))
    huge = Weighting(
        "huge",
        sections={section.code: section.weight * factor for section in definition.sections},
        items={item.code: item.weight * factor for item in scored_items(definition)},
    )
    assert_equal(rescore(answered, huge), definition, calls)


PRIMES = (999_999_937, 999_999_929, 999_999_893, 999_999_883, 999_999_797, 999_999_761)


def halves(policy):
    """Two sections of three items; half of the answers gives ties at every level."""
    return {
        "languages": ["en"],
        "na_policy": policy,
        "pass_mark": None,
        "sections": [
            {
                "code": name,
                "dimension": "other",
                "weight": 1,
                "title": words(name),
                "items": [
                    {
                        "code": f"{name}.i{index}",
                        "kind": "single",
                        "aspect": "content",
                        "weight": 1,
                        "text": words(name),
                        "na_allowed": True,
                        "required": False,
                        "options": [{"value": f"p{p}", "points": p, "label": words(str(p))} for p in range(50)],
                    }
                    for index in range(3)
                ],
            }
            for name in ("a", "b")
        ],
    }


@pytest.mark.parametrize("policy", ["redistribute", "keep_section_weight"])
def test_huge_coprime_weights_round_ties_as_fractions_do(policy):
    """Denominators far beyond 2^63, answers chosen so that many scores lie on a tie or within 10^-9 of one."""
    definition = parse(halves(policy))
    rng = np.random.default_rng(5)
    points = rng.integers(0, 50, size=(400, 6)).astype(np.int16)
    points[rng.random((400, 6)) < 0.2] = NA
    # Section a: one item of weight 1999 among 200000 gives scores within a hair of x.5 beside exact ones.
    items = {"a.i0": 1, "a.i1": 1, "a.i2": 0, "b.i0": 1, "b.i1": 1, "b.i2": 0}
    sections = {"a": 10**12 - 1, "b": 1}
    near = Weighting("near", sections=sections, items=items)
    coprime = Weighting(
        "coprime", items=dict(zip(items, PRIMES, strict=True)), sections={"a": PRIMES[0], "b": PRIMES[1]}
    )
    answered = AnsweredCalls(definition, points, np.zeros((400, 2), bool), np.zeros(400, bool))
    for weighting in (near, coprime):
        result = rescore(answered, weighting)
        weights = [weighting.items[code] for code in answered.codes]
        totals = [sum(weights[:3]), sum(weights[3:])]
        form = [weighting.sections["a"], weighting.sections["b"]]
        for row, found in zip(points.tolist(), result.score.tolist(), strict=True):
            parts = []
            for section in (0, 1):
                used = [i for i in range(3 * section, 3 * section + 3) if row[i] != NA]
                counted = sum(weights[i] for i in used)
                earned = sum(weights[i] * row[i] for i in used)
                if counted:
                    kept = totals[section] if policy == "keep_section_weight" else counted
                    parts.append((Fraction(form[section] * kept, totals[section]), Fraction(earned, counted)))
            total = sum(weight for weight, _ in parts)
            expected = round(100 * sum(weight * share for weight, share in parts) / total) if total else NO_SCORE
            assert found == expected
    ties = rescore(answered, near).score
    assert len(set(ties.tolist())) > 20


HUGE = 10**20


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("first", "second", "hundredths"),
    [
        (HUGE + 1, 199 * HUGE, 1),  # 0.5 and 5e-21: up, where a tie would go down to 0
        (3 * HUGE - 1, 197 * HUGE, 1),  # 1.5 less 5e-21: down, where a tie would go up to 2
        (1, 199, 0),  # 0.5: to the even one
        (3, 197, 2),  # 1.5: to the even one
    ],
)
def test_a_hair_beside_a_tie(policy, first, second, hundredths):
    """Closer than floats can tell: two weights of which the first gets one point of 100 and the second none."""
    definition = parse(halves(policy))
    points = np.full((1, 6), ABSENT, np.int16)
    points[0, [0, 3]] = 1, 0
    sections = AnsweredCalls(definition, points, np.zeros((1, 2), bool), np.zeros(1, bool))
    assert rescore(sections, Weighting("x", sections={"a": first, "b": second})).score.tolist() == [hundredths]
    points = np.full((1, 6), ABSENT, np.int16)
    points[0, [0, 1]] = 1, 0
    items = AnsweredCalls(definition, points, np.zeros((1, 2), bool), np.zeros(1, bool))
    result = rescore(items, Weighting("x", items={"a.i0": first, "a.i1": second}))
    assert result.score.tolist() == result.by_section["a"].tolist() == result.content.tolist() == [hundredths]


def test_default_checklist_and_demo_calls_under_every_policy():
    form = default_form()
    facts = {scenario.code: scenario.facts for scenario in SCENARIOS}
    calls = [call for call in generate_small(seed=3, today=dt.date(2026, 11, 23)).calls if call.counts]
    scorings = [score(form, call.answers, facts[call.scenario]) for call in calls]
    answered = from_documents(form, [stored(each) for each in scorings], [each.failed_by for each in scorings])
    assert unclear_fails(form) == ()
    assert any(each.failed_by for each in scorings)
    for policy in (None, *POLICIES):
        version = parse(as_document(form) | {"na_policy": policy or form.na_policy})
        result = rescore(answered, Weighting("policy", na_policy=policy))
        for index, call in enumerate(calls):
            assert numbers(result, index) == wanted(score(version, call.answers, facts[call.scenario]))


class TestFromDocuments:
    """What an answer failed, from what is stored; the stored points do not always tell."""

    @staticmethod
    def form(*options, kind="single", scored=True):
        item = {
            "code": "a.i",
            "kind": kind,
            "aspect": "content",
            "weight": 1,
            "text": words("?"),
            "scored": scored,
            "na_allowed": True,
            "options": [
                {"value": f"v{place}", "points": points, "fails": fails, "label": words("?")}
                for place, (points, fails) in enumerate(options)
            ],
        }
        other = {"code": "a.other", "kind": "yes_no", "aspect": "experience", "weight": 1, "text": words("?")}
        sections = [{"code": "a", "dimension": "tone", "weight": 1, "title": words("?"), "items": [item, other]}]
        return parse({"languages": ["en"], "na_policy": "redistribute", "pass_mark": None, "sections": sections})

    def kinds(self, form, points, answers=None):
        """Whether the section and whether the call failed, of one call with these points."""
        document = {"a.other": [100, 0]} | ({} if points is None else {"a.i": [points, 0]})
        calls = from_documents(form, [document], [["a.i"]], answers)
        return bool(calls.failed_sections[0, 0]), bool(calls.failed_call[0])

    def test_one_kind_needs_no_points(self):
        form = self.form((0, "call"), (50, "call"), (100, None))
        assert unclear_fails(form) == ()
        assert self.kinds(form, 0) == (False, True)
        assert self.kinds(self.form((0, "section"), (100, None)), 0) == (True, False)

    def test_points_tell_two_kinds_apart(self):
        form = self.form((0, "call"), (25, "section"), (100, None))
        assert unclear_fails(form) == ()
        assert self.kinds(form, 0) == (False, True)
        assert self.kinds(form, 25) == (True, False)

    def test_alike_points_need_the_answer(self):
        form = self.form((0, "call"), (0, "section"), (100, None))
        assert unclear_fails(form) == ("a.i",)
        with pytest.raises(ValueError, match=r"a\.i may fail its section or the call"):
            self.kinds(form, 0)
        assert self.kinds(form, 0, [{"a.i": {"value": "v1"}}]) == (True, False)
        assert self.kinds(form, 0, [{"a.i": {"value": "v0"}}]) == (False, True)

    def test_unscored_and_multiple_need_the_answer(self):
        unscored = self.form((0, "call"), (25, "section"), scored=False)
        assert unclear_fails(unscored) == ("a.i",)
        assert self.kinds(unscored, None, [{"a.i": {"value": "v1"}}]) == (True, False)
        several = self.form((10, "call"), (25, "section"), (30, None), kind="multiple")
        assert unclear_fails(several) == ("a.i",)
        assert self.kinds(several, 35, [{"a.i": {"value": ["v0", "v1"]}}]) == (False, True)

    def test_what_cannot_be(self):
        form = self.form((0, None), (100, None))
        for arguments, message in (
            (([{"a.x": [1, 0]}], [[]]), "'a.x' is not a scored item"),
            (([{"a.i": [101, 0]}], [[]]), r"a\.i: 101 is not points"),
            (([{"a.i": [True, 0]}], [[]]), r"a\.i: True is not points"),
            (([{"a.i": [0.5, 0]}], [[]]), r"a\.i: 0\.5 is not points"),
            (([{}], [["a.x"]]), "'a.x' is not an item"),
            (([{"a.i": [0, 0]}], [["a.i"]]), "fails nothing"),
            (([{}], []), "failed_by is of 0 calls, item_points of 1"),
            (([{"a.other": [None, 0]}], [[]]), r"a\.other: this item cannot be 'not applicable'"),
        ):
            with pytest.raises(ValueError, match=message):
                from_documents(form, *arguments)

    def test_matrices_that_cannot_be(self):
        form = self.form((0, None), (100, None))
        good = np.zeros((2, 2), np.int16), np.zeros((2, 1), bool), np.zeros(2, bool)
        with pytest.raises(ValueError, match="failed_call has shape"):
            AnsweredCalls(form, *good[:2], np.zeros(3, bool))
        with pytest.raises(ValueError, match="points holds -3"):
            AnsweredCalls(form, good[0] - 3, *good[1:])

    def test_no_calls(self):
        result = rescore(from_documents(self.form((0, None), (100, None)), [], []))
        assert (result.n, result.score.size, result.by_section["a"].size) == (0, 0, 0)


@pytest.mark.parametrize(
    ("weighting", "message"),
    [
        (Weighting("x", sections={"b": 1}), "sections names 'b'"),
        (Weighting("x", items={"a.x": 1}), "items names 'a.x'"),
        (Weighting("x", sections={"a": -1}), "weight of 'a' is -1"),
        (Weighting("x", sections={"a": 1.5}), r"weight of 'a' is 1\.5"),  # type: ignore[dict-item]
        (Weighting("x", sections={"a": True}), "weight of 'a' is True"),
        (Weighting("x", items={"a.i": MAX_WEIGHT + 1}), "weight of 'a.i' is 1000"),
        (Weighting("x", na_policy="drop"), "na_policy is 'drop'"),
        (Weighting("x", na_policy="forbidden"), "na_policy is 'forbidden'"),
    ],
)
def test_weightings_that_cannot_be(weighting, message):
    form = TestFromDocuments.form((0, None), (100, None))
    calls = from_documents(form, [{"a.i": [None, 0]}], [[]])
    with pytest.raises(ValueError, match=message):
        rescore(calls, weighting)


def random_calls(n, seed=1):
    """The default checklist, answered at random, with every kind of gap and fail."""
    form = default_form()
    rng = np.random.default_rng(seed)
    items = scored_items(form)
    points = rng.choice([0, 25, 50, 75, 100], size=(n, len(items))).astype(np.int16)
    chance = rng.random(points.shape)
    points[chance < 0.1] = ABSENT
    for column, item in enumerate(items):
        if item.na_allowed:
            points[chance[:, column] > 0.8, column] = NA
    return AnsweredCalls(form, points, rng.random((n, len(form.sections))) < 0.02, rng.random(n) < 0.02)


def random_weightings(calls, count, policy=None):
    rng = np.random.default_rng(2)
    codes = [section.code for section in calls.definition.sections]
    return [
        Weighting(
            str(each), sections=dict(zip(codes, rng.integers(1, 10_000, len(codes)), strict=True)), na_policy=policy
        )
        for each in range(count)
    ]


@pytest.mark.parametrize("policy", POLICIES)
def test_effective_scores_are_the_scores_of_rescoring(policy):
    """Also across the borders of the parts that are scored at a time."""
    calls = random_calls(40_000)
    weightings = random_weightings(calls, 2, policy)
    found = effective_scores(calls, weightings)
    for row, result in zip(found, rescore_many(calls, weightings), strict=True):
        assert (row == result.score).all()
    part = slice(16_000, 17_000)
    some = AnsweredCalls(calls.definition, calls.points[part], calls.failed_sections[part], calls.failed_call[part])
    assert (effective_scores(some, weightings) == found[:, part]).all()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["redistribute", "keep_section_weight"])
def test_a_hundred_thousand_calls_under_twenty_weightings(policy):
    calls = random_calls(100_000)
    weightings = random_weightings(calls, 20, policy)
    began = process_time()
    rescore_many(calls, weightings)
    assert process_time() - began < 6
