"""What was checked in the demo, by the product's own steps: flags, recordings, second scorings, gold calls, appeals.

Few enough to go the way that people go, so that the history tells of them too.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import struct
import wave
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from surveys import building, recordings, workflow
from surveys.demo.cast import Cast
from surveys.demo.data import DemoCall, DemoData
from surveys.demo.work import MANAGER, SIGNS_IN
from surveys.demo.world import EVALUATORS
from surveys.models import Assignment, CalibrationSession, Call, GoldCall, Recording, User
from surveys.workflow.flagging import flag

COORDINATOR, ADMINISTRATOR = "coordinator@demo.example", "admin@demo.example"
RATE = 8000
RECORDED, CALIBRATED, GOLDEN = 8, 5, 4
UPHELD = "De medewerker noemde de naam wel, meteen na het doorverbinden."
REJECTED = "Onze medewerkers noemen altijd hun naam; dit kan niet kloppen."
OPEN = "De beller viel de medewerker in de rede voordat die de naam kon noemen."
DECIDED = (
    "Nagehoord; de afdeling heeft gelijk. Het antwoord is aangepast.",
    "Nagehoord; in dit gesprek is geen naam genoemd.",
)


def write_checks(data: DemoData, calls: Mapping[int, Call], cast: Cast, at: dt.datetime) -> None:
    """After all calls are there and counted."""
    rng = Random(f"{data.seed}:checks")  # noqa: S311 - made-up checks, no secrets
    _flags(data, calls)
    _appeals(data, calls, cast, at)
    recorded = _recordings(data, calls, cast, at)
    if len(recorded) >= RECORDED:
        _calibration(rng, recorded[0], cast, at)
        _waiting_calibration(recorded[1], cast, at)
        _gold(rng, _unheard(recorded[2:], cast), cast, at)
        workflow.draw_seconds(recorded[3].wave, at=at)
    _next_version(cast, at)


def _flags(data: DemoData, calls: Mapping[int, Call]) -> None:
    waiting = [calls[made.key] for made in data.calls if made.state in {"submitted", "returned"}]
    for call in waiting:
        flag(call, at=call.submitted_at or call.changed_at)
    Call.objects.bulk_update(waiting, ["flags", "flag_count"])


def _appeals(data: DemoData, calls: Mapping[int, Call], cast: Cast, at: dt.datetime) -> None:
    """The manager's objections: one upheld, one rejected, one that waits."""
    manager, decider = cast.users[MANAGER], cast.users[ADMINISTRATOR]
    wrong = [made for made in _appealable(data, at) if _corrected(made)]
    for made, reason in zip(wrong[-3:], (UPHELD, REJECTED, OPEN), strict=False):
        call = calls[made.key]
        raised = (made.decided_at or at) + dt.timedelta(minutes=50)
        decided = raised + dt.timedelta(minutes=70)
        items = list(_corrected(made))
        appeal = workflow.raise_appeal(call=call, by=manager, reason=reason, items=items, at=raised)
        if reason == UPHELD:
            workflow.uphold_by_rescoring(
                appeal=appeal, by=decider, reason=DECIDED[0], changes=_corrected(made), at=decided
            )
        elif reason == REJECTED:
            workflow.reject_appeal(appeal=appeal, by=decider, reason=DECIDED[1], at=decided)


def _appealable(data: DemoData, at: dt.datetime) -> list[DemoCall]:
    days, managed = dt.timedelta(days=10), {"AFV", "PRK", "OMG"}
    fits = (made for made in data.calls if made.counts and made.department in managed and made.decided_at is not None)
    return [made for made in fits if made.decided_at and at - days < made.decided_at < at - dt.timedelta(hours=3)]


def _corrected(made: DemoCall) -> dict[str, Any]:
    """A "no" to the question whether the employee gave a name becomes a "yes"."""
    code = "greeting.own_name"
    return {code: {"value": "yes"}} if made.answers.get(code, {}).get("value") == "no" else {}


def _recordings(data: DemoData, calls: Mapping[int, Call], cast: Cast, at: dt.datetime) -> list[Call]:
    """The latest approved calls of an open wave, with a sound that stands for the talk."""
    coordinator = cast.users[COORDINATOR]
    fits = [
        calls[made.key]
        for made in data.calls
        if made.counts and made.evaluator != SIGNS_IN and calls[made.key].wave.state == "open"
    ]
    chosen = fits[-RECORDED:]
    for call in chosen:
        recordings.add(call=call, chunks=[_sound()], by=coordinator, coordinates=True, at=at)
    return chosen


