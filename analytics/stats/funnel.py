"""Is a department different from the rest? Funnel plots: limits that widen where there is less data.

A target, and around it the limits within which 95 % and 99.8 % of units would lie if only chance made them differ. When units
differ more than that among themselves (over-dispersion), the limits can be widened by as much. Source of all of it:
Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24:1185-1202, and for the
additive adjustment Spiegelhalter (2005), Quality and Safety in Health Care 14:347-351, and Spiegelhalter et al. (2012), JRSS A
175:1-47.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, SupportsFloat

from analytics.stats.funnel_limits import Four, binomial, normal, poisson, poisson_interpolated, wilson_around
from analytics.stats.given import number, numbers, one_of, same_length, whole
from analytics.stats.intervals import Sums

Adjust = Literal["additive", "multiplicative", "none"]
ShareLimits = Literal["exact", "wilson", "normal"]
RatioLimits = Literal["exact", "interpolated", "normal"]
Verdict = Literal["inside", "outside 95", "outside 99.8"]
Direction = Literal["above", "below"]

WINSORISED = 0.1
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits around the target for a unit of this `size` (n, or the expected count), in the unit of the values."""

    size: float
    low_998: float
    low_95: float
    high_95: float
    high_998: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit against the target.

    `z` is its distance in standard errors by chance alone, `z_adjusted` with the over-dispersion that was allowed for; both
    are `None` when there is no chance in it (spread 0). `direction` is `None` inside the 95 % limits.
    """

    value: float
    size: float
    z: float | None
    z_adjusted: float | None
    limits: Limits
    verdict: Verdict
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much more `n` units differ than chance makes them.

    `phi` is the mean of the squared winsorised z-scores, about 1 without over-dispersion; `tau2` the variance between units
    by the method of moments, 0 when phi is (n - 1) / n or less.
    """

    n: int
    phi: float
    tau2: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """`n` units with data against a common `target`; units in the order given, `None` where one has no data.

    `adjusted` says what the limits allow for: "none" also when an adjustment was asked for but phi is at most 1
    or there is one unit only.
    `overdispersion` is `None` when a unit's z-score is. `curve` holds the limits over the range of sizes, for drawing; it is
    empty when sizes alone do not give the limits (a spread of its own for each unit).
    """

    n: int
    target: float
    adjusted: Adjust
    overdispersion: Overdispersion | None
    units: tuple[Unit | None, ...]
    curve: tuple[Limits, ...]


def funnel_means(
    units: Sequence[Sums],
    *,
    target: float | None = None,
    sd: float | None = None,
    own_spread: bool = False,
    adjust: Adjust = "additive",
) -> Funnel | None:
    """Mean scores of units against `target` (by default the mean of all values), with normal limits.

    The standard error of a unit's mean is spread / sqrt(n). The spread is `sd` when it is known; otherwise the standard
    deviation within units, pooled; or with `own_spread` each unit's own, where units of fewer than two values have none and
    are `None`. In and out in the unit of the values. `None` without data, or when no unit has two values and `sd` is unknown.

    >>> result = funnel_means([Sums(4, 20, 110), Sums(4, 24, 154), Sums(4, 60, 910)], adjust="none")
    >>> [unit.verdict for unit in result.units]
    ['outside 99.8', 'outside 95', 'outside 99.8']
    """
    together = sum(units, start=Sums())
    if together.mean is None:
        return None
    middle = float(together.mean) if target is None else number("target", target)
    spreads = _spreads(units, sd, own_spread=own_spread)
    points = [
        None if spread is None or unit.mean is None else (float(unit.mean), float(unit.n), spread / math.sqrt(unit.n))
        for unit, spread in zip(units, spreads, strict=True)
    ]
    if not any(points):
        return None

    def by_chance(_size: float, error: float) -> Four:
        return normal(middle, error)

    common = None if own_spread else spreads[0]
    error_of = None if common is None else lambda size: common / math.sqrt(size)
    return _funnel(_Model(middle, by_chance, error_of, -math.inf, math.inf), points, adjust)


