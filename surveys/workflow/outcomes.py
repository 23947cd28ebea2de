"""How a step can end: what it hands back, and why it could not be taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.definition import Problem
from surveys.models import Call, Wave


class WorkflowError(Exception):
    """A step that cannot be taken; `code` and `params` say why (words are in `surveys.messages`)."""

    code = "not_now"
    params: Mapping[str, object] = {}


class NotNow(WorkflowError):
    """The call's state does not allow this step."""


class Stale(WorkflowError):
    """Somebody or another device was first; look again before deciding."""

    code = "stale"


class UnderAppeal(NotNow):
    """The department's appeal is open; its outcome decides about the call."""

    code = "under_appeal"


class NotInTime(NotNow):
    """The days within which a department may appeal have passed."""

    code = "not_in_time"


class Unchanged(NotNow):
    """An appeal was to be upheld by corrections, and nothing was corrected."""

    code = "unchanged"


class AnotherDecides(NotNow):
    """Whoever approved a call does not decide about an appeal against it, as long as somebody else can."""

    code = "another_decides"


class OutsideWave(WorkflowError):
    """The call's day, by the organisation's clock, is none of its wave's."""

    code = "outside_wave"

    def __init__(self, wave: Wave) -> None:
        super().__init__("outside_wave")
        self.params = {"first": wave.starts_on, "last": wave.ends_on}


class AssignmentError(WorkflowError):
    """A step on an assignment, or on a call that fulfils one, that cannot be taken."""

    code = "assignment_not_now"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params = params


class AssignmentNeeded(AssignmentError):
    """The wave takes assigned calls only."""

    code = "assignment_needed"


class AssignmentGone(AssignmentError):
    """Handed back, cancelled, or somebody else's by now."""

    code = "assignment_gone"


class AssignmentDiffers(AssignmentError):
    """The call names another wave, department or scenario than the assignment."""

    code = "assignment_differs"


class FactsFixed(AssignmentError):
    """Department and scenario of an assigned call; all facts of one that was heard before."""

    code = "facts_fixed"


class FormBegun(AssignmentError):
    """There is a draft with answers."""

    code = "form_begun"


class WindowPassed(AssignmentError):
    """It has expired and needs a new end."""

    code = "window_passed"


class WindowOutside(AssignmentError):
    """The new end is past, or lies outside the wave."""

    code = "window_outside"


class WaveClosed(AssignmentError):
    code = "assignment_wave_closed"


class NoEvaluator(AssignmentError):
    """Nobody to offer it to, or somebody who makes no calls here."""

    code = "no_evaluator"


class RotationLimit(AssignmentError):
    """The evaluator would be heard by this department too often."""

    code = "rotation_limit"


class WasRecognised(AssignmentError):
    """The evaluator was recognised by this department in this wave."""

    code = "was_recognised"


class HeardBefore(AssignmentError):
    """Whoever made a call, or knows its right answers, cannot score it blindly."""

    code = "heard_before"


class DrawnAnew(AssignmentError):
    """Another evaluator scores the same call by now."""

    code = "drawn_anew"


class InSession(AssignmentError):
    """A place in a calibration session is one person's."""

    code = "in_session"


class Incomplete(WorkflowError):
    """Submitted with problems; `problems` is a tuple of `definition.Problem`, each naming its item."""

    code = "incomplete"

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("incomplete")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: the new revision, the answers refused with their problem, those that clash with another device's,
    and (`news`) what other devices changed besides since the sender last looked."""

    revision: int
    refused: dict[str, Problem]
    conflicts: dict[str, Any]
    news: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """How a submission ended: `created`, `repeated` (the same content again) or `conflict` (kept beside the stored copy)."""

    call: Call
    status: str
