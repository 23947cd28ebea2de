"""Drift of severity tried on made-up evaluators, and hours of the week against an even spread."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics import metrics


def made_up(seed, drift=0):
    """Twelve evaluators call six departments that changed meanwhile; the first became stricter by `drift`."""
    rng = np.random.default_rng(seed)
    own, level, change = rng.normal(0, 400, 12), rng.normal(7000, 500, 6), rng.normal(0, 500, 6)
    sums: dict[tuple[int, int, int, bool], list[int]] = {}
    for who, later, _call in np.ndindex(12, 2, 40):
        where, what = int(rng.integers(6)), int(rng.integers(4))
        moved = later * (change[where] - drift * (who == 0))
        given = round(own[who] + level[where] + moved + rng.normal(0, 1200))
        held = sums.setdefault((who, where, what, bool(later)), [0, 0, 0])
        held[0], held[1], held[2] = held[0] + 1, held[1] + given, held[2] + given * given
    columns = ["evaluator", "department", "scenario", "later", "n", "sum", "squares"]
    return pd.DataFrame.from_records([(*key, *held) for key, held in sums.items()], columns=columns)


@pytest.mark.slow
def test_departments_that_change_are_nobodys_drift():
    """Over 150 such organisations one in thirty named somebody; the correction allows one in twenty."""
    named = sum(
        any(each.change.clear for each in metrics.severity_drift(made_up(seed)).evaluators) for seed in range(20)
    )
    assert named <= 3


def test_who_became_stricter_is_found_and_drawn_to_the_mean():
    for seed in range(5):
        found = metrics.severity_drift(made_up(seed, 1500)).evaluators
        changes = {each.evaluator: float(each.change.exact or 0) for each in found}
        assert [each.evaluator for each in found if each.change.clear and changes[each.evaluator] < -5] == [0]
        assert -20 < changes[0] < -6


def test_an_hour_that_is_asked_for_in_part_expects_a_part():
    frame = pd.DataFrame({"wave": [1, 1], "weekday": [1, 1], "hour": [9, 10], "n": [30, 60]})
    found = metrics.coverage(frame, {1: metrics.Asked((1,), dt.time(9, 30), dt.time(11))})
    assert {key: each.expected for key, each in found.hours.items()} == {(1, 9): Decimal("30.00"), (1, 10): Decimal("60.00")}  # fmt: skip
    assert not any(each.gap.clear for each in found.hours.values())
    assert (found.n, found.outside) == (90, 0)


def test_an_hour_is_tested_exactly():
    frame = pd.DataFrame({"wave": [1, 1], "weekday": [1, 1], "hour": [9, 10], "n": [9, 1]})
    found = metrics.coverage(frame, {1: metrics.Asked((1,), dt.time(9), dt.time(11))})
    # The chance of 9 or 10 heads of 10, and of 0 or 1: 22 / 1024.
    assert [each.gap.p for each in found.hours.values()] == [pytest.approx(22 / 1024)] * 2
    never = metrics.coverage(frame[:1], {1: metrics.Asked((1,), dt.time(9), dt.time(11))})
    assert never.hours[1, 10].gap.p == pytest.approx(2 / 512)
