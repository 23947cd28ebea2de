"""The scoring rules as laws, over generated checklists, answers and scenarios.

`expected` is a second implementation of the rules, written with fractions straight from their text; the laws after it
state what every user relies on.
"""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from surveys.definition import DIMENSIONS, Definition, parse, visible
from surveys.scoring import Scoring, score

POLICIES = ("redistribute", "keep_section_weight", "as_pass", "as_zero")
POINTS = st.integers(0, 100)
FAILS = st.sampled_from([None, None, None, None, None, "section", "call"])
FACTS = st.fixed_dictionaries(
    {
        "caller_style": st.sampled_from(["calm", "dominant"]),
        "attempt": st.integers(1, 4),
        "asked_person_absent": st.booleans(),
    }
)


def words(value: str) -> dict[str, str]:
    return {"en": value}


@st.composite
def conditions(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    controlling = [item for item in earlier if item["kind"] in ("single", "yes_no", "number")]
    tests: list[st.SearchStrategy[dict[str, Any]]] = [
        st.integers(1, 4).map(lambda n: {"fact": "attempt", "at_least": n}),
        st.just({"fact": "caller_style", "is": ["dominant"]}),
    ]
    for item in controlling:
        if item["kind"] == "number":
            tests.append(st.fixed_dictionaries({"item": st.just(item["code"]), "at_most": st.integers(0, 60)}))
        else:
            value = item["options"][0]["value"]
            tests.append(st.just({"item": item["code"], "is": [value]}))
            tests.append(st.just({"not": {"item": item["code"], "is": [value]}}))
    first = draw(st.one_of(tests))
    return draw(st.sampled_from([first, {"any": [first, draw(st.one_of(tests))]}]))


@st.composite
def items(
    draw: st.DrawFn, code: str, earlier: list[dict[str, Any]], *, fails: bool, conditional: bool
) -> dict[str, Any]:
    kind = draw(st.sampled_from(["single", "single", "yes_no", "multiple", "number", "text"]))
    made: dict[str, Any] = {
        "code": code,
        "kind": kind,
        "aspect": draw(st.sampled_from(["content", "experience"])),
        "weight": draw(st.integers(0, 12)),
        "text": words(code),
        "na_allowed": True,
        "required": False,
        "critical": draw(st.booleans()),
        "scored": kind != "text" and draw(st.sampled_from([True, True, True, False])),
    }
    if kind in ("single", "multiple", "yes_no"):
        values = ("yes", "no") if kind == "yes_no" else ("x", "y", "z")
        made["options"] = [
            {"value": value, "points": draw(POINTS), "label": words(value), "fails": draw(FAILS) if fails else None}
            for value in values
        ]
    if kind == "number":
        bounds = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=3)))
        made["bands"] = [{"up_to": bound, "points": draw(POINTS)} for bound in [*bounds, None]]
    if conditional and earlier and draw(st.integers(0, 3)) == 0:
        made["condition"] = draw(conditions(earlier))
    return made


@st.composite
def documents(draw: st.DrawFn, *, fails: bool = True, conditional: bool = True) -> dict[str, Any]:
    earlier: list[dict[str, Any]] = []
    sections = []
    for number in range(draw(st.integers(1, 4))):
        name = f"s{number}"
        made = []
        for index in range(draw(st.integers(1, 4))):
            made.append(draw(items(f"{name}.i{index}", earlier, fails=fails, conditional=conditional)))
            earlier.append(made[-1])
        scorable = sum(item["weight"] for item in made if item["scored"])
        sections.append(
            {
                "code": name,
                "dimension": draw(st.sampled_from(DIMENSIONS)),
                "weight": draw(st.integers(0, 30)) if scorable else 0,
                "title": words(name),
                "items": made,
            }
        )
    return {
        "languages": ["en"],
        "na_policy": draw(st.sampled_from(POLICIES)),
        "pass_mark": draw(st.none() | st.integers(0, 10_000)),
        "sections": sections,
    }


@st.composite
def answers_to(draw: st.DrawFn, document: dict[str, Any], *, na: bool = True, blank: bool = True) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for section in document["sections"]:
        for item in section["items"]:
            how = draw(st.integers(0, 7))
            if how == 0 and blank:
                continue
            if how == 1 and na:
                made[item["code"]] = {"na": True}
                continue
            values = [option["value"] for option in item.get("options", [])]
            value: st.SearchStrategy[Any] = st.just("words")
            if item["kind"] == "multiple":
                value = st.lists(st.sampled_from(values), unique=True)
            elif values:
                value = st.sampled_from(values)
            elif item["kind"] == "number":
                value = st.integers(0, 70) | st.sampled_from(["14.5", "30.000001"])
            made[item["code"]] = {"value": draw(value)}
    return made


