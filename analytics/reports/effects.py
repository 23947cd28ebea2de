"""What became of a course when something was changed on purpose, and when the checklist changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import call_frames, metrics, words
from analytics.access import Reader
from analytics.answered import AnsweredCalls, from_documents, unclear_fails
from analytics.figures import Change
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Intervention as Measured
from analytics.metrics import Parts, VersionBridge
from analytics.models import Intervention
from analytics.reports.base import Column, Report, Value, checked, left_out, mean_columns, mean_values
from analytics.reports.history import Break, breaks, covering, history, in_view, line_of, measures, shown_on
from analytics.reports.tree import Tree, tree_of
from analytics.reports.trend import hidden_periods, sums_by_period
from analytics.results import Estimate

# The calls nearest to a new checklist that are scored anew on either side of it.
NEAREST = 400
# The newest breaks that are bridged.
MOST_BREAKS = 3


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
    on_chart = shown_on(covering(tree, line, several), *_drawn(tree, seen, line))
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
    """The figures of each, `None` where they rest on too few calls for their reader; plain changes corrected together."""
    by_period, days = sums_by_period(tree.reader, seen, measures(seen))
    sizes = [{node: parts.sums(seen.measure).n for node, parts in each.items()} for each in by_period]
    hidden = hidden_periods(tree, sizes) if several else {}
    found: list[Measured | None] = []
    for each, where in several:
        if not days or where in _too_few(tree, by_period, days, each.day, seen.measure):
            found.append(None)
            continue
        sums = [period[where].sums(seen.measure) for period in by_period]
        found.append(metrics.intervention(sums, days, each.day, tree.smallest[where], hidden=hidden[where]))
    changes, _drifts = metrics.corrected([one.change if one else None for one in found], [])
    judged = [replace(one, change=change) if one else None for one, change in zip(found, changes, strict=True)]
    return [(where, one) for (_each, where), one in zip(several, judged, strict=True)]


def _too_few(
    tree: Tree,
    by_period: Sequence[Mapping[int, Parts]],
    days: Sequence[tuple[dt.date, dt.date]],
    day: dt.date,
    measure: str,
) -> set[int]:
    """The nodes whose calls before or after the day its reader may not see the mean of, by themselves or by subtraction."""
    sides = []
    for is_before in (True, False):
        kept = [
            period
            for period, (start, end) in zip(by_period, days, strict=True)
            if (end < day if is_before else start >= day)
        ]
        sizes = {node: sum(period[node].sums(measure).n for period in kept) for node in tree.nodes}
        sides.append(tree.withheld(sizes))
    return set().union(*sides)


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
        is_here=where == line_of(tree.reader, filters),
        may_remove=tree.reader.may_mark(each.department_id),
    )


def _said(found: Measured | None, by: str) -> str:
    """What is known, and no more."""
    if found is None or found.before.withheld or found.after.withheld:
        return _("too few calls to show.")
    if not found.before.n or not found.after.n:
        return _("no calls on both sides of this day in the dates that are shown.")
    if found.course is None:
        return _plain(found.change)
    level, slope = found.course.level, found.course.slope
    jump = _sure(level)
    turned = _sure(slope)
    if not jump and not turned:
        return _("no clear effect: %(jump)s from one period to the next, and its course went on as before.") % {
            "jump": _in_words(level)
        }
    first = (
        (_jump_month if by == "month" else _jump_week)() % {"jump": _in_words(level)}
        if jump
        else _("no clear jump (%(jump)s)") % {"jump": _in_words(level)}
    )
    if not turned:
        return first + _("; the course before it continued.")
    facts = {"slope": _in_words(slope)}
    if by == "month":
        return first + _("; since then it changes by %(slope)s points a month more than before.") % facts
    return first + _("; since then it changes by %(slope)s points a week more than before.") % facts


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
            _("%(change)s points after against before; too few periods to tell a jump from a course under way.") % facts
        )
    return _("no clear effect: %(change)s points after against before, in few periods.") % facts


def _sure(each: Estimate) -> bool:
    return each.low is not None and each.high is not None and not each.low <= 0 <= each.high


def _in_words(each: Estimate) -> str:
    value = words.signed(Fraction(each.exact or 0))
    if each.low is None or each.high is None:
        return value
    interval = _("%(low)s to %(high)s") % {"low": words.signed(each.low), "high": words.signed(each.high)}
    return f"{value} ({interval})"


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
        *mean_columns("slope_before", _("Course before"), "effect"),
        *mean_columns("slope_after", _("Course after"), "effect"),
        *mean_columns("turn", _("Difference of the courses"), "effect"),
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
        **_estimate_values("jump", course.level if course else None),
        **_estimate_values("slope_before", course.slope_before if course else None),
        **_estimate_values("slope_after", course.slope_after if course else None),
        **_estimate_values("turn", course.slope if course else None),
        "added_by": it.created_by.name,
        "added_on": it.created_at.astimezone(zone).date(),
        "note": "too few calls" if before.withheld or after.withheld else "",
    }


def _estimate_values(name: str, each: Estimate | None) -> dict[str, Value]:
    return {
        name: each.value if each else None,
        f"{name}_low": each.low if each else None,
        f"{name}_high": each.high if each else None,
    }


# --- a new checklist --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bridged:
    """A break, the names of its versions, and what is known of the step it made; `None` where there is nothing to link."""

    at: Break
    before: str
    after: str
    found: VersionBridge | None
    sentence: str


def bridges(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """When the checklist changed: what of the step in the score shows in the questions that both versions ask."""
    seen = history(filters)
    tree, line = tree_of(reader, seen), line_of(reader, filters)
    by_period, days = sums_by_period(reader, seen, measures(seen))
    first = days[0][0] if days else seen.end
    inside = [each for each in breaks(reader, seen) if each.day > first][-MOST_BREAKS:]
    found = [_bridged(tree, seen, line, each) for each in inside]
    columns = _bridge_columns()
    return Report(
        slug="bridges",
        title=_("A new checklist: what changed in the questions that stayed"),
        summary=" ".join(each.sentence for each in found),
        columns=columns,
        rows=checked(columns, [_bridge_row(tree, line, each) for each in found]),
        filters=filters,
        start=first,
        end=seen.end,
        counted=sum(each[line]["n_calls"] for each in by_period),
        data_time=reader.at,
        left_out=left_out(reader, seen, tree.within[line]),
        result=tuple(found),
    )


def _bridged(tree: Tree, seen: Filters, line: int, at: Break) -> Bridged:
    reader = tree.reader
    # A version's document stays with the reader for the page: two breaks share one.
    forms = {each.pk: each for each in reader.versions([at.before, at.after])}
    sides = []
    for version, is_before in ((at.before, True), (at.after, False)):
        definition = forms[version].definition
        frame = call_frames.answered(
            reader, seen, tree.within[line], version=version, day=at.day, before=is_before, most=NEAREST,
            answers=bool(unclear_fails(definition)),
        )  # fmt: skip
        sides.append(
            from_documents(definition, list(frame["points"]), list(frame["failed_by"]), list(frame["answers"]))
        )
    found = _linked(*sides, smallest=tree.smallest[line])
    names = str(forms[at.before]), str(forms[at.after])
    return Bridged(at, *names, found, _told(found, at, names[1]))


def _linked(before: AnsweredCalls, after: AnsweredCalls, *, smallest: int) -> VersionBridge | None:
    return metrics.bridge(before, after, smallest) if before.n and after.n else None


def _told(found: VersionBridge | None, at: Break, name: str) -> str:
    begins = _("From %(day)s on calls were scored with %(version)s.") % {"day": words.day(at.day), "version": name}
    if found is None:
        return begins + " " + _("Here too few calls or no shared questions link it with the one before.")
    if found.withheld:
        return begins + " " + _("Too few calls here to say what changed.")
    facts = {"shared": words.whole(len(found.shared)), "behaviour": _in_words(found.behaviour)}
    text = (
        _("In the %(shared)s questions that both ask, calls changed clearly: %(behaviour)s points.")
        if _sure(found.behaviour)
        else _("In the %(shared)s questions that both ask, nothing changed clearly: %(behaviour)s points.")
    )
    rest = {"observed": _in_words(found.observed), "questions": _in_words(found.questions)}
    other = _("Of the step of %(observed)s points in the score, the other questions make %(questions)s.")
    return " ".join((begins, text % facts, other % rest))


def _bridge_columns() -> tuple[Column, ...]:
    return (
        Column("day", _("Day"), _("date")),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("version_before", _("Version before")),
        Column("version_after", _("Version after")),
        Column("calls_before", _("Calls before"), _("calls")),
        Column("calls_after", _("Calls after"), _("calls")),
        *mean_columns("observed", _("Step in the score"), "bridge"),
        *mean_columns("behaviour", _("In the shared questions"), "bridge"),
        *mean_columns("questions", _("By the other questions"), "bridge"),
        Column("linked_before", _("Before, as the new version would show it"), _("points"), "bridge"),
        Column("shared", _("Shared questions")),
        Column("weight_before", _("Their weight before"), "%", "bridge"),
        Column("weight_after", _("Their weight after"), "%", "bridge"),
        Column("note", _("Note")),
    )


def _bridge_row(tree: Tree, line: int, each: Bridged) -> Mapping[str, Value]:
    found = each.found
    return {
        "day": each.at.day,
        "department_code": tree.code(line),
        "department": tree.name(line),
        "version_before": each.before,
        "version_after": each.after,
        "calls_before": found.n_before if found else None,
        "calls_after": found.n_after if found else None,
        **_estimate_values("observed", found.observed if found else None),
        **_estimate_values("behaviour", found.behaviour if found else None),
        **_estimate_values("questions", found.questions if found else None),
        "linked_before": found.linked_before if found else None,
        "shared": len(found.shared) if found else None,
        "weight_before": found.weight_before if found else None,
        "weight_after": found.weight_after if found else None,
        "note": "too few calls" if found is None or found.withheld else "",
    }
