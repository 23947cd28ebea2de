"""Whatever is done to calls, and in whatever order: after every step the stored sums are what a recount gives."""

import datetime as dt
import os
import random
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from analytics import rebuilding
from surveys import workflow
from surveys.models import Appeal, Call, Callback, ChecklistVersion, Department, Scenario, Wave
from surveys.setting_up import change_organisation
from surveys.workflow.marking import replace_answers
from tests.analytics.conftest import planted
from tests.analytics.recount import differences
from tests.people import AT, DOCUMENT, build_call, build_org, build_people, callback_answers, valid_answers
from tests.tools.threads import at_once

LATER = AT + dt.timedelta(days=60)
# Around midnight, the ends of a week and a month, and the night in which the clock is put forward.
MOMENTS = [
    "2026-03-10T09:30",
    "2026-03-10T22:59",
    "2026-03-10T23:01",
    "2026-03-15T22:30",
    "2026-03-15T23:30",
    "2026-03-28T23:30",
    "2026-03-29T00:59",
    "2026-03-29T01:01",
    "2026-03-29T21:59",
    "2026-03-29T22:01",
    "2026-03-31T21:30",
    "2026-03-31T22:30",
    "2026-04-06T12:00",
]
moments = st.sampled_from([dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in MOMENTS])
codes = st.sampled_from(["BUR", "AFV", "BEL"])
scenarios = st.sampled_from(["complaint_calm", "complaint_dominant", "invoice_calm"])
picks = st.integers(0, 10**6)
COURSES = [
    None,
    [["dialled", 0], ["answered", 9], ["transferred", 12], ["ended", 60]],
    [["answered", 9], ["hold", 12], ["back", 72], ["ended", 90]],
    [["answered", 9], ["hold", 12], ["back", 73], ["ended", 90]],
]
PHRASES = [[], [{"phrase": "hang_you_up", "quote": "", "second": None}], [{"phrase": "", "quote": "Tja.", "second": 3}]]


def answers(pick, facts):
    rng = random.Random(pick)
    course = rng.choice(COURSES)
    marked = {} if course is None else {"@timeline": {"value": course}}
    if rng.random() < 0.4 and facts["caller_style"] == "calm":
        return callback_answers("2026-04-07T15:00", closing__call_again=str(rng.randrange(11))) | marked
    changes: dict[str, Any] = {
        "greeting__seconds": rng.randrange(60),
        "closing__call_again": rng.choice([None, "3", "9"]),
    }
    heard = rng.choice(PHRASES)
    if heard:
        changes |= {"phrasing__no_harmful": {"value": "no", "quote": "Tja."}, "phrasing__phrases": {"value": heard}}
    changes["phrasing__hold"] = rng.choice([{"na": True}, {"value": "hang_up", "quote": "Ik hang u even op."}])
    return valid_answers(facts, **{name: value for name, value in changes.items() if value is not None}) | marked


