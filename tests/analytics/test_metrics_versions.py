"""Version bridge and sensitivity: calls answered by hand, under small forms."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from analytics import metrics
from analytics.answered import AnsweredCalls
from analytics.metrics.versions import nominal_weights
from analytics.rescoring import Weighting
from analytics.stats.comparison import welch
from analytics.stats.intervals import Sums
from surveys.definition import parse


def form(*sections):
    """Sections of (code, weight, {item: weight}); every item a scale of 0, 50 and 100 points."""

    def item(code, weight):
        options = [{"value": str(points), "points": points, "label": {"en": str(points)}} for points in (0, 50, 100)]
        return {
            "code": code, "kind": "single", "aspect": "content", "weight": weight, "text": {"en": code},
            "na_allowed": True, "options": options,
        }  # fmt: skip

    made = [
        {
            "code": code, "dimension": "tone", "weight": weight, "title": {"en": code},
            "items": [item(f"{code}.{name}", each) for name, each in items.items()],
        }
        for code, weight, items in sections
    ]  # fmt: skip
    return parse({"languages": ["en"], "na_policy": "redistribute", "pass_mark": None, "sections": made})


OLD = form(("s", 50, {"a": 1, "b": 1}), ("t", 50, {"old": 1}))
NEW = form(("s", 60, {"a": 2, "b": 1}), ("u", 40, {"new": 1}))


def calls(definition, *rows):
    points = np.array(rows, dtype=np.int16).reshape(len(rows), 3)
    nothing = np.zeros((len(rows), len(definition.sections)), bool)
    return AnsweredCalls(definition, points, nothing, np.zeros(len(rows), bool))


def sums(*values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


BEFORE = calls(OLD, *[(0, 0, 100), (100, 0, 0), (50, 50, 50), (100, 100, 100), (0, 100, 50), (100, 50, 0)])
AFTER = calls(NEW, *[(100, 0, 100), (100, 100, 0), (50, 100, 50), (100, 100, 100), (100, 50, 0), (50, 50, 0)])
# With weights 2 and 1 on both sides, hundredths.
SHARED_BEFORE = (0, 6667, 5000, 10000, 3333, 8333)
SHARED_AFTER = (6667, 10000, 6667, 10000, 8333, 5000)
FULL_BEFORE = (5000, 2500, 5000, 10000, 5000, 3750)
FULL_AFTER = (8000, 6000, 6000, 10000, 5000, 3000)


class TestBridge:
    def test_parts_by_hand(self):
        found: Any = metrics.bridge(BEFORE, AFTER)
        shared, full = welch(sums(*SHARED_BEFORE), sums(*SHARED_AFTER)), welch(sums(*FULL_BEFORE), sums(*FULL_AFTER))
        assert (found.n_before, found.n_after, found.shared) == (6, 6, ("s.a", "s.b"))
        assert float(found.observed.exact) == pytest.approx(full.difference / 100)
        assert found.observed.value == Decimal("11.25")
        assert float(found.behaviour.exact) == pytest.approx(shared.difference / 100)
        assert found.behaviour.p == pytest.approx(shared.p)
        assert float(found.behaviour.low) == pytest.approx(shared.low / 100, abs=0.005)
        assert float(found.questions.exact) == pytest.approx(float(found.observed.exact - found.behaviour.exact))
        gaps: Any = [
            tuple(a - b for a, b in zip(*each, strict=True))
            for each in ((FULL_BEFORE, SHARED_BEFORE), (FULL_AFTER, SHARED_AFTER))
        ]
        by_call = welch(sums_of_gaps(gaps[0]), sums_of_gaps(gaps[1]))
        assert float(found.questions.high) == pytest.approx(by_call.high / 100, abs=0.005)
        # 50 of 100 and 60 of 100.
        assert (found.weight_before, found.weight_after) == (Decimal("50.00"), Decimal("60.00"))
        assert float(found.linked_before) == pytest.approx(52.0833 + float(found.questions.exact), abs=0.005)

    def test_a_question_may_be_said_not_to_be_shared(self):
        found = metrics.bridge(BEFORE, AFTER, shared=["s.b"])
        assert (found.shared, found.weight_after) == (("s.b",), Decimal("20.00"))
        with pytest.raises(ValueError, match=r"names 't\.old'"):
            metrics.bridge(BEFORE, AFTER, shared=["t.old"])

    def test_calls_without_a_shared_answer_take_no_part(self):
        before = calls(OLD, *BEFORE.points.tolist(), (-1, -2, 100))
        assert metrics.bridge(before, AFTER).n_before == 6

    def test_the_same_version_twice_is_no_step(self):
        found = metrics.bridge(BEFORE, BEFORE)
        assert (found.observed.value, found.behaviour.value, found.questions.value) == (Decimal("0.00"),) * 3
        assert found.behaviour.p == 1.0

    def test_few_withheld_and_nothing(self):
        few = metrics.bridge(calls(OLD, *BEFORE.points.tolist()[:3]), AFTER)
        assert (few.n_before, few.observed.low, few.behaviour.p) == (3, None, None)
        assert few.observed.value is not None
        hidden = metrics.bridge(BEFORE, AFTER, 7)
        assert (hidden.withheld, hidden.n_before, hidden.observed.withheld, hidden.linked_before) == (
            True,
            None,
            True,
            None,
        )
        assert metrics.bridge(calls(OLD), AFTER) is None
        other = form(("x", 1, {"p": 1, "q": 1, "r": 1}))
        assert metrics.bridge(BEFORE, calls(other, (0, 0, 0), (100, 0, 0))) is None

    def test_nominal_weights(self):
        assert nominal_weights(OLD) == {"s.a": 25, "s.b": 25, "t.old": 50}
        assert nominal_weights(NEW) == {"s.a": 40, "s.b": 20, "u.new": 40}
        thirds = nominal_weights(form(("s", 1, {"a": 1, "b": 1, "c": 1}), ("t", 1, {"d": 1})))
        assert thirds == {"s.a": 1, "s.b": 1, "s.c": 1, "t.d": 3}


def sums_of_gaps(values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


class TestSensitivity:
    # Department 1 is good at "s", department 2 at "t", a little less.
    good = [(100, 100, 0), (100, 100, 0), (100, 100, 50), (100, 50, 0)] * 3
    calls = calls(
        form(("s", 60, {"a": 1, "b": 1}), ("t", 40, {"old": 1})),
        *good,
        *[(100 - a, 100 - b, 100 - c) for a, b, c in good],
    )
    where = [1] * 12 + [2] * 12
    others = (
        Weighting("more t", sections={"s": 30, "t": 70}), Weighting("more s", sections={"s": 80, "t": 20}),
        Weighting("only s", sections={"s": 1, "t": 0}),
    )  # fmt: skip

    def test_what_holds_under_other_weights(self):
        found = metrics.sensitivity(self.calls, self.where, self.others, targets={1: Decimal("50.00"), 2: Decimal(60)})
        by_kind = {(each.kind, each.departments): each for each in found.conclusions}
        higher = by_kind["higher", (1, 2)]
        assert (found.n, found.alternatives, higher.n, higher.held) == (24, 3, 3, 2)
        assert (higher.value, higher.fails_under) == (Decimal("66.67"), ("more t",))
        assert by_kind["meets", (1,)].held == 2
        assert by_kind["misses", (2,)].held == 2
        assert found.conclusions[0].held == min(each.held for each in found.conclusions)

    def test_small_departments_are_left_out_of_everything(self):
        where = [*self.where[:-2], 3, 3]
        found = metrics.sensitivity(self.calls, where, self.others, 5, targets={3: Decimal(10)})
        assert (found.n, found.left_out) == (22, (3,))
        assert all(3 not in each.departments for each in found.conclusions)

    def test_nothing(self):
        empty = calls(OLD)
        assert metrics.sensitivity(empty, [], self.others).conclusions == ()
        alone = metrics.sensitivity(self.calls, self.where, ())
        assert {each.value for each in alone.conclusions} == {None}
        hidden = metrics.sensitivity(self.calls, self.where, self.others, 50)
        assert (hidden.n, hidden.left_out) == (0, (1, 2))
        with pytest.raises(ValueError, match="departments is of 1 calls"):
            metrics.sensitivity(self.calls, [1], ())
