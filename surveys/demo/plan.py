"""Who called whom, when and with which brief."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

from surveys.demo import days
from surveys.demo.truth import MONTHS, Truth
from surveys.demo.world import EVALUATORS, MONTH_NAMES, Wave

T = TypeVar("T")
# Half hours from nine to half past four; each call starts in the first minutes of one.
HALF_HOURS: Final = tuple(dt.time(9 + half // 2, 30 * (half % 2)) for half in range(16))
FIRST_MINUTES, LATER_MINUTES = (0, 12), (14, 26)
# Calls that are not approved (yet): how many, and how many of them the evaluator who signs in made.
WAITING, WAITING_OWN = 12, 2
DRAFTS, DRAFTS_OWN = 8, 3
RETURNED, RETURNED_OWN = 7, 2
VOIDED_SHARE: Final = 0.004


@dataclass(frozen=True, slots=True)
class Slot:
    """One call to be made. `month` from 1, `evaluator` an index of `EVALUATORS`."""

    month: int
    department: str
    scenario: str
    evaluator: int
    called_at: dt.datetime


class Calendar:
    """The working days of each month, up to the day before `today`."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.starts = days.month_starts(today, MONTHS)
        self.days = [days.working_days(first, min(days.next_month(first), today)) for first in self.starts]

    def month_of(self, day: dt.date) -> int:
        return sum(day >= first for first in self.starts)

    def waves(self) -> tuple[Wave, ...]:
        """One a month; the last is open, and so is the one before while the last has no working day behind it."""
        waves = []
        for number, first in enumerate(self.starts, 1):
            is_open = number == MONTHS or (number == MONTHS - 1 and not self.days[-1])
            name = f"{MONTH_NAMES[first.month - 1]} {first.year}"
            last = days.next_month(first) - days.DAY
            waves.append(Wave(number, name, first, last, "open" if is_open else "closed"))
        return tuple(waves)


def field_plan(rng: Random, calendar: Calendar, truth: Truth, calls: int) -> list[Slot]:
    """The calls that end up approved: exactly `calls`, spread over the months by their working days."""
    totals = _apportion({code: each.share for code, each in truth.departments.items()}, calls)
    by_month: list[list[str]] = [[] for _ in calendar.days]
    for code, total in totals.items():
        weights = [len(month) for month in calendar.days[: truth.departments[code].last_month]]
        for month, count in enumerate(_spread(total, weights)):
            by_month[month] += [code] * count
    briefs = {code: _cards(rng, _hand(truth.scenarios)) for code in totals}
    people = _cards(rng, range(len(EVALUATORS)))
    slots: list[Slot] = []
    for month, codes in enumerate(by_month):
        rng.shuffle(codes)
        who = [next(people) for _ in codes]
        when = _times(rng, calendar.days[month], who)
        slots += [
            Slot(month + 1, code, next(briefs[code]), evaluator, moment)
            for code, evaluator, moment in zip(codes, who, when, strict=True)
        ]
    return sorted(slots, key=lambda slot: (slot.called_at, slot.evaluator))


def extra_plan(rng: Random, calendar: Calendar, truth: Truth, calls: int) -> list[tuple[str, Slot]]:
    """The calls in other states: (state, slot). They begin later in a half hour than the others, so nobody is doubled."""
    recent, some_time_ago = days.days_before(calendar.today, 3), days.days_before(calendar.today, 10)[:-2]
    long_ago = [day for month in calendar.days for day in month if day < some_time_ago[0]] or some_time_ago
    wanted = (
        ("submitted", WAITING, WAITING_OWN, recent),
        ("draft", DRAFTS, DRAFTS_OWN, recent),
        ("returned", RETURNED, RETURNED_OWN, some_time_ago),
        ("voided", max(3, round(calls * VOIDED_SHARE)), 0, long_ago),
    )
    plan = []
    free = {code: each.share for code, each in truth.departments.items() if each.last_month == MONTHS}
    taken: set[tuple[int, dt.datetime]] = set()
    for state, count, own, choices in wanted:
        for number in range(count):
            evaluator = 0 if number < own else rng.randrange(1, len(EVALUATORS))
            moment = _free_moment(rng, choices, evaluator, taken)
            slot = Slot(
                calendar.month_of(moment.astimezone(days.ZONE).date()),
                _pick(rng, free),
                _pick(rng, truth.scenarios),
                evaluator,
                moment,
            )
            plan.append((state, slot))
    return plan


def _apportion(shares: Mapping[str, float], total: int) -> dict[str, int]:
    """Whole numbers in these shares that add up to `total` (largest remainders)."""
    exact = {code: total * share / sum(shares.values()) for code, share in shares.items()}
    counts = {code: int(value) for code, value in exact.items()}
    by_rest = sorted(exact, key=lambda code: counts[code] - exact[code])
    for code in by_rest[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


def _spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in parts as even as their weights allow: small numbers fall now in this month, now in that."""
    reached, parts, before = 0, [], 0
    for weight in weights:
        reached += weight
        upto = round(total * reached / sum(weights))
        parts.append(upto - before)
        before = upto
    return parts


def _hand(shares: Mapping[str, float]) -> list[str]:
    return [code for code, count in _apportion(shares, 100).items() for _ in range(count)]


def _cards(rng: Random, hand: Sequence[T]) -> Iterator[T]:
    """Deals the whole hand in a random order, again and again."""
    while True:
        yield from rng.sample(hand, len(hand))


def _times(rng: Random, month: Sequence[dt.date], who: Sequence[int]) -> list[dt.datetime]:
    """A moment for each call; nobody makes two at a time."""
    free: dict[int, list[int]] = {}
    for evaluator in sorted(set(who)):
        count, slots = who.count(evaluator), range(len(month) * len(HALF_HOURS))
        free[evaluator] = rng.sample(slots, count) if count <= len(slots) else rng.choices(slots, k=count)
    return [_moment(rng, month, free[evaluator].pop(), FIRST_MINUTES) for evaluator in who]


def _moment(rng: Random, month: Sequence[dt.date], slot: int, minutes: tuple[int, int]) -> dt.datetime:
    day, half = divmod(slot, len(HALF_HOURS))
    start = days.local(month[day], HALF_HOURS[half])
    return start + dt.timedelta(minutes=rng.randint(*minutes), seconds=rng.randrange(60))


def _free_moment(
    rng: Random, choices: Sequence[dt.date], evaluator: int, taken: set[tuple[int, dt.datetime]]
) -> dt.datetime:
    while True:
        slot = rng.randrange(len(choices) * len(HALF_HOURS))
        key = (evaluator, days.local(choices[slot // len(HALF_HOURS)], HALF_HOURS[slot % len(HALF_HOURS)]))
        if key not in taken:
            taken.add(key)
            return _moment(rng, choices, slot, LATER_MINUTES)


def _pick(rng: Random, shares: Mapping[str, float]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
