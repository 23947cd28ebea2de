"""Shares on a page: a dot in its interval on the axis of its column, and what a cell of the week is coloured by."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import marks, words
from analytics.crowds import parted
from analytics.figures import Share
from analytics.reports.nodes import Cell, Lane, Lanes, Line, Tag

register = template.Library()

# How many percentage points from the norm each deeper shade begins at, as of the cells of the overview.
SHADES = marks.SHADES


@register.simple_tag
def lane_cells(line: Line, lanes: Lanes) -> SafeString:
    """The cells of a line: each share with its interval, what is clear about it, and its dot. Written here, as in `heat`."""
    return format_html_join(
        "",
        '<td><span class="lane-name small mute">{}</span>{}</td>',
        ((lane.title, _share(cell, lane)) for cell, lane in with_lanes(line, lanes)),
    )


def _share(cell: Cell, lane: Lane) -> SafeString:
    share = cell.share
    if share.value is None:
        absent = _("too few calls") if share.withheld else pgettext("share", "none")
        return format_html('<span class="mute small">{}</span>', absent)
    figure, between = words.percent(share.value), ends(share)
    return format_html(
        '<span class="lane-figure"><b>{}</b> <span class="mute small">{}</span>{}</span>{}',
        figure,
        between,
        _tag(cell.tag) if cell.tag else "",
        _dot(share, lane, f"{figure} ({between})"),
    )


def _tag(tag: Tag) -> SafeString:
    if not tag.kind:
        return format_html(' <span class="mute small">{}</span>', tag.text)
    return format_html(
        ' <span class="tag {}"><span aria-hidden="true">{}</span> {}</span>', tag.kind, tag.mark, tag.text
    )


def _dot(share: Share, lane: Lane, label: str) -> SafeString:
    """The dot with its interval, and the lane's reference as a dotted line."""
    on = marks.Axis(0, lane.most)
    drawn = []
    if lane.reference is not None:
        label = _("%(figure)s; %(reference)s") % {"figure": label, "reference": lane.reference_words}
        place = on.place(lane.reference)
        drawn.append(format_html('<line class="dot-target" x1="{0}" x2="{0}" y1="1" y2="23"/>', place))
    if share.low is not None and share.high is not None:
        ends = on.place(float(share.low)), on.place(float(share.high))
        drawn.append(format_html('<line class="dot-interval" x1="{}" x2="{}" y1="12" y2="12"/>', *ends))
    if share.value is not None:
        drawn.append(format_html('<circle class="dot-mean" cx="{}" cy="12" r="5"/>', on.place(float(share.value))))
    return format_html(
        '<svg class="dot" width="100%" height="24" role="img" aria-label="{}">'
        '<line class="dot-axis" x1="0" x2="100%" y1="12" y2="12"/>{}</svg>',
        label,
        format_html_join("", "{}", ((each,) for each in drawn)),
    )


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
