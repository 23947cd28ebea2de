"""Who and what there is in the benchmark's organisation: 60 departments, 200 evaluators, 36 monthly waves on 3 versions."""

import copy
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from surveys import defaults
from surveys.demo import days
from surveys.demo.world import MONTH_NAMES, SCENARIOS
from surveys.models import ChecklistVersion, Clearance, Department, Membership, Organisation, Scenario, User, Wave
from surveys.starting import start_organisation

SLUG = "bench"
DEPARTMENTS, PARENTS, EVALUATORS, MONTHS, VERSIONS = 60, 6, 200, 36, 3
# One of each beside the evaluators; their addresses are `<role>@bench.example`.
ROLES = ("administrator", "coordinator", "reviewer", "manager", "analyst", "works_council")


@dataclass(frozen=True)
class People:
    """The rows that calls refer to, in a fixed order. Every call was made before `today`."""

    today: dt.date
    organisation: Organisation
    users: dict[str, User]
    evaluators: list[User]
    departments: list[Department]
    scenarios: dict[str, Scenario]
    versions: list[ChecklistVersion]
    waves: list[Wave]

    @cached_property
    def workdays(self) -> list[tuple[dt.date, int]]:
        """Each day on which calls were made, with the place of its wave."""
        return [
            (day, place)
            for place, wave in enumerate(self.waves)
            for day in days.working_days(wave.starts_on, min(wave.ends_on + days.DAY, self.today))
        ]


def start(today: dt.date) -> People:
    """The organisation with everything but calls, as it was three years before `today`."""
    months = days.month_starts(today, MONTHS)
    at = days.local(months[0] - 21 * days.DAY, dt.time(10))
    organisation = start_organisation(
        name="Benchmark",
        slug=SLUG,
        language="nl",
        time_zone="Europe/Amsterdam",
        administrator_email=address("administrator"),
        administrator_name="Administrator",
        password=None,
        at=at,
        scenarios=[_brief(scenario) for scenario in SCENARIOS],
    )
    Clearance.objects.bulk_create(
        Clearance(organisation=organisation, kind=kind, dated_on=at.date(), document=f"{kind} 1", given_by="Board")
        for kind in Clearance.NEEDED_FOR_WAVES
    )
    versions = _versions(organisation, at)
    departments = _departments(organisation)
    users, evaluators = _users(organisation, departments, at)
    return People(
        today=today,
        organisation=organisation,
        users=users,
        evaluators=evaluators,
        departments=departments,
        scenarios={each.code: each for each in Scenario.objects.filter(organisation=organisation)},
        versions=versions,
        waves=_waves(organisation, versions, months, today),
    )


def address(name: str) -> str:
    return f"{name.replace('_', '-')}@bench.example"


def _brief(scenario: Any) -> dict[str, Any]:
    names = ("code", "name", "persona", "question", "problem", *scenario.facts)
    return {name: getattr(scenario, name) for name in names}


def _versions(organisation: Organisation, at: dt.datetime) -> list[ChecklistVersion]:
    """The default checklist, and two later versions of it in which tone weighs more."""
    first = ChecklistVersion.objects.select_related("checklist").get(checklist__organisation=organisation)
    found = [first]
    for number in range(2, VERSIONS + 1):
        document = copy.deepcopy(defaults.read("checklist"))
        tone = next(section for section in document["sections"] if section["code"] == "tone")
        tone["weight"] += 2 * (number - 1)
        found.append(
            ChecklistVersion.objects.create(
                checklist=first.checklist, number=number, document=document, state="published", published_at=at
            )
        )
    return found


def _departments(organisation: Organisation) -> list[Department]:
    """Six at the top, nine below each; all of them are called."""
    tops = Department.objects.bulk_create(
        Department(organisation=organisation, code=f"T{number:02}", name=f"Division {number:02}", target=8000)
        for number in range(1, PARENTS + 1)
    )
    return tops + Department.objects.bulk_create(
        Department(
            organisation=organisation,
            parent=tops[number % PARENTS],
            code=f"D{number:02}",
            name=f"Department {number:02}",
            target=7500,
        )
        for number in range(PARENTS + 1, DEPARTMENTS + 1)
    )


def _users(
    organisation: Organisation, departments: list[Department], at: dt.datetime
) -> tuple[dict[str, User], list[User]]:
    names = [*ROLES[1:], *(f"evaluator{number:03}" for number in range(1, EVALUATORS + 1))]
    made = User.objects.bulk_create(
        # Nobody signs in with a password here.
        User(email=address(name), name=name.capitalize(), password="!", date_joined=at)
        for name in names
    )
    Membership.objects.bulk_create(
        Membership(user=user, organisation=organisation, role=name.rstrip("0123456789"), created_at=at)
        for name, user in zip(names, made, strict=True)
    )
    Membership.objects.get(organisation=organisation, role="manager").departments.set(departments[:1])
    count = len(ROLES) - 1
    administrator = User.objects.get(email=address("administrator"))
    return dict(zip(ROLES, [administrator, *made[:count]], strict=True)), made[count:]


def _waves(
    organisation: Organisation, versions: list[ChecklistVersion], months: list[dt.date], today: dt.date
) -> list[Wave]:
    """One a month, a version a year; the newest two are open, since a month may have no working day behind it yet."""
    return Wave.objects.bulk_create(
        Wave(
            organisation=organisation,
            version=versions[place * len(versions) // len(months)],
            name=f"{MONTH_NAMES[first.month - 1]} {first.year}",
            starts_on=first,
            ends_on=days.next_month(first) - days.DAY,
            state="open" if place >= len(months) - 2 else "closed",
            second_share=20,
            seed=place + 1,
        )
        for place, first in enumerate(months)
    )
