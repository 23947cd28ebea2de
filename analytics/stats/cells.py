"""Calls added up by the combination of their levels (department, scenario, evaluator ...), and which levels the design
lets us compare.

A model that only knows a call's levels needs no more of the calls than this: how many there are of each combination, their
mean, and what their squares add up to around it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Codes = NDArray[np.intp]

# A null vector's entries are about 1 / sqrt(levels); what differs less than this is equal but for rounding.
SAME = 1e-6
# Squares of larger values, summed, would leave the range of numbers.
LARGEST = 10**100
# Entries up to which a matrix is held in full.
DENSE = 5_000_000
# One beyond the largest integer of numpy.
INTEGERS = 2**63
# Weights that differ by more than this leave no digits for the smaller ones.
WIDEST = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Calls by combination of levels; one row per combination that occurs.

    `levels` are the labels of every factor in order of first appearance, `codes` (combinations x factors) their
    positions. `weights` are the sums of the calls' weights (1 each unless given), `means` their weighted means in the unit
    of the values, `within` the weighted sum of squares of single values around the mean of their combination.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[Hashable, ...], ...]
    codes: Codes
    counts: Codes
    weights: Array
    means: Array
    within: float
    log_weights: float

    @property
    def n(self) -> int:
        """How many calls."""
        return int(self.counts.sum())

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many levels each factor has."""
        return tuple(len(labels) for labels in self.levels)

    def position(self, name: str) -> int:
        """Which factor bears this name."""
        if name not in self.names:
            raise ValueError(f"{name!r} is not one of the factors {', '.join(map(repr, self.names))}")
        return self.names.index(name)

    def calls_by_level(self, factor: int) -> Codes:
        """Calls per level of a factor."""
        import numpy as np

        # As floats they are exact up to 2**53 calls.
        return np.bincount(self.codes[:, factor], self.counts, self.sizes[factor]).astype(np.intp)

    def mean_by_level(self, factor: int) -> Array:
        """The weighted mean per level of a factor."""
        import numpy as np

        size, codes = self.sizes[factor], self.codes[:, factor]
        total = np.bincount(codes, weights=self.weights * self.means, minlength=size)
        result: Array = total / np.bincount(codes, weights=self.weights, minlength=size)
        return result


def cells_of(
    values: Collection[Any], factors: Mapping[str, Collection[Any]], *, weights: Collection[Any] | None = None
) -> Cells:
    """Add single values up by combination of levels.

    Args:
        values: one number per call.
        factors: per factor its name and the label of each call, any hashable; no label may be missing.
        weights: positive, per call: a value of weight w has the variance of the mean of w values. `None` is 1 each.

    Raises:
        ValueError: a value or weight that is not a finite number, weights a million times larger than others, a missing
            label, unequal lengths, no factor.
    """
    import numpy as np

    if not factors:
        raise ValueError("factors is empty; calls are added up by at least one")
    numbers = _numbers("values", values)
    parts = np.ones(len(numbers)) if weights is None else _numbers("weights", weights)
    if len(parts) != len(numbers):
        raise ValueError(f"weights has {len(parts)} entries for {len(numbers)} values")
    if (low := parts <= 0).any():
        raise ValueError(f"weights[{int(low.argmax())}] is {parts[low.argmax()]}; a weight is positive")
    if len(parts) and parts.max() > WIDEST * parts.min():
        raise ValueError(
            f"weights run from {parts.min()} to {parts.max()}; beside such large ones the small say nothing"
        )
    coded = [_coded(name, labels, len(numbers)) for name, labels in factors.items()]
    codes, where = _combinations(np.column_stack([code for code, _labels in coded]))
    counts = np.bincount(where, minlength=len(codes))
    summed = np.bincount(where, weights=parts, minlength=len(codes)).astype(float)
    # Deviations from the first value keep their digits when all values are large and alike.
    shift = numbers[0] if len(numbers) else 0.0
    means = np.bincount(where, weights=parts * (numbers - shift), minlength=len(codes)) / summed
    within = float(np.sum(parts * (numbers - shift - means[where]) ** 2))
    return Cells(
        names=tuple(factors),
        levels=tuple(labels for _code, labels in coded),
        codes=codes,
        counts=counts,
        weights=summed,
        means=means + shift,
        within=within,
        log_weights=float(np.log(parts).sum()),
    )


