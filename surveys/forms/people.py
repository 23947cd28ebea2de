"""Forms about who takes part: inviting someone, their role, and accepting an invitation."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forms.fields import department_choices
from surveys.models import Department, Membership, Role, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAY = {
    Role.ADMINISTRATOR: gettext_lazy("sets everything up, invites people, and may do what a coordinator may"),
    Role.COORDINATOR: gettext_lazy("plans waves and scenarios, reviews calls, imports and exports"),
    Role.REVIEWER: gettext_lazy("approves calls or returns them, and reads all results"),
    Role.EVALUATOR: gettext_lazy("makes test calls and sees only their own"),
    Role.MANAGER: gettext_lazy("reads the results of their departments, never who called"),
    Role.ANALYST: gettext_lazy("reads and exports all results, never who called"),
    Role.WORKS_COUNCIL: gettext_lazy("reads totals only, no single call"),
}


def role_choices() -> list[tuple[str, Any]]:
    """Read anew by every form, in its reader's language."""
    line = '<span><b>{}</b> <span class="mute">{}</span></span>'
    return [(role.value, format_html(line, role.label, words)) for role, words in MAY.items()]


class RoleForm(forms.Form):
    """A role, and for a manager the departments it covers."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect, choices=role_choices)
    departments: forms.ModelMultipleChoiceField[Department] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Departments of a manager"),
        help_text=gettext_lazy("Those below them are included."),
    )

    def __init__(self, *args: Any, departments: "QuerySet[Department]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["departments"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = departments
        field.choices = department_choices(departments)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("role") == Role.MANAGER and "departments" in cleaned and not cleaned["departments"]:
            self.add_error("departments", _("Choose at least one department for a manager."))
        return cleaned


class InviteForm(RoleForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy("They get a link that works for seven days."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role", "departments")

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        self.known: User | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        self.known = next((m.user for m in self.members if m.user.email.lower() == email), None)
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        held = {m.role for m in self.members if self.known and m.user_id == self.known.pk}
        if cleaned.get("role") in held:
            message = _("%(person)s has this role already.")
            self.add_error("email", ValidationError(message, params={"person": self.known}, code="held"))
        return cleaned


class AcceptForm(forms.Form):
    """A new account for the invited address."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        disabled=True,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        strip=False,
        error_messages={"required": gettext_lazy("Choose a password.")},
        help_text=gettext_lazy("At least 10 characters. A few words in a row are strong and easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            person = User(email=self.initial.get("email", ""), name=cleaned.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned
