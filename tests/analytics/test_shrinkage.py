"""Shrinkage of means and shares against lme4, statsmodels and published fits."""

# Refusals are tested with what is of the wrong type on purpose, and statsmodels has no types.
# mypy: disable-error-code="arg-type, call-overload, import-untyped, list-item, operator, var-annotated"

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.regression.mixed_linear_model import MixedLM

from analytics.stats.intervals import Sums, wilson
from analytics.stats.share_shrinkage import beta_binomial
from analytics.stats.shrinkage import random_intercept

DYESTUFF = [
    [1545, 1440, 1440, 1520, 1580],
    [1540, 1555, 1490, 1560, 1495],
    [1595, 1550, 1605, 1510, 1560],
    [1445, 1440, 1595, 1465, 1545],
    [1595, 1630, 1515, 1635, 1625],
    [1520, 1455, 1450, 1480, 1445],
]
# In thousandths.
DYESTUFF_2 = [
    [7298, 3846, 2434, 9566, 7990],
    [5220, 6556, 608, 11788, -892],
    [110, 10386, 13434, 5510, 8166],
    [2212, 4852, 7092, 9288, 4980],
    [282, 9014, 4458, 9446, 7198],
    [1722, 4782, 8106, 758, 3758],
]
# Snedecor & Cochran (1967), section 10.18: percentages of conceptions for six bulls.
BULLS = [
    [46, 31, 37, 62, 30],
    [70, 59],
    [52, 44, 57, 40, 67, 64, 70],
    [47, 21, 70, 46, 14],
    [42, 64, 50, 69, 77, 81, 87],
    [35, 68, 59, 38, 57, 76, 57, 29, 60],
]
# Geissler (1889): boys among the first 12 children of 6115 families in Saxony.
BOYS = [3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7]


def sums(values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def fit(groups, **options):
    return random_intercept([sums(values) for values in groups], **options)


# --- means ------------------------------------------------------------------------------------------------------------


def test_dyestuff_reml_as_lme4_prints_it():
    result = fit(DYESTUFF)
    assert (result.n, result.n_groups, result.mean) == (30, 6, 1527.5)
    assert (round(result.between, 2), round(result.within, 2)) == (1764.05, 2451.25)
    assert round(result.mean_error, 2) == 19.38
    shown = [round(group.shrunk - result.mean, 4) for group in result.groups]
    assert shown == [-17.6069, 0.3913, 28.5622, -23.0845, 56.7332, -44.9953]
    first = result.groups[0]
    factor = 1764.05 / (1764.05 + 2451.25 / 5)
    assert first.factor == pytest.approx(factor)
    assert first.conditional_error**2 == pytest.approx(1764.05 * (1 - factor))
    assert first.error**2 == pytest.approx(1764.05 * (1 - factor) + ((1 - factor) * result.mean_error) ** 2)
    assert (first.high - first.shrunk) == pytest.approx(1.959964 * first.error, abs=1e-5)
    half = scipy_stats.t.ppf(0.975, 5) * result.mean_error
    assert (result.low, result.high) == pytest.approx((1527.5 - half, 1527.5 + half))


def test_dyestuff_ml_as_lme4_prints_it():
    result = fit(DYESTUFF, method="ml")
    assert (round(result.between, 2), round(result.within, 2)) == (1388.33, 2451.25)
    assert round(result.mean_error, 2) == 17.69


def test_dyestuff_2_has_no_variance_between():
    result = fit(DYESTUFF_2)
    # lme4: mean 5.6656, residual standard deviation 3.7157, between 0.
    assert (round(result.mean / 1000, 4), round(math.sqrt(result.within) / 1000, 4)) == (5.6656, 3.7157)
    assert result.between == 0.0
    assert {group.shrunk for group in result.groups} == {result.mean}
    assert {group.factor for group in result.groups} == {0.0}


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_unequal_groups_are_statsmodels_mixed_model(method):
    result = fit(BULLS, method=method)
    values = [value for group in BULLS for value in group]
    labels = [place for place, group in enumerate(BULLS) for _value in group]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = MixedLM(values, np.ones((len(values), 1)), groups=labels).fit(reml=method == "reml", gtol=1e-10)
    assert result.mean == pytest.approx(theirs.params[0], rel=1e-6)
    assert result.between == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-3)
    assert result.within == pytest.approx(theirs.scale, rel=1e-4)
    assert result.mean_error == pytest.approx(theirs.bse_fe[0], rel=1e-4)
    for place, group in enumerate(result.groups):
        effect = float(np.ravel(theirs.random_effects[place])[0])
        assert group.shrunk - result.mean == pytest.approx(effect, rel=1e-3)