def cells_of_sums(names: Sequence[str], sums: Mapping[tuple[Hashable, ...], Sums]) -> Cells:
    """The same from sums that were added up before: per combination of labels, in the order of `names`, its `Sums`.

    Combinations without calls are left out. `ValueError` for a combination with another number of labels than `names`.
    """
    import numpy as np

    if not names:
        raise ValueError("names is empty; calls are added up by at least one factor")
    filled = {labels: each for labels, each in sums.items() if each.n}
    for labels, each in filled.items():
        if len(labels) != len(names):
            raise ValueError(f"{labels!r} has {len(labels)} labels for {len(names)} factors")
        if each.squares > LARGEST**2:
            raise ValueError(f"{labels!r} has {each}; its values are too large to be squared")
    coded = [_coded(name, [labels[at] for labels in filled], len(filled)) for at, name in enumerate(names)]
    counts = np.array([each.n for each in filled.values()], dtype=np.intp)
    # Integers divide exactly up to one rounding; floats would lose the difference of the squares.
    within = [(each.n * each.squares - each.total * each.total) / each.n for each in filled.values()]
    return Cells(
        names=tuple(names),
        levels=tuple(labels for _code, labels in coded),
        codes=np.column_stack([code for code, _labels in coded]),
        counts=counts,
        weights=counts.astype(float),
        means=np.array([each.total / each.n for each in filled.values()], dtype=float),
        within=float(sum(within)),
        log_weights=0.0,
    )


def cells_of_columns(
    factors: Mapping[str, Collection[Any]], n: Collection[int], totals: Collection[int], squares: Collection[int]
) -> Cells:
    """The same from columns: per combination of labels how many values, their sum and the sum of their squares.

    `factors` holds the label of each combination, per factor; a combination may stand in several rows only if all are added
    up as combinations of their own. Those without values are left out. `ValueError` for a missing label, unequal lengths,
    and squares that are less than their values' could be.
    """
    import numpy as np

    counts, sums, squared = (np.asarray(each) for each in (n, totals, squares))
    filled = counts > 0
    coded = [_factorised(name, np.asarray(labels), filled) for name, labels in factors.items()]
    counts, sums, squared = counts[filled], sums[filled], squared[filled]
    # Integers divide exactly up to one rounding; those of numpy would wrap around where Python's go on.
    if len(counts) and int(counts.max()) * int(squared.max()) >= INTEGERS:
        counts, sums, squared = (each.astype(object) for each in (counts, sums, squared))
    spread = counts * squared - sums * sums
    if (low := spread < 0).any():
        at = int(low.argmax())
        raise ValueError(f"squares is {squared[at]}; {counts[at]} values with sum {sums[at]} have larger squares")
    weights = counts.astype(float)
    return Cells(
        names=tuple(factors),
        levels=tuple(labels for _code, labels in coded),
        codes=np.column_stack([code for code, _labels in coded]),
        counts=counts.astype(np.intp),
        weights=weights,
        means=sums.astype(float) / weights,
        within=float((spread / counts).sum()) if len(counts) else 0.0,
        log_weights=0.0,
    )


def comparable(cells: Cells, name: str) -> tuple[tuple[Hashable, ...], ...]:
    """Groups of the levels of one factor that the other factors let us compare.

    Two levels are comparable when the difference of their effects can be estimated with every factor's effects unknown
    (estimability: Searle 1971, Linear Models, section 5.4; connectedness: Weeks & Williams 1964, Technometrics 6:319-324).
    For two factors the groups are the connected components of their bipartite graph; with more, two levels may be linked by
    each of the others and still be confounded by all together, which is found too.

    One group means that all levels can be compared. Labels in order of first appearance.
    """
    factor = cells.position(name)
    labels = cells.levels[factor]
    if len(cells.names) == 2:
        return _components(cells, factor)
    null = _null_space(cells, factor)
    if (abs(null - null[:1]) < SAME).all():
        return (labels,) if labels else ()
    groups: list[list[int]] = []
    for level, row in enumerate(null):
        home = next((group for group in groups if abs(null[group[0]] - row).max(initial=0.0) < SAME), None)
        if home is None:
            groups.append([level])
        else:
            home.append(level)
    return tuple(tuple(labels[level] for level in group) for group in groups)


def _components(cells: Cells, factor: int) -> tuple[tuple[Hashable, ...], ...]:
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    own, others = cells.codes[:, factor], cells.codes[:, 1 - factor] + cells.sizes[factor]
    graph = coo_array((np.ones(len(own)), (own, others)), shape=(sum(cells.sizes), sum(cells.sizes)))
    _count, home = connected_components(graph, directed=False)
    groups: dict[int, list[Hashable]] = {}
    for place, label in zip(home, cells.levels[factor], strict=False):
        groups.setdefault(int(place), []).append(label)
    return tuple(tuple(group) for group in groups.values())


