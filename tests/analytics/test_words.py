"""Numbers and names as they are read."""

from decimal import Decimal

import pytest

from analytics import metrics, words

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
