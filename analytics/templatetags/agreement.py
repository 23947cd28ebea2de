"""Figures about agreement on a page."""

from fractions import Fraction

from django import template
from django.utils.translation import gettext as _

from analytics import words
from analytics.agreement import Average
from analytics.agreement_pages import in_percent
from analytics.figures import rounded
from analytics.stats.agreement import Kappa
from analytics.stats.intervals import Proportion

register = template.Library()


@register.filter
def average_percent(average: Average) -> str:
    return in_percent(average)


@register.filter
def of_all(share: Proportion) -> str:
    """ "25 of 31"."""
    return _("%(some)s of %(all)s") % {"some": words.whole(share.successes), "all": words.whole(share.n)}


@register.filter
def share_percent(share: Proportion) -> str:
    """ "81 % (64 to 91 %)"."""
    low, high = rounded(100 * share.low), rounded(100 * share.high)
    sign = f"{words.NARROW_SPACE}%"
    return f"{words.points(Fraction(100 * share.successes, share.n), 0)}{sign} ({words.interval(low, high, 0)}{sign})"


@register.filter
def beyond_chance(kappa: Kappa | None) -> str:
    """ "0.62 (0.31 to 0.93)"; a dash where all answers were alike, of which it says nothing."""
    if kappa is None:
        return "–"
    low, high = rounded(kappa.low), rounded(kappa.high)
    if low == high:
        # All pairs alike in how they agree: the formula knows no doubt, and the number alone claims less.
        return words.points(rounded(kappa.kappa), 2)
    return f"{words.points(rounded(kappa.kappa), 2)} ({words.interval(low, high, 2)})"


@register.filter
def signed_hundredths(gap: int | None) -> str:
    if not gap:
        return "–" if gap is None else words.points(Fraction(0))
    return words.signed(Fraction(gap, 100))
