"""What is given in is looked at here, so that every statistic refuses the same things in the same words."""

import math
import operator
from collections.abc import Iterable, Sequence


def numbers(name: str, values: Iterable[object]) -> list[float]:
    """The values as plain floats; a `ValueError` naming the first that is missing, infinite or no number at all.

    Integers, `Decimal`, `Fraction` and the scalars of numpy and pandas are numbers; `None`, NaN and text are not.

    >>> numbers("scores", [1, 2.5])
    [1.0, 2.5]
    """
    return [number(name, value) for value in values]


def number(name: str, value: object) -> float:
    """One value as a plain finite float."""
    if isinstance(value, str | bytes | bytearray):
        raise ValueError(f"{name} holds {value!r}, which is not a number")  # noqa: TRY004 - bad data is a ValueError here
    try:
        result = float(value)  # type: ignore[arg-type]  # whatever cannot be turned into one is refused below
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} holds {value!r}, which is not a number") from None
    if not math.isfinite(result):
        raise ValueError(f"{name} holds {value!r}, which is not a finite number")
    return result


def whole(name: str, value: object, *, least: int = 0) -> int:
    """A count: a whole number of at least `least`. A float that is whole, as pandas makes of counts, is one.

    >>> whole("trials", 5.0)
    5
    """
    result = integer(name, value)
    if result < least:
        raise ValueError(f"{name} is {result}; it is at least {least}")
    return result


def integer(name: str, value: object) -> int:
    """A whole number of any sign and size as Python's own, which does not wrap around as those of numpy do.

    >>> integer("total", -5.0)
    -5
    """
    try:
        result = operator.index(value)  # type: ignore[arg-type]  # what has no index is looked at below
    except TypeError:
        as_float = number(name, value)
        if not as_float.is_integer():
            raise ValueError(f"{name} is {value!r}; it is a whole number") from None
        result = int(as_float)
    return result


def inside(name: str, value: object) -> float:
    """A level, share or alpha that lies between 0 and 1, both excluded."""
    result = number(name, value)
    if not 0 < result < 1:
        raise ValueError(f"{name} is {value}; it lies between 0 and 1")
    return result


def one_of(name: str, value: str, names: Iterable[str]) -> None:
    """Refuses an option that does not exist, and says which do."""
    known = tuple(names)
    if value not in known:
        raise ValueError(f"{name} is {value!r}; it is one of {', '.join(known)}")


def same_length(**lists: int) -> None:
    """Refuses lists that belong together but differ in length; given as name = length."""
    if len(set(lists.values())) > 1:
        raise ValueError("the lengths differ: " + ", ".join(f"{length} {name}" for name, length in lists.items()))


def differences_of(first: Sequence[object], second: Sequence[object]) -> tuple[list[float], float]:
    """First minus second of each pair, and the largest size among the values they were made of.

    The size tells how much of a difference can be the rounding of floating point.
    """
    same_length(first=len(first), second=len(second))
    a, b = numbers("first", first), numbers("second", second)
    differences = numbers("first minus second", (x - y for x, y in zip(a, b, strict=True)))
    return differences, max(map(abs, a + b), default=0.0)
