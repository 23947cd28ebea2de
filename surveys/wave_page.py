"""What the page of a wave shows above its settings: the papers it needs, and how far its planned work has come."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from surveys import access, papers
from surveys.progress import Groups, Line, Load, Standing
from surveys.tree import in_tree_order

if TYPE_CHECKING:
    from surveys.models import Clearance, Department, User, Wave


@dataclass(frozen=True, slots=True)
class Paper:
    kind: "Clearance.Kind"
    valid: "Clearance | None"
    ends_early: bool


class DepartmentLine(NamedTuple):
    department: "Department"
    depth: int
    line: Line


class EvaluatorLine(NamedTuple):
    evaluator: "User"
    load: Load


@dataclass(frozen=True, slots=True)
class WavePage:
    papers: tuple[Paper, ...]
    at: dt.datetime
    departments: tuple[DepartmentLine, ...]
    total: Line
    pairs: Groups
    chains: Groups
    evaluators: tuple[EvaluatorLine, ...]
    to_plan: int

    @property
    def lacking(self) -> "tuple[Clearance.Kind, ...]":
        return tuple(line.kind for line in self.papers if line.valid is None)


def describe(wave: "Wave", *, user: "User", at: dt.datetime) -> WavePage:
    today = at.astimezone(wave.organisation.zone).date()
    known = papers.lines(list(access.visible_papers(user, wave.organisation)), today)
    standing = Standing(wave, at=at)
    lines = {line.department: line for line in standing.lines}
    people = access.people_by_key(wave.organisation, [load.evaluator for load in standing.loads])
    return WavePage(
        papers=tuple(_paper(line, wave) for line in known if line.needed),
        at=at,
        departments=tuple(
            DepartmentLine(branch.department, branch.depth, lines[branch.department.pk])
            for branch in in_tree_order(access.visible_departments(user, wave.organisation))
            if branch.department.pk in lines
        ),
        total=standing.total,
        pairs=standing.groups_of("pair"),
        chains=standing.groups_of("chain"),
        evaluators=tuple(EvaluatorLine(people[load.evaluator], load) for load in standing.loads),
        to_plan=sum(cell.to_plan * cell.size for cell in standing.cells),
    )


def _paper(line: papers.Line, wave: "Wave") -> Paper:
    until = line.valid.valid_until if line.valid else None
    return Paper(line.kind, line.valid, ends_early=until is not None and until < wave.ends_on)
