"""Words in drawings, placed from their start: common readers of PDFs cut off words that are placed from their middle or end.

matplotlib measures with its own typeface, so a word is also told how wide it is, should a machine print it with another.
"""

import html
import re
from typing import Final

MEASURED: Final = "DejaVu Sans"
FAMILY: Final = "'DejaVu Sans', 'Liberation Sans', 'Helvetica Neue', Arial, sans-serif"
PLACED: Final = re.compile(
    r'<text style="(?P<style>[^"]*?); text-anchor: (?P<anchor>middle|end)(?P<rest>[^"]*)" '
    r'x="(?P<x>[^"]+)" y="(?P<y>[^"]+)"[^>]*>(?P<words>[^<]*)</text>'
)


def from_the_start(svg: str) -> str:
    """The same drawing, with every word placed from its start and in the typefaces of the letter."""
    return PLACED.sub(_placed, svg).replace(f"'{MEASURED}'", FAMILY)


def _placed(found: re.Match[str]) -> str:
    wide = width(html.unescape(found["words"]), _size(found["style"]), bold="font-weight: 700" in found["style"])
    x = float(found["x"]) - (wide if found["anchor"] == "end" else wide / 2)
    style = f"{found['style']}{found['rest']}"
    length = f'textLength="{wide:.2f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text style="{style}" x="{x:.2f}" y="{found["y"]}" {length}>{found["words"]}</text>'


def _size(style: str) -> float:
    found = re.search(r"font-size: ([\d.]+)px", style)
    return float(found[1]) if found else 12.0


def width(words: str, size: float, *, bold: bool = False) -> float:
    """How wide some words are, in the units of their size."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=MEASURED, size=size, weight="bold" if bold else "normal")
    wide, _height, _descent = text_to_path.get_text_width_height_descent(words, font, ismath=False)
    return float(wide)
