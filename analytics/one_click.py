"""The way out of our mails that takes one click, without signing in (RFC 8058): a signed address says whose mail it ends."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

if TYPE_CHECKING:
    from surveys.models import Organisation, User

View = Callable[[HttpRequest, str], HttpResponse]


def signed(keys: Sequence[int], *, salt: str) -> str:
    """What the link in a mail carries: keys of what it ends, and nothing else."""
    return signing.dumps(list(keys), salt=salt)


def of_signed(text: str, *, salt: str) -> tuple[int, int] | None:
    """The two keys of a link; `None` when it is not one of ours."""
    try:
        first, second = signing.loads(text, salt=salt)
    except signing.BadSignature:
        return None
    return first, second


def headers(address: str) -> dict[str, str]:
    """By which a mail program offers its own button."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def answer(
    request: HttpRequest,
    template: str,
    *,
    end: Callable[[], None],
    reader: "User",
    organisation: "Organisation",
    **words: Any,
) -> HttpResponse:
    """Ends it when that is what was asked, and says so in the reader's language."""
    if request.method == "POST":
        end()
    words |= {"email": reader.email, "done": request.method == "POST"}
    with translation.override(reader.language or organisation.language):
        return render(request, template, words)


def page(view: View) -> View:
    """GET asks, so that a mail scanner that opens links ends nothing; POST does it, by our button or the mail program's.

    A mail program posts here without ever having seen a page of ours: the signature stands in for the CSRF token.
    """
    return login_not_required(never_cache(csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(view))))
