"""Numbers, dates and names as the reader reads them. On a page a Dutch number has its comma; files and the API do not ask here."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache

from django.utils.dates import WEEKDAYS as DAYS_FROM_MONDAY
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, gettext_lazy, ngettext, override, pgettext_lazy
from django.utils.translation import gettext as _

from analytics import quarters, registry
from analytics.figures import UNITS, Change, Drift, Mean, Share, rounded
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


def section(dimension: str, title: str) -> str:
    """A checklist's section by the name that its dimension has elsewhere, with its own title where that is another."""
    name = measure(dimension) if dimension in MEASURES and dimension != "other" else title
    return name if name.casefold() == title.casefold() or not title else f"{name} ({title})"


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


def lacking(reason: str, count: int) -> str:
    """How many of the calls tell nothing of what is drawn, and why: “24 of them without a score (…)”.

    `reason` is "seconds", "pair", "aspects" or a measure.
    """
    facts = {"count": whole(count), "measure": MEASURES.get(reason, "")}
    texts = {
        "score": ngettext(
            "%(count)s of them without a score (nothing could be scored, as when nobody answers)",
            "%(count)s of them without a score (nothing could be scored, as when nobody answers)",
            count,
        ),
        "seconds": ngettext(
            "%(count)s of them without seconds until the answer (nobody answered, or it was not noted)",
            "%(count)s of them without seconds until the answer (nobody answered, or it was not noted)",
            count,
        ),
        "pair": ngettext(
            "%(count)s of them in no pair (as when no call with the same question and the other manner was left)",
            "%(count)s of them in no pair (as when no call with the same question and the other manner was left)",
            count,
        ),
        "aspects": ngettext(
            "%(count)s of them with a score of only one of the two",
            "%(count)s of them with a score of only one of the two",
            count,
        ),
    }
    others = ngettext(
        "%(count)s of them without points for %(measure)s (it did not come up)",
        "%(count)s of them without points for %(measure)s (it did not come up)",
        count,
    )
    return texts.get(reason, others) % facts


def number(value: Decimal | Fraction | int, places: int) -> str:
    """A number without its sign."""
    return _marked(
        f"{abs(value):,}" if isinstance(value, int) and not places else f"{abs(_to_places(value, places)):,f}"
    )


def _marked(text: str) -> str:
    # Most numbers of calls have no mark at all, and asking for the language takes longer than writing them.
    return text if text.isdigit() else text.translate(marks())


def _to_places(value: Decimal | Fraction | int, places: int) -> Decimal:
    if isinstance(value, Decimal) and places in UNITS:
        return value.quantize(UNITS[places], ROUND_HALF_EVEN)
    return rounded(value, places)


def marks() -> dict[int, str]:
    """The marks of a number for the reader, for those of Python."""
    return _marks(get_language() or "en")


@cache
def _marks(language: str) -> dict[int, str]:
    """The marks of a number in this language. Django looks them up again for each number it writes."""
    with override(language):
        return str.maketrans({".": str(get_format("DECIMAL_SEPARATOR")), ",": str(get_format("THOUSAND_SEPARATOR"))})


def whole(value: int) -> str:
    return number(value, 0)


def points(value: Decimal | Fraction | None, places: int = 1) -> str:
    """A number of points; a real minus sign before a negative one."""
    if value is None:
        return "–"
    value = _to_places(value, places)
    return ("−" if value < 0 else "") + _marked(f"{abs(value):,f}")


def signed(value: Decimal | Fraction, places: int = 1) -> str:
    value = _to_places(value, places)
    return ("−" if value < 0 else "+") + _marked(f"{abs(value):,f}")


def interval(low: Decimal | None, high: Decimal | None, places: int = 1) -> str:
    if low is None or high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": points(low, places), "high": points(high, places)}


def not_shown() -> str:
    """What stands where a figure is withheld, whichever the reason: the words must not tell one from the other."""
    return _("not shown")


def not_shown_why() -> str:
    """Where there is room: both reasons together, never which of them it is."""
    return _("not shown: too few calls, or others could be worked out from it")


def calls(count: int | None) -> str:
    if count is None:
        return not_shown()
    return ngettext("%(count)s call", "%(count)s calls", count) % {"count": whole(count)}


def mean_in_words(mean: Mean) -> str:
    """“71.2 points (68.0 to 74.4), 61 calls”."""
    if mean.withheld:
        return not_shown_why()
    if mean.exact is None:
        return _("no calls")
    words = {"points": points(mean.exact), "interval": interval(mean.low, mean.high), "calls": calls(mean.n)}
    if mean.low is None:
        return _("%(points)s points, %(calls)s, too few for an interval") % words
    return _("%(points)s points (%(interval)s), %(calls)s") % words


def digits(low: Decimal, high: Decimal) -> int:
    """One more than usual where an end would read 0.0 and is not: “+0.0 to +0.4” is not “more than chance”."""
    return 2 if any(each and not _to_places(each, 1) for each in (low, high)) else 1


def signed_ends(low: Decimal, high: Decimal) -> str:
    """“+2.0 to +8.2”."""
    places = digits(low, high)
    return _("%(low)s to %(high)s") % {"low": signed(low, places), "high": signed(high, places)}


