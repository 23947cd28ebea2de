"""Existing call logs come in: a file's columns are mapped, every row is checked, and a confirmed run is written whole or not at all.

upload -> (map columns) -> check (dry run, a report) -> write. Checking and writing are jobs with progress; each begins by
claiming the run, so that a job that is started twice works once. A job that died shows by its heartbeat and can be
started again. Rows are known again by their external id: the same content is "already there", other content is refused.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from surveys import definition, workflow
from surveys.definition import Definition, Item, Problem
from surveys.models import AuditEntry, Call, Callback, Department, ImportRun, Scenario, User, Wave
from surveys.tables import Table, TableError, read

FIXED: Final = ("external_id", "date", "time", "department", "scenario", "evaluator")
NEEDED: Final = ("external_id", "date", "department", "scenario")
STALE_AFTER = dt.timedelta(seconds=60)
SHOWN_REJECTIONS = 5000
BATCH = 500

# Headings that are understood without being told, per target; compared without case, accents and punctuation.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "external_id": ("external id", "extern id", "extern nummer", "id", "nummer", "number", "reference", "referentie", "kenmerk", "gesprek id", "call id"),
    "date": ("date", "datum", "local date", "called at", "datum gesprek", "belldatum", "gebeld op", "datum en tijd", "call date"),
    "time": ("time", "tijd", "tijdstip", "called at time", "beltijd", "uur"),
    "department": ("department", "department code", "afdeling", "afdelingscode", "department name", "team"),
    "scenario": ("scenario", "scenario code", "situatie"),
    "evaluator": ("evaluator", "beoordelaar", "mystery caller", "beller", "e mail", "email", "evaluator email"),
}
YES: Final = frozenset({"yes", "y", "ja", "j", "true", "waar", "1", "x"})
NO: Final = frozenset({"no", "n", "nee", "false", "onwaar", "0"})
NOT_APPLICABLE: Final = frozenset({"na", "n a", "nvt", "n v t", "not applicable", "niet van toepassing"})


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may be mapped to: a fixed field, an item's answer, its comment or its quote."""

    key: str
    item: Item | None = None
    part: str = "value"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row cannot come in: which line of the file, which column, what it said, and the reason's code."""

    row: int
    column: str
    value: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a check found: calls to make, how many are already there, and every rejection."""

    calls: list[Call]
    known: int
    rejections: list[Rejection]

    @property
    def rejected_rows(self) -> int:
        return len({rejection.row for rejection in self.rejections})


# --- the steps --------------------------------------------------------------------------------------------------------


@transaction.atomic
def upload(*, wave: Wave, by: User, name: str, content: bytes, at: dt.datetime) -> ImportRun:
    """Keeps the file with a suggested mapping. Raises `TableError` when it is not a table."""
    table = read(name, content)
    run = ImportRun.objects.create(
        organisation=wave.organisation,
        wave=wave,
        started_by=by,
        file_name=name[-200:],
        content=content,
        mapping=suggest(table.headings, wave.version.definition),
        total=len(table.rows),
        created_at=at,
    )
    workflow.record(run, action="uploaded", by=by, at=at, changes={"file": [None, run.file_name]})
    return run


def remap(*, run: ImportRun, mapping: Mapping[str, str]) -> bool:
    """Stores another mapping; whatever was checked before has to be checked again. False while a job is at work."""
    states = [ImportRun.State.UPLOADED, ImportRun.State.CHECKED, ImportRun.State.FAILED]
    changed = ImportRun.objects.filter(pk=run.pk, state__in=states).update(
        mapping=dict(mapping), state=ImportRun.State.UPLOADED, report={}, done=0
    )
    return bool(changed)


def claim(*, run: ImportRun, work: str, at: dt.datetime) -> bool:
    """Takes the run for checking or writing; True for one caller only. A job without a heartbeat for a minute may be taken over."""
    before = {"checking": ["uploaded", "checked", "failed"], "writing": ["checked"]}[work]
    free = Q(state__in=before) | Q(state=work, heartbeat_at__lt=at - STALE_AFTER)
    return bool(ImportRun.objects.filter(free, pk=run.pk).update(state=work, heartbeat_at=at, done=0))


def check_run(*, run: ImportRun, now: Callable[[], dt.datetime]) -> None:
    """The dry run: stores the report and nothing else."""
    outcome = _checked(run, now=now)
    report = {
        "accepted": len(outcome.calls),
        "known": outcome.known,
        "rejected": outcome.rejected_rows,
        "rejections": [asdict(rejection) for rejection in outcome.rejections[:SHOWN_REJECTIONS]],
        "more": max(0, len(outcome.rejections) - SHOWN_REJECTIONS),
        "unmapped": unmapped(run.wave.version.definition, run.mapping) if run.wave else [],
    }
    _finish(run, state=ImportRun.State.CHECKED, report=report, at=now())


def write_run(*, run: ImportRun, leave_out: bool, now: Callable[[], dt.datetime]) -> None:
    """Checks once more and writes all accepted rows in one transaction, or none.

    With rejected rows and without `leave_out` nothing is written and the run is back at its report.
    """
    outcome = _checked(run, now=now)
    if outcome.rejections and not leave_out:
        _finish(run, state=ImportRun.State.CHECKED, report={**run.report, "changed": True}, at=now())
        return
    at = now()
    with transaction.atomic():
        made = _write(run, outcome.calls, at=at)
        report = {**run.report, "made": made, "known": outcome.known, "left_out": outcome.rejected_rows}
        _finish(run, state=ImportRun.State.DONE, report=report, at=at)
        workflow.record(run, action="imported", by=run.started_by, at=at, changes={"calls": [0, made]})


def fail_run(*, run: ImportRun, code: str, at: dt.datetime) -> None:
    _finish(run, state=ImportRun.State.FAILED, report={"failure": code}, at=at)


def _finish(run: ImportRun, *, state: str, report: dict[str, Any], at: dt.datetime) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state=state, report=report, finished_at=at, heartbeat_at=at)


def is_stuck(run: ImportRun, *, at: dt.datetime) -> bool:
    """Whether its job died: at work by its state, yet without a sign of life."""
    at_work = run.state in {ImportRun.State.CHECKING, ImportRun.State.WRITING}
    return at_work and (run.heartbeat_at is None or run.heartbeat_at < at - STALE_AFTER)


# --- columns ----------------------------------------------------------------------------------------------------------


def targets(form: Definition) -> dict[str, Target]:
    """All that a column may be mapped to, by key: the fixed fields, then each item with its remarks."""
    found = {key: Target(key) for key in FIXED}
    for item in form.items:
        found[item.code] = Target(item.code, item)
        found[f"{item.code}:comment"] = Target(f"{item.code}:comment", item, "comment")
        found[f"{item.code}:quote"] = Target(f"{item.code}:quote", item, "quote")
    return found


def plain(words: str) -> str:
    """Lower case, no accents, punctuation as single spaces: how headings and options are compared."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


