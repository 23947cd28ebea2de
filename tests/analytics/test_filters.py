"""A choice is read strictly, falls back kindly, and survives the way through the address."""

import datetime as dt

import pytest
from django.http import QueryDict

from analytics.access import Reader
from analytics.filters import ALL_TOGETHER, MOST_PERIODS, Filters, parse
from analytics.metrics import calendar
from tests.analytics.conftest import NOW

TODAY = dt.date(2026, 3, 31)


@pytest.fixture
def reader(org, people):
    return Reader(people["analyst"], org, NOW)


@pytest.fixture
def read(reader):
    return lambda query="": parse(QueryDict(query), reader)


@pytest.mark.parametrize(
    ("query", "start", "weeks"),
    [
        ("", dt.date(2025, 12, 31), 13),
        ("period=last_month", dt.date(2026, 3, 4), 4),
        ("period=last_quarter", dt.date(2025, 12, 31), 13),
        ("period=last_half_year", dt.date(2025, 10, 1), 26),
        ("period=last_year", dt.date(2025, 4, 2), 52),
    ],
)
def test_named_periods_are_whole_weeks_that_end_today(read, query, start, weeks):
    chosen = read(query)
    assert (chosen.start, chosen.end, chosen.weeks) == (start, TODAY, weeks)
    before = chosen.before
    assert before[1] == start - dt.timedelta(days=1)
    # The same weekdays, as many of each.
    assert before[0].weekday() == start.weekday()
    assert chosen.problems == ()


def test_today_is_the_organisations(org, people):
    org.time_zone = "Pacific/Auckland"
    late = Reader(people["analyst"], org, dt.datetime(2026, 3, 31, 12, 0, tzinfo=dt.UTC))
    assert parse(QueryDict(""), late).end == dt.date(2026, 4, 1)


def test_everything_and_chosen_dates(read):
    everything = read("period=all")
    assert (everything.start, everything.before, everything.trend_start) == (None, None, None)
    chosen = read("from=2026-01-01&to=2026-01-31")
    assert (chosen.period, chosen.start, chosen.end) == ("dates", dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    # Five weeks earlier: the same weekdays.
    assert chosen.before == (dt.date(2025, 11, 27), dt.date(2025, 12, 27))
    # What led up to them, as for a named period.
    assert chosen.trend_start == dt.date(2025, 2, 1)
    assert read("from=2026-01-01").end == TODAY


@pytest.mark.parametrize(
    ("query", "before"),
    [
        ("against=last_year", (dt.date(2025, 1, 1), dt.date(2025, 4, 1))),
        ("against_from=2025-06-02", (dt.date(2025, 6, 4), dt.date(2025, 9, 2))),
        ("against_from=2025-10-01", (dt.date(2025, 10, 1), dt.date(2025, 12, 30))),
        ("from=2026-03-02&to=2026-03-31&against_from=2026-01-30", (dt.date(2026, 1, 26), dt.date(2026, 2, 24))),
    ],
)
def test_what_a_period_is_compared_with_has_the_same_weekdays(read, query, before):
    chosen = read(query)
    assert (chosen.problems, chosen.before) == ((), before)
    assert before[0].weekday() == chosen.start.weekday()
    assert before[1] - before[0] == chosen.end - chosen.start
    assert before[1] < chosen.start
    assert read(chosen.querystring().lstrip("?")).before == before


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("against=next_year", "against"),
        ("against_from=2026-02-01", "against_from"),
        ("against_from=soon", "against_from"),
        ("period=all&against=last_year", "against"),
        ("from=2024-01-01&against=last_year", "against"),
    ],
)
def test_what_cannot_be_compared_with_is_said_and_the_period_before_is_taken(read, query, key):
    chosen = read(query)
    assert [problem.key for problem in chosen.problems] == [key]
    assert chosen.against == "previous"
    assert chosen.against_from is None


def test_a_trend_shows_what_led_up_to_a_named_period(read):
    assert read("").trend_start == dt.date(2025, 4, 1)
    assert read("period=last_year").trend_start == dt.date(2025, 4, 1)
    assert read("by=week").trend_start == dt.date(2025, 10, 6)
    assert read("by=week&period=last_year").trend_start == dt.date(2025, 3, 31)


