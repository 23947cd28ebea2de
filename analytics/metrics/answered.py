"""How questions were answered, taken out of the frame of answers: additive counts by points."""

from collections.abc import Iterable, Mapping
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from analytics.stats.intervals import Sums

if TYPE_CHECKING:
    import pandas as pd


class Answer(NamedTuple):
    """The calls that got so many points on a question: `n`, hundredths of a point lost, sums of the grades of those with one."""

    n: int
    lost: int
    n_again: int
    sum_again: int
    squares_again: int

    @property
    def grades(self) -> Sums:
        return Sums(self.n_again, self.sum_again, self.squares_again)


ByPoints = Mapping[int | None, Answer]
"""Answers to one question by points 0..100; `None` is "not applicable"."""


def answers(frame: "pd.DataFrame") -> dict[str, dict[int, ByPoints]]:
    """The frame `answers` by question and department, versions added up."""
    found: dict[str, dict[int, dict[int | None, Answer]]] = {}
    # Whole columns are made Python's own numbers at once: a page reads thousands of rows, several times.
    points = frame["points"].astype("float64").tolist()
    counts = (frame[name].astype("int64").tolist() for name in ("department", *Answer._fields))
    for item, place, department, *several in zip(frame["item"].tolist(), points, *counts, strict=True):
        held = found.setdefault(item, {}).setdefault(department, {})
        # What is not equal to itself is missing.
        _add(held, int(place) if place == place else None, Answer(*several))  # noqa: PLR0124
    return {item: dict(by_department) for item, by_department in found.items()}


def added(several: Iterable[ByPoints]) -> dict[int | None, Answer]:
    """The answers of several departments together."""
    found: dict[int | None, Answer] = {}
    for each in several:
        for points, answer in each.items():
            _add(found, points, answer)
    return found


def _add(held: dict[int | None, Answer], points: int | None, answer: Answer) -> None:
    have = held.get(points)
    held[points] = Answer(*map(add, have, answer)) if have else answer


def points_sums(answered: ByPoints) -> Sums:
    """The sums of the points, over the calls in which the question counted."""
    calls = total = squares = 0
    for points, answer in answered.items():
        if points is not None:
            calls += answer.n
            total += points * answer.n
            squares += points * points * answer.n
    return Sums(calls, total, squares)
