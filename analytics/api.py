"""Figures: the same reports as on the pages and in their CSV, row by row."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import access, filters, registry, reports
from surveys.api.base import ORGANISATION, Endpoint, organisation_of, person
from surveys.api.problems import Problem, error

Shape = serializers.Serializer[Any]


class ColumnOut(Shape):
    name = serializers.CharField(help_text="The key in every row; stable.")
    label = serializers.CharField(help_text="In your language.")  # type: ignore[assignment]
    unit = serializers.CharField(help_text="What it counts: points, %, calls; empty for names and dates.")
    metric = serializers.CharField(
        help_text="The figure's key under `/api/v1/metrics/`; empty for names, dates and counts."
    )


class LeftOutOut(Shape):
    reason = serializers.CharField()
    calls = serializers.IntegerField()


class ReportOut(Shape):
    """A report as you may see it now: figures of approved first scorings, by local date of the call."""

    organisation = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField(help_text="What it shows, in words.")
    start = serializers.DateField(allow_null=True)
    end = serializers.DateField()
    counted = serializers.IntegerField(help_text="Calls that count in what the report covers.")
    lacking = LeftOutOut(
        many=True,
        help_text="Counted calls that tell nothing of the figures, by reason: the key of a measure that they have no score of; "
        "seconds, pair or aspects.",
    )
    left_out = LeftOutOut(many=True, help_text="Calls of the period that do not count, by reason.")
    data_time = serializers.DateTimeField(help_text="The figures are as of this moment.")
    columns = ColumnOut(many=True)
    rows = serializers.ListField(
        child=serializers.DictField(),
        help_text="By column name: figures with two decimals as text, counts as numbers, dates as YYYY-MM-DD. null is no "
        "data, or a figure withheld (note: too few calls) because it rests on too few calls, or others could be worked out "
        "from it; the row's `note` says which.",
    )


def parameter(name: str, description: str, *choices: str, many: bool = False, kind: type = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description, enum=choices or None, many=many)


PARAMETERS = [
    ORGANISATION,
    parameter(
        "period",
        f"Whole weeks up to today: {', '.join(filters.PERIODS)}; all; or a calendar quarter, as 2026-q1. "
        "The default is last_quarter; for readers of totals, who choose among calendar quarters only, the newest given.",
    ),
    parameter("from", "First local date, instead of a period.", kind=dt.date),
    parameter("to", "Last local date; the default is today.", kind=dt.date),
    parameter("against", "What the period is compared with; the default is previous.", *filters.AGAINST),
    parameter(
        "against_from", "First local date of the period to compare with, moved to the same weekday.", kind=dt.date
    ),
    parameter("department", "A department's code, with all below it; may be repeated.", many=True),
    parameter("measure", "What is averaged; the default is score.", *filters.MEASURES),
    parameter("scenario", "A scenario's code."),
    parameter("caller_style", "Calls of this style only.", *filters.STYLES),
    parameter("attempt", "Calls of the caller's first, second ... attempt only.", kind=int),
    parameter("wave", "A wave's id.", kind=int),
    parameter("version", "A checklist version's id.", kind=int),
    parameter("weekday", "Calls of one weekday only: 1 (Monday) to 7.", kind=int),
    parameter("fate", "Calls that ended so; for those who may see single calls.", *filters.FATES),
    parameter("by", "What a trend is drawn by; the default is month.", *filters.STEPS),
    parameter("line", "A department's code or `total`: the lines of a trend; may be repeated.", many=True),
    parameter("item", "A question's code: of single calls, those in which it cost points."),
    parameter("q", "Words to look for in phrases and quotes."),
    parameter("sort", "The order of single calls; the default is newest first.", *filters.SORTS),
    parameter("page", "Which fifty of the single calls; from 1.", kind=int),
]
EXAMPLE = OpenApiExample(
    "trend",
    response_only=True,
    value={
        "organisation": "zuiderveen",
        "title": "Score by month",
        "summary": "All departments together: 74.2 points in March 2026.",
        "start": "2026-03-01",
        "end": "2026-03-31",
        "counted": 41,
        "lacking": [{"reason": "score", "calls": 1}],
        "left_out": [{"reason": "returned", "calls": 2}],
        "data_time": "2026-04-01T09:30:00+02:00",
        "columns": [{"name": "score", "label": "Score", "unit": "points", "metric": "score"}],
        "rows": [{"score": "74.20"}],
    },
)


class ReportPage(Endpoint):
    serializer_class = ReportOut
    parameters = frozenset({*filters.KEYS, "organisation"})

    def answer(self, request: Request, slug: str, department: int | None = None) -> Response:
        user = person(request)
        organisation = organisation_of(user, request.query_params.get("organisation"))
        reader = access.reader_or_404(user, organisation.slug, at=timezone.now())
        chosen = filters.parse(request.query_params, reader)
        if chosen.problems:
            errors = [error(problem.key, "invalid", problem.message) for problem in chosen.problems]
            raise Problem("invalid", 400, errors=errors)
        if department is not None:
            department = access.department_or_404(reader, department).pk
        report = reports.run(slug, reader=reader, filters=chosen, department=department)
        return Response({"organisation": organisation.slug, **shown(report)})


class MetricOut(Shape):
    """What a figure means."""

    key = serializers.CharField()
    name = serializers.CharField(help_text="In your language.")
    definition = serializers.CharField(help_text="In words, in your language.")
    unit = serializers.CharField(help_text="points, %, calls and so on; empty for a verdict.")
    better = serializers.ChoiceField(
        [registry.HIGHER, registry.LOWER, registry.NEITHER], help_text="Which way is good."
    )
    method = serializers.CharField(help_text="How it and its uncertainty are computed.")
    source = serializers.CharField(help_text="The publication that it is from; empty for plain counting.")  # type: ignore[assignment]


class Metrics(Endpoint):
    serializer_class = MetricOut

    @extend_schema(operation_id="metrics", responses=MetricOut(many=True))
    def get(self, request: Request) -> Response:
        """Every figure that is shown anywhere: what it means, its unit, which way is good, its method and its source.

        The same words as on the pages and in the help.
        """
        return Response(
            [
                {"key": each.key, "name": str(each.name), "definition": str(each.definition), "unit": each.unit}
                | {"better": each.better, "method": str(each.method), "source": each.source}
                for each in registry.METRICS.values()
            ]
        )


class Trend(ReportPage):
    @extend_schema(operation_id="trend", parameters=PARAMETERS, examples=[EXAMPLE])
    def get(self, request: Request) -> Response:
        """The course of a measure per department, by month or week, with its interval and n.

        The rows are those of the page's table and of its CSV, to the last digit. 403 for those who read no figures.
        """
        return self.answer(request, "trend")


class Overview(ReportPage):
    @extend_schema(operation_id="overview", parameters=PARAMETERS)
    def get(self, request: Request) -> Response:
        """Every department now, against the period before and its target, with interval and n.

        The rows are those of the page's table and of its CSV, to the last digit. 403 for those who read no figures.
        """
        return self.answer(request, "overview")


class AnyReport(ReportPage):
    @extend_schema(
        operation_id="report",
        parameters=[*PARAMETERS, OpenApiParameter("report", str, "path", enum=sorted(reports.OF_ALL))],
    )
    def get(self, request: Request, report: str) -> Response:
        """A report of the pages of results, by its name there.

        The rows are those of the page's table and of its CSV, to the last digit. 403 for those who read no figures, and for
        reports of single evaluators for all who do not check calls; 404 where there is no such report.
        """
        if report not in reports.OF_ALL:
            raise Http404
        return self.answer(request, report)


class OfDepartment(ReportPage):
    @extend_schema(
        operation_id="results",
        parameters=[*PARAMETERS, OpenApiParameter("report", str, "path", enum=list(reports.OF_ONE_DEPARTMENT))],
    )
    def get(self, request: Request, pk: int, report: str) -> Response:
        """A report of one department with all below it: dimensions, aspects, items, fates, callbacks.

        The rows are those of the page's table and of its CSV, to the last digit. 404 for a department whose figures you
        may not read.
        """
        if report not in reports.OF_ONE_DEPARTMENT:
            raise Http404
        return self.answer(request, report, pk)


def shown(report: reports.Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "summary": report.summary,
        "start": report.start,
        "end": report.end,
        "counted": report.counted,
        "lacking": [{"reason": reason, "calls": calls} for reason, calls in report.lacking.items()],
        "left_out": [{"reason": reason, "calls": calls} for reason, calls in report.left_out.items()],
        "data_time": report.data_time,
        "columns": [
            {"name": each.name, "label": each.label, "unit": each.unit, "metric": each.metric}
            for each in report.columns
        ],
        "rows": [{name: _text(value) for name, value in row.items()} for row in report.rows],
    }


def _text(value: reports.Value) -> reports.Value:
    return str(value) if isinstance(value, Decimal) else value
