"""Tokens: made once, hashed, limited, revoked, and refused in every other case."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from surveys import access, tokens
from surveys.models import ApiToken, AuditEntry, User
from tests.people import AT, api_client

DAY = dt.timedelta(days=1)


@pytest.fixture
def analyst(people) -> User:
    return people["analyst"]


@pytest.fixture
def issued(analyst):
    return tokens.issue_token(user=analyst, name="R script", scope="read", at=AT)


def ask(text: str, client_for, **headers: str):
    return client_for(None).get("/api/v1/departments/", headers={"Authorization": f"Bearer {text}"} | headers)


def test_the_text_is_kept_nowhere(issued):
    token, text = issued
    assert tokens.SHAPE.fullmatch(text)
    assert text.startswith(f"kb_{token.prefix}_")
    secret = text.rsplit("_", 1)[1]
    stored = str(ApiToken.objects.values().get()) + str(list(AuditEntry.objects.values()))
    assert secret not in stored
    assert tokens.fingerprint(secret) in stored


def test_two_tokens_differ(analyst, issued):
    _token, text = tokens.issue_token(user=analyst, name="another", scope="read", at=AT)
    assert text != issued[1]


def test_issuing_and_revoking_are_in_the_log(analyst, issued):
    token, _text = issued
    tokens.revoke_token(token=token, by=analyst, at=AT + DAY)
    tokens.revoke_token(token=token, by=analyst, at=AT + 2 * DAY)
    entries = AuditEntry.objects.filter(subject="apitoken", subject_id=token.pk)
    assert [(entry.action, entry.actor, entry.at) for entry in entries] == [
        ("token issued", analyst, AT),
        ("token revoked", analyst, AT + DAY),
    ]


def test_a_scope_must_be_known(analyst):
    with pytest.raises(ValueError, match="'admin' is not a scope"):
        tokens.issue_token(user=analyst, name="x", scope="admin", at=AT)


def test_a_token_opens_what_its_user_sees(issued, client_for):
    response = ask(issued[1], client_for)
    assert response.status_code == 200
    assert len(response.json()["results"]) == 4
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("change", ["secret", "prefix", "no prefix", "empty", "longer", "upper case"])
def test_another_text_opens_nothing(issued, client_for, change):
    token, text = issued
    other = {
        "secret": text[:-1] + ("0" if text[-1] != "0" else "1"),
        "prefix": text.replace(token.prefix, "00000000"),
        "no prefix": text.rsplit("_", 1)[1],
        "empty": "",
        "longer": text + "0",
        "upper case": text.upper(),
    }[change]
    response = ask(other, client_for)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="klankbord"'
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"].endswith("not-authenticated")


@pytest.mark.parametrize("change", ["revoked", "expired", "inactive"])
def test_a_token_ends(analyst, issued, client_for, change):
    token, text = issued
    assert ask(text, client_for).status_code == 200
    now = timezone.now()
    if change == "revoked":
        tokens.revoke_token(token=token, by=analyst, at=now)
    elif change == "expired":
        ApiToken.objects.update(expires_at=now)
    else:
        User.objects.filter(pk=analyst.pk).update(is_active=False)
    assert ask(text, client_for).status_code == 401


def test_expiry_is_a_moment(analyst):
    _token, text = tokens.issue_token(user=analyst, name="x", scope="read", expires_at=AT + DAY, at=AT)
    assert tokens.find_token(text, at=AT + DAY - dt.timedelta(seconds=1))
    assert tokens.find_token(text, at=AT + DAY) is None


def test_a_bad_token_is_refused_even_beside_a_session(issued, people, client_for):
    client = client_for(people["administrator"])
    assert client.get("/api/v1/departments/").status_code == 200
    assert client.get("/api/v1/departments/", headers={"Authorization": "Bearer kb_x"}).status_code == 401


def test_last_use_is_written_once_a_minute(issued, django_assert_num_queries):
    token, text = issued
    tokens.note_use(token, at=AT)
    assert ApiToken.objects.get().last_used_at == AT
    again = tokens.find_token(text, at=AT + dt.timedelta(seconds=59))
    assert again
    with django_assert_num_queries(0):
        tokens.note_use(again, at=AT + dt.timedelta(seconds=59))
    tokens.note_use(again, at=AT + dt.timedelta(seconds=61))
    assert ApiToken.objects.get().last_used_at == AT + dt.timedelta(seconds=61)


def test_a_token_for_some_departments_sees_those_and_what_is_below(org, people, make_call):
    inside, outside = make_call(department="BUR"), make_call(department="BEL")
    limited = api_client(people["analyst"], "read", "PUB", org=org)
    everything = api_client(people["analyst"], "read")

    def codes(client):
        return {row["code"] for row in client.get("/api/v1/departments/").json()["results"]}

    assert codes(limited) == {"PUB", "BUR", "AFV"}
    assert codes(everything) == {"PUB", "BUR", "AFV", "BEL"}
    assert limited.get(f"/api/v1/calls/{inside.pk}/").status_code == 200
    assert limited.get(f"/api/v1/calls/{outside.pk}/").status_code == 404
    assert everything.get(f"/api/v1/calls/{outside.pk}/").status_code == 200


def test_a_limit_never_widens_what_a_manager_sees(org, people, make_call):
    outside = make_call(department="BEL")
    client = api_client(people["manager"], "read", "BEL", org=org)
    assert client.get(f"/api/v1/calls/{outside.pk}/").status_code == 404
    assert client.get("/api/v1/departments/").json()["results"] == []


# --- the command ------------------------------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("create_token", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_prints_the_token_alone(analyst, org):
    output = run("ANALYST@zuiderveen.example", "--scope", "read", "--name", "nightly", "--department", "bel")
    (line,) = output.splitlines()
    token = tokens.find_token(line, at=timezone.now())
    assert (token.user, token.scope, token.name) == (analyst, "read", "nightly")
    assert [department.code for department in token.departments.all()] == ["BEL"]
    assert token.expires_at == token.created_at + 365 * DAY
    assert AuditEntry.objects.get(action="token issued").actor is None


def test_a_token_for_ever(analyst):
    token = tokens.find_token(run(analyst.email, "--scope", "write", "--days", "0").strip(), at=timezone.now())
    assert token.expires_at is None
    assert access.own_tokens(analyst).get() == token


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody@zuiderveen.example", "--scope", "read"], "There is no user"),
        (["gone@zuiderveen.example", "--scope", "read"], "may not sign in"),
        (["manager@zuiderveen.example", "--scope", "read", "--department", "BEL"], "no department with the code BEL"),
        (["analyst@zuiderveen.example", "--scope", "read", "--days", "-1"], "--days"),
        (["analyst@zuiderveen.example", "--scope", "all"], "invalid choice"),
        (["analyst@zuiderveen.example"], "--scope"),
    ],
)
def test_the_command_says_what_is_wrong(people, words, message):
    User.objects.create_user("gone@zuiderveen.example", is_active=False)
    with pytest.raises(CommandError, match=message):
        run(*words)
    assert not ApiToken.objects.exists()