def brute_deviance(groups, between, within, *, restricted):
    """Minus twice the logarithm of the likelihood from the full covariance matrix."""
    values = np.concatenate([np.asarray(group, dtype=float) for group in groups])
    blocks = [within * np.eye(len(group)) + between for group in groups]
    total, one = np.zeros((len(values), len(values))), np.ones(len(values))
    place = 0
    for block in blocks:
        total[place : place + len(block), place : place + len(block)] = block
        place += len(block)
    inverse = np.linalg.inv(total)
    information = one @ inverse @ one
    rest = values - (one @ inverse @ values) / information
    result = np.linalg.slogdet(total)[1] + rest @ inverse @ rest
    return result + (math.log(information) if restricted else 0.0)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=6), min_size=2, max_size=6),
    st.sampled_from(["reml", "ml"]),
)
def test_the_likelihood_is_highest_where_it_is_said_to_be(groups, method):
    result = fit(groups, method=method)
    if result is None:
        assert all(len(group) == 1 for group in groups)
        return
    if result.within == 0:
        assert all(len(set(group)) == 1 for group in groups)
        return
    best = brute_deviance(groups, result.between, result.within, restricted=method == "reml")
    scale = result.between + result.within
    for step in (0.7, 0.95, 1.05, 1.4):
        for other in ((result.between * step, result.within), (result.between, result.within * step)):
            assert best <= brute_deviance(groups, *other, restricted=method == "reml") + 1e-7
    assert best <= brute_deviance(groups, 0.02 * scale, result.within, restricted=method == "reml") + 1e-7
    for group in result.groups:
        assert min(group.raw, result.mean) - 1e-9 <= group.shrunk <= max(group.raw, result.mean) + 1e-9
        assert 0 <= group.factor <= 1


def test_large_scores_lose_nothing():
    moved = fit([[value + 10**9 for value in group] for group in DYESTUFF])
    assert (moved.between, moved.within) == pytest.approx((1764.05, 2451.25), rel=1e-9)


def test_means_edges():
    assert random_intercept([]) is None
    assert fit([[1, 2, 3]]) is None
    assert fit([[1], [2], [3]]) is None
    constant = fit([[5, 5], [7, 7], [8]])
    assert (constant.within, constant.between) == (0.0, pytest.approx(7 / 3))
    assert [group.shrunk for group in constant.groups] == pytest.approx([5, 7, 8])
    same = fit([[5, 5], [5, 5]])
    assert (same.between, same.within, same.mean_error) == (0.0, 0.0, 0.0)
    gapped = random_intercept([sums(DYESTUFF[0]), Sums(), sums(DYESTUFF[4])])
    assert gapped.groups[1] is None
    assert gapped.n_groups == 2
    with pytest.raises(ValueError, match="method is 'bayes'; it is one of reml, ml"):
        fit(DYESTUFF, method="bayes")
    with pytest.raises(ValueError, match="level is 2"):
        fit(DYESTUFF, level=2)


def test_ten_thousand_groups():
    rng = np.random.default_rng(2)
    groups = [
        rng.normal(rng.normal(7000, 300), 1000, size=rng.integers(1, 20)).astype(int).tolist() for _ in range(10000)
    ]
    result = fit(groups)
    assert math.sqrt(result.between) == pytest.approx(300, rel=0.05)
    assert math.sqrt(result.within) == pytest.approx(1000, rel=0.02)


# --- shares -----------------------------------------------------------------------------------------------------------


def log_likelihood(counts, n, alpha, beta):
    return sum(count * scipy_stats.betabinom.logpmf(k, n, alpha, beta) for k, count in enumerate(counts))


def test_saxony_families_beta_binomial():
    x = [k for k, count in enumerate(BOYS) for _family in range(count)]
    result = beta_binomial(x, [12] * len(x))
    # Published (Wikipedia, Beta-binomial distribution) as 34.09558 and 31.5715, where the likelihood is nearly flat.
    assert (result.alpha, result.beta) == pytest.approx((34.09558, 31.5715), rel=3e-4)
    ours, published = (log_likelihood(BOYS, 12, *pair) for pair in ((result.alpha, result.beta), (34.09558, 31.5715)))
    assert round(ours, 1) == -12492.9
    assert published <= ours < published + 1e-5
    moments = beta_binomial(x, [12] * len(x), method="moments")
    # Published moments 34.1350 and 31.6085, which divide by the number of families and not by one less.
    assert (moments.alpha, moments.beta) == pytest.approx((34.1350, 31.6085), rel=2e-3)


