"""Signing in and out, passwords, the reader's language."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from surveys.demo import DEMO_PASSWORD
from surveys.models import Membership, Organisation, User
from tests.people import PASSWORD, client_for

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
WRONG = "This e-mail address and password do not belong together."


def sign_in(client, user, password=PASSWORD, **fields):
    return client.post(LOGIN, {"login": getattr(user, "email", user), "password": password} | fields)


def plain(page) -> str:
    """The page without what differs from one to the next: hidden tokens and what was typed."""
    return re.sub(r'value="[^"]*"', "", page.text)


def signed_in_as(client):
    return client.session.get("_auth_user_id")


# --- in and out -------------------------------------------------------------------------------------------------------


def test_signing_in_and_out(people, client):
    page = client.get(LOGIN).text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
    response = sign_in(client, people["analyst"])
    assert response["Location"] == "/"
    assert signed_in_as(client) == str(people["analyst"].pk)
    assert "Sign out?" in client.get("/accounts/logout/").text
    assert signed_in_as(client)
    client.post("/accounts/logout/")
    assert signed_in_as(client) is None


def test_the_address_may_be_typed_in_capitals(people, client):
    sign_in(client, people["analyst"].email.upper())
    assert signed_in_as(client)


def test_signing_in_goes_on_where_one_was_going(org, people, client):
    wanted = reverse("members", args=[org.slug])
    door = client.get(wanted)
    assert door["Location"] == f"{LOGIN}?next={wanted}"
    assert f'value="{wanted}"' in client.get(door["Location"]).text
    assert sign_in(client, people["administrator"], next=wanted)["Location"] == wanted


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", r"/\evil.example"]
)
def test_signing_in_leads_nowhere_else(people, client, target):
    assert "evil" not in sign_in(client, people["analyst"], next=target)["Location"]


def test_a_wrong_password_and_an_unknown_address_are_told_alike(people, client):
    wrong = sign_in(client, people["analyst"], "not-the-password")
    unknown = sign_in(client, "nobody@nowhere.example", "not-the-password")
    for page in (wrong, unknown):
        assert page.status_code == 200
        assert WRONG in page.text
        assert "<title>Error:" in page.text
    assert plain(wrong) == plain(unknown)
    assert signed_in_as(client) is None


def test_a_closed_account_is_told_so_only_with_its_password(people, client):
    User.objects.filter(pk=people["analyst"].pk).update(is_active=False)
    assert WRONG in sign_in(client, people["analyst"], "not-the-password").text
    page = client.get(sign_in(client, people["analyst"])["Location"])
    assert "This account is closed" in page.text
    assert signed_in_as(client) is None


@pytest.mark.parametrize("backend", ["locmem", "database"])
def test_guessing_is_slowed_down_for_everyone_alike(people, client, settings, backend):
    """The limit is counted in a cache that all processes share."""
    if backend == "database":
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "project_cache"}
        }
        caches["default"].clear()
    for _attempt in range(5):
        assert WRONG in sign_in(client, people["analyst"], "not-the-password").text
    assert "Too many attempts" in sign_in(Client(), people["analyst"]).text
    assert signed_in_as(client) is None
    assert sign_in(Client(), people["manager"]).status_code == 302


def test_too_many_requests_get_a_page(client, db):
    for _attempt in range(5):
        client.post(RESET, {"email": "a@nowhere.example"})
    page = client.post(RESET, {"email": "a@nowhere.example"})
    assert page.status_code == 429
    assert "Too many attempts" in page.text


def test_nobody_signs_up(client, db):
    page = client.get("/accounts/signup/")
    assert "by invitation" in page.text
    client.post("/accounts/signup/", {"email": "me@nowhere.example", "password1": "drie groene fietsen"})
    assert not User.objects.exists()


def test_the_demo_signs_in_with_one_button(client, db, settings):
    assert DEMO_PASSWORD not in client.get(LOGIN).text
    settings.DEMO = True
    page = client.get(LOGIN).text
    for name in ("evaluator", "reviewer", "coordinator", "manager", "analyst", "admin"):
        assert f'value="{name}@demo.example"' in page
    user = User.objects.create_user("manager@demo.example", DEMO_PASSWORD)
    sign_in(client, user, DEMO_PASSWORD)
    assert signed_in_as(client) == str(user.pk)


# --- passwords --------------------------------------------------------------------------------------------------------


def reset_link(client, user) -> str:
    client.post(RESET, {"email": user.email})
    return re.findall(r"http://testserver(/\S+)", str(mail.outbox[-1].body))[0]


def test_a_forgotten_password_is_chosen_anew(people, client):
    user = people["analyst"]
    elsewhere = client_for(user)
    link = reset_link(client, user)
    assert mail.outbox[0].to == [user.email]
    form = client.get(link)["Location"]
    assert 'autocomplete="new-password"' in client.get(form).text
    assert "too short" in client.post(form, {"password1": "kort"}).text
    assert "too similar" in client.post(form, {"password1": user.email}).text
    done = client.post(form, {"password1": "vier blauwe fietsen"}, follow=True)
    assert "Your password is changed" in done.text
    assert signed_in_as(elsewhere) is not None
    assert elsewhere.get("/account/").status_code == 302
    assert sign_in(client, user, "vier blauwe fietsen").status_code == 302
    assert "This link no longer works" in Client().get(link, follow=True).text


def test_a_reset_link_works_for_a_day(people, client, time_machine):
    start = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    link = reset_link(client, people["analyst"])
    time_machine.move_to(start + dt.timedelta(hours=23), tick=False)
    assert "This link no longer works" not in Client().get(link, follow=True).text
    time_machine.move_to(start + dt.timedelta(hours=25), tick=False)
    assert "This link no longer works" in Client().get(link, follow=True).text


def test_asking_for_a_password_tells_nobody_who_has_an_account(people, client):
    known = client.post(RESET, {"email": people["analyst"].email}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@nowhere.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert plain(known) == plain(unknown)
    assert [message.to for message in mail.outbox] == [[people["analyst"].email], ["nobody@nowhere.example"]]
    assert "There is no account" in mail.outbox[1].body
    assert "signup" not in mail.outbox[1].body


def test_a_mail_server_that_is_down_tells_nobody_either(people, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    assert client.post(RESET, {"email": people["analyst"].email})["Location"] == f"{RESET}done/"


def test_a_password_is_changed_by_who_knows_it(people):
    user = people["analyst"]
    here, there = client_for(user), client_for(user)
    path = reverse("account_change_password")
    assert (
        "This is not your current password"
        in here.post(path, {"oldpassword": "x", "password1": "vier blauwe fietsen"}).text
    )
    assert "too common" in here.post(path, {"oldpassword": PASSWORD, "password1": "1234567890"}).text
    done = here.post(path, {"oldpassword": PASSWORD, "password1": "vier blauwe fietsen"}, follow=True)
    assert done.redirect_chain[0][0] == "/account/"
    assert "Your password is changed." in done.text
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


# --- language ---------------------------------------------------------------------------------------------------------


def language_of(client, path="/accounts/password/change/", **options) -> str:
    return re.findall(r'<html lang="(\w+)"', client.get(path, **options).text)[0]


def test_the_language_is_the_readers_then_the_browsers_then_the_organisations(org, people):
    user = people["analyst"]
    client = client_for(user)
    dutch, english, french = ({"Accept-Language": code} for code in ("nl-BE,nl;q=0.8", "en", "fr"))

    assert language_of(client, headers=dutch) == "en"
    User.objects.filter(pk=user.pk).update(language="nl")
    assert language_of(client, headers=english) == "nl"
    User.objects.filter(pk=user.pk).update(language="")
    assert language_of(client, headers=english) == "en"
    assert language_of(client, headers=dutch) == "nl"
    assert language_of(client) == "nl"
    assert language_of(client, headers=french) == "nl"
    Organisation.objects.filter(pk=org.pk).update(language="en")
    assert language_of(client, headers=french) == "en"
    client.cookies["klankbord_language"] = "nl"
    assert language_of(client, headers=english) == "nl"


def test_the_organisation_in_view_decides_for_who_has_several(org, elsewhere, people):
    user = people["analyst"]
    User.objects.filter(pk=user.pk).update(language="")
    Organisation.objects.filter(pk=org.pk).update(language="en")
    Membership.objects.create(user=user, organisation=elsewhere, role="analyst")
    client = client_for(user)
    assert language_of(client) == "en"
    session = client.session
    session["organisation"] = elsewhere.slug
    session.save()
    assert language_of(client) == "nl"


def test_choosing_a_language_is_kept_on_the_device_and_the_account(people):
    client = client_for(people["analyst"])
    response = client.post("/language/", {"language": "nl", "next": "/help/?a=1"})
    assert response["Location"] == "/help/?a=1"
    assert client.cookies["klankbord_language"].value == "nl"
    assert User.objects.get(pk=people["analyst"].pk).language == "nl"
    client.post("/accounts/logout/")
    assert language_of(client, LOGIN) == "nl"
    assert client.get("/language/").status_code == 405


def test_a_visitor_chooses_a_language_too(client, db):
    assert language_of(client, LOGIN) == "en"
    client.post("/language/", {"language": "nl", "next": LOGIN})
    assert language_of(client, LOGIN) == "nl"
    client.post("/language/", {"language": "xx", "next": LOGIN})
    assert language_of(client, LOGIN) == "nl"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "http:///evil.example", r"\\evil.example", "javascript:alert(1)", ""],
)
def test_choosing_a_language_leads_nowhere_else(client, db, target):
    assert client.post("/language/", {"language": "nl", "next": target})["Location"] == "/"


def test_mail_to_a_person_is_in_their_language(people, client, monkeypatch):
    from project import accounts

    spoken = []
    real = accounts.DefaultAccountAdapter.send_mail

    def listen(self, prefix, email, context):
        spoken.append(accounts.translation.get_language())
        return real(self, prefix, email, context)

    monkeypatch.setattr(accounts.DefaultAccountAdapter, "send_mail", listen)
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    client.post(RESET, {"email": people["analyst"].email}, headers={"Accept-Language": "en"})
    assert spoken == ["nl"]
