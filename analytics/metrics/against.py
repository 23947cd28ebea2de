"""Shares against each other: a department against all others, later attempts against the first, either against a norm."""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Final, TypeVar

from analytics.figures import Share
from analytics.results import Estimate, estimate, judged_by_key
from analytics.stats.shares import share_difference

Key = TypeVar("Key", bound=Hashable)

# Cochran's rule: the chi-square test holds where at least so many are expected in every cell.
EXPECTED: Final = 5


def against_others(shares: Mapping[Key, Share]) -> dict[Key, Estimate]:
    """Each share minus that of all others together, in percentage points, corrected for all tests made.

    `stats.shares.share_difference`. A share that is withheld takes no part; one with too few calls for the test
    (`EXPECTED`), or nothing to compare it with, has no entry.
    """
    known = {key: (each.count or 0, each.n or 0) for key, each in shares.items() if each.n}
    count, n = (sum(part) for part in zip(*known.values(), strict=True)) if known else (0, 0)
    found = {key: _gap(each, (count - each[0], n - each[1])) for key, each in known.items()}
    return judged_by_key({key: each for key, each in found.items() if each is not None})


def against_one(shares: Mapping[Key, Share], base: Key) -> dict[Key, Estimate]:
    """Each other share minus that of `base`, as `against_others`."""
    first = shares[base]
    found = {
        key: _gap((each.count or 0, each.n or 0), (first.count or 0, first.n or 0))
        for key, each in shares.items()
        if key != base
    }
    return judged_by_key({key: each for key, each in found.items() if each is not None})


def against_norm(shares: Mapping[Key, Share], norm: int) -> dict[Key, Estimate]:
    """Each share minus a norm in percent, in percentage points, corrected for all tests made.

    The interval is Wilson's, the test the exact binomial one. A share without calls, or withheld, has no entry.
    """
    found: dict[Key, Estimate] = {}
    for key, each in shares.items():
        if not each.n or each.low is None or each.high is None:
            continue
        p = _exact(each.count or 0, each.n, norm / 100)
        distance = Fraction(100 * (each.count or 0), each.n) - norm
        found[key] = estimate(each.n, distance, (Fraction(each.low) - norm, Fraction(each.high) - norm), p)
    return judged_by_key(found)


def _exact(count: int, n: int, chance: float) -> float:
    """The exact binomial test, both tails: twice the smaller of them (Clopper & Pearson 1934, Biometrika 26:404-413)."""
    from scipy.special import bdtr, bdtrc

    lower, upper = float(bdtr(count, n, chance)), float(bdtrc(count - 1, n, chance)) if count else 1.0
    return min(2 * min(lower, upper), 1.0)


def _gap(one: tuple[int, int], other: tuple[int, int]) -> Estimate | None:
    (count, n), (count_other, n_other) = one, other
    both, together = n + n_other, count + count_other
    if not both or min(n, n_other) * min(together, both - together) < EXPECTED * both:
        return None
    found = share_difference(count, n, count_other, n_other)
    if found is None:
        return None
    distance = Fraction(100 * count, n) - Fraction(100 * count_other, n_other)
    return estimate(n, distance, (100 * found.low, 100 * found.high), found.p)
