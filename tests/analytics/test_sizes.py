"""How many calls are needed, against published tables and worked examples."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct, t

from analytics.stats import sizes
from analytics.stats.intervals import wilson


@pytest.mark.parametrize(
    ("d", "power", "pairs"),
    # G*Power 3.1, "Means: Difference between two dependent means", two-sided, alpha .05.
    [(0.5, 0.80, 34), (0.5, 0.90, 44), (0.2, 0.80, 199), (0.8, 0.80, 15), (0.5, 0.95, 54)],
)
def test_matched_pairs_as_in_gpower(d, power, pairs):
    assert sizes.pairs_for_difference(d * 12, 12, power=power) == pairs
    assert sizes.power_of_pairs(pairs, d, 1) >= power > sizes.power_of_pairs(pairs - 1, d, 1)


@pytest.mark.parametrize(
    ("d", "power", "each"),
    # Cohen 1988, table 2.4.1, alpha .05 two-sided (393 there for .2 is 394 by the exact distribution, as in G*Power).
    [(0.2, 0.80, 394), (0.5, 0.80, 64), (0.8, 0.80, 26), (0.5, 0.90, 86), (0.8, 0.90, 34), (1.0, 0.80, 17)],
)
def test_two_samples_as_in_cohen(d, power, each):
    assert sizes.group_size_for_difference(d, 1, power=power) == each
    assert sizes.power_of_groups(each, d, 1) >= power > sizes.power_of_groups(each - 1, d, 1)


def test_power_is_that_of_the_noncentral_t():
    critical = t.ppf(0.975, 19)
    expected = nct.sf(critical, 19, 0.6 * math.sqrt(20)) + nct.cdf(-critical, 19, 0.6 * math.sqrt(20))
    assert sizes.power_of_pairs(20, 0.6, 1) == pytest.approx(expected, abs=1e-9)
    assert sizes.power_of_pairs(10, 1e-9, 1) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(
    ("half_width", "sd", "level", "n"),
    # Worked examples of iterating with t: 17 and 5 at 99 % make 81; .537 and .3 make 15; half a deviation makes 18.
    [(5, 17, 0.99, 81), (0.3, 0.537, 0.95, 15), (0.5, 1, 0.95, 18), (1, 1, 0.95, 7)],
)
def test_calls_for_a_mean(half_width, sd, level, n):
    assert sizes.calls_for_mean(half_width, sd, level) == n
    assert sizes.mean_half_width(n, sd, level) <= half_width < sizes.mean_half_width(n - 1, sd, level)


@pytest.mark.parametrize(("half_width", "n"), [(0.05, 381), (0.1, 93), (0.03, 1064)])
def test_calls_for_a_share_of_one_half(half_width, n):
    z = 1.959963984540054
    assert n == math.ceil(z * z * (1 / (4 * half_width**2) - 1))
    assert sizes.calls_for_share(half_width) == n


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 400), share=st.floats(0, 1), width=st.floats(0.01, 0.4))
def test_a_share_is_that_of_wilson_and_the_fewest_is_the_fewest(n, share, width):
    successes = round(share * n)
    interval = wilson(successes, n)
    assert sizes.share_half_width(n, successes / n) == pytest.approx((interval.high - interval.low) / 2, abs=1e-12)
    fewest = sizes.calls_for_share(width, share)
    assert sizes.share_half_width(fewest, share) <= width
    assert fewest == 1 or sizes.share_half_width(fewest - 1, share) > width


def test_the_smallest_difference_turns_the_question_round():
    found = sizes.smallest_difference(lambda d: sizes.power_of_pairs(34, d, 12), 12)
    assert found < 6
    assert sizes.power_of_pairs(34, found, 12) == pytest.approx(0.8, abs=1e-5)
    assert sizes.pairs_for_difference(found, 12) == 34
    assert sizes.smallest_difference(lambda d: sizes.power_of_pairs(2, d, 12), 12) > 24


def test_what_cannot_be_is_named():
    with pytest.raises(ValueError, match="half_width is 0"):
        sizes.calls_for_mean(0, 12)
    with pytest.raises(ValueError, match="sd is -1"):
        sizes.calls_for_mean(3, -1)
    with pytest.raises(ValueError, match="power is 1"):
        sizes.pairs_for_difference(5, 12, power=1)
    with pytest.raises(ValueError, match="share is 2"):
        sizes.calls_for_share(0.1, 2)
    with pytest.raises(ValueError, match="n is 1"):
        sizes.mean_half_width(1, 12)
    with pytest.raises(ValueError, match="more than"):
        sizes.calls_for_mean(0.001, 50)
    assert sizes.calls_for_mean(3, 0) == 2
    assert sizes.pooled_sd([(1, 0.0)]) is None


@pytest.mark.parametrize(("difference", "power"), [(20, 0.973524), (38, 0.999975)])
def test_two_pairs_do_for_a_difference_that_cannot_be_missed(difference, power):
    """The noncentral t is no number where a tail is next to nothing. Power by integrating over the deviation that is found."""
    assert sizes.power_of_pairs(2, difference, 1) == pytest.approx(power, abs=1e-6)
    assert sizes.pairs_for_difference(difference, 1) == 2
