"""Cohen's kappa, plain and weighted, against published numbers and against statsmodels."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from analytics.stats.agreement import Kappa, cohen, cohen_table, cohen_weighted, percent_agreement
from analytics.stats.intervals import wilson

# SAS, the example in statsmodels' tests.
SAS = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
# R irr, data "anxiety": the second and the third rater. Nobody used 5.
ANXIETY = list(
    zip(
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2],
        strict=True,
    )
)
# Cohen (1968), 200 cases; psych::cohen.kappa.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def pairs_of(table):
    return [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


def test_sas_plain():
    result = cohen_table(SAS)
    assert [round(each, 4) for each in (result.kappa, result.error, result.low, result.high)] == [
        0.4842,
        0.1380,
        0.2137,
        0.7547,
    ]
    assert (result.z, result.p) == (pytest.approx(3.2626, abs=5e-5), pytest.approx(0.0011, abs=5e-5))
    assert (result.n, result.share) == (19, 13 / 19)
    assert cohen(pairs_of(SAS)) == result


def test_sas_weighted():
    result = cohen_table(SAS, weights="linear")
    assert [round(each, 4) for each in (result.kappa, result.error, result.low, result.high)] == [
        0.4701,
        0.1457,
        0.1845,
        0.7558,
    ]
    assert (result.z, result.p) == (pytest.approx(3.2971, abs=5e-5), pytest.approx(0.0010, abs=5e-5))
    assert result.share == 13 / 19
    assert cohen_weighted(pairs_of(SAS)) == result


@pytest.mark.parametrize(
    ("weights", "kappa", "z", "p"),
    [
        (None, -0.006289308, -0.0604067, 0.9518317),
        ("linear", 0.1459075, 1.282472, 0.1996772),
        ("quadratic", 0.2520325, 1.437451, 0.1505898),
        # c(0, 0, 1, 1, 2): a weight for each number of steps.
        ([[[0, 0, 1, 1, 2][abs(i - j)] for j in range(5)] for i in range(5)], 0.2391304, 1.223734, 0.2210526),
    ],
)
def test_anxiety_as_irr_has_it(weights, kappa, z, p):
    result = cohen(ANXIETY) if weights is None else cohen_weighted(ANXIETY, weights=weights)
    assert (result.kappa, result.z, result.p) == (
        pytest.approx(kappa, abs=1e-7),
        pytest.approx(z, abs=1e-6),
        pytest.approx(p, abs=1e-7),
    )


def test_cohen_1968():
    assert cohen_table(COHEN).kappa == pytest.approx(0.492, abs=5e-4)
    symmetric = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    assert cohen_table(COHEN, weights=symmetric).kappa == pytest.approx(0.348, abs=5e-4)
    assert cohen_table(COHEN, weights=[[0, 1, 4], [1, 0, 6], [2, 2, 0]]).kappa == pytest.approx(0.353, abs=5e-4)
    # The same weights as agreement.
    agreement = [[1 - cell / 6 for cell in row] for row in symmetric]
    first, second = cohen_table(COHEN, weights=symmetric), cohen_table(COHEN, weights=agreement)
    assert (first.kappa, first.error, first.z) == pytest.approx((second.kappa, second.error, second.z))


def test_abstractors_as_irrcac_has_them():
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    assert cohen_table(table).kappa == pytest.approx(0.7964094, abs=1e-7)
    assert cohen_table(table).error == pytest.approx(0.05891072, abs=1e-8)
    assert round(cohen_table(table, weights="linear").kappa, 3) == 0.843
    assert round(cohen_table(table, weights="quadratic").kappa, 3) == 0.892


tables = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 9), min_size=k, max_size=k), min_size=k, max_size=k)
)


@settings(max_examples=100)
@given(tables)
def test_plain_and_weighted_are_statsmodels(table):
    rows, columns = np.sum(table, axis=1), np.sum(table, axis=0)
    if (rows > 0).sum() < 2 or (columns > 0).sum() < 2:
        return
    for weights in (None, "linear", "quadratic"):
        ours, theirs = cohen_table(table, weights=weights), cohens_kappa(np.array(table), wt=weights)
        assert ours.kappa == pytest.approx(theirs.kappa, abs=1e-12)
        assert ours.error**2 == pytest.approx(theirs.var_kappa, abs=1e-12)
        assert ours.z == pytest.approx(theirs.z_value, abs=1e-9)
        assert ours.p == pytest.approx(theirs.pvalue_two_sided, abs=1e-9)
        assert -1 <= ours.low <= ours.kappa <= ours.high <= 1


@given(tables)
def test_all_disagreements_alike_is_the_plain_kappa_and_two_categories_have_one_weighting(table):
    k = len(table)
    plain, alike = cohen_table(table), cohen_table(table, weights=np.eye(k).tolist())
    assert (plain is None) == (alike is None)
    if plain is not None:
        assert (plain.kappa, plain.error) == pytest.approx((alike.kappa, alike.error), abs=1e-9)
    two = [row[:2] for row in table[:2]]
    kappas = {
        None if each is None else round(each.kappa, 12) + 0.0
        for each in (cohen_table(two), cohen_table(two, weights="linear"), cohen_table(two, weights="quadratic"))
    }
    assert len(kappas) == 1


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=30), st.randoms())
def test_neither_the_order_of_pairs_nor_the_names_matter(pairs, rng):
    mixed = [(f"answer {first}", f"answer {second}") for first, second in rng.sample(pairs, len(pairs))]
    first, second = cohen(pairs), cohen(mixed)
    names = [f"answer {step}" for step in (1, 2, 3, 4)]
    third, fourth = cohen_weighted(pairs, categories=[1, 2, 3, 4]), cohen_weighted(mixed, categories=names)
    assert (third is None) == (fourth is None)
    assert third is None or third.kappa == pytest.approx(fourth.kappa)
    assert (first is None) == (second is None)
    assert first is None or first.kappa == pytest.approx(second.kappa)


def test_a_step_that_nobody_used_counts_when_it_is_named():
    assert cohen_weighted(ANXIETY).kappa == pytest.approx(0.1459075, abs=1e-7)
    every = cohen_weighted(ANXIETY, categories=range(1, 7))
    table = np.zeros((6, 6))
    for first, second in ANXIETY:
        table[first - 1, second - 1] += 1
    assert every.kappa == pytest.approx(cohens_kappa(table, wt="linear").kappa)
    assert every.kappa != pytest.approx(0.1459075, abs=1e-3)


# --- edges ------------------------------------------------------------------------------------------------------------


def test_nothing_to_say():
    for result in (
        cohen([]),
        cohen([("a", "a")] * 5),
        cohen_table([]),
        cohen_table([[0, 0], [0, 0]]),
        cohen_table([[7]]),
    ):
        assert result is None
    for weights in ("linear", "quadratic", [[0, 1], [1, 0]]):
        assert cohen_table([[5, 0], [0, 0]], weights=weights) is None
        assert cohen_table([[0, 0], [0, 0]], weights=weights) is None
    assert cohen_weighted([]) is None
    assert cohen_weighted([(2, 2)] * 4) is None
    # Weights under which no disagreement matters.
    assert cohen_table(SAS, weights=[[0] * 3] * 3) is None
    assert percent_agreement([]) is None


def test_full_agreement_and_full_disagreement():
    full = cohen([("a", "a"), ("b", "b"), ("c", "c")])
    assert (full.kappa, full.low, full.high, full.error) == (1, 1, 1, 0)
    assert full.z == pytest.approx(math.sqrt(6))
    crossed = cohen_table([[0, 5], [5, 0]], weights="quadratic")
    assert (crossed.share, crossed.kappa) == (0, -1)


def test_a_scorer_with_one_category_leaves_nothing_to_test():
    for result in (cohen([(1, 1), (1, 2)]), cohen_weighted([(1, 1), (1, 2), (1, 3)], weights="quadratic")):
        assert (result.kappa, result.low, result.high, result.z, result.p) == (0, 0, 0, None, None)


def test_missing_answers_are_a_category_of_plain_kappa():
    assert cohen([(None, None), ("a", "a"), ("a", None)]) == cohen([("", ""), ("a", "a"), ("a", "")])


# Without their types, so that they can be misused.
plain: Any = cohen
weighted: Any = cohen_weighted
from_table: Any = cohen_table


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plain([(1, 2)], level=95), "level is 95"),
        (lambda: plain([(1, 2, 3)]), r"pairs holds \(1, 2, 3\)"),
        (lambda: plain([(1, math.nan)]), "pairs holds nan"),
        (lambda: plain([([], 1)]), "cannot be changed"),
        (lambda: plain([1, 2]), r"pairs is \[1, 2\]"),
        (lambda: weighted([("a", "b")]), "has no order"),
        (lambda: weighted([(None, 1)]), "None has no order"),
        (lambda: weighted([(1, 2)], categories=[1]), "pairs holds 2"),
        (lambda: weighted([(1, 2)], categories=[1, 2, 2]), "holds 2 twice"),
        (lambda: weighted([(1, 2)], weights="cubic"), "weights is 'cubic'"),
        (lambda: weighted([(1, 2)], weights=[[0]]), "weights is 1 x 1; there are 2"),
        (lambda: weighted([(1, 2)], weights=[[0, 1], [1, 0.5]]), "diagonal"),
        (lambda: weighted([(1, 2)], weights=[[1, 2], [0, 1]]), "diagonal"),
        (lambda: weighted([(1, 2)], weights=[[0, -1], [1, 0]]), "diagonal"),
        (lambda: weighted([(1, 2)], weights=[[0, math.nan], [1, 0]]), r"weights\[0\]\[1\] is nan"),
        (lambda: weighted([(step, step) for step in range(1001)]), "1001 categories"),
        (lambda: from_table([[1, 2]]), "1 rows and 2 columns"),
        (lambda: from_table([[1, -2], [0, 1]]), r"table\[0\]\[1\] is -2"),
        (lambda: from_table([[1, 0.5], [0, 1]]), r"table\[0\]\[1\] is 0.5"),
        (lambda: from_table([[1, None], [0, 1]]), r"table\[0\]\[1\] is None"),
        (lambda: from_table([[1, math.inf], [0, 1]]), r"table\[0\]\[1\] is inf"),
        (lambda: from_table([[1, 0], [0, 1]], level=0, weights="linear"), "level is 0"),
        (lambda: percent_agreement([(1, 1)], level=1), "level is 1"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_large_counts_and_many_categories():
    huge = cohen_table([[10**15, 0], [10**9, 10**15]])
    assert huge.kappa == pytest.approx(1 - 1e-6, rel=1e-9)
    assert cohen_table([[10**15, 0], [10**9, 10**15]], weights="linear").kappa == pytest.approx(huge.kappa)
    rng = np.random.default_rng(1)
    first = rng.integers(0, 500, 100_000)
    second = np.clip(first + rng.integers(-3, 4, 100_000), 0, 499)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert cohen_weighted(pairs, weights="quadratic").kappa == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-3)
    assert cohen(pairs).n == 100_000


def test_percent_agreement_has_wilsons_interval():
    assert percent_agreement(pairs_of(SAS)) == wilson(13, 19)


def test_a_kappa_can_be_made_of_what_pages_show():
    assert Kappa(n=1, share=1, kappa=1, low=1, high=1).p is None
