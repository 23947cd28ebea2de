"""A draft tried out: the evaluator's own form, filled in by whoever builds it, and the score that would follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from surveys import definition, scoring
from surveys.checklist_words import DIMENSIONS
from surveys.definition import Definition
from surveys.forms.checklist import SectionForm
from surveys.forms.posted import posted_answer
from surveys.forms.questions import Question
from surveys.models import Call, ChecklistVersion, Organisation, Phrase, Scenario
from surveys.points import points_text


class FactsForm(forms.Form):
    """The scenario to try it out with."""

    caller_style = forms.ChoiceField(
        label=gettext_lazy("Caller"), choices=[("calm", gettext_lazy("calm")), ("dominant", gettext_lazy("dominant"))]
    )
    attempt = forms.TypedChoiceField(
        label=gettext_lazy("Rings for time"), choices=[(n, str(n)) for n in range(1, 10)], coerce=int
    )
    asked_person_absent = forms.TypedChoiceField(
        label=gettext_lazy("The asked-for person"),
        choices=[("no", gettext_lazy("is there")), ("yes", gettext_lazy("is absent"))],
        coerce=lambda value: value == "yes",
    )

    def facts(self) -> dict[str, Any]:
        known = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}
        return {**known, **(self.cleaned_data if self.is_valid() else {})}


def sample_call(form: Definition, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> Call:
    """A call that nobody made and that is never stored, for the form to be shown around."""
    version = ChecklistVersion(state=ChecklistVersion.State.DRAFT)
    version.definition = form
    return Call(version=version, organisation=Organisation(), scenario=Scenario(**facts), answers=dict(answers))


@dataclass(frozen=True, slots=True)
class PreviewSection:
    code: str
    title: str
    intro: str
    questions: list[Question]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the score: a section, or a dimension."""

    name: str
    score: str
    failed: bool


class Preview:
    """Every section of the draft as the evaluator sees it, with the answers sent along, and what they score."""

    def __init__(
        self, form: Definition, language: str, posted: QueryDict | None = None, phrases: Iterable[Phrase] = ()
    ) -> None:
        self.form, self.language, self.phrases = form, language, phrases
        self.facts_form = FactsForm(posted, initial={"caller_style": "calm", "attempt": 1, "asked_person_absent": "no"})
        self.facts = self.facts_form.facts() if posted is not None else FactsForm(None).facts()
        self.answers = _answers(form, posted) if posted is not None else {}
        self.result = scoring.score(form, definition.relevant(form, self.answers, self.facts), self.facts)

    @property
    def sections(self) -> list[PreviewSection]:
        sample = sample_call(self.form, self.answers, self.facts)
        made = []
        for section in self.form.sections:
            form = SectionForm(sample, section.code, self.phrases)
            made.append(PreviewSection(section.code, form.title, form.intro, form.questions))
        return made

    @property
    def score(self) -> str:
        return "" if self.result.score is None else points_text(self.result.score)

    @property
    def calculated(self) -> str:
        """The score as if nothing failed, where that differs."""
        calculated = self.result.score_calculated
        return "" if calculated is None or calculated == self.result.score else points_text(calculated)

    @property
    def lines(self) -> list[Line]:
        return [
            Line(definition.text(section.title, self.language), _points(self.result.by_section[section.code]),
                 section.code in self.result.failed_sections)
            for section in self.form.sections if section.weight
        ]  # fmt: skip

    @property
    def dimensions(self) -> list[Line]:
        found = self.result.by_dimension.items()
        return [Line(str(DIMENSIONS[name]), _points(score), failed=False) for name, score in found if score is not None]

    @property
    def failed_by(self) -> list[str]:
        return [definition.text(self.form.item(code).text, self.language) for code in self.result.failed_by]

    @property
    def lost(self) -> list[tuple[str, str]]:
        """Where points were lost, most first."""
        lines = sorted(
            (line for line in self.result.trace if line.state == "scored" and line.lost), key=lambda line: -line.lost
        )
        return [
            (definition.text(self.form.item(line.code).text, self.language), points_text(line.lost_hundredths))
            for line in lines
        ]

    @property
    def outcome(self) -> str:
        return self.result.outcome

    @property
    def answered(self) -> int:
        return len(definition.relevant(self.form, self.answers, self.facts))


def one_question(form: Definition, code: str, language: str) -> Question | None:
    """One question as the evaluator sees it, shown whatever its condition says."""
    if code not in form:
        return None
    sample = sample_call(form, {}, {})
    page = SectionForm(sample, form.section_of(code).code)
    found = next(question for question in page.questions if question.code == code)
    return replace(found, off=False, away=False)


def _answers(form: Definition, posted: QueryDict) -> dict[str, Any]:
    """What can be stored of the answers sent; the rest is left out, as in a draft of a call."""
    answers: dict[str, Any] = {}
    for item in form.items:
        try:
            clean = definition.clean_answer(item, posted_answer(item, posted))
        except definition.AnswerError:
            continue
        if clean is not None:
            answers[item.code] = clean
    return answers


def _points(score: int | None) -> str:
    return "" if score is None else points_text(score)
