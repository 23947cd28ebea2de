"""The charts of the pages on paper: plotly's dicts -> SVG by matplotlib, of the parts of plotly that `analytics.charts` uses.

A pixel of the page is a unit here: sizes, shifts and margins keep their proportions, and the style sheet sets how wide the
whole is on paper. Words stay words: they can be found, copied and read aloud.
"""

import datetime as dt
import io
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from analytics import words
from analytics.charts.base import HEIGHT, TOKENS
from analytics.figures import rounded
from analytics.letters.lettering import MEASURED, from_the_start

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Drawn = Mapping[str, Any]
Box = tuple[float, float, float, float]

WIDTH: Final = 760
# How wide a letter is and how high a line, about.
LETTER, LINE, HAIR = 7.4, 14, 3
MARGIN: Final[dict[str, float]] = {"l": 44, "r": 16, "t": 16, "b": 40}
SYMBOLS: Final = {"circle": "o", "circle-open": "o", "square-open": "s", "diamond": "D"}
# Lengths of strokes and gaps in multiples of the line's width.
DASHES: Final = {"solid": "-", "dot": (0, (1, 2)), "dash": (0, (4, 2)), "dashdot": (0, (4, 2, 1, 2))}
BEHIND, BANDS, MARKS, WORDS = 0.5, 1, 2, 5


def svg(chart: Drawn, *, width: int = WIDTH, height: int | None = None) -> str:
    """The drawing as an SVG document; `height` in pixels where paper has another room than the page."""
    # Its own caches belong where everything else of this installation is kept.
    os.environ.setdefault("MPLCONFIGDIR", str(settings.VAR_DIR / "matplotlib"))
    import matplotlib as mpl
    from matplotlib.figure import Figure

    layout = chart["layout"]
    tall = height or int(layout.get("height", HEIGHT))
    with mpl.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "letter", "font.family": MEASURED, "text.parse_math": False}
    ):
        figure = Figure(figsize=(width / 72, tall / 72), dpi=72)
        axes = _axes(figure, chart, width, tall)
        for trace in chart["data"]:
            _trace(axes, trace)
        _range(axes, layout)
        for shape in layout.get("shapes", ()):
            _shape(axes, shape)
        for note in _apart(axes, chart):
            _note(axes, note)
        made = io.StringIO()
        figure.savefig(
            made, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    drawn = made.getvalue()
    return from_the_start(drawn[drawn.index("<svg") :])


def facts(chart: Drawn, most: int = 24) -> list[str]:
    """What the points of a chart say where somebody points at them: all of them, or of long lines the newest."""
    several = [
        [_plain(each.replace("</b><br>", ": "), "; ") for each in trace.get("hovertext", ())] for trace in chart["data"]
    ]
    several = [each for each in several if each]
    if sum(map(len, several)) > most:
        several = [[each[0], each[-1]] for each in several]
    return [fact for each in several for fact in each if fact]


# --- axes -------------------------------------------------------------------------------------------------------------


def _axes(figure: "Figure", chart: Drawn, width: int, tall: int) -> "Axes":
    layout = chart["layout"]
    margin: dict[str, float] = MARGIN | dict(layout.get("margin", {}))
    named = layout.get("yaxis", {}).get("type") == "category"
    if named:
        longest = max((len(_plain(str(name))) for trace in chart["data"] for name in trace.get("y", ())), default=0)
        margin["l"] = max(margin["l"], 14 + LETTER * longest)
    # Where words stand above the drawing, the title of the axis stands above these.
    above = any(note.get("yref") == "paper" and note["y"] == 1 for note in layout.get("annotations", ()))
    margin["t"] = max(margin["t"], 16) + (18 if _title(layout.get("yaxis", {})) else 0)
    margin["b"] += 6 if _title(layout.get("xaxis", {})) else 4
    across, down = width - margin["l"] - margin["r"], tall - margin["t"] - margin["b"]
    axes = figure.add_axes((margin["l"] / width, margin["b"] / tall, across / width, down / tall))
    axes.set_facecolor("none")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, labelsize=12, labelcolor=TOKENS["mute"], pad=6)
    _grid(axes, layout, named=named)
    if named:
        _names(axes, chart["data"])
    _ticks(axes, layout)
    _titles(axes, layout, margin, 24 if above else 8)
    return axes


