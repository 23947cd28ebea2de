"""Questions from counts by points: shares, costs, moves, and what goes with the grade."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics import metrics
from analytics.stats.comparison import welch
from analytics.stats.intervals import Sums

COLUMNS = ["department", "version", "item", "points", "n", "lost", "n_again", "sum_again", "squares_again"]


def answers(*rows):
    """Rows of (department, item, points or None, n, lost); grades are added as (n, sum, squares) where given."""
    full = [(row[0], 1, *row[1:5], *(row[5:] or (0, 0, 0))) for row in rows]
    return pd.DataFrame.from_records(full, columns=COLUMNS).astype({"points": "Int64"})


# Department 1: "name" 6 times in full, 4 times not at all, "rush" 10 times half; department 2: "name" 2 times in full.
FRAME = answers(
    (1, "name", 100, 6, 0),
    (1, "name", 0, 4, 12000),
    (1, "name", None, 5, 1500),
    (1, "rush", 50, 10, 30000),
    (2, "name", 100, 2, 0),
)
CALLS = {1: 15, 2: 2}


def by_code(found):
    return {each.code: each for each in found.whole}


class TestItems:
    def test_over_all_departments(self):
        name = by_code(metrics.items(FRAME, CALLS))["name"]
        assert (name.n, name.na, name.calls) == (12, 5, 17)
        assert (name.earned.exact, name.spread) == (Fraction(800, 12), ((0, 4), (100, 8)))
        # 120 and 15 points lost, over 17 calls with a score.
        assert (name.exact, name.lost) == (Fraction(135, 17), Decimal("7.94"))
        interval = stats.t.interval(0.95, 11, 200 / 3, np.std([100] * 8 + [0] * 4, ddof=1) / 12**0.5)
        assert [float(name.earned.low), float(name.earned.high)] == pytest.approx(interval, abs=0.005)

    def test_per_department(self):
        found = metrics.items(FRAME, CALLS).departments
        assert found[1]["name"].earned.exact == 60
        assert (found[1]["rush"].lost, found[1]["rush"].earned.low) == (Decimal("20.00"), Decimal("50.00"))
        assert (found[2]["name"].lost, found[2]["name"].n, found[2]["name"].earned.low) == (Decimal("0.00"), 2, None)
        assert "rush" not in found[2]

    def test_withheld_with_the_total_that_would_tell(self):
        found = metrics.items(FRAME, CALLS, smallest=5)
        hidden = found.departments[2]["name"]
        assert (hidden.withheld, hidden.n, hidden.lost, hidden.spread, hidden.na) == (True, None, None, (), None)
        assert by_code(found)["name"].withheld
        assert not by_code(found)["rush"].withheld
        assert not found.departments[1]["name"].withheld

    def test_a_question_that_hardly_counted_is_withheld_however_often_it_was_asked(self):
        found = metrics.items(answers((1, "a", 100, 2, 0), (1, "a", None, 30, 0)), {1: 32}, smallest=5)
        assert (found.departments[1]["a"].withheld, by_code(found)["a"].withheld) == (True, True)

    def test_never_applicable(self):
        found = by_code(metrics.items(answers((1, "a", None, 7, 0)), {1: 7}, smallest=5))["a"]
        assert (found.n, found.na, found.earned.value, found.lost, found.withheld) == (
            0,
            7,
            None,
            Decimal("0.00"),
            False,
        )

    def test_nothing(self):
        assert metrics.items(answers(), {}).whole == ()
        assert by_code(metrics.items(answers((1, "a", 0, 3, 0)), {}))["a"].lost is None

    def test_versions_are_added_up(self):
        twice = pd.concat([FRAME, FRAME.assign(version=2)])
        found = by_code(metrics.items(twice, {1: 30, 2: 4}))["name"]
        assert (found.n, found.exact) == (24, Fraction(135, 17))


class TestPareto:
    def test_dearest_first_with_the_cumulated_share(self):
        frame = answers((1, "a", 0, 10, 5000), (1, "b", 0, 10, 30000), (1, "c", 0, 10, 15000), (1, "d", 100, 10, 0))
        found = metrics.pareto(metrics.items(frame, {1: 10}).whole)
        assert [(each.code, str(each.lost), str(each.share), str(each.cumulated)) for each in found] == [
            ("b", "30.00", "60.00", "60.00"),
            ("c", "15.00", "30.00", "90.00"),
            ("a", "5.00", "10.00", "100.00"),
        ]

    def test_withheld_ones_are_not_in_the_whole(self):
        frame = answers((1, "a", 0, 10, 5000), (1, "b", 0, 2, 30000))
        (found,) = metrics.pareto(metrics.items(frame, {1: 10}, smallest=5).whole)
        assert (found.code, found.share) == ("a", Decimal("100.00"))

    def test_nothing(self):
        assert metrics.pareto(()) == ()


class TestMoves:
    before = answers(
        (1, "a", 100, 50, 0), (1, "a", 0, 50, 0), (1, "b", 100, 60, 0), (1, "b", 0, 40, 0), (1, "old", 0, 9, 0)
    )
    now = answers(
        (1, "a", 100, 90, 0), (1, "a", 0, 10, 0), (1, "b", 100, 62, 0), (1, "b", 0, 38, 0), (1, "new", 0, 9, 0)
    )

    def test_the_clear_one_that_moved_most(self):
        found = metrics.item_moves(self.before, self.now)
        assert (found.n, found.most.code, found.gone, found.new) == (2, "a", ("old",), ("new",))
        assert found.most.change.value == Decimal("40.00")
        expected = welch(Sums(100, 50, 50), Sums(100, 90, 90))
        assert found.most.change.p == pytest.approx(expected.p)
        assert found.most.change.adjusted == pytest.approx(2 * expected.p)
        assert [each.change.clear for each in found.items] == [True, False]

    def test_a_fall_counts_as_much_as_a_rise(self):
        assert metrics.item_moves(self.now, self.before).most.change.value == Decimal("-40.00")

    def test_none_is_clear(self):
        found = metrics.item_moves(self.before, self.before)
        assert (found.n, found.most) == (3, None)

    def test_few_calls_make_no_comparison(self):
        found = metrics.item_moves(answers((1, "a", 0, 4, 0)), self.now)
        assert (found.n, found.items[0].change, found.most) == (0, None, None)
        hidden = metrics.item_moves(self.before, self.now, smallest=101)
        assert (hidden.n, hidden.items[0].before.withheld) == (0, True)

    def test_nothing(self):
        assert metrics.item_moves(answers(), answers()).items == ()


def grades(*values):
    return len(values), sum(values), sum(value * value for value in values)


FULL, LESS = (8, 9, 9, 10, 7, 8), (5, 6, 4, 7, 5)


class TestDrivers:
    frame = answers(
        (1, "a", 100, 6, 0, *grades(*FULL)),
        (1, "a", 50, 2, 0, *grades(*LESS[:2])),
        (2, "a", 0, 3, 0, *grades(*LESS[2:])),
        (2, "a", None, 9, 0, *grades(*[1] * 9)),
        (1, "b", 100, 3, 0, *grades(7, 7, 8)),
        (1, "b", 0, 8, 0, *grades(7, 7, 7, 8, 8, 8, 7, 7)),
    )

    def test_full_marks_against_fewer(self):
        found: Any = metrics.drivers(self.frame)["a"]
        test = stats.ttest_ind(FULL, LESS, equal_var=False)
        assert (found.n_full, found.n_less, found.estimate.n) == (6, 5, 11)
        assert found.estimate.value == Decimal("3.10")
        assert found.estimate.p == pytest.approx(test.pvalue)
        low, high = test.confidence_interval()
        assert [float(found.estimate.low), float(found.estimate.high)] == pytest.approx([low, high], abs=0.005)
        assert found.r == pytest.approx(stats.pearsonr([100] * 6 + [50] * 2 + [0] * 3, FULL + LESS).statistic)
        assert found.estimate.clear

    def test_three_calls_have_a_difference_but_no_test(self):
        found = metrics.drivers(self.frame)["b"]
        assert (found.estimate.value, found.estimate.p, found.estimate.clear) == (Decimal("-0.04"), None, False)

    def test_withheld_where_either_side_is_small(self):
        found = metrics.drivers(self.frame, smallest=5)
        assert (found["b"].estimate.withheld, found["b"].n_full, found["b"].r) == (True, None, None)
        assert found["a"].estimate.value == Decimal("3.10")

    def test_one_side_only_and_nothing(self):
        found = metrics.drivers(answers((1, "a", 100, 6, 0, *grades(*FULL)), (1, "b", 0, 6, 0)))
        assert (found["a"].estimate.exact, found["a"].estimate.n, found["b"].estimate.n) == (None, 6, 0)
        assert metrics.drivers(answers()) == {}


class TestJointDrivers:
    def test_as_least_squares(self):
        frame = pd.DataFrame({"again": [1, 3, 2, 5, 4], "a": [0.0, 1, 0, 1, 1], "b": [0.0, 0, 1, 1, 1]})
        found = metrics.joint_drivers(frame)
        assert {code: str(each.estimate.value) for code, each in found.questions.items()} == {"a": "2.29", "b": "1.29"}
        assert (found.n, found.explained) == (5, Decimal("94.29"))
        assert sum(each.importance for each in found.questions.values()) == pytest.approx(
            found.explained, abs=Decimal("0.02")
        )

    def test_not_applicable_is_no_value_and_constants_are_named(self):
        rng = np.random.default_rng(3)
        shares = rng.integers(0, 2, 60).astype(float)
        frame = pd.DataFrame({"again": (5 + 3 * shares).astype(int) + rng.integers(0, 2, 60), "a": shares, "b": 1.0})
        frame.loc[:9, "b"] = np.nan
        found = metrics.joint_drivers(frame)
        assert found.questions["a"].estimate.exact == pytest.approx(3, abs=0.4)
        assert found.questions["a"].estimate.clear
        assert [(each.code, each.reason) for each in found.left if each.column == "share"] == [("b", "constant")]
        assert found.questions["b"].estimate.exact is None

    def test_withheld_and_nothing(self):
        frame = pd.DataFrame({"again": [1, 3, 2], "a": [0.0, 1, 0]})
        assert metrics.joint_drivers(frame, 4).withheld
        empty = metrics.joint_drivers(pd.DataFrame({"again": pd.Series(dtype="int64")}))
        assert (empty.n, empty.explained) == (0, None)
        alike = metrics.joint_drivers(pd.DataFrame({"again": [7, 7, 7], "a": [0.0, 1, 0]}))
        assert (alike.n, alike.explained, alike.questions) == (3, None, {})
        bare = metrics.joint_drivers(pd.DataFrame({"again": [7, 8, 9]}))
        assert (bare.n, bare.explained) == (3, Decimal("0.00"))
