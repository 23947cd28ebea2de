"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def overview(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("overview")


def version(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("version")
