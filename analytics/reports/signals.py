"""The signals of a control chart in words (those that overlap on one side are one episode), and verdicts in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import words
from analytics.figures import ENOUGH, Point
from analytics.metrics import ControlChart, Verdict


@dataclass(frozen=True, slots=True)
class Episode:
    """Periods on one side of the middle that signals rest on: `outside` are those beyond the range, `run` those in a row on
    one side (eight or more), `rules` which rules came true.
    """

    above: bool
    days: tuple[dt.date, ...]
    outside: tuple[dt.date, ...]
    run: tuple[dt.date, ...]
    rules: frozenset[int]

    def sentence(self, by: str) -> str:
        """What happened, the strongest of it first."""
        found = []
        if self.run:
            facts = {"count": len(self.run), "period": words.period_of(self.run[0], by)}
            found.append((_run_above if self.above else _run_below)(len(self.run), by) % facts)
        elif not self.outside:
            facts = {"start": words.period_of(self.days[0], by), "end": words.period_of(self.days[-1], by)}
            found.append(words.capital(_near(self.rules, above=self.above) % facts))
        if self.outside:
            facts = {"periods": words.listed([words.period_of(day, by) for day in self.outside])}
            text = _("%(periods)s: above the range.") if self.above else _("%(periods)s: below the range.")
            found.append(words.capital(text % facts))
        return " ".join(found)


def _run_above(count: int, by: str) -> str:
    if by == "month":
        return ngettext(
            "%(count)s month in a row above the middle: the level has risen since %(period)s.",
            "%(count)s months in a row above the middle: the level has risen since %(period)s.",
            count,
        )
    return ngettext(
        "%(count)s week in a row above the middle: the level has risen since the %(period)s.",
        "%(count)s weeks in a row above the middle: the level has risen since the %(period)s.",
        count,
    )


def _run_below(count: int, by: str) -> str:
    if by == "month":
        return ngettext(
            "%(count)s month in a row below the middle: the level has fallen since %(period)s.",
            "%(count)s months in a row below the middle: the level has fallen since %(period)s.",
            count,
        )
    return ngettext(
        "%(count)s week in a row below the middle: the level has fallen since the %(period)s.",
        "%(count)s weeks in a row below the middle: the level has fallen since the %(period)s.",
        count,
    )


def _near(rules: frozenset[int], *, above: bool) -> str:
    """Rule 3: four of five well to one side; rule 2: two of three near the edge."""
    if 3 in rules:
        if above:
            return _("%(start)s to %(end)s: four of five lie well above the middle.")
        return _("%(start)s to %(end)s: four of five lie well below the middle.")
    if above:
        return _("%(start)s to %(end)s: two of three lie near the upper end of the range.")
    return _("%(start)s to %(end)s: two of three lie near the lower end of the range.")


def episodes(chart: ControlChart, points: Sequence[Point]) -> tuple[Episode, ...]:
    """The signals put together where they overlap on one side within one stretch, in order of time."""
    # A withheld period has a place too: what lies on both sides of it is not in a row.
    known = [point.start for point in points if point.mean.withheld or (point.mean.n or 0) >= ENOUGH]
    places = {start: place for place, start in enumerate(known)}
    stretches = [stretch.start for stretch in chart.stretches]
    groups: list[tuple[int, bool, set[dt.date], list[tuple[int, tuple[dt.date, ...]]]]] = []
    for seen in chart.signals:
        stretch = sum(start <= seen.day for start in stretches)
        held = next(
            (
                group
                for group in groups
                if (group[0], group[1]) == (stretch, seen.above)
                and min(abs(places[day] - places[other]) for day in seen.days for other in group[2]) <= 1
            ),
            None,
        )
        if held is None:
            held = (stretch, seen.above, set(), [])
            groups.append(held)
        held[2].update(seen.days)
        held[3].append((seen.rule, seen.days))
    return tuple(_episode(days, rules, places, above=above) for _stretch, above, days, rules in groups)


def _episode(
    days: set[dt.date],
    rules: Sequence[tuple[int, tuple[dt.date, ...]]],
    places: Mapping[dt.date, int],
    *,
    above: bool,
) -> Episode:
    return Episode(
        above=above,
        days=tuple(sorted(days)),
        outside=tuple(sorted({day for rule, several in rules if rule == 1 for day in several})),
        run=_longest({day for rule, several in rules if rule == 4 for day in several}, places),
        rules=frozenset(rule for rule, _several in rules),
    )


def _longest(days: set[dt.date], places: Mapping[dt.date, int]) -> tuple[dt.date, ...]:
    """The longest run of successive periods, the newest of equally long ones; those without a figure break none."""
    pieces: list[list[dt.date]] = []
    for day in sorted(days):
        if pieces and places[day] - places[pieces[-1][-1]] == 1:
            pieces[-1].append(day)
        else:
            pieces.append([day])
    pieces.sort(key=len)
    return tuple(pieces[-1]) if pieces else ()


# --- verdicts ---------------------------------------------------------------------------------------------------------


WORDS = {
    "few": gettext_lazy("too few periods"),
    "steady": gettext_lazy("steady"),
    "rising": gettext_lazy("rising"),
    "falling": gettext_lazy("falling"),
}


def word(verdict: Verdict, by: str) -> str:
    """A verdict in a few words: “lower since May 2026”."""
    if verdict.word == "outside":
        return _outside(len(verdict.outside), by)
    if verdict.is_hidden:
        return _("too few periods shown")
    if verdict.word in WORDS:
        return str(WORDS[verdict.word])
    since = words.period_of(verdict.since, by) if verdict.since else ""
    text = _("higher since %(period)s") if verdict.word == "higher" else _("lower since %(period)s")
    return text % {"period": since}


def _outside(count: int, by: str) -> str:
    if by == "month":
        text = ngettext("%(count)s month outside", "%(count)s months outside", count)
    else:
        text = ngettext("%(count)s week outside", "%(count)s weeks outside", count)
    return text % {"count": count}


def size(verdict: Verdict, by: str) -> str:
    """By how much, with the interval; nothing for what is no signal."""
    if verdict.level is not None:
        return words.change_in_words(verdict.level.change)
    return words.drift_in_words(verdict.drift, by) if verdict.is_clear and verdict.drift else ""


def short_size(verdict: Verdict, by: str) -> str:
    """By how much, for a cell: “−1.1 a month”, “+9.6”."""
    if verdict.level is not None:
        return words.signed(verdict.level.change.exact)
    if not verdict.is_clear or verdict.drift is None:
        return ""
    facts = {"points": words.signed(verdict.drift.value)}
    return _("%(points)s a month") % facts if by == "month" else _("%(points)s a week") % facts
