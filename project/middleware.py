"""What the whole site does to every answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from surveys.querysets import standing

# Slots of a frame: Python gives a stack that does not fit a new piece of twice its power of two, 256 kB for this one.
ROOMY = 17_000


def stack_in_one_piece(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """All that answers a request runs in one piece of Python's stack, since its frame is said to need much of it.

    Python 3.11 and later (until 3.13.13 and 3.14.4) take the stack in pieces of 16 kB, and give each back to the system as
    soon as a call returns from it: a loop in a template that happens to stand at the edge of one pays for that thousands of
    times, a third of a page (https://github.com/python/cpython/issues/142183).
    """

    def roomy(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=ROOMY)
    return roomy


class Compressed(GZipMiddleware):
    """Pages and data are sent as a tenth of what they are, with Django's padding against guessing by their length.

    What streams goes as it is: a player asks for parts of a recording, and long files begin at once.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)


class PersonalPages:
    """An answer to someone signed in is theirs alone: no cache between us, or on the device, may keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        personal = request.user.is_authenticated or "Authorization" in request.headers
        if personal and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


class ReaderLanguage:
    """Pages speak the language their reader chose; else what the device or the browser asks for; else the organisation's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = self._chosen(request)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)

    def _chosen(self, request: HttpRequest) -> str:
        """None of our business ("") where LocaleMiddleware has found what was asked for."""
        user = request.user
        if not user.is_authenticated or (not user.language and asks_for_a_language(request)):
            return ""
        if user.language:
            return user.language
        known = list(standing(user).organisations.values())
        last_seen = request.session.get("organisation")
        chosen = next((organisation for organisation in known if organisation.slug == last_seen), None)
        return (chosen or known[0]).language if known else ""


def asks_for_a_language(request: HttpRequest) -> bool:
    """Whether the cookie or the browser names a language that we speak."""
    asked = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    asked += [language for language, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    return any(_spoken(language) for language in asked)


def _spoken(language: str) -> bool:
    try:
        return bool(translation.get_supported_language_variant(language))
    except LookupError:
        return False
