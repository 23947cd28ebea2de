"""The page of a gold call: its right answers as the evaluator's own form asks them, and to whom it was given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language

from surveys import definition, messages
from surveys.definition import Problem
from surveys.forms.checklist import SectionForm, control_id
from surveys.forms.posted import posted_answer
from surveys.models import Call, GoldCall, Phrase
from surveys.workflow import gold as steps


@dataclass(frozen=True, slots=True)
class ToDo:
    anchor: str
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class GoldPage:
    gold: GoldCall
    sections: tuple[SectionForm, ...]
    to_do: tuple[ToDo, ...]
    is_fixed: bool
    refused: bool

    @property
    def is_ready(self) -> bool:
        return not self.to_do


def gold_page(
    gold: GoldCall,
    phrases: Iterable[Phrase],
    posted: QueryDict | None = None,
    problems: Mapping[str, Problem] | None = None,
) -> GoldPage:
    form, language = gold.version.definition, get_language() or ""
    call = _as_call(gold)
    found = dict(problems or {})
    sections = []
    for section in form.sections:
        own = {item.code: found[item.code] for item in section.items if item.code in found}
        sections.append(SectionForm(call, section.code, phrases, posted, problems=own))
    missing = found.values() if found else steps.problems_of(gold)
    to_do = tuple(
        ToDo(
            control_id(problem.path),
            definition.text(form.item(problem.path).text, language),
            messages.describe(problem),
        )
        for problem in missing
        if problem.path in form
    )
    return GoldPage(gold, tuple(sections), to_do, steps.is_fixed(gold), bool(found))


def posted_answers(gold: GoldCall, posted: QueryDict) -> dict[str, Any]:
    """Every question's controls as a raw answer."""
    return {item.code: posted_answer(item, posted) for item in gold.version.definition.items}


def _as_call(gold: GoldCall) -> Call:
    """What the form needs of a call; it is never stored."""
    return Call(
        organisation=gold.organisation,
        version=gold.version,
        department=gold.department,
        scenario=gold.scenario,
        called_at=gold.called_at,
        answers=gold.answers,
    )
