"""Where a reader lands, the own account, and API tokens."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys import tokens
from surveys.models import ApiToken, Department, Membership, User
from tests.people import PASSWORD, client_for

LOGIN = "/accounts/login/"


# --- where one lands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "lands"),
    [
        ("administrator", "departments"),
        ("coordinator", "overview"),
        ("reviewer", "review"),
        ("evaluator", "calls"),
        ("manager", "overview"),
        ("analyst", "overview"),
        ("works_council", "overview"),
    ],
)
def test_everyone_lands_where_their_work_begins(org, people, role, lands):
    client = client_for(people[role])
    assert client.get("/")["Location"] == reverse(lands, args=[org.slug])
    assert client.get(reverse("organisation_home", args=[org.slug]))["Location"] == reverse(lands, args=[org.slug])
    assert client_for(people["stranger"]).get(reverse("organisation_home", args=[org.slug])).status_code == 404


def test_an_administrator_lands_on_results_once_there_are_calls(org, people, make_call):
    make_call("submitted")
    assert client_for(people["administrator"]).get("/")["Location"] == reverse("overview", args=[org.slug])


def test_home_is_the_organisation_last_in_view(org, elsewhere, people):
    Membership.objects.create(user=people["evaluator"], organisation=elsewhere, role="evaluator")
    client = client_for(people["evaluator"])
    session = client.session
    session["organisation"] = elsewhere.slug
    session.save()
    assert client.get("/")["Location"] == reverse("calls", args=[elsewhere.slug])


def test_who_has_no_role_is_told_what_to_do(db):
    user = User.objects.create_user("alone@nowhere.example", PASSWORD, language="en")
    page = client_for(user).get("/")
    assert page.status_code == 200
    assert "Ask an administrator to invite" in page.text
    assert "alone@nowhere.example" in page.text
    assert client_for(None).get("/")["Location"] == f"{LOGIN}?next=/"


def test_help_is_for_everyone_who_is_in(people):
    for role in ("evaluator", "works_council", "stranger"):
        assert "How a score is made" in client_for(people[role]).get("/help/").text
    assert client_for(None).get("/help/").status_code == 302


# --- the account and its tokens ---------------------------------------------------------------------------------------


def test_name_and_language_are_ones_own(people):
    client = client_for(people["manager"])
    page = client.get("/account/").text
    assert "Gemeente Zuiderveen" in page
    assert "Publiekszaken" in page
    assert "This field is required" in client.post("/account/", {"name": "", "language": "en"}).text
    client.post("/account/", {"name": "Mira", "language": "nl", "is_staff": "on", "email": "x@y.example"})
    user = User.objects.get(pk=people["manager"].pk)
    assert (user.name, user.language, user.is_staff, user.email) == ("Mira", "nl", False, people["manager"].email)
    client.post("/account/", {"name": "Mira", "language": "browser"})
    assert User.objects.get(pk=user.pk).language == ""
    assert client.cookies["klankbord_language"].value == ""


def test_a_token_is_shown_once(people, departments):
    client = client_for(people["manager"])
    fields = {"name": "Power BI", "scope": "read", "lasts": "30", "departments": [departments["BUR"].pk]}
    page = client.post(reverse("token_new"), fields)
    text = re.findall(r"kb_[0-9a-f]{8}_[0-9a-f]{64}", page.text)[0]
    assert page["Cache-Control"] == "private, no-store"
    token = ApiToken.objects.get()
    assert tokens.find_token(text, at=timezone.now()) == token
    assert (token.user, token.scope, list(token.departments.all())) == (people["manager"], "read", [departments["BUR"]])
    assert token.expires_at is not None
    assert dt.timedelta(days=29) < token.expires_at - timezone.now() < dt.timedelta(days=31)
    listed = client.get("/account/").text
    assert token.prefix in listed
    assert "never used" in listed
    assert text not in listed
    assert text.split("_")[2] not in str(dict(client.session))


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"scope": "root"}, {"lasts": "9999"}, {"lasts": "-1"}, {"departments": ["BEL"]}]
)
def test_a_token_is_no_wider_than_its_maker(people, departments, fields):
    """A manager cannot name a department that is not theirs."""
    client = client_for(people["manager"])
    if "departments" in fields:
        fields = {"departments": [departments["BEL"].pk]}
    page = client.post(reverse("token_new"), {"name": "BI", "scope": "read", "lasts": "0"} | fields)
    assert "<title>Error:" in page.text
    assert not ApiToken.objects.exists()
    assert client.post(reverse("token_new"), {"name": "BI", "scope": "read", "lasts": "0"}).status_code == 200
    assert ApiToken.objects.get().expires_at is None


def test_a_token_is_revoked_by_its_owner_only(people):
    token, text = tokens.issue_token(user=people["analyst"], name="Power-BI-link", scope="read", at=timezone.now())
    path = reverse("token_revoke", args=[token.pk])
    assert client_for(people["administrator"]).post(path).status_code == 404
    assert client_for(people["analyst"]).get(path).status_code == 405
    assert tokens.find_token(text, at=timezone.now()) == token
    assert "Power-BI-link" not in client_for(people["administrator"]).get("/account/").text
    done = client_for(people["analyst"]).post(path, follow=True)
    assert "no longer opens anything" in done.text
    assert tokens.find_token(text, at=timezone.now()) is None
    assert token.prefix not in done.text


def test_the_account_page_takes_a_few_queries(org, people, django_assert_max_num_queries):
    bur = Department.objects.get(organisation=org, code="BUR")
    for number in range(10):
        name, now = f"T{number}", timezone.now()
        tokens.issue_token(user=people["administrator"], name=name, scope="read", departments=[bur], at=now)
    client = client_for(people["administrator"])
    with django_assert_max_num_queries(14):
        assert "T9" in client.get("/account/").text


def test_ones_own_pages_ask_for_signing_in(client, db):
    for path in ("/account/", "/account/tokens/new/"):
        assert client.get(path)["Location"] == f"{LOGIN}?next={path}"
