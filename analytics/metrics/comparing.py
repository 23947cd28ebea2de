"""Departments against the whole: is one different from the rest, and where small ones probably are."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analytics.figures import rounded
from analytics.stats import funnel as limits
from analytics.stats.funnel import Direction, Funnel, Verdict, funnel_means
from analytics.stats.intervals import Sums
from analytics.stats.share_shrinkage import beta_binomial
from analytics.stats.shrinkage import Shrunk, random_intercept


@dataclass(frozen=True, slots=True)
class Edges:
    """The limits around the target for so many calls: 95 % and 99.8 %."""

    n: int
    low_998: Decimal
    low_95: Decimal
    high_95: Decimal
    high_998: Decimal


@dataclass(frozen=True, slots=True)
class Against:
    """A department against the target: `verdict` is "inside", "outside 95" or "outside 99.8", with its direction."""

    n: int
    value: Decimal
    edges: Edges
    verdict: Verdict
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class AgainstWhole:
    """`n` departments with data against a common target (points, or percent).

    `adjusted` says what the limits allow for beyond chance ("additive", "multiplicative", "none"), `phi` how much more
    departments differ than chance makes them (about 1: no more). `withheld` are departments with too few calls for the
    reader to see; they take no part, also not in the target. `curve` holds the limits over the range of sizes, for
    drawing.
    """

    n: int
    target: Decimal | None
    departments: Mapping[int, Against]
    adjusted: str = "none"
    phi: Decimal | None = None
    curve: tuple[Edges, ...] = ()
    withheld: tuple[int, ...] = ()


def funnel(
    sums: Mapping[int, Sums],
    smallest: int = 1,
    *,
    target: Decimal | None = None,
    adjust: limits.Adjust = "additive",
) -> AgainstWhole:
    """Mean scores (hundredths in, points out) of departments against `target` in points, by default the mean of all
    calls.

    A funnel plot with limits for the pooled spread within departments, widened where departments differ more than by
    chance (`stats.funnel.funnel_means`).
    """
    shown, hidden = _shown({key: each.n for key, each in sums.items()}, smallest)
    wanted = None if target is None else float(100 * target)
    found = funnel_means([sums[key] for key in shown], target=wanted, adjust=adjust)
    return _against(found, shown, hidden, Fraction(1, 100))


def funnel_shares(
    counts: Mapping[int, tuple[int, int]],
    smallest: int = 1,
    *,
    target: Decimal | None = None,
    adjust: limits.Adjust = "additive",
) -> AgainstWhole:
    """The same of shares, each department's (count, n): percent, with exact binomial limits where only chance is at
    work.
    """
    shown, hidden = _shown({key: n for key, (_count, n) in counts.items()}, smallest)
    wanted = None if target is None else float(target / 100)
    found = limits.funnel_shares(
        [counts[key][0] for key in shown], [counts[key][1] for key in shown], target=wanted, adjust=adjust
    )
    return _against(found, shown, hidden, Fraction(100))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A department's own figure beside the one drawn towards the whole, with the interval of the latter.

    `kept` is how much of its own distance from the whole is kept, in percent: little where it has few calls.
    """

    n: int
    raw: Decimal
    value: Decimal
    low: Decimal
    high: Decimal
    kept: Decimal


@dataclass(frozen=True, slots=True)
class DrawnTogether:
    """`n` calls; the mean over departments with its interval, `None` where there is too little to compare."""

    n: int
    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None
    departments: Mapping[int, Drawn]
    withheld: tuple[int, ...] = ()


def shrunk(sums: Mapping[int, Sums], smallest: int = 1) -> DrawnTogether:
    """Departments' mean scores (hundredths in, points out), raw and drawn towards the whole by a random intercept.

    `stats.shrinkage.random_intercept`. Without departments where there are fewer than two, or none with two calls.
    """
    shown, hidden = _shown({key: each.n for key, each in sums.items()}, smallest)
    found = random_intercept([sums[key] for key in shown])
    if found is None:
        return DrawnTogether(sum(sums[key].n for key in shown), None, None, None, {}, hidden)
    per = Fraction(1, 100)
    rows = {key: _drawn(each, per) for key, each in zip(shown, found.groups, strict=True) if each is not None}
    mean, low, high = (_in(per, each) for each in (found.mean, found.low, found.high))
    return DrawnTogether(found.n, mean, low, high, rows, hidden)


def shrunk_shares(counts: Mapping[int, tuple[int, int]], smallest: int = 1) -> DrawnTogether:
    """The same of shares, each department's (count, n), in percent (`stats.share_shrinkage.beta_binomial`)."""
    shown, hidden = _shown({key: n for key, (_count, n) in counts.items()}, smallest)
    found = beta_binomial([counts[key][0] for key in shown], [counts[key][1] for key in shown])
    if found is None:
        return DrawnTogether(sum(counts[key][1] for key in shown), None, None, None, {}, hidden)
    per = Fraction(100)
    rows = {key: _drawn(each, per) for key, each in zip(shown, found.groups, strict=True) if each is not None}
    mean, low, high = (_in(per, each) for each in (found.mean, found.low, found.high))
    return DrawnTogether(found.n, mean, low, high, rows, hidden)


# --- how --------------------------------------------------------------------------------------------------------------


def _shown(sizes: Mapping[int, int], smallest: int) -> tuple[list[int], tuple[int, ...]]:
    """Departments with data that may be seen, and those that may not."""
    hidden = tuple(sorted(key for key, n in sizes.items() if 0 < n < smallest))
    return [key for key, n in sizes.items() if n and key not in hidden], hidden


def _in(per: Fraction, value: float) -> Decimal:
    return rounded(Fraction(value) * per)


def _against(found: Funnel | None, shown: list[int], hidden: tuple[int, ...], per: Fraction) -> AgainstWhole:
    if found is None:
        return AgainstWhole(0, None, {}, withheld=hidden)
    rows = {
        key: Against(int(unit.size), _in(per, unit.value), _edges(unit.limits, per), unit.verdict, unit.direction)
        for key, unit in zip(shown, found.units, strict=True)
        if unit is not None
    }
    phi = None if found.overdispersion is None else rounded(found.overdispersion.phi)
    curve = tuple(_edges(each, per) for each in found.curve)
    return AgainstWhole(found.n, _in(per, found.target), rows, found.adjusted, phi, curve, hidden)


def _edges(each: limits.Limits, per: Fraction) -> Edges:
    four = (_in(per, value) for value in (each.low_998, each.low_95, each.high_95, each.high_998))
    return Edges(round(each.size), *four)


def _drawn(each: Shrunk, per: Fraction) -> Drawn:
    raw, value, low, high = (_in(per, value) for value in (each.raw, each.shrunk, each.low, each.high))
    return Drawn(each.n, raw, value, low, high, rounded(100 * Fraction(each.factor)))
