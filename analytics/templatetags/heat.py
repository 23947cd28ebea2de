"""The cells of wide tables. They are written here: hundreds of them on a page, for which a template takes ten times as long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape as escaped
from typing import Any
from urllib.parse import quote

from django import template
from django.template.defaulttags import querystring
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from analytics import words
from analytics.figures import Cell, Row
from analytics.metrics import Verdict
from analytics.metrics.courses import OUTSIDE
from analytics.reports.course import Place
from analytics.reports.questions import HeatCell, HeatRow
from analytics.templatetags.figures import heading, named, shade
from analytics.templatetags.questions import cell_facts, cell_shade, verdict
from surveys.models.people import DIMENSIONS

register = template.Library()


@dataclass(frozen=True, slots=True)
class Head:
    """What the cells of a dimension have in common: its names, and the query that measures by it; as they stand in a page."""

    name: str
    heading: str
    query: str


@register.simple_tag(takes_context=True)
def heads(context: Any) -> dict[str, Head]:
    return {
        each: Head(named(each), escaped(heading(each)), escaped(querystring(context, measure=each)))
        for each in DIMENSIONS
    }


@register.simple_tag
def dimension_cells(row: Row, heads: Mapping[str, Head], link: str) -> SafeString:
    """The dimensions of a row of the overview; each shows the same page, at `link`, measured by it."""
    return mark_safe("".join(_dimension(cell, heads[cell.measure], link) for cell in row.dimensions))  # noqa: S308 - see there


def _dimension(cell: Cell, head: Head, link: str) -> str:
    opened = f'<a class="heat {shade(cell)}" href="{link}{head.query}" title="{escaped(_figure(cell, head.name))}">'
    figure = f'<span class="heat-name">{head.heading}</span> {words.points(cell.mean.exact, 0)}'
    return f'<td class="dim">{opened}{figure}</a></td>'


def _figure(cell: Cell, name: str) -> str:
    figure = f"{name}: {words.mean_in_words(cell.mean)}"
    if cell.target is None:
        return figure
    target = _("target")
    return f"{figure}; {target} {words.points(cell.target, 0)}"


@register.simple_tag
def course_heads(measures: Iterable[str]) -> dict[str, str]:
    return {each: named(each) for each in measures}


@register.simple_tag
def course_cells(places: Iterable[Place], heads: Mapping[str, str]) -> SafeString:
    """What the courses of a department do, in words; each leads to its chart. `heads` are the measures' names."""
    return format_html_join(
        "",
        '<td data-label="{}"><a class="word{}" href="{}#control"{}><span>{}{}</span>{}</a></td>',
        (
            (
                heads[place.measure],
                _kind(place.verdict),
                place.query,
                mark_safe(' aria-current="true"') if place.is_here else "",
                _mark(place.verdict),
                place.word,
                format_html(' <span class="small">{}</span>', place.size) if place.size else "",
            )
            for place in places
        ),
    )


def _kind(verdict: Verdict) -> str:
    if verdict.is_clear:
        return " clear up" if verdict.is_up else " clear down"
    return " hint" if verdict.word == OUTSIDE else ""


def _mark(verdict: Verdict) -> SafeString:
    if not verdict.is_clear:
        return mark_safe("")
    return format_html('<span aria-hidden="true">{}</span> ', "▲" if verdict.is_up else "▼")


@register.simple_tag(takes_context=True)
def heat_cells(context: Any, row: HeatRow, link: str) -> SafeString:
    """A question department by department; what is clearly apart leads to its calls, at `link`, for who may open them."""
    facts = [cell_facts(cell) for cell in row.cells]
    cells = zip(row.cells, facts, strict=True)
    calls = link and f"{link}{querystring(context, item=row.question.code, department=None, q=None)}&department="
    return format_html_join(
        "",
        '<td class="of of-{}">{}<span class="said">{}</span></td>',
        ((place, _cell(cell, said, calls), said) for place, (cell, said) in enumerate(cells, 1)),
    )


def _cell(cell: HeatCell, facts: str, calls: str) -> SafeString:
    title = _("%(name)s: %(figure)s") % {"name": cell.name, "figure": facts}
    clear = " clear" if cell.verdict else ""
    if not clear or not calls:
        return format_html('<span class="heat {}{}" title="{}">{}</span>', cell_shade(cell), clear, title, _shown(cell))
    opened = '<a class="heat {} clear" href="{}{}" title="{}">{}</a>'
    return format_html(opened, cell_shade(cell), calls, quote(cell.code), title, _shown(cell))


def _shown(cell: HeatCell) -> SafeString | str:
    if cell.item is not None and cell.item.withheld:
        return format_html('<span class="mute small">{}</span>', words.not_shown())
    if cell.item is None or cell.item.earned.exact is None:
        return "–"
    points = words.points(cell.item.earned.exact, 0)
    if not cell.verdict:
        return format_html("<span>{}</span>", points)
    mark = "▼" if cell.verdict < 0 else "▲"
    said = '<span>{} <span class="mark" aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>'
    return format_html(said, points, mark, verdict(cell))
