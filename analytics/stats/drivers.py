"""Which behaviours go with the grade "would call again" (0..10).

One item at a time, from stored additive parts: the grade with full marks against the grade with fewer, and the
correlation. All items together, from the calls themselves: least squares, and the parts of the explained variance.

Association, not cause. The same evaluator who heard the behaviour gave the grade: a good impression lifts both (halo),
and what nobody varied cannot show. A driver is a place to look first, not a promise that the grade will follow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analytics.stats import importance
from analytics.stats.comparison import Difference, welch
from analytics.stats.given import inside
from analytics.stats.intervals import LEVEL, Sums, normal_quantile, t_quantile, t_two_sided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FULL = 100
MISSING = ("indicator", "mean", "complete")
METHODS = ("relative_weights", "lmg")


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's r of `n` pairs with Fisher's interval and the two-sided p of r = 0; no interval below four pairs."""

    n: int
    r: float
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class ItemAndGrade:
    """One item against the grade: grades with full marks against grades with fewer.

    `difference` is mean grade with full marks minus mean grade without (Welch's interval and p), `None` when either
    side has fewer than two calls; `correlation` is `None` when points or grades do not vary.
    """

    n: int
    n_full: int
    n_less: int
    mean_full: float | None
    mean_less: float | None
    difference: Difference | None
    correlation: Correlation | None


@dataclass(frozen=True, slots=True)
class Driver:
    """One item in the joint model.

    `slope` is the change of the grade per unit of the share (0 to 1: from no marks to full marks), the other items
    held; `None` when only the item's mark of applying is in the model. `low`, `high` and `p` are robust (HC3), `None`
    also where one call alone decides the slope. `importance` is the part of the variance of the grade (0..1)
    that the item's share carries, `importance_na` the part of whether the item applied at all; over all items these
    sum to R squared. `n` is the number of calls in which it applied.
    """

    code: str
    n: int
    slope: float | None
    low: float | None
    high: float | None
    p: float | None
    importance: float
    importance_na: float


@dataclass(frozen=True, slots=True)
class Left:
    """A column that is not in the model: its item, whether it is the share or the "did not apply" mark, and why.

    `reason` is "empty" (in no call), "constant" or "collinear" (with the columns of the items named in `follows`).
    """

    code: str
    column: str
    reason: str
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drivers:
    """The joint model of `n` calls: R squared (0..1), the drivers in the order given, and what was left out."""

    n: int
    r_squared: float
    drivers: tuple[Driver, ...]
    left: tuple[Left, ...]


def grades_by_points(points: Any, grades: Any) -> dict[int, Sums]:
    """The additive parts that `item_and_grade` takes, of calls as they are: per points value the sums of the grades.

    `points` and `grades` are whole numbers of one length; a call where either is `None` or NaN is left out.

    >>> grades_by_points([100, 100, 0, None], [8, 9, 5, 7])
    {0: Sums(n=1, total=5, squares=25), 100: Sums(n=2, total=17, squares=145)}
    """
    import numpy as np

    given, graded = np.asarray(points, dtype=float), np.asarray(grades, dtype=float)
    if given.ndim != 1 or given.shape != graded.shape:
        raise ValueError(f"points has shape {given.shape}, grades {graded.shape}; both are lists of one length")
    known = ~(np.isnan(given) | np.isnan(graded))
    given, graded = given[known], graded[known]
    for name, values in (("points", given), ("grades", graded)):
        wrong = values[~(np.abs(values) <= 10**6) | (np.rint(values) != values)]
        if wrong.size:
            raise ValueError(f"{name} holds {wrong[0]}; they are whole numbers up to a million")
    found, places = np.unique(given.astype(np.int64), return_inverse=True)
    sizes = np.bincount(places, minlength=len(found))
    # Whole numbers below 2^53: exact.
    totals = np.bincount(places, weights=graded, minlength=len(found))
    squares = np.bincount(places, weights=graded * graded, minlength=len(found))
    return {
        int(value): Sums(int(n), int(total), int(square))
        for value, n, total, square in zip(found, sizes, totals, squares, strict=True)
    }


