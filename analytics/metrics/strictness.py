"""Who scores strictly or leniently, and departments' scores without it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from analytics.figures import rounded
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate, judged
from analytics.stats.cells import Cells, cells_of_columns
from analytics.stats.severity import Corrected, Severities, Severity, Unconnected, severities

if TYPE_CHECKING:
    import pandas as pd

FACTORS = ("evaluator", "department", "scenario")


@dataclass(frozen=True, slots=True)
class Strictness:
    """What an evaluator gives more (above 0: lenient) or less (strict) than all evaluators on average, in points.

    `raw` is the plain mean of their calls minus that of all calls, which blames them for whom they called.
    """

    evaluator: int
    raw: Decimal | None
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class CorrectedScore:
    """A department's mean score as it is (`raw`) and as it would be if all evaluators were equally strict; points."""

    department: int
    raw: Decimal | None
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Component:
    """Evaluators who can be compared with each other, by key, and the departments that they called."""

    evaluators: tuple[int, ...]
    departments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evaluators:
    """Severity and corrected scores from `n` calls.

    `share` is how much, in percent, of the variance that departments and scenarios leave is the evaluators'; `None`
    when none is left. `apart` is not empty when nothing is told because some evaluators cannot be compared with others:
    it names who stands apart from whom.
    """

    n: int = 0
    evaluators: tuple[Strictness, ...] = ()
    departments: tuple[CorrectedScore, ...] = ()
    share: Decimal | None = None
    apart: tuple[Component, ...] = ()


def severity(frame: "pd.DataFrame", smallest: int = 1) -> Evaluators:
    """Severity of every evaluator and corrected score of every department, from the frame `by_evaluator`.

    Crossed random effects by restricted maximum likelihood (`stats.severity.severities`), p-values corrected over the
    evaluators. Empty with too few calls to tell evaluators from chance. Those of fewer than `smallest` calls are
    withheld.
    """
    n = int(frame["n"].sum())
    if not n:
        return Evaluators()
    try:
        found = severities(cells_by_caller(frame))
    except Unconnected as apart:
        groups = (Component(_keys(each.evaluators), _keys(each.departments)) for each in apart.groups)
        return Evaluators(n=n, apart=tuple(groups))
    if found is None:
        return Evaluators(n=n)
    return Evaluators(
        n=n,
        evaluators=_evaluators(found, smallest),
        departments=tuple(_department(each, smallest) for each in found.departments),
        share=None if found.share is None else rounded(100 * found.share),
    )


def cells_by_caller(frame: "pd.DataFrame") -> Cells:
    """The sums of the frames `by_evaluator` and `by_half` by who called what."""
    return cells_of_columns({name: frame[name] for name in FACTORS}, frame["n"], frame["sum"], frame["squares"])


def _keys(labels: tuple[object, ...]) -> tuple[int, ...]:
    return tuple(sorted(int(str(label)) for label in labels))


def _evaluators(found: Severities, smallest: int) -> tuple[Strictness, ...]:
    estimates = judged([_severity(each) for each in found.evaluators])
    return tuple(
        Strictness(int(str(each.evaluator)), None, WITHHELD_ESTIMATE)
        if each.n < smallest
        else Strictness(int(str(each.evaluator)), rounded(Fraction(each.raw) / 100), made)
        for each, made in zip(found.evaluators, estimates, strict=True)
    )


def _severity(each: Severity) -> Estimate:
    return estimate(each.n, each.severity, (each.low, each.high), each.p, per=100)


def _department(each: Corrected, smallest: int) -> CorrectedScore:
    key = int(str(each.department))
    if each.n < smallest:
        return CorrectedScore(key, None, WITHHELD_ESTIMATE)
    return CorrectedScore(
        key, rounded(Fraction(each.raw) / 100), estimate(each.n, each.mean, (each.low, each.high), per=100)
    )
