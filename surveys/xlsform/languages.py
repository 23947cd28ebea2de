"""Which language a column is in: "Dutch (nl)", "nl", "Nederlands"; a name that says nothing is told."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.conf.locale import LANG_INFO

UNTAGGED: Final = "default"
"""What pyxform calls texts whose column names no language."""
EVERY: Final = ""
"""Stands for every language of the workbook: words that are not in any, such as a name used as a label."""
_TAGGED: Final = re.compile(r"\(\s*([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)\s*\)\s*$", re.IGNORECASE)
_CODE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for code, info in LANG_INFO.items():
        for key in ("name", "name_local"):
            if key in info and "-" not in code:
                names.setdefault(str(info[key]).casefold(), code)
    return names


def code_of(name: str) -> str:
    """The language code, or "" when the name says none."""
    if tagged := _TAGGED.search(name):
        return tagged[1].lower().replace("_", "-")
    plain = name.strip().casefold()
    if plain in _names():
        return _names()[plain]
    return plain.replace("_", "-") if _CODE.fullmatch(plain.replace("_", "-")) and plain[:2] in LANG_INFO else ""


def texts_of(cell: Any, untagged: str) -> tuple[dict[str, str], list[str]]:
    """A cell's texts by language code, and the names of languages that are not known."""
    if cell is None:
        return {}, []
    named = cell if isinstance(cell, Mapping) else {UNTAGGED: cell}
    texts: dict[str, str] = {}
    unknown: list[str] = []
    for name, words in named.items():
        code = untagged if name == UNTAGGED else code_of(str(name))
        if not code:
            unknown.append(str(name))
        elif isinstance(words, str) and words.strip() and (code not in texts or name != UNTAGGED):
            texts[code] = words.strip()
    return texts, unknown
