"""Starting for real: one command makes an organisation that can go to work."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from surveys import defaults, starting
from surveys.models import AuditEntry, Checklist, ChecklistVersion, Membership, Organisation, Phrase, Scenario, User
from surveys.refused import Refused

AT = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)
PASSWORD = "Paardenbloem-in-mei-7"
COMMAND = "surveys.management.commands.start_organisation"


def start(**changes):
    given: dict[str, Any] = {
        "name": "Gemeente Oudwoude",
        "slug": "oudwoude",
        "language": "nl",
        "time_zone": "Europe/Amsterdam",
        "administrator_email": "Beheer@Oudwoude.example",
        "administrator_name": "Bea Heer",
        "password": PASSWORD,
        "at": AT,
    }
    return starting.start_organisation(**given | changes)


def run(*options, **more):
    out = io.StringIO()
    call_command("start_organisation", *options, stdout=out, stderr=out, **more)
    return out.getvalue()


# --- the step ---------------------------------------------------------------------------------------------------------


def test_an_organisation_begins_with_all_it_needs(db):
    organisation = start()
    administrator = User.objects.get()
    assert administrator.email == "beheer@oudwoude.example"
    assert administrator.check_password(PASSWORD)
    assert administrator.language == "nl"
    membership = Membership.objects.get()
    assert (membership.user, membership.organisation, membership.role) == (administrator, organisation, "administrator")
    version = ChecklistVersion.objects.get(checklist__organisation=organisation)
    assert (version.number, version.state, version.published_by) == (1, "published", administrator)
    assert version.document == defaults.read("checklist")
    assert version.definition.items
    assert Phrase.objects.filter(organisation=organisation).count() == len(defaults.read("phrases")) > 0
    assert Scenario.objects.filter(organisation=organisation).count() == len(defaults.read("scenarios")) > 0
    assert organisation.is_demo is False


def test_starting_is_in_the_audit_log(db):
    organisation = start()
    actions = set(AuditEntry.objects.filter(organisation=organisation, at=AT).values_list("action", flat=True))
    assert actions == {"organisation started", "role given", "published", "phrase made", "scenario made"}


def test_somebody_who_has_an_account_keeps_it(db):
    known = User.objects.create_user("beheer@oudwoude.example", "an-old-password-1", name="Bea Before", language="en")
    organisation = start(password=None, administrator_name="Somebody Else")
    known.refresh_from_db()
    assert (known.name, known.language) == ("Bea Before", "en")
    assert known.check_password("an-old-password-1")
    assert Membership.objects.get(organisation=organisation).user == known
    start(slug="nieuwoude", name="Nieuwoude")
    known.refresh_from_db()
    assert known.check_password("an-old-password-1")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slug": "taken"}, "There already is an organisation with the short name taken."),
        ({"slug": "no slug!"}, "slug: "),
        ({"name": ""}, "name: "),
        ({"language": "de"}, "language: "),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is not a time zone"),
        ({"administrator_email": "nobody"}, "valid email address"),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "1234567890"}, "too common"),
        ({"password": "beheer@oudwoude"}, "too similar"),
        ({"administrator_email": "gone@oudwoude.example"}, "may not sign in any more"),
    ],
)
def test_what_cannot_be_started_leaves_nothing_behind(db, changes, sentence):
    Organisation.objects.create(name="Taken", slug="taken")
    User.objects.create_user("gone@oudwoude.example", is_active=False)
    with pytest.raises(Refused, match=sentence):
        start(**changes)
    assert Organisation.objects.count() == User.objects.count() == 1
    assert not Checklist.objects.exists()
    assert not AuditEntry.objects.exists()


def test_two_organisations_do_not_share_what_they_begin_with(db):
    one, other = start(), start(slug="nieuwoude", name="Nieuwoude", language="en")
    assert Checklist.objects.get(organisation=one).name == "Telefoon"
    assert Checklist.objects.get(organisation=other).name == "Telephone"
    assert ChecklistVersion.objects.count() == 2


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_without_questions(db, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    said = run(
        "--name", "Gemeente Oudwoude", "--email", "bea@example.org", "--password-file", str(secret), "--no-input"
    )
    organisation = Organisation.objects.get()
    assert (organisation.slug, organisation.language, organisation.time_zone) == (
        "gemeente-oudwoude",
        "nl",
        "Europe/Amsterdam",
    )
    assert User.objects.get().check_password(PASSWORD)
    assert PASSWORD not in said
    assert reverse("account_login") in said
    assert "Departments" in said


def test_the_command_takes_the_password_from_standard_input(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    run("--name", "Oudwoude", "--email", "bea@example.org", "--password-file", "-", "--no-input")
    assert User.objects.get().check_password(PASSWORD)


def test_the_command_asks_for_what_is_missing_and_again_for_what_is_wrong(db, monkeypatch):
    Organisation.objects.create(name="Taken", slug="oudwoude")
    typed = iter(["Oudwoude", "", "nieuwoude", "de", "en", "", "nobody", "bea@example.org", "Bea Heer"])
    hidden = iter(["short", PASSWORD, "different", PASSWORD, PASSWORD])
    monkeypatch.setattr("builtins.input", lambda _question: next(typed))
    monkeypatch.setattr("getpass.getpass", lambda _question: next(hidden))
    said = run()
    organisation = Organisation.objects.get(slug="nieuwoude")
    assert (organisation.name, organisation.language) == ("Oudwoude", "en")
    user = User.objects.get()
    assert (user.email, user.name) == ("bea@example.org", "Bea Heer")
    assert user.check_password(PASSWORD)
    for sentence in (
        "short name oudwoude",
        "Choose nl or en",
        "valid email",
        "at least 10 characters",
        "These two differ",
    ):
        assert sentence in said
    assert next(typed, None) is None
    assert next(hidden, None) is None


def test_somebody_known_is_not_asked_for_a_password(db, monkeypatch):
    User.objects.create_user("bea@example.org", PASSWORD, name="Bea")
    monkeypatch.setattr("builtins.input", lambda _question: "")
    said = run("--name", "Oudwoude", "--email", "bea@example.org")
    assert "password included" in said
    assert Membership.objects.get().user.name == "Bea"


def test_without_a_password_the_administrator_can_choose_one_by_mail(client, db):
    said = run("--name", "Oudwoude", "--email", "bea@example.org", "--no-input")
    assert reverse("account_reset_password") in said
    assert not User.objects.get().has_usable_password()
    client.post(reverse("account_reset_password"), {"email": "bea@example.org"})
    assert [message.to for message in mail.outbox] == [["bea@example.org"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--name", "Taken", "--email", "bea@example.org"],
            "There already is an organisation with the short name taken.",
        ),
        (["--email", "bea@example.org"], "--name is missing."),
        (["--name", "Oudwoude"], "--email is missing."),
        (["--name", "Oudwoude", "--email", "bea"], "valid email"),
        (["--name", "Oudwoude", "--email", "bea@example.org", "--time-zone", "Mars"], "Mars is not a time zone"),
        (["--name", "Oudwoude", "--email", "bea@example.org", "--language", "de"], "invalid choice"),
        (["--name", "Oudwoude", "--email", "bea@example.org", "--password-file", "/no/such/file"], "cannot be read"),
        (["--name", "Oudwoude", "--email", "known@example.org", "--password-file", "-"], "keeps its password"),
        (["--name", "Oudwoude", "--email", "bea@example.org", "--password", PASSWORD], "unrecognized arguments"),
    ],
)
def test_the_command_refuses_in_one_sentence(db, options, sentence):
    Organisation.objects.create(name="Taken", slug="taken")
    User.objects.create_user("known@example.org", PASSWORD)
    with pytest.raises(CommandError, match=sentence):
        run(*options, "--no-input")
    assert Organisation.objects.count() == User.objects.count() == 1


def test_nobody_there_to_answer(db, monkeypatch):
    def closed(_question):
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)
    with pytest.raises(CommandError, match="give --name, or --no-input"):
        run()
