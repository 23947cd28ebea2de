"""Paired comparisons and differences of shares against published numbers (the source is named at each)."""

# Refusals are tested with what is of the wrong type on purpose, and statsmodels has no types.
# mypy: disable-error-code="arg-type, call-overload, import-untyped, list-item, operator, var-annotated"

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar as theirs

from analytics.stats import signed_rank as ranks
from analytics.stats.intervals import Sums
from analytics.stats.paired import mcnemar, paired_t, paired_t_of_differences, paired_t_of_sums, paired_table
from analytics.stats.shares import share_difference
from analytics.stats.signed_rank import signed_rank, signed_rank_of_differences

SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# Hollander & Wolfe, depression scale factor IV.
BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def rounded(*values, digits=4):
    return tuple(round(value, digits) for value in values)


# --- paired t ---------------------------------------------------------------------------------------------------------


def test_paired_t_student_1908_sleep():
    result = paired_t(SLEEP_1, SLEEP_2)
    assert (result.n, result.df) == (10, 9)
    assert rounded(result.t, result.p, result.low, result.high, digits=6) == (-4.062128, 0.002833, -2.459886, -0.700114)
    assert result.mean == pytest.approx(-1.58)
    # Cohen’s dz is t over the root of n.
    assert result.effect == pytest.approx(-4.062128 / math.sqrt(10), abs=1e-6)


def test_paired_t_takes_numbers_of_any_kind():
    expected = paired_t(SLEEP_1, SLEEP_2)
    assert paired_t([Decimal(str(x)) for x in SLEEP_1], np.asarray(SLEEP_2)) == expected
    assert paired_t([Fraction(str(x)) for x in SLEEP_1], SLEEP_2) == expected


def test_paired_t_from_sums_is_that_of_the_differences():
    tenths = [round(10 * (a - b)) for a, b in zip(SLEEP_1, SLEEP_2, strict=True)]
    result = paired_t_of_sums(Sums(10, sum(tenths), sum(d * d for d in tenths)))
    assert rounded(result.t, result.p, result.low / 10, digits=6) == (-4.062128, 0.002833, -2.459886)


@given(st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=2, max_size=30))
def test_paired_t_is_scipys(pairs):
    first, second = zip(*pairs, strict=True)
    result = paired_t(first, second)
    differences = [a - b for a, b in pairs]
    if len(set(differences)) == 1:
        assert (result.sd, result.effect) == (0.0, None)
        assert result.p == (1.0 if differences[0] == 0 else 0.0)
        return
    expected = scipy_stats.ttest_rel(first, second)
    interval = expected.confidence_interval()
    assert (result.t, result.p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9, abs=1e-12)
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high), rel=1e-9, abs=1e-9)
    assert paired_t(second, first).t == pytest.approx(-result.t)


def test_paired_t_of_differences_that_do_not_vary():
    # The two differences differ in their last bit.
    result = paired_t([0.3, 0.5], [0.1, 0.3])
    assert (result.sd, result.t, result.p) == (0.0, math.inf, 0.0)
    assert paired_t_of_differences([0, 0, 0]).p == 1.0
    assert paired_t_of_differences([-1, -1]).t == -math.inf
    assert paired_t_of_differences([1e300, -1e300, 1e300]).p == pytest.approx(paired_t_of_differences([1, -1, 1]).p)
    assert paired_t_of_differences([5e-324, 0.0]).n == 2


def test_paired_t_without_enough_data():
    assert paired_t([], []) is None
    assert paired_t([1], [2]) is None
    assert paired_t_of_sums(Sums(1, 2, 4)) is None


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([1, 2], [1], "lengths differ: 2 first, 1 second"),
        ([1, None], [1, 2], "first holds None"),
        ([1, 2], [1, float("nan")], "second holds nan"),
        ([1, "many"], [1, 2], "first holds 'many'"),
        ([1e308, 1], [-1e308, 1], "first minus second holds inf"),
    ],
)
def test_paired_refuses(first, second, words):
    for function in (paired_t, signed_rank):
        with pytest.raises(ValueError, match=words):
            function(first, second)


# --- signed ranks -----------------------------------------------------------------------------------------------------


def test_signed_rank_hollander_wolfe_1999():
    result = signed_rank(BEFORE, AFTER)
    # One-sided .0195 there; V = 40; estimate .46 and the 96.1 % interval .010 to .786, which is what 95 % gives.
    assert (result.statistic, result.exact) == (40.0, True)
    assert rounded(result.p, result.pseudomedian, result.low, result.high) == (0.0391, 0.46, 0.01, 0.786)


def test_signed_rank_sleep_as_r_prints_it():
    # wilcox.test(paired = TRUE): V = 0, p-value = 0.009091, by the normal approximation with continuity correction.
    result = signed_rank(SLEEP_1, SLEEP_2, method="normal", correction=True)
    assert (result.n, result.zeros, result.statistic, round(result.p, 6)) == (10, 1, 0.0, 0.009091)
    # All nine ways to sign the ranks of nine differences: 2 / 2^9.
    assert signed_rank(SLEEP_1, SLEEP_2).p == 2 / 2**9


