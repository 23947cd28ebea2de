"""Which calls: one set of filters for the review list, the exports and the API, read from the address."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import django_filters
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelMultipleChoiceField

from surveys import access, definition
from surveys.forms.fields import department_choices
from surveys.models import Call, ChecklistVersion, Department, Organisation, Scenario, User, Wave
from surveys.querysets import with_descendants


class OneOf(forms.SelectMultiple):
    """A drop-down list for a field that takes several values: the page offers one, an address may name more."""

    allow_multiple_selected = False

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> list[str]:
        return [value for value in super().value_from_datadict(data, files, name) or [] if value != ""]

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        nothing = self.create_option(name, "", str(pgettext_lazy("filter", "all")), not any(value), 0)
        return [(None, [nothing], 0), *super().optgroups(name, value, attrs)]


LARGEST_KEY = 2**63 - 1


class NamedField(ModelMultipleChoiceField):
    def _check_values(self, value: Any) -> "QuerySet[Any]":
        """A key that no database could hold is an ordinary unknown choice, not an overflow."""
        for key in value if isinstance(value, list | tuple) else ():
            if isinstance(key, str) and key.isdecimal() and (len(key) > 19 or int(key) > LARGEST_KEY):
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": key}
                )
        known: QuerySet[Any] = super()._check_values(value)
        return known

    def label_from_instance(self, instance: Any) -> str:
        if isinstance(instance, Scenario):
            return definition.text(instance.name, get_language() or "en")
        return str(instance)


class TreeOrder(ModelChoiceIterator):  # type: ignore[type-arg]  # generic for the type checker only
    """Departments below the one they belong to, each by its whole path."""

    def __iter__(self) -> Iterator[Any]:
        yield from department_choices(self.queryset)


class DepartmentField(NamedField):
    iterator = TreeOrder


class Among(django_filters.ModelMultipleChoiceFilter):
    """The call's related object is one of those chosen."""

    field_class = NamedField

    def __init__(self, model: type[Any], **options: Any) -> None:
        # What may be chosen depends on the reader: `CallFilter` fills it in.
        super().__init__(queryset=model.objects.none(), widget=OneOf, **options)

    def keys(self, chosen: Iterable[Any]) -> set[int]:
        return {each.pk for each in chosen}

    def filter(self, qs: "QuerySet[Call]", value: Iterable[Any]) -> "QuerySet[Call]":
        keys = self.keys(value or ())
        return qs.filter(**{f"{self.field_name}__in": keys}) if keys else qs


class AmongDepartments(Among):
    """With everything below the departments chosen, as far as the reader may know it."""

    field_class = DepartmentField

    def keys(self, chosen: Iterable[Any]) -> set[int]:
        tops = super().keys(chosen)
        return with_descendants(tops, self.queryset.values_list("pk", "parent_id")) if tops else set()


class OneOfChoices(django_filters.MultipleChoiceFilter):
    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices=choices, widget=OneOf, distinct=False, **options)

    def filter(self, qs: "QuerySet[Call]", value: list[str]) -> "QuerySet[Call]":
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class Period(forms.Form):
    """The whole filter as a form: a period must not end before it begins."""

    def clean(self) -> dict[str, Any]:
        values = cast("dict[str, Any]", super().clean())
        begin, end = values.get("date_from"), values.get("date_to")
        if isinstance(begin, dt.date) and isinstance(end, dt.date) and begin > end:
            self.add_error("date_to", ValidationError(_("The last day lies before the first."), code="reversed"))
        return values


def day_filter(label: object, lookup: str) -> Any:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(
        label=label, field_name="local_date", lookup_expr=lookup, widget=widget, input_formats=["%Y-%m-%d", "%d-%m-%Y"]
    )


