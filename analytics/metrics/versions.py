"""A new checklist version: what of the step it makes is other behaviour, and what is other questions."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from analytics.answered import AnsweredCalls
from analytics.figures import ENOUGH, rounded
from analytics.metrics.pairs import sums_of
from analytics.rescoring import OWN, effective_scores
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate
from analytics.stats.bridge import MAX_WEIGHT, NO_SCORE, Bridge, Side, link, shared_scores, shared_weight
from analytics.stats.comparison import welch
from surveys.definition import Definition


@dataclass(frozen=True, slots=True)
class VersionBridge:
    """The step from one version to the next, after minus before, in points.

    `observed` is the step of the scores as they are; `behaviour` the part that shows in the `shared` questions, which
    both ask; `questions` what is left: the part that the other questions make. `linked_before` is what the mean before
    would have been with the new version. `weight_before` and `weight_after` are how much of each version's weight the
    shared questions carry, in percent.
    """

    n_before: int | None
    n_after: int | None
    observed: Estimate
    behaviour: Estimate
    questions: Estimate
    linked_before: Decimal | None
    shared: tuple[str, ...]
    weight_before: Decimal | None = None
    weight_after: Decimal | None = None
    withheld: bool = False


def bridge(
    before: AnsweredCalls, after: AnsweredCalls, smallest: int = 1, *, shared: Collection[str] | None = None
) -> VersionBridge | None:
    """Links two versions on the questions that both ask (`stats.bridge.link`, which says what is assumed).

    The calls of each version get a second score over the shared questions only, with the new version's weights on both
    sides, and are compared by Welch's interval. `shared` are the codes of these questions, by default all scored ones
    that both versions have; name fewer where a question kept its code but not its sense. Calls without a score, or
    without an answer to any shared question, take no part.

    `None` when nothing is shared or either side has fewer than two such calls; withheld below `smallest` on either; no
    intervals below `ENOUGH`.
    """
    codes = _shared(before, after, shared)
    weights = nominal_weights(after.definition)
    if not any(weights[code] for code in codes):
        return None
    sides = [_side(calls, codes, weights) for calls in (before, after)]
    n_before, n_after = (side.full.n for side in sides)
    if 0 < min(n_before, n_after) < smallest:
        hidden = WITHHELD_ESTIMATE
        return VersionBridge(None, None, hidden, hidden, hidden, None, codes, withheld=True)
    found = link(*sides)
    if found is None:
        return None
    observed, behaviour, questions = _estimates(found, sides)
    carried = shared_weight(nominal_weights(before.definition), weights, codes)
    return VersionBridge(
        n_before=n_before,
        n_after=n_after,
        observed=observed,
        behaviour=behaviour,
        questions=questions,
        linked_before=rounded(Fraction(found.linked_before) / 100),
        shared=codes,
        weight_before=None if carried is None else rounded(100 * carried.before),
        weight_after=None if carried is None else rounded(100 * carried.after),
    )


def nominal_weights(form: Definition) -> dict[str, int]:
    """The weight of every scored question in the whole form, in whole numbers of one unit."""
    exact: dict[str, Fraction] = {}
    for section in form.sections:
        scored = [item for item in section.items if item.scored]
        whole = sum(item.weight for item in scored)
        exact |= {item.code: Fraction(section.weight * item.weight, whole or 1) for item in scored}
    unit = lcm(*(each.denominator for each in exact.values()))
    found = {code: int(each * unit) for code, each in exact.items()}
    # Forms of many sections with unlike sums may need huge numbers; what is cut off then is below a millionth.
    cut = max(found.values(), default=0) // MAX_WEIGHT + 1
    return {code: weight // cut for code, weight in found.items()}


# --- how --------------------------------------------------------------------------------------------------------------


def _shared(before: AnsweredCalls, after: AnsweredCalls, shared: Collection[str] | None) -> tuple[str, ...]:
    if shared is None:
        return tuple(code for code in after.codes if code in before.codes)
    for code in shared:
        if code not in before.codes or code not in after.codes:
            raise ValueError(f"shared names {code!r}, which is not a scored question of both versions")
    return tuple(code for code in after.codes if code in shared)


def _side(calls: AnsweredCalls, codes: Collection[str], weights: dict[str, int]) -> Side:
    import numpy as np

    places = [calls.codes.index(code) for code in codes]
    full: Any = effective_scores(calls, [OWN])[0].astype(np.int64)
    over_shared: Any = shared_scores(calls.points[:, places].astype(np.int64), [weights[code] for code in codes])
    known = (full != NO_SCORE) & (over_shared != NO_SCORE)
    gaps = (full - over_shared)[known].tolist()
    return Side(sums_of(full[known].tolist()), sums_of(over_shared[known].tolist()), sums_of(gaps))


def _estimates(found: Bridge, sides: Collection[Side]) -> tuple[Estimate, Estimate, Estimate]:
    n = found.n_before + found.n_after
    before, after = sides
    whole = welch(before.full, after.full)
    assert whole is not None
    if min(found.n_before, found.n_after) < ENOUGH:
        observed, behaviour, questions = (
            estimate(n, each, per=100) for each in (found.observed, found.behaviour, found.questions)
        )
        return observed, behaviour, questions
    return (
        estimate(n, found.observed, (whole.low, whole.high), whole.p, per=100),
        estimate(n, found.behaviour, (found.shared.low, found.shared.high), found.shared.p, per=100),
        estimate(n, found.questions, (found.questions_low, found.questions_high), per=100),
    )