def _title(axis: Drawn) -> str:
    return _plain(str(axis.get("title", {}).get("text", "") or ""))


def _titles(axes: "Axes", layout: Drawn, margin: Drawn, above: int) -> None:
    """Over the axis that goes up, so that nobody has to turn the paper; under the one that goes across."""
    style: dict[str, Any] = {"fontsize": 12, "color": TOKENS["mute"], "annotation_clip": False}
    if up := _title(layout.get("yaxis", {})):
        axes.annotate(up, (0, 1), (-margin["l"] + 4, above), "axes fraction", "offset points", va="bottom", **style)
    if across := _title(layout.get("xaxis", {})):
        axes.annotate(across, (0.5, 0), (0, -24), "axes fraction", "offset points", ha="center", va="top", **style)


def _grid(axes: "Axes", layout: Drawn, *, named: bool) -> None:
    axes.set_axisbelow(True)
    line: dict[str, Any] = {"color": TOKENS["line"], "linewidth": 1, "zorder": 0}
    if layout.get("xaxis", {}).get("showgrid", False):
        axes.grid(visible=True, axis="x", **line)
    if layout.get("yaxis", {}).get("showgrid", True) and not named:
        axes.grid(visible=True, axis="y", **line)


def _names(axes: "Axes", traces: Iterable[Drawn]) -> None:
    """Rows by name, from the bottom in the order in which they come."""
    names = list(dict.fromkeys(str(name) for trace in traces for name in trace.get("y", ())))
    axes.set_yticks(range(len(names)), [_plain(name) for name in names], color=TOKENS["ink"])
    axes.set_ylim(-0.6, len(names) - 0.4)


def _ticks(axes: "Axes", layout: Drawn) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

    for axis, of in (("xaxis", axes.xaxis), ("yaxis", axes.yaxis)):
        asked = layout.get(axis, {})
        if asked.get("type") == "category":
            continue
        if asked.get("tickvals") is not None:
            of.set_ticks([_value(each) for each in asked["tickvals"]], labels=_alike(asked["ticktext"]))
            continue
        of.set_major_locator(
            MultipleLocator(asked["dtick"])
            if "dtick" in asked
            else MaxNLocator(asked.get("nticks", 7), steps=[1, 2, 5, 10])
        )
        of.set_major_formatter(FuncFormatter(lambda value, _place: _number(value)))


def _alike(texts: Iterable[str]) -> list[str]:
    """Labels of as many lines each, so that their first lines stand at one height."""
    labels = [_plain(text, "\n") for text in texts]
    most = max((label.count("\n") for label in labels), default=0)
    return [label + "\n " * (most - label.count("\n")) for label in labels]


def _number(value: float) -> str:
    places = next((places for places in (0, 1) if abs(value - round(value, places)) < 1e-6), 2)
    return words.points(rounded(value, places), places)


def _range(axes: "Axes", layout: Drawn) -> None:
    across, up = layout.get("xaxis", {}), layout.get("yaxis", {})
    if across.get("range"):
        axes.set_xlim(*(_value(end) for end in across["range"]))
    elif across.get("rangemode") == "tozero":
        axes.set_xlim(left=0)
    if up.get("range"):
        axes.set_ylim(*(_value(end) for end in up["range"]))


# --- what lies in them ------------------------------------------------------------------------------------------------


def _trace(axes: "Axes", trace: Drawn) -> None:
    if trace["type"] != "scatter":
        raise ValueError(f"Nothing here draws a {trace['type']}.")
    across, up = _values(axes, trace)
    if trace.get("fill") == "toself":
        axes.fill(across, up, facecolor=_colour(trace["fillcolor"]), edgecolor="none", zorder=BANDS)
        return
    for side in ("error_x", "error_y"):
        if side in trace:
            _interval(axes, across, up, trace[side], side)
    mode = trace.get("mode", "lines")
    if "lines" in mode:
        line = trace["line"]
        style = "steps-post" if line.get("shape") == "hv" else "default"
        dash = DASHES[line.get("dash", "solid")]
        axes.plot(
            across,
            up,
            color=_colour(line["color"]),
            linewidth=line["width"],
            linestyle=dash,
            drawstyle=style,
            zorder=MARKS,
        )
    if "markers" in mode:
        _marks(axes, across, up, trace["marker"])


