"""Assignments: each step and what it refuses, the call that fulfils one, and that a blind one looks like any other."""

import datetime as dt

import pytest

from surveys import rotation, workflow
from surveys.models import Assignment, AuditEntry, CalibrationSeat, CalibrationSession, Call, GoldCall
from surveys.signals import counting_changed
from tests.people import AT, valid_answers
from tests.tools.threads import at_once, crossing

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def make(wave, departments, scenarios, people):
    """An assignment: offered to the evaluator until tomorrow unless said otherwise."""

    def with_(**changes):
        values = {
            "organisation": wave.organisation, "wave": wave, "department": departments["BUR"],
            "scenario": scenarios["complaint_calm"], "evaluator": people["evaluator"], "state": "offered",
            "starts_at": AT - DAY, "until": AT + DAY,
        } | changes  # fmt: skip
        return Assignment.objects.create(**values)

    return with_


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def actions(row):
    return list(AuditEntry.objects.of(row).values_list("action", flat=True))


def begin(subject, *, by=None, at=AT, **changes):
    assignment = subject
    facts = {
        "by": by or assignment.evaluator, "wave": assignment.wave, "department": assignment.department,
        "scenario": assignment.scenario, "called_at": at, "client_id": workflow.client_id_of(assignment), "at": at,
        "assignment": assignment,
    }  # fmt: skip
    return workflow.open_call(**facts | changes)


def hand_in(call, at=AT + HOUR):
    answers = valid_answers(call.scenario.facts)
    saved = workflow.save_answers(call=call, by=call.evaluator, changes=answers, base_revision=0, at=at)
    return workflow.submit(call=call, by=call.evaluator, at=at, revision=saved.revision).call


# --- the evaluator ----------------------------------------------------------------------------------------------------


def test_accepted_once_by_its_own_evaluator_in_time(make, people):
    assignment = make()
    for _ in range(2):
        workflow.accept(assignment=assignment, by=people["evaluator"], at=AT)
    assert (fresh(assignment).state, actions(assignment)) == ("accepted", ["accepted"])
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.accept(assignment=make(), by=people["other_evaluator"], at=AT)
    assert error.value.code == "assignment_gone"
    late = make(until=AT)
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.accept(assignment=late, by=people["evaluator"], at=AT)
    assert (error.value.code, fresh(late).state) == ("window_passed", "offered")


def test_accepting_all_takes_what_can_be_taken(make, people):
    known = [make(), make(until=AT), make(state="cancelled"), make()]
    assert workflow.accept_all(assignments=known, by=people["evaluator"], at=AT) == 2
    assert [fresh(each).state for each in known] == ["accepted", "offered", "cancelled", "accepted"]


def test_handed_back_with_its_reason_also_after_its_end(make, people):
    assignment = make(state="accepted", until=AT)
    workflow.hand_back(assignment=assignment, by=people["evaluator"], reason="Number does not work", at=AT + DAY)
    now = fresh(assignment)
    assert (now.state, now.hand_back_reason) == ("handed_back", "Number does not work")
    with pytest.raises(workflow.AssignmentError):
        workflow.hand_back(assignment=assignment, by=people["evaluator"], reason="Again", at=AT)


# --- the call that fulfils it -----------------------------------------------------------------------------------------


def test_starting_twice_gives_the_same_draft_whatever_the_id(make):
    assignment = make()
    first, second = begin(assignment), begin(assignment, client_id=workflow.client_id_of(make()))
    assert (first.pk, Call.objects.count(), fresh(assignment).state) == (second.pk, 1, "accepted")
    assert first.assignment_id == assignment.pk


def test_handing_in_finishes_it_and_returning_does_not_reopen_it(make, people):
    assignment = make()
    call = hand_in(begin(assignment))
    assert (call.state, fresh(assignment).state) == ("submitted", "done")
    workflow.return_call(call=call, by=people["reviewer"], reason="Listen again.", at=AT + HOUR)
    workflow.submit(call=fresh(call), by=people["evaluator"], at=AT + 2 * HOUR)
    assert actions(assignment) == ["accepted", "done"]


@pytest.mark.parametrize("state", ["handed_back", "cancelled", "done", "planned"])
def test_what_is_not_handed_out_cannot_be_started(make, state):
    with pytest.raises(workflow.AssignmentError) as error:
        begin(make(state=state))
    assert (error.value.code, Call.objects.count()) == ("assignment_gone", 0)


def test_anothers_or_another_calls_assignment_is_refused(make, people, departments):
    assignment = make()
    for changes, code in (
        ({"by": people["other_evaluator"]}, "assignment_gone"),
        ({"department": departments["BEL"]}, "assignment_differs"),
    ):
        with pytest.raises(workflow.AssignmentError) as error:
            begin(assignment, **changes)
        assert error.value.code == code
    assert not Call.objects.exists()


