"""What a page about one question is made of: its first sentences, and sections that each show one report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports import Report

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

CHART = "analytics/chart.html"


@dataclass(frozen=True, slots=True)
class Section:
    """A report with the template that draws it, which is given `report` and `page`; its table and file come by themselves.

    `marked` are codes of questions beside which the template sets a mark, which the note explains; `undrawn` says why
    there is no drawing, where that is not for want of periods.
    """

    report: Report
    template: str = CHART
    note: str = ""
    marked: frozenset[str] = frozenset()
    undrawn: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """`lede` is what the reader should take away: only signals that survived correction, or that there are none."""

    lede: tuple[Sentence, ...]
    sections: tuple[Section, ...]


def everyone(_reader: Reader) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of the results: the question that it answers, and how it is made for one reader and choice.

    `nothing` is its first sentence where its calls tell nothing, if that is not because they are too few.
    """

    slug: str
    name: "StrPromise"
    question: "StrPromise"
    build: Callable[[Reader, Filters], Content]
    is_for: Callable[[Reader], bool] = everyone
    nothing: "StrPromise | str" = ""
