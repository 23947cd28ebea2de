"""CUSUM and EWMA on Montgomery's, R's and NIST's numbers."""

import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.online import cusum, ewma

# Montgomery, Introduction to Statistical Quality Control, table 9.1: mean 10, sigma 1, shifted by one after 20.
SHIFTED = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08]
SHIFTED += [9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
NIST = [52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_cusum_qcc():
    found: Any = cusum([1.5, 0.5, 0.6, -1.5, -0.5, -0.8], centre=0, sigma=1, k=0.5, h=1)
    assert found.n == 6
    assert found.upper == pytest.approx([1.0, 1.0, 1.1, 0, 0, 0])
    assert found.lower == pytest.approx([0, 0, 0, -1.0, -1.0, -1.3])
    assert [(signal.place + 1, signal.above) for signal in found.signals] == [(3, True), (6, False)]


def test_cusum_montgomery_9_1():
    found: Any = cusum(SHIFTED, centre=10, sigma=1, k=0.5, h=5)
    # Table 9.2, in his two decimals.
    assert [round(value, 2) for value in found.upper[:8]] == [0, 0, 0, 1.16, 2.82, 2.50, 0.04, 1.00]
    assert [round(-value, 2) for value in found.lower[:8]] == [0.05, 1.56, 1.77, 0, 0, 0, 1.46, 0]
    assert [round(value, 2) for value in found.upper[21:]] == [0, 1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30]
    first, second = found.signals
    # The signal is at 29 with N+ = 7: the shift lies between 22 and 23, the new mean is 11.25.
    assert (first.place + 1, first.above, first.run, first.since + 1) == (29, True, 7, 23)
    assert round(first.mean, 2) == 11.25
    assert second.place + 1 == 30


def test_cusum_with_a_head_start_lucas_and_crosier():
    # Montgomery's example of fast initial response: mean 100, K = 3, H = 6, head start 3.
    options: Any = {"centre": 100, "sigma": 1, "k": 3, "h": 6, "head_start": 3}
    calm: Any = cusum([102, 97, 104, 93, 100, 105, 96, 98, 105, 99], **options)
    assert calm.upper == (2, 0, 1, 0, 0, 2, 0, 0, 2, 0)
    assert tuple(-value for value in calm.lower) == (0, 0, 0, 4, 1, 0, 1, 0, 0, 0)
    assert calm.signals == ()
    shifted = [107, 102, 109, 98, 105, 110, 101, 103, 110, 104]
    assert cusum(shifted, **options).signals[0].place == 0
    assert cusum(shifted, **{**options, "head_start": 0}).signals[0].place == 2


def test_cusum_restarts_after_a_signal_only_when_asked():
    values = [2.0] * 6
    kept: Any = cusum(values, centre=0, sigma=1, k=0.5, h=2)
    assert kept.upper == (1.5, 3, 4.5, 6, 7.5, 9)
    assert [signal.place for signal in kept.signals] == [1, 2, 3, 4, 5]
    anew: Any = cusum(values, centre=0, sigma=1, k=0.5, h=2, restart=True)
    assert anew.upper == (1.5, 3, 1.5, 3, 1.5, 3)
    assert [(signal.place, signal.since) for signal in anew.signals] == [(1, 0), (3, 2), (5, 4)]
    headed: Any = cusum(values, centre=0, sigma=1, k=0.5, h=2, restart=True, head_start=1)
    assert headed.upper == (2.5,) * 6


def test_cusum_on_its_limit_and_over_gaps():
    assert cusum([1.1] * 10, centre=0, sigma=1, k=1, h=1).signals == ()
    gaps: Any = cusum([None, 1.5, None, 0.5, 0.6], centre=0, sigma=1, k=0.5, h=1)
    assert gaps.n == 3
    assert gaps.upper == (None, 1.0, None, 1.0, pytest.approx(1.1))
    assert [(signal.place, signal.run, signal.since) for signal in gaps.signals] == [(4, 3, 1)]
    assert cusum([], centre=0, sigma=1).upper == ()


@given(st.lists(st.floats(-10, 10), max_size=30), st.floats(0, 2), st.floats(0.5, 4))
def test_cusum_by_definition_and_mirrored(values, k, h):
    found: Any = cusum(values, centre=0, sigma=1, k=k, h=h)
    high = low = 0.0
    for value, upper, lower in zip(values, found.upper, found.lower, strict=True):
        high, low = max(0, high + value - k), min(0, low + value + k)
        assert (upper, lower) == pytest.approx((high, low), abs=1e-6)
    mirrored: Any = cusum([-value for value in values], centre=0, sigma=1, k=k, h=h)
    assert [-value for value in mirrored.lower] == list(found.upper)


def test_ewma_nist_6_3_2_4():
    chart: Any = ewma(NIST, centre=50, sigma=2.0539, weight=0.3)
    assert (chart.n, round(chart.high, 4), round(chart.low, 4)) == (20, 52.5884, 47.4116)
    printed = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33]
    printed += [50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]
    assert [point.value for point in chart.points] == pytest.approx(printed, abs=0.0051)
    assert chart.outside == chart.outside_asymptotic == ()


def test_ewma_montgomery_9_2():
    chart: Any = ewma(SHIFTED, centre=10, sigma=1, weight=0.1, width=2.7)
    printed = [9.945, 9.7495, 9.70355, 9.8992, 10.1253, 10.1307, 9.92167]
    assert [point.value for point in chart.points[:7]] == pytest.approx(printed, abs=6e-5)
    assert [(round(point.low, 2), round(point.high, 2)) for point in chart.points[:2]] == [(9.73, 10.27), (9.64, 10.36)]
    assert (round(chart.low, 2), round(chart.high, 2)) == (9.38, 10.62)
    assert [round(point.value, 3) for point in chart.points[27:]] == [10.573, 10.647, 10.634]
    assert [place + 1 for place in chart.outside] == [29, 30]


def test_ewma_with_weight_one_is_the_individuals_chart():
    chart: Any = ewma([13.1, 10, 7, 6.9], centre=10, sigma=1, weight=1)
    assert chart.outside == chart.outside_asymptotic == (0, 3)
    assert {(point.low, point.high) for point in chart.points} == {(7, 13)}


def test_ewma_over_gaps_and_from_a_given_start():
    whole, gaps = (ewma(values, centre=0, sigma=1, start=1) for values in ([1, 2, 3], [1, None, 2, None, 3]))
    assert [point for point in gaps.points if point is not None] == list(whole.points)
    assert (gaps.n, whole.points[0].value) == (3, 1.0)
    assert ewma([None], centre=0, sigma=1).points == (None,)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=25), st.floats(0.05, 1))
