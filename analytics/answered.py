"""Answers of many calls to one checklist version as a matrix, made of what is stored with each call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import index
from typing import TYPE_CHECKING, Any, Final

from surveys.definition import Answers, Definition, Item

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NA: Final = -1
"""In a matrix of points: the item was answered "not applicable"."""
ABSENT: Final = -2
"""In a matrix of points: hidden, left blank or not fitting the call; counts nowhere."""


@dataclass(frozen=True, slots=True, eq=False)
class AnsweredCalls:
    """The answers of n calls to one checklist version, as far as scores need them.

    `points` is n x items, the scored items in the definition's order (`codes`): 0..100, `NA` or `ABSENT`.
    `failed_sections` is n x sections (all of the definition's, in order), `failed_call` has length n: what an answer
    failed. Wrong shapes, other points and "not applicable" where it cannot be said are a `ValueError`.
    """

    definition: Definition
    points: NDArray[np.int16]
    failed_sections: NDArray[np.bool_]
    failed_call: NDArray[np.bool_]
    codes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        items = scored_items(self.definition)
        object.__setattr__(self, "codes", tuple(item.code for item in items))
        n = len(self.points)
        shapes = {"points": (n, len(items)), "failed_sections": (n, len(self.definition.sections)), "failed_call": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}; it must be {shape}")
        wrong = self.points[(self.points < ABSENT) | (self.points > 100)]
        if wrong.size:
            raise ValueError(f"points holds {wrong[0]}; points are 0..100, {NA} (N/A) or {ABSENT} (absent)")
        for item, column in zip(items, self.points.T, strict=True):
            if not item.na_allowed and (column == NA).any():
                raise ValueError(f"{item.code}: this item cannot be 'not applicable'")

    @property
    def n(self) -> int:
        return len(self.points)


def scored_items(definition: Definition) -> tuple[Item, ...]:
    """The items that stand as columns in a matrix of points, in order."""
    return tuple(item for item in definition.items if item.scored)


def whole_number(value: Any, otherwise: int) -> int:
    """The value as an integer, whatever library it comes from; `otherwise` when it is no whole number."""
    try:
        return otherwise if isinstance(value, bool) else index(value)
    except TypeError:
        return otherwise


def unclear_fails(definition: Definition) -> tuple[str, ...]:
    """Codes of the items of which a call's stored points do not always tell whether its section or the call failed.

    `from_documents` needs the stored answers to these, and to no others. The kind of a fail follows from the options
    when all that fail do it alike, or when the points of the chosen option belong to one kind only.
    """
    return tuple(
        item.code
        for item in definition.items
        if len(scopes := {option.fails for option in item.options} - {None}) > 1
        and (item.kind == "multiple" or not item.scored or _same_points(item, scopes))
    )


def _same_points(item: Item, scopes: Collection[str | None]) -> bool:
    by_scope = [{option.points for option in item.options if option.fails == scope} for scope in scopes]
    return len(set.union(*by_scope)) < sum(map(len, by_scope))


def from_documents(
    definition: Definition,
    item_points: Sequence[Mapping[str, Sequence[Any]]],
    failed_by: Sequence[Iterable[str]],
    answers: Sequence[Answers] | None = None,
) -> AnsweredCalls:
    """The answers of many calls from what is stored with each.

    Args:
        definition: the version that all of them were answered with.
        item_points: per call its stored {"code": [points 0..100 or None for N/A, points lost]}; other items are absent.
        failed_by: per call the codes of the items whose answer failed the section or the call.
        answers: per call its stored answers; only those to `unclear_fails` are read.

    Raises:
        ValueError: lengths differ, a code is no (scored) item of the version, a value is no points, or what an answer
            failed cannot be told without `answers`; the message names it.
    """
    import numpy as np

    n = len(item_points)
    for name, given in (("failed_by", failed_by), ("answers", answers)):
        if given is not None and len(given) != n:
            raise ValueError(f"{name} is of {len(given)} calls, item_points of {n}")
    place = {item.code: column for column, item in enumerate(scored_items(definition))}
    points = np.full((n, len(place)), ABSENT, dtype=np.int16)
    for row, document in zip(points, item_points, strict=True):
        for code, (earned, *_) in document.items():
            if code not in place:
                raise ValueError(f"{code!r} is not a scored item of this version")
            row[place[code]] = NA if earned is None else _checked(code, earned)
    sections = {section.code: place for place, section in enumerate(definition.sections)}
    failed_sections = np.zeros((n, len(sections)), dtype=bool)
    failed_call = np.zeros(n, dtype=bool)
    for call, codes in enumerate(failed_by):
        for code in codes:
            if code not in definition:
                raise ValueError(f"{code!r} is not an item of this version")
            given_answers = None if answers is None else answers[call]
            if _failed(definition.item(code), item_points[call], given_answers) == "call":
                failed_call[call] = True
            else:
                failed_sections[call, sections[definition.section_of(code).code]] = True
    return AnsweredCalls(definition, points, failed_sections, failed_call)


def _checked(code: str, earned: Any) -> int:
    points = whole_number(earned, -1)
    if not 0 <= points <= 100:
        raise ValueError(f"{code}: {earned!r} is not points 0..100")
    return points


def _failed(item: Item, item_points: Mapping[str, Sequence[Any]], answers: Answers | None) -> str:
    """What the chosen answer of an item known to have failed something failed: "section" or "call"."""
    scopes = {option.fails for option in item.options} - {None}
    if len(scopes) > 1 and item.kind != "multiple" and item.code in item_points:
        scopes &= {option.fails for option in item.options if option.points == item_points[item.code][0]}
    if len(scopes) > 1 and answers is not None:
        scopes &= {item.fails_for((answers.get(item.code) or {}).get("value"))}
    if len(scopes) > 1:
        raise ValueError(f"{item.code} may fail its section or the call: the answers are needed to tell")
    found = next(iter(scopes), None)
    if found is None:
        raise ValueError(f"{item.code} is said to have failed something; the answer stored fails nothing")
    return found
