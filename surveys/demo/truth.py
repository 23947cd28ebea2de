"""The true effects of the demo: everything that was put into it, in one place, so that analytics can be tested against it.

Qualities are on the logit scale: an item of quality 0 earns half of its points on average, one of 1.4 earns 80 %.
The quality of an item in one call is the sum of

    level of the department + trend per month + lift of the training + drop of the tone gap
    + offset of the dimension and the aspect + ease of the item + severity of the evaluator + quality of this very call

and given that sum the items are answered independently (`surveys.demo.model` draws them, `surveys.demo.expected` adds up
what they come to on the score scale). What is not a quality is a plain probability: being answered, being helped,
harmful phrases, "not applicable", keeping a promise.

Months count from 1, the first wave, to 18, the current one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MONTHS: Final = 18


@dataclass(frozen=True, slots=True)
class Department:
    """What is true of one department; probabilities unless said otherwise."""

    code: str
    share: float
    """Of all calls."""
    level: float
    """Logit."""
    harmful: float
    """That a harmful phrase falls in an answered call; the same for every caller and in every month."""
    prompt: float
    """That an answered call is answered within 15 seconds."""
    helped: float
    """That an answered caller is helped at once, if the asked-for person is there."""
    kept: float
    """That a promised callback comes within 24 hours."""
    late: float
    """That it comes, but later. The rest never comes."""
    unanswered: float
    trend: float = 0.0
    """Logit per month, from the first month on."""
    last_month: int = MONTHS
    leaning: tuple[str, ...] = ()
    """Codes of the harmful phrases that fall here more often than others."""


@dataclass(frozen=True, slots=True)
class Training:
    """From `month` on, the lift (logit) of these dimensions; harmful phrases fall as often as `harmful` says."""

    department: str
    month: int
    lift: Mapping[str, float]
    harmful: float


@dataclass(frozen=True, slots=True)
class ToneGap:
    """What dominant callers get less (logit) in these dimensions. In the other departments they get the same."""

    department: str
    drop: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Again:
    """Would call again, 0..10: base + the share of its points that each driver earned, times its weight, + noise (sd)."""

    base: float
    drivers: Mapping[str, float]
    noise: float
    cut_off: int
    """The highest grade of a caller who was cut off."""


@dataclass(frozen=True, slots=True)
class Truth:
    departments: Mapping[str, Department]
    training: Training
    tone_gap: ToneGap
    severities: tuple[float, ...]
    """Logit per evaluator, in the order of `surveys.demo.world.EVALUATORS`; below 0 is strict. Half of it on content."""
    dimension_offsets: Mapping[str, float]
    experience_offset: float
    ease: Mapping[str, float]
    """Logit per item code; an item not named here has 0."""
    call_spread: float
    """Standard deviation (logit) of the quality of single calls."""
    not_applicable: Mapping[str, float]
    not_applicable_else: float
    absent_helped: float
    """How much smaller (logit) the chance to be helped is when the asked-for person is absent."""
    disconnected: float
    """That the employee ends an answered call: the failed calls."""
    hung_up: float
    """That a harmful phrase is the one said before holding, which fails the section; if the caller was put on hold."""
    agreement: Mapping[str, float]
    """That a second, blind scoring keeps the first answer, by aspect; else it is drawn anew."""
    seconds_share: float
    """Of the approved field calls that are scored twice."""
    prompt_spread: float
    """Standard deviation of the logarithm of the seconds to answer."""
    scenarios: Mapping[str, float]
    """Share of each scenario in every department."""
    again: Again


def _of(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


def _by_code(*departments: Department) -> Mapping[str, Department]:
    return MappingProxyType({department.code: department for department in departments})


TRUTH: Final = Truth(
    departments=_by_code(
        # These three are equal in everything a score is made of: whoever tells them apart is wrong.
        Department("KCC", 0.20, 1.75, 0.07, 0.90, 0.72, 0.73, 0.12, 0.015),
        Department("BZ", 0.15, 1.75, 0.07, 0.90, 0.72, 0.69, 0.14, 0.015),
        Department("BEL", 0.14, 1.75, 0.07, 0.90, 0.72, 0.64, 0.16, 0.015),
        # Better since the training.
        Department("KLA", 0.13, 1.00, 0.22, 0.84, 0.62, 0.71, 0.14, 0.02, leaning=("calm_down", "nobody_complains")),
        # The next two are equal for calm callers.
        Department("OMG", 0.10, 1.30, 0.13, 0.82, 0.64, 0.61, 0.18, 0.03, leaning=("you_must", "no_idea")),
        Department("PRK", 0.13, 1.30, 0.13, 0.82, 0.64, 0.59, 0.18, 0.03, leaning=("system_says", "calm_down")),
        # In decline.
        Department(
            "AFV",
            0.11,
            1.40,
            0.19,
            0.74,
            0.58,
            0.50,
            0.20,
            0.04,
            trend=-0.065,
            leaning=("try_again_later", "not_my_department"),
        ),
        # Few calls.
        Department(
            "JUR", 0.015, 0.35, 0.24, 0.66, 0.48, 0.44, 0.22, 0.05, leaning=("where_is_he", "as_soon_as_possible")
        ),
        # Closed after its tenth month.
        Department(
            "MOR", 0.025, 1.00, 0.16, 0.80, 0.60, 0.55, 0.20, 0.03, last_month=10, leaning=("not_my_department",)
        ),
    ),
    training=Training("KLA", month=9, lift=_of(phrasing=1.10, callback=1.10, listening=0.60), harmful=0.10),
    tone_gap=ToneGap("PRK", drop=_of(tone=1.30, listening=0.70)),
    severities=(
        0.05,
        -0.70,
        0.10,
        -0.05,
        0.65,
        0.00,
        -0.10,
        0.12,
        -0.60,
        0.03,
        0.08,
        -0.12,
        0.60,
        -0.02,
        0.06,
        -0.08,
        0.10,
        -0.04,
        0.00,
        0.07,
        -0.10,
        0.04,
        -0.06,
        0.09,
        -0.12,
    ),
    dimension_offsets=_of(greeting=0.35, phrasing=0.10, callback=-0.45, listening=0.00, tone=0.15, other=0.00),
    experience_offset=-0.05,
    ease=MappingProxyType(
        {
            "greeting.own_name": 0.30,
            "phrasing.clear_answer": 0.25,
            "phrasing.hold": 0.10,
            "listening.let_finish": 0.50,
            "listening.checked": -0.60,
            "listening.repeat_caller": -0.50,
            "callback.offered": 0.30,
            "callback.concrete": -0.20,
            "tone.calm": 0.20,
            "tone.empathy": -0.50,
            "tone.effort": 0.55,
        }
    ),
    call_spread=0.45,
    not_applicable=MappingProxyType({"phrasing.hold": 0.42, "listening.follow_up": 0.10, "tone.empathy": 0.14}),
    not_applicable_else=0.08,
    absent_helped=1.30,
    disconnected=0.012,
    hung_up=0.25,
    agreement=_of(content=0.92, experience=0.72),
    seconds_share=0.04,
    prompt_spread=0.60,
    scenarios=_of(
        complaint_calm=0.15,
        complaint_dominant=0.15,
        invoice_calm=0.13,
        invoice_dominant=0.13,
        jansen_second_call=0.10,
        jansen_fourth_call=0.08,
        opening_hours=0.13,
        change_of_address=0.13,
    ),
    again=Again(
        base=0.90,
        drivers=MappingProxyType(
            {
                "phrasing.clear_answer": 2.60,
                "callback.helped_at_once": 1.60,
                "tone.effort": 1.70,
                "tone.calm": 1.50,
                "listening.let_finish": 0.90,
            }
        ),
        noise=1.00,
        cut_off=3,
    ),
)

OVERALL_KEPT: Final = 0.64
"""What the departments' `kept` come to over all promises, within a percentage point (`expected.kept_share` adds it up)."""