def suggest(headings: tuple[str, ...], form: Definition) -> dict[str, str]:
    """{target: heading} for headings that name a target by its key, its usual words, or the item's question."""
    names: dict[str, str] = {}
    for target, words in HEADINGS.items():
        names |= {plain(word): target for word in words}
    for item in form.items:
        for name in (item.code, *item.text.values()):
            names.setdefault(plain(name), item.code)
        names[plain(f"{item.code} comment")] = f"{item.code}:comment"
        names[plain(f"{item.code} quote")] = f"{item.code}:quote"
    mapping: dict[str, str] = {}
    for heading in headings:
        target = names.get(plain(heading))
        if target and target not in mapping:
            mapping[target] = heading
    return mapping


def unmapped(form: Definition, mapping: Mapping[str, str]) -> list[str]:
    """Codes of scored items that no column answers: calls are scored on the others."""
    return [item.code for item in form.items if item.scored and item.code not in mapping]


def mapping_problems(mapping: Mapping[str, str], headings: tuple[str, ...], form: Definition) -> dict[str, str]:
    """{target: reason code} for what stops a check: a needed field without a column, an unknown column, one used twice."""
    problems = {key: "column_needed" for key in NEEDED if not mapping.get(key)}
    known, used = set(headings), set[str]()
    for target, heading in mapping.items():
        if target not in targets(form) or heading not in known:
            problems[target] = "column_unknown"
        elif heading in used and {target, *(t for t, h in mapping.items() if h == heading)} != {"date", "time"}:
            problems[target] = "column_twice"
        used.add(heading)
    return problems


