"""The tone gap from three sides at once: by dimension, by department and by question, judged together."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analytics.metrics.tone import WITHHELD_GAP, ToneGap, tone_gap_items, tone_gaps
from analytics.metrics.withholding import withheld_departments
from analytics.results import judged_by_key

if TYPE_CHECKING:
    import pandas as pd

Found = dict[str, ToneGap]


@dataclass(frozen=True, slots=True)
class ToneSides:
    """Gaps of single measures and single questions over all `pairs`, and of one measure in each department.

    All p-values are corrected together (Benjamini & Hochberg 1995): a page shows all of them.
    """

    pairs: int
    measures: Mapping[str, ToneGap]
    departments: Mapping[int, ToneGap]
    items: Mapping[str, ToneGap]


def tone_sides(
    pairs: "pd.DataFrame", answers: "pd.DataFrame", measures: Iterable[str], measure: str, smallest: int = 1
) -> ToneSides:
    """The gaps of `measures` and of every question over all pairs, and those of `measure` by department.

    `pairs` and `answers` are the frames `call_frames.pairs`, with `measures` and `measure`, and `pair_answers`. What is
    said of all pairs is withheld where it would give away a department of fewer than `smallest`, as in `tone_gaps`.
    """
    by_department = tone_gaps(pairs[["department", f"calm_{measure}", f"dominant_{measure}"]], smallest)
    others = [name for name in measures if name != measure]
    sides: dict[str, Mapping[Hashable, ToneGap]] = {
        "measure": by_department.whole | _measures(pairs, others, smallest),
        "department": {key: gaps[measure] for key, gaps in by_department.departments.items()},
        "item": _items(answers, smallest),
    }
    found = {(side, key): each for side, gaps in sides.items() for key, each in gaps.items()}
    judged = judged_by_key({key: each.estimate for key, each in found.items()})
    told = {key: replace(each, estimate=judged[key]) for key, each in found.items()}
    return ToneSides(
        pairs=len(pairs),
        measures={name: told["measure", name] for name in measures if ("measure", name) in told},
        departments={int(str(key)): told["department", key] for key in sides["department"]},
        items={str(code): told["item", code] for code in sides["item"]},
    )


def _measures(pairs: "pd.DataFrame", names: list[str], smallest: int) -> Found:
    columns = [f"{style}_{name}" for name in names for style in ("calm", "dominant")]
    found = dict(tone_gaps(_as_one(pairs[["department", *columns]]), smallest).whole)
    for name in names if smallest > 1 else ():
        both = pairs["department"][pairs[[f"calm_{name}", f"dominant_{name}"]].notna().all(axis=1)]
        if _gives_away(both, smallest):
            found[name] = WITHHELD_GAP
    return found


def _items(answers: "pd.DataFrame", smallest: int) -> Found:
    found = dict(tone_gap_items(_as_one(answers), smallest).whole)
    for code, rows in answers.groupby("item") if smallest > 1 else ():
        if _gives_away(rows["department"], smallest):
            found[str(code)] = WITHHELD_GAP
    return found


def _gives_away(departments: "pd.Series[int]", smallest: int) -> bool:
    """Whether a figure over these pairs, whose departments are given, must not be shown."""
    sizes = {int(str(key)): int(n) for key, n in departments.value_counts().items()}
    return withheld_departments(sizes, smallest)[1]


def _as_one(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame as if of one department: then no test is made of single ones."""
    return frame.assign(department=0)