def funnel_shares(
    successes: Sequence[int],
    trials: Sequence[int],
    *,
    target: float | None = None,
    limits: ShareLimits = "exact",
    adjust: Adjust = "additive",
) -> Funnel | None:
    """Shares 0..1 of units against `target` (by default the share of all trials together).

    `limits` by chance alone: "exact" binomial, interpolated between counts (appendix A.1.1 of the source); "wilson", the score
    limits around the target; "normal". Limits widened for over-dispersion are normal, cut off at 0 and 1. A unit without
    trials is `None`; `None` without any trials.

    >>> result = funnel_shares([8, 12, 43], [10, 30, 50], adjust="none")
    >>> result.target, [unit.verdict for unit in result.units]
    (0.7, ['inside', 'outside 99.8', 'outside 95'])
    """
    one_of("limits", limits, ("exact", "wilson", "normal"))
    same_length(successes=len(successes), trials=len(trials))
    n = [whole("trials", each) for each in trials]
    x = [whole("successes", each) for each in successes]
    for got, of in zip(x, n, strict=True):
        if got > of:
            raise ValueError(f"successes is {got}; of {of} trials it lies between 0 and {of}")
    if not sum(n):
        return None
    middle = sum(x) / sum(n) if target is None else number("target", target)
    if target is not None and not 0 < middle < 1:
        raise ValueError(f"target is {target}; a share to compare with lies between 0 and 1")
    exact = {"exact": binomial, "wilson": wilson_around}.get(limits)

    def by_chance(size: float, error: float) -> Four:
        return exact(middle, size) if exact and 0 < middle < 1 else normal(middle, error)

    def error_of(size: float) -> float:
        return math.sqrt(middle * (1 - middle) / size)

    points = [(got / of, float(of), error_of(of)) if of else None for got, of in zip(x, n, strict=True)]
    return _funnel(_Model(middle, by_chance, error_of, 0.0, 1.0), points, adjust)


def funnel_ratios(
    observed: Sequence[int],
    expected: Sequence[SupportsFloat],
    *,
    target: float = 1.0,
    limits: RatioLimits = "exact",
    adjust: Adjust = "additive",
) -> Funnel | None:
    """Observed counts over expected ones (standardised ratios, or rates when `expected` is an exposure) against `target`.

    `limits` by chance alone: "exact" Poisson by chi-square quantiles, as an exact interval around the target (Dobson et al.
    1991, Statistics in Medicine 10:457-462; FunnelPlotR draws these); "interpolated" between the counts of the Poisson
    distribution (appendix A.1.1 of the source); "normal". Limits widened for over-dispersion are normal, cut off at 0. A unit
    that expects 0 is `None`, and refused when it has observations; `None` when none expects anything.

    >>> limits = funnel_ratios([15], [15]).units[0].limits
    >>> round(limits.low_95, 7), round(limits.high_95, 6), round(limits.low_998, 7), round(limits.high_998, 6)
    (0.5596924, 1.649348, 0.386265, 2.082907)
    """
    one_of("limits", limits, ("exact", "interpolated", "normal"))
    same_length(observed=len(observed), expected=len(expected))
    middle = number("target", target)
    if middle <= 0:
        raise ValueError(f"target is {target}; a ratio to compare with is above 0")
    counts = [whole("observed", each) for each in observed]
    sizes = numbers("expected", expected)
    for count, size in zip(counts, sizes, strict=True):
        if size < 0 or (size == 0 and count):
            raise ValueError(f"expected holds {size}, with {count} observed; it is above 0")
    if not any(sizes):
        return None
    exact = {"exact": poisson, "interpolated": poisson_interpolated}.get(limits)

    def by_chance(size: float, error: float) -> Four:
        return exact(middle, size) if exact else normal(middle, error, least=0.0)

    def error_of(size: float) -> float:
        return math.sqrt(middle / size)

    points = [(x / size, size, error_of(size)) if size else None for x, size in zip(counts, sizes, strict=True)]
    return _funnel(_Model(middle, by_chance, error_of, 0.0, math.inf), points, adjust)


