"""Which questions go with the grade "would call again": one at a time, and all together. Association, not cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from analytics.figures import ENOUGH, rounded
from analytics.metrics.answered import ByPoints, added, answers
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate, judged_by_key
from analytics.stats.drivers import Driver, ItemAndGrade, Left, item_and_grade, joint
from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Alone:
    """One question against the grade (0..10).

    `estimate` is the mean grade of the `n_full` calls with full marks minus that of the `n_less` with fewer; `r`
    Pearson's correlation of points and grade with Fisher's interval, `None` where either does not vary.
    """

    estimate: Estimate
    n_full: int | None = 0
    n_less: int | None = 0
    r: float | None = None
    r_low: float | None = None
    r_high: float | None = None


WITHHELD_ALONE = Alone(WITHHELD_ESTIMATE, None, None)


@dataclass(frozen=True, slots=True)
class Together:
    """One question with all others held: the change of the grade from no marks to full marks.

    `importance` is the part, in percent, of the variance of the grade that the question carries (its share and whether
    it applied); over all questions these add up to `Jointly.explained`.
    """

    estimate: Estimate
    importance: Decimal


@dataclass(frozen=True, slots=True)
class Jointly:
    """The joint model of `n` calls. `explained` is R squared in percent, `None` where there is no model.

    `left` names what is not in it, and why.
    """

    n: int | None = 0
    explained: Decimal | None = None
    questions: Mapping[str, Together] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    withheld: bool = False


def drivers(frame: "pd.DataFrame", smallest: int = 1) -> dict[str, Alone]:
    """Per question, in order of code, the grade with full marks against the grade with fewer, from the frame `answers`.

    Welch's interval and p where both sides have `ENOUGH` graded calls, corrected over all questions. Withheld where
    either side has fewer than `smallest`, since the difference would tell their grades.
    """
    found = {code: _alone(_grades(by_department), smallest) for code, by_department in sorted(answers(frame).items())}
    judged = judged_by_key({code: each.estimate for code, each in found.items()})
    return {
        code: Alone(judged[code], each.n_full, each.n_less, each.r, each.r_low, each.r_high)
        for code, each in found.items()
    }


def joint_drivers(frame: "pd.DataFrame", smallest: int = 1) -> Jointly:
    """All questions at once, from the frame `graded`: least squares with robust intervals (HC3), and relative weights.

    "Not applicable" has a column of its own (`stats.drivers.joint`). p-values are corrected over all questions.
    Withheld below `smallest` calls; empty where the grades do not vary or calls are fewer than the model needs.
    """
    if 0 < len(frame) < smallest:
        return Jointly(n=None, withheld=True)
    codes = sorted(str(name) for name in frame.columns if name != "again")
    found = joint(frame["again"].tolist(), frame[codes].to_numpy(dtype=float, na_value=float("nan")), codes)
    if found is None:
        return Jointly(n=len(frame))
    judged = judged_by_key({each.code: _slope(each) for each in found.drivers})
    questions = {
        each.code: Together(judged[each.code], rounded(100 * (each.importance + each.importance_na)))
        for each in found.drivers
    }
    return Jointly(found.n, rounded(100 * found.r_squared), questions, found.left)


# --- how --------------------------------------------------------------------------------------------------------------


def _grades(by_department: Mapping[int, ByPoints]) -> dict[int, Sums]:
    """The sums of the grades by points, over all departments, where the question counted."""
    whole = added(by_department.values())
    return {points: each.grades for points, each in whole.items() if points is not None}


def _alone(parts: Mapping[int, Sums], smallest: int) -> Alone:
    found = item_and_grade(parts)
    if found is None:
        return Alone(Estimate())
    if any(0 < n < smallest for n in (found.n, found.n_full, found.n_less)):
        return WITHHELD_ALONE
    correlation = found.correlation
    r = (None, None, None) if correlation is None else (correlation.r, correlation.low, correlation.high)
    return Alone(_difference(found, parts), found.n_full, found.n_less, *r)


def _difference(found: ItemAndGrade, parts: Mapping[int, Sums]) -> Estimate:
    full = sum((sums for points, sums in parts.items() if points >= 100), Sums())
    less = sum((sums for points, sums in parts.items() if points < 100), Sums())
    if full.mean is None or less.mean is None:
        return Estimate(n=found.n)
    exact = full.mean - less.mean
    if found.difference is None or min(full.n, less.n) < ENOUGH:
        return estimate(found.n, exact)
    return estimate(found.n, exact, (found.difference.low, found.difference.high), found.difference.p)


def _slope(each: Driver) -> Estimate:
    if each.slope is None:
        return Estimate(n=each.n)
    return estimate(each.n, Fraction(each.slope), (each.low, each.high), each.p)
