"""A draft's document is changed step by step: every function takes a document and returns a new one.

A draft need not be valid yet (`checking` says what is missing); it only has to have the form of a document, which
`complete` sees to. A step that names what is not there raises `KeyError`.
"""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, Final

from .items import YES_NO_LABELS, YES_NO_POINTS
from .shape import KINDS_WITH, SCORABLE_KINDS, Item

Document = dict[str, Any]

_DEFAULTS: Final = {f.name: f.default for f in fields(Item) if f.init and f.default is not MISSING}
_LISTS: Final = ("options", "bands")


def blank(languages: Iterable[str]) -> Document:
    """A checklist with nothing in it yet."""
    return {"languages": list(languages), "na_policy": "redistribute", "pass_mark": None, "sections": []}


def complete(document: Mapping[str, Any]) -> Document:
    """A copy with every key written out, so that pages and steps need not ask what is there."""
    made: Document = blank(()) | copy.deepcopy(dict(document))
    for section in made["sections"]:
        section.setdefault("intro", None)
        section["items"] = [_complete_item(item, made["languages"]) for item in section["items"]]
    return made


def _complete_item(item: Mapping[str, Any], languages: Iterable[str]) -> dict[str, Any]:
    kind = item["kind"]
    known = {**_DEFAULTS, "scored": kind in SCORABLE_KINDS, "aspect": "content", "minimum": 0, **item}
    known.setdefault("weight", 0)
    if kind == "yes_no":
        known["options"] = _yes_no(known["options"], languages)
    made = {key: value for key, value in known.items() if kind in KINDS_WITH.get(key, (kind,))}
    made |= {key: list(made[key]) for key in _LISTS if key in made}
    for option in made.get("options", ()):
        option.setdefault("points", 0)
        option.setdefault("fails", None)
    return made


def _yes_no(options: Iterable[Mapping[str, Any]], languages: Iterable[str]) -> list[dict[str, Any]]:
    given = {option.get("value"): option for option in options}
    made = []
    for value in ("yes", "no"):
        label = {code: words for code, words in YES_NO_LABELS[value].items() if code in languages}
        made.append({"value": value, "points": YES_NO_POINTS[value], "label": label} | dict(given.get(value, {})))
    return made


# Finding ---------------------------------------------------------------------------------------------------------------


def section_of(document: Document, code: str) -> dict[str, Any]:
    """The section with this code, itself, not a copy."""
    for section in document["sections"]:
        if section["code"] == code:
            return section  # type: ignore[no-any-return]
    raise KeyError(code)


def items_of(document: Document) -> Iterator[dict[str, Any]]:
    for section in document["sections"]:
        yield from section["items"]


def item_of(document: Document, code: str) -> dict[str, Any]:
    return _place(document, code)[0]["items"][_place(document, code)[1]]  # type: ignore[no-any-return]


def home_of(document: Document, code: str) -> dict[str, Any]:
    """The section that holds the item."""
    return _place(document, code)[0]


def earlier_items(document: Document, code: str | None, section: str) -> list[dict[str, Any]]:
    """Items before the one with this code, or before the end of a section for an item still to be added."""
    found: list[dict[str, Any]] = []
    for each in document["sections"]:
        for item in each["items"]:
            if item["code"] == code:
                return found
            found.append(item)
        if code is None and each["code"] == section:
            return found
    return found


def askers(document: Document, code: str) -> list[str]:
    """Codes of the items whose condition asks for this item."""
    return [item["code"] for item in items_of(document) if item["condition"] and code in _asked(item["condition"])]


def _asked(condition: Mapping[str, Any]) -> set[str]:
    parts = [*condition.get("all", ()), *condition.get("any", ()), *([condition["not"]] if "not" in condition else ())]
    return {condition["item"]} if "item" in condition else set().union(*(_asked(part) for part in parts))


def _place(document: Document, code: str) -> tuple[dict[str, Any], int]:
    for section in document["sections"]:
        for index, item in enumerate(section["items"]):
            if item["code"] == code:
                return section, index
    raise KeyError(code)


