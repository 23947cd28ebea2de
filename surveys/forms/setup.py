"""Forms of the set-up pages: the organisation, its departments, waves and scenarios."""

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.fields import ClockInput, DayInput, NumbersField, PointsField, SettingForm, department_choices
from surveys.models import ChecklistVersion, Department, Organisation, Scenario, Wave
from surveys.models.people import DIMENSIONS, SMALLEST_GROUP
from surveys.querysets import with_descendants
from surveys.setting_up import is_reserved

if TYPE_CHECKING:
    from django.db.models import QuerySet

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
LANGUAGES = ("nl", "en")


class OrganisationForm(SettingForm):
    class Meta:
        model = Organisation
        fields = (
            "name",
            "language",
            "time_zone",
            "min_group_size",
            "self_approve",
            "callback_window_hours",
            "callback_grace_hours",
            "appeal_days",
            "recordings_on",
            "recording_days",
            "retention_months",
        )
        help_texts = {
            "language": gettext_lazy("Of e-mails, and of pages for readers who chose none."),
            "time_zone": gettext_lazy("From now on, calls are dated by the clock in this time zone."),
            "min_group_size": gettext_lazy("The works council only sees figures made of at least this many calls."),
            "self_approve": gettext_lazy("For an organisation without reviewers: what is submitted counts at once."),
            "callback_window_hours": gettext_lazy("When the department named no time. The usual measure is 24 hours."),
            "callback_grace_hours": gettext_lazy("A call that comes a little late does not break the promise at once."),
            "appeal_days": gettext_lazy("Counted from the day on which the call was approved. 0: no appeals."),
            "recordings_on": gettext_lazy(
                "Takes a consent to recordings among the papers on file, and the days below."
            ),
            "recording_days": gettext_lazy("1 to 365, counted from the day on which a recording is added."),
            "retention_months": gettext_lazy("After that, quotes and remarks are to be erased; scores stay."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label,
            help_text=self.fields["time_zone"].help_text,
            choices=zone_choices(self.instance.time_zone),
        )
        self.fields["min_group_size"].widget.attrs |= {"min": SMALLEST_GROUP}
        for name, most in (("callback_window_hours", 240), ("retention_months", 120)):
            self.fields[name].validators = [MinValueValidator(1), MaxValueValidator(most)]
            self.fields[name].widget.attrs |= {"min": 1, "max": most}


def zone_choices(current: str) -> list[tuple[str, Any]]:
    """Time zones by part of the world; the one in use is always among them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones() | {current}):
        region, _slash, place = name.partition("/")
        if region in REGIONS and place:
            groups.setdefault(region, []).append((name, place.replace("_", " ")))
        elif name in {"UTC", current}:
            groups.setdefault(_("Other"), []).append((name, name))
    return list(groups.items())


class DepartmentForm(SettingForm):
    phone_numbers = NumbersField(
        label=gettext_lazy("Telephone numbers"),
        required=False,
        help_text=gettext_lazy("One a line, as the evaluator dials them."),
    )
    target = PointsField(
        label=gettext_lazy("Target"),
        required=False,
        help_text=gettext_lazy("Points from 0 to 100, for the whole score."),
    )
    target_greeting = PointsField(label=gettext_lazy("Greeting"), required=False)
    target_phrasing = PointsField(label=gettext_lazy("Phrasing"), required=False)
    target_callback = PointsField(label=gettext_lazy("Callback"), required=False)
    target_listening = PointsField(label=gettext_lazy("Listening"), required=False)
    target_tone = PointsField(label=gettext_lazy("Tone"), required=False)

    class Meta:
        model = Department
        fields = (
            "name",
            "code",
            "parent",
            "phone_numbers",
            "target",
            *(f"target_{name}" for name in DIMENSIONS),
            "closed_on",
        )
        help_texts = {
            "code": gettext_lazy("Short; imports, exports and the API know the department by it."),
            "closed_on": gettext_lazy("From this day on no calls are made. What was measured stays."),
        }
        widgets = {"closed_on": DayInput(), "code": forms.TextInput(attrs={"autocapitalize": "characters"})}

    def __init__(self, *args: Any, departments: "QuerySet[Department]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = list(departments)
        own = {self.instance.pk} if self.instance.pk else set()
        below = with_descendants(own, ((d.pk, d.parent_id) for d in self.departments))
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = departments.exclude(pk__in=below)
        above = [department for department in self.departments if department.pk not in below]
        parent.choices = [("", _("the organisation itself")), *department_choices(above)]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if is_reserved(code):
            raise ValidationError(_("This code is the one of the total in figures. Choose another."), code="reserved")
        others = [d for d in self.departments if d.pk != self.instance.pk]
        taken = next((d for d in others if d.code.lower() == code.lower()), None)
        if taken:
            message = _("%(department)s has this code already. Choose another.")
            raise ValidationError(message, params={"department": taken.name}, code="taken")
        return code

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "code", "parent", "phone_numbers", "closed_on")]

    @property
    def dimension_targets(self) -> list[forms.BoundField]:
        return [self[f"target_{name}"] for name in DIMENSIONS]


class WaveForm(SettingForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days on which departments are called"),
        coerce=int,
        choices=[(day, WEEKDAYS[day - 1]) for day in range(1, 8)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )

    class Meta:
        model = Wave
        fields = (
            "name",
            "version",
            "starts_on",
            "ends_on",
            "weekdays",
            "calls_from",
            "calls_until",
            "calls_per_evaluator",
            "unassigned_allowed",
            "second_share",
        )
        labels = {"version": gettext_lazy("Checklist version")}
        help_texts = {
            "name": gettext_lazy("As evaluators and readers will see it, such as “March 2027”."),
            "calls_from": gettext_lazy("By the clock of the organisation."),
            "unassigned_allowed": gettext_lazy("Without this, only planned calls can be made."),
        }
        widgets = {
            "starts_on": DayInput(),
            "ends_on": DayInput(),
            "calls_from": ClockInput(),
            "calls_until": ClockInput(),
        }

    def __init__(
        self,
        *args: Any,
        versions: "QuerySet[ChecklistVersion]",
        waves: "QuerySet[Wave]",
        has_calls: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.waves = waves
        version = self.fields["version"]
        assert isinstance(version, forms.ModelChoiceField)
        version.queryset = versions
        version.choices = [("", "---------"), *((v.pk, version_name(v)) for v in versions)]
        if has_calls:
            version.disabled = True
            version.help_text = _("Fixed, because calls have been made in this wave. A new version needs a new wave.")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if self.waves.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise ValidationError(_("Another wave has this name. Choose another."), code="taken")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first."))
        opens, closes = cleaned.get("calls_from"), cleaned.get("calls_until")
        if opens and closes and closes <= opens:
            self.add_error("calls_until", _("This is not later than the hour at which calls begin."))
        return cleaned

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields under their headings, each with a sentence about them."""
        when = _("A plan spreads the calls over these days and hours.")
        who = _(
            "Rotation keeps a voice from being recognised, and one strict or lenient evaluator from setting a score."
        )
        check = _("How much of the work is done twice, to know how far evaluators agree.")
        named = [
            (_("The wave"), "", ("name", "version", "starts_on", "ends_on")),
            (_("When departments are called"), when, ("weekdays", "calls_from", "calls_until")),
            (_("Who calls"), who, ("calls_per_evaluator", "unassigned_allowed")),
            (_("Second scorings"), check, ("second_share",)),
        ]
        return [(title, why, [self[name] for name in names]) for title, why, names in named]


def version_name(version: ChecklistVersion) -> str:
    return _("%(checklist)s, version %(number)s") % {"checklist": version.checklist.name, "number": version.number}


class ScenarioForm(SettingForm):
    """Its texts are typed side by side in both languages and kept as one mapping each."""

    TEXTS = (
        ("name", gettext_lazy("Name"), 120, 1),
        ("persona", gettext_lazy("Who you are"), 2000, 3),
        ("question", gettext_lazy("What you ask"), 2000, 3),
    )

    class Meta:
        model = Scenario
        fields = ("code", "caller_style", "attempt", "asked_person_absent", "problem", "is_active")
        help_texts = {
            "code": gettext_lazy("Short; imports, exports and the API know the scenario by it."),
            "attempt": gettext_lazy("How often the caller has rung about this, this call included: 1 to 9."),
            "is_active": gettext_lazy("Evaluators can choose it for a new call."),
        }
        widgets = {"caller_style": forms.RadioSelect}

    def __init__(
        self, *args: Any, language: str, scenarios: "QuerySet[Scenario]", used: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.scenarios = scenarios
        for name, label, most, rows in self.TEXTS:
            for code in LANGUAGES:
                self.fields[f"{name}_{code}"] = _text_field(
                    label, code, most, rows, required=name == "name" and code == language
                )
                self.initial.setdefault(f"{name}_{code}", (getattr(self.instance, name) or {}).get(code, ""))
        if used:
            fixed = ["code", "caller_style", "attempt", "asked_person_absent"]
            for name in [*fixed, "problem"] if self.instance.problem else fixed:
                self.fields[name].disabled = True
                self.fields[name].help_text = ""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if self.scenarios.exclude(pk=self.instance.pk).filter(code=code).exists():
            raise ValidationError(_("Another scenario has this code. Choose another."), code="taken")
        return code

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        for name, *_rest in self.TEXTS:
            typed = {code: self.cleaned_data[f"{name}_{code}"] for code in LANGUAGES}
            values[name] = {code: text for code, text in typed.items() if text}
        return values

    @property
    def pairs(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The texts, each with its fields in both languages."""
        return [(str(label), [self[f"{name}_{code}"] for code in LANGUAGES]) for name, label, *_rest in self.TEXTS]

    @property
    def facts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("code", "caller_style", "attempt", "asked_person_absent", "problem")]


def _text_field(label: object, language: str, most: int, rows: int, *, required: bool) -> forms.CharField:
    attrs = {"lang": language}
    widget = forms.TextInput(attrs) if rows == 1 else forms.Textarea({**attrs, "rows": rows})
    words = {"nl": gettext_lazy("in Dutch"), "en": gettext_lazy("in English")}
    return forms.CharField(
        label=_("%(text)s, %(language)s") % {"text": label, "language": words[language]},
        max_length=most,
        required=required,
        widget=widget,
    )
