"""The statistics against published numbers (the source is named at each)."""

import math
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from analytics.stats.comparison import benjamini_hochberg, groups, welch
from analytics.stats.control import xmr
from analytics.stats.course import slope
from analytics.stats.intervals import Sums, mean_interval, wilson


def sums(values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def test_wilson_newcombe_1998():
    result = wilson(81, 263)
    assert (round(result.low, 4), round(result.high, 4)) == (0.2553, 0.3662)
    result = wilson(0, 20)
    assert (result.low, round(result.high, 4)) == (0.0, 0.1611)


def test_wilson_refuses_and_has_nothing_to_say():
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="successes is 5"):
        wilson(5, 4)
    with pytest.raises(ValueError, match="level is 95"):
        wilson(1, 4, level=95)


def test_individuals_chart_nist_6_3_2_2():
    limits = xmr([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    assert limits.n == 10
    assert round(limits.mean, 2) == 50.81
    assert round(limits.moving_range, 4) == 1.8778
    # NIST prints 45.8159 and 55.8041, from d2 = 1.128.
    assert limits.low == pytest.approx(45.8159, abs=1e-4)
    assert limits.high == pytest.approx(55.8041, abs=1e-4)
    assert limits.outside(56)
    assert not limits.outside(53.6)


def test_individuals_chart_without_enough_data():
    assert xmr([]) is None
    assert xmr([3.0]) is None
    with pytest.raises(ValueError, match="nan"):
        xmr([1.0, float("nan")])


def test_benjamini_hochberg_1995():
    published = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    for seed in range(5):
        shuffled = published.copy()
        random.Random(seed).shuffle(shuffled)
        result = benjamini_hochberg(shuffled)
        assert {p for p, rejected in zip(shuffled, result.rejected, strict=True) if rejected} == set(published[:4])
    assert result.n == 15
    with pytest.raises(ValueError, match=r"1\.5"):
        benjamini_hochberg([1.5])
    assert benjamini_hochberg([]).rejected == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_adjusts_as_scipy(p_values):
    ours = benjamini_hochberg(p_values).adjusted
    assert ours == pytest.approx(list(scipy_stats.false_discovery_control(p_values)), abs=1e-12)


scores = st.lists(st.integers(0, 10000), min_size=2, max_size=40)


@given(scores)
def test_mean_interval_is_students(values):
    result = mean_interval(sums(values))
    spread = scipy_stats.sem(values)
    expected = scipy_stats.t.interval(0.95, len(values) - 1, sum(values) / len(values), spread) if spread else None
    if expected:
        assert (result.low, result.high) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    else:
        assert result.low == result.mean == result.high


@pytest.mark.filterwarnings("ignore:Precision loss")  # scipy's, where one sample is all alike
@given(scores, scores)
def test_welch_is_scipys(first, second):
    result = welch(sums(first), sums(second))
    if len(set(first)) == len(set(second)) == 1:
        assert result.p == (1.0 if first[0] == second[0] else 0.0)
        return
    expected = scipy_stats.ttest_ind(second, first, equal_var=False)
    interval = expected.confidence_interval()
    assert result.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert result.df == pytest.approx(expected.df, rel=1e-9)
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)


def test_sums_add_up_and_refuse_the_impossible():
    assert sums([1, 2]) + sums([3]) == sums([1, 2, 3])
    assert Sums().mean is None
    assert mean_interval(Sums(1, 5, 25)) is None
    assert welch(Sums(1, 5, 25), sums([1, 2])) is None
    with pytest.raises(ValueError, match="squares is 1"):
        Sums(2, 10, 1)
    with pytest.raises(ValueError, match="n is -1"):
        Sums(-1, 0, 0)


def normal(rng, mean, n):
    return sums([round(rng.gauss(mean, 1500)) for _ in range(n)])


def test_groups_put_clearly_different_levels_apart_and_equal_ones_together():
    rng = random.Random(7)
    samples = [normal(rng, 8600, 200), normal(rng, 6200, 200), normal(rng, 8580, 200), normal(rng, 6210, 200)]
    bands = groups(samples)
    assert [set(band) for band in bands] == [{0, 2}, {1, 3}]


@given(st.lists(st.lists(st.integers(0, 10000), min_size=5, max_size=12), min_size=1, max_size=7))
def test_groups_hold_everyone_once_best_first_and_no_differing_pair(lists):
    samples = [sums(values) for values in lists]
    bands = groups(samples)
    order = [index for band in bands for index in band]
    assert sorted(order) == list(range(len(samples)))
    means = [samples[index].mean for index in order]
    assert means == sorted(means, reverse=True)
    pairs = [(a, b) for a in range(len(samples)) for b in range(a + 1, len(samples))]
    held = benjamini_hochberg([welch(samples[a], samples[b]).p for a, b in pairs]).rejected if pairs else ()
    differ = {frozenset(pair) for pair, rejected in zip(pairs, held, strict=True) if rejected}
    for band in bands:
        assert not any(frozenset((a, b)) in differ for a in band for b in band if a != b)


def test_groups_refuse_what_has_no_variance():
    assert groups([]) == ()
    with pytest.raises(ValueError, match="fewer than two"):
        groups([Sums(1, 5, 25)])


@given(st.lists(st.lists(st.integers(0, 10000), max_size=6), min_size=1, max_size=12))
def test_slope_is_scipys_on_the_values_themselves(lists):
    result = slope(range(len(lists)), [sums(values) for values in lists])
    times = [time for time, values in enumerate(lists) for _ in values]
    values = [value for values in lists for value in values]
    if len(values) < 3 or len(set(times)) == 1:
        assert result is None
        return
    expected = scipy_stats.linregress(times, values)
    assert result.n == len(values)
    assert result.slope == pytest.approx(expected.slope, rel=1e-9, abs=1e-9)
    # Below this scipy's own rounding shows: ours is exact.
    if expected.stderr > 1e-2 and len(set(values)) > 1:
        half = scipy_stats.t.ppf(0.975, len(values) - 2) * expected.stderr
        assert result.high - result.slope == pytest.approx(half, rel=1e-6)
        assert result.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-9)


