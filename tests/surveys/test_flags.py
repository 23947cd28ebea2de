"""What stands out in a call: each rule on its own evidence, and that handing in stores what they find."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from surveys import flag_words, flags, workflow
from surveys.flags import Evidence, Window
from surveys.models import Assignment, Call, Wave
from tests.people import AT, DEFINITION, callback_answers, valid_answers

ZONE = ZoneInfo("Europe/Amsterdam")
REMARK = "She said that my colleague had gone home already."


def seen(answers: dict[str, Any] | None = None, **changes: Any) -> Evidence:
    answers = valid_answers() if answers is None else answers
    recorded = {
        item.records: answers[item.code]["value"]
        for item in DEFINITION.items
        if item.records and "value" in answers.get(item.code, {})
    }
    evidence = Evidence(
        form=DEFINITION, answers=answers, fate=recorded.get("fate", ""), recorded=recorded, item_points={}, score=8000,
        called_at=AT, submitted_at=AT + dt.timedelta(minutes=30), zone=ZONE,
    )  # fmt: skip
    return replace(evidence, **changes)


def found(rule: str, evidence: Evidence) -> list[dict]:
    return list(flags.RULES[rule](evidence))


def test_a_good_call_has_no_flags():
    assert flags.flags_of(seen(window=Window(weekdays=(1, 2), calls_from=dt.time(9), calls_until=dt.time(17)))) == []


@pytest.mark.parametrize(
    ("seconds", "call_seconds", "facts"),
    [
        (40, None, {"seconds": 40, "items": 18}),
        (54, None, None),
        (100, 401, {"seconds": 100, "call_seconds": 401}),
        (100, 400, None),
        (0, 400, None),  # handed in whole by a program
    ],
)
def test_too_fast_for_the_answers_or_for_the_call(seconds, call_seconds, facts):
    first = AT + dt.timedelta(minutes=30) - dt.timedelta(seconds=seconds)
    assert len(valid_answers()) == 18
    expected = [] if facts is None else [facts]
    assert found("too_fast", seen(first_answer_at=first, call_seconds=call_seconds)) == expected


def test_alike_scales_take_four_and_the_same_answer():
    dominant = {"caller_style": "dominant", "attempt": 1, "asked_person_absent": False}
    scales: dict[str, Any] = {
        "greeting__opening": "4",
        "phrasing__wording": "4",
        "tone__calm": "4",
        "tone__composure": "4",
    }
    same = valid_answers(dominant, **scales)
    assert found("alike", seen(same)) == [{"of": "scales", "items": 4, "place": 4, "length": 5}]
    assert found("alike", seen(valid_answers(dominant, **scales | {"tone__calm": "5"}))) == []
    assert (
        found("alike", seen(valid_answers(**scales | {"tone__composure": None}))) == []
    )  # a calm caller is asked three scales only


def test_alike_answers_all_first_of_their_list():
    first = {item.code: {"value": item.options[0].value} for item in DEFINITION.items if item.options}
    answers = {code: answer for code, answer in first.items() if DEFINITION.item(code).kind != "scale"}
    facts = found("alike", seen(answers))
    assert [(each["of"], each["place"]) for each in facts] == [("answers", 1)]


def test_copied_words_are_found_whatever_their_signs_and_only_when_they_are_many():
    answers = valid_answers(greeting__own_name={"value": "no", "comment": REMARK.upper() + "!!"})
    known = {flags.normalised(REMARK): 12}
    assert found("copied", seen(answers, texts=known)) == [{"item": "greeting.own_name", "call": 12}]
    assert found("copied", seen(answers, texts={})) == []
    assert flags.normalised("Only the department.") == ""
    # A phrase of the bank is heard again and again; another phrase word for word is not.
    bank = {"value": [{"phrase": "hang_you_up", "quote": REMARK, "second": None}]}
    own = {"value": [{"phrase": "", "quote": REMARK, "second": None}]}
    assert found("copied", seen(valid_answers(phrasing__phrases=bank), texts=known)) == []
    assert len(found("copied", seen(valid_answers(phrasing__phrases=own), texts=known))) == 1


@pytest.mark.parametrize(
    ("answers", "which"),
    [
        (callback_answers(), []),
        (callback_answers(callback__offered={"value": "no", "comment": "Nothing."}), ["agreed_without_promise"]),
        (valid_answers(closing__fate="callback_agreed"), ["agreed_without_promise"]),
        (callback_answers(closing__fate="ring_again"), ["promise_without_agreement"]),
        (valid_answers(closing__fate="disconnected"), ["helped_and_left"]),
        (valid_answers(closing__fate="unanswered"), ["helped_and_left", "unanswered_and_heard", "answered_and_not"]),
        ({"greeting.answered": {"value": "no"}, "closing.fate": {"value": "unanswered"}}, []),
        ({"greeting.answered": {"value": "no"}, "closing.fate": {"value": "helped"}}, ["answered_and_not"]),
    ],
)
def test_contradictions_follow_from_what_items_record(answers, which):
    points = {code: [100, 0] for code in answers if DEFINITION.item(code).scored}
    assert [each["which"] for each in found("contradiction", seen(answers, item_points=points))] == which


def test_contradictions_know_no_item_by_its_code():
    source = Path(flags.__file__).read_text(encoding="utf-8")
    assert not [item.code for item in DEFINITION.items if item.code in source]


@pytest.mark.parametrize(
    ("minutes", "window", "of"),
    [
        (0, {"starts_at": AT, "until": AT + dt.timedelta(hours=1)}, []),
        (-4, {"starts_at": AT, "until": AT + dt.timedelta(hours=1)}, []),  # clocks differ
        (-6, {"starts_at": AT, "until": AT + dt.timedelta(hours=1)}, ["assignment"]),
        (66, {"starts_at": AT, "until": AT + dt.timedelta(hours=1)}, ["assignment"]),
        (0, {"weekdays": (2,), "calls_from": dt.time(9), "calls_until": dt.time(10, 30)}, []),
        (6, {"weekdays": (2,), "calls_from": dt.time(9), "calls_until": dt.time(10, 30)}, ["hours"]),
        (0, {"weekdays": (1, 3), "calls_from": dt.time(9), "calls_until": dt.time(17)}, ["day"]),
        (24 * 60, {"weekdays": (1, 3), "calls_from": dt.time(9), "calls_until": dt.time(17)}, []),
    ],
)
def test_outside_the_window_by_the_clock_of_the_organisation(minutes, window, of):
    """AT is a Tuesday, half past ten in Amsterdam."""
    evidence = seen(called_at=AT + dt.timedelta(minutes=minutes), window=Window(**window))
    assert [each["of"] for each in found("outside_window", evidence)] == of
    assert found("outside_window", replace(evidence, listened=True)) == []


def test_long_recall_begins_after_an_hour():
    assert found("long_recall", seen(recall_minutes=60.0)) == []
    assert found("long_recall", seen(recall_minutes=-3.0)) == []
    assert found("long_recall", seen(recall_minutes=75.4)) == [{"minutes": 75}]


def test_unusual_is_a_robust_z_of_ten_calls_or_more():
    """Median 80.00, median deviation 4.00: z = 0.6745 * (50 - 80) / 4 = -5.06."""
    usual = [7200, 7600, 7600, 7600, 8000, 8000, 8400, 8400, 8400, 8800]
    assert found("unusual", seen(score=5000, usual=usual)) == [{"score": 5000, "median": 8000, "calls": 10, "z": -5.1}]
    assert found("unusual", seen(score=5000, usual=usual[1:])) == []
    assert found("unusual", seen(score=6000, usual=usual)) == []  # z = -3.37
    assert found("unusual", seen(score=None, usual=usual)) == []
    # Scores that are all the same make no three points unusual.
    assert found("unusual", seen(score=8300, usual=[8000] * 12)) == []


def test_what_the_evaluator_says_is_a_flag_too():
    assert found("recognised", seen(recognised=True)) == [{}]
    assert found("recognised", seen()) == []
    assert found("unfit", seen(valid_answers(tone__calm={"unfit": True}))) == [{"item": "tone.calm"}]


# --- stored when handed in --------------------------------------------------------------------------------------------


def flagged(call: Call) -> list[str]:
    call = Call.objects.get(pk=call.pk)
    assert call.flag_count == len(call.flags)
    return [facts["rule"] for facts in call.flags]


def test_handing_in_stores_the_flags_and_doing_it_again_finds_them_anew(make_call, people):
    cut_off = {"value": "disconnected", "comment": "In the middle of a sentence."}
    call = make_call("submitted", answers=valid_answers(closing__fate=cut_off), at=AT + dt.timedelta(hours=1))
    assert flagged(call) == ["contradiction"]
    workflow.return_call(call=call, by=people["reviewer"], reason="Was it?", at=AT + dt.timedelta(hours=2))
    now = Call.objects.get(pk=call.pk)
    workflow.save_answers(
        call=now, by=people["evaluator"], changes={"closing.fate": {"value": "helped"}},
        base_revision=now.revision, at=AT + dt.timedelta(hours=3),
    )  # fmt: skip
    workflow.submit(call=now, by=people["evaluator"], at=AT + dt.timedelta(hours=3))
    assert flagged(call) == []


def test_copied_words_are_the_evaluators_own(make_call, people):
    answers = valid_answers(greeting__own_name={"value": "no", "comment": REMARK})
    first = make_call("approved", answers=answers)
    other = make_call("submitted", answers=answers, evaluator=people["other_evaluator"])
    again = make_call("submitted", answers=answers)
    assert (flagged(first), flagged(other), flagged(again)) == ([], [], ["copied"])
    assert Call.objects.get(pk=again.pk).flags[0]["call"] == first.pk


def test_the_window_is_the_assignments_before_it_is_the_waves(make_call, org, people, wave, departments, scenarios):
    Wave.objects.filter(pk=wave.pk).update(weekdays=[1])  # AT is a Tuesday
    assert flagged(make_call("submitted")) == ["outside_window"]
    assigned = Assignment.objects.create(
        organisation=org, wave=wave, department=departments["BUR"], scenario=scenarios["complaint_calm"],
        evaluator=people["evaluator"], state="accepted", starts_at=AT, until=AT + dt.timedelta(hours=2),
    )  # fmt: skip
    assert flagged(make_call("submitted", assignment=assigned)) == []


def test_handing_in_takes_few_queries_however_many_calls_there_are(
    make_call, people, django_assert_max_num_queries, django_assert_num_queries
):
    answers = valid_answers(greeting__own_name={"value": "no", "comment": REMARK})

    def hand_in() -> int:
        call = make_call("draft", answers=answers)
        with django_assert_max_num_queries(16) as queries:
            workflow.submit(call=call, by=people["evaluator"], at=AT + dt.timedelta(hours=1))
        return len(queries)

    few = hand_in()
    for _ in range(4):
        make_call("approved", answers=answers)
    assert hand_in() <= few


def test_a_log_is_flagged_by_what_each_call_says_itself(make_call, people, wave, django_assert_num_queries):
    cut_off = {"value": "disconnected", "comment": REMARK}
    make_call("approved", answers=valid_answers(closing__fate=cut_off))
    call = make_call("draft", answers=valid_answers(closing__fate=cut_off))
    call.wave.weekdays = [1]  # AT is a Tuesday
    workflow.fill_from_answers(call)
    with django_assert_num_queries(0):
        workflow.flag_alone(call, at=AT)
    assert [facts["rule"] for facts in call.flags] == ["contradiction", "outside_window"]
    assert call.flag_count == 2


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_flag_can_be_said(make_call, language):
    """Every rule in every variant, as it is stored."""
    call = make_call("submitted")
    variants: list[dict[str, Any]] = [
        {"rule": "too_fast", "seconds": 41, "items": 24},
        {"rule": "too_fast", "seconds": 41, "call_seconds": 300},
        {"rule": "alike", "of": "scales", "items": 4, "place": 3, "length": 5},
        {"rule": "alike", "of": "answers", "items": 12, "place": 1},
        {"rule": "copied", "item": "greeting.own_name", "call": 7},
        *({"rule": "contradiction", "which": which} for which in flags.CONTRADICTIONS),
        {"rule": "outside_window", "of": "assignment", "from": AT.isoformat(), "until": AT.isoformat()},
        {"rule": "outside_window", "of": "day", "weekday": 7},
        {"rule": "outside_window", "of": "hours", "at": "18:10", "from": "09:00", "until": "17:00"},
        {"rule": "long_recall", "minutes": 75},
        {"rule": "unusual", "score": 5000, "median": 8000, "calls": 10, "z": -5.1},
        {"rule": "unusual", "score": 9900, "median": 5000, "calls": 10, "z": 4.1},
        {"rule": "unfit", "item": "gone.since"},
        {"rule": "recognised"},
    ]
    assert {facts["rule"] for facts in variants} == set(flags.RULES) == set(flag_words.LABELS)
    call.flags = variants
    with translation.override(language):
        said = flag_words.told(call, language)
    assert all(flag.reason and "%(" not in flag.reason for flag in said)
    assert len({flag.reason for flag in said}) == len(variants) == len(flag_words.REASONS)
