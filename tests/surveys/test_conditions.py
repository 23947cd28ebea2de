"""What is shown: one table of cases for the server here and for the form's script in tests/e2e/test_form.py."""

import itertools
import json
from pathlib import Path

import pytest

from surveys import definition
from tests.people import DEFINITION, DOCUMENT

CASES = json.loads((Path(__file__).parent / "condition_cases.json").read_text(encoding="utf-8"))


def item(code, condition):
    kinds = {"m": "multiple", "n": "number", "s": "scale"}
    kind = kinds.get(code[0], "yes_no")
    row = {
        "code": code,
        "kind": kind,
        "aspect": "content",
        "weight": 0,
        "scored": False,
        "text": {"en": code},
        "condition": condition,
    }
    if kind == "multiple":
        row["options"] = [{"value": value, "label": {"en": value}} for value in "abc"]
    if kind == "scale":
        row["options"] = [{"value": str(grade), "label": {"en": str(grade)}} for grade in range(11)]
    return row


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_holds_on_the_server(case):
    items = [item(code, condition) for code, condition in case["items"]]
    section = {"code": "a", "dimension": "other", "weight": 0, "title": {"en": "A"}, "items": items}
    form = definition.parse({"languages": ["en"], "na_policy": "redistribute", "sections": [section]})
    assert list(definition.visible(form, case["answers"], case["facts"])) == case["shown"]


# --- what a page without script shows ---------------------------------------------------------------------------------

CALM = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}
REPEAT = CALM | {"attempt": 4}


def reach(section, facts=CALM, **answers):
    part = next(each for each in DEFINITION.sections if each.code == section)
    given = {code.replace("__", "."): {"value": value} for code, value in answers.items()}
    return definition.reachable(DEFINITION, given, facts, part)


def test_everything_that_an_answer_on_the_page_could_open_is_within_reach():
    shown = reach("callback", greeting__answered="yes")
    assert [code.partition(".")[2] for code in shown] == [
        "helped_at_once",
        "offered",
        "concrete",
        "due",
        "who",
        "alternative",
    ]


def test_what_earlier_answers_or_the_scenario_rule_out_is_not():
    assert reach("callback", greeting__answered="no") == ()
    assert "listening.repeat_caller" not in reach("listening", greeting__answered="yes")
    assert "listening.repeat_caller" in reach("listening", REPEAT, greeting__answered="yes")


def test_an_answer_on_the_page_itself_rules_nothing_out():
    assert "greeting.own_name" in reach("greeting", greeting__answered="no")


@pytest.mark.parametrize("section", [section["code"] for section in DOCUMENT["sections"]])
def test_what_is_shown_is_always_within_reach(section):
    part = next(each for each in DEFINITION.sections if each.code == section)
    codes = [item.code for item in part.items]
    values: dict[str, list[str | None]] = {
        "greeting.answered": ["yes", "no", None],
        "callback.helped_at_once": ["yes", "no"],
        "callback.offered": ["asked", "no"],
    }
    for combination in itertools.product(*values.values()):
        given = {code: {"value": value} for code, value in zip(values, combination, strict=True) if value}
        shown = {code for code in definition.visible(DEFINITION, given, REPEAT) if code in codes}
        assert shown <= set(definition.reachable(DEFINITION, given, REPEAT, part))
