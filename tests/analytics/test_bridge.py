"""Linking two checklist versions on shared items: published numbers, laws and refusals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.bridge import NO_SCORE, Side, link, shared_scores, shared_weight, sums_of
from analytics.stats.comparison import welch
from analytics.stats.intervals import Sums


def sums_like(n, mean, sd):
    """Whole sums of n values with this mean and this standard deviation (divisor n), as a table prints them."""
    total = round(n * mean)
    return Sums(n, total, round(n * (sd**2 + (total / n) ** 2)))


class TestPublished:
    """Kolen & Brennan, chapter 4: 36-item forms X (1655 examinees) and Y (1638) with 12 common items V."""

    x = Side(sums_like(1655, 15.8205, 6.5278), sums_like(1655, 5.1063, 2.3760))
    y = Side(sums_like(1638, 18.6728, 6.8784), sums_like(1638, 5.8626, 2.4515))

    def test_tucker(self):
        """With the group that took X as the population: mean of Y 16.8153, of X 15.8205, so mean linking adds .9948."""
        result = link(self.x, self.y, slope=14.7603 / 2.4515**2)
        assert result.linked_before == pytest.approx(16.8153, abs=2e-3)
        assert result.questions == pytest.approx(0.9948, abs=2e-3)
        assert result.observed == pytest.approx(18.6728 - 15.8205, abs=1e-3)

    def test_the_groups_differ_on_the_common_items(self):
        result = link(self.x, self.y)
        assert result.behaviour == pytest.approx(5.8626 - 5.1063, abs=1e-3)
        assert result.shared == welch(self.x.shared, self.y.shared)
        assert result.shared.p < 1e-6
        assert (result.n_before, result.n_after) == (1655, 1638)


SCORES = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=2, max_size=30)


def side(pairs):
    full, shared = np.array(pairs).T
    gap = [a - b for a, b in pairs]
    return Side(sums_of(full), sums_of(shared), Sums(len(gap), sum(gap), sum(each * each for each in gap)))


@given(SCORES, SCORES)
def test_parts_add_up_and_the_gap_gives_the_questions(first, second):
    before, after = side(first), side(second)
    result = link(before, after)
    assert result.observed == pytest.approx(result.behaviour + result.questions, abs=1e-6)
    gaps = welch(before.gap, after.gap)
    assert result.questions == pytest.approx(gaps.difference, abs=1e-6)
    assert (result.questions_low, result.questions_high) == (gaps.low, gaps.high)
    assert result.linked_before == pytest.approx(float(before.full.mean) + result.questions, abs=1e-6)


@given(SCORES)
def test_the_same_calls_on_both_sides_make_no_step(pairs):
    result = link(side(pairs), side(pairs))
    assert result.observed == result.behaviour == result.questions == 0


@given(SCORES, SCORES, st.integers(-500, 500))
def test_harder_questions_are_questions(first, second, harder):
    """A constant on every full score after the break goes into the questions, none of it into the behaviour."""
    moved = [(full + harder, shared) for full, shared in second]
    plain = link(side(first), side(second))
    full, shared = [each[0] for each in moved], [each[1] for each in moved]
    after = Side(
        Sums(len(full), sum(full), sum(each * each for each in full)),
        Sums(len(shared), sum(shared), sum(each * each for each in shared)),
    )
    result = link(side(first), after)
    assert result.questions == pytest.approx(plain.questions + harder, abs=1e-6)
    assert result.behaviour == plain.behaviour
    assert result.questions_low is result.questions_high is None


def test_nothing_shared_and_too_few():
    some, none = Sums(3, 30, 302), Sums()
    assert link(Side(some, none), Side(some, some)) is None
    assert link(Side(none, none), Side(none, none)) is None
    assert link(Side(Sums(1, 5, 25), Sums(1, 5, 25)), Side(some, some)) is None


@pytest.mark.parametrize("slope", [0, -1, float("nan"), float("inf")])
def test_slopes_that_cannot_be(slope):
    some = Side(Sums(3, 30, 302), Sums(3, 30, 302))
    with pytest.raises(ValueError, match=f"slope is {slope}"):
        link(some, some, slope=slope)


@pytest.mark.parametrize("level", [0, 1, float("nan")])
def test_levels_that_cannot_be(level):
    some = Side(Sums(3, 30, 302), Sums(3, 30, 302))
    with pytest.raises(ValueError, match=f"level is {level}"):
        link(some, some, level=level)


def test_sides_that_cannot_be():
    with pytest.raises(ValueError, match="full is of 3 calls, shared of 2"):
        Side(Sums(3, 30, 302), Sums(2, 20, 202))
    with pytest.raises(ValueError, match="gap is of 1 calls, shared of 3"):
        Side(Sums(3, 30, 302), Sums(3, 30, 302), Sums(1, 0, 0))
    with pytest.raises(ValueError, match="gap has total 5; full minus shared is 0"):
        Side(Sums(3, 30, 302), Sums(3, 30, 302), Sums(3, 5, 25))


def test_shared_weight():
    result = shared_weight({"a": Fraction(1, 2), "b": Fraction(1, 2)}, {"a": 20, "b": 20, "c": 60}, ["a", "b", "a"])
    assert (result.n, result.before, result.after) == (2, 1, Fraction(2, 5))
    assert shared_weight({"a": 1}, {"b": 1}, []) is None
    assert shared_weight({"a": 0, "b": 1}, {"a": 1}, ["a"]) is None
    assert shared_weight({}, {}, []) is None
    with pytest.raises(ValueError, match="shared names 'b', which after does not have"):
        shared_weight({"a": 1, "b": 1}, {"a": 1}, ["b"])
    with pytest.raises(ValueError, match="before: the weight of 'a' is -1"):
        shared_weight({"a": -1}, {"a": 1}, ["a"])


@given(
    st.lists(st.lists(st.integers(-2, 100), min_size=3, max_size=3), max_size=6),
    st.lists(st.integers(0, 12) | st.integers(0, 10**9), min_size=3, max_size=3),
)
def test_shared_scores_are_fractions_rounded_once(points, weights):
    found = shared_scores(np.array(points, dtype=int).reshape(-1, 3), weights).tolist()
    for row, score in zip(points, found, strict=True):
        used = [(p, w) for p, w in zip(row, weights, strict=True) if p >= 0]
        total = sum(w for _, w in used)
        assert score == (round(Fraction(100 * sum(p * w for p, w in used), total)) if total else NO_SCORE)


def test_shared_scores_of_many_calls_and_their_sums():
    points = np.tile(np.array([[100, 0], [50, -1]]), (50_000, 1))
    result = sums_of(shared_scores(points, [1, 3]))
    assert result.n == 100_000
    assert result.mean == 3750
    assert sums_of([]) == Sums()


@pytest.mark.parametrize(
    ("points", "weights", "message"),
    [
        ([[1, 2]], [1], "shape"),
        ([[101]], [1], "points holds 101"),
        ([[0.5]], [1], "float64 values"),
        ([[1]], [-1], "a weight is -1"),
        ([[1]], [1.5], "a weight is 1.5"),
        ([[1]], [float("nan")], "a weight is nan"),
        ([[1]], [float("inf")], "a weight is inf"),
        ([[1]], [10**9 + 1], "a weight is 1000000001"),
    ],
)
def test_shared_scores_that_cannot_be(points, weights, message):
    with pytest.raises(ValueError, match=message):
        shared_scores(points, weights)
