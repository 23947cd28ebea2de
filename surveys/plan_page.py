"""A plan before it is confirmed, in words and counts: who, when and where; how even it is; or what is short."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys import access, planning_work
from surveys.forms.planning import PlanForm
from surveys.planning import PAIR, SINGLE, Part, Shortage

if TYPE_CHECKING:
    from surveys.models import Department, Scenario, User, Wave


@dataclass(frozen=True, slots=True)
class Planned:
    """One call of the plan; `group` is "" or which call of which pair or chain it is."""

    part: Part
    department: "Department"
    scenario: "Scenario"
    evaluator: "User | None"
    group: str


@dataclass(frozen=True, slots=True)
class Person:
    """An evaluator in the plan: new calls, calls before, and the most that one department hears of this person."""

    name: str
    calls: int
    before: int
    most: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    form: PlanForm
    plan: planning_work.Plan | None
    days: tuple[tuple[dt.date, tuple[Planned, ...]], ...] = ()
    grid: tuple[tuple[str, tuple[int, ...], int], ...] = ()
    people: tuple[Person, ...] = ()
    shortages: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.plan.visits) if self.plan else 0

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.plan.request.parts if self.plan else ()

    @property
    def next_seed(self) -> int:
        return (self.plan.wish.seed if self.plan else 1) % (2**31 - 1) + 1

    @property
    def part_totals(self) -> tuple[int, ...]:
        return tuple(sum(counts[place] for _day, counts, _total in self.grid) for place in range(len(self.parts)))


def build(wave: "Wave", form: PlanForm, wish: planning_work.Wish | None, *, user: "User", at: dt.datetime) -> PlanPage:
    if wish is None:
        return PlanPage(form, None)
    plan = planning_work.draw(wave, wish, at=at)
    departments = {each.pk: each for each in access.visible_departments(user, wave.organisation)}
    if plan.shortages:
        return PlanPage(form, plan, shortages=tuple(_words(each, departments) for each in plan.shortages))
    scenarios = {each.pk: each for each in access.visible_scenarios(user, wave.organisation)}
    known = {each.pk: each for each in access.evaluators(wave.organisation)}
    days = tuple(
        (
            day,
            tuple(
                Planned(
                    plan.request.parts[visit.part],
                    departments[visit.department],
                    scenarios[visit.scenario],
                    known.get(visit.evaluator or 0),
                    _group(plan, visit.need, visit.position),
                )
                for visit in visits
            ),
        )
        for day, visits in groupby(plan.visits, key=lambda visit: visit.day)
    )
    return PlanPage(form, plan, days, tuple(_grid(wave, plan)), tuple(_people(plan, known)))


def _group(plan: planning_work.Plan, need: int, position: int) -> str:
    each = plan.request.needs[need]
    if each.kind == SINGLE:
        return ""
    words = _("pair %(problem)s, %(n)s of %(of)s") if each.kind == PAIR else _("chain %(problem)s, %(n)s of %(of)s")
    return words % {"problem": each.problem, "n": position, "of": len(each.scenarios)}


def _grid(wave: "Wave", plan: planning_work.Plan) -> "list[tuple[str, tuple[int, ...], int]]":
    """Weekday by part of the day: how many calls."""
    counts = Counter((visit.day.isoweekday(), visit.part) for visit in plan.visits)
    rows = []
    for day in sorted(wave.weekdays):
        row = tuple(counts[day, part] for part in range(len(plan.request.parts)))
        rows.append((str(WEEKDAYS[day - 1]), row, sum(row)))
    return rows


def _people(plan: planning_work.Plan, known: "Mapping[int, User]") -> list[Person]:
    calls = Counter(visit.evaluator for visit in plan.visits)
    heard = Counter((visit.evaluator, visit.department) for visit in plan.visits)
    found = []
    for pk in plan.request.evaluators:
        before = sum(number for (person, _dept), number in plan.loads.items() if person == pk)
        own = {dept: number + plan.loads.get((pk, dept), 0) for (person, dept), number in heard.items() if person == pk}
        found.append(Person(str(known.get(pk, pk)), calls[pk], before, max(own.values(), default=0)))
    return found


def _words(shortage: Shortage, departments: "Mapping[int, Department]") -> str:
    """What is short and by how much, and what would help."""
    facts = {
        "department": departments[shortage.department].name if shortage.department else "",
        "needed": shortage.needed, "possible": shortage.possible, "short": shortage.short,
        "problem": shortage.problem,
    }  # fmt: skip
    words = {
        "days": _("No window is left to plan in: the wave's days and hours have passed."),
        "department_days": _(
            "%(department)s can no longer be called in this wave: no window is left before it closes."
        ),
        "hours": ngettext(
            "%(needed)s calls are to be made, and the evaluators' time has room for %(possible)s: %(short)s too many. Add days, hours or evaluators.",
            "%(needed)s calls are to be made, and the evaluators' time has room for %(possible)s: %(short)s too many. Add days, hours or evaluators.",
            shortage.short,
        ),
        "limit": _(
            "%(department)s: %(needed)s calls, but the evaluators may make %(possible)s there: %(short)s too many. Raise the limit, add evaluators or lower the quota."
        ),
        "evaluators": _("%(department)s: no evaluator may call there any more. Raise the limit or add evaluators."),
        "pair_evaluators": _(
            "%(department)s: a matched pair takes two evaluators who may call there; there is %(possible)s."
        ),
        "pair_limit": _(
            "%(department)s: %(needed)s matched pairs by different evaluators, and the limit leaves room for %(possible)s: %(short)s too many."
        ),
        "pair_windows": _("%(department)s: a matched pair takes two windows, and %(possible)s is left."),
        "chain_days": _(
            "%(department)s: a chain takes %(needed)s days within the time allowed for it, and there are %(possible)s. Add days or let chains stretch further."
        ),
        "chain_limit": _(
            "%(department)s: %(needed)s chains, each by one evaluator, and the limit leaves room for %(possible)s: %(short)s too many."
        ),
        "no_pair": _(
            "%(department)s: %(needed)s matched pairs of “%(problem)s”, a problem that no longer has a calm and a dominant scenario. Correct the scenarios or lower the quota."
        ),
        "no_chain": _(
            "%(department)s: %(needed)s chains of “%(problem)s”, a problem whose scenarios no longer make a chain. Correct the scenarios or lower the quota."
        ),
        "unplaced": _(
            "%(department)s: of %(needed)s calls, %(short)s find no evaluator and window once its chains and pairs have theirs. Raise the limit, add evaluators or lower the quota."
        ),
    }
    code = "department_days" if shortage.code == "days" and shortage.department else shortage.code
    return words[code] % facts
