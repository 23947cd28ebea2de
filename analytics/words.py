"""Numbers, dates and names as the reader reads them. On a page a Dutch number has its comma; files and the API do not ask here."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache

from django.utils.dates import WEEKDAYS as DAYS_FROM_MONDAY
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, gettext_lazy, ngettext, override, pgettext_lazy
from django.utils.translation import gettext as _

from analytics import registry
from analytics.figures import Change, Drift, Mean, Share, rounded
from analytics.filters import LAST_YEAR, Filters
from analytics.registry import METRICS

# Keeps a number and its sign on one line.
NARROW_SPACE = "\u202f"

MEASURES = {key: METRICS[key].name for key in registry.MEASURES}
# Where there is room for some fifty pixels: a translation may hold soft hyphens, at which a long word breaks.
HEADINGS = {
    "greeting": pgettext_lazy("narrow heading", "greeting"),
    "phrasing": pgettext_lazy("narrow heading", "phrasing"),
    "callback": pgettext_lazy("narrow heading", "callback"),
    "listening": pgettext_lazy("narrow heading", "listening"),
    "tone": pgettext_lazy("narrow heading", "tone"),
}
PERIODS = {
    "last_month": gettext_lazy("last month"),
    "last_quarter": gettext_lazy("last quarter"),
    "last_half_year": gettext_lazy("last half year"),
    "last_year": gettext_lazy("last year"),
    "all": gettext_lazy("all calls"),
    "dates": gettext_lazy("chosen dates"),
}
STYLES = {"calm": gettext_lazy("calm"), "dominant": gettext_lazy("dominant")}
WEEKDAYS = {number + 1: name for number, name in DAYS_FROM_MONDAY.items()}
STEPS = {"month": gettext_lazy("month"), "week": gettext_lazy("week")}


def measure(name: str) -> str:
    """A measure's name as a heading."""
    return capital(str(MEASURES[name]))


def left_out(reason: str, count: int) -> str:
    """A reason with its number: “12 returned”."""
    words = {
        "submitted": ngettext("%(count)s waiting for review", "%(count)s waiting for review", count),
        "returned": ngettext("%(count)s returned", "%(count)s returned", count),
        "draft": ngettext("%(count)s draft", "%(count)s drafts", count),
        "voided": ngettext("%(count)s voided", "%(count)s voided", count),
        "second": ngettext("%(count)s second scoring", "%(count)s second scorings", count),
        "calibration": ngettext("%(count)s calibration", "%(count)s calibrations", count),
        "gold": ngettext("%(count)s gold call", "%(count)s gold calls", count),
        "approved": ngettext("%(count)s of a wave not open yet", "%(count)s of a wave not open yet", count),
    }
    return words[reason] % {"count": whole(count)}


def number(value: Decimal | Fraction | int, places: int) -> str:
    if not isinstance(value, Decimal) or -int(value.as_tuple().exponent) != places:
        value = rounded(value, places)
    marks = _marks(get_language() or "en")
    return f"{abs(value):,f}".translate(marks)


@cache
def _marks(language: str) -> dict[int, str]:
    """The marks of a number in this language, for those of Python. Django looks them up again for each number it writes."""
    with override(language):
        return str.maketrans({".": str(get_format("DECIMAL_SEPARATOR")), ",": str(get_format("THOUSAND_SEPARATOR"))})


def whole(value: int) -> str:
    return number(value, 0)


def points(value: Decimal | Fraction | None, places: int = 1) -> str:
    """A number of points; a real minus sign before a negative one."""
    if value is None:
        return "–"
    return ("−" if rounded(value, places) < 0 else "") + number(value, places)


def signed(value: Decimal | Fraction, places: int = 1) -> str:
    return ("−" if rounded(value, places) < 0 else "+") + number(value, places)


def interval(low: Decimal | None, high: Decimal | None, places: int = 1) -> str:
    if low is None or high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": points(low, places), "high": points(high, places)}


def calls(count: int | None) -> str:
    if count is None:
        return _("too few calls")
    return ngettext("%(count)s call", "%(count)s calls", count) % {"count": whole(count)}


def mean_in_words(mean: Mean) -> str:
    """“71.2 points (68.0 to 74.4), 61 calls”."""
    if mean.withheld:
        return _("too few calls to show")
    if mean.exact is None:
        return _("no calls")
    words = {"points": points(mean.exact), "interval": interval(mean.low, mean.high), "calls": calls(mean.n)}
    if mean.low is None:
        return _("%(points)s points, %(calls)s, too few for an interval") % words
    return _("%(points)s points (%(interval)s), %(calls)s") % words


def change_in_words(change: Change) -> str:
    """“+5.1 (+2.0 to +8.2)”."""
    low, high = signed(change.low), signed(change.high)
    interval = _("%(low)s to %(high)s") % {"low": low, "high": high}
    return f"{signed(change.exact)} ({interval})"


def drift_in_words(drift: Drift, by: str) -> str:
    """“−1.1 a month (−1.5 to −0.7)”."""
    facts = {"points": signed(drift.value), "low": signed(drift.low), "high": signed(drift.high)}
    if by == "month":
        return _("%(points)s a month (%(low)s to %(high)s)") % facts
    return _("%(points)s a week (%(low)s to %(high)s)") % facts


def course(periods: int, by: str) -> str:
    """“a month over 12 months”."""
    if by == "month":
        return _("a month over %(count)s months") % {"count": periods}
    return _("a week over %(count)s weeks") % {"count": periods}


def percent(value: Decimal) -> str:
    return f"{points(value, 0)}{NARROW_SPACE}%"


def share_in_words(share: Share) -> str:
    if share.value is None:
        return _("too few calls to show") if share.withheld else _("no calls")
    return f"{percent(share.value)} ({interval(share.low, share.high, 0)}{NARROW_SPACE}%)"


def day(value: dt.date) -> str:
    return date_format(value, "j F Y")


def short_month(value: dt.date) -> str:
    """“Oct”, and in a language that writes months in lower case “okt”."""
    return date_format(value, "b" if "b" in str(get_format("SHORT_DATE_FORMAT")) else "M")


def short_day(value: dt.date) -> str:
    return f"{value.day} {short_month(value)}"


def period_of(start: dt.date, by: str) -> str:
    """A month or week by name: “March 2026”, “week of 2 March 2026”."""
    if by == "month":
        return date_format(start, "F Y")
    return _("week of %(day)s") % {"day": day(start)}


def dates(filters: Filters) -> str:
    """The period in dates: “1 January to 31 March 2026”."""
    if filters.start is None:
        return _("up to %(end)s") % {"end": day(filters.end)}
    same_year = filters.start.year == filters.end.year
    start = date_format(filters.start, "j F") if same_year else day(filters.start)
    return _("%(start)s to %(end)s") % {"start": start, "end": day(filters.end)}


def before(filters: Filters) -> str:
    """What a change is measured against: “the 13 weeks before”."""
    if filters.before is None:
        return ""
    if filters.against == LAST_YEAR:
        return _("the same weeks a year before")
    first, last = filters.before
    if filters.against_from is not None or filters.weeks is None:
        return _("%(start)s to %(end)s") % {"start": day(first), "end": day(last)}
    return ngettext("the week before", "the %(count)s weeks before", filters.weeks) % {"count": filters.weeks}


def listed(names: Sequence[str], most: int = 4) -> str:
    """“Afval, Belastingen and Burgerzaken”; “…, and 3 others” when there are many."""
    if len(names) > most:
        return _("%(names)s and %(count)s others") % {"names": ", ".join(names[:most]), "count": len(names) - most}
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
