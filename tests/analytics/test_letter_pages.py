"""Pages of letters: asking, following, opening, planning; who may; and the way out of the mails."""

import datetime as dt
import re
import threading

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.letters import document, making, own, posting
from analytics.letters.models import Letter, LetterSchedule
from project.management.commands import worker
from surveys.models import AuditEntry, Membership
from tests.people import AT

pytestmark = pytest.mark.django_db
NOW = AT + dt.timedelta(days=21)
LIST, NEW, PLAN = (reverse(name, args=["zuiderveen"]) for name in ("letters", "letter_new", "letter_schedule_new"))
READERS = ("administrator", "coordinator", "reviewer", "manager", "analyst", "works_council")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def press(monkeypatch):
    def make(_reader, _chosen, *, title, step):
        step(0, 1)
        return f"%PDF {title}".encode()

    monkeypatch.setattr(document, "make", make)
    monkeypatch.setattr(document, "can_print", lambda: True)


@pytest.fixture
def manager(client_for, people):
    return client_for(people["manager"])


def ask(client, address=NEW, **fields):
    return client.post(address, {"title": "March", "of": "chosen", **fields})


def made(client, **fields):
    """A letter that was asked for and is ready."""
    assert ask(client, **fields).status_code == 302
    making.make_waiting(now=timezone.now)
    return Letter.objects.latest("pk")


def shown(client, address=LIST):
    return client.get(address).content.decode()


def pdf(letter):
    return reverse("letter_pdf", args=["zuiderveen", letter.pk])


def change(letter):
    return reverse("letter_change", args=["zuiderveen", letter.pk])


def test_a_title_holds_no_control_characters(manager):
    letter = made(manager, title="Maart\x07 2026\u202e é")
    assert letter.title == "Maart 2026 é"


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["overview", "topic"])
def test_a_page_of_results_leads_to_a_letter_of_what_it_shows(manager, page):
    where = reverse(page, args=["zuiderveen"] if page == "overview" else ["zuiderveen", "comparison"])
    words = shown(manager, f"{where}?department=BUR&period=last_month")
    (link,) = re.findall(r'<a class="chip" href="([^"]+)">Letter \(PDF\)</a>', words)
    link = link.replace("&amp;", "&")
    assert "4 March to 31 March 2026, department Burgerzaken" in shown(manager, link)
    assert ask(manager, link)["Location"] == LIST
    letter = Letter.objects.get()
    assert letter.query == "from=2026-03-04&to=2026-03-31&department=BUR"
    assert (letter.title, letter.language, letter.state) == ("March: Burgerzaken", "en", "waiting")
    assert posting.file_name(letter) == "zuiderveen-march-burgerzaken-2026-03-31.pdf"


def test_of_a_whole_wave(manager, wave):
    assert "the wave Maart 2026" in shown(manager, NEW)
    ask(manager, f"{NEW}?department=BUR", of=str(wave.pk))
    assert Letter.objects.get().query == f"from=2026-03-01&to=2026-03-31&wave={wave.pk}"


def test_the_list_of_choices_is_not_cut_off(manager, wave):
    """A list is as wide as its longest choice, or cuts it off: what was looked at stands beside it in full."""
    words = shown(manager, f"{NEW}?department=BUR&department=AFV&measure=tone")
    assert re.findall(r"<option[^>]*>([^<]+)<", words) == ["what you looked at last", "the wave Maart 2026"]
    assert "department Burgerzaken, department Afval, measure tone. Or a whole wave" in words


def test_totals_are_offered_by_quarter(client_for, people, wave):
    council = client_for(people["works_council"])
    words = shown(council, NEW)
    assert "4th quarter of 2025" in words
    assert "Maart 2026" not in words
    assert ask(council, of=str(wave.pk)).status_code == 422


@pytest.mark.parametrize("fields", [{"title": " "}, {"of": "7"}, {"title": "x" * 121}])
def test_what_cannot_be_asked_for_is_said_and_nothing_is_asked(manager, fields):
    answer = ask(manager, **fields)
    assert (answer.status_code, "There is something to correct" in answer.content.decode()) == (422, True)
    assert not Letter.objects.exists()
    assert ask(manager).status_code == 302