def test_facts_are_fixed_except_for_the_moment(make, departments):
    call = begin(make())
    what = {"call": call, "by": call.evaluator, "scenario": call.scenario, "called_at": AT - HOUR, "at": AT}
    assert workflow.change_facts(department=call.department, **what).called_at == AT - HOUR
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.change_facts(department=departments["BEL"], **what)
    assert error.value.code == "facts_fixed"


def test_where_calls_are_assigned_only_a_call_needs_its_assignment(make, wave):
    wave.unassigned_allowed = False
    wave.save()
    assignment = make()
    with pytest.raises(workflow.AssignmentNeeded):
        begin(assignment, assignment=None)
    whole = {
        "answers": valid_answers(assignment.scenario.facts), "by": assignment.evaluator, "wave": wave,
        "department": assignment.department, "called_at": AT, "at": AT, "scenario": assignment.scenario, "client_id": workflow.client_id_of(assignment),
    }  # fmt: skip
    with pytest.raises(workflow.AssignmentNeeded):
        workflow.receive(**whole)
    for status in ("created", "repeated"):
        assert workflow.receive(**whole | {"assignment": assignment}).status == status
    assert (fresh(assignment).state, Call.objects.count()) == ("done", 1)


def test_a_draft_thrown_away_leaves_the_assignment_to_be_made_anew(make):
    assignment = make()
    first = begin(assignment)
    workflow.discard(call=first, by=first.evaluator, at=AT)
    assert (fresh(assignment).state, fresh(first).assignment) == ("accepted", None)
    second = begin(fresh(assignment))
    assert second.pk != first.pk
    assert second.client_id != first.client_id


def test_a_voided_call_goes_back_to_the_coordinator(make, people):
    assignment = make()
    call = hand_in(begin(assignment))
    workflow.void(call=call, by=people["reviewer"], reason="Wrong department", at=AT + DAY)
    now = fresh(assignment)
    assert (now.state, now.hand_back_reason, fresh(call).assignment) == ("handed_back", "Wrong department", None)
    assert actions(assignment)[-1] == "call voided"


def test_an_empty_draft_goes_with_its_assignment_a_filled_one_stands_in_the_way(make, people):
    empty, filled = make(), make()
    call = begin(empty)
    workflow.hand_back(assignment=empty, by=people["evaluator"], reason="No time", at=AT)
    assert fresh(call).state == "voided"
    draft = begin(filled)
    workflow.save_answers(
        call=draft, by=people["evaluator"], changes={"greeting.answered": {"value": "yes"}}, base_revision=0, at=AT
    )
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.hand_back(assignment=filled, by=people["evaluator"], reason="No time", at=AT)
    assert error.value.code == "form_begun"
    workflow.cancel(assignment=filled, by=people["coordinator"], at=AT)
    assert (fresh(filled).state, fresh(draft).state, fresh(draft).assignment) == ("cancelled", "draft", None)


# --- recognised -------------------------------------------------------------------------------------------------------


def test_recognised_voids_the_call_and_somebody_else_makes_it(make, people):
    assignment = make()
    call = hand_in(begin(assignment))
    for _ in range(2):
        workflow.recognise(call=call, by=people["evaluator"], at=AT + HOUR)
    assert (fresh(call).state, fresh(call).recognised, fresh(assignment).state) == ("voided", True, "handed_back")
    assert actions(call).count("recognised") == 1
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.reassign(assignment=assignment, evaluator=people["evaluator"], by=people["coordinator"], at=AT)
    assert error.value.code == "was_recognised"
    workflow.reassign(assignment=assignment, evaluator=people["other_evaluator"], by=people["coordinator"], at=AT)
    assert begin(fresh(assignment)).evaluator == people["other_evaluator"]


def test_an_approved_call_is_not_the_evaluators_to_take_out(make_call, people):
    with pytest.raises(workflow.NotNow):
        workflow.recognise(call=make_call("approved"), by=people["evaluator"], at=AT)
    with pytest.raises(workflow.NotNow):
        workflow.recognise(call=make_call("draft"), by=people["other_evaluator"], at=AT)


# --- the coordinator --------------------------------------------------------------------------------------------------


