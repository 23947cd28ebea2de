"""Writes the demo's planned work: quotas, groups, assignments, and who has read what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from surveys.demo.cast import Cast
from surveys.demo.work import DemoAssignment, DemoWork
from surveys.models import Acknowledgement, Assignment, AssignmentGroup, Call, Quota

SECOND_SHARE = 20
CALLS_PER_EVALUATOR = 8


def write_work(work: DemoWork, calls: Mapping[int, Call], cast: Cast) -> None:
    """Before the calls are written: each gets its assignment."""
    Quota.objects.bulk_create(
        Quota(
            wave=cast.waves[quota.wave],
            department=cast.departments[quota.department],
            kind=quota.kind,
            scenario=cast.scenarios[quota.subject] if quota.kind == "single" else None,
            problem="" if quota.kind == "single" else quota.subject,
            target=quota.target,
        )
        for quota in work.quotas
    )
    groups = AssignmentGroup.objects.bulk_create(
        AssignmentGroup(
            wave=cast.waves[group.wave],
            department=cast.departments[group.department],
            kind=group.kind,
            problem=group.problem,
            within_days=group.within_days,
        )
        for group in work.groups
    )
    rows = Assignment.objects.bulk_create(_assignment(made, groups, cast) for made in work.assignments)
    for made, row in zip(work.assignments, rows, strict=True):
        if made.call is not None:
            calls[made.call].assignment = row


def _assignment(made: DemoAssignment, groups: list[AssignmentGroup], cast: Cast) -> Assignment:
    return Assignment(
        organisation=cast.organisation,
        wave=cast.waves[made.wave],
        department=cast.departments[made.department],
        scenario=cast.scenarios[made.scenario],
        evaluator=cast.users[made.evaluator] if made.evaluator else None,
        state=made.state,
        starts_at=made.starts_at,
        until=made.until,
        group=None if made.group is None else groups[made.group],
        position=made.position,
        hand_back_reason=made.reason,
        created_at=made.created_at,
        changed_at=made.created_at,
    )


def write_second_work(pairs: Iterable[tuple[Call, Call]]) -> None:
    """The assignments under which calls were scored again, done long ago."""
    pairs = list(pairs)
    rows = Assignment.objects.bulk_create(
        Assignment(
            organisation=second.organisation,
            wave=second.wave,
            department=second.department,
            scenario=second.scenario,
            evaluator=second.evaluator,
            state=Assignment.State.DONE,
            purpose=Assignment.Purpose.SECOND,
            source_call=first,
            starts_at=first.called_at,
            until=(second.submitted_at or first.called_at) + dt.timedelta(days=1),
            created_at=first.called_at,
            changed_at=second.submitted_at or first.called_at,
        )
        for second, first in pairs
    )
    for (second, _first), row in zip(pairs, rows, strict=True):
        second.assignment = row


def write_readings(work: DemoWork, calls: Mapping[int, Call], cast: Cast) -> None:
    Acknowledgement.objects.bulk_create(
        Acknowledgement(call=calls[made.call], by=cast.users[made.by], at=made.at, note=made.note)
        for made in work.readings
    )
