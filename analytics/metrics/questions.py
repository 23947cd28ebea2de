"""Questions: how they were answered, what they cost, and which of them moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from analytics.figures import Change, Mean, rounded
from analytics.metrics.answered import ByPoints, added, answers, points_sums
from analytics.metrics.means import WITHHELD, change, corrected, in_hundredths, mean
from analytics.metrics.withholding import withheld_departments

if TYPE_CHECKING:
    import pandas as pd

    from analytics.stats.intervals import Sums


class Item(NamedTuple):
    """How one question was answered.

    `earned` is the mean share of its points in percent, over the calls in which it counted, `na` the calls in which it
    was not applicable, `spread` the calls by points. `exact` is what it costs: points of the score, averaged over the
    `calls` with a score; `None` without these.
    """

    code: str
    earned: Mean
    na: int | None
    spread: tuple[tuple[int, int], ...]
    calls: int | None
    exact: Fraction | None
    withheld: bool = False

    @property
    def n(self) -> int | None:
        """In how many calls it counted."""
        return self.earned.n

    @property
    def lost(self) -> Decimal | None:
        return None if self.exact is None else rounded(self.exact)


@dataclass(frozen=True, slots=True)
class Items:
    """The questions over all departments, and by department and code: a heat map."""

    whole: tuple[Item, ...]
    departments: Mapping[int, Mapping[str, Item]]


@dataclass(frozen=True, slots=True)
class Cost:
    """One question in the order of what they cost: its share of all that is lost, and that of it and the dearer ones,
    in %.
    """

    code: str
    n: int
    lost: Decimal
    share: Decimal
    cumulated: Decimal


@dataclass(frozen=True, slots=True)
class Move:
    """A question in two periods, earned shares in percent; `change` is `None` with too few calls in either."""

    code: str
    before: Mean
    now: Mean
    change: Change | None


@dataclass(frozen=True, slots=True)
class Moves:
    """Questions asked in both periods, in order of code; `n` comparisons were made, and `most` moved most of the clear
    ones.

    `gone` and `new` are the codes that only the first or only the second period has.
    """

    n: int
    items: tuple[Move, ...]
    most: Move | None
    gone: tuple[str, ...]
    new: tuple[str, ...]


def items(frame: "pd.DataFrame", calls: Mapping[int, int], smallest: int = 1) -> Items:
    """Every question over all departments and in each, from the frame `answers`.

    `calls` is how many calls each department has with a score. Points lost count all calls that lost any, also those in
    which "not applicable" counts as zero. A figure is withheld below `smallest` calls, and over all departments too
    where it would tell what one of them was withheld for.
    """
    whole, departments = [], dict[int, dict[str, Item]]()
    total = sum(calls.values())
    for code, by_department in sorted(answers(frame).items()):
        sums = {key: points_sums(each) for key, each in by_department.items()}
        few = {key for key, each in by_department.items() if _is_few(each, sums[key], smallest)}
        hidden, whole_hidden = withheld_departments({key: each.n for key, each in sums.items()}, smallest, few)
        together = added(by_department.values())
        scored = points_sums(together)
        whole_hidden = whole_hidden or _is_few(together, scored, smallest)
        whole.append(_withheld(code) if whole_hidden else _item(code, together, scored, total))
        for key, each in by_department.items():
            found = _withheld(code) if key in hidden else _item(code, each, sums[key], calls.get(key, 0))
            departments.setdefault(key, {})[code] = found
    return Items(tuple(whole), departments)


def earned(answered: ByPoints, smallest: int = 1) -> Mean:
    """The mean share of a question's points in percent, with its t interval, over the calls in which it counted."""
    return mean(in_hundredths(points_sums(answered)), smallest)


def lost(answered: ByPoints, calls: int) -> Fraction | None:
    """What a question costs, exactly: points of the score per call, over `calls` with a score; `None` without any."""
    return Fraction(sum(each.lost for each in answered.values()), 100 * calls) if calls else None


def pareto(several: Iterable[Item]) -> tuple[Cost, ...]:
    """The questions that cost points, dearest first, with the cumulated share of what all of them cost.

    Those withheld take no part, also not in the whole that the shares are of.
    """
    cost = [(each.exact, each) for each in several if each.exact]
    cost.sort(key=lambda pair: (-pair[0], pair[1].code))
    total = sum((exact for exact, _each in cost), Fraction(0))
    found, so_far = [], Fraction(0)
    for exact, each in cost:
        so_far += exact
        shares = rounded(100 * exact / total), rounded(100 * so_far / total)
        found.append(Cost(each.code, each.n or 0, rounded(exact), *shares))
    return tuple(found)


def item_moves(before: "pd.DataFrame", now: "pd.DataFrame", smallest: int = 1) -> Moves:
    """How each question's earned share changed from one period to the next, from two frames `answers`.

    Welch's test of each, corrected over all questions together (Benjamini & Hochberg); the one that moved most is the
    largest of the changes that survive.
    """
    first, second = ({code: added(each.values()) for code, each in answers(frame).items()} for frame in (before, now))
    shared = sorted(first.keys() & second.keys())
    pairs = [(earned(first[code], smallest), earned(second[code], smallest)) for code in shared]
    changes, _drifts = corrected([change(*pair) for pair in pairs], [])
    moves = [Move(code, *pair, each) for code, pair, each in zip(shared, pairs, changes, strict=True)]
    return Moves(
        n=sum(each is not None for each in changes),
        items=tuple(moves),
        most=_most(moves),
        gone=tuple(sorted(first.keys() - second.keys())),
        new=tuple(sorted(second.keys() - first.keys())),
    )


# --- how --------------------------------------------------------------------------------------------------------------


def _most(moves: Sequence[Move]) -> Move | None:
    clear = [(abs(each.change.exact), each) for each in moves if each.change is not None and each.change.clear]
    # `max` keeps the first of equals, which is the first by code.
    return max(clear, key=lambda pair: pair[0])[1] if clear else None


def _is_few(answered: ByPoints, scored: "Sums", smallest: int) -> bool:
    """Whether so few calls asked this, or so few of them scored it, that its figures may not be seen."""
    if smallest <= 1:
        return False
    asked = sum(each.n for each in answered.values())
    return 0 < scored.n < smallest or 0 < asked < smallest


def _item(code: str, answered: ByPoints, scored: "Sums", calls: int) -> Item:
    spread = sorted((points, each.n) for points, each in answered.items() if points is not None)
    na = answered[None].n if None in answered else 0
    return Item(code, mean(in_hundredths(scored)), na, tuple(spread), calls, lost(answered, calls))


def _withheld(code: str) -> Item:
    return _NOTHING._replace(code=code)


_NOTHING = Item("", WITHHELD, None, (), None, None, withheld=True)
