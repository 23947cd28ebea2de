"""Conclusions about departments under other weights: what the alternatives are, and what survives them."""

from fractions import Fraction

import numpy as np
import pytest

from analytics.answered import ABSENT, NA, AnsweredCalls, scored_items
from analytics.rescoring import OWN, Weighting, rescore
from analytics.sensitivity import POLICIES, alternatives, sensitivity
from analytics.stats.comparison import groups, welch
from analytics.stats.intervals import Sums, mean_interval
from surveys.definition import as_document, parse
from surveys.demo.model import default_form

FORM = default_form()


def answered(n, seed=1):
    rng = np.random.default_rng(seed)
    items = scored_items(FORM)
    points = rng.choice([0, 50, 100], size=(n, len(items))).astype(np.int16)
    points[rng.random(points.shape) < 0.1] = ABSENT
    for column, item in enumerate(items):
        if item.na_allowed:
            points[rng.random(n) < 0.2, column] = NA
    return AnsweredCalls(FORM, points, np.zeros((n, len(FORM.sections)), bool), rng.random(n) < 0.02)


def put(calls, rows, points, aspect=None):
    """Gives some calls these points on every item, or on those of one aspect."""
    for column, item in enumerate(scored_items(FORM)):
        if aspect in {None, item.aspect}:
            calls.points[rows, column] = points


class TestAlternatives:
    def test_names(self):
        names = [each.name for each in alternatives(FORM, draws=2, rng=np.random.default_rng(1))]
        assert names[:2] == ["greeting +25%", "greeting -25%"]
        assert names[-9:] == [
            "equal sections",
            "equal items",
            "only content",
            "only experience",
            "N/A keep_section_weight",
            "N/A as_pass",
            "N/A as_zero",
            "random 1",
            "random 2",
        ]
        assert len(names) == len(set(names)) == 2 * 5 + 9

    def test_a_quarter_more_and_less(self):
        by_name = {each.name: each.sections for each in alternatives(FORM)}
        own = {section.code: section.weight for section in FORM.sections if section.weight}
        more = by_name["tone +25%"]
        assert {code: Fraction(weight, 4) for code, weight in more.items()} == own | {
            "tone": own["tone"] * Fraction(5, 4)
        }
        assert by_name["tone -25%"]["tone"] == 3 * own["tone"]

    @pytest.mark.parametrize("aspect", ["content", "experience"])
    def test_only_an_aspect_is_the_score_of_that_aspect(self, aspect):
        calls = answered(500)
        calls.failed_call[:] = False
        weighting = next(each for each in alternatives(FORM) if each.name == f"only {aspect}")
        assert (rescore(calls, weighting).score == getattr(rescore(calls), aspect)).all()

    def test_equal_items_weigh_alike(self):
        calls = answered(50)
        weighting = next(each for each in alternatives(FORM) if each.name == "equal items")
        for row, score in zip(calls.points.tolist(), rescore(calls, weighting).score_calculated.tolist(), strict=True):
            used = [points for points in row if points >= 0]
            assert score == round(Fraction(100 * sum(used), len(used)))

    def test_random_ones_lie_around_the_given(self):
        drawn = alternatives(FORM, draws=4000, rng=np.random.default_rng(3))[-4000:]
        shares = np.array([list(each.sections.values()) for each in drawn], dtype=float)
        shares /= shares.sum(axis=1, keepdims=True)
        given = np.array([section.weight for section in FORM.sections if section.weight]) / 100
        assert shares.mean(axis=0) == pytest.approx(given, abs=0.003)
        assert shares.std(axis=0) == pytest.approx(np.sqrt(given * (1 - given) / 101), rel=0.05)
        again = alternatives(FORM, draws=4000, rng=np.random.default_rng(3))[-4000:]
        assert again == drawn

    def test_a_form_of_one_section_and_one_without_weight(self):
        document = as_document(FORM)
        one = parse(document | {"sections": document["sections"][:1]})
        assert [each.name for each in alternatives(one, draws=1, rng=np.random.default_rng(1))][:2] == [
            "equal sections",
            "equal items",
        ]
        unweighted = [section | {"weight": 0} for section in document["sections"]]
        assert alternatives(parse(document | {"sections": unweighted})) == ()

    def test_what_cannot_be(self):
        for keywords, message in (
            ({"step": Fraction(1)}, "step is 1"),
            ({"draws": 1}, "draws is 1"),
            ({"draws": -1}, "draws is -1"),
            ({"concentration": 0}, "concentration is 0"),
            ({"concentration": float("nan")}, "concentration is nan"),
        ):
            with pytest.raises(ValueError, match=message):
                alternatives(FORM, **keywords)


