"""The health of the process, answers to wrong requests, and who may keep a copy of a page."""

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from project import views
from project.middleware import PersonalPages
from surveys.models import User

pytestmark = pytest.mark.django_db


def broken():
    raise DatabaseError("gone")


def test_healthz(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "cache": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("part", ["database", "cache"])
def test_healthz_names_the_part_that_fails(client, monkeypatch, part):
    monkeypatch.setattr(views, f"_{part}", broken)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "failing", "database": "ok", "cache": "ok"} | {part: "failing"}


def test_healthz_needs_neither_session_nor_many_queries(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/healthz")
    assert not response.cookies


def test_healthz_is_for_reading(client):
    assert client.post("/healthz").status_code == 405


def test_a_page_that_is_not_there(client):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "Nothing is here" in response.content.decode()


def test_a_form_without_its_token():
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@b.nl", "password": "x"})
    assert response.status_code == 403
    assert "open too long" in response.content.decode()


@pytest.mark.parametrize("view", [views.bad_request, views.forbidden, views.not_found])
def test_pages_for_wrong_requests_can_be_drawn(client, view):
    client.get("/healthz")
    request = client.get("/no/such/page/").wsgi_request
    response = view(request, Exception())
    assert b'<main id="main"' in response.content


def test_a_fault_of_ours_is_told_without_anything_that_may_be_broken(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Er ging iets mis" in response.content.decode()
    assert "{%" not in render_to_string("500.html")


def test_a_crash_shows_the_apology(client, monkeypatch):
    monkeypatch.setattr(views, "_database", lambda: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/healthz")
    assert (response.status_code, "Something went wrong" in response.content.decode()) == (500, True)


class TestPersonalPages:
    def answer(self, *, user, headers=None, **response_headers):
        request = RequestFactory().get("/", headers=headers or {})
        request.user = user
        return PersonalPages(lambda _: HttpResponse(headers=response_headers))(request)

    def test_signed_in(self):
        assert self.answer(user=User())["Cache-Control"] == "private, no-store"

    def test_stranger(self):
        from django.contrib.auth.models import AnonymousUser

        assert "Cache-Control" not in self.answer(user=AnonymousUser())

    def test_token(self):
        from django.contrib.auth.models import AnonymousUser

        answer = self.answer(user=AnonymousUser(), headers={"Authorization": "Bearer x"})
        assert answer["Cache-Control"] == "private, no-store"

    def test_a_view_may_decide_otherwise(self):
        assert (
            self.answer(user=User(), **{"Cache-Control": "private, max-age=60"})["Cache-Control"]
            == "private, max-age=60"
        )


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_account_pages_are_kept_nowhere(client, name):
    response = client.get(reverse(name))
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
