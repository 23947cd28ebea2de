"""A checklist document: what is accepted, what is refused and how; what is shown; what an answer may be."""

from __future__ import annotations

import contextlib
import copy
import pickle
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import definition as module
from surveys.definition import (
    MESSAGES,
    AnswerError,
    Definition,
    DefinitionError,
    Item,
    Problem,
    as_document,
    canonical,
    check_answers,
    clean_answer,
    compare,
    content_hash,
    exact,
    parse,
    relevant,
    text,
    visible,
)

CALM: dict[str, Any] = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}


def words(value: str) -> dict[str, str]:
    return {"nl": f"{value} (nl)", "en": value}


def item(code: str, kind: str = "yes_no", **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"code": code, "kind": kind, "aspect": "content", "weight": 1, "text": words(code)}
    if kind in ("single", "scale", "multiple"):
        base["options"] = [option("1", 0), option("2", 50), option("3", 100)]
    if kind == "number":
        base["bands"] = [{"up_to": 15, "points": 100}, {"up_to": None, "points": 0}]
        base["maximum"] = 3600
    return base | changes


def option(value: str, points: int, **changes: Any) -> dict[str, Any]:
    return {"value": value, "points": points, "label": words(value)} | changes


def document(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One section with the given items, after an item of every kind."""
    every = [
        item("a.yes"),
        item("a.single", "single"),
        item("a.scale", "scale"),
        item("a.many", "multiple"),
        item("a.number", "number"),
        item("a.text", "text"),
        item("a.when", "datetime"),
        item("a.phrase", "phrase"),
    ]
    section = {"code": "a", "dimension": "tone", "weight": 10, "title": words("A"), "items": [*every, *items]}
    return {"languages": ["nl", "en"], "na_policy": "redistribute", "pass_mark": 7000, "sections": [section]} | changes


def problems(bad: object) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as caught:
        parse(bad)
    for problem in caught.value.problems:
        assert "%(" not in problem.message
    return [(problem.path, problem.code) for problem in caught.value.problems]


NEW = "sections[0].items[8]"
"""Where `document(extra)` puts its extra item."""


class TestParse:
    def test_defaults(self) -> None:
        form = parse(document())
        yes = form.item("a.yes")
        assert [(o.value, o.points, o.label["nl"], o.label["en"], o.fails) for o in yes.options] == [
            ("yes", 100, "Ja", "Yes", None),
            ("no", 0, "Nee", "No", None),
        ]
        assert (yes.scored, yes.required, yes.na_allowed, yes.critical, yes.condition) == (
            True,
            True,
            False,
            False,
            None,
        )
        assert not form.item("a.text").scored
        assert form.item("a.number").minimum == 0
        assert form.dimensions == ("tone",)
        assert form.section_of("a.many").code == "a"
        assert [each.code for each in form.items][:2] == ["a.yes", "a.single"]
        assert "a.yes" in form
        assert "a.nothing" not in form
        assert form.recording("fate") is None

    def test_yes_no_override_keeps_the_rest(self) -> None:
        form = parse(document(item("a.x", options=[{"value": "no", "points": 100, "fails": "call"}, {"value": "yes"}])))
        assert [(o.value, o.points, o.fails) for o in form.item("a.x").options] == [
            ("yes", 100, None),
            ("no", 100, "call"),
        ]

    def test_unscored_options_need_no_points(self) -> None:
        bare = [{"value": value, "label": words(value)} for value in ("x", "y")]
        assert parse(document(item("a.x", "single", scored=False, options=bare))).item("a.x").options[0].points == 0

    def test_texts_stand_in_the_order_of_the_languages(self) -> None:
        form = parse(document(item("a.x", text={"en": "English", "nl": "Nederlands"})))
        assert list(form.item("a.x").text) == ["nl", "en"]
        assert text(form.item("a.x").text, "fr") == "Nederlands"

    def test_definition_can_be_compared_hashed_copied_and_pickled(self) -> None:
        form = parse(document())
        again = parse(document())
        assert form == again
        assert hash(form) == hash(again)
        assert pickle.loads(pickle.dumps(form)) == copy.deepcopy(form) == form
        assert form != parse(document(pass_mark=None))

    def test_as_document_is_read_back(self) -> None:
        condition = {"any": [{"item": "a.yes", "is": ["no"]}, {"not": {"fact": "attempt", "at_least": 2}}]}
        remark = {"kind": "either", "when": "low"}
        form = parse(document(item("a.x", condition=condition, remark=remark, help=words("help"))))
        assert parse(as_document(form)) == form

    def test_the_document_is_not_shared(self) -> None:
        source = document(item("a.x", condition={"item": "a.yes", "is": ["no"]}))
        form = parse(source)
        source["sections"][0]["items"][8]["condition"]["is"].append("yes")
        source["sections"][0]["items"][8]["text"]["nl"] = "changed"
        assert form.item("a.x").condition == {"item": "a.yes", "is": ["no"]}
        assert form.item("a.x").text["nl"] == "a.x (nl)"


def change(**values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda base: base | values


def change_section(**values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda base: base | {"sections": [base["sections"][0] | values]}


def extra(*args: Any, **values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda _base: document(item("a.x", *args) | values)


def without(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}


REFUSED: list[tuple[Callable[[dict[str, Any]], Any], str, str]] = [
    (lambda base: [base], "", "not_object"),
    (lambda base: without(base, "sections"), "sections", "key_missing"),
    (lambda base: without(base, "na_policy"), "na_policy", "key_missing"),
    (lambda base: without(base, "languages"), "languages", "key_missing"),
    (change(colour="red"), "colour", "key_unknown"),
    (change(languages=["nl", "en", "nl"]), "languages[2]", "language_repeated"),
    (change(languages=["nl", "en", "N"]), "languages[2]", "language_invalid"),
    (change(languages=["nl"]), "sections[0].title.en", "language_unlisted"),
    (change(languages=["nl", "en", "de"]), "sections[0].title.de", "translation_missing"),
    (change(languages=["nl", "en", "de"]), "sections[0].items[0].options.label.de", "translation_missing"),
    (change(languages=[]), "languages", "languages_missing"),
    (change(na_policy="maybe"), "na_policy", "choice_unknown"),
    (change(pass_mark=10_001), "pass_mark", "pass_mark_range"),
    (change(pass_mark=-1), "pass_mark", "pass_mark_range"),
    (change(pass_mark=70.0), "pass_mark", "not_integer"),
    (change(sections=[]), "sections", "sections_missing"),
    (change(sections={}), "sections", "not_list"),
    (change_section(items=[]), "sections[0].items", "items_missing"),
    (change_section(code="A"), "sections[0].code", "section_code_invalid"),
    (lambda base: base | {"sections": base["sections"] * 2}, "sections[1].code", "section_code_repeated"),
    (lambda base: base | {"sections": base["sections"] * 2}, "sections[1].items[0].code", "item_code_repeated"),
    (change_section(dimension="mood"), "sections[0].dimension", "choice_unknown"),
    (change_section(weight=-1), "sections[0].weight", "weight_negative"),
    (change_section(weight=10_001), "sections[0].weight", "weight_too_large"),
    (change_section(weight=True), "sections[0].weight", "not_integer"),
    (change_section(title=words(" ") | {"en": " "}), "sections[0].title.en", "translation_missing"),
    (change_section(items=[item("a.t", "text")]), "sections[0].weight", "section_without_scored_item"),
    (change_section(items=[item("a.t", weight=0)]), "sections[0].weight", "section_without_scored_item"),
    (change_section(items=["x"]), "sections[0].items[0]", "not_object"),
    (extra(code="x"), f"{NEW}.code", "item_code_invalid"),
    (extra(code="a.yes"), f"{NEW}.code", "item_code_repeated"),
    (extra(kind="essay"), f"{NEW}.kind", "choice_unknown"),
    (extra(aspect="looks"), f"{NEW}.aspect", "choice_unknown"),
    (extra(weight=-1), f"{NEW}.weight", "weight_negative"),
    (extra(weight="1"), f"{NEW}.weight", "not_integer"),
    (extra(required="yes"), f"{NEW}.required", "not_boolean"),
    (extra(text={"nl": "x"}), f"{NEW}.text.en", "translation_missing"),
    (extra(text={"nl": "x", "en": 3}), f"{NEW}.text.en", "not_text"),
    (extra(help={"nl": "x"}), f"{NEW}.help.en", "translation_missing"),
    (extra(colour="red"), f"{NEW}.colour", "key_unknown"),
    (extra("text", scored=True), f"{NEW}.scored", "never_scored"),
    (extra(options=[{"value": "maybe", "points": 1, "label": words("m")}]), f"{NEW}.options", "options_yes_no"),
    (extra("single", options=[option("1", 0)]), f"{NEW}.options", "options_too_few"),
    (extra("single", options=None), f"{NEW}.options", "key_missing"),
    (extra("single", options=[option("1", 101), option("2", 0)]), f"{NEW}.options[0].points", "points_range"),
    (extra("single", options=[option("1", -1), option("2", 0)]), f"{NEW}.options[0].points", "points_range"),
    (
        extra("single", options=[without(option("1", 0), "points"), option("2", 0)]),
        f"{NEW}.options[0].points",
        "points_missing",
    ),
    (extra("single", options=[option("1", 0), option("1", 0)]), f"{NEW}.options[1].value", "option_value_repeated"),
    (extra("single", options=[option("A b", 0), option("1", 0)]), f"{NEW}.options[0].value", "option_value_invalid"),
    (
        extra("single", options=[option("1", 0, fails="day"), option("2", 0)]),
        f"{NEW}.options[0].fails",
        "choice_unknown",
    ),
    (
        extra("single", options=[without(option("1", 0), "label"), option("2", 0)]),
        f"{NEW}.options[0].label",
        "key_missing",
    ),
    (extra("text", options=[]), f"{NEW}.options", "key_not_for_kind"),
    (extra("text", bands=[]), f"{NEW}.bands", "key_not_for_kind"),
    (extra("text", maximum=3), f"{NEW}.maximum", "key_not_for_kind"),
    (extra("text", unit="s"), f"{NEW}.unit", "key_not_for_kind"),
    (extra("number", bands=None), f"{NEW}.bands", "bands_missing"),
    (extra("number", bands=[{"up_to": 5, "points": 1}]), f"{NEW}.bands[0].up_to", "bands_open"),
    (extra("number", bands=[{"up_to": None, "points": 1}] * 2), f"{NEW}.bands[0].up_to", "bands_open"),
    (
        extra("number", bands=[{"up_to": 5, "points": 1}, {"up_to": 5, "points": 1}, {"up_to": None, "points": 0}]),
        f"{NEW}.bands[1].up_to",
        "bands_order",
    ),
    (extra("number", bands=[{"up_to": None, "points": 200}]), f"{NEW}.bands[0].points", "points_range"),
    (extra("number", minimum=5, maximum=4), f"{NEW}.minimum", "range_reversed"),
    (extra("number", maximum=10**13), f"{NEW}.maximum", "number_too_large"),
    (extra(remark={"kind": "song", "when": "low"}), f"{NEW}.remark.kind", "choice_unknown"),
    (extra(remark={"kind": "quote"}), f"{NEW}.remark.when", "key_missing"),
    (extra(remark={"kind": "quote", "when": "low"}, scored=False), f"{NEW}.remark.when", "remark_unscored"),
    (extra(records="weather"), f"{NEW}.records", "choice_unknown"),
    (extra(records="fate"), f"{NEW}.records", "records_kind"),
    (extra("single", records="fate"), f"{NEW}.records", "records_fate"),
    (extra("number", records="would_call_again"), f"{NEW}.records", "records_range"),
    (
        extra("scale", records="would_call_again", options=[option("10", 0), option("11", 0)]),
        f"{NEW}.records",
        "records_range",
    ),
    (
        lambda _base: document(item("a.x", records="answered"), item("a.z", records="answered")),
        "sections[0].items[9].records",
        "records_repeated",
    ),
    (lambda _base: document(item("a.x", na_allowed=True), na_policy="forbidden"), f"{NEW}.na_allowed", "na_forbidden"),
]

CONDITIONS: list[tuple[Any, str, str]] = [
    ([], "", "condition_form"),
    ({}, "", "condition_form"),
    ({"item": "a.yes"}, "", "condition_form"),
    ({"item": "a.yes", "is": ["yes"], "at_least": 3}, "", "condition_form"),
    ({"item": "a.yes", "fact": "attempt"}, "", "condition_form"),
    ({"all": []}, ".all", "condition_empty"),
    ({"any": {}}, ".any", "not_list"),
    ({"not": {"any": [{"item": "a.nothing", "is": ["yes"]}]}}, ".not.any[0].item", "condition_item_unknown"),
    ({"item": "a.x", "is": ["yes"]}, ".item", "condition_item_later"),
    ({"item": "a.later", "is": ["yes"]}, ".item", "condition_item_later"),
    ({"item": "a.yes", "is": ["maybe"]}, ".is", "condition_value"),
    ({"item": "a.yes", "is": []}, ".is", "condition_empty"),
    ({"item": "a.yes", "is": "yes"}, ".is", "not_list"),
    ({"item": "a.yes", "answered": False}, ".answered", "condition_form"),
    ({"item": "a.text", "is": ["yes"]}, ".is", "condition_kind"),
    ({"item": "a.single", "at_least": 1}, ".at_least", "condition_kind"),
    ({"item": "a.number", "at_least": "1"}, ".at_least", "not_integer"),
    ({"fact": "weather", "is": ["rain"]}, ".fact", "choice_unknown"),
    ({"fact": "caller_style", "is": ["angry"]}, ".is", "condition_fact_value"),
    ({"fact": "caller_style", "at_least": 1}, ".at_least", "condition_form"),
    ({"fact": "attempt", "is": [True]}, ".is", "condition_fact_value"),
    ({"fact": "asked_person_absent", "is": [1]}, ".is", "condition_fact_value"),
    ({"fact": "attempt", "at_least": 1.5}, ".at_least", "not_integer"),
]


class TestRefused:
    @pytest.mark.parametrize(("spoil", "path", "code"), REFUSED, ids=[f"{code} {path}" for _, path, code in REFUSED])
    def test_problem_is_named(self, spoil: Callable[[dict[str, Any]], Any], path: str, code: str) -> None:
        parse(document())
        assert (path, code) in problems(spoil(document()))

    @pytest.mark.parametrize(("condition", "path", "code"), CONDITIONS)
    def test_condition(self, condition: Any, path: str, code: str) -> None:
        later = item("a.later", "text")
        assert (f"{NEW}.condition{path}", code) in problems(document(item("a.x", condition=condition), later))

    def test_deep_condition(self) -> None:
        condition: dict[str, Any] = {"fact": "attempt", "is": [1]}
        for _ in range(2000):
            condition = {"not": condition}
        assert [code for _, code in problems(document(item("a.x", condition=condition)))] == ["condition_deep"]

    def test_all_problems_in_one_go(self) -> None:
        bad = document(
            item("a.x", weight=-1, text={}), item("a.y", condition={"item": "a.q", "answered": True}), pass_mark="7"
        )
        found = problems(bad)
        assert {path for path, _ in found} == {
            "pass_mark",
            f"{NEW}.weight",
            f"{NEW}.text.nl",
            f"{NEW}.text.en",
            "sections[0].items[9].condition.item",
        }

    def test_error_reads_as_english(self) -> None:
        with pytest.raises(DefinitionError, match=re.escape(f"{NEW}.weight: A weight cannot be below 0.")):
            parse(document(item("a.x", weight=-1)))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda part: (
                st.lists(part, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["sections", "items", "code", "options", "bands", "condition", "all", "text", "kind"]
                    ),
                    part,
                    max_size=4,
                )
            ),
            max_leaves=20,
        )
    )
    def test_any_json_is_refused_politely(self, value: Any) -> None:
        for bad in (value, document() | {"sections": value}, document(value), document(item("a.x", condition=value))):
            with contextlib.suppress(DefinitionError):
                parse(bad)

    @given(st.data())
    def test_a_spoiled_value_anywhere_is_refused_or_read(self, data: st.DataObject) -> None:
        spoiled = document()
        place: Any = spoiled
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(st.sampled_from([None, -1, 3.5, "", "x", [], {}, [None], {"x": 1}, True]))
        with contextlib.suppress(DefinitionError):
            form = parse(spoiled)
            assert parse(as_document(form)) == form

    def test_every_problem_code_has_a_message_and_every_message_is_used(self) -> None:
        package = Path(str(module.__file__)).parent
        # What takes the call as well: its marks, its deadline, its promise.
        around = [package.parent / f"{name}.py" for name in ("marks", "promises", "call_checks")]
        files = [*package.glob("*.py"), *around]
        source = "".join(path.read_text(encoding="utf-8") for path in files)
        body = re.sub(r"MESSAGES: Final.*?^}", "", source, flags=re.DOTALL | re.MULTILINE)
        used = {code for code in MESSAGES if f'"{code}"' in body}
        built = {"section_code_invalid", "item_code_invalid", "comment_required", "quote_required"}
        assert set(MESSAGES) == used | built


def form_with(*items: dict[str, Any]) -> Definition:
    return parse(document(*items))


class TestVisible:
    def shows(self, condition: dict[str, Any], answers: dict[str, Any], **facts: Any) -> bool:
        return "a.x" in visible(form_with(item("a.x", condition=condition)), answers, CALM | facts)

    @pytest.mark.parametrize(
        ("condition", "answers", "expected"),
        [
            ({"item": "a.yes", "is": ["no"]}, {}, False),
            ({"item": "a.yes", "is": ["no"]}, {"a.yes": {"value": "yes"}}, False),
            ({"item": "a.yes", "is": ["no"]}, {"a.yes": {"value": "no"}}, True),
            ({"item": "a.yes", "is": ["no"]}, {"a.yes": {"na": True}}, False),
            ({"item": "a.yes", "is": ["no"]}, {"a.yes": {"na": True, "value": "no"}}, False),
            ({"not": {"item": "a.yes", "is": ["no"]}}, {"a.yes": {"na": True}}, True),
            ({"item": "a.many", "is": ["2"]}, {"a.many": {"value": ["1", "2"]}}, True),
            ({"item": "a.many", "is": ["3"]}, {"a.many": {"value": ["1", "2"]}}, False),
            ({"item": "a.many", "answered": True}, {"a.many": {"value": []}}, True),
            ({"item": "a.text", "answered": True}, {"a.text": {"value": "x"}}, True),
            ({"item": "a.text", "answered": True}, {"a.text": {"comment": "x"}}, False),
            ({"item": "a.number", "at_least": 15}, {"a.number": {"value": 15}}, True),
            ({"item": "a.number", "at_least": 15}, {"a.number": {"value": "14.999999"}}, False),
            ({"item": "a.number", "at_most": 15}, {"a.number": {"value": "15.000001"}}, False),
            ({"item": "a.number", "at_most": 15}, {"a.number": {"value": "soon"}}, False),
            ({"item": "a.scale", "at_most": 2}, {"a.scale": {"value": "2"}}, True),
            ({"item": "a.scale", "at_most": 2}, {"a.scale": {"value": "3"}}, False),
            (
                {"all": [{"item": "a.yes", "is": ["no"]}, {"fact": "attempt", "is": [1]}]},
                {"a.yes": {"value": "no"}},
                True,
            ),
            (
                {"all": [{"item": "a.yes", "is": ["no"]}, {"fact": "attempt", "is": [2]}]},
                {"a.yes": {"value": "no"}},
                False,
            ),
            ({"any": [{"item": "a.yes", "is": ["no"]}, {"fact": "attempt", "is": [1]}]}, {}, True),
            ({"item": "a.yes", "is": ["no"]}, {"a.yes": "no"}, False),
        ],
    )
    def test_item_tests(self, condition: dict[str, Any], answers: dict[str, Any], *, expected: bool) -> None:
        assert self.shows(condition, answers) is expected

    def test_facts(self) -> None:
        repeat = {"fact": "attempt", "at_least": 2}
        assert not self.shows(repeat, {})
        assert self.shows(repeat, {}, attempt=2)
        assert self.shows({"fact": "attempt", "at_most": 1}, {})
        assert self.shows({"fact": "caller_style", "is": ["dominant"]}, {}, caller_style="dominant")
        assert self.shows({"fact": "asked_person_absent", "is": [True]}, {}, asked_person_absent=True)
        assert not self.shows({"fact": "asked_person_absent", "is": [True]}, {})

    def test_unknown_facts_meet_no_test(self) -> None:
        form = form_with(item("a.x", condition={"fact": "attempt", "at_most": 9}))
        assert "a.x" not in visible(form, {}, {})
        assert "a.x" not in visible(form, {}, {"attempt": None})

    def test_hidden_controls_hide_what_depends_on_them(self) -> None:
        form = form_with(
            item("a.x", condition={"item": "a.yes", "is": ["no"]}),
            item("a.y", condition={"item": "a.x", "is": ["yes"]}),
        )
        answers = {"a.x": {"value": "yes"}, "a.yes": {"value": "no"}}
        assert visible(form, answers, CALM)[-2:] == ("a.x", "a.y")
        answers["a.yes"] = {"value": "yes"}
        assert visible(form, answers, CALM)[-1] == "a.phrase"

    def test_relevant_keeps_what_is_shown(self) -> None:
        form = form_with(item("a.x", condition={"item": "a.yes", "is": ["no"]}))
        answers = {"a.x": {"value": "yes"}, "a.yes": {"value": "yes"}, "a.gone": {"value": 1}, "a.text": None}
        assert relevant(form, answers, CALM) == {"a.yes": {"value": "yes"}}


NUMBER = item("a.q", "number", na_allowed=True)


def clean(code: str, raw: Any, **changes: Any) -> Any:
    form = form_with(item("a.q", code.partition(".")[2], **changes)) if changes else form_with()
    return clean_answer(form.item("a.q" if changes else code), raw)


class TestCleanAnswer:
    @pytest.mark.parametrize(
        ("code", "raw", "stored"),
        [
            ("a.yes", None, None),
            ("a.yes", {}, None),
            ("a.yes", {"value": None, "comment": "  ", "quote": "", "second": None, "na": False}, None),
            ("a.yes", {"value": "no"}, {"value": "no"}),
            ("a.yes", {"comment": " why\r\nnot "}, {"comment": "why\nnot"}),
            (
                "a.yes",
                {"value": "no", "quote": "“Dag”", "second": "192"},
                {"value": "no", "quote": "“Dag”", "second": 192},
            ),
            ("a.many", {"value": []}, {"value": []}),
            ("a.many", {"value": ["3", "1", "3"]}, {"value": ["1", "3"]}),
            ("a.number", {"value": 0}, {"value": 0}),
            ("a.number", {"value": " 12 "}, {"value": 12}),
            ("a.number", {"value": "12,50"}, {"value": "12.5"}),
            ("a.number", {"value": "0.000001"}, {"value": "0.000001"}),
            ("a.number", {"value": "007.0"}, {"value": 7}),
            ("a.text", {"value": " x "}, {"value": "x"}),
            ("a.text", {"value": "x" * 4000}, {"value": "x" * 4000}),
            ("a.when", {"value": "2026-03-29T02:30"}, {"value": "2026-03-29T02:30"}),
            ("a.when", {"value": "2026-03-29T02:30:00+02:00"}, {"value": "2026-03-29T02:30:00+02:00"}),
            ("a.when", {"value": "2026-03-29T02:30Z"}, {"value": "2026-03-29T02:30Z"}),
            ("a.phrase", {"value": []}, None),
            ("a.phrase", {"value": [{"phrase": "", "quote": " ", "second": None}]}, None),
            (
                "a.phrase",
                {"value": [{"phrase": "hang_you_up", "quote": " Ik hang u even op ", "second": "12"}, {"quote": "x"}]},
                {
                    "value": [
                        {"phrase": "hang_you_up", "quote": "Ik hang u even op", "second": 12},
                        {"phrase": "", "quote": "x", "second": None},
                    ]
                },
            ),
        ],
    )
    def test_stored(self, code: str, raw: Any, stored: Any) -> None:
        assert clean(code, raw) == stored
        if stored is not None:
            assert clean(code, stored) == stored

    def test_na(self) -> None:
        assert clean("x.number", {"na": True, "comment": "no queue"}, na_allowed=True) == {
            "na": True,
            "comment": "no queue",
        }
        assert clean("x.number", {"na": True, "value": ""}, na_allowed=True) == {"na": True}

    @pytest.mark.parametrize(
        ("code", "raw", "problem"),
        [
            ("a.yes", "yes", "answer_not_object"),
            ("a.yes", {"value": "yes", "colour": "red"}, "answer_key_unknown"),
            ("a.yes", {"value": True}, "answer_type"),
            ("a.yes", {"value": ["yes"]}, "answer_type"),
            ("a.yes", {"value": "maybe"}, "option_unknown"),
            ("a.yes", {"na": True}, "na_not_allowed"),
            ("a.yes", {"na": "yes"}, "na_type"),
            ("a.yes", {"na": True, "value": "yes"}, "na_with_value"),
            ("a.many", {"value": "1"}, "answer_type"),
            ("a.many", {"value": ["1", "9"]}, "option_unknown"),
            ("a.many", {"value": [1]}, "answer_type"),
            ("a.number", {"value": True}, "number_invalid"),
            ("a.number", {"value": 12.5}, "number_invalid"),
            ("a.number", {"value": "1e3"}, "number_invalid"),
            ("a.number", {"value": "1/3"}, "number_invalid"),
            ("a.number", {"value": "twelve"}, "number_invalid"),
            ("a.number", {"value": "٣"}, "number_invalid"),
            ("a.number", {"value": -1}, "number_low"),
            ("a.number", {"value": "-0.5"}, "number_low"),
            ("a.number", {"value": "3600.000001"}, "number_high"),
            ("a.text", {"value": 3}, "answer_type"),
            ("a.text", {"value": "x" * 4001}, "text_too_long"),
            ("a.text", {"value": "x\x00"}, "text_characters"),
            ("a.text", {"value": "x\ud800"}, "text_characters"),
            ("a.yes", {"value": "yes", "comment": "x" * 4001}, "text_too_long"),
            ("a.yes", {"value": "yes", "quote": 3}, "answer_type"),
            ("a.yes", {"value": "yes", "second": -1}, "second_invalid"),
            ("a.yes", {"value": "yes", "second": True}, "second_invalid"),
            ("a.yes", {"value": "yes", "second": "3:12"}, "second_invalid"),
            ("a.yes", {"value": "yes", "second": 86_401}, "second_invalid"),
            ("a.when", {"value": "31-03-2026 14:30"}, "datetime_invalid"),
            ("a.when", {"value": "2026-02-30T14:30"}, "datetime_invalid"),
            ("a.when", {"value": "2026-02-03"}, "datetime_invalid"),
            ("a.when", {"value": "0001-01-01T00:00+14:00"}, "datetime_invalid"),
            ("a.when", {"value": "2026-02-03T14:30+99:00"}, "datetime_invalid"),
            ("a.when", {"value": 20260203}, "answer_type"),
            ("a.phrase", {"value": "x"}, "answer_type"),
            ("a.phrase", {"value": ["x"]}, "answer_type"),
            ("a.phrase", {"value": [{"phrase": "No Such"}]}, "phrase_code"),
            ("a.phrase", {"value": [{"phrase": 3}]}, "phrase_code"),
            ("a.phrase", {"value": [{"second": 3}]}, "phrase_empty"),
            ("a.phrase", {"value": [{"quote": "x", "colour": 1}]}, "answer_key_unknown"),
            ("a.phrase", {"value": [{"quote": "x"}] * 51}, "phrases_too_many"),
        ],
    )
    def test_refused(self, code: str, raw: Any, problem: str) -> None:
        with pytest.raises(AnswerError) as caught:
            clean(code, raw)
        assert (caught.value.problem.path, caught.value.problem.code) == (code, problem)
        assert "%(" not in caught.value.problem.message

    def test_number_without_bounds_still_has_an_end(self) -> None:
        with pytest.raises(AnswerError, match="between"):
            clean("x.number", {"value": 10**13}, minimum=None, maximum=None)
        assert clean("x.number", {"value": "-2.50"}, minimum=None, maximum=None) == {"value": "-2.5"}

    @given(st.decimals(min_value=0, max_value=3600, places=6))
    def test_numbers_stay_exact(self, number: Any) -> None:
        stored = clean("a.number", {"value": f"{number:f}"})
        assert exact(stored["value"]) == Fraction(number)
        assert clean("a.number", stored) == stored

    @given(
        st.sampled_from(["a.yes", "a.many", "a.number", "a.text", "a.when", "a.phrase"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda part: (
                st.lists(part, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["value", "na", "unfit", "comment", "second", "quote", "phrase"]), part
                )
            ),
            max_leaves=6,
        ),
    )
    def test_any_json_is_stored_or_refused(self, code: str, raw: Any) -> None:
        for candidate in (raw, {"value": raw}, {"second": raw}, {"comment": raw}):
            with contextlib.suppress(AnswerError):
                stored = clean(code, candidate)
                assert clean(code, stored) == stored


class TestUnfit:
    """A question that does not fit the call."""

    def test_stored_with_its_reason_and_nothing_else(self) -> None:
        assert clean("a.yes", {"unfit": True, "comment": " A recording answered "}) == {
            "unfit": True,
            "comment": "A recording answered",
        }
        assert clean("a.text", {"unfit": True, "quote": "x", "second": 3}) == {"unfit": True}
        assert clean("a.yes", {"unfit": False, "value": "yes"}) == {"value": "yes"}

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            ({"unfit": 1}, "unfit_type"),
            ({"unfit": ["yes"]}, "unfit_type"),
            ({"unfit": True, "value": "yes"}, "unfit_with_value"),
            ({"unfit": True, "na": True}, "unfit_with_value"),
            ({"unfit": True, "comment": "x" * 301}, "unfit_reason_long"),
        ],
    )
    def test_refused(self, raw: dict[str, Any], code: str) -> None:
        with pytest.raises(AnswerError) as caught:
            clean("a.yes", raw)
        assert caught.value.problem.code == code


class TestCheckAnswers:
    def check(self, *items: dict[str, Any], **answers: Any) -> list[tuple[str, str]]:
        section = {"code": "a", "dimension": "tone", "weight": 1, "title": words("A"), "items": [item("a.i"), *items]}
        form = parse(document(sections=[section]))
        given_answers = {"a.i": {"value": "yes"}} | {f"a.{name}": answer for name, answer in answers.items()}
        found = check_answers(form, given_answers, CALM)
        return [(problem.path, problem.code) for problem in found]

    def test_complete(self) -> None:
        assert self.check() == []

    def test_what_does_not_fit_needs_a_reason_and_no_answer(self) -> None:
        assert self.check(i={"unfit": True, "comment": "No such desk"}) == []
        assert self.check(i={"unfit": True}) == [("a.i", "unfit_reason_required")]

    def test_required(self) -> None:
        assert self.check(item("a.q")) == [("a.q", "answer_required")]
        assert self.check(item("a.q"), q={"comment": "later"}) == [("a.q", "answer_required")]
        assert self.check(item("a.q", na_allowed=True)) == [("a.q", "answer_required_or_na")]
        assert self.check(item("a.q", na_allowed=True), q={"na": True}) == []
        assert self.check(item("a.q", required=False)) == []
        assert self.check(item("a.q", "multiple"), q={"value": []}) == []

    def test_hidden_is_neither_required_nor_checked(self) -> None:
        hidden = item("a.q", condition={"fact": "attempt", "at_least": 2})
        assert self.check(hidden) == []
        assert self.check(hidden, q={"value": "nonsense"}) == []

    def test_unknown_and_invalid(self) -> None:
        assert self.check(gone={"value": 1}) == [("a.gone", "item_unknown")]
        assert self.check(item("a.q"), q={"value": "maybe"}) == [("a.q", "option_unknown")]

    @pytest.mark.parametrize(
        ("kind", "code"), [("comment", "comment_required"), ("quote", "quote_required"), ("either", "remark_required")]
    )
    def test_remark(self, kind: str, code: str) -> None:
        question = item("a.q", remark={"kind": kind, "when": "low"}, na_allowed=True)
        assert self.check(question, q={"value": "no"}) == [("a.q", code)]
        assert self.check(question, q={"value": "yes"}) == []
        assert self.check(question, q={"na": True}) == []
        assert (self.check(question, q={"value": "no", "comment": "x"}) == []) is (kind != "quote")
        assert (self.check(question, q={"value": "no", "quote": "x"}) == []) is (kind != "comment")

    def test_remark_moments(self) -> None:
        options = [option("f", 100, fails="section"), option("n", 49), option("h", 50)]

        def due(when: str, value: str) -> bool:
            question = item("a.q", "single", options=options, remark={"kind": "comment", "when": when})
            return bool(self.check(question, q={"value": value}))

        assert [due("always", value) for value in "fnh"] == [True, True, True]
        assert [due("low", value) for value in "fnh"] == [True, True, False]
        assert [due("failing", value) for value in "fnh"] == [True, False, False]

    def test_low_number(self) -> None:
        question = item("a.q", "number", remark={"kind": "comment", "when": "low"})
        assert self.check(question, q={"value": 16}) == [("a.q", "comment_required")]
        assert self.check(question, q={"value": 15}) == []


class TestHash:
    def test_order_of_keys_does_not_matter(self) -> None:
        one = {"a.x": {"value": "yes", "comment": "é"}, "a.y": {"value": [1]}}
        two = {"a.y": {"value": [1]}, "a.x": {"comment": "é", "value": "yes"}}
        assert canonical(one) == canonical(two)
        assert content_hash(one) == content_hash(two)
        assert content_hash(one) != content_hash(one | {"a.y": {"value": [2]}})

    def test_known_value(self) -> None:
        assert canonical({"b": {"value": 1}, "a": {"value": "x"}}) == b'{"a":{"value":"x"},"b":{"value":1}}'
        assert content_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


class TestCompare:
    def differences(
        self, new: dict[str, Any], old: dict[str, Any] | None = None
    ) -> list[tuple[str, str, object, object]]:
        found = compare(parse(old or document()), parse(new))
        return [(change.kind, change.path, change.before, change.after) for change in found]

    def test_nothing(self) -> None:
        assert self.differences(document()) == []

    def test_settings(self) -> None:
        assert self.differences(document(pass_mark=None, na_policy="as_zero")) == [
            ("changed", "na_policy", "redistribute", "as_zero"),
            ("changed", "pass_mark", 7000, None),
        ]

    def test_item_added_and_removed(self) -> None:
        longer = document(item("a.x"))
        assert [each[:2] for each in self.differences(longer)] == [("added", "items[a.x]")]
        assert [each[:2] for each in self.differences(document(), longer)] == [("removed", "items[a.x]")]

    def test_values_texts_and_options(self) -> None:
        old = document(item("a.x", "single"))
        new = document(item("a.x", "single", weight=3, text=words("a.x") | {"en": "New?"}, help=words("h")))
        new["sections"][0]["items"][8]["options"] = [option("1", 25), option("2", 50), option("4", 100)]
        assert self.differences(new, old) == [
            ("changed", "items[a.x].weight", 1, 3),
            ("changed", "items[a.x].text.en", "a.x", "New?"),
            ("added", "items[a.x].help", None, words("h")),
            ("removed", "items[a.x].options[3]", option("3", 100, fails=None), None),
            ("added", "items[a.x].options[4]", None, option("4", 100, fails=None)),
            ("changed", "items[a.x].options[1].points", 0, 25),
        ]

    def test_order(self) -> None:
        new = document()
        new["sections"][0]["items"][:2] = reversed(new["sections"][0]["items"][:2])
        ((kind, path, before, after),) = self.differences(new)
        assert (kind, path) == ("moved", "sections[a].items")
        assert isinstance(before, list)
        assert isinstance(after, list)
        assert (before[:2], after[:2]) == (["a.yes", "a.single"], ["a.single", "a.yes"])

    def test_moved_to_another_section(self) -> None:
        new = document()
        moved = new["sections"][0]["items"].pop(0)
        new["sections"].append(
            {"code": "b", "dimension": "other", "weight": 5, "title": words("B"), "items": [moved]},
        )
        assert [each[:2] for each in self.differences(new)] == [
            ("added", "sections[b]"),
            ("moved", "items[a.yes].section"),
        ]


class TestSmall:
    def test_text(self) -> None:
        both = {"nl": "Ja", "en": "Yes"}
        assert [text(both, language) for language in ("nl", "nl-be", "en", "fr")] == ["Ja", "Ja", "Yes", "Ja"]
        assert text(None, "nl") == text({}, "nl") == ""

    def test_problem_reads_with_and_without_a_place(self) -> None:
        assert str(Problem("", "not_list")) == "Write a list here."
        assert str(Problem("a.x", "number_low", {"minimum": 3})) == "a.x: Enter 3 or more."

    def test_points_and_fails_name_a_wrong_value(self) -> None:
        question: Item = form_with().item("a.single")
        assert (question.points_for("2"), question.fails_for("2")) == (50, None)
        with pytest.raises(ValueError, match=r"a\.single: 'x'"):
            question.points_for("x")
        assert form_with().item("a.text").points_for("x") is None

    @pytest.mark.parametrize("value", [True, 1.5, None, "", "1/3", "nan", " 1"])
    def test_exact_refuses(self, value: Any) -> None:
        with pytest.raises(ValueError, match="is not a number"):
            exact(value)
