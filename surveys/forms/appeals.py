"""What a department says about an approved call, and what is decided about its appeal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy

from surveys import definition
from surveys.definition import AnswerError
from surveys.forms.checklist import SectionForm
from surveys.forms.posted import posted_answer
from surveys.forms.questions import Question
from surveys.forms.review import MAX_REASON
from surveys.models import Call
from surveys.workflow import Incomplete


class Choice(NamedTuple):
    code: str
    text: str
    checked: bool


class AppealForm(forms.Form):
    """Why the department objects, and to which questions."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you object?"),
        help_text=gettext_lazy(
            "The evaluator and whoever decides read this. Your name is shown only to those who check calls."
        ),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    items = forms.MultipleChoiceField(label=gettext_lazy("Which questions is it about?"), required=False)

    def __init__(self, data: Any = None, *, call: Call) -> None:
        super().__init__(data)
        self.call, language = call, get_language() or ""
        form = call.version.definition
        self.texts = {
            item.code: definition.text(item.text, language) for item in form.items if item.code in call.answers
        }
        self.fields["items"].choices = list(self.texts.items())  # type: ignore[attr-defined]

    @property
    def sections(self) -> Iterator[tuple[str, list[Choice]]]:
        """The questions that were answered, by section."""
        chosen, language = set(self["items"].value() or ()), get_language() or ""
        for section in self.call.version.definition.sections:
            choices = [
                Choice(item.code, self.texts[item.code], item.code in chosen)
                for item in section.items
                if item.code in self.texts
            ]
            if choices:
                yield definition.text(section.title, language), choices


class OutcomeForm(forms.Form):
    """A decision about an appeal: why, in words that department and evaluator read."""

    place: ClassVar[str] = "outcome"
    reason = forms.CharField(
        label=gettext_lazy("Why do you decide so?"),
        help_text=gettext_lazy("The department and the evaluator read this."),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{self.place}-%s")


class RejectForm(OutcomeForm):
    place = "reject"


class VoidOnAppealForm(OutcomeForm):
    place = "void"


class RescoreForm(OutcomeForm):
    place = "rescore"


@dataclass
class CorrectionForm(SectionForm):
    """The questions of a call with their answers, to be corrected; the ones objected to come first.

    While an appeal is open nothing else changes its call, so what the page showed is what is stored.
    """

    objected: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.language = get_language() or ""
        self.definition = self.call.version.definition
        self.items = {item.code: item for item in self.definition.items}
        self.revision, self.before = self.call.revision, {code: self.call.answers.get(code) for code in self.items}

    @property
    def changes(self) -> dict[str, Any]:
        """The answers that differ from what is stored, of the questions that were on the page."""
        if self.posted is None:
            return {}
        shown = [self.items[code] for code in self.posted.getlist("item") if code in self.items]
        typed = {item.code: posted_answer(item, self.posted) for item in shown}
        return {code: answer for code, answer in typed.items() if answer != self._shown_before(self.items[code])}

    def refuse(self, error: Incomplete) -> None:
        self.problems = {problem.path: problem for problem in error.problems}

    @cached_property
    def questions(self) -> list[Question]:
        """Those that apply with the answers as they are now on the page, and those that something is wrong with."""
        answers = self.call.answers | self._typed_answers()
        shown = set(definition.visible(self.definition, answers, self.call.facts)) | set(self.problems)
        items = [item for item in self.definition.items if item.code in shown]
        return [self._question(item, off=False, away=False) for item in items]

    @property
    def first(self) -> list[Question]:
        return [question for question in self.questions if question.code in self.objected]

    @property
    def others(self) -> list[Question]:
        return [question for question in self.questions if question.code not in self.objected]

    @property
    def others_open(self) -> bool:
        return not self.first or any(question.problem for question in self.others)

    def _question(self, item: definition.Item, *, off: bool, away: bool) -> Question:
        """A question that was not on the page before shows what is stored."""
        posted = self.posted
        if posted is not None and item.code not in posted.getlist("item"):
            self.posted = None
        try:
            return super()._question(item, off=off, away=away)
        finally:
            self.posted = posted

    def _typed_answers(self) -> dict[str, Any]:
        typed = {}
        for code, raw in self.changes.items():
            try:
                typed[code] = definition.clean_answer(self.items[code], raw)
            except AnswerError:
                continue
        return typed


class ReadForm(forms.Form):
    """A manager has read a call, and may leave a note."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("For those who check calls and for the other managers of the department."),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
