"""Who scores strictly or leniently, and what departments would score without that."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics import charts, evaluator_frames, gap_words, metrics, words
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import Filters
from analytics.metrics import CorrectedScore, Evaluators, Halves, Strictness, StrictnessDrift
from analytics.reports.base import Column, Report, Value
from analytics.reports.evaluators import UNKNOWN, Person, base_report, people, person_columns, person_values
from analytics.reports.nodes import gap_columns, gap_values
from analytics.reports.tree import Tree, tree_of
from analytics.results import Estimate

if TYPE_CHECKING:
    import pandas as pd

# A year of calls tells evaluators apart that a quarter does not.
LONG_ENOUGH: Final = 360


# --- evaluators -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaning:
    """An evaluator with what they give more or less, or how that changed, and the same in a sentence."""

    person: Person
    gap: Estimate
    says: str


@dataclass(frozen=True, slots=True)
class Leanings:
    """The strictest first. `apart` says who stands apart from whom, where departments part them; `long` says that the period holds a year."""

    lines: tuple[Leaning, ...]
    found: Evaluators
    apart: tuple[str, ...]
    long: bool

    @property
    def clear(self) -> tuple[Leaning, ...]:
        return tuple(each for each in self.lines if each.gap.clear)


def severity(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """What every evaluator gives more or less than the others would for the same calls."""
    found, known = _severities(reader, filters), people(reader)
    chosen = sorted(found.evaluators, key=lambda each: (each.estimate.exact is None, each.estimate.exact or 0))
    lines = tuple(Leaning(known.get(each.evaluator, UNKNOWN), each.estimate, _gives(each.estimate)) for each in chosen)
    columns = (
        *person_columns(),
        Column("calls", _("Calls"), _("calls")),
        Column("raw", _("Own mean minus that of all"), _("points")),
        *gap_columns_in_points("severity", _("Severity"), "severity"),
        Column("note", _("Note")),
    )
    rows = [_severity_row(known, each) for each in chosen]
    drawn = [(each.person.called, each.gap, each.says) for each in lines if found.share]
    return base_report(
        "severity",
        _("Strict and lenient evaluators: %(measure)s") % {"measure": words.MEASURES[filters.measure]},
        _leaning(found),
        columns=columns,
        rows=rows,
        reader=reader,
        filters=filters,
        counted=_counted(reader, filters),
        known=_counted(reader, filters, "n"),
        chart=charts.gaps(drawn, _("points, strict (−) or lenient (+)")),
        result=Leanings(lines, found, _apart(found, known, tree_of(reader, filters)), _is_long(filters)),
    )


def halves(reader: Reader, filters: Filters) -> "pd.DataFrame":
    keys = tree_of(reader, filters).keys
    key = ("by_half", filters.scope, filters.measure, keys)
    return reader.once(key, lambda: evaluator_frames.by_half(reader, filters, keys))


def _counted(reader: Reader, filters: Filters, column: str = "n_calls") -> int:
    return int(halves(reader, filters)[column].sum())


def _severities(reader: Reader, filters: Filters) -> Evaluators:
    def make() -> Evaluators:
        smallest = reader.smallest_group(tree_of(reader, filters).keys)
        return metrics.severity(evaluator_frames.together(halves(reader, filters)), smallest)

    return reader.once(("severity", filters.scope, filters.measure, tree_of(reader, filters).keys), make)


def _is_long(filters: Filters) -> bool:
    return filters.start is None or (filters.end - filters.start).days >= LONG_ENOUGH


def gap_columns_in_points(name: str, label: str, metric: str) -> tuple[Column, ...]:
    columns = gap_columns(name, label, metric)
    return tuple(Column(each.name, each.label, each.unit and _("points"), each.metric) for each in columns)


def _severity_row(known: Mapping[int, Person], each: Strictness) -> Mapping[str, Value]:
    return {
        **person_values(known.get(each.evaluator, UNKNOWN)),
        "calls": each.estimate.n,
        "raw": each.raw,
        **gap_values("severity", each.estimate),
        "note": "too few calls" if each.estimate.withheld else "",
    }


def _gives(found: Estimate) -> str:
    """“gives 6.1 points less (4.0 to 8.2) than others would for the same calls”."""
    facts = {"size": gap_words.size(found), "gap": gap_words.signed(found), "calls": words.calls(found.n)}
    if found.withheld:
        return words.calls(None)
    if not found.clear:
        return _("cannot be told from the others: %(gap)s; %(calls)s") % facts
    if gap_words.direction(found) < 0:
        return _("gives %(size)s less than others would for the same calls; %(calls)s") % facts
    return _("gives %(size)s more than others would for the same calls; %(calls)s") % facts


def _leaning(found: Evaluators) -> str:
    """How many lean, without a name: a letter says this too."""
    if found.apart:
        return _(
            "Nothing is told: nothing that they called links some evaluators with the others, so they cannot be compared."
        )
    if not found.evaluators:
        return _("Too few calls, or too few evaluators, to tell strictness from chance.")
    if not found.share:
        return _("Evaluators differ by no more than chance would give.")
    count, n = sum(each.estimate.clear for each in found.evaluators), len(found.evaluators)
    if not count:
        return _("That evaluators differ may be chance.")
    text = ngettext(
        "%(count)s of %(n)s evaluators clearly scores stricter or more lenient than the others.",
        "%(count)s of %(n)s evaluators clearly score stricter or more lenient than the others.",
        count,
    )
    return text % {"count": count, "n": n}


def unexplained(found: Evaluators) -> str:
    """The share of evaluators in what is left of the variance, for whoever wants to know it."""
    if not found.share:
        return ""
    text = _(
        "Of the differences between calls that department and scenario do not explain, %(share)s comes from who scored."
    )
    return text % {"share": words.percent(found.share)}


def _apart(found: Evaluators, known: Mapping[int, Person], tree: Tree) -> tuple[str, ...]:
    """Who called which departments; nothing where scenarios alone part those who called the same ones."""
    called = [key for each in found.apart for key in each.departments]
    if len(called) > len(set(called)):
        return ()
    said = []
    for each in found.apart:
        facts = {
            "names": words.listed([known.get(key, UNKNOWN).called for key in each.evaluators]),
            "departments": words.listed([tree.name(key) for key in each.departments]),
        }
        said.append(_("%(names)s called only %(departments)s") % facts)
    return tuple(said)


# --- drift ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drifts:
    """Those who changed most first; `comparable` as in `metrics.Halves`."""

    lines: tuple[Leaning, ...]
    comparable: bool

    @property
    def clear(self) -> tuple[Leaning, ...]:
        return tuple(each for each in self.lines if each.gap.clear)


def severity_drift(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Whether evaluators became stricter or more lenient from the first half of the period to the second."""
    smallest = reader.smallest_group(tree_of(reader, filters).keys)
    found, known = metrics.severity_drift(halves(reader, filters), smallest), people(reader)
    chosen = sorted(found.evaluators, key=lambda each: -abs(each.change.exact or Fraction(0)))
    # Of a year of evaluators who stayed as they were there is nothing to look at, or to say of each.
    anybody = any(each.change.clear for each in chosen)
    lines = tuple(
        Leaning(known.get(each.evaluator, UNKNOWN), each.change, _drifted(each) if anybody else "") for each in chosen
    )
    columns = (
        *person_columns(),
        Column("calls_before", _("Calls in the first half"), _("calls")),
        Column("before", _("Severity in the first half"), _("points"), "severity"),
        Column("calls_after", _("Calls in the second half"), _("calls")),
        Column("after", _("Severity in the second half"), _("points"), "severity"),
        *gap_columns_in_points("drift", _("Drift"), "severity_drift"),
        Column("note", _("Note")),
    )
    drawn, result = [(each.person.called, each.gap, each.says) for each in lines], Drifts(lines, found.comparable)
    return base_report(
        "severity_drift",
        _("Drift: stricter or more lenient since"),
        _halves_in_words(reader, filters, found),
        columns=columns,
        rows=[_drift_row(known, each) for each in chosen],
        reader=reader,
        filters=filters,
        counted=_counted(reader, filters),
        known=_counted(reader, filters, "n"),
        chart=charts.gaps(drawn, _("points, stricter (−) or milder (+)")) if anybody else None,
        result=result,
    )


