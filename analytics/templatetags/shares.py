"""Shares on a page: a dot in its interval on the axis of its column, and what a cell of the week is coloured by."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import marks, words
from analytics.crowds import parted
from analytics.figures import ENOUGH, Share
from analytics.reports.nodes import Cell, Lane, Lanes, Line, Tag
from analytics.templatetags.figures import dot_svg

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
        absent = words.not_shown() if share.withheld else pgettext("share", "none")
        return format_html('<span class="mute small">{}</span>', absent)
    return format_html(
        '<span class="lane-figure"><b>{}</b> <span class="mute small">{}</span>{}</span>{}',
        words.share_percent(share),
        words.share_ends(share),
        _tag(cell.tag) if cell.tag else "",
        _dot(share, lane, words.share_in_words(share)),
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
    target = None
    if lane.reference is not None:
        label = _("%(figure)s; %(reference)s") % {"figure": label, "reference": lane.reference_words}
        target = on.place(lane.reference)
    middle, low, high = (
        None if each is None else on.place(float(each)) for each in (share.value, share.low, share.high)
    )
    return dot_svg(marks.Dot(middle, low, high, target, ()), label, tall=24, size="5")


@register.filter
def with_lanes(line: Line, lanes: Lanes) -> list[tuple[Cell, Lane]]:
    """The cells of a line with the lanes that they lie in."""
    return list(zip(line.cells, lanes.lanes, strict=True))


@register.filter
def parted_lines(lanes: Lanes) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines to show at once, and the others where there are many."""
    return parted(lanes.lines, lambda line: line.whole or any(cell.tag and cell.tag.kind for cell in line.cells))


register.filter("ends", words.share_ends)
register.filter("share_percent", words.share_percent)


@register.filter
def from_norm(share: Share, norm: int) -> str:
    """The class of a cell: how far above or below the norm its share lies; without a tint of too few calls for a verdict."""
    if share.value is None or (share.n or 0) < ENOUGH:
        return "plain"
    distance = float(share.value) - norm
    depth = sum(abs(distance) >= step for step in SHADES)
    return f"above-{depth}" if distance >= 0 else f"below-{depth}"
