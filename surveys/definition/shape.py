"""The words, limits and frozen objects that checklists are made of. The fields are the keys of the JSON document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

DIMENSIONS: Final = ("greeting", "phrasing", "callback", "listening", "tone", "other")
ASPECTS: Final = ("content", "experience")
NA_POLICIES: Final = ("redistribute", "keep_section_weight", "as_pass", "as_zero", "forbidden")
OPTION_KINDS: Final = ("yes_no", "single", "scale", "multiple")
SCORABLE_KINDS: Final = (*OPTION_KINDS, "number")
KINDS: Final = (*SCORABLE_KINDS, "text", "datetime", "phrase")
KINDS_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "options": OPTION_KINDS,
    "bands": ("number",),
    "minimum": ("number",),
    "maximum": ("number",),
    "unit": ("number",),
}
"""The item kinds that have a key; all kinds have the keys that are not listed."""
FAILS: Final = ("section", "call")
FATES: Final = (
    "helped",
    "right_person",
    "colleague",
    "voicemail",
    "callback_agreed",
    "ring_again",
    "disconnected",
    "unanswered",
)
RECORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "answered": ("yes_no",),
    "fate": ("single",),
    "seconds_to_answer": ("number",),
    "helped_at_once": ("yes_no",),
    "callback_offered": ("yes_no", "single"),
    "callback_due": ("datetime",),
    "callback_who": ("text",),
    "would_call_again": ("scale", "number"),
}
"""What an answer may record about its call, and the item kinds that can."""
REMARK_KINDS: Final = ("comment", "quote", "either")
REMARK_MOMENTS: Final = ("always", "low", "failing")
CALLER_STYLES: Final = ("calm", "dominant")
MAX_GRADE: Final = 10
"""Highest answer to "would you call again"; the lowest is 0."""
LOW_POINTS: Final = 50
"""An answer with fewer points than this is low."""

MAX_TEXT: Final = 4000
MAX_REASON: Final = 300
"""Of why an item does not fit a call: a few words."""
MAX_SECOND: Final = 86_400
MAX_PHRASES: Final = 50
MAX_NUMBER: Final = 10**12

DIGITS: Final = re.compile(r"[0-9]{1,5}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,12}([.,][0-9]{1,6})?")

Texts = Mapping[str, str]
Answers = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: its points (percent of the item) and what choosing it fails (`None`, "section", "call")."""

    value: str
    points: int
    label: Texts
    fails: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Points of a number up to and including `up_to`; `None` is without end."""

    up_to: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Which remark an answer needs ("comment", "quote", "either") and when ("always", "low", "failing")."""

    kind: str
    when: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `condition` is the checked JSON of the document, so that a browser can read it too."""

    code: str
    kind: str
    aspect: str
    weight: int
    text: Texts
    scored: bool = True
    required: bool = True
    na_allowed: bool = False
    critical: bool = False
    help: Texts | None = None
    good: Texts | None = None
    bad: Texts | None = None
    options: tuple[Option, ...] = ()
    bands: tuple[Band, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    condition: Mapping[str, Any] | None = None
    remark: Remark | None = None
    records: str | None = None

    def option(self, value: object) -> Option:
        """The option with this value; `ValueError` if there is none."""
        for option in self.options:
            if option.value == value:
                return option
        raise ValueError(f"{self.code}: {value!r} is not one of its options")

    def points_for(self, value: object) -> int | None:
        """Points 0..100 of a stored value, whether or not the item is scored; `None` for kinds without points.

        Raises `ValueError` naming the value when it cannot be an answer to this item.
        """
        if self.kind == "multiple":
            if not isinstance(value, list | tuple):
                raise ValueError(f"{self.code}: {value!r} is not a list of options")
            return min(100, sum(self.option(each).points for each in dict.fromkeys(value)))
        if self.options:
            return self.option(value).points
        if self.kind == "number":
            number = exact(value)
            for band in self.bands:
                if band.up_to is None or number <= band.up_to:
                    return band.points
        return None

    def fails_for(self, value: object) -> str | None:
        """What a stored value fails: `None`, "section" or "call" (the call when several ticked options differ)."""
        if not self.options:
            return None
        values = value if isinstance(value, list | tuple) else (value,)
        found = {self.option(each).fails for each in values}
        return "call" if "call" in found else "section" if "section" in found else None


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one dimension, with the section's weight in the form."""

    code: str
    dimension: str
    weight: int
    title: Texts
    items: tuple[Item, ...]
    intro: Texts | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A checklist version. Equal documents give equal definitions; hashable, so that plans can be cached by it."""

    languages: tuple[str, ...]
    na_policy: str
    pass_mark: int | None
    sections: tuple[Section, ...]
    items: tuple[Item, ...] = field(init=False, compare=False, repr=False)
    _items: Mapping[str, Item] = field(init=False, compare=False, repr=False)
    _sections: Mapping[str, Section] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        items = tuple(item for section in self.sections for item in section.items)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "_items", {item.code: item for item in items})
        object.__setattr__(
            self, "_sections", {item.code: section for section in self.sections for item in section.items}
        )

    def __hash__(self) -> int:
        return hash((self.na_policy, self.pass_mark, tuple(self._items)))

    def __contains__(self, code: object) -> bool:
        return code in self._items

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that have a section, in the fixed order of `DIMENSIONS`."""
        used = {section.dimension for section in self.sections}
        return tuple(dimension for dimension in DIMENSIONS if dimension in used)

    def item(self, code: str) -> Item:
        """The item with this code; `KeyError` if there is none."""
        return self._items[code]

    def section_of(self, code: str) -> Section:
        """The section that holds the item with this code; `KeyError` if there is none."""
        return self._sections[code]

    def recording(self, name: str) -> Item | None:
        """The item that records `name` (one of `RECORDS`) about the call, if any."""
        return next((item for item in self.items if item.records == name), None)


def text(mapping: Texts | None, language: str) -> str:
    """The text in `language`, else in its base language ("nl" for "nl-be"), else in the first one; "" without texts."""
    if not mapping:
        return ""
    for candidate in (language, language.partition("-")[0]):
        if candidate in mapping:
            return mapping[candidate]
    return next(iter(mapping.values()))


def exact(value: object) -> Fraction:
    """A stored number as an exact fraction: an integer or a decimal text. `ValueError` names anything else."""
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Fraction(value.replace(",", "."))
    raise ValueError(f"{value!r} is not a number")
