"""The severities of evaluators and the departments' corrected means: found, refused, and every edge."""

import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from analytics.stats.cells import cells_of, cells_of_sums
from analytics.stats.crossed import reml
from analytics.stats.severity import Unconnected, severities


def scored(rows):
    values, departments, evaluators = zip(*rows, strict=True)
    return cells_of(values, {"department": departments, "evaluator": evaluators})


def test_evaluators_who_share_no_department_are_named():
    linked = [(70, "KCC", "ann"), (72, "KCC", "bob"), (65, "BZ", "bob"), (61, "BZ", "ann"), (66, "BZ", "ann")]
    apart = [(80, "JUR", "cor"), (82, "JUR", "dee"), (85, "JUR", "dee")]
    assert severities(scored(linked)).n == 5
    with pytest.raises(Unconnected, match="ann, bob with departments KCC, BZ; evaluators cor, dee") as refused:
        severities(scored(linked + apart))
    assert [(group.evaluators, group.departments) for group in refused.value.groups] == [
        (("ann", "bob"), ("KCC", "BZ")),
        (("cor", "dee"), ("JUR",)),
    ]
    # One call between them is enough.
    assert severities(scored([*linked, *apart, (77, "JUR", "ann")])).n == 9


def test_severities_confounded_by_two_factors_together_are_refused():
    # Linked by department and by scenario, yet every difference between the two can be the scenarios' as well.
    rows = [("A", "x", "ann"), ("B", "x", "ann"), ("A", "y", "bob"), ("B", "y", "bob")] * 3
    factors = {name: [row[at] for row in rows] for at, name in enumerate(("department", "scenario", "evaluator"))}
    with pytest.raises(Unconnected, match="evaluators ann with departments A, B; evaluators bob"):
        severities(cells_of(range(12), factors))


def test_a_department_with_scenarios_of_its_own_is_no_hindrance():
    rng = np.random.default_rng(2)
    rows = [(d, s, e) for d, s in (("A", "x"), ("A", "y"), ("B", "z"), ("B", "w")) for e in "pqr"] * 4
    factors = {name: [row[at] for row in rows] for at, name in enumerate(("department", "scenario", "evaluator"))}
    bias = {"p": -5, "q": 0, "r": 5}
    values = [70 + bias[row[2]] + rng.normal() for row in rows]
    cells = cells_of(values, factors)
    result = severities(cells)
    assert [round(each.severity) for each in result.evaluators] == [-5, 0, 5]
    means = {each.department: each for each in result.departments}
    assert means["A"].mean == pytest.approx(means["A"].raw, abs=1e-9)
    # The departments' effects themselves cannot be told from their scenarios'.
    assert {each.value for each in reml(cells, ["evaluator"]).effects("department")} == {None}


# --- severities -------------------------------------------------------------------------------------------------------


def town(seed, n=3000, evaluators=12, departments=5):
    rng = np.random.default_rng(seed)
    strict, level = rng.normal(0, 4, evaluators), rng.normal(70, 8, departments)
    strict[3] = -12
    who, where, brief = (rng.integers(size, size=n) for size in (evaluators, departments, 4))
    values = level[where] + strict[who] + 3 * brief + rng.normal(0, 12, n)
    return strict - strict.mean(), level, who, where, brief, values


def test_severities_are_found_and_corrected_for():
    strict, level, who, where, brief, values = town(1)
    # Department 0 was called by the strictest evaluator only, but for a few.
    strictest = int(strict.argmin())
    keep = (where != 0) | (who == strictest) | (np.arange(len(who)) % 20 == 0)
    who, where, brief, values = (each[keep] for each in (who, where, brief, values))
    cells = cells_of(values, {"department": where, "scenario": brief, "evaluator": who})
    result = severities(cells)
    assert result.n == keep.sum()
    by_evaluator = {each.evaluator: each for each in result.evaluators}
    assert sum(each.severity for each in result.evaluators) == pytest.approx(0, abs=1e-9)
    for number, each in by_evaluator.items():
        assert abs(each.severity - strict[number]) < 4 * each.error
        assert each.low < each.severity < each.high
        assert each.n == (who == number).sum()
        assert each.raw == pytest.approx(values[who == number].mean() - values.mean())
    first = next(each for each in result.departments if each.department == 0)
    truth = level[0] + 3 * brief[where == 0].mean()
    assert first.raw < truth - 2
    assert abs(first.mean - truth) < 4 * first.error
    corrected = [result.corrected(e, v) for e, v in zip(who[where == 0], values[where == 0], strict=True)]
    assert np.mean(corrected) == pytest.approx(first.mean, abs=1e-9)
    assert result.share == pytest.approx(
        result.evaluator_variance / (result.evaluator_variance + result.residual_variance)
    )


