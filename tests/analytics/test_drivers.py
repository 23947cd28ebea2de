"""What goes with the grade: against R's relaimpo, rwa and lm, scipy and statsmodels, and at every edge."""

import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.comparison import welch
from analytics.stats.drivers import correlation, grades_by_points, item_and_grade, joint
from analytics.stats.importance import MOST_LMG, lmg, relative_weights
from analytics.stats.intervals import Sums


def numbers(text):
    """A table: rows end in a semicolon."""
    return np.array([row.split() for row in text.split(";")], dtype=float)


SWISS_NAMES = ("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality")
# R's data set swiss: Fertility and the five above.
SWISS = numbers(
    """80.2 17 15 12 9.96 22.2; 83.1 45.1 6 9 84.84 22.2; 92.5 39.7 5 5 93.4 20.2; 85.8 36.5 12 7 33.77 20.3;
    76.9 43.5 17 15 5.16 20.6; 76.1 35.3 9 7 90.57 26.6; 83.8 70.2 16 7 92.85 23.6; 92.4 67.8 14 8 97.16 24.9;
    82.4 53.3 12 7 97.67 21; 82.9 45.2 16 13 91.38 24.4; 87.1 64.5 14 6 98.61 24.5; 64.1 62 21 12 8.52 16.5;
    66.9 67.5 14 7 2.27 19.1; 68.9 60.7 19 12 4.43 22.7; 61.7 69.3 22 5 2.82 18.7; 68.3 72.6 18 2 24.2 21.2;
    71.7 34 17 8 3.3 20; 55.7 19.4 26 28 12.11 20.2; 54.3 15.2 31 20 2.15 10.8; 65.1 73 19 9 2.84 20;
    65.5 59.8 22 10 5.23 18; 65 55.1 14 3 4.52 22.4; 56.6 50.9 22 12 15.14 16.7; 57.4 54.1 20 6 4.2 15.3;
    72.5 71.2 12 1 2.4 21; 74.2 58.1 14 8 5.23 23.8; 72 63.5 6 3 2.56 18; 60.5 60.8 16 10 7.72 16.3;
    58.3 26.8 25 19 18.46 20.9; 65.4 49.5 15 8 6.1 22.5; 75.5 85.9 3 2 99.71 15.1; 69.3 84.9 7 6 99.68 19.8;
    77.3 89.7 5 2 100 18.3; 70.5 78.2 12 6 98.96 19.4; 79.4 64.9 7 3 98.22 20.2; 65 75.9 9 9 99.06 17.8;
    92.2 84.6 3 3 99.46 16.3; 79.3 63.1 13 13 96.83 18.1; 70.4 38.4 26 12 5.62 20.3; 65.7 7.7 29 11 13.79 20.5;
    72.7 16.7 22 13 11.22 18.9; 64.4 17.6 35 32 16.92 23; 77.6 37.6 15 7 4.97 20; 67.6 18.7 25 7 8.65 19.5;
    35 1.2 37 53 42.34 18; 44.7 46.6 16 29 50.43 18.2; 42.8 27.7 22 29 58.33 19.3"""
)
# R's data set mtcars: mpg, cyl, disp, hp, gear.
MTCARS = numbers(
    """21 6 160 110 4; 21 6 160 110 4; 22.8 4 108 93 4; 21.4 6 258 110 3; 18.7 8 360 175 3; 18.1 6 225 105 3;
    14.3 8 360 245 3; 24.4 4 146.7 62 4; 22.8 4 140.8 95 4; 19.2 6 167.6 123 4; 17.8 6 167.6 123 4;
    16.4 8 275.8 180 3; 17.3 8 275.8 180 3; 15.2 8 275.8 180 3; 10.4 8 472 205 3; 10.4 8 460 215 3;
    14.7 8 440 230 3; 32.4 4 78.7 66 4; 30.4 4 75.7 52 4; 33.9 4 71.1 65 4; 21.5 4 120.1 97 3; 15.5 8 318 150 3;
    15.2 8 304 150 3; 13.3 8 350 245 3; 19.2 8 400 175 3; 27.3 4 79 66 4; 26 4 120.3 91 5; 30.4 4 95.1 113 5;
    15.8 8 351 264 5; 19.7 6 145 175 5; 15 8 301 335 5; 21.4 4 121 109 4"""
)


