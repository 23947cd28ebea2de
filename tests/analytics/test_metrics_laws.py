"""What holds of the figures whatever the calls: additive, monotone, and nothing withheld can be worked out."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analytics import metrics
from analytics.metrics import Parts
from analytics.results import Estimate, judged

COLUMNS = ["department", "version", "item", "points", "n", "lost", "n_again", "sum_again", "squares_again"]
ROWS = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 2), st.sampled_from(["a", "b", "c"]),
        st.sampled_from([None, 0, 50, 100]), st.integers(1, 9), st.integers(0, 900),
    ),
    max_size=30,
)  # fmt: skip
CALLS = {1: 40, 2: 40, 3: 40, 4: 40}


def answers(rows):
    frame = pd.DataFrame.from_records([(*row, 0, 0, 0) for row in rows], columns=COLUMNS)
    return frame.astype({"points": "Int64"})


@given(ROWS, st.randoms(use_true_random=False))
def test_rows_in_any_order_make_the_same_items(rows, rng):
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert metrics.items(answers(rows), CALLS) == metrics.items(answers(shuffled), CALLS)


@given(ROWS)
def test_the_whole_is_what_the_departments_are_together(rows):
    found: Any = metrics.items(answers(rows), CALLS)
    for each in found.whole:
        parts = [items[each.code] for items in found.departments.values() if each.code in items]
        assert each.n == sum(part.n for part in parts)
        assert each.na == sum(part.na for part in parts)
        # Every department has 40 of the 160 calls.
        assert each.exact == sum((part.exact for part in parts), Fraction(0)) / 4


@given(ROWS, st.integers(1, 12))
def test_no_withheld_department_can_be_worked_out_of_the_whole(rows, smallest):
    found, everything = metrics.items(answers(rows), CALLS, smallest), metrics.items(answers(rows), CALLS)
    for each in found.whole:
        parts = {key: items[each.code] for key, items in found.departments.items() if each.code in items}
        assert all(part.withheld or part.n == 0 or part.n >= smallest for part in parts.values())
        if not each.withheld:
            rest = sum(everything.departments[key][each.code].n for key, part in parts.items() if part.withheld)
            assert rest == 0 or rest >= smallest


@given(ROWS)
def test_costs_add_up_to_all_that_was_lost(rows):
    found = metrics.items(answers(rows), CALLS).whole
    costs = metrics.pareto(found)
    assert [each.lost for each in costs] == sorted((each.lost for each in costs), reverse=True)
    assert not costs or costs[-1].cumulated == Decimal("100.00")
    assert len(costs) == sum(bool(each.exact) for each in found)


PROMISES = st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(0, 300), st.integers(1, 5)), max_size=25)


@given(PROMISES)
def test_a_curve_rises_and_every_promise_is_in_it(rows):
    waits = pd.DataFrame.from_records(rows, columns=["department", "came", "hours", "n"])
    nothing = pd.DataFrame({"department": [], "hours": [], "n": []})
    found: Any = metrics.kept_curves(waits, nothing)
    assert found.whole.n == sum(n for *_row, n in rows) == sum(each.n for each in found.departments.values())
    for curve in (found.whole, *found.departments.values()):
        shares = [point.exact for point in curve.points]
        assert shares == sorted(shares)
        assert [point.hour for point in curve.points] == list(range(len(curve.points)))
        assert all(point.at_risk >= 0 for point in curve.points)
        assert all(point.low is None or point.low <= point.value <= point.high for point in curve.points)


COUNTS = st.integers(0, 50)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_helped_left_and_pass_rates_are_shares(helped, agreed, back, unanswered, still_open, smallest):
    back, still_open = min(back, agreed), min(still_open, agreed - min(back, agreed))
    parts = Parts(
        {
            "n_fate_helped": helped, "n_fate_callback_agreed": agreed, "n_called_back": back,
            "n_fate_unanswered": unanswered, "n_agreed_open": still_open, "n_open": still_open,
            "n_calls": helped + agreed + unanswered, "n_left_to_fate": unanswered,
        }
    )  # fmt: skip
    for of in (metrics.helped, metrics.left, metrics.called_back):
        found: Any = of(parts, smallest)
        assert found.withheld or found.n == 0 or (0 <= found.count <= found.n and found.n >= smallest)


@given(st.lists(st.none() | st.floats(0, 1), max_size=12))
def test_correction_only_ever_raises_p(ps):
    found: Any = judged([Estimate(n=1, p=p) for p in ps])
    for p, each in zip(ps, found, strict=True):
        assert (each.adjusted is None) is (p is None)
        # But for the last bit, since it is multiplied and divided.
        assert p is None or each.adjusted >= p * (1 - 1e-12)
        assert each.clear is (p is not None and each.adjusted <= 0.05)
