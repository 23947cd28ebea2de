"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def overview(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("overview")


def overview_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("overview")


def trend_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("overview")


def department(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("department")


def department_csv(request: HttpRequest, slug: str, pk: int, report: str) -> HttpResponse:
    return HttpResponse("department")
