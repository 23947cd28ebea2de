"""A draft's document: changed step by step, weighed, checked, described by its schema."""

import copy
import json
from fractions import Fraction

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys import definition
from surveys.definition import editing, reach, weights
from surveys.definition.comparing import moved_keys
from surveys.definition.schema import json_schema
from tests.people import DOCUMENT

FULL = editing.complete(DOCUMENT)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def codes(document, section):
    return [item["code"] for item in editing.section_of(document, section)["items"]]


# --- steps ------------------------------------------------------------------------------------------------------------


def test_writing_everything_out_changes_nothing():
    assert definition.parse(FULL) == definition.parse(DOCUMENT)
    assert editing.complete(FULL) == FULL
    assert editing.assembled(editing.pieces(FULL)) == FULL


@pytest.mark.parametrize(
    "step",
    [
        lambda d: editing.remove_item(d, "greeting.own_name"),
        lambda d: editing.remove_section(d, "tone"),
        lambda d: editing.duplicate_item(d, "greeting.own_name")[0],
        lambda d: editing.duplicate_section(d, "callback")[0],
        lambda d: editing.step_item(d, "greeting.own_name", -1),
        lambda d: editing.step_item(d, "greeting.opening", 1),
        lambda d: editing.step_section(d, "tone", -1),
        lambda d: editing.move_item(d, "tone.calm", "greeting", 1),
        lambda d: editing.put_item(
            d, "greeting.answered", editing.item_of(d, "greeting.answered") | {"code": "greeting.up"}
        ),
        lambda d: editing.put_section(d, "tone", {"code": "voice"}),
        lambda d: editing.add_section(d, {"code": "extra", "dimension": "other", "title": {"nl": "x"}, "intro": None}),
        lambda d: editing.set_weights(d, {"tone": 3}, {"tone.calm": 9}),
    ],
)
def test_every_step_leaves_the_old_document_alone_and_can_be_taken_back(step):
    before = copy.deepcopy(FULL)
    after = step(FULL)
    assert before == FULL != after
    changes = json.loads(json.dumps(editing.patch(FULL, after)))
    assert editing.taken_back(after, changes) == FULL
    # Once its piece is different again, it can no longer be taken back.
    key = next(iter(changes))
    changes[key][1] = {"something": "else"}
    with pytest.raises(KeyError):
        editing.taken_back(after, changes)


def test_items_move_within_a_section_and_past_its_end():
    up = editing.step_item(FULL, "greeting.own_name", -1)
    assert codes(up, "greeting").index("greeting.own_name") == codes(FULL, "greeting").index("greeting.own_name") - 1
    over = editing.step_item(FULL, "greeting.opening", 1)
    assert codes(over, "phrasing")[0] == "greeting.opening"
    assert codes(editing.step_item(over, "greeting.opening", -1), "greeting") == codes(FULL, "greeting")
    assert editing.step_item(FULL, "greeting.answered", -1) == FULL


def test_conditions_follow_a_new_code_and_a_copied_section_asks_its_own():
    item = editing.item_of(FULL, "callback.concrete") | {"code": "callback.promise"}
    renamed = editing.put_item(FULL, "callback.concrete", item)
    assert "callback.due" in editing.askers(renamed, "callback.promise")
    definition.parse(renamed)
    twin, code = editing.duplicate_section(FULL, "callback")
    assert code == "callback_2"
    condition = editing.item_of(twin, "callback.due_2")["condition"]
    assert condition == {"item": "callback.concrete_2", "is": ["both", "when"]}
    assert definition.parse(twin).item("callback.offered_2").records is None


def test_codes_are_made_of_words():
    assert editing.word("Did the employee’s Café (1st) greet?") == "did_the_employees_cafe_1st_greet"
    assert editing.word("123 … ") == ""
    assert editing.fresh("a.b", ["a.b", "a.b_2"]) == "a.b_3"


