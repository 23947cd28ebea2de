"""Intraclass correlations against published numbers, scipy and the sampling distribution."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution

from analytics.stats.icc import icc

# Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# R irr, data "anxiety": 20 subjects, three raters.
ANXIETY = list(
    zip(
        [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
        strict=True,
    )
)


def test_shrout_and_fleiss_1979():
    result = icc(SHROUT)
    assert (result.n, result.raters, result.dropped) == (6, 4, 0)
    # Exact fractions of the mean squares 1349/120, 2339/72, 367/360 and 451/72.
    exact = [Fraction(448, 2703), Fraction(184, 635), Fraction(920, 1287)]
    exact += [Fraction(1792, 4047), Fraction(736, 1187), Fraction(3680, 4047)]
    assert [each.value for each in result] == pytest.approx([float(each) for each in exact], rel=1e-12)
    assert [each.name for each in result] == ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]


def test_the_intervals_as_r_prints_them():
    # psych::ICC (two digits in its documentation), agree::icc and other ports to these.
    published = [
        (-0.13293232, 0.7225601),
        (0.01878651, 0.7610844),
        (0.34246477, 0.9458583),
        (-0.88444216, 0.9124154),
        (0.07113682, 0.9272320),
        (0.67567471, 0.9858917),
    ]
    for each, (low, high) in zip(list(icc(SHROUT) or ()), published, strict=True):
        assert each.low == pytest.approx(low, abs=5e-8)
        assert each.high == pytest.approx(high, abs=5e-8)


def test_the_f_tests_as_psych_prints_them():
    result = icc(SHROUT)
    for each in (result.one_way, result.one_way_mean):
        assert (round(each.f, 2), each.df1, each.df2, round(each.p, 5)) == (1.79, 5, 18, 0.16477)
    for each in (result.agreement, result.consistency, result.agreement_mean, result.consistency_mean):
        assert (round(each.f, 2), each.df1, each.df2, round(each.p, 5)) == (11.03, 5, 15, 0.00013)


def test_anxiety_as_irr_prints_it():
    result = icc(ANXIETY)
    agreement = result.agreement
    assert (round(agreement.value, 3), round(agreement.low, 3), round(agreement.high, 3)) == (0.198, -0.039, 0.494)
    assert (round(agreement.f, 2), agreement.df1) == (1.83, 19)
    assert round(result.consistency.value, 3) == 0.216


def test_consistent_but_not_agreeing():
    # R irr, the example of icc(): three raters of different levels.
    raters = [
        [5, 12, 11, 10, 9, 7, 5, 12, 12, 7, 12, 17, 15, 13, 6, 13, 20, 14, 13, 11],
        [14, 22, 21, 19, 22, 16, 13, 24, 20, 19, 26, 22, 26, 18, 10, 26, 30, 22, 23, 23],
        [27, 31, 29, 29, 32, 23, 29, 28, 30, 28, 31, 35, 34, 32, 30, 29, 39, 37, 33, 29],
    ]
    result = icc(list(zip(*raters, strict=True)))
    assert (round(result.consistency.value, 3), round(result.agreement.value, 3)) == (0.695, 0.108)


# --- laws -------------------------------------------------------------------------------------------------------------

tables = st.tuples(st.integers(2, 6), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 6), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


@settings(max_examples=150)
@given(tables, st.sampled_from([0.5, 0.9, 0.95, 0.9999]))
def test_every_table_has_finite_coefficients_within_their_limits(table, level):
    result = icc(table, level=level)
    values = np.array(table, dtype=float)
    if values.min() == values.max():
        assert result is None
        return
    for each in result:
        assert each.low <= each.value <= each.high <= 1
        assert math.isfinite(each.value)
    for each in (result.one_way, result.consistency):
        if each is not None:
            assert -1 / (result.raters - 1) - 1e-9 <= each.value <= 1
            assert -1 / (result.raters - 1) - 1e-9 <= each.low <= each.high <= 1
            assert 0 <= each.p <= 1


@given(tables)
def test_consistency_and_one_way_are_ratios_of_mean_squares(table):
    values = np.array(table, dtype=float)
    n, k = values.shape
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    between = k * ((rows - values.mean()) ** 2).sum() / (n - 1)
    within = ((values - rows) ** 2).sum() / (n * (k - 1))
    residual = ((values - rows - columns + values.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    result = icc(table)
    if result is None or between < 1e-9 or residual < 1e-9:
        return
    assert result.one_way.value == pytest.approx((between - within) / (between + (k - 1) * within), abs=1e-9)
    assert result.consistency.value == pytest.approx((between - residual) / (between + (k - 1) * residual), abs=1e-9)
    assert result.consistency_mean.value == pytest.approx(1 - residual / between, rel=1e-9, abs=1e-9)
    upper = f_distribution.ppf(0.975, n - 1, (n - 1) * (k - 1))
    low = (between / residual / upper - 1) / (between / residual / upper + k - 1)
    assert result.consistency.low == pytest.approx(low, abs=1e-9)
    assert result.consistency.p == pytest.approx(
        f_distribution.sf(between / residual, n - 1, (n - 1) * (k - 1)), abs=1e-9
    )


@example([[0, 2], [1, 3], [2, 0]], 1e-120, 0)
@given(tables, st.sampled_from([1e-120, 1e-3, 7, 1e120]), st.sampled_from([0, -3, 1000]))
def test_unit_and_zero_of_the_scores_do_not_matter(table, unit, shift):
    first = icc(table)
    second = icc([[unit * (value + shift) for value in row] for row in table])
    if first is None:
        assert second is None
        return
    assert [each.value for each in first] == pytest.approx([each.value for each in second], rel=1e-6, abs=1e-6)


@pytest.mark.slow
def test_the_intervals_cover():
    # Targets 1, raters 0.5, residual 1 (variances): ICC(2,1) = 0.4, ICC(3,1) = 0.5.
    rng, hits = np.random.default_rng(11), np.zeros(2)
    for _ in range(1000):
        scores = rng.normal(size=(20, 1)) + math.sqrt(0.5) * rng.normal(size=(1, 5)) + rng.normal(size=(20, 5))
        result = icc(scores)
        hits += [
            result.agreement.low <= 0.4 <= result.agreement.high,
            result.consistency.low <= 0.5 <= result.consistency.high,
        ]
    assert hits / 1000 == pytest.approx([0.95, 0.95], abs=0.025)


# --- edges ------------------------------------------------------------------------------------------------------------


def test_nothing_to_say():
    ratings: list
    for ratings in ([], [[]], [[1, 2]], [[1], [2]], [[3, 3], [3, 3]], [[0.1, 0.1], [0.1, 0.1]]):
        assert icc(ratings) is None
    assert icc([[1, None], [2, 3]], drop_incomplete=True) is None
    assert icc([[None, None]], drop_incomplete=True) is None


def test_raters_who_say_the_same():
    result = icc([[0.1, 0.1], [0.7, 0.7], [1 / 3, 1 / 3]])
    for each in result:
        assert (each.value, each.low, each.high, each.f, each.p) == (1, 1, 1, math.inf, 0)


def test_raters_a_constant_apart():
    result = icc([[0.1, 0.2], [0.7, 0.8], [1.3, 1.4]])
    assert (result.consistency.value, result.consistency.low, result.consistency_mean.value) == (1, 1, 1)
    assert 0.9 < result.agreement.value < 1
    assert result.agreement.low < result.agreement.value < result.agreement.high


def test_targets_alike():
    crossed = icc([[1, 2], [2, 1]])
    assert (crossed.one_way.value, crossed.consistency.value, crossed.consistency.p) == (-1, -1, 1)
    assert [each.name for each in crossed] == ["ICC(1,1)", "ICC(3,1)"]
    apart = icc([[1, 2], [1, 2]])
    assert (apart.one_way.value, apart.agreement.value, apart.consistency) == (-1, 0, None)
    assert [each.name for each in apart] == ["ICC(1,1)", "ICC(2,1)"]


def test_missing_scores_are_refused_or_dropped_and_counted():
    holed = [*SHROUT, [5, None, 5, 5], [math.nan, 1, 1, 1]]
    with pytest.raises(ValueError, match=r"ratings\[6\]\[1\] is missing"):
        icc(holed)
    result = icc(holed, drop_incomplete=True)
    assert (result.n, result.dropped) == (6, 2)
    assert (result.agreement, result.one_way_mean) == (icc(SHROUT).agreement, icc(SHROUT).one_way_mean)


def test_any_kind_of_number_and_of_table():
    expected = [each.value for each in icc(SHROUT)]
    for kind in (Decimal, Fraction, np.int32, np.float64):
        assert [each.value for each in icc([[kind(value) for value in row] for row in SHROUT])] == pytest.approx(
            expected
        )
    for table in (np.array(SHROUT), pd.DataFrame(SHROUT), pd.DataFrame(SHROUT).convert_dtypes()):
        assert [each.value for each in icc(table)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ratings", "options", "words"),
    [
        ([[1, 2], [3]], {}, r"ratings\[1\] has 1"),
        ([[1, "2"], [3, 4]], {}, r"ratings\[0\]\[1\] is '2'"),
        ([[1, math.inf], [3, 4]], {}, r"ratings\[0\]\[1\] is inf"),
        (np.array([[1, -math.inf], [3, 4]]), {}, r"ratings\[0\]\[1\] is -inf"),
        ([[1, 2], [3, 4]], {"level": 95}, "level is 95"),
        ([[1, 2], [3, 4]], {"level": 1 - 1e-16}, "level is"),
        ([1, 2], {}, r"ratings\[0\] is 1"),
    ],
)
def test_what_is_refused(ratings, options, words):
    with pytest.raises(ValueError, match=words):
        icc(ratings, **options)


def test_a_hundred_thousand_targets():
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(100_000, 1)) + rng.normal(size=(100_000, 3))
    result = icc(scores)
    assert result.consistency.value == pytest.approx(0.5, abs=0.01)
    assert result.agreement.low < result.agreement.value < result.agreement.high
