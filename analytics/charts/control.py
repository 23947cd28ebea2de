"""A control chart: a course in its range, its signals circled, and what was changed on purpose marked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from analytics import words
from analytics.charts.base import TOKENS, Chart, faint, figure, note, opening, plain, separators
from analytics.charts.lines import Places, _ticks
from analytics.figures import ENOUGH, Point, Series
from analytics.metrics import ControlChart

# A period is drawn where it begins and stands for all of it: what lies between two dots is half a period before the later.
HALF = {"month": dt.timedelta(days=15), "week": dt.timedelta(days=3, hours=12)}
AFTER_LAST = {"month": dt.timedelta(days=10), "week": dt.timedelta(days=3)}
MOST_LETTERS = 28
# What a letter of a name and the room beside a line take, as parts of the narrowest chart that shows names.
LETTER, BESIDE = 0.013, 0.03
TALL = 380


@dataclass(frozen=True, slots=True)
class Marker:
    """A line across the chart on a day: what was changed on purpose, by its number in the list under the chart."""

    day: dt.date
    label: str
    name: str
    is_break: bool = False


def control(
    each: Series, found: ControlChart | None, markers: Sequence[Marker], by: str, places: Places | None = None
) -> Chart | None:
    """Dots in their intervals, the range and middle of each stretch behind them, a line across at each marker."""
    known = [point for point in each.points if point.mean.exact is not None]
    if len(known) < 2:
        return None
    inside = [marker for marker in markers if each.points[0].start < marker.day <= each.points[-1].end]
    low, high = _reach(each, known, found)
    shapes, notes = _ranges(each, found, by)
    if each.target is not None:
        target = float(each.target)
        line = {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target, "line": line})
        notes.append(
            note(
                _("target %(target)s") % {"target": words.points(each.target, 0)}, target, right=_is_free(each, target)
            )
        )
    shapes += [_across(marker, by) for marker in inside]
    notes += _labels(inside, each.points, by)
    signals = _signals(found)
    layout = {
        "xaxis": _ticks([point.start for point in each.points], by),
        "yaxis": {"range": [low, high], "title": {"text": _("points")}},
        "shapes": shapes,
        "annotations": notes,
        "margin": {"t": 40 if inside else 16, "r": 12},
        "height": TALL,
        "separators": separators(),
    }
    dots = opening(_dots(each, signals, by), [places(each, point) for point in each.points] if places else [])
    return figure([dots, *_rings(known, signals)], layout)


def _is_free(each: Series, target: float) -> bool:
    """Whether the course is farther from its target at its end than at its start: there the target's name has room."""
    known = [float(point.mean.exact) for point in each.points if point.mean.exact is not None]
    return abs(known[-1] - target) > abs(known[0] - target)


def _signals(found: ControlChart | None) -> Mapping[dt.date, set[int]]:
    """The rules that rest on each period."""
    rules: dict[dt.date, set[int]] = {}
    for seen in () if found is None else found.signals:
        for day in seen.days:
            rules.setdefault(day, set()).add(seen.rule)
    return rules


def _dots(each: Series, signals: Mapping[dt.date, set[int]], by: str) -> Chart:
    """The course; periods without calls are gaps, those with too few calls to judge are open dots."""
    values = [None if point.mean.exact is None else float(point.mean.exact) for point in each.points]
    few = [(point.mean.n or 0) < ENOUGH for point in each.points]
    ends = [(float(point.mean.low or 0), float(point.mean.high or 0)) for point in each.points]
    sure = [value is not None and point.mean.low is not None for value, point in zip(values, each.points, strict=True)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [point.start.isoformat() for point in each.points],
        "y": values,
        "line": {"color": TOKENS["brand"], "width": 1.5},
        "marker": {
            "color": [TOKENS["sheet"] if open_ else TOKENS["brand"] for open_ in few],
            "size": 8,
            "line": {"color": TOKENS["brand"], "width": 1.5},
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [
                high - (value or 0) if known else 0
                for value, known, (_low, high) in zip(values, sure, ends, strict=True)
            ],
            "arrayminus": [
                (value or 0) - low if known else 0
                for value, known, (low, _high) in zip(values, sure, ends, strict=True)
            ],
            "color": faint("brand", 0.3),
            "thickness": 4,
            "width": 0,
        },
        "connectgaps": False,
        "hovertext": [_sentence(point, signals.get(point.start, set()), by) for point in each.points],
        "hoverinfo": "text",
    }


def _sentence(point: Point, rules: set[int], by: str) -> str:
    said = f"<b>{words.capital(words.period_of(point.start, by))}</b><br>{words.mean_in_words(point.mean)}"
    if 1 in rules:
        said += "<br>" + _("outside the range")
    elif rules:
        said += "<br>" + _("part of a run on one side")
    return said