def test_ewma_is_the_weighted_sum_and_its_limits_the_variance_of_it(values, weight):
    chart: Any = ewma(values, centre=0, sigma=1, weight=weight)
    for place, point in enumerate(chart.points):
        shares = [weight * (1 - weight) ** (place - earlier) for earlier in range(place + 1)]
        expected = sum(share * value for share, value in zip(shares, values, strict=False))
        assert point.value == pytest.approx(expected, abs=1e-9)
        assert point.high == pytest.approx(3 * math.sqrt(sum(share * share for share in shares)))


def test_refusals():
    cases: Any = [
        ({"sigma": 0}, "sigma is 0"),
        ({"sigma": -1}, "sigma is -1"),
        ({"centre": float("nan")}, "nan"),
        ({"k": -0.1}, "k is -0.1"),
        ({"h": 0}, "h is 0"),
        ({"head_start": 5}, "head_start is 5"),
    ]
    for options, named in cases:
        with pytest.raises(ValueError, match=named):
            cusum([1], **{"centre": 0, "sigma": 1, **options})
    more: Any = [
        ({"weight": 0}, "weight is 0"),
        ({"weight": 1.1}, "weight is 1.1"),
        ({"width": 0}, "width is 0"),
    ]
    for options, named in more:
        with pytest.raises(ValueError, match=named):
            ewma([1], **{"centre": 0, "sigma": 1, **options})
    with pytest.raises(ValueError, match="inf"):
        ewma([float("inf")], centre=0, sigma=1)


def test_a_hundred_thousand_points_in_time():
    values = [math.sin(place) for place in range(100_000)]
    started = time.process_time()
    assert cusum(values, centre=0, sigma=1).n == ewma(values, centre=0, sigma=1).n == 100_000
    assert time.process_time() - started < 2
