"""What all charts share: the page's colours and typeface, one plotly template, and the check by plotly's own schema in tests.

Colours are the tokens of `project/static/css/tokens.css` as they are in the light theme; `charts.js` replaces each by what
the token is on the reader's page, so that charts follow the dark theme. Words and numbers are in the reader's language
here already, since the browser's part of plotly speaks English only.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from analytics import words

TOKENS = {
    "sheet": "#ffffff",
    "line": "#e3e0d8",
    "ink": "#1b2327",
    "mute": "#586168",
    "brand": "#0b5563",
    "warn": "#a3360f",
    "greeting": "#0064a6",
    "phrasing": "#00735a",
    "callback": "#b64a00",
    "listening": "#9a3f7d",
    "tone": "#7a5c00",
}
FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
# The drawn height in pixels, and what of it the plot itself has: labels at the lines' ends are kept apart with it.
HEIGHT, PLOT_HEIGHT = 340, 270
# In pixels: how tall a name is, and how far it stands from its dot.
NAME_HEIGHT, NAME_GAP = 15, 6

Chart = dict[str, Any]


def faint(token: str, opacity: float) -> str:
    """A token's colour, partly transparent."""
    red, green, blue = (int(TOKENS[token][place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


AXIS = {
    "gridcolor": TOKENS["line"],
    "linecolor": TOKENS["line"],
    "zeroline": False,
    "fixedrange": True,
    "ticks": "",
    "tickfont": {"color": TOKENS["mute"], "size": 12},
    "title": {"font": {"color": TOKENS["mute"], "size": 12}, "standoff": 8},
}
# The page's typeface, hairlines, no frame, no legend, nothing to drag.
TEMPLATE = {
    "layout": {
        "font": {"family": FONT, "size": 13, "color": TOKENS["ink"]},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "margin": {"l": 44, "r": 16, "t": 16, "b": 40},
        "height": HEIGHT,
        "autosize": True,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverdistance": 40,
        "hoverlabel": {
            "bgcolor": TOKENS["sheet"],
            "bordercolor": TOKENS["mute"],
            "font": {"family": FONT, "size": 13, "color": TOKENS["ink"]},
            "align": "left",
        },
        "xaxis": AXIS | {"showgrid": False},
        "yaxis": AXIS,
        "modebar": {"bgcolor": "rgba(0, 0, 0, 0)", "color": TOKENS["mute"], "activecolor": TOKENS["brand"]},
    }
}
BY_TOKEN = {value: f"--{name}" for name, value in TOKENS.items()}


def figure(data: list[Chart], layout: Chart) -> Chart:
    """What plotly draws in the browser, as JSON can carry it.

    The tests, and a server at a developer's desk, check each by plotly's own schema, which takes longer than making it.

    Raises:
        ValueError: there, what plotly does not know.
    """
    drawn: Chart = {"data": data, "layout": layout | {"template": TEMPLATE}}
    if settings.CHECK_CHARTS:
        from plotly import graph_objects as go

        go.Figure(drawn)
    return drawn | {"tokens": BY_TOKEN}


def plain(name: str) -> str:
    """A name that plotly does not read as markup."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def opening(trace: Chart, places: Sequence[str]) -> Chart:
    """The trace with where each of its marks leads: `charts.js` opens it."""
    return trace | {"customdata": list(places)} if any(places) else trace


def led(label: Chart) -> Chart:
    """A name that made way is led back to its dot by a thin line."""
    shift = label["yshift"]
    if abs(shift) == NAME_GAP:
        return label
    line = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": faint("mute", 0.5), "standoff": NAME_GAP}
    return {name: value for name, value in label.items() if name != "yshift"} | {"ax": 0, "ay": -shift} | line


def note(text: str, y: float, *, right: bool, above: bool = True) -> Chart:
    """Words just above (or below) a height, at one side: what is named at the other never lies upon them."""
    return {
        "text": text,
        "xref": "paper",
        "x": 1 if right else 0,
        "xanchor": "right" if right else "left",
        "y": y,
        "yanchor": "bottom" if above else "top",
        "showarrow": False,
        "font": {"size": 12, "color": TOKENS["mute"]},
    }


def separators() -> str:
    """How the browser would write numbers, should it write any itself: decimal mark, then thousands."""
    return words.number(12345, 2)[-3] + words.number(12345, 2)[2]
