"""A row of a file becomes a scored call, or every reason why it cannot."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from surveys import definition, workflow
from surveys.definition import AnswerError, Item, Problem
from surveys.models import Call, Department, ImportRun, Scenario, User
from surveys.tables import Row

from .cells import EXCEL_ERRORS, NO, NOT_APPLICABLE, YES, decimal_point, parse_clock, parse_moment, plain
from .columns import targets

LONGEST_ID = 100
# The columns that could hold what a problem asks for, where that is not the answer itself.
REMARKS = {"comment_required": (":comment",), "quote_required": (":quote",), "remark_required": (":comment", ":quote")}
# A day without a time: in the middle of it for a call, at its end for a promise.
NOON, END_OF_DAY = dt.time(12), dt.time(23, 59)


class RowError(Exception):
    """Why a row cannot come in: which target's cell, and the reason's code."""

    def __init__(self, target: str, code: str, **params: object) -> None:
        super().__init__(code)
        self.target, self.code, self.params = target, code, params


class Reader:
    """Turns rows of one run into calls; all look-ups are made once."""

    def __init__(self, run: ImportRun, headings: tuple[str, ...]) -> None:
        assert run.wave is not None
        self.run, self.wave = run, run.wave
        self.version = run.wave.version
        self.form = self.version.definition
        self.zone: ZoneInfo = run.organisation.zone
        position = {heading: index for index, heading in enumerate(headings)}
        known = targets(self.form)
        self.columns = {t: position[h] for t, h in run.mapping.items() if h in position and t in known}
        self.items = [
            i for i in self.form.items if self.columns.keys() & {i.code, f"{i.code}:comment", f"{i.code}:quote"}
        ]
        self.departments = _by_name(Department.objects.filter(organisation=run.organisation), "code", "name")
        self.scenarios = _by_name(Scenario.objects.filter(organisation=run.organisation), "code", "name")
        evaluators = User.objects.filter(memberships__organisation=run.organisation, memberships__role="evaluator")
        self.evaluators = {user.email.casefold(): user for user in evaluators.distinct()}
        self.words = {item.code: _option_words(item) for item in self.form.items}
        self.seen: dict[str, int] = {}
        self.hidden = 0
        """Answers left out so far because the checklist does not ask the question in such a call."""

    def cell(self, cells: tuple[str, ...], target: str) -> str:
        index = self.columns.get(target)
        return "" if index is None else cells[index]

    def call(self, row: Row, *, at: dt.datetime) -> tuple[Call | None, list[RowError]]:
        """The scored, unsaved call of a row, or every reason why there is none."""
        number, cells = row
        errors = [RowError(t, "excel_error") for t, index in self.columns.items() if cells[index] in EXCEL_ERRORS]
        if errors:
            return None, errors
        values: dict[str, Any] = {}
        for name, step in (
            ("external_id", lambda: self.external_id(number, cells)),
            ("called_at", lambda: self.moment(cells, at)),
            ("department", lambda: self.named("department", self.departments, cells)),
            ("scenario", lambda: self.named("scenario", self.scenarios, cells)),
            ("evaluator", lambda: self.evaluator(cells)),
        ):
            try:
                values[name] = step()
            except RowError as error:
                errors.append(error)
        answers = self.answers(cells, errors)
        if "scenario" in values:
            errors += self.incomplete(answers, values["scenario"], {error.target for error in errors})
        if errors:
            return None, errors
        call = Call(
            organisation=self.run.organisation, wave=self.wave, version=self.version, state=Call.State.APPROVED,
            answers=definition.relevant(self.form, answers, values["scenario"].facts),
            created_at=at, changed_at=at, submitted_at=at, decided_at=at, **values,
        )  # fmt: skip
        self.hidden += len(answers) - len(call.answers)
        call.place_in_time(self.zone)
        workflow.fill_from_answers(call)
        workflow.flag_alone(call, at=at)
        return call, []

    # --- the call

    def external_id(self, number: int, cells: tuple[str, ...]) -> str:
        value = self.cell(cells, "external_id")
        if not value:
            raise RowError("external_id", "blank")
        if len(value) > LONGEST_ID:
            raise RowError("external_id", "too_long", limit=LONGEST_ID)
        if value in self.seen:
            raise RowError("external_id", "twice_in_file", row=self.seen[value])
        self.seen[value] = number
        return value

    def moment(self, cells: tuple[str, ...], at: dt.datetime) -> dt.datetime:
        text = self.cell(cells, "date")
        if not text:
            raise RowError("date", "blank")
        day, clock = parse_moment(text, self.zone)
        if day is None:
            raise RowError("date", "date_unreadable")
        if self.columns.get("time") != self.columns["date"] and (separate := self.cell(cells, "time")):
            # A cell that Excel counts as a moment brings a day of its own along: 1900-01-00T14:05:00.
            clock = parse_clock(separate.rpartition("T")[2])
            if clock is None:
                raise RowError("time", "time_unreadable")
        if not self.wave.covers(day):
            first, last = self.wave.starts_on.isoformat(), self.wave.ends_on.isoformat()
            raise RowError("date", "outside_wave", first=first, last=last)
        moment = dt.datetime.combine(day, clock or NOON, tzinfo=self.zone)
        if moment > at and (clock or day > at.astimezone(self.zone).date()):
            raise RowError("date", "in_future")
        return moment

    def named(self, target: str, known: Mapping[str, list[Any]], cells: tuple[str, ...]) -> Any:
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

    # --- the answers

    def answers(self, cells: tuple[str, ...], errors: list[RowError]) -> dict[str, Any]:
        """The stored form of every answer in the row; what cannot be read is added to `errors`."""
        answers = {}
        for item in self.items:
            try:
                answer = self.answer(item, cells)
            except RowError as error:
                errors.append(error)
            else:
                if answer is not None:
                    answers[item.code] = answer
        return answers

    def answer(self, item: Item, cells: tuple[str, ...]) -> dict[str, Any] | None:
        raw: dict[str, Any] = {}
        if text := self.cell(cells, item.code):
            is_na = plain(text) in NOT_APPLICABLE and plain(text) not in self.words[item.code]
            raw = {"na": True} if is_na else {"value": self.value(item, text)}
        for part in ("comment", "quote"):
            if remark := self.cell(cells, f"{item.code}:{part}"):
                raw[part] = remark
        try:
            return definition.clean_answer(item, raw) if raw else None
        except AnswerError as error:
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
            day, clock = parse_moment(text, self.zone)
            if day is None:
                raise RowError(item.code, "date_unreadable")
            return dt.datetime.combine(day, clock or END_OF_DAY).isoformat(timespec="minutes")
        if item.kind == "phrase":
            return [{"phrase": "", "quote": part.strip(), "second": None} for part in text.split("|") if part.strip()]
        return text

    def option(self, item: Item, text: str) -> str:
        value = self.words[item.code].get(plain(text))
        if value is None:
            raise RowError(item.code, "option_unread", choices=", ".join(option.value for option in item.options))
        return value

    def incomplete(self, answers: Mapping[str, Any], scenario: Scenario, wrong: set[str]) -> Iterable[RowError]:
        """What the checklist misses in the answers, of what the file has columns for; once per question."""
        for problem in definition.check_answers(self.form, answers, scenario.facts):
            if self.matters(problem) and problem.path not in wrong:
                yield RowError(problem.path, problem.code, **dict(problem.params))

    def matters(self, problem: Problem) -> bool:
        """A log need not hold every question of the checklist: what no column answers is not asked."""
        parts = REMARKS.get(problem.code, ("",))
        return any(f"{problem.path}{part}" in self.columns for part in parts)

    # --- what is there already

    def stored(self, rows: Iterable[Row]) -> dict[str, Call]:
        """Calls that have the external ids of these rows."""
        ids = [self.cell(cells, "external_id") for _number, cells in rows]
        calls = Call.objects.filter(organisation=self.run.organisation, external_id__in=ids)
        columns = ("external_id", "content_hash", "wave", "department", "scenario", "evaluator", "called_at")
        return {call.external_id: call for call in calls.only(*columns)}

    def is_same(self, call: Call, stored: Call) -> bool:
        """Whether the row says what is stored already; who called counts only where the file says so."""
        same = [
            call.content_hash == stored.content_hash,
            call.wave_id == stored.wave_id,
            call.department_id == stored.department_id,
            call.scenario_id == stored.scenario_id,
            call.called_at == stored.called_at,
            call.evaluator_id in {stored.evaluator_id, self.run.started_by_id},
        ]
        return all(same)


def _by_name(rows: Iterable[Any], code: str, name: str) -> dict[str, list[Any]]:
    """Rows by code, else by name in any language; several under one name mean that only the code will do."""
    found: dict[str, list[Any]] = {}
    rows = list(rows)
    for row in rows:
        value = getattr(row, name)
        for words in value.values() if isinstance(value, dict) else [value]:
            if row not in (same := found.setdefault(plain(words), [])):
                same.append(row)
    return found | {plain(getattr(row, code)): [row] for row in rows}


def _option_words(item: Item) -> dict[str, str]:
    """Option values by every way to write them: the value itself, its labels, for yes and no the usual words."""
    words: dict[str, str] = {}
    for option in item.options:
        for label in option.label.values():
            words.setdefault(plain(label), option.value)
    if item.kind == "yes_no":
        words |= dict.fromkeys(YES, "yes") | dict.fromkeys(NO, "no")
    words |= {plain(option.value): option.value for option in item.options}
    return {written: value for written, value in words.items() if written}
