"""Two versions of a checklist: what changed, by codes rather than positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from .shape import KINDS, KINDS_WITH, Definition, Item

_TEXTS: Final = ("title", "intro", "text", "help", "good", "bad", "label")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    `kind` is "added", "removed", "changed" or "moved"; `path` names the place by codes, not by positions
    (`items[greeting.own_name].options[no].points`); `before` and `after` are JSON values, `None` where there was
    nothing.
    """

    kind: str
    path: str
    before: object
    after: object


def as_document(definition: Definition) -> dict[str, Any]:
    """The definition as a complete JSON document, defaults written out; `parse` reads it back as an equal one."""
    return {
        "languages": list(definition.languages),
        "na_policy": definition.na_policy,
        "pass_mark": definition.pass_mark,
        "sections": [
            asdict(section) | {"items": [_item_document(item) for item in section.items]}
            for section in definition.sections
        ],
    }


def _item_document(item: Item) -> dict[str, Any]:
    document = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(item).items()}
    return {key: value for key, value in document.items() if item.kind in KINDS_WITH.get(key, KINDS)}


def compare(old: Definition, new: Definition) -> tuple[Change, ...]:
    """What changed from `old` to `new`: settings, then sections, then items.

    Sections, items and options are recognised by their code or value, so an item that went to another section is
    "moved", not removed and added. An order is reported only when what both versions have stands in another order.
    """
    before, after = as_document(old), as_document(new)
    changes = [
        Change("changed", key, before[key], after[key])
        for key in ("languages", "na_policy", "pass_mark")
        if before[key] != after[key]
    ]
    old_sections = {section["code"]: section for section in before["sections"]}
    new_sections = {section["code"]: section for section in after["sections"]}
    old_items = _taken_out(old_sections)
    new_items = _taken_out(new_sections)
    changes += _keyed_changes("sections", old_sections, new_sections)
    for section in new.sections:
        earlier = [item.code for each in old.sections if each.code == section.code for item in each.items]
        changes += _order_changes(f"sections[{section.code}].items", earlier, [item.code for item in section.items])
    for code in new_items:
        if code in old_items and (origin := old.section_of(code).code) != (place := new.section_of(code).code):
            changes.append(Change("moved", f"items[{code}].section", origin, place))
    changes += _keyed_changes("items", old_items, new_items, ordered=False)
    return tuple(changes)


def moved_keys(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """The fewest of the keys in both whose moving explains the new order, in that order.

    >>> moved_keys(["a", "b", "c", "d"], ["d", "a", "b", "c"])
    ('d',)
    """
    places = {key: place for place, key in enumerate(before)}
    kept = [key for key in after if key in places]
    # The longest run of keys that still rise stays where it is; at most a few hundred keys, so squared is quick.
    longest: list[list[str]] = []
    for key in kept:
        runs = [run for run in longest if places[run[-1]] < places[key]]
        best: list[str] = max(runs, key=len) if runs else []
        longest.append([*best, key])
    stays = frozenset(max(longest, key=len) if longest else ())
    return tuple(key for key in kept if key not in stays)


def _taken_out(sections: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The items of all sections by code, removed from their sections."""
    return {item["code"]: item for section in sections.values() for item in section.pop("items")}


def _keyed_changes(path: str, old: Mapping[str, Any], new: Mapping[str, Any], *, ordered: bool = True) -> list[Change]:
    changes = [Change("removed", f"{path}[{key}]", value, None) for key, value in old.items() if key not in new]
    changes += [Change("added", f"{path}[{key}]", None, value) for key, value in new.items() if key not in old]
    if ordered:
        changes += _order_changes(path, list(old), list(new))
    for key, value in new.items():
        if key in old:
            changes += _value_changes(f"{path}[{key}]", old[key], value)
    return changes


def _order_changes(path: str, old: list[str], new: list[str]) -> list[Change]:
    before = [key for key in old if key in new]
    after = [key for key in new if key in old]
    return [] if before == after else [Change("moved", path, before, after)]


def _value_changes(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for key in (*old, *(key for key in new if key not in old)):
        before, after = old.get(key), new.get(key)
        where = f"{path}.{key}"
        if before == after:
            continue
        if key == "options" and before and after:
            changes += _keyed_changes(where, {o["value"]: o for o in before}, {o["value"]: o for o in after})
        elif key in _TEXTS and before and after:
            changes += _value_changes(where, before, after)
        else:
            kind = "added" if before is None else "removed" if after is None else "changed"
            changes.append(Change(kind, where, before, after))
    return changes