@st.composite
def calls(draw: st.DrawFn, /, **kinds: bool) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    document = draw(documents(fails=kinds.get("fails", True), conditional=kinds.get("conditional", True)))
    given_answers = draw(answers_to(document, na=kinds.get("na", True), blank=kinds.get("blank", True)))
    return document, given_answers, draw(FACTS)


def numbers(scoring: Scoring) -> dict[str, Any]:
    """Everything a scoring says, without the trace and without an order."""
    return {
        "score": scoring.score,
        "calculated": scoring.score_calculated,
        "aspects": (scoring.content, scoring.experience, scoring.critical),
        "dimensions": scoring.by_dimension,
        "sections": scoring.by_section,
        "outcome": scoring.outcome,
        "failed": (set(scoring.failed_by), set(scoring.failed_sections)),
    }


# A second implementation, from the text of the rules ---------------------------------------------------------------


def formula(rows: list[dict[str, Any]], policy: str) -> Fraction | None:
    """The policy's formula over the rows of a group; a row is one scored item with its share, or None for dropped."""
    if policy == "keep_section_weight":
        top = bottom = Fraction(0)
        for name in {row["section"] for row in rows}:
            own = [row for row in rows if row["section"] == name]
            weight = sum((row["w"] for row in own if row["share"] is not None), Fraction(0))
            if weight:
                kept = sum((row["nominal"] for row in own), Fraction(0))
                mean = sum(row["w"] * row["share"] for row in own if row["share"] is not None) / weight
                top, bottom = top + kept * mean, bottom + kept
    else:
        used = [row for row in rows if row["share"] is not None]
        top = sum((row["nominal"] * row["share"] for row in used), Fraction(0))
        bottom = sum((row["nominal"] for row in used), Fraction(0))
    return 100 * top / bottom if bottom else None


def hundredths(points: Fraction | None) -> int | None:
    return None if points is None else round(points * 100)


