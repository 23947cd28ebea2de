"""Krippendorff's alpha against published numbers and against its definition, pair by pair."""

import math
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from analytics.stats.ratings import Interval
from analytics.stats.reliability import Alpha, Scale, krippendorff, pairwise_agreement

N = None
SCALES: list[Scale] = ["nominal", "ordinal", "interval", "ratio"]

# Data C of Krippendorff (2011); raters here, units below.
DATA_C = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
UNITS_C = [list(unit) for unit in zip(*DATA_C, strict=True)]
ALPHAS_C = {"nominal": 0.743421, "ordinal": 0.815388, "interval": 0.849107, "ratio": 0.797403}


@pytest.mark.parametrize("scale", SCALES)
def test_data_c_of_krippendorff_2011(scale):
    result = krippendorff(UNITS_C, scale=scale)
    assert round(result.alpha, 6) == ALPHAS_C[scale]
    # The twelfth unit has one rating: it is left out, with its value.
    assert (result.n, result.raters, result.rated) == (11, 4, 40)
    assert result.share == pytest.approx(0.8181818, abs=1e-7)  # as irrCAC prints it
    assert result.interval is None


def test_the_binary_and_the_nominal_example_of_krippendorff_2011():
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert round(krippendorff(list(zip(first, second, strict=True))).alpha, 3) == 0.095
    nominal = krippendorff(list(zip("aabbdcccedda", "babbbccceddd", strict=True)))
    assert round(nominal.alpha, 3) == 0.692
    assert (nominal.n, nominal.rated) == (12, 24)


def test_the_example_of_three_coders_and_fifteen_units():
    # Wikipedia, "Krippendorff's alpha", a computational example; also in the documentation of the Python package.
    a = [N, N, N, N, N, 3, 4, 1, 2, 1, 1, 3, 3, N, 3]
    b = [1, N, 2, 1, 3, 3, 4, 3, N, N, N, N, N, N, N]
    c = [N, N, 2, 1, 3, 4, 4, N, 2, 1, 1, 3, 3, N, 4]
    units = list(zip(a, b, c, strict=True))
    assert round(krippendorff(units).alpha, 3) == 0.691
    assert round(krippendorff(units, scale="interval").alpha, 3) == 0.811
    assert krippendorff(units).rated == 26


def test_six_raters_of_fifteen_patients():
    # irrCAC, distrib.6raters (the first half of Fleiss 1971).
    counts = [
        [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0],
        [2, 0, 4, 0, 0], [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6],
        [1, 0, 0, 5, 0], [1, 1, 0, 4, 0], [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1],
    ]  # fmt: skip
    ratings = [[place for place, count in enumerate(row) for _ in range(count)] for row in counts]
    assert krippendorff(ratings).alpha == pytest.approx(0.4204384, abs=1e-7)


def test_a_table_of_two_raters():
    # irrCAC, cont3x3abstractors.
    table = {("e", "e"): 13, ("a", "a"): 20, ("a", "n"): 7, ("n", "a"): 4, ("n", "n"): 56}
    ratings = [pair for pair, count in table.items() for _ in range(count)]
    result = krippendorff(ratings)
    assert result.alpha == pytest.approx(0.7972585, abs=1e-7)
    assert result.share == pytest.approx(0.89)


# --- the definition ---------------------------------------------------------------------------------------------------


def by_definition(units, scale):
    """Krippendorff (2011), section E, written out over ordered pairs in exact arithmetic: observed and expected."""
    kept = [[value for value in unit if value is not None] for unit in units]
    kept = [unit for unit in kept if len(unit) > 1]
    counts = Counter(value for unit in kept for value in unit)
    n = sum(counts.values())

    def metric(c, k):
        if c == k:
            return Fraction(0)
        low, high = min(c, k), max(c, k)
        between = sum(count for value, count in counts.items() if low <= value <= high)
        return {
            "nominal": lambda: Fraction(1),
            "ordinal": lambda: (between - Fraction(counts[c] + counts[k], 2)) ** 2,
            "interval": lambda: (Fraction(c) - Fraction(k)) ** 2,
            "ratio": lambda: ((Fraction(c) - Fraction(k)) / (Fraction(c) + Fraction(k))) ** 2,
        }[scale]()

    if len(counts) < 2:
        return None
    observed = sum(Fraction(sum(metric(c, k) for c, k in permutations(unit, 2)), len(unit) - 1) for unit in kept) / n
    expected = sum(counts[c] * counts[k] * metric(c, k) for c in counts for k in counts) / Fraction(n * (n - 1))
    return observed, expected


