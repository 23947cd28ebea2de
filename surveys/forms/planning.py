"""Forms of planning: papers on file, quotas, and what a plan is made from."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import planning_work, quotas
from surveys.forms.fields import DayInput
from surveys.models import Clearance, Department, User
from surveys.progress import Key
from surveys.quotas import MOST, Column
from surveys.tree import Branch


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


# --- quotas -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A department with a field for each column; `total` is in calls."""

    department: Department
    path: str
    depth: int
    fields: tuple[tuple[Column, forms.BoundField], ...]
    total: int

    @property
    def errors(self) -> list[str]:
        return [str(message) for _column, field in self.fields for message in field.errors]


class QuotaForm(forms.Form):
    """A number for every department (a row) and scenario, pair or chain (a column)."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        branches: Sequence[Branch],
        columns: Sequence[Column],
        stored: Mapping[Key, int],
        seen: str,
        filled: Mapping[Key, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.branches, self.columns, self.now = branches, columns, seen
        self.fields["seen"].initial = seen
        shown = stored if filled is None else filled
        for branch in branches:
            for column in columns:
                key = column.key(branch.department.pk)
                self.fields[self._name(key)] = forms.IntegerField(
                    required=False,
                    min_value=0,
                    max_value=MOST,
                    initial=shown.get(key) or None,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-size": column.size}),
                )

    @staticmethod
    def _name(key: Key) -> str:
        return f"n-{key.department}-{key.kind}-{key.subject}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("seen") != self.now:
            # What was typed stays; saving once more says that it may replace what the other did.
            self.data = {**self.data.dict(), "seen": self.now}  # type: ignore[attr-defined]
            raise ValidationError(
                _("Somebody else changed this quota meanwhile. Save once more to keep yours."), code="stale"
            )
        return cleaned

    def values(self) -> dict[Key, int]:
        keys = [column.key(branch.department.pk) for branch in self.branches for column in self.columns]
        return {key: self.cleaned_data[self._name(key)] or 0 for key in keys}

    @cached_property
    def rows(self) -> list[QuotaRow]:
        found = []
        for department, depth, path in self.branches:
            fields = tuple((column, self[self._name(column.key(department.pk))]) for column in self.columns)
            total = sum(_number(field) * column.size for column, field in fields)
            found.append(QuotaRow(department, path, depth, fields, total))
        return found

    @property
    def totals(self) -> list[tuple[Column, int]]:
        """Per column, in its own unit."""
        return [
            (column, sum(_number(row.fields[place][1]) for row in self.rows))
            for place, column in enumerate(self.columns)
        ]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)


def _number(field: forms.BoundField) -> int:
    """What stands in the field, typed or stored; nothing that cannot be added up."""
    text = str(field.value() or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


class FillForm(forms.Form):
    """Numbers for many departments at once; shown in the quota before they are saved."""

    each = forms.IntegerField(label=gettext_lazy("Calls for each department"), min_value=0, max_value=MOST, initial=10)
    over = forms.MultipleChoiceField(
        label=gettext_lazy("spread over these scenarios"), widget=forms.CheckboxSelectMultiple, required=False
    )
    pair = forms.IntegerField(
        label=gettext_lazy("Matched pairs of each problem"), min_value=0, max_value=99, required=False
    )
    chain = forms.IntegerField(label=gettext_lazy("Chains of each problem"), min_value=0, max_value=99, required=False)
    empty_only = forms.BooleanField(label=gettext_lazy("only departments without a number"), required=False)

    def __init__(self, *args: Any, columns: Sequence[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        single = [column for column in columns if column.scenario]
        over = self.fields["over"]
        assert isinstance(over, forms.MultipleChoiceField)
        over.choices = [(column.name, column.label) for column in single]
        over.initial = [column.name for column in single if column.scenario and column.scenario.attempt == 1]
        for kind in ("pair", "chain"):
            if not any(column.kind == kind for column in columns):
                del self.fields[kind]

    def filled(self, departments: Sequence[Department], stored: Mapping[Key, int]) -> dict[Key, int]:
        """What the quota would be: the numbers asked for, and the stored ones of departments that are left alone."""
        data = self.cleaned_data
        groups = {kind: data.get(kind) or 0 for kind in ("pair", "chain")}
        has_some = {key.department for key, number in stored.items() if number}
        above = {each.parent_id for each in departments}
        # A unit that only holds others has no telephone of its own.
        called = [each for each in departments if each.pk not in above or each.phone_numbers]
        wanted = [each for each in called if not (data["empty_only"] and each.pk in has_some)]
        over = [column for column in self.columns if column.name in data["over"] or column.scenario is None]
        fresh = quotas.spread(data["each"], over=over, departments=wanted, groups=groups)
        kept = {key: number for key, number in stored.items() if key.department not in {each.pk for each in wanted}}
        return kept | fresh


# --- the plan ---------------------------------------------------------------------------------------------------------


class DaysField(forms.CharField):
    """Some days, with a comma between them, as a day is written in the reader's language or as 2026-12-25."""

    def clean(self, value: Any) -> Any:
        day = forms.DateField()
        return tuple(sorted({day.clean(each.strip()) for each in super().clean(value).split(",") if each.strip()}))


class PlanForm(forms.Form):
    """What a plan is drawn by; in the address, so that the same link draws the same plan."""

    WINDOWS = (
        (60, gettext_lazy("one hour")),
        (120, gettext_lazy("two hours")),
        (240, gettext_lazy("half a day")),
        (1440, gettext_lazy("the whole day")),
    )

    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Time in which a call is to be made"), coerce=int, choices=WINDOWS, initial=240
    )
    pair_days = forms.IntegerField(
        label=gettext_lazy("Most days between the calls of a matched pair"),
        min_value=1,
        max_value=28,
        initial=planning_work.PAIR_DAYS,
    )
    chain_days = forms.IntegerField(
        label=gettext_lazy("Most days between the first and last call of a chain"),
        min_value=1,
        max_value=60,
        initial=planning_work.CHAIN_DAYS,
    )
    evaluators = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Evaluators"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    without = DaysField(
        label=gettext_lazy("Not on these days"),
        help_text=gettext_lazy("Public holidays and the like, with a comma between them: 2026-12-25, 2027-01-01."),
        required=False,
        max_length=600,
    )
    anew = forms.BooleanField(
        label=gettext_lazy("plan anew what nobody has accepted yet"),
        help_text=gettext_lazy("Calls that are on offer are withdrawn and dealt out again. What was accepted stays."),
        required=False,
    )
    seed = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[User], seed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seed"].initial = seed
        evaluators = self.fields["evaluators"]
        assert isinstance(evaluators, forms.TypedMultipleChoiceField)
        evaluators.choices = [(person.pk, str(person)) for person in people]
        evaluators.initial = [person.pk for person in people]
        if not people:
            del self.fields["evaluators"]

    @cached_property
    def choice(self) -> planning_work.Wish | None:
        """What was chosen, the usual before anything was; None when it cannot be read."""
        if not self.is_bound:
            return planning_work.Wish(seed=self.fields["seed"].initial)
        if not self.is_valid():
            return None
        chosen = dict(self.cleaned_data)
        return planning_work.Wish(**chosen | {"evaluators": tuple(chosen.get("evaluators", ()))})
