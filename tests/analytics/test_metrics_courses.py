"""What a course does, in a word: when nothing may be said of the day, and when there is no course any more."""

import datetime as dt

from analytics import metrics
from analytics.metrics.courses import verdicts
from analytics.stats.intervals import Sums

MONTHS = [dt.date(2024 + month // 12, month % 12 + 1, 1) for month in range(20)]


def stepping(hidden=(), silent=0):
    """Twenty months that step up by ten points at the thirteenth."""
    days = [(day, day.replace(day=28)) for day in MONTHS]
    scores = [[6000 + 1000 * (place >= 12) + 7 * (place % 3) + n for n in range(9)] for place in range(20 - silent)]
    sums = [Sums(9, sum(each), sum(score * score for score in each)) for each in scores] + [Sums()] * silent
    return verdicts({"it": (metrics.bare_points(sums, days, hidden), ())})["it"]


def test_a_step_among_withheld_months_is_given_no_day():
    assert (stepping().word, stepping().since) == ("higher", MONTHS[12])
    assert stepping(hidden={2}).word == "higher"
    assert stepping(hidden={9, 10, 11}).word == "rising"


def test_a_department_that_is_no_longer_called_has_no_course_now():
    assert stepping(silent=5).word != "few"
    assert stepping(silent=6).word == "few"
