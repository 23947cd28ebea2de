"""What the pages of figures show, ready for their templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import frames, lede, marks, reports, words
from analytics.access import Reader
from analytics.choices import Chip, Field, chips, fields
from analytics.figures import Row, Series
from analytics.filters import ALL_TOGETHER, TOTAL, Filters
from analytics.reports import Report
from analytics.reports.department import course_measures
from analytics.reports.overview import Overview, row_of

if TYPE_CHECKING:
    from surveys.models import Call, Department

# Lines that a trend begins with: everything together, and the departments that changed clearly.
FIRST_LINES = 4
RECENT = 8
STALE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing of what is drawn."""

    label: str
    url: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class TrendBlock:
    """The trend of the overview: the report, and the links that choose its lines, measure and step."""

    report: Report
    query: str
    lines: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    steps: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class OverviewPage:
    reader: Reader
    filters: Filters
    query: str
    lede: tuple[lede.Sentence, ...]
    chips: tuple[Chip, ...]
    fields: tuple[Field, ...]
    report: Report
    result: Overview
    axis: marks.Axis
    spark_title: str
    counted: str
    ends: str
    trend: TrendBlock | None
    place: str = "overview"


@dataclass(frozen=True, slots=True)
class DepartmentPage:
    reader: Reader
    filters: Filters
    query: str
    department: "Department"
    row: Row
    axis: marks.Axis
    lede: tuple[lede.Sentence, ...]
    chips: tuple[Chip, ...]
    fields: tuple[Field, ...]
    steps: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    reports: dict[str, Report]
    recent: "tuple[Call, ...]"
    sees_calls: bool
    parts: int
    counted: str
    ends: str

    @property
    def place(self) -> str:
        return place_of(self.department.pk)


def place_of(department: int) -> str:
    """The name of a department's page among saved views."""
    return f"department/{department}"


def overview(reader: Reader, filters: Filters) -> OverviewPage:
    report = reports.run("overview", reader=reader, filters=filters)
    result: Overview = report.result
    hours = reader.organisation.callback_window_hours
    return OverviewPage(
        reader=reader,
        filters=filters,
        query=filters.querystring().rstrip("?"),
        lede=tuple(lede.overview(result.rows, filters, hours)) or (no_answer(report),),
        chips=chips(reader, filters),
        fields=fields(reader, filters),
        report=report,
        result=result,
        axis=marks.axis(result.rows),
        spark_title=_("12 months") if filters.by == "month" else _("12 weeks"),
        counted=counted(report, reader),
        ends=ends(report, reader),
        trend=_trend(reader, filters, result) if result.rows else None,
    )


def department(reader: Reader, filters: Filters, chosen: "Department") -> DepartmentPage:
    # First, for it reads the sums of all departments: the others take theirs out of these.
    row = row_of(reader, filters, chosen.pk, course_measures(filters))
    made = {
        slug: reports.run(slug, reader=reader, filters=filters, department=chosen.pk)
        for slug in reports.OF_ONE_DEPARTMENT
    }
    hours = reader.organisation.callback_window_hours
    course: Iterable[Series] = made["dimensions"].result
    chosen_course = next((each for each in course if each.code == filters.measure), None)
    return DepartmentPage(
        reader=reader,
        filters=filters,
        query=filters.querystring().rstrip("?"),
        department=chosen,
        row=row,
        axis=marks.axis([row]),
        lede=tuple(lede.department(row, filters, hours, chosen_course)) or (no_answer(made["items"]),),
        chips=chips(reader, filters, departments=False),
        fields=fields(reader, filters, departments=False),
        steps=_steps(reader, filters),
        measures=_measures(filters),
        reports=made,
        recent=tuple(reader.recent_calls(chosen.pk, RECENT)),
        sees_calls=reader.smallest_group(reader.below(chosen.pk)) == 1,
        parts=len(reader.below(chosen.pk)) - 1,
        counted=counted(made["items"], reader),
        ends=ends(made["items"], reader),
    )


def _trend(reader: Reader, filters: Filters, result: Overview) -> TrendBlock:
    known = [row for row in result.rows if row.spark is not None]
    lines = filters.lines or _first_lines(known)
    drawn = filters.with_lines(lines)
    codes = {ALL_TOGETHER: TOTAL} | {key: each.code for key, each in reader.departments.items()}
    links = []
    for key, name in [(row.key, row.name) for row in known]:
        chosen = [line for line in lines if line != key] if key in lines else [*lines, key]
        url = filters.querystring(line=[codes[line] for line in chosen]) + "#trend"
        links.append(Choice(name, url, on=key in lines))
    return TrendBlock(
        report=reports.run("trend", reader=reader, filters=drawn),
        query=filters.querystring(line=[codes[line] for line in lines]),
        lines=tuple(links) if len(links) > 1 else (),
        measures=_measures(filters),
        steps=_steps(reader, filters),
    )


