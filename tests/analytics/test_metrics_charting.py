"""Control charts of a series, and what a change on purpose did."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from analytics import metrics
from analytics.figures import Mean, Point
from analytics.stats.comparison import welch
from analytics.stats.intervals import Sums

MONTHS = metrics.calendar(dt.date(2023, 1, 1), dt.date(2026, 12, 31), "month")


def sums(*values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def points(*values, n=5):
    """Months with these means in points (None: no calls), of `n` calls that score alike."""
    means = [Mean() if value is None else metrics.mean(sums(*[round(100 * value)] * n)) for value in values]
    return [Point(*days, each) for days, each in zip(MONTHS, means, strict=False)]


NIST = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)


class TestControlChart:
    def test_nist(self):
        found = metrics.control_chart(points(*NIST))
        (stretch,) = found.stretches
        edges = [str(each) for each in (stretch.centre, stretch.low, stretch.high)]
        assert (edges, stretch.baseline, found.n, found.method) == (["50.81", "45.82", "55.80"], 10, 10, "XmR")
        assert (stretch.start, stretch.end) == (dt.date(2023, 1, 1), dt.date(2023, 10, 31))
        assert found.limits == ((Decimal("45.82"), Decimal("55.80")),) * 10
        assert found.signals == ()

    def test_signals_name_their_days_and_rule(self):
        found = metrics.control_chart(points(*NIST, 51, 51, 60))
        (first, *_rest) = [each for each in found.signals if each.rule == 1]
        assert (first.day, first.days, first.above) == (dt.date(2024, 1, 1), (dt.date(2024, 1, 1),), True)
        low = metrics.control_chart(points(*NIST, *[50] * 2, *[50.5] * 8))
        (run,) = [each for each in low.signals if each.rule == 4][:1]
        assert (run.above, len(run.days)) == (False, 8)

    def test_rebased_on_a_day(self):
        values = (*NIST, *(value + 20 for value in NIST))
        whole = metrics.control_chart(points(*values))
        assert any(each.day == dt.date(2023, 11, 1) for each in whole.signals)
        for day in (dt.date(2023, 11, 1), dt.date(2023, 10, 2)):
            found = metrics.control_chart(points(*values), rebased=[day])
            assert [str(each.centre) for each in found.stretches] == ["50.81", "70.81"]
            assert found.signals == ()
            assert found.limits[9] != found.limits[10]

    def test_a_period_in_which_the_day_falls_belongs_to_what_was_before(self):
        found = metrics.control_chart(points(*NIST, *NIST), rebased=[dt.date(2023, 8, 15)])
        assert found.stretches[0].end == dt.date(2023, 8, 31)

    def test_days_outside_the_series_change_nothing(self):
        found = metrics.control_chart(points(*NIST), rebased=[dt.date(2020, 1, 1), dt.date(2030, 1, 1)])
        assert len(found.stretches) == 1

    def test_few_calls_and_gaps_take_no_part(self):
        few = points(99, n=4)[0].mean
        series = [
            *points(*NIST),
            Point(*MONTHS[10], few),
            Point(*MONTHS[11], metrics.WITHHELD),
            Point(*MONTHS[12], Mean()),
        ]
        found = metrics.control_chart(series)
        assert (found.n, found.signals, len(found.limits)) == (10, (), 13)

    def test_too_short_for_limits_and_nothing(self):
        found = metrics.control_chart(points(50, 60, 50, 60, 50))
        assert (found.stretches[0].centre, found.limits, found.signals) == (None, (None,) * 5, ())
        assert metrics.control_chart(points(None, None)) is None
        assert metrics.control_chart([]) is None


# Montgomery's orange juice: cans of 50.
JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


class TestShareChart:
    def test_orange_juice(self):
        found = metrics.share_chart(JUICE, [50] * 30, MONTHS[:30], baseline=30, widened=False)
        assert (found.method, found.stretches[0].centre, found.stretches[0].baseline) == ("p", Decimal("23.13"), 30)
        assert set(found.limits) == {(Decimal("5.24"), Decimal("41.02"))}
        assert [each.day for each in found.signals if each.rule == 1] == [MONTHS[14][0], MONTHS[22][0]]

    def test_limits_rest_on_the_first_twelve(self):
        # 116 of 600, 19.33 -+ 3 sqrt(.1933 * .8067 / 50) = 16.75.
        found = metrics.share_chart(JUICE, [50] * 30, MONTHS[:30], widened=False)
        assert (found.stretches[0].centre, found.stretches[0].baseline) == (Decimal("19.33"), 12)
        assert found.limits[29] == (Decimal("2.58"), Decimal("36.09"))

    def test_laney_where_shares_scatter_more_than_by_chance(self):
        counts = [400, 520, 430, 540, 410, 500, 420, 530, 410, 520, 430, 540]
        found = metrics.share_chart(counts, [1000] * 12, MONTHS[:12])
        assert (found.method, found.signals) == ("Laney p'", ())
        low, high = found.limits[0]
        assert high - low > 6 * 100 * (0.47 * 0.53 / 1000) ** 0.5

    def test_rebased_withheld_and_hidden(self):
        counts, sizes = [10] * 8 + [40] * 8, [50] * 16
        found = metrics.share_chart(counts, sizes, MONTHS[:16], rebased=[MONTHS[8][0]])
        assert [str(each.centre) for each in found.stretches] == ["20.00", "80.00"]
        assert found.signals == ()
        sizes[3] = counts[3] = 2
        found = metrics.share_chart(counts, sizes, MONTHS[:16], 5, rebased=[MONTHS[8][0]], hidden=[4])
        assert (found.n, found.limits[3], found.limits[4]) == (14, None, None)
        assert found.limits[5] is not None

    def test_too_short_nothing_and_wrong_lengths(self):
        found = metrics.share_chart([1, 2], [9, 9], MONTHS[:2])
        assert (found.stretches[0].centre, found.limits) == (None, (None, None))
        assert metrics.share_chart([0, 0], [0, 0], MONTHS[:2]) is None
        assert metrics.share_chart([], [], []) is None
        with pytest.raises(ValueError, match="1 counts, 2 sizes"):
            metrics.share_chart([1], [9, 9], MONTHS[:2])


class TestIntervention:
    # Six months about 60 and six about 70 points, ten calls each.
    groups = [[6000 + 100 * call + 10 * month for call in range(-5, 5)] for month in range(6)] + [
        [7000 + 100 * call + 10 * month for call in range(-5, 5)] for month in range(6, 12)
    ]
    sums = [sums(*each) for each in groups]

    def test_before_after_and_the_trend(self):
        found = metrics.intervention(self.sums, MONTHS[:12], MONTHS[6][0])
        first = [score for group in self.groups[:6] for score in group]
        second = [score for group in self.groups[6:] for score in group]
        expected = welch(sums(*first), sums(*second))
        assert (found.before.n, found.after.n, found.mixed) == (60, 60, None)
        assert found.change.value == Decimal("10.60")
        assert [float(found.change.low), float(found.change.high)] == pytest.approx(
            [expected.low / 100, expected.high / 100], abs=0.005
        )
        # Each month rises by 0.1; the jump is 10, and so is the gain.
        course = found.course
        figures = (course.level, course.slope_before, course.slope_after, course.slope, course.gain)
        assert [str(each.value) for each in figures] == ["10.00", "0.10", "0.10", "0.00", "10.00"]
        # Every month lies on the line, which says nothing of how sure that is.
        assert (course.n, course.level.p, course.level.low) == (12, None, None)

    def test_a_noisy_course_has_an_interval(self):
        noisy = [sums(*[score + (-1) ** place * 150 for score in group]) for place, group in enumerate(self.groups)]
        course: Any = metrics.intervention(noisy, MONTHS[:12], MONTHS[6][0]).course
        assert course.level.low < course.level.value < course.level.high
        assert course.level.p < 0.05

    def test_the_period_of_the_day_is_in_neither_side(self):
        found = metrics.intervention(self.sums, MONTHS[:12], dt.date(2023, 7, 14))
        assert (found.mixed, found.before.n, found.after.n, found.course.n) == (dt.date(2023, 7, 1), 60, 50, 11)

    def test_withheld_and_hidden(self):
        found = metrics.intervention(self.sums, MONTHS[:12], MONTHS[6][0], 61)
        assert (found.before.withheld, found.change, found.course) == (True, None, None)
        found = metrics.intervention(self.sums, MONTHS[:12], MONTHS[6][0], hidden=[0])
        assert (found.before.n, found.course.n) == (60, 11)

    def test_too_few(self):
        found = metrics.intervention(self.sums, MONTHS[:12], MONTHS[2][0])
        assert (found.change is not None, found.course) == (True, None)
        found = metrics.intervention(self.sums, MONTHS[:12], dt.date(2020, 1, 1))
        assert (found.before.n, found.change, found.course) == (0, None, None)
        found = metrics.intervention([Sums()] * 12, MONTHS[:12], MONTHS[6][0])
        assert (found.after, found.course) == (Mean(), None)
        assert metrics.intervention([], [], MONTHS[6][0]).course is None
        with pytest.raises(ValueError, match="0 sums for 1 periods"):
            metrics.intervention([], MONTHS[:1], MONTHS[0][0])
