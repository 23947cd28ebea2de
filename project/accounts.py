"""Sign-in: nobody signs up by themselves; people come by invitation."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from surveys import offline, people
from surveys.models import User

logger = logging.getLogger(__name__)

DEMO_SIGN_INS = (
    ("evaluator", _("Evaluator"), _("logs test calls")),
    ("reviewer", _("Reviewer"), _("approves them")),
    ("coordinator", _("Coordinator"), _("plans the fieldwork")),
    ("manager", _("Manager"), _("reads their departments")),
    ("analyst", _("Analyst"), _("reads everything")),
    ("admin", _("Administrator"), _("sets it all up")),
    ("works-council", _("Works council"), _("reads totals only")),
)


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This e-mail address and password do not belong together. Check both, or choose a new password by e-mail."
        ),
        "too_many_login_attempts": _(
            "Too many attempts in a short time. Wait five minutes, or choose a new password by e-mail."
        ),
        "enter_current_password": _("This is not your current password. Type it again."),
        "incorrect_password": _("This is not your password. Type it again."),
        "invalid_password_reset": _("This link no longer works."),
    }

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        if language := request.session.pop("language", ""):
            people.choose_language(user=user, language=language)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Signing in and out says so by itself; only a changed password deserves a word on the next page."""
        if args and args[0] == "account/messages/password_changed.txt" and request.user.is_authenticated:
            messages.success(request, _("Your password is changed."))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the receiver's own language. A mail that fails is logged: the page must not tell who has an account."""
        language = getattr(context.get("user"), "language", "") or translation.get_language() or settings.LANGUAGE_CODE
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.exception("The mail %s could not be sent", template_prefix)


class SignIn(LoginView):
    """The sign-in page; in the demo it opens with one button per role."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if self.request.COOKIES.get(offline.SHARED_COOKIE) == "yes":
            # On a device that several people use, closing the browser signs out.
            self.request.session.set_expiry(0)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **demo_sign_ins()}


def demo_sign_ins() -> dict[str, Any]:
    if not settings.DEMO:
        return {}
    from surveys.demo import DEMO_PASSWORD

    people = [(f"{name}@demo.example", role, what) for name, role, what in DEMO_SIGN_INS]
    return {"demo_people": people, "demo_password": DEMO_PASSWORD}