tables = st.integers(1, 5).flatmap(
    lambda raters: st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=raters, max_size=raters), max_size=8
    )
)


@settings(max_examples=150)
@given(tables, st.sampled_from(SCALES))
def test_alpha_is_its_definition(units, scale):
    result, expected = krippendorff(units, scale=scale), by_definition(units, scale)
    if expected is None:
        assert result is None
        return
    assert result.observed == pytest.approx(float(expected[0]), rel=1e-9, abs=1e-12)
    assert result.expected == pytest.approx(float(expected[1]), rel=1e-9)
    assert result.alpha == pytest.approx(float(1 - expected[0] / expected[1]), rel=1e-9, abs=1e-9)


@given(tables, st.integers(0, 2**32))
def test_neither_the_order_of_units_nor_that_of_raters_matters(units, seed):
    if not units:
        return
    rng = np.random.default_rng(seed)
    mixed = [rng.permutation(np.array(unit, dtype=object)).tolist() for unit in units]
    mixed = [mixed[place] for place in rng.permutation(len(units))]
    first, second = krippendorff(units, scale="ordinal"), krippendorff(mixed, scale="ordinal")
    assert (first is None) == (second is None)
    if first is not None:
        assert first.alpha == pytest.approx(second.alpha, abs=1e-12)


@given(tables)
def test_what_each_scale_allows_leaves_alpha_alone(units):
    def alpha(made, scale):
        changed = [[None if value is None else made(value) for value in unit] for unit in units]
        result = krippendorff(changed, scale=scale)
        return None if result is None else pytest.approx(result.alpha, abs=1e-9)

    assert alpha(lambda value: value, "nominal") == alpha(lambda value: f"answer {7 - value}", "nominal")
    assert alpha(lambda value: value, "ordinal") == alpha(lambda value: value**3 + 10, "ordinal")
    assert alpha(lambda value: value, "interval") == alpha(lambda value: 1e6 - 250 * value, "interval")
    assert alpha(lambda value: value, "ratio") == alpha(lambda value: value * 1e-5, "ratio")


@pytest.mark.parametrize(("low", "high"), [(1, 1e4), (1e-3, 1e3), (1, 1.001), (1e-40, 1e40)])
def test_the_ratio_metric_of_many_values_is_that_of_all_pairs(low, high):
    rng = np.random.default_rng(5)
    values = np.exp(rng.uniform(math.log(low), math.log(high), (200, 2)))
    values[0, 0] = values[1, 1] = values[2, 0] = values[2, 1] = 0
    result = krippendorff(values, scale="ratio")
    flat = values.ravel()
    total = flat[:, None] + flat[None, :]
    squares = np.where(total > 0, ((flat[:, None] - flat) / np.where(total > 0, total, 1)) ** 2, 0)
    assert result.expected == pytest.approx(squares.sum() / (400 * 399), rel=1e-10)
    own = squares[np.arange(0, 400, 2), np.arange(1, 400, 2)]
    assert result.observed == pytest.approx(own.mean(), rel=1e-8)


# --- edges ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_without_pairs_or_without_variation_there_is_no_alpha(scale):
    tables: list = [
        [],
        [[]],
        [[], []],
        [[1], [2]],
        [[1, N], [N, 2]],
        [[N, N]],
        [[3, 3], [3, 3]],
        [[0, 0]],
        [[1, 1], [2, N]],
    ]
    for ratings in tables:
        assert krippendorff(ratings, scale=scale) is None


@pytest.mark.parametrize("scale", SCALES)
def test_full_agreement_is_exactly_one_and_crossed_ratings_are_below_zero(scale):
    full = krippendorff([[value, value, value] for value in (0.1, 0.7, 1 / 3, 5)], scale=scale)
    assert (full.observed, full.alpha, full.share) == (0.0, 1.0, 1.0)
    crossed = krippendorff([[1, 2], [2, 1]], scale=scale)
    assert crossed.alpha == pytest.approx(-0.5)
    assert crossed.share == 0


