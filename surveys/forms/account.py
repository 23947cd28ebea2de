"""Forms about the reader's own account: name, language, API tokens."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from surveys.forms.fields import department_choices
from surveys.models import ApiToken, Department, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ProfileForm(forms.ModelForm[User]):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("browser", gettext_lazy("as my browser asks")), ("nl", "Nederlands"), ("en", "English")],
    )

    class Meta:
        model = User
        fields = ("name", "language", "reminders")
        labels = {"reminders": gettext_lazy("Remind me by e-mail")}
        help_texts = {
            "reminders": gettext_lazy("Of calls that are offered to you, due or past, and of promised callbacks.")
        }

    def __init__(self, *args: Any, evaluates: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not evaluates:
            # Only evaluators are reminded of anything.
            del self.fields["reminders"]
        self.initial["language"] = self.instance.language or "browser"

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        return "" if language == "browser" else language


class TokenForm(forms.Form):
    """What a token may, where and until when."""

    NEVER = "0"
    LASTS = (
        ("30", gettext_lazy("30 days")),
        ("90", gettext_lazy("90 days")),
        ("365", gettext_lazy("a year")),
        (NEVER, gettext_lazy("until it is revoked")),
    )

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("What will use it, such as “Power BI”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("It may"),
        choices=ApiToken.Scope.choices,
        initial=ApiToken.Scope.READ,
        widget=forms.RadioSelect,
    )
    lasts = forms.ChoiceField(label=gettext_lazy("It works for"), choices=LASTS, initial="90")
    departments: forms.ModelMultipleChoiceField[Department] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Only these departments"),
        help_text=gettext_lazy("With none chosen it sees all that you see."),
    )

    def __init__(self, *args: Any, departments: "QuerySet[Department]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["departments"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = departments
        field.choices = department_choices(departments)

    def values(self, at: dt.datetime) -> dict[str, Any]:
        """As `issue_token` takes them; `at` is when the token begins."""
        days = int(self.cleaned_data["lasts"])
        return {
            "name": self.cleaned_data["name"],
            "scope": self.cleaned_data["scope"],
            "departments": self.cleaned_data["departments"],
            "expires_at": at + dt.timedelta(days=days) if days else None,
        }
