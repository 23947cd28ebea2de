"""What became of a course when something was changed on purpose."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import metrics, words
from analytics.access import Reader
from analytics.figures import Change
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Intervention as Measured
from analytics.models import Intervention
from analytics.reports.base import Column, Report, Value, checked, left_out, mean_columns, mean_values
from analytics.reports.history import Break, breaks, covering, history, in_view, line_of, measures, shown_on
from analytics.reports.tree import Tree, tree_of
from analytics.reports.trend import hidden_periods, sums_by_period
from analytics.reports.verdicts import opened
from analytics.results import Estimate, judged
from analytics.stats.intervals import Sums


@dataclass(frozen=True, slots=True)
class Effect:
    """What was changed, by its number on the chart (none when it is not on it), and what the scores of `where` did.

    `is_here`: that is the line on the chart.
    """

    number: int | None
    intervention: Intervention
    where: int
    name: str
    found: Measured | None
    sentence: str
    query: str
    is_here: bool
    may_remove: bool


def effects(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """What was changed on purpose in the departments that are looked at, with the scores before and after it."""
    seen = history(filters)
    tree, line = tree_of(reader, seen), line_of(reader, filters)
    shown = tree if line == ALL_TOGETHER else Tree(reader, tree.within[line])
    several = in_view(shown, reader.interventions)
    here = opened(reader, filters)
    on_chart = shown_on(covering(tree, here, several), *_drawn(tree, seen, here))
    measured = _measured(tree, seen, [(each, _where(tree, line, each)) for each in several])
    numbers = {each.pk: number for number, each in enumerate(on_chart, 1)}
    found = [
        _effect(tree, filters, each, one, numbers.get(each.pk)) for each, one in zip(several, measured, strict=True)
    ]
    columns = _effect_columns(filters)
    by_period, days = sums_by_period(reader, seen, measures(seen))
    return Report(
        slug="effects",
        title=_("What was changed on purpose"),
        summary=_summary(len(found)),
        columns=columns,
        rows=checked(columns, [_effect_row(tree, each, filters) for each in found]),
        filters=filters,
        start=days[0][0] if days else seen.start,
        end=seen.end,
        counted=sum(each[line]["n_calls"] for each in by_period),
        data_time=reader.at,
        left_out=left_out(reader, seen, tree.within[line]),
        result=tuple(found),
    )


def _drawn(tree: Tree, seen: Filters, line: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of the line's chart."""
    by_period, days = sums_by_period(tree.reader, seen, measures(seen))
    known = [start for each, (start, _end) in zip(by_period, days, strict=True) if each[line].sums(seen.measure).n]
    return min(known, default=seen.end), seen.end


def _summary(count: int) -> str:
    if not count:
        return ""
    text = ngettext("%(count)s change is marked here.", "%(count)s changes are marked here.", count)
    return text % {"count": words.whole(count)}


def _where(tree: Tree, line: int, each: Intervention) -> int:
    """Whose scores tell: those of the line where all of it was changed, else those of the department itself."""
    if each.department_id is None or (
        line != ALL_TOGETHER and tree.within[line] <= tree.reader.below(each.department_id)
    ):
        return line
    return each.department_id if each.department_id in tree.within else line


