"""The steps of an import: upload, check, write; each survives being started twice, dying half-way and coming too late."""

import datetime as dt
import logging
import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from surveys import holding, workflow
from surveys.definition import Definition
from surveys.holding import STALE_AFTER, Clock, Lost
from surveys.models import AuditEntry, Call, Callback, ImportRun, User, Wave
from surveys.signals import Cell
from surveys.tables import Row, TableError, read

from .columns import suggest, unmapped
from .report import Rejection, Tally
from .rows import Reader, RowError

BATCH: Final = 500
# A transaction gives no sign of life: the hold is taken for as long as storing may take at this pace.
SLOWEST_STORING: Final = 200
FILES_KEPT: Final = dt.timedelta(days=30)
# An Excel file is slow to read: beyond so many cells its rows are only counted by the check.
PEEK_CELLS: Final = 200_000
PEEK_ROWS: Final = 5_000
IN_MEMORY: Final = 8 * 1024 * 1024

COMMON: Final = {"organisation_id", "wave_id", "version_id"}
CALL_COLUMNS: Final = [
    field.attname for field in Call._meta.concrete_fields if not field.primary_key and field.attname not in COMMON
]

log = logging.getLogger(__name__)
State = ImportRun.State
AT_WORK: Final = (State.CHECKING, State.WRITING)


class Hold(holding.Hold):
    """A job's hold on its run. It is taken when the work is asked for and handed to the job as text."""

    rows = ImportRun.objects

    def finish(self, state: State, *, at: dt.datetime, report: Mapping[str, Any], **columns: Any) -> None:
        self.keep(at=at, finished_at=at, state=state, report=dict(report), **columns)


# --- what people do ---------------------------------------------------------------------------------------------------


