"""What a reviewer decides about a call, always about the call as they saw it."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.messages import explain
from surveys.models import Call
from surveys.workflow import UnderAppeal, WorkflowError

MAX_REASON = 2000
# What the names of notes at questions begin with: "note-greeting.own_name".
NOTE: Final = "note-"
# Many at once are still as many as a person has looked at.
MOST_AT_ONCE: Final = 100
_TICKED: Final = re.compile(r"([0-9]{1,18}):([a-z0-9-]{1,40})")


def seen_mark(call: Call) -> str:
    """What a page shows of a call, in short: another state or another revision is another call to decide about."""
    return f"{call.state}-{call.revision}"


def ticked(values: Iterable[str]) -> dict[int, str]:
    """Calls ticked on a list, each with what the page showed of it: "12:submitted-3"; what is not ours is left out."""
    found = (_TICKED.fullmatch(value) for value in values)
    return dict([(int(match[1]), match[2]) for match in found if match][:MOST_AT_ONCE])


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
        self.is_stale = not isinstance(error, UnderAppeal)
        self.add_error(None, explain(error))

    @property
    def decision(self) -> dict[str, Any]:
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
        if not self.has_reason and not {"quick", "reason"} & set(self.errors):
            self.add_error("reason", ValidationError(_("Give a reason: choose one or write it down."), code="required"))
        return values

    @property
    def has_reason(self) -> bool:
        return bool(self.words)

    @property
    def words(self) -> str:
        """The reason as it is kept: the chips chosen, then what was typed."""
        chosen = [str(self.usual[int(number)]) for number in self.cleaned_data.get("quick") or ()]
        return "\n".join([*chosen, *filter(None, [self.cleaned_data.get("reason")])])

    @property
    def decision(self) -> dict[str, Any]:
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

    def __init__(self, data: Any = None, *, call: Call) -> None:
        super().__init__(data, call=call)
        # The fields stand at their questions, all over the page, and belong to this form by its id.
        for code in call.answers if call.pk else ():
            self.fields[f"{NOTE}{code}"] = forms.CharField(
                label=_("Note"), required=False, max_length=MAX_REASON, widget=forms.Textarea
            )

    @property
    def notes(self) -> dict[str, str]:
        """What was typed at questions: {item code: words}."""
        typed = self.cleaned_data if hasattr(self, "cleaned_data") else {}
        found = {name.removeprefix(NOTE): words for name, words in typed.items() if name.startswith(NOTE) and words}
        for name in self.errors if self.is_bound else ():
            if name.startswith(NOTE):
                found[name.removeprefix(NOTE)] = self.data.get(name, "")
        return found

    @property
    def note_errors(self) -> dict[str, Any]:
        return {name.removeprefix(NOTE): found for name, found in self.errors.items() if name.startswith(NOTE)}

    @property
    def has_reason(self) -> bool:
        return bool(self.words or self.notes)

    @property
    def decision(self) -> dict[str, Any]:
        return {"reason": self.words, "notes": self.notes}


class VoidForm(ReasonForm):
    place = "void"
    done = gettext_lazy("%(call)s is voided and counts nowhere.")
    usual = (
        gettext_lazy("Made by mistake or as a trial."),
        gettext_lazy("The wrong number was called."),
        gettext_lazy("The same call is there twice."),
        gettext_lazy("The caller was recognised as a tester."),
    )