def _measured(
    tree: Tree, seen: Filters, several: Sequence[tuple[Intervention, int]]
) -> list[tuple[int, Measured | None]]:
    """The figures of each, `None` where they rest on too few calls for their reader; corrected for their number."""
    by_period, days = sums_by_period(tree.reader, seen, measures(seen))
    sizes = [{node: parts[f"n_{seen.measure}"] for node, parts in each.items()} for each in by_period]
    hidden = hidden_periods(tree, sizes, days) if several else {}
    broken = breaks(tree.reader, seen)
    found: list[Measured | None] = []
    for each, where in several:
        kept = _comparable(days, each.day, broken)
        # A period that is not shown takes no part: two markers beside each other would tell it by subtraction.
        sums = [Sums() if at in hidden[where] else by_period[at][where].sums(seen.measure) for at in kept]
        within = [days[at] for at in kept]
        apart = _apart(within, each.day, {place for place, at in enumerate(kept) if at in hidden[where]})
        one = metrics.intervention(sums, within, each.day, tree.smallest[where], hidden=apart)
        joined = [Sums() if place in apart else held for place, held in enumerate(sums)]
        if _fewest(joined, within, each.day) < metrics.SHORTEST_BASELINE:
            one = replace(one, course=None)
        is_hidden = not (one.before.n and one.after.n) and not hidden[where].isdisjoint(kept)
        found.append(None if is_hidden else one)
    changes, _drifts = metrics.corrected([one.change if one else None for one in found], [])
    told = [replace(one, change=change) if one else None for one, change in zip(found, changes, strict=True)]
    return [(where, one) for (_each, where), one in zip(several, _judged(told), strict=True)]


def _apart(days: Sequence[tuple[dt.date, dt.date]], day: dt.date, hidden: Collection[int]) -> set[int]:
    """The places of the periods that a withheld one parts from the day, with these: no course is told across a gap."""
    at = sum(start < day for start, _end in days)
    earlier = max((place for place in hidden if place < at), default=-1)
    later = min((place for place in hidden if place >= at), default=len(days))
    return {place for place in range(len(days)) if not earlier < place < later}


def _fewest(sums: Sequence[Sums], days: Sequence[tuple[dt.date, dt.date]], day: dt.date) -> int:
    """How many periods with calls the side with fewer of them has: below six, a course is told too surely."""
    before = sum(each.n > 0 for each, (_start, end) in zip(sums, days, strict=True) if end < day)
    after = sum(each.n > 0 for each, (start, _end) in zip(sums, days, strict=True) if start >= day)
    return min(before, after)


def _comparable(days: Sequence[tuple[dt.date, dt.date]], day: dt.date, broken: Sequence[Break]) -> list[int]:
    """The places of the periods that were scored with the checklist in use on a day: others are of other questions."""
    first = max((each.day for each in broken if each.day <= day), default=dt.date.min)
    last = min((each.day for each in broken if each.day > day), default=dt.date.max)
    return [place for place, (start, end) in enumerate(days) if start >= first and end < last]


def _judged(several: Sequence[Measured | None]) -> list[Measured | None]:
    """With all jumps and turns corrected for their number."""
    courses = [one.course for one in several if one and one.course]
    estimates = iter(judged([each for course in courses for each in (course.level, course.slope)]))
    return [
        replace(one, course=replace(one.course, level=next(estimates), slope=next(estimates)))
        if one and one.course
        else one
        for one in several
    ]


def _effect(
    tree: Tree, filters: Filters, each: Intervention, measured: tuple[int, Measured | None], number: int | None
) -> Effect:
    where, found = measured
    return Effect(
        number=number,
        intervention=each,
        where=where,
        name=tree.name(where),
        found=found,
        sentence=_said(found, filters.by),
        query=filters.querystring(department=None if where == ALL_TOGETHER else tree.code(where)),
        is_here=where == opened(tree.reader, filters),
        may_remove=tree.reader.may_mark(each.department_id),
    )


def _said(found: Measured | None, by: str) -> str:
    """What is known, and no more."""
    if found is None or found.before.withheld or found.after.withheld:
        return words.not_shown_why() + "."
    if not found.before.n or not found.after.n:
        return _("no calls on both sides of this day that can be compared, in the dates that are shown.")
    if found.course is None:
        return _plain(found.change)
    level, slope = found.course.level, found.course.slope
    jump, turned = level.clear, slope.clear
    if not jump and not turned:
        return _("no clear effect: %(jump)s from one period to the next, and its trend went on as before.") % {
            "jump": in_words(level)
        }
    first = (
        (_jump_month if by == "month" else _jump_week)() % {"jump": in_words(level)}
        if jump
        else _("no clear jump (%(jump)s)") % {"jump": in_words(level)}
    )
    if not turned:
        return first + _counted_from(found.course.slope_before)
    facts = {"slope": in_words(slope)}
    if by == "month":
        return first + _("; since then it changes by %(slope)s points a month more than before.") % facts
    return first + _("; since then it changes by %(slope)s points a week more than before.") % facts


