"""The tone gap over matched pairs: published tests on planted pairs."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from analytics import metrics

# Student's sleep data, in hundredths.
FIRST = [70, -160, -20, -120, -10, 340, 370, 80, 0, 200]
SECOND = [190, 80, 110, 10, -10, 440, 550, 160, 460, 340]


def pairs(*rows, measures=("score",)):
    names = [f"{style}_{name}" for style in ("calm", "dominant") for name in measures]
    frame = pd.DataFrame.from_records(rows, columns=["department", *names])
    frame["group"] = range(len(frame))
    return frame.astype(dict.fromkeys(names, "Int64"))


def answered(*rows):
    """Rows of (department, item, calm, dominant)."""
    frame = pd.DataFrame.from_records(rows, columns=["department", "item", "calm", "dominant"])
    frame["group"] = range(len(frame))
    return frame


SLEEP = [(1, a, b) for a, b in zip(FIRST, SECOND, strict=True)]


class TestMeasures:
    def test_student_and_wilcoxon(self):
        found = metrics.tone_gaps(pairs(*SLEEP)).whole["score"]
        each = found.estimate
        assert (each.n, each.value, each.low, each.high) == (10, *map(Decimal, ("-1.58", "-2.46", "-0.70")))
        assert each.p == pytest.approx(0.002833, abs=1e-6)
        assert (found.calm, found.dominant, found.method) == (Decimal("0.75"), Decimal("2.33"), "paired t")
        # Of nine differences all negative, each sign has a chance of one half.
        assert found.rank_p == pytest.approx(2 / 2**9)
        # The middle of all 55 averages of two differences.
        assert found.typical == Decimal("-1.30")

    def test_departments_and_measures_are_corrected_together(self):
        rows = [(1, 7000 + 100 * n, 8000, 7000 + 100 * n, 5000 + 90 * n) for n in range(8)]
        rows += [(2, 7000 + 130 * n, 6900, 7050 + 120 * (n % 3), 6800) for n in range(6)]
        found: Any = metrics.tone_gaps(pairs(*rows, measures=("score", "tone")))
        assert found.departments.keys() == {1, 2}
        assert found.whole["score"].estimate.n == 14
        assert found.departments[2]["tone"].estimate.n == 6
        every = [found.whole, *found.departments.values()]
        ps = [each[name].estimate.p for each in every for name in ("score", "tone")]
        adjusted = [each[name].estimate.adjusted for each in every for name in ("score", "tone")]
        assert sorted(adjusted) == pytest.approx(sorted(stats.false_discovery_control(ps)))
        assert found.departments[1]["tone"].estimate.clear is (found.departments[1]["tone"].estimate.adjusted <= 0.05)

    def test_calls_without_the_score_take_no_part(self):
        found = metrics.tone_gaps(pairs(*SLEEP, (1, None, 9000), (1, 9000, None)))
        assert found.whole["score"].estimate.n == 10

    def test_four_pairs_have_no_interval(self):
        found = metrics.tone_gaps(pairs(*SLEEP[:4])).whole["score"]
        assert (found.estimate.value, found.estimate.low, found.rank_p) == (Decimal("-1.55"), None, None)

    def test_treated_alike(self):
        found = metrics.tone_gaps(pairs(*[(1, 8000, 8000)] * 6)).whole["score"]
        assert (found.estimate.value, found.estimate.p, found.estimate.clear, found.rank_p) == (
            Decimal("0.00"),
            1.0,
            False,
            1.0,
        )

    def test_withheld_with_the_whole_that_would_tell(self):
        found = metrics.tone_gaps(pairs(*SLEEP, (2, 8000, 1000)), smallest=5)
        hidden = found.departments[2]["score"]
        assert (hidden.estimate.withheld, hidden.estimate.n, hidden.calm) == (True, None, None)
        assert found.whole["score"].estimate.withheld
        assert found.departments[1]["score"].estimate.n == 10

    def test_no_pairs(self):
        found = metrics.tone_gaps(pairs())
        assert (found.whole["score"].estimate.n, found.whole["score"].calm, found.departments) == (0, None, {})


class TestItems:
    def test_yes_no_by_mcnemar(self):
        # Of 13 pairs that differ, 2 or fewer lean one way with a chance of (1 + 13 + 78) / 2^13.
        rows = [(1, "a", 100, 100)] * 20 + [(1, "a", 100, 0)] * 11 + [(1, "a", 0, 100)] * 2 + [(1, "a", 0, 0)] * 7
        found: Any = metrics.tone_gap_items(answered(*rows)).whole["a"]
        assert (found.method, found.estimate.n, found.estimate.value) == ("McNemar", 40, Decimal("22.50"))
        assert found.estimate.p == pytest.approx(2 * 92 / 2**13)
        assert found.estimate.low < found.estimate.value < found.estimate.high
        assert (found.calm, found.dominant) == (Decimal("77.50"), Decimal("55.00"))
        assert found.rank_p is None

    def test_others_by_the_paired_t(self):
        rows = [
            (1, "b", calm, dominant)
            for calm, dominant in ((100, 50), (50, 50), (100, 0), (100, 100), (50, 0), (100, 50))
        ]
        found: Any = metrics.tone_gap_items(answered(*rows)).whole["b"]
        test = stats.ttest_rel([100, 50, 100, 100, 50, 100], [50, 50, 0, 100, 0, 50])
        assert (found.method, found.estimate.value) == ("paired t", Decimal("41.67"))
        assert found.estimate.p == pytest.approx(test.pvalue)
        assert float(found.estimate.low) == pytest.approx(test.confidence_interval().low, abs=0.005)

    def test_yes_no_may_be_named(self):
        rows = [(1, "c", 100, 0)] * 6
        assert metrics.tone_gap_items(answered(*rows), yes_no=()).whole["c"].method == "paired t"
        assert metrics.tone_gap_items(answered(*rows), yes_no=("c",)).whole["c"].method == "McNemar"

    def test_one_method_for_all_departments(self):
        rows = [(1, "d", 100, 0)] * 5 + [(2, "d", 50, 0)] * 5
        found = metrics.tone_gap_items(answered(*rows))
        assert {each["d"].method for each in (found.whole, *found.departments.values())} == {"paired t"}

    def test_few_withheld_and_nothing(self):
        found = metrics.tone_gap_items(answered(*[(1, "a", 100, 0)] * 3)).whole["a"]
        assert (found.estimate.value, found.estimate.p) == (Decimal("100.00"), None)
        assert metrics.tone_gap_items(answered(*[(1, "a", 100, 0)] * 3), 5).whole["a"].estimate.withheld
        assert metrics.tone_gap_items(answered()).whole == {}
