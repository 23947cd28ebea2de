"""Sign-in forms in our own words: allauth's rules, plain labels, no placeholders, one field for a new password.

A mistyped new password is mended by e-mail; typing it twice only helps those who cannot paste.
"""

from typing import Any

from allauth.account import forms as allauth
from django.utils.translation import gettext_lazy as _

NEW_PASSWORD = _("At least 10 characters. A few words in a row are strong and easy to remember.")


class _Plain:
    """Our labels and help instead of placeholders; what is typed twice is asked once."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")


class SignIn(_Plain, allauth.LoginForm):
    labels = {"login": _("E-mail address"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # "username" is how password managers find the account; the field stays an e-mail field for the keyboard.
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }


class ForgottenPassword(_Plain, allauth.ResetPasswordForm):
    labels = {"email": _("E-mail address")}


class NewPassword(_Plain, allauth.ResetPasswordKeyForm):
    labels = {"password1": _("New password")}
    helps = {"password1": NEW_PASSWORD}


class ChangedPassword(_Plain, allauth.ChangePasswordForm):
    labels = {"oldpassword": _("Current password"), "password1": _("New password")}
    helps = {"password1": NEW_PASSWORD}


class FirstPassword(_Plain, allauth.SetPasswordForm):
    labels = {"password1": _("New password")}
    helps = {"password1": NEW_PASSWORD}


class Reauthenticate(_Plain, allauth.ReauthenticateForm):
    labels = {"password": _("Password")}
