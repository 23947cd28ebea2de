"""Promised callbacks: kept, broken and still open per department, how fast they came, and whether callers were helped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import call_frames, charts, metrics, words
from analytics.access import Reader
from analytics.figures import Share, rounded
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Curve, Curves, Parts, Promises
from analytics.metrics.waiting import DAY, Come
from analytics.reports.base import Column, Report, Value, checked, left_out, note, share_columns
from analytics.reports.compared import compared
from analytics.reports.nodes import (
    Cell,
    Lane,
    Lanes,
    Line,
    Nodes,
    Tag,
    against_or_why,
    counted_values,
    gap_columns,
    gap_values,
    most_of,
    name_columns,
    nodes_of_cells,
)
from analytics.reports.tree import Tree
from analytics.results import Estimate
from analytics.stats.comparison import ALPHA

# The Dutch benchmark over about 15,000 test calls a year, of 2018, in percent: called back within 24 hours, caller helped.
BENCHMARK_BACK: Final = 64
BENCHMARK_HELPED: Final = 74
# Hours at which a curve is drawn: every one of the first day, then every sixth until four days have passed.
HOURS: Final = (*range(25), *range(30, 97, 6))
# Below this a p is no longer told exactly.
LEAST_P: Final = 0.001
# Lines that are drawn when none were chosen, beside the one of everything together.
FIRST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says of shares: of every node, against the others for departments, and the node that holds all."""

    shares: Mapping[int, Share]
    gaps: Mapping[int, Estimate]
    names: Mapping[int, str]
    whole: Share
    lanes: Lanes


@dataclass(frozen=True, slots=True)
class HelpedOrLeft:
    helped: Standing
    left: Standing
    lanes: Lanes