def rows_of(definition: Definition, given_answers: dict[str, Any], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Every item of the call: its weights, its share (None for dropped) and what its answer failed."""
    shown = visible(definition, given_answers, facts)
    rows: list[dict[str, Any]] = []
    for section in definition.sections:
        total = sum(item.weight for item in section.items if item.scored)
        for item in section.items:
            answer = given_answers.get(item.code) if item.code in shown else None
            share: Fraction | None = None
            if answer is not None and "value" in answer:
                share = Fraction(item.points_for(answer["value"]) or 0, 100)
            elif answer is not None:
                share = {"as_pass": Fraction(1), "as_zero": Fraction(0)}.get(definition.na_policy)
            rows.append(
                {
                    "code": item.code,
                    "scored": item.scored,
                    "section": section.code,
                    "dimension": section.dimension,
                    "aspect": item.aspect,
                    "critical": item.critical,
                    "w": Fraction(item.weight),
                    "nominal": Fraction(section.weight * item.weight, total) if total else Fraction(0),
                    "share": share,
                    "absent": answer is None,
                    "fails": item.fails_for(answer["value"]) if answer is not None and "value" in answer else None,
                }
            )
    return rows


def expected(definition: Definition, given_answers: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    policy = definition.na_policy
    everything = rows_of(definition, given_answers, facts)
    rows = [row for row in everything if row["scored"]]
    failed_sections = {row["section"] for row in everything if row["fails"] == "section"}
    call_failed = any(row["fails"] == "call" for row in everything)
    after = [
        row | {"share": None if row["absent"] else Fraction(0)} if row["section"] in failed_sections else row
        for row in rows
    ]

    def group(key: str, value: object, weight: str = "nominal") -> int | None:
        return hundredths(formula([row | {"nominal": row[weight]} for row in after if row[key] == value], policy))

    calculated = hundredths(formula(rows, policy))
    effective = None if calculated is None else 0 if call_failed else hundredths(formula(after, policy))
    below = effective is not None and definition.pass_mark is not None and effective < definition.pass_mark
    return {
        "score": effective,
        "calculated": calculated,
        "aspects": (group("aspect", "content"), group("aspect", "experience"), group("critical", True)),
        "dimensions": {name: group("dimension", name) for name in DIMENSIONS},
        "sections": {section.code: group("section", section.code, "w") for section in definition.sections},
        "outcome": "failed" if call_failed or below else "none" if effective is None else "passed",
        "failed": ({row["code"] for row in everything if row["fails"]}, failed_sections),
    }


@given(calls())
def test_equals_the_rules_written_with_fractions(call: Any) -> None:
    document, given_answers, facts = call
    definition = parse(document)
    assert numbers(score(definition, given_answers, facts)) == expected(definition, given_answers, facts)


# Laws --------------------------------------------------------------------------------------------------------------


@given(calls())
def test_scores_are_integers_within_bounds(call: Any) -> None:
    document, given_answers, facts = call
    scoring = score(parse(document), given_answers, facts)
    everything = [scoring.score, scoring.score_calculated, scoring.content, scoring.experience, scoring.critical]
    everything += [*scoring.by_dimension.values(), *scoring.by_section.values()]
    for number in everything:
        assert number is None or (type(number) is int and 0 <= number <= 10_000)
    assert tuple(scoring.by_dimension) == DIMENSIONS
    assert tuple(scoring.by_section) == tuple(section["code"] for section in document["sections"])


@given(calls())
def test_effective_is_never_above_calculated(call: Any) -> None:
    document, given_answers, facts = call
    scoring = score(parse(document), given_answers, facts)
    assert (scoring.score is None) == (scoring.score_calculated is None)
    if scoring.score is not None and scoring.score_calculated is not None:
        assert scoring.score <= scoring.score_calculated
        if not scoring.failed_by:
            assert scoring.score == scoring.score_calculated


@given(calls())
def test_trace_sums_exactly_to_the_score(call: Any) -> None:
    document, given_answers, facts = call
    definition = parse(document)
    scoring = score(definition, given_answers, facts)
    assert [line.code for line in scoring.trace] == [item.code for item in definition.items]
    earned = sum(line.earned for line in scoring.trace)
    for line in scoring.trace:
        assert line.earned + line.lost == line.effective
        assert type(line.lost_hundredths) is int
        assert line.lost_hundredths == round(100 * line.lost)
    if scoring.score_calculated is None:
        assert earned == 0
    else:
        assert sum(line.effective for line in scoring.trace) == 100
        assert round(100 * earned) == scoring.score_calculated
    form = sum(section["weight"] for section in document["sections"])
    assert sum(line.nominal for line in scoring.trace) == (100 if form else 0)


@given(calls(fails=False, conditional=False), st.data())
def test_na_redistributed_equals_the_form_without_the_item(call: Any, data: st.DataObject) -> None:
    document, given_answers, facts = call
    document["na_policy"] = "redistribute"
    section = data.draw(st.sampled_from(document["sections"]))
    item = data.draw(st.sampled_from(section["items"]))
    rest = sum(each["weight"] for each in section["items"] if each["scored"] and each is not item)
    total = rest + (item["weight"] if item["scored"] else 0)
    # A form weight is divided over the section's items, so the form without the item has a section lighter by its part.
    for each in document["sections"]:
        each["weight"] *= total or 1
    given_answers[item["code"]] = {"na": True}
    without = copy.deepcopy(document)
    lighter = next(each for each in without["sections"] if each["code"] == section["code"])
    lighter["items"] = [each for each in lighter["items"] if each["code"] != item["code"]]
    lighter["weight"] = lighter["weight"] * rest // total if total else 0
    if not lighter["items"]:
        without["sections"].remove(lighter)
    assume(without["sections"])
    fewer = {code: answer for code, answer in given_answers.items() if code != item["code"]}
    full, reduced = numbers(score(parse(document), given_answers, facts)), numbers(score(parse(without), fewer, facts))
    if not lighter["items"]:
        assert full["sections"].pop(section["code"]) is None
    assert full == reduced


@given(calls(conditional=False), st.randoms(use_true_random=False))
def test_order_of_items_and_sections_does_not_matter(call: Any, random: Any) -> None:
    document, given_answers, facts = call
    before = score(parse(document), given_answers, facts)
    shuffled = copy.deepcopy(document)
    random.shuffle(shuffled["sections"])
    for section in shuffled["sections"]:
        random.shuffle(section["items"])
    after = score(parse(shuffled), given_answers, facts)
    assert numbers(before) == numbers(after)
    assert {line.code: line for line in before.trace} == {line.code: line for line in after.trace}


@given(calls(), st.randoms(use_true_random=False))
def test_order_of_answers_does_not_matter(call: Any, random: Any) -> None:
    document, given_answers, facts = call
    definition = parse(document)
    codes = list(given_answers)
    random.shuffle(codes)
    assert score(definition, {code: given_answers[code] for code in codes}, facts) == score(
        definition, given_answers, facts
    )


@given(calls(), st.data())
def test_more_points_for_an_answer_never_lower_the_calculated_score(call: Any, data: st.DataObject) -> None:
    document, given_answers, facts = call
    before = score(parse(document), given_answers, facts)
    better = copy.deepcopy(document)
    raised = [
        scale
        for section in better["sections"]
        for item in section["items"]
        for scale in (*item.get("options", ()), *item.get("bands", ()))
    ]
    assume(raised)
    chosen = data.draw(st.sampled_from(raised))
    chosen["points"] = data.draw(st.integers(chosen["points"], 100))
    after = score(parse(better), given_answers, facts)
    assert (before.score_calculated is None) == (after.score_calculated is None)
    if before.score_calculated is not None and after.score_calculated is not None:
        assert after.score_calculated >= before.score_calculated


@given(calls(conditional=False), st.data())
def test_a_better_answer_never_lowers_the_calculated_score(call: Any, data: st.DataObject) -> None:
    document, given_answers, facts = call
    definition = parse(document)
    choices = [
        item
        for item in definition.items
        if item.kind in ("single", "yes_no") and "value" in given_answers.get(item.code, {})
    ]
    assume(choices)
    item = data.draw(st.sampled_from(choices))
    other = data.draw(st.sampled_from([option.value for option in item.options]))
    low, high = sorted((given_answers[item.code]["value"], other), key=lambda value: item.points_for(value) or 0)
    worse = score(definition, given_answers | {item.code: {"value": low}}, facts).score_calculated
    better = score(definition, given_answers | {item.code: {"value": high}}, facts).score_calculated
    assert (worse is None) == (better is None)
    assert worse is None or better is None or worse <= better


@given(calls(na=False, blank=False, conditional=False))
def test_without_na_every_policy_gives_the_same(call: Any) -> None:
    document, given_answers, facts = call
    results = [numbers(score(parse(document | {"na_policy": policy}), given_answers, facts)) for policy in POLICIES]
    assert all(result == results[0] for result in results)


@given(calls(fails=False))
def test_na_as_zero_is_lowest_and_as_pass_is_highest(call: Any) -> None:
    document, given_answers, facts = call
    zero, drop, full = (
        score(parse(document | {"na_policy": policy}), given_answers, facts).score_calculated
        for policy in ("as_zero", "redistribute", "as_pass")
    )
    if drop is not None:
        assert zero is not None
        assert full is not None
        assert zero <= drop <= full


@given(calls(fails=False))
def test_content_and_experience_together_are_the_whole(call: Any) -> None:
    document, given_answers, facts = call
    document["na_policy"] = "redistribute"
    scoring = score(parse(document), given_answers, facts)
    total = Fraction(0)
    for aspect, value in (("content", scoring.content), ("experience", scoring.experience)):
        lines = [line for line in scoring.trace if line.aspect == aspect]
        weight = sum(line.effective for line in lines)
        assert (value is None) == (weight == 0)
        if weight:
            earned = sum(line.earned for line in lines)
            assert value == round(10_000 * Fraction(earned) / weight)
            total += earned
    if scoring.score_calculated is not None:
        present = [value for value in (scoring.content, scoring.experience) if value is not None]
        assert min(present) <= scoring.score_calculated <= max(present)
        assert round(100 * total) == scoring.score_calculated


@given(calls())
def test_everything_na_or_blank_has_no_score(call: Any) -> None:
    document, given_answers, facts = call
    document["na_policy"] = "redistribute"
    nothing = {code: {"na": True} for code in given_answers}
    scoring = score(parse(document), nothing, facts)
    assert (
        scoring.score is scoring.score_calculated is scoring.content is scoring.experience is scoring.critical is None
    )
    assert scoring.outcome == "none"
    assert scoring.failed_by == scoring.failed_sections == ()


@given(calls())
def test_hidden_answers_change_nothing(call: Any) -> None:
    document, given_answers, facts = call
    definition = parse(document)
    shown = visible(definition, given_answers, facts)
    kept = {code: answer for code, answer in given_answers.items() if code in shown}
    assert score(definition, kept, facts) == score(definition, given_answers, facts)


@given(calls(), st.data())
def test_what_does_not_fit_the_call_is_as_if_it_was_never_answered(call: Any, data: st.DataObject) -> None:
    """Under every policy: marking items as unfit and leaving them out give the same call, to the last line of the trace."""
    document, given_answers, facts = call
    definition = parse(document)
    codes = sorted(given_answers)
    unfit = set(data.draw(st.lists(st.sampled_from(codes), unique=True))) if codes else set()
    mark = {"unfit": True, "comment": "A recording answered."}
    marked = {code: mark if code in unfit else answer for code, answer in given_answers.items()}
    removed = {code: answer for code, answer in given_answers.items() if code not in unfit}
    for policy in POLICIES:
        version = parse(document | {"na_policy": policy})
        assert score(version, marked, facts) == score(version, removed, facts)
    assert visible(definition, marked, facts) == visible(definition, removed, facts)
