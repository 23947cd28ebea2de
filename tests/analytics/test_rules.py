"""The Western Electric rules against R's qcc and against their definition."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.rules import RULES, signals_among, standardised, western_electric


def completed(values, rule):
    return [signal.place + 1 for signal in western_electric(values, rules=[rule]).signals]


def test_qccs_vectors():
    assert completed([0, 3.2, -3.5, 2.9], 1) == [2, 3]
    assert completed([0, 2.5, 1.0, 2.6, 0], 2) == [4]
    assert completed([0, 1.2, 1.3, 0.2, 1.4, 1.5], 3) == [6]
    assert completed([-1] * 8 + [1], 4) == [8]


def test_a_signal_tells_its_rule_its_points_and_its_side():
    found = western_electric([0, -2.5, 1.0, -2.6, 0])
    assert found.n == 5
    (signal,) = found.signals
    assert (signal.rule, signal.place, signal.places, signal.above) == (2, 3, (1, 3), False)
    run = western_electric([0.5] * 9, rules=[4]).signals
    assert [(signal.place, signal.places) for signal in run] == [(7, tuple(range(8))), (8, tuple(range(1, 9)))]


def test_values_are_standardised_by_centre_and_sigma():
    assert [signal.place for signal in western_electric([10, 16.1, 4, 3.9], centre=10, sigma=2, rules=[1]).signals] == [
        1,
        3,
    ]


def test_a_point_on_a_limit_is_not_beyond_it_and_one_on_the_centre_ends_a_run():
    assert completed([3, -3, 3 + 1e-12], 1) == []
    assert completed([3.001], 1) == [1]
    assert completed([2, 2, 2], 2) == completed([1] * 5, 3) == completed([0] * 9, 4) == []
    assert completed([0.5] * 7 + [0, 0.5], 4) == []
    # Computed limits miss by a hair: 3 * 0.1 is more than 0.3.
    assert western_electric([0.3, 3 * 0.1], sigma=0.1, rules=[1]).signals == ()


def test_missing_points_take_no_part_and_do_not_end_a_run():
    with_gaps = western_electric([None, 2.5, None, None, 2.6, None])
    assert with_gaps.n == 2
    assert [(signal.rule, signal.place, signal.places) for signal in with_gaps.signals] == [(2, 4, (1, 4))]
    assert completed([0.5, None] * 8, 4) == [15]


def test_without_scatter_every_point_off_the_centre_is_beyond():
    assert completed([], 1) == completed([None], 1) == []
    assert [signal.place for signal in western_electric([5, 5, 6, 4], centre=5, sigma=0, rules=[1]).signals] == [2, 3]
    assert (standardised(5, 5, 0), standardised(4, 5, 0)) == (0, float("-inf"))


def test_refusals():
    cases: Any = [
        ([1, float("nan")], {}, "nan"),
        ([1], {"sigma": -1}, "sigma is -1"),
        ([1], {"centre": float("inf")}, "inf"),
        ([1], {"rules": [5]}, "rules has 5"),
    ]
    for values, options, named in cases:
        with pytest.raises(ValueError, match=named):
            western_electric(values, **options)


@given(st.lists(st.one_of(st.none(), st.sampled_from([-3.5, -2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 3.5])), max_size=30))
def test_every_signal_and_no_other_by_definition(scores):
    there = [(place, score) for place, score in enumerate(scores) if score is not None]
    expected = set()
    for rule, (window, needed, reach) in {1: (1, 1, 3), 2: (3, 2, 2), 3: (5, 4, 1), 4: (8, 8, 0)}.items():
        for end in range(len(there)):
            for side in (1, -1):
                inside = [place for place, score in there[max(0, end + 1 - window) : end + 1] if side * score > reach]
                if len(inside) >= needed and inside[-1] == there[end][0]:
                    expected.add((rule, inside[-1], tuple(inside), side > 0))
    found = signals_among(scores)
    assert {(signal.rule, signal.place, signal.places, signal.above) for signal in found} == expected
    assert [(signal.place, signal.rule) for signal in found] == sorted((place, rule) for rule, place, _, _ in expected)
    mirrored = signals_among([None if score is None else -score for score in scores], RULES)
    assert [(signal.rule, signal.place) for signal in mirrored] == [(signal.rule, signal.place) for signal in found]


def test_a_hundred_thousand_points_in_time():
    started = time.process_time()
    assert len(western_electric([0.5] * 100_000).signals) == 99_993
    assert time.process_time() - started < 2
