"""Stub: to be written."""

from django.http import HttpRequest, HttpResponse


def waves(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("waves")


def wave_new(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("wave_new")


def wave(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("wave")


def scenarios(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("scenarios")


def scenario_new(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("scenario_new")


def scenario(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("scenario")


def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("organisation")


def departments(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("departments")


def department_new(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("department_new")


def department(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("department")


def members(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("members")


def invite(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("invite")


def member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("member")


def member_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("member_end")


def invitation_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return HttpResponse("invitation_withdraw")
