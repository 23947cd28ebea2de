"""The tone gap: how much more a calm caller gets than a dominant one, over matched pairs of calls.

Every difference is calm minus dominant. A pair counts as one; below `smallest` pairs a figure is withheld.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from analytics.figures import ENOUGH, rounded
from analytics.metrics.pairs import differences, mean_difference, sums_of
from analytics.metrics.withholding import withheld_departments
from analytics.results import WITHHELD_ESTIMATE, Estimate, estimate, judged_by_key
from analytics.stats.paired import mcnemar, paired_table
from analytics.stats.signed_rank import signed_rank_of_differences

if TYPE_CHECKING:
    import pandas as pd

PAIRED_T, MCNEMAR = "paired t", "McNemar"
WHOLE = -1


@dataclass(frozen=True, slots=True)
class ToneGap:
    """What calm callers got more than dominant ones, of one measure (points) or question (percent of its points).

    `estimate.n` counts pairs. `method` is the test behind its interval and p. Beside it, of a measure: Wilcoxon's
    `rank_p` and the Hodges-Lehmann `typical` gap, which single odd pairs do not move. `calm` and `dominant` are the two
    means.
    """

    estimate: Estimate
    method: str
    calm: Decimal | None = None
    dominant: Decimal | None = None
    rank_p: float | None = None
    typical: Decimal | None = None


NO_GAP = ToneGap(Estimate(), PAIRED_T)
WITHHELD_GAP = ToneGap(WITHHELD_ESTIMATE, PAIRED_T)


@dataclass(frozen=True, slots=True)
class ToneGaps:
    """Gaps by measure or question: over all departments, and in each. All p-values are corrected together."""

    whole: Mapping[str, ToneGap]
    departments: Mapping[int, Mapping[str, ToneGap]]


def tone_gaps(frame: "pd.DataFrame", smallest: int = 1) -> ToneGaps:
    """The gap in every measure of the frame `pairs`: paired t interval and test, and Wilcoxon's test beside it.

    Below `ENOUGH` pairs there is neither.
    """
    measures = [name.removeprefix("calm_") for name in frame.columns if name.startswith("calm_")]
    tables = {name: frame[["department", f"calm_{name}", f"dominant_{name}"]].dropna() for name in measures}
    columns = ["department", "calm", "dominant"]
    return _gaps({name: table.set_axis(columns, axis=1) for name, table in tables.items()}, smallest)


def tone_gap_items(frame: "pd.DataFrame", smallest: int = 1, *, yes_no: Collection[str] | None = None) -> ToneGaps:
    """The gap in every question of the frame `pair_answers`.

    Questions of `yes_no` (codes; by default those that earn all or nothing in every call here) are compared by
    McNemar's exact test, with the difference of the two shares of full marks and Newcombe's interval; the others by the
    paired t test of their points.
    """
    columns = ["department", "calm", "dominant"]
    tables = {str(code): rows[columns] for code, rows in frame.groupby("item")}
    if yes_no is None:
        yes_no = {code for code, rows in tables.items() if rows[["calm", "dominant"]].isin([0, 100]).all(axis=None)}
    return _gaps(tables, smallest, yes_no)


# --- how --------------------------------------------------------------------------------------------------------------


def _gaps(tables: Mapping[str, "pd.DataFrame"], smallest: int, yes_no: Collection[str] | None = None) -> ToneGaps:
    """`yes_no` is `None` for measures, which are in hundredths."""
    found: dict[tuple[int, str], ToneGap] = {}
    for name, table in tables.items():
        by_department = {int(str(key)): rows for key, rows in table.groupby("department")}
        sizes = {key: len(rows) for key, rows in by_department.items()}
        hidden, whole_hidden = withheld_departments(sizes, smallest)
        for key, rows in [(WHOLE, table), *by_department.items()]:
            is_hidden = whole_hidden if key == WHOLE else key in hidden
            found[key, name] = WITHHELD_GAP if is_hidden else _gap(rows, name, yes_no)
    return _told(found)


def _told(found: Mapping[tuple[int, str], ToneGap]) -> ToneGaps:
    judged = judged_by_key({key: each.estimate for key, each in found.items()})
    whole: dict[str, ToneGap] = {}
    departments: dict[int, dict[str, ToneGap]] = {}
    for (department, name), each in found.items():
        held = whole if department == WHOLE else departments.setdefault(department, {})
        held[name] = ToneGap(judged[department, name], each.method, each.calm, each.dominant, each.rank_p, each.typical)
    return ToneGaps(whole, departments)


def _gap(rows: "pd.DataFrame", name: str, yes_no: Collection[str] | None) -> ToneGap:
    if not len(rows):
        return NO_GAP
    per = 100 if yes_no is None else 1
    means = (_mean(rows["calm"], per), _mean(rows["dominant"], per))
    if yes_no is not None and name in yes_no:
        return ToneGap(_mcnemar(rows), MCNEMAR, *means)
    values = differences(rows, "calm", "dominant")
    found = mean_difference(sums_of(values), per=per)
    if yes_no is not None or len(values) < ENOUGH:
        return ToneGap(found, PAIRED_T, *means)
    ranks = signed_rank_of_differences(values)
    assert ranks is not None
    return ToneGap(found, PAIRED_T, *means, ranks.p, rounded(Fraction(ranks.pseudomedian) / per))


def _mcnemar(rows: "pd.DataFrame") -> Estimate:
    """In percent: the share of calm callers who got full marks minus that of dominant ones."""
    calm, dominant = ([int(points) >= 100 for points in rows[side]] for side in ("calm", "dominant"))
    found = mcnemar(paired_table(calm, dominant))
    assert found is not None
    exact = Fraction(100 * (found.first_only - found.second_only), found.n)
    if found.n < ENOUGH:
        return estimate(found.n, exact)
    return estimate(found.n, exact, (100 * found.low, 100 * found.high), found.p_exact)


def _mean(values: Iterable[int], per: int) -> Decimal:
    whole = [int(value) for value in values]
    return rounded(Fraction(sum(whole), per * len(whole)))