def test_a_single_unit_has_an_alpha_of_zero_and_no_interval():
    result = krippendorff([[1, 2, 3]], scale="interval", rng=np.random.default_rng(1))
    assert (result.n, result.alpha, result.interval) == (1, pytest.approx(0, abs=1e-12), None)


def test_any_kind_of_missing_and_of_number():
    odd = [math.nan, pd.NA, pd.NaT, Decimal("NaN"), np.float64("nan")]
    kinds = [Decimal, Fraction, np.int64, np.float32, float]
    for missing, kind in zip(odd, kinds, strict=True):
        units = [[missing if value is None else kind(value) for value in unit] for unit in UNITS_C]
        for scale in SCALES:
            assert round(krippendorff(units, scale=scale).alpha, 6) == ALPHAS_C[scale]
    array = np.array(UNITS_C, dtype=float)
    for table in (array, pd.DataFrame(array), pd.DataFrame(array).convert_dtypes(), (tuple(unit) for unit in UNITS_C)):
        assert round(krippendorff(table, scale="ratio").alpha, 6) == ALPHAS_C["ratio"]


def test_ordered_words_need_their_order():
    words = {1: "poor", 2: "fair", 3: "good", 4: "very good", 5: "excellent"}
    units = [[words.get(value) for value in unit] for unit in UNITS_C]
    result = krippendorff(units, scale="ordinal", categories=words.values())
    assert round(result.alpha, 6) == ALPHAS_C["ordinal"]
    # Steps that nobody used lie between none of the ratings.
    more = ["none", *list(words.values())[:2], "middling", *list(words.values())[2:]]
    assert krippendorff(units, scale="ordinal", categories=more).alpha == result.alpha
    assert krippendorff(units, scale="ordinal", categories=sorted(words.values())).alpha != result.alpha
    with pytest.raises(ValueError, match="'poor' has no order"):
        krippendorff([["poor", "poor"]], scale="ordinal")


@pytest.mark.parametrize(
    ("ratings", "options", "words"),
    [
        ([[1, 2]], {"scale": "cardinal"}, "scale is 'cardinal'"),
        ([[1, 2]], {"level": 95}, "level is 95"),
        ([[1, 2]], {"level": math.nan}, "level is nan"),
        ([[1, 2]], {"resamples": 0}, "resamples is 0"),
        ([[1, 2]], {"scale": "ratio", "categories": [1, 2]}, "scale is 'ratio'"),
        ([[1, 2]], {"categories": [1]}, r"ratings\[0\]\[1\] is 2"),
        ([[1, 2]], {"categories": [1, 2, 1]}, "holds 1 twice"),
        ([[1, 2]], {"categories": [1, 2, None]}, "holds None"),
        ([[1, 2], [1]], {}, r"ratings\[1\] has 1 values"),
        ([1, 2], {}, r"ratings\[0\] is 1"),
        ("ab", {}, "ratings is 'ab'"),
        (["ab"], {}, r"ratings\[0\] is 'ab'"),
        (7, {}, "ratings is 7"),
        (np.zeros(3), {}, "1 dimensions"),
        ([[1, [2]]], {}, r"ratings\[0\]\[1\] is \[2\]"),
        ([[1, "2"]], {"scale": "interval"}, r"ratings\[0\]\[1\] is '2'"),
        ([[1, math.inf]], {"scale": "interval"}, r"ratings\[0\]\[1\] is inf"),
        (np.array([[1, -math.inf]]), {"scale": "interval"}, "-inf"),
        ([[1, 10**400]], {"scale": "interval"}, r"ratings\[0\]\[1\]"),
        ([[1, 2j]], {"scale": "interval"}, "2j"),
        ([[1, -2]], {"scale": "ratio"}, r"ratings\[0\]\[1\] is -2"),
    ],
)
def test_what_is_refused(ratings, options, words):
    with pytest.raises(ValueError, match=words):
        krippendorff(ratings, **options)


def test_large_and_close_numbers_lose_nothing():
    for shift, unit in ((1e9, 1.0), (0.0, 1e140), (0.0, 1e-140), (-1e12, 0.5)):
        units = [[None if value is None else shift + unit * value for value in line] for line in UNITS_C]
        result = krippendorff(units, scale="interval")
        assert round(result.alpha, 6) == ALPHAS_C["interval"]
        assert result.expected == pytest.approx(2.871794871794872 * unit**2)


