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


class OutsideWave(WorkflowError):
    """The call's day, by the organisation's clock, is none of its wave's."""

    code = "outside_wave"

    def __init__(self, wave: Wave) -> None:
        super().__init__("outside_wave")
        self.params = {"first": wave.starts_on, "last": wave.ends_on}


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