def _halves_in_words(reader: Reader, filters: Filters, found: Halves) -> str:
    if not found.comparable:
        return _("Too few calls in one half of the period to tell how strict evaluators were in it.")
    day = words.day(evaluator_frames.middle(reader, filters))
    return _("Up to %(day)s against after it, each half judged by itself.") % {"day": day}


def _drift_row(known: Mapping[int, Person], each: StrictnessDrift) -> Mapping[str, Value]:
    return {
        **person_values(known.get(each.evaluator, UNKNOWN)),
        "calls_before": each.before.n,
        "before": each.before.value,
        "calls_after": each.after.n,
        "after": each.after.value,
        **gap_values("drift", each.change),
        "note": "too few calls" if each.change.withheld else "",
    }


def _drifted(each: StrictnessDrift) -> str:
    facts = {
        "size": gap_words.size(each.change),
        "gap": gap_words.signed(each.change),
        "calls": words.calls(each.change.n),
    }
    if each.change.withheld:
        return words.calls(None)
    if not each.change.clear:
        return _("no clear change: %(gap)s; %(calls)s") % facts
    if gap_words.direction(each.change) < 0:
        return _("became %(size)s stricter; %(calls)s") % facts
    return _("became %(size)s more lenient; %(calls)s") % facts


# --- departments ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shifted:
    """A department's score as it was given, corrected, and the change."""

    key: int
    name: str
    found: CorrectedScore
    shift: Decimal | None


