"""A document becomes a definition, or every reason why it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from .items import read_item
from .parts import Part, Reading
from .problems import DefinitionError, Problem, shown
from .shape import DIMENSIONS, NA_POLICIES, Definition, Section

MAX_SECTIONS: Final = 50
MAX_ITEMS: Final = 300
MAX_LANGUAGES: Final = 20
SECTION_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


def parse(document: object) -> Definition:
    """Read a checklist version's document.

    Args:
        document: the JSON document as Python values.

    Returns:
        The definition, with defaults filled in and every text in the order of the document's languages.

    Raises:
        DefinitionError: with every problem of the document, not only the first.
    """
    reading = Reading()
    definition = _definition(reading, document)
    if definition is None or reading.problems:
        raise DefinitionError(reading.problems)
    return definition


def attempt(document: object) -> tuple[Definition | None, tuple[Problem, ...]]:
    """What can be read of a document that may be unfinished, and everything that is wrong with it.

    Values with a problem are read as something harmless, and a condition with a problem as none, so that a draft can be
    shown and tried out.
    """
    reading = Reading()
    definition = _definition(reading, document)
    if definition is None or not reading.problems:
        return definition, tuple(reading.problems)
    sections = tuple(
        replace(section, items=tuple(replace(item, condition=_whole(item.condition)) for item in section.items))
        for section in definition.sections
    )
    return replace(definition, sections=sections), tuple(reading.problems)


def _whole(condition: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The condition when every part of it could be read."""
    if not condition:
        return None
    parts = [*condition.get("all", ()), *condition.get("any", ()), *([condition["not"]] if "not" in condition else ())]
    lists = "all" in condition or "any" in condition or "not" in condition
    return None if lists and (not parts or not all(map(_whole, parts))) else condition


def _definition(reading: Reading, document: object) -> Definition | None:
    part = reading.part(document, "", Definition)
    if part is None:
        return None
    reading.languages = _languages(part)
    reading.na_policy = part.choice("na_policy", NA_POLICIES, "redistribute")
    pass_mark = _pass_mark(part)
    if not part.has("sections"):
        return None
    rows = part.rows("sections", MAX_SECTIONS, empty="sections_missing")
    reading.all_codes = frozenset(code for _, row in rows for code in _item_codes(row))
    sections = tuple(filter(None, [_section(reading, row, path) for path, row in rows]))
    count = sum(len(section.items) for section in sections)
    if count > MAX_ITEMS:
        part.report("sections", "too_many", limit=MAX_ITEMS, count=count)
    return Definition(reading.languages, reading.na_policy, pass_mark, sections)


def _languages(part: Part) -> tuple[str, ...]:
    if not part.has("languages"):
        return ()
    found: list[str] = []
    for path, value in part.rows("languages", MAX_LANGUAGES, empty="languages_missing"):
        if not isinstance(value, str) or not LANGUAGE_CODE.fullmatch(value):
            part.reading.report(path, "language_invalid", value=shown(value))
        elif value in found:
            part.reading.report(path, "language_repeated", value=value)
        else:
            found.append(value)
    return tuple(found)


def _pass_mark(part: Part) -> int | None:
    value = part.integer("pass_mark", 0) if part.given("pass_mark") else None
    if value is not None and not 0 <= value <= 10_000:
        part.report("pass_mark", "pass_mark_range")
    return value


def _section(reading: Reading, row: object, path: str) -> Section | None:
    part = reading.part(row, path, Section)
    if part is None:
        return None
    code = part.code(SECTION_CODE, "section_code_invalid")
    if code in reading.sections:
        part.report("code", "section_code_repeated", value=code)
    reading.sections.add(code)
    dimension = part.choice("dimension", DIMENSIONS, "other")
    weight, title, intro = part.weight(), part.texts("title"), part.optional_texts("intro")
    if not part.has("items"):
        return None
    rows = part.rows("items", MAX_ITEMS, empty="items_missing")
    items = tuple(filter(None, [read_item(reading, each, where) for where, each in rows]))
    if rows and len(items) == len(rows) and weight and not sum(item.weight for item in items if item.scored):
        part.report("weight", "section_without_scored_item")
    return Section(code, dimension, weight, title, items, intro)


def _item_codes(section: object) -> Iterator[str]:
    items = section.get("items") if isinstance(section, Mapping) else None
    for item in items if isinstance(items, list | tuple) else ():
        if isinstance(item, Mapping) and isinstance(item.get("code"), str):
            yield item["code"]