def test_severity_errors_leave_out_what_all_evaluators_share():
    # By hand: the covariance of prediction errors, centred over the evaluators.
    _strict, _level, who, where, brief, values = town(3, n=150, evaluators=4, departments=3)
    cells = cells_of(values, {"department": where, "scenario": brief, "evaluator": who})
    result = severities(cells)
    z = (who[:, None] == [each.evaluator for each in result.evaluators]) * 1.0
    x = np.column_stack([where[:, None] == range(3), brief[:, None] == range(1, 4)]) * 1.0
    variance = result.evaluator_variance
    v = variance * z @ z.T + result.residual_variance * np.eye(150)
    inverse = np.linalg.inv(v)
    projection = inverse - inverse @ x @ np.linalg.inv(x.T @ inverse @ x) @ x.T @ inverse
    covariance = variance * np.eye(4) - variance**2 * z.T @ projection @ z
    centring = np.eye(4) - 0.25
    wanted = np.sqrt(np.diag(centring @ covariance @ centring))
    assert [each.error for each in result.evaluators] == pytest.approx(wanted.tolist(), rel=1e-6)


def test_few_calls_are_drawn_to_zero():
    rng = np.random.default_rng(5)
    rows = [
        (70 + 6 * (e == "harsh") * -1 + rng.normal(0, 5), d, e)
        for d in "AB"
        for e in ("harsh", "one", "two")
        for _ in range(40)
    ]
    rows += [(70 - 15, "A", "new"), (70 - 15, "B", "new")]
    by_name = {each.evaluator: each for each in severities(scored(rows)).evaluators}
    assert by_name["new"].raw < -12
    assert by_name["new"].severity > 0.75 * by_name["new"].raw
    assert by_name["new"].error > 1.5 * by_name["harsh"].error


def test_departments_by_month_are_a_department_too():
    _strict, _level, who, where, brief, values = town(6, n=4000)
    cells = cells_of(
        values,
        {
            "department": [(int(place), at % 12) for at, place in enumerate(where)],
            "scenario": brief.tolist(),
            "evaluator": who.tolist(),
        },
    )
    result = severities(cells)
    assert len(result.departments) == 60
    assert result.departments[0].department == (int(where[0]), 0)


# --- edges ------------------------------------------------------------------------------------------------------------


def test_nothing_to_say():
    assert severities(cells_of([], {"department": [], "evaluator": []})) is None
    assert severities(cells_of_sums(["department", "evaluator"], {})) is None
    assert severities(scored([(5, "A", "ann")])) is None
    # One evaluator, one call each, no more calls than effects.
    assert severities(scored([(5, "A", "ann"), (6, "B", "ann"), (7, "B", "ann")])) is None
    assert severities(scored([(5, "A", "ann"), (6, "A", "bob"), (7, "A", "cor")])) is None
    assert severities(scored([(5, "A", "ann"), (6, "B", "bob"), (7, "A", "bob")])) is None
    assert reml(cells_of([1.0], {"a": ["x"]}), ["a"]) is None


def test_one_department():
    result = severities(scored([(50, "A", "ann"), (54, "A", "ann"), (70, "A", "bob"), (76, "A", "bob")]))
    assert [round(each.raw, 1) for each in result.evaluators] == [-10.5, 10.5]
    assert result.departments[0].mean == pytest.approx(62.5)


def test_all_scores_equal():
    result = severities(scored([(70, d, e) for d in "AB" for e in ("ann", "bob") for _ in range(3)]))
    assert (result.evaluator_variance, result.residual_variance, result.share) == (0, 0, None)
    assert {(each.severity, each.error, each.low, each.p) for each in result.evaluators} == {(0.0, 0.0, 0.0, 1.0)}
    assert {(each.mean, each.error) for each in result.departments} == {(70.0, 0.0)}


