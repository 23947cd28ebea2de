"""Reaching somebody: answered within 15 seconds, when not, and what callers met on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import metrics, reach_frames, words
from analytics.access import Reader
from analytics.figures import Share
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Hours
from analytics.reports.base import Column, Report, Value, checked, lacks, left_out, note, share_columns
from analytics.reports.nodes import (
    Cell,
    Lane,
    Lanes,
    Line,
    Nodes,
    against_norm,
    counted_values,
    gap_columns,
    gap_values,
    most_of,
    name_columns,
    nodes_of,
)
from analytics.reports.tree import Tree, tree_of
from analytics.results import Estimate

# The Dutch norm for reachability by telephone, NEN 8878: so many percent answered within 15 seconds.
NORM: Final = 85


@dataclass(frozen=True, slots=True)
class Reached:
    """The share of every node and its distance from the norm, for departments and for everything together."""

    shares: Mapping[int, Share]
    gaps: Mapping[int, Estimate]
    names: Mapping[int, str]
    departments: frozenset[int]
    whole: Share
    unanswered: int | None
    lanes: Lanes


def reach(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How many calls were answered within 15 seconds, per department, against the norm."""
    nodes = nodes_of(reader, filters)
    shares, calls = nodes.shares(metrics.prompt), nodes.shares(metrics.left)
    gaps = metrics.against_norm(nodes.of_departments(shares), NORM)
    gaps |= metrics.against_norm({nodes.top: shares[nodes.top]}, NORM) if nodes.top not in gaps else {}
    unanswered = {
        node: None if calls[node].withheld else nodes.sums[node]["n_fate_unanswered"] for node in nodes.tree.nodes
    }
    columns = (
        *name_columns(),
        Column("calls", _("Calls"), _("calls")),
        Column("unanswered", _("Never answered"), _("calls")),
        Column("prompt_n", _("Calls whose seconds are known"), _("calls")),
        Column("prompt_count", _("Answered within 15 seconds"), _("calls")),
        *share_columns("prompt", _("Answered within 15 seconds, share"), "prompt"),
        *gap_columns("gap", _("Distance from %(norm)s %%") % {"norm": NORM}, "norm_gap"),
        Column("note", _("Note")),
    )
    rows = [
        nodes.names(node)
        | {"calls": calls[node].n, "unanswered": unanswered[node]}
        | counted_values("prompt", shares[node])
        | gap_values("gap", gaps.get(node))
        | {"note": note(shares[node])}
        for node in nodes.shown
    ]
    drawn = Lanes(_("Department"), (_lane(),), tuple(_lines(nodes, shares, gaps, unanswered)))
    return Report(
        slug="reach",
        title=_("Answered within 15 seconds"),
        summary=_known(shares[nodes.top], unanswered[nodes.top]),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=nodes.sums[ALL_TOGETHER]["n_calls"],
        lacking=lacks(reader, "seconds", nodes.sums[ALL_TOGETHER]["n_calls"], shares[ALL_TOGETHER].n),
        data_time=reader.at,
        left_out=left_out(reader, filters, nodes.tree.keys),
        result=Reached(
            shares,
            gaps,
            {node: nodes.tree.name(node) for node in nodes.tree.nodes},
            frozenset(nodes.tree.leaves),
            shares[nodes.top],
            unanswered[nodes.top],
            drawn,
        ),
    )


def _lane() -> Lane:
    return Lane(_("Answered within 15 seconds"), 100, NORM, _("norm NEN 8878: %(norm)s %%") % {"norm": NORM})


def _lines(
    nodes: Nodes, shares: Mapping[int, Share], gaps: Mapping[int, Estimate], unanswered: Mapping[int, int | None]
) -> list[Line]:
    return [
        Line(
            nodes.tree.name(node),
            (Cell(shares[node], against_norm(gaps.get(node))),),
            key=node,
            counts=_known(shares[node], unanswered[node]),
            whole=nodes.tree.level(node) != "department",
        )
        for node in nodes.lowest_first(shares)
    ]


