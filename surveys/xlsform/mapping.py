"""The rows of a workbook become sections and items, one after the other; what does not fit is noted with its line.

A group is a section, groups inside it belong to it, and questions outside any group get sections of their own. A workbook
that names columns `klankbord::dimension`, `::weight` and `::aspect` on its sheet "survey", and `klankbord::points` on
"choices", says itself what XLSForm has no words for.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from surveys.definition import ASPECTS, DIMENSIONS, MAX_TEXT, editing
from surveys.definition.editing import Document
from surveys.definition.items import MAX_OPTIONS
from surveys.definition.parts import MAX_WEIGHT
from surveys.definition.reading import MAX_ITEMS, MAX_SECTIONS

from .choices import Choice, choice_of, choices_of
from .document import Section, document_of, joined, storable
from .kinds import GROUP, MOMENTS, NUMBERS, SELECT, refused
from .languages import EVERY, code_of, texts_of
from .lines import Left, WorkbookError
from .relevance import Asked, NotSimple, condition_of
from .workbook import Row, Workbook, open_workbook

_BOUND: Final = re.compile(r"\s*\.\s*(>=|<=|>|<)\s*(-?[0-9]{1,9})\s*")
_PLACEHOLDER: Final = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_YES: Final = frozenset({"yes", "true", "true()", "1", "1.0"})
_NO: Final = frozenset({"", "no", "false", "false()", "0", "0.0"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """A draft's document, the workbook's title, and what did not come along."""

    document: Document
    title: str
    left: tuple[Left, ...]


def read(content: bytes, *, untagged: str) -> Mapped:
    """A workbook as a checklist's document.

    Args:
        content: the file.
        untagged: language code of texts whose columns name none.

    Returns:
        The document, which may still miss texts in some language.

    Raises:
        WorkbookError: nothing of it can come along; its code says why.
    """
    mapper = _Mapper(open_workbook(content), untagged)
    return mapper.result()


@dataclass(slots=True)
class _Group:
    """A group of the workbook while it is open."""

    condition: dict[str, Any] | None
    opens_section: bool


class _Mapper:
    def __init__(self, workbook: Workbook, untagged: str) -> None:
        self.workbook = workbook
        self.left: list[Left] = []
        self.unknown: set[str] = set()
        self.codes: set[str] = set()
        self.asked: dict[str, Asked] = {}
        self.sections: list[Section] = []
        self.groups: list[_Group] = []
        self.skipped: list[str] = []
        self.loose = False
        self.notes: list[tuple[int, str, dict[str, str]]] = []
        said = str(workbook.settings.get("default_language", ""))
        self.untagged = code_of(said) if said else untagged
        self.untagged = self.untagged or untagged
        self.lists = self._lists()

    # --- what the rows share

    def leave(self, row: int, name: str, code: str, /, *, sheet: str = "survey", **params: object) -> None:
        self.left.append(Left(sheet, row, name, code, params))

    def texts(self, row: int, name: str, cell: Any) -> dict[str, str]:
        texts, unknown = texts_of(cell, self.untagged)
        self._unknown(unknown)
        for language, words in texts.items():
            if len(words) > MAX_TEXT:
                texts[language] = words[: MAX_TEXT - 1] + "…"
                self.leave(row, name, "text_long", limit=MAX_TEXT)
            if found := _PLACEHOLDER.search(words):
                self.leave(row, name, "placeholder", name=found[0])
        return {language: storable(words) for language, words in texts.items()}

    def _unknown(self, names: Sequence[str], sheet: str = "survey") -> None:
        for name in names:
            if name not in self.unknown:
                self.unknown.add(name)
                self.leave(1, name[:60], "language", sheet=sheet, name=name[:60])

    def _lists(self) -> dict[str, list[Choice]]:
        lists: dict[str, list[Choice]] = defaultdict(list)
        for number, row in self.workbook.choices:
            name = str(row.get("list name", "")).strip()
            choice, unknown, wrong = choice_of(row, self.untagged)
            self._unknown(unknown, "choices")
            if wrong:
                self.leave(number, str(row.get("name", ""))[:60], "points", sheet="choices", value=wrong[:30])
            if choice is not None and choice.name not in {each.name for each in lists[name]}:
                lists[name].append(choice)
        return lists

    # --- the rows

    def result(self) -> Mapped:
        for number, row in self.workbook.survey:
            self._row(number, row)
        for number, name, _words in self.notes:
            self.leave(number, name, "note_last")
        for name in self.workbook.other_sheets:
            self.leave(0, "", "sheet", sheet=name)
        sections = [section for section in self.sections if section.items]
        if not sections:
            raise WorkbookError("nothing", tuple(self.left))
        title = str(self.workbook.settings.get("title", "") or "")
        return Mapped(document_of(sections, self.untagged), title[:120], tuple(sorted(self.left, key=_by_place)))

    def _row(self, number: int, row: Row) -> None:
        kind = " ".join(str(row.get("type", "")).split())
        name = str(row.get("name", "") or "").strip()
        if not kind:
            if name or row.get("label"):
                self.leave(number, name, "type_missing")
            return
        if group := GROUP.fullmatch(kind.lower()):
            self._group(number, row, name, begins=group[1] == "begin", is_group=group[2] == "group")
        elif self.skipped:
            self.leave(number, name, self.skipped[-1])
        elif kind.lower() == "note":
            self._note(number, row, name)
        elif not (reason := refused(kind)):
            self._question(number, row, name, kind)
        else:
            self.leave(number, name, reason, type=kind[:60])

    # --- groups and notes

    def _group(self, number: int, row: Row, name: str, *, begins: bool, is_group: bool) -> None:
        if self.skipped:
            self._skip(number, name, begins=begins)
        elif begins and not is_group:
            self.leave(number, name, "repeat")
            self.skipped.append("in_repeat")
        elif begins and _never(row):
            self.leave(number, name, "never")
            self.skipped.append("in_never")
        elif begins:
            self._open(number, row, name)
        elif self.groups:
            self.groups.pop()
            self.loose = not self.groups
        else:
            self.leave(number, name, "group_end")

    def _skip(self, number: int, name: str, *, begins: bool) -> None:
        """Groups inside what does not come along are only counted, to know where it ends."""
        if begins:
            self.leave(number, name, self.skipped[-1])
            self.skipped.append(self.skipped[-1])
        else:
            self.skipped.pop()

    def _open(self, number: int, row: Row, name: str) -> None:
        opens = not any(group.opens_section for group in self.groups)
        condition = self._condition(number, row, name)
        self.groups.append(_Group(condition, opens))
        if opens:
            self._section(number, row, name, self.texts(number, name, row.get("label")))

    def _section(self, number: int, row: Row, name: str, title: dict[str, str]) -> None:
        self.loose = False
        if len(self.sections) >= MAX_SECTIONS:
            return
        taken = [section.code for section in self.sections]
        code = editing.fresh(editing.word(name) or "part", taken)
        dimension = self._own(number, row, name, "dimension", DIMENSIONS) or "other"
        title = title or {EVERY: name.replace("_", " ").strip().capitalize() or "…"}
        self.sections.append(Section(code, title, dimension, self._weight(number, row, name)))

    def _here(self, number: int) -> Section:
        """The section a question goes into; outside any group it is one of its own."""
        if not self.groups and (not self.sections or self.loose):
            title = str(self.workbook.settings.get("title", "") or "").strip()
            self._section(number, {}, "questions", {EVERY: title} if title else {})
        return self.sections[-1]

    def _note(self, number: int, row: Row, name: str) -> None:
        words = self.texts(number, name, row.get("label"))
        if words:
            self.notes.append((number, name, words))

    # --- questions

    def _question(self, number: int, row: Row, name: str, kind: str) -> None:
        if _never(row):
            self.leave(number, name, "never")
            return
        if not name:
            self.leave(number, name, "name_missing")
            return
        if len(self.codes) >= MAX_ITEMS:
            self.leave(number, name, "too_many", limit=MAX_ITEMS)
            return
        found = self._answers(number, row, name, kind)
        if found is None:
            return
        answers, values, whole = found
        section = self._here(number)
        code = editing.fresh(f"{section.code}.{editing.word(name) or 'question'}"[:90], self.codes)
        item = {
            "code": code,
            "weight": 0,
            "text": self.texts(number, name, row.get("label")) or {EVERY: name.replace("_", " ")},
            "required": self._required(number, row, name),
            "condition": self._both(self._condition(number, row, name)),
            "help": self._help(number, row, name, section),
            "aspect": self._own(number, row, name, "aspect", ASPECTS) or "content",
            **answers,
        }
        if item["scored"]:
            weight = self._weight(number, row, name)
            item["weight"] = 1 if weight is None else weight
        self._told(number, row, name)
        self.codes.add(code)
        section.items.append(item)
        self.asked[name] = Asked(item, values, whole=whole)

    def _answers(
        self, number: int, row: Row, name: str, kind: str
    ) -> tuple[dict[str, Any], Mapping[str, str], bool] | None:
        """What an item of this type has besides its words, its values by the workbook's names, and whether it is whole."""
        plain = kind.lower().replace(" ", "_")
        if select := SELECT.fullmatch(kind):
            return self._select(number, row, name, select[1].lower(), select[2].strip())
        if plain in NUMBERS:
            low, high = self._bounds(number, row, name, plain)
            bounds: dict[str, Any] = {"minimum": low, "maximum": high, "unit": "", "bands": []}
            return {"kind": "number", "scored": False, **bounds}, {}, NUMBERS[plain]
        if plain in MOMENTS:
            if "time" not in plain:
                self.leave(number, name, "date")
            return {"kind": "datetime", "scored": False}, {}, True
        self._unbounded(number, row, name)
        return {"kind": "text", "scored": False}, {}, True

    def _select(
        self, number: int, row: Row, name: str, how: str, rest: str
    ) -> tuple[dict[str, Any], Mapping[str, str], bool] | None:
        listed, _space, more = rest.partition(" ")
        if "file" in how or "external" in how:
            self.leave(number, name, "list_outside")
            return None
        rows = self.lists.get(listed)
        several = "multiple" in how or "all" in how
        if not rows:
            self.leave(number, name, "list_missing", list=listed[:60])
            return None
        if more.strip().lower() in ("or_other", "or other"):
            rows = [*rows, Choice("other", dict.fromkeys(rows[0].label, "Other"), None)]
            self.leave(number, name, "or_other")
        made = choices_of(rows, several=several)
        if len(made.options) < 2:
            self.leave(number, name, "list_short", list=listed[:60])
            return None
        if len(made.options) > MAX_OPTIONS:
            self.leave(number, name, "list_long", list=listed[:60], count=len(made.options), limit=MAX_OPTIONS)
            return None
        if row.get("choice_filter"):
            self.leave(number, name, "choice_filter")
        answers = {"kind": made.kind, "scored": made.scored, "options": made.options, "na_allowed": made.na_allowed}
        return answers, made.values, True

    def _bounds(self, number: int, row: Row, name: str, kind: str) -> tuple[int | None, int | None]:
        """The lowest and highest number that a simple constraint allows."""
        low: int | None = None
        high: int | None = None
        if kind == "range":
            said = dict(re.findall(r"(start|end)\s*=\s*(-?[0-9]{1,9})(?![0-9.])", str(row.get("parameters", ""))))
            return int(said.get("start", 1)), int(said.get("end", 10))
        constraint = str(_bind(row).get("constraint", "") or "")
        for part in re.split(r"\s+and\s+", constraint.strip()) if constraint.strip() else []:
            bound = _BOUND.fullmatch(part.strip().strip("()"))
            if not bound or (bound[1] in "<>" and not NUMBERS[kind]):
                self.leave(number, name, "constraint", why=constraint[:80])
                return None, None
            value = int(bound[2]) + {">": 1, "<": -1}.get(bound[1], 0)
            low, high = (value, high) if bound[1].startswith(">") else (low, value)
        return low, high

    def _unbounded(self, number: int, row: Row, name: str) -> None:
        if constraint := str(_bind(row).get("constraint", "") or ""):
            self.leave(number, name, "constraint", why=constraint[:80])

    def _required(self, number: int, row: Row, name: str) -> bool:
        said = str(_bind(row).get("required", "") or "").strip()
        if said.lower() not in _YES | _NO:
            self.leave(number, name, "required", why=said[:60])
        return said.lower() in _YES

    def _help(self, number: int, row: Row, name: str, section: Section) -> dict[str, str] | None:
        """Hint and guidance, after the notes that stood before the question; before the first one they introduce all."""
        waiting = [words for _number, _name, words in self.notes]
        self.notes.clear()
        if waiting and not section.items:
            section.intro += waiting
            waiting = []
        parts = [*waiting, *(self.texts(number, name, row.get(key)) for key in ("hint", "guidance_hint"))]
        return joined(parts) or None

    def _told(self, number: int, row: Row, name: str) -> None:
        if str(row.get("default", "") or "").strip():
            self.leave(number, name, "default")
        if row.get("media"):
            self.leave(number, name, "media")

    # --- conditions

    def _condition(self, number: int, row: Row, name: str) -> dict[str, Any] | None:
        expression = str(_bind(row).get("relevant", "") or "").strip()
        if not expression or expression.lower() in ("true()", "yes", "true"):
            return None
        try:
            return condition_of(expression, self.asked.get)
        except NotSimple as error:
            self.leave(number, name, "condition", why=str(error)[:80] or expression[:80])
            return None

    def _both(self, own: dict[str, Any] | None) -> dict[str, Any] | None:
        """The conditions of the open groups and the question's own."""
        parts = [group.condition for group in self.groups if group.condition]
        parts += [own] if own else []
        return {"all": parts} if len(parts) > 1 else parts[0] if parts else None

    # --- our own columns

    def _own(self, number: int, row: Row, name: str, key: str, choices: Sequence[str]) -> str:
        value = _ours(row, key).lower()
        if value and value not in choices:
            self.leave(number, name, key, value=value[:30], choices=", ".join(choices))
            return ""
        return value

    def _weight(self, number: int, row: Row, name: str) -> int | None:
        value = _ours(row, "weight").removesuffix(".0")
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) <= 5 and int(value) <= MAX_WEIGHT:
            return int(value)
        self.leave(number, name, "weight", value=value[:30])
        return None


def _never(row: Row) -> bool:
    """Forms hide what only programs fill in behind a condition that cannot hold."""
    return str(_bind(row).get("relevant", "") or "").strip().lower() in (
        "false()",
        "false",
        "0 = 1",
        "1 = 0",
        "0=1",
        "1=0",
    )


def _bind(row: Row) -> Mapping[str, Any]:
    bind = row.get("bind")
    return bind if isinstance(bind, Mapping) else {}


def _ours(row: Row, key: str) -> str:
    ours = row.get("klankbord")
    return str(ours.get(key, "") or "").strip() if isinstance(ours, Mapping) else ""


def _by_place(left: Left) -> tuple[bool, str, int]:
    return left.sheet != "survey", left.sheet, left.row
