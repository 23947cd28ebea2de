"""Forms about what is heard: the recording of a call, who listened along, calibration sessions and gold calls."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.calls import MomentField
from surveys.models import Call, User, Wave

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_WORDS = 500


class RecordingForm(forms.Form):
    """What the browser offers to choose from is a help; what the file holds is looked at when it is kept."""

    file = forms.FileField(
        label=gettext_lazy("Recording"),
        widget=forms.FileInput(attrs={"accept": "audio/*,.mp3,.m4a,.aac,.wav,.ogg,.opus,.webm,.flac"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = settings.RECORDING_LIMIT // 1024 // 1024
        self.fields["file"].help_text = _("MP3, M4A, AAC, WAV, FLAC, OGG (Opus) or WebM, at most %(limit)s MB.") % {
            "limit": limit
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.RECORDING_LIMIT:
            limit = settings.RECORDING_LIMIT // 1024 // 1024
            raise ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": limit})
        return file


class EraseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is erased now"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ListenerForm(forms.Form):
    """Who listened along; `colleagues` are those who can be named."""

    listener = forms.TypedChoiceField(
        label=gettext_lazy("Who listened along"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {user.pk: user for user in colleagues}
        self.fields["listener"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody")),
            *((user.pk, str(user)) for user in colleagues),
        ]

    @property
    def chosen(self) -> User | None:
        return self.colleagues.get(self.cleaned_data["listener"])


# --- calibration and gold ---------------------------------------------------------------------------------------------

MOST_CALLS = 200


class PeopleField(forms.TypedMultipleChoiceField):
    """Some of these people, ticked one by one."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, people: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(coerce=int, **kwargs)
        self.know(people)

    def know(self, people: Sequence[User]) -> None:
        self.people = {user.pk: user for user in people}
        self.choices = [(user.pk, str(user)) for user in people]

    def clean(self, value: Any) -> list[User]:
        return [self.people[pk] for pk in super().clean(value)]


class HeardCallField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own takes none at run time
    def label_from_instance(self, obj: Any) -> str:
        day = formats.date_format(obj.called_at.astimezone(obj.organisation.zone), "SHORT_DATETIME_FORMAT")
        words = {"reference": obj.reference, "department": obj.department.name, "day": day}
        if obj.kind == Call.Kind.CALIBRATION:
            return _("%(reference)s, %(department)s, %(day)s, the expert's answers") % words
        return _("%(reference)s, %(department)s, %(day)s") % words


class OfCallForm(forms.Form):
    """What is made of the recording of a call."""

    call = HeardCallField(Call.objects.none(), label=gettext_lazy("Call"), empty_label=gettext_lazy("Choose a call"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def __init__(self, *args: Any, calls: "QuerySet[Call]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calls = calls
        field = self.fields["call"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = calls
        shown = list(calls[:MOST_CALLS])
        field.choices = [("", field.empty_label or ""), *((call.pk, field.label_from_instance(call)) for call in shown)]


class CalibrationForm(OfCallForm):
    expert = forms.TypedChoiceField(
        label=gettext_lazy("Expert"),
        coerce=int,
        help_text=gettext_lazy("The others are compared with this evaluator's answers."),
    )
    participants = PeopleField(label=gettext_lazy("Participants"))
    due_at = MomentField(label=gettext_lazy("To be scored until"))

    def __init__(self, *args: Any, evaluators: Sequence[User], zone: dt.tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evaluators = {user.pk: user for user in evaluators}
        people, due_at = self.fields["participants"], self.fields["due_at"]
        assert isinstance(people, PeopleField)
        assert isinstance(due_at, MomentField)
        people.know(evaluators)
        due_at.zone = zone
        self.fields["expert"].choices = [(user.pk, str(user)) for user in evaluators]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "expert": self.evaluators[self.cleaned_data["expert"]]}


class GoldForm(OfCallForm):
    """Its right answers begin as those of the call and are looked at on the next page."""


class SlipForm(forms.Form):
    wave = forms.ModelChoiceField(
        Wave.objects.none(), label=gettext_lazy("In the list of which wave"), empty_label=None
    )
    evaluators = PeopleField(label=gettext_lazy("Whose list"))

    def __init__(self, *args: Any, waves: "QuerySet[Wave]", evaluators: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wave, people = self.fields["wave"], self.fields["evaluators"]
        assert isinstance(wave, forms.ModelChoiceField)
        assert isinstance(people, PeopleField)
        wave.queryset = waves
        people.know(evaluators)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What was agreed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
