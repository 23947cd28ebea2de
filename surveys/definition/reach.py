"""Whether a question can be asked at all: a search for answers and facts that meet its condition.

A condition is written as alternatives, each a set of demands on earlier answers and on the scenario; an alternative that
demands an answer also demands that its question is asked. A demand "not" is met by leaving the answer blank, so only what
several demands ask of the same answer can clash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from .shape import CALLER_STYLES, DIGITS, Definition, Item

MOST_ALTERNATIVES: Final = 400
"""Beyond this many a question counts as reachable: to say that it is not, one has to be sure."""
FACTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "caller_style": CALLER_STYLES,
    "attempt": tuple(range(1, 10)),
    "asked_person_absent": (False, True),
}
"""What a scenario can say."""


class _Demand(NamedTuple):
    subject: str
    test: str
    """The test's key and its value, as one canonical text."""
    wanted: Any
    holds: bool


_Alternative = frozenset[_Demand]
_NEVER: Final[tuple[_Alternative, ...]] = ()
_ALWAYS: Final[tuple[_Alternative, ...]] = (frozenset(),)


class _TooMany(Exception):
    pass


def unreachable(definition: Definition) -> tuple[str, ...]:
    """Codes of the items that no answers and no scenario can show, in the checklist's order."""
    ways: dict[str, tuple[_Alternative, ...]] = {}
    found: list[str] = []
    for item in definition.items:
        try:
            ways[item.code] = _ways(definition, item.condition, ways)
        except _TooMany:
            ways[item.code] = _ALWAYS
        if not ways[item.code]:
            found.append(item.code)
    return tuple(found)


def _ways(
    definition: Definition, condition: Mapping[str, Any] | None, ways: Mapping[str, tuple[_Alternative, ...]]
) -> tuple[_Alternative, ...]:
    """The consistent alternatives in which the condition holds."""
    if not condition:
        return _ALWAYS
    return _alternatives(definition, condition, ways, holds=True)


def _alternatives(
    definition: Definition, condition: Mapping[str, Any], ways: Mapping[str, tuple[_Alternative, ...]], *, holds: bool
) -> tuple[_Alternative, ...]:
    if "not" in condition:
        return _alternatives(definition, condition["not"], ways, holds=not holds)
    for key, together in (("all", holds), ("any", not holds)):
        if key in condition:
            parts = [_alternatives(definition, part, ways, holds=holds) for part in condition[key]]
            if together:
                found = _ALWAYS
                for part in parts:
                    found = _both(definition, found, part)
                return found
            return _some(each for part in parts for each in part)
    subject = str(condition.get("item", condition.get("fact")))
    test = next(key for key in condition if key not in ("item", "fact"))
    wanted = tuple(condition[test]) if test == "is" else condition[test]
    alone: tuple[_Alternative, ...] = (frozenset([_Demand(subject, test, wanted, holds)]),)
    alone = tuple(each for each in alone if _possible(definition, each))
    return _both(definition, alone, ways.get(subject, _ALWAYS)) if "item" in condition and holds else alone


def _both(
    definition: Definition, left: tuple[_Alternative, ...], right: tuple[_Alternative, ...]
) -> tuple[_Alternative, ...]:
    if len(left) * len(right) > MOST_ALTERNATIVES:
        raise _TooMany
    return _some(each for each in (one | other for one in left for other in right) if _possible(definition, each))


def _some(alternatives: Iterable[_Alternative]) -> tuple[_Alternative, ...]:
    found = tuple(dict.fromkeys(alternatives))
    if len(found) > MOST_ALTERNATIVES:
        raise _TooMany
    return found


def _possible(definition: Definition, demands: _Alternative) -> bool:
    """Whether one set of answers and facts can meet all demands."""
    for subject in {demand.subject for demand in demands}:
        mine = [demand for demand in demands if demand.subject == subject]
        if subject in FACTS and subject not in definition:
            values: Iterable[Any] = FACTS[subject]
            if not any(demand.holds for demand in mine):
                continue  # a fact that is not known meets no test
            if not any(all(_met(demand, value) is demand.holds for demand in mine) for value in values):
                return False
        elif any(demand.holds for demand in mine) and not _answerable(definition.item(subject), mine):
            return False
    return True


def _answerable(item: Item, demands: list[_Demand]) -> bool:
    if item.kind == "multiple":
        wrong = {value for demand in demands if not demand.holds and demand.test == "is" for value in demand.wanted}
        if any(demand.test == "answered" and not demand.holds for demand in demands):
            return False
        asked = [set(demand.wanted) for demand in demands if demand.holds and demand.test == "is"]
        known = {option.value for option in item.options}
        return all((wanted & known) - wrong for wanted in asked)
    if item.kind == "number":
        return _number_between(item, demands)
    values = [option.value for option in item.options] or [""]
    return any(all(_met(demand, value) is demand.holds for demand in demands) for value in values)


def _number_between(item: Item, demands: list[_Demand]) -> bool:
    """Tried at every bound, and a little to both sides of it: nothing changes in between."""
    if any(demand.test == "answered" and not demand.holds for demand in demands):
        return False
    bounds = [demand.wanted for demand in demands if demand.test in ("at_least", "at_most")]
    edges = [edge for edge in (item.minimum, item.maximum) if edge is not None]
    little = Fraction(1, 10**6)
    tried = [Fraction(each) + offset for each in [*bounds, *edges] or [0] for offset in (-little, 0, little)]
    return any(
        (item.minimum is None or value >= item.minimum)
        and (item.maximum is None or value <= item.maximum)
        and all(_met(demand, value) is demand.holds for demand in demands)
        for value in tried
    )


def _met(demand: _Demand, value: Any) -> bool:
    if demand.test == "is":
        return value in demand.wanted
    if demand.test == "answered":
        return True
    if isinstance(value, str):
        if not DIGITS.fullmatch(value):
            return False
        value = int(value)
    return bool(value >= demand.wanted if demand.test == "at_least" else value <= demand.wanted)
