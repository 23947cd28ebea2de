"""The demo's planned work: quotas, assignments, matched pairs, and what departments say about their calls.

Made from the calls, after them and from streams of its own, so that no call depends on it. What lies ahead of `today` is
what an evaluator finds on the list: offered, accepted, due today, expired, handed back.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from surveys.demo import days
from surveys.demo.data import DemoCall, DemoData
from surveys.demo.world import EVALUATORS, NEW_SCENARIOS, SCENARIOS, Wave

PROBLEMS: Final = {scenario.code: scenario.problem for scenario in (*SCENARIOS, *NEW_SCENARIOS)}
PAIRED: Final = ("complaint", "invoice")
WITHIN_DAYS: Final = 5
CHAIN, CHAIN_DAYS, CHAINED = "jansen", 14, ("BEL", "KLA")
NOON, OPENS, CLOSES = dt.time(13), dt.time(9), dt.time(17)
SIGNS_IN: Final = EVALUATORS[0].email
MANAGER: Final = "manager@demo.example"
# How many waves back every call was planned work; before that only matched pairs were.
PLANNED_WAVES: Final = 3
UNASKED: Final = "BZ"
HANDED_BACK: Final = "Ik ben die dag verhinderd."


@dataclass(frozen=True, slots=True)
class DemoQuota:
    wave: int
    department: str
    kind: str
    subject: str
    """A scenario's code, or the problem of pairs."""
    target: int


@dataclass(frozen=True, slots=True)
class DemoAssignment:
    """`call` is the key of the call that came of it; `group` its place among the groups."""

    wave: int
    department: str
    scenario: str
    evaluator: str | None
    state: str
    starts_at: dt.datetime
    until: dt.datetime
    call: int | None = None
    group: int | None = None
    position: int = 1
    reason: str = ""

    @property
    def created_at(self) -> dt.datetime:
        """The plan was made a week before."""
        return self.starts_at - 7 * days.DAY


@dataclass(frozen=True, slots=True)
class DemoReading:
    """A manager has read a call."""

    call: int
    at: dt.datetime
    note: str = ""
    by: str = MANAGER


@dataclass(frozen=True, slots=True)
class DemoGroup:
    wave: int
    department: str
    kind: str
    problem: str
    within_days: int


@dataclass(frozen=True, slots=True)
class DemoWork:
    quotas: tuple[DemoQuota, ...]
    groups: tuple[DemoGroup, ...]
    assignments: tuple[DemoAssignment, ...]
    readings: tuple[DemoReading, ...]


def plan_work(data: DemoData, managed: frozenset[str]) -> DemoWork:
    """`managed` are the codes of the departments that the manager who signs in reads."""
    field = [call for call in data.calls if call.kind == "field" and call.state != "voided"]
    approved = [call for call in field if call.state == "approved"]
    pairs = tuple(_pairs(approved))
    rng = Random(f"{data.seed}:work")  # noqa: S311 - made-up work, no secrets
    paired = [
        DemoGroup(calm.wave, calm.department, "pair", PROBLEMS[calm.scenario], WITHIN_DAYS) for calm, _dominant in pairs
    ]
    wave, coming = _rest_of(data)
    chains = [DemoGroup(wave.number, department, "chain", CHAIN, CHAIN_DAYS) for department in CHAINED]
    quotas = [DemoQuota(wave.number, group.department, "chain", CHAIN, 1) for group in chains]
    assignments = (
        *_made(data, field, pairs),
        *_ahead(rng, data, field, wave, coming),
        *_chains(chains, len(paired), coming),
    )
    return DemoWork(
        (*_quotas(data, approved, pairs), *quotas),
        (*paired, *chains),
        assignments,
        tuple(_readings(rng, data, approved, managed)),
    )


def _rest_of(data: DemoData) -> tuple[Wave, list[dt.date]]:
    """The wave that is open, and its working days from today on; at its very end the day of today."""
    wave = next(each for each in reversed(data.waves) if each.state == "open")
    coming = [day for day in days.working_days(data.today, wave.ends_on + days.DAY) if day >= wave.starts_on]
    return wave, coming or [min(max(data.today, wave.starts_on), wave.ends_on)]


def _pairs(calls: Iterable[DemoCall]) -> Iterator[tuple[DemoCall, DemoCall]]:
    """Each calm call with the first dominant one of its problem in the same department and wave within the days."""
    by_place: dict[tuple[int, str, str], list[DemoCall]] = defaultdict(list)
    for call in calls:
        problem = PROBLEMS[call.scenario]
        if problem in PAIRED:
            by_place[call.wave, call.department, problem].append(call)
    for place in sorted(by_place):
        there = sorted(by_place[place], key=lambda call: (call.called_at, call.key))
        dominant = [call for call in there if call.scenario.endswith("_dominant")]
        for calm in (call for call in there if call.scenario.endswith("_calm")):
            fits = (other for other in dominant if abs(other.called_at - calm.called_at) <= WITHIN_DAYS * days.DAY)
            if (other := next(fits, None)) is not None:
                dominant.remove(other)
                yield calm, other


def _quotas(
    data: DemoData, calls: Iterable[DemoCall], pairs: Iterable[tuple[DemoCall, DemoCall]]
) -> Iterator[DemoQuota]:
    """What was wanted is what was made; the wave of today wants what the wave before it got."""
    single: Counter[tuple[int, str, str]] = Counter()
    paired: Counter[tuple[int, str, str]] = Counter()
    in_pair = set()
    for calm, dominant in pairs:
        paired[calm.wave, calm.department, PROBLEMS[calm.scenario]] += 1
        in_pair |= {calm.key, dominant.key}
    for call in calls:
        if call.key not in in_pair:
            single[call.wave, call.department, call.scenario] += 1
    last = len(data.waves)
    for kind, counts in (("single", single), ("pair", paired)):
        for (wave, department, subject), count in sorted(counts.items()):
            if wave < last:
                yield DemoQuota(wave, department, kind, subject, count)
            if wave == last - 1 and department not in data.closed_on:
                yield DemoQuota(last, department, kind, subject, count)


