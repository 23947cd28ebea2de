"""Which column of a file is what: the targets there are, a suggestion by headings, and what stops a check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from surveys.definition import Definition, Item

from .cells import plain

FIXED: Final = ("external_id", "date", "time", "department", "scenario", "evaluator")
NEEDED: Final = ("external_id", "date", "department", "scenario")

# Headings that are understood without being told, per target; compared as `plain` gives them.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "external_id": (
        "external id", "extern id", "extern nummer", "id", "nummer", "number", "reference", "referentie", "kenmerk",
        "gesprek id", "call id",
    ),
    "date": (
        "date", "datum", "local date", "called at", "datum gesprek", "belldatum", "beldatum", "gebeld op",
        "datum en tijd", "call date",
    ),
    "time": ("time", "tijd", "tijdstip", "called at time", "beltijd", "uur"),
    "department": ("department", "department code", "afdeling", "afdelingscode", "department name", "team"),
    "scenario": ("scenario", "scenario code", "situatie"),
    "evaluator": ("evaluator", "beoordelaar", "mystery caller", "beller", "e mail", "email", "evaluator email"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may be mapped to: a fixed field, an item's answer, its comment or its quote."""

    key: str
    item: Item | None = None
    part: str = "value"


def targets(form: Definition) -> dict[str, Target]:
    """All that a column may be mapped to, by key: the fixed fields, then each item with its remarks."""
    found = {key: Target(key) for key in FIXED}
    for item in form.items:
        found[item.code] = Target(item.code, item)
        found[f"{item.code}:comment"] = Target(f"{item.code}:comment", item, "comment")
        found[f"{item.code}:quote"] = Target(f"{item.code}:quote", item, "quote")
    return found


def suggest(headings: tuple[str, ...], form: Definition) -> dict[str, str]:
    """{target: heading} for headings that name a target by its key, its usual words, or the item's question."""
    names: dict[str, str] = {}
    for target, words in HEADINGS.items():
        names |= dict.fromkeys(map(plain, words), target)
    for item in form.items:
        for name in (item.code, *item.text.values()):
            names.setdefault(plain(name), item.code)
        names[plain(f"{item.code} comment")] = f"{item.code}:comment"
        names[plain(f"{item.code} quote")] = f"{item.code}:quote"
    mapping: dict[str, str] = {}
    for heading in headings:
        target = names.get(plain(heading), "")
        if target and target not in mapping:
            mapping[target] = heading
    return mapping


def unmapped(form: Definition, mapping: Mapping[str, str]) -> list[str]:
    """Codes of scored items that no column answers: calls are scored on the others."""
    return [item.code for item in form.items if item.scored and item.code not in mapping]


def mapping_problems(mapping: Mapping[str, str], headings: tuple[str, ...], form: Definition) -> dict[str, str]:
    """{target: reason code} for what stops a check: a needed field without a column, an unknown column, one used twice.

    One column may hold both the date and the time.
    """
    problems = {key: "column_needed" for key in NEEDED if not mapping.get(key)}
    known = targets(form)
    used: dict[str, str] = {}
    for target, heading in mapping.items():
        if target not in known or heading not in headings:
            problems[target] = "column_unknown"
        elif heading in used and {target, used[heading]} != {"date", "time"}:
            problems[target] = "column_twice"
        used.setdefault(heading, target)
    return problems
