"""The checklist, phrases and scenarios a new organisation starts with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import surveys
from surveys.definition import (
    FATES,
    RECORDS,
    Definition,
    check_answers,
    clean_answer,
    compare,
    parse,
    relevant,
    visible,
)
from surveys.scoring import score

DEFAULTS = Path(str(surveys.__file__)).parent / "defaults"
CALM: dict[str, Any] = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}
DOMINANT = CALM | {"caller_style": "dominant"}
FOURTH: dict[str, Any] = {"caller_style": "calm", "attempt": 4, "asked_person_absent": True}


def load(name: str) -> Any:
    return json.loads((DEFAULTS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def checklist() -> Definition:
    return parse(load("checklist"))


def answers(**changes: Any) -> dict[str, Any]:
    """A call that went well; `greeting__own_name="no"` changes one answer."""
    made: dict[str, Any] = {
        "greeting.answered": "yes",
        "greeting.seconds": 12,
        "greeting.organisation": "both",
        "greeting.own_name": "yes",
        "greeting.opening": "5",
        "phrasing.clear_answer": "yes",
        "phrasing.no_harmful": "yes",
        "phrasing.wording": "5",
        "phrasing.hold": "asked",
        "listening.let_finish": "yes",
        "listening.checked": "summary",
        "listening.follow_up": "yes",
        "listening.repeat_caller": "took_over",
        "callback.helped_at_once": "yes",
        "callback.offered": "unasked",
        "callback.concrete": "both",
        "callback.due": "2026-03-31T12:00",
        "callback.who": "mevrouw Smit",
        "callback.alternative": ["colleague", "message"],
        "tone.calm": "5",
        "tone.empathy": "named",
        "tone.composure": "5",
        "tone.effort": "same",
        "closing.fate": "helped",
        "closing.call_again": "9",
    }
    made.update({name.replace("__", "."): value for name, value in changes.items()})
    return {code: {"value": value} for code, value in made.items()}


def texts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if "nl" in value or "en" in value:
            yield value
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


class TestChecklist:
    def test_content_and_experience_are_balanced(self, checklist: Definition) -> None:
        lines = score(checklist, answers(), CALM).trace
        content = sum(line.nominal for line in lines if line.aspect == "content")
        assert 45 <= content <= 55
        assert sum(section.weight for section in checklist.sections) == 100

    def test_sections_stand_in_the_order_of_a_call(self, checklist: Definition) -> None:
        assert [section.code for section in checklist.sections] == [
            "greeting",
            "phrasing",
            "listening",
            "callback",
            "tone",
            "closing",
        ]
        assert checklist.dimensions == ("greeting", "phrasing", "callback", "listening", "tone", "other")
        for item in checklist.items:
            assert item.code.partition(".")[0] == checklist.section_of(item.code).code

    def test_everything_the_call_records_is_asked_once(self, checklist: Definition) -> None:
        assert sorted(item.records for item in checklist.items if item.records) == sorted(RECORDS)
        fate = checklist.recording("fate")
        assert fate is not None
        assert tuple(option.value for option in fate.options) == FATES

    def test_rules_are_used(self, checklist: Definition) -> None:
        fails = {option.fails for item in checklist.items for option in item.options}
        assert fails == {None, "section", "call"}
        assert sum(item.critical for item in checklist.items) >= 3
        assert any(item.na_allowed for item in checklist.items)
        assert {item.remark.when for item in checklist.items if item.remark} == {"low", "failing"}
        assert {item.kind for item in checklist.items} == {
            "yes_no",
            "single",
            "scale",
            "multiple",
            "number",
            "text",
            "datetime",
            "phrase",
        }

    def test_every_item_has_help_and_scored_ones_examples(self, checklist: Definition) -> None:
        for item in checklist.items:
            assert item.help, item.code
            if item.scored and item.kind != "number" and item.code != "tone.calm":
                assert item.good, item.code
                assert item.bad, item.code

    def test_questions_fit_a_phone(self, checklist: Definition) -> None:
        for item in checklist.items:
            for words in item.text.values():
                assert len(words) <= 90, words
                assert words.endswith("?"), words

    def test_answering_within_fifteen_seconds_is_the_norm(self, checklist: Definition) -> None:
        seconds = checklist.item("greeting.seconds")
        assert [seconds.points_for(value) for value in (15, "15.5", 30, 60, 61)] == [100, 60, 60, 20, 0]


class TestCalls:
    def test_helped_calm_first_call(self, checklist: Definition) -> None:
        shown = visible(checklist, answers(), CALM)
        assert not {"callback.offered", "callback.due", "listening.repeat_caller", "tone.composure"} & set(shown)
        assert len(shown) <= 22
        given = relevant(checklist, answers(), CALM)
        assert check_answers(checklist, given, CALM) == ()
        scoring = score(checklist, given, CALM)
        assert (scoring.score, scoring.outcome) == (10_000, "passed")
        assert scoring.by_dimension["callback"] is None

    def test_dominant_caller_shows_composure(self, checklist: Definition) -> None:
        assert "tone.composure" in visible(checklist, answers(), DOMINANT)

    def test_fourth_call_for_an_absent_person(self, checklist: Definition) -> None:
        given = answers(callback__helped_at_once="no", closing__fate="callback_agreed")
        shown = visible(checklist, given, FOURTH)
        assert {
            "listening.repeat_caller",
            "callback.offered",
            "callback.concrete",
            "callback.due",
            "callback.who",
        } <= set(shown)
        assert check_answers(checklist, relevant(checklist, given, FOURTH), FOURTH) == ()
        assert score(checklist, given, FOURTH).by_dimension["callback"] == 10_000

    @pytest.mark.parametrize(
        ("concrete", "asked"),
        [
            ("both", {"callback.due", "callback.who"}),
            ("when", {"callback.due"}),
            ("who", {"callback.who"}),
            ("neither", set()),
        ],
    )
    def test_a_promise_asks_only_for_what_was_heard(
        self, checklist: Definition, concrete: str, asked: set[str]
    ) -> None:
        given = answers(callback__helped_at_once="no", callback__concrete=concrete)
        assert {"callback.due", "callback.who"} & set(visible(checklist, given, CALM)) == asked

    def test_no_callback_offered_needs_a_remark(self, checklist: Definition) -> None:
        given = relevant(checklist, answers(callback__helped_at_once="no", callback__offered="no"), CALM)
        assert "callback.concrete" not in given
        assert [(p.path, p.code) for p in check_answers(checklist, given, CALM)] == [
            ("callback.offered", "remark_required")
        ]

    def test_a_harmful_phrase_needs_its_quote(self, checklist: Definition) -> None:
        given = relevant(checklist, answers(phrasing__no_harmful="no"), CALM)
        assert [(p.path, p.code) for p in check_answers(checklist, given, CALM)] == [
            ("phrasing.no_harmful", "quote_required")
        ]
        given["phrasing.no_harmful"]["quote"] = "Dan probeert u het na het weekend toch voor de vijfde keer."
        assert check_answers(checklist, given, CALM) == ()

    def test_hang_you_up_fails_the_section(self, checklist: Definition) -> None:
        scoring = score(checklist, answers(phrasing__hold="hang_up"), CALM)
        assert (scoring.failed_sections, scoring.failed_by) == (("phrasing",), ("phrasing.hold",))
        assert scoring.by_dimension["phrasing"] == 0
        # Present are greeting 16, phrasing 24, listening 15 of 20 and tone 15 of 20: 46 of 70 remain.
        assert scoring.score == 6571
        assert scoring.score_calculated is not None
        assert scoring.score_calculated > scoring.score

    def test_disconnected_fails_the_call(self, checklist: Definition) -> None:
        given = answers(closing__fate="disconnected")
        scoring = score(checklist, given, CALM)
        assert (scoring.score, scoring.score_calculated, scoring.outcome) == (0, 10_000, "failed")
        assert [p.code for p in check_answers(checklist, relevant(checklist, given, CALM), CALM)] == [
            "comment_required"
        ]

    @pytest.mark.parametrize("facts", [CALM, DOMINANT, FOURTH])
    def test_unanswered(self, checklist: Definition, facts: dict[str, Any]) -> None:
        given = answers(greeting__answered="no", closing__fate="unanswered")
        assert visible(checklist, given, facts) == ("greeting.answered", "closing.fate", "closing.remarks")
        assert check_answers(checklist, relevant(checklist, given, facts), facts) == ()
        scoring = score(checklist, given, facts)
        assert (scoring.score, scoring.outcome) == (None, "none")

    def test_nothing_done_well_scores_nothing(self, checklist: Definition) -> None:
        worst: dict[str, Any] = {}
        for item in checklist.items:
            if item.kind == "multiple":
                worst[item.code] = {"value": ["nothing"]}
            elif item.kind == "number":
                worst[item.code] = {"value": 300}
            elif item.options:
                worst[item.code] = {"value": min(item.options, key=lambda option: option.points).value}
        worst["greeting.answered"] = {"value": "yes"}
        assert score(checklist, worst, FOURTH | {"caller_style": "dominant"}).score_calculated == 0


class TestContent:
    @pytest.mark.parametrize("name", ["checklist", "phrases", "scenarios"])
    def test_both_languages_everywhere(self, name: str) -> None:
        found = list(texts(load(name)))
        assert found
        for each in found:
            assert list(each) == ["nl", "en"]
            for words in each.values():
                assert words == words.strip() != ""
                assert "  " not in words
                assert words.count("“") == words.count("”")

    @pytest.mark.parametrize("name", ["checklist", "phrases", "scenarios"])
    def test_dutch_is_formal(self, name: str) -> None:
        for each in texts(load(name)):
            assert not re.search(r"\b(je|jij|jouw|jullie)\b", each["nl"], re.IGNORECASE), each["nl"]

    def test_phrases(self) -> None:
        phrases = load("phrases")
        codes = [phrase["code"] for phrase in phrases]
        assert len(set(codes)) == len(codes)
        kinds = [phrase["kind"] for phrase in phrases]
        assert (kinds.count("harmful"), kinds.count("exemplary")) == (12, 8)
        assert all(set(phrase) == {"code", "kind", "text", "better"} for phrase in phrases)

    def test_phrases_can_be_chosen_in_an_answer(self, checklist: Definition) -> None:
        rows = [{"phrase": phrase["code"], "quote": "", "second": None} for phrase in load("phrases")]
        assert clean_answer(checklist.item("phrasing.phrases"), {"value": rows}) == {"value": rows}

    def test_scenarios(self) -> None:
        scenarios = load("scenarios")
        by_code = {scenario["code"]: scenario for scenario in scenarios}
        assert len(by_code) == len(scenarios) == 10
        for scenario in scenarios:
            assert scenario["caller_style"] in ("calm", "dominant")
            assert scenario["attempt"] in (1, 2, 3, 4)
            assert isinstance(scenario["asked_person_absent"], bool)
        for pair in ("complaint", "invoice"):
            calm, dominant = by_code[f"{pair}_calm"], by_code[f"{pair}_dominant"]
            assert (calm["caller_style"], dominant["caller_style"]) == ("calm", "dominant")
            assert (calm["attempt"], calm["asked_person_absent"]) == (
                dominant["attempt"],
                dominant["asked_person_absent"],
            )
            assert calm["problem"] == dominant["problem"] == pair
        chain = [scenario["attempt"] for scenario in scenarios if scenario["problem"] == "jansen"]
        assert chain == [1, 2, 3, 4]
        assert by_code["jansen_fourth_call"]["attempt"] == 4
        assert by_code["jansen_fourth_call"]["asked_person_absent"]

    def test_a_version_without_changes_compares_as_such(self, checklist: Definition) -> None:
        assert compare(checklist, parse(load("checklist"))) == ()
