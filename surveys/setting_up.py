"""Setting up an organisation: its own settings, departments, waves and scenarios. One function a step, atomic, audited.

`values` are checked form values by field name; only fields that differ are written. A step that cannot be taken raises
`Refused`, whose words are for the reader; its `field` names the field to blame.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Count, Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys import papers, recordings
from surveys.models import AuditEntry, Call, ChecklistVersion, Department, Organisation, Scenario, User, Wave
from surveys.querysets import with_descendants
from surveys.refused import Refused
from surveys.workflow import announce, record

M = TypeVar("M", bound=Model)
Values = Mapping[str, Any]


# --- the organisation and its departments -----------------------------------------------------------------------------


@transaction.atomic
def change_organisation(*, organisation: Organisation, values: Values, by: User, at: dt.datetime) -> None:
    current = Organisation.objects.select_for_update().get(pk=organisation.pk)
    recordings.require_for_switch(current, values, at=at)
    changes = _write(current, values)
    if changes:
        AuditEntry.objects.create(
            organisation=current,
            actor=by,
            at=at,
            action="organisation changed",
            subject="organisation",
            subject_id=current.pk,
            changes=changes,
        )
    if "callback_window_hours" in changes:
        # Which promises were kept follows from the window.
        announce(Call.objects.counting().filter(organisation=current, callback__isnull=False))


def is_reserved(code: str) -> bool:
    """Figures call the line of all departments together "total"."""
    return code.strip().lower() == "total"


def new_department(organisation: Organisation) -> Department:
    """What the form of a new one starts from; nothing is stored yet."""
    return Department(organisation=organisation)


@transaction.atomic
def save_department(*, department: Department, values: Values, by: User, at: dt.datetime) -> Department:
    """Makes a department or changes one. The organisation's row is locked, so that two moves cannot close a circle."""
    organisation = Organisation.objects.select_for_update().get(pk=department.organisation_id)
    if is_reserved(values.get("code", "")):
        raise Refused(_("This code is the one of the total in figures. Choose another."), field="code")
    parent = values["parent"]
    if parent is not None and parent.organisation_id != organisation.pk:
        raise ValueError("a parent in another organisation")
    if department.pk and parent is not None:
        pairs = organisation.departments.values_list("pk", "parent_id")
        if parent.pk in with_descendants({department.pk}, pairs):
            raise Refused(_("A department cannot be part of itself or of one below it."), field="parent")
    try:
        with transaction.atomic():
            saved: Department = _save(Department.objects.all(), department, values, by=by, at=at)
    except IntegrityError:
        raise Refused(_("Another department has this code."), field="code") from None
    return saved


# --- waves ------------------------------------------------------------------------------------------------------------


def new_wave(organisation: Organisation) -> Wave:
    return Wave(organisation=organisation)


@transaction.atomic
def save_wave(*, wave: Wave, values: Values, by: User, at: dt.datetime) -> Wave:
    """Plans a wave or changes one; its version is fixed as soon as a call was made in it, its days hold all of its calls."""
    if wave.pk:
        current = Wave.objects.select_for_update().get(pk=wave.pk)
        if values["version"].pk != current.version_id and has_calls(current):
            raise Refused(_("Calls have been made in this wave: its checklist version is fixed."), field="version")
        _keep_its_calls(current, values)
    try:
        with transaction.atomic():
            saved: Wave = _save(Wave.objects.all(), wave, values, by=by, at=at)
    except IntegrityError:
        raise Refused(_("Another wave has this name."), field="name") from None
    return saved


def _keep_its_calls(wave: Wave, values: Values) -> None:
    """Refuses new days that would leave calls outside; those taken out for good do not matter."""
    first, last = values.get("starts_on", wave.starts_on), values.get("ends_on", wave.ends_on)
    before, after = Q(local_date__lt=first), Q(local_date__gt=last)
    calls = Call.objects.filter(wave=wave).exclude(state=Call.State.VOIDED)
    for moved, outside, field in (
        (first != wave.starts_on, before, "starts_on"),
        (last != wave.ends_on, after, "ends_on"),
    ):
        count = calls.filter(outside).count() if moved else 0
        if count:
            words = ngettext(
                "%(count)s call of this wave was made outside these days; the wave must keep its day.",
                "%(count)s calls of this wave were made outside these days; the wave must keep their days.",
                count,
            )
            raise Refused(words % {"count": count}, field=field)


