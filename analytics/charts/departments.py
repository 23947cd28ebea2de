"""Departments beside each other: by how many calls they have, and their own mean beside the probable one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import copysign

from django.utils.translation import gettext as _

from analytics import words
from analytics.charts.base import HEIGHT, PLOT_HEIGHT, TOKENS, Chart, checked, faint, opening, plain, separators
from analytics.metrics import Against, AgainstWhole, Drawn

ROW_HEIGHT, AROUND = 26, 70
# In pixels: how tall a name is, and how far it stands from its dot.
NAME_HEIGHT, NAME_GAP = 15, 6
# The part of the width beyond which a name is written towards the middle.
EDGE = 0.75


def funnel(
    found: AgainstWhole, names: Mapping[int, str], measure: str, places: Mapping[int, str] | None = None
) -> Chart | None:
    """Dots by number of calls, in the limits around the whole; those outside carry their name."""
    if found.target is None or not found.departments:
        return None
    data = _limits(found)
    outside = [key for key, each in found.departments.items() if each.verdict != "inside"]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [each.n for each in found.departments.values()],
        "y": [float(each.value) for each in found.departments.values()],
        "marker": {
            "size": 10,
            "symbol": ["diamond" if key in outside else "circle" for key in found.departments],
            "color": [_colour(each) for each in found.departments.values()],
        },
        "hovertext": [_against(names[key], each, found.target) for key, each in found.departments.items()],
        "hoverinfo": "text",
    }
    data.append(opening(dots, [(places or {}).get(key, "") for key in found.departments]))
    target = float(found.target)
    labels = _labels([(names[key], found.departments[key]) for key in outside], found)
    layout = {
        "xaxis": {"title": {"text": _("calls")}, "rangemode": "tozero"},
        "yaxis": {
            "title": {"text": _("%(measure)s, points") % {"measure": measure}},
            "range": _with_room(_reach(found), labels),
        },
        "shapes": [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target}
            | {"line": {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}}
        ],
        "annotations": [_led(label) for label in labels],
        "height": HEIGHT,
        "separators": separators(),
    }
    return checked(data, layout)


def _limits(found: AgainstWhole) -> list[Chart]:
    """What chance makes of the whole, 99.8 % behind 95 %, as shades."""
    sizes = [each.n for each in found.curve]
    edges = [
        ("low_998", "high_998", 0.07),
        ("low_95", "high_95", 0.1),
    ]
    data: list[Chart] = []
    for low, high, opacity in edges:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*sizes, *reversed(sizes)],
                "y": [float(getattr(each, high)) for each in found.curve]
                + [float(getattr(each, low)) for each in reversed(found.curve)],
                "fill": "toself",
                "fillcolor": faint("mute", opacity),
                "line": {"width": 0},
                "hoverinfo": "skip",
            }
        )
    return data


def _colour(each: Against) -> str:
    if each.verdict == "inside":
        return TOKENS["mute"]
    return TOKENS["brand" if each.direction == "above" else "warn"]


def _reach(found: AgainstWhole) -> list[float]:
    seen = [float(each.value) for each in found.departments.values()]
    seen += [float(edge) for each in found.curve[1:] for edge in (each.low_95, each.high_95)]
    return [max(0.0, min(seen) - 2), min(101.0, max(seen) + 2)]


def _with_room(reach: list[float], labels: Sequence[Chart]) -> list[float]:
    """The range in which every name has its place as well; what is added makes a pixel worth more, so a few times."""
    low, high = reach
    for _again in range(3):
        pixel = 1.25 * (high - low) / PLOT_HEIGHT
        ends = [label["y"] + (label["yshift"] + copysign(NAME_HEIGHT, label["yshift"])) * pixel for label in labels]
        low, high = min([low, *ends]), max([high, *ends])
    return [low, high]


def _against(name: str, each: Against, whole: Decimal) -> str:
    verdict = {
        "inside": _("not clearly different from the rest"),
        "above": _("above what is usual"),
        "below": _("below what is usual"),
    }[each.direction if each.verdict != "inside" and each.direction else "inside"]
    facts = {"points": words.points(each.value), "calls": words.calls(each.n), "whole": words.points(whole)}
    return (
        f"<b>{plain(name)}</b><br>"
        + _("%(points)s points, %(calls)s; all together %(whole)s") % facts
        + f"<br>{verdict}"
    )


def _labels(outside: Sequence[tuple[str, Against]], found: AgainstWhole) -> list[Chart]:
    """The names, those that would lie upon each other one beyond the other."""
    wide = max((each.n for each in found.curve), default=1) / 2
    low, high = _reach(found)
    labels: list[Chart] = []
    # From within outwards: a name that makes way goes where no other stands yet.
    for name, each in sorted(
        outside, key=lambda pair: pair[1].value if pair[1].direction == "above" else -pair[1].value
    ):
        label = _named(name, each) | ({"xanchor": "right"} if each.n > EDGE * 2 * wide else {})
        for other in labels:
            near = abs(other["x"] - label["x"]) < wide and other["yanchor"] == label["yanchor"]
            if near and abs(other["y"] - label["y"]) < (high - low) / 10:
                label["yshift"] = other["yshift"] + copysign(NAME_HEIGHT, label["yshift"])
        labels.append(label)
    return labels


def _led(label: Chart) -> Chart:
    """A name that made way is led back to its dot by a thin line."""
    shift = label["yshift"]
    if abs(shift) == NAME_GAP:
        return label
    line = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": faint("mute", 0.5), "standoff": NAME_GAP}
    return {name: value for name, value in label.items() if name != "yshift"} | {"ax": 0, "ay": -shift} | line


def _named(name: str, each: Against) -> Chart:
    return {
        "text": plain(name),
        "x": each.n,
        "y": float(each.value),
        "yanchor": "bottom" if each.direction == "above" else "top",
        "yshift": NAME_GAP if each.direction == "above" else -NAME_GAP,
        "showarrow": False,
        "font": {"size": 12, "color": _colour(each)},
    }


def dumbbells(
    found: Sequence[tuple[str, Drawn]], measure: str, places: Mapping[str, str] | None = None
) -> Chart | None:
    """A row each: an open dot where it was measured, a full one with its interval where it probably is."""
    if not found:
        return None
    rows = sorted(found, key=lambda each: each[1].value)
    names = [plain(name) for name, _each in rows]
    drawn = [each for _name, each in rows]
    values = [float(each.value) for each in drawn]
    data: list[Chart] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": names,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [float(each.high - each.value) for each in drawn],
                "arrayminus": [float(each.value - each.low) for each in drawn],
                "color": faint("brand", 0.35),
                "thickness": 6,
                "width": 0,
            },
            "marker": {"color": TOKENS["brand"], "size": 9},
            "hovertext": [f"<b>{name}</b><br>{_probably(each)}" for name, each in zip(names, drawn, strict=True)],
            "hoverinfo": "text",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [float(each.raw) for each in drawn],
            "y": names,
            "marker": {"color": TOKENS["sheet"], "size": 8, "line": {"color": TOKENS["ink"], "width": 1.5}},
            "hoverinfo": "skip",
        },
    ]
    data[0] = opening(data[0], [(places or {}).get(name, "") for name, _each in rows])
    layout = {
        "xaxis": {"title": {"text": _("%(measure)s, points") % {"measure": measure}}, "showgrid": True},
        "yaxis": {"type": "category", "automargin": True, "showgrid": False, "range": [-0.7, len(rows) - 0.3]},
        "height": AROUND + ROW_HEIGHT * len(rows),
        "separators": separators(),
    }
    return checked(data, layout)


def _probably(each: Drawn) -> str:
    """“61.9 points measured, 17 calls; probably 63.5 (57.4 to 69.6)”."""
    facts = {
        "own": words.points(each.raw),
        "calls": words.calls(each.n),
        "points": words.points(each.value),
        "interval": words.interval(each.low, each.high),
    }
    return _("%(own)s points measured, %(calls)s; probably %(points)s (%(interval)s)") % facts
