"""What the readers of a document share: its problems so far, and one object of it read key by key.

A value with a problem is read as something harmless, so that reading goes on and every problem is found in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from .problems import Problem, shown, unstorable
from .shape import KINDS_WITH, MAX_NUMBER, Item, Texts

MAX_WEIGHT: Final = 10_000


class Reading:
    """The reading of one document: its problems, and what its later parts are checked against."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.languages: tuple[str, ...] = ()
        self.na_policy = "redistribute"
        self.sections: set[str] = set()
        self.earlier: dict[str, Item] = {}
        self.all_codes: frozenset[str] = frozenset()
        self.recorded: set[str] = set()

    def report(self, path: str, code: str, /, **params: object) -> None:
        self.problems.append(Problem(path, code, params))

    def part(self, raw: object, path: str, shape: type) -> Part | None:
        """An object of the document with the keys of a dataclass; `None` when it is no object."""
        if not isinstance(raw, Mapping):
            self.report(path, "not_object")
            return None
        part = Part(self, raw, path)
        known = [field.name for field in fields(shape) if field.init]
        for key in raw:
            if key not in known:
                part.report(str(key), "key_unknown", key=str(key), known=", ".join(known))
        return part


class Part:
    """One object of the document at its place."""

    def __init__(self, reading: Reading, raw: Any, path: str) -> None:
        self.reading, self.raw, self.path = reading, raw, path

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def report(self, key: str, code: str, /, **params: object) -> None:
        self.reading.report(self.at(key), code, **params)

    def given(self, key: str) -> bool:
        """Whether an optional key has a value."""
        return self.raw.get(key) is not None

    def has(self, key: str) -> bool:
        """Whether a required key is there; reports when it is not."""
        if key not in self.raw:
            self.report(key, "key_missing", key=key)
        return key in self.raw

    def belongs(self, key: str, kind: str) -> bool:
        """Whether items of this kind have the key; reports a value where it does not belong."""
        if kind not in KINDS_WITH[key] and self.given(key):
            self.report(key, "key_not_for_kind", key=key, kind=kind)
        return kind in KINDS_WITH[key]

    def inner(self, key: str, shape: type) -> Part | None:
        return self.reading.part(self.raw[key], self.at(key), shape)

    def rows(self, key: str, limit: int, *, empty: str = "") -> list[tuple[str, Any]]:
        """The entries of a list, each with its place; `empty` is the problem of having none."""
        value = self.raw[key]
        if not isinstance(value, list | tuple):
            self.report(key, "not_list")
            return []
        if len(value) > limit:
            self.report(key, "too_many", limit=limit, count=len(value))
        if empty and not value:
            self.report(key, empty)
        return [(f"{self.at(key)}[{index}]", row) for index, row in enumerate(value[:limit])]

    def integer(self, key: str, default: int | None = None) -> int | None:
        """An integer or `default`; a missing one is reported only when there is no default."""
        if key not in self.raw:
            if default is None:
                self.has(key)
            return default
        value = self.raw[key]
        if type(value) is not int:
            self.report(key, "not_integer")
            return default
        if abs(value) > MAX_NUMBER:
            self.report(key, "number_too_large", limit=MAX_NUMBER)
            return default
        return value

    def weight(self, default: int | None = None) -> int:
        value = self.integer("weight", default)
        if value is None:
            return 1
        if value < 0:
            self.report("weight", "weight_negative")
            return 1
        if value > MAX_WEIGHT:
            self.report("weight", "weight_too_large", limit=MAX_WEIGHT)
            return 1
        return value

    def points(self, default: int | None = None) -> int:
        if "points" not in self.raw:
            if default is None:
                self.report("points", "points_missing")
            return default or 0
        value = self.integer("points", 0) or 0
        if not 0 <= value <= 100:
            self.report("points", "points_range")
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        value = self.raw.get(key, default)
        if not isinstance(value, bool):
            self.report(key, "not_boolean")
            return default
        return value

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        if not self.has(key):
            return default
        value, choices = self.raw[key], tuple(choices)
        if isinstance(value, str) and value in choices:
            return value
        self.report(key, "choice_unknown", value=shown(value), choices=", ".join(choices))
        return default

    def code(self, pattern: re.Pattern[str], problem: str) -> str:
        """The object's own code; "" when there is none."""
        if not self.has("code"):
            return ""
        value = self.raw["code"]
        if not isinstance(value, str) or len(value) > 100 or not pattern.fullmatch(value):
            self.report("code", problem, value=shown(value))
        return value if isinstance(value, str) else ""

    def optional_texts(self, key: str) -> Texts | None:
        return self.texts(key) if self.given(key) else None

    def texts(self, key: str) -> Texts:
        """A text in every language of the document, in the document's order of languages."""
        if not self.has(key):
            return {}
        value, languages = self.raw[key], self.reading.languages
        if not isinstance(value, Mapping):
            self.report(key, "not_object")
            return {}
        part = Part(self.reading, value, self.at(key))
        for language, words in value.items():
            if language not in languages:
                part.report(str(language), "language_unlisted", language=str(language))
            elif not isinstance(words, str):
                part.report(language, "not_text")
            elif problem := unstorable(part.at(language), words):
                self.reading.problems.append(problem)
        for language in languages:
            words = value.get(language, "")
            if isinstance(words, str) and not words.strip():
                part.report(language, "translation_missing", language=language)
        # A database may keep keys in its own order; the languages' order decides what `text` falls back to.
        return {language: value[language] for language in languages if isinstance(value.get(language), str)}
