"""The steps of a call: what each does, what it refuses, and that nothing is lost or doubled when two come at once."""

import datetime as dt
import uuid

import pytest

from surveys import workflow
from surveys.models import AuditEntry, Call, Callback, Conflict
from surveys.signals import counting_changed
from tests.people import AT, build_org, build_people, callback_answers, valid_answers
from tests.tools.threads import at_once

LATER = AT + dt.timedelta(hours=2)
NAME = "greeting.own_name"


@pytest.fixture
def evaluator(people):
    return people["evaluator"]


@pytest.fixture
def order(wave, departments, scenarios, evaluator):
    """What `open_call` and `receive` need besides the answers."""

    def with_(**changes):
        return {
            "by": evaluator, "wave": wave, "department": departments["BUR"], "scenario": scenarios["complaint_calm"],
            "called_at": AT, "client_id": uuid.uuid4(), "at": LATER,
        } | changes  # fmt: skip

    return with_


def fresh(call):
    return Call.objects.with_names().get(pk=call.pk)


def actions(call):
    return list(AuditEntry.objects.of(call).values_list("action", flat=True))


def save(call, by, base, at=LATER, **changes):
    changes = {code.replace("__", "."): value for code, value in changes.items()}
    return workflow.save_answers(call=call, by=by, changes=changes, base_revision=base, at=at)


YES, NO = {"value": "yes"}, {"value": "no"}


# --- opening ----------------------------------------------------------------------------------------------------------


def test_the_same_id_opens_the_same_draft(order):
    asked = order()
    first, second = workflow.open_call(**asked), workflow.open_call(**asked)
    assert first.pk == second.pk
    assert Call.objects.count() == 1
    assert actions(first) == ["opened"]


def test_the_same_id_with_other_facts_corrects_the_draft(order, departments, scenarios):
    asked = order()
    workflow.open_call(**asked)
    again = workflow.open_call(**asked | {"department": departments["BEL"]})
    assert (Call.objects.count(), fresh(again).department.code) == (1, "BEL")
    assert actions(again) == ["opened", "facts changed"]


def test_the_same_id_in_another_wave_is_refused(order, wave):
    asked = order()
    workflow.open_call(**asked)
    other = type(wave).objects.create(
        organisation=wave.organisation, name="April 2026", version=wave.version, state="open",
        starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 4, 30),
    )  # fmt: skip
    with pytest.raises(workflow.Stale):
        workflow.open_call(**asked | {"wave": other})


def test_anothers_id_is_not_handed_out(order, people):
    asked = order()
    workflow.open_call(**asked)
    with pytest.raises(workflow.Stale):
        workflow.open_call(**asked | {"by": people["other_evaluator"]})


def test_a_closed_wave_takes_no_new_call(order, wave):
    wave.state = "closed"
    with pytest.raises(workflow.NotNow):
        workflow.open_call(**order(wave=wave))
    assert not Call.objects.exists()


def test_a_department_of_another_organisation_is_a_mistake(order, elsewhere):
    with pytest.raises(ValueError, match="different organisations"):
        workflow.open_call(**order(department=elsewhere.departments.first()))


def test_the_local_date_is_the_organisations(order):
    late = dt.datetime(2026, 3, 15, 23, 30, tzinfo=dt.UTC)
    call = workflow.open_call(**order(called_at=late))
    assert (call.local_date, call.week_start) == (dt.date(2026, 3, 16), dt.date(2026, 3, 16))


# The first and the last moment of March in Amsterdam, and those just outside.
INSIDE = (dt.datetime(2026, 2, 28, 23, 0, tzinfo=dt.UTC), dt.datetime(2026, 3, 31, 21, 59, tzinfo=dt.UTC))
OUTSIDE = (
    dt.datetime(2026, 2, 28, 22, 59, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 31, 22, 0, tzinfo=dt.UTC),
    dt.datetime(2000, 6, 1, tzinfo=dt.UTC),
    dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
    dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC),
)


@pytest.mark.parametrize("called_at", INSIDE)
def test_a_call_of_the_waves_first_and_last_day(order, called_at):
    asked = order(called_at=called_at)
    assert workflow.open_call(**asked).called_at == called_at
    assert workflow.receive(**asked | {"client_id": uuid.uuid4(), "answers": valid_answers()}).status == "created"


