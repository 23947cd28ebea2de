"""How evaluators fill in: how soon after the call, whether they tell dimensions apart, and what rules found striking."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from analytics.figures import Share, rounded
from analytics.metrics.means import share

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# Handed in this soon after the call began, what was heard is fresh.
SOON_MINUTES: Final = 15
# Nearly the same: all scores of a call within so many hundredths of a point; of fewer dimensions it happens by chance.
ALIKE_WITHIN: Final = 500
FEWEST_DIMENSIONS: Final = 3
FULL: Final = 10_000


@dataclass(frozen=True, slots=True)
class Habit:
    """One evaluator, over `n` calls.

    `alike` is the share of calls in which all dimensions got nearly the same score, of those with `FEWEST_DIMENSIONS` or
    more that are not all full marks. `soon` is the share handed in within `SOON_MINUTES` of the call's beginning, and
    `minutes` the median time that took.
    """

    evaluator: int
    n: int
    alike: Share
    soon: Share
    minutes: Decimal | None


def habits(frame: "pd.DataFrame", smallest: int = 1) -> tuple[Habit, ...]:
    """Every evaluator of the frame `habits`, in order of key."""
    dimensions = [name for name in frame.columns if name not in {"evaluator", "seconds"}]
    scores = frame[dimensions].to_numpy(dtype="float64", na_value=float("nan"))
    who, seconds = frame["evaluator"].to_numpy(), frame["seconds"].to_numpy()
    found = []
    for key in sorted({int(each) for each in who}):
        mine = who == key
        known = [int(each) for each in seconds[mine]]
        found.append(
            Habit(
                key,
                len(known),
                share(*_alike(scores[mine]), smallest),
                share(sum(each <= 60 * SOON_MINUTES for each in known), len(known), smallest),
                None if len(known) < smallest else rounded(Fraction(median(known)) / 60),
            )
        )
    return tuple(found)


def _alike(scores: "NDArray[Any]") -> tuple[int, int]:
    """In how many calls (rows) all dimensions are nearly alike, and how many could tell."""
    import numpy as np

    known = ~np.isnan(scores)
    lowest, highest = (np.where(known, scores, edge) for edge in (np.inf, -np.inf))
    lowest, highest = lowest.min(axis=1, initial=np.inf), highest.max(axis=1, initial=-np.inf)
    tells = (known.sum(axis=1) >= FEWEST_DIMENSIONS) & (lowest < FULL)
    return int((tells & (highest - lowest <= ALIKE_WITHIN)).sum()), int(tells.sum())


@dataclass(frozen=True, slots=True)
class Flagged:
    """Of one evaluator's calls those in which a rule found something, and how many each rule found."""

    evaluator: int
    share: Share
    rules: Mapping[str, int]


def flagged(frame: "pd.DataFrame", smallest: int = 1) -> tuple[Flagged, ...]:
    """Every evaluator of the frame `flagged`, in order of key."""
    rules = [name for name in frame.columns if name not in {"evaluator", "n_calls", "n_flagged"}]
    found = []
    for row in frame.sort_values("evaluator").to_dict("records"):
        counted = share(int(row["n_flagged"]), int(row["n_calls"]), smallest)
        by_rule = {} if counted.withheld else {str(rule): int(row[rule]) for rule in rules}
        found.append(Flagged(int(row["evaluator"]), counted, by_rule))
    return tuple(found)
