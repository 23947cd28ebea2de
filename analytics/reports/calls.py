"""The single calls behind a choice, for those who may open them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from django.db.models import F
from django.db.models.fields.json import KeyTransform
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analytics import frames, words
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import MOST_PAGES, Filters
from analytics.reports.base import Column, Report, Value, checked, left_out
from analytics.reports.tree import tree_of
from analytics.sources import of_calls
from surveys.definition import text
from surveys.models.people import DIMENSIONS

if TYPE_CHECKING:
    from surveys.models import Call
    from surveys.querysets import CallQuerySet

PER_PAGE: Final = 50
# The order of each way to sort, all with the newest first among equals.
ORDERS: Final = {
    "newest": (),
    "oldest": ("local_date", "called_at", "pk"),
    "lowest": (F("score").asc(nulls_last=True),),
    "highest": (F("score").desc(nulls_last=True),),
}
SHOWN: Final = ("score", "content", "experience", *DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Page:
    """So many of the calls of a choice: the `number`th of `pages` pages, in the order `sort`."""

    calls: "tuple[Call, ...]"
    number: int
    pages: int
    sort: str

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def build(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """A page of the calls of the choice, the newest first or as chosen; of one question, those in which it cost points."""
    tree = tree_of(reader, filters)
    calls = _chosen(reader, filters, tree.keys)
    count = _count(reader, filters, tree.keys) if _is_summed(reader, filters) else calls.count()
    pages = max(1, min(MOST_PAGES, -(-count // PER_PAGE)))
    page = min(filters.page, pages)
    ordered = calls.order_by(*ORDERS[filters.sort], "-local_date", "-called_at", "-pk")
    names = ordered.select_related("department", "scenario").defer("answers", "item_points")
    found = Page(tuple(names[(page - 1) * PER_PAGE : page * PER_PAGE]), page, pages, filters.sort)
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
        summary=_how_many(count, found),
        columns=columns,
        rows=checked(columns, (_values(call) for call in found.calls)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=count,
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        result=found,
    )


def _is_summed(reader: Reader, filters: Filters) -> bool:
    """Whether sums know how many calls there are: counting a hundred thousand one by one takes longer than the page."""
    return reader.sees_calls and not filters.item and not filters.asks_of_calls


def _count(reader: Reader, filters: Filters, keys: frozenset[int]) -> int:
    frame = frames.totals(reader, filters, keys, ("score",))
    return sum(int(n) for n, now in zip(frame["n_calls"], frame["now"], strict=True) if now)


def _chosen(reader: Reader, filters: Filters, keys: frozenset[int]) -> "CallQuerySet":
    calls = reader.calls(of_calls(reader, filters, keys))
    if not filters.item:
        return calls
    # What a question earned stands first in its pair (`Call.item_points`); "not applicable" is null, which is below 0 in PostgreSQL.
    earned = KeyTransform("0", KeyTransform(filters.item, "item_points"))
    chosen: CallQuerySet = calls.annotate(earned=earned).filter(earned__gte=0, earned__lt=100)
    return chosen


def _how_many(count: int, found: Page) -> str:
    if found.pages > 1:
        first = (found.number - 1) * PER_PAGE
        last = words.whole(first + len(found.calls))
        facts = {"first": words.whole(first + 1), "last": last, "calls": words.calls(count)}
        return _("%(first)s to %(last)s of %(calls)s.") % facts
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
