"""How questions were answered, taken out of the frame of answers: additive counts by points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.figures import NO_SUMS
from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Answer:
    """The calls that got so many points on a question: `n`, hundredths of a point lost, grades of those with a grade."""

    n: int = 0
    lost: int = 0
    grades: Sums = NO_SUMS

    def __add__(self, other: "Answer") -> "Answer":
        return Answer(self.n + other.n, self.lost + other.lost, self.grades + other.grades)


ByPoints = Mapping[int | None, Answer]
"""Answers to one question by points 0..100; `None` is "not applicable"."""


def answers(frame: "pd.DataFrame") -> dict[str, dict[int, ByPoints]]:
    """The frame `answers` by question and department, versions added up."""
    import pandas as pd

    found: dict[str, dict[int, dict[int | None, Answer]]] = {}
    columns = ["item", "department", "points", "n", "lost", "n_again", "sum_again", "squares_again"]
    for item, department, points, n, lost, *grades in frame[columns].itertuples(index=False, name=None):
        held = found.setdefault(str(item), {}).setdefault(int(department), {})
        key = None if pd.isna(points) else int(points)
        held[key] = held.get(key, Answer()) + Answer(int(n), int(lost), Sums(*map(int, grades)))
    return {item: dict(by_department) for item, by_department in found.items()}


def added(several: Iterable[ByPoints]) -> dict[int | None, Answer]:
    """The answers of several departments together."""
    found: dict[int | None, Answer] = {}
    for each in several:
        for points, answer in each.items():
            found[points] = found.get(points, Answer()) + answer
    return found


def points_sums(answered: ByPoints) -> Sums:
    """The sums of the points, over the calls in which the question counted."""
    scored = [(points, answer.n) for points, answer in answered.items() if points is not None]
    return Sums(
        sum(n for _points, n in scored),
        sum(points * n for points, n in scored),
        sum(points * points * n for points, n in scored),
    )
