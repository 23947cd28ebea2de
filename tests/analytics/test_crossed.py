"""Crossed random effects against published fits and brute force, and what a design lets us compare (the source at each)."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import null_space
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analytics.stats.cells import cells_of, cells_of_columns, cells_of_sums, comparable
from analytics.stats.crossed import Inseparable, reml
from analytics.stats.intervals import Sums

# Davies & Goldsmith (1972), Statistical Methods in Research and Production; R's lme4 ships all four sets.
PENICILLIN = (
    "27 23 26 23 23 21  27 23 26 23 23 21  25 21 25 24 24 20  26 23 25 23 23 20  25 22 26 22 23 20  24 22 25 23 22 19 "
    "24 20 23 21 22 19  26 22 26 24 24 21  24 21 24 22 22 20  24 21 24 23 22 19  26 23 26 24 24 21  25 22 26 24 24 20 "
    "26 24 26 24 25 22  26 23 26 23 23 20  26 23 25 24 24 22  25 22 25 23 23 20  25 21 24 23 23 20  25 22 24 23 23 19 "
    "24 21 23 21 21 19  26 23 26 24 24 21  25 21 24 22 22 18  25 22 25 22 22 20  24 21 24 22 24 19  24 21 24 22 21 18"
)
PASTES = (
    "62.8 62.6 60.1 62.3 62.7 63.1  60 61.4 57.5 56.9 61.1 58.9  58.7 57.5 63.9 63.1 65.4 63.7  57.1 56.4 56.9 58.6 64.7 "
    "64.5  55.1 55.1 54.7 54.2 58.8 57.5  63.4 64.9 59.3 58.1 60.5 60  62.5 62.6 61 58.7 56.9 57.7  59.2 59.4 65.2 66 64.8 "
    "64.1  54.8 54.8 64 64 57.7 56.8  58.3 59.3 59.2 59.2 58.9 56.6"
)
DYESTUFF = (
    "1545 1440 1440 1520 1580  1540 1555 1490 1560 1495  1595 1550 1605 1510 1560  1445 1440 1595 1465 1545 "
    "1595 1630 1515 1635 1625  1520 1455 1450 1480 1445"
)
DYESTUFF2 = (
    "7.298 3.846 2.434 9.566 7.99  5.22 6.556 0.608 11.788 -0.892  0.11 10.386 13.434 5.51 8.166  2.212 4.852 7.092 9.288 "
    "4.98  0.282 9.014 4.458 9.446 7.198  1.722 4.782 8.106 0.758 3.758"
)


def numbers(text):
    return [float(each) for each in text.split()]


def penicillin():
    return cells_of(
        numbers(PENICILLIN),
        {"plate": [at // 6 for at in range(144)], "sample": ["ABCDEF"[at % 6] for at in range(144)]},
    )


def dyestuff(values=DYESTUFF):
    return cells_of(numbers(values), {"batch": ["ABCDEF"[at // 5] for at in range(30)]})


def digits(value, count):
    return round(value, count)


def values_of(effects):
    return [each.value for each in effects]


# --- published fits ---------------------------------------------------------------------------------------------------


def test_penicillin_two_crossed_factors():
    fit = reml(penicillin(), ["plate", "sample"])
    # Bates and others' test of the same model gives the variances, the criterion and the error of the mean.
    assert round(fit.variance_of("plate"), 4) == 0.7169
    assert round(fit.variance_of("sample"), 4) == 3.7309
    assert round(fit.residual, 4) == 0.3024
    assert digits(fit.deviance, 6) == 330.860589
    assert digits(fit.mean.value, 4) == 22.9722
    assert fit.mean.error == pytest.approx(0.8085732, abs=2e-6)
    assert fit.variance_of("plate") ** 0.5 == pytest.approx(0.8467056, abs=2e-6)
    assert fit.variance_of("sample") ** 0.5 == pytest.approx(1.9315556, abs=3e-6)
    assert (fit.n, fit.df, [each.levels for each in fit.components]) == (144, 115, [24, 6])


def test_penicillin_predictions_are_shrunk_means():
    # In a balanced design the prediction is the deviation of the level's mean, shrunk by var / (var + residual / n).
    cells = penicillin()
    fit = reml(cells, ["plate", "sample"])
    for name, size in (("plate", 6), ("sample", 24)):
        variance = fit.variance_of(name)
        kept = variance / (variance + fit.residual / size)
        wanted = kept * (cells.mean_by_level(cells.position(name)) - np.mean(numbers(PENICILLIN)))
        assert values_of(fit.effects(name)) == pytest.approx(wanted.tolist(), abs=1e-9)


def test_balanced_variances_are_those_of_analysis_of_variance():
    # For balanced data REML gives the classical estimates: mean squares 13.81 and so on, differenced.
    table = np.array(numbers(PENICILLIN)).reshape(24, 6)
    rows, columns, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
    residual = ((table - rows[:, None] - columns + mean) ** 2).sum() / (23 * 5)
    fit = reml(penicillin(), ["plate", "sample"])
    assert fit.residual == pytest.approx(residual, rel=1e-8)
    assert fit.variance_of("plate") == pytest.approx((6 * rows.var(ddof=1) - residual) / 6, rel=1e-7)
    assert fit.variance_of("sample") == pytest.approx((24 * columns.var(ddof=1) - residual) / 24, rel=1e-7)


def test_pastes_nested_factors():
    labels = [("ABCDEFGHIJ"[at // 6], at // 2) for at in range(60)]
    cells = cells_of(numbers(PASTES), {"batch": [each[0] for each in labels], "sample": [each[1] for each in labels]})
    fit = reml(cells, ["batch", "sample"])
    # The criterion of SPSS and Metida for this model is 246.990746.
    assert digits(fit.deviance, 6) == 246.990746
    assert digits(fit.mean.value, 4) == 60.0533
    # Balanced and nested: sums of squares give the estimates.
    values = np.array(numbers(PASTES)).reshape(10, 3, 2)
    within, sample = values.var(axis=2, ddof=1).mean(), 2 * values.mean(axis=2).var(axis=1, ddof=1).mean()
    batch = 6 * values.mean(axis=(1, 2)).var(ddof=1)
    assert fit.residual == pytest.approx(within, rel=1e-7)
    assert fit.variance_of("sample") == pytest.approx((sample - within) / 2, rel=1e-6)
    assert fit.variance_of("batch") == pytest.approx((batch - sample) / 6, rel=1e-5)


def test_dyestuff_one_factor():
    fit = reml(dyestuff(), {"batch"})
    assert round(fit.variance_of("batch"), 2) == 1764.05
    assert round(fit.residual, 2) == 2451.25
    assert fit.mean.value == pytest.approx(1527.5)
    assert digits(fit.mean.error, 3) == 19.383
    assert digits(fit.deviance, 4) == 319.6543
    assert [round(value, 4) for value in values_of(fit.effects("batch"))] == [
        -17.6069,
        0.3913,
        28.5622,
        -23.0845,
        56.7332,
        -44.9953,
    ]


def test_dyestuff2_has_no_variance_between_batches():
    # Box & Tiao (1973), made so that the estimate is on the boundary; lme4 gives 0 and 13.81 (standard deviation 3.7157).
    fit = reml(dyestuff(DYESTUFF2), ["batch"])
    assert fit.variance_of("batch") == 0
    assert round(fit.residual**0.5, 4) == 3.7157
    assert digits(fit.mean.value, 4) == 5.6656
    assert all(each.value == each.error == 0 for each in fit.effects("batch"))


# --- against brute force ----------------------------------------------------------------------------------------------


def unbalanced(seed, n=60, sizes=(5, 4, 3), spreads=(2.0, 1.0, 0.7)):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(size, size=n) for size in sizes]
    values = rng.normal(50, 1.5, n)
    for code, size, spread in zip(codes, sizes, spreads, strict=True):
        values = values + rng.normal(0, spread, size)[code]
    return values, dict(zip("abc", codes, strict=True))


def by_hand(values, factors, random, weights=None):
    """REML by the textbook: the full covariance matrix, generalised least squares, a derivative-free search."""
    n = len(values)
    dummies = {name: (np.asarray(code)[:, None] == np.unique(code)) * 1.0 for name, code in factors.items()}
    fixed = [dummies[name][:, 1:] for name in factors if name not in random]
    x = np.column_stack([np.ones(n), *fixed])
    noise = np.diag(1 / np.asarray(weights)) if weights is not None else np.eye(n)

    def parts(logs):
        v = np.exp(2 * logs[-1]) * noise
        for name, log in zip(random, logs, strict=False):
            v = v + np.exp(2 * log) * dummies[name] @ dummies[name].T
        inverse = np.linalg.inv(v)
        covariance = np.linalg.inv(x.T @ inverse @ x)
        beta = covariance @ x.T @ inverse @ values
        return v, inverse, covariance, beta

    def deviance(logs):
        v, inverse, covariance, beta = parts(logs)
        gap = values - x @ beta
        return (
            np.linalg.slogdet(v)[1]
            - np.linalg.slogdet(covariance)[1]
            + gap @ inverse @ gap
            + (n - x.shape[1]) * math.log(2 * math.pi)
        )

    start = np.zeros(len(random) + 1)
    best = minimize(deviance, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 8000})
    _v, inverse, covariance, beta = parts(best.x)
    projection = inverse - inverse @ x @ covariance @ x.T @ inverse
    predictions, errors = {}, {}
    for name, log in zip(random, best.x, strict=False):
        variance, z = np.exp(2 * log), dummies[name]
        predictions[name] = variance * z.T @ inverse @ (values - x @ beta)
        errors[name] = np.sqrt(np.diag(variance * np.eye(z.shape[1]) - variance**2 * z.T @ projection @ z))
    return np.exp(2 * best.x), best.fun, predictions, errors


@pytest.mark.parametrize("random", [["a"], ["b"], ["a", "b"], ["a", "b", "c"]])
@pytest.mark.parametrize("weighted", [False, True])
def test_fits_are_those_of_the_full_matrices(random, weighted):
    values, factors = unbalanced(4)
    weights = np.random.default_rng(8).uniform(0.5, 3, len(values)) if weighted else None
    fit = reml(cells_of(values, factors, weights=weights), random)
    variances, deviance, predictions, errors = by_hand(values, factors, random, weights)
    found = [*(fit.variance_of(name) for name in random), fit.residual]
    assert found == pytest.approx(variances.tolist(), rel=1e-4, abs=1e-6)
    assert fit.deviance == pytest.approx(deviance, abs=1e-6)
    for name in random:
        order = np.unique(factors[name])
        mine = {each.label: each for each in fit.effects(name)}
        assert [mine[level].value for level in order] == pytest.approx(predictions[name].tolist(), rel=1e-3, abs=1e-4)
        assert [mine[level].error for level in order] == pytest.approx(errors[name].tolist(), rel=1e-3)


def test_fits_are_those_of_statsmodels():
    from statsmodels.regression.mixed_linear_model import MixedLM

    values, factors = unbalanced(11, n=200)
    frame = pd.DataFrame({"y": values, **factors, "all": 1})
    parts = {name: f"0 + C({name})" for name in "ab"}
    theirs = MixedLM.from_formula("y ~ C(c)", groups="all", vc_formula=parts, data=frame).fit(reml=True)
    fit = reml(cells_of(values, factors), ["a", "b"])
    assert [fit.variance_of(name) for name in "ab"] == pytest.approx(list(theirs.vcomp), rel=1e-3)
    assert fit.residual == pytest.approx(theirs.scale, rel=1e-4)
    assert fit.deviance == pytest.approx(-2 * theirs.llf, abs=1e-4)
    by_level: dict = {each.label: each.value for each in fit.effects("c")}
    assert by_level[1] - by_level[0] == pytest.approx(theirs.params["C(c)[T.1]"], abs=1e-4)


def test_fixed_effects_without_random_variance_are_least_squares():
    values, factors = unbalanced(3, spreads=(0, 2.0, 1.0))
    fit = reml(cells_of(values, factors), ["a"])
    assert fit.variance_of("a") == 0
    x = np.column_stack(
        [np.ones(60)] + [(factors[name][:, None] == np.arange(1, size)) for name, size in (("b", 4), ("c", 3))]
    )
    beta, *_rest = np.linalg.lstsq(x.astype(float), values, rcond=None)
    by_level: dict = {each.label: each.value for each in fit.effects("b")}
    assert [by_level[level] - by_level[0] for level in (1, 2, 3)] == pytest.approx(beta[1:4].tolist(), abs=1e-8)
    assert sum(values_of(fit.effects("b"))) == pytest.approx(0, abs=1e-9)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_moving_and_stretching_the_scale_moves_and_stretches_the_result(seed, shift, stretch):
    values, factors = unbalanced(seed)
    one, other = reml(cells_of(values, factors), ["a"]), reml(cells_of(values * stretch + shift, factors), ["a"])
    assert other.residual == pytest.approx(one.residual * stretch**2, rel=1e-5)
    assert other.variance_of("a") == pytest.approx(
        one.variance_of("a") * stretch**2, rel=1e-3, abs=1e-5 * one.residual * stretch**2
    )
    assert other.mean.value == pytest.approx(one.mean.value * stretch + shift, rel=1e-6, abs=1e-3)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_sums_by_cell_say_the_same_as_single_values(seed):
    values, factors = unbalanced(seed)
    values = np.round(100 * values).astype(int).tolist()
    cells: dict[tuple, Sums] = {}
    for value, *labels in zip(values, *(each.tolist() for each in factors.values()), strict=True):
        cells[tuple(labels)] = cells.get(tuple(labels), Sums()) + Sums(1, value, value * value)
    cells[99, 99, 99] = Sums()
    one = reml(cells_of(values, {name: each.tolist() for name, each in factors.items()}), ["a"])
    other = reml(cells_of_sums("abc", cells), ["a"])
    columns = [[getattr(each, name) for each in cells.values()] for name in ("n", "total", "squares")]
    by_columns = cells_of_columns({name: [labels[at] for labels in cells] for at, name in enumerate("abc")}, *columns)
    found, wanted = (reml(each, ["a"]).effects("b") for each in (by_columns, cells_of_sums("abc", cells)))
    assert [(each.label, each.n) for each in found] == [(each.label, each.n) for each in wanted]
    assert [each.value for each in found] == pytest.approx([each.value for each in wanted], rel=1e-9, nan_ok=True)
    assert by_columns.within == pytest.approx(cells_of_sums("abc", cells).within, rel=1e-12)
    assert (one.n, one.df) == (other.n, other.df)
    assert one.residual == pytest.approx(other.residual, rel=1e-6)
    assert one.deviance == pytest.approx(other.deviance, abs=1e-8)
    single = {each.label: each.value for each in one.effects("a")}
    assert {each.label: each.value for each in other.effects("a")} == pytest.approx(single, rel=1e-4, abs=1e-3)


# --- what can be compared ---------------------------------------------------------------------------------------------

edges = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6)), min_size=1, max_size=16)


@given(edges)
def test_two_factors_compare_within_connected_components(pairs):
    cells = cells_of(
        [0.0] * len(pairs), {"e": [f"e{each[0]}" for each in pairs], "d": [f"d{each[1]}" for each in pairs]}
    )
    graph = coo_array((np.ones(len(pairs)), ([a for a, _b in pairs], [8 + b for _a, b in pairs])), shape=(15, 15))
    _count, home = connected_components(graph, directed=False)
    wanted = {frozenset(f"e{a}" for a, _b in pairs if home[a] == each) for each in {home[a] for a, _b in pairs}}
    assert {frozenset(group) for group in comparable(cells, "e")} == wanted


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=14))
def test_three_factors_compare_what_can_be_estimated(rows):
    cells = cells_of([0.0] * len(rows), {name: [row[at] for row in rows] for at, name in enumerate("eds")})
    dummies = np.column_stack([[[row[at] == level for level in range(4)] for row in rows] for at in range(3)]).astype(
        float
    )
    null = null_space(dummies)
    seen = sorted({row[0] for row in rows})
    group_of = {level: at for at, group in enumerate(comparable(cells, "e")) for level in group}
    for one, other in itertools.combinations(seen, 2):
        assert (group_of[one] == group_of[other]) is bool(np.allclose(null[one], null[other], atol=1e-8))


def test_a_long_chain_is_still_one_group():
    count = 600
    evaluators = [at for at in range(count) for _ in (0, 1)]
    departments = [at + step for at in range(count) for step in (0, 1)]
    factors = {"e": evaluators, "d": departments}
    assert len(comparable(cells_of([0.0] * len(evaluators), factors), "e")) == 1
    # The same with a third factor that helps nobody, so that numbers must show it.
    halves = {name: each[:600] for name, each in factors.items()} | {"s": ["x"] * 600}
    assert len(comparable(cells_of([0.0] * 600, halves), "e")) == 1


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "factors", "weights", "message"),
    [
        ([1, float("nan")], {"a": "xy"}, None, r"values\[1\] is nan"),
        ([1, None], {"a": "xy"}, None, r"values\[1\] is None"),
        ([1, float("inf")], {"a": "xy"}, None, r"values\[1\] is inf"),
        ([1, 1e200], {"a": "xy"}, None, r"values\[1\] is 1e\+200; it is too large"),
        ([1, "many"], {"a": "xy"}, None, "values holds what is not a number: .*many"),
        ([[1], [2]], {"a": "xy"}, None, "values has 2 dimensions"),
        ([1, 2], {"a": "xyz"}, None, "'a' has 3 labels for 2 values"),
        ([1, 2], {"a": ["x", None]}, None, "'a' has the label None"),
        ([1, 2], {"a": ["x", math.nan]}, None, "'a' has the label nan"),
        ([1, 2], {}, None, "factors is empty"),
        ([1, 2], {"a": "xy"}, [1], "weights has 1 entries for 2 values"),
        ([1, 2], {"a": "xy"}, [1, 0], r"weights\[1\] is 0.0"),
        ([1, 2], {"a": "xy"}, [-1, 1], r"weights\[0\] is -1.0"),
        ([1, 2], {"a": "xy"}, [1, 1e10], "weights run from 1.0 to 10000000000"),
    ],
)
def test_bad_data_is_refused_by_name(values, factors, weights, message):
    with pytest.raises(ValueError, match=message):
        cells_of(values, factors, weights=weights)


def test_bad_questions_are_refused():
    cells = cells_of([50, 54, 70, 76], {"department": "ABAB", "evaluator": "aabb"})
    with pytest.raises(ValueError, match="random is empty"):
        reml(cells, [])
    with pytest.raises(ValueError, match="'x' is not one of the factors"):
        reml(cells, ["x"])
    fit = reml(cells, ["evaluator"])
    with pytest.raises(ValueError, match="'department' is not one of the random"):
        fit.variance_of("department")
    with pytest.raises(ValueError, match=r"weights of 'department' have shape \(1, 3\)"):
        fit.combinations(1.0, {"department": np.ones((1, 3))})
    with pytest.raises(ValueError, match=r"\('A',\) has 1 labels for 2 factors"):
        cells_of_sums(["a", "b"], {("A",): Sums(1, 5, 25)})
    with pytest.raises(ValueError, match="too large to be squared"):
        cells_of_sums(["a"], {("A",): Sums(1, 10**400, 10**800)})
    with pytest.raises(ValueError, match="names is empty"):
        cells_of_sums([], {})
    with pytest.raises(ValueError, match="'a' has 1 labels for 2 combinations"):
        cells_of_columns({"a": ["x"]}, [1, 1], [5, 5], [25, 25])
    with pytest.raises(ValueError, match="'a' lacks a label"):
        cells_of_columns({"a": ["x", None]}, [1, 1], [5, 5], [25, 25])
    with pytest.raises(ValueError, match="squares is 24; 1 values with sum 5 have larger squares"):
        cells_of_columns({"a": ["x"]}, [1], [5], [24])


def test_columns_of_many_calls_are_exact_where_machine_integers_end():
    n, value = 10**7, 10_000
    cells = cells_of_columns(
        {"a": ["x"]}, [2 * n], [n * value + n * (value - 1)], [n * value**2 + n * (value - 1) ** 2]
    )
    assert (cells.n, cells.within, cells.means[0]) == (2 * n, n / 2, value - 0.5)


def test_what_no_data_could_tell_apart_is_refused():
    values = [3.0, 5.0, 4.0, 9.0, 8.0, 8.5]
    with pytest.raises(Inseparable, match="the levels of 'a' cannot be told from those of the fixed factors"):
        reml(cells_of(values, {"a": "xxyyzz", "b": "ppqqrr"}), ["a"])
    with pytest.raises(Inseparable, match="only one"):
        reml(cells_of(values, {"a": "xxxxxx"}), ["a"])
    with pytest.raises(Inseparable, match="the variances of 'a', 'b' and the residual"):
        reml(cells_of(values, {"a": "xxyyzz", "b": "ppqqrr"}), ["a", "b"])
