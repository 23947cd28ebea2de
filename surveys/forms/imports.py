"""Forms of an import: the file, and which column is what."""

from collections.abc import Iterable
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


class UploadForm(forms.Form):
    wave = forms.ModelChoiceField(
        label=gettext_lazy("Wave"),
        queryset=None,
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


class MappingForm(forms.Form):
    """One select per target; empty means that the file does not hold it."""

    def __init__(self, *args: Any, headings: tuple[str, ...], form: Definition, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings, self.definition = headings, form
        choices = [("", "-"), *((heading, heading) for heading in headings)]
        for key, target in imports.targets(form).items():
            label = FIXED_LABELS.get(key) or _label(target, language)
            self.fields[key] = forms.ChoiceField(label=label, choices=choices, required=False)

    def clean(self) -> dict[str, Any]:
        problems = imports.mapping_problems(self.mapping(), self.headings, self.definition)
        for target, code in problems.items():
            self.add_error(target if target in self.fields else None, reason(code, {}))
        return self.cleaned_data

    def mapping(self) -> dict[str, str]:
        return {key: heading for key, heading in self.cleaned_data.items() if heading}

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them: the call itself, then the checklist section by section."""
        fixed = [self[key] for key in imports.FIXED]
        found: list[tuple[str, list[forms.BoundField]]] = [("", fixed)]
        for section in self.definition.sections:
            keys = [f"{item.code}{part}" for item in section.items for part in ("", ":comment", ":quote")]
            found.append((section.code, [self[key] for key in keys]))
        return found


def _label(target: imports.Target, language: str) -> str:
    question = text(target.item.text, language) if target.item else target.key
    if target.part == "comment":
        return _("%(question)s: remark") % {"question": question}
    if target.part == "quote":
        return _("%(question)s: quote") % {"question": question}
    return question
