"""The demo as plain data: what `generate` makes and `loading.load` writes. Times are in UTC."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from surveys.demo.world import Department, Person, Scenario, Wave


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """What became of a promise: "came" or "not_come"."""

    kind: str
    happened_at: dt.datetime
    by_whom: str
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DemoCallback:
    """A promise made in a call; `event` is None as long as nothing is recorded about it."""

    due_at: dt.datetime
    who: str
    event: DemoEvent | None


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A line of the call's history. `by` is an e-mail address."""

    at: dt.datetime
    action: str
    by: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DemoCall:
    """`wave` is the month, from 1; `evaluator` and `decided_by` are e-mail addresses; `second_of` is another call's `key`."""

    key: int
    kind: str
    state: str
    wave: int
    department: str
    scenario: str
    evaluator: str
    client_id: uuid.UUID
    called_at: dt.datetime
    created_at: dt.datetime
    changed_at: dt.datetime
    answers: dict[str, Any]
    revision: int
    answer_revisions: dict[str, int] = field(default_factory=dict)
    second_of: int | None = None
    submitted_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    return_reason: str = ""
    callback: DemoCallback | None = None
    timeline: list[list[Any]] = field(default_factory=list)
    """Marks: a name and its seconds from dialling."""
    first_answer_at: dt.datetime | None = None
    history: tuple[DemoStep, ...] = ()

    @property
    def counts(self) -> bool:
        return self.state == "approved" and self.kind == "field"


@dataclass(frozen=True, slots=True)
class DemoData:
    seed: int
    today: dt.date
    started_at: dt.datetime
    name: str
    departments: tuple[Department, ...]
    people: tuple[Person, ...]
    scenarios: tuple[Scenario, ...]
    waves: tuple[Wave, ...]
    calls: tuple[DemoCall, ...]
    closed_on: dict[str, dt.date]
    """By department, for those closed."""
    training_on: dt.date
    """The first day of the training's month."""
