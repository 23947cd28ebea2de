"""How a call's items are answered: drawn from the true effects, through the real checklist.

Every item is drawn, also those that the answers will hide; `definition.relevant` leaves those out afterwards. So the
draws are independent given the call's quality, which is what lets `surveys.demo.expected` add them up exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from random import Random
from statistics import NormalDist
from typing import Any, Final

from surveys import defaults, definition
from surveys.definition import Definition, Item
from surveys.demo.truth import TRUTH, Department, Truth

CLEAN: Final = "phrasing.no_harmful"
CONCRETE: Final = "callback.concrete"
PROMPT_SECONDS: Final = 15
LONGEST_WAIT: Final = 900
CONTENT_SEVERITY: Final = 0.5
"""Strictness shows fully in how things were said and half as much in what was said."""


@lru_cache(maxsize=1)
def default_form() -> Definition:
    return definition.parse(defaults.read("checklist"))


@dataclass(frozen=True, slots=True)
class Graded:
    """An item answered better or worse: its values from the fewest points to the most."""

    item: Item
    dimension: str
    values: tuple[Any, ...]
    points: tuple[float, ...]
    severity: float
    not_applicable: float
    multiple: bool = False

    @property
    def code(self) -> str:
        return self.item.code

    def value_at(self, level: int, rng: Random) -> Any:
        """The answer at a level; of a multiple choice, which options is left to chance."""
        if not self.multiple:
            return self.values[level]
        if level == 0:
            return list(self.values[0])
        ticked = set(rng.sample(self.values[1], level))
        return [option.value for option in self.item.options if option.value in ticked]


@dataclass(slots=True)
class Heard:
    """What happened in a call: the level of every graded item (None: not applicable) and the plain facts."""

    quality: float
    answered: bool
    disconnected: bool
    helped: bool
    harmful: bool
    hung_up: bool
    seconds: int
    levels: dict[str, int | None]
    promised: bool = False


class Model:
    """A checklist and the truth about it, ready to draw calls from."""

    def __init__(self, form: Definition | None = None, truth: Truth = TRUTH) -> None:
        self.form, self.truth = form or default_form(), truth
        self.codes = {name: _code(self.form, name) for name in definition.RECORDS}
        self.hold = next(i for i in self.form.items if any(option.fails == "section" for option in i.options))
        self.phrases = next(item for item in self.form.items if item.kind == "phrase")
        plain = {CLEAN, *self.codes.values()} - {self.codes["callback_offered"]}
        self.graded = tuple(
            _graded(item, self.form.section_of(item.code).dimension, truth)
            for item in self.form.items
            if item.scored and item.options and item.code not in plain
        )
        self._base = lru_cache(maxsize=None)(self._qualities)

    def harmful_rate(self, department: Department, month: int) -> float:
        training = self.truth.training
        trained = department.code == training.department and month >= training.month
        return training.harmful if trained else department.harmful

    def helped_rate(self, department: Department, *, absent: bool) -> float:
        """Of answered callers who were not cut off."""
        if not absent:
            return department.helped
        return logistic(math.log(department.helped / (1 - department.helped)) - self.truth.absent_helped)

    def base(self, code: str, month: int, style: str) -> tuple[float, ...]:
        """The quality of every graded item but for the evaluator and the call, in the order of `graded`."""
        return self._base(code, month, style)

    def _qualities(self, code: str, month: int, style: str) -> tuple[float, ...]:
        truth, department = self.truth, self.truth.departments[code]
        common = department.level + department.trend * (month - 1)
        by_dimension = dict.fromkeys(definition.DIMENSIONS, common)
        for dimension in by_dimension:
            by_dimension[dimension] += truth.dimension_offsets.get(dimension, 0)
            if code == truth.training.department and month >= truth.training.month:
                by_dimension[dimension] += truth.training.lift.get(dimension, 0)
            if code == truth.tone_gap.department and style == "dominant":
                by_dimension[dimension] -= truth.tone_gap.drop.get(dimension, 0)
        return tuple(
            by_dimension[each.dimension]
            + truth.ease.get(each.code, 0)
            + (truth.experience_offset if each.item.aspect == "experience" else 0)
            for each in self.graded
        )

    def hear(self, rng: Random, *, code: str, month: int, facts: dict[str, Any], severity: float) -> Heard:
        """One call to a department, as this evaluator heard it."""
        truth, department = self.truth, self.truth.departments[code]
        quality = rng.gauss(0, truth.call_spread)
        answered = rng.random() >= department.unanswered
        disconnected = answered and rng.random() < truth.disconnected
        absent = bool(facts["asked_person_absent"])
        helped = rng.random() < self.helped_rate(department, absent=absent) and not disconnected
        harmful = rng.random() < self.harmful_rate(department, month)
        base = self.base(code, month, facts["caller_style"])
        levels = {
            each.code: self._level(each, rng, base_quality + severity * each.severity + quality)
            for each, base_quality in zip(self.graded, base, strict=True)
        }
        offered = self.codes["callback_offered"]
        if disconnected:
            levels[offered] = 0
        hung_up = rng.random() < truth.hung_up and harmful and levels[self.hold.code] is not None
        promised = answered and not helped and levels[offered] != 0
        return Heard(
            quality, answered, disconnected, helped, harmful, hung_up, self._seconds(department, rng), levels, promised
        )

    def hear_again(self, rng: Random, first: Heard, *, code: str, month: int, style: str, severity: float) -> Heard:
        """The same call in another evaluator's ears: mostly the same answers, the others drawn anew."""
        levels = dict(first.levels)
        fixed = {self.codes["callback_offered"], CONCRETE}
        for each, base_quality in zip(self.graded, self.base(code, month, style), strict=True):
            if each.code in fixed or rng.random() < self.truth.agreement[each.item.aspect]:
                continue
            again = self._level(each, rng, base_quality + severity * each.severity + first.quality)
            if again is not None and levels[each.code] is not None:
                levels[each.code] = again
        return Heard(
            first.quality,
            first.answered,
            first.disconnected,
            first.helped,
            first.harmful,
            first.hung_up,
            first.seconds,
            levels,
            first.promised,
        )

    def _level(self, each: Graded, rng: Random, quality: float) -> int | None:
        if each.not_applicable and rng.random() < each.not_applicable:
            return None
        return draw_binomial(rng.random(), len(each.points) - 1, logistic(quality))

    def _seconds(self, department: Department, rng: Random) -> int:
        wait = math.exp(rng.gauss(prompt_mean(self.truth, department.prompt), self.truth.prompt_spread))
        return min(max(round(wait), 1), LONGEST_WAIT)


