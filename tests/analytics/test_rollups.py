"""The stored sums are what the calls say, whatever happened to them and in whatever order."""

import datetime as dt
import random
import time
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from analytics import details, rebuilding, rollups
from analytics.models import DailySum, DepartmentDetail, SliceSum, SpanSum, WeeklyDetail
from surveys import workflow
from surveys.models import Call, Callback, CallbackEvent
from surveys.setting_up import change_organisation
from tests.analytics.conftest import planted
from tests.people import AT, build_call, build_org, build_people, callback_answers, valid_answers
from tests.tools.threads import at_once

pytestmark = pytest.mark.django_db
WINDOW = dt.timedelta(hours=24)


def test_an_approved_call_is_counted_with_everything_it_holds(make_call, departments):
    call = make_call(answers=callback_answers(greeting__own_name={"value": "no", "comment": "…"}, greeting__seconds=16))
    row = DailySum.objects.get()
    assert (row.department_id, row.local_date, row.week_start) == (
        departments["BUR"].pk,
        call.local_date,
        call.week_start,
    )
    assert (row.n_calls, row.n_score, row.sum_score, row.squares_score) == (1, 1, call.score, call.score**2)
    assert (row.sum_tone, row.sum_callback) == (call.tone, call.callback_score)
    assert (row.n_fate_callback_agreed, row.n_fate_helped, row.n_called_back) == (1, 0, 0)
    assert (row.n_promised, row.n_kept, row.n_timed, row.n_prompt, row.sum_again) == (1, 0, 1, 0, 8)
    detail = WeeklyDetail.objects.get()
    assert detail.items["greeting.own_name"] == {"0": [1, call.item_points["greeting.own_name"][1], 1, 8, 64]}
    assert detail.items["phrasing.hold"] == {"na": [1, 0, 1, 8, 64]}
    assert detail.bins == {str(call.score // 500): 1}
    assert [(each.span, each.local_date, each.n_calls, each.sum_score, each.newest) for each in spans()] == [
        ("day", call.local_date, 1, call.score, call.local_date),
        ("month", call.local_date.replace(day=1), 1, call.score, call.local_date),
        ("week", call.week_start, 1, call.score, call.local_date),
    ]
    assert rebuilding.verify() == []


def spans():
    return SpanSum.objects.order_by("span", "local_date")


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "voided"])
def test_what_does_not_count_has_no_row(make_call, state):
    make_call(state)
    assert not DailySum.objects.exists()


def test_second_scorings_and_waves_still_planned_do_not_count(make_call, wave):
    first = make_call()
    make_call(kind="second", second_of=first)
    assert DailySum.objects.get().n_calls == 1
    wave.state = "planned"
    wave.save(update_fields=["state"])
    workflow.announce([first])
    assert not DailySum.objects.exists()


@pytest.mark.parametrize(
    ("came_after", "kept"),
    [(WINDOW, 1), (WINDOW + dt.timedelta(seconds=1), 0), (dt.timedelta(seconds=-1), 0), (dt.timedelta(0), 1)],
)
def test_a_promise_is_kept_within_the_organisations_window(make_call, people, came_after, kept):
    call = make_call(answers=callback_answers())
    moment = call.callback.promised_at + came_after
    CallbackEvent.objects.create(
        callback=call.callback, kind="came", happened_at=moment, recorded_by=people["evaluator"]
    )
    workflow.announce([call])
    assert (DailySum.objects.get().n_promised, DailySum.objects.get().n_kept) == (1, kept)


def test_that_no_call_came_keeps_nothing(make_call, people):
    call = make_call(answers=callback_answers())
    CallbackEvent.objects.create(
        callback=call.callback, kind="not_come", happened_at=call.called_at, recorded_by=people["evaluator"]
    )
    workflow.announce([call])
    assert DailySum.objects.get().n_kept == 0


STEPS = ("make", "make", "make", "return", "void", "edit", "callback", "delete")


