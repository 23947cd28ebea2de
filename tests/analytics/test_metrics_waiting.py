"""Callbacks over time: published curves on planted promises."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics import metrics

# Freireich, the 6-MP arm: weeks here are hours, a relapse is a call that came.
TIMES = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
CAME = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def waits(*rows):
    """Rows of (department, came, hours, n)."""
    return pd.DataFrame.from_records(rows, columns=["department", "came", "hours", "n"])


def still_open(*rows):
    return pd.DataFrame.from_records(rows, columns=["department", "hours", "n"])


def freireich(department=1):
    recorded = [(department, bool(came), time, 1) for time, came in zip(TIMES, CAME, strict=True)]
    # Every other censored one was never recorded: it makes no difference to the curve.
    censored = [row for row in recorded if not row[1]]
    kept = [row for row in recorded if row[1]] + censored[::2]
    return waits(*kept), still_open(*[(department, time, 1) for _key, _came, time, _n in censored[1::2]])


def at(curve, hour):
    return next(each for each in curve.points if each.hour == hour)


def test_freireich():
    found = metrics.kept_curves(*freireich()).whole
    assert (found.n, found.came) == (21, 9)
    shares = [str(at(found, hour).value) for hour in (5, 6, 10, 23)]
    assert shares == ["0.00", "14.29", "24.71", "55.18"]
    # R's survfit with conf.type "log-log": S(6) .6197 to .9516.
    assert (at(found, 6).low, at(found, 6).high) == (Decimal("4.84"), Decimal("38.03"))
    assert (at(found, 5).low, at(found, 5).high) == (None, None)
    assert (found.median, found.median_low, found.median_high) == (Decimal("23.00"), Decimal("13.00"), None)
    assert (found.day.hour, found.day.value, found.day.at_risk) == (24, Decimal("55.18"), 5)
    assert (at(found, 6).at_risk, at(found, 7).at_risk, at(found, 8).at_risk) == (21, 17, 16)


def test_the_curve_ends_where_nothing_more_is_known():
    found = metrics.kept_curves(*freireich()).whole
    assert [each.hour for each in found.points] == list(range(36))
    values = [each.value for each in found.points]
    assert values == sorted(values)


def test_log_rank_of_freireich_between_departments():
    recorded, waiting = freireich()
    recorded = pd.concat([recorded, waits(*[(2, True, time, 1) for time in PLACEBO])])
    found: Any = metrics.kept_curves(recorded, waiting)
    # R's survdiff: 16.8 on 1 degree of freedom, p = 4.17e-05.
    assert (found.n, found.df, round(found.chi2, 2)) == (42, 1, 16.79)
    assert found.p == pytest.approx(4.17e-05, abs=1e-7)
    assert found.departments[2].median == Decimal("8.00")


def test_not_come_and_open_count_for_as_long_as_they_waited():
    """Ten promises: four came at 10 hours, of six it is known that none came by 30: the share at 24 hours is 40 %."""
    said = metrics.kept_curves(waits((1, True, 10, 4), (1, False, 30, 6)), still_open()).whole
    waiting = metrics.kept_curves(waits((1, True, 10, 4)), still_open((1, 30, 6))).whole
    assert said == waiting
    assert (said.day.value, said.median) == (Decimal("40.00"), None)
    # Left out, these six would make it 100 %.
    assert metrics.kept_curves(waits((1, True, 10, 4)), still_open()).whole.day.value == Decimal("100.00")


def test_a_promise_of_two_hours_says_nothing_of_the_tenth():
    found = metrics.kept_curves(waits((1, True, 10, 1)), still_open((1, 2, 9), (1, 12, 1))).whole
    assert at(found, 10).value == Decimal("50.00")
    assert found.day is None


def test_what_came_after_the_curve_had_not_come_by_then():
    found = metrics.kept_curves(waits((1, True, 300, 1), (1, True, 5, 1)), still_open()).whole
    assert (found.n, found.came, found.points[-1].hour, found.points[-1].value) == (2, 1, 240, Decimal("50.00"))
    short = metrics.kept_curves(waits((1, True, 300, 1), (1, True, 5, 1)), still_open(), hours=24).whole
    assert (short.points[-1].hour, short.points[-1].value) == (24, Decimal("50.00"))


def test_all_came_at_once():
    found = metrics.kept_curves(waits((1, True, 0, 7)), still_open()).whole
    assert (found.points[0].value, found.median, found.points[0].low) == (Decimal("100.00"), Decimal("0.00"), None)
    assert len(found.points) == 241


def test_withheld_with_the_whole_that_would_tell():
    recorded = waits((1, True, 5, 8), (2, True, 6, 3), (3, False, 30, 7))
    found = metrics.kept_curves(recorded, still_open(), 5)
    assert (found.departments[2].withheld, found.departments[2].n, found.departments[2].points) == (True, None, ())
    assert found.whole.withheld
    assert (found.departments[1].n, found.n, found.df) == (8, 15, 1)


def test_nothing():
    found = metrics.kept_curves(waits(), still_open())
    assert (found.whole.n, found.whole.points, found.departments, found.p) == (0, (), {}, None)
    alone = metrics.kept_curves(waits((1, True, 5, 8)), still_open())
    assert (alone.p, alone.n) == (None, 8)
