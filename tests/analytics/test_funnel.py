"""Funnel plots against published limits and scipy's quantiles."""

# Refusals are tested with what is of the wrong type on purpose, and statsmodels has no types.
# mypy: disable-error-code="arg-type, call-overload, import-untyped, list-item, operator, var-annotated"

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.meta_analysis import combine_effects

from analytics.stats.funnel import funnel_means, funnel_ratios, funnel_shares, overdispersion
from analytics.stats.funnel_limits import TAILS, binomial, poisson_interpolated, wilson_around
from analytics.stats.intervals import Sums, wilson


def sums(values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def four(limits):
    return (limits.low_998, limits.low_95, limits.high_95, limits.high_998)


# --- limits by chance alone -------------------------------------------------------------------------------------------


def test_exact_poisson_limits_as_funnelplotr_prints_them():
    limits = funnel_ratios([15], [15]).units[0].limits
    assert four(limits) == pytest.approx((0.3862650, 0.5596924, 1.649348, 2.082907), abs=5e-7)


@pytest.mark.parametrize("size", [0.3, 1, 15, 400, 1e6])
def test_exact_poisson_limits_are_chi_square_quantiles(size):
    limits = funnel_ratios([1], [size], target=1.2, adjust="none").units[0].limits
    mean = 1.2 * size
    expected = [scipy_stats.chi2.ppf(tail, 2 * (mean + (tail > 0.5))) / 2 / size for tail in TAILS]
    assert four(limits) == pytest.approx(expected)


@pytest.mark.parametrize(("share", "n"), [(0.15, 10), (0.5, 37), (0.97, 200), (0.6, 100_000)])
def test_interpolated_binomial_limits_spiegelhalter_2005(share, n):
    found = binomial(share, n)
    for tail, limit in zip(TAILS, found, strict=True):
        # r is the smallest count with P(R <= r) >= p; the limit lies the overshoot, in parts of P(r), below it.
        r = int(scipy_stats.binom.ppf(tail, n, share))
        over = (scipy_stats.binom.cdf(r, n, share) - tail) / scipy_stats.binom.pmf(r, n, share)
        assert limit == pytest.approx(max(r - over, 0) / n, rel=1e-6)


def test_interpolated_poisson_limits():
    for tail, limit in zip(TAILS, poisson_interpolated(1.0, 15.0), strict=True):
        r = int(scipy_stats.poisson.ppf(tail, 15))
        over = (scipy_stats.poisson.cdf(r, 15) - tail) / scipy_stats.poisson.pmf(r, 15)
        assert limit == pytest.approx((r - over) / 15)


def test_wilson_limits_are_wilsons():
    expected = wilson(70, 100)
    assert wilson_around(0.7, 100)[1:3] == pytest.approx((expected.low, expected.high))


@given(st.floats(0.01, 0.99), st.floats(1, 3000))
def test_binomial_limits_are_in_order_on_the_whole_curve(share, size):
    a, b, c, d = binomial(share, size)
    assert 0 <= a <= b <= share + 1 / size
    assert share - 1 / size <= c <= d <= 1


# --- over-dispersion --------------------------------------------------------------------------------------------------


def test_overdispersion_winsorised_and_dersimonian_laird():
    # By hand: scores -3, -1, 0, 1, 10; the 10 % points are -2.2 and 6.4 (between neighbours), standard errors 1 and 2.
    result = overdispersion([-3, -1, 0, 1, 10], [1, 1, 1, 1, 2])
    phi = (2.2**2 + 1 + 0 + 1 + 6.4**2) / 5
    weight, squares = 4 + 1 / 4, 4 + 1 / 16
    assert result.phi == pytest.approx(phi)
    assert result.tau2 == pytest.approx((5 * phi - 4) / (weight - squares / weight))


def test_tau2_without_winsorising_is_dersimonian_laird_of_statsmodels():
    effects, variances = np.asarray([0.1, 0.8, -0.4, 1.5, 0.2]), np.asarray([0.04, 0.1, 0.05, 0.2, 0.02])
    expected = combine_effects(effects, variances, method_re="dl")
    z = (effects - expected.mean_effect_fe) / np.sqrt(variances)
    assert overdispersion(z, np.sqrt(variances), winsorise=0).tau2 == pytest.approx(expected.tau2)


def test_limits_widen_only_when_units_differ_more_than_chance():
    alike = funnel_shares([50, 52, 48, 51], [100, 100, 100, 100])
    assert (alike.adjusted, alike.overdispersion.tau2) == ("none", 0.0)
    assert alike.overdispersion.phi < 1
    wild = {adjust: funnel_shares([20, 80, 50, 90], [100, 100, 100, 400], adjust=adjust) for adjust in ADJUSTED}
    assert [result.adjusted for result in wild.values()] == list(ADJUSTED)
    # Multiplied, every z-score shrinks by one number; added to, that of the large unit shrinks most.
    for adjust, same in (("multiplicative", True), ("additive", False)):
        ratios = [unit.z_adjusted / unit.z for unit in wild[adjust].units]
        assert (max(ratios) - min(ratios) < 1e-12) == same
        assert max(ratios) < 1
    multiplied, found = wild["multiplicative"], wild["multiplicative"].overdispersion
    target = multiplied.target
    half = 1.959964 * math.sqrt(found.phi * target * (1 - target) / 100)
    assert multiplied.units[0].limits.high_95 == pytest.approx(min(target + half, 1), abs=1e-6)
    half = 1.959964 * math.sqrt(found.tau2 + target * (1 - target) / 400)
    assert wild["additive"].units[3].limits.high_95 == pytest.approx(min(target + half, 1), abs=1e-6)


ADJUSTED = ("none", "multiplicative", "additive")


# --- means ------------------------------------------------------------------------------------------------------------


def test_means_with_known_pooled_and_own_spread():
    samples = [[4, 6, 5, 7], [1, 9], [5]]
    units = [sums(values) for values in samples]
    known = funnel_means(units, sd=2, target=5, adjust="none")
    assert known.units[0].limits.high_998 == pytest.approx(5 + 3.0902323 * 2 / 2)
    pooled = funnel_means(units, adjust="none")
    spread = math.sqrt((5 + 32) / 4)
    assert pooled.target == pytest.approx(37 / 7)
    assert pooled.units[2].z == pytest.approx((5 - 37 / 7) / spread)
    own = funnel_means(units, own_spread=True, adjust="none")
    assert own.units[2] is None
    assert (own.n, own.curve) == (2, ())
    assert own.units[1].limits.low_95 == pytest.approx(37 / 7 - 1.959964 * math.sqrt(32 / 2), abs=1e-5)


def test_verdicts_say_how_far_and_which_way():
    units = [Sums(100, 100 * mean, 100 * mean**2 + 99) for mean in (10, 11, 10)]
    result = funnel_means([*units, Sums(4, 47, 556), Sums()], sd=10, target=10, adjust="none")
    assert [unit and (unit.verdict, unit.direction) for unit in result.units[:3]] == [("inside", None)] * 3
    assert result.units[4] is None
    for mean, expected in (
        (7.9, ("outside 95", "below")),
        (12.1, ("outside 95", "above")),
        (13.2, ("outside 99.8", "above")),
        (6.8, ("outside 99.8", "below")),
    ):
        total = round(100 * mean)
        unit = funnel_means([Sums(100, total, total * total)], sd=10, target=10).units[0]
        unadjusted = funnel_means([Sums(100, total, total * total)], sd=10, target=10, adjust="none").units[0]
        assert (unadjusted.verdict, unadjusted.direction) == expected
        assert unit.z == pytest.approx(mean - 10)


def test_curves_run_through_the_limits_of_the_units():
    result = funnel_shares([5, 30, 45], [10, 60, 100], adjust="none")
    assert len(result.curve) == 100
    assert result.curve[0].size < 10
    assert result.curve[-1].size > 100
    widths = [point.high_95 - point.low_95 for point in result.curve]
    assert widths[0] > widths[50] > widths[-1]
    for unit in result.units:
        highs = np.interp(unit.size, [point.size for point in result.curve], [p.high_95 for p in result.curve])
        assert highs == pytest.approx(unit.limits.high_95, abs=0.03)


def test_funnels_without_data_and_without_chance():
    assert funnel_means([]) is None
    assert funnel_means([Sums()]) is None
    assert funnel_means([Sums(1, 5, 25)]) is None
    assert funnel_shares([0], [0]) is None
    assert funnel_ratios([0], [0]) is None
    constant = funnel_means([sums([5, 5]), sums([7, 7])])
    assert [unit.verdict for unit in constant.units] == ["outside 99.8"] * 2
    assert [(unit.z, unit.z_adjusted) for unit in constant.units] == [(None, None)] * 2
    assert constant.overdispersion is None
    for share in (0, 1):
        same = funnel_shares([5 * share, 9 * share], [5, 9])
        assert [(unit.verdict, unit.z) for unit in same.units] == [("inside", 0.0)] * 2
    alone = funnel_shares([3, 0], [10, 0])
    assert (alone.n, alone.units[0].verdict, alone.units[1]) == (1, "inside", None)


def test_funnel_of_many_units():
    rng = np.random.default_rng(5)
    n = rng.integers(1, 500, size=2000)
    result = funnel_shares(rng.binomial(n, 0.7), n)
    outside = sum(unit.verdict != "inside" for unit in result.units) / 2000
    assert 0.02 < outside < 0.07


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: funnel_shares([3], [2]), "successes is 3"),
        (lambda: funnel_shares([1], [2], target=1), "target is 1"),
        (lambda: funnel_shares([1], [2], limits="wald"), "limits is 'wald'"),
        (lambda: funnel_shares([1], [2], adjust="no"), "adjust is 'no'"),
        (lambda: funnel_shares([1, 2], [2]), "2 successes, 1 trials"),
        (lambda: funnel_ratios([1], [0]), r"expected holds 0\.0, with 1 observed"),
        (lambda: funnel_ratios([1], [float("inf")]), "expected holds inf"),
        (lambda: funnel_ratios([1], [1], target=0), "target is 0"),
        (lambda: funnel_means([Sums(2, 2, 2)], sd=-1), "sd is -1"),
        (lambda: funnel_means([Sums(2, 2, 2)], sd=1, own_spread=True), "one or the other"),
        (lambda: overdispersion([1], [0]), r"errors holds 0\.0"),
        (lambda: overdispersion([1], [1], winsorise=0.5), r"winsorise is 0\.5"),
        (lambda: overdispersion([None], [1]), "z_scores holds None"),
    ],
)
def test_funnels_refuse(call, words):
    with pytest.raises(ValueError, match=words):
        call()
