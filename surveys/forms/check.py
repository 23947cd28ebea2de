"""The page on which the evaluator checks the whole call before handing it in, and the two versions of one side by side."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import definition, marks, messages, workflow
from surveys.call_checks import check_call, contradiction
from surveys.forms.checklist import control_id, words_of
from surveys.forms.steps import Step, steps_of
from surveys.mark_words import in_words
from surveys.models import Call, Conflict, Department, Phrase, Scenario
from surveys.presentation import AnsweredRow, answered_sections


@dataclass(frozen=True, slots=True)
class CheckRow:
    row: AnsweredRow
    url: str
    problem: str


@dataclass(frozen=True, slots=True)
class CheckSection:
    title: str
    url: str
    rows: tuple[CheckRow, ...]

    @property
    def to_do(self) -> list[CheckRow]:
        return [row for row in self.rows if row.problem]


class CheckPage:
    """`refused` tells that submitting was tried and did not do."""

    def __init__(self, call: Call, phrases: Iterable[Phrase]) -> None:
        self.call = call
        self.phrases = phrases
        self.form = call.version.definition
        self.language = get_language() or ""
        self.refused = False
        zone = call.organisation.zone
        found = check_call(self.form, call.answers, call.facts, called_at=call.called_at, zone=zone)
        odd = contradiction(self.form, call.answers, call.facts)
        self.odd = (messages.describe(odd), self._url(odd.path)) if odd else None
        self.problems = {problem.path: messages.describe(problem) for problem in found}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return steps_of(self.call, self.language)

    @cached_property
    def sections(self) -> list[CheckSection]:
        answered = answered_sections(self.form, self.call.answers, self.call.facts, self.language, self.phrases)
        return [
            CheckSection(
                section.title,
                reverse("call_section", args=[self.call.pk, section.code]),
                tuple(self._row(row) for row in section.rows),
            )
            for section in answered
        ]

    @property
    def to_do(self) -> list[CheckRow]:
        return [row for section in self.sections for row in section.to_do]

    @property
    def last_section(self) -> Step | None:
        return next((step for step in reversed(self.steps) if step.state != "off"), None)

    def _row(self, row: AnsweredRow) -> CheckRow:
        return CheckRow(row, self._url(row.code), self.problems.get(row.code, ""))

    def _url(self, code: str) -> str:
        url = reverse("call_section", args=[self.call.pk, self.form.section_of(code).code])
        return f"{url}#{control_id(code)}"


# --- two versions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    stored: str
    copy: str


def differences(
    call: Call, conflict: Conflict, departments: Iterable[Department], scenarios: Iterable[Scenario]
) -> list[Difference]:
    """What the stored call and the copy say differently, in words."""
    form, language = call.version.definition, get_language() or ""
    found = _fact_differences(call, conflict, departments, scenarios, language)
    if marks.CODE in conflict.answers:
        stored_marks = workflow.with_marks(call).get(marks.CODE)
        if stored_marks != conflict.answers[marks.CODE]:
            copy = in_words(conflict.answers[marks.CODE])
            found.append(Difference(_("Marks of the call"), in_words(stored_marks), copy))
    for item in form.items:
        stored, sent = call.answers.get(item.code), conflict.answers.get(item.code)
        if stored != sent:
            label = definition.text(item.text, language)
            found.append(Difference(label, _said(item, stored, language), _said(item, sent, language)))
    return found


def _said(item: definition.Item, answer: Any, language: str) -> str:
    try:
        return words_of(item, answer, language)
    except ValueError:
        return str(answer)


def _fact_differences(
    call: Call, conflict: Conflict, departments: Iterable[Department], scenarios: Iterable[Scenario], language: str
) -> list[Difference]:
    facts = conflict.facts
    found = []
    if facts.get("department", call.department_id) != call.department_id:
        names = {department.pk: department.name for department in departments}
        found.append(Difference(_("Department"), call.department.name, names.get(facts["department"], "?")))
    if facts.get("scenario", call.scenario_id) != call.scenario_id:
        briefs = {scenario.pk: definition.text(scenario.name, language) for scenario in scenarios}
        here = definition.text(call.scenario.name, language)
        found.append(Difference(_("Scenario"), here, briefs.get(facts["scenario"], "?")))
    stored, sent = clock(call.called_at, call), clock(facts.get("called_at"), call)
    if sent and stored != sent:
        found.append(Difference(_("Time of the call"), stored, sent))
    if facts.get("wave", call.wave_id) != call.wave_id:
        found.append(Difference(_("Wave"), call.wave.name, _("another wave")))
    return found


def clock(value: Any, call: Call) -> str:
    """A moment on the organisation's clock, in words."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return formats.date_format(value.astimezone(call.organisation.zone), "DATETIME_FORMAT") if value else ""