def item_and_grade(parts: Mapping[int, Sums], *, full: int = FULL, level: float = LEVEL) -> ItemAndGrade | None:
    """One item against the grade, from additive parts: per points value the sums of the grades given with it.

    Welch's interval of the difference between full marks (`full` points or more) and fewer; Pearson's correlation of
    points and grade with Fisher's interval (`correlation`). `None` without calls.

    >>> result = item_and_grade({100: Sums(3, 24, 194), 0: Sums(3, 15, 77)})
    >>> result.difference.difference, round(result.correlation.r, 4)
    (3.0, 0.8783)
    """
    _check_level(level)
    _check_whole(parts)
    full_marks = sum((sums for points, sums in parts.items() if points >= full), Sums())
    fewer = sum((sums for points, sums in parts.items() if points < full), Sums())
    if full_marks.n + fewer.n == 0:
        return None
    return ItemAndGrade(
        n=full_marks.n + fewer.n,
        n_full=full_marks.n,
        n_less=fewer.n,
        mean_full=None if full_marks.mean is None else float(full_marks.mean),
        mean_less=None if fewer.mean is None else float(fewer.mean),
        difference=welch(fewer, full_marks, level),
        correlation=correlation(parts, level=level),
    )


def correlation(parts: Mapping[int, Sums], *, level: float = LEVEL) -> Correlation | None:
    """Pearson's correlation of a whole number x and a grade y from sums alone: per value of x the sums of y.

    r from the exact sums of squares and products; the interval is tanh(artanh r -+ z / sqrt(n - 3)), Fisher (1921),
    Metron 1:3-32; p from Student's t with n - 2 degrees of freedom. The same as `scipy.stats.pearsonr`. `None` when x
    or y does not vary.

    >>> result = correlation({1: Sums(1, 2, 4), 2: Sums(1, 1, 1), 3: Sums(1, 4, 16), 4: Sums(1, 3, 9)})
    >>> round(result.r, 2), round(result.low, 4), round(result.high, 4), round(result.p, 2)
    (0.6, -0.8529, 0.9901, 0.4)
    """
    _check_level(level)
    _check_whole(parts)
    y = sum(parts.values(), Sums())
    x = sum((Sums(sums.n, int(value) * sums.n, int(value) ** 2 * sums.n) for value, sums in parts.items()), Sums())
    of_x, of_y = (each.n * each.squares - each.total**2 for each in (x, y))
    if not of_x or not of_y:
        return None
    both = y.n * sum(int(value) * sums.total for value, sums in parts.items()) - x.total * y.total
    if both * both == of_x * of_y:
        r = math.copysign(1.0, both)
        return Correlation(y.n, r, *((None, None, None) if y.n < 4 else (r, r, 0.0)))
    # One division of whole numbers of any size before the root: no overflow, no lost digits.
    r = math.copysign(math.sqrt(Fraction(both * both, of_x * of_y)), both)
    r = max(min(r, 1.0), -1.0)
    p = t_two_sided(r * math.sqrt((y.n - 2) / (1 - r * r)), y.n - 2) if y.n > 2 and abs(r) < 1 else None
    if y.n < 4 or abs(r) == 1:
        return Correlation(y.n, r, None, None, p)
    half = normal_quantile((1 + level) / 2) / math.sqrt(y.n - 3)
    return Correlation(y.n, r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half), p)


def _check_level(level: float) -> None:
    inside("level", level)


