"""How far scorings agree: kappa against the published table, pairs of a wave, gold calls, and who reads of it."""

from fractions import Fraction
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics import agreement
from analytics.agreement_pages import in_percent, in_points
from analytics.stats.agreement import cohen
from surveys import agreement as answers
from surveys import workflow
from surveys.models import Assignment, User
from tests.heard import DAY, add_recording, allow_recordings, make_gold, score
from tests.people import DEFINITION, build_person, client_for, valid_answers

FACTS = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}


def pairs_of(table):
    return [
        (row, column) for row, cells in enumerate(table) for column, count in enumerate(cells) for _each in range(count)
    ]


def test_cohen():
    found = cohen(pairs_of([[0, 4, 1], [0, 8, 0], [0, 1, 5]]))
    assert (round(found.kappa, 4), round(found.low, 4), round(found.high, 4)) == (0.4842, 0.2137, 0.7547)
    assert (found.n, found.share) == (19, 13 / 19)


def test_cohen_of_nothing_and_of_all_alike():
    assert cohen([]) is None
    assert cohen([("a", "a")] * 9) is None
    assert cohen([("a", "a"), ("b", "b")]).kappa == 1
    assert cohen([("a", "b"), ("b", "a")]).kappa == -1


def test_the_same_and_not_the_same():
    first = valid_answers()
    assert all(answers.verdicts(DEFINITION, FACTS, first, first).values())
    second = valid_answers(tone__calm="3", greeting__seconds=14)
    differ = {code for code, same in answers.verdicts(DEFINITION, FACTS, first, second).items() if not same}
    # 12 and 14 seconds earn the same.
    assert differ == {"tone.calm"}
    second = valid_answers(greeting__seconds=90, phrasing__hold="yes")
    differ = {code for code, same in answers.verdicts(DEFINITION, FACTS, first, second).items() if not same}
    assert differ == {"greeting.seconds", "phrasing.hold"}
    # What only one of them was asked is not the same, whoever it was.
    second = valid_answers(callback__helped_at_once="no", closing__fate="callback_agreed")
    one, other = (answers.verdicts(DEFINITION, FACTS, *each) for each in ((first, second), (second, first)))
    assert one == other
    assert not one["callback.concrete"]
    told = answers.lines(DEFINITION, FACTS, first, second, "en")
    assert {line.same for line in told if not DEFINITION.item(line.code).scored} == {None}


def test_an_average_and_its_words():
    few: Any = agreement._average([Fraction(50), Fraction(100)])
    assert (few.n, few.interval, few.singles) == (2, None, (50, 100))
    assert in_percent(few).startswith("75")
    many: Any = agreement._average([Fraction(value) for value in (80, 90, 100, 70, 60)])
    assert (many.n, many.mean) == (5, 80)
    # t interval: 80 +- 2.776 * 15.811 / sqrt(5)
    assert round(many.interval.low, 2) == 60.37
    assert in_percent(many) == "80\u202f% (60 to 100\u202f%)"
    lower: Any = agreement._average([Fraction(-3)])
    assert in_points(lower) == "3.0 points lower"
    assert agreement._average([]) is None


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.RECORDINGS_DIR = tmp_path / "recordings"


@pytest.fixture
def pairs(org, wave, people, make_call):
    """Five calls scored twice: four the same throughout, one with another answer."""
    allow_recordings(org)
    wave.second_share, wave.ends_on = 100, timezone.localdate() + 30 * DAY
    wave.save(update_fields=["second_share", "ends_on"])
    now, found = timezone.now(), []
    for number in range(5):
        call = add_recording(make_call("approved"), people["evaluator"])
        changes: dict[str, Any] = {"tone__calm": {"value": "2", "comment": "Snauwde."}} if number == 0 else {}
        found.append(score(Assignment.objects.get(source_call=call), now, **changes))
    return found


def test_the_pairs_of_a_wave(pairs, people, wave, org):
    found = agreement.of_wave(people["reviewer"], wave, "en")
    assert [line.second.pk for line in found.lines] == [pair.pk for pair in reversed(pairs)]
    worst = found.questions[0]
    assert (worst.code, worst.share.successes, worst.share.n) == ("tone.calm", 4, 5)
    [line] = [line for line in found.lines if line.differ]
    assert line.differ == 1
    assert (line.gap or 0) < 0
    assert dict(found.dimensions)["greeting"].mean == 100
    assert dict(found.dimensions)["tone"].mean < 100
    assert found.whole.n == found.gap.n == 5
    # A second scoring of a call that no longer counts is no pair.
    workflow.return_call(call=line.first, by=people["reviewer"], reason="x", at=timezone.now())
    assert len(agreement.of_wave(User.objects.get(pk=people["reviewer"].pk), wave, "en").lines) == 4


