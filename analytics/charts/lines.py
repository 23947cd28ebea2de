"""Figures over time: lines with their intervals, and shares."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from analytics import words
from analytics.charts.base import (
    PLOT_HEIGHT,
    TOKENS,
    Chart,
    faint,
    figure,
    note,
    opening,
    plain,
    separators,
)
from analytics.figures import ENOUGH, Point, Series, Share

Places = Callable[[Series, Point], str]

LABEL_HEIGHT = 17
LETTER_WIDTH, WIDEST_LABEL = 7, 168
MOST_TICKS = 13


def lines(
    found: Sequence[Series], by: str, *, sure: Iterable[int] | None = None, places: Places | None = None
) -> Chart | None:
    """Lines over time with their intervals, each labelled at its end.

    `sure` are the keys of the lines that show their interval as a band (all when left out). One line alone shows its normal
    range and its target as well. Nothing is drawn of figures of a single period: that makes no line.
    """
    if all(len(_known(each)) < 2 for each in found):
        return None
    banded = {each.key for each in found} if sure is None else set(sure)
    data: list[Chart] = []
    for each in found:
        if each.key in banded:
            data += _band(each)
    for each in found:
        line = _line(each, by, strong=each.key in banded)
        data.append(opening(line, [places(each, point) for point in each.points] if places else []))
        data += _outside(each)
    shapes, notes = _surroundings(found)
    low, high = _reach(found)
    labels = _end_labels(found, low, high)
    layout = {
        "xaxis": _time_axis(found, by),
        "yaxis": {"range": [low, high], "title": {"text": _("points")}},
        "shapes": shapes,
        "annotations": [*labels, *notes],
        "margin": {"r": _room(found)},
        "separators": separators(),
    }
    return figure(data, layout)


def shares(points: Sequence[tuple[dt.date, Share]], by: str, name: str) -> Chart:
    """A share over time: a dot in its Wilson interval for each period."""
    drawn = [(start, share) for start, share in points if share.value is not None]
    values = [float(share.value or 0) for _start, share in drawn]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [start.isoformat() for start, _share in drawn],
            "y": values,
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [float(share.high or 0) - value for (_start, share), value in zip(drawn, values, strict=True)],
                "arrayminus": [
                    value - float(share.low or 0) for (_start, share), value in zip(drawn, values, strict=True)
                ],
                "color": faint("brand", 0.35),
                "thickness": 6,
                "width": 0,
            },
            "marker": {"color": TOKENS["brand"], "size": 9},
            "hovertext": [
                f"{words.capital(words.period_of(start, by))}<br>{name}: {words.share_in_words(share)}, "
                + _("%(count)s of %(n)s") % {"count": words.whole(share.count or 0), "n": words.whole(share.n or 0)}
                for start, share in drawn
            ],
            "hoverinfo": "text",
        }
    ]
    axis = _ticks([start for start, _share in points], by)
    layout = {
        "xaxis": axis,
        "yaxis": {"range": [0, 103]},
        "height": 240,
        "separators": separators(),
    }
    return figure(data, layout)


# --- parts of a chart -------------------------------------------------------------------------------------------------


def _known(each: Series) -> list[Point]:
    return [point for point in each.points if point.mean.exact is not None]


def _line(each: Series, by: str, *, strong: bool) -> Chart:
    """The line; periods without calls are gaps, periods with too few calls for an interval are open dots."""
    colour = TOKENS[each.hue]
    few = [(point.mean.n or 0) < ENOUGH for point in each.points]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": each.name,
        "x": [point.start.isoformat() for point in each.points],
        "y": [None if point.mean.exact is None else float(point.mean.exact) for point in each.points],
        "line": {"color": colour, "width": 2.5 if strong else 1.75},
        "marker": {
            "color": [TOKENS["sheet"] if open_ else colour for open_ in few],
            "size": 7 if strong else 5,
            "line": {"color": colour, "width": 1.5},
        },
        "connectgaps": False,
        "hovertext": [_sentence(each, point, by) for point in each.points],
        "hoverinfo": "text",
    }


def _sentence(each: Series, point: Point, by: str) -> str:
    period = words.capital(words.period_of(point.start, by))
    sentence = f"<b>{plain(each.name)}</b><br>{period}: {words.mean_in_words(point.mean)}"
    outside = _("outside its earlier range")
    return f"{sentence}<br>{outside}" if point.outside else sentence


def _band(each: Series) -> list[Chart]:
    """The intervals as a band behind the line, in pieces where periods have none."""
    pieces: list[list[Point]] = [[]]
    for point in each.points:
        if point.mean.low is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [point.start.isoformat() for point in (*piece, *reversed(piece))],
            "y": [float(point.mean.high or 0) for point in piece]
            + [float(point.mean.low or 0) for point in reversed(piece)],
            "fill": "toself",
            "fillcolor": faint(each.hue, 0.13),
            "line": {"width": 0, "color": faint(each.hue, 0)},
            "hoverinfo": "skip",
        }
        for piece in pieces
        if len(piece) > 1
    ]


def _outside(each: Series) -> list[Chart]:
    """A ring around what lies outside the earlier range."""
    rung = [point for point in _known(each) if point.outside]
    if not rung:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [point.start.isoformat() for point in rung],
            "y": [float(point.mean.exact or 0) for point in rung],
            "marker": {"symbol": "circle-open", "size": 15, "color": TOKENS["warn"], "line": {"width": 2}},
            "hoverinfo": "skip",
        }
    ]


def _surroundings(found: Sequence[Series]) -> tuple[list[Chart], list[Chart]]:
    """Of one line alone: its earlier range as a shade, its mean within it, and its target as a dotted line."""
    if len(found) != 1:
        return [], []
    (each,) = found
    right = _is_free_at_the_right(each)
    shapes: list[Chart] = []
    notes: list[Chart] = []
    if each.normal is not None:
        low, high = max(0.0, each.normal.low), min(100.0, each.normal.high)
        across = {"xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
        shapes.append(
            across | {"type": "rect", "y0": low, "y1": high, "fillcolor": faint("mute", 0.1), "line": {"width": 0}}
        )
        # Inside its band, at the edge that the dotted line of the target does not run along.
        top = each.target is not None and float(each.target) < (low + high) / 2
        notes.append(note(_("earlier range"), high if top else low, right=not right, above=not top))
    if each.target is not None:
        target = float(each.target)
        line = {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target, "line": line})
        notes.append(note(_("target %(target)s") % {"target": words.points(each.target, 0)}, target, right=right))
    return shapes, notes


def _is_free_at_the_right(each: Series) -> bool:
    """Whether the line is farther from its target at its end than at its start: there the target's name has room."""
    values = [float(point.mean.exact or 0) for point in _known(each)]
    target = float(each.target or 0)
    return abs(values[-1] - target) > abs(values[0] - target)


