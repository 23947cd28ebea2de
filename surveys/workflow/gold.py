"""Gold calls: recordings whose right answers are known, slipped among ordinary work; never in results."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from surveys import definition
from surveys.definition import Problem
from surveys.models import Assignment, Call, GoldCall, Organisation, Recording, User, Wave
from surveys.refused import Refused
from surveys.trail import record

from . import seconds
from .shared import clean_all

DAYS_TO_SCORE: Final = seconds.DAYS_TO_SCORE


@transaction.atomic
def make(*, call: Call, recording: Recording, name: str, by: User, at: dt.datetime) -> GoldCall:
    """A gold call of a recording, with the answers of this call (the first scoring, or an expert's) to begin with."""
    if recording.erased_at is not None:
        raise Refused(_("The recording has been erased."))
    answers = definition.relevant(call.version.definition, call.answers, call.facts)
    gold: GoldCall = GoldCall.objects.create(
        organisation=call.organisation, name=name, version=call.version, department=call.department,
        scenario=call.scenario, recording=recording, called_at=call.called_at, answers=answers, made_by=by, made_at=at,
        is_active=False,
    )  # fmt: skip
    record(gold, action="gold call made", by=by, at=at, changes={"recording": [None, recording.pk]})
    return gold


def problems_of(gold: GoldCall) -> tuple[Problem, ...]:
    """What its answers still need before it can be used."""
    return definition.check_answers(gold.version.definition, gold.answers, gold.scenario.facts)


def is_fixed(gold: GoldCall) -> bool:
    """Once somebody was given it, its answers stay: they are what the others are measured by."""
    return Assignment.objects.filter(gold=gold).exclude(state=Assignment.State.CANCELLED).exists()


@transaction.atomic
def save_answers(*, gold: GoldCall, answers: Mapping[str, Any], by: User, at: dt.datetime) -> dict[str, Problem]:
    """Keeps what can be kept and hands back what cannot, with the reason."""
    gold = GoldCall.objects.select_for_update().get(pk=gold.pk)
    if is_fixed(gold):
        raise Refused(_("Somebody has been given this gold call: its answers are fixed. Make another one."))
    cleaned, refused = clean_all(gold.version.definition, answers)
    whole = {code: answer for code, answer in {**gold.answers, **cleaned}.items() if answer is not None}
    changed = sorted(code for code in {*whole, *gold.answers} if whole.get(code) != gold.answers.get(code))
    if changed:
        GoldCall.objects.filter(pk=gold.pk).update(answers=whole)
        record(gold, action="gold answers changed", by=by, at=at, changes={"answers": [None, changed]})
    return refused


@transaction.atomic
def switch(*, gold: GoldCall, on: bool, by: User, at: dt.datetime) -> None:
    """Takes it into use, or out of it; what was given out already stays."""
    gold = GoldCall.objects.select_for_update().select_related("version", "scenario", "organisation").get(pk=gold.pk)
    if on and (gold.recording is None or gold.recording.erased_at is not None):
        raise Refused(_("The recording has been erased."))
    if on and problems_of(gold):
        raise Refused(_("Some right answers are still missing."))
    if gold.is_active != on:
        if on:
            answers = definition.relevant(gold.version.definition, gold.answers, gold.scenario.facts)
            GoldCall.objects.filter(pk=gold.pk).update(answers=answers)
        GoldCall.objects.filter(pk=gold.pk).update(is_active=on)
        record(gold, action="gold call switched", by=by, at=at, changes={"is_active": [gold.is_active, on]})


def can_score(gold: GoldCall) -> list[User]:
    """Evaluators who can be given it: they see nobody's calls, and never heard this one under whatever heading."""
    able = seconds.blind_evaluators(gold.organisation_id)
    source = gold.recording.call if gold.recording else None
    knowing = {gold.made_by_id, *((source.evaluator_id, source.listener_id) if source else ())}
    heard = Q(gold=gold) | (Q(recording=gold.recording_id) if gold.recording_id else Q(pk__in=[]))
    heard |= Q(source_call=source) if source else Q(pk__in=[])
    knowing |= set(Assignment.objects.filter(heard).exclude(evaluator=None).values_list("evaluator", flat=True))
    return [user for user in able if user.pk not in knowing]


def open_waves(organisation: Organisation, *, at: dt.datetime) -> "QuerySet[Wave]":
    """Waves in whose lists it can be slipped now."""
    day = at.astimezone(organisation.zone).date()
    return Wave.objects.open().filter(organisation=organisation, starts_on__lte=day, ends_on__gte=day)


@transaction.atomic
def slip_in(
    *, gold: GoldCall, wave: Wave, evaluators: Collection[User], by: User, at: dt.datetime
) -> tuple[Assignment, ...]:
    """Into the lists of these evaluators, as a recording to score like any other."""
    gold = (
        GoldCall.objects.select_for_update(of=("self",))
        .select_related("recording__call", "version", "scenario", "organisation")
        .get(pk=gold.pk)
    )
    able = {user.pk for user in can_score(gold)}
    if not gold.is_active:
        raise Refused(_("This gold call is not in use."))
    if gold.recording is None or not _is_playable(gold, at):
        raise Refused(_("The recording cannot be played now."))
    if wave.state != Wave.State.OPEN or wave.organisation_id != gold.organisation_id:
        raise Refused(_("This wave is not open."), field="wave")
    if wave.version_id != gold.version_id:
        raise Refused(
            _("This wave asks another version of the checklist, which would give the gold call away."), field="wave"
        )
    if not evaluators or any(user.pk not in able for user in evaluators):
        raise Refused(_("Choose evaluators who have not heard this recording yet."), field="evaluators")
    made = Assignment.objects.bulk_create(
        Assignment(
            organisation=gold.organisation, wave=wave, department_id=gold.department_id, scenario=gold.scenario,
            evaluator=user, state=Assignment.State.OFFERED, purpose=Assignment.Purpose.GOLD, gold=gold,
            recording=gold.recording, starts_at=at, until=at + dt.timedelta(days=DAYS_TO_SCORE),
            created_at=at, changed_at=at,
        )
        for user in evaluators
    )  # fmt: skip
    record(
        gold,
        action="gold call slipped in",
        by=by,
        at=at,
        changes={"evaluators": [[], [user.pk for user in evaluators]]},
    )
    return tuple(made)


def _is_playable(gold: GoldCall, at: dt.datetime) -> bool:
    day = at.astimezone(gold.organisation.zone).date()
    return Recording.objects.playable_on(day).filter(pk=gold.recording_id).exists()