@pytest.mark.parametrize("called_at", OUTSIDE)
def test_a_call_of_another_day_than_the_waves_is_refused_at_every_step(order, evaluator, called_at):
    asked = order()
    call = workflow.open_call(**asked)
    with pytest.raises(workflow.OutsideWave):
        workflow.open_call(**order(called_at=called_at))
    with pytest.raises(workflow.OutsideWave):
        workflow.open_call(**asked | {"called_at": called_at})
    facts = {name: asked[name] for name in ("by", "department", "scenario", "at")}
    with pytest.raises(workflow.OutsideWave):
        workflow.change_facts(call=call, called_at=called_at, **facts)
    for client_id in (asked["client_id"], uuid.uuid4()):
        with pytest.raises(workflow.OutsideWave):
            workflow.receive(**asked | {"client_id": client_id, "called_at": called_at, "answers": valid_answers()})
    assert Call.objects.get().called_at == AT
    assert not Conflict.objects.exists()


# --- saving -----------------------------------------------------------------------------------------------------------


def test_saving_raises_the_revision_once_for_what_changed(order, evaluator):
    call = workflow.open_call(**order())
    saved = save(call, evaluator, 0, greeting__own_name=YES, greeting__answered=YES)
    assert (saved.revision, saved.refused, saved.conflicts, saved.news) == (1, {}, {}, {})
    assert fresh(call).answer_revisions == {NAME: 1, "greeting.answered": 1}
    again = save(call, evaluator, 1, greeting__own_name=YES)
    assert again.revision == 1


def test_an_invalid_answer_is_refused_and_the_others_saved(order, evaluator):
    call = workflow.open_call(**order())
    saved = save(call, evaluator, 0, greeting__own_name={"value": "maybe"}, greeting__answered=YES, nowhere__at_all=YES)
    assert {code: problem.code for code, problem in saved.refused.items()} == {
        NAME: "option_unknown",
        "nowhere.at_all": "item_unknown",
    }
    assert fresh(call).answers == {"greeting.answered": YES}


def test_a_device_that_did_not_see_a_change_gets_a_conflict(order, evaluator):
    call = workflow.open_call(**order())
    save(call, evaluator, 0, greeting__own_name=YES)
    late = save(call, evaluator, 0, greeting__own_name=NO, greeting__answered=YES)
    assert late.conflicts == {NAME: YES}
    assert fresh(call).answers == {NAME: YES, "greeting.answered": YES}
    chosen = save(call, evaluator, late.revision, greeting__own_name=NO)
    assert chosen.conflicts == {}
    assert fresh(call).answers[NAME] == NO


def test_a_revision_that_is_not_there_yet_overwrites_nothing(order, evaluator):
    """As after the database was put back from a copy: the device has seen more than there is."""
    call = workflow.open_call(**order())
    save(call, evaluator, 0, greeting__own_name=YES)
    ahead = save(call, evaluator, 7, greeting__own_name=NO, greeting__opening={"value": "4"})
    assert (ahead.revision, ahead.conflicts) == (2, {NAME: YES})
    assert fresh(call).answers == {NAME: YES, "greeting.opening": {"value": "4"}}
    assert save(call, evaluator, ahead.revision, greeting__own_name=NO).conflicts == {}
    assert fresh(call).answers[NAME] == NO


def test_a_cleared_answer_conflicts_too(order, evaluator):
    call = workflow.open_call(**order())
    save(call, evaluator, 0, greeting__own_name=YES)
    save(call, evaluator, 1, greeting__own_name=None)
    assert save(call, evaluator, 1, greeting__own_name=NO).conflicts == {NAME: None}
    assert NAME not in fresh(call).answers


def test_news_of_other_devices_comes_along(order, evaluator):
    call = workflow.open_call(**order())
    save(call, evaluator, 0, greeting__own_name=YES, greeting__opening={"value": "4"})
    save(call, evaluator, 1, greeting__opening=None)
    assert save(call, evaluator, 0, greeting__answered=YES).news == {NAME: YES, "greeting.opening": None}
    assert save(call, evaluator, 2, greeting__answered=NO).news == {}


