"""How people come in: invited, by a link that works once, with an account or without."""

import datetime as dt
import re
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from surveys import people as steps
from surveys.models import AuditEntry, Department, Invitation, Membership, User
from surveys.refused import Refused
from tests.people import PASSWORD, client_for
from tests.tools.threads import at_once

NEW = {"name": "Nora Nieuw", "password": "drie groene fietsen"}


@pytest.fixture
def invite(org, people):
    def make(email="nora@nieuw.example", role="evaluator", departments=(), at=None):
        at = at or timezone.now()
        by = people["administrator"]
        return steps.invite(organisation=org, email=email, role=role, departments=departments, by=by, at=at)

    return make


def link_in(message) -> str:
    return re.findall(r"http://testserver(/invitation/\S+)", message.body)[0]


def post_invitation(client, org, **fields):
    return client.post(
        reverse("invite", args=[org.slug]), {"email": "nora@nieuw.example", "role": "evaluator"} | fields
    )


# --- inviting ---------------------------------------------------------------------------------------------------------


def test_an_invitation_is_mailed_and_only_its_fingerprint_kept(org, people):
    response = post_invitation(client_for(people["administrator"]), org)

    assert response.status_code == 302
    (message,) = mail.outbox
    assert message.to == ["nora@nieuw.example"]
    secret = link_in(message).split("/")[2]
    invitation = Invitation.objects.get()
    assert secret not in invitation.secret_hash
    assert invitation.secret_hash == steps.fingerprint(secret)
    assert invitation.expires_at - invitation.created_at == dt.timedelta(days=7)
    entry = AuditEntry.objects.of(invitation).get()
    assert (entry.action, entry.actor, entry.organisation) == ("invited", people["administrator"], org)
    assert secret not in str(entry.changes)


def test_the_invitation_speaks_the_organisations_language(org, people, monkeypatch):
    spoken = []

    def listen(*_args):
        spoken.append(steps.translation.get_language())
        return "x"

    monkeypatch.setattr(steps, "render_to_string", listen)
    client = client_for(people["administrator"], headers={"Accept-Language": "en"})
    post_invitation(client, org)
    assert spoken == ["nl", "nl"]


def test_a_mail_that_fails_is_said_and_can_be_sent_again(org, people, settings, monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionRefusedError("no mail server")

    client = client_for(people["administrator"])
    with monkeypatch.context() as patch:
        patch.setattr(steps, "send_mail", broken)
        page = client.post(
            reverse("invite", args=[org.slug]), {"email": "nora@nieuw.example", "role": "evaluator"}, follow=True
        )
    assert "could not be sent" in page.text
    invitation = Invitation.objects.get()
    client.post(reverse("invitation_send", args=[org.slug, invitation.pk]))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"role": "manager"}, "Choose at least one department for a manager."),
        ({"role": "king"}, "Select a valid choice"),
        ({"email": "nora"}, "Enter a valid email address"),
        ({"email": "EVALUATOR@zuiderveen.example"}, "Evaluator has this role already."),
    ],
)
def test_what_cannot_be_invited_is_said_at_the_field(org, people, fields, words):
    response = post_invitation(client_for(people["administrator"]), org, **fields)
    assert response.status_code == 200
    assert words in response.text
    assert "<title>Error:" in response.text
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_departments_of_another_organisation_cannot_be_chosen(org, elsewhere, people):
    foreign = Department.objects.get(organisation=elsewhere, code="BEL")
    own = Department.objects.get(organisation=org, code="BEL")
    client = client_for(people["administrator"])
    assert post_invitation(client, org, role="manager", departments=[foreign.pk]).status_code == 200
    assert not Invitation.objects.exists()
    assert post_invitation(client, org, role="manager", departments=[own.pk]).status_code == 302
    assert list(Invitation.objects.get().departments.all()) == [own]


def test_a_member_gets_another_role_at_once(org, people):
    response = post_invitation(
        client_for(people["administrator"]), org, email="analyst@zuiderveen.example", role="reviewer"
    )
    assert response.status_code == 302
    assert not mail.outbox
    roles = Membership.objects.active().filter(user=people["analyst"]).values_list("role", flat=True)
    assert set(roles) == {"analyst", "reviewer"}


