"""The additive parts of calls: what a row of a frame holds, added up over any rows, exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Parts:
    """Additive parts of some calls: what a row of a frame holds, added up over any rows."""

    held: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.held.get(name, 0)

    def sums(self, measure: str) -> Sums:
        held = self.held.get
        n, total, squares = _names(measure)
        return Sums(held(n, 0), held(total, 0), held(squares, 0))


NOTHING = Parts({})


@cache
def _names(measure: str) -> tuple[str, str, str]:
    return f"n_{measure}", f"sum_{measure}", f"squares_{measure}"


def parts(frame: "pd.DataFrame", keys: Sequence[str]) -> dict[tuple[object, ...], Parts]:
    """The rows of a frame by their keys; integers as Python's, which do not overflow."""
    names = [name for name in frame.columns if name.startswith(("n_", "sum_", "squares_"))]
    rows = frame[list(keys)].itertuples(index=False, name=None), frame[names].to_numpy().tolist()
    return {key: Parts(dict(zip(names, map(int, values), strict=True))) for key, values in zip(*rows, strict=True)}


def together(several: Iterable[Parts]) -> Parts:
    several = tuple(several)
    if len(several) == 1:
        return several[0]
    held: dict[str, int] = {}
    for each in several:
        for name, value in each.held.items():
            held[name] = held.get(name, 0) + value
    return Parts(held)
