"""A measure over time, for chosen departments, by month or week."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from analytics import charts, frames, metrics, words
from analytics.access import Reader
from analytics.figures import Point, Series, rounded
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Parts
from analytics.quarters import Quarter, quarter_of
from analytics.reports import places
from analytics.reports.base import Column, Report, Value, checked, left_out, mean_columns, mean_values, note
from analytics.reports.tree import Tree, tree_of

HUES = ("brand", "callback", "listening", "greeting", "tone")


def build(reader: Reader, filters: Filters, _department: int | None) -> Report:
    tree = tree_of(reader, filters)
    lines = filters.lines or (ALL_TOGETHER, *tree.leaves)
    found = series_of(reader, filters, filters.measure, lines)
    columns = _columns(filters)
    days = [point.start for each in found for point in each.points]
    return Report(
        slug="trend",
        title=title(filters.measure, filters.by),
        summary=summary(found, filters.by),
        columns=columns,
        rows=checked(columns, (_values(each, point, filters) for each in found for point in each.points)),
        filters=filters,
        start=min(days, default=filters.start),
        end=filters.end,
        counted=_counted(reader, filters),
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        chart=charts.lines(found, filters.by, places=places.of_lines(reader, filters)) if found else None,
        result=found,
    )


def title(measure: str, by: str) -> str:
    words_ = {"measure": words.capital(str(words.MEASURES[measure])), "step": words.STEPS[by]}
    return _("%(measure)s by %(step)s") % words_


def series_of(
    reader: Reader, filters: Filters, measure: str, lines: Iterable[int], measures: tuple[str, ...] = ()
) -> list[Series]:
    """The course of a measure for each line; a line is a department with all below it, or all in view together."""
    tree = tree_of(reader, filters)
    by_period, days = sums_by_period(reader, filters, measures or (measure,))
    sizes = [{node: parts.sums(measure).n for node, parts in each.items()} for each in by_period]
    hidden = hidden_periods(tree, sizes, days)
    found = []
    for place, line in enumerate(dict.fromkeys(lines)):
        held = [each[line].sums(measure) for each in by_period]
        if any(each.n for each in held):
            points, normal = metrics.series(held, days, hidden[line])
            target = tree.target(line, measure)
            found.append(
                Series(
                    key=line,
                    code=tree.code(line),
                    name=tree.name(line),
                    points=points,
                    normal=normal,
                    target=None if target is None else rounded(Decimal(target) / 100),
                    hue=HUES[place % len(HUES)],
                )
            )
    return found


def _sums(reader: Reader, filters: Filters, measures: tuple[str, ...]) -> Mapping[tuple[int, dt.date], Parts]:
    frame = frames.periods(reader, filters, tree_of(reader, filters).keys, measures)
    return metrics.parts(frame, ["department", "period"])  # type: ignore[return-value]


def _counted(reader: Reader, filters: Filters) -> int:
    """The calls in the periods that are drawn."""
    sums = _sums(reader, filters, (filters.measure,))
    days = _days(filters, sums)
    first = _first_day(days[0][0], filters.by) if days else filters.end
    return sum(parts["n_calls"] for (_key, period), parts in sums.items() if period >= first)


def _days(filters: Filters, sums: Mapping[tuple[int, dt.date], Parts]) -> list[tuple[dt.date, dt.date]]:
    if not sums:
        return []
    first = filters.trend_start or min(period for _key, period in sums)
    return metrics.calendar(first, filters.end, filters.by)


def _first_day(day: dt.date, by: str) -> dt.date:
    return day.replace(day=1) if by == "month" else day - dt.timedelta(days=day.weekday())


def sums_by_period(
    reader: Reader, filters: Filters, measures: tuple[str, ...]
) -> tuple[list[dict[int, Parts]], list[tuple[dt.date, dt.date]]]:
    """For each period its sums by node, and its first and last day. All nodes at once, for what is withheld in one is
    decided with all of them in sight.
    """

    def make() -> tuple[list[dict[int, Parts]], list[tuple[dt.date, dt.date]]]:
        tree = tree_of(reader, filters)
        sums = _sums(reader, filters, measures)
        days = _days(filters, sums)
        starts = [_first_day(start, filters.by) for start, _end in days]
        return [tree.sums({key: sums[key, day] for key in tree.keys if (key, day) in sums}) for day in starts], days

    return reader.once(("periods by node", filters.scope, filters.departments, measures), make)


def hidden_periods(
    tree: Tree, sizes: list[dict[int, int]], days: Sequence[tuple[dt.date, dt.date]]
) -> dict[int, set[int]]:
    """Per node, the periods that its reader may not see: all of a calendar quarter, or none.

    Readers of totals are told of quarters as well. Had one of its periods been hidden, the quarter minus the others, or a part
    minus the departments in it, might tell it; so a node's are shown where every one of them may be, and the quarter too. The
    course of a total matters more than that of its smallest department.
    """
    found: dict[int, set[int]] = {node: set() for node in tree.nodes}
    parts: dict[Quarter, list[int]] = {}
    for place, (start, _end) in enumerate(days):
        parts.setdefault(quarter_of(start), []).append(place)
    for inside in parts.values():
        periods = {node: [sizes[place][node] for place in inside] for node in tree.nodes}
        whole = tree.withheld({node: sum(several) for node, several in periods.items()})
        for node in tree.withheld(periods, whole, spare_totals=True):
            # Those without calls as well: where the others lie would tell of them.
            found[node].update(inside)
    return found


def summary(found: Iterable[Series], by: str) -> str:
    """The chart in words: where each line stands, and what lay outside its earlier range."""
    sentences = []
    for each in found:
        last = each.last
        if last is None:
            continue
        facts = {"name": each.name, "period": words.period_of(last.start, by), "figure": words.mean_in_words(last.mean)}
        sentences.append(_("%(name)s in %(period)s: %(figure)s.") % facts)
        outside = [words.period_of(point.start, by) for point in each.points if point.outside]
        if outside:
            facts = {"name": each.name, "periods": words.listed(outside)}
            sentences.append(_("%(name)s lay outside its earlier range in %(periods)s.") % facts)
    return " ".join(sentences)


def _columns(filters: Filters) -> tuple[Column, ...]:
    return (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("measure", _("Measure")),
        Column("start", _("From"), _("date")),
        Column("end", _("To"), _("date")),
        Column("calls", _("Calls"), _("calls")),
        *mean_columns("mean", words.capital(str(words.MEASURES[filters.measure])), filters.measure),
        Column("normal_low", _("Earlier range, low end"), _("points"), "normal_range"),
        Column("normal_high", _("Earlier range, high end"), _("points"), "normal_range"),
        Column("target", _("Target"), _("points"), "target"),
        Column("note", _("Note")),
    )


def _values(each: Series, point: Point, filters: Filters) -> dict[str, Value]:
    return {
        "department_code": each.code,
        "department": each.name,
        "measure": filters.measure,
        "start": point.start,
        "end": point.end,
        "calls": point.mean.n,
        **mean_values("mean", point.mean),
        "normal_low": None if each.normal is None else rounded(each.normal.low),
        "normal_high": None if each.normal is None else rounded(each.normal.high),
        "target": each.target,
        "note": note(point.mean),
    }
