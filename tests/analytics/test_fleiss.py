"""Fleiss' kappa against published numbers, against statsmodels and against its relatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import fleiss_kappa

from analytics.stats.fleiss import fleiss, fleiss_ratings

N = None
# 10 subjects, 14 raters (Wikipedia, "Fleiss' kappa").
FOURTEEN = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
# Fleiss (1971): 30 patients, six psychiatrists each.
NAMES = ["depression", "personality disorder", "schizophrenia", "neurosis", "other"]
PATIENTS = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
]  # fmt: skip


def test_fourteen_raters():
    result = fleiss(FOURTEEN)
    assert round(result.kappa, 6) == 0.209931
    assert (round(result.share, 3), round(result.expected, 3)) == (0.378, 0.213)
    assert (result.n, result.paired, result.raters) == (10, 10, 14)


def test_fleiss_1971_with_its_categories():
    # R irr, kappam.fleiss(diagnoses, detail = TRUE).
    result = fleiss(PATIENTS, categories=NAMES)
    assert (result.kappa, result.z) == (pytest.approx(0.4302445, abs=5e-8), pytest.approx(17.65183, abs=5e-6))
    assert result.p == pytest.approx(0, abs=1e-60)
    published = [(0.245, 5.192), (0.245, 5.192), (0.520, 11.031), (0.471, 9.994), (0.566, 12.009)]
    for each, (kappa, z) in zip(result.categories, published, strict=True):
        assert (each.kappa, each.z) == (pytest.approx(kappa, abs=5e-4), pytest.approx(z, abs=5e-4))
    assert [each.category for each in result.categories] == NAMES
    assert [round(each.share * 180) for each in result.categories] == [26, 26, 30, 55, 43]


def test_the_interval_of_gwet():
    # R irrCAC, fleiss.kappa.dist(distrib.6raters).
    result = fleiss(PATIENTS[:15])
    assert result.kappa == pytest.approx(0.4139265, abs=1e-7)
    assert result.error == pytest.approx(0.08119291, abs=1e-8)
    assert (round(result.interval.low, 2), round(result.interval.high, 3)) == (0.24, 0.588)


def test_missing_ratings_as_gwet_takes_them():
    # R irrCAC, fleiss.kappa.raw(cac.raw4raters): numbers of raters differ.
    raters = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, N],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
    result = fleiss_ratings(list(zip(*raters, strict=True)))
    assert (round(result.share, 7), round(result.expected, 7)) == (0.8181818, 0.2387153)
    assert (result.kappa, result.error) == pytest.approx((0.76117, 0.15302), abs=5e-6)
    assert (round(result.interval.low, 3), result.interval.high) == (0.424, 1)
    assert (result.n, result.paired, result.raters, result.z, result.p) == (12, 11, None, None, None)
    assert [each.category for each in result.categories] == [1, 2, 3, 4, 5]


def test_differing_numbers_of_raters_by_category():
    # Fleiss, Levin & Paik (2003), table 18.7; Stata, [R] kappa, "varying number of raters": kappa 0.5415, Z 5.28.
    of_and_positive = [
        (2, 2), (2, 0), (3, 2), (4, 3), (3, 3), (4, 1), (3, 0), (5, 0), (2, 0), (4, 4), (5, 5), (3, 3), (4, 4),
        (4, 3), (2, 0), (2, 2), (3, 1), (2, 1), (4, 1), (5, 4), (3, 2), (4, 0), (3, 0), (3, 3), (2, 2),
    ]  # fmt: skip
    result = fleiss([(positive, n - positive) for n, positive in of_and_positive])
    for each in result.categories:
        assert each.kappa == pytest.approx(0.5415, abs=5e-5)
        assert (each.error, each.z) == (pytest.approx(0.103, abs=5e-4), pytest.approx(5.28, abs=5e-3))


# --- laws -------------------------------------------------------------------------------------------------------------

equal_tables = st.tuples(st.integers(2, 6), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, shape[1] - 1), min_size=shape[0], max_size=shape[0]), min_size=1, max_size=8
    )
)


@settings(max_examples=100)
@given(equal_tables)
def test_it_is_statsmodels_when_numbers_are_equal(ratings):
    counts = [[row.count(place) for place in range(4)] for row in ratings]
    result = fleiss(counts)
    if len({place for row in ratings for place in row}) == 1:
        assert result is None
        return
    assert result.kappa == pytest.approx(fleiss_kappa(np.array(counts)), abs=1e-12)
    assert fleiss_ratings(ratings, categories=range(4)) == result
    # Fleiss: kappa is the mean of the categories' kappas, with weights p q.
    used = [each for each in result.categories if each.kappa is not None]
    weights = [each.share * (1 - each.share) for each in used]
    mean = sum(weight * (each.kappa or 0) for weight, each in zip(weights, used, strict=True)) / sum(weights)
    assert result.kappa == pytest.approx(mean, abs=1e-9)
    m = len(ratings[0])
    assert all(each.error == pytest.approx(math.sqrt(2 / (len(ratings) * m * (m - 1)))) for each in used)
    if len(ratings) > 1:
        assert -1 <= result.interval.low <= result.kappa <= result.interval.high <= 1


def test_the_test_holds_its_level():
    # Raters who choose at random, with unequal chances: z has a standard deviation of 1.
    rng = np.random.default_rng(3)
    z = [fleiss(rng.multinomial(5, [0.6, 0.3, 0.1], size=40)).z or 0 for _ in range(400)]
    assert np.mean(z) == pytest.approx(0, abs=0.15)
    assert np.std(z) == pytest.approx(1, abs=0.12)


# --- edges ------------------------------------------------------------------------------------------------------------


def test_nothing_to_say():
    tables: list = [[], [[]], [[0, 0]], [[1, 0], [0, 1]], [[3, 0], [2, 0]], [[5]]]
    for counts in tables:
        assert fleiss(counts) is None
    assert fleiss_ratings([]) is None
    assert fleiss_ratings([["a", None], [None, "b"]]) is None
    assert fleiss_ratings([["a", "a"]]) is None


def test_one_subject_full_agreement_and_a_category_that_nobody_used():
    one = fleiss([[2, 1]])
    assert (one.kappa, one.error, one.interval) == (pytest.approx(-0.5), None, None)
    full = fleiss([[3, 0, 0], [0, 3, 0]], categories=["yes", "no", "perhaps"])
    assert (full.kappa, full.error, full.interval.low, full.interval.high) == (1, 0, 1, 1)
    assert full.categories[2].kappa is None
    assert full.categories[2].share == 0
    unrated = fleiss([[3, 0, 0], [0, 3, 0], [0, 0, 0]])
    assert (unrated.n, unrated.kappa) == (2, 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fleiss([[1, -1]]), r"counts\[0\]\[1\] is -1"),
        (lambda: fleiss([[1, 1.5]]), r"counts\[0\]\[1\] is 1.5"),
        (lambda: fleiss([[1, math.nan]]), r"counts\[0\]\[1\] is nan"),
        (lambda: fleiss([[1, "2"]]), r"counts\[0\]\[1\] is '2'"),
        (lambda: fleiss([[1, 2], [3]]), r"counts\[1\] has 1"),
        (lambda: fleiss([[1, 2]], categories=["a"]), "1 names"),
        (lambda: fleiss([[1, 2]], level=1.5), "level is 1.5"),
        (lambda: fleiss_ratings([["a", "b"]], categories=["a"]), "'b'"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_hundred_thousand_ratings():
    rng = np.random.default_rng(1)
    result = fleiss_ratings(rng.integers(0, 5, (20_000, 5)))
    assert result.n == 20_000
    assert result.z == pytest.approx(0, abs=4)
