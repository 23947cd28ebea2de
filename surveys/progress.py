"""How far a wave has come against its quota: counted in calls for people, in calls, pairs and chains for the plan.

A call is **made** once it was handed in and as long as it was not voided. An assignment is **open** while it can still be
made: its window has not passed, or its form was begun. A pair or chain counts only as a whole: it is **complete** when all of
its calls were made, **under way** while those that are lacking are open, and lost otherwise; then it takes a new one.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, F, Q

from surveys.families import families
from surveys.models import Assignment, Call, Quota, Scenario, Wave

MADE = (Call.State.SUBMITTED, Call.State.RETURNED, Call.State.APPROVED)
CANCELLED = Assignment.State.CANCELLED
PAIR_SIZE = 2


class Key(NamedTuple):
    """What a quota is of: `subject` is a scenario's key, or the problem of pairs and chains."""

    kind: str
    department: int
    subject: int | str


@dataclass(frozen=True, slots=True)
class Cell:
    """One quota, in its own unit: calls, pairs or chains of `size` calls. `lacking` is how many calls it still takes."""

    key: Key
    target: int
    made: int
    open: int
    size: int
    lacking: int

    @property
    def to_plan(self) -> int:
        return max(0, self.target - self.made - self.open)


@dataclass(frozen=True, slots=True)
class Line:
    """A department, in calls."""

    department: int
    target: int
    assigned: int
    made: int
    approved: int
    remaining: int

    @property
    def percent(self) -> int:
        """How much of the target has been met; more elsewhere does not make up for what is lacking here."""
        return 100 if self.target == 0 else (self.target - self.remaining) * 100 // self.target


