"""The filters as a reader sees them: chips that can be taken away, and a form that works without script."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import words
from analytics.access import Reader
from analytics.filters import MEASURES, PERIODS, STEPS, STYLES, Filters
from surveys.definition import text
from surveys.tree import in_tree_order


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
            words.capital(str(words.PERIODS[filters.period])),
            against if filters.before else words.dates(filters),
            filters.querystring(period=None, from_=None, to=None) if _is_chosen(filters, "period", "from") else "",
        )
    ]
    for key in filters.departments if departments else ():
        kept = [reader.departments[other].code for other in filters.departments if other != key]
        found.append(Chip(_("Department"), reader.departments[key].name, filters.querystring(department=kept)))
    if filters.measure != "score":
        found.append(Chip(_("Measure"), str(words.MEASURES[filters.measure]), filters.querystring(measure=None)))
    if filters.caller_style:
        found.append(
            Chip(_("Caller style"), str(words.STYLES[filters.caller_style]), filters.querystring(caller_style=None))
        )
    if filters.scenario is not None:
        name = text(reader.scenarios[filters.scenario].name, get_language() or "en")
        found.append(Chip(_("Scenario"), name, filters.querystring(scenario=None)))
    if filters.wave is not None:
        found.append(Chip(_("Wave"), reader.waves[filters.wave].name, filters.querystring(wave=None)))
    return tuple(found)


def _is_chosen(filters: Filters, *keys: str) -> bool:
    return any(key in keys for key, _value in filters.query)


def fields(reader: Reader, filters: Filters, *, departments: bool = True) -> tuple[Field, ...]:
    """The controls of the filter form, as they stand."""
    language = get_language() or "en"
    dates = filters.period == "dates" and filters.start is not None
    found = [
        Field(
            "period",
            _("Period"),
            "select",
            tuple(
                Option(name, words.capital(str(words.PERIODS[name])), name == filters.period)
                for name in (*PERIODS, "all")
            ),
        ),
        Field("from", _("or from"), "date", value=filters.start.isoformat() if dates and filters.start else ""),
        Field("to", _("to"), "date", value=filters.end.isoformat() if dates else ""),
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
    ]
    return (*found, *(_several(reader, filters) if departments and len(reader.departments) > 1 else ()))


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
