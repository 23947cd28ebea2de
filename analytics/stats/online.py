"""Charts that remember, and so see a small lasting shift soon: CUSUM and EWMA."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import SupportsFloat

from analytics.stats.points import Value, finite, not_negative, positive, series
from analytics.stats.rules import ROUNDING


@dataclass(frozen=True, slots=True)
class CusumSignal:
    """A point at which a sum lies beyond the decision interval.

    `run` is Montgomery's N: for how many points the sum has been off zero. Counted back, the shift began at the place
    `since`, the first of them, and `mean` estimates the level since then, in the unit of the values.
    """

    place: int
    above: bool
    run: int
    since: int
    mean: float


@dataclass(frozen=True, slots=True)
class Cusum:
    """The upper sums (0 or more) and lower sums (0 or less) after each of `n` points, in sigma; `None` where missing."""

    n: int
    upper: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    signals: tuple[CusumSignal, ...]


@dataclass(frozen=True, slots=True)
class Average:
    """A weighted moving average after one more point, with its exact limits there, in the unit of the values."""

    value: float
    low: float
    high: float
    outside: bool


@dataclass(frozen=True, slots=True)
class Ewma:
    """An EWMA chart over `n` points; `points` has an entry per value, `None` where it is missing.

    `low` and `high` are the limits that the exact ones approach; `outside` are the places beyond the exact limits of their
    point, `outside_asymptotic` those beyond `low` and `high`.
    """

    n: int
    low: float
    high: float
    points: tuple[Average | None, ...]
    outside: tuple[int, ...]
    outside_asymptotic: tuple[int, ...]


@dataclass(slots=True)
class _Side:
    """One of the two sums: how high it is (in sigma, never below zero), for how long, and since which place."""

    above: bool
    height: float
    run: int = 0
    since: int = 0

    def add(self, place: int, score: float, allowance: float) -> None:
        # What is left of a sum that should be zero is rounding: 0.5 - 0.3 - 0.2 is no start of a shift.
        grown = self.height + (score if self.above else -score) - allowance
        self.height = grown if grown > ROUNDING else 0.0
        if not self.height:
            self.run = 0
            return
        if not self.run:
            self.since = place
        self.run += 1


def cusum(
    values: Collection[Value],
    *,
    centre: SupportsFloat,
    sigma: SupportsFloat,
    k: SupportsFloat = 0.5,
    h: SupportsFloat = 5.0,
    head_start: SupportsFloat = 0.0,
    restart: bool = False,
) -> Cusum:
    """The tabular CUSUM of standardised values: sums of what lies more than `k` sigma above and below the centre.

    Source: Page (1954), Biometrika 41:100-115; Montgomery, Introduction to Statistical Quality Control, section 9.1. Values
    in order of time, `centre` and `sigma` (above 0) in their unit; `k` (the allowance, half the shift to be found), `h`
    (the decision interval) and `head_start` in sigma. Both sums start at `head_start` (Lucas & Crosier 1982,
    Technometrics 24:199-205, advise h / 2), which is below `h`.

    A sum beyond `h` is a signal; exactly on `h` it is none. With `restart` both sums start anew after a signal, at the head
    start, as after a correction; otherwise they go on and every point beyond `h` is a signal. The shift is estimated to
    have begun at the first of the N points for which the sum has been off zero, and the new mean as
    centre +- sigma (k + sum / N), as Montgomery has it; while a head start still stands in the sum, it is in the mean too.
    A missing point (`None`) takes no part: the sums stay as they are and N does not count it. Places count from 0.
    `ValueError` names a value that is no number and a sigma, h or k out of range.

    >>> found = cusum([1.5, .5, .6, -1.5, -.5, -.8], centre=0, sigma=1, k=.5, h=1)
    >>> [round(value, 1) for value in found.upper], [round(value, 1) for value in found.lower]
    ([1.0, 1.0, 1.1, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, -1.0, -1.0, -1.3])
    >>> [(signal.place, signal.above, signal.since) for signal in found.signals]
    [(2, True, 0), (5, False, 3)]
    """
    middle, spread = finite(centre, "centre"), positive(sigma, "sigma")
    allowance, interval = not_negative(k, "k"), positive(h, "h")
    first = not_negative(head_start, "head_start")
    if first >= interval:
        raise ValueError(f"head_start is {head_start}; it lies below h, {h}")
    upper, lower = _Side(above=True, height=first), _Side(above=False, height=first)
    sums: list[tuple[float, float] | None] = []
    signals: list[CusumSignal] = []
    for place, value in enumerate(series(values)):
        if value is None:
            sums.append(None)
            continue
        for side in (upper, lower):
            side.add(place, (value - middle) / spread, allowance)
        sums.append((upper.height, 0.0 - lower.height))
        beyond = [side for side in (upper, lower) if side.height > interval + ROUNDING]
        signals += [_cusum_signal(place, side, middle, spread, allowance) for side in beyond]
        if beyond and restart:
            upper, lower = _Side(above=True, height=first), _Side(above=False, height=first)
    return Cusum(
        n=sum(pair is not None for pair in sums),
        upper=tuple(None if pair is None else pair[0] for pair in sums),
        lower=tuple(None if pair is None else pair[1] for pair in sums),
        signals=tuple(signals),
    )


def _cusum_signal(place: int, side: _Side, centre: float, sigma: float, allowance: float) -> CusumSignal:
    shift = allowance + side.height / side.run
    mean = centre + sigma * (shift if side.above else -shift)
    return CusumSignal(place, side.above, side.run, side.since, mean)


def ewma(
    values: Collection[Value],
    *,
    centre: SupportsFloat,
    sigma: SupportsFloat,
    weight: SupportsFloat = 0.2,
    width: SupportsFloat = 3.0,
    start: SupportsFloat | None = None,
) -> Ewma:
    """The EWMA chart: z_i = weight x_i + (1 - weight) z_(i-1), from `start` (the centre, unless given).

    Source: Roberts (1959), Technometrics 1:239-250; Montgomery, Introduction to Statistical Quality Control, section 9.2;
    NIST/SEMATECH e-Handbook 6.3.2.4. Exact limits after i points: centre +- width sigma
    sqrt(weight / (2 - weight) (1 - (1 - weight)^(2 i))); the asymptotic ones are without the last factor. `weight`
    (lambda) is above 0 and at most 1; `width` (L) is in sigma of the average; `sigma` is that of single values, above 0.
    A missing point (`None`) takes no part: the average stays as it is and i does not count it. An average exactly on a
    limit is within. Places count from 0. `ValueError` names what is no number or out of range.

    >>> chart = ewma([52, 47, 53, 49.3], centre=50, sigma=2.0539, weight=0.3)
    >>> [round(point.value, 2) for point in chart.points], round(chart.low, 4), round(chart.high, 4)
    ([50.6, 49.52, 50.56, 50.18], 47.4116, 52.5884)
    """
    middle, spread, reach = finite(centre, "centre"), positive(sigma, "sigma"), positive(width, "width")
    share = positive(weight, "weight")
    if share > 1:
        raise ValueError(f"weight is {weight}; it is at most 1")
    settled = reach * spread * math.sqrt(share / (2 - share))
    average = middle if start is None else finite(start, "start")
    slack = ROUNDING * spread
    points: list[Average | None] = []
    far = []
    n = 0
    for place, value in enumerate(series(values)):
        if value is None:
            points.append(None)
            continue
        n += 1
        average = share * value + (1 - share) * average
        half = settled * math.sqrt(1 - (1 - share) ** (2 * n))
        gap = abs(average - middle)
        points.append(Average(average, middle - half, middle + half, outside=gap > half + slack))
        if gap > settled + slack:
            far.append(place)
    outside = tuple(place for place, point in enumerate(points) if point is not None and point.outside)
    return Ewma(n, middle - settled, middle + settled, tuple(points), outside, tuple(far))
