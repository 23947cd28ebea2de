"""How often one evaluator is heard by one department in a wave: calls that were made, and assignments still to be made.

An assignment that was begun is counted once. Voided calls do not count; nor does work that is heard again.
"""

from collections import Counter

from django.db.models import Count

from surveys.models import Assignment, Call, User, Wave

Loads = Counter[tuple[int, int]]


def loads(wave: Wave, *, evaluator: User | None = None, besides: int | None = None) -> Loads:
    """By (evaluator, department), as keys. `besides` is an assignment that is not looked at."""
    held = Assignment.objects.open().filter(wave=wave, purpose=Assignment.Purpose.FIELD, evaluator__isnull=False)
    calls = Call.objects.filter(wave=wave, kind=Call.Kind.FIELD).exclude(state=Call.State.VOIDED)
    if besides is not None:
        held = held.exclude(pk=besides)
        calls = calls.exclude(assignment=besides)
    if evaluator is not None:
        held, calls = held.filter(evaluator=evaluator), calls.filter(evaluator=evaluator)
    made = calls.exclude(assignment__in=held.values("pk"))
    found: Loads = Counter()
    for rows in (held, made):
        for person, department, number in rows.order_by().values_list("evaluator", "department").annotate(Count("pk")):
            found[person, department] += number
    return found


def recognised(wave: Wave) -> set[tuple[int, int]]:
    """(evaluator, department) of everybody who was recognised in this wave."""
    calls = Call.objects.filter(wave=wave, recognised=True)
    return set(calls.order_by().values_list("evaluator", "department").distinct())
