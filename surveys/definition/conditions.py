"""Conditions of a document are read: they may look back at earlier items and at the scenario's facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .parts import Part
from .problems import shown
from .shape import CALLER_STYLES, DIGITS, OPTION_KINDS, Item

MAX_DEPTH: Final = 8
MAX_PARTS: Final = 50
FACT_VALUES: Final[Mapping[str, Callable[[object], bool]]] = {
    "caller_style": lambda value: isinstance(value, str) and value in CALLER_STYLES,
    "attempt": lambda value: type(value) is int and value >= 1,
    "asked_person_absent": lambda value: isinstance(value, bool),
}


def read_condition(holder: Part, key: str, depth: int = 1) -> dict[str, Any]:
    """The condition under a key, as JSON of our own; {} where it has a problem."""
    return _condition(Part(holder.reading, holder.raw[key], holder.at(key)), depth)


def _condition(part: Part, depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        part.reading.report(part.path, "condition_deep", limit=MAX_DEPTH)
        return {}
    keys = set(part.raw) if isinstance(part.raw, Mapping) else set()
    if len(keys) == 1:
        (key,) = keys
        if key in ("all", "any"):
            rows = part.rows(key, MAX_PARTS, empty="condition_empty")
            return {key: [_condition(Part(part.reading, row, path), depth + 1) for path, row in rows]}
        if key == "not":
            return {"not": read_condition(part, "not", depth + 1)}
    if len(keys) == 2:
        test = next(iter(keys - {"item", "fact"}), None)
        if "item" in keys and test in ("is", "answered", "at_least", "at_most"):
            return _item_test(part, str(test))
        if "fact" in keys and test in ("is", "at_least", "at_most"):
            return _fact_test(part, str(test))
    part.reading.report(part.path, "condition_form")
    return {}


def _item_test(part: Part, test: str) -> dict[str, Any]:
    code, wanted = part.raw["item"], part.raw[test]
    item = part.reading.earlier.get(code) if isinstance(code, str) else None
    if item is None:
        later = isinstance(code, str) and code in part.reading.all_codes
        part.report("item", "condition_item_later" if later else "condition_item_unknown", item=shown(code))
        return {}
    if not _can_be_asked(item, test):
        part.report(test, "condition_kind", test=test, item=code, kind=item.kind)
        return {}
    if test == "is":
        wanted = [value for _, value in part.rows("is", MAX_PARTS, empty="condition_empty")]
        for value in wanted:
            if not isinstance(value, str) or value not in {option.value for option in item.options}:
                part.report("is", "condition_value", value=shown(value), item=code)
    elif test == "answered":
        if wanted is not True:
            part.report("answered", "condition_form")
    elif type(wanted) is not int:
        part.report(test, "not_integer")
    return {"item": code, test: wanted}


def _can_be_asked(item: Item, test: str) -> bool:
    """Options can be compared, numbers and numbered scales measured, anything be answered."""
    if test == "is":
        return item.kind in OPTION_KINDS
    graded = item.kind == "scale" and all(DIGITS.fullmatch(option.value) for option in item.options)
    return test == "answered" or item.kind == "number" or graded


def _fact_test(part: Part, test: str) -> dict[str, Any]:
    fact, wanted = part.choice("fact", FACT_VALUES, ""), part.raw[test]
    if not fact:
        return {}
    if test == "is":
        wanted = [value for _, value in part.rows("is", MAX_PARTS, empty="condition_empty")]
        for value in wanted:
            if not FACT_VALUES[fact](value):
                part.report("is", "condition_fact_value", value=shown(value), fact=fact)
    elif fact != "attempt":
        part.report(test, "condition_form")
    elif type(wanted) is not int:
        part.report(test, "not_integer")
    return {"fact": fact, test: wanted}
