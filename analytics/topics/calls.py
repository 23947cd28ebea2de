"""Calls: which calls lie behind these figures?"""

from django.utils.translation import get_language, gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.topics.base import Content, Section, Topic
from surveys.definition import text


def build(reader: Reader, filters: Filters) -> Content:
    found = reports.run("calls", reader=reader, filters=filters)
    return Content(tuple(_lede(reader, filters, found.counted)), (Section(found, "analytics/topics/calls.html"),))


def _lede(reader: Reader, filters: Filters, count: int) -> list[Sentence]:
    if not filters.item:
        said = ngettext("%(count)s call lies behind this choice.", "%(count)s calls lie behind this choice.", count)
        return [Sentence(said % {"count": words.whole(count)}, strong=True)]
    said = ngettext(
        "In %(count)s call of this choice “%(question)s” cost points.",
        "In %(count)s calls of this choice “%(question)s” cost points.",
        count,
    )
    return [Sentence(said % {"count": words.whole(count), "question": _question(reader, filters.item)}, strong=True)]


def _question(reader: Reader, code: str) -> str:
    """The words of a question in the newest version that asks it."""
    newest = sorted(reader.versions(reader.published), key=lambda each: -each.pk)
    form = next((each.definition for each in newest if code in each.definition), None)
    return code if form is None else text(form.item(code).text, get_language() or "en")


TOPIC = Topic(
    "calls",
    gettext_lazy("calls"),
    gettext_lazy("Which calls lie behind these figures?"),
    build,
    is_for=lambda reader: reader.opens_calls,
)
