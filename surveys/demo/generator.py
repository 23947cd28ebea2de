"""The demo organisation, made from a seed and a date: the same two give the same data, to the last word."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from random import Random
from typing import Any

from surveys.demo import days, odd, reasons, timeline
from surveys.demo.answers import Answerer
from surveys.demo.data import DemoCall, DemoCallback, DemoData
from surveys.demo.model import Heard, Model
from surveys.demo.plan import Calendar, Slot, extra_plan, field_plan
from surveys.demo.truth import TRUTH, Truth
from surveys.demo.words import Writer
from surveys.demo.world import DEPARTMENTS, EVALUATORS, NAME, NEW_SCENARIOS, PEOPLE, SCENARIOS, Person

CALLS = 6600
SMALL = 300
SEED = 2026
BY_CODE = {scenario.code: scenario for scenario in SCENARIOS}


def generate(*, seed: int, today: dt.date, calls: int = CALLS, truth: Truth = TRUTH) -> DemoData:
    """The whole demo: `calls` approved field calls, and beside them the drafts, waiting, returned, voided and second ones.

    Everything happened before `today`; the last of the monthly waves is that of `today`.
    """
    calendar = Calendar(today)
    waves = calendar.waves()
    starts = [wave.starts_on for wave in waves]
    return DemoData(
        seed=seed,
        today=today,
        started_at=days.local(starts[0] - 21 * days.DAY, dt.time(10)),
        name=NAME,
        departments=DEPARTMENTS,
        people=(*PEOPLE, *EVALUATORS),
        scenarios=(*SCENARIOS, *NEW_SCENARIOS),
        waves=waves,
        calls=tuple(_Fieldwork(seed, calendar, truth).calls(calls)),
        closed_on={each.code: starts[each.closes_after] for each in DEPARTMENTS if each.closes_after is not None},
        training_on=starts[truth.training.month - 1],
    )


def generate_small(*, seed: int, today: dt.date) -> DemoData:
    """The same town with few calls, for tests."""
    return generate(seed=seed, today=today, calls=SMALL)


class _Fieldwork:
    """Makes the calls. Each concern draws from a stream of its own, so that new words change no score."""

    def __init__(self, seed: int, calendar: Calendar, truth: Truth) -> None:
        self.calendar, self.truth, self.model = calendar, truth, Model(truth=truth)
        self.plans, self.ears, self.hands, self.words, self.clock, self.taps = (
            Random(f"{seed}:{stream}")  # noqa: S311 - made-up calls, no secrets
            for stream in ("plans", "ears", "hands", "words", "clock", "taps")
        )
        self.limit = days.local(calendar.today, dt.time(0))
        self.keys = iter(range(1, 10**9))

    def calls(self, count: int) -> Iterator[DemoCall]:
        plan = field_plan(self.plans, self.calendar, self.truth, count)
        extra = extra_plan(self.plans, self.calendar, self.truth, count)
        twice = set(self.plans.sample(range(len(plan)), max(1, round(count * self.truth.seconds_share))))
        for number, slot in enumerate(plan):
            heard = self._hear(slot)
            first = self._call(slot, heard, "approved")
            yield first
            if number in twice:
                yield self._second(slot, heard, first)
        striking = iter(odd.STRIKING)
        for state, slot in extra:
            heard = self._hear(slot)
            call = self._draft(slot, heard) if state == "draft" else self._call(slot, heard, state)
            strike = next(striking, None) if state == "submitted" else None
            yield strike(call) if strike else call

    def _hear(self, slot: Slot) -> Heard:
        return self.model.hear(
            self.ears,
            code=slot.department,
            month=slot.month,
            facts=BY_CODE[slot.scenario].facts,
            severity=self.truth.severities[slot.evaluator],
        )

    def _call(self, slot: Slot, heard: Heard, state: str) -> DemoCall:
        person = EVALUATORS[slot.evaluator]
        answers = self._answers(slot, heard, person)
        course = self._course(slot, heard, person, state, answers)
        return DemoCall(
            **self._facts(slot, person),
            **course,
            **timeline.taps(
                self.taps,
                called_at=slot.called_at,
                seconds=heard.seconds,
                answered=heard.answered,
                held=heard.levels[self.model.hold.code] is not None,
                submitted_at=course["history"][0].at,
            ),
            kind="field",
            callback=self._callback(slot, heard, answers),
        )

    def _second(self, slot: Slot, heard: Heard, first: DemoCall) -> DemoCall:
        """The same call, scored blind by somebody else."""
        other = self.plans.choice([number for number in range(len(EVALUATORS)) if number != slot.evaluator])
        person = EVALUATORS[other]
        again = self.model.hear_again(
            self.ears,
            heard,
            code=slot.department,
            month=slot.month,
            style=BY_CODE[slot.scenario].caller_style,
            severity=self.truth.severities[other],
        )
        answers = self._answers(slot, again, person)
        # The plain facts of a call are the same in every ear.
        for name in ("fate", "callback_due"):
            code = self.model.codes[name]
            if code in answers and code in first.answers:
                answers[code] = answers[code] | {"value": first.answers[code]["value"]}
        return DemoCall(
            **self._facts(slot, person),
            **self._course(slot, again, person, "approved", answers),
            kind="second",
            second_of=first.key,
        )

    def _course(self, slot: Slot, heard: Heard, person: Person, state: str, answers: dict[str, Any]) -> dict[str, Any]:
        """What handing in and deciding set on the call."""
        attempt = BY_CODE[slot.scenario].attempt
        course = timeline.course(
            self.clock,
            state=state,
            by=person.email,
            called_at=slot.called_at,
            limit=self.limit,
            void_reason=reasons.voided(self.words),
            return_reason=reasons.returned(
                self.words, person.language, answers, promised=heard.promised, attempt=attempt
            ),
        )
        return {
            "state": state,
            "answers": answers,
            # Returning a form is a change of its own, so that a device that missed it knows.
            "revision": len(answers) + sum(step.after == "returned" for step in course.history),
            "answer_revisions": _revisions(answers) if state == "returned" else {},
            "changed_at": course.changed_at,
            "submitted_at": course.submitted_at,
            "decided_at": course.decided_at,
            "decided_by": course.decided_by,
            "return_reason": course.return_reason,
            "history": course.history,
        }

    def _draft(self, slot: Slot, heard: Heard) -> DemoCall:
        """A form left somewhere on its way."""
        person = EVALUATORS[slot.evaluator]
        answers = self._answers(slot, heard, person)
        kept = dict(list(answers.items())[: self.hands.randint(2, max(3, len(answers) - 4))])
        return DemoCall(
            **self._facts(slot, person),
            kind="field",
            state="draft",
            answers=kept,
            revision=len(kept),
            answer_revisions=_revisions(kept),
            changed_at=slot.called_at + dt.timedelta(minutes=self.clock.randint(7, 30)),
        )

    def _answers(self, slot: Slot, heard: Heard, person: Person) -> dict[str, Any]:
        return Answerer(
            self.model,
            heard,
            rng=self.hands,
            writer=Writer(self.words, person.language, slot.scenario),
            brief=BY_CODE[slot.scenario],
            called=slot.called_at.astimezone(days.ZONE),
            leaning=self.truth.departments[slot.department].leaning,
        ).answers()

    def _facts(self, slot: Slot, person: Person) -> dict[str, Any]:
        return {
            "key": next(self.keys),
            "wave": slot.month,
            "department": slot.department,
            "scenario": slot.scenario,
            "evaluator": person.email,
            "client_id": uuid.UUID(int=self.plans.getrandbits(128), version=4),
            "called_at": slot.called_at,
            "created_at": slot.called_at + dt.timedelta(seconds=self.clock.randint(60, 6 * 60)),
        }

    def _callback(self, slot: Slot, heard: Heard, answers: dict[str, Any]) -> DemoCallback | None:
        if not heard.promised:
            return None
        due, who = (answers.get(self.model.codes[name], {}).get("value") for name in ("callback_due", "callback_who"))
        return timeline.callback(
            self.clock,
            department=self.truth.departments[slot.department],
            called_at=slot.called_at,
            due=due,
            who=who or "",
            limit=self.limit,
        )


def _revisions(answers: dict[str, Any]) -> dict[str, int]:
    """As if each answer had been saved when it was given."""
    return {code: number for number, code in enumerate(answers, 1)}
