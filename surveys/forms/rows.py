"""The rows of an item's form: its answers with their points, and the bands of a number."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.definition import FATES
from surveys.language_names import in_language

_VALUE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
FAILS: Final = [
    ("", gettext_lazy("fails nothing")),
    ("section", gettext_lazy("fails the section")),
    ("call", gettext_lazy("fails the call")),
]


class AnswerRow(forms.Form):
    """One possible answer. Its value is what answers are stored under, so it is fixed once it was used."""

    value = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    points = forms.IntegerField(
        label=gettext_lazy("Points"), required=False, min_value=0, max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 5}),
    )  # fmt: skip
    fails = forms.ChoiceField(label=gettext_lazy("Fails"), choices=FAILS, required=False)

    def __init__(self, *args: Any, languages: Iterable[str], records: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = tuple(languages)
        for code in self.languages:
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("Answer, %(language)s") % {"language": in_language(code)},
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"lang": code}),
            )
        if records == "fate":
            # What the call's fate is called in figures; only these can be recorded.
            self.fields["value"] = forms.ChoiceField(
                label=_("Recorded as"), choices=[("", "---------"), *((fate, fate) for fate in FATES)], required=False
            )

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"].strip()
        if value and not _VALUE.fullmatch(value):
            raise ValidationError(_("Use small letters, digits, - and _."), code="invalid")
        return value

    @property
    def labels(self) -> list[forms.BoundField]:
        return [self[f"label_{code}"] for code in self.languages]

    @property
    def is_blank(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in ("value", *(f"label_{code}" for code in self.languages)))

    def option(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "value": data["value"],
            "points": data["points"] or 0,
            "label": {code: words for code in self.languages if (words := data[f"label_{code}"])},
            "fails": data["fails"] or None,
        }


class BandRow(forms.Form):
    up_to = forms.IntegerField(
        label=gettext_lazy("Up to and including"), required=False, min_value=-1_000_000, max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    points = forms.IntegerField(
        label=gettext_lazy("Points"), required=False, min_value=0, max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 5}),
    )  # fmt: skip

    @property
    def is_blank(self) -> bool:
        return self.cleaned_data.get("up_to") is None and self.cleaned_data.get("points") is None


def value_of(option: Mapping[str, Any], languages: Iterable[str], taken: Iterable[str]) -> str:
    """A value for an answer that has none yet, made of its words; English ones when there are any."""
    label = option["label"]
    words = next((label[code] for code in ("en", *languages) if label.get(code)), "")
    number = re.match(r"\s*([0-9]{1,5})\s*(?::|$)", words)
    plain = number[1] if number else re.sub(r"[^a-z0-9]+", "_", words.lower().encode("ascii", "ignore").decode())
    base = plain.strip("_")[:36].strip("_") or "answer"
    used, count, found = set(taken), 1, base
    while found in used:
        count += 1
        found = f"{base}_{count}"
    return found


def filled(rows: Iterable[Any]) -> list[Any]:
    """The rows that say something and are not to be removed, in the order asked for."""
    kept = [row for row in rows if not row.cleaned_data.get("DELETE") and not row.is_blank]
    return sorted(kept, key=lambda row: row.cleaned_data.get("ORDER") or 10_000)