@given(st.lists(st.integers(-6, 6), min_size=1, max_size=12), st.sampled_from(["wilcox", "pratt"]))
def test_signed_rank_exact_is_counting_all_signs(differences, zeros):
    result = signed_rank_of_differences(differences, zeros=zeros)
    kept = [d for d in differences if d or zeros == "pratt"]
    sizes = scipy_stats.rankdata([abs(d) for d in kept]) if kept else []
    used = [rank for rank, d in zip(sizes, kept, strict=True) if d]
    seen = sum(rank for rank, d in zip(sizes, kept, strict=True) if d > 0)
    sums = np.zeros(1)
    for rank in used:
        sums = np.concatenate((sums, sums + rank))
    expected = min(1.0, 2 * min((sums <= seen).mean(), (sums >= seen).mean()))
    assert (result.statistic, result.p) == pytest.approx((seen, expected))
    assert result.zeros == differences.count(0)


@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=80).filter(any),
    st.sampled_from(["wilcox", "pratt"]),
    st.booleans(),
)
def test_signed_rank_normal_is_scipys(differences, zeros, correction):
    result = signed_rank_of_differences(differences, zeros=zeros, method="normal", correction=correction)
    expected = scipy_stats.wilcoxon(differences, zero_method=zeros, method="asymptotic", correction=correction)
    ours, theirs = result.p, expected.pvalue
    # scipy corrects away from the middle when the sum lies exactly on it; we stop there.
    if abs(ours - theirs) > 1e-12:
        assert correction
        assert ours == 1.0


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=60, unique=True))
def test_pseudomedian_and_interval_by_all_averages(differences):
    result = signed_rank_of_differences(differences)
    n = len(differences)
    averages = sorted((differences[i] + differences[j]) / 2 for i in range(n) for j in range(i, n))
    assert result.pseudomedian == pytest.approx(np.median(averages))
    assert (result.low is None) == (n < 6)
    if result.low is not None:
        # Turned round, the interval turns round.
        turned = signed_rank_of_differences([-d for d in differences])
        assert (turned.low, turned.high) == (-result.high, -result.low)
        assert result.low <= result.pseudomedian <= result.high


@pytest.mark.parametrize("listed", [10, 200_000])
def test_averages_are_counted_as_they_are_listed(monkeypatch, listed):
    rng = np.random.default_rng(3)
    for values in (rng.normal(size=301), rng.integers(-4, 5, size=301) * 1.0, np.round(rng.normal(size=301), 1)):
        values.sort()
        places = [1, 7, 20_000, 22_726, 45_451]
        monkeypatch.setattr(ranks, "AVERAGES_UP_TO", 1500)
        expected = ranks._averages(values, places)
        monkeypatch.setattr(ranks, "AVERAGES_UP_TO", 1)
        monkeypatch.setattr(ranks, "LISTED_UP_TO", listed)
        assert ranks._averages(values, places) == pytest.approx(expected, abs=1e-12)


def test_signed_rank_edges():
    assert signed_rank([], []) is None
    result = signed_rank([1, 2], [1, 2])
    assert (result.p, result.zeros, result.pseudomedian) == (1.0, 2, 0.0)
    assert signed_rank([1, 2], [1, 2], method="normal").p == 1.0
    # 0.3 - 0.1 and 0.5 - 0.3 are one size; with a third above them the ranks are 1.5, 1.5, 3.
    assert signed_rank([0.3, 0.5, 0], [0.1, 0.3, 1]).statistic == 3.0
    assert signed_rank_of_differences([1.0] * 2000).pseudomedian == 1.0
    with pytest.raises(ValueError, match="zeros is 'drop'; it is one of wilcox, pratt"):
        signed_rank([1], [2], zeros="drop")
    with pytest.raises(ValueError, match="method is 'fast'"):
        signed_rank([1], [2], method="fast")
    with pytest.raises(ValueError, match="300 differences are too many"):
        signed_rank_of_differences(range(1, 301), method="exact")
    with pytest.raises(ValueError, match="level is 95"):
        signed_rank([1], [2], level=95)


# --- McNemar ----------------------------------------------------------------------------------------------------------


def test_mcnemar_agresti_approval_ratings():
    result = mcnemar([[794, 150], [86, 570]])
    assert rounded(result.chi2_corrected, result.chi2, digits=3) == (16.818, 17.356)
    assert f"{result.p_corrected:.3e}" == "4.115e-05"
    # Agresti (2002), p. 411: .59 and .55, the difference .04, interval .02 to .06.
    assert rounded(result.share_first, result.share_second, result.difference, digits=2) == (0.59, 0.55, 0.04)
    assert rounded(result.low, result.high, digits=2) == (0.02, 0.06)


