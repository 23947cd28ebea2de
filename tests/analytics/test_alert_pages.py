"""The pages of alerts: a reader's own list, what they choose, and the way out of the mails."""

import datetime as dt
import re
import threading

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from analytics.alerts import choices, listing, making
from analytics.models import Alert, AlertChoice, AlertPost
from project.management.commands import worker
from surveys.models import User
from tests.people import AT, callback_answers, valid_answers

pytestmark = pytest.mark.django_db
NOW = AT + dt.timedelta(days=1)
LIST, CHOICES = (reverse(name, args=["zuiderveen"]) for name in ("alerts", "alert_choices"))


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def calls(org, people, make_call):
    """A call that failed as a whole, and one whose promise was broken."""
    failing = valid_answers(closing__fate={"value": "disconnected", "comment": "The line went dead."})
    made = make_call(answers=failing), make_call(answers=callback_answers())
    making.make(org, at=NOW)
    return made


def page(user, address=LIST):
    answer = Client()
    answer.force_login(user)
    return answer.get(address).content.decode()


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_why_and_links_to_the_call(calls, people):
    shown = page(people["manager"])
    assert "<b>2 alerts</b> that you have not seen." in shown
    for call, label in zip(calls, ("Call failed as a whole", "Broken promise"), strict=True):
        assert f'href="{reverse("call", args=[call.pk])}"' in shown
        assert label in shown
    assert "Burgerzaken" in shown
    assert 'Alerts <span class="tag flat">2</span>' in shown


def test_each_reader_sees_their_own_and_no_more(calls, people):
    shown = page(people["analyst"])
    assert "No alerts yet" in shown
    assert calls[0].reference not in shown
    # What will appear here is what this reader can be told of.
    assert "Missed target" in shown
    assert "Broken promise" not in shown
    assert calls[0].reference in page(people["manager"])


@pytest.mark.parametrize(("role", "status"), [("evaluator", 403), ("works_council", 403), ("stranger", 404)])
@pytest.mark.parametrize("address", [LIST, CHOICES])
def test_others_have_none(calls, people, client_for, role, status, address):
    assert client_for(people["manager"]).get(address).status_code == 200
    assert client_for(people[role]).get(address).status_code == status


def test_what_was_shown_is_marked_as_seen_and_what_came_since_is_not(calls, org, people, client_for, make_call):
    manager = client_for(people["manager"])
    keys = re.findall(r'name="seen" value="(\d+)"', manager.get(LIST).content.decode())
    failing = valid_answers(closing__fate={"value": "disconnected", "comment": "The line went dead."})
    later = make_call(answers=failing)
    making.make(org, at=NOW + dt.timedelta(hours=1))
    answer = manager.post(LIST, {"seen": keys}, follow=True).content.decode()
    assert "2 alerts were marked as seen." in answer
    assert "<b>1 alert</b> that you have not seen." in answer
    assert [each.call for each in Alert.objects.filter(reader=people["manager"], seen_at=None)] == [later]
    # The unseen one stands before those that were seen.
    assert answer.index(later.reference) < answer.index(calls[0].reference)
    # Those of others are as they were.
    assert listing.unseen(User.objects.get(pk=people["reviewer"].pk), org) == 3


def test_nobody_marks_those_of_another(calls, people, client_for):
    keys = list(Alert.objects.filter(reader=people["manager"]).values_list("pk", flat=True))
    client_for(people["coordinator"]).post(LIST, {"seen": [*keys, "nonsense", "9" * 30, "-1"]})
    assert not Alert.objects.filter(reader=people["manager"]).exclude(seen_at=None).exists()


