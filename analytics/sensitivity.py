"""What would still hold under other reasonable weights: conclusions about departments, tried under many weightings.

A checklist's weights are a choice. A conclusion (one department scores higher than another, a department meets its
target) that turns with the choice says more about the weights than about the calls. Source of the idea: Saltelli et al.
(2008), Global Sensitivity Analysis; OECD & JRC (2008), Handbook on Constructing Composite Indicators, step 7, which
varies weights and the treatment of missing values in this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import gcd, isfinite, lcm
from typing import TYPE_CHECKING, Any, Final

from analytics.answered import AnsweredCalls
from analytics.figures import ENOUGH
from analytics.rescoring import FAILED, MAX_WEIGHT, NO_OUTCOME, NO_SCORE, OWN, PASSED, Weighting, effective_scores
from analytics.stats.comparison import ALPHA, benjamini_hochberg, groups, welch
from analytics.stats.intervals import Sums, side_of
from surveys.definition import ASPECTS, Definition, Section

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUARTER: Final = Fraction(1, 4)
CONCENTRATION: Final = 100.0
POLICIES: Final = ("redistribute", "keep_section_weight", "as_pass", "as_zero")
_FINE: Final = 10_000
_MEETS: Final = {1: True, 0: None, -1: False}


# --- which alternatives -----------------------------------------------------------------------------------------------


def alternatives(
    definition: Definition,
    *,
    step: Fraction = QUARTER,
    draws: int = 0,
    rng: np.random.Generator | None = None,
    concentration: float = CONCENTRATION,
) -> tuple[Weighting, ...]:
    """Reasonable other weightings of a version, without its own.

    Each section's weight up and down by `step` (a part 0..1 of it, exclusive); all sections alike; all items alike;
    everything on content, or on experience (items keep their proportions, so that is the content or experience score);
    each other policy for "not applicable"; and `draws` random ones around the given weights.

    The random ones draw the sections' shares of the form from a Dirichlet distribution whose mean is the given shares;
    `concentration` is the sum of its parameters: a share s has standard deviation sqrt(s (1 - s) / (concentration +
    1)), 4 points for a share of 20 % at 100. Sections that weigh nothing stay so. `draws` without `rng` is a
    `ValueError`.
    """
    step = Fraction(step)
    if not 0 < step < 1:
        raise ValueError(f"step is {step}; it lies between 0 and 1")
    if draws < 0 or (draws and rng is None):
        raise ValueError(f"draws is {draws}; it is 0 or more, and needs rng")
    if not (isfinite(concentration) and concentration > 0):
        raise ValueError(f"concentration is {concentration}; it is a positive number")
    weighing = [section for section in definition.sections if section.weight and _weight(section)]
    if not weighing:
        return ()
    made = _stepped(weighing, step) if len(weighing) > 1 else []
    made.append(Weighting("equal sections", sections=dict.fromkeys((each.code for each in weighing), 1)))
    made.append(_equal_items(weighing))
    made.extend(_on_aspect(definition, aspect) for aspect in ASPECTS if _has(weighing, aspect))
    made.extend(Weighting(f"N/A {each}", na_policy=each) for each in POLICIES if each != definition.na_policy)
    if draws and rng is not None and len(weighing) > 1:
        made.extend(_drawn(weighing, draws, rng, concentration))
    return tuple(made)


def _weight(section: Section, aspect: str | None = None) -> int:
    return sum(item.weight for item in section.items if item.scored and aspect in {None, item.aspect})


def _has(weighing: Sequence[Section], aspect: str) -> bool:
    return any(_weight(section, aspect) for section in weighing)


def _stepped(weighing: Sequence[Section], step: Fraction) -> list[Weighting]:
    whole = {section.code: section.weight * step.denominator for section in weighing}
    return [
        Weighting(
            f"{section.code} {sign}{float(step):.0%}",
            sections=whole | {section.code: section.weight * (step.denominator + change)},
        )
        for section in weighing
        for sign, change in (("+", step.numerator), ("-", -step.numerator))
    ]


def _equal_items(weighing: Sequence[Section]) -> Weighting:
    items = {section.code: [item.code for item in section.items if item.scored and item.weight] for section in weighing}
    return Weighting(
        "equal items",
        sections={code: len(codes) for code, codes in items.items()},
        items={code: 1 for codes in items.values() for code in codes},
    )


def _on_aspect(definition: Definition, aspect: str) -> Weighting:
    """Only the items of one aspect, each with the weight in the form that it has."""
    common = lcm(*filter(None, map(_weight, definition.sections)))
    sections = {
        section.code: section.weight * _weight(section, aspect) * (common // _weight(section))
        for section in definition.sections
        if _weight(section)
    }
    items = {item.code: 0 for item in definition.items if item.scored and item.aspect != aspect}
    # Forms of many sections with unlike sums may have a huge denominator; what is cut off then is below 10^-90.
    divisor = max(gcd(0, *sections.values()), max(sections.values()) // MAX_WEIGHT + 1)
    return Weighting(f"only {aspect}", sections={code: w // divisor for code, w in sections.items()}, items=items)


def _drawn(weighing: Sequence[Section], draws: int, rng: np.random.Generator, concentration: float) -> list[Weighting]:
    import numpy as np

    total = sum(section.weight for section in weighing)
    parameters = [concentration * section.weight / total for section in weighing]
    made = []
    for number, shares in enumerate(rng.dirichlet(parameters, size=draws), 1):
        whole = np.maximum(np.rint(shares * _FINE), 1).astype(int).tolist()
        made.append(
            Weighting(f"random {number}", sections=dict(zip((each.code for each in weighing), whole, strict=True)))
        )
    return made


# --- what they say ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What one weighting says of `n` scored calls.

    `samples` are the departments' sums of scores, in the order asked; `bands` the departments (places in that order)
    that cannot be told apart, best first, without those of fewer than two scored calls; `passed` and `failed` the calls
    by outcome, `turned` those whose outcome differs from the one under the version's own weights.
    """

    weighting: Weighting
    n: int
    samples: tuple[Sums, ...]
    bands: tuple[tuple[int, ...], ...]
    higher: frozenset[tuple[int, int]]
    """Pairs (better, worse) of departments that differ, corrected for all pairs."""
    meets: tuple[bool | None, ...]
    """Per department whether the whole interval (95 %) of its mean lies at its target or above (else below); `None` where that
    cannot be told, and without a target or a score."""
    passed: int
    failed: int
    turned: int


