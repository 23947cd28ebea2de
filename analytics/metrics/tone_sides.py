"""The tone gap from three sides at once: by dimension, by department and by question, judged together."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from analytics.metrics.tone import WITHHELD_GAP, ToneGap, tone_gap_items, tone_gaps
from analytics.metrics.withholding import withheld_departments
from analytics.results import Estimate, judged

if TYPE_CHECKING:
    import pandas as pd

Key = TypeVar("Key", bound=Hashable)
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

    @property
    def tested(self) -> int:
        """How many differences were tested and corrected together."""
        every = (*self.measures.values(), *self.departments.values(), *self.items.values())
        return sum(each.estimate.p is not None for each in every)


def tone_sides(
    pairs: "pd.DataFrame", answers: "pd.DataFrame", measures: Iterable[str], measure: str, smallest: int = 1
) -> ToneSides:
    """The gaps of `measures` and of every question over all pairs, and those of `measure` by department.

    `pairs` and `answers` are the frames `call_frames.pairs`, with `measures` and `measure`, and `pair_answers`. What is
    said of all pairs is withheld where it would give away a department of fewer than `smallest`, as in `tone_gaps`.
    """
    by_department = tone_gaps(pairs[["department", f"calm_{measure}", f"dominant_{measure}"]], smallest)
    others = [name for name in measures if name != measure]
    whole = {**by_department.whole, **_measures(pairs, others, smallest)}
    departments = {key: gaps[measure] for key, gaps in by_department.departments.items()}
    items = _items(answers, smallest)
    found = [*whole.values(), *departments.values(), *items.values()]
    estimates = iter(judged([each.estimate for each in found]))
    return ToneSides(
        pairs=len(pairs),
        measures=_told(whole, estimates),
        departments=_told(departments, estimates),
        items=_told(items, estimates),
    )


def _told(found: Mapping[Key, ToneGap], estimates: Iterator[Estimate]) -> dict[Key, ToneGap]:
    return {key: replace(each, estimate=next(estimates)) for key, each in found.items()}


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
