"""Where a mark in a chart leads: to the page of its department, narrowed to the period of the mark, with the filters kept."""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from django.urls import reverse

from analytics.access import Reader
from analytics.figures import Point, Series
from analytics.filters import ALL_TOGETHER, Filters

Places = Callable[[Series, Point], str]


def of_department(reader: Reader, filters: Filters, node: int) -> str:
    """The page of a department; of everything together the overview."""
    return page_of(reader.organisation.slug, node) + filters.querystring().rstrip("?")


def by_name(reader: Reader, filters: Filters, named: Iterable[tuple[str, int]]) -> dict[str, str]:
    return {name: of_department(reader, filters, key) for name, key in named}


def of_period(reader: Reader, filters: Filters, node: int, point: Point) -> str:
    """The same of one month, drawn by week, or of one week. Readers of totals look at whole quarters only (see `filters`)."""
    if not reader.sees_calls or point.start > filters.end:
        return of_department(reader, filters, node)
    first, last = point.start.isoformat(), min(point.end, filters.end).isoformat()
    dates = {"from": first, "to": last, "by": "week"}
    chosen = filters.querystring(period=None, against=None, against_from=None, line=None, **dates)
    return page_of(reader.organisation.slug, node) + chosen


def of_lines(reader: Reader, filters: Filters) -> Places:
    """For charts of which each line is a department or everything together."""
    return lambda each, point: of_period(reader, filters, each.key, point)


# Kept: a page leads to each of sixty departments, several times, and Django's search takes longer than drawing a row.
@lru_cache(maxsize=4096)
def page_of(slug: str, node: int) -> str:
    """The page of a department, or of everything together, in the organisation with this slug."""
    return reverse("overview", args=[slug]) if node == ALL_TOGETHER else reverse("department", args=[slug, node])


def call_page(pk: int) -> str:
    before, after = _around_call()
    return f"{before}{pk}{after}"


@cache
def _around_call() -> tuple[str, str]:
    before, _number, after = reverse("call", args=[0]).rpartition("0")
    return before, after