def _first_lines(rows: list[Row]) -> tuple[int, ...]:
    whole = [row.key for row in rows if row.level == "total"]
    clear = [row for row in rows if row.level == "department" and row.signal is not None]
    clear.sort(key=lambda row: row.change is None or not row.change.clear)
    most = max((row for row in rows), key=lambda row: row.mean.n or 0, default=None)
    found = whole + [row.key for row in clear]
    return tuple(found[:FIRST_LINES]) or ((most.key,) if most else ())


def _measures(filters: Filters) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            words.capital(str(name)),
            filters.querystring(measure=None if measure == "score" else measure) + "#trend",
            on=measure == filters.measure,
        )
        for measure, name in words.MEASURES.items()
        if measure != "other"
    )


def _steps(reader: Reader, filters: Filters) -> tuple[Choice, ...]:
    if not reader.sees_calls:
        return ()
    names = {"month": _("by month"), "week": _("by week")}
    return tuple(
        Choice(name, filters.querystring(by=None if step == "month" else step) + "#trend", on=step == filters.by)
        for step, name in names.items()
    )


def no_answer(report: Report, few: str = "") -> lede.Sentence:
    return lede.no_answer(report.counted, report.lacking, few, is_of_totals=report.is_of_totals)


def counted(report: Report, reader: Reader) -> str:
    """“1,941 calls counted; left out: 38 waiting for review. By call date, Amsterdam time. As it stood at 09:12.”"""
    zone = ZoneInfo(reader.organisation.time_zone)
    facts = {
        "counted": _of_the_choice(report),
        "left_out": ", ".join(words.left_out(reason, count) for reason, count in report.left_out.items()),
        "place": reader.organisation.time_zone.rpartition("/")[2].replace("_", " "),
        "time": date_format(report.data_time.astimezone(zone), "H:i"),
    }
    if report.left_out:
        text = _("%(counted)s; left out: %(left_out)s. By call date, %(place)s time. As it stood at %(time)s.")
    else:
        text = _("%(counted)s; none left out. By call date, %(place)s time. As it stood at %(time)s.")
    if reader.sees_calls:
        return text % facts
    why = _("“Not shown”: too few calls, or others could be worked out from it.")
    return f"{text % facts} {why}"


def _of_the_choice(report: Report) -> str:
    """“1,094 calls counted, 24 of them without a score (…)”: every number of calls on the page is one of these two."""
    facts = {"count": words.whole(report.counted)}
    if report.start and report.filters.start and report.start < report.filters.start:
        facts["day"] = words.day(report.start)
        text = ngettext(
            "%(count)s call counted since %(day)s, where the trends begin",
            "%(count)s calls counted since %(day)s, where the trends begin",
            report.counted,
        )
    else:
        text = ngettext("%(count)s call counted", "%(count)s calls counted", report.counted)
    lacking = [words.lacking(reason, count) for reason, count in report.lacking.items()]
    return ", ".join([text % facts, *lacking])


def ends(report: Report, reader: Reader) -> str:
    """That the data ends before the period does, if so; readers of totals are told of no day after it."""
    if not reader.sees_calls:
        return ""
    newest = report.newest if report.counted else frames.newest(reader)
    if newest is None or (report.counted and (report.end - newest).days <= STALE_DAYS):
        return ""
    return _("The newest counted call is of %(day)s.") % {"day": words.day(newest)}


def partly_before(reader: Reader, filters: Filters) -> str:
    """That the period compared with began before the calls did, if so; readers of totals are told of no day."""
    if filters.before is None or reader.oldest is None or reader.oldest <= filters.before[0]:
        return ""
    facts = {"dates": words.between(*filters.before), "day": words.day(reader.oldest)}
    if reader.oldest > filters.before[1]:
        return _("Of the period compared with, %(dates)s, there are no calls: the first ones are newer.") % facts
    if not reader.sees_calls:
        return _("Of the period compared with, %(dates)s, there are calls of a part only.") % facts
    return _("Of the period compared with, %(dates)s, there are calls of a part only: from %(day)s on.") % facts
