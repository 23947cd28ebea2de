"""Figures on a page: numbers in the reader's language, and the small drawings beside them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from html import escape as escaped
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import marks, pages, words
from analytics.codes import said
from analytics.figures import Cell, Change, Drift, Ending, Mean, Row, Series, Share
from analytics.filters import PREVIOUS, Filters
from analytics.registry import METRICS, Metric
from analytics.reports import Report, Value, places

register = template.Library()

# What a row's note says of a figure that is withheld or not tested.
FEW = "too few calls"


@register.filter
def points(value: Decimal | Fraction | None) -> str:
    return words.points(value)


@register.filter
def meant(report: Report) -> list[Metric]:
    """What the figures of a report mean, each once, in the order of its columns."""
    of_columns = (column.metric for column in report.columns)
    return [METRICS[key] for key in dict.fromkeys((*report.meanings, *of_columns)) if key]


@register.filter
def for_excel(query: str) -> str:
    """A query that asks for the file of a Dutch Excel."""
    return f"{query}{'&' if query else '?'}excel=1"


@register.filter
def few_calls(report: Report) -> str:
    """How many of a report's figures are not shown to this reader, or not tested, and why."""
    count = sum(row.get("note") == FEW for row in report.rows)
    if not count:
        return ""
    if report.is_of_totals:
        text = ngettext(
            "%(count)s of %(all)s figures is not shown or not tested: too few calls, or others could be worked out from it.",
            "%(count)s of %(all)s figures are not shown or not tested: too few calls, or others could be worked out from them.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s of %(all)s figures is not shown or not tested: too few calls.",
            "%(count)s of %(all)s figures are not shown or not tested: too few calls.",
            count,
        )
    return text % {"count": words.whole(count), "all": words.whole(len(report.rows))}


@register.filter
def against(filters: Filters) -> str:
    """What a change on the page is measured against."""
    if _is_plain(filters):
        return _("Against the period before")
    return _("Against %(before)s") % {"before": words.before(filters)}


def _is_plain(filters: Filters) -> bool:
    return filters.before is None or (filters.against == PREVIOUS and filters.against_from is None)


@register.filter
def hundredths(score: int | None) -> str:
    """A stored score in points: 8250 is 82.50."""
    return words.points(None if score is None else Fraction(score, 100), 2)


@register.filter
def partly_before(page: Any) -> str:
    """That the calls cover only a part of the period that the page is compared with."""
    return pages.partly_before(page.reader, page.filters)


@register.filter
def whole_points(value: Decimal | Fraction | None) -> str:
    return words.points(value, 0)


@register.filter
def calls(count: int | None) -> str:
    return words.calls(count)


@register.filter
def drawn_from(report: Report) -> str:
    """What stands under the title of a picture: “1 January to 31 March 2026, 735 calls”."""
    drawn = report.counted - sum(report.lacking.values())
    return f"{words.between(report.start, report.end)}, {words.calls(drawn)}"


@register.filter
def picture_name(report: Report, page: Any) -> str:
    """Named as its file is: “funnel-demo-2026-11-29”, of a department with its code."""
    department = getattr(page, "department", None)
    reader = page.reader
    parts = [report.slug, reader.organisation.slug, *([department.code.lower()] if department else []), reader.today]
    return "-".join(map(str, parts))


@register.filter
def figure(mean: Mean) -> str:
    return words.mean_in_words(mean)


@register.filter
def change(value: Change) -> str:
    return words.change_in_words(value)


@register.filter
def drift(value: Drift, by: str) -> str:
    return words.drift_in_words(value, by)


@register.filter
def drift_short(value: Drift, by: str) -> str:
    """“−1.1 a month”."""
    facts = {"points": words.signed(value.value)}
    return _("%(points)s a month") % facts if by == "month" else _("%(points)s a week") % facts


@register.filter
def share(value: Share) -> str:
    return words.share_in_words(value)


@register.filter
def percent(value: Decimal | None) -> str:
    return "–" if value is None else words.percent(value)


@register.filter
def whole(value: int) -> str:
    return words.whole(value)


