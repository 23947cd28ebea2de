"""Where the words of a drawing stand on paper: beside their dot, and where they would lie upon others, farther off with a line to it."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analytics.charts.base import NAME_GAP, led
from analytics.letters.taken import Drawn, amount, amounts, hue, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, float, float, float]

# How wide a letter is and how high a line, about, and how many lines off a name may stand.
LETTER, LINE, HAIR, FARTHEST = 7.4, 14, 3, 4


def apart(axes: "Axes", chart: Drawn) -> list[Drawn]:
    """The words of the drawing; a dot's name that would lie on another dot or name stands at its other side, or farther off."""
    dots = [(x, y) for trace in chart["data"] if trace.get("mode") == "markers" for x, y in _pairs(axes, trace)]
    taken = [_box(axes, {"x": x, "y": y, "text": "o"}) for x, y in dots]
    found: list[Drawn] = []
    for given in chart["layout"].get("annotations", ()):
        # A page leads a name that made way back to its dot, and turns one at the edge; here each is given a place of its own.
        note = _let_go(given)
        if {"xref", "yref", "xshift"} & note.keys() or "yshift" not in note:
            found.append(note)
            continue
        note.pop("xanchor", None)
        free = (each for each in _sides(note) if _is_free(axes, _box(axes, each), taken))
        placed = next(free, None) or dict(note) | _inside(axes, _box(axes, note))
        taken.append(_box(axes, placed))
        found.append(placed if abs(placed["yshift"]) <= LINE else led(placed))
    return found


def _let_go(note: Drawn) -> dict[str, Any]:
    """The words without the line that leads them to their dot, so that they can be placed anew."""
    if "ay" not in note:
        return dict(note)
    return {name: value for name, value in note.items() if name not in {"ax", "ay"}} | {"yshift": -note["ay"]}


def _sides(note: Drawn) -> Iterator[dict[str, Any]]:
    """Where a dot's name may stand, the nearest first: at the side where it is or at the other, across, to the right or to the left."""
    anchor = note.get("yanchor", "middle")
    turned = {"top": "bottom", "bottom": "top"}.get(anchor, anchor)
    for lines in range(FARTHEST + 1):
        shift = math.copysign((LINE if anchor == "middle" else NAME_GAP) + lines * LINE, note["yshift"])
        for across in ("center", "left", "right"):
            for yanchor, yshift in ((anchor, shift), (turned, -shift)):
                yield dict(note) | {"xanchor": across, "yanchor": yanchor, "yshift": yshift}


def _is_free(axes: "Axes", box: Box, taken: list[Box]) -> bool:
    area = axes.get_window_extent()
    return box[0] >= area.x0 and box[2] <= area.x1 and not any(_meet(box, other) for other in taken)


def _pairs(axes: "Axes", trace: Drawn) -> Iterator[tuple[float, float]]:
    return zip(*amounts(axes, trace), strict=True)


def _inside(axes: "Axes", box: Box) -> dict[str, str]:
    """To which side of its dot a name goes that would lie across the edge."""
    area = axes.get_window_extent()
    if box[2] > area.x1:
        return {"xanchor": "right"}
    return {"xanchor": "left"} if box[0] < area.x0 else {}


def _box(axes: "Axes", note: Drawn) -> Box:
    """Where some words lie, in pixels."""
    across, up = axes.transData.transform((amount(note["x"]), amount(note["y"])))
    wide = LETTER * len(plain(note["text"]))
    left = across - wide * {"left": 0.0, "right": 1.0}.get(note.get("xanchor", "center"), 0.5)
    low = {"bottom": 0.0, "top": -float(LINE)}.get(note.get("yanchor", "middle"), -LINE / 2)
    foot = up + note.get("yshift", 0) + low
    return left, foot, left + wide, foot + LINE


def _meet(one: Box, other: Box) -> bool:
    """Whether two of them lie upon each other, by more than a hair."""
    return one[0] < other[2] and other[0] < one[2] and one[1] + HAIR < other[3] and other[1] + HAIR < one[3]


def leading(note: Drawn) -> dict[str, Any] | None:
    """The thin line from words to their dot, which ends beside both; plotly's arrow without its head."""
    if "ay" not in note:
        return None
    across = {"left": 0.0, "right": 1.0}.get(note.get("xanchor", "center"), 0.5)
    return {
        "arrowstyle": "-",
        "color": hue(note["arrowcolor"]),
        "linewidth": note["arrowwidth"],
        "relpos": (across, 0.0 if note["ay"] < 0 else 1.0),
        "shrinkA": 0,
        "shrinkB": note["standoff"],
    }