# --- the bootstrap ----------------------------------------------------------------------------------------------------


def noisy(rng, units, raters, steps):
    truth = rng.integers(0, steps, (units, 1))
    return np.clip(truth + rng.integers(-1, 2, (units, raters)), 0, steps - 1).astype(float)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("steps", [3, 40])
def test_the_bootstrap_draws_whole_units(scale, steps):
    ratings = noisy(np.random.default_rng(2), 100 if steps > 3 else 300, 3, steps)
    ratings[::7, 0] = np.nan
    result = krippendorff(ratings, scale=scale, rng=np.random.default_rng(3), resamples=400, level=0.9)
    if scale == "ordinal":
        # Ranks are those among all ratings: on them, ordinal is interval.
        ratings, scale = rankdata(ratings, axis=None, nan_policy="omit").reshape(ratings.shape), "interval"
        assert krippendorff(ratings, scale=scale).alpha == pytest.approx(result.alpha)
    # The same by hand: draw units, and compute alpha from scratch.
    n, rng = len(ratings), np.random.default_rng(4)
    drawn = [krippendorff(ratings[rng.integers(n, size=n)], scale=scale).alpha for _ in range(150)]
    low, high = np.quantile(drawn, [0.05, 0.95])
    width = high - low
    assert result.interval.low == pytest.approx(low, abs=0.3 * width)
    assert result.interval.high == pytest.approx(high, abs=0.3 * width)
    assert result.interval.low < result.alpha < result.interval.high
    assert (result.interval.level, result.interval.resamples, result.interval.undefined) == (0.9, 400, 0)


def test_the_generator_decides_and_nothing_else():
    first, again, other = (krippendorff(UNITS_C, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.interval != other.interval
    assert first.alpha == other.alpha
    assert isinstance(first, Alpha)
    assert isinstance(first.interval, Interval)


def test_resamples_without_variation_are_counted_and_too_many_leave_no_interval():
    few = krippendorff([["a", "a"]] * 3 + [["a", "b"]], rng=np.random.default_rng(1))
    # The one unit that varies is missing in 0.75^4 = 32 % of the draws.
    assert few.interval is None
    enough = krippendorff([["a", "a"]] * 30 + [["a", "b"]] * 3, rng=np.random.default_rng(1)).interval
    assert 0 < enough.undefined < 100
    assert enough.low <= enough.high <= 1


@pytest.mark.slow
@pytest.mark.parametrize("scale", SCALES)
def test_ten_thousand_units_of_scores_with_their_interval(scale):
    rng = np.random.default_rng(8)
    scores = np.clip(rng.integers(0, 10001, (10_000, 1)) + rng.integers(-500, 501, (10_000, 5)), 0, 10_000)
    result = krippendorff(scores, scale=scale, rng=rng)
    assert result.rated == 50_000
    assert result.interval.low < result.alpha < result.interval.high


# --- plain agreement --------------------------------------------------------------------------------------------------


def test_mean_pairwise_agreement_is_that_of_fleiss():
    # Fleiss' example of 10 subjects and 14 raters: mean agreement .378.
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    ratings = [[place for place, count in enumerate(row) for _ in range(count)] for row in counts]
    result = pairwise_agreement(ratings)
    assert (result.n, result.raters, round(result.share, 3)) == (10, 14, 0.378)
    shares = [sum(c * (c - 1) for c in row) / (14 * 13) for row in counts]
    half = 2.2621571627409915 * np.std(shares, ddof=1) / math.sqrt(10)
    assert result.interval.low == pytest.approx(result.share - half)
    assert result.interval.high == pytest.approx(result.share + half)


def test_mean_pairwise_agreement_at_its_edges():
    assert pairwise_agreement([]) is None
    assert pairwise_agreement([["a", None]]) is None
    assert pairwise_agreement([["a", "a", "b"]]).interval is None
    full = pairwise_agreement([["a", "a"], ["a", "a"]])
    assert (full.share, full.interval.low, full.interval.high) == (1, 1, 1)
    with pytest.raises(ValueError, match="level is 0"):
        pairwise_agreement([["a", "a"]], level=0)
