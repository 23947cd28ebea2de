"""What a reviewer decides about a call, always about the call as they saw it."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.messages import explain
from surveys.models import Call
from surveys.workflow import WorkflowError

MAX_REASON = 2000


def seen_mark(call: Call) -> str:
    """What a page shows of a call, in short: another state or another revision is another call to decide about."""
    return f"{call.state}-{call.revision}"


class DecisionForm(forms.Form):
    """Approving: nothing to fill in, but the call must still be the one on the page."""

    done: ClassVar[Any] = gettext_lazy("%(call)s is approved.")
    # Several of these forms stand on one page: each has ids of its own.
    place: ClassVar[str] = "approve"
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, call: Call) -> None:
        super().__init__(data, auto_id=f"{self.place}-%s")
        self.call = call
        self.is_stale = False

    def clean_seen(self) -> str:
        seen: str = self.cleaned_data["seen"]
        if seen != seen_mark(self.call):
            self.is_stale = True
            raise ValidationError(_("Somebody was first: this is the call as it is now."), code="stale")
        return seen

    def refuse(self, error: WorkflowError) -> None:
        """A step that came too late although the page was right a moment ago."""
        self.is_stale = True
        self.add_error(None, explain(error))

    @property
    def decision(self) -> dict[str, str]:
        """What the workflow's step is told besides who and when."""
        return {}


class ReasonForm(DecisionForm):
    """A decision that needs a reason: chips for the usual ones, words for the rest."""

    usual: ClassVar[tuple[Any, ...]] = ()
    quick = forms.MultipleChoiceField(
        label=gettext_lazy("Usual reasons"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, call: Call) -> None:
        super().__init__(data, call=call)
        self.fields["quick"].choices = [(str(number), words) for number, words in enumerate(self.usual)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.words and not {"quick", "reason"} & set(self.errors):
            self.add_error("reason", ValidationError(_("Give a reason: choose one or write it down."), code="required"))
        return values

    @property
    def words(self) -> str:
        """The reason as it is kept: the chips chosen, then what was typed."""
        chosen = [str(self.usual[int(number)]) for number in self.cleaned_data.get("quick") or ()]
        return "\n".join([*chosen, *filter(None, [self.cleaned_data.get("reason")])])

    @property
    def decision(self) -> dict[str, str]:
        return {"reason": self.words}


class ReturnForm(ReasonForm):
    place = "return"
    done = gettext_lazy("%(call)s went back to the evaluator.")
    usual = (
        gettext_lazy("A quote is missing."),
        gettext_lazy("The remark does not explain the answer."),
        gettext_lazy("The answer does not fit the quote."),
        gettext_lazy("The department or scenario is not right."),
        gettext_lazy("The time of the call is not right."),
    )


class VoidForm(ReasonForm):
    place = "void"
    done = gettext_lazy("%(call)s is voided and counts nowhere.")
    usual = (
        gettext_lazy("Made by mistake or as a trial."),
        gettext_lazy("The wrong number was called."),
        gettext_lazy("The same call is there twice."),
        gettext_lazy("The caller was recognised as a tester."),
    )
