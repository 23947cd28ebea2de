"""The small drawings inside tables, on paper: each the background of its cell, since the numbers beside it say the same.

A screen reader would hear such a drawing as a second telling; as a background it is no part of what is read.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from analytics import marks
from analytics.charts.base import TOKENS

# How much of a colour lies on white, by how far a cell is from its target (as on the pages).
DEPTHS: Final = (4, 10, 18, 28, 40)


def mixed(token: str, part: float) -> str:
    """So many parts in a hundred of a token's colour on white."""
    shades = (int(TOKENS[token][place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (shade - 255) * part / 100):02x}" for shade in shades)


def shades() -> dict[str, str]:
    """The background of every class of cell."""
    sides = (("above", "brand"), ("below", "warn"))
    found = {f"{side}-{place}": mixed(hue, deep) for side, hue in sides for place, deep in enumerate(DEPTHS)}
    return found | {"plain": mixed("mute", 8)}


def interval(
    ends: Mapping[str, str | None], *, hue: str = "brand", singles: tuple[str, ...] = (), full: bool = True
) -> str:
    """A dot in its interval: `ends` are places in percent called low, middle, high, target (dotted) and before (open)."""
    drawn = [f'<line x1="0" x2="100%" y1="8" y2="8" stroke="{TOKENS["line"]}"/>']
    if target := ends.get("target"):
        style = f'stroke="{TOKENS["mute"]}" stroke-width="1.5" stroke-dasharray="2 2"'
        drawn.append(f'<line x1="{target}" x2="{target}" y1="0" y2="16" {style}/>')
    low, high = ends.get("low"), ends.get("high")
    if low and high:
        drawn.append(f'<line x1="{low}" x2="{high}" y1="8" y2="8" stroke="{mixed(hue, 40)}" stroke-width="5"/>')
    drawn += [_open(place, hue) for place in singles]
    if before := ends.get("before"):
        drawn.append(_open(before, hue))
    if middle := ends.get("middle"):
        drawn.append(f'<circle cx="{middle}" cy="8" r="4" fill="{TOKENS[hue]}"/>' if full else _open(middle, hue))
    return _cell("".join(drawn))


def _open(place: str, hue: str) -> str:
    return f'<circle cx="{place}" cy="8" r="3.5" fill="#ffffff" stroke="{TOKENS[hue]}" stroke-width="1.5"/>'


def bar(drawn: marks.Bar | None, hue: str = "brand") -> str:
    """A bar from the left, with its interval as a thin line."""
    if drawn is None:
        return ""
    parts = f'<rect x="0" y="3" width="{drawn.width}" height="10" fill="{mixed(hue, 55)}"/>'
    if drawn.low and drawn.high:
        parts += f'<line x1="{drawn.low}" x2="{drawn.high}" y1="8" y2="8" stroke="{TOKENS["ink"]}" stroke-width="1.5"/>'
    return _cell(f'<line x1="0" x2="0" y1="0" y2="16" stroke="{TOKENS["mute"]}"/>{parts}')


def _cell(parts: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="16">{parts}</svg>'
    return f"data:image/svg+xml,{quote(svg)}"
