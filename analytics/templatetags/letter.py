"""What the letter needs beside the tags of the pages: charts as pictures, and drawings behind the cells of its tables."""

import base64
from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from analytics import gap_words, marks, words
from analytics.crowds import parted
from analytics.figures import Cell, Mean, Row, Share
from analytics.letters import chapters, drawings, pictures
from analytics.reports import Report
from analytics.reports.agreed import Asked
from analytics.reports.course import Courses, Place
from analytics.reports.heard import HARMFUL, Heard
from analytics.reports.nodes import Lane, Lanes
from analytics.reports.questions import HeatCell, Moved
from analytics.reports.strictness import Shifted
from analytics.reports.tone import Line
from analytics.results import Estimate
from analytics.templatetags import quality, questions

register = template.Library()

# Longer is no help to a listener; the table beside the chart holds the rest.
LONGEST = 2000
# From so many points below or above the target a cell carries a mark, for those who see no colours.
MARKED = 5


@register.simple_tag
def picture(report: Report, width: int = pictures.WIDTH, height: int = 0) -> SafeString:
    """A report's chart as a picture, with words for those who cannot see it."""
    if report.chart is None:
        return SafeString("")
    drawn = base64.b64encode(pictures.svg(report.chart, width=width, height=height or None).encode()).decode()
    return format_html('<img class="chart" src="data:image/svg+xml;base64,{}" alt="{}">', drawn, described(report))


def described(report: Report) -> str:
    """What is to be seen in a chart: its title, its sentence, and its points with their numbers."""
    facts = ". ".join(pictures.facts(report.chart or {"data": ()}))
    parts = [report.title, report.summary, facts]
    return Truncator(" ".join(f"{part.rstrip('.')}." for part in parts if part)).chars(LONGEST)


# --- behind cells -----------------------------------------------------------------------------------------------------


def _behind(drawing: str) -> SafeString:
    return mark_safe(f" style=\"background-image: url('{drawing}')\"") if drawing else SafeString("")  # noqa: S308 - numbers only


@register.simple_tag
def dot_behind(row: Row, axis: marks.Axis) -> SafeString:
    drawn = marks.dot(row, axis)
    ends = {"low": drawn.low, "middle": drawn.middle, "high": drawn.high, "target": drawn.target}
    return _behind(drawings.interval(ends, singles=drawn.singles, full=drawn.low is not None))


@register.simple_tag
def share_behind(share: Share, lane: Lane) -> SafeString:
    on = marks.Axis(0, lane.most)
    ends = {"low": share.low, "middle": share.value, "high": share.high}
    places = {name: None if end is None else on.place(float(end)) for name, end in ends.items()}
    places["target"] = None if lane.reference is None else on.place(lane.reference)
    return _behind(drawings.interval(places))


@register.simple_tag
def cost_behind(value: Decimal | None, most: Decimal | None) -> SafeString:
    return _behind(drawings.bar(marks.cost(None if value is None else float(value), float(most or 0))))


@register.simple_tag
def phrase_behind(each: Heard, several: Sequence[Heard]) -> SafeString:
    most = max((float(other.now.high or 0) for other in several), default=0.0)
    return _behind(drawings.bar(marks.bar(each.now, most or 100.0), "warn" if each.entry.kind == HARMFUL else "brand"))


@register.simple_tag
def shift_behind(each: Shifted, axis: marks.Axis) -> SafeString:
    return _behind(drawings.interval(quality.shift_scale(each, axis)))


@register.simple_tag
def move_behind(each: Moved) -> SafeString:
    return _behind(drawings.interval(questions.move_scale(each)))


@register.simple_tag
def gap_behind(found: Estimate, reach: float) -> SafeString:
    """A gap on the axis that goes `reach` to both sides of zero; open where it may be chance."""
    ends = {"low": found.low, "middle": found.exact, "high": found.high, "target": 0}
    places = {name: None if end is None else f"{50 + 48 * float(end) / reach:.2f}%" for name, end in ends.items()}
    way = gap_words.direction(found)
    return _behind(drawings.interval(places, hue={1: "warn", 0: "mute", -1: "brand"}[way], full=bool(way)))


@register.simple_tag
def alpha_behind(asked: Asked) -> SafeString:
    ends = quality.alpha_scale(asked)
    return _behind(drawings.interval(ends | {"target": ends["zero"]}))


# --- words and marks --------------------------------------------------------------------------------------------------


register.filter("judged", chapters.is_judged)


@register.filter
def of_choice(found: Courses, keys: frozenset[int] | None) -> Sequence[tuple[str, int, str, tuple[Place, ...]]]:
    """The courses of the departments that a letter is of; where none are chosen those that the page shows at once."""
    return found.shown if keys is None else [each for each in found.lines if each[1] in keys]


@register.filter
def any_clear(lines: Sequence[tuple[str, int, str, tuple[Place, ...]]]) -> bool:
    return any(place.verdict.is_clear for *_line, places in lines for place in places)


@register.filter
def moved_clearly(several: Sequence[Moved]) -> list[Moved]:
    return [each for each in several if each.change is not None and each.change.clear]


@register.filter
def heard(several: Sequence[Heard]) -> list[Heard]:
    """The phrases that were heard; of those whose number is withheld that is not told."""
    return [each for each in several if each.now.count != 0]


@register.filter
def tells(lanes: Lanes) -> bool:
    """Whether any of its shares has a figure to print."""
    return any(cell.share.value is not None for line in lanes.lines for cell in line.cells)


@register.filter
def parted_tones(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The rows to print, and the others where there are many."""
    return parted(lines, lambda line: line.gap.estimate.clear)


@register.filter
def mark(cell: Cell) -> str:
    """▲ or ▼ where a cell lies clearly beside its target: colour alone is lost in black and white."""
    if cell.distance is None or abs(cell.distance) < MARKED:
        return ""
    return "▲" if cell.distance > 0 else "▼"


@register.filter
def both_ends(found: Mean | Estimate) -> str:
    """“68.0 to 74.4”."""
    return words.interval(found.low, found.high)


@register.filter
def verdict_mark(cell: HeatCell) -> str:
    return {-1: "▼", 1: "▲"}.get(cell.verdict, "")


@register.filter
def leads(gap: Estimate) -> str:
    """Which of what was said and how it was said is ahead, where that is clear."""
    return {1: _("feels worse"), -1: _("feels better")}.get(gap_words.direction(gap), "")