def test_too_many_at_once_are_refused_in_words(manager):
    for _each in range(own.MOST_WAITING):
        assert ask(manager).status_code == 302
    answer = ask(manager)
    assert (answer.status_code, "are still being made" in answer.content.decode()) == (422, True)
    assert Letter.objects.count() == own.MOST_WAITING


def test_where_nothing_can_be_printed_it_is_said_plainly(manager, monkeypatch):
    assert "pango" not in shown(manager)
    monkeypatch.setattr(document, "can_print", lambda: False)
    for address in (LIST, NEW, PLAN):
        assert "This server cannot make PDFs yet: the library pango is missing." in shown(manager, address)
    assert "Make the letter" not in shown(manager, NEW)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_a_letter_is(manager):
    words = shown(manager)
    assert "A management letter is a PDF" in words
    assert "No letters yet" in words
    assert "data-progress" not in words
    assert 'href="/o/zuiderveen/letters/" aria-current="page"' in words


def test_a_letter_is_followed_from_asking_to_opening(manager):
    ask(manager)
    words = shown(manager)
    assert 'data-progress="busy"' in words
    assert "it is begun as soon as there is room" in words
    letter = Letter.objects.get()
    hold = making.take(letter.pk, at=timezone.now())
    assert hold
    hold.keep(at=timezone.now(), done=3, total=9)
    words = shown(manager)
    assert "3 of 9 parts" in words
    assert '<progress max="9" value="3"' in words
    with time_machine.travel(NOW + dt.timedelta(seconds=61), tick=False):
        assert "It is begun anew by itself." in shown(manager)
    making.make(hold, now=timezone.now)
    words = shown(manager)
    assert "data-progress" not in words
    assert f'href="{pdf(letter)}"' in words
    assert "Download (PDF, 10" in words
    assert "Letters are kept for 90 days" in words


def test_nobody_working_is_said(manager):
    ask(manager)
    assert "the job worker is not running" not in shown(manager)
    with time_machine.travel(NOW + dt.timedelta(seconds=61), tick=False):
        assert "other letters come first, or the job worker is not running" in shown(manager)


def test_one_that_failed_says_why_and_can_be_asked_for_again(manager, monkeypatch):
    def lacks(*_args, **_options):
        raise document.CannotPrint("Install <pango>.")

    with monkeypatch.context() as patched:
        patched.setattr(document, "make", lacks)
        letter = made(manager)
    assert "the library pango is missing" in shown(manager)
    assert manager.get(pdf(letter)).status_code == 404
    assert "It is made once more" in manager.post(change(letter), {"again": "1"}, follow=True).content.decode()
    making.make_waiting(now=timezone.now)
    assert manager.get(pdf(letter)).status_code == 200


def test_cancelling_and_taking_away(manager):
    ask(manager)
    letter = Letter.objects.get()
    assert "Cancelled." in manager.post(change(letter), {"cancel": "1"}, follow=True).content.decode()
    assert making.make_waiting(now=timezone.now) == 0
    again = manager.post(change(letter), {"cancel": "1"}, follow=True).content.decode()
    assert "It was over before it could be cancelled." in again
    assert manager.post(change(letter)).status_code == 400
    assert "was taken away" in manager.post(change(letter), {"remove": "1"}, follow=True).content.decode()
    assert not Letter.objects.exists()


def test_the_list_takes_few_queries(manager, client_for, people, django_assert_max_num_queries):
    coordinator = client_for(people["coordinator"])
    fields = {"title": "Monthly", "every": "month", "readers": [str(people[name].pk) for name in READERS]}
    for client in (manager, coordinator):
        made(client)
        client.post(f"{PLAN}?department=BUR", fields)
    for client in (manager, coordinator):
        with django_assert_max_num_queries(15) as queries:
            client.get(LIST)
        asked = [each["sql"].replace('LENGTH("analytics_letter"."content")', "") for each in queries.captured_queries]
        assert not any('"content"' in sql for sql in asked), "documents are not read to be listed"
    for _more in range(3):
        made(coordinator)
        coordinator.post(f"{PLAN}?department=AFV", fields)
    with django_assert_max_num_queries(len(asked)):
        assert shown(coordinator).count("Download (PDF") == 4


# --- opening ----------------------------------------------------------------------------------------------------------


