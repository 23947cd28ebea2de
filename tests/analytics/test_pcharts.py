"""Charts of shares: Montgomery's p-charts, Laney's p', and the test of over-dispersion of Wetherill & Brown."""

import itertools
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from analytics.stats.pcharts import dispersion, laney, p_chart

JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
# Montgomery, Introduction to Statistical Quality Control, the purchase orders of the section on variable sample size.
ORDERS = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
ORDER_SIZES = [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90]
ORDER_SIZES += [100, 100, 100, 100, 90, 90]
# Mohammed, Panesar, Laney & Wilson (2013), BMJ Quality & Safety 22:362-368: seen within four hours, twenty weeks.
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
SEEN += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
CAME = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
CAME += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]


def test_orange_juice_montgomery():
    chart = p_chart(JUICE, [50] * 30)
    assert (chart.n, chart.trials, chart.baseline) == (30, 1500, 30)
    assert round(chart.centre, 4) == 0.2313
    assert {(round(point.low, 5), round(point.high, 5)) for point in chart.points} == {(0.05243, 0.41024)}
    assert [place + 1 for place in chart.outside] == [15, 23]


def test_orange_juice_without_the_two_samples_montgomery():
    kept = [count for sample, count in enumerate(JUICE, 1) if sample not in {15, 23}]
    chart = p_chart(kept, [50] * 28)
    # He prints .2150, .3893 and .0407; sample 21 now lies outside.
    assert round(chart.centre, 4) == 0.2150
    assert chart.points[0].high == pytest.approx(0.3893, abs=1e-4)
    assert chart.points[0].low == pytest.approx(0.0407, abs=1e-4)
    assert [kept[place] for place in chart.outside] == [20]


def test_sizes_that_vary_montgomery():
    chart = p_chart(ORDERS, ORDER_SIZES)
    # He rounds the centre, 234 of 2450, to .096.
    assert (sum(ORDERS), chart.trials) == (234, 2450)
    assert round(chart.centre, 4) == 0.0955
    assert [place + 1 for place in chart.outside] == [11]
    for point, size in zip(chart.points, ORDER_SIZES, strict=True):
        assert point.high == pytest.approx(chart.centre + 3 * (chart.centre * (1 - chart.centre) / size) ** 0.5)
        assert point.n == size
    assert min(point.low for point in chart.points) == 0


def test_a_frozen_baseline_and_a_given_centre():
    chart = p_chart([5, 5, 0, 5, 20], [50, 50, 0, 50, 50], baseline=3)
    assert (chart.baseline, chart.centre, chart.n) == (3, 0.1, 4)
    assert chart.points[2] is None
    assert chart.outside == (4,)
    assert [(signal.rule, signal.place) for signal in chart.signals] == [(1, 4)]
    assert p_chart([5, 5], [50, 50], centre=0.5).outside == (0, 1)


def test_shares_on_a_limit_are_within():
    # With centre 1/2 and n = 36 the limits are 1/4 and 3/4.
    chart = p_chart([9, 27, 8, 28], [36] * 4, centre=0.5)
    assert (chart.points[0].low, chart.points[0].high) == (0.25, 0.75)
    assert chart.outside == (2, 3)


def test_all_alike_or_nothing_at_all():
    for count in (0, 4):
        chart = p_chart([count, count, 2], [4, 4, 4], baseline=2)
        assert (chart.points[0].low, chart.points[0].high) == (count / 4, count / 4)
        assert chart.outside == (2,)
        assert laney([count, count, 2], [4, 4, 4], baseline=2) is None
        assert dispersion([count, count], [4, 4]) is None
    for made in (p_chart, laney, dispersion):
        assert made([], []) is None
        assert made([0, 0], [0, 0]) is None
    assert laney([1], [4]) is None
    assert laney([1, 0, 2], [4, 0, 4]) is None


