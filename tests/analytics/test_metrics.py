"""Figures from sums: exact, rounded once, withheld when they tell too much."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import metrics
from analytics.figures import Mean, Point, rounded
from analytics.stats.intervals import Sums


def sums(*values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.33"),
        (Fraction(5, 1000), "0.00"),
        (Fraction(15, 1000), "0.02"),
        (Fraction(-5, 1000), "0.00"),
        (Fraction(100), "100.00"),
        (0.125, "0.12"),
        (Decimal("2.675"), "2.68"),
    ],
)
def test_rounding_is_half_to_even_from_the_exact_value(value, text):
    assert str(rounded(value)).lstrip("-") == text


def test_means_of_the_scoring_page():
    # scoring.md: calls 100, 9.91, 63.96, 90.99 and 0 have mean 52.97 (52.972).
    found = metrics.mean(sums(10000, 991, 6396, 9099, 0))
    assert (str(found.value), found.n) == ("52.97", 5)
    # The t interval reaches beyond both ends and is kept within them.
    assert (str(found.low), str(found.high)) == ("0.00", "100.00")


def test_few_calls_have_no_interval_and_no_calls_no_mean():
    found = metrics.mean(sums(8000, 7000, 6000, 5000))
    assert (found.value, found.low, found.half_width) == (Decimal("65.00"), None, None)
    assert metrics.mean(Sums()) == Mean()


def test_a_mean_of_too_few_calls_is_withheld_with_its_n():
    assert metrics.mean(sums(8000, 7000), smallest=3) == Mean(n=None, withheld=True)
    assert metrics.mean(sums(8000, 7000), smallest=2).value == Decimal("75.00")


def test_changes_are_judged_together():
    level = [sums(*[7000 + 10 * step for step in range(20)]), sums(*[7000 + 10 * step for step in range(20)])]
    jump = [sums(*[7000 + 10 * step for step in range(20)]), sums(*[7200 + 10 * step for step in range(20)])]
    changes = [metrics.change(*(metrics.mean(each) for each in pair)) for pair in (level, jump)]
    judged, drifts = metrics.corrected([*changes, None], [])
    assert [each and each.clear for each in judged] == [False, True, None]
    assert judged[1].value == Decimal("2.00")
    assert judged[1].adjusted >= judged[1].p
    assert drifts == []
    assert metrics.change(metrics.mean(sums(1, 2)), metrics.mean(sums(*range(9)))) is None


def series(*groups):
    days = metrics.calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31), "month")
    points, normal = metrics.series([sums(*group) for group in groups], days[: len(groups)])
    return points, normal


def test_a_steady_fall_is_found_and_a_level_course_is_not():
    falling, _normal = series(*[[8000 - 150 * month + 10 * call for call in range(8)] for month in range(12)])
    level, _normal = series(*[[8000 + 100 * call for call in range(8)] for _month in range(12)])
    (fall, none) = (metrics.drift(each) for each in (falling, level))
    _changes, (fall, none) = metrics.corrected([], [fall, none])
    assert (fall.value, fall.clear, none.clear) == (Decimal("-1.50"), True, False)
    assert metrics.drift(falling[:5]) is None


def test_normal_range_rests_on_what_came_before():
    steady = [[7900 + 50 * (month % 3) + call for call in range(6)] for month in range(11)]
    points, normal = series(*steady, [5000] * 6)
    assert [point.outside for point in points] == [False] * 11 + [True]
    assert normal.n == 11
    assert series(*steady[:6])[1] is None


def test_calendar_has_every_period_cut_off_at_both_ends():
    months = metrics.calendar(dt.date(2025, 11, 15), dt.date(2026, 1, 10), "month")
    assert months == [
        (dt.date(2025, 11, 15), dt.date(2025, 11, 30)),
        (dt.date(2025, 12, 1), dt.date(2025, 12, 31)),
        (dt.date(2026, 1, 1), dt.date(2026, 1, 10)),
    ]
    weeks = metrics.calendar(dt.date(2026, 3, 4), dt.date(2026, 3, 17), "week")
    assert weeks == [
        (dt.date(2026, 3, 4), dt.date(2026, 3, 8)),
        (dt.date(2026, 3, 9), dt.date(2026, 3, 15)),
        (dt.date(2026, 3, 16), dt.date(2026, 3, 17)),
    ]


WITHIN = {1: frozenset({1}), 2: frozenset({2}), 3: frozenset({3}), 9: frozenset({1, 2}), 0: frozenset({1, 2, 3})}
FIVE = dict.fromkeys(WITHIN, 5)


def test_a_total_is_withheld_when_it_gives_a_small_part_away():
    sizes = {1: 10, 2: 3, 3: 8, 9: 13, 0: 21}
    # 2 is too small; 9 minus 1 and 0 minus 1 and 3 would tell it.
    assert metrics.withheld(sizes, WITHIN, FIVE) == {2, 9, 0}


def test_a_total_is_shown_when_the_hidden_parts_are_many_enough_together():
    assert metrics.withheld({1: 3, 2: 3, 3: 8, 9: 6, 0: 14}, WITHIN, FIVE) == {1, 2}


def test_nothing_is_withheld_from_those_who_see_the_calls():
    assert metrics.withheld({1: 1, 2: 1, 3: 1, 9: 2, 0: 3}, WITHIN, dict.fromkeys(WITHIN, 1)) == set()


def test_empty_parts_tell_nothing():
    assert metrics.withheld({1: 10, 2: 0, 3: 8, 9: 10, 0: 18}, WITHIN, FIVE) == set()


@given(st.lists(st.integers(0, 12), min_size=1, max_size=10), st.integers(1, 6))
def test_no_hidden_period_can_be_worked_out_from_the_whole(sizes, smallest):
    hidden = metrics.withheld_periods(sizes, smallest)
    assert {place for place, size in enumerate(sizes) if 0 < size < smallest} <= hidden
    rest = sum(sizes[place] for place in hidden)
    assert rest == 0 or rest >= smallest or all(place in hidden for place, size in enumerate(sizes) if size)


def test_points_know_their_days():
    points, _normal = series([8000], [])
    assert isinstance(points[1], Point)
    assert (points[0].start, points[1].mean.n) == (dt.date(2026, 1, 1), 0)
