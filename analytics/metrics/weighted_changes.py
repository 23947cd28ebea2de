"""Which changes between two periods are still clear under other reasonable weights."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analytics.answered import AnsweredCalls
from analytics.figures import rounded
from analytics.metrics.means import change, corrected, mean
from analytics.metrics.weightings import Conclusion
from analytics.rescoring import NO_SCORE, OWN, Weighting, effective_scores
from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def weighted_changes(
    before: tuple[AnsweredCalls, Sequence[int]],
    now: tuple[AnsweredCalls, Sequence[int]],
    weightings: Sequence[Weighting],
    smallest: int = 1,
) -> tuple[Conclusion, ...]:
    """The departments whose mean changed clearly under the version's own weights, as "rose" or "fell", and in how many
    alternatives they did so too.

    `before` and `now` are calls with the department of each, in two periods; both are answers to one version. A change is Welch's comparison of the two means, clear when it
    survives the correction (Benjamini & Hochberg) over all departments under the same weighting. Fewer than `smallest`
    calls in either period are not looked at.
    """
    keys = sorted({*before[1], *now[1]})
    made = [OWN, *weightings]
    sides = [_sums(calls, departments, keys, made) for calls, departments in (before, now)]
    own, *others = (
        _directions(keys, *(side[place] for side in sides), smallest=smallest) for place in range(len(made))
    )
    return tuple(_conclusion(key, direction, others, weightings) for key, direction in own.items())


def _directions(keys: Sequence[int], before: list[Sums], now: list[Sums], *, smallest: int) -> dict[int, int]:
    """The departments that changed clearly: 1 up, -1 down."""
    changes = [change(mean(a, smallest), mean(b, smallest)) for a, b in zip(before, now, strict=True)]
    judged, _drifts = corrected(changes, [])
    return {
        key: 1 if each.exact > 0 else -1
        for key, each in zip(keys, judged, strict=True)
        if each is not None and each.clear
    }


def _conclusion(
    key: int, direction: int, others: Sequence[Mapping[int, int]], weightings: Sequence[Weighting]
) -> Conclusion:
    fails = tuple(each.name for each, found in zip(weightings, others, strict=True) if found.get(key, 0) != direction)
    n, held = len(weightings), len(weightings) - len(fails)
    value = rounded(Fraction(100 * held, n)) if n else None
    return Conclusion("rose" if direction > 0 else "fell", (key,), n, held, value, fails)


def _sums(
    calls: AnsweredCalls, departments: Sequence[int], keys: Sequence[int], weightings: Sequence[Weighting]
) -> list[list[Sums]]:
    """By weighting and department (in the order of `keys`) the sums of the scores."""
    import numpy as np

    places = {key: place for place, key in enumerate(keys)}
    where = np.array([places[key] for key in departments], dtype=np.int64)
    return [_by_place(row, where, len(keys)) for row in effective_scores(calls, weightings)]


def _by_place(scores: "NDArray[np.int32]", where: "NDArray[Any]", count: int) -> list[Sums]:
    import numpy as np

    known = scores != NO_SCORE
    values, where = scores[known].astype(float), where[known]
    # Whole numbers below 2^53: these sums are exact.
    sizes = np.bincount(where, minlength=count)
    totals = np.bincount(where, weights=values, minlength=count)
    squares = np.bincount(where, weights=values * values, minlength=count)
    return [Sums(int(n), int(t), int(s)) for n, t, s in zip(sizes, totals, squares, strict=True)]
