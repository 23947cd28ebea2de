"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def runs(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("runs")


def upload(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("upload")


def run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("run")


def mapping(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("mapping")


def confirm(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("confirm")


def report(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("report")
