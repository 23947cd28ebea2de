"""What must not be shown, because it rests on too few calls or would give away what does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


def withheld(
    sizes: Mapping[int, int | Sequence[int]],
    within: Mapping[int, frozenset[int]],
    smallest: Mapping[int, int],
    hidden: Iterable[int] = (),
    *,
    spare_totals: bool = False,
) -> set[int]:
    """Which nodes of a tree must not be shown: those that rest on too few calls, and totals that would give one away.

    `sizes` is how many calls each node rests on, `within` the departments it is made of, in an order in which every
    node comes after those below it; `hidden` are withheld anyway. A total is safe when what it holds beyond the largest
    shown nodes below it is nothing, or enough. Where sizes are several numbers (the calls of each month) all of them are,
    and of several departments: that of one, minus its other months, might tell it. `spare_totals`: where withholding the
    smallest departments beside makes it enough, these go instead of the total; never those whose calls the reader knows.
    """
    tree = _Tree({node: (size,) if isinstance(size, int) else tuple(size) for node, size in sizes.items()}, within)
    found = set(hidden)
    shown: list[int] = []
    for node in within:
        highest = tree.highest(node, shown)
        if tree.is_safe(node, highest, smallest[node]):
            if node not in found:
                shown.append(node)
            continue
        beside = [each for each in highest if spare_totals and len(within[each]) == 1 and smallest[each] > 1]
        others = tree.cheapest(node, highest, beside, smallest[node]) if node not in found else ()
        if others:
            found.update(others)
            shown = [each for each in shown if each not in others]
            shown.append(node)
        else:
            found.add(node)
    return found


# How many departments are withheld beside a small one at most, and among how many of the smallest they are looked for.
BESIDE, LOOKED_AT = 2, 6


@dataclass(frozen=True, slots=True)
class _Tree:
    """The calls of every node, in each of the same places (one, or one a month)."""

    counts: Mapping[int, tuple[int, ...]]
    within: Mapping[int, frozenset[int]]

    def highest(self, node: int, shown: Iterable[int]) -> list[int]:
        """The largest shown nodes below this one."""
        below = [other for other in shown if self.within[other] < self.within[node]]
        return [each for each in below if not any(self.within[each] < self.within[other] for other in below)]

    def is_safe(self, node: int, highest: Collection[int], smallest: int) -> bool:
        """Whether what the node holds beyond these is nothing or enough, in every place."""
        rest = [
            size - sum(of)
            for size, *of in zip(self.counts[node], *(self.counts[each] for each in highest), strict=True)
        ]
        if any(0 < size < smallest for size in rest):
            return False
        if len(rest) == 1 or len(self.within[node]) == 1:
            return True
        covered = frozenset[int]().union(*(self.within[each] for each in highest))
        loose = [self.counts[key] for key in self.within[node] - covered if self.within.get(key) == frozenset({key})]
        # Departments that others are part of may have calls of their own, which no node tells.
        return all(
            not size or sum(each[place] > 0 for each in loose) + (size > sum(each[place] for each in loose)) > 1
            for place, size in enumerate(rest)
        )

    def cheapest(self, node: int, highest: Collection[int], beside: Iterable[int], smallest: int) -> tuple[int, ...]:
        """The fewest and smallest of `beside` without which the node is safe; none where they do not help."""
        candidates = sorted(beside, key=lambda each: (sum(self.counts[each]), each))[:LOOKED_AT]
        for count in range(1, BESIDE + 1):
            for several in combinations(candidates, count):
                if self.is_safe(node, [each for each in highest if each not in several], smallest):
                    return several
        return ()


def withheld_periods(sizes: Sequence[int], smallest: int, hidden: Iterable[int] = ()) -> set[int]:
    """Which periods of a series must not be shown: those with too few calls, and, as long as these are together too
    few, the smallest others, so that none can be worked out from the whole.
    """
    found = {place for place, size in enumerate(sizes) if 0 < size < smallest} | set(hidden)
    others = sorted((size, place) for place, size in enumerate(sizes) if size and place not in found)
    while found and 0 < sum(sizes[place] for place in found) < smallest and others:
        found.add(others.pop(0)[1])
    return found


def withheld_departments(
    sizes: Mapping[int, int], smallest: int, hidden: Iterable[int] = (), totals: Iterable[frozenset[int]] = ()
) -> tuple[set[int], bool]:
    """Which of departments beside each other must not be shown, and whether their total must not be either.

    The total is withheld when what it holds beyond the departments shown is too little. `hidden` are withheld anyway.
    `totals` are the departments of smaller totals, the smallest first, of which the same is told elsewhere.
    """
    if smallest <= 1:
        return set(hidden).intersection(sizes), False
    within = {key: frozenset({key}) for key in sizes}
    everything = frozenset(sizes)
    others = dict.fromkeys(part for each in totals if 1 < len(part := each & everything) < len(everything))
    total = min(sizes, default=0) - 1
    within |= {total - place: part for place, part in enumerate(others, 1)} | {total: everything}
    whole = {node: sum(sizes[key] for key in keys) for node, keys in within.items()}
    found = withheld(whole, within, dict.fromkeys(within, smallest), hidden)
    return found.intersection(sizes), total in found
