"""What readers of results fill in: the planner, a name for a view, and what was changed on purpose."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.fields import DayInput, department_choices

if TYPE_CHECKING:
    from surveys.models import Department, Wave

MEAN, SHARE, GAP = "mean", "share", "gap"
USUAL: dict[str, Any] = {"aim": MEAN, "points": Decimal(5), "of": "half", "power": 80, "wave": ""}


class SavedViewForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share with all who read results here; everyone sees only what they may see"), required=False
    )
    page = forms.CharField(max_length=40, widget=forms.HiddenInput)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)


class PlannerForm(forms.Form):
    aim = forms.ChoiceField(
        label=gettext_lazy("What you want to know"),
        widget=forms.RadioSelect,
        choices=[
            (MEAN, gettext_lazy("each department's mean score, within so many points")),
            (SHARE, gettext_lazy("a percentage of each department, within so many points")),
            (GAP, gettext_lazy("whether dominant callers are scored lower than calm ones, by so many points")),
        ],
        initial=MEAN,
    )
    points = forms.DecimalField(
        label=gettext_lazy("Points"),
        help_text=gettext_lazy("How far to either side the interval may reach, or how large a gap must be to be seen."),
        min_value=Decimal("0.5"),
        max_value=Decimal(50),
        max_digits=4,
        decimal_places=1,
        initial=USUAL["points"],
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "points"}),
    )
    of = forms.ChoiceField(
        label=gettext_lazy("The percentage"),
        help_text=gettext_lazy("Only for a percentage: expected to be what it was so far."),
        choices=[
            ("half", gettext_lazy("any (50 %, which takes most)")),
            ("left", gettext_lazy("callers left to fate")),
            ("prompt", gettext_lazy("answered within 15 seconds")),
        ],
        initial=USUAL["of"],
    )
    power = forms.TypedChoiceField(
        label=gettext_lazy("How surely a gap must be seen"),
        help_text=gettext_lazy("Only for a gap: how often fieldwork of this size would find it, if it is there."),
        coerce=int,
        choices=[(80, gettext_lazy("8 times out of 10")), (90, gettext_lazy("9 times out of 10"))],
        initial=USUAL["power"],
    )
    wave = forms.ChoiceField(label=gettext_lazy("Hold it against the quota of"), required=False)

    def __init__(self, *args: Any, waves: "Sequence[Wave]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wave = self.fields["wave"]
        assert isinstance(wave, forms.ChoiceField)
        wave.choices = [("", _("no wave")), *((str(each.pk), each.name) for each in waves)]
        wave.initial = str(waves[0].pk) if waves else ""
        if not waves:
            del self.fields["wave"]

    @property
    def asked(self) -> dict[str, Any] | None:
        """The checked question, the usual one before any was asked; None when it cannot be read."""
        if not self.is_bound:
            return USUAL | {name: field.initial for name, field in self.fields.items()}
        return USUAL | self.cleaned_data if self.is_valid() else None


# Nobody remembers what was changed before this year, and typing errors fall before it.
FIRST_YEAR = 1990


class InterventionForm(forms.Form):
    """A day on which something was changed, for a department or, by who may, for all at once (`everywhere`)."""

    name = forms.CharField(
        label=gettext_lazy("What was changed"),
        help_text=gettext_lazy("In a few words, as it should stand in charts: “Training on calling back”."),
        max_length=80,
    )
    day = forms.DateField(
        label=gettext_lazy("From which day"),
        help_text=gettext_lazy("The first day on which callers could notice it."),
        widget=DayInput(),
    )
    department = forms.ChoiceField(
        label=gettext_lazy("For which department"),
        help_text=gettext_lazy("With all below it."),
        required=False,
    )

    def __init__(
        self, *args: Any, departments: "Mapping[int, Department]", everywhere: bool, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.departments, self.today = departments, today
        known = [(str(key), path) for key, path in department_choices(departments.values())]
        field = self.fields["department"]
        assert isinstance(field, forms.ChoiceField)
        field.required = not everywhere
        field.choices = [("", _("all departments")), *known] if everywhere else known

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if day > self.today:
            raise ValidationError(_("This day lies ahead. Add it once callers can notice it."), code="ahead")
        if day.year < FIRST_YEAR:
            raise ValidationError(_("Enter a day that lies less far back."), code="long_ago")
        return day

    @property
    def chosen(self) -> "Department | None":
        """The department of a checked form; `None` is all of them."""
        key = self.cleaned_data["department"]
        return self.departments[int(key)] if key else None