@register.filter
def shade(cell: Cell) -> str:
    return marks.shade(cell.mean, None if cell.distance is None else float(cell.distance))


@register.filter
def named(measure: str) -> str:
    return words.capital(str(words.MEASURES[measure]))


@register.filter
def heading(measure: str) -> str:
    """The name of a dimension over a narrow column."""
    return words.capital(str(words.HEADINGS[measure]))


@register.filter
def opens(report: Report) -> bool:
    """Whether the marks of a chart lead anywhere."""
    return report.chart is not None and any("customdata" in trace for trace in report.chart["data"])


@register.filter
def rings(report: Report) -> bool:
    """Whether anything in a chart is circled."""
    found = report.result if isinstance(report.result, list | tuple) else ()
    return any(isinstance(each, Series) and any(point.outside for point in each.points) for each in found)


@register.filter
def spark_rings(rows: Iterable[Row]) -> bool:
    """Whether anything in the sparklines is circled."""
    points = (point for row in rows if row.spark for point in row.spark.points[-marks.NEWEST :])
    return any(point.outside and point.mean.exact is not None for point in points)


# Nobody reads on in a table on a page; the file has every row, and the page comes sooner.
MOST_ROWS = 200


@register.filter
def more_rows(report: Report) -> str:
    """That a table on a page ends before its report does, if so."""
    if len(report.rows) <= MOST_ROWS:
        return ""
    text = _("The first %(count)s of %(all)s rows; the file holds all.")
    return text % {"count": words.whole(MOST_ROWS), "all": words.whole(len(report.rows))}


@register.filter
def cells(report: Report) -> list[SafeString]:
    """The cells of each row of a report's table. Thousands of them on a page: a template takes four times as long."""
    opened = [
        (
            column.name,
            format_html(
                '<td{} data-label="{}" data-column="{}">',
                mark_safe(' class="num"') if column.unit else "",
                column.label,
                column.name,
            ),
        )
        for column in report.columns
    ]
    write = _Writer(is_of_totals=report.is_of_totals)
    return [
        mark_safe("".join(f"{start}{write(row, name)}</td>" for name, start in opened))  # noqa: S308 - each is escaped
        for row in report.rows[:MOST_ROWS]
    ]


class _Writer:
    """Writes a table's values as the reader does, escaped: the same digits as in the file, with the reader's decimal mark.

    What takes longer to look up than to write is looked up once for the table: the marks of numbers, words and dates.
    """

    def __init__(self, *, is_of_totals: bool) -> None:
        self.marks = words.marks()
        self.known: dict[tuple[str, str | dt.date], str] = {}
        if is_of_totals:
            self.known = {("", FEW): escaped(words.not_shown()), ("note", FEW): escaped(words.not_shown_why())}

    def __call__(self, row: Mapping[str, Value], name: str) -> str:
        value = row[name]
        if isinstance(value, Decimal):
            return escaped(f"{'−' if value < 0 else ''}{abs(value):,f}".translate(self.marks))
        if isinstance(value, int):
            return escaped(f"{'−' if value < 0 else ''}{abs(value):,}".translate(self.marks))
        if value is None:
            name, value = "", FEW if row.get("note") == FEW else "–"
        if (name, value) not in self.known:
            self.known[name, value] = escaped(said(name, value))
        return self.known[name, value]


@register.filter
def is_number(value: Value) -> bool:
    return isinstance(value, int | Decimal)


# The drawings of a row are written here, as in `heat`: there are as many rows as departments.


@register.simple_tag
def dot(row: Row, axis: marks.Axis, *, numbered: bool = False) -> SafeString:
    """A row's mean on the axis of the page; `numbered` writes the target's number under its tick."""
    target = words.points(row.target, 0) if numbered and row.target is not None else ""
    return dot_svg(marks.dot(row, axis), _label(row), tall=32, size="5.5", target=target)


