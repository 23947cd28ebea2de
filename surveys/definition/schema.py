"""The JSON Schema of a checklist's document: what other programs can check before they send one.

It says what a schema can say: keys, types, words, lengths, ranges. What only shows between parts of a document (codes that
repeat, conditions on later items, texts missing in a language) `parse` says. Every document that `parse` takes is valid here.
"""

from __future__ import annotations

from typing import Any, Final

from .conditions import MAX_PARTS
from .items import ITEM_CODE, MAX_OPTIONS, OPTION_VALUE
from .parts import MAX_WEIGHT
from .reading import LANGUAGE_CODE, MAX_ITEMS, MAX_LANGUAGES, MAX_SECTIONS, SECTION_CODE
from .shape import (
    ASPECTS,
    CALLER_STYLES,
    DIMENSIONS,
    FAILS,
    KINDS,
    KINDS_WITH,
    MAX_NUMBER,
    MAX_TEXT,
    NA_POLICIES,
    RECORDS,
    REMARK_KINDS,
    REMARK_MOMENTS,
    SCORABLE_KINDS,
)

_INTEGER: Final = {"type": "integer", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}
_BOOLEAN: Final = {"type": "boolean"}
_TEXTS: Final = {"$ref": "#/$defs/texts"}


def json_schema() -> dict[str, Any]:
    """The schema, JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:klankbord:checklist:1",
        "title": "Klankbord checklist",
        "description": "One version of a checklist: sections, their items with answers and points, conditions.",
        **_object(
            {
                "languages": {
                    "type": "array", "minItems": 1, "maxItems": MAX_LANGUAGES, "uniqueItems": True,
                    "items": {"type": "string", "pattern": f"^{LANGUAGE_CODE.pattern}$"},
                },
                "na_policy": {"enum": list(NA_POLICIES)},
                "pass_mark": {
                    "description": "Hundredths of a point.",
                    "anyOf": [{"type": "integer", "minimum": 0, "maximum": 10_000}, {"type": "null"}],
                },
                "sections": _list({"$ref": "#/$defs/section"}, 1, MAX_SECTIONS),
            },
            required=("languages", "na_policy", "sections"),
        ),
        "$defs": _definitions(),
    }  # fmt: skip


def _definitions() -> dict[str, Any]:
    return {
        "texts": {
            "description": "One text in every language of the checklist, by language code.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": f"^{LANGUAGE_CODE.pattern}$"},
            "additionalProperties": {"type": "string", "maxLength": MAX_TEXT, "pattern": r"\S"},
        },
        "section": _object(
            {
                "code": {"type": "string", "maxLength": 100, "pattern": f"^{SECTION_CODE.pattern}$"},
                "dimension": {"enum": list(DIMENSIONS)},
                "weight": {"type": "integer", "minimum": 0, "maximum": MAX_WEIGHT},
                "title": _TEXTS,
                "intro": _or_null(_TEXTS),
                "items": _list({"$ref": "#/$defs/item"}, 1, MAX_ITEMS),
            },
            required=("code", "dimension", "weight", "title", "items"),
        ),
        "item": _item(),
        "option": _object(
            {
                "value": {"type": "string", "pattern": f"^{OPTION_VALUE.pattern}$"},
                "points": {"$ref": "#/$defs/points"},
                "label": _TEXTS,
                "fails": {"enum": [*FAILS, None]},
            },
            required=("value",),
        ),
        "band": _object({"up_to": _or_null(_INTEGER), "points": {"$ref": "#/$defs/points"}}, required=("up_to",)),
        "points": {"type": "integer", "minimum": 0, "maximum": 100},
        "condition": _condition(),
    }


def _item() -> dict[str, Any]:
    keys = {
        "code": {"type": "string", "maxLength": 100, "pattern": f"^{ITEM_CODE.pattern}$"},
        "kind": {"enum": list(KINDS)},
        "aspect": {"enum": list(ASPECTS)},
        "weight": {"type": "integer", "minimum": 0, "maximum": MAX_WEIGHT},
        "text": _TEXTS,
        "scored": _BOOLEAN,
        "required": _BOOLEAN,
        "na_allowed": _BOOLEAN,
        "critical": _BOOLEAN,
        "help": _or_null(_TEXTS),
        "good": _or_null(_TEXTS),
        "bad": _or_null(_TEXTS),
        "options": _or_null(_list({"$ref": "#/$defs/option"}, 0, MAX_OPTIONS)),
        "bands": _or_null(_list({"$ref": "#/$defs/band"}, 0, MAX_OPTIONS)),
        "minimum": _or_null(_INTEGER),
        "maximum": _or_null(_INTEGER),
        "unit": {"type": ["string", "null"]},
        "condition": _or_null({"$ref": "#/$defs/condition"}),
        "remark": _or_null(
            _object({"kind": {"enum": list(REMARK_KINDS)}, "when": {"enum": list(REMARK_MOMENTS)}}, ("kind", "when"))
        ),
        "records": {"enum": [*RECORDS, None]},
    }
    only = [
        {"if": _kind_not_in(kinds), "then": {"properties": {key: {"type": "null"}}}}
        for key, kinds in KINDS_WITH.items()
    ]
    unscored = {"if": _kind_not_in(SCORABLE_KINDS), "then": {"properties": {"scored": {"const": False}}}}
    chosen = {
        "if": {"properties": {"kind": {"enum": ["single", "scale", "multiple"]}}, "required": ["kind"]},
        "then": {"required": ["options"], "properties": {"options": {"type": "array", "minItems": 2}}},
    }
    yes_no = {
        "if": {"properties": {"kind": {"const": "yes_no"}}, "required": ["kind"]},
        "then": {"properties": {"options": {"items": {"properties": {"value": {"enum": ["yes", "no"]}}}}}},
    }
    return _object(keys, ("code", "kind", "text")) | {"allOf": [*only, unscored, chosen, yes_no]}


def _kind_not_in(kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"properties": {"kind": {"not": {"enum": list(kinds)}}}, "required": ["kind"]}


def _condition() -> dict[str, Any]:
    again = {"$ref": "#/$defs/condition"}
    code = {"type": "string"}
    texts = _list({"type": "string"}, 1, MAX_PARTS)
    facts: dict[str, dict[str, Any]] = {"caller_style": {"enum": list(CALLER_STYLES)}, "asked_person_absent": _BOOLEAN}
    facts["attempt"] = {"type": "integer", "minimum": 1}
    tests: list[dict[str, Any]] = [
        *({key: _list(again, 1, MAX_PARTS)} for key in ("all", "any")),
        {"not": again},
        {"item": code, "is": texts},
        {"item": code, "answered": {"const": True}},
        *({"item": code, key: {"type": "integer"}} for key in ("at_least", "at_most")),
        *({"fact": {"const": fact}, "is": _list(value, 1, MAX_PARTS)} for fact, value in facts.items()),
        *({"fact": {"const": "attempt"}, key: {"type": "integer"}} for key in ("at_least", "at_most")),
    ]
    return {"anyOf": [_object(test, tuple(test)) for test in tests]}


def _object(properties: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
