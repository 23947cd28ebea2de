"""The filters as a reader sees them: chips that can be taken away, and a form that works without script."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import quarters, words
from analytics.access import Reader
from analytics.filters import LAST_YEAR, MEASURES, PERIODS, PREVIOUS, STEPS, STYLES, Filters
from surveys.definition import text
from surveys.models import Call
from surveys.tree import in_tree_order

# Calendar quarters to choose from: a few beside other periods, more where there is nothing else.
QUARTERS, MOST_QUARTERS = 4, 8


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was chosen; `url` shows the same without it, where it can be taken away."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A control of the form: a choice of one, a choice of several, or a day."""

    key: str
    label: str
    kind: str
    options: tuple[Option, ...] = ()
    value: str = ""


def chips(reader: Reader, filters: Filters, *, departments: bool = True) -> tuple[Chip, ...]:
    """The period first, then whatever narrows the view."""
    against = _("%(dates)s, against %(before)s") % {"dates": words.dates(filters), "before": words.before(filters)}
    found = [
        Chip(
            words.capital(words.period(filters.period)),
            against if filters.before else words.dates(filters),
            filters.querystring(period=None, from_=None, to=None) if _is_chosen(filters, "period", "from") else "",
        )
    ]
    if _is_chosen(filters, "against", "against_from"):
        found.append(
            Chip(_("Compared with"), words.before(filters), filters.querystring(against=None, against_from=None))
        )
    for key in filters.departments if departments else ():
        kept = [reader.departments[other].code for other in filters.departments if other != key]
        found.append(Chip(_("Department"), reader.departments[key].name, filters.querystring(department=kept)))
    return (*found, *_narrower(reader, filters))


def _narrower(reader: Reader, filters: Filters) -> list[Chip]:
    """What is measured, and which calls only."""
    found = []
    if filters.measure != "score":
        found.append(Chip(_("Measure"), str(words.MEASURES[filters.measure]), filters.querystring(measure=None)))
    if filters.caller_style:
        found.append(
            Chip(_("Caller style"), str(words.STYLES[filters.caller_style]), filters.querystring(caller_style=None))
        )
    if filters.scenario is not None:
        name = text(reader.scenarios[filters.scenario].name, get_language() or "en")
        found.append(Chip(_("Scenario"), name, filters.querystring(scenario=None)))
    if filters.attempt is not None:
        found.append(Chip(_("Attempt"), str(filters.attempt), filters.querystring(attempt=None)))
    if filters.wave is not None:
        found.append(Chip(_("Wave"), reader.waves[filters.wave].name, filters.querystring(wave=None)))
    if filters.version is not None:
        found.append(Chip(_("Checklist"), str(reader.published[filters.version]), filters.querystring(version=None)))
    if filters.weekday is not None:
        day = words.capital(str(words.WEEKDAYS[filters.weekday]))
        found.append(Chip(_("Weekday"), day, filters.querystring(weekday=None)))
    if filters.fate:
        found.append(Chip(_("How it ended"), str(Call.Fate(filters.fate).label), filters.querystring(fate=None)))
    return found


def _is_chosen(filters: Filters, *keys: str) -> bool:
    return any(key in keys for key, _value in filters.query)