def dot_svg(drawn: marks.Dot, label: str, *, tall: int, size: str, target: str = "") -> SafeString:
    """A dot in its interval on the line of its axis, so tall; few calls are single dots. Places are in percent of the width."""
    middle = tall // 2
    parts = [f'<line class="dot-axis" x1="0" x2="100%" y1="{middle}" y2="{middle}"/>']
    if drawn.target:
        end = tall - (10 if target else 3)
        parts.append(f'<line class="dot-target" x1="{drawn.target}" x2="{drawn.target}" y1="3" y2="{end}"/>')
    if drawn.target and target:
        # The word is for cards on a phone, which have no heads of columns.
        word = escaped(_("target"))
        number = f'<tspan class="dot-word">{word} </tspan>{escaped(target)}'
        parts.append(f'<text class="dot-number" x="{drawn.target}" y="{tall}">{number}</text>')
    if drawn.low:
        parts.append(f'<line class="dot-interval" x1="{drawn.low}" x2="{drawn.high}" y1="{middle}" y2="{middle}"/>')
    parts += [f'<circle class="dot-single" cx="{place}" cy="{middle}" r="4"/>' for place in drawn.singles]
    if drawn.middle:
        kind = "dot-mean" if drawn.low else "dot-single"
        parts.append(f'<circle class="{kind}" cx="{drawn.middle}" cy="{middle}" r="{size}"/>')
    return _svg(f'class="dot" width="100%" height="{tall}"', label, "".join(parts))


def _label(row: Row) -> str:
    figure = words.mean_in_words(row.mean)
    if row.target is None:
        return figure
    return _("%(figure)s; target %(target)s") % {"figure": figure, "target": words.points(row.target, 0)}


@register.simple_tag
def spark(row: Row, by: str) -> SafeString:
    drawn = marks.spark(row.spark)
    if drawn is None:
        return mark_safe('<span class="mute">–</span>')
    label = _course_label(row, drawn, by)
    parts = [f"<title>{escaped(label)}</title>"]
    if drawn.range_top:
        parts.append(
            f'<rect class="spark-range" x="0" y="{drawn.range_top}" width="120" height="{drawn.range_height}"/>'
        )
    parts += [f'<polyline class="spark-line" points="{piece}"/>' for piece in drawn.pieces]
    parts += [f'<circle class="spark-ring" cx="{across}" cy="{down}" r="4.5"/>' for across, down in drawn.rings]
    across, down = drawn.end
    parts.append(f'<circle class="spark-end" cx="{across}" cy="{down}" r="3"/>')
    return _svg('class="spark" width="120" height="32" viewBox="0 0 120 32"', label, "".join(parts))


def _course_label(row: Row, drawn: marks.Spark, by: str) -> str:
    course = row.spark.points[-marks.NEWEST :] if row.spark else ()
    known = [point for point in course if point.mean.exact is not None]
    facts = {
        "first": words.points(known[0].mean.exact),
        "start": words.period_of(known[0].start, by),
        "last": words.points(known[-1].mean.exact),
        "end": words.period_of(known[-1].start, by),
    }
    label = _("from %(first)s in %(start)s to %(last)s in %(end)s") % facts
    circled = _("circled: outside the range of the periods before")
    return f"{label}; {circled}" if drawn.rings else label


def _svg(attributes: str, label: str, drawn: str) -> SafeString:
    """A picture with its words; numbers of our own making need no escaping, words do."""
    return mark_safe(f'<svg {attributes} role="img" aria-label="{escaped(label)}">{drawn}</svg>')  # noqa: S308


@register.simple_tag
def page_of(slug: str, node: int) -> str:
    """The page of a department; of everything together the overview."""
    return places.page_of(slug, node)


@register.inclusion_tag("analytics/bar.html")
def share_bar(value: Share, several: Iterable[Ending], kind: str = "") -> dict[str, Any]:
    """A share as a bar, on the axis that several of them have in common."""
    most = max((float(each.share.high or 0) for each in several), default=0.0)
    return {"bar": marks.bar(value, most or 100.0), "kind": kind}


@register.inclusion_tag("analytics/bar.html")
def cost_bar(value: Decimal | None, most: Decimal | None, kind: str = "") -> dict[str, Any]:
    return {"bar": marks.cost(None if value is None else float(value), float(most or 0)), "kind": kind}
