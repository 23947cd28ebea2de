"""The plan of a wave: every need met, no limit broken, evenly spread; or what is short, and by how much."""

import datetime as dt
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import planning
from surveys.planning import CHAIN, PAIR, SINGLE, CannotPlan, Heard, Need, Request, Shortage, Slot, make_plan

MONDAY = dt.date(2026, 3, 2)
HALVES = planning.parts_of_day(dt.time(9), dt.time(17), 240)
CALM, DOMINANT, OTHER = 1, 2, 3
ATTEMPTS = (11, 12, 13, 14)


def month(days=28, parts=2, weekdays=(1, 2, 3, 4, 5)):
    dates = [MONDAY + dt.timedelta(n) for n in range(days)]
    return tuple(Slot(day, part) for day in dates if day.isoweekday() in weekdays for part in range(parts))


def needs(department, singles=0, pairs=0, chains=0):
    return (
        *[Need(CHAIN, department, ATTEMPTS, "jansen")] * chains,
        *[Need(PAIR, department, (CALM, DOMINANT), "complaint")] * pairs,
        *[Need(SINGLE, department, ((CALM, DOMINANT, OTHER)[n % 3],)) for n in range(singles)],
    )


def request(wanted, **changes):
    given_ = {"slots": month(), "parts": HALVES, "evaluators": (101, 102, 103, 104)}
    return Request(needs=tuple(wanted), **given_ | changes)


def short(wanted, **changes):
    with pytest.raises(CannotPlan) as told:
        make_plan(request(wanted, **changes), Random(1))
    return told.value.shortages


def short_of(asked, seed):
    try:
        make_plan(asked, Random(seed))
    except CannotPlan as told:
        return told.shortages
    return ()


def spread(counts, keys):
    found = [counts[key] for key in keys]
    return max(found) - min(found)


wanted = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=4
).map(lambda rows: tuple(need for department, row in enumerate(rows, 1) for need in needs(department, *row)))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(wanted=wanted, people=st.integers(2, 6), limit=st.sampled_from([None, 6, 12]), seed=st.integers(0, 10**6))
def test_a_plan_keeps_its_promises_or_says_what_is_short(wanted, people, limit, seed):
    asked = request(wanted, evaluators=tuple(range(100, 100 + people)), limit=limit)
    lacking = short_of(asked, seed)
    if lacking:
        assert limit is not None
        assert all(each.short > 0 for each in lacking)
        return
    plan = make_plan(asked, Random(seed))
    assert make_plan(asked, Random(seed)) == plan
    assert list(plan) == sorted(plan)
    # Every need exactly, each with its own scenarios.
    made = {
        number: sorted((v for v in plan if v.need == number), key=lambda v: v.position) for number in range(len(wanted))
    }
    assert len(plan) == sum(len(need.scenarios) for need in wanted)
    for number, need in enumerate(wanted):
        visits = made[number]
        assert sorted(v.scenario for v in visits) == sorted(need.scenarios)
        assert {v.department for v in visits} == {need.department}
        days = [v.day for v in visits]
        people_ = [v.evaluator for v in visits]
        if need.kind == PAIR:
            assert 0 < (days[1] - days[0]).days <= asked.pair_days
            assert people_[0] != people_[1]
            assert visits[0].part == visits[1].part
        if need.kind == CHAIN:
            assert [v.scenario for v in visits] == list(need.scenarios)
            assert all(before < after for before, after in pairwise(days))
            assert (days[-1] - days[0]).days <= asked.chain_days
            assert len(set(people_)) == 1
    # Nobody beyond the limit, nobody more in a window than fits in it.
    loads = Counter((v.evaluator, v.department) for v in plan)
    assert limit is None or max(loads.values(), default=0) <= limit
    busy = Counter((v.evaluator, v.day, v.part) for v in plan)
    assert max(busy.values(), default=0) <= planning.capacity(HALVES[0])
    assert {Slot(v.day, v.part) for v in plan} <= set(asked.slots)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.integers(1, 30), min_size=1, max_size=6), people=st.integers(1, 7), seed=st.integers(0, 999))
def test_single_calls_are_spread_over_weekdays_hours_and_evaluators(rows, people, seed):
    asked = request(
        [need for number, count in enumerate(rows, 1) for need in needs(number, singles=count)],
        evaluators=tuple(range(people)),
    )
    plan = make_plan(asked, Random(seed))
    for number in range(1, len(rows) + 1):
        own = [v for v in plan if v.department == number]
        assert spread(Counter(v.day.isoweekday() for v in own), range(1, 6)) <= 1
        assert spread(Counter(v.day.isocalendar().week for v in own), range(10, 14)) <= 4
        # Halves of single weekdays are evened out first: of three days with one call more it may fall in the same half.
        assert spread(Counter(v.part for v in own), range(2)) <= 3
        cells = Counter((v.day.isoweekday(), v.part) for v in own)
        assert spread(cells, [(day, part) for day in range(1, 6) for part in range(2)]) <= 1
    assert spread(Counter(v.evaluator for v in plan), range(people)) <= 1


def test_a_short_week_gets_no_more_than_its_days():
    # From a Friday: one day in the first week, then four whole weeks; five Fridays, four of every other day.
    friday = MONDAY - dt.timedelta(3)
    slots = tuple(Slot(friday + dt.timedelta(n), part) for n in range(31) if n % 7 not in {1, 2} for part in (0, 1))
    plan = make_plan(request([n for key in range(8) for n in needs(key, singles=15)], slots=slots), Random(2))
    days = Counter(v.day for v in plan)
    assert len(days) == 21
    assert max(days.values()) - min(days.values()) <= 3


