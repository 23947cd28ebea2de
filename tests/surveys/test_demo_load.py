"""Loading the demo: in bulk, once, and as if every call had come through the workflow."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import rebuilding
from analytics.models import DailySum
from surveys import workflow
from surveys.demo import DEMO_PASSWORD, days, generate, generate_small
from surveys.demo.loading import find, load
from surveys.demo.world import DEPARTMENTS, NEW_SCENARIOS, SCENARIOS
from surveys.models import (
    Acknowledgement,
    Assignment,
    AssignmentGroup,
    AuditEntry,
    CalibrationSession,
    Call,
    Callback,
    CallbackEvent,
    ChecklistVersion,
    Department,
    Membership,
    Organisation,
    Recording,
    Scenario,
    User,
    Wave,
)
from surveys.refused import Refused
from tests.people import shared_rows

TODAY = dt.date(2026, 11, 23)
AT = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
FACTS = {scenario.code: scenario.facts for scenario in (*SCENARIOS, *NEW_SCENARIOS)}


@pytest.fixture
def small():
    return generate_small(seed=3, today=TODAY)


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def generated():
    """The calls that were made up, without those that came of the steps taken afterwards."""
    return Call.objects.with_names().exclude(kind__in=["calibration", "gold"])


class TestLoaded:
    """What lies there after one load."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def rows(cls, django_db_setup, django_db_blocker):  # noqa: ARG003 - the first makes the database
        with shared_rows(django_db_blocker):
            with django_db_blocker.unblock():
                load(data=generate_small(seed=3, today=TODAY), at=AT)
            yield

    def test_loading_writes_what_was_generated(self, db, small):
        organisation = find()
        assert organisation.language == "nl"
        assert set(organisation.clearances.values_list("kind", flat=True)) >= {"works_council", "dpia", "staff_told"}
        assert generated().count() == len(small.calls)
        assert Call.objects.counting().count() == 300
        assert Department.objects.count() == len(DEPARTMENTS)
        assert Department.objects.get(code="AFV").parent.parent.code == "SM"
        assert Department.objects.get(code="MOR").closed_on == small.closed_on["MOR"]
        assert [wave.state for wave in Wave.objects.order_by("starts_on")] == ["closed"] * 17 + ["open"]
        assert {scenario.code: scenario.facts for scenario in Scenario.objects.all()} == FACTS
        assert Callback.objects.count() == sum(call.callback is not None for call in small.calls)
        assert CallbackEvent.objects.count() == sum(bool(call.callback and call.callback.event) for call in small.calls)
        steps = {step.action for call in small.calls for step in call.history}
        history = AuditEntry.objects.filter(subject="call", subject_id__in=generated().values("pk"), action__in=steps)
        assert history.count() == sum(len(call.history) for call in small.calls)
        assert (
            history.filter(action="returned").exclude(reason="").count()
            == history.filter(action="returned").count()
            > 0
        )

    def test_a_loaded_call_is_as_if_it_had_been_handed_in(self, db, small):
        organisation = find()
        by_client_id = {call.client_id: call for call in small.calls}
        for call in generated().exclude(state="draft"):
            made, stored = by_client_id[call.client_id], {name: getattr(call, name) for name in workflow.SCORED_FIELDS}
            workflow.fill_from_answers(call)
            assert {name: getattr(call, name) for name in workflow.SCORED_FIELDS} == stored
            assert call.local_date == made.called_at.astimezone(organisation.zone).date()
            assert call.local_date.weekday() == (call.local_date - call.week_start).days
        for callback in Callback.objects.select_related("call"):
            made = by_client_id[callback.call.client_id]
            assert (callback.promised_at, callback.due_at, callback.who) == (
                made.called_at,
                made.callback.due_at,
                made.callback.who,
            )

    def test_a_waiting_call_of_the_demo_goes_on_through_the_workflow(self, db):
        """Sent in again it is known as the same; approved it counts at once."""
        call = Call.objects.with_names().filter(state="submitted").earliest("pk")
        received = workflow.receive(
            by=call.evaluator,
            wave=call.wave,
            department=call.department,
            scenario=call.scenario,
            called_at=call.called_at,
            client_id=call.client_id,
            answers=call.answers,
            at=AT,
        )
        assert received.status == "repeated"
        workflow.approve(call=call, by=User.objects.get(email="reviewer@demo.example"), at=AT)
        assert sum(DailySum.objects.values_list("n_calls", flat=True)) == 301
        assert rebuilding.verify(call.organisation) == []

    def test_loading_adds_up_the_figures(self, db):
        organisation = find()
        assert sum(DailySum.objects.values_list("n_calls", flat=True)) == 300
        assert rebuilding.verify(organisation) == []

    def test_who_can_sign_in(self, db):
        names = ("evaluator", "reviewer", "coordinator", "manager", "analyst", "admin", "works-council")
        assert len(DEMO_PASSWORD) >= 10
        for name in names:
            assert User.objects.get(email=f"{name}@demo.example").check_password(DEMO_PASSWORD)
        others = User.objects.exclude(email__in=[f"{name}@demo.example" for name in names])
        assert others.count() == 24
        assert not any(user.has_usable_password() for user in others)
        assert Membership.objects.filter(role="evaluator").count() == 25

    def test_the_manager_has_one_department_with_all_below(self, db):
        manager = User.objects.get(email="manager@demo.example")
        seen = set(Call.objects.for_user(manager).values_list("department__code", flat=True))
        assert seen == {"AFV", "PRK", "OMG", "MOR"}
        assert "KCC" not in set(Department.objects.reported_to(manager).values_list("code", flat=True))

    def test_the_work_that_is_planned_fits_the_calls(self, db):
        calls = Call.objects.filter(assignment__purpose="field").select_related("assignment", "wave")
        assert calls.count() > 50
        for call in calls:
            planned = call.assignment
            assert (planned.department_id, planned.scenario_id, planned.evaluator_id, planned.wave_id) == (
                call.department_id,
                call.scenario_id,
                call.evaluator_id,
                call.wave_id,
            )
            assert planned.starts_at <= call.called_at < planned.until
        pairs = AssignmentGroup.objects.filter(kind="pair").prefetch_related("assignments__scenario")
        assert pairs
        for pair in pairs:
            styles = {
                each.scenario.caller_style for each in pair.assignments.all() if each.scenario.problem == pair.problem
            }
            assert styles == {"calm", "dominant"}
        evaluator = User.objects.get(email="evaluator@demo.example")
        own = Assignment.objects.own(evaluator).filter(call=None, purpose="field")
        assert {each.state for each in own} == {"offered", "accepted", "handed_back"}
        assert own.expired_at(AT).count() == 1
        read = set(Acknowledgement.objects.values_list("call__department__code", flat=True))
        assert read == {"AFV", "PRK", "OMG", "MOR"}

    def test_what_was_checked_shows_every_flow(self, db):
        organisation = find()
        waiting = Call.objects.filter(state="submitted", kind="field")
        rules = {flag["rule"] for call in waiting for flag in call.flags}
        assert rules >= {"too_fast", "long_recall", "unfit"}
        assert waiting.filter(flag_count=0).exists()
        assert Recording.objects.count() == 8
        assert {session.state for session in CalibrationSession.objects.all()} == {"open", "closed"}
        assert Call.objects.filter(kind="gold", state="approved").count() == 4
        evaluator = User.objects.get(email="evaluator@demo.example")
        listening = Assignment.objects.own(evaluator).filter(state="offered").exclude(purpose="field")
        assert {each.purpose for each in listening} >= {"gold", "calibration"}
        seconds = Call.objects.filter(kind="second").select_related("assignment", "second_of")
        assert seconds
        assert all(call.second_of.listener_id == call.evaluator_id for call in seconds)
        assert ChecklistVersion.objects.filter(state="draft").count() == 1
        assert rebuilding.verify(organisation) == []


