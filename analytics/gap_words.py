"""Gaps between two sides of the same calls, or of matched pairs of calls, in a reader's words."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import words
from analytics.figures import Share
from analytics.results import Estimate


def pairs(count: int | None) -> str:
    if count is None:
        return words.not_shown()
    return ngettext("%(count)s pair", "%(count)s pairs", count) % {"count": words.whole(count)}


def signed(found: Estimate) -> str:
    """“+5.1 (+2.0 to +8.2)”, without the interval where there is none."""
    if found.exact is None:
        return "–"
    if found.low is None or found.high is None:
        return words.signed(found.exact)
    return words.signed_with_ends(found.exact, found.low, found.high)


def size(found: Estimate, unit: str = "") -> str:
    """“7.2 points (5.1 to 9.3)”: how large, whichever way it goes. `unit` is that of points by default."""
    if found.exact is None:
        return "–"
    turn = 1 if found.exact >= 0 else -1
    unit = unit or _("points")
    if found.low is None or found.high is None:
        return f"{words.points(abs(found.exact))} {unit}"
    low, high = sorted((turn * found.low, turn * found.high))
    places = words.digits(low, high)
    return f"{words.points(abs(found.exact), places)} {unit} ({words.interval(low, high, places)})"


def share(found: Share) -> str:
    """“1.8 % (1.1 to 2.8 %)”: with a digit behind the point, for what is rare."""
    if found.value is None:
        return words.share_in_words(found)
    sign = f"{words.NARROW_SPACE}%"
    return f"{words.points(found.value)}{sign} ({words.interval(found.low, found.high)}{sign})"


def direction(found: Estimate) -> int:
    """1 or -1 for a gap that survived correction, 0 for one that did not."""
    if not found.clear or found.exact is None:
        return 0
    return 1 if found.exact > 0 else -1


def with_sizes(found: Iterable[tuple[str, Estimate]], most: int = 4) -> str:
    """“Klachten 7.2 points (5.1 to 9.3) and Afval 3.1 points (1.0 to 5.2)”, the largest first."""
    largest = sorted(found, key=lambda each: -abs(each[1].exact or Fraction(0)))
    return words.listed([f"{name} {size(each)}" for name, each in largest], most)


def of_dominant(found: Estimate, unit: str = "") -> str:
    """What dominant callers get, in words; the gap is calm minus dominant. `unit` is that of points by default."""
    facts = {"size": size(found, unit), "gap": for_dominant(found, unit)}
    way = direction(found)
    if found.withheld:
        return words.not_shown_why()
    if found.exact is None:
        return _("no pairs")
    if way > 0:
        return _("dominant callers get %(size)s less") % facts
    if way < 0:
        return _("dominant callers get %(size)s more") % facts
    if found.p is None:
        return _("too few for an interval: %(gap)s") % facts
    return _("no clear difference: %(gap)s") % facts


def for_dominant(found: Estimate, unit: str = "") -> str:
    """“9.8 points less for dominant callers (3.1 to 16.4)”, clear or not; each end says its way where they differ in it."""
    less, more = _("%(size)s less for dominant callers"), _("%(size)s more for dominant callers")
    return _either_way(found, less, more, unit or _("points"))


def which_way(found: Estimate) -> str:
    """“9.8 less (3.1 to 16.4)”, where a heading says of whom, and of what."""
    return _either_way(found, _("%(size)s less"), _("%(size)s more"))


def _either_way(found: Estimate, less: str, more: str, unit: str = "") -> str:
    if found.exact is None:
        return "–"
    places = 1 if found.low is None or found.high is None else words.digits(found.low, found.high)
    size_of = {"size": f"{words.points(abs(found.exact), places)} {unit}".rstrip()}
    said = (less if found.exact >= 0 else more) % size_of
    if found.low is None or found.high is None:
        return said
    low, high = sorted((abs(found.low), abs(found.high)))
    if found.low < 0 < found.high:
        sides = {"more": words.points(-found.low, places), "less": words.points(found.high, places)}
        between = _("%(more)s more to %(less)s less") % sides
        return f"{said} ({between})"
    return f"{said} ({words.interval(low, high, places)})"


def may_be_chance(found: Estimate, tested: int) -> str:
    """Why a gap whose interval leaves zero out is not called clear: it is one of many that were tested."""
    if found.p is None or found.clear or found.low is None or found.high is None or found.low <= 0 <= found.high:
        return ""
    return _("one of %(count)s differences tested: may be chance") % {"count": words.whole(tested)}


def ends(found: Sequence[Estimate]) -> list[float]:
    """Everything that a drawing of them must hold: values and ends of intervals."""
    seen = [each for one in found for each in (one.exact, one.low, one.high)]
    return [float(each) for each in seen if each is not None]
