"""Content against experience: a dot per department in both its intervals, with the line on which they are equal."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from analytics import gap_words, words
from analytics.charts.base import TOKENS, Chart, checked, faint, opening, plain, separators
from analytics.figures import Mean
from analytics.results import Estimate

if TYPE_CHECKING:
    from analytics.metrics import Aspects

TALL = 420
# Of more dots the intervals are drawn thinly, or they hide the dots.
MANY = 15


def facing(dots: Sequence[tuple[str, "Aspects", Estimate]], places: Mapping[str, str] | None = None) -> Chart | None:
    """`dots` are names with both means and the gap within their calls; a clear gap is a diamond."""
    drawn = [each for each in dots if each[1].content.exact is not None and each[1].experience.exact is not None]
    if not drawn:
        return None
    contents, experiences = [each[1].content for each in drawn], [each[1].experience for each in drawn]
    low, high = _reach([*contents, *experiences])
    data: list[Chart] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [float(each.exact or 0) for each in contents],
            "y": [float(each.exact or 0) for each in experiences],
            "error_x": _interval(contents),
            "error_y": _interval(experiences),
            "marker": {
                "size": [11 if gap.clear else 8 for _name, _aspects, gap in drawn],
                "symbol": ["diamond" if gap.clear else "circle" for _name, _aspects, gap in drawn],
                "color": [_colour(gap) for _name, _aspects, gap in drawn],
            },
            "hovertext": [_sentence(*each) for each in drawn],
            "hoverinfo": "text",
        }
    ]
    data[0] = opening(data[0], [(places or {}).get(name, "") for name, _aspects, _gap in drawn])
    axis = {"range": [low, high], "showgrid": True, "dtick": 5 if high - low < 40 else 10}
    layout = {
        "xaxis": axis | {"title": {"text": _("what was said (content), points")}},
        "yaxis": axis | {"title": {"text": _("how it was said (experience), points")}},
        "shapes": [
            {"type": "line", "x0": low, "y0": low, "x1": high, "y1": high, "layer": "below"}
            | {"line": {"color": TOKENS["mute"], "width": 1.5, "dash": "dot"}}
        ],
        "annotations": [
            _corner(_("feels worse than it is"), right=True),
            _corner(_("feels better than it is"), right=False),
            *_names([each for each in drawn if each[2].clear], high - low),
        ],
        "height": TALL,
        "margin": {"l": 52, "r": 16, "t": 28, "b": 48},
        "separators": separators(),
    }
    return checked(data, layout)


def _reach(means: Sequence[Mean]) -> tuple[float, float]:
    seen = [float(end) for each in means for end in (each.exact, each.low, each.high) if end is not None]
    low, high = max(0.0, min(seen) - 3), min(100.0, max(seen) + 3)
    return (low, high) if high - low >= 20 else (max(0.0, high - 20), max(high, 20.0))


def _interval(means: Sequence[Mean]) -> Chart:
    def ends(*, upper: bool) -> list[float]:
        sides = [(each.high if upper else each.low, each.exact) for each in means]
        return [0.0 if end is None or exact is None else abs(float(end) - float(exact)) for end, exact in sides]

    return {
        "type": "data",
        "symmetric": False,
        "array": ends(upper=True),
        "arrayminus": ends(upper=False),
        "color": faint("mute", 0.45 if len(means) <= MANY else 0.2),
        "thickness": 2 if len(means) <= MANY else 1,
        "width": 0,
    }


def _colour(gap: Estimate) -> str:
    return TOKENS[{1: "warn", 0: "mute", -1: "brand"}[gap_words.direction(gap)]]


def _sentence(name: str, aspects: "Aspects", gap: Estimate) -> str:
    means = {"content": words.mean_in_words(aspects.content), "experience": words.mean_in_words(aspects.experience)}
    said = _("content: %(content)s") % means + "<br>" + _("experience: %(experience)s") % means
    return f"<b>{plain(name)}</b><br>{said}<br>{in_words(gap)}"


def in_words(gap: Estimate) -> str:
    """A department's gap as a sentence: which of the two is the higher, or that it cannot be told."""
    facts = {"size": gap_words.size(gap), "gap": gap_words.signed(gap)}
    way = gap_words.direction(gap)
    if way > 0:
        return _("what is said scores %(size)s higher than how it is said") % facts
    if way < 0:
        return _("how it is said scores %(size)s higher than what is said") % facts
    return _("no clear difference: %(gap)s") % facts


def _corner(text: str, *, right: bool) -> Chart:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 1 if right else 0,
        "y": 0 if right else 1,
        "xanchor": "right" if right else "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"size": 12, "color": TOKENS["mute"]},
    }


def _names(clear: Sequence[tuple[str, "Aspects", Estimate]], reach: float) -> list[Chart]:
    """The names for which there is room: the widest gaps first, none upon another."""
    found: list[Chart] = []
    for each in sorted(clear, key=lambda one: -abs(float(one[2].exact or 0))):
        label = _named(*each)
        if all(
            abs(label["x"] - other["x"]) > reach / 3 or abs(label["y"] - other["y"]) > reach / 16 for other in found
        ):
            found.append(label)
    return found


def _named(name: str, aspects: "Aspects", gap: Estimate) -> Chart:
    below = gap_words.direction(gap) > 0
    return {
        # A phone has no room for names in the drawing.
        "name": "end",
        "text": plain(name),
        "x": float(aspects.content.exact or 0),
        "y": float(aspects.experience.exact or 0),
        "xanchor": "left" if below else "right",
        "xshift": 9 if below else -9,
        "yshift": -11 if below else 11,
        "showarrow": False,
        "font": {"size": 12, "color": _colour(gap)},
    }