def overdispersion(
    z_scores: Sequence[SupportsFloat], errors: Sequence[SupportsFloat], *, winsorise: float = WINSORISED
) -> Overdispersion | None:
    """How much more units differ than chance makes them, from their z-scores and standard errors (all above 0).

    The lowest and highest tenth of z-scores (`winsorise`, below one half) are first drawn in to the tenth's edge, so that the
    units looked for do not widen their own limits. phi = sum z^2 / I; tau^2 = (I phi - (I - 1)) / (sum w - sum w^2 / sum w) with
    w = 1 / s^2 (DerSimonian & Laird 1986 on winsorised scores). `None` without units.

    >>> result = overdispersion([-2.0, 0.0, 2.0], [1.0, 1.0, 1.0], winsorise=0)
    >>> round(result.phi, 4), round(result.tau2, 4)
    (2.6667, 3.0)
    """
    import numpy as np

    same_length(z_scores=len(z_scores), errors=len(errors))
    z, s = np.asarray(numbers("z_scores", z_scores)), np.asarray(numbers("errors", errors))
    if not 0 <= number("winsorise", winsorise) < 0.5:
        raise ValueError(f"winsorise is {winsorise}; it is at least 0 and below one half")
    if not len(z):
        return None
    if s.min() <= 0:
        raise ValueError(f"errors holds {s.min()}; a standard error is above 0")
    z = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    count, phi = len(z), float((z**2).mean())
    # In units of the smallest error, so that no square leaves the range of floats.
    weights = (s.min() / s) ** 2
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    tau2 = max(count * phi - (count - 1), 0.0) / room * float(s.min()) ** 2 if count > 1 else 0.0
    return Overdispersion(count, phi, tau2)


# --- how --------------------------------------------------------------------------------------------------------------


# Value, size and standard error by chance of one unit.
_Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Model:
    """What the kinds of funnel differ in: limits by chance from (size, error), and the error from the size where it can."""

    target: float
    by_chance: Callable[[float, float], Four]
    error_of: Callable[[float], float] | None
    least: float
    most: float


def _spreads(units: Sequence[Sums], sd: float | None, *, own_spread: bool) -> list[float | None]:
    if sd is not None:
        if own_spread:
            raise ValueError(f"sd is {sd} and own_spread is {own_spread}; the spread is one or the other")
        if number("sd", sd) < 0:
            raise ValueError(f"sd is {sd}; a standard deviation is 0 or more")
        return [float(sd)] * len(units)
    variances = [(unit.n, unit.variance) for unit in units]
    if own_spread:
        return [None if variance is None else math.sqrt(variance) for _n, variance in variances]
    known = [(n - 1, float(variance)) for n, variance in variances if variance is not None]
    if not known:
        return [None] * len(units)
    pooled = math.sqrt(math.fsum(df * variance for df, variance in known) / sum(df for df, _variance in known))
    return [pooled] * len(units)


def _funnel(model: _Model, points: Sequence[_Point | None], adjust: Adjust) -> Funnel:
    one_of("adjust", adjust, ("additive", "multiplicative", "none"))
    present = [point for point in points if point is not None]
    errors = [error for _value, _size, error in present]
    scores = [(value - model.target) / error for value, _size, error in present if error > 0]
    found = overdispersion(scores, errors) if min(errors) > 0 else None
    # One unit cannot differ from the others.
    adjusted: Adjust = adjust if found and found.n > 1 and found.phi > 1 else "none"

    def widened(error: float) -> float:
        if found is None or adjusted == "none":
            return error
        return (
            error * math.sqrt(found.phi) if adjusted == "multiplicative" else math.hypot(error, math.sqrt(found.tau2))
        )

    def limits(size: float, error: float) -> Limits:
        four = (
            model.by_chance(size, error)
            if adjusted == "none"
            else normal(model.target, widened(error), least=model.least, most=model.most)
        )
        return Limits(size, *four)

    def unit(value: float, size: float, error: float) -> Unit:
        around, away = limits(size, error), value - model.target
        return Unit(value, size, _z(away, error), _z(away, widened(error)), around, *_verdict(value, around))

    units = tuple(None if point is None else unit(*point) for point in points)
    error_of = model.error_of
    grid = _grid([size for _value, size, _error in present])
    curve = () if error_of is None else tuple(limits(size, error_of(size)) for size in grid)
    return Funnel(len(present), model.target, adjusted, found, units, curve)


def _z(distance: float, error: float) -> float | None:
    return distance / error if error > 0 else (0.0 if distance == 0 else None)


def _verdict(value: float, limits: Limits) -> tuple[Verdict, Direction | None]:
    if limits.low_95 <= value <= limits.high_95:
        return "inside", None
    verdict: Verdict = "outside 95" if limits.low_998 <= value <= limits.high_998 else "outside 99.8"
    return verdict, "above" if value > limits.high_95 else "below"


def _grid(sizes: Sequence[float]) -> list[float]:
    """From a little below the smallest size to a little above the largest, denser where the funnel bends: even in roots."""
    low, high = math.sqrt(0.8 * min(sizes)), math.sqrt(1.05 * max(sizes))
    steps = (low + (high - low) * step / (CURVE_POINTS - 1) for step in range(CURVE_POINTS))
    return [each for each, _same in itertools.groupby(step * step for step in steps)]
