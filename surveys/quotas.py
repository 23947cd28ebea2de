"""A wave's quota: how many calls, matched pairs and chains it takes of each department."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import definition
from surveys.families import families
from surveys.models import Department, Quota, Scenario, User, Wave
from surveys.progress import PAIR_SIZE, Key
from surveys.refused import Refused
from surveys.trail import record

MOST = 999


@dataclass(frozen=True, slots=True)
class Column:
    """What can be asked of every department: a scenario's calls, or the pairs or chains of a problem."""

    kind: str
    subject: int | str
    size: int
    scenario: Scenario | None = None
    in_use: bool = True

    @property
    def label(self) -> str:
        """As a heading, in the reader's language."""
        if self.scenario is not None:
            words = definition.text(self.scenario.name, get_language() or "")
        elif self.kind == Quota.Kind.PAIR:
            words = _("pairs: %(problem)s") % {"problem": self.subject}
        else:
            words = _("chains of %(n)s: %(problem)s") % {"n": self.size, "problem": self.subject}
        return words if self.in_use else _("%(name)s (no longer in use)") % {"name": words}

    @property
    def name(self) -> str:
        """In the address of a form's field."""
        return f"{self.kind}-{self.subject}"

    def key(self, department: int) -> Key:
        return Key(self.kind, department, self.subject)


def columns(scenarios: Iterable[Scenario], kept: Iterable[Key] = ()) -> tuple[Column, ...]:
    """Every scenario in use, then every pair and chain that they make; and whatever else a quota was `kept` of."""
    inner = sorted(scenarios, key=lambda each: (each.problem or each.code, each.caller_style, each.attempt, each.code))
    known = {scenario.pk: scenario for scenario in inner}
    single = [Column(Quota.Kind.SINGLE, pk, 1, scenario) for pk, scenario in known.items() if scenario.is_active]
    active = [column.scenario for column in single if column.scenario]
    found = [*single, *(Column(each.kind, each.problem, len(each.scenarios)) for each in families(active))]
    there = {(column.kind, column.subject) for column in found}
    gone = sorted({(key.kind, key.subject) for key in kept} - there, key=str)
    for kind, subject in gone:
        scenario = known.get(int(subject)) if kind == Quota.Kind.SINGLE else None
        found.append(Column(kind, subject, 1 if scenario else PAIR_SIZE, scenario, in_use=False))
    return tuple(found)


def stored(wave: Wave) -> dict[Key, int]:
    rows = Quota.objects.filter(wave=wave).values_list("kind", "department", "scenario", "problem", "target")
    return {Key(kind, dept, scenario or problem): target for kind, dept, scenario, problem, target in rows}


def fingerprint(wave: Wave) -> str:
    """Tells whether somebody else changed the quota since a page was shown."""
    return hashlib.sha256(repr(sorted(map(repr, stored(wave).items()))).encode()).hexdigest()[:16]


def spread(
    number: int, *, over: Sequence[Column], departments: Sequence[Department], groups: Mapping[str, int]
) -> dict[Key, int]:
    """`number` calls for each department, over these scenarios as evenly as goes, and `groups` of each problem by kind.

    What is left over goes to other scenarios in each department, so that all are called about as often in the whole.
    """
    found: dict[Key, int] = {}
    single = [column for column in over if column.kind == Quota.Kind.SINGLE]
    begin = 0
    for department in departments:
        for place in range(number if single else 0):
            key = single[(begin + place) % len(single)].key(department.pk)
            found[key] = found.get(key, 0) + 1
        begin += number
        for column in over:
            if groups.get(column.kind):
                found[column.key(department.pk)] = groups[column.kind]
    return found


@transaction.atomic
def save(*, wave: Wave, values: Mapping[Key, int], seen: str, by: User, at: dt.datetime) -> int:
    """Writes the numbers given (0 takes a quota away), leaves all others, and tells how many differed.

    Raises `Refused` when the wave is closed or the quota was changed since it was `seen`.
    """
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    if wave.state == Wave.State.CLOSED:
        raise Refused(_("This wave is closed. Open it again to change its quota."))
    before = stored(wave)
    if seen != fingerprint(wave):
        raise Refused(_("Somebody else changed this quota meanwhile. Save once more to keep yours."))
    changed = {key: number for key, number in values.items() if number != before.get(key, 0)}
    for key, number in changed.items():
        _write(wave, key, number)
    if changed:
        names = _names(wave, changed)
        told = {names[key]: [before.get(key, 0), number] for key, number in changed.items()}
        record(wave, action="quota changed", by=by, at=at, changes=told)
    return len(changed)


def _write(wave: Wave, key: Key, number: int) -> None:
    subject = {"scenario_id": key.subject} if key.kind == Quota.Kind.SINGLE else {"problem": key.subject}
    rows = Quota.objects.filter(wave=wave, kind=key.kind, department=key.department, **subject)
    if number == 0:
        rows.delete()
    elif not rows.update(target=number):
        Quota.objects.create(wave=wave, kind=key.kind, department_id=key.department, target=number, **subject)


def _names(wave: Wave, keys: Iterable[Key]) -> dict[Key, str]:
    """As the audit log keeps them: by code, whatever becomes of the names."""
    departments = dict(Department.objects.filter(organisation=wave.organisation_id).values_list("pk", "code"))
    scenarios = dict(Scenario.objects.filter(organisation=wave.organisation_id).values_list("pk", "code"))

    def name(key: Key) -> str:
        subject = scenarios[int(key.subject)] if key.kind == Quota.Kind.SINGLE else f"{key.kind} {key.subject}"
        return f"{departments[key.department]} {subject}"

    return {key: name(key) for key in keys}
