"""Questions that evaluators marked as not fitting their call: what a checklist can learn from, gathered by question."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from surveys import definition
from surveys.models import Call

SHOWN: Final = 5
"""How many calls a question names; the others are counted."""


@dataclass(frozen=True, slots=True)
class UnfitMark:
    call: Call
    reason: str


@dataclass(frozen=True, slots=True)
class UnfitItem:
    """A question of a checklist with the latest calls that it did not fit."""

    checklist: str
    code: str
    text: str
    versions: tuple[int, ...]
    number: int
    marks: tuple[UnfitMark, ...]


def by_item(calls: Iterable[Call], language: str) -> list[UnfitItem]:
    """The question marked most often first; `calls` are the latest first, so each text is the latest wording."""
    found: dict[tuple[int, str], list[UnfitMark]] = {}
    for call in calls:
        for code, answer in call.answers.items():
            if answer.get("unfit"):
                mark = UnfitMark(call, answer.get("comment", ""))
                found.setdefault((call.version.checklist_id, code), []).append(mark)
    items = [_item(code, marks, language) for (_checklist, code), marks in found.items()]
    return sorted(items, key=lambda item: (-item.number, item.checklist, item.code))


def _item(code: str, marks: list[UnfitMark], language: str) -> UnfitItem:
    version = marks[0].call.version
    return UnfitItem(
        checklist=version.checklist.name,
        code=code,
        text=definition.text(version.definition.item(code).text, language),
        versions=tuple(sorted({mark.call.version.number for mark in marks})),
        number=len(marks),
        marks=tuple(marks[:SHOWN]),
    )