@dataclass(frozen=True, slots=True)
class Shifts:
    """What changes most first."""

    lines: tuple[Shifted, ...]
    most: Shifted | None

    @property
    def moved(self) -> tuple[Shifted, ...]:
        """Those whose change is still one as it is written."""
        return tuple(each for each in self.lines if each.shift is not None and rounded(each.shift, 1))

    @property
    def still(self) -> int:
        return sum(each.shift is not None for each in self.lines) - len(self.moved)

    @property
    def in_words(self) -> str:
        """What it does to departments who scored their calls; nothing where that cannot be told."""
        if self.most is None or self.most.shift is None:
            return ""
        if not self.moved:
            return _("Who scored moves the figure of no department by 0.1 points or more.")
        facts = {"points": words.points(abs(self.most.shift)), "name": self.most.name}
        return _("Who scored moves a department's figure by at most %(points)s points (%(name)s).") % facts


def corrected(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Every department's score as if all evaluators were equally strict."""
    found, tree = _severities(reader, filters), tree_of(reader, filters)
    lines = [
        Shifted(each.department, tree.name(each.department), each, metrics.shift(each)) for each in found.departments
    ]
    lines.sort(key=lambda each: (each.shift is None, -abs(each.shift or Decimal(0)), each.name))
    most = metrics.largest_shift(found.departments)
    result = Shifts(tuple(lines), next((each for each in lines if each.found is most), None))
    columns = (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("calls", _("Calls"), _("calls")),
        Column("raw", _("As scored"), _("points"), filters.measure),
        Column("corrected", _("Corrected"), _("points"), "corrected"),
        Column("corrected_low", _("Corrected, low end"), _("points"), "corrected"),
        Column("corrected_high", _("Corrected, high end"), _("points"), "corrected"),
        Column("shift", pgettext("figures", "Change"), _("points"), "corrected"),
        Column("note", _("Note")),
    )
    return base_report(
        "corrected",
        _("Departments as if all evaluators were equally strict"),
        result.in_words,
        columns=columns,
        rows=[_shift_row(tree, each) for each in lines],
        reader=reader,
        filters=filters,
        counted=_counted(reader, filters),
        known=_counted(reader, filters, "n"),
        result=result,
    )


def _shift_row(tree: Tree, each: Shifted) -> Mapping[str, Value]:
    corrected = each.found.estimate
    return {
        "department_code": tree.code(each.key),
        "department": each.name,
        "calls": corrected.n,
        "raw": each.found.raw,
        "corrected": corrected.value,
        "corrected_low": corrected.low,
        "corrected_high": corrected.high,
        "shift": each.shift,
        "note": "too few calls" if corrected.withheld else "",
    }