def test_the_limit_counts_calls_made_and_assignments_held(make, make_call, wave, people, departments):
    wave.calls_per_evaluator = 3
    wave.save()
    evaluator, other, coordinator = people["evaluator"], people["other_evaluator"], people["coordinator"]
    make_call("approved")
    make_call("voided")
    begin(make())
    make(department=departments["BEL"])
    assert rotation.loads(wave)[evaluator.pk, departments["BUR"].pk] == 2
    free = [make(evaluator=other) for _ in range(2)]
    give = lambda each: workflow.reassign(assignment=each, evaluator=evaluator, by=coordinator, at=AT)  # noqa: E731
    bulk = workflow.in_bulk(free, give, partly=False)
    assert ([error.code for _each, error in bulk.refused], bulk.kept) == (["rotation_limit"], False)
    assert all(fresh(each).evaluator == other for each in free)
    assert workflow.in_bulk(free, give, partly=True).kept
    assert [fresh(each).evaluator for each in free] == [evaluator, other]


def test_offering_extending_cancelling(make, people, wave):
    coordinator = people["coordinator"]
    planned, nobody = make(state="planned"), make(state="planned", evaluator=None)
    assert workflow.offer(assignment=planned, by=coordinator, at=AT).state == "offered"
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.offer(assignment=nobody, by=coordinator, at=AT)
    assert error.value.code == "no_evaluator"
    expired = make(until=AT - HOUR)
    workflow.extend(assignment=expired, until=AT + DAY, by=coordinator, at=AT)
    assert (fresh(expired).is_open_at(AT), fresh(expired).extended) == (True, 1)
    for outside in (AT, dt.datetime(2026, 4, 2, tzinfo=dt.UTC)):
        with pytest.raises(workflow.AssignmentError) as error:
            workflow.extend(assignment=expired, until=outside, by=coordinator, at=AT)
        assert error.value.code == "window_outside"
    workflow.extend(
        assignment=expired, until=dt.datetime(2026, 4, 1, tzinfo=wave.organisation.zone), by=coordinator, at=AT
    )
    workflow.cancel(assignment=expired, by=coordinator, at=AT, reason="Enough calls")
    assert fresh(expired).state == "cancelled"
    with pytest.raises(workflow.AssignmentError):
        workflow.extend(assignment=expired, until=AT + DAY, by=coordinator, at=AT)


def test_an_expired_one_goes_to_somebody_else_with_a_new_end(make, people):
    assignment, coordinator, other = make(until=AT), people["coordinator"], people["other_evaluator"]
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.reassign(assignment=assignment, evaluator=other, by=coordinator, at=AT)
    assert error.value.code == "window_passed"
    workflow.reassign(assignment=assignment, evaluator=other, until=AT + DAY, by=coordinator, at=AT)
    now = fresh(assignment)
    assert (now.evaluator, now.state, now.until) == (other, "offered", AT + DAY)
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.reassign(assignment=assignment, evaluator=people["reviewer"], by=coordinator, at=AT)
    assert error.value.code == "no_evaluator"


def test_a_closed_wave_hands_out_nothing(make, people, wave):
    assignment = make()
    wave.state = "closed"
    wave.save()
    for step in (
        lambda: workflow.accept(assignment=assignment, by=people["evaluator"], at=AT),
        lambda: workflow.reassign(
            assignment=assignment, evaluator=people["other_evaluator"], by=people["coordinator"], at=AT
        ),
    ):
        with pytest.raises(workflow.AssignmentError) as error:
            step()
        assert error.value.code == "assignment_wave_closed"


# --- heard again ------------------------------------------------------------------------------------------------------


@pytest.fixture
def blind(make, make_call, wave, people, departments, scenarios):
    """An assignment of each purpose, to the other evaluator, of what was heard on 3 March."""
    heard = dt.datetime(2026, 3, 3, 10, tzinfo=dt.UTC)
    source = make_call("approved", called_at=heard)
    gold = GoldCall.objects.create(
        organisation=wave.organisation, name="Gold one", version=wave.version, department=departments["BUR"],
        scenario=scenarios["complaint_calm"], called_at=dt.datetime(2025, 11, 3, 10, tzinfo=dt.UTC),
        answers={}, made_by=people["coordinator"],
    )  # fmt: skip
    session = CalibrationSession.objects.create(
        organisation=wave.organisation, name="Session", wave=wave, source_call=source, expert=people["reviewer"],
        due_at=AT + DAY, made_by=people["coordinator"],
    )  # fmt: skip
    CalibrationSeat.objects.create(session=session, evaluator=people["other_evaluator"])
    given = {"evaluator": people["other_evaluator"]}
    return {
        "second": make(purpose="second", source_call=source, **given),
        "gold": make(purpose="gold", gold=gold, **given),
        "calibration": make(purpose="calibration", session=session, **given),
    }


