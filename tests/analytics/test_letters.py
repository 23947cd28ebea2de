"""Letters: asked for, made once within rights whatever is killed, cancelled, read by their reader alone, forgotten in time."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, QueryDict
from django.utils.translation import get_language

from analytics import filters
from analytics.access import Reader
from analytics.letters import document, making, own, rights, wording
from analytics.letters.models import Letter
from surveys.holding import STALE_AFTER
from surveys.models import AuditEntry, Membership, User
from surveys.refused import Refused
from tests.analytics.conftest import NOW
from tests.people import join

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)
DEAD = STALE_AFTER + SECOND
MARCH = "from=2026-03-01&to=2026-03-31"


class Press:
    """Makes documents that say what they were asked for; `between` is called before each part."""

    def __init__(self):
        self.made = []
        self.between = lambda _done: None

    def __call__(self, reader, chosen, *, title, step):
        self.made.append((reader.user, chosen, title, get_language()))
        for done in range(4):
            self.between(done)
            step(done, 4)
        return f"%PDF {title}".encode()


@pytest.fixture
def press(monkeypatch):
    found = Press()
    monkeypatch.setattr(document, "make", found)
    return found


@pytest.fixture
def ask(org, people):
    """`ask("manager")`: a letter that this person asked for."""

    def make(name="manager", *, query=MARCH, at=NOW, title="Letter", language="en"):
        return own.ask(reader=reader(people[name], org, at), title=title, query=query, language=language)

    return make


def reader(user, org, at=NOW):
    return Reader(User.objects.get(pk=user.pk), org, at)


def fresh(letter):
    return Letter.objects.get(pk=letter.pk)


def clock(at=NOW):
    return lambda: at


def actions(letter):
    rows = AuditEntry.objects.filter(subject="letter", subject_id=letter.pk).order_by("pk")
    return list(rows.values_list("action", flat=True))


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_letter_is_made_for_its_reader_of_what_was_asked_in_its_language(ask, people, press, departments):
    letter = ask(query=f"{MARCH}&department=BUR", title="March", language="nl")
    assert making.make_waiting(now=clock()) == 1
    ((user, chosen, title, language),) = press.made
    assert (user, title, language) == (people["manager"], "March: Burgerzaken", "nl")
    assert (chosen.start, chosen.end) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert chosen.departments == (departments["BUR"].pk,)
    letter = fresh(letter)
    assert (letter.state, letter.done, letter.total, bytes(letter.content)) == (
        "done",
        4,
        4,
        b"%PDF March: Burgerzaken",
    )
    assert making.make_waiting(now=clock(NOW + DEAD)) == 0
    assert actions(letter) == ["letter asked for"]


def test_progress_shows_while_it_is_made(ask, press):
    letter, seen = ask(), []
    press.between = lambda _done: seen.append((fresh(letter).state, fresh(letter).done, fresh(letter).total))
    making.make_waiting(now=clock())
    assert seen == [("making", 0, 0), ("making", 0, 4), ("making", 1, 4), ("making", 2, 4)]


def test_the_oldest_is_made_first_and_one_that_fails_holds_up_no_other(ask, press):
    late, early = ask(at=NOW), ask("analyst", at=NOW - SECOND)
    order = []

    def fail(_done):
        order.append(press.made[-1][0])
        if len(press.made) == 1:
            raise RuntimeError("out of paper")

    press.between = fail
    making.make_waiting(now=clock())
    assert [user.email.partition("@")[0] for user in dict.fromkeys(order)] == ["analyst", "manager"]
    assert (fresh(early).state, fresh(early).failure) == ("failed", "broke")
    assert fresh(late).state == "done"


def test_what_cannot_be_printed_says_what_to_install(ask, press, monkeypatch):
    def lacks(*_args, **_options):
        raise document.CannotPrint("Install the library.")

    monkeypatch.setattr(document, "make", lacks)
    letter = ask()
    making.make_waiting(now=clock())
    assert fresh(letter).failure == "pango"
    assert "the README names the packages" in wording.failure("pango")
    assert wording.failure("Install the library.") == "Install the library.", "as older letters kept it"


def test_whoever_no_longer_reads_figures_gets_none(ask, people, press):
    kept, lost = ask("analyst"), ask("manager")
    Membership.objects.filter(user=people["manager"]).update(ended_at=NOW)
    making.make_waiting(now=clock())
    assert (fresh(lost).state, fresh(lost).failure, bytes(fresh(lost).content)) == ("failed", "rights", b"")
    assert fresh(kept).state == "done"
    assert [user for user, *_rest in press.made] == [people["analyst"]]


def test_a_letter_is_not_made_of_fewer_departments_than_its_title_names(ask, press, people, departments):
    letter = ask(query=f"{MARCH}&department=BUR&department=AFV")
    assert "Afval" in letter.title
    people["manager"].memberships.get().departments.set([departments["BUR"]])
    making.make_waiting(now=clock())
    assert (fresh(letter).state, fresh(letter).failure) == ("failed", "elsewhere")


@pytest.mark.parametrize(
    ("narrower", "made"),
    [
        ("department=BEL", False),
        ("wave=999", False),
        ("scenario=nothing", False),
        ("version=999", False),
        ("department=BUR", True),
        # Of several departments those that are the reader's own.
        ("department=BUR&department=BEL", True),
    ],
)
def test_less_than_was_asked_is_not_made_to_look_like_all(ask, press, narrower, made):
    """The manager does not have Belastingen: a letter of all others under that title would mislead."""
    letter = ask(query=f"{MARCH}&{narrower}")
    making.make_waiting(now=clock())
    assert (fresh(letter).state, fresh(letter).failure) == (("done", "") if made else ("failed", "elsewhere"))


# --- once, whatever happens -------------------------------------------------------------------------------------------


def test_of_two_workers_one_makes_it(ask, press):
    letter = ask()
    hold = making.take(letter.pk, at=NOW)
    assert hold
    assert making.take(letter.pk, at=NOW) is None
    assert making.make_waiting(now=clock(NOW + 30 * SECOND)) == 0
    making.make(hold, now=clock())
    assert (fresh(letter).state, len(press.made)) == ("done", 1)


def test_one_that_died_is_taken_up_from_the_beginning(ask, press):
    letter = ask()
    making.take(letter.pk, at=NOW)  # and nothing is heard of it
    assert making.make_waiting(now=clock(NOW + STALE_AFTER)) == 0
    assert making.make_waiting(now=clock(NOW + DEAD)) == 1
    assert (fresh(letter).state, fresh(letter).tries, len(press.made)) == ("done", 2, 1)


def test_one_given_up_for_dead_that_wakes_up_stops_and_leaves_nothing(ask, press):
    letter = ask()

    def another(done):
        if done == 2 and len(press.made) == 1:
            assert making.make_waiting(now=clock(NOW + DEAD)) == 1

    press.between = another
    making.make_waiting(now=clock())
    assert len(press.made) == 2
    assert (fresh(letter).state, fresh(letter).finished_at) == ("done", NOW + DEAD)


def test_one_that_wakes_up_while_another_makes_it_stops_at_its_next_part(ask, press):
    letter, parts, other = ask(), [], []

    def another(done):
        parts.append(done)
        if done == 2:
            hold = making.take(letter.pk, at=NOW + DEAD)
            assert hold
            other.append(hold)

    press.between = another
    making.make_waiting(now=clock())
    assert parts == [0, 1, 2]
    assert (fresh(letter).state, fresh(letter).done) == ("making", 0)
    press.between = lambda _done: None
    making.make(other[0], now=clock(NOW + DEAD))
    assert (fresh(letter).state, fresh(letter).tries) == ("done", 2)


def test_what_kills_its_worker_again_and_again_is_given_up(ask, press):
    letter = ask()
    for turn in range(making.MOST_TRIES):
        assert making.take(letter.pk, at=NOW + turn * DEAD)
    assert making.make_waiting(now=clock(NOW + making.MOST_TRIES * DEAD)) == 1
    assert (fresh(letter).state, fresh(letter).failure, press.made) == ("failed", "killed", [])
    assert "cut off each time" in wording.failure(fresh(letter).failure)


def test_a_letter_in_the_making_has_given_a_sign_of_life(ask):
    letter = ask()
    with pytest.raises(IntegrityError, match="letter_making_beats"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(state="making")
    with pytest.raises(IntegrityError, match="letter_state_known"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(state="lost")


# --- cancelling, asking again, taking away ----------------------------------------------------------------------------


def test_a_cancelled_letter_stops_at_its_next_part(ask, people, org, press):
    letter, parts = ask(), []

    def cancel(done):
        parts.append(done)
        if done == 1:
            assert own.cancel(letter, reader(people["manager"], org))

    press.between = cancel
    making.make_waiting(now=clock())
    assert parts == [0, 1]
    assert (fresh(letter).state, bytes(fresh(letter).content)) == ("cancelled", b"")
    assert not own.cancel(fresh(letter), reader(people["manager"], org))
    press.between = lambda _done: None
    assert own.ask_again(fresh(letter), reader(people["manager"], org))
    assert not own.ask_again(fresh(letter), reader(people["manager"], org)), "it waits already"
    making.make_waiting(now=clock())
    assert (fresh(letter).state, fresh(letter).tries) == ("done", 1)
    assert actions(letter) == ["letter asked for", "letter cancelled", "letter asked for"]


def test_what_is_ready_cannot_be_cancelled(ask, people, org, press):
    letter = ask()
    making.make_waiting(now=clock())
    assert not own.cancel(letter, reader(people["manager"], org))
    assert fresh(letter).state == "done"


def test_one_that_is_taken_away_while_it_is_made_stays_away(ask, people, org, press):
    letter, other = ask(), ask("analyst")
    press.between = lambda _done: own.remove(letter, reader(people["manager"], org)) if len(press.made) == 1 else None
    making.make_waiting(now=clock())
    assert not Letter.objects.filter(pk=letter.pk).exists()
    assert fresh(other).state == "done"


def test_what_is_asked_again_waits_from_then_on(ask, people, org):
    letter = ask(at=NOW - dt.timedelta(days=89))
    Letter.objects.filter(pk=letter.pk).update(state="failed", failure="broke")
    assert own.ask_again(letter, reader(people["manager"], org))
    assert (fresh(letter).state, fresh(letter).asked_at) == ("waiting", NOW)


def test_only_so_many_are_made_for_one_reader_at_once(ask, press):
    first, *_others = [ask() for _each in range(own.MOST_WAITING)]
    with pytest.raises(Refused, match="3 of your letters"):
        ask()
    ask("analyst")
    making.make_waiting(now=clock())
    ask()
    assert fresh(first).state == "done"


# --- reading ----------------------------------------------------------------------------------------------------------


def test_the_reader_opens_it_and_that_is_noted(ask, people, org, press):
    letter = ask()
    manager = reader(people["manager"], org)
    with pytest.raises(Http404):
        own.download(own.letter_or_404(manager, letter.pk), manager)
    making.make_waiting(now=clock())
    assert own.download(own.letter_or_404(manager, letter.pk), manager) == b"%PDF Letter"
    assert actions(letter) == ["letter asked for", "letter downloaded"]
    for name in ("coordinator", "administrator", "stranger"):
        with pytest.raises(Http404):
            own.letter_or_404(reader(people[name], org), letter.pk)


def test_with_fewer_rights_than_it_was_made_with_it_stays_shut(ask, people, org, press, departments):
    letter = ask()
    making.make_waiting(now=clock())
    managing = Membership.objects.get(user=people["manager"], role="manager")

    def opens():
        try:
            return bool(own.download(fresh(letter), reader(people["manager"], org)))
        except PermissionDenied:
            return False

    assert opens()
    managing.departments.set([departments["BUR"]])
    assert not opens(), "Afval is in it"
    join(people["manager"], org, "works_council")
    assert not opens(), "all departments now, and yet not every call"
    managing.departments.set([departments["PUB"], departments["BEL"]])
    assert opens(), "more than it was made with"
    managing.departments.set([])
    join(people["manager"], org, "analyst")
    assert opens()
    User.objects.filter(pk=people["manager"].pk).update(is_active=False)
    assert not opens()


def test_rights_are_those_of_what_a_reader_may_see(org, people, departments):
    kept = {name: rights.rights_of(reader(people[name], org)) for name in ("manager", "analyst", "works_council")}
    managed = sorted(departments[code].pk for code in ("PUB", "BUR", "AFV"))
    assert kept["manager"] == {"all": False, "checks": False, "managed": managed}
    assert kept["analyst"] == {"all": True, "checks": True, "managed": []}
    assert kept["works_council"] == {"all": True, "checks": False, "managed": []}
    covered = {
        (of, by) for of, made in kept.items() for by in kept if rights.still_has(reader(people[by], org), made)
    }  # fmt: skip
    everybody = {(name, name) for name in kept}
    assert covered == everybody | {("manager", "analyst"), ("works_council", "analyst")}


# --- what it is of ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("", "from=2025-12-31&to=2026-03-31"),
        ("period=last_month&department=BUR&by=week", "from=2026-03-04&to=2026-03-31&department=BUR&by=week"),
        ("period=all", "period=all"),
        ("period=2025-q4", "period=2025-q4"),
        ("from=2026-01-01&to=2026-02-28&against=last_year", "from=2026-01-01&to=2026-02-28&against=last_year"),
    ],
)
def test_a_choice_keeps_its_days(org, people, asked, kept):
    """What is asked for on the last of March and made on the first of April is the same letter."""
    mine = reader(people["analyst"], org)
    assert own.chosen_query(filters.parse(QueryDict(asked), mine)) == kept


def test_totals_keep_their_quarter(org, people):
    council = reader(people["works_council"], org)
    assert own.chosen_query(filters.parse(QueryDict("from=2026-03-01&to=2026-03-08"), council)) == "period=2025-q4"


def test_a_wave_is_taken_whole_as_far_as_it_has_come(org, people, wave):
    wave.ends_on = dt.date(2026, 6, 30)
    assert own.wave_query(wave, NOW.date()) == f"from=2026-03-01&to=2026-03-31&wave={wave.pk}"
    said = wording.about(reader(people["analyst"], org), own.wave_query(wave, NOW.date()))
    assert said == "1 March to 31 March 2026, wave Maart 2026"


def test_what_is_asked_of_fits_its_column(ask):
    with pytest.raises(Refused, match="more than a letter can be asked of"):
        ask(query="department=X&" * 200)
    assert not Letter.objects.exists()


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_letters_are_kept_for_ninety_days(ask, press):
    old, young = ask(at=NOW - own.KEPT - SECOND), ask("analyst", at=NOW - own.KEPT + SECOND)
    making.make_waiting(now=clock())
    assert own.KEPT.days == 90
    assert own.forget(at=NOW) == 1
    assert list(Letter.objects.values_list("pk", flat=True)) == [young.pk]
    assert old.pk != young.pk
