"""What the true effects come to on the score scale, computed, not simulated.

Which items count in a call follows from a handful of outcomes (answered, cut off, helped, a callback offered and how,
a harmful phrase, what is not applicable). For each of their combinations the score is a weighted mean of the items'
points, and given the call's quality the items are independent; so its expectation is the same mean of the items'
expected points. The combinations are enumerated, evaluators are averaged, and the quality of the single call is
integrated by Gauss-Hermite quadrature. Exact but for the quadrature (15 nodes: below 0.001 point) and the rounding of
single scores to hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import comb, log
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys import definition
from surveys.definition import Item
from surveys.demo.model import CLEAN, CONCRETE, Graded, Model, prompt_mean
from surveys.demo.truth import TRUTH, Department
from surveys.demo.world import SCENARIOS

Array = NDArray[np.float64]
NODES = 15
Scenarios = tuple[str, ...]
Facts = tuple[str, int, bool]
"""Caller style, attempt, whether the asked-for person is absent."""
PAIRS = (("complaint_calm", "complaint_dominant"), ("invoice_calm", "invoice_dominant"))
"""The same question brought calmly and dominantly."""


def expected_score(
    department: str,
    month: int,
    style: str | None = None,
    *,
    scenarios: Iterable[str] | None = None,
    evaluator: int | None = None,
    measure: str = "score",
) -> float:
    """The mean score, 0..100, of calls to `department` in `month`.

    Args:
        department: its code, as in `truth`.
        month: 1..18.
        style: only callers of this style; `None` is the mix of all scenarios.
        scenarios: only these scenarios, in their shares.
        evaluator: only calls by this one (index in `world.EVALUATORS`); `None` is all, equally often.
        measure: "score", "score_calculated", "content", "experience" or a dimension.

    Returns:
        The mean over calls that have this score.
    """
    codes = tuple(sorted(scenarios)) if scenarios is not None else _of_style(style)
    total, mass = _totals(department, _regime(department, month), codes, measure)
    chosen = slice(None) if evaluator is None else evaluator
    return float(np.sum(total[chosen]) / np.sum(mass[chosen]))


def tone_gap(department: str, month: int, *, measure: str = "score") -> float:
    """Calm minus dominant, over the paired scenarios: how many points more calm callers get."""
    calm, dominant = ([pair[side] for pair in PAIRS] for side in (0, 1))
    return expected_score(department, month, scenarios=calm, measure=measure) - expected_score(
        department, month, scenarios=dominant, measure=measure
    )


def severity(evaluator: int, *, measure: str = "score") -> float:
    """How many points more (lenient) or fewer (strict) this evaluator gives than all together, over the demo's calls."""
    total, mass = _overall(measure)
    return float(total[evaluator] / mass[evaluator] - total.sum() / mass.sum())


def promise_share(department: str, month: int) -> float:
    """Of all calls, answered or not: those in which a callback is promised."""
    _total, mass = _totals(department, _regime(department, month), _of_style(None), "promise")
    return float(mass.mean())


def kept_share(code: str | None = None) -> float:
    """Of all promises: those kept within 24 hours, in one department or in all together."""
    if code is not None:
        return TRUTH.departments[code].kept
    kept = promised = 0.0
    for department in TRUTH.departments.values():
        months = range(1, department.last_month + 1)
        promises = department.share * sum(promise_share(department.code, month) for month in months) / len(months)
        promised += promises
        kept += promises * department.kept
    return kept / promised


# --- adding up --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _model() -> Model:
    return Model()


def _of_style(style: str | None) -> Scenarios:
    return tuple(scenario.code for scenario in SCENARIOS if style in {None, scenario.caller_style})


def _regime(code: str, month: int) -> int:
    """The first month in which everything was as in this one."""
    department = TRUTH.departments[code]
    if not 1 <= month <= department.last_month:
        raise ValueError(f"{month}: {code} was called in the months 1 to {department.last_month}")
    if department.trend:
        return month
    return TRUTH.training.month if code == TRUTH.training.department and month >= TRUTH.training.month else 1


@lru_cache(maxsize=16)
def _overall(measure: str) -> tuple[Array, Array]:
    """Per evaluator, over all departments and months as the demo has them."""
    parts = []
    for department in TRUTH.departments.values():
        for month in range(1, department.last_month + 1):
            total, mass = _totals(department.code, _regime(department.code, month), _of_style(None), measure)
            parts.append(np.array([total, mass]) * department.share / department.last_month)
    total, mass = np.sum(parts, axis=0)
    return total, mass