def _counted_from(before: Estimate) -> str:
    """What a jump is beside what went on anyway."""
    if before.high is not None and before.high < 0:
        return _(", counted from the fall that was already going on.")
    if before.low is not None and before.low > 0:
        return _(", counted from the rise that was already going on.")
    return _(", counted from the trend before it, which did not clearly rise or fall.")


def _jump_month() -> str:
    return _("%(jump)s points from one month to the next")


def _jump_week() -> str:
    return _("%(jump)s points from one week to the next")


def _plain(change: Change | None) -> str:
    if change is None:
        return _("too few calls on one side to tell.")
    facts = {"change": words.change_in_words(change)}
    if change.clear:
        return (
            _("%(change)s points after against before; too few periods to tell a jump from a trend under way.") % facts
        )
    return _("no clear effect: %(change)s points after against before, in few periods.") % facts


def in_words(each: Estimate) -> str:
    """“+9.6 (+6.1 to +13.0)”."""
    value = Fraction(each.exact or 0)
    if each.low is None or each.high is None:
        return words.signed(value)
    return words.signed_with_ends(value, each.low, each.high)


def _effect_columns(filters: Filters) -> tuple[Column, ...]:
    measure = words.measure(filters.measure)
    return (
        Column("day", _("Day"), _("date")),
        Column("name", _("What was changed")),
        Column("changed_in", _("Changed in")),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("measure", _("Measure")),
        Column("calls_before", _("Calls before"), _("calls")),
        *mean_columns("before", _("%(measure)s before") % {"measure": measure}, filters.measure),
        Column("calls_after", _("Calls after"), _("calls")),
        *mean_columns("after", _("%(measure)s after") % {"measure": measure}, filters.measure),
        *mean_columns("change", _("After minus before"), "change"),
        Column("periods", _("Periods"), str(words.STEPS[filters.by])),
        *mean_columns("jump", _("Jump"), "effect"),
        *mean_columns("slope_before", _("Trend before"), "effect"),
        *mean_columns("slope_after", _("Trend after"), "effect"),
        *mean_columns("turn", _("Difference of the trends"), "effect"),
        Column("added_by", _("Added by")),
        Column("added_on", _("Added on"), _("date")),
        Column("note", _("Note")),
    )


def _effect_row(tree: Tree, each: Effect, filters: Filters) -> Mapping[str, Value]:
    found, it = each.found, each.intervention
    course, change = (found.course, found.change) if found else (None, None)
    before, after = (found.before, found.after) if found else (metrics.WITHHELD, metrics.WITHHELD)
    zone = tree.reader.organisation.zone
    return {
        "day": it.day,
        "name": it.name,
        "changed_in": it.department.name if it.department else "total",
        "department_code": tree.code(each.where),
        "department": each.name,
        "measure": filters.measure,
        "calls_before": before.n,
        **mean_values("before", before),
        "calls_after": after.n,
        **mean_values("after", after),
        "change": change.value if change else None,
        "change_low": change.low if change else None,
        "change_high": change.high if change else None,
        "periods": course.n if course else None,
        **estimate_values("jump", course.level if course else None),
        **estimate_values("slope_before", course.slope_before if course else None),
        **estimate_values("slope_after", course.slope_after if course else None),
        **estimate_values("turn", course.slope if course else None),
        "added_by": it.created_by.name,
        "added_on": it.created_at.astimezone(zone).date(),
        "note": "too few calls" if before.withheld or after.withheld else "",
    }


def estimate_values(name: str, each: Estimate | None) -> dict[str, Value]:
    return {
        name: each.value if each else None,
        f"{name}_low": each.low if each else None,
        f"{name}_high": each.high if each else None,
    }
