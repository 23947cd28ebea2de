"""The demo's calls drawn by the thousand: the model of `surveys.demo.model` in arrays.

The plan (who calls whom, when, with which brief) is the demo's own. What is heard and what it scores is drawn and added up
for all calls at once, which takes a hundredth of the time of writing the answers out; `test_truth` checks that the scores
are those of `surveys.scoring` to the last hundredth, and the means those of `surveys.demo.expected`.

One thing is simpler than in the demo: every promise is old enough to know what became of it.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np

from surveys import definition
from surveys.demo import TRUTH
from surveys.demo.generator import BY_CODE, CALLS
from surveys.demo.model import CLEAN, CONCRETE, LONGEST_WAIT, Heard, Model, prompt_mean
from surveys.demo.plan import Calendar, field_plan
from surveys.demo.world import SCENARIOS

TODAY = dt.date(2026, 11, 23)
MODEL = Model()
DEPARTMENTS = tuple(TRUTH.departments)
BRIEFS = tuple(scenario.code for scenario in SCENARIOS)
ITEMS = [item for item in MODEL.form.items if item.scored]
CODES = [item.code for item in ITEMS]
GRADED = [each.code for each in MODEL.graded]


@dataclass(frozen=True)
class Calls:
    """One array entry per call; departments, scenarios and evaluators are positions, `score` hundredths or -1 for none."""

    department: np.ndarray
    month: np.ndarray
    scenario: np.ndarray
    evaluator: np.ndarray
    quality: np.ndarray
    answered: np.ndarray
    disconnected: np.ndarray
    helped: np.ndarray
    harmful: np.ndarray
    hung_up: np.ndarray
    seconds: np.ndarray
    levels: np.ndarray
    """Calls x graded items; -1 is not applicable."""
    promised: np.ndarray
    kept: np.ndarray
    score: np.ndarray

    def heard(self, call):
        """What the demo's own code would be told of this call."""
        levels = {
            code: None if level < 0 else int(level) for code, level in zip(GRADED, self.levels[call], strict=True)
        }
        return Heard(
            quality=float(self.quality[call]),
            answered=bool(self.answered[call]),
            disconnected=bool(self.disconnected[call]),
            helped=bool(self.helped[call]),
            harmful=bool(self.harmful[call]),
            hung_up=bool(self.hung_up[call]),
            seconds=int(self.seconds[call]),
            levels=levels,
            promised=bool(self.promised[call]),
        )


def draw(seed, calls=CALLS):
    """The approved field calls of one demo."""
    plan = field_plan(Random(f"{seed}:plans"), Calendar(TODAY), TRUTH, calls)
    rng = np.random.default_rng(seed)
    department = np.array([DEPARTMENTS.index(slot.department) for slot in plan])
    month = np.array([slot.month for slot in plan])
    scenario = np.array([BRIEFS.index(slot.scenario) for slot in plan])
    evaluator = np.array([slot.evaluator for slot in plan])
    parts = _hear(rng, department, month, scenario, evaluator)
    return Calls(department, month, scenario, evaluator, **parts, score=_scores(scenario, parts))


def _hear(rng, department, month, scenario, evaluator):
    count = len(department)
    truths = [TRUTH.departments[code] for code in DEPARTMENTS]
    quality = rng.normal(0, TRUTH.call_spread, count)

    def happens(chance):
        return rng.random(count) < np.asarray(chance)

    answered = ~happens(np.array([each.unanswered for each in truths])[department])
    disconnected = answered & happens(TRUTH.disconnected)
    absent = np.array([brief.asked_person_absent for brief in SCENARIOS])[scenario]
    rates = np.array([[MODEL.helped_rate(each, absent=flag) for flag in (False, True)] for each in truths])
    helped = happens(rates[department, absent.astype(int)]) & ~disconnected
    months = range(1, int(month.max()) + 1)
    harm = np.array([[MODEL.harmful_rate(each, number) for number in months] for each in truths])
    harmful = happens(harm[department, month - 1])
    levels = _levels(rng, _base(department, month, scenario), evaluator, quality)
    levels[disconnected, GRADED.index(MODEL.codes["callback_offered"])] = 0
    hung_up = happens(TRUTH.hung_up) & harmful & (levels[:, GRADED.index(MODEL.hold.code)] >= 0)
    promised = answered & ~helped & (levels[:, GRADED.index(MODEL.codes["callback_offered"])] != 0)
    means = np.array([prompt_mean(TRUTH, each.prompt) for each in truths])
    waits = np.exp(rng.normal(means[department], TRUTH.prompt_spread))
    return {
        "quality": quality,
        "answered": answered,
        "disconnected": disconnected,
        "helped": helped,
        "harmful": harmful,
        "hung_up": hung_up,
        "seconds": np.clip(np.round(waits), 1, LONGEST_WAIT).astype(int),
        "levels": levels,
        "promised": promised,
        "kept": promised & happens(np.array([each.kept for each in truths])[department]),
    }


