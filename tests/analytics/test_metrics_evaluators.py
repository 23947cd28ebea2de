"""Two scorings of a call, and strict and lenient evaluators."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import metrics
from analytics.stats.reliability import krippendorff


def twice(*rows):
    """Rows of (item, first, second)."""
    records = [(number, *row) for number, row in enumerate(rows)]
    frame = pd.DataFrame.from_records(records, columns=["call", "item", "first", "second"])
    return frame.astype({"first": "Int64", "second": "Int64"})


# Krippendorff (2011), data A: two observers, binary; alpha 0.095.
A = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
B = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
BINARY = [("a", 100 * a, 100 * b) for a, b in zip(A, B, strict=True)]


class TestAgreement:
    def test_krippendorffs_data_a(self):
        (found,) = metrics.agreement(twice(*BINARY))
        assert (found.alpha.value, found.alpha.n, found.alpha.steer) == (Decimal("0.095"), 10, False)
        assert (found.same.count, found.same.n, found.same.value) == (6, 10, Decimal("60.00"))
        assert found.alpha.low is None

    def test_not_applicable_is_an_answer_but_no_rating(self):
        (found,) = metrics.agreement(twice(*BINARY, ("a", None, None), ("a", None, 100)))
        assert (found.same.count, found.same.n) == (7, 12)
        assert (found.alpha.value, found.alpha.n) == (Decimal("0.095"), 10)

    def test_interval_and_scales(self):
        steps: Any = [(0, 0), (50, 50), (100, 100), (50, 100), (0, 0), (100, 100), (50, 50), (0, 50)] * 3
        rows = twice(*[("s", *pair) for pair in steps])
        found: Any = metrics.agreement(rows, rng=np.random.default_rng(1), resamples=200)[0]
        alpha: Any = krippendorff(steps, scale="interval", rng=np.random.default_rng(1), resamples=200)
        assert found.alpha.exact == alpha.alpha
        assert float(found.alpha.low) == pytest.approx(alpha.interval.low, abs=5e-4)
        assert found.alpha.steer is True
        nominal: Any = metrics.agreement(rows, scales={"s": "nominal"})[0]
        assert nominal.alpha.exact == krippendorff(steps, scale="nominal").alpha < found.alpha.exact

    def test_least_agreed_first_and_withheld_last(self):
        rows = [("x", 100, 100)] * 6 + [("y", 100, 0)] * 6 + [("z", 0, 0)] * 2
        found = metrics.agreement(twice(*rows), smallest=5)
        assert [each.code for each in found] == ["y", "x", "z"]
        assert (found[2].same.withheld, found[2].alpha.withheld, found[2].alpha.n) == (True, True, None)
        # Where all answers are alike there is nothing beyond chance to tell.
        assert (found[1].alpha.exact, found[1].alpha.steer, found[1].alpha.n) == (None, None, 6)

    def test_all_not_applicable_and_nothing(self):
        (found,) = metrics.agreement(twice(*[("a", None, None)] * 5), smallest=5)
        assert (found.same.value, found.alpha.exact, found.alpha.n) == (Decimal("100.00"), None, 0)
        (mostly,) = metrics.agreement(twice(*[("a", None, None)] * 5, ("a", 0, 100)), smallest=5)
        assert (mostly.same.n, mostly.alpha.withheld) == (6, True)
        assert metrics.agreement(twice()) == ()


def by_evaluator(*rows):
    """Rows of (evaluator, department, scenario, scores)."""
    records = [
        (who, where, what, len(scores), sum(scores), sum(score * score for score in scores))
        for who, where, what, scores in rows
    ]
    return pd.DataFrame.from_records(records, columns=["evaluator", "department", "scenario", "n", "sum", "squares"])


# Evaluator 7 gives 20 points less than 8, in both departments; department 2 lies ten above 1.
LINKED = by_evaluator(
    (7, 1, 1, [6000, 6100]), (7, 2, 1, [7100, 6900]), (8, 1, 1, [8100, 7900]), (8, 2, 1, [9000, 9100])
)  # fmt: skip


class TestSeverity:
    def test_strict_and_lenient(self):
        found: Any = metrics.severity(LINKED)
        assert (found.n, found.apart) == (8, ())
        strict, lenient = found.evaluators
        assert (strict.evaluator, strict.estimate.n, strict.raw) == (7, 4, Decimal("-10.00"))
        assert float(strict.estimate.exact) == pytest.approx(-10, abs=0.1)
        assert strict.estimate.exact == -lenient.estimate.exact
        assert strict.estimate.clear
        assert found.share > 99
        low, high = found.departments
        assert (low.department, low.raw, low.estimate.value) == (1, Decimal("70.25"), Decimal("70.25"))
        assert high.estimate.value == Decimal("80.25")
        assert low.estimate.low < low.estimate.value < low.estimate.high

    def test_correction_undoes_an_uneven_share_of_the_strict_one(self):
        uneven = by_evaluator(
            (7, 1, 1, [6000, 6100] * 4), (7, 2, 1, [6000, 6100]), (8, 1, 1, [8000, 8100]), (8, 2, 1, [8000, 8100] * 4)
        )  # fmt: skip
        found: Any = metrics.severity(uneven)
        first, second = found.departments
        assert (first.raw, second.raw) == (Decimal("64.50"), Decimal("76.50"))
        assert float(first.estimate.exact) == pytest.approx(70.5, abs=0.1)
        assert float(second.estimate.exact) == pytest.approx(70.5, abs=0.1)

    def test_refuses_and_names_who_stands_apart(self):
        found = metrics.severity(by_evaluator((7, 1, 1, [60, 70] * 3), (8, 2, 2, [80, 85] * 3), (9, 2, 2, [70, 75])))
        assert (found.n, found.evaluators, found.departments) == (14, (), ())
        assert {(each.evaluators, each.departments) for each in found.apart} == {((7,), (1,)), ((8, 9), (2,))}

    def test_withheld(self):
        found = metrics.severity(LINKED, smallest=5)
        assert all(each.estimate.withheld and each.raw is None for each in (*found.evaluators, *found.departments))

    def test_too_few_and_nothing(self):
        assert metrics.severity(by_evaluator()).n == 0
        alone = metrics.severity(by_evaluator((7, 1, 1, [6000, 7000])))
        assert (alone.n, alone.evaluators) == (2, ())
