"""Forms about assignments: handing back, starting, making one, and a step on many at once."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from surveys import definition, workflow
from surveys.forms.calls import AHEAD, MomentField
from surveys.forms.fields import department_choices
from surveys.messages import explain
from surveys.models import Assignment, Department, Scenario, User, Wave
from surveys.querysets import AssignmentQuerySet

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

REASON = 500


class HandBackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Such as: the number does not work, I have no time in this window, I need until Friday, somebody there knows me."
        ),
    )


class BeginForm(forms.Form):
    """Opens the form of an assignment; the time is now unless another one is given."""

    called_at = MomentField(label=gettext_lazy("Time of the call"), required=False)

    def __init__(self, *args: Any, at: dt.datetime, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.at = at
        field = self.fields["called_at"]
        assert isinstance(field, MomentField)
        field.zone = zone

    def clean_called_at(self) -> dt.datetime:
        called_at: dt.datetime = self.cleaned_data["called_at"] or self.at
        if called_at > self.at + AHEAD:
            raise ValidationError(_("This moment is still to come. Enter when you made the call."))
        return called_at


class Windowed(forms.Form):
    """What forms with a moment on the organisation's clock share."""

    def place(self, zone: ZoneInfo) -> None:
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.zone = zone


def people_choices(evaluators: Sequence[User], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((str(person.pk), str(person)) for person in evaluators)]


class AssignmentForm(Windowed):
    department = forms.ModelChoiceField(Department.objects.none(), label=gettext_lazy("Department"))
    scenario = forms.ModelChoiceField(Scenario.objects.none(), label=gettext_lazy("Scenario"))
    evaluator = forms.ChoiceField(
        label=gettext_lazy("Evaluator"),
        required=False,
        help_text=gettext_lazy("With an evaluator it is offered at once; without one it waits to be handed out."),
    )
    starts_at = MomentField(label=gettext_lazy("Not before"))
    until = MomentField(label=gettext_lazy("Not after"))

    def __init__(
        self,
        *args: Any,
        wave: Wave,
        departments: "QuerySet[Department]",
        scenarios: "QuerySet[Scenario]",
        evaluators: Sequence[User],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.place(wave.organisation.zone)
        self.evaluators = {str(person.pk): person for person in evaluators}
        department, scenario, evaluator = (self.fields[name] for name in ("department", "scenario", "evaluator"))
        assert isinstance(department, forms.ModelChoiceField)
        assert isinstance(scenario, forms.ModelChoiceField)
        assert isinstance(evaluator, forms.ChoiceField)
        department.queryset, scenario.queryset = departments, scenarios
        department.choices = [("", _("Choose a department")), *department_choices(departments)]
        language = get_language() or ""
        named = [(each.pk, definition.text(each.name, language) or each.code) for each in scenarios]
        scenario.choices = [("", _("Choose a scenario")), *named]
        evaluator.choices = people_choices(evaluators, _("nobody yet"))

    def clean_evaluator(self) -> User | None:
        return self.evaluators.get(self.cleaned_data["evaluator"])

    def refuse(self, error: workflow.WorkflowError) -> None:
        fields = {"window_outside": "until", "rotation_limit": "evaluator", "was_recognised": "evaluator"}
        self.add_error(fields.get(error.code), explain(error))


PARTLY = ":partly"
ACTIONS = ("offer", "reassign", "extend", "cancel")
MOST_AT_ONCE = 200


class BulkForm(Windowed):
    """A step on the assignments that were ticked; "reassign:partly" goes through without those it cannot be taken on."""

    action = forms.ChoiceField(choices=[(f"{name}{end}", name) for name in ACTIONS for end in ("", PARTLY)])
    evaluator = forms.ChoiceField(label=gettext_lazy("Evaluator"), required=False)
    until = MomentField(label=pgettext_lazy("time", "Until"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=REASON)
    chosen = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(
        self,
        *args: Any,
        assignments: "QuerySet[Assignment]",
        evaluators: Sequence[User],
        zone: ZoneInfo,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.place(zone)
        self.evaluators = {str(person.pk): person for person in evaluators}
        self.assignments = assignments
        field = self.fields["evaluator"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = people_choices(evaluators, _("choose an evaluator"))
        self.ticked: list[Assignment] = []

    def full_clean(self) -> None:
        field = self.fields["chosen"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        if self.is_bound:
            data = cast("QueryDict", self.data)
            sent = [key for key in data.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
            self.ticked = list(self.assignments.filter(pk__in=sent[:MOST_AT_ONCE]))
            field.choices = [(each.pk, each.pk) for each in self.ticked]
        super().full_clean()

    @property
    def step(self) -> str:
        return str(self.cleaned_data["action"]).removesuffix(PARTLY)

    @property
    def partly(self) -> bool:
        return str(self.cleaned_data["action"]).endswith(PARTLY)

    def clean_evaluator(self) -> User | None:
        return self.evaluators.get(self.cleaned_data["evaluator"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.ticked:
            raise ValidationError(_("Tick at least one assignment first."), code="none")
        action = cleaned.get("action", "").removesuffix(PARTLY)
        if action == "reassign" and not cleaned.get("evaluator"):
            self.add_error("evaluator", _("Choose who will make these calls."))
        if action == "extend" and not cleaned.get("until"):
            self.add_error("until", _("Enter until when."))
        return cleaned


class AssignmentFilter(forms.Form):
    """Which assignments the coordinator looks at; read from the address, and nothing of it can be wrong."""

    STATES = (
        ("attention", gettext_lazy("need you")),
        ("planned", gettext_lazy("not handed out")),
        ("offered", gettext_lazy("offered")),
        ("accepted", gettext_lazy("accepted")),
        ("expired", gettext_lazy("expired")),
        ("done", gettext_lazy("done")),
        ("handed_back", gettext_lazy("handed back")),
        ("cancelled", gettext_lazy("cancelled")),
        ("all", gettext_lazy("all")),
    )

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    evaluator = forms.ChoiceField(label=gettext_lazy("Evaluator"), required=False)

    def __init__(
        self, *args: Any, departments: "QuerySet[Department]", evaluators: Sequence[User], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        everything = _("all")
        choices: dict[str, list[tuple[str, Any]]] = {
            "state": [("", _("in hand")), *self.STATES],
            "department": [("", everything), *((str(key), name) for key, name in department_choices(departments))],
            "evaluator": [*people_choices(evaluators, everything), ("nobody", _("nobody yet"))],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = found

    @property
    def chips(self) -> list[tuple[str, Any]]:
        return [("", _("in hand")), *self.STATES]

    def narrow(self, assignments: AssignmentQuerySet, *, at: dt.datetime) -> AssignmentQuerySet:
        """A value that is no choice narrows nothing."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("department"):
            assignments = assignments.filter(department=int(chosen["department"]))
        if chosen.get("evaluator"):
            nobody = chosen["evaluator"] == "nobody"
            assignments = assignments.filter(evaluator=None if nobody else int(chosen["evaluator"]))
        return assignments.in_view(chosen.get("state", ""), at)