def split(data):
    """Correlations of the predictors, and of each with the outcome in the first column."""
    matrix = np.corrcoef(data.T)
    return matrix[1:, 1:], matrix[0, 1:]


class TestPublishedImportance:
    def test_lmg_of_swiss(self):
        """Groemping (2006), J. Stat. Software 17(1), the example of relaimpo: R squared 70.67 %."""
        shares = lmg(*split(SWISS))
        assert shares == pytest.approx([0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592], abs=5e-9)
        assert sum(shares) == pytest.approx(0.706735, abs=5e-7)
        rescaled = [share / sum(shares) for share in shares]
        assert rescaled == pytest.approx([0.08078165, 0.24220256, 0.36807952, 0.14937728, 0.15955899], abs=5e-9)

    def test_relative_weights_of_mtcars(self):
        """The example of R's package rwa: mpg on cyl, disp, hp and gear."""
        weights = relative_weights(*split(MTCARS))
        assert weights == pytest.approx([0.2284797, 0.2221469, 0.2321744, 0.0963886], abs=5e-8)
        assert sum(weights) == pytest.approx(0.7791896, abs=5e-8)
        assert [100 * each / sum(weights) for each in weights] == pytest.approx(
            [29.32274, 28.50999, 29.79691, 12.37037], abs=5e-6
        )

    def test_the_joint_model_of_swiss(self):
        """R: summary(lm(Fertility ~ ., swiss)), and the LMG of the same model."""
        result = joint(SWISS[:, 0], SWISS[:, 1:], SWISS_NAMES, method="lmg")
        assert (result.n, result.left) == (47, ())
        assert result.r_squared == pytest.approx(0.7067350, abs=5e-8)
        slopes = [driver.slope for driver in result.drivers]
        assert slopes == pytest.approx([-0.17211, -0.25801, -0.87094, 0.10412, 1.07705], abs=5e-6)
        assert [driver.importance for driver in result.drivers] == pytest.approx(
            [0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592], abs=5e-9
        )


def test_pearson_of_hollander_and_wolfe():
    """R's example of cor.test, tuna lightness and quality: r 0.5711816, p 0.1082, 95 % -0.1497426 to 0.8955795."""
    light = [444, 459, 419, 533, 447, 441, 507, 452, 601]
    quality = [26, 31, 25, 50, 36, 40, 52, 28, 38]
    result = correlation(grades_by_points(light, quality))
    assert (result.n, result.p) == (9, pytest.approx(0.1082, abs=5e-5))
    assert [result.r, result.low, result.high] == pytest.approx([0.5711816, -0.1497426, 0.8955795], abs=5e-8)


PAIRS = st.lists(st.tuples(st.sampled_from([0, 25, 50, 100]), st.integers(0, 10)), max_size=40)


@given(PAIRS)
def test_one_item_from_sums_is_what_the_calls_give(pairs):
    from scipy.stats import pearsonr

    points, grades = [each[0] for each in pairs], [each[1] for each in pairs]
    result = item_and_grade(grades_by_points(points, grades))
    if not pairs:
        assert result is None
        return
    full, less = ([grade for p, grade in pairs if (p == 100) is wanted] for wanted in (True, False))
    assert (result.n, result.n_full, result.n_less) == (len(pairs), len(full), len(less))
    assert result.mean_full == (pytest.approx(np.mean(full)) if full else None)
    assert result.mean_less == (pytest.approx(np.mean(less)) if less else None)
    of_less, of_full = (Sums(len(each), sum(each), sum(grade * grade for grade in each)) for each in (less, full))
    assert result.difference == welch(of_less, of_full)
    if len(set(points)) < 2 or len(set(grades)) < 2:
        assert result.correlation is None
        return
    if len(pairs) < 4:
        assert result.correlation.low is result.correlation.high is None
    else:
        wanted = pearsonr(points, grades)
        interval = wanted.confidence_interval()
        found = result.correlation
        assert found.r == pytest.approx(wanted.statistic, abs=1e-9)
        assert found.p == pytest.approx(wanted.pvalue, abs=1e-7)
        assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-6)


