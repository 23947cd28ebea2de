"""The first sentence of a page: what the reader should take away, made only of signals that survived correction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import words
from analytics.figures import Row, Series, Share
from analytics.filters import Filters


class Sentence(NamedTuple):
    text: str
    strong: bool = False


def plain(sentences: Iterable[Sentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)


def no_answer(counted: int, lacking: Mapping[str, int], few: str = "", *, is_of_totals: bool = False) -> Sentence:
    """What a page says first when its first report tells nothing; `few`: of too few calls, in words of its own."""
    if not counted:
        return Sentence(_("No answer: no calls were counted in this choice."), strong=True)
    if sum(lacking.values()) >= counted:
        why = ", ".join(words.lacking(reason, count) for reason, count in lacking.items())
        facts = {"calls": words.calls(counted), "why": why}
        return Sentence(_("No answer: %(calls)s counted, %(why)s.") % facts, strong=True)
    if is_of_totals and not few:
        few = _("No answer is shown: too few calls were counted in this choice, or others could be worked out from it.")
    return Sentence(few or _("No answer: too few calls were counted in this choice."), strong=True)


def overview(rows: Sequence[Row], filters: Filters, hours: int) -> list[Sentence]:
    """Which departments changed clearly and that the others did not, which miss their target, what became of callbacks."""
    departments = [row for row in rows if row.level == "department"]
    if not departments:
        return []
    whole = next((row for row in rows if row.level == "total"), None) or max(rows, key=lambda row: row.mean.n or 0)
    changes = [*_changes(departments, filters, whole), *of_weeks(filters)]
    return [*changes, *_missed(departments), *callbacks(whole.kept, hours)]


def department(row: Row, filters: Filters, hours: int, course: Series | None) -> list[Sentence]:
    """Whether this department changed clearly, where it stands, and what became of promised callbacks."""
    if row.mean.exact is None:
        return []
    found = []
    if row.signal is not None:
        found += _signals([row], filters)
    elif row.change is not None:
        found.append(
            Sentence(_("No clear change against %(before)s.") % {"before": words.before(filters)}, strong=True)
        )
    found += [*of_weeks(filters), Sentence(words.capital(_stands(row, filters)))]
    newest = course.last if course else None
    if newest is not None and newest.outside:
        period = words.period_of(newest.start, filters.by)
        found.append(
            Sentence(
                _("%(period)s lay outside the range of the periods before it.") % {"period": words.capital(period)}
            )
        )
    return [*found, *callbacks(row.kept, hours)]


def callbacks(kept: Share, hours: int) -> list[Sentence]:
    if kept.value is None:
        return []
    facts = {"share": words.share_in_words(kept), "hours": hours, "count": words.whole(kept.n or 0)}
    text = ngettext(
        "Of %(count)s promised callback %(share)s came within %(hours)s hours.",
        "Of %(count)s promised callbacks %(share)s came within %(hours)s hours.",
        kept.n or 0,
    )
    return [Sentence(text % facts)]


def of_weeks(filters: Filters) -> list[Sentence]:
    """What a page by week does not look for: whoever only changed the step should not take it for another finding."""
    if filters.by != "week":
        return []
    text = _("By week, a steady rise or fall is looked for in the last 12 weeks only; a slower one shows by month.")
    return [Sentence(text)]


def _changes(departments: Sequence[Row], filters: Filters, whole: Row) -> list[Sentence]:
    tested = [row for row in departments if row.change is not None or row.drift is not None]
    signals = [row for row in departments if row.signal is not None]
    rest = len(tested) - len(signals)
    if signals and rest:
        return [*_signals(signals, filters), Sentence(_unchanged(rest, filters))]
    if signals:
        return _signals(signals, filters)
    found = []
    facts = {"figure": words.mean_in_words(whole.mean), "count": len(tested), "before": words.before(filters)}
    if tested and filters.before:
        text = ngettext(
            "No clear change against %(before)s.",
            "None of the %(count)s departments changed clearly against %(before)s.",
            len(tested),
        )
        found.append(Sentence(text % facts, strong=True))
    return [*found, Sentence(_("The score is %(figure)s.") % facts)] if whole.mean.exact is not None else found


def _unchanged(rest: int, filters: Filters) -> str:
    if not filters.before:
        text = ngettext(
            "The other department shows no clear change.", "The other %(count)s show no clear change.", rest
        )
        return text % {"count": rest}
    text = ngettext(
        "The other department shows no clear change against %(before)s.",
        "The other %(count)s show no clear change against %(before)s.",
        rest,
    )
    return text % {"count": rest, "before": words.before(filters)}


def _missed(departments: Iterable[Row]) -> list[Sentence]:
    """Whose target lies above their whole interval, the farthest first."""
    below = [
        row
        for row in departments
        if row.target is not None and row.mean.high is not None and row.mean.high < row.target
    ]
    below.sort(key=lambda row: row.distance or 0)
    named = [
        _("%(name)s (%(points)s; target %(target)s)")
        % {"name": row.name, "points": words.points(row.mean.exact), "target": words.points(row.target, 0)}
        for row in below
    ]
    return (
        [Sentence(_("Clearly below target: %(names)s.") % {"names": words.listed(named)}, strong=True)] if named else []
    )


def _signals(rows: Sequence[Row], filters: Filters) -> list[Sentence]:
    """Worse before better, and within that the changes against the period before, then the courses."""
    found = []
    for direction in (-1, 1):
        of_direction = [row for row in rows if row.signal == direction]
        changed = [row for row in of_direction if row.change is not None and row.change.clear]
        drifted = [row for row in of_direction if row not in changed]
        if changed:
            found.append(_moved(changed, filters, direction))
        if drifted:
            found.append(_drifted(drifted, filters, direction))
    return found


def _moved(rows: Sequence[Row], filters: Filters, direction: int) -> Sentence:
    """“Afval is slipping: −6.2 points against the 13 weeks before.”"""
    rows = sorted(rows, key=lambda row: -abs(float(row.change.exact)) if row.change else 0.0)
    facts = {
        "names": words.listed([row.name for row in rows]),
        "points": words.listed([words.signed(row.change.exact) for row in rows if row.change]),
        "before": words.before(filters),
    }
    if direction < 0:
        text = ngettext(
            "%(names)s is slipping: %(points)s points against %(before)s.",
            "%(names)s are slipping: %(points)s points against %(before)s.",
            len(rows),
        )
    else:
        text = ngettext(
            "%(names)s has improved: %(points)s points against %(before)s.",
            "%(names)s have improved: %(points)s points against %(before)s.",
            len(rows),
        )
    return Sentence(text % facts, strong=True)


def _drifted(rows: Sequence[Row], filters: Filters, direction: int) -> Sentence:
    """“Afval is slipping: −1.1 points a month over the last 12 months as a whole.”"""
    rows = sorted(rows, key=lambda row: -abs(float(row.drift.value)) if row.drift else 0.0)
    periods = max(row.drift.periods for row in rows if row.drift)
    facts = {
        "names": words.listed([row.name for row in rows]),
        "points": words.listed([words.signed(row.drift.value) for row in rows if row.drift]),
        "course": words.course(periods, filters.by),
    }
    if direction < 0:
        text = ngettext(
            "%(names)s is slipping: %(points)s points %(course)s.",
            "%(names)s are slipping: %(points)s points %(course)s.",
            len(rows),
        )
    else:
        text = ngettext(
            "%(names)s has improved: %(points)s points %(course)s.",
            "%(names)s have improved: %(points)s points %(course)s.",
            len(rows),
        )
    return Sentence(text % facts, strong=True)


def _stands(row: Row, filters: Filters) -> str:
    facts = {"measure": words.MEASURES[filters.measure], "figure": words.mean_in_words(row.mean)}
    if row.target is None or row.distance is None:
        return _("%(measure)s: %(figure)s.") % facts
    facts |= {"target": words.points(row.target, 0), "distance": words.points(abs(row.distance))}
    if row.mean.low is not None and row.mean.low > row.target:
        return _("%(measure)s: %(figure)s; that is %(distance)s above the target of %(target)s.") % facts
    if row.mean.high is not None and row.mean.high < row.target:
        return _("%(measure)s: %(figure)s; that is %(distance)s below the target of %(target)s.") % facts
    return _("%(measure)s: %(figure)s; that cannot be told apart from the target of %(target)s.") % facts