@transaction.atomic
def open_wave(*, wave: Wave, by: User, at: dt.datetime) -> None:
    """Evaluators can log calls in it; a closed wave can be opened again. The papers it needs must be on file, each time."""
    papers.require_for_wave(wave, at=at)
    _turn(wave, {Wave.State.PLANNED, Wave.State.CLOSED}, Wave.State.OPEN, action="wave opened", by=by, at=at)


@transaction.atomic
def close_wave(*, wave: Wave, by: User, at: dt.datetime) -> None:
    """No new calls; those begun can still be handed in, and all that were approved keep counting."""
    _turn(wave, {Wave.State.OPEN}, Wave.State.CLOSED, action="wave closed", by=by, at=at)


def _turn(wave: Wave, allowed: set[Wave.State], state: Wave.State, *, action: str, by: User, at: dt.datetime) -> None:
    before = wave.state
    if before not in allowed or not Wave.objects.filter(pk=wave.pk, state=before).update(state=state):
        raise Refused(_("Somebody else opened or closed this wave meanwhile."))
    wave.state = state
    record(wave, action=action, by=by, at=at, changes={"state": [before, str(state)]})


def has_calls(wave: Wave) -> bool:
    return bool(wave.pk) and Call.objects.filter(wave=wave).exists()


def with_call_counts(waves: "QuerySet[Wave]") -> "QuerySet[Wave]":
    """Each wave with `calls_draft`, `calls_submitted` ...: how many first scorings stand in each state."""
    fieldwork = Q(calls__kind=Call.Kind.FIELD)
    counts = {f"calls_{state}": Count("calls", filter=fieldwork & Q(calls__state=state)) for state in Call.State.values}
    return waves.annotate(**counts)


def with_wave_counts(versions: "QuerySet[ChecklistVersion]") -> "QuerySet[ChecklistVersion]":
    """Each version with `wave_count`: in how many waves it is asked."""
    return versions.annotate(wave_count=Count("waves"))


# --- scenarios --------------------------------------------------------------------------------------------------------

FIXED_ONCE_USED = ("code", "caller_style", "attempt", "asked_person_absent", "problem")


def new_scenario(organisation: Organisation) -> Scenario:
    return Scenario(organisation=organisation)


@transaction.atomic
def save_scenario(*, scenario: Scenario, values: Values, by: User, at: dt.datetime) -> Scenario:
    """Makes a scenario or changes one; what a score may depend on is fixed as soon as a call was made with it."""
    if scenario.pk:
        current = Scenario.objects.select_for_update().get(pk=scenario.pk)
        moved = [name for name in FIXED_ONCE_USED if name in values and values[name] != getattr(current, name)]
        if moved == ["problem"] and not current.problem:
            # Nothing was ever planned with a problem that had no name: it may get one.
            moved = []
        if moved and is_used(scenario):
            raise Refused(_("Calls have been made with this scenario: this is fixed."), field=moved[0])
    try:
        with transaction.atomic():
            saved: Scenario = _save(Scenario.objects.all(), scenario, values, by=by, at=at)
    except IntegrityError:
        raise Refused(_("Another scenario has this code."), field="code") from None
    return saved


def is_used(scenario: Scenario) -> bool:
    return bool(scenario.pk) and Call.objects.filter(scenario=scenario).exists()


# --- what the steps share ---------------------------------------------------------------------------------------------


def _save(rows: "QuerySet[M]", subject: M, values: Values, *, by: User, at: dt.datetime) -> M:
    """A new row whole, a known one only where it differs; either with one line in the audit log."""
    name = type(subject).__name__.lower()
    if subject.pk is None:
        for field, value in values.items():
            setattr(subject, field, value)
        subject.save(force_insert=True)
        made = {field: [None, _plain(value)] for field, value in values.items()}
        record(subject, action=f"{name} made", by=by, at=at, changes=made)
        return subject
    current = rows.select_for_update().get(pk=subject.pk)
    changes = _write(current, values)
    if changes:
        record(current, action=f"{name} changed", by=by, at=at, changes=changes)
    return current


def _write(current: Model, values: Values) -> dict[str, list[Any]]:
    """Writes the fields that differ and tells which, before and after."""
    changed = {name: value for name, value in values.items() if getattr(current, name) != value}
    changes = {name: [_plain(getattr(current, name)), _plain(value)] for name, value in changed.items()}
    for name, value in changed.items():
        setattr(current, name, value)
    if changed:
        current.save(update_fields=list(changed))
    return changes


def _plain(value: Any) -> Any:
    """As the audit log keeps it: dates as text, other objects by their name."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, Model) else value