def test_slope_of_one_straight_line_and_of_the_impossible():
    assert slope([0, 1, 2], [sums([1]), sums([2]), sums([3])]).p == 0.0
    with pytest.raises(ValueError, match="2 times for 1"):
        slope([0, 1], [sums([1])])


def numpy_integers(*values: int) -> Any:
    return [np.int64(value) for value in values]


class TestNumbersOfAnyKind:
    """What numpy, pandas and the decimal module hold is counted as if it were Python's own; the rest is refused by name."""

    def test_numpy_integers_do_not_wrap_around(self):
        # A million calls of 80.00 points: n times the squares is beyond 2**63.
        squares = 10**6 * 8_000**2 + 10**9
        plain = Sums(10**6, 8_000 * 10**6, squares)
        theirs = Sums(*numpy_integers(10**6, 8_000 * 10**6, squares))
        assert theirs == plain
        assert mean_interval(theirs) == mean_interval(plain)
        assert welch(theirs, plain).difference == 0
        assert wilson(*numpy_integers(2**62, 2**62 + 5)) == wilson(2**62, 2**62 + 5)
        days: Any = np.array([1, 2, 100], dtype=np.int8)
        assert slope(days, [theirs] * 3) == slope([1, 2, 100], [plain] * 3)

    @pytest.mark.parametrize("level", [Decimal("0.9"), Fraction(9, 10), np.float64(0.9)])
    def test_levels(self, level):
        sums = Sums(5, 25, 135)
        assert mean_interval(sums, level) == mean_interval(sums, 0.9)
        assert wilson(5, 10, level) == wilson(5, 10, 0.9)
        assert welch(sums, Sums(3, 6, 14), level) == welch(sums, Sums(3, 6, 14), 0.9)
        assert slope([0, 1], [sums, sums], level) == slope([0, 1], [sums, sums], 0.9)

    @pytest.mark.parametrize("level", [0, 1, 1.5, -0.95, math.nan, None, "x"])
    def test_what_is_no_level(self, level):
        sums = Sums(5, 25, 135)
        for call in (
            lambda: mean_interval(sums, level),
            lambda: wilson(5, 10, level),
            lambda: welch(sums, Sums(3, 6, 14), level),
            lambda: slope([0, 1], [sums, sums], level),
        ):
            with pytest.raises(ValueError, match="level"):
                call()

    @pytest.mark.parametrize("value", [None, "x", "3", math.nan, 2.5])
    def test_what_is_no_count(self, value):
        with pytest.raises(ValueError, match="successes"):
            wilson(value, 10)
        with pytest.raises(ValueError, match="total"):
            Sums(2, value, 40)
        with pytest.raises(ValueError, match="times"):
            slope([value, 1], [Sums(5, 25, 135)] * 2)

    @pytest.mark.parametrize("value", [None, "x", math.nan, 1.5])
    def test_what_is_no_p_value(self, value):
        with pytest.raises(ValueError, match=r"p-value|p_values"):
            benjamini_hochberg([0.01, value])