def test_loading_takes_few_queries(db, small):
    with CaptureQueriesContext(connection) as queries:
        organisation = load(data=small, at=AT)
    assert organisation == find()
    # Calls are written many at a time; only the few checks at the end are taken step by step, as people take them.
    assert sum('INTO "surveys_call"' in query["sql"] for query in queries) < 40
    # Each of those steps counts what it touches anew, in some twenty statements.
    assert len(queries) < 1050


def test_a_taken_short_name_stops_the_load_and_nothing_is_written(db, small):
    Organisation.objects.create(name="A real one", slug="demo")
    with pytest.raises(Refused, match="short name demo"):
        load(data=small, at=AT)
    assert find() is None
    assert not User.objects.exists()
    assert not Call.objects.exists()


def test_the_command_loads_once(db, demo):
    first, again = io.StringIO(), io.StringIO()
    call_command("load_demo", calls=300, seed=3, today=TODAY, stdout=first)
    assert "Gemeente Lindewaard is ready" in first.getvalue()
    assert DEMO_PASSWORD in first.getvalue()
    before = (Call.objects.count(), AuditEntry.objects.count(), User.objects.count())
    with CaptureQueriesContext(connection) as queries:
        call_command("load_demo", calls=300, stdout=again)
    assert "already there" in again.getvalue()
    assert len(queries) == 1
    assert (Call.objects.count(), AuditEntry.objects.count(), User.objects.count()) == before
    assert Call.objects.order_by("called_at").last().called_at < days.local(TODAY, dt.time(0))


def test_the_command_takes_a_day_and_a_seed(db, demo):
    call_command("load_demo", "--calls", "300", "--seed", "3", "--today", "2026-03-31", stdout=io.StringIO())
    assert Wave.objects.get(state="open").name == "Maart 2026"
    ids = {call.client_id for call in generate(seed=3, today=dt.date(2026, 3, 31), calls=300).calls}
    assert set(generated().values_list("client_id", flat=True)) == ids


@pytest.mark.parametrize(
    ("options", "sentence"), [({}, "only loaded where DEMO=yes"), ({"calls": 5}, "between 100 and")]
)
def test_the_command_refuses(db, settings, options, sentence):
    settings.DEMO = bool(options)
    with pytest.raises(CommandError, match=sentence):
        call_command("load_demo", **options)
    assert find() is None