@lru_cache(maxsize=4096)
def _totals(code: str, month: int, scenarios: Scenarios, measure: str) -> tuple[Array, Array]:
    """Per evaluator and call: the expected score times whether there is one, and the chance that there is one."""
    by_facts: dict[Facts, float] = {}
    for scenario in SCENARIOS:
        if scenario.code in scenarios:
            facts = (scenario.caller_style, scenario.attempt, scenario.asked_person_absent)
            by_facts[facts] = by_facts.get(facts, 0) + TRUTH.scenarios[scenario.code]
    if not by_facts:
        raise ValueError(f"{scenarios!r}: none of these scenarios is in the demo")
    parts = [share * np.array(_of_facts(_model(), code, month, facts, measure)) for facts, share in by_facts.items()]
    total, mass = np.sum(parts, axis=0) / sum(by_facts.values())
    return total, mass


@lru_cache(maxsize=4096)
def _of_facts(model: Model, code: str, month: int, facts: Facts, measure: str) -> tuple[Array, Array]:
    department = model.truth.departments[code]
    branches = _branches()
    chances, shares = _columns(model, code, month, facts[0])
    probability = np.array(
        [_probability(model, department, branch, shares, month=month, absent=facts[2]) for branch in branches]
    )
    probability *= chances
    if measure == "promise":
        mass = probability[[branch.promised for branch in branches]]
        return _by_evaluator(mass * 0), _by_evaluator(mass)
    weights, fixed = _weights(facts, measure)
    counted = weights.sum(axis=1)
    variable = np.isnan(fixed)
    sums = np.where(variable, weights, 0) @ _points(model, department, shares)
    sums += np.where(variable, 0, weights * np.nan_to_num(fixed)).sum(axis=1)[:, None]
    scored = counted > 0
    scores = sums[scored] / counted[scored, None]
    if measure == "score":
        scores[[branch.disconnected for branch, has_score in zip(branches, scored, strict=True) if has_score]] = 0
    return _by_evaluator(probability[scored] * scores), _by_evaluator(probability[scored])


def _by_evaluator(columns: Array) -> Array:
    result: Array = columns.sum(axis=0).reshape(-1, NODES).sum(axis=1)
    return result


# --- the combinations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Branch:
    """One combination of the outcomes that decide which items count and what they are fixed at."""

    answered: bool
    disconnected: bool = False
    helped: bool = False
    offered: int = 0
    concrete: int | None = None
    harmful: bool = False
    hung_up: bool = False
    not_applicable: frozenset[str] = frozenset()

    @property
    def promised(self) -> bool:
        return self.answered and not self.helped and self.offered > 0


@lru_cache(maxsize=1)
def _branches() -> tuple[Branch, ...]:
    return (Branch(answered=False), *_answered_branches(_model()))


def _answered_branches(model: Model) -> Iterator[Branch]:
    offers, terms = (len(_graded(model, code).points) for code in (model.codes["callback_offered"], CONCRETE))
    ends: list[dict[str, Any]] = [{"disconnected": True}, {"helped": True}, {}]
    ends += [{"offered": offer, "concrete": term} for offer in range(1, offers) for term in range(terms)]
    optional = [each.code for each in model.graded if each.not_applicable]
    for end, out in product(ends, product((False, True), repeat=len(optional))):
        absent = frozenset(code for code, is_out in zip(optional, out, strict=True) if is_out)
        yield Branch(True, not_applicable=absent, **end)
        yield Branch(True, not_applicable=absent, harmful=True, **end)
        if model.hold.code not in absent:
            yield Branch(True, not_applicable=absent, harmful=True, hung_up=True, **end)


def _probability(
    model: Model, department: Department, branch: Branch, shares: Array, *, month: int, absent: bool
) -> Array:
    """Of this combination, for every column."""
    if not branch.answered:
        return np.full(shares.shape[1], department.unanswered)
    chance = 1 - department.unanswered
    for each in model.graded:
        if each.not_applicable:
            chance *= each.not_applicable if each.code in branch.not_applicable else 1 - each.not_applicable
    harmful = model.harmful_rate(department, month)
    chance *= harmful if branch.harmful else 1 - harmful
    if branch.harmful and model.hold.code not in branch.not_applicable:
        chance *= model.truth.hung_up if branch.hung_up else 1 - model.truth.hung_up
    chance *= model.truth.disconnected if branch.disconnected else 1 - model.truth.disconnected
    result = np.full(shares.shape[1], chance)
    if branch.disconnected:
        return result
    helped = model.helped_rate(department, absent=absent)
    if branch.helped:
        return result * helped
    result *= (1 - helped) * _level_chance(model, model.codes["callback_offered"], branch.offered, shares)
    return result if branch.concrete is None else result * _level_chance(model, CONCRETE, branch.concrete, shares)


# --- items and columns ------------------------------------------------------------------------------------------------


