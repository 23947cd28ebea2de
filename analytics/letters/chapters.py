"""What the letter tells, a chapter for each page of results: its question, its first sentences, its reports, its address."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from analytics import marks, pages, topics
from analytics.access import Reader
from analytics.filters import Filters, parse
from analytics.lede import Sentence
from analytics.pages import OverviewPage
from analytics.reports import OF_CALLS, Report
from analytics.reports.course import Courses
from analytics.reports.strictness import unexplained
from analytics.reports.tree import tree_of
from analytics.topics import TOPICS, quality

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
    "flow",
    "habits",
    "handling",
    "severity_drift",
    "spreads",
    "tone_gap_items",
}
# Their pages name evaluators. The letter does not, and asks only what it answers.
ASKED: Final[Mapping[str, "StrPromise"]] = {
    "quality": gettext_lazy("Which questions can be trusted?"),
    "strictness": gettext_lazy("Does it matter who scored?"),
}
# Their question is answered by a figure; what stands out comes after it.
FIGURE_FIRST: Final = {"callbacks"}
NAME: Final = gettext_lazy("departments and dimensions")
QUESTION: Final = gettext_lazy("Where does each department stand, and did it change?")
# One department alone differs from nothing.
FEWEST_TO_COMPARE: Final = 2
# So many months up to the end of a wave are its history: two years hold a baseline and what came after it.
HISTORY: Final = 24
# What makes a chapter worth printing, where rows alone do not tell; asked of the results by the slug of their report.
HOLDS: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "trend": lambda found: found["control"].chart is not None or is_judged(found["courses"]),
    "comparison": lambda found: len(found["funnel"].departments) >= FEWEST_TO_COMPARE,
    "tone-gap": lambda found: bool(found["tone_gap"].pairs),
    "heard": lambda found: any(each.now.count != 0 for each in found["phrases"].shown),
    "quality": lambda found: bool(found["item_agreement"].pairs) and found["item_agreement"].told,
    "strictness": lambda found: found["corrected"].most is not None,
}


def is_judged(found: Courses) -> bool:
    """Whether any course is long enough to say something of it."""
    return any(place.verdict.word != "few" for _name, _key, _level, places in found.lines for place in places)


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
        """What of it stands on the first page: its first sentence, and what survived correction."""
        return (*self.said[:1], *(each for each in self.said[1:] if each.strong))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: no calls, nothing that could be drawn of them, or nothing to compare."""
        if not any(report.counted for report in self.reports.values()):
            return True
        holds = HOLDS.get(self.slug)
        if holds is None:
            return not any(report.rows for report in self.reports.values())
        return not holds({slug: report.result for slug, report in self.reports.items()})

    @property
    def why_empty(self) -> str:
        """Its first sentence, which says why it answers nothing, to stand in another."""
        return self.said[0].text.rstrip(".")


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
    made = {each.report.slug: each.report for each in sections}
    said = _without_names(slug, made) if slug in ASKED else content.lede
    if slug in FIGURE_FIRST:
        said = tuple(sorted(said, key=lambda each: each.strong))
    return Chapter(
        slug=slug,
        name=topic.name,
        question=ASKED.get(slug, topic.question),
        said=said or (topics.nothing_to_tell(topic, content.sections[0].report),),
        reports=made,
        notes={each.report.slug: each.note for each in sections},
        filters=filters,
        address=address(reader, filters, slug),
        marked=frozenset[str]().union(*(each.marked for each in sections)),
        extra=_beside(reader, filters, slug, made),
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


def _beside(reader: Reader, filters: Filters, slug: str, made: Mapping[str, Report]) -> Mapping[str, Any]:
    """What a chapter prints beside the reports of its page."""
    if slug == "strictness":
        return {"unexplained": unexplained(made["severity"].result.found)}
    if slug != "trend":
        return {}
    block = pages.overview(reader, filters).trend
    drawn = made["control"].result.series
    # The trend of the overview: all together, and what changed clearly. One line alone is on the control chart already.
    twice = block is None or [each.name for each in block.report.result] == [drawn and drawn.name]
    keys = tree_of(reader, filters).keys if filters.departments else None
    return {"lines": None if twice or block is None else block.report, "keys": keys}


def _without_names(slug: str, made: Mapping[str, Report]) -> tuple[Sentence, ...]:
    """What can be said without naming an evaluator: a letter travels farther than a page."""
    if slug == "quality":
        agreement = made["item_agreement"]
        return (*quality.steering(agreement.result), *_plainly(agreement))
    return (*_plainly(made["corrected"]), *_plainly(made["severity"]))


def _plainly(report: Report) -> tuple[Sentence, ...]:
    return (Sentence(report.summary),) if report.summary else ()


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
