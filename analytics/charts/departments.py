"""Departments beside each other: by how many calls they have, and their own mean beside the probable one."""

from collections.abc import Mapping, Sequence
from math import hypot

from django.utils.translation import gettext as _

from analytics import words
from analytics.charts.base import (
    HEIGHT,
    NAME_GAP,
    NAME_HEIGHT,
    TOKENS,
    Chart,
    faint,
    figure,
    opening,
    plain,
    separators,
)
from analytics.charts.names import Dot, Plot, beside
from analytics.metrics import Against, AgainstWhole, Drawn

ROW_HEIGHT, AROUND = 26, 70
# The height of the plot itself, in pixels, and how far it goes on beyond the largest department.
TALL, BEYOND = HEIGHT - 56, 1.06
# What is added above and below for names that find no near place, in pixels; how many have one. Of more dots than `CROWD`
# so much of the drawing is full that only a few names are tried.
ROOMS, NAMED, CROWD, FEW = (0, 15, 30, 45), 12, 24, 6
# What a name may be moved and still stands near, and how far on its line a dot keeps the names of others away, in pixels.
NEAR, CLEAR = NAME_GAP + NAME_HEIGHT, 20

Range = tuple[float, float]


def funnel(
    found: AgainstWhole,
    names: Mapping[int, str],
    measure: str,
    places: Mapping[int, str] | None = None,
    *,
    whole: str,
    rest: str,
) -> Chart | None:
    """Dots by number of calls, in the limits around the whole; those outside with their names. One alone is no drawing.

    `whole` is what all are called together, `rest` what each is compared with.
    """
    if found.target is None or len(found.departments) < 2:
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
        "hovertext": [
            _against(names[key], each, f"{whole} {words.points(found.target)}", rest)
            for key, each in found.departments.items()
        ],
        "hoverinfo": "text",
    }
    data.append(opening(dots, [(places or {}).get(key, "") for key in found.departments]))
    target = float(found.target)
    across = (0.0, BEYOND * max(each.n for each in found.departments.values()))
    written, reach = _names(found, names, across)
    layout = {
        "xaxis": {"title": {"text": _("calls")}, "range": list(across)},
        "yaxis": {"title": {"text": _("%(measure)s, points") % {"measure": measure}}, "range": list(reach)},
        "shapes": [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target}
            | {"line": {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}}
        ],
        "annotations": written,
        "height": HEIGHT,
        "separators": separators(),
    }
    return figure(data, layout)


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


def _reach(found: AgainstWhole) -> Range:
    seen = [float(each.value) for each in found.departments.values()]
    seen += [float(edge) for each in found.curve[1:] for edge in (each.low_95, each.high_95)]
    return max(0.0, min(seen) - 2), min(101.0, max(seen) + 2)


def _against(name: str, each: Against, whole: str, rest: str) -> str:
    verdict = {
        "inside": _("not clearly different from %(rest)s") % {"rest": rest},
        "above": _("above what is usual"),
        "below": _("below what is usual"),
    }[each.direction if each.verdict != "inside" and each.direction else "inside"]
    facts = {"points": words.points(each.value), "calls": words.calls(each.n), "whole": plain(whole)}
    return f"<b>{plain(name)}</b><br>" + _("%(points)s points, %(calls)s; %(whole)s") % facts + f"<br>{verdict}"


def _names(found: AgainstWhole, names: Mapping[int, str], across: Range) -> tuple[list[Chart], Range]:
    """The names of those outside, and the range of scores in which most of them stand nearest to their dots.

    Each that is placed decides what is left for the others, so some orders and ranges are tried, the smallest first.
    """
    dots = {key: Dot(names[key], each.n, float(each.value), _colour(each)) for key, each in found.departments.items()}
    outside = [key for key, each in found.departments.items() if each.verdict != "inside"]
    outside.sort(key=lambda key: -abs(found.departments[key].value - (found.target or 0)))
    crowded = len(dots) > CROWD
    inwards = [dots[key] for key in outside[: FEW if crowded else NAMED]]
    low, high = _reach(found)
    best: tuple[list[Chart], Range] = [], (low, high)
    for room in ROOMS[:1] if crowded else ROOMS:
        pixels = room * (high - low) / TALL
        reach = low - pixels, high + pixels
        for order in (inwards, inwards[::-1]):
            written = beside(order, list(dots.values()), Plot(across, reach, TALL), clear=CLEAR)
            best = min(best, (written, reach), key=_badness)
        if len(best[0]) == len(inwards) and all(_moved(each) <= NEAR for each in best[0]):
            break
    return best


def _badness(tried: tuple[list[Chart], Range]) -> tuple[int, float]:
    """Fewer names are worse than names that stand farther off."""
    written, _reach = tried
    return -len(written), sum(map(_moved, written))


def _moved(label: Chart) -> float:
    """How far a name stands from its dot."""
    return hypot(label["ax"], label["ay"]) if label["showarrow"] else abs(float(label["yshift"]))


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
    return figure(data, layout)


def _probably(each: Drawn) -> str:
    """“61.9 points measured, 17 calls; probably 63.5 (57.4 to 69.6)”."""
    facts = {
        "own": words.points(each.raw),
        "calls": words.calls(each.n),
        "points": words.points(each.value),
        "interval": words.interval(each.low, each.high),
    }
    return _("%(own)s points measured, %(calls)s; probably %(points)s (%(interval)s)") % facts
