"""Content against experience: a dot per department in both its intervals, with the line on which they are equal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from analytics import gap_words, words
from analytics.charts.base import TOKENS, Chart, faint, figure, opening, plain, separators
from analytics.charts.names import LETTER, WIDTHS, Box, Dot, Plot, beside
from analytics.figures import Mean
from analytics.results import Estimate

if TYPE_CHECKING:
    from analytics.metrics import Aspects

TALL = 420
MARGIN = {"l": 52, "r": 16, "t": 28, "b": 48}
# Of more dots the intervals are drawn thinly, or they hide the dots.
MANY = 15
# Of more dots the clear ones and those farthest from the line have names.
NAMED = 8
# In so many orders names are tried beside fewer.
TRIES = 12


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
            _corner(_worse(), right=True),
            _corner(_("feels better than it is"), right=False),
            *_names(drawn, (low, high)),
        ],
        "height": TALL,
        "margin": MARGIN,
        "separators": separators(),
    }
    return figure(data, layout)


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


def _worse() -> str:
    return _("feels worse than it is")


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


def _names(drawn: Sequence[tuple[str, "Aspects", Estimate]], reach: tuple[float, float]) -> list[Chart]:
    """The names for which there is room: the clear gaps first, then the widest."""
    first = sorted(drawn, key=lambda each: (not each[2].clear, -abs(float(each[2].exact or 0)), each[0]))
    dots = [_dot(*each) for each in first]
    clear = sum(each[2].clear for each in drawn)
    # The words in the corner below, where what is said is better.
    corner = len(_worse()) * LETTER
    taken = [[Box(wide - corner, 0, wide, 24)] for wide in WIDTHS]
    plot = Plot(reach, reach, TALL - MARGIN["t"] - MARGIN["b"])
    if len(dots) > MANY:
        return beside(dots[:NAMED], dots, plot, taken)
    # Which of them find room hangs on who comes first.
    kept = ((*dots[:clear], *order) for order in _orders(dots[clear:]))
    # Where a name is still missing, clear ones change places as well.
    orders = dict.fromkeys(chain(kept, map(tuple, _orders(dots))))
    found: list[Chart] = []
    for order in islice(orders, TRIES):
        found = max(found, beside(order, dots, plot, taken), key=len)
        if len(found) == len(dots):
            break
    return found


def _orders(dots: Sequence[Dot]) -> Iterator[Sequence[Dot]]:
    """As they are, the longest names first, from above and from the left, and each the other way round."""
    lengths, heights = sorted(dots, key=lambda dot: -len(dot.name)), sorted(dots, key=lambda dot: -dot.y)
    for order in (list(dots), lengths, heights, sorted(dots, key=lambda dot: dot.x)):
        yield order
        yield order[::-1]


def _dot(name: str, aspects: "Aspects", gap: Estimate) -> Dot:
    return Dot(name, float(aspects.content.exact or 0), float(aspects.experience.exact or 0), _colour(gap))
