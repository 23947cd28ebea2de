"""How long until it happens, when for some it has not happened yet: Kaplan-Meier.

Curves are compared in `log_rank`.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, SupportsFloat

from analytics.stats.given import inside, number, numbers, one_of, same_length, whole
from analytics.stats.intervals import LEVEL, normal_quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Interval = Literal["log-log", "log", "plain"]

# Products of fractions miss one half by this much at most.
EQUAL = 1e-12


# A tuple: a page makes thousands, a hundred for each department.
class Step(NamedTuple):
    """The curve from `time` on, up to the next step.

    `at_risk` were under observation just before; of these `events` had the event at this time and `censored` were last seen
    then. `survival` 0..1 with Greenwood's standard `error` and pointwise interval; these are `None` where they are not
    defined (at 0, and for "log-log" at 1).
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    error: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The mean time to the event when time is counted up to `until`: the area under the curve, in the unit of time."""

    n: int
    until: float
    mean: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Survival:
    """The Kaplan-Meier curve of `n` subjects, of whom `n_events` had the event; one step for each distinct time.

    `median` is the first time at which the curve is at or below one half (the middle of the stretch where it is exactly one
    half), with its interval; each is `None` when the curve does not get there.
    """

    n: int
    n_events: int
    n_censored: int
    level: float
    steps: tuple[Step, ...]
    median: float | None
    median_low: float | None
    median_high: float | None

    def at(self, time: float) -> Step | None:
        """The step in force at `time`; before the first, survival 1. `None` after the last time, where nothing is known."""
        time = _time("time", time)
        place = bisect_right(self.steps, time, key=lambda step: step.time)
        if place == 0:
            first = self.steps[0]
            return Step(time, first.at_risk, 0, 0, 1.0, 0.0, None, None)
        last = self.steps[place - 1]
        return None if place == len(self.steps) and time > last.time and last.survival > 0 else last

    def quantile(self, probability: float) -> float | None:
        """The time by which the event has happened to this share 0..1; `None` when the curve does not get there."""
        return _crossing(self.steps, [step.survival for step in self.steps], 1 - inside("probability", probability))

    def restricted_mean(self, until: float | None = None) -> RestrictedMean | None:
        """The area under the curve up to `until`, by default the last time seen.

        Source: Klein & Moeschberger (2003), Survival Analysis, section 4.5; Irwin (1949), Journal of Hygiene 47:188-189. The
        interval is normal, with the level of the curve. `None` when `until` is after the last time while the curve is above
        0, as the area there is not known.
        """
        last = self.steps[-1]
        until = last.time if until is None else _time("until", until)
        if until > last.time and last.survival > 0:
            return None
        mean, error = _area(self.steps, until)
        half = normal_quantile((1 + self.level) / 2) * error
        return RestrictedMean(self.n, until, mean, error, mean - half, mean + half)


def kaplan_meier(
    times: Sequence[SupportsFloat],
    observed: Sequence[Any],
    *,
    entries: Sequence[SupportsFloat] | None = None,
    level: float = LEVEL,
    interval: Interval = "log-log",
) -> Survival | None:
    """The product-limit curve of the time to an event, with pointwise intervals and median.

    `times` 0 or more, to the event where `observed` is true and otherwise to the last moment it was known not to have
    happened (censored). An event and a censoring at one time: the censored one was still at risk. With `entries`, a subject
    is at risk after its entry only (left truncation); an entry lies before its time.

    Sources: Kaplan & Meier (1958), JASA 53:457-481; Greenwood (1926) for the error; `interval` "log-log" (Kalbfleisch &
    Prentice 1980), "log" or "plain", as R's survfit (conf.type); the median's interval is where the pointwise limits cross one
    half (Brookmeyer & Crowley 1982, Biometrics 38:29-41). `None` without subjects.

    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> curve = kaplan_meier(weeks, relapse)
    >>> [round(curve.at(week).survival, 4) for week in (6, 10, 23)], curve.median
    ([0.8571, 0.7529, 0.4482], 23.0)
    """
    import numpy as np

    same_length(times=len(times), observed=len(observed))
    values = np.asarray([_time("times", time) for time in numbers("times", times)])
    events = np.asarray([truth("observed", each) for each in observed], dtype=bool)
    starts = _entries(entries, values)
    _check_options(level, interval)
    if not len(values):
        return None
    distinct, place = np.unique(values, return_inverse=True)
    happened = np.bincount(place[events], minlength=len(distinct))
    lost = np.bincount(place[~events], minlength=len(distinct))
    gone = np.searchsorted(np.sort(values), distinct, side="left")
    entered = len(values) if starts is None else np.searchsorted(np.sort(starts), distinct, side="left")
    return _curve(distinct, entered - gone, happened, lost, (level, interval))


def kaplan_meier_counts(
    times: Sequence[SupportsFloat],
    events: Sequence[int],
    censored: Sequence[int],
    *,
    level: float = LEVEL,
    interval: Interval = "log-log",
) -> Survival | None:
    """As `kaplan_meier`, from how many had the event and how many were last seen at each distinct time, in any order.

    >>> kaplan_meier_counts([1, 2], [1, 1], [0, 2]).steps[-1].survival
    0.5
    """
    import numpy as np

    same_length(times=len(times), events=len(events), censored=len(censored))
    values = [_time("times", time) for time in numbers("times", times)]
    if len(set(values)) < len(values):
        raise ValueError(f"times holds {next(v for v in values if values.count(v) > 1)} twice; each time has one count")
    _check_options(level, interval)
    happened = np.asarray([whole("events", count) for count in events], dtype=np.int64)
    lost = np.asarray([whole("censored", count) for count in censored], dtype=np.int64)
    order = np.argsort(np.asarray(values))
    order = order[(happened + lost)[order] > 0]
    if not len(order):
        return None
    happened, lost = happened[order], lost[order]
    leaving = happened + lost
    at_risk = leaving[::-1].cumsum()[::-1]
    return _curve(np.asarray(values)[order], at_risk, happened, lost, (level, interval))


def truth(name: str, value: object) -> bool:
    """A yes or no, given as a truth value or as 1 or 0."""
    result = number(name, value)
    if result not in {0.0, 1.0}:
        raise ValueError(f"{name} holds {value!r}; it is yes (1) or no (0)")
    return result == 1.0


# --- how --------------------------------------------------------------------------------------------------------------


def _check_options(level: float, interval: str) -> None:
    inside("level", level)
    one_of("interval", interval, ("log-log", "log", "plain"))


def _time(name: str, value: SupportsFloat) -> float:
    time = number(name, value)
    if time < 0:
        raise ValueError(f"{name} holds {value}; a time is 0 or more")
    return time


def _entries(entries: Sequence[SupportsFloat] | None, times: "NDArray[np.float64]") -> "NDArray[np.float64] | None":
    import numpy as np

    if entries is None:
        return None
    same_length(times=len(times), entries=len(entries))
    starts = np.asarray([_time("entries", each) for each in numbers("entries", entries)])
    for start, time in zip(starts.tolist(), times.tolist(), strict=True):
        if start >= time:
            raise ValueError(f"entries holds {start}; it lies before its time, {time}")
    return starts


def _curve(
    times: "NDArray[np.float64]",
    at_risk: "NDArray[np.int64]",
    events: "NDArray[np.int64]",
    censored: "NDArray[np.int64]",
    options: tuple[float, str],
) -> Survival:
    import numpy as np

    level, interval = options

    survival = np.cumprod(1 - events / at_risk)
    ended = survival <= 0
    with np.errstate(divide="ignore"):  # where everybody at risk had the event; nothing follows from there
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events.astype(float)))))
    low, high = _limits(np.where(ended, 1.0, survival), np.where(ended, 0.0, greenwood), level, interval)
    steps = tuple(
        Step(time, risk, happened, lost, share, None, None, None)
        if share <= 0
        else Step(time, risk, happened, lost, share, share * error, *_defined(share, bottom, top, interval))
        for time, risk, happened, lost, share, error, bottom, top in zip(
            *(each.tolist() for each in (times, at_risk, events, censored, survival, greenwood, low, high)), strict=True
        )
    )
    return Survival(
        int(events.sum() + censored.sum()),
        int(events.sum()),
        int(censored.sum()),
        level,
        steps,
        _crossing(steps, survival.tolist(), 0.5),
        _crossing(steps, [step.low for step in steps], 0.5),
        _crossing(steps, [step.high for step in steps], 0.5),
    )


def _defined(share: float, low: float, high: float, interval: str) -> tuple[float | None, float | None]:
    return (None, None) if interval == "log-log" and share == 1 else (low, high)


def _limits(
    survival: "NDArray[np.float64]", relative: "NDArray[np.float64]", level: float, interval: str
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """`relative` is the error of the logarithm of `survival`."""
    import numpy as np

    reach = normal_quantile((1 + level) / 2) * relative
    if interval == "plain":
        return np.maximum(survival - reach * survival, 0.0), np.minimum(survival + reach * survival, 1.0)
    if interval == "log":
        return survival * np.exp(-reach), np.minimum(survival * np.exp(np.minimum(reach, 700.0)), 1.0)
    logs = np.where(survival < 1, np.log(survival), -1.0)
    spread = np.exp(np.minimum(reach / -logs, 700.0))
    return np.exp(logs * spread), np.exp(logs / spread)


def _crossing(steps: Sequence[Step], curve: Sequence[float | None], height: float) -> float | None:
    """The first time the curve is at or below `height`; where it runs exactly at it, the middle of that stretch."""
    for place, (step, value) in enumerate(zip(steps, curve, strict=True)):
        if value is None or value > height + EQUAL:
            continue
        if abs(value - height) <= EQUAL:
            for later, further in zip(steps[place:], curve[place:], strict=True):
                if further is not None and further < height - EQUAL:
                    return (step.time + later.time) / 2
        return step.time
    return None


def _area(steps: Sequence[Step], until: float) -> tuple[float, float]:
    """The area under the curve up to `until`, and its standard error."""
    inner = [step for step in steps if step.time < until]
    edges = [0.0, *(step.time for step in inner), until]
    heights = [1.0, *(step.survival for step in inner)]
    pieces = [height * (edges[i + 1] - edges[i]) for i, height in enumerate(heights)]
    variance, area = 0.0, 0.0
    for step, piece in zip(reversed(inner), reversed(pieces[1:]), strict=True):
        area += piece
        if step.survival > 0:
            variance += area**2 * step.events / (step.at_risk * (step.at_risk - step.events))
    return math.fsum(pieces), math.sqrt(variance)
