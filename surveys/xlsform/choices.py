"""Lists of choices: which are yes and no, which are a scale, and what an answer earns when the workbook does not say.

XLSForm knows no points. The column `klankbord::points` says them; without it

- yes and no earn 100 and 0;
- a scale, told by names that are consecutive numbers or by words of a known scale, is spread evenly from 0 to 100;
- everything else is asked without being scored.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .languages import EVERY, texts_of

YES: Final = frozenset({"yes", "y", "true", "ja", "oui", "si", "sim"})
NO: Final = frozenset({"no", "n", "false", "nee", "non", "nao"})
NOT_APPLICABLE: Final = frozenset({"na", "n_a", "not_applicable", "nvt", "n_v_t", "niet_van_toepassing"})
SCALES: Final = (
    ("strongly_disagree", "disagree", "neutral|neither|neither_agree_nor_disagree", "agree", "strongly_agree"),
    ("helemaal_oneens", "oneens", "neutraal", "eens", "helemaal_eens"),
    ("very_dissatisfied", "dissatisfied", "neutral|neither", "satisfied", "very_satisfied"),
    ("zeer_ontevreden", "ontevreden", "neutraal", "tevreden", "zeer_tevreden"),
    ("very_poor|very_bad", "poor|bad", "fair|average|ok|okay|neutral", "good", "very_good", "excellent"),
    ("zeer_slecht", "slecht", "matig", "voldoende|redelijk", "goed", "zeer_goed", "uitstekend"),
    ("never", "rarely|seldom", "sometimes", "often|usually", "always"),
    ("nooit", "zelden", "soms", "vaak|meestal", "altijd"),
    ("not_at_all", "a_little|slightly", "somewhat|moderately", "quite|mostly", "very|completely|extremely"),
    ("very_low", "low", "medium|moderate", "high", "very_high"),
)
"""From worst to best; a list is such a scale when all of its names are in it."""
MOST_STEPS: Final = 11


@dataclass(frozen=True, slots=True)
class Choices:
    """A list as an item takes it. `values` translates the workbook's names; "" is "not applicable"."""

    kind: str
    options: list[dict[str, Any]]
    scored: bool
    na_allowed: bool
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: dict[str, str]
    points: int | None


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def choice_of(row: Mapping[str, Any], untagged: str) -> tuple[Choice | None, list[str], str]:
    """A row of the sheet, names of unknown languages, and points that are none."""
    name = str(row.get("name", "")).strip()
    label, unknown = texts_of(row.get("label"), untagged)
    typed = _own(row, "points")
    points = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 3 and int(typed) <= 100 else None
    if not name:
        return None, unknown, ""
    return Choice(name, label or {EVERY: name}, points), unknown, typed if typed and points is None else ""


def _own(row: Mapping[str, Any], key: str) -> str:
    ours = row.get("klankbord")
    return str(ours.get(key, "")).strip().removesuffix(".0") if isinstance(ours, Mapping) else ""


def choices_of(rows: Sequence[Choice], *, several: bool) -> Choices:
    """A list of choices as an item takes it: its kind, options with points, and whether it is scored."""
    real = [row for row in rows if plain(row.name) not in NOT_APPLICABLE] if not several else list(rows)
    values = _values(real)
    skipped = {row.name: "" for row in rows if row not in real}
    if not several and (yes_no := _yes_no(real)):
        options = [_option(value, row, {"yes": 100, "no": 0}[value]) for value, row in yes_no.items()]
        return Choices(
            "yes_no", options, True, bool(skipped), {row.name: value for value, row in yes_no.items()} | skipped
        )
    said = bool(real) and all(row.points is not None for row in real)
    steps = None if several or said else _steps(real)
    points = {row.name: row.points or 0 for row in real} if said else steps or {}
    kind = "multiple" if several else "scale" if steps else "single"
    options = [_option(values[row.name], row, points.get(row.name, 0)) for row in real]
    return Choices(kind, options, said or bool(steps), bool(skipped), {**values, **skipped})


def _option(value: str, row: Choice, points: int) -> dict[str, Any]:
    return {
        "value": value,
        "points": row.points if row.points is not None else points,
        "label": row.label,
        "fails": None,
    }


def _values(rows: Sequence[Choice]) -> dict[str, str]:
    """A value for every name, as close to it as can be, and none of them twice."""
    values: dict[str, str] = {}
    for row in rows:
        base = plain(row.name)[:36].strip("_") or "answer"
        number, found = 1, base
        while found in values.values():
            number += 1
            found = f"{base}_{number}"
        values[row.name] = found
    return values


def _yes_no(rows: Sequence[Choice]) -> dict[str, Choice] | None:
    if len(rows) != 2:
        return None
    found: dict[str, Choice] = {}
    for row in rows:
        said = {plain(row.name), *(plain(words) for words in row.label.values())}
        if said & YES:
            found.setdefault("yes", row)
        elif said & NO:
            found.setdefault("no", row)
    return {"yes": found["yes"], "no": found["no"]} if len(found) == 2 else None


def _steps(rows: Sequence[Choice]) -> dict[str, int] | None:
    """Points by name when the names are a scale."""
    names = [plain(row.name) for row in rows]
    if not 3 <= len(rows) <= MOST_STEPS:
        return None
    if all(re.fullmatch(r"[0-9]{1,3}", name) for name in names):
        numbers = sorted(int(name) for name in names)
        if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            return {row.name: _evenly(int(name) - numbers[0], len(rows)) for row, name in zip(rows, names, strict=True)}
        return None
    for scale in SCALES:
        ranks = {word: rank for rank, words in enumerate(scale) for word in words.split("|")}
        if all(name in ranks for name in names) and len({ranks[name] for name in names}) == len(names):
            ordered = sorted(names, key=ranks.__getitem__)
            return {row.name: _evenly(ordered.index(name), len(rows)) for row, name in zip(rows, names, strict=True)}
    return None


def _evenly(place: int, count: int) -> int:
    return round(100 * place / (count - 1))