def _columns(model: Model, code: str, month: int, style: str) -> tuple[Array, Array]:
    """Evaluators x qualities of the single call: the quality's chance, and each graded item's share of its points."""
    nodes, chances = np.polynomial.hermite_e.hermegauss(NODES)
    strict = np.repeat(model.truth.severities, NODES)
    quality = np.tile(nodes * model.truth.call_spread, len(model.truth.severities))
    base = np.array(model.base(code, month, style))
    bias = np.array([each.severity for each in model.graded])
    shares = 1 / (1 + np.exp(-(base[:, None] + bias[:, None] * strict + quality)))
    return np.tile(chances / chances.sum(), len(model.truth.severities)), shares


def _graded(model: Model, code: str) -> Graded:
    return next(each for each in model.graded if each.code == code)


def _level_chance(model: Model, code: str, level: int, shares: Array) -> Array:
    each = _graded(model, code)
    return _binomial(level, len(each.points) - 1, shares[model.graded.index(each)])


def _binomial(level: int, steps: int, share: Array) -> Array:
    result: Array = comb(steps, level) * share**level * (1 - share) ** (steps - level)
    return result


def _points(model: Model, department: Department, shares: Array) -> Array:
    """Expected points of every scored item that is not fixed by the combination (rows), for every column."""
    graded = {each.code: index for index, each in enumerate(model.graded)}
    rows = []
    for item in _scored_items(model):
        if item.code in graded:
            share, each = shares[graded[item.code]], model.graded[graded[item.code]]
            steps = len(each.points) - 1
            rows.append(sum(points * _binomial(level, steps, share) for level, points in enumerate(each.points)))
        else:
            rows.append(np.full(shares.shape[1], _seconds_points(model, department, item) if item.bands else 0.0))
    return np.array(rows)


def _seconds_points(model: Model, department: Department, item: Item) -> float:
    wait = NormalDist(prompt_mean(model.truth, department.prompt), model.truth.prompt_spread)
    expected = below = 0.0
    for band in item.bands:
        reached = 1.0 if band.up_to is None else wait.cdf(log(band.up_to + 0.5))
        expected += band.points * (reached - below)
        below = reached
    return expected


# --- weights ----------------------------------------------------------------------------------------------------------


def _scored_items(model: Model) -> list[Item]:
    return [item for item in model.form.items if item.scored]


@lru_cache(maxsize=64)
def _weights(facts: Facts, measure: str) -> tuple[Array, Array]:
    """Per combination (rows) and scored item: the weight it counts with, and its points where they are fixed (else NaN)."""
    model = _model()
    if model.form.na_policy != "redistribute":
        raise ValueError(f"expected scores are written for the policy 'redistribute', not {model.form.na_policy!r}")
    items = _scored_items(model)
    branches = _branches()
    weights, fixed = np.zeros((len(branches), len(items))), np.full((len(branches), len(items)), np.nan)
    nominal = [_nominal(model, item) if _belongs(model, item, measure) else 0.0 for item in items]
    for row, branch in enumerate(branches):
        shown = set(_shown(model, branch, facts))
        failed = model.form.section_of(model.hold.code) if branch.hung_up and measure != "score_calculated" else None
        own = _own_points(model, branch)
        for column, item in enumerate(items):
            in_failed = failed is not None and model.form.section_of(item.code) is failed
            if item.code in shown and (in_failed or item.code not in branch.not_applicable):
                weights[row, column] = nominal[column]
            fixed[row, column] = 0.0 if in_failed else own.get(item.code, np.nan)
    return weights, fixed


def _belongs(model: Model, item: Item, measure: str) -> bool:
    return measure in {"score", "score_calculated", item.aspect, model.form.section_of(item.code).dimension}


def _nominal(model: Model, item: Item) -> float:
    section = model.form.section_of(item.code)
    return section.weight * item.weight / sum(each.weight for each in section.items if each.scored)


def _own_points(model: Model, branch: Branch) -> dict[str, float]:
    offered = model.codes["callback_offered"]
    points = {CLEAN: 0.0 if branch.harmful else 100.0, offered: _graded(model, offered).points[branch.offered]}
    if branch.concrete is not None:
        points[CONCRETE] = _graded(model, CONCRETE).points[branch.concrete]
    if branch.hung_up:
        points[model.hold.code] = 0.0
    return points


def _shown(model: Model, branch: Branch, facts: Facts) -> tuple[str, ...]:
    offered = model.codes["callback_offered"]
    answers: dict[str, Any] = {
        model.codes["answered"]: {"value": "yes" if branch.answered else "no"},
        model.codes["helped_at_once"]: {"value": "yes" if branch.helped else "no"},
        offered: {"value": _graded(model, offered).values[branch.offered]},
    }
    if branch.concrete is not None:
        answers[CONCRETE] = {"value": _graded(model, CONCRETE).values[branch.concrete]}
    style, attempt, absent = facts
    known = {"caller_style": style, "attempt": attempt, "asked_person_absent": absent}
    return definition.visible(model.form, answers, known)
