"""Control chart signals in the newest finished month that are more than chance.

With a chart for every department and measure some signal comes true by chance each month. So one is told only where a test that
was corrected for all of them agrees with it: the course of the newest twelve months (`courses`), or, for the score, the change
against the weeks before (`overview`).
"""

import datetime as dt
from collections.abc import Iterator

from django.http import QueryDict

from analytics import metrics
from analytics.access import Reader
from analytics.alerts.finding import (
    Facts,
    Finding,
    finished_month,
    kept_change,
    kept_drift,
    kept_mean,
    last_day,
    months_before,
)
from analytics.figures import Change, Point
from analytics.filters import ALL_TOGETHER, Filters, parse
from analytics.metrics import Verdict
from analytics.models import Alert
from analytics.reports import course, overview, verdicts
from analytics.reports.history import MONTHS, breaks, covering, measures
from analytics.reports.signals import Episode, episodes
from analytics.reports.tree import tree_of
from analytics.reports.trend import series_of

SCORE = "score"


def find(reader: Reader) -> list[Finding]:
    """The signals that this reader may be told of now. Dimensions that go the way of the score are named with it."""
    month = finished_month(reader.today)
    seen = dates(reader, months_before(month, MONTHS - 1), last_day(month))
    found: dict[tuple[int, str], Facts] = {}
    for (node, measure), reason in _clear(reader, seen, month).items():
        if node == ALL_TOGETHER and not reader.reads_all:
            continue  # what “all” is differs between managers, and may change
        facts = _on_chart(reader, seen, node, measure, month=month, is_up=reason.pop("is_up"))
        if facts is not None:
            found[node, measure] = {"measure": measure, "from": str(seen.start), "to": str(seen.end), **facts, **reason}
    return [
        _finding(node, measure, facts, month)
        for (node, measure), facts in found.items()
        if not _goes_with_score(found, node, measure)
    ]


def _goes_with_score(found: dict[tuple[int, str], Facts], node: int, measure: str) -> bool:
    """Whether the score tells the same of this department already; then it says “also”."""
    score = found.get((node, SCORE))
    if measure == SCORE or score is None or score["above"] != found[node, measure]["above"]:
        return False
    score.setdefault("also", []).append(measure)
    return True


def _finding(node: int, measure: str, facts: Facts, month: dt.date) -> Finding:
    return Finding(
        kind=Alert.Kind.SIGNAL,
        about=f"{node}:{measure}:{'up' if facts['above'] else 'down'}",
        department=None if node == ALL_TOGETHER else node,
        period=month,
        facts=facts,
    )


def dates(reader: Reader, start: dt.date, end: dt.date) -> Filters:
    """A choice of dates, as an address would hold it."""
    return parse(QueryDict(f"from={start.isoformat()}&to={end.isoformat()}"), reader)


def _clear(reader: Reader, seen: Filters, month: dt.date) -> dict[tuple[int, str], Facts]:
    """What survived correction, by department and measure: which way, and in what figures."""
    found: dict[tuple[int, str], Facts] = {}
    for row in overview.build(reader, dates(reader, month, last_day(month)), None).result.rows:
        if row.change is not None and row.change.clear:
            found[row.key, SCORE] = _changed(row.change)
    for _name, node, _level, places in course.courses(reader, seen, None).result.lines:
        for place in places:
            if place.verdict.is_clear:
                found[node, place.measure] = _moved(place.verdict)
    return found


def _changed(change: Change) -> Facts:
    return {"is_up": change.exact > 0, "change": kept_change(change)}


def _moved(verdict: Verdict) -> Facts:
    facts: Facts = {"is_up": verdict.is_up, "word": verdict.word, "since": str(verdict.since)}
    if verdict.level is not None:
        return facts | {"step": kept_change(verdict.level.change)}
    return facts | ({"drift": kept_drift(verdict.drift)} if verdict.drift else {})


def _on_chart(reader: Reader, seen: Filters, node: int, measure: str, *, month: dt.date, is_up: bool) -> Facts | None:
    """The month's figure and the episode that a signal in it belongs to, on this side; nothing where it shows none."""
    tree = tree_of(reader, seen)
    several = series_of(reader, seen, measure, [node], measures(seen))
    points = several[0].points if several else ()
    newest = points[-1] if points else None
    if newest is None or newest.start != month or newest.mean.exact is None:
        return None
    rebased = verdicts.rebased(covering(tree, node, reader.interventions), breaks(reader, seen))
    chart = metrics.control_chart(points, rebased=rebased)
    if chart is None or not any(each.day == month and each.above == is_up for each in chart.signals):
        return None
    edges = chart.limits[-1]
    told = next(_episodes(chart, points, month, is_up=is_up))
    return {
        "above": is_up,
        "month": month.isoformat(),
        "mean": kept_mean(newest.mean),
        "range": None if edges is None else [str(edge) for edge in edges],
        "days": [str(day) for day in told.days],
        "outside": [str(day) for day in told.outside],
        "run": [str(day) for day in told.run],
        "rules": sorted(told.rules),
    }


def _episodes(
    chart: metrics.ControlChart, points: tuple[Point, ...], month: dt.date, *, is_up: bool
) -> Iterator[Episode]:
    return (each for each in episodes(chart, points) if each.above == is_up and month in each.days)
