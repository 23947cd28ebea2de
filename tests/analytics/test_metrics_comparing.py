"""Departments against the whole: published limits and predictions, in the units of the page."""

import math
from decimal import Decimal
from typing import Any

import pytest

from analytics import metrics
from analytics.stats.intervals import Sums


def sums(*values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


# lme4's Dyestuff, as hundredths of a point.
DYESTUFF = {
    number: sums(*row)
    for number, row in enumerate(
        [
            (1545, 1440, 1440, 1520, 1580), (1540, 1555, 1490, 1560, 1495), (1595, 1550, 1605, 1510, 1560),
            (1445, 1440, 1595, 1465, 1545), (1595, 1630, 1515, 1635, 1625), (1520, 1455, 1450, 1480, 1445),
        ],
        1,
    )
}  # fmt: skip


class TestShrunk:
    def test_dyestuff(self):
        found = metrics.shrunk(DYESTUFF)
        assert (found.n, found.mean) == (30, Decimal("15.28"))
        # 1527.5 with -17.6069, .3913, 28.5622, -23.0845, 56.7332 and -44.9953.
        assert [str(each.value) for each in found.departments.values()] == [
            "15.10", "15.28", "15.56", "15.04", "15.84", "14.83",
        ]  # fmt: skip
        # Of their own distance they keep 1764.05 of 1764.05 + 2451.25 / 5.
        assert {each.kept for each in found.departments.values()} == {Decimal("78.25")}
        assert found.departments[5].raw == Decimal("16.00")
        assert found.departments[5].low < found.departments[5].value < found.departments[5].high

    def test_withheld_take_no_part(self):
        found = metrics.shrunk({**DYESTUFF, 7: sums(9000, 9100)}, smallest=3)
        assert (found.n, found.withheld, 7 in found.departments) == (30, (7,), False)
        assert found.mean == Decimal("15.28")

    def test_too_little(self):
        assert metrics.shrunk({1: sums(5000, 6000)}).mean is None
        assert metrics.shrunk({1: sums(5000, 6000)}).n == 2
        assert metrics.shrunk({}).departments == {}

    def test_shares(self):
        found = metrics.shrunk_shares({1: (3, 10), 2: (9, 10), 3: (5, 10), 4: (0, 10), 5: (0, 0)})
        assert (found.departments[4].raw, found.departments[4].value) == (Decimal("0.00"), Decimal("5.50"))
        assert (found.n, 5 in found.departments) == (40, False)
        assert metrics.shrunk_shares({1: (3, 10)}).mean is None


class TestFunnel:
    # Within each department the standard deviation is 1000 (10 points): pairs of +-k about the mean.
    units = {1: (7000, 100), 2: (7500, 100), 3: (7000, 400), 4: (6950, 25)}

    def sums(self, extra=()):
        found = {}
        for key, (mean, n) in {**self.units, **dict(extra)}.items():
            found[key] = Sums(n, n * mean, n * mean**2 + (n - 1) * 1000**2)
        return found

    def test_limits_by_hand(self):
        found = metrics.funnel(self.sums(), target=Decimal(70), adjust="none")
        edges = found.departments[1].edges
        # 70 -+ 1.959964 and 3.090232 times 10 / sqrt(100).
        assert [str(each) for each in (edges.low_998, edges.low_95, edges.high_95, edges.high_998)] == [
            "66.91", "68.04", "71.96", "73.09",
        ]  # fmt: skip
        verdicts = {key: (each.verdict, each.direction) for key, each in found.departments.items()}
        assert verdicts == {
            1: ("inside", None), 2: ("outside 99.8", "above"), 3: ("inside", None), 4: ("inside", None),
        }  # fmt: skip
        assert (found.n, found.target, found.departments[2].value) == (4, Decimal("70.00"), Decimal("75.00"))
        half = found.departments[4].edges.high_95 - 70
        assert float(half) == pytest.approx(1.959964 * 10 / math.sqrt(25), abs=0.01)
        assert found.curve[0].n < found.curve[-1].n

    def test_the_target_is_the_mean_of_all_calls(self):
        found: Any = metrics.funnel(self.sums())
        total = sum(mean * n for mean, n in self.units.values()) / sum(n for _mean, n in self.units.values())
        assert float(found.target) == pytest.approx(total / 100, abs=0.005)
        assert found.adjusted == "additive"
        assert found.phi > 1

    def test_withheld_are_not_in_the_target(self):
        found = metrics.funnel(self.sums({9: (100, 3)}.items()), smallest=5)
        assert (found.withheld, 9 in found.departments, found.target) == (
            (9,),
            False,
            metrics.funnel(self.sums()).target,
        )

    def test_nothing(self):
        found = metrics.funnel({1: Sums(), 2: sums(7000)})
        assert (found.n, found.target, found.departments) == (0, None, {})

    def test_shares(self):
        found = metrics.funnel_shares({1: (8, 10), 2: (12, 30), 3: (43, 50), 4: (0, 0)}, adjust="none")
        assert found.target == Decimal("70.00")
        assert [each.verdict for each in found.departments.values()] == ["inside", "outside 99.8", "outside 95"]
        assert found.departments[2].direction == "below"
        assert 0 <= found.departments[1].edges.low_998 < found.departments[1].edges.high_998 <= 100
        assert metrics.funnel_shares({}).n == 0
