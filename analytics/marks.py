"""Figures -> the small drawings inside tables: numbers for SVG attributes, nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.figures import Mean, Row, Series, Share

# Width, height and inner edge of a sparkline.
WIDE, TALL, EDGE = 120, 32, 4
# Periods that it shows.
NEWEST = 12
# How far from the target, in points, a cell must be for each deeper shade.
SHADES = (2, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class Axis:
    """The common axis of all dots of a table, in points."""

    low: int
    high: int

    def place(self, value: float) -> str:
        """Where a value is, in percent of the width."""
        span = (value - self.low) / (self.high - self.low)
        return f"{2 + 96 * min(1, max(0, span)):.2f}%"


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot in its interval, the target beside it; few calls are their single dots."""

    middle: str | None
    low: str | None
    high: str | None
    target: str | None
    singles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line: its pieces (gaps where there were no calls), its newest point, and its normal range."""

    pieces: tuple[str, ...]
    end: tuple[str, str]
    rings: tuple[tuple[str, str], ...]
    range_top: str | None
    range_height: str | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a share or a cost, in percent of the width, with the ends of its interval."""

    width: str
    low: str | None = None
    high: str | None = None


def axis(rows: Iterable[Row]) -> Axis:
    """From the lowest to the highest of everything that will be drawn, in whole tens."""
    seen: list[float] = []
    for row in rows:
        ends = (row.mean.exact, row.mean.low, row.mean.high, row.target, *row.singles)
        seen += [float(end) for end in ends if end is not None]
    if not seen:
        return Axis(0, 100)
    low, high = int(min(seen) // 10) * 10, -int(-max(seen) // 10) * 10
    return Axis(max(0, min(low, high - 20)), min(100, max(high, low + 20)))


def dot(row: Row, on: Axis) -> Dot:
    mean = row.mean
    alone = mean.low is None
    return Dot(
        middle=None if mean.exact is None or (alone and row.singles) else on.place(float(mean.exact)),
        low=None if mean.low is None else on.place(float(mean.low)),
        high=None if mean.high is None else on.place(float(mean.high)),
        target=None if row.target is None else on.place(float(row.target)),
        singles=tuple(on.place(float(score)) for score in row.singles),
    )


def spark(series: Series | None) -> Spark | None:
    """The newest periods of a series."""
    points = () if series is None else series.points[-NEWEST:]
    known = [float(point.mean.exact) for point in points if point.mean.exact is not None]
    if series is None or len(known) < 2:
        return None
    ends = [] if series.normal is None else [max(0.0, series.normal.low), min(100.0, series.normal.high)]
    low, high = min(known + ends), max(known + ends)
    room = max(high - low, 4.0)
    middle = (low + high) / 2

    def x(place: int) -> str:
        return f"{EDGE + place * (WIDE - 2 * EDGE) / (len(points) - 1):.1f}"

    def y(value: float) -> str:
        return f"{TALL / 2 - (value - middle) / room * (TALL - 2 * EDGE):.1f}"

    places = [
        (x(place), None if point.mean.exact is None else y(float(point.mean.exact)))
        for place, point in enumerate(points)
    ]
    drawn = [(across, down) for across, down in places if down is not None]
    rings = [drawn_at for drawn_at, point in zip(places, points, strict=True) if point.outside]
    return Spark(
        pieces=_pieces(places),
        end=drawn[-1],
        rings=tuple((across, down) for across, down in rings if down is not None),
        range_top=y(ends[1]) if ends else None,
        range_height=f"{float(y(ends[0])) - float(y(ends[1])):.1f}" if ends else None,
    )


def _pieces(places: Sequence[tuple[str, str | None]]) -> tuple[str, ...]:
    pieces: list[list[str]] = [[]]
    for across, down in places:
        if down is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{across},{down}")
    return tuple(" ".join(piece) for piece in pieces if len(piece) > 1)


def shade(mean: Mean, distance: float | None) -> str:
    """The class of a heat cell: how far above (brand) or below (warm) its target, or nothing to compare with."""
    if mean.exact is None or distance is None:
        return "plain"
    depth = sum(abs(distance) >= step for step in SHADES)
    return f"above-{depth}" if distance >= 0 else f"below-{depth}"


def bar(share: Share, most: float) -> Bar | None:
    """A share on an axis that ends at `most` percent."""
    if share.value is None or share.low is None or share.high is None:
        return None
    width, low, high = (f"{100 * float(end) / most:.2f}%" for end in (share.value, share.low, share.high))
    return Bar(width, low, high)


def cost(value: float | None, most: float) -> Bar | None:
    return None if value is None or most <= 0 else Bar(f"{100 * max(0.0, value) / most:.2f}%")