def test_only_the_evaluator_saves(order, people):
    call = workflow.open_call(**order())
    with pytest.raises(workflow.NotNow):
        save(call, people["other_evaluator"], 0, greeting__own_name=YES)


def test_facts_change_the_date_and_are_audited(order, evaluator, departments, scenarios):
    call = workflow.open_call(**order())
    workflow.change_facts(
        call=call, by=evaluator, department=departments["BEL"], scenario=scenarios["complaint_dominant"],
        called_at=AT - dt.timedelta(days=8), at=LATER,
    )  # fmt: skip
    now = fresh(call)
    assert (now.department.code, now.local_date, now.week_start) == ("BEL", dt.date(2026, 3, 2), dt.date(2026, 3, 2))
    assert now.revision == 1
    assert AuditEntry.objects.of(call).last().changes["department"] == ["BUR", "BEL"]


def test_a_discarded_call_stays_known_and_closed(order, evaluator):
    asked = order()
    call = workflow.open_call(**asked)
    workflow.discard(call=call, by=evaluator, at=LATER)
    assert workflow.open_call(**asked).state == "voided"
    with pytest.raises(workflow.NotNow):
        save(call, evaluator, 0, greeting__own_name=YES)
    assert workflow.keep_late(call=call, by=evaluator, changes={NAME: YES}, at=LATER) == frozenset()


# --- submitting -------------------------------------------------------------------------------------------------------


def filled(order, evaluator, answers=None):
    call = workflow.open_call(**order())
    workflow.save_answers(call=call, by=evaluator, changes=answers or valid_answers(), base_revision=0, at=LATER)
    return fresh(call)


def test_submitting_scores_and_a_second_time_is_the_same_call(order, evaluator):
    call = filled(order, evaluator)
    assert workflow.submit(call=call, by=evaluator, at=LATER, revision=1).status == "created"
    assert workflow.submit(call=call, by=evaluator, at=LATER, revision=1).status == "repeated"
    now = fresh(call)
    assert now.state == "submitted"
    assert 9000 < now.score <= 10000
    assert actions(call) == ["opened", "submitted"]


def test_an_incomplete_call_is_refused_whole(order, evaluator):
    call = filled(order, evaluator, valid_answers(tone__calm=None))
    with pytest.raises(workflow.Incomplete) as refusal:
        workflow.submit(call=call, by=evaluator, at=LATER)
    assert [(problem.path, problem.code) for problem in refusal.value.problems] == [("tone.calm", "answer_required")]
    assert fresh(call).state == "draft"


def test_a_stale_page_does_not_submit_what_it_did_not_show(order, evaluator):
    call = filled(order, evaluator)
    save(call, evaluator, 1, closing__remarks={"value": "From the other device"})
    with pytest.raises(workflow.Stale):
        workflow.submit(call=call, by=evaluator, at=LATER, revision=1)
    assert workflow.submit(call=call, by=evaluator, at=LATER, revision=2).status == "created"
    with pytest.raises(workflow.Stale):
        workflow.submit(call=call, by=evaluator, at=LATER, revision=1)


def test_a_page_from_before_the_return_does_not_undo_it(order, evaluator, people):
    call = filled(order, evaluator)
    workflow.submit(call=call, by=evaluator, at=LATER, revision=1)
    workflow.return_call(call=fresh(call), by=people["reviewer"], reason="Listen again", at=LATER)
    with pytest.raises(workflow.Stale):
        workflow.submit(call=call, by=evaluator, at=LATER, revision=1)
    assert fresh(call).state == "returned"


def test_hidden_answers_stay_behind(order, evaluator):
    call = filled(order, evaluator, valid_answers(callback__offered="asked"))
    workflow.submit(call=call, by=evaluator, at=LATER)
    assert "callback.offered" not in fresh(call).answers


def test_nobody_submits_for_another(order, evaluator, people):
    call = filled(order, evaluator)
    with pytest.raises(workflow.NotNow):
        workflow.submit(call=call, by=people["other_evaluator"], at=LATER)


