"""The audit log's one writer."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from surveys.models import AuditEntry, User


def record(
    subject: Model,
    *,
    action: str,
    by: User | None,
    at: dt.datetime,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """One line of the audit log, in the same transaction as what it tells of."""
    AuditEntry.objects.create(
        organisation_id=getattr(subject, "organisation_id", None),
        actor=by,
        at=at,
        action=action,
        subject=type(subject).__name__.lower(),
        subject_id=subject.pk,
        changes=dict(changes or {}),
        reason=reason,
    )


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
