"""Single calls with all their answers, as what `analytics.rescoring` scores anew; and single calls to look at.

As in `analytics.call_frames`, nothing here is of a call that its reader's figures do not rest on.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, TextField
from django.db.models.functions import Cast

from analytics.access import Reader
from analytics.answered import AnsweredCalls, from_documents, unclear_fails
from analytics.filters import Filters
from analytics.sources import by_ending, of_calls
from surveys.access import visible_calls
from surveys.models import Call
from surveys.models.calls import measure_column

if TYPE_CHECKING:
    import pandas as pd

    from surveys.models import ChecklistVersion

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Answered:
    """Calls answered on one checklist version, and the department of each."""

    calls: AnsweredCalls
    departments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TwoPeriods:
    """The period's calls on the version that most of them were made on, and the period before on the same version.

    `others` are the versions that other calls of the period were made on, and how many, the most first.
    """

    version: "ChecklistVersion"
    now: Answered
    before: Answered
    others: tuple[tuple[int, int], ...]


def two_periods(reader: Reader, filters: Filters, departments: Iterable[int]) -> TwoPeriods | None:
    """The answers of this period and of the one before; `None` without calls in this one."""
    rows = _rows(reader, filters, frozenset(departments))
    start = filters.start
    now = [row for row in rows if start is None or row[5] >= start]
    found = Counter(row[1] for row in now).most_common()
    if not found:
        return None
    (version,) = reader.versions([found[0][0]])
    before = [row for row in rows if start is not None and row[5] < start]
    return TwoPeriods(version, _answered(version, now), _answered(version, before), tuple(found[1:]))


def _rows(reader: Reader, filters: Filters, departments: frozenset[int]) -> Rows:
    """Department, version, as text what is stored of the answers (taken apart once, here), key and day; both periods."""
    chosen = of_calls(reader, filters, departments)
    if filters.before is not None:
        start, end = filters.before
        chosen |= of_calls(reader, replace(filters, start=start, end=end), departments)
    calls = Call.objects.counting().filter(chosen).order_by("pk")
    documents = (Cast("item_points", TextField()), Cast("failed_by", TextField()))
    return list(calls.values_list("department", "version", *documents, "pk", "local_date"))


def _answered(version: "ChecklistVersion", rows: Rows) -> Answered:
    of_version = [row for row in rows if row[1] == version.pk]
    form = version.definition
    points, failed = ([json.loads(row[place]) for row in of_version] for place in (2, 3))
    answers = None
    if unclear_fails(form) and any(failed):
        stored = dict(Call.objects.filter(pk__in=_failing(of_version, failed)).values_list("pk", "answers"))
        answers = [stored.get(row[4], {}) for row in of_version]
    return Answered(from_documents(form, points, failed, answers), tuple(row[0] for row in of_version))


def _failing(rows: Rows, failed: Sequence[Sequence[str]]) -> list[int]:
    return [row[4] for row, codes in zip(rows, failed, strict=True) if codes]


# --- matched pairs ----------------------------------------------------------------------------------------------------


def pairs_and_answers(
    reader: Reader, filters: Filters, departments: Iterable[int], measures: Sequence[str]
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The frames `call_frames.pairs` and `call_frames.pair_answers`, which a page wants together, read at once."""
    import pandas as pd

    chosen = Call.objects.counting().filter(of_calls(reader, filters, departments), assignment__group__kind="pair")
    columns: tuple[Any, ...] = (Cast("item_points", TextField()), *(measure_column(name) for name in measures))
    rows = chosen.order_by("department", "pk").values_list(
        "department", "assignment__group", "scenario__caller_style", *columns
    )
    both: dict[tuple[int, int], dict[str, tuple[Any, ...]]] = {}
    for department, group, style, *values in rows:
        both.setdefault((department, group), {})[style] = tuple(values)
    complete = {
        key: (each["calm"], each["dominant"]) for key, each in both.items() if {"calm", "dominant"} <= each.keys()
    }
    names = [f"{style}_{name}" for style in ("calm", "dominant") for name in measures]
    scores = [(*key, *calm[1:], *dominant[1:]) for key, (calm, dominant) in complete.items()]
    pairs = pd.DataFrame.from_records(scores, columns=["department", "group", *names])
    answers = [
        (*key, *answer) for key, (calm, dominant) in complete.items() for answer in _in_both(calm[0], dominant[0])
    ]
    answered = pd.DataFrame.from_records(answers, columns=["department", "group", "item", "calm", "dominant"])
    return pairs.astype(dict.fromkeys(names, "Int64")), answered


def _in_both(calm: str, dominant: str) -> Iterable[tuple[str, int, int]]:
    """The questions that counted in both calls, with the points of each."""
    one, other = json.loads(calm), json.loads(dominant)
    for item, (points, _lost) in one.items():
        against = other.get(item, (None,))[0]
        if points is not None and against is not None:
            yield item, points, against


# --- calls to look at -------------------------------------------------------------------------------------------------

MOST: Final = 20


def bad_feelings(reader: Reader, filters: Filters, departments: Iterable[int], right: int, bad: int) -> list[Call]:
    """The calls with content from `right` and experience below `bad` (hundredths), the widest gap first, `MOST` at most."""
    order = (F("experience") - F("content"), "-local_date", "-pk")
    chosen = Call.objects.counting().filter(by_ending(reader, filters, departments))
    # Found by their scores, which an index holds, and only then looked at.
    keys = chosen.filter(content__gte=right, experience__lt=bad).order_by(*order).values_list("pk", flat=True)[:MOST]
    calls = visible_calls(reader.user).filter(pk__in=list(keys)).select_related("department")
    shown = calls.only("local_date", "fate", "content", "experience", "department__name", "department__code")
    return list(shown.order_by(*order))
