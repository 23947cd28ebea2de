"""Missed targets: over the newest three finished months together, where the whole interval lies below the target."""

from collections.abc import Iterator
from decimal import Decimal

from analytics import metrics
from analytics.access import Reader
from analytics.alerts.finding import Finding, finished_month, kept_mean, last_day, months_before
from analytics.alerts.signals import SCORE, dates
from analytics.figures import Mean, Row
from analytics.metrics.outcomes import MISSED
from analytics.models import Alert
from analytics.reports import overview

MONTHS = 3


def find(reader: Reader) -> list[Finding]:
    """The targets of this reader's departments that were missed beyond doubt."""
    month = finished_month(reader.today)
    chosen = dates(reader, months_before(month, MONTHS - 1), last_day(month))
    rows: tuple[Row, ...] = overview.build(reader, chosen, None).result.rows
    return [
        Finding(
            kind=Alert.Kind.TARGET,
            about=f"{row.key}:{measure}",
            department=row.key,
            period=month,
            facts={
                "measure": measure,
                "mean": kept_mean(mean),
                "target": str(target),
                "from": str(chosen.start),
                "to": str(chosen.end),
            },
        )
        for row in rows
        for measure, mean, target in _held(reader, row)
        if (judged := metrics.target(mean, target)) is not None and judged.verdict == MISSED
    ]


def _held(reader: Reader, row: Row) -> Iterator[tuple[str, Mean, Decimal | None]]:
    """The measures that have a target of their own: a dimension without one is held against the score's on pages only."""
    yield SCORE, row.mean, row.target
    department = reader.departments.get(row.key)
    for cell in row.dimensions:
        if department is not None and getattr(department, f"target_{cell.measure}", None) is not None:
            yield cell.measure, cell.mean, cell.target
