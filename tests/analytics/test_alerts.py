"""Alerts: each kind is found where it was planted and not beside it, told within rights, once, and mailed when it may be."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from analytics import filters
from analytics.access import Reader
from analytics.alerts import choices, listing, mailing, making, signals, waves
from analytics.alerts.choices import Choice, Quiet
from analytics.alerts.finding import Finding, finished_month, last_day, months_before
from analytics.alerts.wording import told
from analytics.models import Alert, AlertChoice, AlertPost, AlertRound
from analytics.reports import course
from surveys import workflow
from surveys.models import CallbackEvent, Membership, Quota, User
from tests.analytics.conftest import DIMENSIONS, NOW
from tests.people import AT, build_person, callback_answers, join, valid_answers

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BASE = "https://klankbord.example"
SPREAD = (-400, 250, 100, -150, 300, -250, 150, 50)
FEBRUARY = dt.date(2026, 2, 1)


@pytest.fixture
def months(sow):
    """`months("BUR", [8000, ...])`: eight calls in each of so many months up to February 2026, around these scores."""

    def make(code, levels, **columns):
        rows = []
        for back, level in enumerate(reversed(levels), 1):
            day = months_before(NOW.date(), back) + 9 * DAY
            shift = 60 * (-1) ** back
            rows += [{"code": code, "score": level + shift + each, "day": day, **columns} for each in SPREAD]
        return sow(rows)

    return make


@pytest.fixture
def decline(months):
    """Burgerzaken falls from eighty to fifty in its last four months; Afval goes on as it was."""
    months("BUR", [8000] * 10 + [7000, 6200, 5600, 5000])
    months("AFV", [8000] * 14)


def kinds(user, **facts):
    rows = Alert.objects.filter(reader=user, **facts).order_by("kind", "about")
    return [(each.kind, each.department.code if each.department else None) for each in rows]


def make(org, at=NOW):
    making.make(org, at=at)


def reasons(user, org, language="en"):
    with translation.override(language):
        return {each.kind: told(each).reason for each in listing.shown(fresh(user), org)}


def fresh(user):
    return User.objects.get(pk=user.pk)


def all_mailed(user, org):
    """This reader wants everything by e-mail."""
    for kind in choices.FOR:
        AlertChoice.objects.create(organisation=org, reader=user, kind=kind, by_email=True)


def failing():
    return valid_answers(closing__fate={"value": "disconnected", "comment": "The line went dead."})


# --- control chart signals --------------------------------------------------------------------------------------------


def test_a_decline_is_a_signal_and_a_steady_course_is_none(org, people, departments, decline):
    make(org)
    told_of = Alert.objects.get(reader=people["analyst"], kind="signal", department__code="BUR")
    assert (told_of.about, told_of.held_until) == (f"{departments['BUR'].pk}:score:down", FEBRUARY)
    assert told_of.facts["month"] == "2026-02-01"
    assert told_of.facts["also"] == [*DIMENSIONS]
    assert "AFV" not in [code for _kind, code in kinds(people["analyst"], kind="signal")]


def test_a_signal_says_what_the_page_says(org, people, decline, departments):
    make(org)
    with translation.override("en"):
        (said,) = [
            told(each) for each in listing.shown(people["manager"], org).filter(kind="signal", department__code="BUR")
        ]
    reader = Reader(fresh(people["manager"]), org, NOW)
    seen = signals.dates(reader, dt.date(2024, 3, 1), dt.date(2026, 2, 28))
    chosen = filters.replace(seen, departments=(departments["BUR"].pk,))
    page = course.control(reader, chosen, None)
    newest = page.rows[-1]
    assert f"Score in February 2026: {newest['mean']:.1f} points" in said.reason
    assert "8 calls" in said.reason
    newest_episode = page.result.episodes[-1]
    assert not newest_episode.above
    for sentence in (page.result.sentences[0], newest_episode.sentence("month")):
        assert sentence in said.reason
    assert said.address == "/o/zuiderveen/figures/trend/?from=2024-03-01&to=2026-02-28&department=BUR"


def test_a_month_that_is_not_over_is_not_judged(org, people, months, plant):
    for code in ("BUR", "AFV"):
        months(code, [8000] * 14)
    plant("BUR", [1000 + each for each in SPREAD], day=dt.date(2026, 3, 20))
    make(org)
    assert kinds(people["analyst"], kind="signal") == []
    make(org, NOW + 7 * DAY)  # now March is over
    assert ("signal", "BUR") in kinds(people["analyst"], kind="signal")


def test_a_single_month_that_strays_beyond_its_range_needs_a_corrected_change(org, people, months):
    """Nine tenths of the months alike, the last far below: the chart and the change against the weeks before agree."""
    months("BUR", [8000] * 13 + [5500])
    months("AFV", [8000] * 13 + [7900])
    make(org)
    assert kinds(people["manager"], kind="signal", department__code__in=["BUR", "AFV"]) == [("signal", "BUR")]
    assert "that is more than chance" in reasons(people["manager"], org)["signal"]


def test_what_goes_on_is_told_once_and_anew_after_it_was_over(org, people, decline, months, departments):
    make(org)
    for later in (HOUR, 2 * DAY):
        make(org, NOW + later)
    analyst = people["analyst"]
    bur = {"kind": "signal", "department__code": "BUR"}
    first = Alert.objects.get(reader=analyst, **bur)
    # In March it goes on: noted, and not told again.
    making.keep(
        org,
        [making.Told(analyst, frozenset({"analyst"}), [going_on(first, dt.date(2026, 3, 1))])],
        choices.Choices(org),
        at=NOW,
    )
    assert [each.held_until for each in Alert.objects.filter(reader=analyst, **bur)] == [dt.date(2026, 3, 1)]
    # Not in April; in May it is news.
    making.keep(
        org,
        [making.Told(analyst, frozenset({"analyst"}), [going_on(first, dt.date(2026, 5, 1))])],
        choices.Choices(org),
        at=NOW,
    )
    assert Alert.objects.filter(reader=analyst, **bur).count() == 2


def going_on(alert, period):
    return Finding("signal", alert.about, alert.department_id, None, period, alert.facts)


# --- missed targets ---------------------------------------------------------------------------------------------------


def test_a_target_is_missed_only_where_the_whole_interval_lies_below(org, people, months, plant):
    months("BUR", [7000] * 3)  # its target is 75
    months("BEL", [8300] * 3, tone=8300)  # 70, and 85 for tone
    months("AFV", [2000] * 3)  # none of its own
    make(org)
    found = set(kinds(people["analyst"], kind="target"))
    assert found == {("target", "BUR"), ("target", "BEL"), ("target", "PUB")}
    said = reasons(people["analyst"], org)["target"]
    assert "from 1 December 2025 to 28 February 2026" in said
    assert "below the target of" in said
    bel = Alert.objects.get(reader=people["analyst"], kind="target", department__code="BEL")
    assert bel.facts["measure"] == "tone"


def test_a_doubtful_target_is_not_told(org, people, plant):
    plant("BUR", [9500, 9000, 4000, 8000, 5000, 7000, 6500], day=dt.date(2026, 2, 10))  # 70, but anything from 50 to 90
    make(org)
    assert kinds(people["analyst"], kind="target") == []


def test_readers_of_totals_are_told_of_no_month_before_its_quarter_is_given(org, people, months):
    months("BUR", [6000] * 9)
    months("AFV", [9500] * 9)
    join(people["works_council"], org, "manager", "AFV")
    make(org)
    assert ("target", "BUR") in kinds(people["analyst"], kind="target")
    assert kinds(people["works_council"], kind="target") == []


# --- single calls -----------------------------------------------------------------------------------------------------


def test_a_call_that_failed_as_a_whole_is_told_and_others_are_not(org, people, make_call):
    failed = make_call(answers=failing())
    make_call(), make_call("submitted", answers=failing())
    make_call(
        answers=valid_answers(
            phrasing__hold={"value": "hang_up", "comment": "So she said.", "quote": "Ik hang u even op"}
        )
    )
    make(org, AT + DAY)
    alert = Alert.objects.get(reader=people["manager"], kind="fail")
    assert (alert.call, alert.department.code) == (failed, "BUR")
    assert reasons(people["manager"], org)["fail"] == (
        f"One answer in call {failed.reference} of 10 March 2026 failed the call as a whole: How did the call end for you? “Cut off”"
    )
    assert "Opgehangen" in reasons(people["manager"], org, "nl")["fail"]


def test_a_promise_is_told_once_it_is_broken_and_not_while_it_may_come(org, people, make_call):
    broken, kept = make_call(answers=callback_answers()), make_call(answers=callback_answers())
    due = broken.callback.due_at
    CallbackEvent.objects.create(
        callback=kept.callback, kind="came", happened_at=due, recorded_by=people["evaluator"], recorded_at=due
    )
    make(org, due + HOUR)  # still within grace
    assert kinds(people["manager"]) == []
    make(org, due + 3 * HOUR)
    assert [each.call for each in Alert.objects.filter(reader=people["manager"])] == [broken]
    assert reasons(people["manager"], org)["broken"] == (
        f"In call {broken.reference} of 10 March 2026 a callback was promised by 10 March 2026 15:00. "
        "No call was recorded, also not within 2 hours of grace."
    )


def test_that_no_call_came_is_said_as_it_was_recorded(org, people, make_call):
    call = make_call(answers=callback_answers())
    due = call.callback.due_at
    CallbackEvent.objects.create(
        callback=call.callback, kind="not_come", happened_at=due, recorded_by=people["evaluator"], recorded_at=due
    )
    make(org, due + HOUR)
    assert reasons(people["manager"], org)["broken"].endswith("15:00. It did not come.")


@pytest.mark.parametrize("role", ["administrator", "coordinator", "reviewer", "manager"])
def test_single_calls_are_told_to_those_who_may_open_them(org, people, make_call, client_for, role):
    call = make_call(answers=failing())
    make(org, AT + DAY)
    (alert,) = Alert.objects.filter(reader=people[role])
    assert client_for(people[role]).get(told(alert).address).status_code == 200
    assert told(alert).address == reverse("call", args=[call.pk])


@pytest.mark.parametrize("role", ["works_council", "analyst", "evaluator", "other_evaluator", "stranger"])
def test_single_calls_are_told_to_nobody_else(org, people, make_call, role):
    make_call(answers=failing())
    make(org, AT + DAY)
    assert Alert.objects.filter(reader=people["manager"]).exists()
    assert not Alert.objects.filter(reader=people[role]).exists()


def test_a_manager_is_not_told_of_other_departments_nor_a_checker_of_their_own_calls(org, people, make_call):
    join(people["reviewer"], org, "evaluator")
    make_call(answers=failing(), department="BEL")
    own = make_call(answers=failing(), evaluator=people["reviewer"], reviewer=people["coordinator"])
    make(org, AT + DAY)
    assert kinds(people["manager"]) == [("fail", "BUR")]
    assert kinds(people["reviewer"]) == [("fail", "BEL")]
    assert not Alert.objects.filter(reader=people["reviewer"], call=own).exists()


def test_long_past_calls_are_not_told(org, people, make_call):
    make_call(answers=failing())
    make(org, AT + 8 * DAY)
    assert not Alert.objects.exists()


# --- waves ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def quota(wave, departments, scenarios):
    for code, target in (("BUR", 6), ("BEL", 4)):
        Quota.objects.create(
            wave=wave, department=departments[code], scenario=scenarios["complaint_calm"], target=target
        )


def test_a_wave_is_told_when_it_lags_behind_its_days(org, people, quota, make_call, wave):
    make_call(), make_call()
    early = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
    assert waves.find(org, at=early) == []
    make(org, NOW)
    assert kinds(people["coordinator"]) == kinds(people["administrator"]) == [("quota", None)]
    # The wave's page is theirs alone.
    assert not Alert.objects.exclude(reader__in=[people["coordinator"], people["administrator"]]).exists()
    assert reasons(people["coordinator"], org)["quota"] == (
        "2 of 10 calls were made (20 %) while 95 % of its days is over; 8 are still to be made. "
        "Most are lacking in Burgerzaken (4) and Belastingen (4). 8 of them are not planned yet."
    )
    for later in range(1, 4):
        make(org, NOW + later * DAY)
    told_of = Alert.objects.filter(reader=people["coordinator"]).order_by("pk")
    assert [each.key for each in told_of] == [f"wave:{wave.pk}:behind", f"wave:{wave.pk}:short"]


def test_a_wave_that_keeps_up_is_not_told(org, quota, make_call):
    for number in range(10):
        make_call(department="BUR" if number < 6 else "BEL")
    assert waves.find(org, at=NOW) == []


def test_days_are_counted_as_the_wave_calls(wave):
    assert [waves.days_over(wave, dt.date(2026, 3, day)) for day in (2, 3, 17, 31)] == [0, 4, 50, 95]
    assert waves.days_over(wave, dt.date(2026, 4, 1)) == 100


# --- once -------------------------------------------------------------------------------------------------------------


def test_each_is_told_once_however_often_it_is_looked_for(org, make_call, decline):
    make_call(answers=failing())
    make(org, AT + DAY)
    before = Alert.objects.count()
    assert before
    for later in (0, 1, 30, 60):
        AlertRound.objects.update(day=None)
        make(org, AT + DAY + later * HOUR)
    assert Alert.objects.count() == before


def test_two_at_once_make_each_once(org, people, make_call):
    make_call(answers=failing())
    finding = making.calls.find(org, at=AT + DAY)
    to = [making.Told(people["manager"], frozenset({"manager"}), finding)]
    for _worker in range(2):  # neither has seen what the other wrote
        making.keep(org, to, choices.Choices(org), at=AT + DAY)
    assert Alert.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            organisation=org, reader=people["manager"], kind="fail", key=finding[0].key, about="x", made_at=AT
        )


def test_a_days_figures_are_looked_at_by_one_and_a_claim_of_the_killed_runs_out(org, monkeypatch):
    assert making.claim(org, at=NOW)
    assert not making.claim(org, at=NOW + HOUR / 2)
    assert making.claim(org, at=NOW + HOUR)  # whoever held it was killed
    AlertRound.objects.update(day=NOW.date(), begun_at=None)
    assert not making.claim(org, at=NOW + 2 * HOUR)
    assert making.claim(org, at=NOW + DAY)


def test_one_that_is_killed_halfway_loses_nothing(org, people, decline, monkeypatch):
    def killed(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making, "keep", killed)
        with pytest.raises(KeyboardInterrupt):
            make(org)
    make(org, NOW + HOUR / 2)
    assert not Alert.objects.exists()
    make(org, NOW + HOUR)
    assert ("signal", "BUR") in kinds(people["manager"])


def test_what_is_wrong_in_one_organisation_holds_up_no_other(org, people, make_call, monkeypatch, caplog, elsewhere):
    make_call(answers=failing())
    real = making.calls.find

    def broken(organisation, **options):
        if organisation == elsewhere:
            raise ValueError("once")
        return real(organisation, **options)

    monkeypatch.setattr(making.calls, "find", broken)
    making.make_due(at=AT + DAY)
    assert kinds(people["manager"]) == [("fail", "BUR")]
    assert "could not be made" in caplog.text


def test_figures_are_read_once_for_readers_with_the_same_rights(org, people, decline, django_assert_max_num_queries):
    for number in range(5):
        build_person(org, f"analyst_{number}", "analyst")
    groups = making.alike(org, making.readers_of(org))
    assert sorted(len(each) for each in groups) == [1, 1, 1, 1, 1, 6]
    # Some fourteen for each group, and two or three for each reader.
    with django_assert_max_num_queries(110):
        make(org)
    with django_assert_max_num_queries(12):  # every ten minutes
        make(org, NOW + HOUR)
    assert Alert.objects.filter(reader__name="Analyst 3", department__code="BUR").exists()


# --- rights that end --------------------------------------------------------------------------------------------------


def test_who_may_no_longer_see_it_is_no_longer_told(org, people, make_call, decline):
    call = make_call(answers=failing())
    make(org, NOW - 16 * DAY)
    manager = people["manager"]
    assert {each.kind for each in listing.shown(fresh(manager), org)} >= {"fail"}
    workflow.void(call=call, by=people["reviewer"], reason="Wrong number.", at=NOW)
    assert "fail" not in {each.kind for each in listing.shown(fresh(manager), org)}
    assert listing.unseen(fresh(manager), org)
    Membership.objects.get(user=manager).departments.clear()
    assert listing.unseen(fresh(manager), org) == 0


def test_what_is_switched_off_is_not_made(org, people, make_call):
    for wanted in (False, True):
        AlertChoice.objects.update_or_create(
            organisation=org, reader=people["manager"], kind="fail", defaults={"in_product": False, "by_email": wanted}
        )
        make_call(answers=failing())
        make(org, AT + DAY)
        assert Alert.objects.filter(reader=people["manager"]).exists() == wanted
    assert listing.unseen(fresh(people["manager"]), org) == 0


# --- quiet hours ------------------------------------------------------------------------------------------------------


ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("quiet", "utc", "covered"),
    [
        (Quiet(dt.time(20), dt.time(7)), "2026-01-10T18:59", False),  # 19:59 in winter
        (Quiet(dt.time(20), dt.time(7)), "2026-01-10T19:00", True),
        (Quiet(dt.time(20), dt.time(7)), "2026-01-10T23:30", True),  # over midnight
        (Quiet(dt.time(20), dt.time(7)), "2026-01-11T05:59", True),
        (Quiet(dt.time(20), dt.time(7)), "2026-01-11T06:00", False),
        (Quiet(dt.time(20), dt.time(7)), "2026-07-10T18:00", True),  # 20:00 in summer
        (Quiet(dt.time(20), dt.time(7)), "2026-07-11T05:00", False),
        (Quiet(dt.time(9), dt.time(12)), "2026-01-10T08:00", True),
        (Quiet(dt.time(9), dt.time(12)), "2026-01-10T11:00", False),
        # The night that has no 2:30, and the one that has it twice.
        (Quiet(dt.time(22), dt.time(2, 30)), "2026-03-29T00:59", True),  # 1:59
        (Quiet(dt.time(22), dt.time(2, 30)), "2026-03-29T01:00", False),  # 3:00
        (Quiet(dt.time(22), dt.time(2, 30)), "2026-10-25T00:15", True),  # 2:15
        (Quiet(dt.time(22), dt.time(2, 30)), "2026-10-25T00:45", False),  # 2:45
        (Quiet(dt.time(22), dt.time(2, 30)), "2026-10-25T01:15", True),  # 2:15 again
        (Quiet(dt.time(22), dt.time(2, 30)), "2026-10-25T01:30", False),
    ],
)
def test_quiet_hours_by_the_clock_on_the_wall(quiet, utc, covered):
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert quiet.covers(at, ZONE) == covered


def test_quiet_hours_are_two_different_times_or_none(org, people):
    for hours in ((dt.time(9), None), (None, dt.time(9)), (dt.time(9), dt.time(9))):
        with pytest.raises(IntegrityError), transaction.atomic():
            AlertPost.objects.create(
                organisation=org, reader=people["manager"], quiet_from=hours[0], quiet_until=hours[1]
            )


# --- by e-mail --------------------------------------------------------------------------------------------------------


MORNING = dt.datetime(2026, 3, 11, 9, tzinfo=dt.UTC)


@pytest.fixture
def news(org, people, make_call):
    """A failed call and a broken promise, found the morning after; the manager wants both by e-mail."""
    all_mailed(people["manager"], org)
    calls = make_call(answers=failing()), make_call(answers=callback_answers())
    make(org, MORNING)
    return calls


def send(at=MORNING, **options):
    return mailing.send_due(at=at, base_url=BASE, **options)


def test_all_that_is_new_comes_in_one_mail_and_once(news, people):
    assert send() == 1
    (sent,) = mail.outbox
    assert sent.to == [people["manager"].email]
    assert sent.subject == "2 alerts of Gemeente Zuiderveen"
    for call in news:
        assert f"{BASE}/calls/{call.pk}/" in sent.body
    assert "How did the call end for you?" in sent.body
    assert "&" not in sent.body
    for later in (0, 1, 40):
        assert send(MORNING + later * HOUR) == 0
    assert set(Alert.objects.filter(reader=people["manager"]).values_list("mailed_at", flat=True)) == {MORNING}


def test_the_way_out_is_one_click(news, org, people, client):
    send()
    (sent,) = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in sent.body
    assert client.post(link.removeprefix(BASE), {"List-Unsubscribe": "One-Click"}).status_code == 200
    chosen = AlertChoice.objects.filter(reader=people["manager"], organisation=org)
    assert {(each.by_email, each.in_product) for each in chosen} == {(False, True)}


def test_the_mail_is_in_the_readers_language(news, people, monkeypatch):
    spoken = []
    real = mailing.told

    def listen(alert):
        spoken.append(translation.get_language())
        return real(alert)

    monkeypatch.setattr(mailing, "told", listen)
    User.objects.filter(pk=people["manager"].pk).update(language="")  # then the organisation's: Dutch
    send()
    assert spoken == ["nl", "nl"]
    assert "10 maart 2026" in mail.outbox[0].body
    assert "Opgehangen of verbroken" in mail.outbox[0].body


def test_only_managers_get_mail_until_they_choose_and_only_of_what_is_urgent(org, people, make_call, decline):
    make_call(answers=failing()), make_call(answers=callback_answers())
    make(org, MORNING)
    wanted = Alert.objects.filter(by_email=True)
    assert {(each.reader, each.kind) for each in wanted} == {
        (people["manager"], "broken"),
        (people["manager"], "signal"),
    }
    assert send() == 1


def test_no_mail_in_quiet_hours_and_then_it_comes(news, org, people):
    choices.save(organisation=org, reader=people["manager"], chosen={}, quiet=Quiet(dt.time(9), dt.time(12)))
    assert (send(), send(MORNING + HOUR / 2)) == (0, 0)
    assert send(MORNING + 2 * HOUR) == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("reason", ["seen", "unsubscribed", "ended", "inactive", "voided", "long ago", "demo"])
def test_who_is_left_alone(news, org, people, reason):
    manager, at = people["manager"], MORNING
    if reason == "seen":
        Alert.objects.update(seen_at=MORNING)
    elif reason == "unsubscribed":
        choices.stop(organisation=org, reader=manager)
    elif reason == "ended":
        Membership.objects.filter(user=manager).update(ended_at=AT)
    elif reason == "inactive":
        User.objects.filter(pk=manager.pk).update(is_active=False)
    elif reason == "voided":
        for call in news:
            workflow.void(call=call, by=people["reviewer"], reason="Wrong number.", at=MORNING)
    elif reason == "long ago":
        at += 7 * DAY
    else:
        org.is_demo = True
        org.save()
    assert (send(at), mail.outbox) == (0, [])
    if reason == "demo":
        assert send(demo=True) == 1


def test_one_that_could_not_be_handed_over_is_tried_again(news, monkeypatch, caplog):
    def refused(self, messages):
        raise OSError("no mail server")

    with monkeypatch.context() as patch:
        patch.setattr(locmem.EmailBackend, "send_messages", refused)
        assert send() == 0
    assert "could not be mailed" in caplog.text
    assert (send(MORNING + mailing.LEASE), len(mail.outbox)) == (1, 1)


@pytest.mark.parametrize("sent_already", [False, True])
def test_one_that_was_killed_is_taken_over_after_a_while(news, monkeypatch, sent_already):
    """Killed before the mail left: it comes once. Killed after, before that was noted: it comes twice, which is the price."""
    real = mailing.EmailMessage.send

    def killed(self, *args):
        if sent_already:
            real(self, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mailing.EmailMessage, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert send(MORNING + mailing.LEASE / 2) == 0
    assert send(MORNING + mailing.LEASE) == 1
    assert send(MORNING + 3 * mailing.LEASE) == 0
    assert len(mail.outbox) == 1 + sent_already


def test_two_at_once_send_one_mail(news, monkeypatch):
    real, inner = mailing.message, []

    def message(*args, **options):
        inner.append(send())  # another, while the first has not sent yet
        return real(*args, **options)

    monkeypatch.setattr(mailing, "message", message)
    assert (send(), inner, len(mail.outbox)) == (1, [0], 1)


def test_a_signed_link_of_another_kind_is_none(org, people):
    good = choices.signed(org, people["manager"])
    assert choices.of_signed(good) == (org, people["manager"])
    for bad in ("", "nonsense", good[:-1], good + "x"):
        assert choices.of_signed(bad) is None
    people["stranger"].memberships.all().delete()
    link = choices.signed(org, people["stranger"])
    people["stranger"].delete()
    assert choices.of_signed(link) is None


def test_months():
    assert finished_month(dt.date(2026, 1, 1)) == dt.date(2025, 12, 1)
    assert finished_month(dt.date(2026, 3, 31)) == FEBRUARY
    assert last_day(dt.date(2024, 2, 1)) == dt.date(2024, 2, 29)
    assert months_before(dt.date(2026, 1, 31), -12) == dt.date(2027, 1, 1)


def test_what_was_chosen_holds(org, people):
    chosen = {"signal": Choice(in_product=False, by_email=True)}
    choices.save(organisation=org, reader=people["manager"], chosen=chosen, quiet=None)
    known = choices.Choices(org)
    assert known.of(people["manager"], "signal", {"manager"}) == (False, True)
    assert known.of(people["manager"], "target", {"manager"}) == (True, False)
    assert known.of(people["manager"], "quota", {"manager"}) == (False, False)  # not for managers
    assert choices.quiet_of(choices.post_of(org, people["manager"])) is None
    assert choices.quiet_of(choices.post_of(org, people["analyst"])) == choices.NIGHT
