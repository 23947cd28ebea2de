"""Assignments as the coordinator reads them: whose, until when, how often this department hears that voice, what happened."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from surveys import access, assignments, rotation
from surveys.models import Assignment, AuditEntry, User, Wave
from surveys.querysets import AssignmentQuerySet

ACTIONS: Final = {
    "assigned": gettext_noop("Made"),
    "planned": gettext_noop("Planned"),
    "offered": gettext_noop("Offered"),
    "accepted": gettext_noop("Accepted"),
    "handed back": gettext_noop("Handed back"),
    "extended": gettext_noop("Window changed"),
    "cancelled": gettext_noop("Cancelled"),
    "done": gettext_noop("Call handed in"),
    "call voided": gettext_noop("Its call was voided"),
    "recognised": gettext_noop("The evaluator was recognised"),
}
TONES: Final = {"expired": "warn", "handed_back": "warn", "done": "good"}


@dataclass(frozen=True, slots=True)
class Step:
    at: dt.datetime
    title: str
    who: str
    reason: str


def told(entries: Iterable[AuditEntry]) -> list[Step]:
    return [
        Step(entry.at, _(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action, _who(entry), entry.reason)
        for entry in entries
    ]


def _who(entry: AuditEntry) -> str:
    return "Klankbord" if entry.actor is None else str(entry.actor)


@dataclass(frozen=True, slots=True)
class Row:
    """`load` is how many calls the evaluator has with this department in the wave, of `limit` that are allowed."""

    assignment: Assignment
    scenario: str
    state: str
    tone: str
    purpose: str
    load: int
    limit: int | None
    was_recognised: bool
    last: Step | None
    ticked: bool

    @property
    def above_limit(self) -> bool:
        return self.limit is not None and self.load > self.limit


def rows(
    page: Sequence[Assignment], *, wave: Wave, user: User, at: dt.datetime, ticked: Iterable[int] = ()
) -> list[Row]:
    loads, recognised = rotation.loads(wave), rotation.recognised(wave)
    last = {entry.subject_id: entry for entry in access.assignment_history(user, list(page))}
    chosen = set(ticked)
    return [
        _row(
            each,
            key=(each.evaluator_id or 0, each.department_id),
            loads=loads,
            recognised=recognised,
            last=last.get(each.pk),
            at=at,
            purpose=access.knows_purpose(user, each),
            ticked=each.pk in chosen,
        )
        for each in page
    ]


def _row(
    each: Assignment,
    *,
    key: tuple[int, int],
    loads: rotation.Loads,
    recognised: set[tuple[int, int]],
    last: AuditEntry | None,
    at: dt.datetime,
    purpose: bool,
    ticked: bool,
) -> Row:
    expired = each.has_expired_at(at)
    return Row(
        assignment=each,
        scenario=assignments.work_of(each, at=at).scenario,
        state=str(pgettext_lazy("assignment", "expired")) if expired else each.get_state_display(),
        tone=TONES.get("expired" if expired else each.state, "flat"),
        purpose=each.get_purpose_display() if purpose and each.is_listening else "",
        load=0 if each.is_listening else loads[key],
        limit=each.wave.calls_per_evaluator,
        was_recognised=key in recognised,
        last=told([last])[0] if last is not None else None,
        ticked=ticked,
    )


def counts(all_of_wave: AssignmentQuerySet, at: dt.datetime) -> dict[str, int]:
    """How many stand in each state as people see it, in one query."""
    states = ("", "attention", "planned", "offered", "accepted", "expired", "done", "handed_back", "cancelled", "all")
    found = dict.fromkeys(states, 0)
    for state, until in all_of_wave.order_by().values_list("state", "until"):
        seen = "expired" if state in Assignment.OPEN and until <= at else state
        found[seen] += 1
        found["attention"] += seen in {"expired", "handed_back"}
        found[""] += seen not in {"done", "cancelled"}
        found["all"] += 1
    return found