def test_a_promise_is_kept_in_the_ledger_and_taken_out_again(order, evaluator, people):
    call = filled(order, evaluator, callback_answers(due="2026-03-11T10:00"))
    workflow.submit(call=call, by=evaluator, at=LATER)
    promise = Callback.objects.get(call=call)
    assert promise.due_at == dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)
    assert promise.who == "Mevrouw De Wit"
    workflow.return_call(call=fresh(call), by=people["reviewer"], reason="No promise was made", at=LATER)
    changes = {"callback.helped_at_once": YES, "closing.fate": {"value": "helped"}}
    workflow.save_answers(call=call, by=evaluator, changes=changes, base_revision=fresh(call).revision, at=LATER)
    workflow.submit(call=call, by=evaluator, at=LATER)
    assert not Callback.objects.filter(call=call).exists()


def test_without_reviewers_a_submission_approves_itself_and_is_announced(order, evaluator, org):
    heard = []

    def listen(sender, cells, **_kwargs):
        heard.append(cells)

    org.self_approve = True
    org.save()
    counting_changed.connect(listen)
    try:
        call = filled(order, evaluator)
        workflow.submit(call=call, by=evaluator, at=LATER)
        repeated = workflow.submit(call=call, by=evaluator, at=LATER)
    finally:
        counting_changed.disconnect(listen)
    assert fresh(call).state == "approved"
    assert repeated.status == "repeated"
    assert heard == [frozenset({workflow.cell_of(fresh(call))})]


# --- a whole call at once ---------------------------------------------------------------------------------------------


def test_the_same_content_again_is_the_same_call(order):
    asked = order(answers=valid_answers())
    first, second = workflow.receive(**asked), workflow.receive(**asked)
    assert (first.status, second.status) == ("created", "repeated")
    assert first.call.pk == second.call.pk
    assert not Conflict.objects.exists()


def test_white_space_and_hidden_answers_do_not_make_other_content(order):
    asked = order(answers=valid_answers(closing__remarks="Friendly"))
    workflow.receive(**asked)
    sent = asked["answers"] | {"closing.remarks": {"value": " Friendly\n"}, "callback.offered": {"value": "nonsense"}}
    assert workflow.receive(**asked | {"answers": sent}).status == "repeated"


def test_other_content_under_a_submitted_id_is_kept_beside_it(order):
    asked = order(answers=valid_answers())
    stored = workflow.receive(**asked).call
    other = valid_answers(greeting__own_name="no")
    first, second = (workflow.receive(**asked | {"answers": other}) for _ in range(2))
    assert (first.status, second.status) == ("conflict", "conflict")
    assert fresh(stored).answers == valid_answers()
    assert Conflict.objects.get(call=stored).answers == other
    assert actions(stored).count("conflicting copy kept") == 1


@pytest.mark.parametrize("changed", ["department", "scenario", "called_at"])
def test_other_facts_are_other_content(order, departments, scenarios, changed):
    asked = order(answers=valid_answers())
    other = {
        "department": departments["BEL"], "scenario": scenarios["invoice_calm"], "called_at": AT + dt.timedelta(minutes=1)
    }[changed]  # fmt: skip
    workflow.receive(**asked)
    assert workflow.receive(**asked | {changed: other}).status == "conflict"
    assert (
        workflow.receive(**asked | {"called_at": AT.astimezone(dt.timezone(dt.timedelta(hours=1)))}).status
        == "repeated"
    )


def test_another_wave_under_a_known_id_is_a_conflict_even_for_a_draft(order, wave):
    other = type(wave).objects.create(
        organisation=wave.organisation, name="April 2026", version=wave.version, state="open",
        starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 4, 30),
    )  # fmt: skip
    asked = order()
    draft = workflow.open_call(**asked)
    assert workflow.receive(**asked | {"wave": other, "answers": valid_answers()}).status == "conflict"
    assert fresh(draft).state == "draft"
    assert Conflict.objects.get(call=draft).facts["wave"] == other.pk


def test_a_draft_that_says_otherwise_is_kept_before_it_is_replaced(order, evaluator):
    asked = order()
    draft = workflow.open_call(**asked)
    save(draft, evaluator, 0, greeting__own_name=NO, closing__remarks={"value": "Typed on the other device"})
    assert workflow.receive(**asked | {"answers": valid_answers()}).status == "created"
    assert fresh(draft).answers == valid_answers()
    assert Conflict.objects.get(call=draft).answers["closing.remarks"] == {"value": "Typed on the other device"}


