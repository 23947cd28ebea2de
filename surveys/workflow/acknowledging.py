"""A manager has read approved calls of the department: said once by each, with a note if they want."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from surveys.models import Acknowledgement, Call, User


@transaction.atomic
def acknowledge(*, call: Call, by: User, note: str = "", at: dt.datetime) -> Acknowledgement:
    """The first time stays when it was read; a note may be written or changed later."""
    read, new = Acknowledgement.objects.get_or_create(call=call, by=by, defaults={"at": at, "note": note})
    if not new and note != read.note:
        read.note = note
        read.save(update_fields=["note"])
    return read


def acknowledge_all(*, calls: Iterable[Call], by: User, at: dt.datetime) -> int:
    """Marks these as read without a note; says how many were not before. What was read before stays as it is."""
    keys = {call.pk for call in calls}
    known = set(Acknowledgement.objects.filter(by=by, call__in=keys).values_list("call_id", flat=True))
    new = [Acknowledgement(call_id=pk, by=by, at=at) for pk in sorted(keys - known)]
    Acknowledgement.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
