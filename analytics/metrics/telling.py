"""Frames of answers without what would tell of a department that has too few calls, and added up over departments."""

from typing import TYPE_CHECKING, Final

from analytics.metrics.answered import Answer, ByPoints, answers
from analytics.metrics.questions import items
from analytics.metrics.withholding import withheld_departments

if TYPE_CHECKING:
    import pandas as pd

# What stands for "not applicable" while points are numbers: one more than the most.
MISSING: Final = 101


def safe_answers(frame: "pd.DataFrame", smallest: int = 1) -> "pd.DataFrame":
    """Without the questions whose total over all departments must not be shown, as `items` decides."""
    if smallest == 1 or frame.empty:
        return frame
    hidden = {each.code for each in items(frame, {}, smallest).whole if each.withheld}
    return frame[~frame["item"].isin(hidden)]


def safe_grades(frame: "pd.DataFrame", smallest: int = 1) -> "pd.DataFrame":
    """Without the questions of which the grades with full marks, or with fewer, would tell those of a department.

    Somebody who may choose departments can take the grades of one away from those of all.
    """
    if smallest == 1 or frame.empty:
        return frame
    hidden = {
        code
        for code, by_department in answers(frame).items()
        for full in (True, False)
        if withheld_departments({key: _graded(each, full=full) for key, each in by_department.items()}, smallest)[1]
    }
    return frame[~frame["item"].isin(hidden)]


def pooled(frame: "pd.DataFrame") -> "pd.DataFrame":
    """All departments and versions as one: for what only looks at the whole, many times shorter."""
    import numpy as np
    import pandas as pd

    if frame.empty:
        return frame
    which, items = pd.factorize(frame["item"], sort=True)
    points = frame["points"].to_numpy(dtype=np.int64, na_value=MISSING)
    place, pairs = pd.factorize(which * (MISSING + 1) + points, sort=True)
    item, of_item = divmod(pairs, MISSING + 1)
    # As floats they are exact up to 2**53.
    sums = {name: np.bincount(place, frame[name], len(pairs)).astype(np.int64) for name in Answer._fields}
    found = {"item": items[item], "points": pd.array(of_item, dtype="Int64"), **sums, "department": 0, "version": 0}
    return pd.DataFrame(found).assign(points=lambda each: each["points"].mask(each["points"] == MISSING))


def _graded(answered: ByPoints, *, full: bool) -> int:
    """The calls with a grade that got full marks, or fewer."""
    return sum(each.grades.n for points, each in answered.items() if points is not None and (points >= 100) is full)
