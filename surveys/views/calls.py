"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def own_list(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("own_list")


def start(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("start")


def facts(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("facts")


def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("resume")


def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    return HttpResponse("section")


def save(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("save")


def check(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("check")


def submitted(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("submitted")


def discard(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("discard")


def conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("conflicts")
