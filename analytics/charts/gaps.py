"""Gaps on one axis around zero: a row each, a dot in its interval."""

from collections.abc import Mapping, Sequence

from analytics import gap_words, words
from analytics.charts.base import TOKENS, Chart, faint, figure, opening, plain, separators
from analytics.results import Estimate

ROW_HEIGHT, AROUND = 34, 84


def gaps(rows: Sequence[tuple[str, Estimate, str]], axis: str, places: Mapping[str, str] | None = None) -> Chart | None:
    """`rows` are names with their gap and its sentence, from the top; full dots are clear, open ones are not.

    Gaps without an interval are left out: of a pair or two, they would stretch the axis and say nothing.
    """
    known = [each for each in reversed(rows) if each[1].low is not None]
    if not known:
        return None
    names = [plain(name) for name, _gap, _text in known]
    found = [gap for _name, gap, _text in known]
    data: list[Chart] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [float(each.exact or 0) for each in found],
            "y": names,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [_reach(each, upper=True) for each in found],
                "arrayminus": [_reach(each, upper=False) for each in found],
                "color": faint("mute", 0.35),
                "thickness": 6,
                "width": 0,
            },
            "marker": {
                "size": 10,
                "color": [_colour(each) if each.clear else TOKENS["sheet"] for each in found],
                "line": {"color": [_colour(each) for each in found], "width": 2},
            },
            "hovertext": [f"<b>{plain(name)}</b><br>{words.capital(text)}" for name, _gap, text in known],
            "hoverinfo": "text",
        }
    ]
    data[0] = opening(data[0], [(places or {}).get(name, "") for name, _gap, _text in known])
    most = max((abs(end) for end in gap_words.ends(found)), default=0.0) * 1.08 or 1.0
    layout = {
        "xaxis": {"title": {"text": axis}, "showgrid": True, "range": [-most, most], "nticks": 7},
        "yaxis": {"type": "category", "automargin": True, "showgrid": False, "range": [-0.7, len(known) - 0.3]},
        "shapes": [
            {"type": "line", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "layer": "below"}
            | {"line": {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}}
        ],
        "height": AROUND + ROW_HEIGHT * len(known),
        "separators": separators(),
    }
    return figure(data, layout)


def _reach(gap: Estimate, *, upper: bool) -> float:
    end = gap.high if upper else gap.low
    return 0.0 if end is None or gap.exact is None else abs(float(end) - float(gap.exact))


def _colour(gap: Estimate) -> str:
    return TOKENS[{1: "warn", 0: "mute", -1: "brand"}[gap_words.direction(gap)]]
