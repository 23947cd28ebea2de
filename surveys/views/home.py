"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


def help_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("help_page")


def organisation_home(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("organisation_home")
