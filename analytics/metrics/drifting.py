"""Whether evaluators became stricter or more lenient within a period."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.metrics.strictness import cells_by_caller
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate, judged
from analytics.stats.intervals import LEVEL, t_quantile, t_two_sided
from analytics.stats.severity import Severities, Severity, Unconnected, severities

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class StrictnessDrift:
    """An evaluator's severity in the first and second half of a period, and the second minus the first; points."""

    evaluator: int
    before: Estimate
    after: Estimate
    change: Estimate


@dataclass(frozen=True, slots=True)
class Halves:
    """Every evaluator who called in both halves. `comparable` is false where a half cannot tell its evaluators apart."""

    evaluators: tuple[StrictnessDrift, ...] = ()
    comparable: bool = False


def severity_drift(frame: "pd.DataFrame", smallest: int = 1) -> Halves:
    """Severity in either half of a period, from the frame `by_half`, and what changed.

    Each half is a model of its own (`stats.severity.severities`), so that departments and scenarios may change meanwhile: an
    evaluator drifts when they move against the others. The halves share no call, so the variance of the change is at most
    the sum of both prediction error variances; interval and p take that sum, with the fewer degrees of freedom. p-values are
    corrected over the evaluators.
    """
    first, second = (_severities(frame[frame["later"] == later]) for later in (False, True))
    if first is None or second is None:
        return Halves()
    later = {each.evaluator: each for each in second.evaluators}
    both = [(each, later[each.evaluator]) for each in first.evaluators if each.evaluator in later]
    df = min(first.df, second.df)
    changes = judged([_change(before, after, df) for before, after in both])
    found = (_told(*pair, change, smallest) for pair, change in zip(both, changes, strict=True))
    return Halves(tuple(found), comparable=True)


def _severities(frame: "pd.DataFrame") -> Severities | None:
    if not frame["n"].sum():
        return None
    try:
        return severities(cells_by_caller(frame))
    except Unconnected:
        return None


def _change(before: Severity, after: Severity, df: int) -> Estimate:
    n, value = before.n + after.n, after.severity - before.severity
    error = math.hypot(before.error, after.error)
    if not error:
        # Evaluators differ in neither half by more than chance: nothing is known of how sure a change of 0 is.
        return estimate(n, value, per=100)
    half = t_quantile((1 + LEVEL) / 2, df) * error
    return estimate(n, value, (value - half, value + half), t_two_sided(value / error, df), per=100)


def _told(before: Severity, after: Severity, change: Estimate, smallest: int) -> StrictnessDrift:
    key = int(str(before.evaluator))
    if min(before.n, after.n) < smallest:
        return StrictnessDrift(key, WITHHELD_ESTIMATE, WITHHELD_ESTIMATE, WITHHELD_ESTIMATE)
    first, second = (estimate(each.n, each.severity, (each.low, each.high), per=100) for each in (before, after))
    return StrictnessDrift(key, first, second, change)
