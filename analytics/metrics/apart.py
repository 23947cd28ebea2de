"""What sets a department apart from the others: questions that it answers otherwise, phrases that it says otherwise."""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeVar

from analytics.figures import ENOUGH, NO_SUMS, Mean, Share
from analytics.metrics.phrases import Phrases
from analytics.metrics.questions import Item, Items
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate, judged_by_key
from analytics.stats.comparison import welch_p
from analytics.stats.exact import Table, shares_p
from analytics.stats.intervals import Sums
from analytics.stats.permutation import permutation_p_values
from analytics.stats.shares import share_difference

Place = tuple[int, str]
"""A department and a question, or a phrase."""
Key = TypeVar("Key", bound=Hashable)


class Apart(NamedTuple):
    """A department against all others together, in percent: `estimate` is its mean minus theirs, `n` its calls.

    `others` is their mean, without an interval; without calls where nothing can be compared.
    """

    others: Mean
    estimate: Estimate


NOT_COMPARED = Apart(Mean(), Estimate())


def questions_apart(found: Items) -> dict[Place, Apart]:
    """Per department and question, the share of its points that it earned against the other departments.

    Where both sides have `ENOUGH` calls, by two tests of which the larger p holds: the permutation test, which a few
    answers all alike do not deceive, and Welch's, which a rare answer given twice does not. Corrected over all
    departments and questions together (Benjamini & Hochberg). What is withheld is not compared.
    """
    whole = {each.code: each for each in found.whole}
    held = {
        (department, code): _question(each, whole[code])
        for department, by_code in found.departments.items()
        for code, each in by_code.items()
    }
    tested = [place for place, each in held.items() if each.estimate.exact is not None]
    pairs = [(found.departments[key][code].earned.sums, held[key, code].others.sums) for key, code in tested]
    for place, *both in zip(tested, permutation_p_values(pairs), welch_p(pairs), strict=True):
        each = held[place]
        p = max(p or 0.0 for p in both)
        held[place] = Apart(each.others, Estimate(each.estimate.n, each.estimate.exact, p=p))
    judged = judged_by_key({place: each.estimate for place, each in held.items()})
    return {place: Apart(each.others, judged[place]) for place, each in held.items()}


def phrases_apart(found: Phrases) -> dict[Place, Estimate]:
    """Per department and phrase, the share of calls in which it was heard minus that in the others, in percent.

    Newcombe's interval; the exact test where few are expected, else chi-square; corrected over all departments and phrases together.
    """
    tables: dict[Place, Table | None] = {
        (department, phrase): _against_others(each, found.whole[phrase])
        for department, by_phrase in found.departments.items()
        for phrase, each in by_phrase.items()
    }
    return _judged(tables)


def phrase_moves(before: Phrases, now: Phrases, calls: tuple[int, int]) -> dict[str, Estimate]:
    """Per phrase, the share of calls in which it was heard now minus before, in percent; corrected over all phrases.

    `calls` is how many calls the period before and this one have: a phrase may have been heard in one of them only.
    Newcombe's interval; the exact test where few are expected, else chi-square.
    """
    phrases = sorted(before.whole.keys() | now.whole.keys())
    if any(each.withheld for period in (before, now) for each in period.whole.values()):
        return dict.fromkeys(phrases, WITHHELD_ESTIMATE)

    def count(period: Phrases, phrase: str) -> int:
        return period.whole[phrase].count or 0 if phrase in period.whole else 0

    tables: dict[str, Table | None] = {
        phrase: (count(now, phrase), calls[1], count(before, phrase), calls[0]) for phrase in phrases
    }
    return _judged(tables)


# --- how --------------------------------------------------------------------------------------------------------------


def _question(own: Item, whole: Item) -> Apart:
    if own.withheld or whole.withheld:
        return NOT_COMPARED
    others = _without(whole.earned.sums, own.earned.sums)
    if not others.n:
        return Apart(Mean(), Estimate(n=own.n))
    exact = Fraction(others.total, 100 * others.n)
    other = Mean(others.n, exact, sums=others)
    if min(own.n or 0, others.n) < ENOUGH or own.earned.exact is None:
        return Apart(other, Estimate(n=own.n))
    return Apart(other, Estimate(own.n, own.earned.exact - exact))


def _without(whole: Sums, part: Sums) -> Sums:
    return Sums(whole.n - part.n, whole.total - part.total, whole.squares - part.squares) if whole.n else NO_SUMS


def _against_others(own: Share, whole: Share) -> Table | None:
    if own.count is None or own.n is None or whole.count is None or whole.n is None:
        return None
    return own.count, own.n, whole.count - own.count, whole.n - own.n


def _judged(tables: Mapping[Key, Table | None]) -> dict[Key, Estimate]:
    """The first share of each table minus the second, in percent; `None` stands for what is withheld."""
    tested = [key for key, table in tables.items() if table is not None and min(table[1], table[3]) >= ENOUGH]
    p = dict(zip(tested, shares_p([table for key in tested if (table := tables[key])]), strict=True))
    return judged_by_key({key: _difference(table, p.get(key)) for key, table in tables.items()})


def _difference(table: Table | None, p: float | None) -> Estimate:
    if table is None:
        return WITHHELD_ESTIMATE
    found = share_difference(*table)
    if found is None or p is None:
        return Estimate(n=table[1])
    own, n, others, m = table
    exact = Fraction(100 * (own * m - others * n), n * m)
    return estimate(n, exact, (100 * found.low, 100 * found.high), p)