def _base(department, month, scenario):
    style = np.array([brief.caller_style == "dominant" for brief in SCENARIOS])[scenario].astype(int)
    keys, where = np.unique(np.stack([department, month, style], axis=1), axis=0, return_inverse=True)
    rows = [MODEL.base(DEPARTMENTS[code], int(number), ("calm", "dominant")[tone]) for code, number, tone in keys]
    return np.array(rows)[where.ravel()]


def _levels(rng, base, evaluator, quality):
    bias = np.array([each.severity for each in MODEL.graded])
    strict = np.array(TRUTH.severities)[evaluator]
    shares = 1 / (1 + np.exp(-(base + strict[:, None] * bias + quality[:, None])))
    steps = np.array([len(each.points) - 1 for each in MODEL.graded])
    levels = rng.binomial(steps, shares)
    absent = np.array([each.not_applicable for each in MODEL.graded])
    levels[rng.random(levels.shape) < absent] = -1
    return levels


# --- scores -----------------------------------------------------------------------------------------------------------


def _scores(scenario, parts):
    """The rules of `surveys.scoring` for the policy "redistribute": the weighted mean of what is shown and answered."""
    shown = _shown(scenario, parts)
    points, applicable = _points(parts)
    section = MODEL.form.section_of(MODEL.hold.code)
    failing = np.array([MODEL.form.section_of(code) is section for code in CODES])
    failed = parts["hung_up"][:, None] & failing & parts["answered"][:, None]
    weights = np.array([_nominal(item) for item in ITEMS]) * (shown & (applicable | failed))
    total = weights.sum(axis=1)
    earned = (weights * np.where(failed, 0, points)).sum(axis=1)
    score = np.round(100 * earned / np.where(total > 0, total, 1)).astype(int)
    score[parts["disconnected"]] = 0
    score[total == 0] = -1
    return score


def _shown(scenario, parts):
    offered = parts["levels"][:, GRADED.index(MODEL.codes["callback_offered"])]
    keys = np.stack([scenario, parts["answered"], parts["helped"], offered], axis=1)
    kinds, where = np.unique(keys, axis=0, return_inverse=True)
    rows = [_visible(BRIEFS[code], bool(answered), bool(helped), int(level)) for code, answered, helped, level in kinds]
    return np.array(rows)[where.ravel()]


@cache
def _visible(brief, answered, helped, level):
    offered = next(each for each in MODEL.graded if each.code == MODEL.codes["callback_offered"])
    answers = {
        MODEL.codes["answered"]: {"value": "yes" if answered else "no"},
        MODEL.codes["helped_at_once"]: {"value": "yes" if helped else "no"},
        offered.code: {"value": offered.values[level]},
        CONCRETE: {"value": "both"},
    }
    visible = set(definition.visible(MODEL.form, answers, BY_CODE[brief].facts))
    return [code in visible for code in CODES]


def _points(parts):
    """Points and whether applicable, calls x scored items."""
    count = len(parts["quality"])
    points, applicable = np.zeros((count, len(ITEMS))), np.ones((count, len(ITEMS)), dtype=bool)
    for column, item in enumerate(ITEMS):
        if item.code in GRADED:
            level = parts["levels"][:, GRADED.index(item.code)]
            points[:, column] = np.array(MODEL.graded[GRADED.index(item.code)].points)[level]
            applicable[:, column] = level >= 0
        elif item.code == CLEAN:
            points[:, column] = np.where(parts["harmful"], 0, 100)
        else:
            bounds = [band.up_to for band in item.bands if band.up_to is not None]
            earned = np.array([band.points for band in item.bands])
            points[:, column] = earned[np.searchsorted(bounds, parts["seconds"])]
    return points, applicable


def _nominal(item):
    section = MODEL.form.section_of(item.code)
    return section.weight * item.weight / sum(each.weight for each in section.items if each.scored)
