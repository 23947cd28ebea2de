"""The additive parts of calls: what a row of a frame holds, added up over any rows, exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        return Sums(self[f"n_{measure}"], self[f"sum_{measure}"], self[f"squares_{measure}"])


NOTHING = Parts({})


def parts(frame: "pd.DataFrame", keys: Sequence[str]) -> dict[tuple[object, ...], Parts]:
    """The rows of a frame by their keys; integers as Python's, which do not overflow."""
    names = [name for name in frame.columns if name.startswith(("n_", "sum_", "squares_"))]
    found = {}
    for key, values in zip(
        frame[list(keys)].itertuples(index=False, name=None),
        frame[names].itertuples(index=False, name=None),
        strict=True,
    ):
        found[key] = Parts({name: int(value) for name, value in zip(names, values, strict=True)})
    return found


def together(several: Iterable[Parts]) -> Parts:
    held: dict[str, int] = {}
    for each in several:
        for name, value in each.held.items():
            held[name] = held.get(name, 0) + value
    return Parts(held)