def prompt_mean(truth: Truth, prompt: float) -> float:
    """The mean of the logarithm of the seconds to answer that makes `prompt` of the calls answered in time."""
    return math.log(PROMPT_SECONDS + 0.5) - NormalDist().inv_cdf(prompt) * truth.prompt_spread


def logistic(quality: float) -> float:
    return 1 / (1 + math.exp(-quality))


def draw_binomial(chance: float, steps: int, share: float) -> int:
    """The level whose cumulative probability first exceeds `chance`: 0..steps, `steps * share` on average."""
    reached = 0.0
    for level in range(steps):
        reached += math.comb(steps, level) * share**level * (1 - share) ** (steps - level)
        if chance < reached:
            return level
    return steps


def _code(form: Definition, name: str) -> str:
    item = form.recording(name)
    if item is None:
        raise ValueError(f"the checklist records no {name!r}, and the demo needs it")
    return item.code


def _graded(item: Item, dimension: str, truth: Truth) -> Graded:
    severity = 1.0 if item.aspect == "experience" else CONTENT_SEVERITY
    absent = truth.not_applicable.get(item.code, truth.not_applicable_else) if item.na_allowed else 0.0
    if item.kind == "multiple":
        good = [option.value for option in item.options if option.points]
        bad = [option.value for option in item.options if not option.points][:1]
        levels = range(min(2, len(good)) + 1)
        points = tuple(
            _mean([item.points_for(ticked) or 0 for ticked in combinations(good, level)]) for level in levels
        )
        return Graded(item, dimension, (bad, good), points, severity, absent, multiple=True)
    # An option that fails something is not the lowest level of an answer: it is drawn on its own.
    options = sorted((option for option in item.options if option.fails is None), key=lambda option: option.points)
    return Graded(
        item,
        dimension,
        tuple(option.value for option in options),
        tuple(float(option.points) for option in options),
        severity,
        absent,
    )


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)
