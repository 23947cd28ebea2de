"""Reaching somebody: by hour of the week, and what callers met on the way (hold, being put through)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.figures import Share
from analytics.metrics.means import WITHHELD_SHARE, share
from analytics.metrics.sums import Parts
from analytics.metrics.withholding import withheld_periods

if TYPE_CHECKING:
    import pandas as pd


def on_hold(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls whose course was marked, those in which the caller was put on hold."""
    return share(parts["n_held"], parts["n_marked"], smallest)


def long_hold(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls whose course was marked, those in which the caller was on hold for longer than a minute in all."""
    return share(parts["n_long"], parts["n_marked"], smallest)


def transferred(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls whose course was marked, those in which the caller was put through."""
    return share(parts["n_transferred"], parts["n_marked"], smallest)


@dataclass(frozen=True, slots=True)
class Hours:
    """The share answered within 15 seconds by weekday (1 is Monday) and hour, and over the whole of either.

    What holds no calls has no entry. `hours` is empty for who reads totals only: with them and the cells, what is withheld
    could be worked out.
    """

    cells: Mapping[tuple[int, int], Share]
    weekdays: Mapping[int, Share]
    hours: Mapping[int, Share]


def prompt_hours(frame: "pd.DataFrame", smallest: int = 1) -> Hours:
    """The frame `by_hour` as shares; cells are withheld within each weekday so that its total gives none away."""
    counts: dict[tuple[int, int], tuple[int, int]] = {}
    for weekday, hour, n, count in frame[["weekday", "hour", "n_timed", "n_prompt"]].itertuples(index=False, name=None):
        counts[int(weekday), int(hour)] = (int(count), int(n))
    weekdays, hours = (_along(counts, side) for side in (0, 1))
    days = list(weekdays)
    hidden_days = {days[place] for place in withheld_periods([weekdays[day][1] for day in days], smallest)}
    hidden: set[tuple[int, int]] = set()
    for day in weekdays:
        keys = [key for key in counts if key[0] == day]
        few = withheld_periods([counts[key][1] for key in keys], smallest)
        hidden |= {key for place, key in enumerate(keys) if place in few or day in hidden_days}
    return Hours(
        {key: WITHHELD_SHARE if key in hidden else share(*each) for key, each in sorted(counts.items())},
        {day: WITHHELD_SHARE if day in hidden_days else share(*each) for day, each in sorted(weekdays.items())},
        {hour: share(*each) for hour, each in sorted(hours.items())} if smallest == 1 else {},
    )


def _along(counts: Mapping[tuple[int, int], tuple[int, int]], side: int) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for key, (count, n) in counts.items():
        held = found.get(key[side], (0, 0))
        found[key[side]] = (held[0] + count, held[1] + n)
    return found