def test_the_list_takes_few_queries(calls, org, people, client_for, make_call, django_assert_max_num_queries):
    manager = client_for(people["manager"])
    with django_assert_max_num_queries(15) as queries:
        manager.get(LIST)
    for _more in range(4):
        make_call(answers=callback_answers())
    making.make(org, at=NOW)
    with django_assert_max_num_queries(len(queries)):
        assert "<b>6 alerts</b>" in manager.get(LIST).content.decode()


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_what_holds_is_ticked_and_what_is_chosen_is_kept(org, people, client_for):
    manager = client_for(people["manager"])
    shown = manager.get(CHOICES).content.decode()
    ticked = set(re.findall(r'<input type="checkbox" name="(\w+)"[^>]* checked', shown))
    assert ticked == {
        "signal_product", "target_product", "fail_product", "broken_product", "signal_email", "broken_email"
    }  # fmt: skip
    assert "quota_product" not in shown
    answer = manager.post(
        CHOICES, {"signal_product": "on", "fail_email": "on", "quiet_from": "21:30", "quiet_until": "06:15"}
    )
    assert answer["Location"] == LIST
    kept = {
        each.kind: (each.in_product, each.by_email) for each in AlertChoice.objects.filter(reader=people["manager"])
    }
    assert kept == {
        "signal": (True, False), "target": (False, False), "fail": (False, True), "broken": (False, False)
    }  # fmt: skip
    post = AlertPost.objects.get(reader=people["manager"], organisation=org)
    assert (post.quiet_from, post.quiet_until) == (dt.time(21, 30), dt.time(6, 15))
    assert 'value="21:30"' in manager.get(CHOICES).content.decode()


def test_without_quiet_hours(people, client_for, org):
    client_for(people["manager"]).post(CHOICES, {})
    assert choices.quiet_of(choices.post_of(org, people["manager"])) is None


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("21:00", "", "Enter both times"),
        ("", "07:00", "Enter both times"),
        ("09:00", "09:00", "These hours end when they begin"),
        ("half past", "07:00", "Enter a valid time"),
    ],
)
def test_hours_that_cannot_be_are_refused_and_nothing_is_kept(people, client_for, start, end, message):
    answer = client_for(people["manager"]).post(CHOICES, {"quiet_from": start, "quiet_until": end})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "There is something to correct" in shown
    assert message in shown
    assert not AlertChoice.objects.exists()


def test_a_coordinator_can_choose_waves(people):
    assert "Wave behind its quota" in page(people["coordinator"], CHOICES)
    assert "Wave behind its quota" not in page(people["reviewer"], CHOICES)


# --- the way out ------------------------------------------------------------------------------------------------------


@pytest.fixture
def link(org, people):
    return reverse("alerts_stop", args=[choices.signed(org, people["manager"])])


def test_asking_does_nothing_and_one_click_does_it(org, people, link):
    nobody = Client(enforce_csrf_checks=True)
    asked = nobody.get(link)
    assert "Switch it off" in asked.content.decode()
    assert "no-store" in asked["Cache-Control"]
    assert not AlertChoice.objects.exists()
    for _time in range(2):
        done = nobody.post(link, {"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "It is off" in done.content.decode()) == (200, True)
    known = choices.Choices(org)
    for kind in ("signal", "broken"):
        assert known.of(people["manager"], kind, {"manager"}) == (True, False)


def test_only_that_reader_in_that_organisation(org, elsewhere, people, link):
    Client().post(link)
    assert {each.reader for each in AlertChoice.objects.all()} == {people["manager"]}
    assert {each.organisation for each in AlertChoice.objects.all()} == {org}
    assert choices.Choices(elsewhere).of(people["stranger"], "broken", {"manager"}).by_email


def test_a_link_that_is_not_ours_does_not_exist(people, link):
    for bad in (link[:-2] + "x/", reverse("alerts_stop", args=["nonsense"])):
        assert Client().get(bad).status_code == 404
        assert Client().post(bad).status_code == 404
    assert not AlertChoice.objects.exists()


def test_the_page_is_in_the_language_of_the_mail(org, people, link):
    assert 'lang="en"' in Client(headers={"accept-language": "nl"}).get(link).content.decode()
    User.objects.filter(pk=people["manager"].pk).update(language="nl")
    assert 'lang="nl"' in Client(headers={"accept-language": "en"}).get(link).content.decode()


# --- the worker -------------------------------------------------------------------------------------------------------


def test_the_worker_makes_and_mails_and_goes_on_after_a_failure(monkeypatch):
    done: list[str] = []
    stop = threading.Event()

    def make(**when):
        done.append("made")
        if len(done) == 1:
            raise RuntimeError("once")

    def send(**options):
        done.append(options["base_url"])
        stop.set()

    monkeypatch.setattr(worker.making, "make_due", make)
    monkeypatch.setattr(worker.mailing, "send_due", send)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.remind(stop, first_after=0, every=0)
    assert done == ["made", "made", settings.BASE_URL]
