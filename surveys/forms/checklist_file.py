"""Forms of a checklist that comes as a file: the file, what was found in it, and what is to become of it."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from surveys import definition, xlsform
from surveys.building_words import Note, notes_of
from surveys.definition import editing
from surveys.definition.editing import Document
from surveys.messages import describe
from surveys.models import Checklist

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_JSON = 2_000_000
MOST_LINES = 50
UNFINISHED = frozenset({"translation_missing"})
"""What a draft made of a workbook may still lack."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A checklist as JSON, or an XLSForm workbook (.xlsx or .xls) as KoBo and ODK use them."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.xlsx,.xls"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of texts that name none"),
        help_text=gettext_lazy("Only for workbooks whose columns do not say their language."),
        choices=[("nl", gettext_lazy("Dutch")), ("en", gettext_lazy("English"))],
        initial="nl",
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.most:
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": self.most // 1024 // 1024})
        return file


@dataclass(frozen=True, slots=True)
class Left:
    """A line of a workbook that did not come along, and why."""

    sheet: str
    row: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a file: a document with what is left to do, or the reason why there is none."""

    document: Document = field(default_factory=dict)
    title: str = ""
    refusal: str | list[str] = ""
    left: list[Left] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def sections(self) -> int:
        return len(self.document["sections"])

    @property
    def questions(self) -> int:
        return len(editing.item_codes(self.document))

    @property
    def blocking(self) -> list[Note]:
        return [note for note in self.notes if note.blocks]


def look_at(file: Any, untagged: str, language: str) -> Found:
    """What a file holds; `untagged` is the language of texts that name none."""
    content = file.read()
    if file.name.lower().endswith(".json") or content.lstrip()[:1] == b"{":
        return _json(content, file.name)
    if content[:4] in (ZIP, OLE):
        return _workbook(content, file.name, untagged, language)
    return Found(refusal=_("This is neither a checklist as JSON nor an XLSForm workbook (.xlsx or .xls)."))


def _workbook(content: bytes, name: str, untagged: str, language: str) -> Found:
    try:
        mapped = xlsform.read(content, untagged=untagged)
    except xlsform.WorkbookError as error:
        lines = [_said(left) for left in error.left[:MOST_LINES]]
        why = gettext(xlsform.REFUSALS[error.code]) % error.params
        return Found(refusal=[why, *(f"{line.sheet} {line.row} {line.name}: {line.reason}" for line in lines)])
    document = mapped.document
    return Found(
        document,
        title=mapped.title or name.rsplit(".", 1)[0][:120],
        left=[_said(left) for left in mapped.left],
        notes=notes_of(document, definition.check(document), language),
    )


def _said(left: xlsform.Left) -> Left:
    return Left(left.sheet, left.row, left.name, gettext(xlsform.REASONS[left.code]) % left.params)


def _json(content: bytes, name: str) -> Found:
    if len(content) > MOST_JSON:
        return Found(refusal=_("This document is too large for a checklist."))
    try:
        raw = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Found(refusal=_("This file is not JSON. Save the document as JSON in UTF-8 and try again."))
    try:
        document = definition.as_document(definition.parse(raw))
    except definition.DefinitionError as error:
        return Found(refusal=[f"{problem.path or '.'}: {describe(problem)}" for problem in error.problems])
    except RecursionError:
        return Found(refusal=_("This document is nested too deeply."))
    document = json.loads(json.dumps(document))
    return Found(document, title=name.rsplit(".", 1)[0][:120])


class ConfirmForm(forms.Form):
    document = forms.CharField(widget=forms.HiddenInput)
    checklist = forms.ModelChoiceField(
        label=gettext_lazy("Becomes"),
        queryset=Checklist.objects.none(),
        required=False,
    )
    name = forms.CharField(label=gettext_lazy("Name of a new checklist"), max_length=120, required=False)

    def __init__(self, *args: Any, checklists: "QuerySet[Checklist]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["checklist"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = checklists
        field.choices = [
            ("", _("a new checklist")),
            *((each.pk, _("the next version of “%(name)s”") % {"name": each.name}) for each in checklists),
        ]

    def clean_document(self) -> Document:
        """The page's own document comes back through the browser, so it is read as if anybody had written it."""
        try:
            raw = json.loads(self.cleaned_data["document"])
            form, problems = definition.attempt(raw)
        except (ValueError, RecursionError):
            form, problems = None, ()
        if form is None or not form.sections or any(problem.code not in UNFINISHED for problem in problems):
            raise ValidationError(_("This is not the document that was shown. Upload the file once more."))
        return editing.complete(raw)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("checklist") is None and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("Give the new checklist a name."))
        return cleaned
