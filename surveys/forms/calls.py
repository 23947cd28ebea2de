"""Forms about a call as a whole: whom was called, when and with which brief."""

import datetime as dt
import json
import math
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from surveys import definition, workflow
from surveys.messages import explain
from surveys.models import Call, Department, Scenario, Wave
from surveys.tree import in_tree_order

# A clock that runs a little ahead is no reason to refuse a call.
AHEAD: Final = dt.timedelta(minutes=10)
MINUTES: Final = "%Y-%m-%dT%H:%M"
INDENT: Final = "\u2003"


class MomentField(forms.DateTimeField):
    """A date and time on the clock of `zone`, as the browser's own control sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES)
    input_formats = (MINUTES, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
    zone: dt.tzinfo = dt.UTC

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            value = value.astimezone(self.zone).replace(tzinfo=None) if value.tzinfo else value
            return value.strftime(MINUTES)
        return value

    def to_python(self, value: Any) -> dt.datetime | None:
        if value is not None and not isinstance(value, str | dt.date):
            raise self._invalid()
        with timezone.override(self.zone):
            moment = super().to_python(value)
        try:
            return moment and moment.astimezone(dt.UTC).astimezone(self.zone)
        except OverflowError:  # on the edge of the calendar, and beyond it on another clock
            raise self._invalid() from None

    def _invalid(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid"], code="invalid")


@dataclass(frozen=True, slots=True)
class Brief:
    """A scenario as the evaluator reads it; `value` is what choosing it sends."""

    value: int
    name: str
    persona: str
    question: str
    style: str
    attempt: int
    absent: bool


def brief_of(scenario: Scenario) -> Brief:
    language = get_language() or ""
    return Brief(
        value=scenario.pk,
        name=definition.text(scenario.name, language) or scenario.code,
        persona=definition.text(scenario.persona, language),
        question=definition.text(scenario.question, language),
        style=scenario.get_caller_style_display(),
        attempt=scenario.attempt,
        absent=scenario.asked_person_absent,
    )


class FactsForm(forms.Form):
    """Department, brief and time of a call. The querysets hold what may be chosen; `zone` is the organisation's."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), empty_label=_("Choose a department")
    )
    scenario = forms.ModelChoiceField(
        Scenario.objects.none(), label=_("Scenario"), widget=forms.RadioSelect, empty_label=None
    )
    called_at = MomentField(label=_("Time of the call"))

    def __init__(
        self,
        *args: Any,
        departments: "QuerySet[Department]",
        scenarios: "QuerySet[Scenario]",
        zone: ZoneInfo,
        at: dt.datetime,
        wave: Wave | None = None,
        fixed: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.at, self.zone, self.made_in = at, zone, wave
        department, scenario, moment = (self.fields[name] for name in ("department", "scenario", "called_at"))
        if isinstance(department, forms.ModelChoiceField) and isinstance(scenario, forms.ModelChoiceField):
            department.queryset, scenario.queryset = departments, scenarios
            department.choices = [("", department.empty_label or ""), *_indented(departments)]
        if isinstance(moment, MomentField):
            moment.zone = zone
        self.scenarios = list(scenarios)
        # Of an assigned call only the moment is open; whatever is sent for the rest is not looked at.
        department.disabled = scenario.disabled = fixed

    @property
    def briefs(self) -> list[Brief]:
        return [brief_of(scenario) for scenario in self.scenarios]

    @property
    def chosen_scenario(self) -> str:
        value = self["scenario"].value()
        return str(getattr(value, "pk", value) or "")

    def clean_called_at(self) -> dt.datetime:
        called_at: dt.datetime = self.cleaned_data["called_at"]
        if called_at > self.at + AHEAD:
            raise ValidationError(_("This moment is still to come. Enter when you made the call."))
        return called_at

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        wave, called_at = cleaned.get("wave", self.made_in), cleaned.get("called_at")
        if wave and called_at and not wave.takes(called_at, self.zone):
            self.add_error("called_at", explain(workflow.OutsideWave(wave)))
        return cleaned


def _indented(departments: Iterable[Department]) -> list[tuple[int, str]]:
    return [
        (branch.department.pk, INDENT * branch.depth + branch.department.name) for branch in in_tree_order(departments)
    ]


class StartForm(FactsForm):
    """Opens a call. `client_id` is made when the page is opened: sending the page twice gives the same call."""

    wave = forms.ModelChoiceField(Wave.objects.none(), label=_("Wave"), empty_label=None)
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("wave", "department", "scenario", "called_at")

    def __init__(self, *args: Any, waves: "QuerySet[Wave]", **options: Any) -> None:
        super().__init__(*args, **options)
        self.waves = list(waves)
        wave = self.fields["wave"]
        if isinstance(wave, forms.ModelChoiceField):
            wave.queryset = waves
            if len(self.waves) == 1:
                wave.initial, wave.widget = self.waves[0].pk, forms.HiddenInput()

    @property
    def what(self) -> dict[str, Any]:
        """Of a valid form: the call without its moment."""
        return {name: self.cleaned_data[name] for name in ("wave", "department", "scenario")}

    @property
    def not_today(self) -> list[Wave]:
        """The waves to choose from, if today is a day of none of them."""
        return [] if any(wave.takes(self.at, self.zone) for wave in self.waves) else self.waves


def first_facts(*, at: dt.datetime, waves: Iterable[Wave] = ()) -> dict[str, Any]:
    """What a new call starts with: now, in the newest wave that today is a day of; without one the time is left to fill in."""
    waves = list(waves)
    running = [wave for wave in waves if wave.takes(at, wave.organisation.zone)]
    chosen = next(iter(running or waves), None)
    return {"called_at": at if running else None, "client_id": uuid.uuid4(), "wave": chosen.pk if chosen else None}


def facts_of(call: Call) -> dict[str, Any]:
    return {"department": call.department_id, "scenario": call.scenario_id, "called_at": call.called_at}


# --- what script sends ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed answers and the revision that the device had seen when they were given."""

    base_revision: int
    answers: dict[str, Any]


def read_json(raw: bytes) -> object:
    """What was sent; raises `ValueError` for what is no JSON and for numbers without end, which no database takes."""
    try:
        return json.loads(raw, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise ValueError(gettext("This is not JSON that can be read.")) from None


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def read_changes(body: object) -> Changes:
    """Raises `ValueError` for anything but {"base_revision": n, "changes": {code: answer or null}}."""
    if not isinstance(body, Mapping) or set(body) != {"base_revision", "changes"}:
        raise ValueError("not an object with base_revision and changes")
    base, changes = body["base_revision"], body["changes"]
    if type(base) is not int or base < 0 or not isinstance(changes, dict):
        raise ValueError("base_revision is a number, changes an object")
    return Changes(base, changes)


class SettleForm(forms.Form):
    """The choice between the stored call and a copy."""

    conflict = forms.IntegerField()
    version = forms.ChoiceField(choices=[("stored", _("stored version")), ("copy", _("copy"))])

    @property
    def takes_copy(self) -> bool:
        return bool(self.cleaned_data["version"] == "copy")
