"""Do two scorers say the same, beyond what chance would give?"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from analytics.stats.intervals import LEVEL, normal_quantile


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over `n` pairs with its interval; `share` is the plain share of pairs that agree."""

    n: int
    share: float
    kappa: float
    low: float
    high: float


def cohen(pairs: Sequence[tuple[Hashable, Hashable]], level: float = LEVEL) -> Kappa | None:
    """Cohen's kappa of two scorers over the same calls, unweighted, with its large-sample interval.

    Source: Cohen (1960), Educational and Psychological Measurement 20:37-46; the standard error of Fleiss, Cohen & Everitt
    (1969), Psychological Bulletin 72:323-327. `pairs` are (first, second) in categories of any kind. `None` without pairs,
    and when chance alone would make every pair agree (one category), where kappa says nothing.

    >>> table = {("a", "b"): 4, ("a", "c"): 1, ("b", "b"): 8, ("c", "b"): 1, ("c", "c"): 5}
    >>> result = cohen([pair for pair, count in table.items() for _each in range(count)])
    >>> round(result.kappa, 4), round(result.low, 4), round(result.high, 4)
    (0.4842, 0.2137, 0.7547)
    """
    n = len(pairs)
    cells = Counter(pairs)
    rows, columns = Counter(first for first, _second in pairs), Counter(second for _first, second in pairs)
    if not n:
        return None
    expected = sum(rows[each] * columns[each] for each in rows) / n**2
    if expected >= 1:
        return None
    observed = sum(count for (first, second), count in cells.items() if first == second) / n
    kappa = (observed - expected) / (1 - expected)
    error = math.sqrt(max(_variance(cells, rows, columns, observed, expected), 0.0))
    half = normal_quantile((1 + level) / 2) * error
    return Kappa(n=n, share=observed, kappa=kappa, low=max(kappa - half, -1.0), high=min(kappa + half, 1.0))


def _variance(
    cells: Counter[tuple[Hashable, Hashable]],
    rows: Counter[Hashable],
    columns: Counter[Hashable],
    observed: float,
    expected: float,
) -> float:
    """Formula 13 of Fleiss, Cohen & Everitt."""
    n = cells.total()
    agreeing = differing = 0.0
    for (first, second), count in cells.items():
        share, margins = count / n, (columns[first] + rows[second]) / n
        if first == second:
            margins = (rows[first] + columns[first]) / n
            agreeing += share * ((1 - expected) - margins * (1 - observed)) ** 2
        else:
            differing += share * margins**2
    rest = (observed * expected - 2 * expected + observed) ** 2
    return (agreeing + (1 - observed) ** 2 * differing - rest) / (n * (1 - expected) ** 4)