def test_scores_that_follow_from_their_levels():
    bias = {"ann": -3.0, "bob": 1.0, "cor": 2.0}
    rows = [(level + bias[e], d, e) for d, level in (("A", 60.0), ("B", 71.3)) for e in bias for _ in range(4)]
    result = severities(scored(rows))
    assert [each.severity for each in result.evaluators] == pytest.approx([-3, 1, 2], abs=1e-6)
    assert result.residual_variance == 0
    assert result.evaluator_variance == pytest.approx(7, rel=1e-6)
    assert {each.error for each in result.evaluators} == {0}
    assert {each.p for each in result.evaluators} == {0}
    assert [each.mean for each in result.departments] == pytest.approx([60, 71.3])


def test_evaluators_who_differ_no_more_than_chance_have_no_severity():
    rows = [(value, "A", e) for e in ("ann", "bob") for value in (10, 20, 30)]
    result = severities(scored(rows))
    assert result.evaluator_variance == 0
    assert [(each.severity, each.error, each.p) for each in result.evaluators] == [(0, 0, 1), (0, 0, 1)]


def test_large_alike_values_keep_their_digits():
    rows = [(1e9 + d + e + at % 3, d, e) for d in (0, 5) for e in (0, 1, 4) for at in range(6)]
    small = severities(scored([(value - 1e9, d, e) for value, d, e in rows]))
    large = severities(scored(rows))
    assert large.evaluator_variance == pytest.approx(small.evaluator_variance, rel=1e-6)
    assert large.residual_variance == pytest.approx(small.residual_variance, rel=1e-6)


@pytest.mark.parametrize("make", [Decimal, Fraction, np.int64, np.float32, int])
def test_numbers_of_every_kind(make):
    values = [make(each) for each in (50, 54, 70, 76)]
    cells = cells_of(values, {"department": np.array([1, 1, 1, 1]), "evaluator": pd.Series(["a", "a", "b", "b"])})
    assert severities(cells).mean == pytest.approx(62.5)


def test_bad_questions_are_refused():
    cells = scored([(50, "A", "ann"), (54, "B", "ann"), (70, "A", "bob"), (76, "B", "bob")])
    with pytest.raises(ValueError, match="'judge' is not one of the factors 'department', 'evaluator'"):
        severities(cells, evaluator="judge")
    with pytest.raises(ValueError, match="'department' is the name of both"):
        severities(cells, evaluator="department")
    with pytest.raises(ValueError, match="level is 95"):
        severities(cells, level=95)
    with pytest.raises(ValueError, match="'zed' is not one of these evaluators"):
        severities(cells).corrected("zed", 50)


@pytest.mark.slow
def test_a_large_town_answers_in_time():
    rng = np.random.default_rng(9)
    n = 100_000
    department, scenario, evaluator = (rng.integers(size, size=n).tolist() for size in (60 * 24, 20, 200))
    values = rng.normal(0, 3, 200)[evaluator] + rng.normal(75, 15, n)
    cells = cells_of(values, {"department": department, "scenario": scenario, "evaluator": evaluator})
    severities(
        cells_of(values[:500], {"department": department[:500], "evaluator": [each % 5 for each in evaluator[:500]]})
    )
    start = time.process_time()
    result = severities(cells)
    # Two seconds on an idle machine; here with room for others.
    assert time.process_time() - start < 8
    assert result.evaluator_variance == pytest.approx(9, rel=0.4)


def test_designs_that_are_too_large_to_be_held_in_full_give_the_same(monkeypatch):
    _strict, _level, who, where, brief, values = town(3)
    cells = cells_of(values, {"department": where, "scenario": brief, "evaluator": who})
    full = severities(cells), reml(cells, {"evaluator", "department"})
    monkeypatch.setattr("analytics.stats.cells.DENSE", 10)
    sparse = severities(cells), reml(cells, {"evaluator", "department"})
    for one, other in zip(full[0].evaluators, sparse[0].evaluators, strict=True):
        assert (one.severity, one.error) == pytest.approx((other.severity, other.error))
    assert full[1].deviance == pytest.approx(sparse[1].deviance)