@settings(max_examples=12, deadline=None)
@given(first=st.integers(0, 4), departments=st.integers(8, 20), each=st.integers(3, 9), seed=st.integers(0, 999))
def test_all_departments_together_are_even_over_the_days(first, departments, each, seed):
    """Also where the first or the last week of a wave is a short one."""
    slots = tuple(slot for slot in month() if slot.day >= MONDAY + dt.timedelta(first))
    plan = make_plan(
        request([n for key in range(departments) for n in needs(key, singles=each)], slots=slots), Random(seed)
    )
    days = Counter(v.day for v in plan)
    even = len(plan) / len({slot.day for slot in slots})
    assert all(0.6 * even - 2 <= days[slot.day] <= 1.5 * even + 2 for slot in slots)


def test_the_sides_of_pairs_are_dealt_out_evenly():
    plan = make_plan(request([need for key in range(1, 11) for need in needs(key, pairs=4)]), Random(5))
    for person in (101, 102, 103, 104):
        sides = Counter(v.scenario for v in plan if v.evaluator == person)
        assert sides.total() == 20
        assert abs(sides[CALM] - sides[DOMINANT]) <= 2
    for department in range(1, 11):
        firsts = Counter(v.scenario for v in plan if v.department == department and v.position == 1)
        assert firsts == {CALM: 2, DOMINANT: 2}


def test_another_seed_is_another_plan():
    asked = request(needs(1, singles=12, pairs=2, chains=1))
    assert make_plan(asked, Random(1)) != make_plan(asked, Random(2))


def test_new_calls_are_spread_around_those_that_stay():
    mornings = [Heard(1, MONDAY + dt.timedelta(7 * week), 0, 101) for week in range(4)]
    asked = request(needs(1, singles=8), heard=tuple(mornings), loads={(101, 1): 4}, evaluators=(101, 102), limit=6)
    plan = make_plan(asked, Random(3))
    assert 1 not in {v.day.isoweekday() for v in plan}
    assert Counter(v.evaluator for v in plan) == {102: 6, 101: 2}
    barred = request(needs(1, singles=8), barred=frozenset({(101, 1)}), evaluators=(101, 102))
    assert {v.evaluator for v in make_plan(barred, Random(3))} == {102}


def test_without_evaluators_calls_are_planned_for_nobody_yet():
    plan = make_plan(request(needs(1, singles=5, pairs=2, chains=1), evaluators=(), limit=1), Random(3))
    assert {v.evaluator for v in plan} == {None}
    assert len(plan) == 13


def test_a_department_is_not_called_once_it_is_closed():
    closes = MONDAY + dt.timedelta(3)
    plan = make_plan(request(needs(1, singles=9) + needs(2, singles=9), closed={1: closes}), Random(3))
    assert max(v.day for v in plan if v.department == 1) < closes <= max(v.day for v in plan if v.department == 2)


def test_on_one_day_a_pair_takes_both_halves():
    plan = make_plan(request(needs(1, pairs=2), slots=month(days=1)), Random(3))
    assert Counter((v.need, v.part) for v in plan) == {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 1}


@pytest.mark.parametrize(
    ("asked", "changes", "expected"),
    [
        (needs(1, singles=3), {"slots": ()}, Shortage("days", None, 1, 0)),
        (needs(1, singles=3), {"closed": {1: MONDAY}}, Shortage("days", 1, 1, 0)),
        (needs(7, singles=20), {"limit": 4}, Shortage("limit", 7, 20, 16)),
        (needs(7, singles=3), {"limit": 4, "loads": {(101, 7): 4}, "evaluators": (101,)}, Shortage("evaluators", 7, 1, 0)),
        (needs(7, chains=3), {"limit": 6, "evaluators": (101, 102)}, Shortage("chain_limit", 7, 3, 2)),
        (needs(7, chains=1), {"slots": month(days=3)}, Shortage("chain_days", 7, 4, 3)),
        (needs(7, chains=1), {"chain_days": 2}, Shortage("chain_days", 7, 4, 3)),
        (needs(7, pairs=1), {"evaluators": (101,)}, Shortage("pair_evaluators", 7, 2, 1)),
        (needs(7, pairs=1), {"slots": month(days=1, parts=1)}, Shortage("pair_windows", 7, 2, 1)),
        (needs(7, pairs=3), {"evaluators": (101, 102), "limit": 4, "loads": {(101, 7): 2}}, Shortage("pair_limit", 7, 3, 2)),
        (needs(7, singles=40), {"evaluators": (101,), "slots": month(days=2)}, Shortage("hours", None, 40, 32)),
    ],
)  # fmt: skip
def test_what_is_short_is_said_exactly(asked, changes, expected):
    assert short(asked, **changes) == (expected,)
    assert expected.short == expected.needed - expected.possible


def test_the_parts_of_a_day():
    def clocks(*args):
        return [f"{part.starts:%H:%M}-{part.until:%H:%M}" for part in planning.parts_of_day(*args)]

    assert clocks(dt.time(8, 30), dt.time(17), 240) == ["08:30-12:45", "12:45-17:00"]
    assert clocks(dt.time(9), dt.time(17), 120) == ["09:00-11:00", "11:00-13:00", "13:00-15:00", "15:00-17:00"]
    assert clocks(dt.time(9), dt.time(9, 10), 120) == ["09:00-09:10"]
    assert clocks(dt.time(9), dt.time(17), 10**6) == ["09:00-17:00"]
    with pytest.raises(ValueError, match="makes no day"):
        planning.parts_of_day(dt.time(9), dt.time(9), 60)