def test_the_page_of_a_wave(pairs, people, org, django_assert_max_num_queries):
    path = reverse("agreement", args=[org.slug])
    client = client_for(people["reviewer"])
    with django_assert_max_num_queries(26):
        page = client.get(path).text
    assert "over 5 pairs" in page
    assert "4 of 5" in page
    assert "5 were given out so far, 5 could be" in page
    assert "Draw now" not in page
    assert "Draw now" in client_for(people["coordinator"]).get(path).text
    for role in ("evaluator", "manager", "analyst", "works_council"):
        assert client_for(people[role]).get(path).status_code == 403


def test_a_pair_side_by_side(pairs, people, org, elsewhere):
    path = reverse("pair", args=[org.slug, pairs[0].pk])
    client = client_for(people["reviewer"])
    page = client.get(path).text
    assert "1 of" in page
    assert "Snauwde." in page
    assert page.count("differs") == 1
    note = "Snauwen is a 2; agreed."
    assert note in client.post(path, {"note": note}, follow=True).text
    assert client.post(path, {"note": ""}).status_code == 200
    # Neither of the two reads it in their call, and only second scorings are pairs.
    for role, call in (("evaluator", pairs[0].second_of), ("other_evaluator", pairs[0])):
        assert note not in client_for(people[role]).get(reverse("call", args=[call.pk])).text
    assert client.get(reverse("pair", args=[org.slug, pairs[0].second_of.pk])).status_code == 404
    assert client_for(people["stranger"]).get(reverse("pair", args=[elsewhere.slug, pairs[0].pk])).status_code == 404


def test_gold_by_question_and_by_evaluator(pairs, people, org, wave):
    """Two evaluators, one of them over two months; the evaluator's own figure only from five calls on."""
    coordinator, now = people["coordinator"], timezone.now()
    scorers = [build_person(org, name, "evaluator") for name in ("anna", "bert")]
    moments = [now - 40 * DAY, *[now] * 4]
    for number, pair in enumerate(pairs):
        gold = make_gold(pair.second_of, coordinator, now)
        for given in workflow.slip_gold(gold=gold, wave=wave, evaluators=scorers, by=coordinator, at=now):
            wrong = given.evaluator.name == "Bert" and number < 2
            changes: dict[str, Any] = {"tone__calm": {"value": "2", "comment": "x"}} if wrong else {}
            score(given, moments[number], **changes)
    found = agreement.of_gold(coordinator, org, "en")
    assert found.n == 10
    anna, bert = found.scorers
    assert (anna.name, anna.accuracy.mean, anna.accuracy.n) == ("Anna", Fraction(100), 5)
    assert bert.accuracy.mean < 100
    assert [month.accuracy.n for month in bert.months] == [1, 4]
    assert (found.questions[0].code, found.questions[0].share.successes) == ("tone.calm", 8)
    assert [(share.successes, share.n) for _month, share in found.questions[0].months] == [(1, 2), (7, 8)]
    path = reverse("gold_results", args=[org.slug])
    page = client_for(coordinator).get(path).text
    assert "over 10 calls" in page
    assert "Anna" in page
    assert client_for(scorers[0]).get(path).status_code == 403
    later = now + DAY
    own = agreement.own_accuracy(scorers[1], org, before=later)
    assert (own.name, own.accuracy) == ("Bert", bert.accuracy)
    assert agreement.own_accuracy(people["evaluator"], org, before=later) is None
    assert agreement.own_agreement(people["other_evaluator"], org, before=later).n == 5
    assert agreement.own_agreement(scorers[0], org, before=later) is None
    assert agreement.own_accuracy(scorers[1], org, before=now - DAY) is None


def test_empty_pages(org, people):
    client = client_for(people["coordinator"])
    assert "No wave has calls scored twice" in client.get(reverse("agreement", args=[org.slug])).text
    assert "No gold call has been scored yet" in client.get(reverse("gold_results", args=[org.slug])).text