@pytest.mark.parametrize(("start", "by"), [("2018-08-06", "week"), ("2018-07-30", "month"), ("1990-01-01", "month")])
def test_too_many_weeks_are_drawn_by_month(read, start, by):
    """Four hundred weeks up to that of 31 March 2026 begin on 6 August 2018."""
    chosen = read(f"from={start}&by=week")
    assert chosen.by == by
    assert [problem.key for problem in chosen.problems] == ([] if by == "week" else ["by"])
    assert ("by=week" in chosen.querystring()) is (by == "week")


def test_everything_since_a_call_of_long_ago_is_drawn_by_month(org, people, plant):
    read = lambda: parse(QueryDict("period=all&by=week"), Reader(people["analyst"], org, NOW))  # noqa: E731
    plant("BUR", [8000], day=dt.date(2026, 3, 2))
    assert (read().by, read().problems) == ("week", ())
    plant("BUR", [8000], day=dt.date(2000, 6, 1))
    assert read().by == "month"
    assert "400 weeks" in read().problems[0].message


@pytest.mark.parametrize(("by", "days"), [("week", 7), ("month", 28)])
def test_a_calendar_holds_the_newest_periods(by, days):
    whole = calendar(dt.date(1, 1, 1), TODAY, by)
    assert len(whole) == MOST_PERIODS
    assert whole[-1][1] == TODAY
    assert whole[0][1] - whole[0][0] >= dt.timedelta(days=days - 1)
    assert calendar(dt.date(2026, 1, 7), TODAY, by)[0][0] == dt.date(2026, 1, 7)


def test_everything_that_can_be_chosen(read, departments, scenarios, wave):
    chosen = read(
        f"department=bur&department=AFV&measure=tone&scenario=complaint_calm&caller_style=calm&wave={wave.pk}&by=week"
        "&line=total&line=BUR"
    )
    assert chosen == Filters(
        start=chosen.start,
        end=TODAY,
        departments=(departments["BUR"].pk, departments["AFV"].pk),
        measure="tone",
        scenario=scenarios["complaint_calm"].pk,
        caller_style="calm",
        wave=wave.pk,
        by="week",
        lines=(ALL_TOGETHER, departments["BUR"].pk),
        query=chosen.query,
    )
    # The address made of it means the same.
    assert read(chosen.querystring().removeprefix("?")) == chosen


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("period=yesterday", "period"),
        ("from=2026-02-30", "from"),
        ("from=31-03-2026", "from"),
        ("to=2026-03-01", "from"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=0001-01-01", "from"),
        ("from=2026-03-01&to=2027-03-01", "to"),
        ("department=NOPE", "department"),
        ("measure=score_calculated", "measure"),
        ("scenario=nope", "scenario"),
        ("caller_style=loud", "caller_style"),
        ("wave=x", "wave"),
        ("wave=²", "wave"),
        ("wave=99999999999999999999", "wave"),
        ("by=day", "by"),
        ("line=NOPE", "line"),
    ],
)
def test_what_cannot_be_read_is_said_and_left_out(read, query, key):
    chosen = read(query)
    assert [problem.key for problem in chosen.problems] == [key]
    assert chosen.problems[0].message
    assert key not in dict(chosen.query) or key == "to"
    assert chosen.end == TODAY


def test_departments_of_others_cannot_be_chosen(org, people, elsewhere):
    manager = Reader(people["manager"], org, NOW)
    assert parse(QueryDict("department=BUR"), manager).departments
    refused = parse(QueryDict("department=BEL"), manager)
    assert (refused.departments, refused.problems[0].key) == ((), "department")


def test_querystring_changes_and_takes_away(read):
    chosen = read("caller_style=dominant&department=BUR&department=AFV&by=week")
    assert chosen.querystring(caller_style=None) == "?department=BUR&department=AFV&by=week"
    assert chosen.querystring(department=["BUR"], by="month") == "?department=BUR&caller_style=dominant&by=month"
    assert read().querystring() == "?"
    assert read("from=2026-01-01&to=2026-01-31").querystring(from_=None, to=None) == "?"


@pytest.mark.parametrize("name", ["q", "item"])
def test_words_hold_no_zero_which_postgresql_refuses(read, name):
    assert getattr(read(f"{name}=a%00b"), name) == "a b"