def _reach(found: Sequence[Series]) -> tuple[float, float]:
    """The range of the axis: everything drawn with some room, in steps of five points, within 0..100."""
    seen: list[float] = []
    for each in found:
        for point in _known(each):
            seen.append(float(point.mean.exact or 0))
            seen += [float(end) for end in (point.mean.low, point.mean.high) if end is not None and len(found) < 3]
        if len(found) == 1 and each.normal is not None:
            seen += [each.normal.low, each.normal.high]
        if len(found) == 1 and each.target is not None:
            seen.append(float(each.target))
    low, high = min(seen, default=0), max(seen, default=100)
    return max(0.0, 5 * ((low - 2) // 5)), min(101.0, -5 * (-(high + 2) // 5))


def _end_labels(found: Sequence[Series], low: float, high: float) -> list[Chart]:
    """Each line's name at its end, moved apart where lines end close together."""
    ends = [(each, each.last) for each in found]
    placed = sorted(
        ((float(last.mean.exact or 0), each, last) for each, last in ends if last is not None), key=lambda end: end[0]
    )
    per_pixel = (high - low) / PLOT_HEIGHT
    heights = _apart([value / per_pixel for value, _each, _last in placed], LABEL_HEIGHT)
    return [
        {
            "name": "end",
            "text": plain(_short(each.name)),
            "x": last.start.isoformat(),
            "y": value,
            "xanchor": "left",
            "xshift": 10,
            "yshift": round(height - value / per_pixel),
            "showarrow": False,
            "font": {"color": TOKENS[each.hue], "size": 12.5, "weight": 600},
        }
        for (value, each, last), height in zip(placed, heights, strict=True)
    ]


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Ascending heights, moved as little as needed to be `least` apart: clumps are spread around their middle."""
    clumps: list[list[float]] = []
    for height in heights:
        clump = [height]
        while clumps and _middle(clump) - _middle(clumps[-1]) < least * (len(clump) + len(clumps[-1])) / 2:
            clump = clumps.pop() + clump
        clumps.append(clump)
    return [_middle(clump) + least * (place - (len(clump) - 1) / 2) for clump in clumps for place in range(len(clump))]


def _middle(clump: Sequence[float]) -> float:
    return sum(clump) / len(clump)


def _short(name: str) -> str:
    most = WIDEST_LABEL // LETTER_WIDTH
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _room(found: Sequence[Series]) -> int:
    return 20 + LETTER_WIDTH * max((len(_short(each.name)) for each in found), default=0)


def _time_axis(found: Sequence[Series], by: str) -> Chart:
    return _ticks([point.start for point in found[0].points], by)


def _ticks(days: Sequence[dt.date], by: str) -> Chart:
    """Ticks in the reader's language: months by name with the year where it begins, weeks by their first day."""
    every = -(-len(days) // MOST_TICKS)
    shown = [day for place, day in enumerate(days) if (len(days) - 1 - place) % every == 0]
    texts = []
    for place, day in enumerate(shown):
        new_year = place == 0 or day.year != shown[place - 1].year
        name = words.short_month(day) if by == "month" else words.short_day(day)
        texts.append(f"{name}<br>{day.year}" if new_year else name)
    # So much that on a phone a circled dot at either end is drawn whole.
    length = days[-1] - days[0] if days else dt.timedelta()
    pad = max(dt.timedelta(days=10 if by == "month" else 3), length / 25)
    reach = [(days[0] - pad).isoformat(), (days[-1] + pad).isoformat()] if days else None
    return {
        "type": "date",
        "tickmode": "array",
        "tickvals": [day.isoformat() for day in shown],
        "ticktext": texts,
        "range": reach,
    }