# Codes -----------------------------------------------------------------------------------------------------------------


def word(text: str, limit: int = 40) -> str:
    """A text as part of a code: small letters, digits and underscores, starting with a letter; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    kept = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return re.sub(r"^[^a-z]+", "", kept)[:limit].rstrip("_")


def fresh(wanted: str, taken: Iterable[str]) -> str:
    """The wanted code, or the first of `wanted_2`, `wanted_3` ... that is free."""
    taken = set(taken)
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    return found


def item_codes(document: Document) -> list[str]:
    return [item["code"] for item in items_of(document)]


def section_codes(document: Document) -> list[str]:
    return [section["code"] for section in document["sections"]]


# Sections --------------------------------------------------------------------------------------------------------------


def add_section(document: Document, section: Mapping[str, Any]) -> Document:
    made = copy.deepcopy(document)
    weights = [each["weight"] for each in made["sections"] if each["weight"]]
    given: dict[str, Any] = {"weight": round(sum(weights) / len(weights)) if weights else 1, "items": []}
    made["sections"].append({**given, **copy.deepcopy(dict(section))})
    return made


def put_section(document: Document, code: str, values: Mapping[str, Any]) -> Document:
    """The section with other values; its items and weight stay unless they are among them."""
    made = copy.deepcopy(document)
    section_of(made, code).update(copy.deepcopy(dict(values)))
    return made


def duplicate_section(document: Document, code: str) -> tuple[Document, str]:
    """The section once more after itself, with codes of its own; its conditions look at its own items."""
    made = copy.deepcopy(document)
    at = section_codes(made).index(code) if code in section_codes(made) else _missing(code)
    twin = copy.deepcopy(made["sections"][at])
    twin["code"] = fresh(code, section_codes(made))
    taken, renamed = set(item_codes(made)), {}
    for item in twin["items"]:
        renamed[item["code"]] = fresh(item["code"], taken)
        taken.add(renamed[item["code"]])
        item |= {"code": renamed[item["code"]], "records": None}
    for item in twin["items"]:
        item["condition"] = _renamed(item["condition"], lambda name: renamed.get(name, name))
    made["sections"].insert(at + 1, twin)
    return made, twin["code"]


def remove_section(document: Document, code: str) -> Document:
    made = copy.deepcopy(document)
    made["sections"].remove(section_of(made, code))
    return made


def move_section(document: Document, code: str, position: int) -> Document:
    """The section at another position (0 is first)."""
    made = copy.deepcopy(document)
    section = section_of(made, code)
    made["sections"].remove(section)
    made["sections"].insert(max(position, 0), section)
    return made


# Items -----------------------------------------------------------------------------------------------------------------


def add_item(document: Document, section: str, item: Mapping[str, Any], position: int | None = None) -> Document:
    """A new item, at the end of a section unless a position is named, weighing what its neighbours weigh on average."""
    made = copy.deepcopy(document)
    home = section_of(made, section)
    weights = [each["weight"] for each in home["items"] if each["scored"] and each["weight"]]
    given = dict(copy.deepcopy(item))
    given["weight"] = (round(sum(weights) / len(weights)) if weights else 1) if given["scored"] else 0
    home["items"].insert(len(home["items"]) if position is None else position, given)
    return made


def put_item(document: Document, code: str, item: Mapping[str, Any]) -> Document:
    """The item with other values. Conditions follow a new code; an item that comes to be scored gets a weight."""
    made = copy.deepcopy(document)
    section, index = _place(made, code)
    before, after = section["items"][index], copy.deepcopy(dict(item))
    if after["scored"] and not before["scored"] and not after["weight"]:
        weights = [each["weight"] for each in section["items"] if each["scored"] and each["weight"]]
        after["weight"] = round(sum(weights) / len(weights)) if weights else 1
    section["items"][index] = after
    if after["code"] != code:
        for each in items_of(made):
            each["condition"] = _renamed(each["condition"], lambda name: after["code"] if name == code else name)
    return made


def duplicate_item(document: Document, code: str) -> tuple[Document, str]:
    """The item once more after itself, under a code of its own; it records nothing, as only one item can."""
    section, index = _place(document, code)
    twin = {**section["items"][index], "code": fresh(code, item_codes(document)), "records": None}
    made = copy.deepcopy(document)
    section_of(made, section["code"])["items"].insert(index + 1, copy.deepcopy(twin))
    return made, twin["code"]


def remove_item(document: Document, code: str) -> Document:
    made = copy.deepcopy(document)
    section, index = _place(made, code)
    del section["items"][index]
    return made


def move_item(document: Document, code: str, section: str, position: int) -> Document:
    """The item in a section at a position (0 is first), counted without the item itself."""
    made = copy.deepcopy(document)
    home, index = _place(made, code)
    item = home["items"].pop(index)
    section_of(made, section)["items"].insert(max(position, 0), item)
    return made


def step_item(document: Document, code: str, by: int) -> Document:
    """One place up (-1) or down (1); past the end of its section into the next one."""
    home, index = _place(document, code)
    if 0 <= index + by < len(home["items"]):
        return move_item(document, code, home["code"], index + by)
    place = document["sections"].index(home) + by
    if not 0 <= place < len(document["sections"]):
        return document
    other = document["sections"][place]
    return move_item(document, code, other["code"], len(other["items"]) if by < 0 else 0)


def step_section(document: Document, code: str, by: int) -> Document:
    place = document["sections"].index(section_of(document, code)) + by
    return move_section(document, code, place) if 0 <= place < len(document["sections"]) else document


def set_weights(document: Document, sections: Mapping[str, int], items: Mapping[str, int]) -> Document:
    made = copy.deepcopy(document)
    for section in made["sections"]:
        section["weight"] = sections.get(section["code"], section["weight"])
    for item in items_of(made):
        item["weight"] = items.get(item["code"], item["weight"])
    return made


def _renamed(condition: Any, name: Callable[[str], str]) -> Any:
    if not condition:
        return condition
    if "item" in condition:
        return {**condition, "item": name(condition["item"])}
    made = {key: [_renamed(part, name) for part in condition[key]] for key in ("all", "any") if key in condition}
    return {**condition, **made, **({"not": _renamed(condition["not"], name)} if "not" in condition else {})}


def _missing(code: str) -> int:
    raise KeyError(code)


# Pieces: what one step changed, kept so that it can be taken back -------------------------------------------------------


def pieces(document: Document) -> dict[str, Any]:
    """The document in parts that can be changed and put back one by one; codes must be different."""
    found: dict[str, Any] = {"form": {**document, "sections": section_codes(document)}}
    for section in document["sections"]:
        found[f"section {section['code']}"] = {**section, "items": [item["code"] for item in section["items"]]}
        found |= {f"item {item['code']}": item for item in section["items"]}
    return found


def assembled(parts: Mapping[str, Any]) -> Document:
    """The document that these pieces make; `KeyError` when one is missing."""
    sections = [dict(parts[f"section {code}"]) for code in parts["form"]["sections"]]
    for section in sections:
        section["items"] = [parts[f"item {code}"] for code in section["items"]]
    return copy.deepcopy({**parts["form"], "sections": sections})


def patch(before: Document, after: Document) -> dict[str, list[Any]]:
    """The pieces that differ: {"item greeting.name": [before, after]}; `None` where there was nothing."""
    old, new = pieces(before), pieces(after)
    return {key: [old.get(key), new.get(key)] for key in {**old, **new} if old.get(key) != new.get(key)}


def taken_back(document: Document, changes: Mapping[str, list[Any]]) -> Document:
    """The document before these changes; `KeyError` when one of their pieces is different by now."""
    parts = pieces(document)
    for key, (before, after) in changes.items():
        if json.dumps(parts.get(key), sort_keys=True) != json.dumps(after, sort_keys=True):
            raise KeyError(key)
        if before is None:
            del parts[key]
        else:
            parts[key] = before
    return assembled(parts)
