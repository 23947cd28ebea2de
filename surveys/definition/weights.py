"""Weights as people see them: shares of the whole form that always add up to 100 %.

A document keeps whole numbers, of a section within the form and of an item within its section. These functions work on
documents, finished or not, so that a page can show a draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Any, Final

from .parts import MAX_WEIGHT

Shares = dict[str, Fraction]
_WHOLE: Final = Fraction(1)


def item_weights(section: Mapping[str, Any]) -> dict[str, int]:
    """Weights of the section's scored items by code; when all are 0 they weigh the same."""
    found = {item["code"]: item["weight"] for item in section["items"] if item["scored"]}
    return found if any(found.values()) else dict.fromkeys(found, 1)


def section_weights(document: Mapping[str, Any]) -> dict[str, int]:
    """Weights of the sections that have something to score; the others count nowhere, whatever their weight."""
    return {s["code"]: s["weight"] for s in document["sections"] if sum(item_weights(s).values())}


def section_shares(document: Mapping[str, Any]) -> Shares:
    """Share of the form of every section that has something to score; they sum to 1, or are all 0."""
    return _parts(section_weights(document))


def item_shares(document: Mapping[str, Any]) -> Shares:
    """Share of the form of every scored item; they sum to 1, or are all 0."""
    whole = section_shares(document)
    return {
        code: whole.get(section["code"], Fraction(0)) * part
        for section in document["sections"]
        for code, part in _parts(item_weights(section)).items()
    }


def tenths(shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares in tenths of a percent, rounded so that they sum to what they are together (largest remainders first)."""
    exact = {key: share * 1000 for key, share in shares.items()}
    rounded = {key: int(value) for key, value in exact.items()}
    missing = round(sum(exact.values())) - sum(rounded.values())
    behind = sorted(exact, key=lambda key: rounded[key] - exact[key])
    return rounded | {key: rounded[key] + 1 for key in behind[:missing]}


def spread(weights: Mapping[str, int], typed: Mapping[str, Fraction]) -> Shares:
    """New shares after some were typed: those stay, the others divide the rest in their old proportion.

    `typed` is in the order of typing. When the typed ones leave nothing to divide, or too much with nobody to take it, the
    one typed first gives way.
    """
    fixed = {key: min(max(share, Fraction(0)), _WHOLE) for key, share in typed.items() if key in weights}
    while fixed and (sum(fixed.values()) > 1 or (len(fixed) == len(weights) and sum(fixed.values()) != 1)):
        del fixed[next(iter(fixed))]
    rest = _WHOLE - sum(fixed.values())
    free = {key: weight for key, weight in weights.items() if key not in fixed}
    parts = _parts(free)
    if not any(parts.values()):
        parts = dict.fromkeys(free, Fraction(1, len(free) or 1))
    return {key: fixed[key] if key in fixed else rest * parts[key] for key in weights}


def as_weights(shares: Mapping[str, Fraction]) -> dict[str, int]:
    """The smallest whole numbers in these proportions; to a hundredth of a percent where exact ones would be too large."""
    common = lcm(1, *(share.denominator for share in shares.values()))
    if common > MAX_WEIGHT:
        exact = {key: share * MAX_WEIGHT for key, share in shares.items()}
        whole = {key: int(value) for key, value in exact.items()}
        behind = sorted(exact, key=lambda key: whole[key] - exact[key])
        extra = behind[: round(sum(exact.values())) - sum(whole.values())]
        found = whole | {key: whole[key] + 1 for key in extra}
    else:
        found = {key: int(share * common) for key, share in shares.items()}
    divisor = gcd(0, *found.values()) or 1
    return {key: value // divisor for key, value in found.items()}


def _parts(weights: Mapping[str, int]) -> Shares:
    total = sum(weights.values())
    return {key: Fraction(weight, total) if total else Fraction(0) for key, weight in weights.items()}
