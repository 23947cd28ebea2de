"""Roles: given, changed, ended; and who sees the members."""

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys import people as steps
from surveys.models import AuditEntry, Department, Membership, User
from surveys.refused import Refused
from tests.people import client_for, join

# --- roles ------------------------------------------------------------------------------------------------------------


def test_coming_back_opens_the_ended_role_again(org, people):
    evaluator = people["evaluator"]
    membership = Membership.objects.get(user=evaluator, role="evaluator")
    now = timezone.now()
    steps.end_membership(membership=membership, by=people["administrator"], at=now)
    give = {"organisation": org, "email": evaluator.email, "role": "evaluator", "departments": ()}
    invited = steps.invite(**give, by=people["administrator"], at=now)
    steps.accept_as(invitation=invited.invitation, user=evaluator, at=now)
    assert Membership.objects.get(user=evaluator).ended_at is None


def test_a_manager_gets_other_departments(org, people):
    membership = Membership.objects.get(user=people["manager"])
    tax = Department.objects.get(organisation=org, code="BEL")
    client = client_for(people["administrator"])
    path = reverse("member", args=[org.slug, membership.pk])
    assert "Publiekszaken" in client.get(path).text
    assert client.post(path, {"role": "manager", "departments": [tax.pk]}).status_code == 302
    assert list(membership.departments.all()) == [tax]
    entry = AuditEntry.objects.of(membership).get()
    assert entry.changes == {"departments": [["PUB"], ["BEL"]]}
    client.post(path, {"role": "manager", "departments": [tax.pk]})
    assert AuditEntry.objects.of(membership).count() == 1


def test_another_role_instead_ends_the_first(org, people):
    membership = Membership.objects.get(user=people["evaluator"])
    path = reverse("member", args=[org.slug, membership.pk])
    assert client_for(people["administrator"]).post(path, {"role": "reviewer"}).status_code == 302
    assert [m.role for m in Membership.objects.active().filter(user=people["evaluator"])] == ["reviewer"]
    evaluator = User.objects.get(pk=people["evaluator"].pk)
    assert client_for(evaluator).get(reverse("calls", args=[org.slug])).status_code == 403
    assert client_for(evaluator).get(reverse("review", args=[org.slug])).status_code == 200


def test_a_role_that_is_held_already_cannot_be_the_other(org, people):
    join(people["evaluator"], org, "reviewer")
    membership = Membership.objects.get(user=people["evaluator"], role="evaluator")
    path = reverse("member", args=[org.slug, membership.pk])
    page = client_for(people["administrator"]).post(path, {"role": "reviewer"})
    assert "has this role already" in page.text


def test_ending_a_role_asks_first_and_closes_the_door(org, people):
    membership = Membership.objects.get(user=people["analyst"])
    path = reverse("member_end", args=[org.slug, membership.pk])
    client = client_for(people["administrator"])
    assert "End the role" in client.get(path).text
    assert Membership.objects.get(pk=membership.pk).ended_at is None
    assert client_for(people["analyst"]).get(reverse("organisation_home", args=[org.slug])).status_code == 302
    assert client.post(path).status_code == 302
    assert client_for(people["analyst"]).get(reverse("organisation_home", args=[org.slug])).status_code == 404
    assert "role before" in client.get(reverse("members", args=[org.slug])).text
    assert "ended on" in client.get(reverse("member", args=[org.slug, membership.pk])).text
    late = client.post(path, follow=True)
    assert "ended meanwhile" in late.text


def test_the_last_administrator_stays(org, people):
    administrator = people["administrator"]
    membership = Membership.objects.get(user=administrator)
    client = client_for(administrator)
    refused = client.post(reverse("member_end", args=[org.slug, membership.pk]), follow=True)
    assert "needs an administrator" in refused.text
    changed = client.post(reverse("member", args=[org.slug, membership.pk]), {"role": "analyst"})
    assert "needs an administrator" in changed.text
    assert Membership.objects.get(pk=membership.pk).ended_at is None

    join(people["coordinator"], org, "administrator")
    assert client.post(reverse("member_end", args=[org.slug, membership.pk]))["Location"] == "/"
    assert Membership.objects.get(pk=membership.pk).ended_at is not None


def test_an_administrator_who_cannot_sign_in_does_not_count(org, people):
    membership = Membership.objects.get(user=people["administrator"])
    join(people["coordinator"], org, "administrator")
    User.objects.filter(pk=people["coordinator"].pk).update(is_active=False)
    with pytest.raises(Refused):
        steps.end_membership(membership=membership, by=people["administrator"], at=timezone.now())


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["members", "invite", "member", "member_end"])
def test_members_are_the_administrators_business(org, people, route):
    membership = Membership.objects.get(user=people["evaluator"])
    args = [org.slug, membership.pk] if route.startswith("member_") or route == "member" else [org.slug]
    path = reverse(route, args=args)
    assert client_for(people["administrator"]).get(path).status_code == 200
    for role in ("coordinator", "reviewer", "evaluator", "manager", "analyst", "works_council"):
        assert client_for(people[role]).get(path).status_code == 403, role
    assert client_for(people["stranger"]).get(path).status_code == 404
    assert client_for(None).get(path).status_code == 302


def test_another_organisations_member_is_not_here(org, elsewhere, people):
    foreign = Membership.objects.get(user=people["stranger"], role="evaluator")
    assert client_for(people["administrator"]).get(reverse("member", args=[org.slug, foreign.pk])).status_code == 404
    assert client_for(people["stranger"]).get(reverse("member", args=[elsewhere.slug, foreign.pk])).status_code == 200


def test_the_list_shows_everyone_once_in_a_few_queries(org, people, django_assert_max_num_queries):
    join(people["reviewer"], org, "analyst")
    for number in range(12):
        user = User.objects.create_user(f"e{number}@zuiderveen.example", name=f"Evaluator {number}")
        join(user, org, "manager", "BUR")
        give = {"organisation": org, "email": f"i{number}@nieuw.example", "role": "evaluator", "departments": ()}
        steps.invite(**give, by=people["administrator"], at=timezone.now())
    client = client_for(people["administrator"])
    with django_assert_max_num_queries(15):
        page = client.get(reverse("members", args=[org.slug])).text
    assert page.count("reviewer@zuiderveen.example") == 1
    assert "i11@nieuw.example" in page
    assert "stranger" not in page