def test_one_item_edges():
    assert item_and_grade({}) is None
    assert item_and_grade({100: Sums()}) is None
    one = item_and_grade({100: Sums(1, 7, 49)})
    assert (one.n, one.mean_full, one.mean_less, one.difference, one.correlation) == (1, 7, None, None, None)
    two = correlation({0: Sums(1, 3, 9), 100: Sums(1, 5, 25)})
    assert (two.n, two.r, two.low, two.high, two.p) == (2, 1, None, None, None)
    line = correlation({value: Sums(2, 2 * value, 2 * value * value) for value in range(5)})
    assert (line.r, line.low, line.high, line.p) == (1, 1, 1, 0)
    falling = correlation({value: Sums(2, -2 * value, 2 * value * value) for value in range(5)})
    assert falling.r == -1
    huge = correlation({0: Sums(10**6, 0, 0), 100: Sums(10**6, 10**7, 10**8 + 10**6)})
    assert 0.98 < huge.r < 1
    assert np.all(np.diff([huge.low, huge.r, huge.high]) > 0)
    with pytest.raises(ValueError, match=r"parts has 0\.5"):
        item_and_grade({0.5: Sums(1, 1, 1)})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="level is 2"):
        correlation({}, level=2)
    with pytest.raises(ValueError, match=r"points holds 0\.5"):
        grades_by_points([0.5], [1])
    with pytest.raises(ValueError, match="grades holds inf"):
        grades_by_points([1], [float("inf")])
    with pytest.raises(ValueError, match="points has shape"):
        grades_by_points([1], [1, 2])
    assert grades_by_points([], []) == {}


def made(n, k, seed, missing=0.0):
    rng = np.random.default_rng(seed)
    shares = rng.choice([0, 0.25, 0.5, 1], size=(n, k))
    shares[:, 1:] = np.where(rng.random((n, k - 1)) < 0.4, shares[:, :1], shares[:, 1:])
    grades = np.clip(np.rint(4 + shares @ np.linspace(2, 0, k) + rng.normal(0, 1 + shares[:, 0], n)), 0, 10)
    shares[rng.random((n, k)) < missing] = np.nan
    return grades, shares, [f"i.{place}" for place in range(k)]


@pytest.mark.parametrize(("n", "k"), [(30, 3), (400, 6)])
def test_slopes_and_intervals_are_those_of_statsmodels(n, k):
    sm = import_module("statsmodels.api")

    grades, shares, codes = made(n, k, seed=n)
    result = joint(grades, shares, codes)
    model = sm.OLS(grades, sm.add_constant(shares)).fit(cov_type="HC3", use_t=True)
    assert [driver.slope for driver in result.drivers] == pytest.approx(model.params[1:])
    assert [driver.p for driver in result.drivers] == pytest.approx(model.pvalues[1:])
    assert np.array([(driver.low, driver.high) for driver in result.drivers]) == pytest.approx(model.conf_int()[1:])
    assert result.r_squared == pytest.approx(model.rsquared)
    assert sum(driver.importance for driver in result.drivers) == pytest.approx(model.rsquared)


def test_not_applicable_as_an_indicator_is_statsmodels_with_one():
    sm = import_module("statsmodels.api")

    grades, shares, codes = made(300, 4, seed=9, missing=0.2)
    result = joint(grades, shares, codes)
    applied = ~np.isnan(shares)
    filled = np.where(applied, shares, -7.0)
    model = sm.OLS(grades, sm.add_constant(np.hstack([filled, applied]))).fit(cov_type="HC3", use_t=True)
    # What the holes are filled with is nothing to the slopes, since a column says where they are.
    assert [driver.slope for driver in result.drivers] == pytest.approx(model.params[1:5])
    assert [driver.p for driver in result.drivers] == pytest.approx(model.pvalues[1:5])
    assert [driver.n for driver in result.drivers] == applied.sum(axis=0).tolist()
    total = sum(driver.importance + driver.importance_na for driver in result.drivers)
    assert total == pytest.approx(model.rsquared)


