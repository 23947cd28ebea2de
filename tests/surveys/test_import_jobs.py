"""Jobs of an import that are started twice, come too late, or die: one goes on, and nothing is half stored."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from surveys import imports, tasks
from surveys.imports import runs
from surveys.models import AuditEntry, Call, ImportRun
from tests.logs import LATER, check, fresh, reasons, row, start_fixture, taken, write  # noqa: F401 - a fixture

SECOND = dt.timedelta(seconds=1)
DEAD = imports.STALE_AFTER + SECOND


def clock(at=LATER):
    return lambda: at


def test_one_request_of_two_gets_the_run(start):
    run = start(row(1))
    assert imports.start_check(run=run, at=LATER)
    assert imports.start_check(run=run, at=LATER) is None
    assert imports.start_check(run=run, at=LATER + 30 * SECOND) is None


def test_of_two_confirmations_one_imports(start):
    run = check(start(row(1)))
    seen = imports.report_token(run)
    first = taken(run)
    assert imports.start_write(run=run, seen=seen, leave_out=False, at=LATER) is None
    imports.write_run(run=fresh(run), hold=first, now=clock())
    assert fresh(run).report["made"] == 1
    assert imports.start_write(run=fresh(run), seen=imports.report_token(fresh(run)), leave_out=True, at=LATER) is None


def test_a_job_that_is_started_twice_works_once(start):
    """The queue may hand one job to two workers; a hold is used up by the first sign of life."""
    run = check(start(row(1)))
    hold = taken(run)
    late = imports.Hold.from_token(run.pk, "writing", hold.token)
    imports.write_run(run=fresh(run), hold=hold, now=clock())
    done = fresh(run)
    imports.write_run(run=fresh(run), hold=late, now=clock(LATER + DEAD))
    assert fresh(run).report == done.report
    assert (fresh(run).state, Call.objects.count()) == ("done", 1)


def test_a_report_that_was_made_anew_must_be_read_before_it_is_confirmed(start):
    run = check(start(row(1)))
    seen = imports.report_token(run)
    newer = check(run, at=LATER + SECOND)
    assert imports.start_write(run=run, seen=seen, leave_out=False, at=LATER) is None, "an old object"
    assert imports.start_write(run=newer, seen=seen, leave_out=False, at=LATER) is None, "an old page"
    assert imports.start_write(run=newer, seen=imports.report_token(newer), leave_out=False, at=LATER)


@pytest.mark.parametrize("work", ["checking", "writing"])
def test_neither_columns_nor_confirmation_get_in_between(start, work):
    run = check(start(row(1)))
    seen = imports.report_token(run)
    hold = imports.start_check(run=run, at=LATER) if work == "checking" else taken(run)
    assert hold
    for seen_as in (run, fresh(run)):
        assert imports.start_check(run=seen_as, mapping={}, at=LATER) is None
        assert imports.start_write(run=seen_as, seen=seen, leave_out=False, at=LATER) is None
        assert imports.start_again(run=seen_as, at=LATER) is None
    assert fresh(run).mapping == run.mapping
    assert not imports.can_map(fresh(run))
    job = imports.check_run if work == "checking" else imports.write_run
    job(run=fresh(run), hold=hold, now=clock())
    assert fresh(run).state == {"checking": "checked", "writing": "done"}[work]


def test_a_dead_job_shows_and_is_taken_over_from_the_beginning_of_the_file(start):
    run = start(row(1))
    imports.start_check(run=run, at=LATER)
    assert not imports.is_stuck(fresh(run), at=LATER + 30 * SECOND)
    assert imports.is_stuck(fresh(run), at=LATER + DEAD)
    hold = imports.start_again(run=fresh(run), at=LATER + DEAD)
    assert hold
    imports.check_run(run=fresh(run), hold=hold, now=clock(LATER + DEAD))
    assert (fresh(run).state, fresh(run).report["accepted"]) == ("checked", 1)


def test_a_dead_import_keeps_what_was_agreed_to_when_it_starts_again(start):
    run = check(start(row(1), row(2, Afdeling="?")))
    taken(run, leave_out=True)
    hold = imports.start_again(run=fresh(run), at=LATER + DEAD)
    assert hold
    assert hold.work == "writing"
    imports.write_run(run=fresh(run), hold=hold, now=clock(LATER + DEAD))
    assert (fresh(run).state, fresh(run).report["made"], fresh(run).report["left_out"]) == ("done", 1, 1)


def test_a_job_given_up_for_dead_that_wakes_up_stops_without_a_trace(start, monkeypatch):
    """The slow one has read the file and is about to store when the other has taken over and finished."""
    run = check(start(row(1), row(2)))
    slow = taken(run)
    original = runs._checked

    def stalls(stalled, hold, **kwargs):
        found = original(stalled, hold, **kwargs)
        if hold is slow:
            second = imports.start_again(run=fresh(run), at=LATER + DEAD)
            assert second
            imports.write_run(run=fresh(run), hold=second, now=clock(LATER + DEAD))
        return found

    monkeypatch.setattr(runs, "_checked", stalls)
    imports.write_run(run=fresh(run), hold=slow, now=clock())
    assert (fresh(run).state, fresh(run).report["made"], fresh(run).report["known"]) == ("done", 2, 0)
    assert Call.objects.count() == 2
    assert AuditEntry.objects.filter(action="imported", subject="importrun").count() == 1


def test_calls_that_were_stored_meanwhile_stop_the_import_and_the_next_check_names_them(start, monkeypatch):
    ours, theirs = check(start(row(1), row(2))), check(start(row(2, Afdeling="BEL")))
    original = runs._checked

    def before_the_others(run, *args, **kwargs):
        found = original(run, *args, **kwargs)
        if run.pk == ours.pk:
            write(theirs)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(runs, "_checked", before_the_others)
        run = write(ours)
    assert (run.state, run.report["failure"]) == ("failed", "clash")
    assert Call.objects.get().department.code == "BEL"
    run = check(run)
    assert (run.report["accepted"], reasons(run)) == (1, {(3, "Extern id", "id_taken")})


def test_storing_is_given_the_time_it_may_take(start, monkeypatch):
    """A transaction gives no sign of life: nobody must think it dead meanwhile."""
    run = check(start(*(row(number) for number in range(4))))
    monkeypatch.setattr(runs, "SLOWEST_STORING", 4 / 600)
    looked = []
    original = runs._store

    def look(*args, **kwargs):
        looked.append(imports.is_stuck(fresh(run), at=LATER + 600 * SECOND))
        return original(*args, **kwargs)

    monkeypatch.setattr(runs, "_store", look)
    write(run)
    assert looked == [False]


def test_what_only_the_check_can_see_fails_the_run_with_its_reason(start, people, wave):
    content = b'Extern id;Datum;Afdeling;Scenario\r\nA1;"x"y;BUR;complaint_calm\r\n'
    run = start(row(1))
    ImportRun.objects.filter(pk=run.pk).update(content=content)
    run = check(fresh(run))
    assert (run.state, run.report) == ("failed", {"failure": "bad_quotes", "params": {"row": 2}})


def test_a_large_excel_file_is_counted_by_the_check(wave, people, monkeypatch):
    book, file = Workbook(), io.BytesIO()
    book.active.append(list(row(0)))
    for number in range(5):
        book.active.append(list(row(number).values()))
    book.save(file)
    monkeypatch.setattr(runs, "PEEK_CELLS", len(row(0)) * 3)
    run = imports.upload(wave=wave, by=people["coordinator"], name="x.xlsx", content=file.getvalue(), at=LATER)
    assert run.total == 0
    run = check(fresh(run))
    assert (run.total, run.done, run.report["accepted"]) == (5, 5, 5)


def test_progress_counts_rows_and_never_exceeds_the_total(start, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 2)
    seen = []
    original = imports.Hold.keep

    def noting(self, **columns):
        original(self, **columns)
        seen.append(columns.get("done"))

    monkeypatch.setattr(imports.Hold, "keep", noting)
    run = check(start(*(row(number) for number in range(5))))
    assert [done for done in seen if done] == [2, 4, 5]
    assert run.total == 5


@pytest.mark.parametrize("work", ["checking", "writing"])
def test_the_worker_does_what_the_run_was_taken_for(start, work):
    run = start(row(1)) if work == "checking" else check(start(row(1)))
    now = dt.datetime.now(dt.UTC)
    hold = imports.start_check(run=run, at=now) if work == "checking" else taken(run, at=now)
    assert hold
    tasks.begin(hold)
    assert fresh(run).state == {"checking": "checked", "writing": "done"}[work]


# --- cancelling -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("work", ["checking", "writing"])
def test_a_cancelled_job_stops_at_its_next_sign_of_life_and_the_run_is_where_it_began(start, people, monkeypatch, work):
    monkeypatch.setattr(runs, "BATCH", 1)
    run = start(*(row(number) for number in range(4)))
    run = run if work == "checking" else check(run)
    before = (fresh(run).state, fresh(run).report)
    hold = imports.start_check(run=run, at=LATER) if work == "checking" else taken(run)
    assert hold
    original, signs = imports.Hold.keep, []

    def cancelled_on_the_way(self, **columns):
        original(self, **columns)
        signs.append(columns.get("done"))
        if columns.get("done") == 2:
            assert imports.cancel(run=fresh(run), by=people["coordinator"], at=LATER + SECOND)

    monkeypatch.setattr(imports.Hold, "keep", cancelled_on_the_way)
    job = imports.check_run if work == "checking" else imports.write_run
    job(run=fresh(run), hold=hold, now=clock())
    assert [done for done in signs if done] == [1, 2], "it went on after it was cancelled"
    assert (fresh(run).state, fresh(run).report) == before
    assert not Call.objects.exists()
    assert AuditEntry.objects.get(action="cancelled").changes == {"state": [work, before[0]]}
    monkeypatch.undo()
    assert write(check(fresh(run))).report["made"] == 4


def test_what_is_not_at_work_cannot_be_cancelled(start, people):
    run = start(row(1))
    assert not imports.cancel(run=run, by=people["coordinator"], at=LATER)
    run = check(run)
    seen_while_writing = fresh(run)
    seen_while_writing.state = "writing"
    done = write(run)
    assert not imports.cancel(run=seen_while_writing, by=people["coordinator"], at=LATER)
    assert (fresh(run).state, fresh(run).report) == ("done", done.report)
    assert not AuditEntry.objects.filter(action="cancelled").exists()


def test_the_worker_takes_up_what_died_once(start):
    run = check(start(row(1)))
    taken(run)
    assert list(imports.take_up(at=LATER + 30 * SECOND)) == [], "it may still be alive"
    (hold,) = imports.take_up(at=LATER + DEAD)
    assert (hold.key, hold.work) == (run.pk, "writing")
    assert list(imports.take_up(at=LATER + 2 * DEAD)) == [], "what dies twice is left to a person"
    again = imports.start_again(run=fresh(run), at=LATER + 2 * DEAD)
    assert again
    imports.write_run(run=fresh(run), hold=again, now=clock(LATER + 2 * DEAD))
    assert (fresh(run).state, fresh(run).report["made"]) == ("done", 1)
