"""How far the largest comparison reaches by chance: against simulation and the normal distribution."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from analytics.stats.scan import normal_scan


def test_the_null_distribution_against_simulation():
    rng, n = np.random.default_rng(5), 40
    cuts = np.arange(1, n)
    sums = rng.standard_normal((40_000, n)).cumsum(axis=1)
    gaps = np.abs(sums[:, :-1] - cuts / n * sums[:, -1:]) / np.sqrt(cuts * (n - cuts) / n)
    for distance in (1.5, 2, 2.5, 3, 3.5):
        share = (gaps.max(axis=1) >= distance).mean()
        assert normal_scan(distance, cuts / n) == pytest.approx(share, abs=4 * math.sqrt(share / 40_000))


def test_the_null_distribution_of_one_and_of_two_splits_is_the_normal():
    assert normal_scan(1.959964, [0.3]) == pytest.approx(0.05, abs=1e-7)
    clock = [math.log(t / (1 - t)) / 2 for t in (0.4, 0.6)]
    rho = math.exp(clock[0] - clock[1])
    joint = scipy_stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    inside = joint.cdf([2, 2], lower_limit=[-2, -2])
    assert normal_scan(2.0, [0.4, 0.6]) == pytest.approx(1 - inside, abs=1e-6)


def test_recursion_and_approximation_agree_where_one_takes_over():
    shorter, longer = (normal_scan(3.5, [k / n for k in range(1, n)]) for n in (301, 302))
    assert longer == pytest.approx(shorter, rel=0.06)
    series = [k / 200 for k in range(1, 200)]
    assert normal_scan(5.001, series) == pytest.approx(normal_scan(4.999, series), rel=0.03)
    assert normal_scan(0, series) == 1
    assert 0 < normal_scan(1e6, series) < 1e-300
    falling = [normal_scan(distance / 4, series) for distance in range(60)]
    assert falling == sorted(falling, reverse=True)
