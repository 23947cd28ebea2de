"""Ratings as they are handed in, read once and alike for every measure of agreement.

Ratings are a table of two dimensions: a row is a unit (a call, a subject, a target), a column is a rater. A cell holds what
the rater said of the unit; `None` and NaN (also pandas' and Decimal's) mean that the rater did not rate it.
"""

import contextlib
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Squares of larger numbers leave the range of a float.
LARGEST = 1e150
# Whole numbers up to here are exact in floating point.
MOST_COUNTED = 10**15


@dataclass(frozen=True, slots=True)
class Interval:
    """Limits that hold with probability `level`; `method` says how they were found.

    Of a bootstrap, `resamples` were drawn and `undefined` of them left out, since they had no value of their own.
    """

    low: float
    high: float
    level: float
    method: str
    resamples: int = 0
    undefined: int = 0


@dataclass(frozen=True, slots=True)
class Coded:
    """Ratings as numbers: `codes` (units x raters) are places in `categories`, -1 where a rating is missing."""

    codes: "NDArray[np.int64]"
    categories: tuple[Hashable, ...]

    @property
    def counts(self) -> "NDArray[np.int64]":
        """How many raters chose each category: units x categories."""
        import numpy as np

        units, k = len(self.codes), len(self.categories)
        rows, columns = np.nonzero(self.codes >= 0)
        cells = rows * k + self.codes[rows, columns]
        return np.bincount(cells, minlength=units * k).reshape(units, k)


def is_missing(value: object) -> bool:
    """`None`, NaN of any kind of number, pandas' NA and NaT: whatever is not equal to itself."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, (float, Decimal)):
        return math.isnan(value)
    try:
        return bool(value != value)  # noqa: PLR0124 - this is what makes it a NaN
    except (ValueError, TypeError):
        return False


def as_number(value: object, name: str) -> float:
    """A finite number as a float; `name` says in the refusal which value it was."""
    number = math.inf
    if is_number(value):
        with contextlib.suppress(OverflowError, ValueError):
            number = float(value)  # type: ignore[arg-type]  # every kind of number can be made a float
    if not abs(number) <= LARGEST:
        shown = value.item() if hasattr(value, "item") else value
        raise ValueError(f"{name} is {shown!r}; it is a number of at most {LARGEST:g}")
    return number


def as_count(value: object, name: str) -> int:
    """How often something occurred."""
    number = -1.0 if is_missing(value) else as_number(value, name)
    if number < 0 or number != int(number) or number > MOST_COUNTED:
        raise ValueError(f"{name} is {value!r}; a count is a whole number from 0 to {MOST_COUNTED:g}")
    return int(number)


def table_of(values: Any, name: str = "ratings") -> list[Sequence[Any]]:
    """The rows of a table as sequences of one length; also a numpy array or a pandas DataFrame."""
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    rows: list[Sequence[Any]] = []
    for index, row in enumerate(_iterated(values, name)):
        if isinstance(row, (str, bytes)) or not hasattr(row, "__len__") or not hasattr(row, "__getitem__"):
            raise ValueError(f"{name}[{index}] is {row!r}; it is a row, one value a column")
        if rows and len(row) != len(rows[0]):
            raise ValueError(f"{name}[{index}] has {len(row)} values; the first row has {len(rows[0])}")
        rows.append(row.tolist() if hasattr(row, "tolist") else list(row))
    return rows


def numbers(ratings: Any) -> "NDArray[np.float64]":
    """Ratings as floats, units x raters, NaN where missing. What is no finite number is refused."""
    import numpy as np

    if isinstance(ratings, np.ndarray) and ratings.ndim == 2 and ratings.dtype.kind in "biuf":
        values = ratings.astype(np.float64)
        wrong = np.argwhere(np.abs(values) > LARGEST)
        if len(wrong):
            row, column = wrong[0]
            as_number(ratings[row, column], f"ratings[{row}][{column}]")
        return values
    rows = table_of(ratings)
    flat = [_number_or_nan(value, row, column) for row, line in enumerate(rows) for column, value in enumerate(line)]
    return np.array(flat, dtype=np.float64).reshape(len(rows), len(rows[0]) if rows else 0)


def coded(ratings: Any, categories: Iterable[Hashable] | None = None) -> Coded:
    """Ratings as places in the list of categories.

    `categories` lists all there are, in their order, when given; a rating outside it is refused. Without it they are those
    that occur: in the order of their size when all are numbers, else in the order in which they are met.
    """
    import numpy as np

    rows = table_of(ratings)
    known = None if categories is None else _places(categories)
    found: dict[Hashable, int] = {} if known is None else known
    flat = [
        _code(value, row, col, found, known is None) for row, line in enumerate(rows) for col, value in enumerate(line)
    ]
    codes = np.array(flat, dtype=np.int64).reshape(len(rows), len(rows[0]) if rows else 0)
    if known is not None or not all(is_number(each) for each in found):
        return Coded(codes, tuple(found))
    ordered = sorted(found, key=lambda each: as_number(each, "a rating"))
    places = np.full(len(ordered) + 1, -1)
    for place, category in enumerate(ordered):
        places[found[category]] = place
    return Coded(places[codes], tuple(ordered))


def is_number(value: object) -> bool:
    """Whether values of this kind have an order of their own."""
    if isinstance(value, (int, float, Decimal, Fraction)):
        return True
    import numpy as np

    return isinstance(value, (np.number, np.bool_)) and not isinstance(value, np.complexfloating)


def ordered_categories(found: Iterable[Hashable], categories: Iterable[Hashable] | None) -> tuple[Hashable, ...]:
    """The categories in their order: as given, or those found by size, which only numbers have."""
    if categories is not None:
        return tuple(_places(categories))
    values = set(found)
    for value in values:
        if not is_number(value) or is_missing(value):
            raise ValueError(f"{value!r} has no order of its own; name all categories in their order")
    return tuple(sorted(values, key=lambda each: as_number(each, "a category")))


def two_sided(level: float) -> float:
    """The probability up to the upper limit of an interval that leaves as much below it as above."""
    share = as_number(level, "level")
    upper = (1 + share) / 2
    if not 0 < share < 1 or upper == 1:
        raise ValueError(f"level is {level}; it lies between 0 and 1")
    return upper


def two_sided_p(z: float) -> float:
    """The two-sided p-value of a standard normal deviate."""
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


# --- how --------------------------------------------------------------------------------------------------------------


def _iterated(values: Any, name: str) -> Iterable[Any]:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise ValueError(f"{name} is {values!r}; it is a table of rows")
    if getattr(values, "ndim", 2) != 2:
        raise ValueError(f"{name} has {values.ndim} dimensions; it is a table of two")
    found: Iterable[Any] = values
    return found


def _number_or_nan(value: object, row: int, column: int) -> float:
    return math.nan if is_missing(value) else as_number(value, f"ratings[{row}][{column}]")


def _code(value: Any, row: int, column: int, found: dict[Hashable, int], new_allowed: bool) -> int:  # noqa: FBT001
    if is_missing(value):
        return -1
    try:
        place = found.get(value)
    except TypeError:
        raise ValueError(f"ratings[{row}][{column}] is {value!r}; a category cannot be changed") from None
    if place is None:
        if not new_allowed:
            raise ValueError(f"ratings[{row}][{column}] is {value!r}; it is none of the categories")
        place = found[value] = len(found)
    return place


def _places(categories: Iterable[Hashable]) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    for category in categories:
        if is_missing(category):
            raise ValueError(f"categories holds {category!r}; that means a missing rating")
        if category in places:
            raise ValueError(f"categories holds {category!r} twice")
        places[category] = len(places)
    return places