class Calls(RuleBasedStateMachine):
    """Runs inside a savepoint of the test's transaction, so that every example begins with the same organisation."""

    def __init__(self, org, people):
        super().__init__()
        self.org, self.people, self.at = org, people, LATER
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @property
    def now(self):
        """Every step a minute later than the one before."""
        self.at += dt.timedelta(minutes=1)
        return self.at

    def pick(self, pick, **wanted):
        found = list(Call.objects.with_names().filter(**wanted).order_by("pk"))
        return found[pick % len(found)] if found else None

    def any_of(self, *states):
        return Call.objects.filter(state__in=states, kind="field").exists()

    @rule(code=codes, scenario=scenarios, moment=moments, pick=picks, wave=st.booleans(), approve=st.booleans())
    def make(self, code, scenario, moment, pick, wave, approve):
        scenario = Scenario.objects.get(organisation=self.org, code=scenario)
        build_call(
            self.org,
            self.people["evaluator"],
            self.people["reviewer"],
            "approved" if approve else "submitted",
            department=code,
            scenario=scenario,
            wave=Wave.objects.filter(organisation=self.org).order_by("pk")[int(wave)],
            answers=answers(pick, scenario.facts),
            called_at=moment,
            at=self.now,
        )

    @precondition(lambda self: self.any_of("submitted"))
    @rule(pick=picks)
    def approve(self, pick):
        workflow.approve(call=self.pick(pick, state="submitted"), by=self.people["reviewer"], at=self.now)

    @precondition(lambda self: self.any_of("approved"))
    @rule(pick=picks)
    def send_back(self, pick):
        workflow.return_call(
            call=self.pick(pick, state="approved", kind="field"), by=self.people["reviewer"], reason="…", at=self.now
        )

    @precondition(lambda self: self.any_of("returned"))
    @rule(pick=picks, code=codes, scenario=scenarios, moment=moments)
    def mend(self, pick, code, scenario, moment):
        """It was another department, scenario or day; handed in again and approved."""
        call = self.pick(pick, state="returned")
        scenario = Scenario.objects.get(organisation=self.org, code=scenario)
        department = Department.objects.get(organisation=self.org, code=code)
        by, reviewer = call.evaluator, self.people["reviewer"]
        call = workflow.change_facts(
            call=call, by=by, department=department, scenario=scenario, called_at=moment, at=self.now
        )
        replace_answers(call, answers(pick, scenario.facts), at=self.now)
        workflow.submit(call=call, by=by, at=self.now)
        workflow.approve(call=self.pick(0, pk=call.pk), by=reviewer, at=self.now)

    @precondition(lambda self: self.any_of("approved", "returned", "submitted"))
    @rule(pick=picks)
    def void(self, pick):
        call = self.pick(pick, state__in=["approved", "returned", "submitted"], kind="field")
        workflow.void(call=call, by=self.people["reviewer"], reason="…", at=self.now)

    @precondition(lambda self: self.any_of("approved"))
    @rule(pick=picks, how=st.sampled_from(["rescore", "void", "reject", "withdraw"]))
    def appeal(self, pick, how):
        call = self.pick(pick, state="approved", kind="field")
        manager = self.people["manager"]
        appeal = Appeal.objects.create(call=call, raised_by=manager, raised_at=self.now, reason="…")
        decided = {"appeal": appeal, "by": self.people["coordinator"], "reason": "…", "at": self.now}
        if how == "rescore" and "greeting.own_name" in call.answers:
            worse = call.answers["greeting.own_name"]["value"] == "yes"
            name = {"value": "no", "comment": "…"} if worse else {"value": "yes"}
            workflow.uphold_by_rescoring(**decided, changes={"greeting.own_name": name})
        elif how == "void":
            workflow.uphold_by_voiding(**decided)
        elif how == "reject":
            workflow.reject_appeal(**decided)
        else:
            workflow.withdraw_appeal(appeal=appeal, by=manager, at=self.now)

    @precondition(lambda _self: Callback.objects.filter(call__state="approved").exists())
    @rule(pick=picks, hours=st.sampled_from([0, 5, 24, 25, 47, 48, 49]), seconds=st.integers(0, 1), came=st.booleans())
    def call_back(self, pick, hours, seconds, came):
        found = list(Callback.objects.filter(call__state="approved").order_by("pk"))
        callback = found[pick % len(found)]
        moment = callback.promised_at + dt.timedelta(hours=hours, seconds=seconds)
        record = partial(workflow.record_callback, callback=callback, by=self.people["evaluator"], at=self.now)
        record(kind="came", happened_at=moment) if came else record(kind="not_come")

    @precondition(lambda self: self.any_of("approved"))
    @rule(pick=picks, other=picks)
    def score_again(self, pick, other):
        first = self.pick(pick, state="approved", kind="field")
        build_call(
            self.org,
            self.people["other_evaluator"],
            self.people["reviewer"],
            department=first.department,
            scenario=first.scenario,
            wave=first.wave,
            answers=answers(other, first.scenario.facts),
            called_at=first.called_at,
            at=self.now,
            kind="second",
            second_of=first,
        )

    @rule(pick=picks)
    def take_over(self, pick):
        """Many calls at once, as an import or the demo stores them."""
        rng = random.Random(pick)
        wave = Wave.objects.filter(organisation=self.org).earliest("pk")
        calls = Call.objects.bulk_create(
            planted(
                self.org,
                self.people["evaluator"],
                wave,
                department=Department.objects.get(organisation=self.org, code=rng.choice(["BUR", "AFV"])),
                scenario=Scenario.objects.filter(organisation=self.org).earliest("pk"),
                score=rng.choice([None, 0, 499, 500, 9999, 10000]),
                day=dt.date(2026, 3, 1) + dt.timedelta(days=rng.randrange(31)),
            )
            for _ in range(rng.choice([3, 40]))
        )
        workflow.announce(calls)

    @rule(code=codes, under=st.sampled_from(["PUB", None]))
    def move_department(self, code, under):
        parent = Department.objects.filter(organisation=self.org, code=under).first()
        Department.objects.filter(organisation=self.org, code=code).update(parent=parent)

    @rule(
        values=st.sampled_from(
            [{"time_zone": "America/New_York"}, {"time_zone": "Asia/Tokyo"}, {"callback_window_hours": 48}]
        )
    )
    def change_house(self, values):
        self.org.refresh_from_db()
        change_organisation(organisation=self.org, values=values, by=self.people["administrator"], at=self.now)
        self.org.refresh_from_db()

    @precondition(lambda self: self.any_of("submitted"))
    @rule(pick=picks)
    def approve_in_vain(self, pick):
        """What fails afterwards takes its sums along."""

        class ChangedMind(Exception):
            pass

        @transaction.atomic
        def approve_and_regret():
            workflow.approve(call=self.pick(pick, state="submitted"), by=self.people["reviewer"], at=self.now)
            raise ChangedMind

        with pytest.raises(ChangedMind):
            approve_and_regret()

    @rule()
    def rebuild(self):
        rebuilding.rebuild(self.org)

    @invariant()
    def sums_are_what_a_recount_gives(self):
        assert differences() == []


