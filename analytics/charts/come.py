"""How many promised calls had come by each hour: step lines with their intervals."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from analytics import words
from analytics.charts.base import PLOT_HEIGHT, TOKENS, Chart, faint, figure, plain, separators
from analytics.metrics.waiting import DAY, Come

LABEL_HEIGHT, LETTER_WIDTH, LONGEST = 17, 7, 24
# What the words of the benchmark take of the drawing where it is smallest: hours across on a phone, percent up on paper.
WORDS_WIDE, WORDS_HIGH = 42, 8
# A line: its name, its hue, of how many promises, and its points.
Stepped = tuple[str, str, int, Sequence[Come]]


def come(lines: Sequence[Stepped], benchmark: int, benchmark_words: str) -> Chart | None:
    """A step line each, a line at 24 hours and the benchmark up to there."""
    lines = [each for each in lines if each[3]]
    if not lines:
        return None
    data = [piece for each in lines for piece in _band(each)] + [_line(each) for each in lines]
    dotted = {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}
    last = max(points[-1].hour for _name, _hue, _n, points in lines)
    layout = {
        "xaxis": {
            "title": {"text": _("hours from the promise")},
            "tick0": 0,
            "dtick": DAY,
            "range": [0, max(last, DAY)],
        },
        "yaxis": {"range": [0, 101], "title": {"text": _("percent that has come")}},
        "shapes": [
            {"type": "line", "x0": DAY, "x1": DAY, "y0": 0, "y1": 101, "line": dotted},
            {"type": "line", "x0": 0, "x1": DAY, "y0": benchmark, "y1": benchmark, "line": dotted},
        ],
        "annotations": [*_labels(lines), _benchmark(benchmark, benchmark_words, lines)],
        "margin": {"r": 24 + LETTER_WIDTH * max(len(_short(name)) for name, _hue, _n, _points in lines)},
        "separators": separators(),
    }
    return figure(data, layout)


def _line(each: Stepped) -> Chart:
    name, hue, n, points = each
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [point.hour for point in points],
        "y": [float(point.value) for point in points],
        "line": {"color": TOKENS[hue], "width": 2.5, "shape": "hv"},
        "hovertext": [_sentence(name, n, point) for point in points],
        "hoverinfo": "text",
    }


def _band(each: Stepped) -> list[Chart]:
    """The interval as a band of steps: the upper edge forwards, the lower edge back."""
    _name, hue, _n, points = each
    known = [point for point in points if point.low is not None]
    if len(known) < 2:
        return []
    upper, lower = (_steps(known, side) for side in ("high", "low"))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [hour for hour, _value in (*upper, *reversed(lower))],
            "y": [value for _hour, value in (*upper, *reversed(lower))],
            "fill": "toself",
            "fillcolor": faint(hue, 0.12),
            "line": {"width": 0, "color": faint(hue, 0)},
            "hoverinfo": "skip",
        }
    ]


def _steps(points: Sequence[Come], side: str) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    for point in points:
        if found:
            found.append((point.hour, found[-1][1]))
        found.append((point.hour, float(getattr(point, side))))
    return found


def _sentence(name: str, n: int, point: Come) -> str:
    facts = {
        "share": words.percent(point.value),
        "interval": words.interval(point.low, point.high, 0),
        "hour": words.whole(point.hour),
        "n": words.whole(n),
    }
    if point.low is None:
        return (
            f"<b>{plain(name)}</b><br>" + _("%(share)s of %(n)s promised calls had come after %(hour)s hours") % facts
        )
    text = _("%(share)s (%(interval)s %%) of %(n)s promised calls had come after %(hour)s hours")
    return f"<b>{plain(name)}</b><br>" + text % facts


def _labels(lines: Sequence[Stepped]) -> list[Chart]:
    """Each line's name at its end, pushed up as far as it needs from the one below."""
    per_pixel = 101 / PLOT_HEIGHT
    found: list[Chart] = []
    lowest = 0.0
    for name, hue, _n, points in sorted(lines, key=lambda each: each[3][-1].value):
        end = float(points[-1].value)
        lowest = max(lowest + LABEL_HEIGHT, end / per_pixel)
        found.append(
            {
                "name": "end",
                "text": plain(_short(name)),
                "x": points[-1].hour,
                "y": end,
                "xanchor": "left",
                "xshift": 8,
                "yshift": round(lowest - end / per_pixel),
                "showarrow": False,
                "font": {"color": TOKENS[hue], "size": 12.5, "weight": 600},
            }
        )
    return found


def _free(value: int, lines: Sequence[Stepped]) -> float:
    """The height nearest to the benchmark, in percent, at which its words are crossed by no curve."""
    passing = [
        [float(point.value) for point in points if DAY <= point.hour <= DAY + WORDS_WIDE]
        for _name, _hue, _n, points in lines
    ]
    spans = [(min(each), max(each)) for each in passing if each]
    half = WORDS_HIGH / 2
    beside = [value + way * away / 2 for away in range(201) for way in (-1, 1)]
    free = (
        middle
        for middle in beside
        if half <= middle <= 101 - half and all(top < middle - half or low > middle + half for low, top in spans)
    )
    return next(free, beside[0])


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _benchmark(value: int, text: str, lines: Sequence[Stepped]) -> Chart:
    """The benchmark's words where its line ends, or as near as no curve passes through them."""
    return {
        "text": text,
        "x": DAY,
        "y": _free(value, lines),
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 6,
        "showarrow": False,
        "font": {"size": 12, "color": TOKENS["mute"]},
    }