def fields(reader: Reader, filters: Filters, *, departments: bool = True) -> tuple[Field, ...]:
    """The controls of the filter form, as they stand."""
    if not reader.sees_calls:
        return _of_totals(reader, filters)
    language = get_language() or "en"
    dates = filters.period == "dates" and filters.start is not None
    found = [
        _periods(filters, [*PERIODS, "all", *_quarters(quarters.quarter_of(reader.today), QUARTERS)]),
        Field("from", _("or from"), "date", value=filters.start.isoformat() if dates and filters.start else ""),
        Field("to", _("to"), "date", value=filters.end.isoformat() if dates else ""),
        _one(
            "against",
            _("Compared with"),
            [(PREVIOUS, _("the period before")), (LAST_YEAR, _("the same weeks a year before"))],
            filters.against,
        ),
        Field(
            "against_from",
            _("or with the weeks from"),
            "date",
            value=filters.against_from.isoformat() if filters.against_from else "",
        ),
        _one("measure", _("Measure"), [(name, str(words.MEASURES[name])) for name in MEASURES], filters.measure),
        _one("by", _("Trend by"), [(name, str(words.STEPS[name])) for name in STEPS], filters.by),
        _one(
            "caller_style",
            _("Caller style"),
            [("", _("every style")), *((name, str(words.STYLES[name])) for name in STYLES)],
            filters.caller_style,
        ),
        _one(
            "scenario",
            _("Scenario"),
            [
                ("", _("every scenario")),
                *((each.code, text(each.name, language)) for each in reader.scenarios.values()),
            ],
            reader.scenarios[filters.scenario].code if filters.scenario is not None else "",
        ),
        _one(
            "wave",
            _("Wave"),
            [("", _("every wave")), *((str(each.pk), each.name) for each in reader.waves.values())],
            "" if filters.wave is None else str(filters.wave),
        ),
        *_finer(reader, filters),
    ]
    return (*found, *(_several(reader, filters) if departments and len(reader.departments) > 1 else ()))


def _of_totals(reader: Reader, filters: Filters) -> tuple[Field, ...]:
    """The little that readers of totals choose (see `filters`)."""
    earlier = [(PREVIOUS, _("the quarter before")), (LAST_YEAR, _("the same quarter a year before"))]
    return (
        _periods(filters, _quarters(quarters.released(reader.today), MOST_QUARTERS, reader.oldest)),
        _one("against", _("Compared with"), earlier, filters.against),
        _one("measure", _("Measure"), [(name, str(words.MEASURES[name])) for name in MEASURES], filters.measure),
    )


def _periods(filters: Filters, names: list[str]) -> Field:
    chosen = [] if filters.period in {*names, "dates"} else [filters.period]
    return _one("period", _("Period"), [(name, words.period(name)) for name in (*names, *chosen)], filters.period)


def _quarters(last: quarters.Quarter, count: int, oldest: dt.date | None = None) -> list[str]:
    """The newest by name, as far back as there are calls; one at least."""
    return [each.name for each in quarters.newest(last, count) if each == last or oldest is None or each.end >= oldest]


def _finer(reader: Reader, filters: Filters) -> list[Field]:
    """What fewer readers ask for; how a call ended only for those who may see calls, versions where there are several."""
    found = [
        _one(
            "attempt",
            _("Attempt"),
            [("", _("every attempt")), *((str(each), str(each)) for each in _attempts(reader))],
            str(filters.attempt or ""),
        ),
        _one(
            "weekday",
            _("Weekday"),
            [("", _("every day")), *((str(number), str(name)) for number, name in words.WEEKDAYS.items())],
            str(filters.weekday or ""),
        ),
    ]
    # Asked for only where the waves were not all on one.
    if len({wave.version_id for wave in reader.waves.values()}) > 1:
        versions = [("", _("every version")), *((str(pk), str(version)) for pk, version in reader.published.items())]
        found.append(_one("version", _("Checklist"), versions, str(filters.version or "")))
    if reader.sees_calls:
        fates = [("", _("every ending")), *((fate.value, str(fate.label)) for fate in Call.Fate)]
        found.append(_one("fate", _("How it ended"), fates, filters.fate))
    return found


def _attempts(reader: Reader) -> list[int]:
    return sorted({scenario.attempt for scenario in reader.scenarios.values()})


def _several(reader: Reader, filters: Filters) -> tuple[Field, ...]:
    """The departments as a tree of boxes to tick."""
    options = tuple(
        Option(
            branch.department.code, branch.department.name, branch.department.pk in filters.departments, branch.depth
        )
        for branch in in_tree_order(reader.departments.values())
    )
    return (Field("department", _("Departments"), "several", options),)


def _one(key: str, label: str, options: list[tuple[str, str]], chosen: str) -> Field:
    return Field(
        key, label, "select", tuple(Option(value, words.capital(name), value == chosen) for value, name in options)
    )
