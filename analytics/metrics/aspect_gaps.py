"""Content against experience per department, call by call, and the calls with the right answer and a bad feeling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from analytics.figures import Share
from analytics.metrics.means import WITHHELD_SHARE, share
from analytics.metrics.pairs import mean_difference
from analytics.metrics.withholding import withheld_departments
from analytics.results import WITHHELD_ESTIMATE, Estimate, judged_by_key
from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import pandas as pd

RIGHT: Final = Decimal(80)
"""Content from here on is the right answer; in points."""
BAD: Final = Decimal(60)
"""Experience below this is a bad feeling; in points."""
WHOLE: Final = -1


@dataclass(frozen=True, slots=True)
class AspectGap:
    """Content minus experience in points, and of the same calls those with content from `RIGHT` and experience below
    `BAD`.
    """

    gap: Estimate
    bad_feeling: Share


NO_ASPECT_GAP: Final = AspectGap(Estimate(), Share())
WITHHELD_GAP: Final = AspectGap(WITHHELD_ESTIMATE, WITHHELD_SHARE)


@dataclass(frozen=True, slots=True)
class AspectGaps:
    """Over all calls, and per department; the p-values of the departments are corrected together."""

    whole: AspectGap
    departments: Mapping[int, AspectGap]


def aspect_gaps(frame: "pd.DataFrame", smallest: int = 1, totals: Iterable[frozenset[int]] = ()) -> AspectGaps:
    """The gap of every department with the paired t interval and test, corrected for there being many.

    `frame` is that of `call_frames.aspect_sums`, with `RIGHT` and `BAD`; calls that miss either score take no part. What
    all calls say is no further test of the departments, and stands by itself. `totals`: see `withheld_departments`.
    """
    rows = {
        int(key): (Sums(int(n), int(total), int(squares)), int(bad))
        for key, n, total, squares, bad in frame[_COLUMNS].itertuples(index=False, name=None)
    }
    sizes = {key: sums.n for key, (sums, _bad) in rows.items()}
    hidden, whole_hidden = withheld_departments(sizes, smallest, (), totals)
    found = {key: WITHHELD_GAP if key in hidden else _of(*each) for key, each in rows.items()}
    judged = judged_by_key({key: each.gap for key, each in found.items()})
    departments = {key: AspectGap(judged[key], each.bad_feeling) for key, each in found.items()}
    if whole_hidden:
        return AspectGaps(WITHHELD_GAP, departments)
    whole = _of(sum((sums for sums, _bad in rows.values()), Sums()), sum(bad for _sums, bad in rows.values()))
    return AspectGaps(AspectGap(judged_by_key({WHOLE: whole.gap})[WHOLE], whole.bad_feeling), departments)


_COLUMNS: Final = ["department", "n", "sum", "squares", "n_bad"]


def _of(sums: Sums, bad: int) -> AspectGap:
    return AspectGap(mean_difference(sums), share(bad, sums.n))
