"""Values in order of time, read and refused in one place for the charts, the change points and the trends."""

import math
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import SupportsFloat, SupportsInt

# A value over time; `None` is a period without one.
Value = SupportsFloat | None
# Places, values and weights of the values that are there.
Present = tuple[list[int], list[float], list[float]]
# Squares and sums of squares of larger values would leave what a float can hold.
LARGEST = 1e150
# Beside a weight so many times larger, a value says nothing any more.
WIDEST = 1e12


def finite(value: SupportsFloat, name: str) -> float:
    """`value` as a float; `ValueError` naming it and the argument `name` when it is no finite number within 1e150."""
    if isinstance(value, str | bytes | bytearray):
        raise ValueError(f"{name} is {value!r}; a number is needed")  # noqa: TRY004 - bad data is a ValueError here
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        raise ValueError(f"{name} is {value}; a number is needed") from None
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise ValueError(f"{value} is not a number to put on a chart ({name})")
    return number


def positive(value: SupportsFloat, name: str) -> float:
    """`value` as a finite float above zero; else `ValueError`."""
    number = finite(value, name)
    if number <= 0:
        raise ValueError(f"{name} is {value}; it is above 0")
    return number


def not_negative(value: SupportsFloat, name: str) -> float:
    """`value` as a finite float of at least zero; else `ValueError`."""
    number = finite(value, name)
    if number < 0:
        raise ValueError(f"{name} is {value}; it is 0 or more")
    return number


def whole(value: SupportsInt, name: str, least: int = 0) -> int:
    """`value` as an integer of at least `least`; else `ValueError`, for fractions too."""
    if type(value) is int and value >= least:
        return value
    if isinstance(value, float | Decimal | Fraction):
        finite(value, name)
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}; a whole number is needed") from None
    if number != value or number < least:
        raise ValueError(f"{name} is {value}; it is a whole number of {least} or more")
    return number


def share(value: SupportsFloat, name: str) -> float:
    """`value` as a float between 0 and 1, both excluded; else `ValueError`."""
    number = finite(value, name)
    if not 0 < number < 1:
        raise ValueError(f"{name} is {value}; it lies between 0 and 1")
    return number


def one_of(value: str, allowed: Iterable[str], name: str) -> str:
    """`value` when it is one of the names `allowed`; else `ValueError` listing them."""
    names = tuple(allowed)
    if value not in names:
        raise ValueError(f"{name} is {value!r}; it is one of {', '.join(names)}")
    return value


def series(values: Collection[Value], name: str = "values") -> list[float | None]:
    """The values as floats in their order, missing ones as `None`; `ValueError` names one that is not finite."""
    return [None if value is None else finite(value, name) for value in values]


def present(values: Collection[Value], weights: Collection[Value] | None, name: str = "values") -> Present:
    """The values that are there with their places and weights (all 1 without `weights`).

    A missing value's weight is not looked at, so that a period without calls may bring its n of 0. `ValueError` for
    another number of weights than of values, for a weight that is not above zero, and for weights too far apart.
    """
    numbers = series(values, name)
    if weights is not None and len(weights) != len(numbers):
        raise ValueError(f"{len(weights)} weights for {len(numbers)} {name}")
    places = [place for place, number in enumerate(numbers) if number is not None]
    kept = [number for number in numbers if number is not None]
    given = None if weights is None else list(weights)
    loads = [1.0] * len(kept) if given is None else [_weight(given[place]) for place in places]
    if loads and max(loads) > WIDEST * min(loads):
        raise ValueError(f"weights has {max(loads)} beside {min(loads)}; they lie within a factor of {WIDEST:.0e}")
    return places, kept, loads


def _weight(weight: Value) -> float:
    if weight is None:
        raise ValueError("weights is None at a value that is there; it is above 0")
    return positive(weight, "weights")


def level_mean(numbers: Sequence[float]) -> float:
    """The mean, of equal numbers exactly that number (a plain sum over n may miss it by a hair)."""
    first = math.fsum(numbers) / len(numbers)
    return first + math.fsum(number - first for number in numbers) / len(numbers)
