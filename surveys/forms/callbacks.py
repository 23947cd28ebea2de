"""What became of a promised callback, and which promises the ledger shows."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.calls import MomentField
from surveys.forms.fields import department_choices
from surveys.ledger import WORDS
from surveys.messages import explain
from surveys.models import Callback, CallbackEvent, Department
from surveys.promises import OPEN, STATES
from surveys.querysets import CallbackQuerySet, with_descendants
from surveys.workflow import CallbackRefused, WorkflowError

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPEN_AND_BROKEN: Final = (*OPEN, "broken")


class CallbackForm(forms.Form):
    """That the call came, when and by whom, or that it did not."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=[("came", gettext_lazy("The call came")), ("not_come", gettext_lazy("No call came"))],
        widget=forms.RadioSelect,
    )
    happened_at = MomentField(
        label=gettext_lazy("When it came"),
        help_text=gettext_lazy("By the organisation's clock. Leave it as it is when no call came."),
        error_messages={"required": gettext_lazy("Enter when the call came.")},
    )
    by_whom = forms.CharField(
        label=gettext_lazy("Who called"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, callback: Callback, at: dt.datetime) -> None:
        last: CallbackEvent | None = next(reversed(callback.events.all()), None)
        came = last is not None and last.kind == CallbackEvent.Kind.CAME
        initial = {"happened_at": last.happened_at, "by_whom": last.by_whom, "kind": last.kind} if last and came else {}
        super().__init__(data, initial=initial or {"happened_at": at})
        moment = self.fields["happened_at"]
        if isinstance(moment, MomentField):
            moment.zone = callback.call.organisation.zone

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("kind") != CallbackEvent.Kind.NOT_COME:
            return values
        # What stands there for the other choice does not matter, right or wrong.
        self.errors.pop("happened_at", None)
        self.errors.pop("by_whom", None)
        return {**values, "happened_at": None, "by_whom": ""}

    def refuse(self, error: WorkflowError) -> None:
        self.add_error(error.field if isinstance(error, CallbackRefused) else None, explain(error))


class LedgerFilter(forms.Form):
    """Of which department, with all below it, and in which state; at first what is open or broken."""

    department = forms.TypedChoiceField(label=gettext_lazy("Department"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("open or broken")),
            ("open", gettext_lazy("open")),
            *((state, WORDS[state]) for state in STATES),
            ("all", gettext_lazy("all")),
        ],
    )

    def __init__(self, data: Any = None, *, departments: "QuerySet[Department]") -> None:
        super().__init__(data, auto_id="filter-%s")
        self.departments = list(departments)
        choice = self.fields["department"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", _("all departments")), *department_choices(self.departments)]

    @property
    def states(self) -> tuple[str, ...]:
        chosen = self.cleaned_data.get("state", "")
        return {"": OPEN_AND_BROKEN, "open": OPEN, "all": STATES}.get(chosen, (chosen,))

    def chosen(self, callbacks: CallbackQuerySet, **when: Any) -> CallbackQuerySet:
        """The promises to show; a filter that does not fit shows none, and says so beside itself."""
        if not self.is_valid():
            return callbacks.none()
        department = self.cleaned_data.get("department")
        if department:
            pairs = ((each.pk, each.parent_id) for each in self.departments)
            callbacks = callbacks.filter(call__department__in=with_descendants({department}, pairs))
        return callbacks.in_state(*self.states, **when)

    @property
    def is_narrowed(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())
