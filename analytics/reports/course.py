"""Is it really changing? One course on its control chart, and of every department and dimension what it does, in a word."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import charts, metrics, words
from analytics.access import Reader
from analytics.figures import Point, Series, rounded
from analytics.filters import ALL_TOGETHER, TOTAL, Filters
from analytics.metrics import ControlChart, Level, Verdict
from analytics.metrics.charting import Seen
from analytics.models import Intervention
from analytics.reports import places
from analytics.reports.base import (
    Column,
    Report,
    Value,
    checked,
    drift_columns,
    lacks,
    left_out,
    mean_columns,
    mean_values,
    note,
)
from analytics.reports.history import Break, breaks, covering, history, measures, shown_on
from analytics.reports.signals import Episode, episodes, short_size, size, word
from analytics.reports.tree import Tree, tree_of
from analytics.reports.trend import series_of, sums_by_period
from analytics.reports.verdicts import judged, opened, rebased, since, surety, verdicts

# The change of level of the one course that is drawn is told from this on.
SURE = 0.05
# More departments of which no course stands out are shown only when asked for.
MOST_QUIET = 4


@dataclass(frozen=True, slots=True)
class Control:
    """One course: its points, its chart, and in words what is seen on it."""

    series: Series | None
    chart: ControlChart | None = None
    verdict: Verdict | None = None
    level: Level | None = None
    episodes: tuple[Episode, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    breaks: tuple[Break, ...] = ()
    sentences: tuple[str, ...] = ()


def control(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The control chart of the chosen measure for one department, or for all together."""
    seen = history(filters)
    tree, line = tree_of(reader, seen), opened(reader, filters)
    found = _control(tree, seen, line)
    columns = _control_columns(filters)
    series = found.series
    days = [point.start for point in series.points] if series else []
    name = tree.name(line)
    facts = {"measure": words.measure(filters.measure), "name": name, "step": words.STEPS[filters.by]}
    by_period, _days = sums_by_period(reader, seen, measures(seen))
    calls, known = (sum(each[line][column] for each in by_period) for column in ("n_calls", f"n_{filters.measure}"))
    return Report(
        slug="control",
        title=_title(line, facts),
        summary=next(iter(found.sentences), ""),
        columns=columns,
        rows=checked(columns, _control_rows(found, tree.code(line), name, filters) if series else ()),
        filters=filters,
        start=min(days, default=seen.start),
        end=seen.end,
        counted=calls,
        lacking=lacks(reader, filters.measure, calls, known),
        data_time=reader.at,
        left_out=left_out(reader, seen, tree.within[line]),
        chart=_drawn(reader, filters, found),
        result=found,
    )


def _title(line: int, facts: Mapping[str, object]) -> str:
    if line == ALL_TOGETHER:
        return _("%(measure)s of all departments together by %(step)s") % facts
    return _("%(measure)s of %(name)s by %(step)s") % facts


def _control(tree: Tree, seen: Filters, line: int) -> Control:
    several = series_of(tree.reader, seen, seen.measure, [line], measures(seen))
    if not several:
        return Control(None)
    series = replace(several[0], points=_begun(several[0].points))
    marked = covering(tree, line, tree.reader.interventions)
    broken = breaks(tree.reader, seen)
    chart = metrics.control_chart(series.points, rebased=rebased(marked, broken))
    level = metrics.level(since(series.points, broken))
    if level is not None and (level.p > SURE or not level.is_step):
        level = None
    seen_on_it = episodes(chart, series.points) if chart else ()
    verdict = verdicts(tree, seen).get((line, seen.measure))
    first, last = series.points[0].start, series.points[-1].end
    shown = [each for each in broken if first < each.day <= last]
    on_it = shown_on(marked, first, last)
    found = Control(series, chart, verdict, level, seen_on_it, tuple(on_it), tuple(shown))
    return replace(found, sentences=tuple(_sentences(found, seen.by)))