# --- rows -------------------------------------------------------------------------------------------------------------


class RowError(Exception):
    def __init__(self, target: str, code: str, **params: object) -> None:
        super().__init__(code)
        self.target, self.code, self.params = target, code, params


class Reader:
    """Turns rows of one run into calls; all look-ups are made once."""

    def __init__(self, run: ImportRun, table: Table) -> None:
        assert run.wave is not None
        self.run, self.wave = run, run.wave
        self.version = run.wave.version
        self.form = self.version.definition
        self.zone: ZoneInfo = run.organisation.zone
        position = {heading: index for index, heading in enumerate(table.headings)}
        known = targets(self.form)
        self.columns = {t: position[h] for t, h in run.mapping.items() if h in position and t in known}
        self.departments = _by_name(Department.objects.filter(organisation=run.organisation), "code", "name")
        self.scenarios = _by_name(Scenario.objects.filter(organisation=run.organisation), "code", "name")
        evaluators = User.objects.filter(memberships__organisation=run.organisation, memberships__role="evaluator").distinct()
        self.evaluators = {user.email.casefold(): user for user in evaluators}
        self.words = {item.code: _option_words(item) for item in self.form.items}
        self.seen: dict[str, int] = {}

    def cell(self, cells: tuple[str, ...], target: str) -> str:
        index = self.columns.get(target)
        return "" if index is None else cells[index]

    def call(self, number: int, cells: tuple[str, ...], *, at: dt.datetime) -> tuple[Call | None, list[RowError]]:
        """The scored, unsaved call of a row, or every reason why there is none."""
        errors: list[RowError] = []

        def attempt(step: Callable[..., Any], *args: object) -> Any:
            try:
                return step(*args)
            except RowError as error:
                errors.append(error)
                return None

        external_id = attempt(self.external_id, number, cells)
        called_at = attempt(self.moment, cells, at)
        department = attempt(self.named, "department", self.departments, cells)
        scenario = attempt(self.named, "scenario", self.scenarios, cells)
        evaluator = attempt(self.evaluator, cells)
        answers = {}
        for item in self.form.items:
            answer = attempt(self.answer, item, cells)
            if answer is not None:
                answers[item.code] = answer
        if scenario is not None:
            answered_wrong = {error.target for error in errors}
            errors += [
                RowError(problem.path, problem.code, **dict(problem.params))
                for problem in definition.check_answers(self.form, answers, scenario.facts)
                if self.matters(problem) and problem.path not in answered_wrong
            ]
        if errors:
            return None, errors
        call = Call(
            organisation=self.run.organisation, wave=self.wave, version=self.version, department=department,
            scenario=scenario, evaluator=evaluator, state=Call.State.APPROVED, external_id=external_id, called_at=called_at,
            answers=definition.relevant(self.form, answers, scenario.facts),
            created_at=at, changed_at=at, submitted_at=at, decided_at=at,
        )
        call.place_in_time(self.zone)
        workflow.fill_from_answers(call)
        return call, []

    def matters(self, problem: Problem) -> bool:
        """A log need not hold every question of the checklist: what no column answers is not asked."""
        if problem.code.startswith("remark"):
            return f"{problem.path}:comment" in self.columns or f"{problem.path}:quote" in self.columns
        return problem.path in self.columns

    def external_id(self, number: int, cells: tuple[str, ...]) -> str:
        value = self.cell(cells, "external_id")
        if not value:
            raise RowError("external_id", "blank")
        if len(value) > 100:
            raise RowError("external_id", "too_long", limit=100)
        if value in self.seen:
            raise RowError("external_id", "twice_in_file", row=self.seen[value])
        self.seen[value] = number
        return value

    def moment(self, cells: tuple[str, ...], at: dt.datetime) -> dt.datetime:
        text = self.cell(cells, "date")
        if not text:
            raise RowError("date", "blank")
        day, clock = parse_moment(text)
        if day is None:
            raise RowError("date", "date_unreadable")
        separate = self.cell(cells, "time") if self.columns.get("time") != self.columns.get("date") else ""
        if separate:
            clock = parse_clock(separate)
            if clock is None:
                raise RowError("time", "time_unreadable")
        if not self.wave.starts_on <= day <= self.wave.ends_on:
            raise RowError("date", "outside_wave", first=self.wave.starts_on.isoformat(), last=self.wave.ends_on.isoformat())
        moment = dt.datetime.combine(day, clock or dt.time(12), tzinfo=self.zone)
        if moment > at:
            raise RowError("date", "in_future")
        return moment

    def named(self, target: str, known: Mapping[str, Any], cells: tuple[str, ...]) -> Any:
        value = self.cell(cells, target)
        if not value:
            raise RowError(target, "blank")
        found = known.get(plain(value), ())
        if len(found) != 1:
            raise RowError(target, "name_twice" if found else f"{target}_unknown")
        return found[0]

    def evaluator(self, cells: tuple[str, ...]) -> User:
        value = self.cell(cells, "evaluator")
        if not value:
            return self.run.started_by
        if value.casefold() not in self.evaluators:
            raise RowError("evaluator", "evaluator_unknown")
        return self.evaluators[value.casefold()]

    def answer(self, item: Item, cells: tuple[str, ...]) -> dict[str, Any] | None:
        raw: dict[str, Any] = {}
        text = self.cell(cells, item.code)
        if text:
            raw = {"na": True} if plain(text) in NOT_APPLICABLE else {"value": self.value(item, text)}
        for part in ("comment", "quote"):
            if remark := self.cell(cells, f"{item.code}:{part}"):
                raw[part] = remark
        try:
            return definition.clean_answer(item, raw) if raw else None
        except definition.AnswerError as error:
            raise RowError(item.code, error.problem.code, **dict(error.problem.params)) from None

    def value(self, item: Item, text: str) -> object:
        if item.kind in {"yes_no", "single", "scale"}:
            return self.option(item, text)
        if item.kind == "multiple":
            separator = ";" if ";" in text else "|" if "|" in text else ","
            return [self.option(item, part.strip()) for part in text.split(separator) if part.strip()]
        if item.kind == "number":
            return decimal_point(text)
        if item.kind == "datetime":
            day, clock = parse_moment(text)
            if day is None:
                raise RowError(item.code, "date_unreadable")
            return dt.datetime.combine(day, clock or dt.time(0)).isoformat(timespec="minutes")
        if item.kind == "phrase":
            return [{"phrase": "", "quote": part.strip(), "second": None} for part in text.split("|") if part.strip()]
        return text

    def option(self, item: Item, text: str) -> str:
        value = self.words[item.code].get(plain(text))
        if value is None:
            raise RowError(item.code, "option_unread", choices=", ".join(option.value for option in item.options))
        return value


