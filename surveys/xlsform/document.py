"""What was read, as a document: sections with their items, texts in the languages that the questions are in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.definition import MAX_TEXT, editing
from surveys.definition.editing import Document
from surveys.definition.parts import MAX_WEIGHT
from surveys.definition.reading import MAX_LANGUAGES

from .languages import EVERY


@dataclass(slots=True)
class Section:
    code: str
    title: dict[str, str]
    dimension: str
    weight: int | None
    intro: list[dict[str, str]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)


def section_document(section: Section) -> dict[str, Any]:
    weight = sum(item["weight"] for item in section.items)
    said = weight if section.weight is None else section.weight
    return {
        "code": section.code,
        "dimension": section.dimension,
        "weight": min(said, MAX_WEIGHT) if weight else 0,
        "title": section.title,
        "intro": joined(section.intro) or None,
        "items": section.items,
    }


def _only(value: Any, languages: Sequence[str]) -> Any:
    """Texts in these languages alone; words that are in none stand for all of them."""
    if isinstance(value, list):
        return [_only(each, languages) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _only(each, languages) for key, each in value.items()}
    for key in ("title", "intro", "text", "help", "label"):
        if isinstance(made.get(key), dict):
            texts = dict.fromkeys(languages, made[key][EVERY]) if EVERY in made[key] else made[key]
            made[key] = {code: words for code, words in texts.items() if code in languages} or (
                None if key in ("intro", "help") else dict.fromkeys(languages[:1], next(iter(texts.values()), "…"))
            )
    return made


def joined(parts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        for language, words in part.items():
            found[language] = f"{found[language]}\n\n{words}"[:MAX_TEXT] if language in found else words
    return found


def storable(words: str) -> str:
    return re.sub("[\x00\ud800-\udfff]", "", words)


def document_of(sections: Sequence[Section], untagged: str) -> Document:
    """The document of these sections; its languages are those of their titles and questions."""
    texts = [text for section in sections for text in (section.title, *(item["text"] for item in section.items))]
    found = dict.fromkeys(language for text in texts for language in text if language != EVERY)
    languages = list(found)[:MAX_LANGUAGES] or [untagged]
    document = {**editing.blank(languages), "sections": [section_document(section) for section in sections]}
    return editing.complete(_only(document, languages))