def _begun(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """From the first period on that has calls."""
    first = next((place for place, point in enumerate(points) if point.mean.n != 0), 0)
    return points[first:]


def _sentences(found: Control, by: str) -> list[str]:
    """What survived correction; then what the chart shows, and the change of level."""
    said = []
    if found.verdict is not None and found.verdict.is_clear:
        facts = {"word": words.capital(word(found.verdict, by)), "size": size(found.verdict, by)}
        said.append(_("%(word)s: %(size)s; that is more than chance.") % facts)
    said += [each.sentence(by) for each in found.episodes]
    if found.level is not None and (found.verdict is None or found.verdict.level is None):
        said.append(_level(found.level, by))
    if found.chart is None or all(stretch.low is None for stretch in found.chart.stretches):
        said.append(_("Too few periods for a range: it takes six with five calls or more each."))
    elif not said and _has_gaps(found):
        said.append(_("Every shown period lies within its range; too few of them follow each other to tell a trend."))
    elif not said:
        said.append(
            _("Every period lies within its range, and there is no clear trend: what moves here can be chance.")
        )
    return said


def _has_gaps(found: Control) -> bool:
    """Whether too few periods are left to judge because others are withheld."""
    points = found.series.points if found.series else ()
    is_judged = found.verdict is not None and found.verdict.word != "few"
    return not is_judged and any(each.mean.withheld for each in points)


def _level(level: Level, by: str) -> str:
    facts = {
        "period": words.period_of(level.day, by),
        "before": words.points(level.before.exact),
        "after": words.points(level.after.exact),
        "change": words.change_in_words(level.change),
    }
    return _("The level changed most clearly at %(period)s: from %(before)s to %(after)s points, %(change)s.") % facts


def _drawn(reader: Reader, filters: Filters, found: Control) -> charts.Chart | None:
    if found.series is None:
        return None
    opens = places.of_lines(reader, filters)
    return charts.control(found.series, found.chart, _markers(reader, found), filters.by, opens)


def _markers(reader: Reader, found: Control) -> list[charts.Marker]:
    marked = [charts.Marker(each.day, str(n), each.name) for n, each in enumerate(found.interventions, 1)]
    broken = [charts.Marker(each.day, "§", str(reader.published[each.after]), is_break=True) for each in found.breaks]
    return marked + broken


def _control_columns(filters: Filters) -> tuple[Column, ...]:
    return (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("measure", _("Measure")),
        Column("start", _("From"), _("date")),
        Column("end", _("To"), _("date")),
        Column("calls", _("Calls"), _("calls")),
        *mean_columns("mean", words.measure(filters.measure), filters.measure),
        Column("centre", _("Middle of the range"), _("points"), "control"),
        Column("range_low", _("Range, low end"), _("points"), "control"),
        Column("range_high", _("Range, high end"), _("points"), "control"),
        Column("rules", _("Signals, by rule"), metric="control"),
        Column("side", _("Side"), metric="control"),
        Column("target", _("Target"), _("points"), "target"),
        Column("note", _("Note")),
    )


def _control_rows(found: Control, code: str, name: str, filters: Filters) -> list[Mapping[str, Value]]:
    assert found.series is not None
    chart = found.chart
    seen: dict[dt.date, list[Seen]] = {}
    for signal in () if chart is None else chart.signals:
        seen.setdefault(signal.day, []).append(signal)
    limits = (None,) * len(found.series.points) if chart is None else chart.limits
    rows: list[Mapping[str, Value]] = []
    for point, edges in zip(found.series.points, limits, strict=True):
        signals = seen.get(point.start, [])
        stretch = None
        if chart is not None and edges is not None:
            stretch = next(each for each in chart.stretches if each.start <= point.start <= each.end)
        rows.append(
            {
                "department_code": code,
                "department": name,
                "measure": filters.measure,
                "start": point.start,
                "end": point.end,
                "calls": point.mean.n,
                **mean_values("mean", point.mean),
                "centre": stretch.centre if stretch else None,
                "range_low": edges[0] if edges else None,
                "range_high": edges[1] if edges else None,
                "rules": ", ".join(str(each.rule) for each in signals),
                "side": ("above" if signals[0].above else "below") if signals else "",
                "target": found.series.target,
                "note": note(point.mean),
            }
        )
    return rows


# --- what every course does, in a word --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the table: a department's course of one measure; `query` shows it on the chart."""

    measure: str
    verdict: Verdict
    word: str
    size: str
    query: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Courses:
    """The table, a line per department: its name, its key, its level in the tree and its cells."""

    measures: tuple[str, ...] = ()
    lines: tuple[tuple[str, int, str, tuple[Place, ...]], ...] = ()
    since: Break | None = None

    @property
    def shown(self) -> tuple[tuple[str, int, str, tuple[Place, ...]], ...]:
        """The lines that stand out, the parts and the whole, and the one on the chart; all of them where they are few."""
        return tuple(each for each in self.lines if each not in self.quiet)

    @property
    def quiet(self) -> tuple[tuple[str, int, str, tuple[Place, ...]], ...]:
        """Departments of which no course stands out, where these are many."""
        found = tuple(
            each
            for each in self.lines
            if each[2] == "department"
            and not any(place.verdict.is_clear or place.verdict.outside or place.is_here for place in each[3])
        )
        return found if len(found) > MOST_QUIET else ()

    @property
    def signals(self) -> list[tuple[str, str, Verdict]]:
        """The name, measure and verdict of what survived correction in single departments, the surest first."""
        found = [
            (name, place.measure, place.verdict)
            for name, _key, level, places in self.lines
            for place in places
            if level == "department" and place.verdict.is_clear
        ]
        return sorted(found, key=lambda each: surety(each[2]))


def courses(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """What each department's score and dimensions do, all judged together."""
    seen = history(filters)
    tree = tree_of(reader, seen)
    known = verdicts(tree, seen)
    found = _courses(tree, filters, known)
    columns = _courses_columns(filters)
    by_period, days = sums_by_period(reader, seen, measures(seen))
    begun = [day for day, each in zip(days, by_period, strict=True) if each[ALL_TOGETHER]["n_calls"]]
    ends = judged(begun, breaks(reader, seen)) if begun else ()
    span: Mapping[str, Value] = dict(zip(("start", "end"), ends, strict=False))
    rows = [
        {**_courses_row(tree, node, place.measure, place.verdict, found.since), **span}
        for _name, node, _level, places in found.lines
        for place in places
        if (node, place.measure) in known
    ]
    calls, scored = (
        sum(each[ALL_TOGETHER][column] for each in by_period) for column in ("n_calls", f"n_{filters.measure}")
    )
    return Report(
        slug="courses",
        title=_("What every trend does"),
        summary=_summary(found),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=begun[0][0] if begun else seen.start,
        end=seen.end,
        counted=calls,
        lacking=lacks(reader, filters.measure, calls, scored),
        data_time=reader.at,
        # Asked for only where it is shown: under a chart of one department it is not.
        left_out=cast("Mapping[str, int]", SimpleLazyObject(lambda: left_out(reader, seen, tree.keys))),
        result=found,
    )


def _courses(tree: Tree, filters: Filters, known: Mapping[tuple[int, str], Verdict]) -> Courses:
    line = opened(tree.reader, filters)
    shown = measures(filters)
    lines = []
    for node in dict.fromkeys(node for node, _measure in known):
        code = None if node == ALL_TOGETHER else tree.code(node)
        places = tuple(
            Place(
                measure,
                (verdict := known.get((node, measure), Verdict("few", 0))),
                word(verdict, filters.by),
                short_size(verdict, filters.by),
                filters.querystring(department=code, measure=None if measure == "score" else measure),
                is_here=node == line and measure == filters.measure,
            )
            for measure in shown
        )
        lines.append((tree.name(node), node, tree.level(node), places))
    # Those with something clear come first, in the order of the tree; parts and the whole stay below.
    lines.sort(key=lambda each: (each[2] != "department", not any(place.verdict.is_clear for place in each[3])))
    broken = breaks(tree.reader, history(filters))
    return Courses(shown, tuple(lines), broken[-1] if broken else None)


def _summary(found: Courses) -> str:
    judged = sum(place.verdict.word != "few" for _name, _key, _level, places in found.lines for place in places)
    clear = sum(place.verdict.is_clear for _name, _key, _level, places in found.lines for place in places)
    if not judged:
        return _("Too few periods to judge any trend yet: it takes six with five calls or more each.")
    facts = {"clear": words.whole(clear), "judged": words.whole(judged)}
    text = ngettext(
        "%(clear)s of %(judged)s trends changes by more than chance, after correction for their number.",
        "%(clear)s of %(judged)s trends change by more than chance, after correction for their number.",
        clear,
    )
    few = sum(len(places) for _name, _key, _level, places in found.lines) - judged
    if not few:
        return text % facts
    rest = ngettext("%(count)s has too few periods to judge.", "%(count)s have too few periods to judge.", few)
    return f"{text % facts} {rest % {'count': words.whole(few)}}"


def _courses_columns(filters: Filters) -> tuple[Column, ...]:
    return (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("level", _("Level")),
        Column("measure", _("Measure")),
        # What is judged begins before the chosen period: the file says from when.
        Column("start", _("From"), _("date")),
        Column("end", _("To"), _("date")),
        Column("periods", _("Periods"), str(words.STEPS[filters.by])),
        Column("verdict", _("Verdict"), metric="verdict"),
        Column("since", _("Since"), _("date"), "verdict"),
        Column("step", _("Step"), _("points"), "level"),
        Column("step_low", _("Step, low end"), _("points"), "level"),
        Column("step_high", _("Step, high end"), _("points"), "level"),
        *drift_columns(filters),
        Column("outside", _("Periods outside"), metric="control"),
        Column("note", _("Note")),
    )


def _courses_row(tree: Tree, node: int, measure: str, each: Verdict, since: Break | None) -> Mapping[str, Value]:
    step, drift = each.level.change if each.level else None, each.drift
    return {
        "department_code": TOTAL if node == ALL_TOGETHER else tree.code(node),
        "department": tree.name(node),
        "level": tree.level(node),
        "measure": measure,
        "periods": each.n,
        "verdict": each.word,
        "since": each.since,
        "step": step.value if step else None,
        "step_low": step.low if step else None,
        "step_high": step.high if step else None,
        "drift": drift.value if drift else None,
        "drift_low": drift.low if drift else None,
        "drift_high": drift.high if drift else None,
        "drift_p": rounded(drift.adjusted, 4) if drift else None,
        "outside": len(each.outside),
        "note": ""
        if each.word != "few"
        else "too few periods"
        if since is None
        else "too few periods since the checklist changed",
    }
