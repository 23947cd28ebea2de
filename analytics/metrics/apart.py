"""What sets a department apart from the others: questions that it answers otherwise, phrases that it says otherwise."""

from dataclasses import dataclass, replace
from fractions import Fraction

from analytics.figures import ENOUGH, NO_SUMS, Mean
from analytics.metrics.means import mean
from analytics.metrics.phrases import Phrases
from analytics.metrics.questions import Item, Items
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate, judged_by_key
from analytics.stats.intervals import Sums
from analytics.stats.permutation import permutation_p
from analytics.stats.shares import share_difference

Place = tuple[int, str]
"""A department and a question, or a phrase."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A department against all others together, in percent: `estimate` is its mean minus theirs, `n` its calls.

    `others` is their mean; without calls where nothing can be compared.
    """

    others: Mean
    estimate: Estimate


NOT_COMPARED = Apart(Mean(), Estimate())


def questions_apart(found: Items) -> dict[Place, Apart]:
    """Per department and question, the share of its points that it earned against the other departments.

    The permutation test of two means where both sides have `ENOUGH` calls, corrected over all departments and
    questions together (Benjamini & Hochberg). What is withheld is not compared.
    """
    whole = {each.code: each for each in found.whole}
    held = {
        (department, code): _question(each, whole[code])
        for department, by_code in found.departments.items()
        for code, each in by_code.items()
    }
    judged = judged_by_key({place: each.estimate for place, each in held.items()})
    return {place: replace(each, estimate=judged[place]) for place, each in held.items()}


def phrases_apart(found: Phrases) -> dict[Place, Estimate]:
    """Per department and phrase, the share of calls in which it was heard minus that in the others, in percent.

    Newcombe's interval and the score test, corrected over all departments and phrases together.
    """
    held = {
        (department, phrase): _phrase(each.count, each.n, found.whole[phrase].count, found.whole[phrase].n)
        for department, by_phrase in found.departments.items()
        for phrase, each in by_phrase.items()
    }
    return judged_by_key(held)


def phrase_moves(before: Phrases, now: Phrases, calls: tuple[int, int]) -> dict[str, Estimate]:
    """Per phrase, the share of calls in which it was heard now minus before, in percent; corrected over all phrases.

    `calls` is how many calls the period before and this one have: a phrase may have been heard in one of them only.
    """
    if any(each.withheld for period in (before, now) for each in period.whole.values()):
        return dict.fromkeys(sorted(before.whole.keys() | now.whole.keys()), WITHHELD_ESTIMATE)
    counts = {
        phrase: tuple(each.count or 0 if (each := period.whole.get(phrase)) else 0 for period in (before, now))
        for phrase in sorted(before.whole.keys() | now.whole.keys())
    }
    return judged_by_key(
        {phrase: _difference(second, calls[1], first, calls[0]) for phrase, (first, second) in counts.items()}
    )


# --- how --------------------------------------------------------------------------------------------------------------


def _question(own: Item, whole: Item) -> Apart:
    if own.withheld or whole.withheld:
        return NOT_COMPARED
    others = _without(whole.earned.sums, own.earned.sums)
    if min(own.n or 0, others.n) < ENOUGH:
        return Apart(mean(others), Estimate(n=own.n))
    other = mean(others)
    assert own.earned.exact is not None
    assert other.exact is not None
    p = permutation_p(own.earned.sums, others)
    return Apart(other, estimate(own.n or 0, own.earned.exact - other.exact, p=p))


def _without(whole: Sums, part: Sums) -> Sums:
    return Sums(whole.n - part.n, whole.total - part.total, whole.squares - part.squares) if whole.n else NO_SUMS


def _phrase(count: int | None, n: int | None, whole_count: int | None, whole_n: int | None) -> Estimate:
    if count is None or n is None or whole_count is None or whole_n is None:
        return WITHHELD_ESTIMATE
    return _difference(count, n, whole_count - count, whole_n - n)


def _difference(count: int, n: int, other_count: int, other_n: int) -> Estimate:
    """One share minus another, in percent."""
    found = share_difference(count, n, other_count, other_n)
    if found is None or min(n, other_n) < ENOUGH:
        return Estimate(n=n)
    exact = 100 * (Fraction(count, n) - Fraction(other_count, other_n))
    return estimate(n, exact, (100 * found.low, 100 * found.high), found.p)