def _check_whole(parts: Mapping[int, Sums]) -> None:
    for points in parts:
        if not math.isfinite(points) or points != int(points):
            raise ValueError(f"parts has {points}; points are whole numbers")


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Standardised columns that the model is made of, calls x columns, with what they are of."""

    columns: Floats
    scales: Floats
    items: list[int]
    kinds: list[str]
    left: list[Left]


def joint(
    grades: Any,
    shares: Any,
    codes: Sequence[str],
    *,
    missing: str = "indicator",
    method: str = "relative_weights",
    level: float = LEVEL,
) -> Drivers | None:
    """Least squares of the grade on the shares of all items at once, and what each carries of the explained variance.

    Intervals are heteroscedasticity-robust: HC3 of MacKinnon & White (1985), Journal of Econometrics 29:305-325, with
    Student's t on n - k - 1 degrees of freedom, as Long & Ervin (2000), The American Statistician 54:217-224, advise.
    Importance is Johnson's relative weights or LMG (`analytics.stats.importance`). Association, not cause: see above.

    "Not applicable" means that there was nothing to do well or badly, not that a value got lost. So by default
    (`missing="indicator"`) such a share is filled with the item's mean and a column says whether the item applied: the
    slope is then that among the calls where it did. This dummy-variable adjustment is biased for values that exist and
    are unknown (Jones 1996, JASA 91:222-230) and right for values that do not exist (Allison 2001, Missing Data, p.
    87). "mean" fills without that column, "complete" keeps only calls in which every item applied.

    Columns that do not vary, and columns that earlier ones determine (in the order given; shares first), are left out
    and named, as R's `lm` does.

    Args:
        grades: length n; a call whose grade is `None` or NaN is left out.
        shares: n x items, usually 0..1; `None` or NaN where the item did not apply.
        codes: of the items.
        missing: one of `MISSING`.
        method: of importance, one of `METHODS`.
        level: of the intervals.

    Returns:
        The model; `None` when the grades do not vary, or there are not more calls than columns + 1.

    >>> result = joint([1, 3, 2, 5, 4], [[0, 0], [1, 0], [0, 1], [1, 1], [1, 1]], ["a", "b"])
    >>> [(driver.code, round(driver.slope, 4)) for driver in result.drivers], round(result.r_squared, 4)
    ([('a', 2.2857), ('b', 1.2857)], 0.9429)
    """
    import numpy as np

    _check_level(level)
    for name, value, known in (("missing", missing, MISSING), ("method", method, METHODS)):
        if value not in known:
            raise ValueError(f"{name} is {value!r}; it is one of {', '.join(known)}")
    graded, given = _read(grades, shares, codes)
    if missing == "complete":
        whole = ~np.isnan(given[:, ~np.isnan(given).all(axis=0)]).any(axis=1)
        graded, given = graded[whole], given[whole]
    if len(graded) < 2 or np.ptp(graded) == 0:
        return None
    design = _independent(_design(given, codes, indicators=missing == "indicator"), codes)
    n, count = design.columns.shape
    if n <= count + 1:
        return None
    centred = graded - graded.mean()
    spread = math.sqrt(float(centred @ centred) / n)
    together = design.columns.T @ design.columns / n
    with_grade = np.clip(design.columns.T @ centred / (n * spread), -1, 1)
    inverse = np.linalg.inv(together)
    slopes = inverse @ with_grade * spread
    errors = _hc3(design.columns, centred - design.columns @ slopes, inverse)
    parts = getattr(importance, method)(together, with_grade)
    tests = _tests(slopes / design.scales, errors / design.scales, n - count - 1, level)
    return Drivers(
        n=n,
        r_squared=float(with_grade @ inverse @ with_grade),
        drivers=_drivers(design, codes, (~np.isnan(given)).sum(axis=0).tolist(), tests, parts),
        left=tuple(design.left),
    )


def _read(grades: Any, shares: Any, codes: Sequence[str]) -> tuple[Floats, Floats]:
    import numpy as np

    graded, given = np.asarray(grades, dtype=float), np.asarray(shares, dtype=float)
    if graded.ndim != 1 or given.size != len(graded) * len(codes):
        raise ValueError(f"shares has shape {given.shape}; there are {graded.shape} grades and {len(codes)} codes")
    given = given.reshape(len(graded), len(codes))
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise ValueError(f"codes has {code!r} twice")
    for name, values in (("grades", graded), ("shares", given)):
        # Beyond this, squares of squares would leave what a float holds.
        wrong = values[np.abs(values) > 1e60]
        if wrong.size:
            raise ValueError(f"{name} holds {wrong[0]}; they are finite numbers of a usual size")
    known = ~np.isnan(graded)
    return graded[known], given[known]


def _design(given: Floats, codes: Sequence[str], *, indicators: bool) -> _Design:
    """A column per item, and after those one per item that did not apply everywhere."""
    import numpy as np

    n = len(given)
    known = ~np.isnan(given)
    columns, scales, items, kinds, left = [], [], [], [], []
    for kind in ("share", "applied") if indicators else ("share",):
        for place, code in enumerate(codes):
            applied = known[:, place]
            if kind == "applied" and (applied.all() or not applied.any()):
                continue
            values, used = (given[:, place], applied) if kind == "share" else (applied.astype(float), slice(None))
            if not applied.any() or np.ptp(values[used]) == 0:
                left.append(Left(code, kind, "constant" if applied.any() else "empty"))
                continue
            centred = np.zeros(n)
            centred[used] = values[used] - values[used].mean()
            scales.append(math.sqrt(float(centred @ centred) / n))
            columns.append(centred / scales[-1])
            items.append(place)
            kinds.append(kind)
    return _Design(np.array(columns).reshape(len(columns), n).T, np.array(scales), items, kinds, left)


def _independent(design: _Design, codes: Sequence[str]) -> _Design:
    """The design without the columns that earlier ones determine; those are named in `left`."""
    import numpy as np

    together = design.columns.T @ design.columns / max(len(design.columns), 1)
    rest, kept, left = together.copy(), [], list(design.left)
    for place, item in enumerate(design.items):
        pivot = rest[place, place]
        if pivot > importance.DEPENDENT:
            rest -= np.outer(rest[:, place], rest[place]) / pivot
            kept.append(place)
            continue
        mix = np.linalg.solve(together[np.ix_(kept, kept)], together[kept, place])
        of_items = [design.items[each] for each, part in zip(kept, mix, strict=True) if abs(part) > 1e-4]
        follows = tuple(codes[each] for each in dict.fromkeys(of_items))
        left.append(Left(codes[item], design.kinds[place], "collinear", follows))
    return _Design(
        design.columns[:, kept],
        design.scales[kept],
        [design.items[place] for place in kept],
        [design.kinds[place] for place in kept],
        left,
    )


def _hc3(columns: Floats, residuals: Floats, inverse: Floats) -> Floats:
    """Standard errors of the slopes of standardised columns; NaN where a call of leverage 1 decides the slope alone."""
    import numpy as np

    n = len(columns)
    reach = columns @ inverse
    leverage = 1 / n + np.einsum("ij,ij->i", reach, columns) / n
    alone = leverage > 1 - 1e-9
    scaled = np.where(alone, 0.0, residuals / np.where(alone, 1.0, 1 - leverage))
    errors = np.sqrt(np.einsum("ij,i->j", reach**2, scaled**2)) / n
    decided = (np.abs(reach[alone]) > 1e-6).any(axis=0)
    return np.where(decided, np.nan, errors)


_Test = tuple[float, float | None, float | None, float | None]


def _tests(slopes: Floats, errors: Floats, df: int, level: float) -> list[_Test]:
    """Slope, low, high and p of each column."""
    t = t_quantile((1 + level) / 2, df)
    made: list[_Test] = []
    for slope, error in zip(slopes.tolist(), errors.tolist(), strict=True):
        if math.isnan(error):
            made.append((slope, None, None, None))
        else:
            p = t_two_sided(slope / error, df) if error else float(slope == 0)
            made.append((slope, slope - t * error, slope + t * error, p))
    return made


def _drivers(
    design: _Design, codes: Sequence[str], sizes: Sequence[int], tests: Sequence[_Test], parts: Sequence[float]
) -> tuple[Driver, ...]:
    places = {(item, kind): place for place, (item, kind) in enumerate(zip(design.items, design.kinds, strict=True))}
    made = []
    for item, code in enumerate(codes):
        share, applied = places.get((item, "share")), places.get((item, "applied"))
        if share is None and applied is None:
            continue
        slope, low, high, p = (None, None, None, None) if share is None else tests[share]
        carried, carried_na = (0.0 if place is None else parts[place] for place in (share, applied))
        made.append(Driver(code, sizes[item], slope, low, high, p, carried, carried_na))
    return tuple(made)
