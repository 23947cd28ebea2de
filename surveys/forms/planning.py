"""Forms of planning: papers on file, quotas, and what a plan is made from."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.fields import DayInput
from surveys.models import Clearance


class PaperForm(forms.ModelForm[Clearance]):
    class Meta:
        model = Clearance
        fields = ("kind", "dated_on", "document", "given_by", "valid_until")
        labels = {"kind": gettext_lazy("What it is")}
        help_texts = {
            "given_by": gettext_lazy("Who decided, signed or told: a person or a body."),
            "valid_until": gettext_lazy("The last day on which it holds. Empty: until it is withdrawn."),
        }
        widgets = {"dated_on": DayInput(), "valid_until": DayInput(), "kind": forms.RadioSelect}

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["kind"].choices = Clearance.Kind.choices  # type: ignore[attr-defined]

    def clean_dated_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["dated_on"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        dated, until = cleaned.get("dated_on"), cleaned.get("valid_until")
        if dated and until and until < dated:
            self.add_error("valid_until", _("It would end before it began."))
        return cleaned


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it no longer holds"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