@pytest.mark.parametrize("seed", range(4))
def test_sums_equal_a_recount_after_random_steps(make_call, people, scenarios, departments, seed):
    """Calls come, go, are returned, corrected elsewhere and approved again; after every step nothing differs."""
    rng = random.Random(seed)
    for _step in range(30):
        step = rng.choice(STEPS)
        approved = list(Call.objects.filter(state="approved"))
        if step == "make" or not approved:
            _make(make_call, scenarios, rng)
        else:
            _disturb(rng.choice(approved), step, people, departments, rng)
        if rng.random() < 0.3:
            assert rebuilding.verify() == []
    assert rebuilding.verify() == []
    assert sum(row.n_calls for row in DailySum.objects.all()) == Call.objects.counting().count()


def _make(make_call, scenarios, rng):
    scenario = scenarios[rng.choice(sorted(scenarios))]
    changes = {"greeting__seconds": rng.randrange(60), "closing__call_again": str(rng.randrange(11))}
    answers = (
        callback_answers("2026-03-16T15:00")
        if rng.random() < 0.3 and scenario.attempt == 1 and scenario.caller_style == "calm"
        else None
    )
    if answers is None:
        answers = valid_answers(scenario.facts, **changes)
    else:
        scenario = scenarios["complaint_calm"]
    make_call(
        rng.choice(["approved", "approved", "submitted"]),
        department=rng.choice(["BUR", "AFV"]),
        scenario=scenario,
        answers=answers,
        called_at=AT + dt.timedelta(days=rng.randrange(3)),
    )


def _disturb(call, step, people, departments, rng):
    reviewer, at = people["reviewer"], AT + dt.timedelta(days=9)
    if step == "void":
        workflow.void(call=call, by=reviewer, reason="…", at=at)
    elif step in {"return", "edit"}:
        workflow.return_call(call=call, by=reviewer, reason="…", at=at)
        if step == "edit":
            call = Call.objects.with_names().get(pk=call.pk)
            moved = call.called_at + dt.timedelta(days=rng.choice([-1, 0, 1]))
            call = workflow.change_facts(
                call=call,
                by=call.evaluator,
                department=departments[rng.choice(["BUR", "AFV"])],
                scenario=call.scenario,
                called_at=moved,
                at=at,
            )
            workflow.submit(call=call, by=call.evaluator, at=at)
            workflow.approve(call=Call.objects.with_names().get(pk=call.pk), by=reviewer, at=at)
    elif step == "callback":
        for callback in Callback.objects.filter(call=call):
            moment = callback.promised_at + dt.timedelta(hours=rng.randrange(48))
            CallbackEvent.objects.create(callback=callback, kind="came", happened_at=moment, recorded_by=reviewer)
        workflow.announce([call])
    elif step == "delete":
        cell = workflow.cell_of(call)
        call.delete()
        rollups.recompute([cell])


