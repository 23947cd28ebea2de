"""What to look at before a draft is published: what stops it, and what is only worth a second look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .problems import CHECKS, Problem
from .reach import unreachable
from .reading import attempt
from .shape import Definition, Item, Section

BLOCKS: Final = frozenset({"unreachable", "nothing_scored"})
EXPECTED: Final = ("nl", "en")

__all__ = ["CHECKS", "Finding", "check"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its place in the document, by position; `blocks` when publishing has to wait for it."""

    problem: Problem
    blocks: bool


def check(document: object) -> tuple[Finding, ...]:
    """Everything worth saying before publishing: what blocks first, each in the document's order."""
    definition, problems = attempt(document)
    found = [Finding(problem, blocks=True) for problem in problems]
    if definition is not None and definition.items:
        found += [Finding(problem, problem.code in BLOCKS) for problem in _looked_at(definition)]
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


def _looked_at(definition: Definition) -> Iterator[Problem]:
    if not any(s.weight and any(item.scored and item.weight for item in s.items) for s in definition.sections):
        yield Problem("", "nothing_scored")
    for language in EXPECTED:
        if language not in definition.languages:
            yield Problem("languages", "language_absent", {"language": language})
    if definition.recording("fate") is None:
        yield Problem("", "records_missing")
    never = frozenset(unreachable(definition))
    said: dict[tuple[str, str], str] = {}
    for number, section in enumerate(definition.sections):
        place = f"sections[{number}]"
        yield from _of_section(section, place)
        for index, item in enumerate(section.items):
            where = f"{place}.items[{index}]"
            if item.code in never:
                yield Problem(f"{where}.condition", "unreachable")
            yield from _of_item(item, where)
            yield from _said_before(item, where, said)


def _of_section(section: Section, place: str) -> Iterator[Problem]:
    counted = [item for item in section.items if item.scored and item.weight]
    if counted and not section.weight:
        yield Problem(f"{place}.weight", "section_weight_zero")
    elif counted and all(not item.required or item.na_allowed for item in counted):
        yield Problem(place, "section_only_optional")


def _of_item(item: Item, where: str) -> Iterator[Problem]:
    if item.scored and not item.weight:
        yield Problem(f"{where}.weight", "item_weight_zero")
    points = [option.points for option in item.options] or [band.points for band in item.bands]
    if item.scored and points and item.kind != "multiple":
        if len(set(points)) == 1:
            yield Problem(f"{where}.options", "points_equal")
        elif max(points) < 100:
            yield Problem(f"{where}.options", "points_never_full")
    elif item.scored and points and sum(points) < 100:
        yield Problem(f"{where}.options", "points_never_full")
    labels = [(language, option.label[language]) for option in item.options for language in option.label]
    for language, label in dict.fromkeys(pair for pair in labels if labels.count(pair) > 1):
        yield Problem(f"{where}.options", "label_repeated", {"language": language, "label": label})


def _said_before(item: Item, where: str, said: dict[tuple[str, str], str]) -> Iterator[Problem]:
    for language, words in item.text.items():
        key = (language, " ".join(words.split()).casefold())
        if key[1] and key in said:
            yield Problem(f"{where}.text.{language}", "text_repeated", {"language": language, "other": said[key]})
        said.setdefault(key, item.code)