class CallFilter(django_filters.FilterSet):
    """`?department=3&department=5&wave=2&state=approved&date_from=2026-03-01`; days are local dates of the call.

    A department stands for all below it. Only what the reader may know can be chosen; within one organisation's pages pass
    `organisation`, so that another organisation's departments are no choice.
    """

    department = AmongDepartments(Department, label=_("Department"))
    wave = Among(Wave, label=_("Wave"))
    scenario = Among(Scenario, label=_("Scenario"))
    caller_style = OneOfChoices(
        Scenario.CallerStyle.choices, label=_("Caller style"), field_name="scenario__caller_style"
    )
    state = OneOfChoices(Call.State.choices, label=_("State"))
    fate = OneOfChoices(Call.Fate.choices, label=_("The caller's fate"))
    outcome = OneOfChoices(Call.Outcome.choices, label=_("Outcome"))
    version = Among(ChecklistVersion, label=_("Checklist version"))
    date_from = day_filter(_("From"), "gte")
    date_to = day_filter(_("Up to and including"), "lte")

    class Meta:
        model = Call
        fields: tuple[str, ...] = ()
        form = Period

    def __init__(
        self,
        data: Any = None,
        queryset: "QuerySet[Call] | None" = None,
        *,
        request: HttpRequest | None = None,
        organisation: Organisation | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.organisation = organisation
        user = cast("User", getattr(request, "user", None) or AnonymousUser())
        self.filters["department"].queryset = access.visible_departments(user, organisation)
        self.filters["version"].queryset = access.visible_versions(user, organisation).defer("document")
        self.filters["wave"].queryset = access.visible_waves(user, organisation)
        self.filters["scenario"].queryset = access.visible_scenarios(user, organisation)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was asked for, as plain JSON values: {"department": [3], "date_from": "2026-03-01"}."""
        return {name: _plain(value) for name, value in self.form.cleaned_data.items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.form.cleaned_data) and any(self.form.cleaned_data.values())


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    return [getattr(each, "pk", each) for each in value]


EVERY_STATE = "any"


class InState(django_filters.ChoiceFilter):
    """One state, every state, or (left open) the calls that figures are made of."""

    def filter(self, qs: "QuerySet[Call]", value: str) -> "QuerySet[Call]":
        if not value:
            return cast("QuerySet[Call]", qs.counting())  # type: ignore[attr-defined]
        return qs if value == EVERY_STATE else qs.filter(state=value)


class Way(django_filters.ChoiceFilter):
    """How to write the file: part of the same address, but no matter of which calls."""

    def filter(self, qs: "QuerySet[Call]", value: str) -> "QuerySet[Call]":
        return qs


class Exact(Period):
    """A name that is no filter is refused: a misspelt one would otherwise let through more than was meant."""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name in self.data:
            if name not in self.fields:
                self.add_error(None, ValidationError(_("There is no filter “%(name)s”."), params={"name": name[:60]}))
        return values


class ExportFilter(CallFilter):
    """The same filters; without a state only the calls that figures are made of. And how the file is to be written."""

    state = InState(
        label=_("State"),
        choices=[(EVERY_STATE, _("every state you may see")), *Call.State.choices],
        empty_label=_("those that count (approved)"),
    )
    columns = Way(
        label=_("Columns"),
        choices=[("scores", _("scores, without the questions"))],
        empty_label=_("scores and every question"),
    )
    excel = Way(
        label=_("Made for"),
        choices=[("1", _("Dutch Excel (semicolons, commas)"))],
        empty_label=_("programs (commas, points)"),
    )

    class Meta(CallFilter.Meta):
        form = Exact

    @property
    def for_excel(self) -> bool:
        return bool(self.form.cleaned_data.get("excel"))

    @property
    def with_answers(self) -> bool:
        return not self.form.cleaned_data.get("columns")

    @property
    def left_out(self) -> dict[str, int]:
        """Calls that fit every other filter and do not count: how many, by state, or by kind when approved."""
        if self.form.cleaned_data.get("state"):
            return {}
        calls = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name != "state":
                calls = self.filters[name].filter(calls, value)
        groups = calls.order_by().values_list("state", "kind", "wave__state").annotate(number=Count("pk"))
        found: dict[str, int] = {}
        for state, kind, wave, number in groups:
            if state != "approved" or kind != "field" or wave not in {"open", "closed"}:
                reason = state if state != "approved" else kind if kind != "field" else "planned"
                found[reason] = found.get(reason, 0) + number
        return found
