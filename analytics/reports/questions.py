"""Questions: what costs points, where departments differ, and what moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import metrics, words
from analytics.access import Reader
from analytics.figures import Change, Mean, rounded
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Apart, Item
from analytics.reports.answered import Answered, Question, answered, question_columns, question_values
from analytics.reports.base import Column, Report, Value, mean_values, share_columns
from analytics.reports.compared import Compared, compared
from analytics.reports.unsteady import unsteady
from analytics.results import Estimate

# As many departments as stand beside each other on a page; of more, those that most sets apart.
MOST_DEPARTMENTS = 10


def share_in_words(mean: Mean) -> str:
    """“34 % (25 to 44 %), 61 calls”."""
    if mean.value is None:
        return words.mean_in_words(mean)
    facts = {"share": words.percent(mean.value), "calls": words.calls(mean.n)}
    if mean.low is None:
        return _("%(share)s, %(calls)s") % facts
    facts["interval"] = f"{words.interval(mean.low, mean.high, 0)}{words.NARROW_SPACE}%"
    return _("%(share)s (%(interval)s), %(calls)s") % facts


# --- what costs points ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Costly:
    """A question by what it costs; the shares are those of all that is lost."""

    question: Question
    item: Item
    share: Decimal | None
    cumulated: Decimal | None


def pareto(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The questions by the points that they cost, dearest first, and what those down to each cost together."""
    about = answered(reader, filters)
    items = {each.code: each for each in about.items.whole}
    found = [
        Costly(about.questions[each.code], items[each.code], each.share, each.cumulated)
        for each in metrics.pareto(about.items.whole)
    ]
    costly = {each.item.code for each in found}
    found += [Costly(about.questions[code], each, None, None) for code, each in items.items() if code not in costly]
    columns = (
        *question_columns(),
        Column("lost", _("Cost"), _("points per call"), "lost"),
        Column("share", _("Share of what is lost"), "%", "cost_share"),
        Column("cumulated", _("Down to here"), "%", "cost_share"),
        *share_columns("earned", _("Earned when scored"), "earned"),
        Column("scored", _("Scored"), _("calls")),
        Column("na", _("Not applicable"), _("calls")),
        Column("note", _("Note")),
    )
    return about.report(
        "pareto",
        _("What costs most points"),
        _few_cost_most(found),
        columns=columns,
        rows=map(_cost_values, found),
        result=found,
    )


def _few_cost_most(found: Sequence[Costly]) -> str:
    """How few of the questions make half of what is lost."""
    half = next((place for place, each in enumerate(found, 1) if (each.cumulated or 0) >= 50), None)
    if half is None:
        return ""
    facts = {"count": half, "all": len(found), "share": words.percent(found[half - 1].cumulated or Decimal(0))}
    if half == 1:
        return _("One question of %(all)s makes %(share)s of all points lost.") % facts
    return _("%(count)s questions of %(all)s make %(share)s of all points lost.") % facts


def _cost_values(each: Costly) -> Mapping[str, Value]:
    return {
        **question_values(each.question),
        "lost": each.item.lost,
        "share": each.share,
        "cumulated": each.cumulated,
        **mean_values("earned", each.item.earned),
        "scored": each.item.n,
        "na": each.item.na,
        "note": "too few calls" if each.item.withheld else "",
    }


# --- departments beside each other ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A department's share of a question's points, against that of all together; no verdict where the question `is_unsteady`."""

    key: int
    code: str
    name: str
    item: Item | None
    whole: Item
    apart: Apart | None
    beside: Compared
    is_unsteady: bool = False

    @property
    def distance(self) -> Decimal | None:
        if self.item is None or self.item.earned.exact is None or self.whole.earned.exact is None:
            return None
        return rounded(self.item.earned.exact - self.whole.earned.exact)

    @property
    def verdict(self) -> int:
        """1 clearly above the other departments, -1 clearly below, 0 neither."""
        if self.is_unsteady or self.apart is None or not self.apart.estimate.clear or not self.apart.estimate.exact:
            return 0
        return 1 if self.apart.estimate.exact > 0 else -1