def test_a_draft_that_the_sender_had_seen_is_simply_replaced(order, evaluator):
    asked = order()
    draft = workflow.open_call(**asked)
    seen = save(draft, evaluator, 0, greeting__own_name=NO).revision
    assert workflow.receive(**asked | {"answers": valid_answers(), "revision": seen}).status == "created"
    assert not Conflict.objects.exists()


def test_a_part_of_the_submission_saved_before_is_no_conflict(order, evaluator):
    asked = order()
    draft = workflow.open_call(**asked)
    save(draft, evaluator, 0, greeting__own_name=YES)
    assert workflow.receive(**asked | {"answers": valid_answers()}).status == "created"
    assert not Conflict.objects.exists()


def test_an_incomplete_submission_stores_nothing(order):
    with pytest.raises(workflow.Incomplete):
        workflow.receive(**order(answers=valid_answers(tone__calm=None)))
    assert not Call.objects.exists()
    assert not AuditEntry.objects.filter(subject="call").exists()


def test_a_late_repeat_does_not_undo_a_return(order, people):
    asked = order(answers=valid_answers())
    call = workflow.receive(**asked).call
    workflow.return_call(call=fresh(call), by=people["reviewer"], reason="Listen again", at=LATER)
    assert workflow.receive(**asked).status == "repeated"
    assert fresh(call).state == "returned"
    assert workflow.receive(**asked | {"answers": valid_answers(tone__calm="3")}).status == "created"
    assert fresh(call).state == "submitted"


def test_a_resend_after_the_wave_closed_is_still_the_same_call(order, wave):
    asked = order(answers=valid_answers())
    workflow.receive(**asked)
    wave.state = "closed"
    wave.save()
    assert workflow.receive(**asked).status == "repeated"


# --- two versions -----------------------------------------------------------------------------------------------------


def test_a_late_autosave_is_kept_as_a_copy(make_call, evaluator):
    call = make_call("submitted")
    with pytest.raises(workflow.NotNow):
        save(call, evaluator, 1, greeting__own_name=NO)
    same = workflow.keep_late(call=call, by=evaluator, changes={NAME: YES}, at=LATER)
    assert same == {NAME}
    assert not Conflict.objects.exists()
    kept = workflow.keep_late(call=call, by=evaluator, changes={NAME: NO, "tone.calm": {"value": "9"}}, at=LATER)
    assert kept == {NAME}
    assert Conflict.objects.get(call=call).answers[NAME] == NO
    assert fresh(call).answers[NAME] == YES


def test_dropping_the_copy_leaves_the_call_and_remembers_the_copy(make_call, evaluator):
    call = make_call("approved")
    workflow.keep_late(call=call, by=evaluator, changes={NAME: NO}, at=LATER)
    conflict = Conflict.objects.get(call=call)
    before = fresh(call)
    after = workflow.settle(conflict=conflict, by=evaluator, take=False, at=LATER)
    assert (after.state, after.answers, after.revision) == (before.state, before.answers, before.revision)
    dropped = AuditEntry.objects.of(call).last()
    assert dropped.changes["version not chosen"][0]["answers"][NAME] == NO
    with pytest.raises(workflow.Stale):
        workflow.settle(conflict=conflict, by=evaluator, take=True, at=LATER)


def test_taking_the_copy_opens_a_submitted_call_again(make_call, evaluator, departments, order):
    call = make_call("submitted", called_at=AT)
    other = order(
        client_id=call.client_id, answers=valid_answers(greeting__own_name="no"), department=departments["BEL"],
        called_at=AT + dt.timedelta(days=1),
    )  # fmt: skip
    workflow.receive(**other)
    now = workflow.settle(conflict=Conflict.objects.get(call=call), by=evaluator, take=True, at=LATER)
    assert (now.state, now.answers[NAME], now.department.code) == ("draft", NO, "BEL")
    assert now.local_date == dt.date(2026, 3, 11)
    assert AuditEntry.objects.of(call).last().changes["version not chosen"][0]["answers"][NAME] == YES
    assert workflow.submit(call=now, by=evaluator, at=LATER, revision=now.revision).status == "created"


def test_an_approved_call_keeps_its_version(make_call, evaluator):
    call = make_call("approved")
    workflow.keep_late(call=call, by=evaluator, changes={NAME: NO}, at=LATER)
    with pytest.raises(workflow.NotNow):
        workflow.settle(conflict=Conflict.objects.get(call=call), by=evaluator, take=True, at=LATER)
    assert Conflict.objects.get(call=call).resolved_at is None


