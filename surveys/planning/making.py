"""Making the plan: one need after the other, each where it keeps the whole most even."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .lacking import shortages
from .requests import (
    CHAIN,
    PAIR,
    SINGLE,
    CannotPlan,
    Need,
    Request,
    Shortage,
    Slot,
    Visit,
    calls_wanted,
    capacity,
    open_slots,
    room_of,
)

if TYPE_CHECKING:
    from random import Random


def make_plan(request: Request, rng: "Random") -> tuple[Visit, ...]:
    """The plan in order of time, every need met exactly; raises `CannotPlan` when there is none."""
    lacking = tuple(shortages(request))
    if lacking:
        raise CannotPlan(lacking)
    planner = Planner(request, rng)
    lost: Counter[int] = Counter()
    found: list[Visit] = []
    for number in planner.order():
        visits = planner.place(number)
        if visits is None:
            lost[request.needs[number].department] += len(request.needs[number].scenarios)
        else:
            found += visits
    if lost:
        wanted = calls_wanted(request.needs)
        raise CannotPlan(Shortage("unplaced", key, wanted[key], wanted[key] - lost[key]) for key in sorted(lost))
    return tuple(sorted(found))


# Its kind, whose count it is, and the place that a window has in it.
Crowd = tuple[str, tuple[object, ...], tuple[object, ...]]


class Planner:
    """What has been planned so far, counted in every way that the next choice asks for."""

    def __init__(self, request: Request, rng: "Random") -> None:
        self.request, self.rng = request, rng
        self.counts: Counter[tuple[object, ...]] = Counter()
        self.slots = {need.department: open_slots(request, need.department) for need in request.needs}
        self.room = {
            (person, department): room_of(request, person, department)
            for person in request.evaluators
            for department in self.slots
        }
        # How many windows there are of each kind.
        self.there: Counter[tuple[object, ...]] = Counter()
        for slot in request.slots:
            self.there.update(
                {
                    ("weekday", slot.weekday): 1,
                    ("week", *slot.week): 1,
                    ("cell", slot.weekday, slot.part): 1,
                    ("part", slot.part): 1,
                    ("day", slot.day): 1,
                    ("slot", *slot): 1,
                }
            )
        for (person, department), number in request.loads.items():
            self.counts["load", person] += number
            self.counts["heard", person, department] += number
        for heard in request.heard:
            self._count_place(heard.department, None, Slot(heard.day, heard.part))
            if heard.evaluator is not None:
                self._count_time(heard.evaluator, heard.department, Slot(heard.day, heard.part))

    def order(self) -> list[int]:
        """The most constrained first; within that one department after the other, so that each is spread as a whole."""
        rank = {CHAIN: 0, PAIR: 1, SINGLE: 2}
        departments = list(self.slots)
        self.rng.shuffle(departments)
        turn = {department: number for number, department in enumerate(departments)}
        numbers = list(range(len(self.request.needs)))
        self.rng.shuffle(numbers)
        needs = self.request.needs
        return sorted(numbers, key=lambda n: (rank[needs[n].kind], -len(needs[n].scenarios), turn[needs[n].department]))

    def place(self, number: int) -> list[Visit] | None:
        need = self.request.needs[number]
        if need.kind == PAIR:
            return self._pair(number, need)
        for person in self._callers(need):
            slots = self._chain_slots(need, person) if need.kind == CHAIN else self._single_slot(need, person)
            if slots:
                everyone = [person] * len(slots)
                return [*self._take(number, need, need.scenarios, slots, everyone)]
        return None

    def _callers(self, need: Need) -> list[int | None]:
        """Who may make it, the best choice first; nobody in particular, where there are no evaluators."""
        if not self.request.evaluators:
            return [None]
        able = [p for p in self.request.evaluators if self.room[p, need.department] >= len(need.scenarios)]
        self.rng.shuffle(able)
        return sorted(
            able, key=lambda p: (self.counts["load", p], self.counts["heard", p, need.department])
        )  # fmt: skip

    def _single_slot(self, need: Need, person: int | None) -> list[Slot]:
        best = self._best(need, need.scenarios[0], person, self.slots[need.department])
        return [best] if best else []

    def _best(self, need: Need, scenario: int, person: int | None, slots: Iterable[Slot]) -> Slot | None:
        """The window that keeps calls most evenly spread; chance chooses between equals."""
        left = [slot for slot in slots if person is None or self._is_free(person, slot)]
        for crowd in self._crowds(need.department, scenario, person):
            if len(left) < 2:
                break
            found = [crowd(slot) for slot in left]
            shares = [self.counts[kind, *about, *key] / self.there[kind, *key] for kind, about, key in found]
            least = min(shares)
            left = [slot for slot, share in zip(left, shares, strict=True) if share == least]
        return self.rng.choice(left) if left else None

    def _crowds(self, department: int, scenario: int, person: int | None) -> "tuple[Callable[[Slot], Crowd], ...]":
        """What is to be kept even, the most important first: each names the count that a window falls under.

        A count is held against how many windows there are of its kind, so that a week of one day gets the calls of one day.
        """
        own: tuple[Callable[[Slot], Crowd], ...] = (lambda s: ("day", (department, person), (s.day,)),)
        last: tuple[Callable[[Slot], Crowd], ...] = (lambda s: ("day", (person, "own"), (s.day,)),)
        return (
            *(own if person is not None else ()),
            lambda s: ("weekday", (department,), (s.weekday,)),
            # All departments together before one's own weeks: else every one of them puts a call in a week of one day.
            lambda s: ("day", (), (s.day,)),
            lambda s: ("week", (department,), s.week),
            lambda s: ("cell", (department,), (s.weekday, s.part)),
            lambda s: ("part", (department,), (s.part,)),
            lambda s: ("day", (department,), (s.day,)),
            lambda s: ("weekday", (scenario, "brief"), (s.weekday,)),
            lambda s: ("part", (scenario, "brief"), (s.part,)),
            lambda s: ("cell", (), (s.weekday, s.part)),
            lambda s: ("slot", (), s),
            *(last if person is not None else ()),
        )

    def _chain_slots(self, need: Need, person: int | None) -> list[Slot]:
        """One window for each attempt, on successive days of one stretch of `chain_days`."""
        slots = [s for s in self.slots[need.department] if person is None or self._is_free(person, s)]
        days = sorted({slot.day for slot in slots})
        length, reach = len(need.scenarios), dt.timedelta(self.request.chain_days)
        starts = {day for day in days if sum(day <= other <= day + reach for other in days) >= length}
        first = self._best(need, need.scenarios[0], person, (slot for slot in slots if slot.day in starts))
        if first is None:
            return []
        chosen = [first]
        for place in range(1, length):
            left, end = length - place, first.day + reach
            after = [day for day in days if chosen[-1].day < day <= end]
            able = after[: len(after) - left + 1]
            # Not all at the beginning and not all at the end: about as far apart as the stretch allows.
            step = dt.timedelta(max(1, round((end - chosen[-1].day).days / left)))
            near = [day for day in able if day <= chosen[-1].day + step] or able[:1]
            following = self._best(need, need.scenarios[place], person, (slot for slot in slots if slot.day in near))
            if following is None:
                return []
            chosen.append(following)
        return chosen

    def _pair(self, number: int, need: Need) -> list[Visit] | None:
        for people in self._couples(need):
            slots = self._pair_slots(need, people)
            if slots:
                calm, dominant = self._sides(people)
                scenarios, everyone = list(need.scenarios), [calm, dominant]
                if self._dominant_first(need):
                    scenarios, everyone = scenarios[::-1], everyone[::-1]
                self.counts["first", need.department, scenarios[0]] += 1
                self.counts["first", scenarios[0]] += 1
                self.counts["calm", calm] += 1
                self.counts["calm", dominant] -= 1
                return [*self._take(number, need, scenarios, slots, everyone)]
        return None

    def _couples(self, need: Need) -> Iterator[tuple[int | None, int | None]]:
        """Two different evaluators, the best choice first: whom the department has heard least, then who has least to do."""
        if not self.request.evaluators:
            yield None, None
            return
        able = [person for person in self.request.evaluators if self.room[person, need.department]]
        self.rng.shuffle(able)
        # Those with most room first: so as many pairs are possible as there can be.
        able.sort(key=lambda p: (-self.room[p, need.department], self.counts["load", p]))
        if self.request.limit is None:
            able.sort(key=lambda p: (self.counts["load", p], self.counts["heard", p, need.department]))
        for index, one in enumerate(able):
            for other in able[index + 1 :]:
                yield one, other

    def _sides(self, people: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
        """Who is calm and who dominant: whoever was calm less often is calm now."""
        one, other = people
        difference = self.counts["calm", one] - self.counts["calm", other]
        turned = difference > 0 or (difference == 0 and self.rng.random() < 0.5)
        return (other, one) if turned else (one, other)

    def _dominant_first(self, need: Need) -> bool:
        calm, dominant = need.scenarios
        for place in ((need.department,), ()):
            difference = self.counts["first", *place, calm] - self.counts["first", *place, dominant]
            if difference:
                return difference > 0
        return self.rng.random() < 0.5

    def _pair_slots(self, need: Need, people: tuple[int | None, int | None]) -> list[Slot]:
        """Two windows that both evaluators have free: on other days and in the same part of the day, if there are such."""
        slots = [
            slot
            for slot in self.slots[need.department]
            if all(person is None or self._is_free(person, slot) for person in people)
        ]
        by_day: dict[dt.date, list[Slot]] = {}
        for slot in slots:
            by_day.setdefault(slot.day, []).append(slot)
        reach = self.request.pair_days
        for same_part, same_day in ((True, False), (False, False), (False, True)):
            steps = [dt.timedelta(step) for step in range(-reach, reach + 1) if bool(step) != same_day]
            mates = {
                slot: others
                for slot in slots
                if (
                    others := [
                        other
                        for step in steps
                        for other in by_day.get(slot.day + step, ())
                        if other != slot and (not same_part or other.part == slot.part)
                    ]
                )
            }
            first = self._best(need, need.scenarios[0], people[0], mates)
            if first is not None:
                self._count_place(need.department, need.scenarios[0], first)
                second = self._best(need, need.scenarios[1], people[1], mates[first])
                self._count_place(need.department, need.scenarios[0], first, -1)
                if second is not None:
                    return sorted((first, second))
        return []

    def _is_free(self, person: int, slot: Slot) -> bool:
        return self.counts["busy", person, slot] < capacity(self.request.parts[slot.part])

    def _take(
        self,
        number: int,
        need: Need,
        scenarios: Sequence[int],
        slots: Sequence[Slot],
        people: Sequence[int | None],
    ) -> Iterator[Visit]:
        for position, (scenario, slot, person) in enumerate(zip(scenarios, slots, people, strict=True), 1):
            self._count_place(need.department, scenario, slot)
            if person is not None:
                self._count_time(person, need.department, slot)
                self.counts["load", person] += 1
                self.counts["heard", person, need.department] += 1
                if self.request.limit is not None:
                    self.room[person, need.department] -= 1
            yield Visit(slot.day, slot.part, need.department, scenario, person, number, position)

    def _count_place(self, department: int, scenario: int | None, slot: Slot, by: int = 1) -> None:
        for crowd in self._crowds(department, scenario or 0, None):
            kind, about, key = crowd(slot)
            self.counts[kind, *about, *key] += by

    def _count_time(self, person: int, department: int, slot: Slot) -> None:
        self.counts["busy", person, slot] += 1
        self.counts["day", person, "own", slot.day] += 1
        self.counts["day", department, person, slot.day] += 1
