"""The individuals chart: published limits, gaps, frozen baselines and re-basing."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.control import individuals, xmr

NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_moving_range_limit_nist_6_3_2_2():
    limits = xmr(NIST)
    assert round(limits.moving_range, 4) == 1.8778
    # NIST: D4 times the mean moving range, 3.267 * 1.8778.
    assert limits.range_high == pytest.approx(6.1347, abs=1e-4)
    assert limits.sigma == pytest.approx(1.8778 / 1.128, abs=1e-4)


def test_no_range_across_a_gap_hart_and_hart():
    limits = xmr([4, 1, 7, None, 30, 26, 25, 19, None, 3, None, 1, 5])
    assert (limits.n, limits.moving_range) == (10, 4.0)
    # They print 12.1 and the limits 22.7 and 1.5, from 2.66 for 3 / 1.128, and 13.1.
    assert round(limits.mean, 1) == 12.1
    assert (round(limits.high, 1), round(limits.low, 1), round(limits.range_high, 1)) == (22.7, 1.5, 13.1)
    assert xmr([1, None, 2, None, 3]) is None
    assert xmr([None]) is None


def test_values_that_are_all_alike_are_within_their_limits():
    limits = xmr([0.1] * 3)
    assert (limits.low, limits.mean, limits.high) == (0.1, 0.1, 0.1)
    assert not limits.outside(0.1)
    chart = individuals([0.1] * 12 + [0.1, 0.2])
    assert {(signal.rule, signal.place) for signal in chart.signals} == {(1, 13)}
    assert chart.segments[0].ranges == (13,)


def test_limits_are_frozen_on_the_baseline_and_judge_what_comes_after():
    chart = individuals([*NIST, 60, 45], baseline=10)
    (segment,) = chart.segments
    assert (chart.n, segment.n, segment.baseline) == (12, 12, 10)
    assert segment.limits == xmr(NIST)
    assert [(signal.place, signal.above) for signal in chart.signals if signal.rule == 1] == [(10, True), (11, False)]
    assert segment.ranges == (10, 11)


def test_a_baseline_of_given_places_forms_ranges_between_neighbours_only():
    chart = individuals([5, 6, 90, 5, 4, 5, 6], places=[0, 1, 3, 4, 5, 6])
    (segment,) = chart.segments
    assert segment.baseline == 6
    assert segment.limits == xmr([5, 6, None, 5, 4, 5, 6])
    assert [signal.place for signal in chart.signals] == [2]


def test_each_segment_has_its_own_limits_and_nothing_reaches_over_a_rebasing():
    chart = individuals([10, 11, 9, 10, 11, 9, 10, 11, 30, 31, 29, 30, 31, 29], baseline=6, rebased=[8])
    first, second = chart.segments
    assert (first.start, first.stop, second.start, second.stop) == (0, 8, 8, 14)
    assert first.limits == xmr([10, 11, 9, 10, 11, 9])
    assert second.limits == xmr([30, 31, 29, 30, 31, 29])
    assert chart.signals == ()
    assert first.ranges == second.ranges == ()


def test_a_short_segment_has_no_limits_and_no_signals():
    chart = individuals([10, 11, 9, 10, 11, 9, 50, 80], baseline=6, rebased=[6])
    first, second = chart.segments
    assert first.limits is not None
    assert (second.limits, second.n, second.baseline, second.signals) == (None, 2, 2, ())
    shorter = individuals([10, 11, 9], least=2, baseline=3)
    assert shorter.segments[0].limits.n == 3


def test_missing_points_keep_their_places():
    chart = individuals([None, 10, 11, 9, None, 10, 11, 9, 10, 40], baseline=7, rebased=[0])
    assert (chart.n, len(chart.segments)) == (8, 1)
    assert [signal.place for signal in chart.signals] == [9]
    assert individuals([]) is None
    assert individuals([None, None]) is None
    empty = individuals([None, None, 1.0], rebased=[2]).segments[0]
    assert (empty.n, empty.limits) == (0, None)


def test_refusals():
    cases: Any = [
        ([1, float("inf")], {}, "inf"),
        ([1, 2], {"rebased": [2]}, "rebased has 2"),
        ([1, 2], {"rebased": [-1]}, "rebased is -1"),
        ([1, 2], {"places": [7]}, "places has 7"),
        ([1, 2], {"baseline": 1}, "baseline is 1"),
        ([1, 2], {"baseline": 5}, "baseline is 5"),
        ([1, 2], {"least": 1}, "least is 1"),
        ([1, 2], {"rules": [9]}, "rules has 9"),
    ]
    for values, options, named in cases:
        with pytest.raises(ValueError, match=named):
            individuals(values, **options)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=40), st.sets(st.integers(0, 39)))
def test_segments_cover_the_series_once_and_stand_alone(values, rebased):
    rebased = {place for place in rebased if place < len(values)}
    chart = individuals(values, rebased=rebased)
    if all(value is None for value in values):
        assert chart is None
        return
    assert [segment.start for segment in chart.segments] == sorted(rebased | {0})
    assert sum(segment.n for segment in chart.segments) == chart.n
    for segment in chart.segments:
        alone = individuals(values[segment.start : segment.stop])
        signals = () if alone is None else alone.signals
        assert [signal.place - segment.start for signal in segment.signals] == [signal.place for signal in signals]


def test_a_hundred_thousand_points_in_time():
    started = time.process_time()
    assert individuals([place % 7 for place in range(100_000)]).n == 100_000
    assert time.process_time() - started < 2
