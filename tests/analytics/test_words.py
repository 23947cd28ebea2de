"""Numbers and names as they are read."""

from decimal import Decimal
from fractions import Fraction

import pytest

from analytics import gap_words, metrics, words
from analytics.results import Estimate

GAP = "\u202f%"


@pytest.mark.parametrize(
    ("count", "n", "said"),
    [
        (0, 20, f"0{GAP} (0 to 16{GAP})"),
        (0, 4320, f"0.0{GAP} (0.0 to 0.1{GAP})"),
        (4320, 4320, f"100.0{GAP} (99.9 to 100.0{GAP})"),
        (80_123, 100_000, f"80.1{GAP} (79.9 to 80.4{GAP})"),
        (80_000, 1_000_000, f"8.00{GAP} (7.95 to 8.05{GAP})"),
        (0, 10_000_000, f"0{GAP}"),
    ],
)
def test_the_ends_of_a_share_are_told_apart(count, n, said):
    assert words.share_in_words(metrics.share(count, n)) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("0.04", "0.36", "+0.20 (+0.04 to +0.36)"),
        ("-0.36", "-0.04", "+0.20 (−0.36 to −0.04)"),
        ("0.06", "0.36", "+0.2 (+0.1 to +0.4)"),
        ("0.00", "0.36", "+0.2 (+0.0 to +0.4)"),
    ],
)
def test_no_end_of_an_interval_touches_zero_by_rounding(low, high, said):
    assert words.signed_with_ends(Decimal("0.20"), Decimal(low), Decimal(high)) == said


def test_no_single_name_hides_behind_a_number():
    names = ["Afval", "Belastingen", "Burgerzaken", "Klachten", "Klantcontact", "Parkeren"]
    assert words.listed(names[:5]) == "Afval, Belastingen, Burgerzaken, Klachten and Klantcontact"
    assert words.listed(names) == "Afval, Belastingen, Burgerzaken, Klachten and 2 others"
    assert words.listed(names[:3], 1) == "Afval and 2 others"
    assert words.listed(names[:2], 1) == "Afval and Belastingen"


def test_a_share_without_data_has_no_figure():
    assert words.share_percent(metrics.share(0, 0)) == "–"
    assert words.share_ends(metrics.share(0, 0)) == ""
    assert words.percent(Decimal("0.25"), 1) == f"0.2{GAP}"


@pytest.mark.parametrize(
    ("gap", "low", "high", "said"),
    [
        (9.75, "3.1", "16.4", "9.8 points less for dominant callers (3.1 to 16.4)"),
        (-8.875, "-15.2", "-1.1", "8.9 points more for dominant callers (1.1 to 15.2)"),
        (2, "-1.5", "5.5", "2.0 points less for dominant callers (1.5 more to 5.5 less)"),
        (7.5, None, None, "7.5 points less for dominant callers"),
    ],
)
def test_which_way_a_gap_goes_is_said_in_words(gap, low, high, said):
    least, most = (None if each is None else Decimal(each) for each in (low, high))
    assert gap_words.for_dominant(Estimate(9, Fraction(gap), least, most)) == said


def test_what_did_not_survive_correction_says_why_its_interval_leaves_zero_out():
    unclear = Estimate(9, Fraction(5), Decimal(1), Decimal(9), p=0.02, adjusted=0.2)
    assert gap_words.may_be_chance(unclear, 27) == "one of 27 differences tested: may be chance"
    assert gap_words.may_be_chance(unclear._replace(clear=True), 27) == ""
    assert gap_words.may_be_chance(unclear._replace(low=Decimal(-1)), 27) == ""


@pytest.mark.parametrize(
    ("dimension", "title", "said"),
    [
        ("listening", "Active listening", "Listening (Active listening)"),
        ("listening", "listening", "Listening"),
        ("other", "Outcome", "Outcome"),
    ],
)
def test_a_section_is_named_as_its_dimension_is(dimension, title, said):
    assert words.section(dimension, title) == said
