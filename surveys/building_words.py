"""What is to be said about a draft, in the reader's language, each with the place it is about."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from surveys import definition
from surveys.definition import CHECKS, Finding, Problem
from surveys.definition.editing import Document
from surveys.messages import describe, spoken

_PLACE: Final = re.compile(r"sections\[([0-9]+)\](?:\.items\[([0-9]+)\])?\.?(.*)")
_LANGUAGE: Final = re.compile(r"(text|help|good|bad|title|intro)\.([a-z-]+)")
_OPTION: Final = re.compile(r"options\[([0-9]+)\]\.(label\.([a-z-]+)|points|value|fails)")


@dataclass(frozen=True, slots=True)
class Note:
    """`what` is "item", "section" or "form" and `code` which one; `anchor` the control on its page that can mend it."""

    text: str
    blocks: bool
    what: str
    code: str
    title: str
    anchor: str
    times: int = 1


def say(problem: Problem) -> str:
    """A problem of a document or something to look at, without its place."""
    if problem.code in CHECKS:
        return gettext(CHECKS[problem.code]) % spoken(problem.params)
    return describe(problem)


def notes_of(document: Document, findings: Iterable[Finding], language: str) -> list[Note]:
    """The findings as notes; what is said several times of one question is said once, at its first place."""
    notes: dict[tuple[str, str, str], Note] = {}
    for finding in findings:
        note = _note(document, finding, language)
        key = (note.what, note.code, note.text)
        notes[key] = replace(notes[key], times=notes[key].times + 1) if key in notes else note
    return list(notes.values())


def _note(document: Document, finding: Finding, language: str) -> Note:
    problem = finding.problem
    found = _PLACE.match(problem.path)
    section = _at(document["sections"], found[1]) if found else None
    item = _at(section["items"], found[2]) if section and found and found[2] else None
    rest = found[3] if found else problem.path
    if item is not None:
        what, code, title = "item", item["code"], name_of_item(item, language)
    elif section is not None:
        what, code, title = "section", section["code"], name_of_section(section, language)
    else:
        what, code, title = "form", "", _("The whole checklist")
    if rest == "weight":
        what = "weights"
    return Note(say(problem), finding.blocks, what, code, title, _anchor(what, code, rest))


def _at(rows: list[Any], index: str | None) -> Any:
    return rows[int(index)] if index is not None and int(index) < len(rows) else None


def _anchor(what: str, code: str, rest: str) -> str:
    """The id of the control that a key of the document is edited in."""
    if what == "weights":
        return f"id_{'item' if '.' in code else 'section'}:{code}"
    if found := _LANGUAGE.match(rest):
        return f"id_{found[1]}_{found[2]}"
    if found := _OPTION.match(rest):
        key = f"label_{found[3]}" if found[3] else found[2]
        return f"id_options-{found[1]}-{key}"
    for start, anchor in (
        ("condition", "conditions"),
        ("options", "answers"),
        ("bands", "answers"),
        ("remark", "id_remark"),
    ):
        if rest.startswith(start):
            return anchor
    key = re.split(r"[.\[]", rest)[0]
    return f"id_{key}" if key and key not in ("items", "sections") else ""


def name_of_item(item: Mapping[str, Any], language: str) -> str:
    return _words(item["text"], language) or _("a question without words (%(code)s)") % {"code": item["code"]}


def name_of_section(section: Mapping[str, Any], language: str) -> str:
    return _words(section["title"], language) or _("a section without title (%(code)s)") % {"code": section["code"]}


def _words(texts: Mapping[str, str], language: str) -> str:
    return definition.text(texts, language) or next((words for words in texts.values() if words), "")


def step_words(changes: Mapping[str, Any], language: str) -> str:
    """One change of a draft in a few words, for the button that takes it back."""
    gone = [before for before, after in changes.values() if after is None]
    made = [after for before, after in changes.values() if before is None]
    kept = [after for before, after in changes.values() if before is not None and after is not None]
    codes = {piece.get("code") for piece in gone}
    if gone and made:
        return _("“%(name)s” changed") % {"name": _piece_name(made[0], language)}
    if gone:
        # A section that was removed took its questions along: it is named, not they.
        first = next((piece for piece in gone if "items" in piece), gone[0]) if codes else gone[0]
        return _("“%(name)s” removed") % {"name": _piece_name(first, language)}
    if made:
        first = next((piece for piece in made if "items" in piece), made[0])
        return _("“%(name)s” added") % {"name": _piece_name(first, language)}
    weighed = [before for before, after in changes.values() if {**before, "weight": 0} == {**after, "weight": 0}]
    if len(weighed) == len(changes):
        return _("weights changed")
    if all("items" in piece or "sections" in piece for piece in kept) and _same_but_order(changes):
        return _("order changed")
    if len(kept) == 1 and "sections" in kept[0]:
        return _("settings changed")
    return _("“%(name)s” changed") % {"name": _piece_name(kept[0], language)}


def _same_but_order(changes: Mapping[str, Any]) -> bool:
    return all(
        {key: value for key, value in before.items() if key not in ("items", "sections")}
        == {key: value for key, value in after.items() if key not in ("items", "sections")}
        for before, after in changes.values()
    )


def _piece_name(piece: Mapping[str, Any], language: str) -> str:
    if "sections" in piece:
        return _("The whole checklist")
    name = name_of_section(piece, language) if "items" in piece else name_of_item(piece, language)
    return name if len(name) <= 60 else f"{name[:59]}…"