def promises(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """What became of promised callbacks, per department."""
    nodes = nodes_of_cells(reader, filters)
    window = reader.organisation.callback_window_hours
    back, kept = nodes.shares(metrics.called_back), nodes.shares(lambda parts: metrics.kept(parts).share)
    gaps = metrics.against_others(nodes.of_departments(back))
    few_open = nodes.hidden({node: parts["n_open"] for node, parts in nodes.sums.items()})
    counts = {node: _promises(nodes.sums[node], kept[node], few_open=node in few_open) for node in nodes.shown}
    columns = (
        *name_columns(),
        Column("promised", _("Promised"), _("calls")),
        Column("kept", _("Kept within %(hours)s hours") % {"hours": window}, _("calls")),
        Column("broken", _("Not kept"), _("calls")),
        Column("open", _("Still open"), _("calls")),
        *share_columns("kept_share", _("Share kept"), "kept"),
        Column("back_n", _("Agreed callbacks whose time has passed"), _("calls")),
        Column("back_count", _("Called back within 24 hours"), _("calls")),
        *share_columns("back", _("Called back within 24 hours, share"), "called_back"),
        *gap_columns("gap", _("Against the others"), "share_gap"),
        Column("note", _("Note")),
    )
    rows: list[Mapping[str, Value]] = [
        nodes.names(node)
        | _counts(counts[node])
        | {key: value for key, value in counted_values("kept_share", kept[node]).items() if key in _KEPT}
        | counted_values("back", back[node])
        | gap_values("gap", gaps.get(node))
        | {"note": note(back[node])}
        for node in nodes.shown
    ]
    lanes = [(Lane(_("Called back within 24 hours"), 100, BENCHMARK_BACK, _benchmark(BENCHMARK_BACK)), back)]
    if window != DAY:
        lanes.append((Lane(_("Kept within %(hours)s hours") % {"hours": window}), kept))
    drawn = _lanes(
        nodes, lanes, [gaps, None], ["called_back", "kept"], {key: _said(each) for key, each in counts.items()}
    )
    return Report(
        slug="promises",
        title=_("What became of promised callbacks"),
        summary=_open_promises(counts.get(nodes.top)),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=nodes.sums[ALL_TOGETHER]["n_calls"],
        data_time=reader.at,
        left_out=left_out(reader, filters, nodes.tree.keys),
        result=Standing(back, gaps, _names(nodes), back[nodes.top], drawn),
    )


_KEPT = ("kept_share", "kept_share_low", "kept_share_high")


def _promises(sums: Parts, kept: Share, *, few_open: bool) -> tuple[Promises | None, int | None]:
    """Promises, and those that are still open; `None` where they may not be seen."""
    found = metrics.promised(sums)
    return None if kept.withheld else found, None if few_open or kept.withheld else found.open


def _counts(each: tuple[Promises | None, int | None]) -> dict[str, Value]:
    found, still_open = each
    return {
        "promised": None if found is None or still_open is None else found.n,
        "kept": None if found is None else found.kept,
        "broken": None if found is None else found.broken,
        "open": still_open,
    }


def _said(each: tuple[Promises | None, int | None]) -> str:
    """“75 promised: 53 kept, 22 not, 1 still open”."""
    found, still_open = each
    if found is None:
        return words.not_shown()
    if not found.n:
        return _("none promised")
    facts = {"n": words.whole(found.n), "kept": words.whole(found.kept), "broken": words.whole(found.broken)}
    if still_open is None:
        return _("%(kept)s kept, %(broken)s not; how many are still open is not shown") % facts
    if not still_open:
        return _("%(n)s promised: %(kept)s kept, %(broken)s not") % facts
    facts["open"] = words.whole(still_open)
    return _("%(n)s promised: %(kept)s kept, %(broken)s not, %(open)s still open") % facts


def _open_promises(whole: tuple[Promises | None, int | None] | None) -> str:
    return "" if whole is None or whole[0] is None else _("Together: %(said)s.") % {"said": _said(whole)}


def _benchmark(value: int) -> str:
    return _("Dutch benchmark (2018): %(value)s %%") % {"value": value}


def _names(nodes: Nodes) -> dict[int, str]:
    return {node: nodes.tree.name(node) for node in nodes.tree.nodes}


def _lanes(
    nodes: Nodes,
    lanes: Sequence[tuple[Lane, Mapping[int, Share]]],
    gaps: Sequence[Mapping[int, Estimate] | None],
    metric: Sequence[str],
    counts: Mapping[int, str],
) -> Lanes:
    others = compared(nodes.tree).others if sum(key in nodes.tree.leaves for key in nodes.shown) > 1 else ""
    lines = [
        Line(
            nodes.tree.name(node),
            tuple(
                Cell(shares[node], _compared(nodes, node, of, name, others) if others else None)
                for (_lane, shares), of, name in zip(lanes, gaps, metric, strict=False)
            ),
            key=node,
            counts=counts.get(node, ""),
            whole=nodes.tree.level(node) != "department",
        )
        for node in nodes.lowest_first(lanes[0][1])
    ]
    return Lanes(_("Department"), tuple(lane for lane, _shares in lanes), tuple(lines))


def _compared(nodes: Nodes, node: int, gaps: Mapping[int, Estimate] | None, metric: str, others: str) -> Tag | None:
    """What is said of a node beside the others; nothing where nothing is compared (`None`)."""
    if gaps is None:
        return None
    if nodes.tree.level(node) != "department":
        return Tag(_("not compared"))
    return against_or_why(gaps.get(node), metric, others)


# --- helped, or left to fate ------------------------------------------------------------------------------------------


def helped(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Whether callers were helped, by the published definition, and left to fate, per department."""
    nodes = nodes_of_cells(reader, filters)
    shares, left = nodes.shares(metrics.helped), nodes.shares(metrics.left)
    gaps, left_gaps = (metrics.against_others(nodes.of_departments(each)) for each in (shares, left))
    columns = (
        *name_columns(),
        Column("helped_n", _("Calls whose ending is known"), _("calls")),
        Column("helped_count", _("Caller helped"), _("calls")),
        *share_columns("helped", _("Caller helped, share"), "helped"),
        *gap_columns("gap", _("Against the others"), "share_gap"),
        Column("left_n", _("Calls"), _("calls")),
        Column("left_count", _("Left to fate"), _("calls")),
        *share_columns("left", _("Left to fate, share"), "left"),
        *gap_columns("left_gap", _("Left to fate, against the others"), "share_gap"),
        Column("note", _("Note")),
    )
    rows = [
        nodes.names(node)
        | counted_values("helped", shares[node])
        | gap_values("gap", gaps.get(node))
        | counted_values("left", left[node])
        | gap_values("left_gap", left_gaps.get(node))
        | {"note": note(shares[node], left[node])}
        for node in nodes.shown
    ]
    lanes = [
        (Lane(_("Caller helped"), 100, BENCHMARK_HELPED, _benchmark(BENCHMARK_HELPED)), shares),
        (Lane(_("Left to fate"), most_of(left[node] for node in nodes.shown)), left),
    ]
    counts = {node: "" if left[node].withheld else words.calls(left[node].n) for node in nodes.shown}
    drawn = _lanes(nodes, lanes, [gaps, left_gaps], ["helped", "left"], counts)
    return Report(
        slug="helped",
        title=_("Caller helped, or left to fate"),
        summary=_("Left to fate: told to ring again, disconnected, or not answered."),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=nodes.sums[ALL_TOGETHER]["n_calls"],
        data_time=reader.at,
        result=HelpedOrLeft(
            Standing(shares, gaps, _names(nodes), shares[nodes.top], drawn),
            Standing(left, left_gaps, _names(nodes), left[nodes.top], drawn),
            drawn,
        ),
    )


# --- how fast they came -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pick:
    """A link that draws a line, or takes it away."""

    label: str
    url: str
    on: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line of the drawing."""

    name: str
    hue: str
    curve: Curve


@dataclass(frozen=True, slots=True)
class CurvesDrawn:
    curves: Curves
    lines: tuple[Drawn, ...]
    picks: tuple[Pick, ...]


HUES: Final = ("callback", "brand", "listening", "greeting", "tone", "phrasing")


def kept_curves(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How many promised calls had come after so many hours: everything together and the departments that differ."""
    nodes = nodes_of_cells(reader, filters)
    keys = nodes.tree.keys
    waits, still_open = call_frames.promise_times(reader, filters, keys)
    found = metrics.kept_curves(waits, still_open, reader.smallest_group(keys), totals=nodes.tree.totals)
    curves = {ALL_TOGETHER: found.whole} | {key: found.departments[key] for key in keys if key in found.departments}
    curves = {key: each for key, each in curves.items() if each.n}
    chosen = [key for key in filters.lines or _first_lines(nodes) if key in curves]
    hues = dict(zip([key for key in chosen if key], HUES * len(chosen), strict=False))
    lines = tuple(Drawn(nodes.tree.name(key), hues.get(key, "ink"), curves[key]) for key in chosen)
    columns = (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("promised", _("Promised"), _("calls")),
        Column("hour", _("Hours from the promise"), _("hours")),
        Column("waiting", _("Still waited for"), _("calls")),
        *share_columns("come", _("Has come"), "kept_curve"),
    )
    rows = [row for key, line in zip(chosen, lines, strict=True) for row in _curve_rows(nodes, key, line.curve)]
    return Report(
        slug="kept_curves",
        title=_("How fast promised calls came"),
        summary=_tested(found),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=found.n,
        data_time=reader.at,
        chart=charts.come(
            [(each.name, each.hue, each.curve.n or 0, points_of(each.curve)) for each in lines],
            BENCHMARK_BACK,
            _("benchmark %(value)s %%") % {"value": BENCHMARK_BACK},
        ),
        result=CurvesDrawn(found, lines, tuple(_picks(nodes.tree, filters, list(curves), chosen))),
    )


def points_of(curve: Curve) -> list[Come]:
    """The points of a curve that are drawn."""
    return [point for hour in HOURS if (point := curve.at(hour)) is not None]


def _first_lines(nodes: Nodes) -> list[int]:
    gaps = metrics.against_others(nodes.of_departments(nodes.shares(metrics.called_back)))
    clear = sorted((key for key in gaps if gaps[key].clear), key=lambda key: -abs(float(gaps[key].exact or 0)))
    return [ALL_TOGETHER, *clear[:FIRST_LINES]]


def _curve_rows(nodes: Nodes, key: int, curve: Curve) -> list[Mapping[str, Value]]:
    return [
        {
            "department_code": nodes.tree.code(key),
            "department": nodes.tree.name(key),
            "promised": curve.n,
            "hour": point.hour,
            "waiting": point.at_risk,
            "come": point.value,
            "come_low": point.low,
            "come_high": point.high,
        }
        for point in points_of(curve)
    ]


def _picks(tree: Tree, filters: Filters, known: Sequence[int], chosen: Sequence[int]) -> list[Pick]:
    found = []
    for key in known:
        lines = [line for line in chosen if line != key] if key in chosen else [*chosen, key]
        url = filters.querystring(line=[tree.code(line) for line in lines]) + "#kept_curves"
        found.append(Pick(tree.name(key), url, key in chosen))
    return found if len(found) > 2 else []


def _tested(found: Curves) -> str:
    """What the log-rank test says, in words."""
    if found.p is None:
        return ""
    text = ngettext("over %(count)s promise", "over %(count)s promises", found.n) % {"count": words.whole(found.n)}
    facts = {"p": _p(found.p), "promises": text}
    if found.p <= ALPHA:
        return (
            _(
                "Departments differ in how fast they call back, by more than chance (log-rank test, %(p)s, %(promises)s)."
            )
            % facts
        )
    return (
        _("That departments differ in how fast they call back may be chance (log-rank test, %(p)s, %(promises)s).")
        % facts
    )


def _p(value: float) -> str:
    if value < LEAST_P:
        return _("p below %(limit)s") % {"limit": words.number(rounded(LEAST_P, 3), 3)}
    return f"p = {words.number(rounded(value, 3), 3)}"
