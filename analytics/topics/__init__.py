"""The pages of results, a module each. A page joins `TOPICS`, its reports join `analytics.reports`; nothing else knows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404

from analytics import lede
from analytics.access import Reader
from analytics.choices import Chip, Field, chips, fields
from analytics.filters import Filters
from analytics.pages import counted, ends, no_answer
from analytics.reports import Report
from analytics.topics import (
    aspects,
    calls,
    comparison,
    course,
    heard,
    promised,
    quality,
    questions,
    reach,
    strictness,
    tone,
    weights,
)
from analytics.topics.base import Section, Topic

_ALL: tuple[Topic, ...] = (
    course.TOPIC,
    comparison.TOPIC,
    questions.TOPIC,
    aspects.TOPIC,
    tone.TOPIC,
    weights.TOPIC,
    promised.TOPIC,
    reach.TOPIC,
    heard.TOPIC,
    quality.TOPIC,
    strictness.TOPIC,
    calls.TOPIC,
)
TOPICS: Final[Mapping[str, Topic]] = {topic.slug: topic for topic in _ALL}


@dataclass(frozen=True, slots=True)
class TopicPage:
    reader: Reader
    filters: Filters
    query: str
    topic: Topic
    lede: tuple[lede.Sentence, ...]
    chips: tuple[Chip, ...]
    fields: tuple[Field, ...]
    sections: tuple[Section, ...]
    others: tuple[Topic, ...]
    counted: str
    ends: str

    @property
    def place(self) -> str:
        """Its name among saved views."""
        return self.topic.slug


def topic_or_404(reader: Reader, slug: str) -> Topic:
    """A page that this reader may open; 404 where there is none, 403 where it is for others."""
    if slug not in TOPICS:
        raise Http404
    if not TOPICS[slug].is_for(reader):
        raise PermissionDenied
    return TOPICS[slug]


def page(reader: Reader, filters: Filters, topic: Topic) -> TopicPage:
    content = topic.build(reader, filters)
    first = content.sections[0].report
    return TopicPage(
        reader=reader,
        filters=filters,
        query=filters.querystring().rstrip("?"),
        topic=topic,
        lede=content.lede or (nothing_to_tell(topic, first),),
        chips=chips(reader, filters),
        fields=fields(reader, filters),
        sections=content.sections,
        others=tuple(each for each in TOPICS.values() if each.is_for(reader)),
        counted=counted(first, reader),
        ends=ends(first, reader),
    )


def nothing_to_tell(topic: Topic, first: Report) -> lede.Sentence:
    """The first sentence of a page that has no other: it answers the page's question as well."""
    return no_answer(first, str(topic.nothing))