def test_many_cells_at_once_give_the_same_rows_as_one_by_one(org, people, wave, departments, scenarios):
    """Imports and the demo go through the pass over whole months; it must not touch what it was not asked for."""
    rng = random.Random(3)
    calls = Call.objects.bulk_create(
        planted(
            org,
            people["evaluator"],
            wave,
            department=departments[rng.choice(["BUR", "AFV", "BEL"])],
            scenario=rng.choice(list(scenarios.values())),
            score=rng.choice([None, rng.randrange(10001)]),
            day=dt.date(2026, 1, 1) + dt.timedelta(days=rng.randrange(90)),
        )
        for _ in range(300)
    )
    cells = sorted({workflow.cell_of(call) for call in calls})
    asked = set(cells[: len(cells) // 2])
    assert len(asked) > rollups.FEW
    rollups.recompute(asked)
    assert asked <= {(*row,) for row in DailySum.objects.values_list(*rollups.CELL)}
    rollups.recompute(cells)
    assert rebuilding.verify() == []
    # Half of them go again, in bulk.
    Call.objects.filter(pk__in=[call.pk for call in calls if call.local_date.month == 2]).update(state="voided")
    rollups.recompute(cells)
    assert rebuilding.verify() == []
    assert not DailySum.objects.filter(local_date__month=2).exists()


def test_verify_finds_and_rebuild_mends(make_call, org, elsewhere):
    call = make_call()
    DailySum.objects.update(sum_score=1)
    (difference,) = rebuilding.verify(org)
    assert (difference.column, difference.stored, difference.counted) == ("sum_score", 1, call.score)
    assert rebuilding.verify(elsewhere) == []
    with pytest.raises(CommandError, match="1 stored values differ"):
        call_command("verify_sums", "zuiderveen", stderr=StringIO())
    call_command("rebuild_sums", "zuiderveen", stdout=StringIO())
    said = StringIO()
    call_command("verify_sums", stdout=said)
    assert "are what the calls say" in said.getvalue()


def test_verify_finds_rows_too_many_and_rows_missing(make_call, org):
    make_call()
    row = DailySum.objects.get()
    row.pk, row.local_date = None, row.local_date - dt.timedelta(days=400)
    row.save(force_insert=True)
    assert [(each.table, each.stored, each.counted) for each in rebuilding.verify(org)] == [("cell", "there", None)]
    DailySum.objects.all().delete()
    assert [(each.table, each.stored, each.counted) for each in rebuilding.verify(org)] == [("cell", None, "there")]
    assert rebuilding.rebuild() > 0
    assert rebuilding.verify() == []


TABLES = {DailySum: "cell", SliceSum: "slice", SpanSum: "span", WeeklyDetail: "detail", DepartmentDetail: "department"}


@pytest.mark.parametrize(
    ("table", "changes", "column"),
    [
        (SpanSum, {"n_kept": 9}, "n_kept"),
        (SliceSum, {"sum_tone": 9}, "sum_tone"),
        (WeeklyDetail, {"bins": {"3": 1}}, "bins / 3"),
        (DepartmentDetail, {"bins": {"3": 1}}, "bins / 3"),
        (WeeklyDetail, {"oldest": dt.date(2026, 1, 5)}, "oldest"),
        (DailySum, {"week_start": dt.date(2026, 1, 5)}, "week_start"),
        (WeeklyDetail, {"phrases": {"hang_you_up": 2}}, "phrases / hang_you_up"),
    ],
)
def test_verify_names_what_differs_in_every_table(make_call, table, changes, column):
    make_call()
    rows = table.objects.filter(span="week") if table in {SliceSum, SpanSum} else table.objects
    rows.update(**changes)
    assert column in {each.column for each in rebuilding.verify()}
    assert {each.table for each in rebuilding.verify()} == {TABLES[table]}
    rebuilding.rebuild()
    assert rebuilding.verify() == []


def test_rebuild_of_one_organisation_leaves_the_others(make_call, elsewhere):
    make_call()
    assert rebuilding.rebuild(elsewhere) == 0
    assert DailySum.objects.count() == 1


def test_an_unknown_organisation_is_named(db):
    with pytest.raises(CommandError, match="short name nowhere"):
        call_command("rebuild_sums", "nowhere")


def test_a_step_that_fails_takes_its_sums_back(make_call, people):
    call = make_call("submitted")

    @transaction.atomic
    def fails():
        workflow.approve(call=call, by=people["reviewer"], at=AT)
        assert DailySum.objects.exists()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not DailySum.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_concurrent_approvals_in_one_cell_lose_no_call():
    """Each approves its own call while the other has not committed; without the lock the later count would miss one."""
    org = build_org()
    people = build_people(org, build_org("noordveld", "Noordveld"))
    calls = [build_call(org, people["evaluator"], people["reviewer"], "submitted", called_at=AT) for _ in range(6)]

    @transaction.atomic
    def approve(call):
        workflow.approve(call=call, by=people["reviewer"], at=AT)
        time.sleep(0.05)

    at_once(*[partial(approve, call) for call in calls])
    assert DailySum.objects.get().n_calls == len(calls)
    assert rebuilding.verify() == []


def test_another_callback_window_changes_which_promises_were_kept(org, people, make_call):
    call = make_call(answers=callback_answers())
    CallbackEvent.objects.create(
        callback=call.callback,
        kind="came",
        happened_at=call.called_at + dt.timedelta(hours=30),
        recorded_by=call.evaluator,
    )
    rollups.recompute([workflow.cell_of(call)])
    assert DailySum.objects.get().n_kept == 0
    change_organisation(organisation=org, values={"callback_window_hours": 48}, by=people["administrator"], at=AT)
    assert DailySum.objects.get().n_kept == 1
    assert rebuilding.verify(org) == []


@pytest.mark.parametrize("table", [DailySum, SliceSum, SpanSum, WeeklyDetail, DepartmentDetail])
def test_verify_finds_sums_that_stand_with_another_organisation(make_call, org, elsewhere, table):
    make_call()
    table.objects.update(organisation=elsewhere)
    assert {each.column for each in rebuilding.verify(org)} == {"organisation"}
    rebuilding.rebuild(org)
    assert rebuilding.verify(org) == []


class Interrupted(Exception):
    pass


def test_a_rebuild_that_is_interrupted_goes_on_where_it_stopped(org, plant):
    for month in (1, 2, 3, 4, 5):
        plant("BUR", [8000], day=dt.date(2026, month, 10))
    DailySum.objects.update(sum_score=1)

    def stop(_house, done, _of):
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        rebuilding.rebuild(org, say=stop)
    assert rebuilding.unfinished() == [org]
    assert rebuilding.verify(org) != []
    said = StringIO()
    call_command("rebuild_sums", "zuiderveen", stdout=said)
    assert said.getvalue().startswith("Going on where it was interrupted")
    assert "zuiderveen: 1 of" not in said.getvalue()
    assert "zuiderveen: 3 of" in said.getvalue()
    assert rebuilding.verify(org) == []
    assert rebuilding.unfinished() == []


def test_the_worker_finishes_what_was_begun_and_afresh_begins_anew(org, plant):
    plant("BUR", [8000], day=dt.date(2026, 1, 10))
    plant("BUR", [8000], day=dt.date(2026, 5, 10))

    def stop(_house, _done, _of):
        raise Interrupted

    for go_on in (rebuilding.go_on, partial(rebuilding.rebuild, org, afresh=True)):
        DailySum.objects.update(sum_score=1)
        with pytest.raises(Interrupted):
            rebuilding.rebuild(org, say=stop)
        go_on()
        assert rebuilding.unfinished() == []
        assert rebuilding.verify(org) == []
    assert rebuilding.go_on() == 0


def test_batches_hold_about_as_many_calls_as_one_transaction_should(org, plant, monkeypatch):
    monkeypatch.setattr(rebuilding, "AT_ONCE", 3)
    for code in ("BUR", "AFV", "BEL"):
        plant(code, [8000, 7000], day=dt.date(2026, 3, 10))
    batches = list(rebuilding._batches(org, rollups.block_of(dt.date(2026, 3, 10))))
    assert len(batches) == 3
    assert sorted(pk for batch in batches for pk in batch) == sorted(org.departments.values_list("pk", flat=True))
    DailySum.objects.all().delete()
    rebuilding.rebuild(org)
    assert rebuilding.verify(org) == []


@pytest.mark.postgres
@pytest.mark.django_db
def test_documents_are_kept_as_they_were_written():
    """Of jsonb PostgreSQL puts each together anew when it is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_name = ANY(%s) AND column_name = ANY(%s)",
            [[model._meta.db_table for model in (WeeklyDetail, DepartmentDetail)], list(details.KINDS)],
        )
        assert cursor.fetchall() == [("json",)]