def test_a_second_invitation_for_the_same_role_is_refused(invite, org, people):
    invite()
    page = post_invitation(client_for(people["administrator"]), org, email="Nora@Nieuw.example")
    assert "invited for this role already" in page.text
    invite(role="reviewer")
    assert Invitation.objects.count() == 2


# --- accepting as somebody new ----------------------------------------------------------------------------------------


def test_a_new_person_chooses_a_password_and_is_in(invite, org, client):
    path = reverse("invitation", args=[invite().secret])
    page = client.get(path)
    assert "nora@nieuw.example" in page.text
    assert "no-store" in page["Cache-Control"]

    response = client.post(path, NEW)

    assert response["Location"] == reverse("organisation_home", args=[org.slug])
    user = User.objects.get(email="nora@nieuw.example")
    assert (user.name, user.check_password(NEW["password"])) == ("Nora Nieuw", True)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Membership.objects.active().get(user=user).role == "evaluator"
    actions = AuditEntry.objects.filter(actor=user).values_list("action", flat=True)
    assert list(actions) == ["invitation accepted", "role given"]


def test_a_link_works_once(invite, client):
    path = reverse("invitation", args=[invite().secret])
    assert client.post(path, NEW).status_code == 302
    client.logout()
    again = client.post(path, NEW | {"name": "Someone else"})
    assert again.status_code == 404
    assert "This invitation no longer works" in again.text
    assert User.objects.filter(email="nora@nieuw.example").count() == 1


def test_a_link_works_for_seven_days(invite, client):
    fresh = invite(at=timezone.now() - dt.timedelta(days=6, hours=23))
    stale = invite(role="reviewer", at=timezone.now() - dt.timedelta(days=7, seconds=1))
    assert client.get(reverse("invitation", args=[fresh.secret])).status_code == 200
    assert client.get(reverse("invitation", args=[stale.secret])).status_code == 404
    assert client.post(reverse("invitation", args=[stale.secret]), NEW).status_code == 404
    assert not User.objects.filter(email="nora@nieuw.example").exists()


def test_a_made_up_link_says_the_same(client, db):
    page = client.get(reverse("invitation", args=["x" * 43]))
    assert page.status_code == 404
    assert "This invitation no longer works" in page.text


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("kort", "too short"),
        ("password123", "too common"),
        ("noranieuw1", "too similar"),
        ("", "Choose a password."),
    ],
)
def test_a_weak_password_is_refused_and_the_link_stays(invite, client, password, words):
    path = reverse("invitation", args=[invite().secret])
    page = client.post(path, NEW | {"password": password})
    assert page.status_code == 200
    assert words in page.text
    assert not User.objects.filter(email="nora@nieuw.example").exists()
    assert client.post(path, NEW).status_code == 302


def test_the_address_is_the_invited_one_whatever_is_sent(invite, client):
    client.post(reverse("invitation", args=[invite().secret]), NEW | {"email": "other@nieuw.example"})
    assert User.objects.filter(email="nora@nieuw.example").exists()
    assert not User.objects.filter(email="other@nieuw.example").exists()


def test_sending_again_makes_the_first_link_void(invite, org, people, client):
    first = invite()
    client_for(people["administrator"]).post(reverse("invitation_send", args=[org.slug, first.invitation.pk]))
    assert client.get(reverse("invitation", args=[first.secret])).status_code == 404
    assert client.get(link_in(mail.outbox[0])).status_code == 200


def test_an_expired_invitation_can_be_sent_again(invite, org, people, client):
    old = invite(at=timezone.now() - dt.timedelta(days=30))
    client_for(people["administrator"]).post(reverse("invitation_send", args=[org.slug, old.invitation.pk]))
    assert client.get(link_in(mail.outbox[0])).status_code == 200


def test_a_withdrawn_link_is_dead(invite, org, people, client):
    invited = invite()
    path = reverse("invitation", args=[invited.secret])
    assert client.get(path).status_code == 200
    client_for(people["administrator"]).post(reverse("invitation_withdraw", args=[org.slug, invited.invitation.pk]))
    assert client.post(path, NEW).status_code == 404
    assert AuditEntry.objects.of(invited.invitation).filter(action="invitation withdrawn").exists()


