"""What the pages about questions and phrases draw inside their tables: cells, small scales and histograms."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache, partial
from itertools import groupby, islice
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import marks, words
from analytics.figures import Mean, Share
from analytics.filters import ALL_TOGETHER
from analytics.metrics.spread import WIDTH
from analytics.reports.drivers import Behaviour
from analytics.reports.heard import EXEMPLARY, HARMFUL, Heard, PlaceHeard, Said
from analytics.reports.places import call_page, page_of
from analytics.reports.questions import HeatCell, Moved, share_in_words
from analytics.reports.spreads import Spreading
from analytics.results import Estimate

register = template.Library()

# A histogram's size in its own units: a bar is five wide, as the step of points is.
TALL = 40


@register.filter
def share_of(mean: Mean) -> str:
    return share_in_words(mean)


@register.filter
def cell_shade(cell: HeatCell) -> str:
    mean = cell.item.earned if cell.item else Mean()
    return marks.shade(mean, None if cell.distance is None else float(cell.distance))


@register.filter
def cell_facts(cell: HeatCell) -> str:
    """“34 % (25 to 44 %), 61 calls; elsewhere 81 %; clearly below the others”."""
    if cell.item is None:
        return _("no calls")
    said = [share_in_words(cell.item.earned)]
    if cell.apart and cell.apart.others.value is not None:
        said.append(f"{cell.beside.elsewhere} {words.percent(cell.apart.others.value)}")
    if cell.verdict:
        said.append(verdict(cell))
    return "; ".join(said)


@register.filter
def verdict(cell: HeatCell) -> str:
    said = {-1: _("clearly below %(others)s"), 1: _("clearly above %(others)s")}.get(cell.verdict, "")
    return said % {"others": cell.beside.others}


@register.filter
def moved_most(several: Sequence[Moved]) -> Sequence[Moved]:
    """All that moved clearly, and at least three, so that it is seen how little the others did."""
    clear = sum(each.change is not None and each.change.clear for each in several)
    return several[: max(clear, 3)]


@register.filter
def signed(value: Decimal | None) -> str:
    return "–" if value is None else words.signed(value)


@register.filter
def grade_interval(value: Estimate) -> str:
    """“+1.2 to +2.1”."""
    if value.low is None or value.high is None:
        return ""
    return words.signed_ends(value.low, value.high)


@register.inclusion_tag("analytics/topics/scale.html")
def driver_scale(each: Behaviour, several: Iterable[Behaviour]) -> dict[str, Any]:
    """A difference of grades in its interval, on the axis that all of them have in common."""
    ends = [0.0]
    for other in several:
        estimate = other.alone.estimate
        ends += [float(end) for end in (estimate.low, estimate.exact, estimate.high) if end is not None]
    estimate = each.alone.estimate
    return _scale(min(ends), max(ends), estimate.low, estimate.exact, estimate.high, zero=0.0)


@register.inclusion_tag("analytics/topics/scale.html")
def move_scale(each: Moved) -> dict[str, Any]:
    """From the open dot, before, to the full one, now, with its interval; from 0 to 100 %."""
    now = each.now
    drawn = _scale(0.0, 100.0, now.low, now.exact, now.high, zero=None)
    before = each.before.exact
    return drawn | {"before": None if before is None else _place(float(before), 0.0, 100.0)}


def _scale(least: float, most: float, low: Any, middle: Any, high: Any, *, zero: float | None) -> dict[str, Any]:
    ends = {"low": low, "middle": middle, "high": high, "zero": zero}
    return {name: None if end is None else _place(float(end), least, most) for name, end in ends.items()}


def _place(value: float, least: float, most: float) -> str:
    return f"{3 + 94 * (value - least) / ((most - least) or 1):.2f}%"


@register.simple_tag(takes_context=True)
def histograms(context: Any, several: Iterable[Spreading]) -> SafeString:
    """For each department how many calls scored so much, its mean, and where the middle half of its calls lies.

    Written here: a template takes three times as long over sixty of them.
    """
    page = context["page"]
    few, half = words.not_shown(), _("middle half: %(low)s to %(high)s")

    def one(each: Spreading) -> tuple[SafeString | str, SafeString]:
        spread = each.spread
        figure = words.mean_in_words(each.mean)
        name: SafeString | str = each.name
        if each.key != ALL_TOGETHER:
            address = page_of(page.reader.organisation.slug, each.key)
            name = format_html('<a href="{}{}">{}</a>', address, page.query, name)
        if spread.withheld:
            return name, format_html('<p class="mute small">{}</p>', few)
        middle = half % {"low": spread.lower[0], "high": spread.upper[1]} if spread.lower and spread.upper else ""
        drawn = _histogram(each, _("%(name)s: %(figure)s") % {"name": each.name, "figure": figure})
        return name, format_html(
            '{}<div class="ends mute small" aria-hidden="true"><span>0</span><span>50</span><span>100</span></div>'
            '<p class="mute small">{}{}</p>',
            drawn,
            figure,
            format_html("<br>{}", middle) if middle else "",
        )

    return format_html_join("\n", "<li><h3>{}</h3>{}</li>", map(one, several))


def _histogram(each: Spreading, label: str) -> SafeString:
    """A bar for each step of points, the mean as a line, the middle half shaded."""
    spread = each.spread
    most = max(spread.bins, default=0) or 1
    # One outline for all bars: as twenty elements each, those of sixty departments took longer than the rest.
    bars = "".join(
        f"M{WIDTH * place + 0.4:.1f} {TALL - TALL * n / most:.1f}h4.2v{TALL * n / most:.1f}h-4.2z"
        for place, n in enumerate(spread.bins)
        if n
    )
    half: SafeString | str = ""
    if spread.lower and spread.upper:
        wide = spread.upper[1] - spread.lower[0]
        shape = '<rect class="histogram-half" x="{}" y="0" width="{}" height="{}"/>'
        half = format_html(shape, spread.lower[0], wide, TALL)
    line: SafeString | str = ""
    if (mean := each.mean.value) is not None:
        line = format_html('<line class="histogram-mean" x1="{0}" x2="{0}" y1="0" y2="{1}"/>', f"{mean:.1f}", TALL)
    return format_html(
        '<svg class="histogram" viewBox="0 0 100 {}" preserveAspectRatio="none" role="img" aria-label="{}" focusable="false">{}{}{}</svg>',
        TALL,
        label,
        half,
        format_html('<path class="histogram-bar" d="{}"/>', bars) if bars else "",
        line,
    )


# --- phrases ----------------------------------------------------------------------------------------------------------


# Of one kind nobody reads on; the table and the file hold all.
MOST_PLACES = 15


@register.filter
def widest(found: Sequence[PlaceHeard]) -> list[PlaceHeard]:
    """The first of each kind, which lie the farthest apart."""
    kinds = groupby(found, key=lambda each: each.entry.kind)
    return [each for _kind, several in kinds for each in islice(several, MOST_PLACES)]


@register.simple_tag
def said_items(said: Said) -> SafeString:
    """What was said with a phrase, each with the call it is of. Written here, as in `heat`: hundreds of them on a page."""
    # Of a few days.
    day = cache(partial(date_format, format="SHORT_DATE_FORMAT"))
    return format_html_join(
        "",
        '<li><q>{}</q> <span class="mute small">{}, {}{} · <a href="{}">{}</a></span></li>',
        (
            (
                quote.words,
                name,
                day(quote.day),
                "" if quote.second is None else f", {words.into_the_call(quote.second)}",
                call_page(quote.call),
                quote.reference,
            )
            for quote, name in said.quotes
        ),
    )


@register.filter
def kind_word(kind: str) -> str:
    words_of = {HARMFUL: pgettext("phrase", "harmful"), EXEMPLARY: pgettext("phrase", "exemplary")}
    return words_of.get(kind, "")


@register.filter
def by_kind(found: Sequence[Heard]) -> list[tuple[str, list[Heard]]]:
    """The phrases under a heading for each kind, as they stand."""
    headings = {
        HARMFUL: _("Harmful: better not said"),
        EXEMPLARY: _("Exemplary: good to say"),
        "": _("Not in the bank"),
    }
    kinds = dict.fromkeys(each.entry.kind for each in found)
    return [(headings[kind], [each for each in found if each.entry.kind == kind]) for kind in kinds]


@register.filter
def one_place(value: Decimal | None) -> str:
    """A small share in percent, where whole ones would all look alike."""
    return "–" if value is None else f"{words.points(value)}{words.NARROW_SPACE}%"


@register.filter
def share_interval(value: Share) -> str:
    return words.interval(value.low, value.high) + f"{words.NARROW_SPACE}%"


@register.filter
def move_words(value: Estimate) -> str:
    """“▲ +3.1 (+1.2 to +5.0)”, in percentage points."""
    if value.exact is None:
        return ""
    return f"{'▲' if value.exact > 0 else '▼'} {words.signed(value.exact)} ({grade_interval(value)})"


@register.filter
def tone_of(value: Estimate, kind: str) -> str:
    """More of what harms is a warning, and so is less of what does well."""
    if kind not in {HARMFUL, EXEMPLARY} or value.exact is None:
        return "flat"
    return "warn" if (value.exact > 0) == (kind == HARMFUL) else "good"


@register.inclusion_tag("analytics/bar.html")
def phrase_bar(each: Heard, several: Sequence[Heard]) -> dict[str, Any]:
    most = max((float(other.now.high or 0) for other in several), default=0.0)
    return {"bar": marks.bar(each.now, most or 100.0), "kind": "left" if each.entry.kind == HARMFUL else ""}
