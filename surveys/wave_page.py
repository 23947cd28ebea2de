"""What the page of a wave shows above its settings: the papers it needs, and how far its planned work has come."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveys import access, papers

if TYPE_CHECKING:
    from surveys.models import Clearance, User, Wave


@dataclass(frozen=True, slots=True)
class Paper:
    kind: "Clearance.Kind"
    valid: "Clearance | None"
    ends_early: bool


@dataclass(frozen=True, slots=True)
class WavePage:
    papers: tuple[Paper, ...]

    @property
    def lacking(self) -> "tuple[Clearance.Kind, ...]":
        return tuple(line.kind for line in self.papers if line.valid is None)


def describe(wave: "Wave", *, user: "User", at: dt.datetime) -> WavePage:
    today = at.astimezone(wave.organisation.zone).date()
    known = papers.lines(list(access.visible_papers(user, wave.organisation)), today)
    return WavePage(papers=tuple(_paper(line, wave) for line in known if line.needed))


def _paper(line: papers.Line, wave: "Wave") -> Paper:
    until = line.valid.valid_until if line.valid else None
    return Paper(line.kind, line.valid, ends_early=until is not None and until < wave.ends_on)
