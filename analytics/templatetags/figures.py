"""Figures on a page: numbers in the reader's language, and the small drawings beside them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from html import escape as escaped
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import marks, words
from analytics.access import Reader
from analytics.figures import Cell, Change, Drift, Ending, Mean, Row, Series, Share
from analytics.filters import PREVIOUS, Filters
from analytics.registry import METRICS, Metric
from analytics.reports import Report, Value, tree

register = template.Library()

# What stands in a report's cells in the language of files, as a reader's words.
CODES = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "too few calls": gettext_lazy("too few calls"),
    "no calls": gettext_lazy("no calls"),
    "department": gettext_lazy("department"),
    "part": gettext_lazy("part, with all below it"),
    "total": gettext_lazy("all together"),
    "above": gettext_lazy("above"),
    "below": gettext_lazy("below"),
    "few": gettext_lazy("too few periods"),
    "steady": gettext_lazy("steady"),
    "rising": gettext_lazy("rising"),
    "falling": gettext_lazy("falling"),
    "higher": gettext_lazy("higher"),
    "lower": gettext_lazy("lower"),
    "outside": gettext_lazy("outside"),
    "too few periods": gettext_lazy("too few periods"),
    "too few periods since the checklist changed": gettext_lazy("too few periods since the checklist changed"),
} | words.MEASURES


# Columns of what somebody chose to write, which may read like a code.
NAMES = frozenset({"department", "department_code", "question", "name", "added_by"})


@register.filter
def points(value: Decimal | Fraction | None) -> str:
    return words.points(value)


@register.filter
def meant(report: Report) -> list[Metric]:
    """What the figures of a report mean, each once, in the order of its columns."""
    return [METRICS[key] for key in dict.fromkeys(column.metric for column in report.columns) if key]


@register.filter
def for_excel(query: str) -> str:
    """A query that asks for the file of a Dutch Excel."""
    return f"{query}{'&' if query else '?'}excel=1"


@register.filter
def few_calls(report: Report) -> str:
    """How many of a report's figures rest on too few calls to be shown to this reader."""
    count = sum(row.get("note") == "too few calls" for row in report.rows)
    if not count:
        return ""
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
def whole_points(value: Decimal | Fraction | None) -> str:
    return words.points(value, 0)


@register.filter
def together(reader: Reader) -> str:
    return tree.together(reader)


@register.filter
def calls(count: int | None) -> str:
    return words.calls(count)


@register.filter
def drawn_from(report: Report) -> str:
    """What stands under the title of a picture: “1 January to 31 March 2026, 735 calls”."""
    return f"{words.between(report.start, report.end)}, {words.calls(report.counted)}"


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
    return any(drawn.rings for row in rows if (drawn := marks.spark(row.spark)) is not None)


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
    write = _Writer()
    return [
        mark_safe("".join(f"{start}{write(row, name)}</td>" for name, start in opened))  # noqa: S308 - each is escaped
        for row in report.rows[:MOST_ROWS]
    ]


class _Writer:
    """Writes a table's values as the reader does, escaped: the same digits as in the file, with the reader's decimal mark.

    What takes longer to look up than to write is looked up once for the table: the marks of numbers, words and dates.
    """

    def __init__(self) -> None:
        self.marks = words.marks()
        self.known: dict[tuple[bool, str | dt.date], str] = {}

    def __call__(self, row: Mapping[str, Value], name: str) -> str:
        value = row[name]
        if isinstance(value, Decimal):
            return escaped(f"{'−' if value < 0 else ''}{abs(value):,f}".translate(self.marks))
        if isinstance(value, int):
            return escaped(f"{'−' if value < 0 else ''}{abs(value):,}".translate(self.marks))
        if value is None:
            value = "too few calls" if row.get("note") == "too few calls" else "–"
        key = name in NAMES and row[name] is not None, value
        if key not in self.known:
            self.known[key] = escaped(_said(value, is_name=key[0]))
        return self.known[key]


def _said(value: str | dt.date, *, is_name: bool) -> str:
    if isinstance(value, dt.date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return value if is_name else str(CODES.get(value, value))


@register.filter
def is_number(value: Value) -> bool:
    return isinstance(value, int | Decimal)


@register.inclusion_tag("analytics/dot.html")
def dot(row: Row, axis: marks.Axis) -> dict[str, Any]:
    return {"dot": marks.dot(row, axis), "label": _label(row)}


def _label(row: Row) -> str:
    figure = words.mean_in_words(row.mean)
    if row.target is None:
        return figure
    return _("%(figure)s; target %(target)s") % {"figure": figure, "target": words.points(row.target, 0)}


@register.inclusion_tag("analytics/spark.html")
def spark(row: Row, by: str) -> dict[str, Any]:
    drawn = marks.spark(row.spark)
    if drawn is None or row.spark is None or row.spark.last is None:
        return {"spark": None}
    first = next(point for point in row.spark.points[-12:] if point.mean.exact is not None)
    facts = {
        "first": words.points(first.mean.exact),
        "start": words.period_of(first.start, by),
        "last": words.points(row.spark.last.mean.exact),
        "end": words.period_of(row.spark.last.start, by),
    }
    label = _("from %(first)s in %(start)s to %(last)s in %(end)s") % facts
    circled = _("circled: outside the range of the periods before")
    return {"spark": drawn, "label": f"{label}; {circled}" if drawn.rings else label}


@register.inclusion_tag("analytics/bar.html")
def share_bar(value: Share, several: Iterable[Ending], kind: str = "") -> dict[str, Any]:
    """A share as a bar, on the axis that several of them have in common."""
    most = max((float(each.share.high or 0) for each in several), default=0.0)
    return {"bar": marks.bar(value, most or 100.0), "kind": kind}


@register.inclusion_tag("analytics/bar.html")
def cost_bar(value: Decimal | None, most: Decimal | None, kind: str = "") -> dict[str, Any]:
    return {"bar": marks.cost(None if value is None else float(value), float(most or 0)), "kind": kind}