def test_only_the_evaluator_chooses(make_call, evaluator, people):
    call = make_call("submitted")
    workflow.keep_late(call=call, by=evaluator, changes={NAME: NO}, at=LATER)
    with pytest.raises(workflow.NotNow):
        workflow.settle(conflict=Conflict.objects.get(call=call), by=people["reviewer"], take=False, at=LATER)


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_a_decision_on_what_has_changed_since_is_stale(make_call, evaluator, people):
    call = make_call("submitted")
    seen = fresh(call)
    workflow.return_call(call=fresh(call), by=people["reviewer"], reason="Again", at=LATER)
    with pytest.raises(workflow.Stale):
        workflow.approve(call=seen, by=people["coordinator"], at=LATER)


def test_returning_what_was_approved_is_announced(make_call, people):
    call = make_call("approved")
    heard = []

    def listen(sender, cells, **_kwargs):
        heard.append(cells)

    counting_changed.connect(listen)
    try:
        workflow.return_call(call=call, by=people["reviewer"], reason="Again", at=LATER)
    finally:
        counting_changed.disconnect(listen)
    assert heard == [frozenset({workflow.cell_of(call)})]


# --- at the same time -------------------------------------------------------------------------------------------------


def together(*steps):
    return at_once(*steps, refusals=workflow.WorkflowError)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def asked(self, transactional_db):
        org = build_org()
        people = build_people(org, build_org("noordveld", "Waterschap Noordveld"))
        return {
            "by": people["evaluator"], "wave": org.waves.get(), "department": org.departments.get(code="BUR"),
            "scenario": org.scenarios.get(code="complaint_calm"), "called_at": AT, "client_id": uuid.uuid4(), "at": LATER,
        }  # fmt: skip

    def test_the_same_submission_twice_is_one_call(self, asked):
        results = together(*[lambda: workflow.receive(**asked, answers=valid_answers()).status] * 4)
        assert sorted(results) == ["created", "repeated", "repeated", "repeated"]
        assert Call.objects.count() == 1

    def test_two_different_submissions_lose_neither(self, asked):
        results = together(
            lambda: workflow.receive(**asked, answers=valid_answers()).status,
            lambda: workflow.receive(**asked, answers=valid_answers(greeting__own_name="no")).status,
        )
        assert sorted(results) == ["conflict", "created"]
        values = {Call.objects.get().answers[NAME]["value"], Conflict.objects.get().answers[NAME]["value"]}
        assert values == {"yes", "no"}

    def test_two_devices_saving_one_answer_leave_one_conflict(self, asked):
        call, by = workflow.open_call(**asked), asked["by"]
        results = together(
            lambda: save(call, by, 0, greeting__own_name=YES), lambda: save(call, by, 0, greeting__own_name=NO)
        )
        assert sorted(len(saved.conflicts) for saved in results) == [0, 1]
        assert fresh(call).revision == 1

    def test_a_save_beside_a_submit_is_in_it_or_is_told(self, asked):
        call, by = workflow.open_call(**asked), asked["by"]
        workflow.save_answers(call=call, by=by, changes=valid_answers(), base_revision=0, at=LATER)
        saved, submitted = together(
            lambda: save(call, by, 1, closing__remarks={"value": "late"}),
            lambda: workflow.submit(call=call, by=by, at=LATER, revision=1),
        )
        now = fresh(call)
        if isinstance(saved, workflow.NotNow):
            assert (now.state, "closing.remarks" in now.answers) == ("submitted", False)
        else:
            assert isinstance(submitted, workflow.Stale)
            assert (now.state, "closing.remarks" in now.answers) == ("draft", True)

    def test_two_submits_are_one(self, asked):
        call, by = workflow.open_call(**asked), asked["by"]
        workflow.save_answers(call=call, by=by, changes=valid_answers(), base_revision=0, at=LATER)
        results = together(*[lambda: workflow.submit(call=call, by=by, at=LATER, revision=1).status] * 3)
        assert sorted(results) == ["created", "repeated", "repeated"]
        assert actions(call) == ["opened", "submitted"]