def _rings(known: Sequence[Point], signals: Mapping[dt.date, set[int]]) -> list[Chart]:
    """A circle around what lies outside the range, a square around the rest of what signals rest on."""
    outside = [point for point in known if 1 in signals.get(point.start, set())]
    runs = [point for point in known if signals.get(point.start) and 1 not in signals[point.start]]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [point.start.isoformat() for point in points],
            "y": [float(point.mean.exact or 0) for point in points],
            "marker": {"symbol": symbol, "size": size, "color": TOKENS[token], "line": {"width": 2}},
            "hoverinfo": "skip",
        }
        for points, symbol, size, token in (
            (outside, "circle-open", 17, "warn"),
            (runs, "square-open", 14, "mute"),
        )
        if points
    ]


def _ranges(each: Series, found: ControlChart | None, by: str) -> tuple[list[Chart], list[Chart]]:
    """The range of each stretch as a shade and its middle as a line, each from half a period before its first dot."""
    if found is None:
        return [], []
    starts = [stretch.start for stretch in found.stretches]
    edges = [_before(start, by) for start in starts]
    last = each.points[-1].start + AFTER_LAST[by]
    shapes: list[Chart] = []
    for stretch, (left, right) in zip(found.stretches, pairwise([*edges, last.isoformat()]), strict=True):
        if stretch.centre is None or stretch.low is None or stretch.high is None:
            continue
        across = {"x0": left, "x1": right, "layer": "below"}
        low, high = max(0.0, float(stretch.low)), min(100.0, float(stretch.high))
        middle = float(stretch.centre)
        shade = {"type": "rect", "y0": low, "y1": high, "fillcolor": faint("mute", 0.11), "line": {"width": 0}}
        line = {"type": "line", "y0": middle, "y1": middle, "line": {"color": faint("mute", 0.6), "width": 1}}
        shapes += [across | shade, across | line]
    newest = found.stretches[-1] if found.stretches else None
    # Beside its band: where the newest periods have none, that is the first.
    drawn = next((part for part in (newest, *found.stretches) if part is not None and part.low is not None), None)
    if drawn is None or drawn.low is None or drawn.high is None:
        return shapes, []
    low, high = max(0.0, float(drawn.low)), min(100.0, float(drawn.high))
    # Inside its band, at the edge that the dotted line of the target does not run along.
    top = each.target is not None and float(each.target) < (low + high) / 2
    edge = high if top else low
    known = [float(point.mean.exact) for point in each.points if point.mean.exact is not None]
    at_the_right = drawn is newest and (len(found.stretches) > 1 or abs(known[-1] - edge) > abs(known[0] - edge))
    return shapes, [note(_("normal range"), edge, right=at_the_right, above=not top)]


def _before(day: dt.date, by: str) -> str:
    """Half a period before a day: where it lies between the dots."""
    return (dt.datetime.combine(day, dt.time()) - HALF[by]).isoformat()


def _across(marker: Marker, by: str) -> Chart:
    at = _before(marker.day, by)
    dash = "dashdot" if marker.is_break else "dash"
    return {"type": "line", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1} | {
        "line": {"color": TOKENS["ink"], "width": 1.5, "dash": dash}
    }


def _labels(markers: Sequence[Marker], points: Sequence[Point], by: str) -> list[Chart]:
    """Numbers over the lines, and where there is room (`charts.js` takes what is called "end" away) the names beside them."""
    first, last = points[0].start, points[-1].end
    found: list[Chart] = []
    taken = 0.0
    in_order = sorted(markers, key=lambda each: each.day)
    places = [(each.day - first) / (last - first) for each in in_order]
    for marker, place, following in zip(in_order, places, [*places, 1.0][1:], strict=True):
        shared = {"x": _before(marker.day, by), "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False}
        found.append(shared | {"text": f"<b>{plain(marker.label)}</b>", "font": {"size": 13, "color": TOKENS["ink"]}})
        name = marker.name if len(marker.name) <= MOST_LETTERS else f"{marker.name[: MOST_LETTERS - 1].rstrip()}…"
        width = BESIDE + len(name) * LETTER
        right = following - place >= width
        if right or place - taken >= width:
            side = {"xanchor": "left" if right else "right", "xshift": 12 if right else -12}
            font = {"size": 12, "color": TOKENS["ink"]}
            found.append(shared | side | {"name": "end", "text": plain(name), "font": font})
        taken = place + (width if right else BESIDE)
    return found


def _reach(each: Series, known: Sequence[Point], found: ControlChart | None) -> tuple[float, float]:
    seen = [
        float(end) for point in known for end in (point.mean.exact, point.mean.low, point.mean.high) if end is not None
    ]
    for stretch in () if found is None else found.stretches:
        seen += [float(end) for end in (stretch.low, stretch.high) if end is not None]
    if each.target is not None:
        seen.append(float(each.target))
    return max(0.0, 5 * ((min(seen) - 2) // 5)), min(101.0, -5 * (-(max(seen) + 2) // 5))
