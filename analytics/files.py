"""A report as a CSV file: the rows of the page's table, with a point as decimal mark in every language but for Excel."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpResponse
from django.utils.text import slugify

from analytics.reports import Report, Value
from surveys.csv_files import as_csv, safe


def csv_rows(report: Report, *, comma: bool = False) -> Iterator[list[str]]:
    """The names of the columns, then every row; dates as 2026-03-31. `comma`: so is the decimal mark."""
    names = [column.name for column in report.columns]
    yield names
    for row in report.rows:
        yield [_cell(row[name], comma=comma) for name in names]


def _cell(value: Value, *, comma: bool) -> str:
    if comma and isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return "" if value is None else safe(str(value))


def csv_response(report: Report, about: str, *, excel: bool = False) -> HttpResponse:
    """The file; for a Dutch Excel with semicolons, decimal commas and a byte order mark, as exports have it."""
    pieces = (piece for _count, piece in as_csv(csv_rows(report, comma=excel), excel=excel))
    response = HttpResponse(b"".join(pieces), content_type="text/csv; charset=utf-8")
    name = f"{report.slug}-{slugify(about)}-{report.end.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
