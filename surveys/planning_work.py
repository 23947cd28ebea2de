"""From a wave's quota to assignments: what a plan is made from, drawing it, and putting it into force.

Nothing is stored until a drawn plan is confirmed; then it is drawn once more from what is true at that moment, and stored
only when it is still the same plan. A plan never takes away what an evaluator has accepted or begun.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveys import planning, rotation
from surveys.families import families
from surveys.models import (
    Assignment,
    AssignmentGroup,
    AuditEntry,
    Call,
    Department,
    Membership,
    Quota,
    Role,
    Scenario,
    User,
    Wave,
)
from surveys.planning import CannotPlan, Heard, Need, Part, Request, Shortage, Slot, Visit
from surveys.progress import Cell, Row, Standing
from surveys.refused import Refused
from surveys.trail import record

# Nobody plans further ahead, and a slip of the pen in a wave's last day must not cost an hour.
MOST_DAYS = 400
PAIR_DAYS, CHAIN_DAYS = 5, 14


@dataclass(frozen=True, slots=True)
class Wish:
    """What the coordinator chose: how long each window is, how far pairs and chains may stretch, who calls, and whether
    work that nobody has accepted yet is planned anew or left as it is. `evaluators` None: everybody there is."""

    seed: int
    minutes: int = 240
    pair_days: int = PAIR_DAYS
    chain_days: int = CHAIN_DAYS
    evaluators: tuple[int, ...] | None = None
    anew: bool = False
    # Days on which nobody is called, such as public holidays.
    without: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it was drawn, or what is short. `replaced` are assignments that it takes the place of."""

    wish: Wish
    request: Request
    visits: tuple[Visit, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    replaced: tuple[int, ...] = ()
    kept: int = 0
    loads: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        told = (self.visits, self.replaced, self.wish.pair_days, self.wish.chain_days, self.request.parts)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def draw(wave: Wave, wish: Wish, *, at: dt.datetime) -> Plan:
    """The plan for what is still lacking, by the wish's seed; stores nothing."""
    before = Standing(wave, at=at)
    replaced = tuple(_replaced(before, anew=wish.anew))
    standing = Standing(wave, at=at, without=replaced)
    parts = planning.parts_of_day(wave.calls_from, wave.calls_until, wish.minutes)
    needs, lost = _needs(wave, standing, at=at)
    loads = _loads(wave, before.rows, set(replaced))
    request = Request(
        needs=needs,
        slots=tuple(slot for slot in _slots(wave, parts, at=at) if slot.day not in wish.without),
        parts=parts,
        evaluators=_evaluators(wave, wish),
        limit=wave.calls_per_evaluator,
        pair_days=wish.pair_days,
        chain_days=wish.chain_days,
        closed=_closing(wave),
        loads=loads,
        barred=frozenset(rotation.recognised(wave)),
        heard=tuple(_heard(wave, standing, parts)),
    )
    kept = sum(not row.is_made and row.is_open_at(at) for row in standing.rows)
    if lost:
        return Plan(wish, request, shortages=lost, replaced=replaced, kept=kept, loads=loads)
    try:
        # Chance that can be repeated, and nothing secret.
        visits = planning.make_plan(request, Random(wish.seed))  # noqa: S311
    except CannotPlan as told:
        return Plan(wish, request, shortages=told.shortages, replaced=replaced, kept=kept, loads=loads)
    return Plan(wish, request, visits=visits, replaced=replaced, kept=kept, loads=loads)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many calls were planned, whether they are on offer to evaluators, and how many gave way to them."""

    made: int
    offered: bool
    replaced: int


@transaction.atomic
def confirm(*, wave: Wave, wish: Wish, fingerprint: str, by: User, at: dt.datetime) -> Confirmed:
    """Puts the plan that was seen into force: all of it or nothing. Raises `Refused` when it would be another by now."""
    wave = Wave.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=wave.pk)
    if wave.state == Wave.State.CLOSED:
        raise Refused(_("This wave is closed. Open it again to plan more calls."))
    plan = draw(wave, wish, at=at)
    if plan.fingerprint != fingerprint or plan.shortages:
        raise _changed()
    if not plan.visits and not plan.replaced:
        raise Refused(_("There is nothing left to plan."))
    _cancel(plan.replaced, by=by, at=at)
    made = _create(wave, plan, by=by, at=at)
    changes = {"calls": [0, len(made)], "replaced": [0, len(plan.replaced)], "seed": [wave.seed, wish.seed]}
    Wave.objects.filter(pk=wave.pk).update(seed=wish.seed)
    record(wave, action="plan confirmed", by=by, at=at, changes=changes)
    return Confirmed(len(made), bool(plan.request.evaluators), len(plan.replaced))


# --- what it is made from ---------------------------------------------------------------------------------------------


def _replaced(standing: Standing, *, anew: bool) -> Iterable[int]:
    """Work that nobody has accepted: what was handed back, what has expired, what is left of a lost pair or chain, and,
    when all is planned anew, what is still on offer. A pair or chain that was begun is left alone."""
    at = standing.at
    begun = {
        pk
        for pk, (_key, rows) in standing.groups.items()
        if any(not row.is_free for row in rows) and all(row.is_made or row.is_open_at(at) for row in rows)
    }
    for row in standing.rows:
        if not row.is_free or row.group in begun:
            continue
        broken = row.group is not None and not all(
            each.is_made or each.is_open_at(at) for each in standing.groups[row.group][1]
        )
        if anew or broken or not row.is_open_at(at):
            yield row.pk


def _needs(wave: Wave, standing: Standing, *, at: dt.datetime) -> tuple[tuple[Need, ...], tuple[Shortage, ...]]:
    """What is lacking of departments that are still called; and of pairs and chains that their scenarios no longer make."""
    today = at.astimezone(wave.organisation.zone).date()
    called = set(Department.objects.filter(organisation=wave.organisation).open_on(today).values_list("pk", flat=True))
    scenarios = Scenario.objects.filter(organisation=wave.organisation, is_active=True)
    known = {(each.kind, each.problem): tuple(s.pk for s in each.scenarios) for each in families(scenarios)}
    needs: list[Need] = []
    lost = []
    for cell in standing.cells:
        kind, department, subject = cell.key
        if department not in called or not cell.to_plan:
            continue
        if kind == Quota.Kind.SINGLE:
            briefs: tuple[int, ...] = (int(subject),)
        elif (kind, str(subject)) in known:
            briefs = known[kind, str(subject)]
        else:
            lost.append(Shortage(f"no_{kind}", department, cell.to_plan, 0, str(subject)))
            continue
        needs += [_need(cell, briefs)] * cell.to_plan
    return tuple(needs), tuple(lost)


def _need(cell: Cell, briefs: tuple[int, ...]) -> Need:
    single = cell.key.kind == Quota.Kind.SINGLE
    return Need(cell.key.kind, cell.key.department, briefs, "" if single else str(cell.key.subject))


def _slots(wave: Wave, parts: tuple[Part, ...], *, at: dt.datetime) -> Iterable[Slot]:
    """The windows that are still to begin, on the wave's days."""
    zone = wave.organisation.zone
    first = max(wave.starts_on, at.astimezone(zone).date())
    last = min(wave.ends_on, first + dt.timedelta(days=MOST_DAYS))
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        if day.isoweekday() in wave.weekdays:
            for index, part in enumerate(parts):
                starts, until = (_moment(day, clock, zone) for clock in (part.starts, part.until))
                # On the day that the clocks go forward a window may lie within the hour that is not there.
                if at <= starts < until:
                    yield Slot(day, index)


def _moment(day: dt.date, clock: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """In universal time: moments of one zone would be compared by their clocks."""
    return dt.datetime.combine(day, clock, zone).astimezone(dt.UTC)


def _evaluators(wave: Wave, wish: Wish) -> tuple[int, ...]:
    roles = Membership.objects.active().filter(organisation=wave.organisation, role=Role.EVALUATOR)
    keys = roles.filter(user__is_active=True).order_by("user").values_list("user", flat=True)
    return tuple(key for key in keys if wish.evaluators is None or key in wish.evaluators)


def _closing(wave: Wave) -> dict[int, dt.date]:
    closing = Department.objects.filter(organisation=wave.organisation, closed_on__isnull=False)
    return dict(closing.values_list("pk", "closed_on"))


def _loads(wave: Wave, rows: Iterable[Row], replaced: set[int]) -> dict[tuple[int, int], int]:
    """How often each evaluator is heard by each department, without what is replaced."""
    loads: Counter[tuple[int, int]] = Counter(rotation.loads(wave))
    for row in rows:
        if row.pk in replaced and row.evaluator is not None and row.state in Assignment.OPEN:
            loads[row.evaluator, row.department] -= 1
    return {key: number for key, number in loads.items() if number > 0}


def _heard(wave: Wave, standing: Standing, parts: tuple[Part, ...]) -> Iterable[Heard]:
    """Calls that were made and those that stay planned, each in its part of the day."""
    zone = wave.organisation.zone

    def heard(department: int, moment: dt.datetime, evaluator: int | None) -> Heard:
        local = moment.astimezone(zone)
        begun = [index for index, part in enumerate(parts) if part.starts <= local.time()]
        return Heard(department, local.date(), begun[-1] if begun else 0, evaluator)

    made = Call.objects.filter(wave=wave, kind=Call.Kind.FIELD).exclude(state__in=["voided", "draft"])
    for values in made.order_by("called_at", "pk").values_list("department", "called_at", "evaluator"):
        yield heard(*values)
    for row in standing.rows:
        if not row.is_made and row.is_open_at(standing.at):
            yield heard(row.department, row.starts_at, row.evaluator)


def _changed() -> Refused:
    return Refused(_("Something changed since this plan was drawn. Look at the new one and confirm that."))


def outside(wave: Wave, *, at: dt.datetime) -> int:
    """How many planned calls lie outside the wave's days and hours, as these are now."""
    zone = wave.organisation.zone
    rows = Assignment.objects.open_at(at).filter(wave=wave, purpose=Assignment.Purpose.FIELD)
    found = 0
    for starts_at, until, extended in rows.values_list("starts_at", "until", "extended"):
        first, last = starts_at.astimezone(zone), until.astimezone(zone)
        is_day = wave.covers(first.date()) and first.isoweekday() in wave.weekdays
        # An end that somebody set by hand is theirs.
        is_hour = wave.calls_from <= first.time() and (extended or last.time() <= wave.calls_until)
        found += not (is_day and is_hour)
    return found


# --- putting it into force --------------------------------------------------------------------------------------------


def _cancel(keys: Iterable[int], *, by: User, at: dt.datetime) -> None:
    """What was never handed out goes without a trace; what was offered stays, cancelled, with its history."""
    rows = Assignment.objects.select_for_update(no_key=True).filter(pk__in=keys)
    known = list(rows.order_by("pk"))
    if any(row.state == Assignment.State.ACCEPTED for row in known):
        raise _changed()
    dropped = [row.pk for row in known if row.state == Assignment.State.PLANNED and row.group_id is None]
    Assignment.objects.filter(pk__in=dropped).delete()
    told = [row for row in known if row.pk not in set(dropped)]
    Assignment.objects.filter(pk__in=[row.pk for row in told]).update(state=Assignment.State.CANCELLED, changed_at=at)
    cancelled = str(Assignment.State.CANCELLED)
    _note(told, "cancelled", lambda row: {"state": [row.state, cancelled]}, by=by, at=at, reason="new plan")


def _create(wave: Wave, plan: Plan, *, by: User, at: dt.datetime) -> list[Assignment]:
    zone, parts = wave.organisation.zone, plan.request.parts
    groups = _groups(wave, plan)
    people = User.objects.in_bulk({visit.evaluator for visit in plan.visits if visit.evaluator is not None})
    rows = [
        Assignment(
            organisation=wave.organisation,
            wave=wave,
            department_id=visit.department,
            scenario_id=visit.scenario,
            evaluator=people[visit.evaluator] if visit.evaluator is not None else None,
            state=Assignment.State.PLANNED if visit.evaluator is None else Assignment.State.OFFERED,
            starts_at=_moment(visit.day, parts[visit.part].starts, zone),
            until=_moment(visit.day, parts[visit.part].until, zone),
            group=groups.get(visit.need),
            position=visit.position,
            created_at=at,
            changed_at=at,
        )
        for visit in plan.visits
    ]
    made = Assignment.objects.bulk_create(rows)
    _note(made, "assigned", lambda row: {"evaluator": ["", str(row.evaluator or "")]}, by=by, at=at)
    return made


def _groups(wave: Wave, plan: Plan) -> dict[int, AssignmentGroup]:
    """A row for each pair and chain of the plan, by the place of its need."""
    days = {planning.PAIR: plan.wish.pair_days, planning.CHAIN: plan.wish.chain_days}
    wanted = [(number, need) for number, need in enumerate(plan.request.needs) if need.kind in days]
    rows = [
        AssignmentGroup(
            wave=wave,
            department_id=need.department,
            kind=need.kind,
            problem=need.problem,
            within_days=days[need.kind],
        )
        for _number, need in wanted
    ]
    made = AssignmentGroup.objects.bulk_create(rows)
    return {number: row for (number, _need), row in zip(wanted, made, strict=True)}


def _note(
    rows: Iterable[Assignment],
    action: str,
    changes: Callable[[Assignment], dict[str, Any]],
    *,
    by: User,
    at: dt.datetime,
    reason: str = "",
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organisation_id=row.organisation_id,
            actor=by,
            at=at,
            action=action,
            subject="assignment",
            subject_id=row.pk,
            changes=changes(row),
            reason=reason,
        )
        for row in rows
    )
