"""Blind second scoring: which calls are scored twice, and by whom.

The wave's share of the calls that were recorded or heard by two. Chance decides, by the call's own number and the wave's
seed under the installation's secret: the same answer every time it is asked, so that nothing has to be remembered, and
nobody who knows the code can tell which call it will be. Nothing of a drawing is written where the first or the second
evaluator could read it: the log entry hangs on the wave.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.crypto import salted_hmac

from surveys.models import Assignment, Call, Membership, Recording, Role, User, Wave
from surveys.querysets import CallQuerySet
from surveys.trail import record

DAYS_TO_SCORE: Final = 7
STATES: Final = (Call.State.SUBMITTED, Call.State.APPROVED)
# One that was handed back or cancelled leaves the call free to be drawn again.
STANDING: Final = (*Assignment.OPEN, Assignment.State.DONE)


def is_chosen(call: int, *, seed: int, share: int) -> bool:
    """Whether chance takes this call (its key) for a second scoring, at `share` per cent."""
    return _chance("surveys.seconds.call", seed, call) < share * 2**32 // 100


def _chance(purpose: str, *of: int) -> int:
    """A number from 0 up to 2**32, fixed by what it is asked of."""
    digest = salted_hmac(purpose, ":".join(map(str, of)), algorithm="sha256").digest()
    return int.from_bytes(digest[:4], "big")


def eligible(wave: Wave, *, at: dt.datetime) -> CallQuerySet:
    """The wave's calls that could be scored again: handed in, and recorded or heard by two."""
    return _hearable(Call.objects.filter(wave=wave, kind=Call.Kind.FIELD, state__in=STATES), wave, at=at)


def _hearable(calls: CallQuerySet, wave: Wave, *, at: dt.datetime) -> CallQuerySet:
    day = at.astimezone(wave.organisation.zone).date()
    recorded = Exists(Recording.objects.playable_on(day).filter(call=OuterRef("pk")))
    return calls.filter(recorded | Q(listener__isnull=False))


@transaction.atomic
def draw(call: Call, *, at: dt.datetime) -> Assignment | None:
    """Gives the call to a second evaluator, if it is one that chance takes; safe to repeat, never two for a call."""
    wave = call.wave
    if not wave.second_share or wave.state != Wave.State.OPEN:
        return None
    if not is_chosen(call.pk, seed=wave.seed, share=wave.second_share):
        return None
    # Holds the call, so that two who draw at once take turns; the constraint on assignments is the last word.
    Call.objects.select_for_update().get(pk=call.pk)
    if not eligible(wave, at=at).filter(pk=call.pk).exists() or _has_second(call):
        return None
    recording = Recording.objects.kept().filter(call=call).first()
    second = _second_evaluator(call, recording)
    if second is None:
        return None
    assignment = Assignment.objects.create(
        organisation_id=call.organisation_id,
        wave=wave,
        department_id=call.department_id,
        scenario_id=call.scenario_id,
        evaluator=second,
        state=Assignment.State.OFFERED,
        purpose=Assignment.Purpose.SECOND,
        starts_at=at,
        until=at + dt.timedelta(days=DAYS_TO_SCORE),
        recording=recording,
        source_call=call,
        created_at=at,
        changed_at=at,
    )
    record(wave, action="second scoring drawn", by=None, at=at, changes={"assignment": [None, assignment.pk]})
    return assignment


def draw_all(wave: Wave, *, at: dt.datetime) -> int:
    """The same for all calls of a wave; returns how many were given out."""
    return sum(draw(call, at=at) is not None for call in eligible(wave, at=at).with_names().order_by("pk"))


def _has_second(call: Call) -> bool:
    return Assignment.objects.filter(source_call=call, purpose=Assignment.Purpose.SECOND, state__in=STANDING).exists()


def _second_evaluator(call: Call, recording: Recording | None) -> User | None:
    """Who listened along; else, with a recording, whoever of the evaluators has least to do."""
    able = {user.pk: user for user in blind_evaluators(call.organisation_id)}
    able.pop(call.evaluator_id, None)
    for user in _heard_before(call, recording):
        able.pop(user, None)
    if call.listener_id in able:
        return able[call.listener_id]
    if recording is None or not able:
        return None
    load = _load(able)
    return min(able.values(), key=lambda user: (load.get(user.pk, 0), _chance("surveys.seconds.by", call.pk, user.pk)))


def blind_evaluators(organisation: int) -> list[User]:
    """Evaluators who cannot look at other people's calls: only they can score without having seen the first answers.

    Whoever has another role as well is left out; analysts and managers read approved calls.
    """
    roles = Membership.objects.active().filter(organisation=organisation)
    seeing = roles.exclude(role__in=[Role.EVALUATOR, Role.WORKS_COUNCIL]).values("user")
    able = roles.filter(role=Role.EVALUATOR, user__is_active=True).exclude(user__in=seeing)
    return [membership.user for membership in able.select_related("user").order_by("user__name", "user")]


def _heard_before(call: Call, recording: Recording | None) -> Iterable[int]:
    """Who has had this call to score already, under whatever heading."""
    same = Q(source_call=call)
    if recording is not None:
        same |= Q(recording=recording)
    given = Assignment.objects.filter(same).exclude(evaluator=None)
    return given.values_list("evaluator", flat=True)


def _load(able: dict[int, User]) -> dict[int, int]:
    """How many recordings each has still to score."""
    waiting = Assignment.objects.open().filter(evaluator__in=able).exclude(purpose=Assignment.Purpose.FIELD)
    return dict(waiting.order_by().values_list("evaluator").annotate(n=Count("pk")))


def knows(assignment: Assignment, evaluator: User) -> bool:
    """Whether this evaluator could not score blind: sees other people's calls, or had the same to score before.

    For whoever moves a scoring from one evaluator to another. Calibration is open to those who check too.
    """
    same = Q(recording=assignment.recording_id) if assignment.recording_id else Q(pk__in=[])
    same |= Q(source_call=assignment.source_call_id) if assignment.source_call_id else Q(pk__in=[])
    same |= Q(gold=assignment.gold_id) if assignment.gold_id else Q(pk__in=[])
    if Assignment.objects.filter(same, evaluator=evaluator).exclude(pk=assignment.pk).exists():
        return True
    blind = {Assignment.Purpose.SECOND, Assignment.Purpose.GOLD}
    able = {user.pk for user in blind_evaluators(assignment.organisation_id)}
    return assignment.purpose in blind and evaluator.pk not in able


@transaction.atomic
def discuss(second: Call, *, note: str, by: User, at: dt.datetime) -> None:
    """What was agreed about a pair: on the wave, for neither of the two may read it in the history of their call."""
    record(second.wave, action="pair discussed", by=by, at=at, reason=note, changes={"pair": [None, second.pk]})