@dataclass(frozen=True, slots=True)
class Survival:
    """In how many of `n` alternatives a conclusion drawn under the version's own weights holds too.

    `kind` is "higher" (the first department's mean is higher than the second's, and the difference holds), "meets" or
    "misses" (a department its target, with the whole interval of its mean), or "bands" (the same groups in the same order). `fails_under` names the others.
    """

    kind: str
    departments: tuple[str, ...]
    n: int
    survived: int
    fails_under: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Share 0..1 of the alternatives; `None` without any."""
        return self.survived / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """`n` calls read under the version's own weights and under others, and what of the conclusions survives."""

    n: int
    departments: tuple[str, ...]
    own: Reading
    readings: tuple[Reading, ...]
    conclusions: tuple[Survival, ...]


def sensitivity(
    calls: AnsweredCalls,
    departments: Sequence[str],
    weightings: Sequence[Weighting],
    *,
    targets: Mapping[str, int] | None = None,
    alpha: float = ALPHA,
) -> Sensitivity | None:
    """Read the calls under the version's own weights and under others; which conclusions stay.

    "Higher" is Welch's test of two departments' mean scores, corrected with Benjamini & Hochberg over all pairs; a
    target is met or missed as `metrics.target` says, by the whole interval of a mean. Departments of fewer than two scored calls take no part in comparisons.

    Args:
        calls: n answered calls of one version.
        departments: length n, of each call.
        weightings: the alternatives, as from `alternatives`.
        targets: by department, in hundredths of a point.
        alpha: false discovery rate of the comparisons.

    Returns:
        The readings and, per conclusion drawn under the own weights, in how many alternatives it holds; `None` without
        calls.
    """
    import numpy as np

    if len(departments) != calls.n:
        raise ValueError(f"departments is of {len(departments)} calls, calls of {calls.n}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; it lies between 0 and 1")
    if not calls.n:
        return None
    names = tuple(dict.fromkeys(departments))
    for name in targets or ():
        if name not in names:
            raise ValueError(f"targets names {name!r}, which has no calls here")
    places = {name: place for place, name in enumerate(names)}
    where = np.array([places[name] for name in departments])
    wanted = tuple((targets or {}).get(name) for name in names)
    scores = effective_scores(calls, [OWN, *weightings])
    before = _outcomes(calls, scores[0])
    own, *others = (
        _reading(calls, weighting, row, where=where, before=before, targets=wanted, alpha=alpha)
        for weighting, row in zip((OWN, *weightings), scores, strict=True)
    )
    return Sensitivity(calls.n, names, own, tuple(others), tuple(_conclusions(names, own, others)))