def _made(
    data: DemoData, calls: Iterable[DemoCall], pairs: tuple[tuple[DemoCall, DemoCall], ...]
) -> Iterator[DemoAssignment]:
    groups = {call.key: (number, place) for number, pair in enumerate(pairs) for place, call in enumerate(pair, 1)}
    for call in calls:
        group, position = groups.get(call.key, (None, 1))
        if group is None and call.wave <= len(data.waves) - PLANNED_WAVES:
            continue
        starts, until = _half_day(call.called_at)
        state = "done" if call.submitted_at else "accepted"
        yield DemoAssignment(
            call.wave,
            call.department,
            call.scenario,
            call.evaluator,
            state,
            starts,
            # Who is still filling in the form has until tonight.
            until if state == "done" else days.local(data.today, dt.time(23, 59)),
            call=call.key,
            group=group,
            position=position,
        )


def _chains(groups: list[DemoGroup], before: int, coming: list[dt.date]) -> Iterator[DemoAssignment]:
    """The new scenarios' first use: four calls in their order, by one evaluator, who rings again and again."""
    chain = sorted(
        (each for each in (*SCENARIOS, *NEW_SCENARIOS) if each.problem == CHAIN), key=lambda each: each.attempt
    )
    for number, group in enumerate(groups):
        for place, scenario in enumerate(chain):
            day = coming[min(place + 1, len(coming) - 1)]
            # On the last days of a month several fall on one day: a quarter of it each.
            opens = dt.time(OPENS.hour + 2 * place)
            yield DemoAssignment(
                group.wave,
                group.department,
                scenario.code,
                EVALUATORS[number + 1].email,
                "offered",
                days.local(day, opens),
                days.local(day, dt.time(opens.hour + 2)),
                group=before + number,
                position=place + 1,
            )


def _ahead(
    rng: Random, data: DemoData, calls: Iterable[DemoCall], wave: Wave, coming: list[dt.date]
) -> Iterator[DemoAssignment]:
    """The rest of the month: as many calls as the wave before had more than this one has so far."""
    last = len(data.waves)
    counts = {number: Counter(c.department for c in calls if c.wave == number) for number in (last - 1, last)}
    scenarios = [scenario.code for scenario in SCENARIOS if scenario.attempt == 1]
    people = [person.email for person in EVALUATORS]
    wanted = [
        department
        for department, count in sorted(counts[last - 1].items())
        if department not in data.closed_on
        for _ in range(max(2, min(count - counts[last][department], 4 * len(coming))))
    ]
    rng.shuffle(wanted)
    # The evaluator who signs in has no call to make there, so that one can be logged unasked.
    wanted.sort(key=lambda department: department == UNASKED)
    for number, department in enumerate(wanted):
        own = number < len(OWN)
        state, day = OWN[number] if own else (rng.choice(OTHERS), None)
        starts, until = _window(rng, coming, data.today, day)
        yield DemoAssignment(
            wave.number,
            department,
            rng.choice(scenarios),
            None if state == "planned" else SIGNS_IN if own else rng.choice(people[1:]),
            state,
            starts,
            until,
            reason=HANDED_BACK if state == "handed_back" else "",
        )


# What the evaluator who signs in finds: state, and the working day counted from today (None: any that comes).
OWN: Final = (
    ("accepted", 0),
    ("accepted", 1),
    ("offered", 1),
    ("offered", 2),
    ("offered", None),
    ("accepted", -1),
    ("handed_back", 1),
)
OTHERS: Final = ("offered", "offered", "accepted", "accepted", "accepted", "planned")


def _window(rng: Random, coming: list[dt.date], today: dt.date, number: int | None) -> tuple[dt.datetime, dt.datetime]:
    if number == -1:
        # Yesterday's, never made: it has expired.
        day = days.days_before(today, 1)[0]
        return days.local(day, OPENS), days.local(day, CLOSES)
    if number == 0:
        # All day and evening, so that it is due today at whatever hour the demo is started.
        return days.local(today, dt.time(0)), days.local(today, dt.time(23, 59))
    day = rng.choice(coming) if number is None else coming[min(number, len(coming) - 1)]
    if day == today:
        return days.local(today, OPENS), days.local(today, dt.time(23, 59))
    starts, until = rng.choice(((OPENS, NOON), (NOON, CLOSES)))
    return days.local(day, starts), days.local(day, until)


def _half_day(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    clock = moment.astimezone(days.ZONE)
    starts, until = (OPENS, NOON) if clock.time() < NOON else (NOON, CLOSES)
    return days.local(clock.date(), starts), days.local(clock.date(), until)


NOTES: Final = (
    "Besproken in het teamoverleg.",
    "Fijn voorbeeld, gedeeld met de ploeg.",
    "We passen de belscripts hierop aan.",
)


def _readings(rng: Random, data: DemoData, calls: Iterable[DemoCall], managed: frozenset[str]) -> Iterator[DemoReading]:
    """The manager read what was decided up to four days ago."""
    limit = days.local(data.today, dt.time(0)) - 4 * days.DAY
    for call in calls:
        if call.department in managed and call.decided_at is not None and call.decided_at < limit:
            note = rng.choice(NOTES) if rng.random() < 0.03 else ""
            yield DemoReading(call.key, min(call.decided_at + dt.timedelta(hours=rng.randint(2, 80)), limit), note)
