"""The reader's own: name, language, API tokens, and the door that an invitation opens."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from surveys import access, people, tokens
from surveys.forms.account import ProfileForm, TokenForm
from surveys.forms.people import AcceptForm
from surveys.refused import Refused

if TYPE_CHECKING:
    from surveys.models import Invitation

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def profile(request: HttpRequest) -> HttpResponse:
    user = access.signed_in(request)
    form = ProfileForm(request.POST or None, instance=user, evaluates=access.is_evaluator(user))
    if form.is_valid():
        people.save_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return _with_language(redirect("profile"), user.language)
    page = {
        "form": form,
        "memberships": access.own_memberships(user),
        "tokens": access.kept_tokens(user),
        "now": timezone.now(),
    }
    return render(request, "surveys/account/profile.html", page)


@form_page
def token_new(request: HttpRequest) -> HttpResponse:
    user, now = access.signed_in(request), timezone.now()
    form = TokenForm(request.POST or None, departments=access.visible_departments(user))
    if form.is_valid():
        token, text = tokens.issue_token(user=user, at=now, **form.values(now))
        # Shown in this one answer, without a redirect: the text of a token is kept nowhere, not even in the session.
        return render(request, "surveys/account/token_made.html", {"token": token, "text": text})
    return render(request, "surveys/account/token_new.html", {"form": form})


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = access.signed_in(request)
    token = tokens.revoke_token(token=access.own_token_or_404(user, pk), by=user, at=timezone.now())
    messages.success(request, _("“%(token)s” no longer opens anything.") % {"token": token.name})
    return redirect("profile")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language, target = request.POST.get("language", ""), request.POST.get("next", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=request.is_secure()):
        target = "/"
    if language not in dict(settings.LANGUAGES):
        return redirect(target)
    if request.user.is_authenticated:
        people.choose_language(user=access.signed_in(request), language=language)
    else:
        # Who chooses at the door and then comes in means it for themselves.
        request.session["language"] = language
    return _with_language(redirect(target), language)


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    """Keeps the choice on this device too, for the pages before signing in."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=bool(settings.LANGUAGE_COOKIE_SECURE),
        )
    return response


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@form_page
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    invitation = access.open_invitation(people.fingerprint(secret), timezone.now())
    if invitation is None:
        return render(request, "surveys/account/invitation_gone.html", status=404)
    account = people.account_of(invitation)
    if request.user.is_authenticated and request.user != account:
        return render(request, "surveys/account/invitation_other.html", {"invitation": invitation})
    if account is None:
        return _join_as_new(request, invitation)
    if request.user.is_authenticated:
        return _join(request, invitation)
    return render(request, "surveys/account/invitation_sign_in.html", {"invitation": invitation})


def _join_as_new(request: HttpRequest, invitation: "Invitation") -> HttpResponse:
    form = AcceptForm(request.POST or None, initial={"email": invitation.email})
    if form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password"]
        try:
            user = people.accept_as_new(invitation=invitation, name=name, password=password, at=timezone.now())
        except Refused as refused:
            return render(request, "surveys/account/invitation_gone.html", {"reason": refused}, status=409)
        login(request, user)
        return _welcome(request, invitation)
    return render(request, "surveys/account/invitation.html", {"form": form, "invitation": invitation})


def _join(request: HttpRequest, invitation: "Invitation") -> HttpResponse:
    if request.method == "POST":
        try:
            people.accept_as(invitation=invitation, user=access.signed_in(request), at=timezone.now())
        except Refused as refused:
            return render(request, "surveys/account/invitation_gone.html", {"reason": refused}, status=409)
        return _welcome(request, invitation)
    return render(request, "surveys/account/invitation_join.html", {"invitation": invitation})


def _welcome(request: HttpRequest, invitation: "Invitation") -> HttpResponse:
    name = invitation.organisation.name
    messages.success(request, _("Welcome to %(organisation)s.") % {"organisation": name})
    return redirect("organisation_home", invitation.organisation.slug)
