"""Values over time: what is read, and what is refused by name."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from analytics.stats.points import finite, level_mean, one_of, present, series, whole


def test_numbers_of_every_kind_are_read():
    read = series([1, Decimal("2.5"), Fraction(1, 4), np.float32(0.5), np.int64(3), None])
    assert read == [1.0, 2.5, 0.25, 0.5, 3.0, None]
    assert present([1, None, 3], [2, 0, 4]) == ([0, 2], [1.0, 3.0], [2.0, 4.0])
    assert (whole(np.int64(3), "n"), whole(Decimal(3), "n"), whole(3.0, "n")) == (3, 3, 3)


@pytest.mark.parametrize(
    ("value", "named"),
    [(float("nan"), "nan"), (float("inf"), "inf"), (-1e200, "1e[+]200"), (10**400, "1000"), (Decimal("sNaN"), "sNaN")],
)
def test_what_is_no_number_is_named_with_its_argument(value, named):
    with pytest.raises(ValueError, match=named) as refusal:
        finite(value, "sigma")
    assert "sigma" in str(refusal.value)


def test_weights_and_whole_numbers_are_refused_by_name():
    with pytest.raises(ValueError, match="1 weights for 2 values"):
        present([1, 2], [1])
    for weight in (0, -1, None, float("nan")):
        with pytest.raises(ValueError, match="weights"):
            present([1, 2], [1, weight])
    with pytest.raises(ValueError, match="factor"):
        present([1, 2], [1, 1e-13])
    for value in (1.5, -1, Fraction(1, 2), float("nan"), float("inf"), Decimal("Infinity")):
        with pytest.raises(ValueError, match="draws"):
            whole(value, "draws")
    with pytest.raises(ValueError, match="cost is 'c'; it is one of a, b"):
        one_of("c", ["a", "b"], "cost")
    assert level_mean([0.1] * 3) == 0.1