def _by_name(rows: Any, *fields: str) -> dict[str, list[Any]]:
    """Rows by code, else by name in any language; several under one name mean that only the code will do."""
    code, name = fields
    found: dict[str, list[Any]] = {}
    rows = list(rows)
    for row in rows:
        value = getattr(row, name)
        for words in value.values() if isinstance(value, dict) else [value]:
            if row not in (same := found.setdefault(plain(words), [])):
                same.append(row)
    return found | {plain(getattr(row, code)): [row] for row in rows}


def _option_words(item: Item) -> dict[str, str]:
    words: dict[str, str] = {}
    for option in item.options:
        for label in option.label.values():
            words.setdefault(plain(label), option.value)
    if item.kind == "yes_no":
        words |= dict.fromkeys(YES, "yes") | dict.fromkeys(NO, "no")
    return words | {plain(option.value): option.value for option in item.options}


DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%Y%m%d")


def parse_moment(text: str) -> tuple[dt.date | None, dt.time | None]:
    """A day, with a time where one follows it; days are read before months, as the Dutch write them."""
    first, _separator, rest = text.strip().replace("T", " ").partition(" ")
    for pattern in DATE_FORMATS:
        try:
            day = dt.datetime.strptime(first, pattern).date()  # noqa: DTZ007 - a wall-clock day, placed by the caller
        except ValueError:
            continue
        if not rest.strip():
            return day, None
        clock = parse_clock(rest)
        return (day, clock) if clock is not None else (None, None)
    return None, None


