"""Writes the demo into the database: in bulk, in one transaction, scored by the real rules."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from surveys import workflow
from surveys.demo.cast import Cast
from surveys.demo.data import DemoData
from surveys.demo.loading_checks import write_checks
from surveys.demo.loading_work import (
    CALLS_PER_EVALUATOR,
    SECOND_SHARE,
    write_readings,
    write_second_work,
    write_work,
)
from surveys.demo.work import MANAGER, plan_work
from surveys.demo.world import DEMO_PASSWORD, LANGUAGE, SLUG, TIME_ZONE
from surveys.demo.world import Department as Unit
from surveys.models import (
    AuditEntry,
    Call,
    Callback,
    CallbackEvent,
    ChecklistVersion,
    Clearance,
    Department,
    Membership,
    Organisation,
    Scenario,
    User,
    Wave,
)
from surveys.querysets import with_descendants
from surveys.starting import start_organisation

Say = Callable[[str], object]
# What a wave cannot open without: kind, document, by whom.
PAPERS = (
    (Clearance.Kind.WORKS_COUNCIL, "OR-2025/014", "Ondernemingsraad"),
    (Clearance.Kind.DPIA, "DPIA mystery calls 1.2", "Functionaris gegevensbescherming"),
    (Clearance.Kind.RECORDING, "Regeling opname testgesprekken 2025", "Ondernemingsraad en directie"),
    (Clearance.Kind.STAFF_TOLD, "Intranet: zo toetsen wij onze telefoon", "Directie Dienstverlening"),
)


def find() -> Organisation | None:
    """The demo organisation, if it has been loaded."""
    found: Organisation | None = Organisation.objects.filter(slug=SLUG, is_demo=True).first()
    return found


@transaction.atomic
def load(*, data: DemoData, at: dt.datetime, say: Say = lambda _line: None) -> Organisation:
    """Writes it all or nothing. `at` is the moment of loading, for the audit log; `say` gets a line per stage.

    Raises `Refused` when the short name is taken.
    """
    with _stage("organisation and people", say):
        organisation = _organisation(data)
        cast = Cast(
            organisation,
            users=_people(data, organisation),
            departments=_departments(data, organisation),
            scenarios={scenario.code: scenario for scenario in Scenario.objects.filter(organisation=organisation)},
            waves=_waves(data, organisation),
        )
        _managers(data, cast)
    with _stage(f"{len(data.calls)} calls scored", say):
        calls = {made.key: cast.call(made) for made in data.calls}
    work = plan_work(data, _managed(data))
    with _stage("quotas and assignments written", say):
        write_work(work, calls, cast)
    with _stage("calls, callbacks and history written", say):
        _write_calls(data, calls)
        _write_callbacks(data, calls, cast)
        _write_history(data, calls, cast, at)
        write_readings(work, calls, cast)
    with _stage("figures added up", say):
        workflow.announce(calls[made.key] for made in data.calls if made.counts)
    with _stage("recordings, gold calls, calibration and appeals", say):
        write_checks(data, calls, cast, at)
    return organisation


@contextmanager
def _stage(title: str, say: Say) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"  {title}: {time.monotonic() - began:.1f} s")


# --- people and places ------------------------------------------------------------------------------------------------


def _organisation(data: DemoData) -> Organisation:
    administrator = data.people[0]
    organisation = start_organisation(
        name=data.name,
        slug=SLUG,
        language=LANGUAGE,
        time_zone=TIME_ZONE,
        administrator_email=administrator.email,
        administrator_name=administrator.name,
        password=DEMO_PASSWORD,
        at=data.started_at,
        scenarios=[_scenario_row(scenario) for scenario in data.scenarios],
    )
    organisation.is_demo = True
    organisation.recordings_on, organisation.recording_days = True, 90
    organisation.save(update_fields=["is_demo", "recordings_on", "recording_days"])
    Clearance.objects.bulk_create(
        Clearance(
            organisation=organisation, kind=kind, dated_on=data.started_at.date(), document=document, given_by=who
        )
        for kind, document, who in PAPERS
    )
    return organisation


def _scenario_row(scenario: Any) -> dict[str, Any]:
    return {
        name: getattr(scenario, name) for name in ("code", "name", "persona", "question", "problem", *scenario.facts)
    }


def _people(data: DemoData, organisation: Organisation) -> dict[str, User]:
    # One hash for all: they share their password anyway, and hashing is slow on purpose.
    password, unusable = make_password(DEMO_PASSWORD), make_password(None)
    known = {user.email: user for user in User.objects.filter(email__in=[person.email for person in data.people])}
    missing = [person for person in data.people if person.email not in known]
    User.objects.bulk_create(
        User(
            email=person.email,
            name=person.name,
            # Visitors see the pages in their own language; what is written in calls has the evaluator's.
            language="",
            date_joined=data.started_at,
            password=password if person.signs_in else unusable,
        )
        for person in missing
    )
    users = {user.email: user for user in User.objects.filter(email__in=[person.email for person in data.people])}
    taken = set(Membership.objects.filter(organisation=organisation).values_list("user__email", "role"))
    Membership.objects.bulk_create(
        Membership(user=users[person.email], organisation=organisation, role=role, created_at=data.started_at)
        for person in data.people
        for role in person.roles
        if (person.email, role) not in taken
    )
    return users


def _departments(data: DemoData, organisation: Organisation) -> dict[str, Department]:
    """One level of the tree after the other, as each needs its parents' keys."""
    made: dict[str, Department] = {}
    todo = list(data.departments)
    while todo:
        level = [unit for unit in todo if unit.parent is None or unit.parent in made]
        rows = [_department(unit, organisation, made, data.closed_on) for unit in level]
        made |= {row.code: row for row in Department.objects.bulk_create(rows)}
        todo = [unit for unit in todo if unit not in level]
    return made


