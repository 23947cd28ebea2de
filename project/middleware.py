"""What the whole site does to every answer."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


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