def test_other_ways_with_not_applicable():
    grades, shares, codes = made(300, 4, seed=9, missing=0.2)
    whole = ~np.isnan(shares).any(axis=1)
    complete = joint(grades, shares, codes, missing="complete")
    assert complete == joint(grades[whole], shares[whole], codes)
    mean = joint(grades, shares, codes, missing="mean")
    filled = np.where(np.isnan(shares), np.nanmean(shares, axis=0), shares)
    wanted = joint(grades, filled, codes)
    assert [each.slope for each in mean.drivers] == pytest.approx([each.slope for each in wanted.drivers])
    assert all(driver.importance_na == 0 for driver in mean.drivers)


def test_collinear_constant_and_empty_items_are_named():
    grades, shares, _ = made(60, 3, seed=2)
    n = len(grades)
    extra = np.column_stack([shares, 1 - shares[:, 0], np.ones(n), np.full(n, np.nan), shares[:, 1] + shares[:, 2]])
    codes = ["a", "b", "c", "not_a", "always", "never", "b_and_c"]
    result = joint(grades, extra, codes)
    assert [driver.code for driver in result.drivers] == ["a", "b", "c"]
    assert {(each.code, each.column, each.reason, each.follows) for each in result.left} == {
        ("always", "share", "constant", ()),
        ("never", "share", "empty", ()),
        ("not_a", "share", "collinear", ("a",)),
        ("b_and_c", "share", "collinear", ("b", "c")),
    }
    assert [driver.slope for driver in result.drivers] == pytest.approx(
        [driver.slope for driver in joint(grades, shares, ["a", "b", "c"]).drivers]
    )


def test_items_that_apply_together_have_one_mark():
    grades, shares, codes = made(80, 3, seed=4)
    shares[:20, 1:] = np.nan
    result = joint(grades, shares, codes)
    assert [(each.code, each.column, each.follows) for each in result.left] == [("i.2", "applied", ("i.1",))]
    assert result.drivers[1].importance_na > 0
    assert result.drivers[2].importance_na == 0


def test_an_item_that_is_constant_where_it_applies_still_has_its_mark():
    grades, shares, codes = made(80, 2, seed=4)
    shares[:, 1] = 1
    shares[:30, 1] = np.nan
    result = joint(grades, shares, codes)
    assert (result.drivers[1].slope, result.drivers[1].importance) == (None, 0)
    assert result.drivers[1].importance_na > 0
    assert result.left[0].reason == "constant"


def test_a_call_that_alone_decides_a_slope_gives_no_interval():
    grades, shares, _ = made(40, 2, seed=6)
    alone = np.zeros(40)
    alone[3] = 1
    result = joint(grades, np.column_stack([shares, alone]), ["a", "b", "alone"])
    assert (result.drivers[2].low, result.drivers[2].high, result.drivers[2].p) == (None, None, None)
    first = result.drivers[0]
    assert np.all(np.diff([first.low, first.slope, first.high]) > 0)


def test_joint_edges():
    assert joint([], np.empty((0, 2)), ["a", "b"]) is None
    assert joint([5], [[1]], ["a"]) is None
    assert joint([5, 5, 5, 5], [[0], [1], [0], [1]], ["a"]) is None
    assert joint([1, 2, 3], [[0, 1], [1, 0], [1, 1]], ["a", "b"]) is None
    assert joint([1, 2, None], [[None], [None], [1]], ["a"]).left[0].reason == "empty"
    nothing = joint([1, 2, 3], np.empty((3, 0)), [])
    assert (nothing.n, nothing.r_squared, nothing.drivers, nothing.left) == (3, 0, (), ())
    perfect = joint([0, 10, 0, 10, 0, 10], [[0], [1], [0], [1], [0], [1]], ["a"])
    assert perfect.r_squared == pytest.approx(1)
    assert perfect.drivers[0].slope == pytest.approx(10)
    assert perfect.drivers[0].p == pytest.approx(0, abs=1e-12)
    dropped = joint([1, 2, 3, 4, None], [[0], [1], [1], [1], [0]], ["a"])
    assert dropped.n == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grades": [1, 2]}, "shares has shape"),
        ({"codes": ["a", "a"]}, "codes has 'a' twice"),
        ({"missing": "drop"}, "missing is 'drop'"),
        ({"method": "pratt"}, "method is 'pratt'"),
        ({"level": 1}, "level is 1"),
        ({"shares": [[1, 2], [1, math.inf], [1, 1]]}, "shares holds inf"),
        ({"grades": [1, 2, math.inf]}, "grades holds inf"),
    ],
)
def test_joint_refuses(change, message):
    good = {"grades": [1, 2, 3], "shares": [[0, 1], [1, 0], [1, 1]], "codes": ["a", "b"]}
    given = good | change
    keywords = {name: value for name, value in given.items() if name not in good}
    with pytest.raises(ValueError, match=message):
        joint(given["grades"], given["shares"], given["codes"], **keywords)


