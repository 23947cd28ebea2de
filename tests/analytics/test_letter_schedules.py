"""Letters that come by themselves: due by the organisation's calendar, asked for once, within rights, mailed when they may be."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.http import Http404

from analytics.access import Reader
from analytics.alerts.mailing import FORGOTTEN, LEASE
from analytics.letters import document, making, posting, scheduling, timing
from analytics.letters.models import Letter, LetterSchedule
from analytics.letters.scheduling import Wanted
from surveys import setting_up
from surveys.models import AuditEntry, Membership, Organisation, User
from surveys.refused import Refused
from tests.analytics.conftest import NOW
from tests.people import join

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)
BASE = "https://klankbord.example"
# NOW is a Tuesday, the last day of March; at this moment it is 8 o'clock on the first of April in Zuiderveen.
APRIL = dt.datetime(2026, 4, 1, 6, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def press(monkeypatch):
    """Documents that say what they are."""

    def make(_reader, _chosen, *, title, step):
        step(0, 1)
        return f"%PDF {title}".encode()

    monkeypatch.setattr(document, "make", make)


@pytest.fixture
def plan(org, people):
    """`plan("month", "manager", "analyst")`: a schedule that the coordinator made for these readers."""

    def make(every, *names, by="coordinator", at=NOW, query="", title="Monthly"):
        chosen = [people[name] for name in names]
        return scheduling.make_new(reader(people[by], org, at), Wanted(title, every, query, chosen))

    return make


def reader(user, org, at=NOW):
    return Reader(User.objects.get(pk=user.pk), org, at)


def fresh(schedule):
    return LetterSchedule.objects.get(pk=schedule.pk)


def asked(**facts):
    """Who was asked a letter for, and of what."""
    rows = Letter.objects.filter(**facts).order_by("reader__email", "pk")
    return [(each.reader.email.partition("@")[0], each.occasion, each.query) for each in rows]


def local(*moment):
    return dt.datetime(*moment, tzinfo=AMSTERDAM)


def send(at, **options):
    making.make_waiting(now=lambda: at)
    return posting.send_due(at=at, base_url=BASE, **options)


# --- the calendar -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "after", "due"),
    [
        ("week", (2026, 3, 31, 12), (2026, 4, 6, 6)),
        ("week", (2026, 4, 6, 5, 59), (2026, 4, 6, 6)),
        ("week", (2026, 4, 6, 6), (2026, 4, 13, 6)),
        ("week", (2026, 4, 5, 23, 30), (2026, 4, 6, 6)),  # Sunday in Amsterdam
        ("month", (2026, 1, 31, 23, 59), (2026, 2, 1, 6)),
        ("month", (2026, 2, 28, 12), (2026, 3, 1, 6)),
        ("month", (2028, 2, 28, 12), (2028, 3, 1, 6)),
        ("month", (2026, 12, 31, 12), (2027, 1, 1, 6)),
        ("month", (2026, 5, 1, 7), (2026, 6, 1, 6)),
        ("quarter", (2026, 3, 31, 12), (2026, 4, 15, 6)),
        ("quarter", (2026, 4, 15, 6), (2026, 7, 15, 6)),
        ("quarter", (2026, 1, 1, 12), (2026, 1, 15, 6)),
        ("quarter", (2025, 12, 31, 12), (2026, 1, 15, 6)),
    ],
)
def test_what_is_due_next(every, after, due):
    found = timing.due_after(every, local(*after), AMSTERDAM)
    assert found == local(*due)


def test_six_o_clock_is_six_o_clock_in_summer_and_winter():
    """The clocks change on 29 March and 25 October 2026: a week is an hour shorter or longer."""
    spring = [timing.due_after("week", local(2026, 3, day, 12), AMSTERDAM) for day in (16, 23, 30)]
    assert [each.hour for each in spring if each] == [5, 4, 4]
    assert {each.astimezone(AMSTERDAM).hour for each in spring if each} == {6}
    autumn = timing.due_after("week", local(2026, 10, 24, 12), AMSTERDAM)
    assert autumn == dt.datetime(2026, 10, 26, 5, tzinfo=dt.UTC)
    # Where midnight itself is skipped, the day still has its six o'clock.
    cairo = ZoneInfo("Africa/Cairo")
    assert timing.due_after("week", dt.datetime(2026, 4, 24, 12, tzinfo=cairo), cairo) == dt.datetime(2026, 4, 27, 6, tzinfo=cairo)  # fmt: skip


@pytest.mark.parametrize(
    ("every", "today", "first", "last"),
    [
        ("week", (2026, 4, 6), (2026, 3, 30), (2026, 4, 5)),
        ("week", (2026, 4, 12), (2026, 3, 30), (2026, 4, 5)),
        ("month", (2026, 3, 1), (2026, 2, 1), (2026, 2, 28)),
        ("month", (2028, 3, 31), (2028, 2, 1), (2028, 2, 29)),
        ("month", (2026, 1, 1), (2025, 12, 1), (2025, 12, 31)),
        ("quarter", (2026, 4, 15), (2026, 1, 1), (2026, 3, 31)),
        ("quarter", (2026, 4, 14), (2025, 10, 1), (2025, 12, 31)),
    ],
)
def test_which_period_is_over(every, today, first, last):
    assert timing.period(every, dt.date(*today)) == (dt.date(*first), dt.date(*last))


# --- asking for them --------------------------------------------------------------------------------------------------


def test_a_month_is_asked_for_on_its_first_morning_and_once(plan):
    schedule = plan("month", "manager", "analyst", query="department=BUR")
    assert schedule.due_at == local(2026, 4, 1, 6)
    assert scheduling.make_due(at=local(2026, 4, 1, 5, 59)) == 0
    assert scheduling.make_due(at=APRIL) == 2
    for later in (APRIL, APRIL + HOUR, APRIL + 29 * DAY):
        assert scheduling.make_due(at=later) == 0
    march = ("2026-03-01/2026-03-31", "department=BUR&from=2026-03-01&to=2026-03-31")
    assert asked() == [("analyst", *march), ("manager", *march)]
    assert fresh(schedule).due_at == local(2026, 5, 1, 6)


def test_of_two_workers_one_asks(plan):
    schedule = plan("month", "manager")
    seen_by_the_slow_one = fresh(schedule)
    assert scheduling.make_due(at=APRIL) == 1
    assert scheduling._period(seen_by_the_slow_one, APRIL) == 0
    assert len(asked()) == 1


def test_a_worker_that_is_killed_on_the_way_has_asked_for_nothing(plan, monkeypatch):
    schedule = plan("month", "manager", "analyst")

    def killed(*_args, **_facts):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(scheduling, "record", killed)
        with pytest.raises(SystemExit):
            scheduling.make_due(at=APRIL)
    assert asked() == []
    assert fresh(schedule).due_at == local(2026, 4, 1, 6)
    assert scheduling.make_due(at=APRIL) == 2


def test_what_the_worker_slept_through_is_made_up_for_by_the_newest(plan):
    plan("month", "analyst")
    assert scheduling.make_due(at=local(2026, 7, 9, 12)) == 1
    assert [occasion for _name, occasion, _query in asked()] == ["2026-06-01/2026-06-30"]
    assert scheduling.make_due(at=local(2026, 8, 1, 6)) == 1


def test_only_those_who_read_figures_then(plan, people, org):
    plan("month", "manager", "analyst", "reviewer")
    Membership.objects.filter(user=people["manager"]).update(ended_at=NOW)
    User.objects.filter(pk=people["reviewer"].pk).update(is_active=False)
    scheduling.make_due(at=APRIL)
    assert [name for name, *_rest in asked()] == ["analyst"]
    join(people["evaluator"], org, "analyst")


def test_totals_come_by_quarter_each_once(plan):
    plan("week", "works_council", "analyst", query="department=BUR&measure=tone")
    for monday in (local(2026, 4, 6, 6), local(2026, 4, 13, 6), local(2026, 4, 20, 6), local(2026, 4, 27, 6)):
        scheduling.make_due(at=monday)
    assert asked(reader__email__startswith="works_council") == [
        ("works_council", "2025-10-01/2025-12-31", "measure=tone&period=2025-q4"),
        ("works_council", "2026-01-01/2026-03-31", "measure=tone&period=2026-q1"),
    ]
    assert len(asked(reader__email__startswith="analyst")) == 4


def test_a_quarter_is_a_calendar_quarter(plan):
    plan("quarter", "analyst", query="caller_style=calm")
    scheduling.make_due(at=local(2026, 4, 15, 6))
    assert asked() == [("analyst", "2026-01-01/2026-03-31", "caller_style=calm&period=2026-q1")]


def test_in_the_language_of_each(plan, people):
    User.objects.filter(pk=people["analyst"].pk).update(language="")
    plan("month", "manager", "analyst")
    scheduling.make_due(at=APRIL)
    languages = dict(Letter.objects.values_list("reader__email", "language"))
    assert languages == {"manager@zuiderveen.example": "en", "analyst@zuiderveen.example": "nl"}


def close(wave, people, at):
    setting_up.close_wave(wave=wave, by=people["coordinator"], at=at)


def test_a_letter_at_the_close_of_a_wave(plan, people, wave):
    schedule = plan("wave", "manager", query="from=2020-01-01&to=2020-02-01&department=BUR")
    assert (schedule.due_at, schedule.query) == (None, "department=BUR")
    assert scheduling.make_due(at=NOW) == 0
    close(wave, people, NOW)
    assert scheduling.make_due(at=NOW + 2 * MINUTE) == 1
    assert scheduling.make_due(at=NOW + DAY) == 0
    query = f"department=BUR&from=2026-03-01&to=2026-03-31&wave={wave.pk}"
    assert asked() == [("manager", f"wave {wave.pk} 2026-03-31", query)]


def test_each_close_counts_and_one_that_was_taken_back_does_not(plan, people, wave):
    close(wave, people, NOW - DAY)
    plan("wave", "manager")
    assert scheduling.make_due(at=NOW + 2 * MINUTE) == 0, "it was closed before anybody planned letters"
    setting_up.open_wave(wave=wave, by=people["coordinator"], at=NOW + HOUR)
    close(wave, people, NOW + 2 * HOUR)
    setting_up.open_wave(wave=wave, by=people["coordinator"], at=NOW + 3 * HOUR)
    assert scheduling.make_due(at=NOW + 4 * HOUR) == 0
    close(wave, people, NOW + DAY)
    assert scheduling.make_due(at=NOW + 2 * DAY) == 1


def test_a_letter_that_was_taken_away_does_not_come_back(plan, people, wave):
    plan("wave", "manager")
    close(wave, people, NOW)
    scheduling.make_due(at=NOW + 2 * MINUTE)
    Letter.objects.all().delete()
    assert scheduling.make_due(at=NOW + HOUR) == 0


# --- changing them ----------------------------------------------------------------------------------------------------


def test_whoever_does_not_coordinate_plans_for_themselves_alone(plan, people, org):
    schedule = plan("month", "analyst", "works_council", by="manager")
    assert list(schedule.readers.all()) == [people["manager"]]
    entry = AuditEntry.objects.get(action="letters scheduled")
    assert (entry.actor, entry.changes["readers"]) == (people["manager"], [people["manager"].pk])


def test_who_sees_and_changes_a_schedule(plan, people, org):
    schedule = plan("month", "manager", by="coordinator")
    own = plan("week", by="analyst")
    sees = {
        name: [each.pk for each in scheduling.visible(reader(people[name], org)).order_by("pk")]
        for name in ("coordinator", "administrator", "manager", "analyst", "reviewer")
    }
    both = [schedule.pk, own.pk]
    assert sees == {
        "coordinator": both, "administrator": both, "manager": [schedule.pk], "analyst": [own.pk], "reviewer": []
    }  # fmt: skip
    changes = {name for name in sees if scheduling.may_change(reader(people[name], org), schedule)}
    assert changes == {"coordinator", "administrator"}
    assert scheduling.may_change(reader(people["analyst"], org), own)
    with pytest.raises(Http404):
        scheduling.schedule_or_404(reader(people["stranger"], org), schedule.pk)


def test_a_pause_is_not_made_up_for(plan, people, org, wave):
    month, waves = plan("month", "analyst"), plan("wave", "analyst")
    coordinator = reader(people["coordinator"], org)
    for each in (month, waves):
        scheduling.switch(each, coordinator, on=False)
    close(wave, people, NOW)
    assert scheduling.make_due(at=APRIL) == 0
    later = reader(people["coordinator"], org, APRIL + HOUR)
    for each in (month, waves):
        scheduling.switch(each, later, on=True)
    assert scheduling.make_due(at=APRIL + 2 * HOUR) == 0
    assert scheduling.make_due(at=local(2026, 5, 1, 6)) == 1


def test_another_rhythm_begins_now(plan, people, org):
    schedule = plan("month", "analyst", query="department=BUR")
    coordinator = reader(people["coordinator"], org)
    scheduling.change(schedule, coordinator, Wanted("Weekly", "week", "", [people["manager"]]))
    schedule = fresh(schedule)
    assert (schedule.title, schedule.every, schedule.due_at) == ("Weekly", "week", local(2026, 4, 6, 6))
    assert (list(schedule.readers.all()), schedule.query) == ([people["manager"]], "department=BUR")


def test_too_much_at_once_is_refused(plan):
    with pytest.raises(Refused):
        plan("month", query="department=X&" * 300)
    assert not LetterSchedule.objects.exists()


# --- by e-mail --------------------------------------------------------------------------------------------------------


@pytest.fixture
def due(plan):
    """A letter for the manager that is due on the first of April."""
    schedule = plan("month", "manager", title="Your month")
    scheduling.make_due(at=APRIL)
    return schedule


def test_the_letter_is_mailed_with_its_link_and_its_way_out(due, people):
    assert send(APRIL) == 1
    assert send(APRIL + HOUR) == 0
    (sent,) = mail.outbox
    letter = Letter.objects.get()
    assert sent.to == ["manager@zuiderveen.example"]
    assert sent.subject == "Your month, Gemeente Zuiderveen: 1 March to 31 March 2026"
    assert sent.attachments == [("zuiderveen-your-month-2026-04-01.pdf", b"%PDF Your month", "application/pdf")]
    assert f"{BASE}/o/zuiderveen/letters/{letter.pk}.pdf" in sent.body
    assert "It was planned by Coordinator, every month." in sent.body
    stop = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert posting.of_signed(stop.removeprefix(f"{BASE}/letters/stop/").rstrip("/")) == (due, people["manager"])
    assert stop in sent.body
    assert (letter.mailed_at, letter.sending_since) == (APRIL, None)
    entry = AuditEntry.objects.get(action="letter mailed")
    assert (entry.actor, entry.subject_id, entry.changes["reader"]) == (None, letter.pk, people["manager"].pk)


def test_the_mail_speaks_its_readers_language(due, people):
    Letter.objects.update(language="nl")
    send(APRIL)
    assert "1 maart" in mail.outbox[0].subject


def test_what_is_too_large_for_a_mail_is_a_link(due, monkeypatch):
    monkeypatch.setattr(posting, "MOST_ATTACHED", 5)
    send(APRIL)
    assert mail.outbox[0].attachments == []
    assert "It is too large for a mail." in mail.outbox[0].body


def test_not_at_night(plan):
    plan("month", "manager")
    night, morning = local(2026, 4, 1, 6, 30), local(2026, 4, 1, 7)
    scheduling.make_due(at=night)
    assert send(night) == 0
    assert Letter.objects.get().state == "done"
    assert send(morning) == 1


def test_two_senders_at_once_send_one(due, monkeypatch):
    original = locmem.EmailBackend.send_messages
    others = []

    def meanwhile(self, messages):
        others.append(posting.send_due(at=APRIL + MINUTE, base_url=BASE))
        return original(self, messages)

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", meanwhile)
    assert send(APRIL) == 1
    assert (others, len(mail.outbox)) == ([0], 1)


def test_a_mail_that_could_not_be_handed_over_is_tried_again_after_the_lease(due, monkeypatch):
    with monkeypatch.context() as patched:

        def refuses(self, messages):
            raise OSError("no answer")

        patched.setattr(locmem.EmailBackend, "send_messages", refuses)
        assert send(APRIL) == 0
    assert send(APRIL + LEASE - MINUTE) == 0
    assert send(APRIL + LEASE) == 1
    assert send(APRIL + 2 * LEASE) == 0


def test_whoever_lost_the_right_is_not_mailed(plan, people):
    plan("month", "manager", "analyst")
    scheduling.make_due(at=APRIL)
    making.make_waiting(now=lambda: APRIL)
    Membership.objects.filter(user=people["manager"]).update(ended_at=APRIL)
    send(APRIL)
    assert [sent.to for sent in mail.outbox] == [["analyst@zuiderveen.example"]]


def test_whoever_has_less_to_see_by_then_is_not_mailed(due, people, departments):
    making.make_waiting(now=lambda: APRIL)
    managing = Membership.objects.get(user=people["manager"], role="manager")
    managing.departments.set([departments["BUR"]])
    assert send(APRIL) == 0
    managing.departments.set([departments["PUB"]])
    assert send(APRIL) == 1


@pytest.mark.parametrize("way", ["left", "paused", "removed", "old"])
def test_what_is_no_longer_wanted_is_not_mailed(due, people, org, way):
    making.make_waiting(now=lambda: APRIL)
    at, coordinator = APRIL, reader(people["coordinator"], org)
    if way == "left":
        scheduling.leave(due, people["manager"], at=APRIL)
    elif way == "paused":
        scheduling.switch(due, coordinator, on=False)
    elif way == "removed":
        scheduling.remove(due, coordinator)
    else:
        at = APRIL + FORGOTTEN
    assert posting.send_due(at=at, base_url=BASE) == 0
    assert Letter.objects.get().state == "done", "it can still be read"


def test_what_a_reader_asked_for_by_hand_is_not_mailed(org, people):
    from analytics.letters import own

    own.ask(reader=reader(people["manager"], org), title="By hand", query="", language="en")
    assert send(NOW) == 0
    assert Letter.objects.get().state == "done"


def test_the_people_of_a_demo_are_mailed_only_when_asked_for(due):
    Organisation.objects.update(is_demo=True)
    assert send(APRIL) == 0
    assert send(APRIL, demo=True) == 1
