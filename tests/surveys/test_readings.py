"""Approved calls as a department's managers read them: each for themselves, with a note; and what lies unread."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys.models import Acknowledgement, Call
from tests.people import build_person

LIST = "/o/zuiderveen/department-calls/"
UNREAD = "/o/zuiderveen/unread/"


@pytest.fixture
def today(org, wave):
    """A wave around today, since what asks to be read depends on the clock."""
    now = timezone.now()
    wave.starts_on, wave.ends_on = now.date() - dt.timedelta(days=90), now.date() + dt.timedelta(days=1)
    wave.save()
    return now


@pytest.fixture
def call(make_call, today):
    return make_call(called_at=today - dt.timedelta(hours=3), at=today)


def read(client, call, **data):
    return client.post(reverse("call_read", args=[call.pk]), data)


def unread_of(client) -> int:
    groups = client.get("/help/").context["house"].groups
    return next(link.count for group in groups for link in group.links if link.url == LIST)


def test_a_manager_reads_with_a_note_and_others_may_not(client_for, people, call):
    for role, status in [
        ("stranger", 404),
        ("other_evaluator", 404),
        ("evaluator", 403),
        ("analyst", 403),
        ("reviewer", 403),
    ]:
        assert read(client_for(people[role]), call, note="x").status_code == status, role
    assert not Acknowledgement.objects.exists()
    client = client_for(people["manager"])
    assert read(client, call, note="Talked about <it>.").url == reverse("call", args=[call.pk])
    kept = Acknowledgement.objects.get()
    assert (kept.call, kept.by, kept.note) == (call, people["manager"], "Talked about <it>.")
    for role in ("manager", "reviewer", "coordinator"):
        text = client_for(people[role]).get(reverse("call", args=[call.pk])).content.decode()
        assert "Talked about &lt;it&gt;." in text
    for role in ("evaluator", "analyst"):
        assert "Talked about" not in client_for(people[role]).get(reverse("call", args=[call.pk])).content.decode()


def test_reading_again_changes_the_note_only(client_for, people, call):
    client = client_for(people["manager"])
    read(client, call)
    first = Acknowledgement.objects.get()
    read(client, call, note="Later.")
    kept = Acknowledgement.objects.get()
    assert (kept.at, kept.note) == (first.at, "Later.")
    read(client, call, note="x" * 2001)
    assert Acknowledgement.objects.get().note == "Later."


@pytest.mark.parametrize("state", ["submitted", "returned", "voided"])
def test_only_what_counts_is_there_to_be_read(client_for, people, make_call, today, state):
    call = make_call(state, called_at=today - dt.timedelta(hours=3), at=today)
    assert read(client_for(people["manager"]), call).status_code == 404
    assert call.reference not in client_for(people["manager"]).get(LIST).content.decode()


def test_two_managers_each_have_their_own(client_for, org, people, call):
    colleague = client_for(build_person(org, "colleague", "manager", departments=("PUB",)))
    client = client_for(people["manager"])
    assert (unread_of(client), unread_of(colleague)) == (1, 1)
    read(client, call)
    assert (unread_of(client), unread_of(colleague)) == (0, 1)
    assert call.reference not in client.get(LIST, {"show": "unread"}).content.decode()
    assert call.reference in client.get(LIST).content.decode()
    assert call.reference in colleague.get(LIST, {"show": "unread"}).content.decode()


def test_the_list_is_of_own_departments_and_recent_calls_ask_to_be_read(client_for, people, make_call, call, today):
    other = make_call(department="BEL", called_at=today - dt.timedelta(hours=2), at=today)
    old = make_call(called_at=today - dt.timedelta(days=62), at=today)  # an hour of summer time may lie between
    client = client_for(people["manager"])
    text = client.get(LIST).content.decode()
    assert call.reference in text
    assert old.reference in text
    assert other.reference not in text
    assert unread_of(client) == 1
    assert old.reference not in client.get(LIST, {"show": "unread"}).content.decode()
    for role in ("reviewer", "analyst", "evaluator", "works_council"):
        assert client_for(people[role]).get(LIST).status_code == 403
    assert client_for(people["stranger"]).get(LIST).status_code == 404
    assert str(people["evaluator"]) not in text


def test_many_are_marked_as_read_at_once(client_for, org, people, make_call, call, today):
    second = make_call(called_at=today - dt.timedelta(hours=2), at=today)
    other = make_call(department="BEL", called_at=today - dt.timedelta(hours=2), at=today)
    client = client_for(people["manager"])
    ticked = {"call": [f"{each.pk}:read" for each in (call, second, other)]}
    assert client_for(people["reviewer"]).post(f"{LIST}read/", ticked).status_code == 403
    response = client.post(f"{LIST}read/?show=unread", ticked, follow=True)
    assert "2 calls are marked as read." in response.content.decode()
    assert response.redirect_chain[-1][0] == f"{LIST}?show=unread"
    assert set(Acknowledgement.objects.values_list("call", flat=True)) == {call.pk, second.pk}
    client.post(f"{LIST}read/", ticked)
    assert Acknowledgement.objects.count() == 2


def test_the_list_takes_few_queries(client_for, people, make_call, call, today, django_assert_max_num_queries):
    client = client_for(people["manager"])
    client.get(LIST)
    with django_assert_max_num_queries(16) as queries:
        client.get(LIST)
        few = len(queries)
    for hours in (4, 5, 6):
        read(client, make_call(called_at=today - dt.timedelta(hours=hours), at=today))
    with django_assert_max_num_queries(few):
        assert len(client.get(LIST).context["lines"]) == 4


def test_coordinators_see_which_departments_have_unread_calls(
    client_for, org, people, make_call, call, today, django_assert_max_num_queries
):
    make_call(called_at=today - dt.timedelta(hours=2), at=today)
    make_call(department="BEL", called_at=today - dt.timedelta(hours=2), at=today)
    colleague = build_person(org, "colleague", "manager", departments=("BUR",))
    read(client_for(colleague), call)
    client = client_for(people["coordinator"])
    client.get(UNREAD)
    with django_assert_max_num_queries(16):
        rows = client.get(UNREAD).context["rows"]
    told = [(row.department.code, row.calls, [(each.name, each.unread) for each in row.managers]) for row in rows]
    assert told == [("BUR", 2, [("Colleague", 1), ("Manager", 2)]), ("BEL", 1, [])]
    assert "nobody manages it" in client.get(UNREAD).content.decode()
    for role in ("reviewer", "manager", "analyst", "evaluator"):
        assert client_for(people[role]).get(UNREAD).status_code == 403
    assert client_for(people["stranger"]).get(UNREAD).status_code == 404


def test_an_empty_list_says_what_will_appear(client_for, people):
    client = client_for(people["manager"])
    assert "Approved calls of your departments appear here" in client.get(LIST).content.decode()
    assert "You have read everything." in client.get(LIST, {"show": "unread"}).content.decode()
    assert "There is nothing to read." in client_for(people["coordinator"]).get(UNREAD).content.decode()
    assert not Call.objects.exists()
