"""Who is calling: a token in the header, or the session of someone signed in."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from surveys import tokens

if TYPE_CHECKING:
    from surveys.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer kb_...`; anything else in that header is left to the others."""

    def authenticate(self, request: Request) -> "tuple[User, ApiToken] | None":
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = timezone.now()
        token = tokens.find_token(text.strip(), at=at)
        if token is None:
            raise AuthenticationFailed(_("This token is not valid: it is unknown, expired or revoked."))
        tokens.note_use(token, at=at)
        user = token.user
        # Read by `standing()`, so that every door keeps within the token's departments.
        user.token_departments = tokens.reach(token)  # type: ignore[attr-defined]
        if user.language and "Accept-Language" not in request.headers:
            translation.activate(user.language)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="klankbord"'


class HasScope(BasePermission):
    """A token that may only read changes nothing. Someone signed in has no scope: their roles decide."""

    message = _("This token may only read.")

    def has_permission(self, request: Request, view: Any) -> bool:
        token: Any = request.auth
        return token is None or request.method in SAFE_METHODS or token.scope == "write"
