"""Simple conditions of XLSForm, as ODK and KoBo write them, become conditions here; the rest is refused with its reason.

${own_name} = 'no'    selected(${heard}, 'name')    not(${a} = '1')    ${seconds} > 15 and (${b} != 'x' or ${c} != '')
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from surveys.definition.shape import DIGITS

Condition = dict[str, Any]
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>\$\{\s*[^}\s]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>[A-Za-z][A-Za-z_-]*)|(?P<sign>!=|<=|>=|=|<|>|\(|\)|,|\.))"
)
_TURNED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
MOST_TOKENS: Final = 400


class NotSimple(ValueError):
    """An expression that cannot be said here; its text is the part that stands in the way."""


class Asked:
    """A question that conditions may ask about: its item, and the names of its choices as values ("" is no value)."""

    def __init__(self, item: Mapping[str, Any], values: Mapping[str, str] | None = None, *, whole: bool = True) -> None:
        self.item, self.values, self.whole = item, values or {}, whole


Find = Callable[[str], Asked | None]


def condition_of(expression: str, find: Find) -> Condition:
    """The condition that an expression says.

    Raises:
        NotSimple: it asks for something that conditions here cannot.
    """
    reader = _Reader(_tokens(expression), find)
    made = reader.any_of()
    if reader.here:
        raise NotSimple(reader.here[1])
    return made


def _tokens(expression: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    text, at = expression.strip(), 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or len(found) >= MOST_TOKENS:
            raise NotSimple(text[at : at + 40])
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], find: Find) -> None:
        self.tokens, self.find, self.at, self.depth = tokens, find, 0, 0

    @property
    def here(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, wanted: str = "") -> tuple[str, str]:
        if self.here is None or (wanted and self.here[1].lower() != wanted):
            raise NotSimple(self.here[1] if self.here else "…")
        self.at += 1
        return self.tokens[self.at - 1]

    def sees(self, word: str) -> bool:
        return self.here is not None and self.here[1].lower() == word

    def any_of(self) -> Condition:
        return self._joined("or", "any", lambda: self._joined("and", "all", self.one))

    def _joined(self, word: str, key: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self.sees(word):
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else {key: parts}

    def one(self) -> Condition:
        self.depth += 1
        if self.depth > 6:
            raise NotSimple("(((")
        try:
            return self._one()
        finally:
            self.depth -= 1

    def _one(self) -> Condition:
        if self.sees("("):
            self.take()
            made = self.any_of()
            self.take(")")
            return made
        if self.sees("not"):
            self.take()
            self.take("(")
            made = self.any_of()
            self.take(")")
            return {"not": made}
        if self.sees("selected"):
            return self._selected()
        return self._compared()

    def _selected(self) -> Condition:
        self.take()
        self.take("(")
        asked = self._asked(self.take())
        self.take(",")
        wanted = self._literal(self.take())
        self.take(")")
        made = _is(asked, wanted)
        if self.sees("=") or self.sees("!="):
            raise NotSimple("selected() =")
        return made

    def _compared(self) -> Condition:
        left = self._side()
        sign = self.take()[1]
        if sign not in _TURNED:
            raise NotSimple(sign)
        right = self._side()
        if isinstance(left, str) and isinstance(right, Asked):
            left, right, sign = right, left, _TURNED[sign]
        if not isinstance(left, Asked) or not isinstance(right, str):
            raise NotSimple(sign)
        return _test(left, sign, right)

    def _side(self) -> Asked | str:
        token = self.take()
        return self._asked(token) if token[0] == "name" else self._literal(token)

    def _asked(self, token: tuple[str, str]) -> Asked:
        if token[0] != "name":
            raise NotSimple(token[1])
        asked = self.find(token[1][2:-1].strip())
        if asked is None:
            raise NotSimple(token[1])
        return asked

    def _literal(self, token: tuple[str, str]) -> str:
        if token[0] == "text":
            return token[1][1:-1].strip()
        if token[0] == "number":
            return token[1]
        raise NotSimple(token[1])


def _is(asked: Asked, name: str) -> Condition:
    value = asked.values.get(name)
    if not value:
        raise NotSimple(f"“{name}”")
    return {"item": asked.item["code"], "is": [value]}


def _test(asked: Asked, sign: str, wanted: str) -> Condition:
    code = asked.item["code"]
    if wanted == "" and sign in ("=", "!="):
        answered = {"item": code, "answered": True}
        return answered if sign == "!=" else {"not": answered}
    if asked.values and sign in ("=", "!="):
        made = _is(asked, wanted)
        return made if sign == "=" else {"not": made}
    return _measured(asked, sign, wanted)


def _measured(asked: Asked, sign: str, wanted: str) -> Condition:
    """Numbers, and scales whose answers are numbers, compared with a whole number."""
    code, item = asked.item["code"], asked.item
    graded = item["kind"] == "scale" and all(DIGITS.fullmatch(option["value"]) for option in item["options"])
    if not re.fullmatch(r"-?[0-9]{1,9}", wanted) or not (item["kind"] == "number" or graded):
        raise NotSimple(f"{sign} {wanted}")
    number = int(wanted)
    if sign in ("<", ">") and not asked.whole:
        raise NotSimple(f"{sign} {wanted}")
    if sign in ("=", "!="):
        both = {"all": [{"item": code, "at_least": number}, {"item": code, "at_most": number}]}
        return both if sign == "=" else {"not": both}
    key, bound = {
        ">=": ("at_least", number), ">": ("at_least", number + 1),
        "<=": ("at_most", number), "<": ("at_most", number - 1),
    }[sign]  # fmt: skip
    return {"item": code, key: bound}