@dataclass(frozen=True, slots=True)
class Groups:
    """All pairs or all chains of a wave."""

    target: int
    complete: int
    under_way: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one evaluator has to do and has done in a wave."""

    evaluator: int
    offered: int
    accepted: int
    expired: int
    made: int


class Row(NamedTuple):
    """An assignment as far as counting it goes."""

    pk: int
    department: int
    scenario: int
    evaluator: int | None
    state: str
    starts_at: dt.datetime
    until: dt.datetime
    group: int | None
    call: str | None

    @property
    def is_made(self) -> bool:
        return self.call in MADE

    def is_open_at(self, at: dt.datetime) -> bool:
        return self.state in Assignment.OPEN and (at < self.until or self.call == Call.State.DRAFT)

    @property
    def is_free(self) -> bool:
        """Whether a new plan may take its place: nobody has accepted it."""
        return self.call is None and self.state in {
            Assignment.State.PLANNED, Assignment.State.OFFERED, Assignment.State.HANDED_BACK,
        }  # fmt: skip


class Standing:
    """A wave's work at one moment, read once. `without` are assignments taken for cancelled: a new plan replaces them."""

    def __init__(self, wave: Wave, *, at: dt.datetime, without: Iterable[int] = ()) -> None:
        self.wave, self.at = wave, at
        gone = set(without)
        # They stay in their groups, which are lost with them.
        self.rows = [row._replace(state=CANCELLED) if row.pk in gone else row for row in _rows(wave)]
        self.calls = list(_calls(wave))

    @cached_property
    def quotas(self) -> dict[Key, int]:
        fields = ("kind", "department", "scenario", "problem", "target")
        rows = Quota.objects.filter(wave=self.wave).order_by("department", "pk").values_list(*fields)
        return {Key(kind, dept, scenario or problem): target for kind, dept, scenario, problem, target in rows}

    @cached_property
    def sizes(self) -> dict[tuple[str, str], int]:
        """How many calls a pair or chain of a problem takes."""
        known = families(Scenario.objects.filter(organisation=self.wave.organisation_id, is_active=True))
        return {(family.kind, family.problem): len(family.scenarios) for family in known}

    @cached_property
    def groups(self) -> dict[int, tuple[Key, list[Row]]]:
        members: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.group is not None:
                members[row.group].append(row)
        fields = ("pk", "kind", "department", "problem")
        known = self.wave.groups.order_by("pk").values_list(*fields) if members else ()
        return {pk: (Key(kind, dept, problem), members[pk]) for pk, kind, dept, problem in known if pk in members}

    @cached_property
    def _grouped(self) -> dict[Key, tuple[int, list[int]]]:
        """Per quota of pairs or chains: how many are complete, and how many calls each that is under way still lacks."""
        found: dict[Key, tuple[int, list[int]]] = {}
        for key, rows in self.groups.values():
            complete, under_way = found.setdefault(key, (0, []))
            lacking = [row for row in rows if not row.is_made]
            if not lacking:
                found[key] = (complete + 1, under_way)
            elif all(row.is_open_at(self.at) for row in lacking):
                under_way.append(len(lacking))
        return found

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        made: Counter[tuple[int, int]] = Counter()
        waiting: Counter[tuple[int, int]] = Counter()
        for call in self.calls:
            if call["state"] in MADE and not call["grouped"]:
                made[call["department"], call["scenario"]] += call["number"]
        for row in self.rows:
            if row.group is None and not row.is_made and row.is_open_at(self.at):
                waiting[row.department, row.scenario] += 1
        found = []
        for key, target in self.quotas.items():
            if key.kind == Quota.Kind.SINGLE:
                place = (key.department, int(key.subject))
                cell = Cell(key, target, made[place], waiting[place], 1, max(0, target - made[place]))
            else:
                cell = self._cell_of_groups(key, target)
            found.append(cell)
        return tuple(found)

    def _cell_of_groups(self, key: Key, target: int) -> Cell:
        complete, under_way = self._grouped.get(key, (0, []))
        size = self.sizes.get((key.kind, str(key.subject)), PAIR_SIZE)
        wanted = max(0, target - complete)
        begun = sorted(under_way)[:wanted]
        lacking = sum(begun) + size * (wanted - len(begun))
        return Cell(key, target, complete, len(under_way), size, lacking)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every department that has a quota, an assignment or a call."""
        target: Counter[int] = Counter()
        remaining: Counter[int] = Counter()
        for cell in self.cells:
            target[cell.key.department] += cell.target * cell.size
            remaining[cell.key.department] += cell.lacking
        made: Counter[int] = Counter()
        approved: Counter[int] = Counter()
        for call in self.calls:
            made[call["department"]] += call["number"] if call["state"] in MADE else 0
            approved[call["department"]] += call["number"] if call["state"] == Call.State.APPROVED else 0
        assigned = Counter(row.department for row in self.rows if not row.is_made and row.is_open_at(self.at))
        keys = sorted({*target, *made, *assigned})
        return tuple(Line(key, target[key], assigned[key], made[key], approved[key], remaining[key]) for key in keys)

    @property
    def total(self) -> Line:
        rows = self.lines
        return Line(
            0,
            sum(line.target for line in rows),
            sum(line.assigned for line in rows),
            sum(line.made for line in rows),
            sum(line.approved for line in rows),
            sum(line.remaining for line in rows),
        )

    def groups_of(self, kind: str) -> Groups:
        cells = [cell for cell in self.cells if cell.key.kind == kind]
        found = [counted for key, counted in self._grouped.items() if key.kind == kind]
        return Groups(
            target=sum(cell.target for cell in cells),
            complete=sum(complete for complete, _lacking in found),
            under_way=sum(len(lacking) for _complete, lacking in found),
        )

    @cached_property
    def loads(self) -> tuple[Load, ...]:
        """Every evaluator with work in the wave; whoever has most left to do first."""
        counts: Mapping[int, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            if row.evaluator is not None and not row.is_made and row.state in Assignment.OPEN:
                counts[row.evaluator][row.state if row.is_open_at(self.at) else "expired"] += 1
        for call in self.calls:
            if call["state"] in MADE:
                counts[call["evaluator"]]["made"] += call["number"]
        found = [
            Load(person, counted["offered"], counted["accepted"], counted["expired"], counted["made"])
            for person, counted in counts.items()
        ]
        return tuple(sorted(found, key=lambda load: (-load.offered - load.accepted, -load.made, load.evaluator)))


def _rows(wave: Wave) -> Iterable[Row]:
    """Every call of the wave that was ever planned, but for what was cancelled alone; a cancelled member breaks its group."""
    field = Assignment.objects.filter(wave=wave, purpose=Assignment.Purpose.FIELD).order_by("pk")
    kept = field.exclude(state=Assignment.State.CANCELLED, group=None)
    names = [name for name in Row._fields if name != "call"]
    return (Row(*values) for values in kept.annotate(call_state=F("call__state")).values_list(*names, "call_state"))


def _calls(wave: Wave) -> Iterable[dict[str, Any]]:
    calls = Call.objects.filter(wave=wave, kind=Call.Kind.FIELD).exclude(state=Call.State.VOIDED)
    grouped = calls.annotate(grouped=Q(assignment__group__isnull=False)).order_by()
    found: Iterable[dict[str, Any]] = grouped.values(
        "department", "scenario", "evaluator", "state", "grouped"
    ).annotate(number=Count("pk"))
    return found
