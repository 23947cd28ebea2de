"""The charts of the pages on paper: plotly's dicts -> SVG by matplotlib, of the parts of plotly that `analytics.charts` uses.

A pixel of the page is a unit here: sizes, shifts and margins keep their proportions, and the style sheet sets how wide the
whole is on paper. Words stay words: they can be found, copied and read aloud.
"""

import io
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from analytics import words
from analytics.charts.base import HEIGHT, TOKENS
from analytics.figures import rounded
from analytics.letters.lettering import MEASURED, from_the_start
from analytics.letters.placing import LETTER, apart, leading
from analytics.letters.taken import Drawn, amount, amounts, hue, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 760
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
        for note in apart(axes, chart):
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
        [plain(each.replace("</b><br>", ": "), "; ") for each in trace.get("hovertext", ())] for trace in chart["data"]
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
        longest = max((len(plain(str(name))) for trace in chart["data"] for name in trace.get("y", ())), default=0)
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
    return plain(str(axis.get("title", {}).get("text", "") or ""))


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
    axes.set_yticks(range(len(names)), [plain(name) for name in names], color=TOKENS["ink"])
    axes.set_ylim(-0.6, len(names) - 0.4)


def _ticks(axes: "Axes", layout: Drawn) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

    for axis, of in (("xaxis", axes.xaxis), ("yaxis", axes.yaxis)):
        asked = layout.get(axis, {})
        if asked.get("type") == "category":
            continue
        if asked.get("tickvals") is not None:
            of.set_ticks([amount(each) for each in asked["tickvals"]], labels=_alike(asked["ticktext"]))
            continue
        of.set_major_locator(
            MultipleLocator(asked["dtick"])
            if "dtick" in asked
            else MaxNLocator(asked.get("nticks", 7), steps=[1, 2, 5, 10])
        )
        of.set_major_formatter(FuncFormatter(lambda value, _place: _number(value)))


def _alike(texts: Iterable[str]) -> list[str]:
    """Labels of as many lines each, so that their first lines stand at one height."""
    labels = [plain(text, "\n") for text in texts]
    most = max((label.count("\n") for label in labels), default=0)
    return [label + "\n " * (most - label.count("\n")) for label in labels]


def _number(value: float) -> str:
    places = next((places for places in (0, 1) if abs(value - round(value, places)) < 1e-6), 2)
    return words.points(rounded(value, places), places)


def _range(axes: "Axes", layout: Drawn) -> None:
    across, up = layout.get("xaxis", {}), layout.get("yaxis", {})
    if across.get("range"):
        axes.set_xlim(*(amount(end) for end in across["range"]))
    elif across.get("rangemode") == "tozero":
        axes.set_xlim(left=0)
    if up.get("range"):
        axes.set_ylim(*(amount(end) for end in up["range"]))


# --- what lies in them ------------------------------------------------------------------------------------------------


def _trace(axes: "Axes", trace: Drawn) -> None:
    if trace["type"] != "scatter":
        raise ValueError(f"Nothing here draws a {trace['type']}.")
    across, up = amounts(axes, trace)
    if trace.get("fill") == "toself":
        axes.fill(across, up, facecolor=hue(trace["fillcolor"]), edgecolor="none", zorder=BANDS)
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
            color=hue(line["color"]),
            linewidth=line["width"],
            linestyle=dash,
            drawstyle=style,
            zorder=MARKS,
        )
    if "markers" in mode:
        _marks(axes, across, up, trace["marker"])


def _interval(axes: "Axes", across: list[float], up: list[float], error: Drawn, side: str) -> None:
    """Thick and faint behind its dot, as on the pages."""
    plus, minus = list(error["array"]), list(error["arrayminus"])
    style: dict[str, Any] = {"color": hue(error["color"]), "linewidth": error["thickness"], "zorder": BANDS}
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
        colour = hue(_each(marker["color"], place))
        is_open = symbol.endswith("-open")
        line = hue(_each(edge.get("color", marker["color"]), place))
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
    ends: dict[str, float] = {end: amount(shape[end]) for end in ("x0", "x1", "y0", "y1")}
    x, y = (shape.get(f"{side}ref") == "paper" for side in ("x", "y"))
    place = axes.get_yaxis_transform() if x else axes.get_xaxis_transform() if y else axes.transData
    if shape["type"] == "rect":
        from matplotlib.patches import Rectangle

        corner, sizes = (ends["x0"], ends["y0"]), (ends["x1"] - ends["x0"], ends["y1"] - ends["y0"])
        axes.add_patch(
            Rectangle(
                corner, *sizes, facecolor=hue(shape["fillcolor"]), edgecolor="none", transform=place, zorder=BEHIND
            )
        )
        return
    line = shape["line"]
    from matplotlib.lines import Line2D

    style = {
        "color": hue(line["color"]),
        "linewidth": line["width"],
        "linestyle": DASHES[line.get("dash", "solid")],
    }
    axes.add_line(Line2D([ends["x0"], ends["x1"]], [ends["y0"], ends["y1"]], transform=place, zorder=BEHIND, **style))


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
        plain(note["text"], "\n"),
        (amount(note["x"]), amount(note["y"])),
        (note.get("xshift", note.get("ax", 0)) + beside, note.get("yshift", -note.get("ay", 0)) + above),
        where,
        "offset points",
        ha=note.get("xanchor", "center"),
        va={"middle": "center"}.get(note.get("yanchor", "middle"), note.get("yanchor", "middle")),
        fontsize=font.get("size", 12),
        color=hue(font.get("color", TOKENS["ink"])),
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
        zorder=WORDS,
        arrowprops=leading(note),
    )
