"""Callbacks over time: how many of the promised calls have come after so many hours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from analytics.figures import rounded
from analytics.metrics.withholding import withheld_departments
from analytics.stats.log_rank import LogRank, log_rank_counts
from analytics.stats.survival import Survival, kaplan_meier_counts

if TYPE_CHECKING:
    import pandas as pd

# As far as a curve goes. What came later is known not to have come by then.
CURVE_HOURS: Final = 240
# The hours of the published figure.
DAY: Final = 24

# By hours from the promise: how many came, and how many were last known not to have come.
Counts = dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class Come:
    """The share in percent that has come by this hour, with its interval (`None` where it is not defined).

    `at_risk` promises had been waited for until just before this hour, and had not come.
    """

    hour: int
    exact: Fraction
    low: Decimal | None
    high: Decimal | None
    at_risk: int

    @property
    def value(self) -> Decimal:
        return rounded(self.exact)


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of `n` promises, of which `came` came within the hours of the curve; a point per hour, from 0.

    Points stop where nothing more is known. `day` is the one at 24 hours, `median` the hours by which half have come,
    with its interval; each `None` where the curve does not get there.
    """

    n: int | None = 0
    came: int | None = 0
    median: Decimal | None = None
    median_low: Decimal | None = None
    median_high: Decimal | None = None
    withheld: bool = False
    hours: int = CURVE_HOURS
    survival: Survival | None = field(default=None, repr=False)

    def at(self, hour: int) -> Come | None:
        """The point of an hour."""
        return None if self.survival is None or hour > self.hours else _point(self.survival, hour)

    @property
    def day(self) -> Come | None:
        return self.at(DAY)

    @property
    def points(self) -> tuple[Come, ...]:
        """All of them: of many departments that takes longer than all else, so a page asks for those that it draws."""
        return tuple(point for hour in range(self.hours + 1) if (point := self.at(hour)) is not None)


WITHHELD_CURVE = Curve(n=None, came=None, withheld=True)


@dataclass(frozen=True, slots=True)
class Curves:
    """All promises together, those of each department, and whether departments differ: the log-rank test of `n`
    promises.

    `p` is `None` with fewer than two departments to compare. Withheld departments take no part in the test.
    """

    whole: Curve
    departments: Mapping[int, Curve]
    n: int
    chi2: float | None
    df: int | None
    p: float | None


def kept_curves(
    waits: "pd.DataFrame",
    still_open: "pd.DataFrame",
    smallest: int = 1,
    *,
    hours: int = CURVE_HOURS,
    totals: Iterable[frozenset[int]] = (),
) -> Curves:
    """How many promised calls came within so many hours: Kaplan and Meier's estimate, with log-log intervals.

    `waits` (frame `waits`) holds what was recorded, `still_open` (frame `open_promises`) the promises that nothing was
    recorded of. Together they are all promises: none is dropped.

    The event is that the call CAME, at its hour from the promise. Everything else is censored, at the hours until which
    it is known that no call had come. An open promise is, since it may still be kept. So is "not come": an evaluator
    said, at some hour after the agreed moment, that nobody had called until then. That is no event: nothing happened at
    that hour but the saying, and a call may come later, of which nobody would hear. Taken as an event "never" it would
    claim to know what comes after; left out, those who are not called back would vanish and the curve would rise too
    high. Censoring is honest as long as promises that were looked at early are as those that were looked at late; so
    the curve should be read no farther than most promises were followed. Recorded hours are rounded up, those of open
    promises down.

    What came after `hours` counts as known until then. A curve is withheld below `smallest` promises; `totals`:
    see `withheld_departments`.
    """
    found = _counts(waits, still_open, hours)
    sizes = {key: _size(each) for key, each in found.items()}
    hidden, whole_hidden = withheld_departments(sizes, smallest, (), totals)
    departments = {key: WITHHELD_CURVE if key in hidden else _curve(each, hours) for key, each in sorted(found.items())}
    whole = WITHHELD_CURVE if whole_hidden else _curve(_added(found.values()), hours)
    shown = {key: each for key, each in found.items() if key not in hidden}
    test = _compared(shown)
    n = sum(sizes[key] for key in shown)
    if test is None:
        return Curves(whole, departments, n, None, None, None)
    return Curves(whole, departments, test.n, test.chi2, test.df, test.p)


# --- how --------------------------------------------------------------------------------------------------------------


def _counts(waits: "pd.DataFrame", still_open: "pd.DataFrame", hours: int) -> dict[int, Counts]:
    found: dict[int, Counts] = {}

    def add(department: int, hour: int, n: int, *, came: bool) -> None:
        event = came and hour <= hours
        held = found.setdefault(int(department), {}).setdefault(min(int(hour), hours), [0, 0])
        held[0 if event else 1] += int(n)

    for department, came, hour, n in waits[["department", "came", "hours", "n"]].itertuples(index=False, name=None):
        add(department, hour, n, came=bool(came))
    for department, hour, n in still_open[["department", "hours", "n"]].itertuples(index=False, name=None):
        add(department, hour, n, came=False)
    return found


def _size(counts: Counts) -> int:
    return sum(came + lost for came, lost in counts.values())


def _added(several: Iterable[Counts]) -> Counts:
    found: Counts = {}
    for each in several:
        for hour, (came, lost) in each.items():
            held = found.setdefault(hour, [0, 0])
            held[0] += came
            held[1] += lost
    return found


def _curve(counts: Counts, hours: int) -> Curve:
    times = sorted(counts)
    curve = kaplan_meier_counts(times, [counts[hour][0] for hour in times], [counts[hour][1] for hour in times])
    if curve is None:
        return Curve()
    return Curve(
        n=curve.n,
        came=curve.n_events,
        hours=hours,
        survival=curve,
        median=_hours(curve.median),
        median_low=_hours(curve.median_low),
        median_high=_hours(curve.median_high),
    )


def _point(curve: Survival, hour: int) -> Come | None:
    step = curve.at(hour)
    if step is None:
        return None
    # Those who had not come by the last step and were not lost at it are still waited for.
    at_risk = step.at_risk if step.time == hour else step.at_risk - step.events - step.censored
    low, high = (None if limit is None else rounded(100 * (1 - limit)) for limit in (step.high, step.low))
    return Come(hour, 100 * (1 - Fraction(step.survival)), low, high, at_risk)


def _hours(value: float | None) -> Decimal | None:
    return None if value is None else rounded(value)


def _compared(counts: Mapping[int, Counts]) -> LogRank | None:
    """Departments against each other."""
    rows = [(hour, *held, department) for department, by_hour in counts.items() for hour, held in by_hour.items()]
    times, came, lost, departments = zip(*rows, strict=True) if rows else ((), (), (), ())
    return log_rank_counts(times, came, lost, departments)