def test_what_is_accepted_cannot_be_withdrawn_or_sent(invite, people, client):
    invited = invite()
    client.post(reverse("invitation", args=[invited.secret]), NEW)
    step = {"invitation": invited.invitation, "by": people["administrator"], "at": timezone.now()}
    with pytest.raises(Refused):
        steps.withdraw_invitation(**step)
    with pytest.raises(Refused):
        steps.renew_invitation(**step)


def test_two_who_claim_at_once_give_one_account(invite):
    """Both have loaded the open invitation; the second comes too late."""
    invitation = invite().invitation
    same = Invitation.objects.get(pk=invitation.pk)
    now = timezone.now()
    user = steps.accept_as_new(invitation=invitation, name="A", password=NEW["password"], at=now)
    with pytest.raises(Refused):
        steps.accept_as_new(invitation=same, name="B", password=NEW["password"], at=now)
    with pytest.raises(Refused):
        steps.accept_as(invitation=same, user=user, at=now)
    assert User.objects.get(email="nora@nieuw.example").name == "A"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_the_same_moment_give_one_account(invite):
    invitation = invite().invitation

    def claim(name):
        same = Invitation.objects.select_related("organisation").get(pk=invitation.pk)
        return partial(steps.accept_as_new, invitation=same, name=name, password=NEW["password"], at=timezone.now())

    ends = at_once(claim("A"), claim("B"), refusals=Refused)
    assert sorted(type(end).__name__ for end in ends) == ["Refused", "User"]
    assert Membership.objects.filter(user__email="nora@nieuw.example").count() == 1


def test_an_account_made_meanwhile_leaves_the_invitation_open(invite):
    invitation = invite().invitation
    User.objects.create_user("nora@nieuw.example", PASSWORD)
    with pytest.raises(Refused, match="Sign in"):
        steps.accept_as_new(invitation=invitation, name="Nora", password=NEW["password"], at=timezone.now())
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


# --- accepting with an account ----------------------------------------------------------------------------------------


def test_a_known_address_signs_in_first_and_then_accepts(invite, org, people, client):
    stranger = people["stranger"]
    path = reverse("invitation", args=[invite(email=stranger.email.upper(), role="analyst").secret])

    door = client.get(path)
    assert "Sign in to accept" in door.text
    assert client.post(path, NEW).status_code == 200
    assert not Membership.objects.filter(organisation=org, user=stranger).exists()

    response = client.post(reverse("account_login"), {"login": stranger.email, "password": PASSWORD, "next": path})
    assert response["Location"] == path
    assert "Accept" in client.get(path).text
    assert client.post(path)["Location"] == reverse("organisation_home", args=[org.slug])
    assert Membership.objects.active().get(organisation=org, user=stranger).role == "analyst"
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("known", [True, False])
def test_an_invitation_is_for_nobody_else(invite, org, people, known):
    email = people["stranger"].email if known else "nora@nieuw.example"
    path = reverse("invitation", args=[invite(email=email, role="administrator").secret])
    other = client_for(people["evaluator"])
    assert "for someone else" in other.get(path).text
    assert "for someone else" in other.post(path, NEW).text
    assert not Membership.objects.filter(user=people["evaluator"], role="administrator").exists()
    assert not User.objects.filter(email="nora@nieuw.example").exists()


def test_the_step_itself_minds_the_address(invite, people):
    with pytest.raises(Refused):
        steps.accept_as(invitation=invite().invitation, user=people["evaluator"], at=timezone.now())


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["invitation_send", "invitation_withdraw"])
def test_invitations_are_the_administrators_business(invite, org, people, elsewhere, route):
    path = reverse(route, args=[org.slug, invite().invitation.pk])
    elsewhere_path = reverse(route, args=[elsewhere.slug, Invitation.objects.get().pk])
    assert client_for(people["coordinator"]).post(path).status_code == 403
    assert client_for(people["stranger"]).post(path).status_code == 404
    assert client_for(people["stranger"]).post(elsewhere_path).status_code == 404
    assert client_for(people["administrator"]).get(path).status_code == 405
    assert not mail.outbox
    assert Invitation.objects.get().withdrawn_at is None
    assert client_for(people["administrator"]).post(path).status_code == 302
