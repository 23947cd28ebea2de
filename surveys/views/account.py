"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def profile(request: HttpRequest) -> HttpResponse:
    return HttpResponse("profile")


def token_new(request: HttpRequest) -> HttpResponse:
    return HttpResponse("token_new")


def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("token_revoke")


def set_language(request: HttpRequest) -> HttpResponse:
    return HttpResponse("set_language")


def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    return HttpResponse("invitation")