@dataclass(frozen=True, slots=True)
class HeatRow:
    question: Question
    whole: Item
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The rows by section, what all of them are called, the departments drawn, those left out, and every cell that is clearly apart, furthest first."""

    sections: tuple[tuple[str, tuple[HeatRow, ...]], ...]
    together: str
    drawn: tuple[tuple[int, str], ...]
    others: tuple[tuple[int, str], ...]
    first: int
    apart: tuple[tuple[Question, HeatCell], ...]

    @property
    def compared(self) -> int:
        return len(self.drawn) + len(self.others)


def heatmap(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Which share of a question's points each department earned."""
    about = answered(reader, filters)
    found, beside = _heat(about), compared(about.tree)
    columns = (
        *question_columns(),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        *share_columns("earned", _("Earned when scored"), "earned"),
        Column("scored", _("Scored"), _("calls")),
        Column("others", _("Other departments"), "%", "apart"),
        Column("apart", pgettext("figures", "Difference"), "%", "apart"),
        Column("apart_p", _("Difference, corrected p"), metric="apart"),
        Column("clear", _("Clear difference"), metric="apart"),
        Column("note", _("Note")),
    )
    rows = [
        _heat_values(about, row, cell)
        for _title, several in found.sections
        for row in several
        for cell in (HeatCell(ALL_TOGETHER, "", "", row.whole, row.whole, None, beside), *row.cells)
    ]
    title = _("Earned when scored, per question and department, in %")
    return about.report("heatmap", title, _how_many_apart(found, beside), columns=columns, rows=rows, result=found)


def _heat(about: Answered) -> HeatMap:
    apart, beside = metrics.questions_apart(about.items), compared(about.tree)
    marked = unsteady(about.reader, about.filters)
    whole = {each.code: each for each in about.items.whole}
    leaves = [key for key in about.tree.leaves if key in about.items.departments]

    def cells(code: str, keys: Iterable[int]) -> tuple[HeatCell, ...]:
        held = about.items.departments
        return tuple(
            HeatCell(
                key,
                about.tree.code(key),
                about.tree.name(key),
                held[key].get(code),
                whole[code],
                apart.get((key, code)),
                beside,
                is_unsteady=code in marked,
            )
            for key in keys
        )

    clear = [
        (question, cell)
        for code, question in about.questions.items()
        for cell in cells(code, (key for key in leaves if (key, code) in apart and apart[key, code].estimate.clear))
        if cell.verdict
    ]
    clear.sort(key=lambda pair: -abs(_gap(pair[1])))
    standing = dict.fromkeys(leaves, 0.0)
    for _question, cell in clear:
        standing[cell.key] += abs(_gap(cell))
    chosen = sorted(leaves, key=lambda key: -standing[key])[:MOST_DEPARTMENTS]
    drawn = [key for key in leaves if key in chosen]
    rows = [HeatRow(question, whole[code], cells(code, drawn)) for code, question in about.questions.items()]
    titles = dict.fromkeys(row.question.section for row in rows)
    return HeatMap(
        sections=tuple((title, tuple(row for row in rows if row.question.section == title)) for title in titles),
        together=about.tree.together,
        drawn=tuple((key, about.tree.name(key)) for key in drawn),
        others=tuple((key, about.tree.name(key)) for key in leaves if key not in chosen),
        first=chosen[0] if chosen else ALL_TOGETHER,
        apart=tuple(clear),
    )


def _gap(cell: HeatCell) -> float:
    return float(cell.apart.estimate.exact or 0) if cell.apart else 0.0


def _how_many_apart(found: HeatMap, beside: Compared) -> str:
    if found.compared < 2:
        return ""
    below = sum(cell.verdict < 0 for _question, cell in found.apart)
    facts = {"below": words.whole(below), "above": words.whole(len(found.apart) - below)}
    facts["others"] = beside.others
    if not found.apart:
        return _("On no question does a department differ from %(others)s by more than chance.") % facts
    return (
        _(
            "Clearly below %(others)s: %(below)s times (▼); clearly above: %(above)s times (▲). The other "
            "differences may be chance."
        )
        % facts
    )


