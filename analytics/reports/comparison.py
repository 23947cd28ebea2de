"""Departments against each other: which differ from the rest by more than chance, and where small ones probably are."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from analytics import charts, frames, metrics, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.metrics import AgainstWhole, DrawnTogether
from analytics.reports import places
from analytics.reports.base import Column, Report, Value, checked, lacks, left_out
from analytics.reports.compared import compared
from analytics.reports.tree import Tree, tree_of
from analytics.stats.intervals import Sums

MANY: Final = 10


def funnel(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Every department against all calls together, by how many calls it has."""
    tree = tree_of(reader, filters)
    sums, calls, smallest = _sums(reader, filters, tree)
    # How much departments differ beyond chance cannot be told from a handful: then only chance is allowed for.
    found = metrics.funnel(sums, smallest, adjust="additive" if len(sums) >= MANY else "none")
    columns = (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("calls", _("Calls"), _("calls")),
        Column("mean", words.measure(filters.measure), _("points"), filters.measure),
        Column("whole", words.capital(compared(tree).calls), _("points"), filters.measure),
        Column("low_95", _("Low limit (95 %)"), _("points"), "funnel"),
        Column("high_95", _("High limit (95 %)"), _("points"), "funnel"),
        Column("low_998", _("Low limit (99.8 %)"), _("points"), "funnel"),
        Column("high_998", _("High limit (99.8 %)"), _("points"), "funnel"),
        Column("verdict", _("Verdict"), metric="funnel"),
        Column("note", _("Note")),
    )
    return Report(
        slug="funnel",
        title=_("%(measure)s by number of calls") % {"measure": words.measure(filters.measure)},
        summary=_width(found),
        columns=columns,
        rows=checked(columns, _funnel_rows(tree, found)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=calls,
        lacking=lacks(reader, filters.measure, calls, sum(each.n for each in sums.values())),
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        chart=charts.funnel(
            found,
            {key: tree.name(key) for key in found.departments},
            words.measure(filters.measure),
            {key: places.of_department(reader, filters, key) for key in found.departments},
            whole=tree.together,
            rest=compared(tree).rest,
        ),
        result=found,
    )


def _funnel_rows(tree: Tree, found: AgainstWhole) -> list[Mapping[str, Value]]:
    rows: list[Mapping[str, Value]] = []
    for key in tree.leaves:
        each = found.departments.get(key)
        if each is None and key not in found.withheld:
            continue
        edges = each.edges if each else None
        rows.append(
            {
                "department_code": tree.code(key),
                "department": tree.name(key),
                "calls": each.n if each else None,
                "mean": each.value if each else None,
                "whole": found.target if each else None,
                "low_95": edges.low_95 if edges else None,
                "high_95": edges.high_95 if edges else None,
                "low_998": edges.low_998 if edges else None,
                "high_998": edges.high_998 if edges else None,
                "verdict": f"{each.verdict} {each.direction or ''}".strip() if each else None,
                "note": "" if each else "too few calls",
            }
        )
    return rows


def _width(found: AgainstWhole) -> str:
    if found.target is None or len(found.departments) < 2:
        return ""
    facts = {"whole": words.points(found.target)}
    if found.adjusted == "none":
        return _("In the grey bands lies what chance makes of %(whole)s points.") % facts
    return (
        _(
            "Departments differ by more than chance alone; between the lines lies what is usual here around %(whole)s points."
        )
        % facts
    )


def shrunk(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Each department's own mean beside the one drawn towards the whole by as much as chance has a say in it."""
    tree = tree_of(reader, filters)
    sums, calls, smallest = _sums(reader, filters, tree)
    found = metrics.shrunk(sums, smallest)
    columns = (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("calls", _("Calls"), _("calls")),
        Column("mean", _("Own mean"), _("points"), filters.measure),
        Column("shrunk", _("Probably"), _("points"), "shrunk"),
        Column("shrunk_low", _("Probably, low end"), _("points"), "shrunk"),
        Column("shrunk_high", _("Probably, high end"), _("points"), "shrunk"),
        Column("kept", _("Own distance kept"), "%", "shrunk"),
        Column("note", _("Note")),
    )
    return Report(
        slug="shrunk",
        title=_("Where each department probably is"),
        summary=_("A mean of few calls is drawn towards that of all departments: that is where it will probably go.")
        if found.departments
        else "",
        columns=columns,
        rows=checked(columns, _shrunk_rows(tree, found)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=calls,
        lacking=lacks(reader, filters.measure, calls, sum(each.n for each in sums.values())),
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        chart=charts.dumbbells(
            [(tree.name(key), each) for key in tree.leaves if (each := found.departments.get(key)) is not None],
            words.measure(filters.measure),
            places.by_name(reader, filters, ((tree.name(key), key) for key in tree.leaves)),
        ),
        result=found,
    )


def _shrunk_rows(tree: Tree, found: DrawnTogether) -> list[Mapping[str, Value]]:
    return [
        {
            "department_code": tree.code(key),
            "department": tree.name(key),
            "calls": each.n if each else None,
            "mean": each.raw if each else None,
            "shrunk": each.value if each else None,
            "shrunk_low": each.low if each else None,
            "shrunk_high": each.high if each else None,
            "kept": each.kept if each else None,
            "note": "" if each else "too few calls",
        }
        for key in tree.leaves
        if (each := found.departments.get(key)) is not None or key in found.withheld
    ]


def _sums(reader: Reader, filters: Filters, tree: Tree) -> tuple[dict[int, Sums], int, int]:
    """The period's sums of single departments, their calls, and the fewest that this reader may see a figure of."""
    frame = frames.totals(reader, filters, tree.keys, (filters.measure,))
    parts = metrics.parts(frame, ["department", "now"])
    found = {key: parts[key, True].sums(filters.measure) for key in tree.leaves if (key, True) in parts}
    calls = sum(parts[key, True]["n_calls"] for key in tree.leaves if (key, True) in parts)
    return found, calls, reader.smallest_group(tree.keys)
