"""What a reader chooses of alerts: of each kind whether to be told, and whether by e-mail too; and the quiet hours."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.alerts.choices import Choice, Quiet
from analytics.alerts.wording import REASONS
from analytics.models import Alert
from surveys.forms.fields import ClockInput

Kind = Alert.Kind


class Line(NamedTuple):
    """A kind with what it is of, and its two boxes."""

    label: str
    reason: str
    boxes: tuple[forms.BoundField, forms.BoundField]


class ChoicesForm(forms.Form):
    quiet_from = forms.TimeField(label=gettext_lazy("No mail from"), required=False, widget=ClockInput)
    quiet_until = forms.TimeField(label=gettext_lazy("No mail until"), required=False, widget=ClockInput)

    def __init__(self, *args: Any, chosen: Mapping[str, Choice], quiet: Quiet | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [Kind(kind) for kind in chosen]
        for kind in self.kinds:
            initial = chosen[kind]
            self.fields[f"{kind.value}_product"] = forms.BooleanField(
                label=_("in Klankbord"), required=False, initial=initial.in_product
            )
            self.fields[f"{kind.value}_email"] = forms.BooleanField(
                label=_("by e-mail"), required=False, initial=initial.by_email
            )
        if quiet is not None:
            self.initial["quiet_from"], self.initial["quiet_until"] = quiet

    def lines(self) -> Iterator[Line]:
        for kind in self.kinds:
            boxes = (self[f"{kind.value}_product"], self[f"{kind.value}_email"])
            yield Line(str(kind.label), str(REASONS[kind]), boxes)

    def hours(self) -> list[forms.BoundField]:
        return [self["quiet_from"], self["quiet_until"]]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"quiet_from", "quiet_until"} <= cleaned.keys():
            self._check(cleaned["quiet_from"], cleaned["quiet_until"])
        return cleaned

    def _check(self, start: dt.time | None, end: dt.time | None) -> None:
        if (start is None) != (end is None):
            empty = "quiet_from" if start is None else "quiet_until"
            self.add_error(empty, _("Enter both times, or leave both empty for mail at any hour."))
        elif start is not None and start == end:
            self.add_error("quiet_until", _("These hours end when they begin. Leave both empty for mail at any hour."))

    @property
    def chosen(self) -> dict[str, Choice]:
        cleaned = self.cleaned_data
        return {
            kind: Choice(in_product=cleaned[f"{kind.value}_product"], by_email=cleaned[f"{kind.value}_email"])
            for kind in self.kinds
        }

    @property
    def quiet(self) -> Quiet | None:
        start, end = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return None if start is None or end is None else Quiet(start, end)
