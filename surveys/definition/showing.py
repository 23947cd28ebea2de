"""Which items are shown, given a call's answers and its scenario's facts, and which answers therefore belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from .shape import Answers, Definition, Facts, Section, exact

_Test = Callable[[Mapping[str, Any], Facts], bool]


def visible(definition: Definition, answers: Answers, facts: Facts) -> tuple[str, ...]:
    """Codes of the items shown for these answers and scenario facts, in the checklist's order.

    A test of an item that is hidden, blank, "not applicable" or does not fit the call is not met, and neither is a test of a fact that is not
    known; `not` turns that around like any other test. An answer that could not be stored meets no test of its value,
    so that a draft can always be shown.
    """
    shown: list[str] = []
    values: dict[str, Any] = {}
    for code, test, controls in _steps(definition):
        if test is not None and not test(values, facts):
            continue
        shown.append(code)
        if controls and (value := _value(answers.get(code))) is not None:
            values[code] = value
    return tuple(shown)


def relevant(definition: Definition, answers: Answers, facts: Facts) -> dict[str, Any]:
    """The answers that belong to the call: those of shown items, in the checklist's order, blanks left out."""
    return {code: answers[code] for code in visible(definition, answers, facts) if answers.get(code) is not None}


def reachable(definition: Definition, answers: Answers, facts: Facts, section: Section) -> tuple[str, ...]:
    """Codes of the section's items that are shown, or could be after other answers within the section itself.

    A page without script shows these: what its own answers will hide or show cannot be known before they are sent.
    """
    given = {code: _value(answers.get(code)) for code in visible(definition, answers, facts)}
    values = {code: value for code, value in given.items() if value is not None}
    found: list[str] = []
    for item in section.items:
        if item.condition is None or _possible(item.condition, values, facts, found) is not False:
            found.append(item.code)
    return tuple(found)


def _value(answer: object) -> Any:
    """What an answer says; `None` when it is blank, "not applicable" or no answer at all."""
    if not isinstance(answer, Mapping) or answer.get("na") or answer.get("unfit") or answer.get("value") == "":
        return None
    return answer.get("value")


def _possible(
    condition: Mapping[str, Any], values: Mapping[str, Any], facts: Facts, unsure: Sequence[str]
) -> bool | None:
    """Whether the condition is met; `None` when that depends on the answer to an item in `unsure`."""
    if "all" in condition or "any" in condition:
        wanted = "any" in condition
        parts = [_possible(part, values, facts, unsure) for part in condition["any" if wanted else "all"]]
        return wanted if wanted in parts else None if None in parts else not wanted
    if "not" in condition:
        inner = _possible(condition["not"], values, facts, unsure)
        return None if inner is None else not inner
    if condition.get("item") in unsure:
        return None
    return _compiled(condition)(values, facts)


@lru_cache(maxsize=256)
def _steps(definition: Definition) -> tuple[tuple[str, _Test | None, bool], ...]:
    """Per item: its code, its condition as a function, whether other conditions ask for its answer."""
    controlling = {code for item in definition.items if item.condition for code in _controls(item.condition)}
    return tuple(
        (item.code, _compiled(item.condition) if item.condition else None, item.code in controlling)
        for item in definition.items
    )


def _controls(condition: Mapping[str, Any]) -> Iterator[str]:
    if "item" in condition:
        yield condition["item"]
    for part in (*condition.get("all", ()), *condition.get("any", ())):
        yield from _controls(part)
    if "not" in condition:
        yield from _controls(condition["not"])


def _compiled(condition: Mapping[str, Any]) -> _Test:
    """The condition as a function of the values given so far and the scenario facts."""
    if "all" in condition:
        parts = [_compiled(part) for part in condition["all"]]
        return lambda values, facts: all(part(values, facts) for part in parts)
    if "any" in condition:
        parts = [_compiled(part) for part in condition["any"]]
        return lambda values, facts: any(part(values, facts) for part in parts)
    if "not" in condition:
        inner = _compiled(condition["not"])
        return lambda values, facts: not inner(values, facts)
    met = _value_test(condition)
    if "item" in condition:
        code: str = condition["item"]
        return lambda values, _facts: code in values and met(values[code])
    fact: str = condition["fact"]
    return lambda _values, facts: facts.get(fact) is not None and met(facts[fact])


def _value_test(condition: Mapping[str, Any]) -> Callable[[Any], bool]:
    if "is" in condition:
        wanted = tuple(condition["is"])
        return lambda value: any(each in wanted for each in value) if isinstance(value, list) else value in wanted
    if "answered" in condition:
        return lambda _value: True
    low, high = condition.get("at_least"), condition.get("at_most")

    def within(value: object) -> bool:
        try:
            number = exact(value)
        except ValueError:
            return False
        return (low is None or number >= low) and (high is None or number <= high)

    return within
