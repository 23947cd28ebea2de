"""How scores are spread: the calls in each band of five points, and where the middle half of them lies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from analytics.metrics.withholding import withheld_departments

if TYPE_CHECKING:
    import pandas as pd

BINS: Final = 20
WIDTH: Final = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """The scores of `n` calls; `bins` are how many lie in each step of `WIDTH` points, the last with 100 too; none
    without calls and for readers of totals.

    The middle call lies in `median`, and the middle half of the calls from `lower` to `upper`: the bins of the
    quartiles, each as (low, high) in points.
    """

    n: int | None = 0
    bins: tuple[int, ...] = ()
    lower: tuple[int, int] | None = None
    median: tuple[int, int] | None = None
    upper: tuple[int, int] | None = None
    withheld: bool = False


WITHHELD_SPREAD = Spread(n=None, withheld=True)


@dataclass(frozen=True, slots=True)
class Spreads:
    whole: Spread
    departments: Mapping[int, Spread]


def spreads(frame: "pd.DataFrame", smallest: int = 1, totals: Iterable[frozenset[int]] = ()) -> Spreads:
    """The spread of the scores over all departments and in each, from the frame `bins`.

    A department below `smallest` calls is withheld, and the whole where it would give such a department away. Where
    there is such a limit bins are not told either: few calls in one are a call or two. `totals`: see `withheld_departments`.
    """
    found: dict[int, list[int]] = {}
    for department, number, n in frame[["department", "bin", "n"]].itertuples(index=False, name=None):
        if not 0 <= number < BINS:
            raise ValueError(f"bin is {number}; there are {BINS}, from 0")
        found.setdefault(int(department), [0] * BINS)[int(number)] += int(n)
    hidden, whole_hidden = withheld_departments({key: sum(each) for key, each in found.items()}, smallest, (), totals)
    together = [sum(column) for column in zip(*found.values(), strict=True)]
    return Spreads(
        whole=WITHHELD_SPREAD if whole_hidden else _spread(together, smallest),
        departments={
            key: WITHHELD_SPREAD if key in hidden else _spread(each, smallest) for key, each in sorted(found.items())
        },
    )


def _spread(counts: Iterable[int], smallest: int) -> Spread:
    held = list(counts)
    n = sum(held)
    if not n:
        return Spread()
    bins = tuple(held) if smallest == 1 else ()
    lower, median, upper = (_bin_of(held, Fraction(part, 4) * n) for part in (1, 2, 3))
    return Spread(n, bins, lower, median, upper)


def _bin_of(counts: Iterable[int], rank: Fraction) -> tuple[int, int]:
    """The bin of the first call that this many calls, or more, are up to."""
    so_far = 0
    for place, count in enumerate(counts):
        so_far += count
        if so_far >= rank:
            return WIDTH * place, WIDTH * (place + 1)
    raise ValueError(f"rank is {rank}; there are {so_far} calls")
