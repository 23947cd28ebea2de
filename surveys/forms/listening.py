"""Forms about what is heard: the recording of a call, and who listened along."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import User

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