@pytest.fixture
def two_versions(org):
    """A second wave beside the first, on a later version of the checklist; both last into April."""
    first = Wave.objects.get(organisation=org)
    first.ends_on = dt.date(2026, 4, 30)
    first.save(update_fields=["ends_on"])
    version = ChecklistVersion.objects.create(
        checklist=first.version.checklist, number=2, document=DOCUMENT, state="published", published_at=AT
    )
    Wave.objects.create(
        organisation=org, name="Nieuw", version=version, state="open", starts_on=first.starts_on, ends_on=first.ends_on
    )


@pytest.mark.slow
def test_after_every_step_the_sums_are_what_a_recount_gives(org, people, two_versions):
    examples = int(os.environ.get("MACHINE_EXAMPLES", "20"))
    run_state_machine_as_test(
        partial(Calls, org, people),  # type: ignore[arg-type]
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


# --- several at once --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_writers_at_the_same_moment_leave_exact_sums(seed):
    """Six people approve, return, void, rescore and record callbacks while all sums are made anew beside them."""
    rng = random.Random(seed)
    org = build_org()
    people = build_people(org, build_org("noordveld", "Noordveld"))
    Wave.objects.filter(organisation=org).update(ends_on=dt.date(2026, 4, 30))
    calls = [
        build_call(
            org,
            people["evaluator"],
            people["reviewer"],
            rng.choice(["submitted", "approved"]),
            department=rng.choice(["BUR", "AFV"]),
            answers=answers(rng.randrange(10**6), Scenario.objects.get(organisation=org, code="complaint_calm").facts),
            called_at=AT + dt.timedelta(days=rng.randrange(3)),
        )
        for _ in range(24)
    ]

    def work(mine):
        for pk in mine:
            call = Call.objects.with_names().get(pk=pk)
            if call.state == "submitted":
                workflow.approve(call=call, by=people["reviewer"], at=LATER)
            elif pk % 3:
                workflow.return_call(call=call, by=people["reviewer"], reason="…", at=LATER)
            else:
                workflow.void(call=call, by=people["reviewer"], reason="…", at=LATER)

    keys = [call.pk for call in calls]
    at_once(*[partial(work, keys[place::6]) for place in range(6)], partial(rebuilding.rebuild, org))
    assert differences() == []
    assert rebuilding.verify(org) == []