def test_the_pdf_is_for_its_reader_alone(manager, people, client_for):
    letter = made(manager)
    answer = manager.get(pdf(letter))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"%PDF March", "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="zuiderveen-march-2026-03-31.pdf"'
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    entry = AuditEntry.objects.get(action="letter downloaded")
    assert (entry.actor, entry.subject_id) == (people["manager"], letter.pk)
    for name in ("coordinator", "administrator", "works_council", "stranger"):
        other = client_for(people[name])
        assert other.get(pdf(letter)).status_code == 404, name
        for act in ("cancel", "again", "remove"):
            assert other.post(change(letter), {act: "1"}).status_code == 404, name
        assert "March" not in (shown(other) if name != "stranger" else ""), name
    assert client_for(people["evaluator"]).get(pdf(letter)).status_code == 403
    assert AuditEntry.objects.filter(action="letter downloaded").count() == 1


def test_what_rights_no_longer_cover_stays_shut_and_says_so(manager, people, departments):
    letter = made(manager)
    assert f'href="{pdf(letter)}"' in shown(manager)
    managing = Membership.objects.get(user=people["manager"], role="manager")
    managing.departments.set([departments["BEL"]])
    assert manager.get(pdf(letter)).status_code == 403
    words = shown(manager)
    assert f'href="{pdf(letter)}"' not in words
    assert "Your rights have changed since it was made" in words
    managing.delete()
    assert manager.get(pdf(letter)).status_code == 404
    assert AuditEntry.objects.filter(action="letter downloaded").count() == 0


@pytest.mark.parametrize("address", [LIST, NEW, PLAN])
def test_every_reader_of_figures_and_nobody_else(client_for, people, address):
    for role in READERS:
        assert client_for(people[role]).get(address).status_code == 200, role
    assert client_for(people["evaluator"]).get(address).status_code == 403
    assert client_for(people["stranger"]).get(address).status_code == 404


# --- planning ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(people, client_for):
    """`plan("coordinator", "manager", "analyst")`: the schedule that the first makes for the others."""

    def make(by, *names, address=PLAN, every="month"):
        fields = {"title": "Monthly", "every": every, "readers": [str(people[name].pk) for name in names]}
        answer = client_for(people[by]).post(address, fields)
        assert answer.status_code == 302, answer.content.decode()
        return LetterSchedule.objects.latest("pk")

    return make


def schedule_page(schedule, name="letter_schedule"):
    return reverse(name, args=["zuiderveen", schedule.pk])


def test_a_coordinator_chooses_readers_by_name_and_role(plan, people, client_for):
    coordinator = client_for(people["coordinator"])
    words = shown(coordinator, f"{PLAN}?department=BUR")
    listed = dict(re.findall(r'<b>([^<]+)</b> <span class="mute">([^<]+)</span></span>', words))
    assert listed == {name.replace("_", " ").title(): name.replace("_", " ") for name in READERS}
    assert "and only of: department Burgerzaken" in words
    schedule = plan("coordinator", "manager", "analyst", address=f"{PLAN}?department=BUR&period=last_year")
    assert {each.pk for each in schedule.readers.all()} == {people["manager"].pk, people["analyst"].pk}
    assert (schedule.query, schedule.every) == ("department=BUR", "month")
    words = shown(coordinator)
    assert "Analyst, Manager" in words
    assert "1 April 2026" in words


def test_nobody_can_be_chosen_who_reads_no_figures(people, client_for):
    coordinator = client_for(people["coordinator"])
    fields = {"title": "Monthly", "every": "month"}
    for wrong in ([], [str(people["evaluator"].pk)], [str(people["stranger"].pk)], ["1e3"]):
        assert coordinator.post(PLAN, fields | {"readers": wrong}).status_code == 422
    assert not LetterSchedule.objects.exists()
    assert coordinator.post(PLAN, fields | {"readers": [str(people["manager"].pk)]}).status_code == 302


@pytest.mark.parametrize("role", ["manager", "analyst", "reviewer", "works_council"])
def test_others_plan_for_themselves(people, client_for, role):
    assert "Who gets it" not in shown(client_for(people[role]), PLAN)
    fields = {"title": "Mine", "every": "month", "readers": [str(people["coordinator"].pk)]}
    if role == "works_council":  # whole quarters are all that they are given
        assert client_for(people[role]).post(PLAN, fields).status_code == 422
        fields["every"] = "quarter"
    assert client_for(people[role]).post(PLAN, fields).status_code == 302
    assert list(LetterSchedule.objects.get().readers.all()) == [people[role]]