class TestImportance:
    def test_two_predictors_by_hand(self):
        """R squared is .28 / .75; the first adds .36 alone and R squared less .16 after the second."""
        wanted = [(0.36 + 0.28 / 0.75 - 0.16) / 2, (0.16 + 0.28 / 0.75 - 0.36) / 2]
        for method in (lmg, relative_weights):
            assert method([[1, 0.5], [0.5, 1]], [0.6, 0.4]) == pytest.approx(wanted)

    def test_uncorrelated_predictors_carry_their_squared_correlation(self):
        for method in (lmg, relative_weights):
            assert method(np.eye(3), [0.5, 0.3, -0.1]) == pytest.approx([0.25, 0.09, 0.01])

    def test_lmg_is_the_mean_over_all_orders(self):
        from itertools import permutations

        matrix, targets = split(SWISS)

        def explained(chosen):
            chosen = list(chosen)
            return targets[chosen] @ np.linalg.solve(matrix[np.ix_(chosen, chosen)], targets[chosen]) if chosen else 0

        gains = np.zeros(5)
        orders = list(permutations(range(5)))
        for order in orders:
            for place, predictor in enumerate(order):
                gains[predictor] += explained(order[: place + 1]) - explained(order[:place])
        assert lmg(matrix, targets) == pytest.approx(gains / len(orders))

    def test_twins_share_alike(self):
        """Two copies of one predictor: each gets half of what it explains."""
        for method in (lmg, relative_weights):
            assert method([[1, 1], [1, 1]], [0.6, 0.6]) == pytest.approx([0.18, 0.18])

    def test_none_and_too_many(self):
        assert lmg([], []) == relative_weights([], []) == ()
        many = np.eye(MOST_LMG + 1), np.zeros(MOST_LMG + 1)
        assert sum(relative_weights(*many)) == 0
        with pytest.raises(ValueError, match="there are 16 predictors; 15 at most"):
            lmg(*many)

    @pytest.mark.parametrize(
        ("matrix", "targets", "message"),
        [
            ([[1, 2], [2, 1]], [0, 0], "correlations holds 2"),
            ([[1, math.nan], [0, 1]], [0, 0], "correlations holds nan"),
            ([[1]], [1.5], "with_grade holds 1.5"),
            ([[1]], [0, 0], "k x k and k"),
            ([[1, 0.5], [0.1, 1]], [0, 0], "not symmetric"),
            ([[0.5]], [0], "not symmetric"),
        ],
    )
    def test_what_cannot_be(self, matrix, targets, message):
        for method in (lmg, relative_weights):
            with pytest.raises(ValueError, match=message):
                method(matrix, targets)


@given(st.integers(0, 10_000), st.integers(2, 7))
def test_both_importances_are_parts_of_r_squared(seed, count):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(count + 20, count + 1)) + rng.normal(size=(count + 20, 1))
    matrix, targets = split(data)
    explained = targets @ np.linalg.solve(matrix, targets)
    for method in (lmg, relative_weights):
        parts = method(matrix, targets)
        assert sum(parts) == pytest.approx(explained)
        assert min(parts) > -1e-9


@pytest.mark.slow
def test_a_hundred_thousand_calls():
    from time import process_time

    grades, shares, codes = made(100_000, 25, seed=1, missing=0.05)
    began = process_time()
    result = joint(grades, shares, codes)
    assert process_time() - began < 10
    assert (result.n, len(result.drivers)) == (100_000, 25)
