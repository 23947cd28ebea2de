"""Targets, shares and aspects from sums, worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from analytics import metrics
from analytics.metrics import Parts
from analytics.results import WITHHELD_ESTIMATE, Estimate
from analytics.stats.intervals import Sums


def sums(*values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def points(text):
    return Decimal(text)


class TestTarget:
    # Mean 70, standard deviation 15.81 and t(4) = 2.776: 70 -+ 19.63.
    mean = metrics.mean(sums(5000, 6000, 7000, 8000, 9000))

    @pytest.mark.parametrize(
        ("wanted", "verdict", "distance"),
        [("50.36", "reached", "19.64"), ("50.37", "open", "19.63"), ("89.63", "open", "-19.63"),
         ("89.64", "missed", "-19.64")],
    )  # fmt: skip
    def test_the_whole_interval_decides(self, wanted, verdict, distance):
        found = metrics.target(self.mean, points(wanted))
        assert (found.n, found.verdict, found.distance) == (5, verdict, points(distance))

    def test_scores_that_are_all_alike_reach_a_target_of_that_score(self):
        found = metrics.target(metrics.mean(sums(*[8000] * 5)), points("80.00"))
        assert (found.verdict, found.distance) == ("reached", points("0.00"))

    def test_four_calls_are_too_few_to_tell(self):
        found = metrics.target(metrics.mean(sums(9000, 9100, 9200, 9300)), points("10"))
        assert (found.n, found.verdict, found.distance) == (4, "open", points("81.50"))

    def test_ends_of_the_scale(self):
        assert metrics.target(self.mean, points("0")).verdict == "reached"
        wide = metrics.mean(sums(0, 0, 0, 10000, 10000))
        assert metrics.target(wide, points("100")).verdict == "open"

    def test_no_target_and_no_calls_have_no_verdict(self):
        assert metrics.target(self.mean, None) is None
        assert metrics.target(metrics.mean(Sums()), points("80")) is None

    def test_a_withheld_mean_tells_nothing(self):
        found = metrics.target(metrics.mean(sums(1, 2), smallest=5), points("80"))
        assert (found.n, found.verdict, found.distance, found.withheld) == (None, None, None, True)


PARTS = Parts(
    {
        "n_calls": 40, "n_passed": 18, "n_failed": 12, "n_left_to_fate": 6, "n_timed": 20, "n_prompt": 17,
        "n_promised": 8, "n_kept": 6, "n_called_back": 5, "n_open": 3, "n_agreed_open": 2,
        "n_fate_helped": 10, "n_fate_right_person": 4, "n_fate_colleague": 3, "n_fate_voicemail": 1,
        "n_fate_callback_agreed": 9, "n_fate_ring_again": 3, "n_fate_disconnected": 1, "n_fate_unanswered": 2,
    }
)  # fmt: skip


class TestShares:
    @pytest.mark.parametrize(
        ("of", "count", "n", "value"),
        [
            (metrics.passed, 18, 30, "60.00"),
            (metrics.failed, 12, 30, "40.00"),
            (metrics.left, 6, 40, "15.00"),
            (metrics.prompt, 17, 20, "85.00"),
            # Nine agreed, two of them may still come.
            (metrics.called_back, 5, 7, "71.43"),
            # 10 + 4 + 3 + 1 and 5 called back, of 33 known endings without the two that may still come.
            (metrics.helped, 23, 31, "74.19"),
        ],
    )
    def test_counts(self, of, count, n, value):
        found = of(PARTS)
        assert (found.count, found.n, found.value) == (count, n, points(value))
        assert found.low < found.value < found.high

    def test_wilson_of_newcombe(self):
        found = metrics.passed(Parts({"n_passed": 81, "n_failed": 182}))
        assert (found.low, found.high) == (points("25.53"), points("36.62"))

    def test_open_promises_stand_beside_those_kept(self):
        found = metrics.kept(PARTS)
        assert (found.share.count, found.share.n, found.open) == (6, 8, 3)
        hidden = metrics.kept(PARTS, 10)
        assert (hidden.share.withheld, hidden.share.n, hidden.open) == (True, None, None)
        # Enough settled ones, too few open ones to tell of.
        assert (metrics.kept(PARTS, 5).share.n, metrics.kept(PARTS, 5).open) == (8, None)

    @pytest.mark.parametrize("of", [metrics.passed, metrics.failed, metrics.left, metrics.prompt, metrics.helped])
    def test_without_calls_and_below_the_minimum(self, of):
        assert (of(metrics.NOTHING).n, of(metrics.NOTHING).value) == (0, None)
        assert (of(PARTS, 41).n, of(PARTS, 41).value, of(PARTS, 41).withheld) == (None, None, True)


class TestAspects:
    parts = Parts(
        {
            "n_content": 5, "sum_content": 40000, "squares_content": 330000000,
            "n_experience": 6, "sum_experience": 42000, "squares_experience": 300000000,
        }
    )  # fmt: skip

    def test_sums_give_the_difference_of_the_means_but_no_interval(self):
        found = metrics.aspects(self.parts)
        assert (found.content.value, found.experience.value) == (points("80.00"), points("70.00"))
        assert found.gap == Estimate(n=5, exact=Fraction(10))
        assert found.content.low is not None

    def test_withheld_and_empty(self):
        assert metrics.aspects(self.parts, 6).gap == WITHHELD_ESTIMATE
        assert metrics.aspects(metrics.NOTHING).gap == Estimate()

    def test_calls_give_the_paired_interval(self):
        # Student's sleep data in hundredths: -1.58, 95 % -2.459886 to -0.700114.
        first = [70, -160, -20, -120, -10, 340, 370, 80, 0, 200]
        second = [190, 80, 110, 10, -10, 440, 550, 160, 460, 340]
        frame = pd.DataFrame({"content": [*first, 900, None], "experience": [*second, None, 900]}, dtype="Int64")
        found = metrics.aspect_gap(frame)
        assert (found.n, found.value, found.low, found.high) == (10, *map(points, ("-1.58", "-2.46", "-0.70")))
        assert found.p == pytest.approx(0.002833, abs=1e-6)
        assert metrics.aspect_gap(frame, 11) == WITHHELD_ESTIMATE
        assert metrics.aspect_gap(frame[:0]) == Estimate()
        few = metrics.aspect_gap(frame[:4])
        assert (few.n, few.value, few.low, few.p) == (4, points("-1.55"), None, None)


def test_grades_have_their_own_scale():
    parts = Parts({"n_again": 6, "sum_again": 57, "squares_again": 543})
    found = metrics.again(parts)
    # Mean 9.5, variance (543 - 541.5) / 5 = 0.3, t(5) = 2.5706: 9.5 -+ 0.575, cut off at 10.
    assert (found.value, found.low, found.high) == tuple(map(points, ("9.50", "8.93", "10.00")))
    lower = metrics.again(Parts({"n_again": 6, "sum_again": 39, "squares_again": 255}))
    assert metrics.change(lower, found).value == points("3.00")
    assert metrics.again(parts, 7).withheld


class TestWithheldDepartments:
    def test_the_total_goes_with_the_one_it_would_tell_of(self):
        assert metrics.withheld_departments({1: 10, 2: 3, 3: 8}, 5) == ({2}, True)

    def test_two_small_ones_hide_each_other(self):
        assert metrics.withheld_departments({1: 10, 2: 3, 3: 4}, 5) == ({2, 3}, False)

    def test_what_is_hidden_otherwise(self):
        assert metrics.withheld_departments({1: 10, 2: 7}, 5, {2}) == ({2}, False)

    def test_one_department_none_and_empty_ones(self):
        assert metrics.withheld_departments({1: 4}, 5) == ({1}, True)
        assert metrics.withheld_departments({1: 9}, 5) == (set(), False)
        assert metrics.withheld_departments({}, 5) == (set(), False)
        assert metrics.withheld_departments({1: 9, 2: 0}, 5) == (set(), False)
