"""Frames -> figures. Everything is added up as exact integers; what is rounded is rounded in `figures`, once.

`smallest` is the fewest calls a figure may rest on for its reader (1: any). A figure below it is withheld, and so is a
total or a period from which such a figure could be worked out by subtraction.

Functions take frames (`analytics.frames`, `analytics.call_frames`) or what is added up of them (`Parts`, `Sums`), and
know neither Django nor the reader. `COMPUTED` says which of them makes which figure of `analytics.registry`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from analytics.metrics.against import against_norm, against_one, against_others
from analytics.metrics.apart import Apart, phrase_moves, phrases_apart, questions_apart
from analytics.metrics.aspect_gaps import BAD, NO_ASPECT_GAP, RIGHT, AspectGap, AspectGaps, aspect_gaps
from analytics.metrics.aspect_scores import Aspects, aspect_gap, aspects
from analytics.metrics.charting import ControlChart, control_chart, share_chart
from analytics.metrics.comparing import (
    Against,
    AgainstWhole,
    Drawn,
    DrawnTogether,
    funnel,
    funnel_shares,
    shrunk,
    shrunk_shares,
)
from analytics.metrics.courses import Level, Verdict, bare_points, level, verdicts
from analytics.metrics.covering import Asked, Coverage, HourCovered, coverage
from analytics.metrics.drifting import Halves, StrictnessDrift, severity_drift
from analytics.metrics.flowing import Flow, Promises, flow, promised
from analytics.metrics.habits import Flagged, Habit, flagged, habits
from analytics.metrics.interventions import Intervention, intervention
from analytics.metrics.means import (
    COURSE,
    HUNDRED,
    WITHHELD,
    WITHHELD_SHARE,
    Tested,
    again,
    bands,
    change,
    corrected,
    drift,
    mean,
    measured,
    share,
)
from analytics.metrics.outcomes import (
    Kept,
    Target,
    called_back,
    failed,
    helped,
    kept,
    left,
    passed,
    prompt,
    target,
)
from analytics.metrics.periods import BASELINE, SHORTEST_BASELINE, calendar, normal_range, series
from analytics.metrics.phrases import Phrases, phrase_rates
from analytics.metrics.questions import Item, Items, Moves, earned, item_moves, items, lost, pareto
from analytics.metrics.reaching import Hours, long_hold, on_hold, prompt_hours, transferred
from analytics.metrics.spread import Spread, Spreads, spreads
from analytics.metrics.steering import largest_shift, shift, steering, surely_not, unsteady
from analytics.metrics.strictness import CorrectedScore, Evaluators, Strictness, severity
from analytics.metrics.sums import NOTHING, Parts, parts, together
from analytics.metrics.telling import pooled, safe_answers, safe_grades
from analytics.metrics.tone import ToneGap, ToneGaps, tone_gap_items, tone_gaps
from analytics.metrics.tone_sides import ToneSides, tone_sides
from analytics.metrics.twice import Agreement, agreement
from analytics.metrics.versions import VersionBridge, bridge
from analytics.metrics.waiting import Curve, Curves, kept_curves
from analytics.metrics.weighted_changes import weighted_changes
from analytics.metrics.weightings import Conclusion, Sensitivity, sensitivity
from analytics.metrics.withholding import withheld, withheld_departments, withheld_periods
from analytics.metrics.would_call_again import Alone, Jointly, drivers, joint_drivers

__all__ = [
    "BAD",
    "BASELINE",
    "COMPUTED",
    "COURSE",
    "HUNDRED",
    "NOTHING",
    "NO_ASPECT_GAP",
    "RIGHT",
    "SHORTEST_BASELINE",
    "WITHHELD",
    "WITHHELD_SHARE",
    "Against",
    "AgainstWhole",
    "Agreement",
    "Alone",
    "Apart",
    "Asked",
    "AspectGap",
    "AspectGaps",
    "Aspects",
    "Conclusion",
    "ControlChart",
    "CorrectedScore",
    "Coverage",
    "Curve",
    "Curves",
    "Drawn",
    "DrawnTogether",
    "Evaluators",
    "Flagged",
    "Flow",
    "Habit",
    "Halves",
    "HourCovered",
    "Hours",
    "Intervention",
    "Item",
    "Items",
    "Jointly",
    "Kept",
    "Level",
    "Moves",
    "Parts",
    "Phrases",
    "Promises",
    "Sensitivity",
    "Spread",
    "Spreads",
    "Strictness",
    "StrictnessDrift",
    "Target",
    "Tested",
    "ToneGap",
    "ToneGaps",
    "ToneSides",
    "Verdict",
    "VersionBridge",
    "again",
    "against_norm",
    "against_one",
    "against_others",
    "agreement",
    "aspect_gap",
    "aspect_gaps",
    "aspects",
    "bands",
    "bare_points",
    "bridge",
    "calendar",
    "called_back",
    "change",
    "control_chart",
    "corrected",
    "coverage",
    "drift",
    "drivers",
    "earned",
    "failed",
    "flagged",
    "flow",
    "funnel",
    "funnel_shares",
    "habits",
    "helped",
    "intervention",
    "item_moves",
    "items",
    "joint_drivers",
    "kept",
    "kept_curves",
    "largest_shift",
    "left",
    "level",
    "long_hold",
    "lost",
    "mean",
    "measured",
    "normal_range",
    "on_hold",
    "pareto",
    "parts",
    "passed",
    "phrase_moves",
    "phrase_rates",
    "phrases_apart",
    "pooled",
    "promised",
    "prompt",
    "prompt_hours",
    "questions_apart",
    "safe_answers",
    "safe_grades",
    "sensitivity",
    "series",
    "severity",
    "severity_drift",
    "share",
    "share_chart",
    "shift",
    "shrunk",
    "shrunk_shares",
    "spreads",
    "steering",
    "surely_not",
    "target",
    "together",
    "tone_gap_items",
    "tone_gaps",
    "tone_sides",
    "transferred",
    "unsteady",
    "verdicts",
    "weighted_changes",
    "withheld",
    "withheld_departments",
    "withheld_periods",
]

# A score's name in sums is its key in the registry.
_SCORES: Final = (
    "score", "content", "experience", "critical", "greeting", "phrasing", "callback", "listening", "tone", "other",
)  # fmt: skip

COMPUTED: Final[Mapping[str, Callable[..., Any]]] = {
    **{name: partial(measured, measure=name) for name in _SCORES},
    "passed": passed,
    "failed": failed,
    "prompt": prompt,
    "kept": kept,
    "called_back": called_back,
    "helped": helped,
    "left": left,
    "phrase": phrase_rates,
    "phrase_apart": phrases_apart,
    "phrase_change": phrase_moves,
    "agreement": agreement,
    "change": change,
    "course": drift,
    "normal_range": normal_range,
    "band": bands,
    "target": target,
    "lost": lost,
    "earned": earned,
    "apart": questions_apart,
    "item_change": item_moves,
    "cost_share": pareto,
    "spread": spreads,
    "driver_joint": joint_drivers,
    "tone_gap": tone_gaps,
    "aspect_gap": aspect_gaps,
    "bad_feeling": aspect_gaps,
    "kept_curve": kept_curves,
    "again": again,
    "driver": drivers,
    "alpha": agreement,
    "severity": severity,
    "corrected": severity,
    "sensitivity": sensitivity,
    "bridge": bridge,
    "funnel": funnel,
    "shrunk": shrunk,
    "control": control_chart,
    "level": level,
    "verdict": verdicts,
    "effect": intervention,
    "ending": flow,
    "share_gap": against_others,
    "norm_gap": against_norm,
    "on_hold": on_hold,
    "long_hold": long_hold,
    "transferred": transferred,
    "severity_drift": severity_drift,
    "halo": habits,
    "soon": habits,
    "flagged": flagged,
    "coverage": coverage,
}