def signed_with_ends(value: Decimal | Fraction, low: Decimal, high: Decimal) -> str:
    """“+5.1 (+2.0 to +8.2)”, all with the same digits."""
    return f"{signed(value, digits(low, high))} ({signed_ends(low, high)})"


def change_in_words(change: Change) -> str:
    """“+5.1 (+2.0 to +8.2)”."""
    return signed_with_ends(change.exact, change.low, change.high)


def drift_in_words(drift: Drift, by: str) -> str:
    """“−1.1 a month (−1.5 to −0.7)”."""
    points_, low, high = (signed(each, digits(drift.low, drift.high)) for each in (drift.value, drift.low, drift.high))
    facts = {"points": points_, "low": low, "high": high}
    if by == "month":
        return _("%(points)s a month (%(low)s to %(high)s)") % facts
    return _("%(points)s a week (%(low)s to %(high)s)") % facts


def course(periods: int, by: str) -> str:
    """“a month over the last 12 months as a whole”: within it the newest may go the other way."""
    if by == "month":
        return _("a month over the last %(count)s months as a whole") % {"count": periods}
    return _("a week over the last %(count)s weeks as a whole") % {"count": periods}


def percent(value: Decimal, places: int = 0) -> str:
    return f"{points(value, places)}{NARROW_SPACE}%"


def share_percent(share: Share) -> str:
    """“17 %”, or “0.3 %” where only a digit more tells the ends of its interval apart."""
    return "–" if share.value is None else percent(share.value, _share_places(share))


def share_ends(share: Share) -> str:
    """“15 to 20 %”; never “0 to 0 %”."""
    if share.low is None or share.high is None or share.low == share.high:
        return ""
    return f"{interval(share.low, share.high, _share_places(share))}{NARROW_SPACE}%"


def _share_places(share: Share) -> int:
    """As few digits as tell the ends of the interval apart."""
    if share.low is None or share.high is None:
        return 0
    low, high = share.low, share.high
    return next((places for places in (0, 1, 2) if _to_places(low, places) != _to_places(high, places)), 0)


def share_in_words(share: Share) -> str:
    if share.value is None:
        return not_shown_why() if share.withheld else _("no calls")
    ends = share_ends(share)
    return f"{share_percent(share)} ({ends})" if ends else share_percent(share)


def into_the_call(second: int) -> str:
    """“at 1 min 12 s into the call”: a moment that nobody takes for a time of the day."""
    minutes, seconds = divmod(second, 60)
    facts = {"minutes": minutes, "seconds": seconds}
    if not minutes:
        return _("at %(seconds)s s into the call") % facts
    return _("at %(minutes)s min %(seconds)s s into the call") % facts


def day(value: dt.date) -> str:
    return date_format(value, "j F Y")


def short_month(value: dt.date) -> str:
    """“Oct”, and in a language that writes months in lower case “okt”."""
    return date_format(value, "b" if "b" in str(get_format("SHORT_DATE_FORMAT")) else "M")


def short_day(value: dt.date) -> str:
    return f"{value.day} {short_month(value)}"


def period(name: str) -> str:
    """A chosen period by name: “last month”, “1st quarter of 2026”."""
    quarter = quarters.named(name)
    if quarter is None:
        return str(PERIODS[name])
    ordinals = {1: _("1st quarter"), 2: _("2nd quarter"), 3: _("3rd quarter"), 4: _("4th quarter")}
    return _("%(quarter)s of %(year)s") % {"quarter": ordinals[quarter.number], "year": quarter.year}


def period_of(start: dt.date, by: str) -> str:
    """A month or week by name: “March 2026”, “week of 2 March 2026”."""
    if by == "month":
        return date_format(start, "F Y")
    return _("week of %(day)s") % {"day": day(start)}


def dates(filters: Filters) -> str:
    """The period in dates: “1 January to 31 March 2026”."""
    return between(filters.start, filters.end)


def between(start: dt.date | None, end: dt.date) -> str:
    if start is None:
        return _("up to %(end)s") % {"end": day(end)}
    if start == end:
        return day(end)
    first = date_format(start, "j F") if start.year == end.year else day(start)
    return _("%(start)s to %(end)s") % {"start": first, "end": day(end)}


def before(filters: Filters) -> str:
    """What a change is measured against: “the 13 weeks before”."""
    if filters.before is None:
        return ""
    if quarter := filters.quarter:
        before = _("the %(quarter)s") % {"quarter": period(quarter.back(1).name)}
        return _("the same quarter a year before") if filters.against == LAST_YEAR else before
    if filters.against == LAST_YEAR:
        return _("the same weeks a year before")
    first, last = filters.before
    if filters.against_from is not None or filters.weeks is None:
        return day(last) if first == last else _("%(start)s to %(end)s") % {"start": day(first), "end": day(last)}
    return ngettext("the week before", "the %(count)s weeks before", filters.weeks) % {"count": filters.weeks}


def listed(names: Sequence[str], most: int = 4) -> str:
    """“Afval, Belastingen and Burgerzaken”; “…, and 3 others” when there are many. No single name hides behind a number."""
    if len(names) > most + 1:
        rest = len(names) - most
        text = ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", rest)
        return text % {"names": ", ".join(names[:most]), "count": rest}
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
