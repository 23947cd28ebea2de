"""A flow from one total over several stations to what became of them: where everything lies, for a template to draw.

Across, everything is in hundredths of the width, so that it fits a phone; down, in pixels, so that words keep their size.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# The height of all calls together, of a line of words, and what lies between two stations; letters in a line of words.
BAND, LINE, BETWEEN, LETTERS = 260, 16, 10, 15
# A band that is thinner cannot be seen.
THINNEST: Final = 1.5


@dataclass(frozen=True, slots=True)
class Stop:
    """A station: what its words are, and how many calls come through; `kind` is "good", "warn" or "flat"."""

    key: str
    name: str
    n: int
    words: str
    kind: str = "flat"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a station lies: `top` and `height` of its bar, `first` the base line of its first words."""

    stop: Stop
    top: float
    height: float
    first: float
    lines: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A band between two bars as the outline of a path, over a width of 100."""

    outline: str
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`start` is the bar that everything leaves from; without `ends` the stations are where it goes."""

    height: int
    start: tuple[float, float]
    stations: tuple[Place, ...]
    ends: tuple[Place, ...]
    first: tuple[Band, ...]
    second: tuple[Band, ...]


def flow(stations: Sequence[Stop], ends: Sequence[Stop], steps: Mapping[tuple[str, str], int]) -> Picture | None:
    """The places of stations and ends, each in the order given, and the bands between; nothing of nothing."""
    total = sum(each.n for each in stations)
    if not total:
        return None
    scale = BAND / total
    middle, right = _placed(stations, scale), _placed(ends, scale)
    height = max(_bottom(middle), _bottom(right), BAND)
    start = (height - BAND) / 2
    first, at = [], start
    for place in middle:
        thick = place.stop.n * scale
        first.append(Band(_outline((at, thick), (place.top, thick)), place.stop.kind))
        at += thick
    return Picture(
        round(height), (start, float(BAND)), middle, right, tuple(first), _bands(middle, right, steps, scale)
    )


def _placed(stops: Sequence[Stop], scale: float) -> tuple[Place, ...]:
    """One below the other, each with room for its words."""
    found: list[Place] = []
    top = 0.0
    for stop in stops:
        lines = textwrap.wrap(stop.name, LETTERS, break_long_words=False)
        thick, tall = max(stop.n * scale, THINNEST), float(LINE * (len(lines) + 1))
        slot = max(thick, tall)
        first = top + (slot - tall) / 2 + LINE - 4
        words = tuple((first + LINE * (number + 1), line) for number, line in enumerate(lines))
        found.append(Place(stop, top + (slot - thick) / 2, thick, first, words))
        top += slot + BETWEEN
    return tuple(found)


def _bottom(places: Sequence[Place]) -> float:
    return max((max(each.top + each.height, each.first + LINE * len(each.lines)) + 4 for each in places), default=0.0)


def _bands(
    middle: Sequence[Place], right: Sequence[Place], steps: Mapping[tuple[str, str], int], scale: float
) -> tuple[Band, ...]:
    left_at = {each.stop.key: each.top for each in middle}
    right_at = {each.stop.key: each.top for each in right}
    found = []
    for end in right:
        for place in middle:
            n = steps.get((place.stop.key, end.stop.key), 0)
            if n:
                thick = n * scale
                sides = (left_at[place.stop.key], thick), (right_at[end.stop.key], thick)
                found.append(Band(_outline(*sides), end.stop.kind))
                left_at[place.stop.key] += thick
                right_at[end.stop.key] += thick
    return tuple(found)


def _outline(left: tuple[float, float], right: tuple[float, float]) -> str:
    (a, thick_a), (b, thick_b) = ((top, max(thick, THINNEST)) for top, thick in (left, right))
    return (
        f"M0,{a:.1f} C50,{a:.1f} 50,{b:.1f} 100,{b:.1f} V{b + thick_b:.1f} "
        f"C50,{b + thick_b:.1f} 50,{a + thick_a:.1f} 0,{a + thick_a:.1f} Z"
    )