def _values(axes: "Axes", trace: Drawn) -> tuple[list[float], list[float]]:
    across = [_value(each) for each in trace["x"]]
    if trace["y"] and all(isinstance(each, str) for each in trace["y"]):
        places = {label.get_text(): place for place, label in enumerate(axes.get_yticklabels())}
        return across, [float(places[_plain(each)]) for each in trace["y"]]
    return across, [_value(each) for each in trace["y"]]


def _value(value: object) -> float:
    """A number as it is, a day or moment as matplotlib counts them, nothing as nothing."""
    from matplotlib.dates import date2num

    if value is None:
        return float("nan")
    if isinstance(value, str):
        return float(date2num(dt.datetime.fromisoformat(value)))  # type: ignore[no-untyped-call]
    return float(value)  # type: ignore[arg-type]


def _interval(axes: "Axes", across: list[float], up: list[float], error: Drawn, side: str) -> None:
    """Thick and faint behind its dot, as on the pages."""
    plus, minus = list(error["array"]), list(error["arrayminus"])
    style: dict[str, Any] = {"color": _colour(error["color"]), "linewidth": error["thickness"], "zorder": BANDS}
    style["capstyle"] = "butt"
    middles = across if side == "error_x" else up
    lows = [value - less for value, less in zip(middles, minus, strict=True)]
    highs = [value + more for value, more in zip(middles, plus, strict=True)]
    if side == "error_x":
        axes.hlines(up, lows, highs, **style)
    else:
        axes.vlines(across, lows, highs, **style)


def _marks(axes: "Axes", across: list[float], up: list[float], marker: Drawn) -> None:
    """Dots one by one: each may have its own size, symbol and colour."""
    edge = marker.get("line", {})
    for place, (x, y) in enumerate(zip(across, up, strict=True)):
        symbol, size = (
            _each(marker.get(name, default), place) for name, default in (("symbol", "circle"), ("size", 6))
        )
        colour = _colour(_each(marker["color"], place))
        is_open = symbol.endswith("-open")
        line = _colour(_each(edge.get("color", marker["color"]), place))
        axes.plot(
            [x],
            [y],
            marker=SYMBOLS[symbol],
            markersize=size * (0.8 if symbol == "diamond" else 1),
            markerfacecolor="none" if is_open else colour,
            markeredgecolor=colour if is_open else line,
            markeredgewidth=edge.get("width", 0),
            linestyle="none",
            zorder=MARKS + 1,
            clip_on=False,
        )


def _each(value: Any, place: int) -> Any:
    return value[place] if isinstance(value, Sequence) and not isinstance(value, str) else value


def _shape(axes: "Axes", shape: Drawn) -> None:
    ends: dict[str, float] = {end: _value(shape[end]) for end in ("x0", "x1", "y0", "y1")}
    x, y = (shape.get(f"{side}ref") == "paper" for side in ("x", "y"))
    place = axes.get_yaxis_transform() if x else axes.get_xaxis_transform() if y else axes.transData
    if shape["type"] == "rect":
        from matplotlib.patches import Rectangle

        corner, sizes = (ends["x0"], ends["y0"]), (ends["x1"] - ends["x0"], ends["y1"] - ends["y0"])
        axes.add_patch(
            Rectangle(
                corner, *sizes, facecolor=_colour(shape["fillcolor"]), edgecolor="none", transform=place, zorder=BEHIND
            )
        )
        return
    line = shape["line"]
    from matplotlib.lines import Line2D

    style = {
        "color": _colour(line["color"]),
        "linewidth": line["width"],
        "linestyle": DASHES[line.get("dash", "solid")],
    }
    axes.add_line(Line2D([ends["x0"], ends["x1"]], [ends["y0"], ends["y1"]], transform=place, zorder=BEHIND, **style))


