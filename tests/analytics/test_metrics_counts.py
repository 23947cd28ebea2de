"""Phrases and the spread of scores, from counts."""

from decimal import Decimal

import pandas as pd
import pytest

from analytics import metrics


def phrases(*rows):
    return pd.DataFrame.from_records(rows, columns=["department", "phrase", "n"])


class TestPhrases:
    frame = phrases((1, "rush", 6), (2, "rush", 1), (1, "", 2))

    def test_rates(self):
        found = metrics.phrase_rates(self.frame, {1: 24, 2: 20, 3: 0})
        assert (found.whole["rush"].count, found.whole["rush"].n, found.whole["rush"].value) == (
            7,
            44,
            Decimal("15.91"),
        )
        assert found.departments[1]["rush"].value == Decimal("25.00")
        assert (found.departments[2][""].count, found.departments[2][""].n) == (0, 20)
        # 0 of 20 by Newcombe: 0 to 16.11.
        assert found.departments[2][""].high == Decimal("16.11")
        assert 3 not in found.departments

    def test_withheld_with_the_whole_that_would_tell(self):
        found = metrics.phrase_rates(self.frame, {1: 24, 2: 3}, smallest=5)
        assert (found.departments[2]["rush"].withheld, found.departments[2]["rush"].count) == (True, None)
        assert found.whole["rush"].withheld
        assert found.departments[1]["rush"].n == 24

    def test_of_all_together_alone(self):
        whole = metrics.phrase_rates(self.frame, {1: 24, 2: 3}, smallest=5, apart=False)
        assert (whole.departments, whole.whole["rush"].withheld) == ({}, True)
        found = metrics.phrase_rates(self.frame, {1: 24, 2: 20}, apart=False)
        assert found.whole == metrics.phrase_rates(self.frame, {1: 24, 2: 20}).whole

    def test_nothing(self):
        assert metrics.phrase_rates(phrases(), {1: 5}).departments == {1: {}}
        assert metrics.phrase_rates(phrases(), {}).whole == {}


def bins(*rows):
    return pd.DataFrame.from_records(rows, columns=["department", "bin", "n"])


class TestSpread:
    frame = bins((1, 0, 1), (1, 12, 3), (1, 14, 4), (1, 19, 2), (2, 19, 6))

    def test_bins_and_quartiles(self):
        found = metrics.spreads(self.frame)
        own = found.departments[1]
        assert (own.n, len(own.bins)) == (10, 20)
        assert own.bins[12:15] == (3, 0, 4)
        # Calls 3, 5 and 8 of ten in order of score.
        assert (own.lower, own.median, own.upper) == ((60, 65), (70, 75), (70, 75))
        assert sum(found.whole.bins) == found.whole.n == 16
        assert found.whole.median == (70, 75)
        assert found.departments[2].lower == (95, 100)

    def test_withheld_and_nothing(self):
        found = metrics.spreads(bins((1, 3, 9), (2, 3, 2)), 5)
        assert (found.departments[2].withheld, found.departments[2].bins, found.whole.withheld) == (True, (), True)
        assert found.departments[1].n == 9
        # A call or two in a bin are no group.
        assert (found.departments[1].bins, found.departments[1].median) == ((), (15, 20))
        assert len(metrics.spreads(bins((1, 3, 9))).departments[1].bins) == 20
        assert metrics.spreads(bins()).whole.bins == ()

    def test_a_bin_there_is_not(self):
        with pytest.raises(ValueError, match="bin is 20"):
            metrics.spreads(bins((1, 20, 1)))