def _department(
    unit: Unit, organisation: Organisation, made: Mapping[str, Department], closed_on: Mapping[str, dt.date]
) -> Department:
    return Department(
        organisation=organisation,
        parent=made[unit.parent] if unit.parent else None,
        code=unit.code,
        name=unit.name,
        phone_numbers=list(unit.phone_numbers),
        closed_on=closed_on.get(unit.code),
        **unit.targets,
    )


def _waves(data: DemoData, organisation: Organisation) -> dict[int, Wave]:
    version = ChecklistVersion.objects.select_related("checklist").get(checklist__organisation=organisation)
    rows = [
        Wave(
            organisation=organisation,
            version=version,
            name=wave.name,
            starts_on=wave.starts_on,
            ends_on=wave.ends_on,
            state=wave.state,
            second_share=SECOND_SHARE,
            calls_per_evaluator=CALLS_PER_EVALUATOR,
            seed=wave.number,
        )
        for wave in data.waves
    ]
    return {wave.number: row for wave, row in zip(data.waves, Wave.objects.bulk_create(rows), strict=True)}


def _managers(data: DemoData, cast: Cast) -> None:
    for person in data.people:
        if person.departments:
            membership = Membership.objects.get(
                organisation=cast.organisation, user=cast.users[person.email], role="manager"
            )
            membership.departments.set(cast.departments[code] for code in person.departments)


def _managed(data: DemoData) -> frozenset[str]:
    """The departments of the manager who signs in, with all below."""
    tops = next(set(person.departments) for person in data.people if person.email == MANAGER)
    numbers = {unit.code: number for number, unit in enumerate(data.departments)}
    pairs = [(numbers[unit.code], numbers[unit.parent] if unit.parent else None) for unit in data.departments]
    found = with_descendants({numbers[code] for code in tops}, pairs)
    return frozenset(unit.code for unit in data.departments if numbers[unit.code] in found)


# --- calls ------------------------------------------------------------------------------------------------------------


def _write_calls(data: DemoData, calls: Mapping[int, Call]) -> None:
    """First those that stand for themselves, then the second scorings, which refer to them.

    Whoever scored a call a second time had listened along with the first.
    """
    seconds = [(calls[made.key], calls[made.second_of]) for made in data.calls if made.second_of is not None]
    for second, first in seconds:
        first.listener = second.evaluator
    Call.objects.bulk_create(calls[made.key] for made in data.calls if made.second_of is None)
    write_second_work(seconds)
    for second, first in seconds:
        second.second_of = first
    Call.objects.bulk_create(second for second, _first in seconds)


def _write_callbacks(data: DemoData, calls: Mapping[int, Call], cast: Cast) -> None:
    promised = [made for made in data.calls if made.callback is not None]
    promises = [workflow.promise_of(calls[made.key]) for made in promised]
    callbacks = Callback.objects.bulk_create(promise for promise in promises if promise is not None)
    CallbackEvent.objects.bulk_create(
        CallbackEvent(
            callback=callback,
            kind=event.kind,
            happened_at=event.happened_at,
            by_whom=event.by_whom,
            recorded_by=cast.users[made.evaluator],
            recorded_at=event.recorded_at,
        )
        for made, callback in zip(promised, callbacks, strict=True)
        if made.callback and (event := made.callback.event)
    )


def _write_history(data: DemoData, calls: Mapping[int, Call], cast: Cast, at: dt.datetime) -> None:
    lines = ((made, step) for made in data.calls for step in made.history)
    entries = [
        AuditEntry(
            organisation=cast.organisation,
            actor=cast.users[step.by],
            at=step.at,
            action=step.action,
            subject="call",
            subject_id=calls[made.key].pk,
            changes={"state": [step.before, step.after]},
            reason=step.reason,
        )
        for made, step in sorted(lines, key=lambda line: line[1].at)
    ]
    entries.append(
        AuditEntry(
            organisation=cast.organisation,
            actor=None,
            at=at,
            action="demo loaded",
            subject="organisation",
            subject_id=cast.organisation.pk,
            changes={"seed": [None, data.seed], "today": [None, str(data.today)]},
        )
    )
    AuditEntry.objects.bulk_create(entries)
