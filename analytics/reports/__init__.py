"""Reports are declared here, and made in one way: the page's table, the CSV and the API all read the same rows.

    reader = analytics.access.reader_or_404(user, slug, at=timezone.now())    # 404 stranger, 403 who reads no figures
    filters = analytics.filters.parse(request.GET, reader)                    # .problems: what could not be read
    report = analytics.reports.run("trend", reader=reader, filters=filters)
    report.rows       # tuple of {column name: int | Decimal | str | date | None}, numbers rounded once, for good
    report.columns    # the columns in order: name (stable, English), label (the reader's language), unit

A `Decimal` keeps its two places, so `str(value)` is the same text wherever it is shown. `None` is no data, or a figure
withheld because it rests on too few calls; the row's `note` then says which.
"""

from analytics.access import Reader
from analytics.filters import Filters
from analytics.reports.base import Column, Report, Value

__all__ = ["Column", "Report", "Value", "run"]


def run(slug: str, *, reader: Reader, filters: Filters, department: int | None = None) -> Report:
    """Makes one report; `department` is the key a department's own report is about. `KeyError` for an unknown slug."""
    raise KeyError(slug)