def _known(share: Share, unanswered: int | None) -> str:
    """“154 calls timed; 3 never answered”."""
    if share.n is None or unanswered is None:
        return ""
    timed = ngettext("%(count)s call timed", "%(count)s calls timed", share.n) % {"count": words.whole(share.n)}
    if not unanswered:
        return timed
    text = ngettext("%(count)s never answered", "%(count)s never answered", unanswered)
    return f"{timed}; {text % {'count': words.whole(unanswered)}}"


# --- by hour and weekday ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HourCell:
    """A cell of the week: `title` says it in a sentence; `clear` -1 below the norm, 1 above, 0 not to be told."""

    share: Share
    clear: int
    title: str


@dataclass(frozen=True, slots=True)
class HourRow:
    hour: str
    cells: tuple[HourCell | None, ...]
    whole: HourCell | None


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    short: str
    url: str
    whole: HourCell | None


@dataclass(frozen=True, slots=True)
class WeekDrawn:
    """The week as a table: days across, hours down. `hour_gaps` is what each hour is from the norm."""

    days: tuple[Day, ...]
    rows: tuple[HourRow, ...]
    hours: Hours
    hour_gaps: Mapping[int, Estimate]
    norm: int


def hours(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How many calls were answered within 15 seconds, by weekday and hour on the organisation's clock."""
    keys = tree_of(reader, filters).keys
    frame = reach_frames.by_hour(reader, filters, keys)
    if nodes_of(reader, filters).shares(metrics.prompt)[ALL_TOGETHER].withheld:
        frame = frame.iloc[:0]  # the hours add up to what all departments together must not tell
    found = metrics.prompt_hours(frame, reader.smallest_group(keys))
    gaps = metrics.against_norm(found.cells, NORM)
    hour_gaps, day_gaps = (metrics.against_norm(each, NORM) for each in (found.hours, found.weekdays))
    columns = (
        Column("weekday", _("Weekday")),
        Column("hour", _("Hour")),
        Column("prompt_n", _("Calls whose seconds are known"), _("calls")),
        Column("prompt_count", _("Answered within 15 seconds"), _("calls")),
        *share_columns("prompt", _("Answered within 15 seconds, share"), "prompt"),
        *gap_columns("gap", _("Distance from %(norm)s %%") % {"norm": NORM}, "norm_gap"),
        Column("note", _("Note")),
    )
    rows = [_hour_row(str(day), _clock(hour), each, gaps.get((day, hour))) for (day, hour), each in found.cells.items()]
    rows += [_hour_row(str(day), "", each, day_gaps.get(day)) for day, each in found.weekdays.items()]
    rows += [_hour_row("", _clock(hour), each, hour_gaps.get(hour)) for hour, each in found.hours.items()]
    return Report(
        slug="hours",
        title=_("Answered within 15 seconds, by hour and weekday"),
        summary=_("By the hour at which the caller rang. ▼ and ▲ lie below and above the norm by more than chance."),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=sum(each.n or 0 for each in found.cells.values()),
        data_time=reader.at,
        result=_week(filters, found, gaps, (hour_gaps, day_gaps)),
    )


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"


def _hour_row(day: str, hour: str, share: Share, gap: Estimate | None) -> Mapping[str, Value]:
    return (
        {"weekday": day, "hour": hour}
        | counted_values("prompt", share)
        | gap_values("gap", gap)
        | {"note": note(share)}
    )


def _week(
    filters: Filters,
    found: Hours,
    gaps: Mapping[tuple[int, int], Estimate],
    sides: tuple[Mapping[int, Estimate], Mapping[int, Estimate]],
) -> WeekDrawn:
    hour_gaps, day_gaps = sides
    every = {hour for _day, hour in found.cells}
    span = range(min(every), max(every) + 1) if every else ()

    def cell(share: Share | None, gap: Estimate | None, when: str) -> HourCell | None:
        return None if share is None else _hour_cell(share, gap, when)

    days = tuple(
        Day(
            words.capital(str(words.WEEKDAYS[day])),
            words.capital(str(WEEKDAYS_ABBR[day - 1])),
            filters.querystring(weekday=str(day)),
            cell(share, day_gaps.get(day), str(words.WEEKDAYS[day])),
        )
        for day, share in found.weekdays.items()
    )
    rows = tuple(
        HourRow(
            _clock(hour),
            tuple(
                cell(found.cells.get((day, hour)), gaps.get((day, hour)), f"{words.WEEKDAYS[day]} {_clock(hour)}")
                for day in found.weekdays
            ),
            cell(found.hours.get(hour), hour_gaps.get(hour), _clock(hour)),
        )
        for hour in span
    )
    return WeekDrawn(days, rows, found, hour_gaps, NORM)


def _hour_cell(share: Share, gap: Estimate | None, when: str) -> HourCell:
    clear = 0 if gap is None or not gap.clear or gap.exact is None else (1 if gap.exact > 0 else -1)
    facts = {"when": words.capital(when), "share": words.share_in_words(share), "calls": words.calls(share.n)}
    return HourCell(share, clear, _("%(when)s: %(share)s, %(calls)s") % facts)


# --- on the way -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handled:
    lanes: Lanes


def handling(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How many callers were put on hold, for over a minute, and put through, of the calls whose course was marked."""
    tree = tree_of(reader, filters)
    sums = metrics.parts(reach_frames.handling(reader, filters, tree.keys), ["department"])
    marked = Nodes(tree, tree.sums({key: sums[key,] for key in tree.keys if (key,) in sums}))
    figures = {
        "on_hold": (_("Put on hold"), marked.shares(metrics.on_hold)),
        "long_hold": (_("On hold for over a minute"), marked.shares(metrics.long_hold)),
        "transferred": (_("Put through"), marked.shares(metrics.transferred)),
    }
    first = figures["on_hold"][1]
    shown = [node for node in nodes_of(reader, filters).shown if marked.sums[node]["n_marked"]]
    columns = (
        *name_columns(),
        Column("marked", _("Calls whose course was marked"), _("calls")),
        *(
            column
            for name, (label, _shares) in figures.items()
            for column in (Column(f"{name}_count", label, _("calls")), *_share_of(name, label))
        ),
        Column("note", _("Note")),
    )
    rows: list[Mapping[str, Value]] = []
    for node in shown:
        row: dict[str, Value] = marked.names(node) | {"marked": first[node].n}
        for name, (_label, shares) in figures.items():
            row |= {key: value for key, value in counted_values(name, shares[node]).items() if key != f"{name}_n"}
        rows.append(row | {"note": note(first[node])})
    return Report(
        slug="handling",
        title=_("On hold and put through"),
        summary=_("Of the calls in which the evaluator marked what happened."),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=marked.sums[ALL_TOGETHER]["n_marked"],
        data_time=reader.at,
        result=Handled(_handled(tree, shown, list(figures.values()))),
    )


def _handled(tree: Tree, shown: Sequence[int], figures: Sequence[tuple[str, Mapping[int, Share]]]) -> Lanes:
    lanes = tuple(Lane(label, most_of(shares[node] for node in shown)) for label, shares in figures)
    lines = tuple(
        Line(
            tree.name(node),
            tuple(Cell(shares[node]) for _label, shares in figures),
            key=node,
            counts=words.calls(figures[0][1][node].n),
            whole=tree.level(node) != "department",
        )
        for node in shown
    )
    return Lanes(_("Department"), lanes, lines)


def _share_of(name: str, label: str) -> tuple[Column, ...]:
    return share_columns(name, _("%(label)s, share") % {"label": label}, name)