# --- weights ----------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 500), min_size=1), st.data())
def test_shares_always_add_up(found, data):
    typed = data.draw(
        st.lists(st.sampled_from(sorted(found)), unique=True).flatmap(
            lambda keys: st.tuples(*(st.tuples(st.just(key), st.integers(0, 1000)) for key in keys))
        )
    )
    shares = weights.spread(found, {key: Fraction(value, 1000) for key, value in typed})
    assert sum(shares.values()) == 1
    assert all(0 <= share <= 1 for share in shares.values())
    assert sum(weights.tenths(shares).values()) == 1000
    made = weights.as_weights(shares)
    assert 0 < sum(made.values()) <= 10_000
    for key, share in shares.items():
        assert abs(Fraction(made[key], sum(made.values())) - share) < Fraction(1, 5000)
    if typed and len(typed) < len(found) and sum(value for _key, value in typed) <= 1000:
        assert all(shares[key] == Fraction(value, 1000) for key, value in typed)


def test_what_was_typed_stays_and_the_rest_keeps_its_proportion():
    old = {"a": 1, "b": 1, "c": 2}
    assert weights.spread(old, {"a": Fraction(2, 5)}) == {"a": Fraction(2, 5), "b": Fraction(1, 5), "c": Fraction(2, 5)}
    # The first one typed gives way when the typed ones leave nothing.
    said = {"a": Fraction(9, 10), "b": Fraction(1, 2)}
    assert weights.spread(old, said) == {"a": Fraction(1, 6), "b": Fraction(1, 2), "c": Fraction(1, 3)}
    assert weights.as_weights(weights.spread({"a": 1, "b": 1, "c": 1}, {})) == {"a": 1, "b": 1, "c": 1}
    assert sum(weights.item_shares(FULL).values()) == 1


# --- what to look at --------------------------------------------------------------------------------------------------


def problems(document):
    return {finding.problem.code: finding for finding in definition.check(document)}


def changed(code, /, **values):
    document = copy.deepcopy(FULL)
    editing.item_of(document, code).update(values)
    return document


def test_the_default_checklist_has_nothing_to_look_at():
    assert definition.check(FULL) == ()


@pytest.mark.parametrize(
    ("document", "code", "blocks"),
    [
        (changed("greeting.own_name", condition={"item": "tone.calm", "is": ["5"]}), "condition_item_later", True),
        (changed("greeting.own_name", text={"nl": "Alleen hier"}), "translation_missing", True),
        (changed("greeting.own_name", weight=0), "item_weight_zero", False),
        (editing.set_weights(FULL, {"tone": 0}, {}), "section_weight_zero", False),
        (editing.set_weights(FULL, dict.fromkeys(editing.section_codes(FULL), 0), {}), "nothing_scored", True),
        (changed("greeting.own_name", text=editing.item_of(FULL, "greeting.opening")["text"]), "text_repeated", False),
        (changed("greeting.own_name", code="greeting.opening"), "item_code_repeated", True),
        (editing.remove_item(FULL, "closing.fate"), "records_missing", False),
        (editing.blank(["nl", "en"]), "sections_missing", True),
        (
            changed("tone.calm", condition={"all": [{"item": "greeting.answered", "is": [v]} for v in ("yes", "no")]}),
            "unreachable",
            True,
        ),
        (
            changed(
                "tone.calm",
                options=[{"value": v, "points": 50, "label": {"nl": v, "en": v}, "fails": None} for v in "12"],
            ),
            "points_equal",
            False,
        ),
    ],
)
def test_each_check_speaks_and_says_whether_it_blocks(document, code, blocks):
    found = problems(document)
    assert found[code].blocks is blocks
    assert str(found[code].problem)


def test_a_section_of_optional_questions_may_have_no_score():
    document = copy.deepcopy(FULL)
    for item in editing.section_of(document, "tone")["items"]:
        item["required"] = False
    assert problems(document)["section_only_optional"].problem.path == "sections[4]"


NUMBER = {"item": "greeting.seconds"}
OFFERED = {"item": "callback.offered", "is": ["unasked"]}
HELPED = {"item": "callback.helped_at_once", "is": ["yes"]}


@pytest.mark.parametrize(
    ("condition", "reachable"),
    [
        ({"all": [NUMBER | {"at_least": 20}, NUMBER | {"at_most": 10}]}, False),
        ({"all": [NUMBER | {"at_least": 10}, NUMBER | {"at_most": 10}]}, True),
        (NUMBER | {"at_most": -1}, False),
        ({"fact": "attempt", "at_least": 12}, False),
        ({"all": [{"fact": "caller_style", "is": ["calm"]}, {"not": {"fact": "caller_style", "is": ["calm"]}}]}, False),
        # A callback is only asked about when the caller was not helped at once.
        ({"all": [OFFERED, HELPED]}, False),
        ({"any": [OFFERED, HELPED]}, True),
        ({"not": {"all": [OFFERED, HELPED]}}, True),
        ({"all": [HELPED, {"not": OFFERED}]}, True),
        ({"all": [{"item": "callback.helped_at_once", "answered": True}, {"not": HELPED}]}, True),
    ],
)
def test_whether_a_question_can_be_asked_at_all(condition, reachable):
    form = definition.parse(changed("tone.calm", condition=condition))
    assert (reach.unreachable(form) == ()) is reachable


