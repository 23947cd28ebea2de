"""Change points: the Nile, R's strucchange and changepoint, brute force, and the level of the test on white noise."""

import itertools
import math
import time
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special
from scipy import stats as scipy_stats

from analytics.stats import shift
from analytics.stats.shift import COSTS, PENALTIES, pelt, split

# Cobb (1978), Biometrika 65:243-251: the flow of the Nile at Aswan, 1871-1970.
NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140]
NILE += [1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969]
NILE += [831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759]
NILE += [781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890]
NILE += [744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]


def r_normal(seed, n):
    """What R draws after set.seed(seed) with rnorm(n): its scrambled seed, the Mersenne twister, and inversion."""
    for _ in range(50):
        seed = (69069 * seed + 1) % 2**32
    key = []
    for _ in range(625):
        seed = (69069 * seed + 1) % 2**32
        key.append(seed)
    state = np.random.RandomState()
    state.set_state(("MT19937", np.array(key[1:], dtype=np.uint32), 624, 0, 0.0))
    uniform = state.randint(0, 2**32, size=2 * n, dtype=np.uint64) * 2.3283064365386963e-10
    return special.ndtri((np.floor(134217728 * uniform[0::2]) + uniform[1::2]) / 134217728)


# --- one split --------------------------------------------------------------------------------------------------------


def test_the_nile_changed_after_1898():
    found: Any = split(NILE)
    assert (found.n, found.n_before, found.place, 1871 + found.place) == (100, 28, 28, 1899)
    assert (round(found.before, 2), round(found.after, 2)) == (1097.75, 849.97)
    # The sup-F that R's strucchange prints.
    assert round(found.f, 2) == 75.93
    assert 0 < found.p < 1e-9
    assert found.method == "normal"


def test_the_nile_by_permutation():
    found: Any = split(NILE, rng=np.random.default_rng(1))
    assert (found.place, found.p, found.method) == (28, 1 / 1000, "permutation")
    assert split(NILE[28:], rng=np.random.default_rng(1)).p == pytest.approx(split(NILE[28:]).p, abs=0.05)


@given(st.lists(st.integers(-50, 50), min_size=3, max_size=25), st.integers(1, 4))
def test_the_split_is_the_best_of_all(values, least):
    found: Any = split(values, least=least)
    if len(values) < 2 * least:
        assert found is None
        return
    rests = {
        cut: np.var(values[:cut]) * cut + np.var(values[cut:]) * (len(values) - cut)
        for cut in range(least, len(values) - least + 1)
    }
    if len(set(values)) == 1:
        assert (found.place, found.f, found.p) == (None, 0.0, 1.0)
        return
    assert rests[found.place] == pytest.approx(min(rests.values()), abs=1e-6)
    assert found.before == pytest.approx(np.mean(values[: found.place]))
    assert found.after == pytest.approx(np.mean(values[found.place :]))
    if not math.isinf(found.f):
        parts = values[: found.place], values[found.place :]
        assert found.f == pytest.approx(scipy_stats.f_oneway(*parts).statistic if min(map(len, parts)) > 1 else found.f)
    assert 0 < found.p <= 1


def largest_f(rows):
    """The largest F over all splits of each row, all at once."""
    n = rows.shape[1]
    share = np.arange(1, n) / n
    sums = rows.cumsum(axis=1)
    gains = ((sums[:, :-1] - share * sums[:, -1:]) ** 2 / (share * (1 - share) * n)).max(axis=1)
    return gains / (rows.var(axis=1) * n - gains) * (n - 2)


def critical_f(level, n, times):
    """The F at which the test says `level`."""
    return math.exp(optimize.brentq(lambda log: shift._normal_p(math.exp(log), n, times) - level, -2, 12))


@pytest.mark.parametrize("n", [5, 8, 12, 24, 60])
def test_the_level_is_about_right_on_white_noise(n):
    f = largest_f(np.random.default_rng(n).standard_normal((40_000, n)))
    times = np.arange(1, n) / n
    for level, off in ((0.05, 0.15), (0.01, 0.25), (0.2, 0.25)):
        assert (f >= critical_f(level, n, times)).mean() == pytest.approx(level, rel=off)


