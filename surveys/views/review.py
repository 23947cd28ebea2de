"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def call_page(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("call_page")


def queue(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("queue")


def approve(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("approve")


def return_call(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("return_call")


def void(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("void")