@cache
def _sound() -> bytes:
    """Eight seconds: it rings twice, is picked up, and somebody hums. Nobody's voice."""
    samples = bytearray()
    for number in range(8 * RATE):
        second = number / RATE
        tone = math.sin(2 * math.pi * 425 * second) * 0.4
        hum = math.sin(2 * math.pi * 160 * second) * (0.3 + 0.2 * math.sin(2 * math.pi * 3 * second))
        value = tone if second < 1 or 2 <= second < 3 else 0.0 if second < 3.5 else hum
        samples += struct.pack("<h", int(value * 20_000))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(samples))
    return file.getvalue()


def _calibration(rng: Random, call: Call, cast: Cast, at: dt.datetime) -> None:
    """A session that is through."""
    expert, *others = _others(call, cast)
    coordinator = cast.users[COORDINATOR]
    session = workflow.start_session(
        call=call,
        name="Kalibratie: rustig en dwingend",
        expert=expert,
        participants=others[:CALIBRATED],
        due_at=at + dt.timedelta(days=5),
        by=coordinator,
        at=at,
    )
    for assignment in Assignment.objects.filter(session=session).with_names():
        _score(rng, assignment, call.answers, at)
    assert CalibrationSession.objects.get(pk=session.pk).state == "closed"


def _waiting_calibration(call: Call, cast: Cast, at: dt.datetime) -> None:
    """A session that nobody has begun: the evaluator who signs in takes part."""
    expert, *others = _others(call, cast)
    workflow.start_session(
        call=call,
        name="Kalibratie: terugbellen afspreken",
        expert=expert,
        participants=[cast.users[SIGNS_IN], *others[-CALIBRATED:]],
        due_at=at + dt.timedelta(days=5),
        by=cast.users[COORDINATOR],
        at=at,
    )


def _others(call: Call, cast: Cast) -> list[User]:
    users = [cast.users[person.email] for person in EVALUATORS[1:]]
    return [user for user in users if user.pk != call.evaluator_id]


def _unheard(recorded: Sequence[Call], cast: Cast) -> Call:
    """One that chance did not give the evaluator who signs in to score a second time."""
    heard = Assignment.objects.filter(evaluator=cast.users[SIGNS_IN], recording__call__in=recorded)
    known = set(heard.values_list("recording__call", flat=True))
    own = cast.users[SIGNS_IN].pk
    return next(call for call in recorded if call.pk not in known and call.listener_id != own)


def _gold(rng: Random, call: Call, cast: Cast, at: dt.datetime) -> None:
    coordinator = cast.users[COORDINATOR]
    recording = Recording.objects.get(call=call)
    gold = workflow.make_gold(call=call, recording=recording, name="Doorverbinden zonder uitleg", by=coordinator, at=at)
    workflow.switch_gold(gold=gold, on=True, by=coordinator, at=at)
    gold = GoldCall.objects.get(pk=gold.pk)
    own: User = cast.users[SIGNS_IN]
    able = [user for user in workflow.can_score_gold(gold) if user != own]
    made = workflow.slip_gold(gold=gold, wave=call.wave, evaluators=[own, *able[:GOLDEN]], by=coordinator, at=at)
    for assignment in made:
        if assignment.evaluator != own:
            _score(rng, assignment, gold.answers, at)


def _score(rng: Random, assignment: Assignment, right: Mapping[str, Any], at: dt.datetime) -> None:
    """Mostly the right answers; here and there a scale is one step off."""
    by = assignment.evaluator
    assert by is not None
    call = workflow.open_call(
        by=by,
        wave=assignment.wave,
        department=assignment.department,
        scenario=assignment.scenario,
        called_at=at,
        client_id=workflow.client_id_of(assignment),
        assignment=assignment,
        at=at,
    )
    answers = dict(right)
    for item in call.version.definition.items:
        answer = answers.get(item.code)
        if item.kind == "scale" and answer and "value" in answer and rng.random() < 0.4:
            values = [option.value for option in item.options]
            place = values.index(answer["value"]) + rng.choice((-1, 1))
            # Never so low that a remark would be missing.
            answers[item.code] = answer | {"value": values[min(max(place, len(values) // 2), len(values) - 1)]}
    workflow.save_answers(call=call, by=by, changes=answers, base_revision=call.revision, at=at)
    call.refresh_from_db()
    workflow.submit(call=call, by=by, at=at)


def _next_version(cast: Cast, at: dt.datetime) -> None:
    """The coordinator is at work on the next version of the checklist: one question is asked more sharply."""
    version = next(iter(cast.waves.values())).version
    document = building.document_of(version)
    for section in document["sections"]:
        for item in section["items"]:
            if item["code"] == "callback.offered":
                item["text"] = {
                    "nl": "Bood de medewerker uit zichzelf aan om terug te bellen?",
                    "en": "Did the employee offer to call back without being asked?",
                }
    building.add_draft(checklist=version.checklist, document=document, by=cast.users[COORDINATOR], at=at)