def _reading(
    calls: AnsweredCalls,
    weighting: Weighting,
    scores: NDArray[np.int32],
    *,
    where: NDArray[Any],
    before: NDArray[np.int8],
    targets: Sequence[int | None],
    alpha: float,
) -> Reading:
    samples, outcomes = _sums(scores, where, len(targets)), _outcomes(calls, scores)
    bands, higher = _compared(samples, alpha)
    return Reading(
        weighting=weighting,
        n=sum(sums.n for sums in samples),
        samples=samples,
        bands=bands,
        higher=higher,
        meets=tuple(
            None if target is None else _MEETS[side_of(sums, target, fewest=ENOUGH, within=(0, 10_000))]
            for sums, target in zip(samples, targets, strict=True)
        ),
        passed=int((outcomes == PASSED).sum()),
        failed=int((outcomes == FAILED).sum()),
        turned=int((outcomes != before).sum()),
    )


def _outcomes(calls: AnsweredCalls, scores: NDArray[np.int32]) -> NDArray[np.int8]:
    import numpy as np

    mark = calls.definition.pass_mark or 0
    found = np.where(scores == NO_SCORE, NO_OUTCOME, np.where(scores < mark, FAILED, PASSED))
    return np.where(calls.failed_call, FAILED, found).astype(np.int8)


def _sums(scores: NDArray[np.int32], where: NDArray[Any], count: int) -> tuple[Sums, ...]:
    import numpy as np

    known = scores != NO_SCORE
    values, where = scores[known].astype(float), where[known]
    # Whole numbers: below 2^53 for up to 9 * 10^7 calls, so these sums are exact.
    sizes = np.bincount(where, minlength=count)
    totals = np.bincount(where, weights=values, minlength=count)
    squares = np.bincount(where, weights=values * values, minlength=count)
    return tuple(Sums(int(n), int(t), int(s)) for n, t, s in zip(sizes, totals, squares, strict=True))


def _compared(samples: Sequence[Sums], alpha: float) -> tuple[tuple[tuple[int, ...], ...], frozenset[tuple[int, int]]]:
    """The bands, and the pairs (better, worse) that differ."""
    places = [place for place, sums in enumerate(samples) if sums.n >= 2]
    bands = groups([samples[place] for place in places], alpha)
    pairs = list(combinations(places, 2))
    tests = [welch(samples[first], samples[second]) for first, second in pairs]
    rejected = benjamini_hochberg([test.p for test in tests if test is not None], alpha).rejected
    higher = frozenset(
        (second, first) if test.difference > 0 else (first, second)
        for (first, second), test, holds in zip(pairs, tests, rejected, strict=True)
        if holds and test is not None and test.difference
    )
    return tuple(tuple(places[each] for each in band) for band in bands), higher


def _conclusions(names: Sequence[str], own: Reading, others: Sequence[Reading]) -> list[Survival]:
    def survival(kind: str, places: Sequence[int], holds: Sequence[bool]) -> Survival:
        fails = tuple(other.weighting.name for other, held in zip(others, holds, strict=True) if not held)
        return Survival(kind, tuple(names[each] for each in places), len(others), sum(holds), fails)

    made = [survival("higher", pair, [pair in other.higher for other in others]) for pair in sorted(own.higher)]
    for place, met in enumerate(own.meets):
        if met is not None:
            kind = "meets" if met else "misses"
            made.append(survival(kind, [place], [other.meets[place] is met for other in others]))
    if own.bands:
        flat = [place for band in own.bands for place in band]
        alike = [[set(band) for band in reading.bands] for reading in (own, *others)]
        made.append(survival("bands", flat, [bands == alike[0] for bands in alike[1:]]))
    return made
