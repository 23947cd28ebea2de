"""Reminders: who is mailed what and when, once, in their own language; and that nothing is mailed twice or never."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from project.management.commands import worker
from surveys import reminders, workflow
from surveys.models import Assignment, Callback, Membership, Reminder
from tests.people import AT, callback_answers, client_for

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BASE = "https://klankbord.example"


@pytest.fixture
def make(org, wave, departments, scenarios, people):
    def with_(**changes):
        values = {
            "organisation": org, "wave": wave, "department": departments["BUR"],
            "scenario": scenarios["complaint_calm"], "evaluator": people["evaluator"], "state": "accepted",
            "starts_at": AT - 9 * DAY, "until": AT + 9 * DAY,
        } | changes  # fmt: skip
        return Assignment.objects.create(**values)

    return with_


def send(at=AT, **options):
    return reminders.send_due(at=at, base_url=BASE, **options)


def test_each_kind_goes_once_to_its_own_evaluator(make, people):
    offered, due, expired = make(state="offered"), make(until=AT + DAY), make(until=AT - HOUR)
    make(), make(evaluator=people["other_evaluator"], state="offered"), make(state="done", until=AT - HOUR)
    assert send() == 4
    mine = {each.subject: each.body for each in mail.outbox if each.to == [people["evaluator"].email]}
    assert list(mine) == ["1 call past its window", "1 call to make by tomorrow", "1 call offered to you"]
    for assignment, body in zip((expired, due, offered), mine.values(), strict=True):
        assert f"{BASE}/assignments/{assignment.pk}/" in body
        assert "Burgerzaken" in body
    assert all("&" not in each.body for each in mail.outbox)
    for later in (AT, AT + HOUR, AT + DAY - 3 * HOUR):
        assert send(later) == 0


def test_at_most_one_a_day_of_a_kind_and_the_rest_the_next_day(make):
    make(state="offered")
    assert send() == 1
    make(state="offered"), make(state="offered")
    assert send(AT + 3 * HOUR) == 0
    assert send(AT + DAY) == 1
    assert mail.outbox[-1].subject == "2 calls offered to you"


def test_a_new_end_or_a_new_owner_is_told_anew(make, people):
    assignment = make(until=AT + DAY)
    assert send() == 1
    workflow.extend(assignment=assignment, until=AT + 5 * DAY, by=people["coordinator"], at=AT)
    assert send(AT + DAY) == 0
    assert send(AT + 4 * DAY) == 1
    workflow.reassign(assignment=assignment, evaluator=people["other_evaluator"], by=people["coordinator"], at=AT)
    assert send(AT + 3 * DAY) == 1
    assert mail.outbox[-1].to == [people["other_evaluator"].email]


@pytest.mark.parametrize("reason", ["night", "closed", "ended", "switched off", "inactive", "long ago", "demo"])
def test_who_is_left_alone(make, people, wave, org, reason):
    assignment, evaluator, at = make(state="offered", until=AT + 3 * DAY), people["evaluator"], AT
    if reason == "night":
        at = AT.replace(hour=3)
    elif reason == "closed":
        wave.state = "closed"
        wave.save()
    elif reason == "ended":
        Membership.objects.filter(user=evaluator).update(ended_at=AT)
    elif reason in {"switched off", "inactive"}:
        evaluator.reminders, evaluator.is_active = reason == "inactive", reason != "inactive"
        evaluator.save()
    elif reason == "long ago":
        Assignment.objects.update(until=AT - 8 * DAY)
    else:
        org.is_demo = True
        org.save()
    assert (send(at), mail.outbox) == (0, [])
    assert Assignment.objects.get(pk=assignment.pk).reminded_at is None
    if reason == "demo":
        assert send(demo=True) == 1


def test_in_the_readers_language_or_the_organisations(make, people, monkeypatch):
    spoken = []
    original = reminders.render_to_string

    def render(*args):
        spoken.append(translation.get_language())
        return original(*args)

    monkeypatch.setattr(reminders, "render_to_string", render)
    people["evaluator"].language = ""
    people["evaluator"].save()
    make(state="offered"), make(state="offered", evaluator=people["other_evaluator"])
    send()
    assert spoken == ["nl", "nl", "en", "en"]


def test_a_blind_scoring_is_mailed_as_ordinary_work(make, make_call, people):
    source = make_call("approved", evaluator=people["other_evaluator"], called_at=AT - 7 * DAY)
    make(state="offered", purpose="second", source_call=source)
    send()
    assert "Score the call to Burgerzaken that was heard on 3 March" in mail.outbox[0].body
    assert "second" not in mail.outbox[0].body


def test_a_callback_is_mentioned_once_when_its_moment_is_near(make_call, people):
    calls = [make_call("submitted", answers=callback_answers()) for _ in range(3)]
    for call, due in zip(calls, (AT + HOUR, AT + 5 * HOUR, AT - 8 * DAY), strict=True):
        Callback.objects.filter(call=call).update(due_at=due)
    assert send() == 1
    assert mail.outbox[0].subject == "1 promised callback to note"
    assert reverse("callback", args=[calls[0].callback.pk]) in mail.outbox[0].body
    assert send(AT + 4 * HOUR) == 0
    assert send(AT + DAY) == 1
    assert calls[1].reference in mail.outbox[1].body
    assert calls[0].reference not in mail.outbox[1].body


def test_one_that_was_killed_after_its_claim_mails_nothing_twice(make, monkeypatch):
    assignment = make(state="offered")

    def killed(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(reminders, "send_mail", killed)
    with pytest.raises(KeyboardInterrupt):
        send()
    monkeypatch.undo()
    assert (send(), Reminder.objects.count()) == (0, 1)
    assert Assignment.objects.get(pk=assignment.pk).reminded_at == AT


def test_one_that_could_not_be_handed_over_is_tried_again(make, monkeypatch, caplog):
    make(state="offered")

    def refused(self, messages):
        raise OSError("no mail server")

    with monkeypatch.context() as patch:
        patch.setattr(locmem.EmailBackend, "send_messages", refused)
        assert send() == 0
    assert "could not be sent" in caplog.text
    assert (send(), len(mail.outbox)) == (1, 1)


@pytest.mark.parametrize("place", ["write", "send_mail"])
def test_one_mail_that_cannot_be_made_holds_up_no_other(make, people, monkeypatch, caplog, place):
    make(state="offered")
    make(state="offered", evaluator=people["other_evaluator"])
    real, tried = getattr(reminders, place), []

    def broken_once(*args, **options):
        tried.append(args)
        if len(tried) == 1:
            raise ValueError("a header with a line break")
        return real(*args, **options)

    monkeypatch.setattr(reminders, place, broken_once)
    assert (send(), len(mail.outbox), Reminder.objects.count()) == (1, 1, 1)
    assert "could not be sent" in caplog.text
    # It is sent the next time, and the other not again.
    assert (send(), send()) == (1, 0)
    assert {each.to[0] for each in mail.outbox} == {people["evaluator"].email, people["other_evaluator"].email}


def test_the_worker_sends_and_goes_on_after_a_failure(make, monkeypatch):
    sent = []
    stop = threading.Event()

    def send_due(**options):
        sent.append(options["base_url"])
        if len(sent) == 1:
            raise RuntimeError("once")
        stop.set()

    monkeypatch.setattr(worker.reminders, "send_due", send_due)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.remind(stop, first_after=0, every=0)
    assert len(sent) == 2


def test_the_command_says_what_it_did(capsys, make):
    make(state="offered", until=AT.replace(year=2100))
    call_command("send_reminders", "--dry-run")
    call_command("send_reminders")
    said = capsys.readouterr().out
    assert said.endswith("reminders sent.\n")


def test_an_evaluator_switches_them_off(people):
    person, client = people["evaluator"], client_for(people["evaluator"])
    assert "Remind me by e-mail" in client.get(reverse("profile")).content.decode()
    client.post(reverse("profile"), {"name": "Eva", "language": "en"})
    person.refresh_from_db()
    assert not person.reminders
    client.post(reverse("profile"), {"name": "Eva", "language": "en", "reminders": "on"})
    person.refresh_from_db()
    assert person.reminders
    analyst = client_for(people["analyst"])
    assert "Remind me by e-mail" not in analyst.get(reverse("profile")).content.decode()
    analyst.post(reverse("profile"), {"name": "Ann", "language": "en"})
    people["analyst"].refresh_from_db()
    assert people["analyst"].reminders
