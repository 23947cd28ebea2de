"""Which points of a control chart are signals: the Western Electric rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from analytics.stats.points import Value, finite, not_negative, series

RULES = (1, 2, 3, 4)
# Of how many successive points, how many lie beyond how many sigma on one side.
ZONES = {1: (1, 1, 3.0), 2: (3, 2, 2.0), 3: (5, 4, 1.0), 4: (8, 8, 0.0)}
# A point on a limit is not beyond it; computed limits miss by their rounding, in sigma.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule come true: at `place` it completes, on the points at `places` it rests; above or below the centre."""

    rule: int
    place: int
    places: tuple[int, ...]
    above: bool


@dataclass(frozen=True, slots=True)
class Signals:
    """All signals among `n` points, in order of the place where they complete, then of the rule."""

    n: int
    signals: tuple[Signal, ...]


def western_electric(
    values: Collection[Value],
    *,
    centre: SupportsFloat = 0.0,
    sigma: SupportsFloat = 1.0,
    rules: Collection[int] = RULES,
) -> Signals:
    """Rules 1 to 4 of Western Electric on values in order of time, standardised by `centre` and `sigma` (their unit).

    Source: Western Electric, Statistical Quality Control Handbook (1956), pp. 25-28; Montgomery, Introduction to
    Statistical Quality Control, section 5.3.6. A rule completes at a point that lies in the zone itself:

    1. one point beyond three sigma;
    2. two of three successive points beyond two sigma on the same side;
    3. four of five beyond one sigma on the same side;
    4. eight in a row on the same side of the centre.

    A point exactly on a limit (to a billionth of a sigma) is not beyond it. A point exactly on the centre is on neither
    side and ends a run. Missing points (`None`) take no part: rules look at the points that are there, in their order, and
    a run goes on over a gap. Two points beyond two sigma with nothing before them complete rule 2 already, since no third
    could undo it; so do four for rule 3. A rule that holds at several points in a row is a signal at each. When sigma is 0,
    a point off the centre is beyond every limit. Places count from 0 and include the missing. `ValueError` names a value
    that is no number, a negative sigma and an unknown rule.

    >>> [(signal.rule, signal.place) for signal in western_electric([0, 2.5, 1.0, 2.6, 0]).signals]
    [(2, 3)]
    """
    middle, spread = finite(centre, "centre"), not_negative(sigma, "sigma")
    scores = [None if value is None else standardised(value, middle, spread) for value in series(values)]
    return Signals(sum(score is not None for score in scores), signals_among(scores, rules))


def standardised(value: float, centre: float, sigma: float) -> float:
    """How many sigma the value lies above the centre; without scatter, infinitely far unless it is on the centre."""
    gap = value - centre
    if sigma > 0:
        return gap / sigma
    return 0.0 if gap == 0 else float("inf") if gap > 0 else float("-inf")


def signals_among(scores: Sequence[float | None], rules: Collection[int] = RULES, start: int = 0) -> tuple[Signal, ...]:
    """The signals among standardised values (infinite ones too); places count from `start`."""
    for rule in rules:
        if rule not in ZONES:
            raise ValueError(f"rules has {rule}; it is of {', '.join(map(str, ZONES))}")
    points = [(place, score) for place, score in enumerate(scores, start) if score is not None]
    found = [
        signal
        for rule in sorted(set(rules))
        for above in (True, False)
        for signal in _of_one_rule(points, rule, above=above)
    ]
    return tuple(sorted(found, key=lambda signal: (signal.place, signal.rule)))


def _of_one_rule(points: Sequence[tuple[int, float]], rule: int, *, above: bool) -> list[Signal]:
    window, needed, reach = ZONES[rule]
    side = 1 if above else -1
    found = []
    recent: list[tuple[int, int]] = []  # order and place of the points in the zone that the window still holds
    for order, (place, score) in enumerate(points):
        if side * score <= reach + ROUNDING:
            continue
        recent = [each for each in recent if each[0] > order - window]
        recent.append((order, place))
        if len(recent) >= needed:
            found.append(Signal(rule, place, tuple(each[1] for each in recent), above))
    return found
