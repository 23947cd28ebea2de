"""What was changed on purpose, added and removed by who may: a function a step, atomic, audited."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from analytics.models import Intervention
from surveys.models import Department, Organisation, User
from surveys.refused import Refused
from surveys.trail import record


@transaction.atomic
def add(
    *, organisation: Organisation, department: Department | None, day: dt.date, name: str, by: User, at: dt.datetime
) -> Intervention:
    """Marks a day on which something was changed: in one department with all below it, or (`None`) in all at once."""
    if department is not None and department.organisation_id != organisation.pk:
        raise ValueError("a department of another organisation")
    made = Intervention(
        organisation=organisation, department=department, day=day, name=name, created_by=by, created_at=at
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("This has been added already, for the same day."), field="name") from None
    changes = {field: [None, value] for field, value in _told(made).items()}
    record(made, action="intervention added", by=by, at=at, changes=changes)
    return made


@transaction.atomic
def remove(*, intervention: Intervention, by: User, at: dt.datetime) -> None:
    """Takes a marker away; the log keeps what it said."""
    gone, _kinds = Intervention.objects.filter(pk=intervention.pk).delete()
    if not gone:
        raise Refused(_("Somebody else has removed this meanwhile."))
    changes = {field: [value, None] for field, value in _told(intervention).items()}
    record(intervention, action="intervention removed", by=by, at=at, changes=changes)


def _told(intervention: Intervention) -> dict[str, Any]:
    """As the audit log keeps it; no department is all of them."""
    return {
        "name": intervention.name,
        "day": intervention.day.isoformat(),
        "department": None if intervention.department is None else str(intervention.department),
    }