def test_split_judges_white_noise_by_that_and_sees_a_shift():
    rows = np.random.default_rng(3).standard_normal((100, 24))
    assert [split(row).f for row in rows] == pytest.approx(largest_f(rows))
    assert np.mean([split(row).p <= 0.05 for row in rows]) < 0.12
    assert np.mean([split(row + np.repeat([0, 2], 12)).p <= 0.05 for row in rows]) > 0.9


def test_the_level_with_weights_and_by_permutation():
    rng = np.random.default_rng(8)
    weights = rng.integers(1, 40, 25)
    noise = rng.standard_normal((400, 25)) / np.sqrt(weights)
    assert 0.03 < np.mean([split(row, weights=weights).p <= 0.05 for row in noise]) < 0.075
    drawn = [split(row, rng=rng, draws=99).p <= 0.05 for row in rng.exponential(size=(400, 25))]
    assert 0.03 < np.mean(drawn) < 0.075


def test_weights_count_as_so_many_observations():
    means, weights = [10.0, 11.0, 10.5, 14.0, 13.5], [4, 1, 2, 3, 5]
    found: Any = split(means, weights=weights)
    assert (found.place, found.n) == (3, 5)
    assert found.before == pytest.approx((40 + 11 + 21) / 7)
    assert found.after == pytest.approx((42 + 67.5) / 8)
    assert split(means, weights=[7] * 5) == split(means, weights=[1] * 5) == split(means)
    # One far value is less of a sign when it is one observation beside means of a hundred.
    far = [5, 5.1, 4.9, 5, 5.2, 9]
    assert split(far, weights=[100] * 5 + [1]).p > split(far).p


def test_missing_values_keep_their_places():
    found: Any = split([10, None, 11, 9, 10, None, 15, 14, None, 16])
    assert (found.n, found.place, found.n_before, found.n_after) == (7, 6, 4, 3)
    weighted: Any = split([10, None, 11, 15, 16], weights=[1, 0, 1, 1, 1])
    assert (weighted.n, weighted.place) == (4, 3)


def test_without_scatter_p_is_the_share_of_orderings():
    found: Any = split([1, 1, 1, 5, 5, 5])
    assert (found.f, found.p, found.method) == (math.inf, 2 / 20, "orderings")
    orders = set(itertools.permutations([1, 1, 1, 5, 5, 5]))
    clean = [order for order in orders if len([1 for a, b in itertools.pairwise(order) if a != b]) == 1]
    assert len(clean) / len(orders) == found.p
    assert split([0.1 + 0.2, 0.3, 0.3, 0.7, 0.7]).method == "orderings"
    assert split([0.1 + 0.2, 0.3, 0.3]).method == "alike"
    assert 0 < split([0] * 3000 + [1] * 3000).p < 1e-300


def test_too_few_values_and_extreme_ones():
    assert split([]) is split([1, 2]) is split([None, 1, None, 2]) is None
    assert split([1, 2, 3], least=2) is None
    large: Any = split([1e149, 1.1e149, 0.9e149, 5e149, 5.2e149, 4.9e149])
    small: Any = split([1e-149, 1.1e-149, 0.9e-149, 5e-149, 5.2e-149, 4.9e-149])
    plain: Any = split([1, 1.1, 0.9, 5, 5.2, 4.9])
    for scaled in (large, small):
        assert (scaled.place, scaled.f, scaled.p) == (3, pytest.approx(plain.f), pytest.approx(plain.p))
    shifted: Any = split([1e6 + value for value in (1, 1.1, 0.9, 5, 5.2, 4.9)])
    assert shifted.f == pytest.approx(plain.f, rel=1e-6)
    assert split([Decimal(1), np.float32(1.5), 4, np.int64(5)]).place == 2


def test_refusals_of_split():
    cases: Any = [
        ([1, 2, float("nan")], {}, "nan"),
        ([1, 2, 3], {"weights": [1, 2]}, "2 weights for 3 values"),
        ([1, 2, 3], {"weights": [1, 2, 0]}, "weights is 0"),
        ([1, 2, 3], {"least": 0}, "least is 0"),
        ([1, 2, 3], {"draws": 0}, "draws is 0"),
        (list(range(20_000)), {"rng": np.random.default_rng(1)}, "draws is 999"),
    ]
    for values, options, named in cases:
        with pytest.raises(ValueError, match=named):
            split(values, **options)


