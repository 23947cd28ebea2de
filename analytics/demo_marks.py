"""What the demo's coordinator marked: the training of which `surveys.demo.truth` says what it did."""

import datetime as dt

from analytics import interventions
from analytics.models import Intervention
from surveys.demo import TRUTH
from surveys.demo.days import local, month_starts
from surveys.demo.loading import find
from surveys.demo.truth import MONTHS
from surveys.models import AuditEntry, Department, User

NAME = "Training: zelf aanbieden om terug te bellen"
COORDINATOR = "coordinator@demo.example"


def mark_training() -> Intervention | None:
    """Marks the training on the first day of its month, as if its coordinator had done so that day.

    `None` where there is no demo, or where it has been marked before: one who removed it wants it gone.
    """
    organisation = find()
    if (
        organisation is None
        or AuditEntry.objects.filter(
            organisation=organisation, action="intervention added", changes__name__1=NAME
        ).exists()
    ):
        return None
    loaded = AuditEntry.objects.filter(organisation=organisation, action="demo loaded").latest("at")
    day = month_starts(dt.date.fromisoformat(loaded.changes["today"][1]), MONTHS)[TRUTH.training.month - 1]
    return interventions.add(
        organisation=organisation,
        department=Department.objects.get(organisation=organisation, code=TRUTH.training.department),
        day=day,
        name=NAME,
        by=User.objects.get(email=COORDINATOR),
        at=local(day, dt.time(9)),
    )
