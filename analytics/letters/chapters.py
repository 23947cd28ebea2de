"""What the letter tells, a chapter for each page of results: its question, its first sentences, its reports, its address."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from analytics import marks, pages
from analytics.access import Reader
from analytics.filters import Filters, parse
from analytics.lede import Sentence
from analytics.pages import OverviewPage
from analytics.reports import OF_CALLS, Report
from analytics.topics import TOPICS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# The pages in the order of the letter. Single calls are for the screen: a letter tells of departments.
ORDER: Final = (
    "overview",
    "trend",
    "comparison",
    "questions",
    "content-experience",
    "tone-gap",
    "callbacks",
    "reachability",
    "heard",
    "quality",
    "strictness",
    "sensitivity",
)
# What their pages show beside it and the letter does not: single calls, single evaluators, and what asks for a screen.
NOT_PRINTED: Final = OF_CALLS | {
    "alternatives",
    "bad_feelings",
    "call_hours",
    "chains",
    "habits",
    "handling",
    "severity_drift",
    "spreads",
    "tone_gap_items",
}
# Their pages name evaluators, the letter does not.
WITHOUT_NAMES: Final = {"quality", "strictness"}
NAME: Final = gettext_lazy("departments and dimensions")
QUESTION: Final = gettext_lazy("Where does each department stand, and did it change?")
# One department alone differs from nothing.
FEWEST_TO_COMPARE: Final = 2
# So many months up to the end of a wave are its history: two years hold a baseline and what came after it.
HISTORY: Final = 24


@dataclass(frozen=True, slots=True)
class Chapter:
    """One question: `said` is what a reader should take away, `reports` by slug what is drawn of it, `notes` how to read it.

    `filters` is the choice that it was made of, and `address` the page that shows the same. `marked` are codes of questions
    that carry a mark, which a note explains; `extra` is what its template needs beside reports.
    """

    slug: str
    name: "str | StrPromise"
    question: "str | StrPromise"
    said: tuple[Sentence, ...]
    reports: Mapping[str, Report]
    notes: Mapping[str, str]
    filters: Filters
    address: str
    marked: frozenset[str] = frozenset()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"analytics/letter/{self.slug}.html"

    @property
    def first(self) -> tuple[Sentence, ...]:
        """What of it stands on the first page: what survived correction, else the first sentence, else what a report says."""
        found = tuple(each for each in self.said if each.strong) or self.said[:1]
        return found or tuple(Sentence(each.summary) for each in self.reports.values() if each.summary)[:1]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: no calls, nothing that could be drawn of them, or nothing to compare."""
        reports = self.reports.values()
        if self.slug == "comparison" and len(self.reports["funnel"].rows) < FEWEST_TO_COMPARE:
            return True
        return not any(report.counted for report in reports) or not (
            self.said or any(report.rows for report in reports)
        )


def known(reader: Reader) -> tuple[str, ...]:
    """The chapters that this reader may read, in order."""
    return tuple(slug for slug in ORDER if slug == "overview" or TOPICS[slug].is_for(reader))


def build(reader: Reader, filters: Filters, slug: str) -> Chapter:
    """One chapter, made of what its page is made of."""
    if slug == "overview":
        return _overview(reader, filters)
    if slug == "trend":
        filters = course_of(reader, filters)
    topic = TOPICS[slug]
    content = topic.build(reader, filters)
    sections = [each for each in content.sections if each.report.slug not in NOT_PRINTED]
    extra = _lines(reader, filters) if slug == "trend" else {}
    return Chapter(
        slug=slug,
        name=topic.name,
        question=topic.question,
        said=_without_names(sections) if slug in WITHOUT_NAMES else content.lede,
        reports={each.report.slug: each.report for each in sections},
        notes={each.report.slug: each.note for each in sections},
        filters=filters,
        address=address(reader, filters, slug),
        marked=frozenset[str]().union(*(each.marked for each in sections)),
        extra=extra,
    )


def _overview(reader: Reader, filters: Filters) -> Chapter:
    page = pages.overview(reader, filters)
    return Chapter(
        slug="overview",
        name=NAME,
        question=QUESTION,
        said=page.lede,
        reports={"overview": page.report},
        notes={},
        filters=filters,
        address=address(reader, filters, "overview"),
        extra={"page": page, "changes": _changes(page), "axis": marks.axis(page.result.rows)},
    )


def _changes(page: OverviewPage) -> bool:
    """Whether changes have a column: there is a period before this one, and calls in it. A wave has none before itself."""
    return page.filters.before is not None and page.filters.wave is None


def _lines(reader: Reader, filters: Filters) -> Mapping[str, Any]:
    """The trend of the overview: all together, and the departments that changed clearly."""
    block = pages.overview(reader, filters).trend
    return {"lines": block.report if block else None}


def _without_names(sections: Iterable[Any]) -> tuple[Sentence, ...]:
    """What the reports say of all: a letter travels farther than a page, evaluators' names do not."""
    said = {each.report.slug: each.report.summary for each in sections}
    return tuple(Sentence(said[slug]) for slug in ("item_agreement", "severity", "corrected") if said.get(slug))


def course_of(reader: Reader, filters: Filters) -> Filters:
    """The choice that a course is shown of: one wave makes none, so it is followed from two years before its end."""
    if filters.wave is None:
        return filters
    end = min(reader.waves[filters.wave].ends_on, reader.today)
    months = end.year * 12 + end.month - HISTORY
    start = max(dt.date(months // 12, months % 12 + 1, 1), (reader.oldest or end).replace(day=1))
    asked = filters.querystring(wave=None, period=None, from_=start.isoformat(), to=end.isoformat())
    return parse(QueryDict(asked.lstrip("?")), reader)


def address(reader: Reader, filters: Filters, slug: str) -> str:
    """The page that shows the same, for the doubter."""
    organisation = reader.organisation.slug
    path = (
        reverse("overview", args=[organisation]) if slug == "overview" else reverse("topic", args=[organisation, slug])
    )
    return f"{settings.BASE_URL}{path}{filters.querystring().rstrip('?')}"
