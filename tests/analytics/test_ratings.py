"""How ratings are read."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.stats.ratings import (
    as_count,
    as_number,
    coded,
    is_missing,
    is_number,
    numbers,
    ordered_categories,
    two_sided,
)


def test_what_is_missing():
    for value in (None, math.nan, np.float32("nan"), Decimal("nan"), pd.NA, pd.NaT, np.datetime64("NaT")):
        assert is_missing(value)
    present: tuple[Any, ...] = (0, "", False, math.inf, "nan", (None,), np.int64(0), Fraction(0))
    assert not any(is_missing(value) for value in present)


def test_what_is_a_number():
    for value in (1, 1.5, True, Decimal(1), Fraction(1), np.int8(1), np.float16(1), np.bool_(1)):
        assert is_number(value)
        assert as_number(value, "it") == float(value)
    others: tuple[Any, ...] = ("1", None, 1j, np.complex64(1), b"1", [1])
    for other in others:
        assert not is_number(other)
        with pytest.raises(ValueError, match="it is"):
            as_number(other, "it")


def test_counts_are_whole():
    assert [as_count(value, "it") for value in (0, 3.0, np.int64(7), Fraction(4, 2))] == [0, 3, 7, 2]
    for value in (-1, 0.5, None, math.nan, math.inf, 10**16):
        with pytest.raises(ValueError, match="it is"):
            as_count(value, "it")


def test_numbers_sort_by_size_and_words_by_appearance():
    read = coded([[10, 9], [None, 2]])
    assert read.categories == (2, 9, 10)
    assert read.codes.tolist() == [[2, 1], [-1, 0]]
    assert read.counts.tolist() == [[0, 1, 1], [1, 0, 0]]
    assert coded([["b", "a"], ["a", 3]]).categories == ("b", "a", 3)
    assert coded([["b", "a"]], ["a", "b", "c"]).counts.tolist() == [[1, 1, 0]]
    assert coded([]).counts.shape == (0, 0)


def test_equal_numbers_of_any_kind_are_one_category():
    assert coded([[1, 1.0], [Decimal(1), Fraction(1)], [np.int64(1), np.float64(1)]]).categories == (1,)


def test_order_of_categories():
    assert ordered_categories([3, Decimal("1.5"), 2], None) == (Decimal("1.5"), 2, 3)
    assert ordered_categories([], ["low", "high"]) == ("low", "high")
    with pytest.raises(ValueError, match="'a' has no order"):
        ordered_categories(["a"], None)


def test_an_array_is_read_whole_and_left_alone():
    array = np.array([[1, 2], [3, np.nan]])
    read = numbers(array)
    read[0, 0] = 9
    assert array[0, 0] == 1
    assert numbers([[1, None]]).shape == (1, 2)
    with pytest.raises(ValueError, match=r"ratings\[1\]\[0\] is 1e\+200"):
        numbers(np.array([[1.0], [1e200]]))


def test_a_level_that_leaves_nothing_is_refused():
    assert two_sided(0.95) == 0.975
    for level in (0, 1, -0.5, 95, math.nan, 1 - 1e-16):
        with pytest.raises(ValueError, match="level is"):
            two_sided(level)
