"""The ratio metric summed over all pairs, against all pairs."""

import numpy as np
import pytest

from analytics.stats.alpha_distance import ratio_kernel


def of_all_pairs(values, counts):
    total = values[:, None] + values[None, :]
    squares = np.where(total > 0, ((values[:, None] - values) / np.where(total > 0, total, 1)) ** 2, 0)
    return counts @ squares @ counts


@pytest.mark.parametrize("zero", [True, False])
@pytest.mark.parametrize("size", [1, 2, 128, 129, 700])
@pytest.mark.parametrize(("low", "high"), [(1, 1e4), (1, 1.0001), (1e-150, 1e150)])
def test_it_is_the_sum_over_all_pairs(zero, size, low, high):
    rng = np.random.default_rng(size)
    values = np.unique(np.exp(rng.uniform(np.log(low), np.log(high), size)))
    if zero:
        values = np.append(0.0, values)
    counts = rng.integers(0, 5, len(values)).astype(float)
    assert ratio_kernel(values).total(counts[None, :])[0] == pytest.approx(of_all_pairs(values, counts), rel=1e-9)


def test_ten_thousand_values_need_few_nodes():
    kernel = ratio_kernel(np.arange(10_001, dtype=float))
    assert kernel.basis is not None
    assert kernel.basis.shape[0] == 10_000
    assert kernel.basis.shape[1] < 100


def test_only_zeros_do_not_differ():
    assert ratio_kernel(np.zeros(1)).total(np.array([[5.0]]))[0] == 0