def test_laney_on_mohammed_et_al_2013():
    plain, prime = p_chart(SEEN, CAME), laney(SEEN, CAME)
    counts, sizes = np.array(SEEN), np.array(CAME)
    centre = counts.sum() / sizes.sum()
    sigmas = np.sqrt(centre * (1 - centre) / sizes)
    sigma_z = np.abs(np.diff((counts / sizes - centre) / sigmas)).mean() / 1.128
    assert prime.centre == pytest.approx(centre)
    assert prime.sigma_z == pytest.approx(sigma_z)
    assert [point.high for point in prime.points] == pytest.approx(centre + 3 * sigmas * sigma_z)
    # Their finding: on the p-chart nearly all weeks lie outside, on p' none does.
    assert len(plain.outside) >= 12
    assert prime.outside == ()
    assert dispersion(SEEN, CAME).over


def test_laney_equals_the_p_chart_when_sigma_z_is_one():
    chart = laney(JUICE, [50] * 30)
    scores = [point.score for point in p_chart(JUICE, [50] * 30).points]
    steps = [abs(after - before) for before, after in itertools.pairwise(scores)]
    assert chart.sigma_z == pytest.approx(sum(steps) / 29 / 1.128)
    assert [point.score * chart.sigma_z for point in chart.points] == pytest.approx(scores)


def test_laney_forms_no_range_across_a_period_without_trials():
    # Two pairs of equal shares with a gap between: no step is left to see.
    chart = laney([5, 5, 0, 15, 15], [50, 50, 0, 50, 50])
    assert chart.sigma_z == 0
    assert chart.outside == (0, 1, 3, 4)


def test_dispersion_wetherill_and_brown():
    counts = [12, 11, 18, 11, 10, 16, 9, 11, 14, 15, 11, 9, 10, 13, 12, 8, 12, 13, 10, 12]
    counts += [13, 16, 12, 18, 16, 10, 16, 10, 12, 14]
    found = dispersion(counts, [50] * 30)
    assert (round(found.ratio, 7), round(found.statistic, 5), round(found.p, 5)) == (0.7644566, 22.16924, 0.81311)
    assert (found.n, found.trials, found.df, found.over, found.sparse) == (30, 1500, 29, False, False)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=2, max_size=20))
def test_dispersion_is_the_chi_square_test_of_the_table(pairs):
    counts, sizes = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    found = dispersion(counts, sizes)
    if found is None:
        assert sum(counts) in {0, sum(sizes)}
        return
    table = [counts, [size - count for count, size in zip(counts, sizes, strict=True)]]
    expected = scipy_stats.chi2_contingency(table, correction=False)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-7)
    assert found.sparse == (expected.expected_freq.min() < 5)


def test_dispersion_keeps_its_level_and_sees_what_is_there():
    rng = np.random.default_rng(4)
    sizes = rng.integers(30, 200, 25)
    chance = [dispersion(rng.binomial(sizes, 0.3), sizes).over for _ in range(1000)]
    assert 0.03 < np.mean(chance) < 0.075
    wide = [dispersion(rng.binomial(sizes, rng.beta(9, 21, 25)), sizes).over for _ in range(200)]
    assert np.mean(wide) > 0.95


def test_equal_shares_have_no_dispersion_at_all():
    found = dispersion([1, 2, 3], [3, 6, 9])
    assert (found.statistic, found.ratio, found.p, found.sparse) == (0.0, 0.0, 1.0, True)


def test_refusals():
    cases: Any = [
        ([1], [1, 2], {}, "1 counts for 2 sizes"),
        ([3], [2], {}, "counts has 3"),
        ([-1], [2], {}, "counts is -1"),
        ([1.5], [2], {}, "counts is 1.5"),
        ([0], [-2], {}, "sizes is -2"),
        ([1], [2], {"baseline": 0}, "baseline is 0"),
        ([1], [2], {"centre": 1.5}, "centre is 1.5"),
        ([1], [2], {"rules": [7]}, "rules has 7"),
    ]
    for counts, sizes, options, named in cases:
        with pytest.raises(ValueError, match=named):
            p_chart(counts, sizes, **options)
    with pytest.raises(ValueError, match="alpha is 2"):
        dispersion([1], [2], alpha=2)


def test_a_hundred_thousand_periods_and_huge_counts():
    counts, sizes = [place % 5 for place in range(100_000)], [10] * 100_000
    for made in (p_chart, laney, dispersion):
        started = time.process_time()
        assert made(counts, sizes).n == 100_000
        assert time.process_time() - started < 2
    assert dispersion([np.int64(10**12), np.int64(2 * 10**12)], [np.int64(4 * 10**12)] * 2).over