def _apart(axes: "Axes", chart: Drawn) -> list[Drawn]:
    """The words of the drawing; a dot's name that would lie on another dot or name stands at its other side, or farther off."""
    dots = [(x, y) for trace in chart["data"] if trace.get("mode") == "markers" for x, y in _pairs(axes, trace)]
    taken = [_box(axes, {"x": x, "y": y, "text": "o"}) for x, y in dots]
    found: list[Drawn] = []
    for given in chart["layout"].get("annotations", ()):
        # A page leads a name that made way back to its dot, and turns one at the edge; here each is given a place of its own.
        note = dict(given) | ({"yshift": -given["ay"]} if "ay" in given else {})
        if note.get("xanchor") == "right" and not {"xref", "xshift"} & note.keys():
            del note["xanchor"]
        if "xref" in note or "xanchor" in note or "yshift" not in note:
            found.append(note)
            continue
        free = (each for each in _sides(note) if not any(_meet(_box(axes, each), other) for other in taken))
        placed = next(free, note)
        taken.append(_box(axes, placed))
        found.append(dict(placed) | _inside(axes, taken[-1]))
    return found


def _sides(note: Drawn) -> Iterator[Drawn]:
    """Where a dot's name may stand: beside it, at the side where it is or at the other, or a line farther off."""
    for farther in (0, LINE):
        for turn in (1, -1):
            anchor = note.get("yanchor", "middle")
            least = LINE if anchor == "middle" else LINE / 2
            shift = math.copysign(least + farther, note["yshift"])
            turned = {"top": "bottom", "bottom": "top"}.get(anchor, anchor)
            yield dict(note) | {"yshift": turn * shift, "yanchor": anchor if turn == 1 else turned}


def _pairs(axes: "Axes", trace: Drawn) -> Iterator[tuple[float, float]]:
    return zip(*_values(axes, trace), strict=True)


def _inside(axes: "Axes", box: Box) -> dict[str, str]:
    """To which side of its dot a name goes that would lie across the edge."""
    area = axes.get_window_extent()
    if box[2] > area.x1:
        return {"xanchor": "right"}
    return {"xanchor": "left"} if box[0] < area.x0 else {}


def _box(axes: "Axes", note: Drawn) -> Box:
    """Where some words lie, in pixels."""
    across, up = axes.transData.transform((_value(note["x"]), _value(note["y"])))
    wide = LETTER * len(_plain(note["text"])) / 2
    low = {"bottom": 0.0, "top": -float(LINE)}.get(note.get("yanchor", "middle"), -LINE / 2)
    foot = up + note.get("yshift", 0) + low
    return across - wide, foot, across + wide, foot + LINE


def _meet(one: Box, other: Box) -> bool:
    """Whether two of them lie upon each other, by more than a hair."""
    return one[0] < other[2] and other[0] < one[2] and one[1] + HAIR < other[3] and other[1] + HAIR < one[3]


def _note(axes: "Axes", note: Drawn) -> None:
    x, y = (note.get(f"{side}ref") == "paper" for side in ("x", "y"))
    where: Any = (
        "axes fraction" if x and y else axes.get_yaxis_transform() if x else axes.get_xaxis_transform() if y else "data"
    )
    font = note.get("font", {})
    bold = int(font.get("weight", 400)) >= 600 or "<b>" in note["text"]
    # Plotly leaves this much around words.
    beside = {"left": 1, "right": -1}.get(note.get("xanchor", "center"), 0)
    above = {"bottom": 2, "top": -2}.get(note.get("yanchor", "middle"), 0)
    axes.annotate(
        _plain(note["text"], "\n"),
        (_value(note["x"]), _value(note["y"])),
        (note.get("xshift", 0) + beside, note.get("yshift", 0) + above),
        where,
        "offset points",
        ha=note.get("xanchor", "center"),
        va={"middle": "center"}.get(note.get("yanchor", "middle"), note.get("yanchor", "middle")),
        fontsize=font.get("size", 12),
        color=_colour(font.get("color", TOKENS["ink"])),
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
        zorder=WORDS,
    )


def _colour(text: str) -> Any:
    """A colour as matplotlib knows it: with its opacity in parts of one."""
    found = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), ([\d.]+)\)", text)
    if found is None:
        return text
    red, green, blue = (int(each) / 255 for each in found.groups()[:3])
    return red, green, blue, float(found[4])


def _plain(text: str, line: str = " ") -> str:
    """Words without plotly's marks, `line` between its lines."""
    text = re.sub(r"<br>", line, text)
    text = re.sub(r"</?b>", "", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
