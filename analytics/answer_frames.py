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
from analytics.sources import of_calls
from surveys.access import visible_calls
from surveys.models import Call

if TYPE_CHECKING:
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
    departments = frozenset(departments)
    now = _rows(reader, filters, departments)
    found = Counter(row[1] for row in now).most_common()
    if not found:
        return None
    chosen = found[0][0]
    (version,) = reader.versions([chosen])
    before: Rows = []
    if filters.before is not None:
        start, end = filters.before
        before = _rows(reader, replace(filters, start=start, end=end, version=chosen), departments)
    return TwoPeriods(version, _answered(version, now), _answered(version, before), tuple(found[1:]))


def _rows(reader: Reader, filters: Filters, departments: frozenset[int]) -> Rows:
    """Department, version, and as text what is stored of the answers, which is taken apart once, here."""
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments))
    documents = (Cast("item_points", TextField()), Cast("failed_by", TextField()))
    return list(calls.order_by("pk").values_list("department", "version", *documents, "pk"))


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


# --- calls to look at -------------------------------------------------------------------------------------------------

MOST: Final = 20


def bad_feelings(reader: Reader, filters: Filters, departments: Iterable[int], right: int, bad: int) -> list[Call]:
    """The calls with content from `right` and experience below `bad` (hundredths), the widest gap first, `MOST` at most."""
    calls = visible_calls(reader.user).filter(of_calls(reader, filters, departments)).counting()
    chosen = calls.filter(content__gte=right, experience__lt=bad).select_related("department")
    shown = chosen.only("local_date", "fate", "content", "experience", "department__name", "department__code")
    return list(shown.order_by(F("experience") - F("content"), "-local_date", "-pk")[:MOST])
