"""Many tests at once: which of the differences hold, by the rule that is asked for.

The procedure of Benjamini & Hochberg stands in `comparison`; Holm's and Bonferroni's stand here, and `correct` chooses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, SupportsFloat

from analytics.stats.comparison import ALPHA, Correction, benjamini_hochberg
from analytics.stats.given import inside, number, one_of

Rule = Literal["bh", "holm", "bonferroni"]

__all__ = ["Corrected", "Correction", "benjamini_hochberg", "bonferroni", "correct", "holm"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """As `Correction`, with places for tests that could not be made.

    `n` counts the tests that were; a missing one is `None` in `adjusted` and not rejected.
    """

    n: int
    rejected: tuple[bool, ...]
    adjusted: tuple[float | None, ...]


def correct(p_values: Sequence[SupportsFloat | None], *, method: Rule = "bh", alpha: float = ALPHA) -> Corrected:
    """Corrects p-values for their number; `None` among them keeps its place and is not counted as a test.

    `method`: "bh" (Benjamini & Hochberg 1995, keeps the false discovery rate at `alpha`), "holm" or "bonferroni" (both keep
    the chance of any false rejection there). In any order in, in the same order out.

    >>> correct([0.01, None, 0.04], method="bonferroni").adjusted
    (0.02, None, 0.08)
    """
    rules: dict[str, Callable[[Sequence[float], float], Correction]] = {
        "bh": benjamini_hochberg,
        "holm": holm,
        "bonferroni": bonferroni,
    }
    one_of("method", method, rules)
    present = {place: number("p_values", p) for place, p in enumerate(p_values) if p is not None}
    found = rules[method](list(present.values()), inside("alpha", alpha))
    rejected = [False] * len(p_values)
    adjusted: list[float | None] = [None] * len(p_values)
    for index, place in enumerate(present):
        rejected[place], adjusted[place] = found.rejected[index], found.adjusted[index]
    return Corrected(found.n, tuple(rejected), tuple(adjusted))


def holm(p_values: Sequence[float], alpha: float = ALPHA) -> Correction:
    """Holm's step-down procedure: the chance of any false rejection stays at or below `alpha`, whatever the dependence.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65-70; adjusted p-values after Wright (1992), Biometrics
    48:1005-1013. P-values 0..1 in any order in; decisions and adjusted p-values in the same order out.

    >>> holm([0.01, 0.04, 0.03]).adjusted
    (0.03, 0.06, 0.06)
    """
    values = _checked(p_values)
    count = len(values)
    adjusted = [1.0] * count
    largest = 0.0
    for rank, index in enumerate(sorted(range(count), key=values.__getitem__)):
        largest = max(largest, min(1.0, values[index] * (count - rank)))
        adjusted[index] = largest
    return _correction(adjusted, alpha)


def bonferroni(p_values: Sequence[float], alpha: float = ALPHA) -> Correction:
    """Bonferroni's correction: each p-value times the number of tests.

    Source: Dunn (1961), JASA 56:52-64. In and out as `holm`.

    >>> bonferroni([0.01, 0.04]).rejected
    (True, False)
    """
    values = _checked(p_values)
    return _correction([min(1.0, p * len(values)) for p in values], alpha)


def _checked(p_values: Sequence[float]) -> list[float]:
    values = [number("p_values", p) for p in p_values]
    for p in values:
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is not a p-value")
    return values


def _correction(adjusted: Sequence[float], alpha: float) -> Correction:
    inside("alpha", alpha)
    return Correction(len(adjusted), tuple(p <= alpha for p in adjusted), tuple(adjusted))
