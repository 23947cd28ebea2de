"""Corrections for many tests against published numbers and statsmodels."""

# Refusals are tested with what is of the wrong type on purpose, and statsmodels has no types.
# mypy: disable-error-code="arg-type, call-overload, import-untyped, list-item, operator, var-annotated"

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analytics.stats.comparison import benjamini_hochberg
from analytics.stats.corrections import bonferroni, correct, holm

# Benjamini & Hochberg (1995), section 3.2.
PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_benjamini_hochberg_1995_example():
    assert [sum(correct(PUBLISHED, method=rule).rejected) for rule in ("bh", "holm", "bonferroni")] == [4, 3, 3]
    assert correct(PUBLISHED).adjusted[3] == pytest.approx(0.0095 * 15 / 4)


def test_holm_1979_by_hand():
    # 0.01 x 4, then 0.015 x 3, 0.03 x 2 and 0.04 x 1, never less than the one before.
    assert holm([0.03, 0.01, 0.04, 0.015]).adjusted == pytest.approx((0.06, 0.04, 0.06, 0.045))


@given(p_values, st.sampled_from([("bh", "fdr_bh"), ("holm", "holm"), ("bonferroni", "bonferroni")]))
def test_corrections_are_statsmodels(values, names):
    result = correct(values, method=names[0])
    assert result.adjusted == pytest.approx(tuple(multipletests(values, method=names[1])[1]), abs=1e-12)
    assert result.rejected == tuple(p <= 0.05 for p in result.adjusted)


@given(p_values, st.integers(0, 30))
def test_missing_ones_keep_their_place_and_do_not_count(values, place):
    place = min(place, len(values))
    gapped = correct([*values[:place], None, *values[place:]], method="holm")
    full = holm(values)
    assert gapped.n == full.n == len(values)
    assert (gapped.adjusted[place], gapped.rejected[place]) == (None, False)
    assert gapped.adjusted[:place] + gapped.adjusted[place + 1 :] == full.adjusted


@given(p_values)
def test_holm_lies_between_benjamini_hochberg_and_bonferroni(values):
    for low, middle, high in zip(
        benjamini_hochberg(values).adjusted, holm(values).adjusted, bonferroni(values).adjusted, strict=True
    ):
        assert low <= middle + 1e-12
        assert middle <= high + 1e-12


def test_corrections_edges_and_refusals():
    assert correct([]).n == 0
    assert correct([None, None]).adjusted == (None, None)
    for bad, words in (([1.5], r"1\.5 is not"), ([float("nan")], "p_values holds nan"), (["x"], "p_values holds 'x'")):
        for rule in ("bh", "holm", "bonferroni"):
            with pytest.raises(ValueError, match=words):
                correct(bad, method=rule)
    with pytest.raises(ValueError, match="method is 'sidak'; it is one of bh, holm, bonferroni"):
        correct([0.1], method="sidak")
    with pytest.raises(ValueError, match="alpha is 5"):
        correct([0.1], alpha=5)
    with pytest.raises(ValueError, match="alpha is 0"):
        holm([0.1], alpha=0)