def test_a_draft_with_problems_can_still_be_shown():
    document = editing.remove_item(FULL, "greeting.answered")
    form, found = definition.attempt(document)
    assert form is not None
    assert form.item("greeting.seconds").condition is None
    assert {problem.code for problem in found} == {"condition_item_unknown"}
    assert definition.visible(form, {}, {})


def test_the_fewest_moves_explain_an_order():
    assert moved_keys("abcd", "dabc") == ("d",)
    assert moved_keys("abcd", "bcxda") == ("a",)
    assert moved_keys("abcd", "abcd") == ()


# --- the schema -------------------------------------------------------------------------------------------------------


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


PLACES = [path for path in places(FULL) if path]
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 120), st.sampled_from(["", "x", "nl", "section", "yes_no", "a.b"]),
    st.just([]), st.just({}), st.just({"nl": "a", "en": "b"}), st.just(10_001),
)  # fmt: skip


def accepted(document):
    try:
        definition.parse(document)
    except definition.DefinitionError:
        return False
    return True


def test_the_schema_is_one_and_takes_what_is_published():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for document in (DOCUMENT, FULL, definition.as_document(definition.parse(DOCUMENT))):
        VALIDATOR.validate(json.loads(json.dumps(document)))
    assert not VALIDATOR.is_valid(FULL | {"unknown": 1})
    assert not VALIDATOR.is_valid(editing.blank(["nl"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK, st.booleans()), min_size=1, max_size=2))
def test_what_the_parser_takes_the_schema_takes(alterations):
    """Documents altered at random: the schema may take more than the parser, never less."""
    document = copy.deepcopy(FULL)
    for path, junk, removes in alterations:
        holder = document
        try:
            for key in path[:-1]:
                holder = holder[key]
            if removes:
                del holder[path[-1]]
            else:
                holder[path[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    if accepted(document):
        VALIDATOR.validate(document)


ITEMS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(definition.KINDS),
        "scored": st.booleans(),
        "required": st.booleans(),
        "na_allowed": st.booleans(),
        "weight": st.integers(0, 10_000),
        "help": st.sampled_from([None, {"nl": "x", "en": "y"}]),
        "points": st.integers(0, 100),
        "fails": st.sampled_from([None, "section", "call"]),
        "up_to": st.integers(-5, 5),
        "remark": st.sampled_from([None, {"kind": "either", "when": "always"}]),
        "asks": st.booleans(),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, min_size=1, max_size=6))
def test_documents_made_from_scratch_are_valid_for_both(items):
    words = {"nl": "ja", "en": "yes"}
    made = []
    for number, each in enumerate(items):
        kind = each["kind"]
        scored = each["scored"] and kind in definition.SCORABLE_KINDS
        keys = ("kind", "required", "na_allowed", "weight", "help", "remark")
        item = {key: each[key] for key in keys} | {"code": f"one.q{number}", "text": words, "aspect": "content"}
        item["scored"] = scored
        if kind in definition.OPTION_KINDS and kind != "yes_no":
            values = ["a", "b"] if kind != "scale" else ["1", "2"]
            item["options"] = [
                {"value": v, "points": each["points"], "label": words, "fails": each["fails"]} for v in values
            ]
        if kind == "number":
            item["bands"] = [{"up_to": each["up_to"], "points": 5}, {"up_to": None, "points": each["points"]}]
        if each["asks"] and number:
            item["condition"] = {"not": {"item": f"one.q{number - 1}", "answered": True}}
        made.append(item)
    counts = any(item["scored"] and item["weight"] for item in made)
    section = {"code": "one", "dimension": "tone", "weight": int(counts), "title": words, "items": made}
    document = {"languages": ["nl", "en"], "na_policy": "as_pass", "pass_mark": None, "sections": [section]}
    definition.parse(document)
    VALIDATOR.validate(document)
