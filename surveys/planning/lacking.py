"""Whether a plan can be at all: what certainly cannot be is counted before, so that it says exactly how much is short."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from .requests import CHAIN, PAIR, Need, Request, Shortage, calls_wanted, capacity, open_slots, room_of


def shortages(request: Request) -> Iterator[Shortage]:
    """In the order in which they should be mended."""
    if not request.needs:
        return
    if not request.slots:
        yield Shortage("days", None, 1, 0)
        return
    by_department: dict[int, list[Need]] = defaultdict(list)
    for need in request.needs:
        by_department[need.department].append(need)
    for department, needs in sorted(by_department.items()):
        yield from _lacking_days(request, department, needs)
        if request.evaluators:
            yield from _lacking_evaluators(request, department, needs)
    if request.evaluators:
        room = sum(capacity(request.parts[slot.part]) for slot in request.slots) * len(request.evaluators)
        wanted = calls_wanted(request.needs).total()
        if wanted > room:
            yield Shortage("hours", None, wanted, room)


def _lacking_days(request: Request, department: int, needs: Sequence[Need]) -> Iterator[Shortage]:
    slots = open_slots(request, department)
    days = sorted({slot.day for slot in slots})
    if not days:
        yield Shortage("days", department, 1, 0)
        return
    if any(need.kind == PAIR for need in needs) and len(slots) < 2:
        yield Shortage("pair_windows", department, 2, len(slots))
    longest = max((len(need.scenarios) for need in needs if need.kind == CHAIN), default=0)
    most = max(sum(first <= day <= first + dt.timedelta(request.chain_days) for day in days) for first in days)
    if longest > most:
        yield Shortage("chain_days", department, longest, most)


def _lacking_evaluators(request: Request, department: int, needs: Sequence[Need]) -> Iterator[Shortage]:
    rooms = [room for person in request.evaluators if (room := room_of(request, person, department))]
    calls = sum(len(need.scenarios) for need in needs)
    if not rooms:
        yield Shortage("evaluators", department, 1, 0)
        return
    pairs = sum(need.kind == PAIR for need in needs)
    if pairs and len(rooms) < 2:
        yield Shortage("pair_evaluators", department, 2, len(rooms))
    chains = Counter(len(need.scenarios) for need in needs if need.kind == CHAIN)
    if request.limit is None:
        return
    if calls > sum(rooms):
        yield Shortage("limit", department, calls, sum(rooms))
        return
    for length, count in sorted(chains.items()):
        possible = sum(room // length for room in rooms)
        if count > possible:
            yield Shortage("chain_limit", department, count, possible)
    possible = sum(min(room, pairs) for room in rooms) // 2
    if pairs > possible and len(rooms) > 1:
        yield Shortage("pair_limit", department, pairs, possible)
