"""A pool of calls that were really answered and scored; bulk data is made of copies of them, moved in time and place.

The pool has the same number of calls in each of its strata: a kind of department (the demo's) and a checklist version. So
departments differ, and years do, as they would.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from surveys import workflow
from surveys.demo import days, timeline
from surveys.demo.answers import Answerer
from surveys.demo.model import Heard, Model
from surveys.demo.truth import MONTHS, TRUTH
from surveys.demo.words import Writer
from surveys.demo.world import EVALUATORS, SCENARIOS, Scenario
from surveys.marks import Marks
from surveys.models import Call, Callback, CallbackEvent, ChecklistVersion
from surveys.workflow.marking import mark_columns
from tests.benchmarks.people import People

KINDS = tuple(code for code, each in TRUTH.departments.items() if each.last_month == MONTHS)
STRICTNESSES = len(TRUTH.severities)
# What was promised comes due within a day, so that no copy has a change of the clock in between (calls are on weekdays).
LONGEST_PROMISE = dt.timedelta(hours=24)
# Of the demo's, so that about one call in seven has a promise.
PROMISES_KEPT = 0.28
FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
# In the answers, where the agreed moment of each copy will stand; a moment of the right form, so that it passes as one.
DUE = "2001-01-01T01:01"


@dataclass
class Pool:
    """Unsaved calls; a promise and its event stand at the place of their call. `strictness` is an index into the truth's
    severities: the evaluators of that strictness could have made the call.
    """

    depth: int
    due: str
    """The item that says by when a callback was promised."""
    calls: list[Call] = field(default_factory=list)
    strictness: list[int] = field(default_factory=list)
    promises: dict[int, Callback] = field(default_factory=dict)
    events: dict[int, CallbackEvent] = field(default_factory=dict)

    def stratum(self, kind: Any, version: Any) -> Any:
        """The place of its first call; numbers or arrays of them."""
        return (kind * self.versions + version) * self.depth

    @property
    def versions(self) -> int:
        return len(self.calls) // (len(KINDS) * self.depth)


def make(people: People, *, depth: int, seed: int) -> Pool:
    """`depth` calls of each kind of department and version."""
    maker = _Maker(people, Random(seed))
    pool = Pool(depth, maker.due)
    for kind in KINDS:
        for year, version in enumerate(people.versions):
            for _ in range(depth):
                maker.add(pool, kind, year, version)
    return pool


class _Maker:
    def __init__(self, people: People, rng: Random) -> None:
        self.people, self.rng = people, rng
        self.model = Model()
        self.due = self.model.codes["callback_due"]
        self.day = people.workdays[0][0]

    def add(self, pool: Pool, kind: str, year: int, version: ChecklistVersion) -> None:
        rng, place = self.rng, len(pool.calls)
        called = days.local(self.day, dt.time(9)) + rng.randrange(8 * 60) * timeline.MINUTE
        brief = rng.choice(SCENARIOS)
        strictness = rng.randrange(STRICTNESSES)
        month = 1 + year * MONTHS // len(self.people.versions) + rng.randrange(MONTHS // len(self.people.versions))
        heard = self._hear(kind, month, brief, TRUTH.severities[strictness])
        answers = Answerer(
            self.model,
            heard,
            rng=rng,
            writer=Writer(rng, EVALUATORS[strictness].language, brief.code),
            brief=brief,
            called=called.astimezone(days.ZONE),
            leaning=TRUTH.departments[kind].leaning,
        ).answers()
        call = self._call(called, version, heard, answers)
        call.scenario = self.people.scenarios[brief.code]
        workflow.fill_from_answers(call)
        pool.calls.append(call)
        pool.strictness.append(strictness)
        self._promise(pool, place, kind, call)

    def _hear(self, kind: str, month: int, brief: Scenario, severity: float) -> Heard:
        """As in the demo, but for promises: in the demo they are made much more often than anywhere."""
        while True:
            heard = self.model.hear(self.rng, code=kind, month=month, facts=brief.facts, severity=severity)
            if not heard.promised or self.rng.random() < PROMISES_KEPT:
                return heard

    def _call(self, called: dt.datetime, version: ChecklistVersion, heard: Heard, answers: dict) -> Call:
        rng, people = self.rng, self.people
        submitted = called + rng.randint(8 * 60, 45 * 60) * dt.timedelta(seconds=1)
        decided = submitted + rng.randint(10, 120) * timeline.MINUTE
        held = heard.levels[self.model.hold.code] is not None
        taps = timeline.taps(
            rng, called_at=called, seconds=heard.seconds, answered=heard.answered, held=held, submitted_at=submitted
        )
        call = Call(
            organisation=people.organisation,
            # These three are each copy's own.
            wave=people.waves[0],
            department=people.departments[0],
            evaluator=people.evaluators[0],
            version=version,
            state=Call.State.APPROVED,
            called_at=called,
            answers=answers,
            revision=len(answers),
            created_at=called + 3 * timeline.MINUTE,
            submitted_at=submitted,
            changed_at=decided,
            decided_at=decided,
            decided_by=people.users["reviewer"],
            first_answer_at=taps["first_answer_at"],
            **mark_columns(called, Marks(taps.get("timeline", []), None)),
        )
        call.place_in_time(people.organisation.zone)
        return call

    def _promise(self, pool: Pool, place: int, kind: str, call: Call) -> None:
        promise = workflow.promise_of(call)
        if promise is None:
            return
        if self.due in call.answers:
            call.answers[self.due]["value"] = DUE
        promise.due_at = call.called_at + min(promise.due_at - call.called_at, LONGEST_PROMISE)
        pool.promises[place] = promise
        department = TRUTH.departments[kind]
        event = timeline.callback(
            self.rng, department=department, called_at=call.called_at, due=None, who=promise.who, limit=FAR
        ).event
        if event is not None:
            pool.events[place] = CallbackEvent(
                kind=event.kind,
                happened_at=event.happened_at,
                by_whom=event.by_whom,
                recorded_at=event.recorded_at,
                recorded_by=call.evaluator,
            )
