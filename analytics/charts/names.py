"""Where names stand among dots: each near its own, upon no other name and no other dot, however wide the page is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from analytics.charts.base import NAME_GAP, NAME_HEIGHT, Chart, led, plain

# How wide a plot is on a phone, a tablet and a desk, in pixels: what keeps apart on these does so between them.
WIDTHS = (224, 520, 900)
# What a letter of a name takes, and how far from its middle a dot reaches.
LETTER, DOT = 6.8, 6.0
# The longest name in letters, and how many lines off a name may stand.
LONGEST, FARTHEST = 26, 14


class Side(NamedTuple):
    """Where a name stands beside its dot: which of its ends is there, and how far aside and up that is, in pixels."""

    end: str
    aside: int
    up: int


def _sides() -> Iterator[Side]:
    """The nearest first: above and below, to the right, to the left or across, then farther off and aside."""
    for lines, aside in product(range(FARTHEST), (0, 18, -18, 40, -40, 70, -70, 100, -100)):
        if lines or not aside:
            for end, turn in product(("left", "right") if aside else ("left", "right", "center"), (1, -1)):
                yield Side(end, aside, turn * (NAME_GAP + lines * NAME_HEIGHT))


SIDES = tuple(_sides())


class Dot(NamedTuple):
    name: str
    x: float
    y: float
    colour: str


class Plot(NamedTuple):
    """The ranges of both axes, and how tall the plot is in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    tall: float

    def at(self, dot: Dot, wide: float) -> tuple[float, float]:
        """Where a dot lies, in pixels from the left and from below."""
        (x_low, x_high), (y_low, y_high) = self.x, self.y
        return wide * (dot.x - x_low) / (x_high - x_low), self.tall * (dot.y - y_low) / (y_high - y_low)


class Box(NamedTuple):
    left: float
    low: float
    right: float
    high: float

    def meets(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.low < other.high and other.low < self.high


class Line(NamedTuple):
    """From a point so far over and up."""

    x: float
    y: float
    over: float
    up: float

    def meets(self, box: Box) -> bool:
        """Whether it passes through a box: the part of it between both pairs of edges is not empty (Liang & Barsky 1984)."""
        start, end = 0.0, 1.0
        for first, way, low, high in ((self.x, self.over, box.left, box.right), (self.y, self.up, box.low, box.high)):
            if way:
                edges = (low - first) / way, (high - first) / way
                start, end = max(start, min(edges)), min(end, max(edges))
            elif not low < first < high:
                return False
        return start < end


@dataclass(frozen=True, slots=True)
class _Page:
    """A plot of one width: where its dots lie, what is so near to these that no name stands there, words and lines so far."""

    plot: Plot
    wide: float
    dots: list[Box]
    near: list[Box]
    words: list[Box]
    lines: list[Line]

    def room(self, name: Box, line: Line | None) -> int:
        """How well a name stands there: 2 if nothing is in its way, 1 if its line passes over other dots, else 0."""
        if name.left < 0 or name.right > self.wide or name.low < 0 or name.high > self.plot.tall:
            return 0
        if any(map(name.meets, self.words)) or any(map(name.meets, self.near)):
            return 0
        if any(each.meets(name) for each in self.lines) or (line is not None and any(map(line.meets, self.words))):
            return 0
        return 2 if line is None or not any(map(line.meets, self.dots)) else 1

    def take(self, name: Box, line: Line | None) -> None:
        self.words.append(name)
        if line is not None:
            self.lines.append(line)


def beside(
    named: Sequence[Dot], dots: Sequence[Dot], plot: Plot, taken: Sequence[Sequence[Box]] = (), clear: float = DOT
) -> list[Chart]:
    """The names for which there is room, the first first; `taken` are other words, by width as in `WIDTHS`.

    A name that ends beside a dot reads as the name of that dot: `clear` is how far at its height a dot keeps names away.
    """
    pages = []
    for wide, others in zip(WIDTHS, taken or ((),) * len(WIDTHS), strict=True):
        places = [plot.at(dot, wide) for dot in dots]
        around, near = ([Box(x - far, y - DOT, x + far, y + DOT) for x, y in places] for far in (DOT, clear))
        pages.append(_Page(plot, wide, around, near, list(others), []))
    found = []
    for dot in named:
        text = dot.name if len(dot.name) <= LONGEST else f"{dot.name[: LONGEST - 1].rstrip()}…"
        side = _free(dot, LETTER * len(text), pages)
        if side is not None:
            found.append(_written(text, dot, side))
    return found


def _free(dot: Dot, long: float, pages: Sequence[_Page]) -> Side | None:
    """The nearest side with room for a name on every page, which takes it there."""
    places = [(page, *page.plot.at(dot, page.wide)) for page in pages]
    best = None
    for side in SIDES:
        room = _room(side, places, long)
        if room == 2 or (room and best is None):
            best = side
        if room == 2:
            break
    if best is not None:
        for page, x, y in places:
            page.take(_name(best, x, y, long), _line(best, x, y))
    return best


def _room(side: Side, places: Sequence[tuple[_Page, float, float]], long: float) -> int:
    """How well a name stands there on the page where it stands worst."""
    least = 2
    for page, x, y in places:
        least = min(least, page.room(_name(side, x, y, long), _line(side, x, y)))
        if not least:
            break
    return least


def _name(side: Side, x: float, y: float, long: float) -> Box:
    """What a name takes beside a dot at x and y."""
    left = x + side.aside - (0.0 if side.end == "left" else long / 2 if side.end == "center" else long)
    low = y + side.up - (NAME_HEIGHT if side.up < 0 else 0)
    return Box(left, low, left + long, low + NAME_HEIGHT)


def _line(side: Side, x: float, y: float) -> Line | None:
    """The line that leads a name to its dot, from the dot's edge on; a name beside its dot has none."""
    if abs(side.up) == NAME_GAP:
        return None
    part = DOT / max(abs(side.aside), abs(side.up))
    return Line(x + part * side.aside, y + part * side.up, (1 - part) * side.aside, (1 - part) * side.up)


def _written(text: str, dot: Dot, side: Side) -> Chart:
    """The name as plotly has it."""
    label = {
        "text": plain(text),
        "x": dot.x,
        "y": dot.y,
        "xanchor": side.end,
        "yanchor": "bottom" if side.up > 0 else "top",
        "yshift": side.up,
        "showarrow": False,
        "font": {"size": 12, "color": dot.colour},
    }
    return led(label) | ({"ax": side.aside} if side.aside else {})