@pytest.mark.parametrize("purpose", ["second", "gold", "calibration"])
def test_a_blind_scoring_copies_its_facts_approves_itself_and_counts_nowhere(blind, purpose):
    assignment, told = blind[purpose], []
    listen = lambda cells, **_other: told.extend(cells)  # noqa: E731
    counting_changed.connect(listen, weak=False, dispatch_uid="told")
    counted = Call.objects.counting().count()
    call = begin(assignment)
    heard = workflow.heard_at(assignment)
    assert (call.kind, call.called_at) == (purpose, heard)
    assert (call.second_of is not None) == (purpose == "second")
    done = hand_in(call)
    counting_changed.disconnect(dispatch_uid="told")
    assert (done.state, done.decided_by, fresh(assignment).state) == ("approved", None, "done")
    assert (Call.objects.counting().count(), Call.objects.waiting().filter(pk=call.pk).count(), told) == (
        counted,
        0,
        [],
    )
    assert not hasattr(fresh(call), "callback")
    if purpose == "calibration":
        assert CalibrationSeat.objects.get(session=assignment.session).call == call


def test_a_blind_scoring_is_not_returned_nor_given_to_whoever_knows_the_call(blind, people):
    coordinator = people["coordinator"]
    for purpose, person, code in (
        ("second", "evaluator", "heard_before"),
        ("calibration", "evaluator", "in_session"),
    ):
        with pytest.raises(workflow.AssignmentError) as error:
            workflow.reassign(assignment=blind[purpose], evaluator=people[person], by=coordinator, at=AT)
        assert error.value.code == code
    call = hand_in(begin(blind["gold"]))
    with pytest.raises(workflow.NotNow):
        workflow.return_call(call=fresh(call), by=people["reviewer"], reason="…", at=AT + HOUR)
    with pytest.raises(workflow.NotNow):
        workflow.recognise(call=call, by=people["other_evaluator"], at=AT)
    with pytest.raises(workflow.AssignmentError):
        workflow.change_facts(
            call=begin(blind["second"]), by=people["other_evaluator"], department=call.department,
            scenario=call.scenario, called_at=AT, at=AT,
        )  # fmt: skip


def test_a_blind_scoring_from_a_queue_keeps_its_own_moment(blind):
    gold = blind["gold"]
    facts = {
        "by": gold.evaluator, "wave": gold.wave, "department": gold.department, "scenario": gold.scenario, "at": AT,
        "client_id": workflow.client_id_of(gold), "answers": valid_answers(gold.scenario.facts),
    }  # fmt: skip
    for status in ("created", "repeated"):
        received = workflow.receive(**facts, called_at=AT, assignment=gold)
        assert (received.status, received.call.called_at) == (status, gold.gold.called_at)


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_two_devices_start_one_assignment(self, make):
        assignment = make()
        calls = at_once(*[lambda: begin(assignment).pk] * 4)
        assert (len(set(calls)), Call.objects.count()) == (1, 1)

    def test_the_limit_holds_against_two_coordinators(self, make, wave, people):
        wave.calls_per_evaluator = 1
        wave.save()
        free = [make(evaluator=people["other_evaluator"]) for _ in range(2)]
        steps = [
            lambda each=each: workflow.reassign(
                assignment=each, evaluator=people["evaluator"], by=people["coordinator"], at=AT
            )
            for each in free
        ]
        at_once(*steps, refusals=workflow.AssignmentError)
        assert Assignment.objects.filter(evaluator=people["evaluator"]).count() == 1

    @pytest.mark.parametrize("step", ["cancelled", "recognised", "voided"])
    def test_nobody_waits_for_each_other(self, make, people, step):
        """One hands in while another comes for the assignment or the call: one waits for the other, and nothing is in two states."""
        mine, by = people["evaluator"], people["coordinator"]
        again = step == "voided"
        assignment = make()
        call = hand_in(begin(assignment)) if again else begin(assignment)
        if again:
            workflow.return_call(call=call, by=people["reviewer"], reason="Again", at=AT + HOUR)
        else:
            answers = valid_answers(call.scenario.facts)
            workflow.save_answers(call=call, by=mine, changes=answers, base_revision=0, at=AT + HOUR)
        call = Call.objects.with_names().get(pk=call.pk)
        steps = {
            "cancelled": lambda: workflow.cancel(assignment=assignment, by=by, at=AT + HOUR),
            "recognised": lambda: workflow.recognise(call=call, by=mine, at=AT + HOUR),
            "voided": lambda: workflow.void(call=call, by=people["reviewer"], reason="No", at=AT + HOUR),
        }
        both = crossing(lambda: workflow.submit(call=call, by=mine, at=AT + HOUR), steps[step])
        submitted, taken = at_once(*both, refusals=workflow.WorkflowError)
        assert not (isinstance(submitted, Exception) and isinstance(taken, Exception))
        call, assignment = fresh(call), fresh(assignment)
        if call.assignment_id:
            assert (call.state, assignment.state) == ("submitted", "done")
        else:
            assert (call.state in {"submitted", "voided"}, assignment.state != "done") == (True, True)
