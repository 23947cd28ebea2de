"""What reports about change look at: more of the past, one line of it, and the days at which it was begun anew."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from analytics.access import Reader
from analytics.filters import ALL_TOGETHER, Filters
from analytics.models import Intervention
from analytics.reports.tree import Tree, tree_of
from surveys.models.people import DIMENSIONS

if TYPE_CHECKING:
    from surveys.models import Wave

# A range is set on twelve periods, so a named period is shown with two years of months before its end, or half a year of weeks.
MONTHS, WEEKS = 24, 26


@dataclass(frozen=True, slots=True)
class Break:
    """The day from which another version of a checklist was used; `before` and `after` are the versions' keys."""

    day: dt.date
    before: int
    after: int


def history(filters: Filters) -> Filters:
    """The choice with what led up to it: the same days tell the same, by whatever name they were chosen.

    One chosen department is looked at among all others, so that what is said of it does not depend on its being chosen.
    """
    wide = replace(filters, departments=()) if len(filters.departments) == 1 else filters
    if filters.start is None:
        return wide
    end = filters.end
    if filters.by == "week":
        first = end - dt.timedelta(days=end.weekday(), weeks=WEEKS - 1)
    else:
        months = end.year * 12 + end.month - MONTHS
        first = dt.date(months // 12, months % 12 + 1, 1)
    return replace(wide, start=min(first, filters.start), period="dates")


def line_of(reader: Reader, filters: Filters) -> int:
    """The one department that is chosen, or that is all there is to see; else all together."""
    chosen = filters.departments if reader.sees_calls else filters.lines
    if len(chosen) == 1:
        return chosen[0]
    tree = tree_of(reader, filters)
    return next((key for key in (*tree.parents, *tree.leaves) if tree.within[key] == tree.keys), ALL_TOGETHER)


def measures(filters: Filters) -> tuple[str, ...]:
    """The score, the chosen measure and the dimensions, each once: read of every period, at once.

    The score is among them whatever is chosen, so that the same courses are judged together.
    """
    chosen = () if filters.measure in DIMENSIONS else (filters.measure,)
    return tuple(dict.fromkeys(("score", *chosen, *DIMENSIONS)))


def covering(tree: Tree, line: int, several: Iterable[Intervention]) -> list[Intervention]:
    """What was changed in the whole of a line: those of all departments, of it, and of what it is part of."""
    reader, mine = tree.reader, tree.within[line]
    return [each for each in several if each.department_id is None or mine <= reader.below(each.department_id)]


def shown_on(several: Iterable[Intervention], first: dt.date, last: dt.date) -> list[Intervention]:
    """Those that stand on a chart of these days, in the order of their numbers there."""
    return [each for each in several if first < each.day <= last]


def in_view(tree: Tree, several: Iterable[Intervention]) -> list[Intervention]:
    """What was changed in any of the departments that are looked at."""
    reader, keys = tree.reader, tree.keys
    return [each for each in several if each.department_id is None or keys & reader.below(each.department_id)]


def breaks(reader: Reader, filters: Filters) -> list[Break]:
    """When a checklist went on in another version, by the waves that have begun; none where one version is looked at.

    Checklists that are used side by side each have their own.
    """
    if filters.version is not None or filters.wave is not None:
        return []
    begun = [each for each in reader.waves.values() if each.state != each.State.PLANNED]
    if len({each.version_id for each in begun}) < 2:
        return []
    first: dict[int, Wave] = {}
    for wave in sorted(begun, key=lambda each: (each.starts_on, each.pk)):
        first.setdefault(wave.version_id, wave)
    by_checklist: dict[int, list[int]] = {}
    for version in first:
        if version in reader.published:
            by_checklist.setdefault(reader.published[version].checklist_id, []).append(version)
    found = [
        Break(first[after].starts_on, before, after)
        for versions in by_checklist.values()
        for before, after in pairwise(versions)
    ]
    return sorted((each for each in found if each.day <= filters.end), key=lambda each: (each.day, each.after))
