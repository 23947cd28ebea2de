"""A report as a CSV file: the rows of the page's table, with a point as decimal mark in every language."""

import csv
import io
from collections.abc import Iterator

from django.http import HttpResponse
from django.utils.text import slugify

from analytics.reports import Report
from surveys.csv_files import safe


def csv_rows(report: Report) -> Iterator[list[str]]:
    """The names of the columns, then every row; dates as 2026-03-31."""
    names = [column.name for column in report.columns]
    yield names
    for row in report.rows:
        yield ["" if row[name] is None else safe(str(row[name])) for name in names]


def csv_response(report: Report, about: str) -> HttpResponse:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(csv_rows(report))
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{report.slug}-{slugify(about)}-{report.end.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