def test_a_schedule_is_changed_paused_and_taken_away_by_those_whose_it_is(plan, people, client_for):
    schedule = plan("coordinator", "manager")
    manager, administrator = client_for(people["manager"]), client_for(people["administrator"])
    assert manager.get(schedule_page(schedule)).status_code == 403
    for act in ("pause", "resume", "remove"):
        assert manager.post(schedule_page(schedule, "letter_schedule_change"), {act: "1"}).status_code == 403
    assert client_for(people["analyst"]).get(schedule_page(schedule)).status_code == 404
    words = shown(administrator, schedule_page(schedule))
    assert re.search(rf'value="{people["manager"].pk}"[^>]*checked', words)
    fields = {"title": "Weekly", "every": "week", "readers": [str(people["analyst"].pk)]}
    assert administrator.post(schedule_page(schedule), fields).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.title, schedule.every, list(schedule.readers.all())) == ("Weekly", "week", [people["analyst"]])
    act = schedule_page(schedule, "letter_schedule_change")
    assert administrator.post(act).status_code == 400
    administrator.post(act, {"pause": "1"})
    assert "paused" in shown(administrator)
    administrator.post(act, {"resume": "1"})
    assert "every week" in shown(administrator)
    administrator.post(act, {"remove": "1"})
    assert not LetterSchedule.objects.exists()


def test_a_reader_leaves_without_asking_anybody(plan, people, client_for):
    schedule = plan("coordinator", "manager", "analyst")
    manager = client_for(people["manager"])
    words = shown(manager)
    assert "No longer send it to me" in words
    assert "Analyst" not in words, "who else gets it is not theirs to know"
    manager.post(schedule_page(schedule, "letter_schedule_change"), {"leave": "1"})
    assert list(schedule.readers.all()) == [people["analyst"]]
    assert "None planned" in shown(manager)


# --- the way out ------------------------------------------------------------------------------------------------------


def test_one_click_ends_one_schedule_for_one_reader(plan, people):
    schedule, other = plan("coordinator", "manager", "analyst"), plan("coordinator", "manager")
    link = reverse("letters_stop", args=[posting.signed(schedule, people["manager"])])
    nobody = Client(enforce_csrf_checks=True)
    asked = nobody.get(link)
    assert "Switch it off" in asked.content.decode()
    assert "no-store" in asked["Cache-Control"]
    assert schedule.readers.count() == 2, "a mail scanner opens links"
    for _time in range(2):
        done = nobody.post(link, {"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "It is off" in done.content.decode()) == (200, True)
    assert (list(schedule.readers.all()), other.readers.count()) == ([people["analyst"]], 1)
    assert AuditEntry.objects.get(action="letters declined").actor == people["manager"]
    for bad in (link[:-2] + "x/", reverse("letters_stop", args=["nonsense"])):
        assert nobody.get(bad).status_code == 404
        assert nobody.post(bad).status_code == 404


# --- the worker -------------------------------------------------------------------------------------------------------


def test_the_worker_makes_letters_beside_its_other_work_and_goes_on_after_a_failure(monkeypatch):
    done, stop = [], threading.Event()

    def make_waiting(**_when):
        done.append("made")
        if len(done) == 1:
            raise RuntimeError("once")
        stop.set()

    monkeypatch.setattr(worker.letters, "make_waiting", make_waiting)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.make_letters(stop, every=0)
    assert done == ["made", "made"]


def test_the_worker_plans_mails_and_forgets(monkeypatch):
    done, stop = [], threading.Event()
    monkeypatch.setattr(worker.scheduling, "make_due", lambda **_when: done.append("planned"))
    monkeypatch.setattr(worker.posting, "send_due", lambda **options: done.append(options["base_url"]))
    monkeypatch.setattr(worker.recordings, "erase_due", lambda **_when: stop.set())
    monkeypatch.setattr(worker.own, "forget", lambda **_when: done.append("forgotten"))
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.remind(stop, first_after=0, every=0)
    assert done == ["planned", worker.settings.BASE_URL, "forgotten"]