def test_a_reading_is_what_the_scores_say():
    calls = answered(300)
    departments = ["a", "b", "c"] * 100
    result = sensitivity(calls, departments, [Weighting("pass", na_policy="as_pass")], targets={"b": 5000})
    assert (result.n, result.departments) == (300, ("a", "b", "c"))
    for reading, weighting in ((result.own, OWN), (result.readings[0], Weighting("pass", na_policy="as_pass"))):
        scores = rescore(calls, weighting)
        assert reading.weighting == weighting
        samples = []
        for place in range(3):
            values = [int(score) for score in scores.score[place::3] if score >= 0]
            samples.append(Sums(len(values), sum(values), sum(value * value for value in values)))
        assert reading.samples == tuple(samples)
        assert reading.n == sum(sums.n for sums in samples)
        assert reading.bands == groups(samples)
        interval = mean_interval(samples[1])
        told = interval.low >= 5000 or (False if interval.high < 5000 else None)
        assert reading.meets == (None, told, None)
        assert (reading.passed, reading.failed) == ((scores.outcome == 1).sum(), (scores.outcome == 0).sum())
        assert reading.turned == (scores.outcome != rescore(calls).outcome).sum()
    assert result.own.turned == 0


def test_a_conclusion_that_all_weights_share_and_one_that_turns():
    """Department b is better at everything; c at what is said only, and as much worse at how."""
    calls = answered(600)
    put(calls, slice(1, None, 3), 100)
    put(calls, slice(2, None, 3), 100, "content")
    put(calls, slice(2, None, 3), 0, "experience")
    put(calls, slice(0, None, 3), 50)
    calls.failed_call[:] = False
    weightings = alternatives(FORM, draws=5, rng=np.random.default_rng(1))
    result = sensitivity(calls, ["a", "b", "c"] * 200, weightings, targets={"b": 9000, "c": 6000})
    found = {(each.kind, each.departments): each for each in result.conclusions}
    certain = found["higher", ("b", "a")]
    assert (certain.survived, certain.share, certain.fails_under) == (certain.n, 1.0, ())
    assert found["meets", ("b",)].share == 1
    misses = found["misses", ("c",)]
    assert misses.fails_under == ("only content",)
    assert misses.survived == misses.n - 1 == len(weightings) - 1
    against = [each for each in result.conclusions if each.kind == "higher" and set(each.departments) == {"a", "c"}]
    for each in against:
        assert "only content" in each.fails_under or "only experience" in each.fails_under
    only_content = next(each for each in result.readings if each.weighting.name == "only content")
    assert (2, 0) in only_content.higher
    assert only_content.turned > 0


def test_edges():
    assert sensitivity(answered(0), [], []) is None
    one = sensitivity(answered(1), ["a"], alternatives(FORM))
    assert (one.own.bands, one.own.higher, one.conclusions) == ((), frozenset(), ())
    few = sensitivity(answered(5), ["a", "b", "b", "c", "c"], [])
    assert sorted(place for band in few.own.bands for place in band) == [1, 2]
    assert {each.kind for each in few.conclusions} <= {"higher", "bands"}
    assert few.conclusions[-1].share is None
    twins = answered(4)
    put(twins, slice(None), 50)
    alike = sensitivity(twins, ["a", "a", "b", "b"], alternatives(FORM))
    assert (alike.own.bands, alike.own.higher) == (((0, 1),), frozenset())


def test_what_cannot_be():
    with pytest.raises(ValueError, match="departments is of 1 calls, calls of 2"):
        sensitivity(answered(2), ["a"], [])
    with pytest.raises(ValueError, match="targets names 'z'"):
        sensitivity(answered(2), ["a", "a"], [], targets={"z": 1})
    with pytest.raises(ValueError, match="alpha is 0"):
        sensitivity(answered(2), ["a", "a"], [], alpha=0)


def test_pairs_are_those_of_welch_and_every_policy_is_tried():
    calls = answered(200)
    put(calls, slice(1, None, 2), 100, "experience")
    result = sensitivity(calls, ["a", "b"] * 100, alternatives(FORM))
    assert {each.weighting.na_policy for each in result.readings} - {None} == set(POLICIES) - {FORM.na_policy}
    for reading in (result.own, *result.readings):
        test = welch(*reading.samples)
        assert reading.higher == (frozenset({(1, 0)}) if test.p <= 0.05 else frozenset())


def test_a_target_within_the_interval_is_neither_reached_nor_missed():
    calls = answered(300)
    middle = sensitivity(calls, ["a"] * 300, []).own.samples[0].mean
    assert middle is not None
    near = round(middle)
    kinds = {
        wanted: [each.kind for each in sensitivity(calls, ["a"] * 300, [], targets={"a": wanted}).conclusions]
        for wanted in (near - 3000, near, near + 3000)
    }
    assert ("meets" in kinds[near - 3000], "misses" in kinds[near + 3000]) == (True, True)
    assert not {"meets", "misses"} & {*kinds[near]}
