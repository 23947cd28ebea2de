"""What a course does, in a word: when nothing may be said of the day, and when there is no course any more."""

import datetime as dt

from analytics import metrics
from analytics.metrics.courses import verdicts
from analytics.reports.signals import word
from analytics.stats.intervals import Sums

MONTHS = [dt.date(2024 + month // 12, month % 12 + 1, 1) for month in range(20)]


def points(hidden=(), silent=0):
    """Twenty months that step up by ten points at the thirteenth."""
    days = [(day, day.replace(day=28)) for day in MONTHS]
    scores = [[6000 + 1000 * (place >= 12) + 7 * (place % 3) + n for n in range(9)] for place in range(20 - silent)]
    sums = [Sums(9, sum(each), sum(score * score for score in each)) for each in scores] + [Sums()] * silent
    return metrics.bare_points(sums, days, hidden)


def stepping(hidden=(), silent=0):
    return verdicts({"it": (points(hidden, silent), ())})["it"]


def test_nothing_is_told_across_withheld_months():
    assert (stepping().word, stepping().since) == ("higher", MONTHS[12])
    assert (stepping(hidden={2}).word, stepping(hidden={2}).since) == ("higher", MONTHS[12])
    assert (stepping(hidden={9, 10, 11}).word, stepping(hidden={9, 10, 11}).n) == ("steady", 8)
    assert (stepping(hidden={12, 13, 14}).word, stepping(hidden={12, 13, 14}).n) == ("few", 5)


def test_newest_withheld_months_leave_the_course_before_them():
    assert (stepping(hidden={17, 18, 19}).word, stepping(hidden={17, 18, 19}).since) == ("higher", MONTHS[12])
    assert stepping(hidden=set(range(14, 20))).word == "few"


def test_too_few_because_of_withheld_months_is_told_apart_from_too_few():
    assert stepping(hidden={12, 13, 14}).is_hidden
    assert (stepping(silent=15).word, stepping(silent=15).is_hidden) == ("few", False)
    assert not stepping(hidden={9, 10, 11}).is_hidden
    said = [word(stepping(**facts), "month") for facts in ({"hidden": {12, 13, 14}}, {"silent": 15})]
    assert said == ["too few periods shown", "too few periods"]


def test_no_change_of_level_is_dated_across_withheld_months():
    assert metrics.level(points()).day == MONTHS[12]
    assert metrics.level(points(hidden={9, 10, 11})) is None or metrics.level(points(hidden={9, 10, 11})).p > 0.05


def test_no_signal_rests_on_both_sides_of_withheld_months():
    """Of eight in a row above the middle, which the last twelve months give, some lie before the gap."""

    def signals(**facts):
        return [each for each in metrics.control_chart(points(**facts)).signals if each.rule == 4]

    assert any(each.days[0] <= MONTHS[14] < each.days[-1] for each in signals())
    assert not any(each.days[0] < MONTHS[15] < each.days[-1] for each in signals(hidden={15}))


def test_a_department_that_is_no_longer_called_has_no_course_now():
    assert stepping(silent=5).word != "few"
    assert stepping(silent=6).word == "few"