def crossed(cells: Cells, one: int, others: Sequence[int], weights: Array) -> Any:
    """How much weight the combinations of each level of one factor with each of the others have, these side by side.

    Held in full up to `DENSE` entries: full matrices are multiplied much faster. Weights are those of the combinations.
    """
    import numpy as np
    from scipy.sparse import coo_array, hstack

    rows, codes = cells.sizes[one], cells.codes
    if rows * sum(cells.sizes[each] for each in others) <= DENSE:
        places = [(codes[:, one] * cells.sizes[each] + codes[:, each], cells.sizes[each]) for each in others]
        tables = [
            np.bincount(place, weights=weights, minlength=rows * size).reshape(rows, size) for place, size in places
        ]
        return np.hstack([np.zeros((rows, 0)), *tables])
    shapes = [(each, (rows, cells.sizes[each])) for each in others]
    parts = [coo_array((weights, (codes[:, one], codes[:, each])), shape=shape) for each, shape in shapes]
    return hstack(parts, format="csr")


def dense(matrix: Any) -> Array:
    """A matrix in full, whether or not it was sparse."""
    import numpy as np

    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=float)


def largest(cells: Cells) -> int:
    """The factor with most levels: its block of the normal equations is diagonal, so it is eliminated first."""
    return max(range(len(cells.names)), key=lambda factor: cells.sizes[factor])


def _null_space(cells: Cells, factor: int) -> Array:
    """What can be added to the effects of a factor's levels (rows) and taken from other factors' without a trace.

    Every combination counts once: how many calls it has does not matter to what can be compared.
    """
    import numpy as np
    from scipy.linalg import eigh

    first = largest(cells)
    others = [each for each in range(len(cells.names)) if each != first]
    if not others or not len(cells.codes):
        return np.zeros((cells.sizes[factor], 0))
    once = np.ones(len(cells.codes))
    link = crossed(cells, first, others, once)
    inner = np.vstack([dense(crossed(cells, each, others, once)) for each in others])
    per_level = np.bincount(cells.codes[:, first], minlength=cells.sizes[first]).astype(float)
    scale = 1 / np.sqrt(inner.diagonal())
    left = inner - dense(link.T @ (link * (1 / per_level)[:, None]))
    values, vectors = eigh(left * np.outer(scale, scale))
    # The scaled matrix has eigenvalues 0..number of factors; a chain of thousands of levels still has them above this.
    null = vectors[:, values < 1e-10] * scale[:, None]
    if factor == first:
        result: Array = -(link @ null) / per_level[:, None]
        return result
    start = sum(cells.sizes[each] for each in others[: others.index(factor)])
    block: Array = null[start : start + cells.sizes[factor]]
    return block


def _numbers(name: str, values: Collection[Any]) -> Array:
    import numpy as np

    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} holds what is not a number: {error}") from error
    if numbers.ndim != 1:
        raise ValueError(f"{name} has {numbers.ndim} dimensions; one number per call is wanted")
    if not np.isfinite(numbers).all():
        at = int(np.argmin(np.isfinite(numbers)))
        raise ValueError(f"{name}[{at}] is {list(values)[at]!r}; a finite number is wanted")
    if (large := np.abs(numbers) > LARGEST).any():
        raise ValueError(f"{name}[{int(large.argmax())}] is {numbers[large.argmax()]}; it is too large to be squared")
    return numbers


def _coded(name: str, labels: Collection[Any], count: int) -> tuple[Codes, tuple[Hashable, ...]]:
    import numpy as np

    if len(labels) != count:
        raise ValueError(f"{name!r} has {len(labels)} labels for {count} values")
    index: dict[Hashable, int] = {}
    codes = np.fromiter((index.setdefault(label, len(index)) for label in labels), dtype=np.intp, count=count)
    for label in index:
        if label is None or label != label:  # noqa: PLR0124 - only "not a number" differs from itself
            raise ValueError(f"{name!r} has the label {label!r}; every call has a level of every factor")
    return codes, tuple(index)


def _factorised(name: str, labels: Any, filled: Any) -> tuple[Codes, tuple[Hashable, ...]]:
    """As `_coded`, of the labels of an array that are `filled`."""
    import pandas as pd

    if len(labels) != len(filled):
        raise ValueError(f"{name!r} has {len(labels)} labels for {len(filled)} combinations")
    codes, known = pd.factorize(labels[filled])
    if (codes < 0).any():
        raise ValueError(f"{name!r} lacks a label; every combination has a level of every factor")
    return codes, tuple(known.tolist())


def _combinations(codes: Codes) -> tuple[Codes, Codes]:
    """The rows that occur, once each, and for every row of `codes` which of them it is."""
    import numpy as np

    where = np.zeros(len(codes), dtype=np.intp)
    for column in codes.T:
        # Renumbered at every step, so that the product of many numbers of levels cannot overflow.
        key = where * (int(column.max(initial=0)) + 1) + column
        where = np.unique(key, return_inverse=True)[1]
    first = np.unique(where, return_index=True)[1]
    return codes[first], where
