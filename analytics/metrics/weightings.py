"""Which conclusions about departments hold under other reasonable weights."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analytics import sensitivity as readings
from analytics.answered import AnsweredCalls
from analytics.figures import rounded
from analytics.rescoring import Weighting


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A conclusion under the version's own weights, and in how many of the `n` alternatives it holds too.

    `kind` is "higher" (the first department than the second), "meets" or "misses" (its target) or "bands" (the same
    groups in the same order). `value` is the share of the alternatives in percent; it has no interval, since these are
    all there are. `fails_under` names the others.
    """

    kind: str
    departments: tuple[int, ...]
    n: int
    held: int
    value: Decimal | None
    fails_under: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Conclusions from `n` calls under `alternatives` other weightings, the shakiest first.

    `left_out` are departments with too few calls for the reader to see. `turned` is, over the alternatives, the largest
    number of calls whose outcome would be another.
    """

    n: int
    alternatives: int
    conclusions: tuple[Conclusion, ...]
    turned: int = 0
    left_out: tuple[int, ...] = ()


def sensitivity(
    calls: AnsweredCalls,
    departments: Sequence[int],
    weightings: Sequence[Weighting],
    smallest: int = 1,
    *,
    targets: Mapping[int, Decimal] | None = None,
) -> Sensitivity:
    """Scores the calls anew under each weighting and counts in how many of them each conclusion still holds.

    `departments` are the keys of the calls' departments, `weightings` the alternatives
    (`analytics.sensitivity.alternatives`), `targets` in points by department. Departments of fewer than `smallest`
    calls are left out of everything.
    """
    import numpy as np

    if len(departments) != calls.n:
        raise ValueError(f"departments is of {len(departments)} calls, calls of {calls.n}")
    sizes = Counter(departments)
    few = {key for key, n in sizes.items() if n < smallest}
    kept = np.array([key not in few for key in departments], dtype=bool)
    chosen = AnsweredCalls(calls.definition, calls.points[kept], calls.failed_sections[kept], calls.failed_call[kept])
    names = [str(key) for key in departments if key not in few]
    wanted = {
        str(key): round(100 * target) for key, target in (targets or {}).items() if key in sizes and key not in few
    }
    found = readings.sensitivity(chosen, names, weightings, targets=wanted)
    left_out = tuple(sorted(few))
    if found is None:
        return Sensitivity(0, len(weightings), (), left_out=left_out)
    conclusions = sorted((_conclusion(each) for each in found.conclusions), key=lambda each: (each.held, each.kind))
    turned = max((each.turned for each in found.readings), default=0)
    return Sensitivity(found.n, len(weightings), tuple(conclusions), turned, left_out)


def _conclusion(each: readings.Survival) -> Conclusion:
    value = rounded(Fraction(100 * each.survived, each.n)) if each.n else None
    departments = tuple(int(name) for name in each.departments)
    return Conclusion(each.kind, departments, each.n, each.survived, value, each.fails_under)
