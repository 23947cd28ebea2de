"""Reports are declared here, and made in one way: the page's table, the CSV and the API all read the same rows.

    reader = analytics.access.reader_or_404(user, slug, at=timezone.now())    # 404 stranger, 403 who reads no figures
    filters = analytics.filters.parse(request.GET, reader)                    # .problems: what could not be read
    report = analytics.reports.run("trend", reader=reader, filters=filters)
    report.rows       # tuple of {column name: int | Decimal | str | date | None}, numbers rounded once, for good
    report.columns    # the columns in order: name (stable, English), label (the reader's language), unit

A `Decimal` keeps its two places, so `str(value)` is the same text wherever it is shown. `None` is no data, or a figure
withheld because it rests on too few calls or would tell one that does; the row's `note` then says which.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from django.core.exceptions import PermissionDenied

from analytics.access import Reader
from analytics.filters import Filters
from analytics.reports import (
    agreed,
    aspects,
    bridges,
    calls,
    comparison,
    course,
    drivers,
    effects,
    endings,
    habits,
    heard,
    overview,
    promised,
    questions,
    reach,
    spreads,
    strictness,
    tone,
    trend,
    weights,
)
from analytics.reports import department as one
from analytics.reports.base import Column, Report, Value

__all__ = ["OF_ALL", "OF_CALLS", "OF_EVALUATORS", "OF_ONE_DEPARTMENT", "Column", "Report", "Value", "run"]

Builder = Callable[[Reader, Filters, int | None], Report]

OF_ALL: Final[Mapping[str, Builder]] = {
    "overview": overview.build,
    "trend": trend.build,
    "calls": calls.build,
    "funnel": comparison.funnel,
    "shrunk": comparison.shrunk,
    "pareto": questions.pareto,
    "heatmap": questions.heatmap,
    "item_moves": questions.moves,
    "drivers": drivers.drivers,
    "spreads": spreads.spreads,
    "phrases": heard.phrases,
    "phrase_places": heard.places,
    "quotes": heard.said,
    "content_experience": aspects.facing,
    "bad_feelings": aspects.bad_feelings,
    "tone_gap": tone.by_measure,
    "tone_gap_departments": tone.by_department,
    "tone_gap_items": tone.by_item,
    "sensitivity": weights.kinds,
    "flips": weights.flips,
    "alternatives": weights.alternatives,
    "control": course.control,
    "courses": course.courses,
    "effects": effects.effects,
    "bridges": bridges.bridges,
    "promises": promised.promises,
    "helped": promised.helped,
    "kept_curves": promised.kept_curves,
    "flow": endings.flow,
    "chains": endings.chains,
    "reach": reach.reach,
    "hours": reach.hours,
    "handling": reach.handling,
    "item_agreement": agreed.item_agreement,
    "severity": strictness.severity,
    "corrected": strictness.corrected,
    "severity_drift": strictness.severity_drift,
    "habits": habits.habits,
    "call_hours": habits.call_hours,
}
# Of single evaluators: for who checks calls and who analyses them.
OF_EVALUATORS: Final[frozenset[str]] = frozenset(
    {"item_agreement", "severity", "corrected", "severity_drift", "habits", "call_hours"}
)
# Of single calls: for who may open calls at all; each sees their own.
OF_CALLS: Final[frozenset[str]] = frozenset({"calls"})
OF_ONE_DEPARTMENT: Final[Mapping[str, Builder]] = {
    "dimensions": one.dimensions,
    "aspects": one.aspects,
    "items": one.items,
    "fates": one.fates,
    "callbacks": one.callbacks,
}


def run(slug: str, *, reader: Reader, filters: Filters, department: int | None = None) -> Report:
    """Makes one report; `department` is the key of the one that a department's report is about.

    Raises `KeyError` for a slug that is not a report (of a department, where one is given), and `PermissionDenied` for one
    that this reader may not read.
    """
    if (slug in OF_EVALUATORS and not reader.checks) or (slug in OF_CALLS and not reader.opens_calls):
        raise PermissionDenied
    known = OF_ALL if department is None else OF_ONE_DEPARTMENT
    return replace(known[slug](reader, filters, department), is_of_totals=not reader.sees_calls)
