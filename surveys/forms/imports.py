"""Forms of an import: the file, and which column is what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import imports
from surveys.definition import Definition, text
from surveys.import_words import reason
from surveys.models import Wave

FIXED_LABELS = {
    "external_id": gettext_lazy("Id of the call"),
    "date": gettext_lazy("Date (with or without time)"),
    "time": gettext_lazy("Time"),
    "department": gettext_lazy("Department (code or name)"),
    "scenario": gettext_lazy("Scenario (code or name)"),
    "evaluator": gettext_lazy("Evaluator (e-mail address)"),
}
FIXED_HELP = {
    "time": gettext_lazy("Where the date stands in a column without the time."),
    "evaluator": gettext_lazy("Without it the calls are counted as yours."),
}


class UploadForm(forms.Form):
    wave = forms.ModelChoiceField(
        label=gettext_lazy("Wave"),
        queryset=Wave.objects.none(),
        help_text=gettext_lazy("The calls are scored by this wave's checklist version and must fall within its dates."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), the first line with headings, one call a row."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(self, *args: Any, waves: Iterable[Wave], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wave"].queryset = waves  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            limit = settings.UPLOAD_LIMIT // 1024 // 1024
            raise ValidationError(_("The file is larger than %(limit)s MB. Split it."), params={"limit": limit})
        return file


@dataclass(frozen=True, slots=True)
class Question:
    """The fields of one question: its answer, and what stands behind "remark and quote"."""

    answer: forms.BoundField
    remarks: tuple[forms.BoundField, ...]

    @property
    def is_open(self) -> bool:
        """Whether the remarks hold something that must be seen."""
        return any(field.value() or field.errors for field in self.remarks)


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one section under its title."""

    title: str
    questions: tuple[Question, ...]

    @property
    def filled(self) -> int:
        return sum(bool(question.answer.value()) for question in self.questions)


class ColumnField(forms.ChoiceField):
    """Which column holds this. Whether a needed one is missing is said by the form, with what else is wrong."""

    def __init__(self, *, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.is_needed = is_needed


class MappingForm(forms.Form):
    """One select per target; empty means that the file does not hold it."""

    def __init__(self, *args: Any, headings: tuple[str, ...], form: Definition, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings, self.definition, self.language = headings, form, language
        choices = [("", _("no column")), *((heading, heading) for heading in headings)]
        for key, target in imports.targets(form).items():
            label = FIXED_LABELS.get(key) or _label(target, language)
            help_text, is_needed = FIXED_HELP.get(key, ""), key in imports.NEEDED
            self.fields[key] = ColumnField(label=label, choices=choices, help_text=help_text, is_needed=is_needed)

    def clean(self) -> dict[str, Any]:
        problems = imports.mapping_problems(self.mapping(), self.headings, self.definition)
        for target, code in problems.items():
            if not self.has_error(target):
                self.add_error(target, reason(code, {}))
        return self.cleaned_data

    def mapping(self) -> dict[str, str]:
        return {key: heading for key, heading in self.cleaned_data.items() if heading}

    def fixed(self) -> list[forms.BoundField]:
        return [self[key] for key in imports.FIXED]

    def groups(self) -> list[Group]:
        """The checklist's fields section by section."""
        return [
            Group(
                text(section.title, self.language),
                tuple(
                    Question(self[item.code], (self[f"{item.code}:comment"], self[f"{item.code}:quote"]))
                    for item in section.items
                ),
            )
            for section in self.definition.sections
        ]

    def unused(self) -> list[str]:
        """Columns of the file that nothing is read from, as the form stands."""
        used = {field.value() for field in self}
        return [heading for heading in self.headings if heading not in used]


def _label(target: imports.Target, language: str) -> str:
    question = text(target.item.text, language) if target.item else target.key
    if target.part == "comment":
        return _("%(question)s: remark") % {"question": question}
    if target.part == "quote":
        return _("%(question)s: quote") % {"question": question}
    return question
