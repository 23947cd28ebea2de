"""The first sentence of a page: what the reader should take away, made only of signals that survived correction."""

from collections.abc import Iterable, Sequence
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


def overview(rows: Sequence[Row], filters: Filters, hours: int) -> list[Sentence]:
    """Which departments changed clearly, that the others did not, and what became of promised callbacks."""
    departments = [row for row in rows if row.level == "department"]
    if not departments:
        return []
    whole = next((row for row in rows if row.level == "total"), None) or max(rows, key=lambda row: row.mean.n or 0)
    return [*_changes(departments, filters, whole), *callbacks(whole.kept, hours)]


def department(row: Row, filters: Filters, hours: int, course: Series | None) -> list[Sentence]:
    """Whether this department changed clearly, where it stands, and what became of promised callbacks."""
    if row.mean.exact is None:
        return []
    found = []
    if row.change is not None and row.change.clear:
        found.append(_moved([row], filters, down=row.change.exact < 0))
    elif row.change is not None:
        found.append(
            Sentence(_("No clear change against %(before)s.") % {"before": words.before(filters)}, strong=True)
        )
    found.append(Sentence(words.capital(_stands(row, filters))))
    newest = course.last if course else None
    if newest is not None and newest.outside:
        period = words.period_of(newest.start, filters.by)
        found.append(Sentence(_("%(period)s lay outside its normal range.") % {"period": words.capital(period)}))
    return [*found, *callbacks(row.kept, hours)]


def callbacks(kept: Share, hours: int) -> list[Sentence]:
    if kept.value is None:
        return []
    facts = {"share": words.share_in_words(kept), "hours": hours}
    return [Sentence(_("Of the promised callbacks %(share)s came within %(hours)s hours.") % facts)]


def _changes(departments: Sequence[Row], filters: Filters, whole: Row) -> list[Sentence]:
    clear = [row for row in departments if row.change is not None and row.change.clear]
    down = sorted((row for row in clear if row.change and row.change.exact < 0), key=_size, reverse=True)
    up = sorted((row for row in clear if row.change and row.change.exact > 0), key=_size, reverse=True)
    tested = [row for row in departments if row.change is not None]
    found = [_moved(rows, filters, down=sinks) for rows, sinks in ((down, True), (up, False)) if rows]
    rest = len(tested) - len(clear)
    if clear and rest:
        text = ngettext(
            "The other department shows no clear change.", "The other %(count)s show no clear change.", rest
        )
        return [*found, Sentence(text % {"count": rest})]
    if clear:
        return found
    facts = {"figure": words.mean_in_words(whole.mean), "count": len(tested), "before": words.before(filters)}
    if tested:
        text = ngettext(
            "No clear change against %(before)s.",
            "None of the %(count)s departments changed clearly against %(before)s.",
            len(tested),
        )
        found.append(Sentence(text % facts, strong=True))
    return [*found, Sentence(_("The score is %(figure)s.") % facts)] if whole.mean.exact is not None else found


def _moved(rows: Sequence[Row], filters: Filters, *, down: bool) -> Sentence:
    """“Afval is slipping: −6.2 points against the 13 weeks before.”"""
    facts = {
        "names": words.listed([row.name for row in rows]),
        "points": words.listed([words.signed(row.change.exact) for row in rows if row.change]),
        "before": words.before(filters),
    }
    if down:
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


def _size(row: Row) -> float:
    return abs(float(row.change.exact)) if row.change else 0.0