def test_mcnemar_fagerland_2013_airway_hyper_responsiveness():
    # Fagerland, Lydersen & Laake: asymptotic .034, with correction .077, exact .070, mid-p .039.
    result = mcnemar([[1, 1], [7, 12]])
    assert rounded(result.p, result.p_corrected, result.p_exact, result.p_mid, digits=3) == (0.034, 0.077, 0.07, 0.039)
    # and Cavo: .033, .055, .052, .035.
    result = mcnemar([[59, 6], [16, 80]])
    assert rounded(result.p, result.p_corrected, result.p_exact, result.p_mid, digits=3) == (0.033, 0.055, 0.052, 0.035)


def test_mcnemar_armitage_berry_1994():
    result = mcnemar([[20, 12], [2, 16]])
    assert rounded(result.chi2_corrected, result.p_corrected, result.p_exact) == (5.7857, 0.0162, 0.0129)


@pytest.mark.parametrize(
    ("table", "low", "high"), [([[36, 12], [2, 0]], 0.0569, 0.3404), ([[20, 12], [2, 16]], 0.0562, 0.3292)]
)
def test_paired_share_interval_newcombe_1998_method_10(table, low, high):
    result = mcnemar(table)
    assert rounded(result.low, result.high) == (low, high)


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(any))
def test_mcnemar_is_statsmodels_and_turns_round(cells):
    a, b, c, d = cells
    result, turned = mcnemar([[a, b], [c, d]]), mcnemar([[a, c], [b, d]])
    assert turned.difference == -result.difference
    assert (turned.low, turned.high) == pytest.approx((-result.high, -result.low))
    assert -1 <= result.low <= result.difference <= result.high <= 1
    assert result.p_exact == pytest.approx(theirs([[a, b], [c, d]], exact=True).pvalue)
    if b + c:
        assert result.chi2 == pytest.approx(theirs([[a, b], [c, d]], exact=False, correction=False).statistic)
    else:
        assert result.p == result.p_corrected == result.p_exact == result.p_mid == 1.0


def test_agresti_min_by_hand():
    # Half a pair in each cell: (12.5 - 2.5) / 52, and sqrt(15 / 52 - its square) / sqrt(52).
    result = mcnemar([[20, 12], [2, 16]], interval="agresti-min")
    half = 1.959964 * math.sqrt((15 / 52 - (10 / 52) ** 2) / 52)
    assert (result.low, result.high) == pytest.approx((10 / 52 - half, 10 / 52 + half), abs=1e-7)


def test_mcnemar_edges():
    assert mcnemar([[0, 0], [0, 0]]) is None
    assert mcnemar([[0, 5], [5, 0]]).p_mid == pytest.approx(1 - math.comb(10, 5) / 2**10)
    huge = mcnemar([[10**6, 10**6], [10**6 + 1, 10**6]])
    assert 0.99 < huge.p_exact <= 1
    with pytest.raises(ValueError, match="a count of table is -1"):
        mcnemar([[1, -1], [0, 0]])
    with pytest.raises(ValueError, match=r"a count of table is 1\.5"):
        mcnemar([[1, 1.5], [0, 0]])
    with pytest.raises(ValueError, match="two rows of two counts"):
        mcnemar([[1, 2, 3], [0, 0, 0]])
    with pytest.raises(ValueError, match="interval is 'wald'"):
        mcnemar([[1, 2], [3, 4]], interval="wald")


def test_paired_table_counts_answers():
    assert paired_table([1, 1, 0, 0, True], [1, 0, 1, 0, np.True_]) == [[2, 1], [1, 1]]
    with pytest.raises(ValueError, match="an answer is 2"):
        paired_table([2], [1])
    with pytest.raises(ValueError, match="1 first, 2 second"):
        paired_table([1], [1, 0])


# --- two independent shares -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_share_difference_newcombe_1998(counts, low, high):
    result = share_difference(*counts)
    assert rounded(result.low, result.high) == (low, high)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=2))
def test_share_difference_test_is_pearsons(pairs):
    (x, n), (y, m) = ((min(x, n), n) for x, n in pairs)
    result = share_difference(x, n, y, m)
    if 0 < x + y < n + m:
        expected = scipy_stats.chi2_contingency([[x, n - x], [y, m - y]], correction=False)
        assert result.p == pytest.approx(expected.pvalue)
    else:
        assert result.p == 1.0
    assert -1 <= result.low <= result.difference <= result.high <= 1


def test_share_difference_edges():
    assert share_difference(0, 0, 1, 2) is None
    with pytest.raises(ValueError, match="successes is 3"):
        share_difference(3, 2, 0, 1)
    with pytest.raises(ValueError, match="n_second is -1"):
        share_difference(1, 2, 0, -1)