def test_a_hundred_thousand_values_in_time():
    values = np.random.default_rng(3).standard_normal(100_000)
    values[60_000:] += 0.1
    started = time.process_time()
    found: Any = split(values)
    assert time.process_time() - started < 2
    assert abs(found.place - 60_000) < 1500
    assert found.p < 1e-6


# --- as many as the data carry ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", ["MBIC", "BIC", "SIC"])
def test_pelt_on_the_nile(penalty):
    found: Any = pelt(NILE, penalty=penalty)
    assert found.changes == (28,)
    assert [(level.start, level.stop, level.n, round(level.mean, 2)) for level in found.levels] == [
        (0, 28, 28, 1097.75),
        (28, 100, 72, 849.97),
    ]
    assert found.penalty == pytest.approx((3 if penalty == "MBIC" else 2) * math.log(100))
    assert pelt(NILE, cost="mean and variance").changes == (28,)


def test_pelt_gives_the_segmentations_of_rs_changepoint():
    # The manual's example of cpt.mean, and the penalties at which its tests see the segmentation change.
    values = r_normal(1, 200) + np.repeat([0, 5, 10, 3], 50)
    assert r_normal(1, 1)[0] == pytest.approx(-0.6264538, abs=1e-7)
    turns = [4.0, 4.332496, 4.385247, 4.684254, 559.366988, 646.962719, 1311.335695, 1500]
    segmentations = [
        (50, 96, 100, 133, 150, 159, 180),
        (50, 96, 100, 133, 150),
        (50, 100, 133, 150),
        (50, 100, 150),
        (50, 150),
        (50,),
        (),
    ]
    for (low, high), changes in zip(itertools.pairwise(turns), segmentations, strict=True):
        for penalty in (low * (1 + 1e-6), high * (1 - 1e-6)):
            assert pelt(values, sigma=1, penalty=penalty).changes == changes


def test_pelt_with_variances_gives_the_segmentations_of_rs_changepoint():
    values = r_normal(1, 200) * np.repeat([1, 3, 1, 10], 50) + np.repeat([0, 5, 10, 3], 50)
    turns = [10.59663, 10.68431, 11.31088, 11.38307, 119.78669, 191.42622, 529.83174]
    segmentations = [
        (15, 17, 22, 44, 46, 50, 100, 133, 151),
        (15, 17, 22, 50, 100, 133, 151),
        (50, 100, 133, 151),
        (50, 100, 150),
        (50,),
        (),
    ]
    for (low, high), changes in zip(itertools.pairwise(turns), segmentations, strict=True):
        for penalty in (low * (1 + 1e-6), high * (1 - 1e-6)):
            assert pelt(values, cost="mean and variance", penalty=penalty).changes == changes


def brute_force(values, weights, *, cost, penalty, least, sigma, mbic):
    """The least total over all segmentations: optimal partitioning without pruning, its costs worked out one by one."""
    y, w = np.array(values, dtype=float), np.array(weights, dtype=float) / np.mean(weights)
    steps = np.diff(np.unique(y))

    def of(start, stop):
        part, load = y[start:stop], w[start:stop]
        rest = load @ (part - load @ part / load.sum()) ** 2
        extra = math.log(stop - start) if mbic else 0
        if cost == "mean":
            return rest / sigma**2 + extra
        variance = max(rest / (stop - start), steps.min() ** 2 / 12)
        return (stop - start) * math.log(2 * math.pi * variance) + rest / variance + extra

    best = {0: -penalty}
    for stop in range(least, len(y) + 1):
        totals = [best[start] + of(start, stop) + penalty for start in best if stop - start >= least]
        if totals:
            best[stop] = min(totals)
    return best[len(y)]


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 5)), min_size=4, max_size=14),
    st.sampled_from(list(COSTS)),
    st.sampled_from([0.0, 1.0, 4.0, "BIC", "MBIC", "AIC"]),
    st.integers(2, 4),
)
def test_pelt_is_optimal_partitioning(pairs, cost, penalty, least):
    values, weights = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found: Any = pelt(values, weights=weights, cost=cost, penalty=penalty, least=least, sigma=2)
    if len(set(values)) == 1:
        assert (found.changes, found.cost) == ((), 0.0)
        return
    assert min(level.n for level in found.levels) >= least
    expected = brute_force(
        values, weights, cost=cost, penalty=found.penalty, least=least, sigma=2, mbic=penalty == "MBIC"
    )
    assert found.cost + found.penalty * len(found.changes) == pytest.approx(expected, abs=1e-6)