def _heat_values(about: Answered, row: HeatRow, cell: HeatCell) -> Mapping[str, Value]:
    item, estimate = cell.item, cell.apart.estimate if cell.apart else Estimate()
    tested = estimate.p is not None
    return {
        **question_values(row.question),
        "department_code": about.tree.code(cell.key),
        "department": about.tree.name(cell.key),
        **mean_values("earned", item.earned if item else Mean()),
        "scored": item.n if item else 0,
        "others": cell.apart.others.value if cell.apart else None,
        "apart": estimate.value,
        "apart_p": rounded(estimate.adjusted, 4) if estimate.adjusted is not None else None,
        "clear": ("yes" if estimate.clear else "no") if tested else "",
        "note": "no calls"
        if item is None or not (item.n or item.withheld)
        else "too few calls"
        if item.withheld
        else "",
    }


# --- what moved -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    question: Question
    before: Mean
    now: Mean
    change: Change | None


def moves(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How each question's share changed against the period before, the clear changes first."""
    about = answered(reader, filters)
    found: list[Moved] = []
    if about.before is not None:
        before, now = (
            metrics.pooled(metrics.safe_answers(frame, about.smallest)) for frame in (about.before, about.frame)
        )
        moved = metrics.item_moves(before, now, about.smallest)
        found = [Moved(about.questions[each.code], each.before, each.now, each.change) for each in moved.items]
    found.sort(key=lambda each: (not (each.change and each.change.clear), -_size(each)))
    columns = (
        *question_columns(),
        *share_columns("before", _("Before"), "earned"),
        Column("before_scored", _("Scored before"), _("calls")),
        *share_columns("earned", _("Now"), "earned"),
        Column("scored", _("Scored"), _("calls")),
        Column("change", pgettext("figures", "Change"), "%", "item_change"),
        Column("change_low", _("Change, low end"), "%", "item_change"),
        Column("change_high", _("Change, high end"), "%", "item_change"),
        Column("change_p", _("Change, corrected p"), metric="item_change"),
        Column("change_clear", _("Clear change"), metric="item_change"),
        Column("note", _("Note")),
    )
    title = _("What moved against the period before")
    return about.report(
        "item_moves",
        title,
        _how_many_moved(found, filters),
        columns=columns,
        rows=map(_move_values, found),
        result=found,
    )


def _size(each: Moved) -> float:
    return abs(float(each.change.exact)) if each.change else -1.0


def _how_many_moved(found: Sequence[Moved], filters: Filters) -> str:
    if filters.before is None:
        return _("All calls have no period before them to compare with.")
    tested = [each for each in found if each.change]
    clear = sum(each.change.clear for each in tested if each.change)
    facts = {"clear": clear, "all": len(tested), "before": words.before(filters)}
    if not tested and any(each.before.withheld or each.now.withheld for each in found):
        return _("What moved is not shown: too few calls, or others could be worked out from it.")
    if not tested:
        return _("Too few calls in one of the periods to compare them.")
    if not clear:
        return _("None of the %(all)s questions changed clearly against %(before)s.") % facts
    return _("%(clear)s of the %(all)s questions changed clearly against %(before)s.") % facts


def _move_values(each: Moved) -> Mapping[str, Value]:
    change = each.change
    return {
        **question_values(each.question),
        **mean_values("before", each.before),
        "before_scored": each.before.n,
        **mean_values("earned", each.now),
        "scored": each.now.n,
        "change": change.value if change else None,
        "change_low": change.low if change else None,
        "change_high": change.high if change else None,
        "change_p": rounded(change.adjusted, 4) if change else None,
        "change_clear": ("yes" if change.clear else "no") if change else "",
        "note": "" if change else "too few calls",
    }