def test_equal_groups_kleinman_is_the_moments_by_hand():
    x = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]  # Efron & Morris (1975), of 45 at bats
    result = beta_binomial(x, [45] * 18, method="moments")
    mean, variance = np.mean(x) / 45, np.var([each / 45 for each in x], ddof=1)
    # With equal groups the variance of the shares is expected to be m (1 - m) (1 + 44 rho) / 45.
    rho = (45 * variance / (mean * (1 - mean)) - 1) / 44
    assert result.mean == pytest.approx(mean)
    assert result.correlation == pytest.approx(rho, rel=1e-9)
    # Everybody hit .265 there, and .400 after 45 at bats was mostly luck.
    assert result.mean == pytest.approx(0.265, abs=0.001)
    assert 0.265 < result.groups[0].shrunk < 0.3


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=2, max_size=8))
def test_beta_binomial_likelihood_is_highest_where_it_is_said_to_be(pairs):
    x, n = [min(pair) for pair in pairs], [size for _x, size in pairs]
    result = beta_binomial(x, n)
    if result is None:
        assert max(n) == 1
        return
    for group, share in zip(result.groups, (a / b for a, b in zip(x, n, strict=True)), strict=True):
        assert min(share, result.mean) - 1e-9 <= group.shrunk <= max(share, result.mean) + 1e-9
        assert 0 <= group.low <= group.shrunk + 1e-9
        assert group.shrunk - 1e-9 <= group.high <= 1
    if not result.alpha:
        return

    def height(alpha, beta):
        return sum(scipy_stats.betabinom.logpmf(a, b, alpha, beta) for a, b in zip(x, n, strict=True))

    best = height(result.alpha, result.beta)
    for step in (0.7, 0.97, 1.03, 1.4):
        assert height(result.alpha * step, result.beta) <= best + 1e-6
        assert height(result.alpha, result.beta * step) <= best + 1e-6
        assert height(result.alpha * step, result.beta * step) <= best + 1e-6


def test_posterior_of_a_group_is_its_beta():
    x, n = [3, 9, 5, 0], [10, 10, 12, 8]
    result = beta_binomial(x, n)
    for got, of, group in zip(x, n, result.groups, strict=True):
        posterior = scipy_stats.beta(result.alpha + got, result.beta + of - got)
        assert (group.shrunk, group.conditional_error) == pytest.approx((posterior.mean(), posterior.std()))
        assert group.error > group.conditional_error


def test_shares_edges():
    assert beta_binomial([], []) is None
    assert beta_binomial([1], [5]) is None
    assert beta_binomial([1, 0, 0], [1, 1, 0]) is None
    alike = beta_binomial([5, 5, 0], [10, 10, 0])
    assert (alike.correlation, alike.alpha, alike.groups[2], alike.groups[0].shrunk) == (0.0, None, None, 0.5)
    assert (alike.low, alike.high) == pytest.approx((wilson(10, 20).low, wilson(10, 20).high))
    none = beta_binomial([0, 0], [5, 5])
    assert (none.mean, none.low, none.groups[0].high) == (0.0, 0.0, 0.0)
    every = beta_binomial([5, 5], [5, 5], method="moments")
    assert (every.mean, every.high) == (1.0, 1.0)
    apart = beta_binomial([5, 0], [5, 5])
    assert (apart.correlation, [group.shrunk for group in apart.groups]) == (1.0, [1.0, 0.0])
    for bad, words in (
        (([3, 1], [2, 2]), "successes is 3"),
        (([1, -1], [2, 2]), "successes is -1"),
        (([1], [2, 2]), "1 successes, 2 trials"),
        (([1, 1], [2, 10**7]), "trials is 10000000; it is at most 1000000"),
    ):
        with pytest.raises(ValueError, match=words):
            beta_binomial(*bad)
    with pytest.raises(ValueError, match="method is 'reml'"):
        beta_binomial([1, 2], [3, 3], method="reml")
