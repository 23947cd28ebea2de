"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def page(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("page")


def calls_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("calls_csv")


def answers_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("answers_csv")
