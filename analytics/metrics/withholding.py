"""What must not be shown, because it rests on too few calls or would give away what does."""

from collections.abc import Iterable, Mapping, Sequence


def withheld(
    sizes: Mapping[int, int],
    within: Mapping[int, frozenset[int]],
    smallest: Mapping[int, int],
    hidden: Iterable[int] = (),
) -> set[int]:
    """Which nodes of a tree must not be shown: those that rest on too few calls, and totals that would give one away.

    `sizes` is how many calls each node rests on, `within` the departments it is made of, in an order in which every
    node comes after those below it; `hidden` are withheld anyway. A total is safe when what it holds beyond the largest
    shown nodes below it is nothing, or enough.
    """
    found = set(hidden)
    shown: list[int] = []
    for node, departments in within.items():
        below = [other for other in shown if within[other] < departments]
        highest = [other for other in below if not any(within[other] < within[another] for another in below)]
        rest = sizes[node] - sum(sizes[other] for other in highest)
        if 0 < rest < smallest[node]:
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


def withheld_departments(sizes: Mapping[int, int], smallest: int, hidden: Iterable[int] = ()) -> tuple[set[int], bool]:
    """Which of departments beside each other must not be shown, and whether their total must not be either.

    The total is withheld when what it holds beyond the departments shown is too little. `hidden` are withheld anyway.
    """
    total = min(sizes, default=0) - 1
    within = {key: frozenset({key}) for key in sizes} | {total: frozenset(sizes)}
    whole = dict(sizes) | {total: sum(sizes.values())}
    found = withheld(whole, within, dict.fromkeys(within, smallest), hidden)
    return found - {total}, total in found