def parse_clock(text: str) -> dt.time | None:
    text = text.strip().lower().removesuffix("uur").removesuffix("u").strip().replace(".", ":")
    parts = text.split("+")[0].split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    try:
        return dt.time(*(int(part) for part in parts))
    except ValueError:
        return None


def decimal_point(text: str) -> str:
    """`1.234,5` and `1234,5` as `1234.5`; a point alone stays the decimal point."""
    compact = text.replace("\u00a0", "").replace(" ", "")
    return compact.replace(".", "").replace(",", ".") if "," in compact else compact


# --- checking and writing ---------------------------------------------------------------------------------------------


def _checked(run: ImportRun, *, now: Callable[[], dt.datetime]) -> Outcome:
    table = read(run.file_name, bytes(run.content))
    reader = Reader(run, table)
    outcome = Outcome([], 0, [])
    for batch in _batches(table):
        at = now()
        known = dict(
            Call.objects.filter(
                organisation=run.organisation, external_id__in=[reader.cell(cells, "external_id") for _n, cells in batch]
            ).values_list("external_id", "content_hash")
        )
        for number, cells in batch:
            call, errors = reader.call(number, cells, at=at)
            if call is not None and call.external_id in known:
                if known[call.external_id] == call.content_hash:
                    outcome.known += 1
                    continue
                errors = [RowError("external_id", "id_taken")]
            if errors:
                outcome.rejections += [_rejection(run, reader, number, cells, error) for error in errors]
            elif call is not None:
                outcome.calls.append(call)
        ImportRun.objects.filter(pk=run.pk).update(done=batch[-1][0], heartbeat_at=at)
    return outcome


def _batches(table: Table) -> Iterator[tuple[tuple[int, tuple[str, ...]], ...]]:
    for start in range(0, len(table.rows), BATCH):
        yield table.rows[start : start + BATCH]


def _rejection(run: ImportRun, reader: Reader, number: int, cells: tuple[str, ...], error: RowError) -> Rejection:
    column = run.mapping.get(error.target, error.target)
    return Rejection(number, column, reader.cell(cells, error.target)[:200], error.code, error.params)


def _write(run: ImportRun, calls: list[Call], *, at: dt.datetime) -> int:
    """All calls with their ledger, history and stored sums; the caller's transaction makes it all or nothing."""
    Call.objects.bulk_create(calls, batch_size=BATCH)
    Callback.objects.bulk_create(
        [promise for call in calls if (promise := workflow.promise_of(call)) is not None], batch_size=BATCH
    )
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                organisation=run.organisation, actor=run.started_by, at=at, action="imported", subject="call",
                subject_id=call.pk, reason=run.file_name,
            )
            for call in calls
        ],
        batch_size=BATCH,
    )
    workflow.announce(calls)
    return len(calls)


__all__ = ["TableError", "check_run", "claim", "remap", "suggest", "upload", "write_run"]
