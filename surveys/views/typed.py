"""What was typed in a page without script whose session had ended: kept over the sign-in and shown again, not lost."""

from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict

KEY: Final = "typed"
# Of one page of a form; more than this nobody types.
MOST: Final = 200_000
KEPT_FOR: Final = 3600


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """On to signing in. What was posted waits in the visitor's session, under its address: only whose page that is sees it."""
    if request.method == "POST":
        typed = request.POST.copy()
        typed.pop("csrfmiddlewaretoken", None)
        if len(text := typed.urlencode()) <= MOST:
            request.session[KEY] = {"path": request.path, "text": text}
            request.session.set_expiry(KEPT_FOR)
    return redirect_to_login(request.get_full_path())


def before_sign_in(request: HttpRequest) -> QueryDict | None:
    """What was typed in this very page before."""
    kept = request.session.get(KEY)
    return QueryDict(kept["text"]) if kept and kept["path"] == request.path else None


def is_saved(request: HttpRequest) -> None:
    """The page has been sent again: nothing waits any more."""
    request.session.pop(KEY, None)
