"""Shares on a page: a dot in its interval on the axis of its column, and what a cell of the week is coloured by."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from analytics import marks, words
from analytics.crowds import parted
from analytics.figures import Share
from analytics.reports.nodes import Cell, Lane, Lanes, Line

register = template.Library()

# How many percentage points from the norm each deeper shade begins at, as of the cells of the overview.
SHADES = marks.SHADES


@register.inclusion_tag("analytics/topics/share_dot.html")
def share_dot(share: Share, lane: Lane) -> dict[str, Any]:
    """The dot with its interval, and the lane's reference as a dotted line."""
    on = marks.Axis(0, lane.most)
    label = words.share_in_words(share)
    if lane.reference is not None:
        label = _("%(figure)s; %(reference)s") % {"figure": label, "reference": lane.reference_words}
    middle, low, high = (None if end is None else on.place(float(end)) for end in (share.value, share.low, share.high))
    reference = None if lane.reference is None else on.place(lane.reference)
    return {"label": label, "middle": middle, "low": low, "high": high, "reference": reference}


@register.filter
def with_lanes(line: Line, lanes: Lanes) -> list[tuple[Cell, Lane]]:
    """The cells of a line with the lanes that they lie in."""
    return list(zip(line.cells, lanes.lanes, strict=True))


@register.filter
def parted_lines(lanes: Lanes) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines to show at once, and the others where there are many."""
    return parted(lanes.lines, lambda line: line.whole or any(cell.tag and cell.tag.kind for cell in line.cells))


@register.filter
def ends(share: Share) -> str:
    """“61 to 71 %”."""
    if share.low is None:
        return ""
    return f"{words.interval(share.low, share.high, 0)}{words.NARROW_SPACE}%"


@register.filter
def from_norm(share: Share, norm: int) -> str:
    """The class of a cell: how far above or below the norm its share lies."""
    if share.value is None:
        return "plain"
    distance = float(share.value) - norm
    depth = sum(abs(distance) >= step for step in SHADES)
    return f"above-{depth}" if distance >= 0 else f"below-{depth}"
