"""The quality of the measurement on a page: agreement and corrected scores as dots in their intervals."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from analytics import gap_words, marks, words
from analytics.figures import rounded
from analytics.metrics.twice import STEER, Reliability
from analytics.reports.agreed import Asked
from analytics.reports.strictness import Shifted
from analytics.results import Estimate

register = template.Library()

# Where an axis of agreement begins; whoever agrees less than that agrees no better than by chance.
LEAST = -0.2

register.filter("leaning_direction", gap_words.direction)


@register.filter
def verdict_words(verdict: str) -> str:
    return {
        "not": _("Do not steer on these questions"),
        "tentatively": _("Steer tentatively: only together with other questions"),
        "firmly": _("Can be relied upon"),
        "alike": _("All answers alike: nothing to tell"),
        "few": _("Too few pairs to tell"),
    }[verdict]


@register.filter
def alpha_words(found: Reliability) -> str:
    """“0.48 (0.02 to 0.78)”."""
    if found.exact is None or found.value is None:
        return "–"
    # Where no pair differs no other draw of the pairs does: an interval from 1 to 1 says nothing.
    ends = "" if found.low == found.high else words.interval(found.low, found.high, 2)
    return f"{words.points(found.value, 2)} ({ends})" if ends else words.points(found.value, 2)


@register.inclusion_tag("analytics/topics/scale.html")
def alpha_scale(asked: Asked) -> dict[str, Any]:
    """From `LEAST` to 1, with the bound of steering."""
    alpha = asked.found.alpha
    ends = {"low": alpha.low, "middle": alpha.exact, "high": alpha.high, "zero": STEER}
    return {name: None if end is None else _place(float(end), LEAST, 1.0) for name, end in ends.items()}


@register.inclusion_tag("analytics/topics/scale.html")
def shift_scale(each: Shifted, axis: marks.Axis) -> dict[str, Any]:
    """From the open dot, as scored, to the full one, corrected, on the axis that all departments have in common."""
    found = each.found.estimate
    ends = {"low": found.low, "middle": found.value, "high": found.high, "before": each.found.raw, "zero": None}
    return {name: None if end is None else axis.place(float(end)) for name, end in ends.items()}


@register.simple_tag
def shift_ends(lines: Iterable[Shifted]) -> marks.Axis:
    seen: list[Decimal] = []
    for each in lines:
        found = each.found.estimate
        seen += [end for end in (found.low, found.high, found.value, each.found.raw) if end is not None]
    if not seen:
        return marks.Axis(0, 100)
    return marks.Axis(int(min(seen) // 5) * 5, -int(-max(seen) // 5) * 5 + 5)


def _place(value: float, least: float, most: float) -> str:
    return f"{3 + 94 * (min(max(value, least), most) - least) / (most - least):.2f}%"


@register.filter
def ends_of(found: Estimate) -> str:
    """“84.2 to 87.8”."""
    return words.interval(found.low, found.high)


@register.filter
def signed_points(value: Decimal | None) -> str:
    if value is None:
        return "–"
    return words.signed(value) if rounded(value, 1) else words.points(Decimal(0))
