"""A checklist version's document: read it, decide what is shown, check the answers, compare two versions.

The document is JSON (sections, items, options, bands, conditions); `parse` turns it into frozen objects or names every
problem in one go. The rest of the module answers the questions the form, the API and the importer ask about one call's
answers: which items are shown (`visible`), what one answer looks like when it is stored (`clean_answer`), what stops
submitting (`check_answers`), which answers belong to the call (`relevant`).

Plain Python: no Django, no clock, no random source. Words shown to people are in `MESSAGES` (English templates) and are
translated by the caller.

Answers are one mapping keyed by item code: `{"value": X, "comment": "..", "quote": "..", "second": 192}` or
`{"na": True, "comment": ".."}`, where X is

| kind | X |
|---|---|
| yes_no, single, scale | the option's value |
| multiple | a list of option values; an empty list is an answer, a missing value is not |
| number | an integer, or a decimal as text ("12.5"), so that it stays exact |
| text | text |
| datetime | "YYYY-MM-DDTHH:MM", with or without seconds and an offset |
| phrase | a list of {"phrase": code or "", "quote": text, "second": integer or None} |
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

DIMENSIONS: Final = ("greeting", "phrasing", "callback", "listening", "tone", "other")
ASPECTS: Final = ("content", "experience")
NA_POLICIES: Final = ("redistribute", "keep_section_weight", "as_pass", "as_zero", "forbidden")
OPTION_KINDS: Final = ("yes_no", "single", "scale", "multiple")
SCORABLE_KINDS: Final = (*OPTION_KINDS, "number")
KINDS: Final = (*SCORABLE_KINDS, "text", "datetime", "phrase")
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
MAX_SECOND: Final = 86_400
MAX_PHRASES: Final = 50
MAX_WEIGHT: Final = 10_000
MAX_SECTIONS: Final = 50
MAX_ITEMS: Final = 300
MAX_OPTIONS: Final = 50
MAX_CONDITION_DEPTH: Final = 8
_MAX_NUMBER: Final = 10**12
_YEARS: Final = range(1900, 2201)

_ITEM_CODE: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_SECTION_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
_OPTION_VALUE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_PHRASE_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,99}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,12}([.,][0-9]{1,6})?")
_SECOND: Final = re.compile(r"[0-9]{1,5}")
_DATETIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

_YES_NO_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "yes": {"nl": "Ja", "en": "Yes"},
    "no": {"nl": "Nee", "en": "No"},
}
_YES_NO_POINTS: Final[Mapping[str, int]] = {"yes": 100, "no": 0}

MESSAGES: Final[dict[str, str]] = {
    # the document
    "not_object": "Write an object with named keys here.",
    "not_list": "Write a list here.",
    "key_missing": "Add “%(key)s”.",
    "key_unknown": "Remove “%(key)s”: it is not known here. Known are: %(known)s.",
    "not_text": "Write a text here.",
    "not_integer": "Write a whole number here.",
    "not_boolean": "Write true or false here.",
    "choice_unknown": "“%(value)s” is not possible here. Choose one of: %(choices)s.",
    "too_many": "At most %(limit)s are possible here; there are %(count)s.",
    "languages_missing": "Name at least one language, such as “nl”.",
    "language_invalid": "“%(value)s” is not a language code. Write one such as “nl” or “en”.",
    "language_repeated": "“%(value)s” is listed twice.",
    "language_unlisted": "“%(language)s” is not a language of this checklist. Add the language, or remove this text.",
    "translation_missing": "Add the text in “%(language)s”.",
    "pass_mark_range": "The pass mark must lie between 0 and 10000 (hundredths of a point).",
    "sections_missing": "Add at least one section.",
    "items_missing": "Add at least one item to this section.",
    "section_code_invalid": "“%(value)s” cannot be a section code. Use small letters, digits and underscores.",
    "section_code_repeated": "Another section already has the code “%(value)s”.",
    "item_code_invalid": "“%(value)s” cannot be an item code. Write it as “greeting.own_name”.",
    "item_code_repeated": "Another item already has the code “%(value)s”.",
    "weight_negative": "A weight cannot be below 0.",
    "weight_too_large": "A weight cannot be above %(limit)s.",
    "section_without_scored_item": "Give this section a scored item with a weight above 0, or set its weight to 0.",
    "never_scored": "An item of the kind “%(kind)s” is never scored. Set “scored” to false.",
    "na_forbidden": "This checklist forbids “not applicable”. Do not allow it here, or choose another policy.",
    "key_not_for_kind": "An item of the kind “%(kind)s” has no “%(key)s”. Remove it.",
    "options_too_few": "Give at least two options.",
    "options_yes_no": "A yes/no item only has the options “yes” and “no”.",
    "option_value_invalid": "“%(value)s” cannot be an option value. Use small letters, digits, - and _.",
    "option_value_repeated": "Another option already has the value “%(value)s”.",
    "points_missing": "Give this option its points, 0 to 100.",
    "points_range": "Points must lie between 0 and 100.",
    "bands_missing": "Give bands, so that a number has points, or set “scored” to false.",
    "bands_order": "Bounds must rise from band to band.",
    "bands_open": "Only the last band is open: its “up_to” is null.",
    "range_reversed": "The minimum is above the maximum.",
    "number_too_large": "Write a number between -%(limit)s and %(limit)s.",
    "condition_form": 'Write a condition such as {"item": "greeting.answered", "is": ["yes"]}.',
    "condition_deep": "This condition is nested too deeply. At most %(limit)s levels are possible.",
    "condition_empty": "Name at least one value or condition here.",
    "condition_item_unknown": "There is no item “%(item)s”.",
    "condition_item_later": "“%(item)s” does not come before this item. A condition can only look back.",
    "condition_kind": "“%(test)s” cannot be asked of “%(item)s”, which is of the kind “%(kind)s”.",
    "condition_value": "“%(value)s” is not an option of “%(item)s”.",
    "condition_fact_value": "“%(value)s” is not a possible value of “%(fact)s”.",
    "remark_unscored": "An item without a score has no low answers. Use “always” or “failing”.",
    "records_repeated": "Another item already records “%(value)s”.",
    "records_kind": "“%(records)s” cannot be recorded by an item of the kind “%(kind)s”. Possible are: %(kinds)s.",
    "records_fate": "“%(value)s” is not one of the ways a call can end: %(choices)s.",
    "records_range": "The answers must be whole numbers from 0 to 10.",
    # one answer
    "answer_not_object": "This answer cannot be read. Answer the question again.",
    "answer_key_unknown": "“%(key)s” is not part of an answer. Remove it.",
    "answer_type": "This answer does not fit the question. Answer it again.",
    "na_type": "“Not applicable” is either true or false.",
    "na_not_allowed": "“Not applicable” is not possible for this question. Choose an answer.",
    "na_with_value": "Choose either an answer or “not applicable”, not both.",
    "option_unknown": "“%(value)s” is not one of the answers. Choose one from the list.",
    "number_invalid": "Enter a number, such as 12 or 12.5.",
    "number_low": "Enter %(minimum)s or more.",
    "number_high": "Enter %(maximum)s or less.",
    "text_too_long": "Shorten this text to %(limit)s characters; it has %(length)s.",
    "text_characters": "This text holds a character that cannot be stored. Remove it, or type the text again.",
    "datetime_invalid": "Enter a date and time that exist, such as 2026-03-31T14:30.",
    "second_invalid": "Enter the moment in the call as whole seconds, from 0 to %(limit)s.",
    "phrase_code": "Choose a phrase from the phrase bank.",
    "phrase_empty": "Choose a phrase, or write down what was said.",
    "phrases_too_many": "Note at most %(limit)s phrases.",
    # submitting
    "item_unknown": "This question is not part of the checklist. Remove the answer.",
    "answer_required": "Answer this question.",
    "answer_required_or_na": "Answer this question, or choose “not applicable”.",
    "comment_required": "Add a comment that explains this answer.",
    "quote_required": "Write down what was said, word for word.",
    "remark_required": "Add a comment, or write down what was said.",
}
"""English template of every problem code; `%(name)s` stands for a parameter of the problem."""

Texts = Mapping[str, str]
Answers = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, which (a key of `MESSAGES`) and the words to fill in.

    `path` is a place in the document (`sections[0].items[2].weight`) or, for answers, the item code.
    """

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The problem in English, without its place."""
        return MESSAGES[self.code] % self.params

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DefinitionError(ValueError):
    """A document that is not a checklist version; `problems` holds every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class AnswerError(ValueError):
    """An answer that cannot be stored; `problem` says why and its path is the item code."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


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


# Reading the document ------------------------------------------------------------------------------------------------


def parse(document: object) -> Definition:
    """Read a checklist version's document.

    Args:
        document: the JSON document as Python values.

    Returns:
        The definition, with defaults filled in and every text in the order of the document's languages.

    Raises:
        DefinitionError: with every problem of the document, not only the first.
    """
    reader = _Reader()
    definition = reader.definition(document)
    if definition is None or reader.problems:
        raise DefinitionError(reader.problems)
    return definition


_DOCUMENT_KEYS: Final = ("languages", "na_policy", "pass_mark", "sections")
_SECTION_KEYS: Final = ("code", "dimension", "weight", "title", "intro", "items")
_ITEM_KEYS: Final = (
    "code",
    "kind",
    "aspect",
    "weight",
    "scored",
    "required",
    "na_allowed",
    "critical",
    "text",
    "help",
    "good",
    "bad",
    "options",
    "bands",
    "minimum",
    "maximum",
    "unit",
    "condition",
    "remark",
    "records",
)
_MISSING: Final = object()


class _Reader:
    """Reads a document and collects its problems; a part with a problem is read as something harmless and goes on."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.languages: tuple[str, ...] = ()
        self.na_policy = "redistribute"
        self.earlier: dict[str, Item] = {}
        self.all_codes: frozenset[str] = frozenset()
        self.recorded: set[str] = set()

    def report(self, path: str, code: str, **params: object) -> None:
        self.problems.append(Problem(path, code, params))

    # values

    def object_(self, raw: object, path: str, known: tuple[str, ...]) -> Mapping[str, Any] | None:
        if not isinstance(raw, Mapping):
            self.report(path, "not_object")
            return None
        for key in raw:
            if key not in known:
                self.report(_join(path, str(key)), "key_unknown", key=str(key), known=", ".join(known))
        return raw

    def list_(self, raw: object, path: str, limit: int) -> list[Any]:
        if not isinstance(raw, list | tuple):
            self.report(path, "not_list")
            return []
        if len(raw) > limit:
            self.report(path, "too_many", limit=limit, count=len(raw))
        return list(raw[:limit])

    def integer(self, raw: Mapping[str, Any], key: str, path: str, default: int | None = None) -> int | None:
        """An integer or `default`; reports a missing one only when there is no default."""
        value = raw.get(key, _MISSING)
        if value is _MISSING:
            if default is None:
                self.report(_join(path, key), "key_missing", key=key)
            return default
        if type(value) is not int:
            self.report(_join(path, key), "not_integer")
            return default
        if abs(value) > _MAX_NUMBER:
            self.report(_join(path, key), "number_too_large", limit=_MAX_NUMBER)
            return default
        return value

    def weight(self, raw: Mapping[str, Any], path: str, default: int | None = None) -> int:
        value = self.integer(raw, "weight", path, default)
        if value is None:
            return 1
        if value < 0:
            self.report(_join(path, "weight"), "weight_negative")
            return 1
        if value > MAX_WEIGHT:
            self.report(_join(path, "weight"), "weight_too_large", limit=MAX_WEIGHT)
            return 1
        return value

    def points(self, raw: Mapping[str, Any], path: str, default: int | None) -> int:
        if "points" not in raw:
            if default is None:
                self.report(_join(path, "points"), "points_missing")
            return default or 0
        value = self.integer(raw, "points", path, 0) or 0
        if not 0 <= value <= 100:
            self.report(_join(path, "points"), "points_range")
        return value

    def boolean(self, raw: Mapping[str, Any], key: str, path: str, *, default: bool) -> bool:
        value = raw.get(key, default)
        if not isinstance(value, bool):
            self.report(_join(path, key), "not_boolean")
            return default
        return value

    def choice(self, value: object, path: str, choices: Iterable[str], default: str) -> str:
        choices = tuple(choices)
        if isinstance(value, str) and value in choices:
            return value
        self.report(path, "choice_unknown", value=_shown(value), choices=", ".join(choices))
        return default

    def required_choice(self, raw: Mapping[str, Any], key: str, path: str, choices: Iterable[str], default: str) -> str:
        if key not in raw:
            self.report(_join(path, key), "key_missing", key=key)
            return default
        return self.choice(raw[key], _join(path, key), choices, default)

    def texts(self, raw: Mapping[str, Any], key: str, path: str) -> Texts:
        if key not in raw:
            self.report(_join(path, key), "key_missing", key=key)
            return {}
        return self.translations(raw[key], _join(path, key))

    def optional_texts(self, raw: Mapping[str, Any], key: str, path: str) -> Texts | None:
        return None if raw.get(key) is None else self.translations(raw[key], _join(path, key))

    def translations(self, value: object, path: str) -> Texts:
        if not isinstance(value, Mapping):
            self.report(path, "not_object")
            return {}
        for language, words in value.items():
            if language not in self.languages:
                self.report(_join(path, str(language)), "language_unlisted", language=str(language))
            elif not isinstance(words, str):
                self.report(_join(path, language), "not_text")
            elif len(words) > MAX_TEXT:
                self.report(_join(path, language), "text_too_long", limit=MAX_TEXT, length=len(words))
            elif _UNSTORABLE.search(words):
                self.report(_join(path, language), "text_characters")
        for language in self.languages:
            words = value.get(language, "")
            if isinstance(words, str) and not words.strip():
                self.report(_join(path, language), "translation_missing", language=language)
        # A database may keep keys in its own order; the languages' order decides what `text` falls back to.
        return {language: value[language] for language in self.languages if isinstance(value.get(language), str)}

    # parts

    def definition(self, document: object) -> Definition | None:
        raw = self.object_(document, "", _DOCUMENT_KEYS)
        if raw is None:
            return None
        self.languages = self.read_languages(raw)
        self.na_policy = self.required_choice(raw, "na_policy", "", NA_POLICIES, "redistribute")
        pass_mark = self.read_pass_mark(raw)
        if "sections" not in raw:
            self.report("sections", "key_missing", key="sections")
            return None
        rows = self.list_(raw["sections"], "sections", MAX_SECTIONS)
        if not rows and isinstance(raw["sections"], list | tuple):
            self.report("sections", "sections_missing")
        self.all_codes = frozenset(_item_codes(rows))
        codes: set[str] = set()
        sections = [self.section(row, f"sections[{index}]", codes) for index, row in enumerate(rows)]
        count = sum(len(section.items) for section in sections if section)
        if count > MAX_ITEMS:
            self.report("sections", "too_many", limit=MAX_ITEMS, count=count)
        return Definition(self.languages, self.na_policy, pass_mark, tuple(filter(None, sections)))

    def read_languages(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        if "languages" not in raw:
            self.report("languages", "key_missing", key="languages")
            return ()
        found: list[str] = []
        rows = self.list_(raw["languages"], "languages", 20)
        for index, value in enumerate(rows):
            if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
                self.report(f"languages[{index}]", "language_invalid", value=_shown(value))
            elif value in found:
                self.report(f"languages[{index}]", "language_repeated", value=value)
            else:
                found.append(value)
        if not rows and isinstance(raw["languages"], list | tuple):
            self.report("languages", "languages_missing")
        return tuple(found)

    def read_pass_mark(self, raw: Mapping[str, Any]) -> int | None:
        value = raw.get("pass_mark")
        if value is None:
            return None
        if type(value) is not int:
            self.report("pass_mark", "not_integer")
            return None
        if not 0 <= value <= 10_000:
            self.report("pass_mark", "pass_mark_range")
        return value

    def section(self, row: object, path: str, codes: set[str]) -> Section | None:
        raw = self.object_(row, path, _SECTION_KEYS)
        if raw is None:
            return None
        code = self.code(raw, path, _SECTION_CODE, "section")
        if code in codes:
            self.report(_join(path, "code"), "section_code_repeated", value=code)
        codes.add(code)
        dimension = self.required_choice(raw, "dimension", path, DIMENSIONS, "other")
        weight = self.weight(raw, path)
        title = self.texts(raw, "title", path)
        intro = self.optional_texts(raw, "intro", path)
        if "items" not in raw:
            self.report(_join(path, "items"), "key_missing", key="items")
            return None
        rows = self.list_(raw["items"], _join(path, "items"), MAX_ITEMS)
        if not rows and isinstance(raw["items"], list | tuple):
            self.report(_join(path, "items"), "items_missing")
        read = [self.item(each, f"{path}.items[{index}]") for index, each in enumerate(rows)]
        items = tuple(filter(None, read))
        if rows and len(items) == len(rows) and weight and not sum(item.weight for item in items if item.scored):
            self.report(_join(path, "weight"), "section_without_scored_item")
        return Section(code, dimension, weight, title, items, intro)

    def code(self, raw: Mapping[str, Any], path: str, pattern: re.Pattern[str], what: str) -> str:
        if "code" not in raw:
            self.report(_join(path, "code"), "key_missing", key="code")
            return ""
        value = raw["code"]
        if not isinstance(value, str) or len(value) > 100 or not pattern.fullmatch(value):
            self.report(_join(path, "code"), f"{what}_code_invalid", value=_shown(value))
        return value if isinstance(value, str) else ""

    def item(self, row: object, path: str) -> Item | None:
        raw = self.object_(row, path, _ITEM_KEYS)
        if raw is None:
            return None
        code = self.code(raw, path, _ITEM_CODE, "item")
        if code in self.earlier:
            self.report(_join(path, "code"), "item_code_repeated", value=code)
        kind = self.required_choice(raw, "kind", path, KINDS, "text")
        scored = self.boolean(raw, "scored", path, default=kind in SCORABLE_KINDS)
        if scored and kind not in SCORABLE_KINDS:
            self.report(_join(path, "scored"), "never_scored", kind=kind)
            scored = False
        na_allowed = self.boolean(raw, "na_allowed", path, default=False)
        if na_allowed and self.na_policy == "forbidden":
            self.report(_join(path, "na_allowed"), "na_forbidden")
        minimum, maximum = self.range(raw, path, kind)
        item = Item(
            code=code,
            kind=kind,
            aspect=self.aspect(raw, path, scored=scored),
            weight=self.weight(raw, path, None if scored else 0),
            text=self.texts(raw, "text", path),
            scored=scored,
            required=self.boolean(raw, "required", path, default=True),
            na_allowed=na_allowed,
            critical=self.boolean(raw, "critical", path, default=False),
            help=self.optional_texts(raw, "help", path),
            good=self.optional_texts(raw, "good", path),
            bad=self.optional_texts(raw, "bad", path),
            options=self.options(raw, path, kind, scored=scored),
            bands=self.bands(raw, path, kind, scored=scored),
            minimum=minimum,
            maximum=maximum,
            unit=self.unit(raw, path, kind),
            condition=self.item_condition(raw, path),
            remark=self.remark(raw, path, scored=scored),
            records=self.records(raw, path),
        )
        self.check_records(item, path)
        if code:
            self.earlier.setdefault(code, item)
        return item

    def aspect(self, raw: Mapping[str, Any], path: str, *, scored: bool) -> str:
        if "aspect" not in raw and not scored:
            return "content"
        return self.required_choice(raw, "aspect", path, ASPECTS, "content")

    def range(self, raw: Mapping[str, Any], path: str, kind: str) -> tuple[int | None, int | None]:
        if kind != "number":
            for key in ("minimum", "maximum"):
                if raw.get(key) is not None:
                    self.report(_join(path, key), "key_not_for_kind", key=key, kind=kind)
            return None, None
        minimum = None if raw.get("minimum", 0) is None else self.integer(raw, "minimum", path, 0)
        maximum = None if raw.get("maximum") is None else self.integer(raw, "maximum", path, 0)
        if minimum is not None and maximum is not None and minimum > maximum:
            self.report(_join(path, "minimum"), "range_reversed")
        return minimum, maximum

    def unit(self, raw: Mapping[str, Any], path: str, kind: str) -> str:
        value = raw.get("unit")
        if value is None:
            return ""
        if kind != "number":
            self.report(_join(path, "unit"), "key_not_for_kind", key="unit", kind=kind)
        elif not isinstance(value, str):
            self.report(_join(path, "unit"), "not_text")
        return value if isinstance(value, str) else ""

    def options(self, raw: Mapping[str, Any], path: str, kind: str, *, scored: bool) -> tuple[Option, ...]:
        where = _join(path, "options")
        given = raw.get("options")
        if kind not in OPTION_KINDS:
            if given is not None:
                self.report(where, "key_not_for_kind", key="options", kind=kind)
            return ()
        if given is None and kind != "yes_no":
            self.report(where, "key_missing", key="options")
            return ()
        rows = self.list_(given if given is not None else [], where, MAX_OPTIONS)
        read: dict[str, Option] = {}
        for index, row in enumerate(rows):
            option = self.option(row, f"{where}[{index}]", kind, scored=scored)
            if option is None:
                continue
            if option.value in read:
                self.report(f"{where}[{index}].value", "option_value_repeated", value=option.value)
            read[option.value] = option
        if kind == "yes_no":
            if not read.keys() <= {"yes", "no"}:
                self.report(where, "options_yes_no")
            return tuple(read.get(value) or self.yes_no(value, where) for value in ("yes", "no"))
        if len(rows) < 2:
            self.report(where, "options_too_few")
        return tuple(read.values())

    def option(self, row: object, path: str, kind: str, *, scored: bool) -> Option | None:
        raw = self.object_(row, path, ("value", "points", "label", "fails"))
        if raw is None:
            return None
        if "value" not in raw:
            self.report(_join(path, "value"), "key_missing", key="value")
        value = raw.get("value", "")
        if "value" in raw and (not isinstance(value, str) or not _OPTION_VALUE.fullmatch(value)):
            self.report(_join(path, "value"), "option_value_invalid", value=_shown(value))
        value = value if isinstance(value, str) else ""
        default = _YES_NO_POINTS.get(value) if kind == "yes_no" else None if scored else 0
        if kind == "yes_no" and "label" not in raw:
            label: Texts = self.yes_no_label(value, path)
        else:
            label = self.texts(raw, "label", path)
        fails = raw.get("fails")
        if fails is not None:
            fails = self.choice(fails, _join(path, "fails"), FAILS, "section")
        return Option(value, self.points(raw, path, default), label, fails)

    def yes_no(self, value: str, path: str) -> Option:
        return Option(value, _YES_NO_POINTS[value], self.yes_no_label(value, path))

    def yes_no_label(self, value: str, path: str) -> Texts:
        known = _YES_NO_LABELS.get(value, {})
        for language in self.languages:
            if known and language not in known:
                self.report(_join(_join(path, "label"), language), "translation_missing", language=language)
        return {language: known[language] for language in self.languages if language in known}

    def bands(self, raw: Mapping[str, Any], path: str, kind: str, *, scored: bool) -> tuple[Band, ...]:
        where = _join(path, "bands")
        given = raw.get("bands")
        if kind != "number":
            if given is not None:
                self.report(where, "key_not_for_kind", key="bands", kind=kind)
            return ()
        if given is None or given == []:
            if scored:
                self.report(where, "bands_missing")
            return ()
        rows = self.list_(given, where, MAX_OPTIONS)
        read: list[Band] = []
        for index, row in enumerate(rows):
            here = f"{where}[{index}]"
            band = self.object_(row, here, ("up_to", "points"))
            if band is None:
                continue
            last = index == len(rows) - 1
            if "up_to" not in band:
                self.report(_join(here, "up_to"), "key_missing", key="up_to")
            up_to = None if band.get("up_to") is None else self.integer(band, "up_to", here, 0)
            if "up_to" in band and (up_to is None) is not last:
                self.report(_join(here, "up_to"), "bands_open")
            if up_to is not None and read and read[-1].up_to is not None and up_to <= read[-1].up_to:
                self.report(_join(here, "up_to"), "bands_order")
            read.append(Band(up_to, self.points(band, here, None)))
        return tuple(read)

    def remark(self, raw: Mapping[str, Any], path: str, *, scored: bool) -> Remark | None:
        where = _join(path, "remark")
        if raw.get("remark") is None:
            return None
        row = self.object_(raw["remark"], where, ("kind", "when"))
        if row is None:
            return None
        kind = self.required_choice(row, "kind", where, REMARK_KINDS, "comment")
        when = self.required_choice(row, "when", where, REMARK_MOMENTS, "always")
        if when == "low" and not scored:
            self.report(_join(where, "when"), "remark_unscored")
        return Remark(kind, when)

    def records(self, raw: Mapping[str, Any], path: str) -> str | None:
        if raw.get("records") is None:
            return None
        where = _join(path, "records")
        name = self.choice(raw["records"], where, RECORDS, "")
        if name and name in self.recorded:
            self.report(where, "records_repeated", value=name)
        self.recorded.add(name)
        return name or None

    def check_records(self, item: Item, path: str) -> None:
        if item.records is None:
            return
        where = _join(path, "records")
        kinds = RECORDS[item.records]
        if item.kind not in kinds:
            self.report(where, "records_kind", records=item.records, kind=item.kind, kinds=", ".join(kinds))
        elif item.records == "fate":
            for option in item.options:
                if option.value not in FATES:
                    self.report(where, "records_fate", value=option.value, choices=", ".join(FATES))
        elif item.records == "would_call_again":
            if item.kind == "number":
                fits = item.minimum == 0 and item.maximum == MAX_GRADE
            else:
                fits = {option.value for option in item.options} <= {str(grade) for grade in range(MAX_GRADE + 1)}
            if not fits:
                self.report(where, "records_range")

    # conditions

    def item_condition(self, raw: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
        if raw.get("condition") is None:
            return None
        return self.condition(raw["condition"], _join(path, "condition"), 1)

    def condition(self, raw: object, path: str, depth: int) -> dict[str, Any]:
        if depth > MAX_CONDITION_DEPTH:
            self.report(path, "condition_deep", limit=MAX_CONDITION_DEPTH)
            return {}
        keys = set(raw) if isinstance(raw, Mapping) else set()
        if isinstance(raw, Mapping) and len(keys) == 1:
            (key,) = keys
            if key in ("all", "any"):
                where = _join(path, key)
                rows = self.list_(raw[key], where, MAX_OPTIONS)
                if not rows and isinstance(raw[key], list | tuple):
                    self.report(where, "condition_empty")
                return {key: [self.condition(row, f"{where}[{index}]", depth + 1) for index, row in enumerate(rows)]}
            if key == "not":
                return {"not": self.condition(raw["not"], _join(path, "not"), depth + 1)}
        if isinstance(raw, Mapping) and len(keys) == 2:
            test = next(iter(keys - {"item", "fact"}), None)
            if "item" in keys and test in ("is", "answered", "at_least", "at_most"):
                return self.item_test(raw, path, str(test))
            if "fact" in keys and test in ("is", "at_least", "at_most"):
                return self.fact_test(raw, path, str(test))
        self.report(path, "condition_form")
        return {}

    def item_test(self, raw: Mapping[str, Any], path: str, test: str) -> dict[str, Any]:
        code, wanted = raw["item"], raw[test]
        where = _join(path, test)
        item = self.earlier.get(code) if isinstance(code, str) else None
        if item is None:
            later = isinstance(code, str) and code in self.all_codes
            problem = "condition_item_later" if later else "condition_item_unknown"
            self.report(_join(path, "item"), problem, item=_shown(code))
            return {}
        if test == "answered":
            if wanted is not True:
                self.report(where, "condition_form")
        elif test == "is":
            if item.kind not in OPTION_KINDS:
                self.report(where, "condition_kind", test=test, item=code, kind=item.kind)
                return {}
            wanted = self.wanted(wanted, where)
            for value in wanted:
                if not isinstance(value, str) or value not in {option.value for option in item.options}:
                    self.report(where, "condition_value", value=_shown(value), item=code)
        else:
            graded = item.kind == "scale" and all(_SECOND.fullmatch(option.value) for option in item.options)
            if item.kind != "number" and not graded:
                self.report(where, "condition_kind", test=test, item=code, kind=item.kind)
            if type(wanted) is not int:
                self.report(where, "not_integer")
        return {"item": code, test: wanted}

    def fact_test(self, raw: Mapping[str, Any], path: str, test: str) -> dict[str, Any]:
        fact = self.choice(raw["fact"], _join(path, "fact"), _FACT_VALUES, "")
        wanted = raw[test]
        where = _join(path, test)
        if not fact:
            return {}
        if test == "is":
            wanted = self.wanted(wanted, where)
            for value in wanted:
                if not _FACT_VALUES[fact](value):
                    self.report(where, "condition_fact_value", value=_shown(value), fact=fact)
        elif fact != "attempt":
            self.report(where, "condition_form")
        elif type(wanted) is not int:
            self.report(where, "not_integer")
        return {"fact": fact, test: wanted}

    def wanted(self, value: object, path: str) -> list[Any]:
        rows = self.list_(value, path, MAX_OPTIONS)
        if not rows and isinstance(value, list | tuple):
            self.report(path, "condition_empty")
        return rows


_FACT_VALUES: Final[Mapping[str, Callable[[object], bool]]] = {
    "caller_style": lambda value: isinstance(value, str) and value in CALLER_STYLES,
    "attempt": lambda value: type(value) is int and value >= 1,
    "asked_person_absent": lambda value: isinstance(value, bool),
}


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: object) -> str:
    """A value from a document as it may stand in a message: short, whatever it was."""
    words = value if isinstance(value, str) else json.dumps(value, default=repr)
    return words if len(words) <= 60 else words[:59] + "…"


def _item_codes(rows: Iterable[object]) -> Iterator[str]:
    for row in rows:
        items = row.get("items") if isinstance(row, Mapping) else None
        for item in items if isinstance(items, list | tuple) else ():
            if isinstance(item, Mapping) and isinstance(item.get("code"), str):
                yield item["code"]


# What is shown -------------------------------------------------------------------------------------------------------

_Test = Callable[[Mapping[str, Any], Facts], bool]


def visible(definition: Definition, answers: Answers, facts: Facts) -> tuple[str, ...]:
    """Codes of the items shown for these answers and scenario facts, in the checklist's order.

    A test of an item that is hidden, blank or "not applicable" is not met, and neither is a test of a fact that is not
    known; `not` turns that around like any other test. An answer that could not be stored meets no test of its value,
    so that a draft can always be shown.
    """
    shown: list[str] = []
    values: dict[str, Any] = {}
    for code, test, controls in _steps(definition):
        if test is not None and not test(values, facts):
            continue
        shown.append(code)
        if controls and isinstance(answer := answers.get(code), Mapping) and not answer.get("na"):
            value = answer.get("value")
            if value is not None and value != "":
                values[code] = value
    return tuple(shown)


def relevant(definition: Definition, answers: Answers, facts: Facts) -> dict[str, Any]:
    """The answers that belong to the call: those of shown items, in the checklist's order, blanks left out."""
    return {code: answers[code] for code in visible(definition, answers, facts) if answers.get(code) is not None}


def reachable(definition: Definition, answers: Answers, facts: Facts, section: Section) -> tuple[str, ...]:
    """Codes of the section's items that are shown, or could be after other answers within the section itself.

    A page without script shows these: what its own answers will hide or show cannot be known before they are sent.
    """
    shown = frozenset(visible(definition, answers, facts))
    given = {code: answer.get("value") for code, answer in answers.items() if code in shown and not answer.get("na")}
    values = {code: value for code, value in given.items() if value is not None and value != ""}
    found: list[str] = []
    for item in section.items:
        if item.condition is None or _possible(item.condition, values, facts, found) is not False:
            found.append(item.code)
    return tuple(found)


def _possible(
    condition: Mapping[str, Any], values: Mapping[str, Any], facts: Facts, unsure: Sequence[str]
) -> bool | None:
    """Whether the condition is met; `None` when that depends on the answer to an item in `unsure`."""
    if "all" in condition or "any" in condition:
        wanted = "any" in condition
        parts = [_possible(part, values, facts, unsure) for part in condition["any" if wanted else "all"]]
        return wanted if wanted in parts else None if None in parts else not wanted
    if "not" in condition:
        inner = _possible(condition["not"], values, facts, unsure)
        return None if inner is None else not inner
    if condition.get("item") in unsure:
        return None
    return _compiled(condition)(values, facts)


@lru_cache(maxsize=256)
def _steps(definition: Definition) -> tuple[tuple[str, _Test | None, bool], ...]:
    controlling = {code for item in definition.items if item.condition for code in _controls(item.condition)}
    return tuple(
        (item.code, _compiled(item.condition) if item.condition else None, item.code in controlling)
        for item in definition.items
    )


def _controls(condition: Mapping[str, Any]) -> Iterator[str]:
    if "item" in condition:
        yield condition["item"]
    for part in (*condition.get("all", ()), *condition.get("any", ())):
        yield from _controls(part)
    if "not" in condition:
        yield from _controls(condition["not"])


def _compiled(condition: Mapping[str, Any]) -> _Test:
    """The condition as a function of the values given so far and the scenario facts."""
    if "all" in condition:
        parts = [_compiled(part) for part in condition["all"]]
        return lambda values, facts: all(part(values, facts) for part in parts)
    if "any" in condition:
        parts = [_compiled(part) for part in condition["any"]]
        return lambda values, facts: any(part(values, facts) for part in parts)
    if "not" in condition:
        inner = _compiled(condition["not"])
        return lambda values, facts: not inner(values, facts)
    met = _value_test(condition)
    if "item" in condition:
        code: str = condition["item"]
        return lambda values, _facts: code in values and met(values[code])
    fact: str = condition["fact"]
    return lambda _values, facts: facts.get(fact) is not None and met(facts[fact])


def _value_test(condition: Mapping[str, Any]) -> Callable[[Any], bool]:
    if "is" in condition:
        wanted = tuple(condition["is"])
        return lambda value: any(each in wanted for each in value) if isinstance(value, list) else value in wanted
    if "answered" in condition:
        return lambda _value: True
    low, high = condition.get("at_least"), condition.get("at_most")

    def within(value: object) -> bool:
        try:
            number = exact(value)
        except ValueError:
            return False
        return (low is None or number >= low) and (high is None or number <= high)

    return within


# One answer ----------------------------------------------------------------------------------------------------------


def clean_answer(item: Item, raw: object) -> dict[str, Any] | None:
    """One answer as it is stored.

    Texts lose white space at both ends and get single newlines, numbers their shortest exact form, ticked options the
    checklist's order; nothing else that was typed is changed or dropped.

    Args:
        item: the item answered.
        raw: the answer as it came in: a mapping, or `None`.

    Returns:
        The answer, or `None` when it is blank. A comment, quote or moment without an answer is kept:
        `{"comment": ".."}`.

    Raises:
        AnswerError: the answer cannot be stored; its problem says why.
    """
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise _wrong(item, "answer_not_object")
    _refuse_unknown(item, raw, ("value", "na", "comment", "quote", "second"))
    answer: dict[str, Any] = {}
    value = _clean_value(item, raw.get("value"))
    if _clean_na(item, raw.get("na"), answered=value is not None):
        answer["na"] = True
    elif value is not None:
        answer["value"] = value
    for key in ("comment", "quote"):
        if words := _clean_text(item, raw.get(key)):
            answer[key] = words
    second = _clean_second(item, raw.get("second"))
    if second is not None:
        answer["second"] = second
    return answer or None


def _wrong(item: Item, code: str, **params: object) -> AnswerError:
    return AnswerError(Problem(item.code, code, params))


def _refuse_unknown(item: Item, raw: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in raw:
        if key not in known:
            raise _wrong(item, "answer_key_unknown", key=_shown(key))


def _clean_na(item: Item, na: object, *, answered: bool) -> bool:
    if na is None or na is False:
        return False
    if na is not True:
        raise _wrong(item, "na_type")
    if answered:
        raise _wrong(item, "na_with_value")
    if not item.na_allowed:
        raise _wrong(item, "na_not_allowed")
    return True


def _clean_value(item: Item, value: object) -> object:
    """The value as stored, or `None` when blank."""
    return None if value is None or value == "" else _CLEANERS[item.kind](item, value)


def _clean_option(item: Item, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(item, "answer_type")
    try:
        return item.option(value).value
    except ValueError:
        raise _wrong(item, "option_unknown", value=_shown(value)) from None


def _clean_options(item: Item, value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise _wrong(item, "answer_type")
    ticked = {_clean_option(item, each) for each in value}
    return [option.value for option in item.options if option.value in ticked]


def _clean_number(item: Item, value: object) -> int | str | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
    try:
        number = exact(value)
    except ValueError:
        raise _wrong(item, "number_invalid") from None
    if item.minimum is not None and number < item.minimum:
        raise _wrong(item, "number_low", minimum=item.minimum)
    if item.maximum is not None and number > item.maximum:
        raise _wrong(item, "number_high", maximum=item.maximum)
    if abs(number) > _MAX_NUMBER:
        raise _wrong(item, "number_too_large", limit=_MAX_NUMBER)
    if number.denominator == 1:
        return number.numerator
    sign = "-" if number < 0 else ""
    whole, part = divmod(int(abs(number) * 10**6), 10**6)
    return f"{sign}{whole}.{part:06d}".rstrip("0")


def _clean_words(item: Item, value: object) -> str | None:
    return _clean_text(item, value) or None


def _clean_text(item: Item, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(item, "answer_type")
    words = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(words) > MAX_TEXT:
        raise _wrong(item, "text_too_long", limit=MAX_TEXT, length=len(words))
    if _UNSTORABLE.search(words):
        raise _wrong(item, "text_characters")
    return words


def _clean_datetime(item: Item, value: object) -> str | None:
    if not isinstance(value, str):
        raise _wrong(item, "answer_type")
    value = value.strip()
    if not value:
        return None
    if not _DATETIME.fullmatch(value):
        raise _wrong(item, "datetime_invalid")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _wrong(item, "datetime_invalid") from None
    if moment.year not in _YEARS:
        raise _wrong(item, "datetime_invalid")
    return value


def _clean_second(item: Item, value: object) -> int | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not _SECOND.fullmatch(value):
            raise _wrong(item, "second_invalid", limit=MAX_SECOND)
        value = int(value)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MAX_SECOND:
        raise _wrong(item, "second_invalid", limit=MAX_SECOND)
    return value


def _clean_phrases(item: Item, value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list | tuple):
        raise _wrong(item, "answer_type")
    if len(value) > MAX_PHRASES:
        raise _wrong(item, "phrases_too_many", limit=MAX_PHRASES)
    phrases: list[dict[str, Any]] = []
    for row in value:
        if not isinstance(row, Mapping):
            raise _wrong(item, "answer_type")
        _refuse_unknown(item, row, ("phrase", "quote", "second"))
        code = row.get("phrase") or ""
        if not isinstance(code, str) or (code and not _PHRASE_CODE.fullmatch(code)):
            raise _wrong(item, "phrase_code")
        quote = _clean_text(item, row.get("quote"))
        second = _clean_second(item, row.get("second"))
        if code or quote:
            phrases.append({"phrase": code, "quote": quote, "second": second})
        elif second is not None:
            raise _wrong(item, "phrase_empty")
    return phrases or None


_CLEANERS: Final[Mapping[str, Callable[[Item, object], object]]] = {
    "yes_no": _clean_option,
    "single": _clean_option,
    "scale": _clean_option,
    "multiple": _clean_options,
    "number": _clean_number,
    "text": _clean_words,
    "datetime": _clean_datetime,
    "phrase": _clean_phrases,
}


# A call's answers ----------------------------------------------------------------------------------------------------


def check_answers(definition: Definition, answers: Answers, facts: Facts) -> tuple[Problem, ...]:
    """What stops these answers from being submitted, in the checklist's order; empty when nothing does.

    A required shown item left blank, an answer that cannot be stored, a missing remark, an item the checklist does not
    have. Answers of hidden items are no problem: `relevant` leaves them out. A remark is asked of a given answer, never
    of a blank one or of "not applicable".
    """
    problems: list[Problem] = []
    for code in visible(definition, answers, facts):
        item = definition.item(code)
        try:
            answer = clean_answer(item, answers.get(code))
        except AnswerError as error:
            problems.append(error.problem)
            continue
        if answer is None or not ("value" in answer or "na" in answer):
            if item.required:
                problems.append(Problem(code, "answer_required_or_na" if item.na_allowed else "answer_required"))
        elif "value" in answer and (missing := missing_remark(item, answer)):
            problems.append(Problem(code, missing))
    problems.extend(Problem(str(code), "item_unknown") for code in answers if code not in definition)
    return tuple(problems)


def missing_remark(item: Item, answer: Mapping[str, Any]) -> str | None:
    """The problem code of the remark this stored answer still needs, or `None`."""
    remark = item.remark
    if remark is None or not _remark_due(item, remark.when, answer["value"]):
        return None
    wanted = ("comment", "quote") if remark.kind == "either" else (remark.kind,)
    if any(answer.get(key) for key in wanted):
        return None
    return "remark_required" if remark.kind == "either" else f"{remark.kind}_required"


def _remark_due(item: Item, when: str, value: object) -> bool:
    if when == "always" or item.fails_for(value) is not None:
        return True
    points = item.points_for(value)
    return when == "low" and points is not None and points < LOW_POINTS


def canonical(answers: Answers) -> bytes:
    """The answers as sorted, compact JSON: the same answers give the same bytes, whatever the order of their keys."""
    return json.dumps(answers, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def content_hash(answers: Answers) -> str:
    """SHA-256 of the canonical answers, in hexadecimal: tells a repeated submission from a different one."""
    return hashlib.sha256(canonical(answers)).hexdigest()


# Two versions --------------------------------------------------------------------------------------------------------


def as_document(definition: Definition) -> dict[str, Any]:
    """The definition as a complete JSON document, defaults written out; `parse` reads it back as an equal one."""
    return {
        "languages": list(definition.languages),
        "na_policy": definition.na_policy,
        "pass_mark": definition.pass_mark,
        "sections": [
            {
                "code": section.code,
                "dimension": section.dimension,
                "weight": section.weight,
                "title": dict(section.title),
                "intro": _copy(section.intro),
                "items": [_item_document(item) for item in section.items],
            }
            for section in definition.sections
        ],
    }


def _copy(mapping: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if mapping is None else dict(mapping)


def _item_document(item: Item) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": item.code,
        "kind": item.kind,
        "aspect": item.aspect,
        "weight": item.weight,
        "scored": item.scored,
        "required": item.required,
        "na_allowed": item.na_allowed,
        "critical": item.critical,
        "text": dict(item.text),
        "help": _copy(item.help),
        "good": _copy(item.good),
        "bad": _copy(item.bad),
        "condition": _copy(item.condition),
        "remark": None if item.remark is None else {"kind": item.remark.kind, "when": item.remark.when},
        "records": item.records,
    }
    if item.kind in OPTION_KINDS:
        document["options"] = [
            {"value": option.value, "points": option.points, "label": dict(option.label), "fails": option.fails}
            for option in item.options
        ]
    if item.kind == "number":
        document["bands"] = [{"up_to": band.up_to, "points": band.points} for band in item.bands]
        document.update(minimum=item.minimum, maximum=item.maximum, unit=item.unit)
    return document


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
    old_items = {item["code"]: item for section in old_sections.values() for item in section.pop("items")}
    new_items = {item["code"]: item for section in new_sections.values() for item in section.pop("items")}
    changes += _keyed_changes("sections", old_sections, new_sections)
    for section in new.sections:
        if section.code in old_sections:
            earlier = next(each for each in old.sections if each.code == section.code)
            path = f"sections[{section.code}].items"
            changes += _order_changes(path, [i.code for i in earlier.items], [i.code for i in section.items])
    for code in new_items:
        if code in old_items:
            origin, place = old.section_of(code).code, new.section_of(code).code
            if origin != place:
                changes.append(Change("moved", f"items[{code}].section", origin, place))
    changes += _keyed_changes("items", old_items, new_items, ordered=False)
    return tuple(changes)


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
        elif key in ("title", "intro", "text", "help", "good", "bad", "label") and before and after:
            changes += _value_changes(where, before, after)
        else:
            kind = "added" if before is None else "removed" if after is None else "changed"
            changes.append(Change(kind, where, before, after))
    return changes
