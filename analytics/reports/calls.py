"""The single calls behind a choice, for those who may open them."""

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from django.db.models.fields.json import KeyTransform
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analytics import words
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import Filters
from analytics.reports.base import Column, Report, Value, checked, left_out
from analytics.reports.tree import tree_of
from analytics.sources import of_calls
from surveys.definition import text
from surveys.models.people import DIMENSIONS

if TYPE_CHECKING:
    from surveys.models import Call
    from surveys.querysets import CallQuerySet

MOST: Final = 100
SHOWN: Final = ("score", "content", "experience", *DIMENSIONS)


def build(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The newest calls of the choice, `MOST` at most; of one question, those in which it cost points."""
    tree = tree_of(reader, filters)
    calls = _chosen(reader, filters, tree.keys)
    count = calls.count()
    names = calls.select_related("department", "scenario").order_by("-local_date", "-called_at", "-pk")
    found = tuple(names.defer("answers", "item_points")[:MOST])
    columns = (
        Column("call", _("Call")),
        Column("day", _("Day"), _("date")),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("scenario", _("Scenario")),
        Column("fate", _("How it ended")),
        *(Column(name, words.measure(name), _("points"), name) for name in SHOWN),
    )
    return Report(
        slug="calls",
        title=_("Calls"),
        summary=_how_many(count),
        columns=columns,
        rows=checked(columns, (_values(call) for call in found)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=count,
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        result=found,
    )


def _chosen(reader: Reader, filters: Filters, keys: frozenset[int]) -> "CallQuerySet":
    calls = reader.calls(of_calls(reader, filters, keys))
    if not filters.item:
        return calls
    # What a question earned stands first in its pair (`Call.item_points`); "not applicable" is null, which is below 0 in PostgreSQL.
    earned = KeyTransform("0", KeyTransform(filters.item, "item_points"))
    chosen: CallQuerySet = calls.annotate(earned=earned).filter(earned__gte=0, earned__lt=100)
    return chosen


def _how_many(count: int) -> str:
    if count > MOST:
        facts = {"most": words.whole(MOST), "calls": words.calls(count)}
        return _("The newest %(most)s of %(calls)s.") % facts
    return ngettext("%(count)s call.", "%(count)s calls.", count) % {"count": words.whole(count)}


def _values(call: "Call") -> dict[str, Value]:
    scores = {name: call.measure(name) for name in SHOWN}
    return {
        "call": call.reference,
        "day": call.local_date,
        "department_code": call.department.code,
        "department": call.department.name,
        "scenario": text(call.scenario.name, get_language() or "en"),
        "fate": call.fate,
        **{name: None if score is None else rounded(Fraction(score, 100)) for name, score in scores.items()},
    }
