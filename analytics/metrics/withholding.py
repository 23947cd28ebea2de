"""What must not be shown, because it rests on too few calls or would give away what does."""

from collections.abc import Iterable, Mapping, Sequence


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
    shown nodes below it is nothing, or enough. Where sizes are several numbers (the calls of each month) all of them are.
    `spare_totals`: where withholding the smallest department beside makes it enough, that goes instead of the total.
    """
    counts = {node: (size,) if isinstance(size, int) else tuple(size) for node, size in sizes.items()}
    found = set(hidden)
    shown: list[int] = []
    for node, departments in within.items():
        below = [other for other in shown if within[other] < departments]
        highest = [other for other in below if not any(within[other] < within[another] for another in below)]
        rest = [size - sum(of) for size, *of in zip(counts[node], *map(counts.__getitem__, highest), strict=True)]
        too_few = [place for place, size in enumerate(rest) if 0 < size < smallest[node]]
        other = None
        if too_few and spare_totals and node not in found:
            single = [each for each in highest if len(within[each]) == 1]
            enough = [each for each in single if all(counts[each][place] >= smallest[node] for place in too_few)]
            other = min(enough, key=lambda each: (sum(counts[each]), each), default=None)
        if other is not None:
            found.add(other)
            shown.remove(other)
        if too_few and other is None:
            found.add(node)
        elif node not in found:
            shown.append(node)
    return found


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
    within = {key: frozenset({key}) for key in sizes}
    everything = frozenset(sizes)
    others = dict.fromkeys(part for each in totals if 1 < len(part := each & everything) < len(everything))
    total = min(sizes, default=0) - 1
    within |= {total - place: part for place, part in enumerate(others, 1)} | {total: everything}
    whole = {node: sum(sizes[key] for key in keys) for node, keys in within.items()}
    found = withheld(whole, within, dict.fromkeys(within, smallest), hidden)
    return found.intersection(sizes), total in found
