"""Gaps on a page: in words, and as a dot in its interval around zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from analytics import gap_words
from analytics.crowds import parted
from analytics.reports import aspects
from analytics.reports.tone import Line
from analytics.results import Estimate

register = template.Library()

register.filter("signed_gap", gap_words.signed)
register.filter("which_way", gap_words.which_way)
register.filter("gap_direction", gap_words.direction)
register.filter("pairs", gap_words.pairs)
register.filter("fine_share", gap_words.share)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a gap stands, in percent of the width, zero in the middle."""

    middle: str
    low: str | None
    high: str | None
    kind: str


@register.filter
def parted_gaps(lines: Sequence[aspects.Line]) -> tuple[tuple[aspects.Line, ...], tuple[aspects.Line, ...]]:
    """The departments to show at once, and the others where there are many."""
    return parted(lines, lambda line: line.within.gap.clear)


@register.filter
def gap_reach(lines: Iterable[Line]) -> float:
    """How far the common axis of these rows goes from zero, on both sides."""
    return max((abs(end) for end in gap_words.ends([each.gap.estimate for each in lines])), default=0.0) or 1.0


@register.inclusion_tag("analytics/topics/gap.html")
def gap_dot(found: Estimate, reach: float) -> dict[str, Any]:
    """A gap on the axis that goes `reach` to both sides."""

    def place(value: float) -> str:
        return f"{50 + 48 * value / reach:.2f}%"

    if found.exact is None:
        return {"gap": None}
    low, high = (None if end is None else place(float(end)) for end in (found.low, found.high))
    kind = {1: "less", 0: "open", -1: "more"}[gap_words.direction(found)]
    return {"gap": Drawn(place(float(found.exact)), low, high, kind)}
