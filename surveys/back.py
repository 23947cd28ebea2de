"""Where the reader of a call came from, so that the way back leads there."""

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve

RESULTS: Final = frozenset({"overview", "topic", "department"})


def results_before(request: HttpRequest, slug: str) -> str:
    """The page of this organisation's results that led here, with its filters, as the browser says; "" when none did."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
        if came_from.netloc != request.get_host():
            return ""
        found = resolve(came_from.path)
    except (ValueError, Resolver404):
        return ""
    if found.url_name not in RESULTS or found.kwargs.get("slug") != slug:
        return ""
    return came_from._replace(scheme="", netloc="").geturl()
