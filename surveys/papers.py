"""Papers on file: what must be there before a wave may open, and how they are put on file and withdrawn.

A paper is never deleted: one that no longer holds is withdrawn, and the log tells who did so and why.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Clearance, Organisation, User, Wave
from surveys.refused import Refused
from surveys.trail import record

# What each is for, in a sentence for whoever has to get it.
WHY = {
    Clearance.Kind.WORKS_COUNCIL: gettext_lazy(
        "Test calls measure how people work; without the works council's consent a court may forbid them."
    ),
    Clearance.Kind.DPIA: gettext_lazy(
        "Covert research about people at work takes a data protection impact assessment before it begins."
    ),
    Clearance.Kind.STAFF_TOLD: gettext_lazy(
        "Staff know beforehand that test calls happen, what becomes of them, and that nobody is dismissed over them."
    ),
    Clearance.Kind.RECORDING: gettext_lazy("Only where calls are recorded: the consent that allows it."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of paper: the one that holds on a day, if any, and all that were ever put on file, the latest first."""

    kind: Clearance.Kind
    why: str
    needed: bool
    valid: Clearance | None
    papers: tuple[Clearance, ...]


def lines(papers: Sequence[Clearance], day: dt.date) -> tuple[Line, ...]:
    """Every kind in its order, with the papers of one organisation."""
    found = []
    for kind in Clearance.Kind:
        own = tuple(paper for paper in papers if paper.kind == kind)
        valid = next((paper for paper in own if holds(paper, day)), None)
        found.append(Line(kind, str(WHY[kind]), kind in Clearance.NEEDED_FOR_WAVES, valid, own))
    return tuple(found)


def holds(paper: Clearance, day: dt.date) -> bool:
    """Whether it is in force on a day; `ClearanceQuerySet.valid_on` asks the database the same."""
    ended = paper.valid_until is not None and paper.valid_until < day
    return paper.withdrawn_at is None and paper.dated_on <= day and not ended


def missing(organisation: Organisation, day: dt.date) -> tuple[Clearance.Kind, ...]:
    """The papers that waves need and that do not hold on this day."""
    valid = set(
        Clearance.objects.filter(organisation=organisation).valid_on(day).order_by().values_list("kind", flat=True)
    )
    return tuple(kind for kind in Clearance.NEEDED_FOR_WAVES if kind not in valid)


def require_for_wave(wave: Wave, *, at: dt.datetime) -> None:
    """Raises `Refused` naming each paper without which the wave may not open."""
    lacking = missing(wave.organisation, at.astimezone(wave.organisation.zone).date())
    if lacking:
        names = "; ".join(str(kind.label) for kind in lacking)
        raise Refused(_("The wave stays closed. Not on file: %(papers)s.") % {"papers": names})


@transaction.atomic
def put_on_file(*, organisation: Organisation, values: dict[str, Any], by: User, at: dt.datetime) -> Clearance:
    paper: Clearance = Clearance.objects.create(organisation=organisation, recorded_by=by, recorded_at=at, **values)
    made = {name: [None, value.isoformat() if isinstance(value, dt.date) else value] for name, value in values.items()}
    record(paper, action="paper put on file", by=by, at=at, changes=made)
    return paper


@transaction.atomic
def withdraw(*, paper: Clearance, reason: str, by: User, at: dt.datetime) -> None:
    """It no longer holds. Waves that are open stay open, with a warning: calls already begun are not to be lost."""
    if not Clearance.objects.filter(pk=paper.pk, withdrawn_at=None).update(withdrawn_at=at):
        raise Refused(_("This paper was withdrawn already."))
    paper.withdrawn_at = at
    record(
        paper, action="paper withdrawn", by=by, at=at, reason=reason, changes={"withdrawn_at": [None, at.isoformat()]}
    )