def test_pelt_is_optimal_on_longer_series():
    rng = np.random.default_rng(11)
    for penalty in ("MBIC", "BIC", 2.0):
        values = np.round(rng.standard_normal(120) + np.repeat(rng.integers(0, 4, 6), 20), 3)
        for cost, least in (("mean", 1), ("mean", 5), ("mean and variance", 2), ("mean and variance", 7)):
            found: Any = pelt(values, cost=cost, penalty=penalty, least=least, sigma=1)
            total = found.cost + found.penalty * len(found.changes)
            expected = brute_force(
                values, [1] * 120, cost=cost, penalty=found.penalty, least=least, sigma=1, mbic=penalty == "MBIC"
            )
            assert total == pytest.approx(expected, abs=1e-6)


def test_pelt_names_its_penalties():
    n = len(NILE)
    assert {name: pelt(NILE, penalty=name).penalty for name in PENALTIES} == {
        "MBIC": 3 * math.log(n),
        "BIC": 2 * math.log(n),
        "SIC": 2 * math.log(n),
        "Hannan-Quinn": 4 * math.log(math.log(n)),
        "AIC": 4.0,
        "none": 0.0,
    }
    assert pelt(NILE, penalty=Decimal(20)).penalty == 20
    # Without a penalty every value is a level, but for neighbours that are alike.
    assert len(pelt(NILE, penalty="none").levels) >= 95


def test_pelt_finds_nothing_in_noise_and_something_in_steps():
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((200, 60))
    assert np.mean([bool(pelt(row).changes) for row in noise]) < 0.1
    assert pelt([5] * 20 + [9] * 20).changes == (20,)
    assert pelt([5] * 20 + [9] * 20, cost="mean and variance").changes == (20,)
    spread = np.concatenate([noise[0], 8 * noise[1]])
    assert pelt(spread, cost="mean and variance").changes[0] in range(56, 65)


def test_pelt_with_values_alike_missing_or_few():
    assert pelt([]) is pelt([None]) is None
    assert pelt([3, 4], cost="mean and variance", least=3) is None
    alone: Any = pelt([3])
    assert (alone.n, alone.changes, alone.levels[0].mean, alone.levels[0].sd) == (1, (), 3.0, 0.0)
    alike: Any = pelt([0.1] * 7)
    assert (alike.changes, alike.levels[0].mean, alike.levels[0].sd, alike.sigma) == ((), 0.1, 0.0, None)
    gaps: Any = pelt([None, 5, 5.1, 4.9, None, 9, 9.1, 8.9, None], sigma=0.1)
    assert gaps.changes == (5,)
    assert [(level.start, level.stop, level.n) for level in gaps.levels] == [(0, 5, 3), (5, 8, 3)]


def test_pelt_with_equal_weights_is_pelt():
    assert pelt(NILE, weights=[3] * 100) == pelt(NILE)
    far: Any = pelt([1e6 + value for value in NILE])
    assert far.changes == (28,)


def test_refusals_of_pelt():
    cases: Any = [
        ([1, float("inf")], {}, "inf"),
        ([1, 2], {"cost": "median"}, "cost is 'median'"),
        ([1, 2], {"penalty": "XIC"}, "penalty is 'XIC'"),
        ([1, 2], {"penalty": -1}, "penalty is -1"),
        ([1, 2], {"penalty": float("nan")}, "nan"),
        ([1, 2], {"least": 0}, "least is 0"),
        ([1, 2], {"cost": "mean and variance", "least": 1}, "least is 1"),
        ([1, 2], {"sigma": 0}, "sigma is 0"),
        ([1, 2], {"weights": [1]}, "1 weights for 2 values"),
        ([0] * 10_001, {}, "10001 values"),
    ]
    for values, options, named in cases:
        with pytest.raises(ValueError, match=named):
            pelt(values, **options)


@pytest.mark.slow
def test_pelt_takes_a_few_thousand_values_in_time():
    values = np.random.default_rng(1).standard_normal(5000)
    for cost in COSTS:
        started = time.process_time()
        assert pelt(values, cost=cost).n == 5000
        assert time.process_time() - started < 2
