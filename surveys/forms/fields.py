"""Fields that several forms share: points, telephone numbers, departments by their path, and a guard against stale pages."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Department
from surveys.phones import normalise
from surveys.points import points_text, read_points
from surveys.refused import Refused
from surveys.tree import in_tree_order

MOST_NUMBERS = 50


class DayInput(forms.DateInput):
    """The browser's own date picker; it wants and sends ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The browser's own clock; hours and minutes."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class PointsField(forms.Field):
    """Points 0-100 as people write them ("82,5"), hundredths as they are kept (8250)."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "points"})
    default_error_messages = {"invalid": gettext_lazy("Enter points from 0 to 100, such as 80 or 82.5.")}

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return read_points(text)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        return points_text(value) if isinstance(value, int) else value


class NumbersField(forms.Field):
    """Telephone numbers, one a line; kept as digits."""

    widget = forms.Textarea(attrs={"rows": 3, "inputmode": "tel", "autocomplete": "off"})

    def to_python(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        if len(lines) > MOST_NUMBERS:
            raise ValidationError(_("Enter at most %(most)s numbers."), params={"most": MOST_NUMBERS}, code="too_many")
        found: list[str] = []
        for line in lines:
            try:
                found.append(normalise(line))
            except ValueError:
                message = _(
                    "“%(line)s” is not a telephone number. Use digits, with a plus in front when international."
                )
                raise ValidationError(message, params={"line": line[:40]}, code="invalid") from None
        return list(dict.fromkeys(found))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def department_choices(departments: Iterable[Department]) -> list[tuple[int, str]]:
    """In the order of the tree, each by its whole path, so that it can be told apart when read aloud."""
    return [(branch.department.pk, branch.path) for branch in in_tree_order(departments)]


def refuse(form: forms.BaseForm, refused: Refused) -> None:
    """A step's refusal, shown where the form shows its own."""
    form.add_error(refused.field if refused.field in form.fields else None, str(refused))


class SettingForm(forms.ModelForm[Any]):
    """A form about one row. A page that was shown before somebody else changed that row says so, and overwrites nothing.

    It does not save: `values()` is what a step in `surveys.setting_up` writes.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = _fingerprint(self.instance) if self.instance.pk else ""
        self.fields["seen"].initial = self.now

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen = cleaned.pop("seen", "")
        if seen and seen != self.now:
            # What was typed stays; sending it once more says that it may replace what the other did.
            self.data = {**self.data.dict(), self.add_prefix("seen"): self.now}  # type: ignore[attr-defined]
            raise ValidationError(
                _(
                    "Somebody else changed this meanwhile. Open the page anew to see what, or save once more to keep yours."
                ),
                code="stale",
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        return self.cleaned_data


def _fingerprint(instance: Any) -> str:
    return hashlib.sha256(repr(sorted(model_to_dict(instance).items())).encode()).hexdigest()[:16]
