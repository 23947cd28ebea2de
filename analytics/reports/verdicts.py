"""What every course does, judged together, and which of them the chart of the page opens on."""

import datetime as dt
from collections.abc import Sequence

from analytics import metrics
from analytics.access import Reader
from analytics.figures import Point
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Verdict
from analytics.models import Intervention
from analytics.reports.history import Break, breaks, covering, history, line_of, measures
from analytics.reports.tree import Tree, tree_of
from analytics.reports.trend import hidden_periods, sums_by_period

# The newest periods that are looked at.
NEWEST = 26


def opened(reader: Reader, filters: Filters) -> int:
    """The line that the chart opens on: the chosen one; else the department whose course is surest to change; else what holds
    all, which is the largest."""
    chosen = filters.departments if reader.sees_calls else filters.lines
    if len(chosen) == 1:
        return chosen[0]
    seen = history(filters)
    tree = tree_of(reader, seen)
    known = verdicts(tree, seen)
    clear = [key for key in tree.leaves if (found := known.get((key, filters.measure))) and found.is_clear]
    return min(clear, key=lambda key: surety(known[key, filters.measure]), default=line_of(reader, filters))


def verdicts(tree: Tree, seen: Filters) -> dict[tuple[int, str], Verdict]:
    """Of every node with calls and every measure, since the checklist changed last; judged together."""

    def make() -> dict[tuple[int, str], Verdict]:
        by_period, days = sums_by_period(tree.reader, seen, measures(seen))
        broken = breaks(tree.reader, seen)
        nodes = [*tree.leaves, *tree.parents]
        if len(tree.leaves) > 1 and not any(tree.within[key] == tree.keys for key in tree.parents):
            nodes.append(ALL_TOGETHER)
        start = _judged_from(days, broken)
        series = {}
        for measure in measures(seen):
            sizes = [{node: parts[f"n_{measure}"] for node, parts in each.items()} for each in by_period]
            hidden = hidden_periods(tree, sizes, days)
            for node in nodes:
                if any(each[node] for each in sizes):
                    held = [each[node].sums(measure) for each in by_period[start:]]
                    unseen = {place - start for place in hidden[node] if place >= start}
                    marked = covering(tree, node, tree.reader.interventions)
                    series[node, measure] = metrics.bare_points(held, days[start:], unseen), rebased(marked, ())
        found = metrics.verdicts(series)
        in_order = [(node, measure) for node in nodes for measure in measures(seen)]
        return {key: found[key] for key in in_order if key in found}

    return tree.reader.once(("verdicts", seen.scope, seen.measure, seen.departments), make)


def rebased(marked: Sequence[Intervention], broken: Sequence[Break]) -> set[dt.date]:
    """Where a chart begins anew."""
    return {each.day for each in marked} | {each.day for each in broken}


def since(points: Sequence[Point], broken: Sequence[Break]) -> Sequence[Point]:
    """The periods whose scores can be compared: those since the checklist changed last."""
    last = max((each.day for each in broken), default=None)
    kept = [point for point in points if last is None or point.start >= last]
    return kept or points


def judged(days: Sequence[tuple[dt.date, dt.date]], broken: Sequence[Break]) -> tuple[dt.date, dt.date]:
    """The first and the last day that verdicts look at."""
    return days[_judged_from(days, broken)][0], days[-1][1]


def _judged_from(days: Sequence[tuple[dt.date, dt.date]], broken: Sequence[Break]) -> int:
    """The place of the first period that verdicts look at: the newest, but none before the checklist changed last."""
    last = max((each.day for each in broken), default=dt.date.min)
    since_then = next((place for place, (start, _end) in enumerate(days) if start >= last), 0)
    return max(since_then, len(days) - NEWEST, 0)


def surety(verdict: Verdict) -> float:
    """How sure the course of a verdict is: the smaller the surer."""
    return verdict.drift.p if verdict.drift else 1.0
