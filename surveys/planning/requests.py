"""What a plan is made from and what it is made of."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

SINGLE, PAIR, CHAIN = "single", "pair", "chain"
# A test call with its form: how many of them an evaluator can be asked for in one window.
MINUTES_A_CALL: Final = 30
ROUNDED_TO: Final = 15


class Part(NamedTuple):
    """A part of the day, by the organisation's clock."""

    starts: dt.time
    until: dt.time

    @property
    def minutes(self) -> int:
        return _minutes(self.until) - _minutes(self.starts)


class Slot(NamedTuple):
    """A window in which a call can be planned: a day and the number of its part."""

    day: dt.date
    part: int

    @property
    def weekday(self) -> int:
        return self.day.isoweekday()

    @property
    def week(self) -> tuple[int, int]:
        return self.day.isocalendar()[:2]


@dataclass(frozen=True, slots=True)
class Need:
    """One call, pair or chain to be planned. Of a pair the scenarios are (calm, dominant), of a chain its attempts."""

    kind: str
    department: int
    scenarios: tuple[int, ...]
    problem: str = ""


class Heard(NamedTuple):
    """A call that was made or stays planned: what the new ones are spread around."""

    department: int
    day: dt.date
    part: int
    evaluator: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """All that a plan depends on, apart from chance. Keys are whole numbers that mean nothing here.

    `slots` are the windows to plan in, in order of time. `closed` is the first day on which a department is no longer called.
    `loads` is how often each (evaluator, department) has had a call already; who is in `barred` has none there any more.
    Without evaluators calls are planned for nobody yet, and no limit binds.
    """

    needs: tuple[Need, ...]
    slots: tuple[Slot, ...]
    parts: tuple[Part, ...]
    evaluators: tuple[int, ...] = ()
    limit: int | None = None
    pair_days: int = 5
    chain_days: int = 14
    closed: Mapping[int, dt.date] = field(default_factory=dict)
    loads: Mapping[tuple[int, int], int] = field(default_factory=dict)
    barred: frozenset[tuple[int, int]] = frozenset()
    heard: tuple[Heard, ...] = ()


class Visit(NamedTuple):
    """One planned call. `need` is the place of what it belongs to in the request, `position` its place in time within that."""

    day: dt.date
    part: int
    department: int
    scenario: int
    evaluator: int | None
    need: int
    position: int


class Shortage(NamedTuple):
    """What is lacking and by how much; `code` has its words elsewhere. `department` is None where it is about all."""

    code: str
    department: int | None
    needed: int
    possible: int
    problem: str = ""

    @property
    def short(self) -> int:
        return self.needed - self.possible


class CannotPlan(Exception):
    """There is no such plan; `shortages` says what is short."""

    def __init__(self, shortages: Iterable[Shortage]) -> None:
        super().__init__("cannot plan")
        self.shortages = tuple(shortages)


def parts_of_day(opens: dt.time, closes: dt.time, minutes: int) -> tuple[Part, ...]:
    """The hours of a day in equal parts of about so many minutes, at quarters of an hour.

    >>> [str(part.starts) for part in parts_of_day(dt.time(9), dt.time(17), 240)]
    ['09:00:00', '13:00:00']
    """
    first, last = _minutes(opens), _minutes(closes)
    if last <= first or minutes < 1:
        raise ValueError(f"{opens} to {closes} by {minutes} minutes makes no day")
    count = max(1, round((last - first) / minutes))
    inner = {round((first + (last - first) * number / count) / ROUNDED_TO) * ROUNDED_TO for number in range(1, count)}
    edges = [first, *sorted(edge for edge in inner if first < edge < last), last]
    return tuple(Part(_clock(start), _clock(end)) for start, end in itertools.pairwise(edges))


def _minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60)


def capacity(part: Part) -> int:
    """How many calls one evaluator can make in a window."""
    return max(1, part.minutes // MINUTES_A_CALL)


def calls_wanted(needs: Iterable[Need]) -> Counter[int]:
    """How many calls that makes for each department."""
    wanted: Counter[int] = Counter()
    for need in needs:
        wanted[need.department] += len(need.scenarios)
    return wanted


def open_slots(request: Request, department: int) -> list[Slot]:
    """The windows in which this department can be called."""
    closed = request.closed.get(department)
    return [slot for slot in request.slots if closed is None or slot.day < closed]


def room_of(request: Request, evaluator: int, department: int) -> int:
    """How many calls the evaluator may still make to the department; as many as there are, without a limit."""
    if (evaluator, department) in request.barred:
        return 0
    if request.limit is None:
        return sum(len(need.scenarios) for need in request.needs) or 1
    return max(0, request.limit - request.loads.get((evaluator, department), 0))