@transaction.atomic
def upload(*, wave: Wave, by: User, name: str, content: bytes, at: dt.datetime) -> ImportRun:
    """Keeps the file with a suggested mapping. Raises `TableError` when it is seen not to be a table."""
    table = read(name, content)
    peek = min(PEEK_ROWS, PEEK_CELLS // len(table.headings)) if table.is_excel else None
    count = sum(1 for _ in islice(table.rows, peek))
    forget_files(wave, at=at)
    run = ImportRun.objects.create(
        organisation=wave.organisation,
        wave=wave,
        started_by=by,
        file_name=name[-200:],
        content=content,
        mapping=suggest(table.headings, wave.version.definition),
        total=0 if count == peek else count,
        created_at=at,
    )
    workflow.record(run, action="uploaded", by=by, at=at, changes={"file": [None, run.file_name]})
    return run


def forget_files(wave: Wave, *, at: dt.datetime) -> None:
    """Files name people and quote them: what is left of old imports, finished or not, is not kept."""
    old = ImportRun.objects.filter(organisation=wave.organisation, created_at__lt=at - FILES_KEPT)
    waiting = old.filter(state__in=[State.UPLOADED, State.CHECKED, State.FAILED]).exclude(content=b"")
    waiting.update(content=b"", state=State.FAILED, report={"failure": "file_forgotten"})
    for run in old.filter(state=State.DONE, report__has_key="rejections").defer("content"):
        counts = {key: value for key, value in run.report.items() if key not in {"rejections", "causes"}}
        ImportRun.objects.filter(pk=run.pk, state=State.DONE).update(report=counts)


def headings_and_sample(run: ImportRun) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    table = read(run.file_name, bytes(run.content))
    return table.headings, [cells for _number, cells in islice(table.rows, 3)]


def checklist_of(run: ImportRun) -> Definition:
    """What the calls are scored by."""
    assert run.wave is not None
    form: Definition = run.wave.version.definition
    return form


def can_map(run: ImportRun) -> bool:
    return run.state in {State.UPLOADED, State.CHECKED, State.FAILED} and run.report.get("failure") != "file_forgotten"


def start_check(*, run: ImportRun, at: dt.datetime, mapping: Mapping[str, str] | None = None) -> Hold | None:
    """Takes the run for a check, of another mapping when one is given; None while a job is at work on it, or after."""
    free = Q(state__in=[State.UPLOADED, State.CHECKED, State.FAILED]) | _stuck(at)
    new = {} if mapping is None else {"mapping": dict(mapping)}
    return _taken(run, free & ~Q(content=b""), State.CHECKING, at=at, report={}, **new)


def start_write(*, run: ImportRun, seen: str, leave_out: bool, at: dt.datetime) -> Hold | None:
    """Takes the run for writing what its report promised; None when that is not the report that was `seen` (its token)."""
    if run.state != State.CHECKED or seen != report_token(run):
        return None
    still = Q(state=State.CHECKED, heartbeat_at=run.heartbeat_at)
    return _taken(run, still, State.WRITING, at=at, report={**run.report, "leave_out": leave_out})


def start_again(*, run: ImportRun, at: dt.datetime) -> Hold | None:
    """Takes up a job that died where the file begins; what failed is checked anew."""
    if run.state == State.WRITING:
        return _taken(run, _stuck(at) & Q(state=State.WRITING), State.WRITING, at=at)
    return start_check(run=run, at=at)


def take_up(*, at: dt.datetime) -> Iterator[Hold]:
    """Takes jobs that died, each once: it may be the file that kills them, so what dies again is left to a person."""
    dead = ImportRun.objects.filter(_stuck(at)).exclude(report__has_key="taken_up").order_by("pk").defer("content")
    for run in dead:
        still = _stuck(at) & Q(state=run.state)
        hold = _taken(run, still, State(run.state), at=at, report={**run.report, "taken_up": True})
        if hold is not None:
            yield hold


@transaction.atomic
def cancel(*, run: ImportRun, by: User, at: dt.datetime) -> bool:
    """Takes the run from the job at work on it, back to where that began; False when there is none, or it was done first.

    The job finds out at its next sign of life, and nothing of it is stored: what it stores, it stores with the last one.
    """
    began = {State.CHECKING: (State.UPLOADED, {}), State.WRITING: (State.CHECKED, _as_checked(run.report))}
    if run.state not in began:
        return False
    state, report = began[State(run.state)]
    mine = ImportRun.objects.filter(pk=run.pk, state=run.state)
    if not mine.update(state=state, report=report, heartbeat_at=at, done=0):
        return False
    workflow.record(run, action="cancelled", by=by, at=at, changes={"state": [run.state, state.value]})
    return True


def _as_checked(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report as it was before it was confirmed."""
    return {key: value for key, value in report.items() if key not in {"leave_out", "taken_up"}}


def report_token(run: ImportRun) -> str:
    return run.heartbeat_at.isoformat() if run.heartbeat_at else ""


def _taken(run: ImportRun, free: Q, work: State, *, at: dt.datetime, **columns: Any) -> Hold | None:
    return Hold.take(run.pk, free, work, at=at, **columns)


def _stuck(at: dt.datetime) -> Q:
    return holding.stuck(AT_WORK, at)


def is_stuck(run: ImportRun, *, at: dt.datetime) -> bool:
    """Whether its job died or never began: at work by its state, yet without a sign of life."""
    return run.state in AT_WORK and (run.heartbeat_at is None or run.heartbeat_at < at - STALE_AFTER)


# --- what jobs do -----------------------------------------------------------------------------------------------------


def check_run(*, run: ImportRun, hold: Hold, now: Clock) -> None:
    """The dry run: stores the report and nothing else."""
    with _kept_with_the_run(hold, now):
        hold.keep(at=now())
        tally, report = _checked(run, hold, now=now)
        hold.finish(State.CHECKED, at=now(), report=report, total=tally.rows)


def write_run(*, run: ImportRun, hold: Hold, now: Clock) -> None:
    """Checks once more and writes all accepted rows in one transaction, or none; then the file is forgotten.

    Nothing is written when rows are rejected that nobody agreed to leave out: the run is back at its new report.
    """
    with _kept_with_the_run(hold, now), SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(settings.VAR_DIR)) as spool:
        hold.keep(at=now())
        agreed = run.report["rejected"] if run.report["leave_out"] else 0
        tally, report = _checked(run, hold, now=now, spool=spool)
        if tally.rejected > agreed:
            hold.finish(State.CHECKED, at=now(), report={**report, "changed": True}, total=tally.rows)
            return
        hold.keep(at=now() + dt.timedelta(seconds=tally.accepted / SLOWEST_STORING))
        at = now()
        with transaction.atomic():
            storing = Hold(hold.key, hold.work, hold.beat)  # a copy: a rollback leaves `hold` as it is stored
            storing.keep(at=at)
            made = _store(run, spool, at=at)
            report |= {"made": made, "left_out": tally.rejected}
            storing.finish(State.DONE, at=at, report=report, total=tally.rows, content=b"")
            workflow.record(run, action="imported", by=run.started_by, at=at, changes={"calls": [0, made]})


@contextmanager
def _kept_with_the_run(hold: Hold, now: Clock) -> Iterator[None]:
    """What goes wrong is said on the run's page; a run that another job holds is left alone."""
    failure: dict[str, Any] = {}
    try:
        yield
    except Lost:
        log.info("import %s was cancelled, or taken over by another job", hold.key)
    except TableError as error:
        failure = {"failure": error.code, "params": error.params}
    except IntegrityError:
        log.warning("import %s met rows that were stored meanwhile", hold.key, exc_info=True)
        failure = {"failure": "clash"}
    except Exception:
        log.exception("import %s failed", hold.key)
        failure = {"failure": "broke"}
    if failure:
        with suppress(Lost):
            hold.finish(State.FAILED, at=now(), report=failure)


def _checked(run: ImportRun, hold: Hold, *, now: Clock, spool: IO[bytes] | None = None) -> tuple[Tally, dict[str, Any]]:
    """Goes through the file in batches, with a sign of life after each; accepted calls go to the spool."""
    table = read(run.file_name, bytes(run.content))
    reader, tally = Reader(run, table.headings), Tally()
    while batch := list(islice(table.rows, BATCH)):
        at = now()
        calls = list(_accepted(reader, batch, tally, at=at))
        if spool is not None:
            pickle.dump([[getattr(call, name) for name in CALL_COLUMNS] for call in calls], spool)
        hold.keep(at=at, done=tally.rows)
    return tally, tally.as_report(hidden=reader.hidden, unmapped=unmapped(reader.form, run.mapping))


def _accepted(reader: Reader, batch: list[Row], tally: Tally, *, at: dt.datetime) -> Iterator[Call]:
    """The calls to be made of these rows; every row is counted."""
    stored = reader.stored(batch)
    for row in batch:
        tally.rows += 1
        call, errors = reader.call(row, at=at)
        known = stored.get(call.external_id) if call else None
        if call and known and not reader.is_same(call, known):
            errors = [RowError("external_id", "id_taken")]
        if errors:
            tally.reject(_rejection(reader, row, error) for error in errors)
        elif known:
            tally.known += 1
        elif call:
            tally.accepted += 1
            yield call


def _rejection(reader: Reader, row: Row, error: RowError) -> Rejection:
    number, cells = row
    column = reader.run.mapping.get(error.target, error.target)
    return Rejection(number, column, reader.cell(cells, error.target), error.code, error.params)


def _store(run: ImportRun, spool: IO[bytes], *, at: dt.datetime) -> int:
    """All calls with their ledger, history and stored sums; the caller's transaction makes it all or nothing."""
    cells: dict[Cell, Call] = {}
    made = 0
    spool.seek(0)
    for calls in _loaded(run, spool):
        Call.objects.bulk_create(calls)
        Callback.objects.bulk_create(promise for call in calls if (promise := workflow.promise_of(call)) is not None)
        AuditEntry.objects.bulk_create(_history(run, calls, at=at))
        cells |= {workflow.cell_of(call): call for call in calls}
        made += len(calls)
    workflow.announce(cells.values())
    return made


def _loaded(run: ImportRun, spool: IO[bytes]) -> Iterator[list[Call]]:
    """The calls batch by batch; what all have in common is one object."""
    assert run.wave is not None
    common = {"organisation": run.organisation, "wave": run.wave, "version": run.wave.version}
    with suppress(EOFError):
        while True:
            batch = pickle.load(spool)  # noqa: S301 - written by this job a moment ago, into a file without a name
            yield [Call(**dict(zip(CALL_COLUMNS, values, strict=True)) | common) for values in batch]


def _history(run: ImportRun, calls: Iterable[Call], *, at: dt.datetime) -> Iterator[AuditEntry]:
    for call in calls:
        yield AuditEntry(
            organisation=run.organisation, actor=run.started_by, at=at, action="imported", subject="call",
            subject_id=call.pk, reason=run.file_name,
        )  # fmt: skip
