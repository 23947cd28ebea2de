"""What callers heard: which phrases harm, which do well, where, and what was said?"""

from collections.abc import Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.compared import Compared, compared
from analytics.reports.heard import HARMFUL, Heard, PlaceHeard
from analytics.reports.tree import tree_of
from analytics.topics.base import Content, Section, Topic

# As many as are named in the first sentences.
NAMED = 2


def build(reader: Reader, filters: Filters) -> Content:
    phrases, places, quotes = (
        reports.run(slug, reader=reader, filters=filters) for slug in ("phrases", "phrase_places", "quotes")
    )
    lede = (
        _lede(phrases.result.every, places.result.every, filters, compared(tree_of(reader, filters)))
        if phrases.counted
        else []
    )
    notes = _("Share of the calls in which it was heard, once or more, with its 95 % interval.")
    open_to = _("Quotes are shown to who may open the calls they are from, the newest first, at most 20 of a phrase.")
    return Content(
        tuple(lede),
        (
            Section(phrases, "analytics/topics/heard_phrases.html", notes),
            Section(places, "analytics/topics/heard_places.html"),
            Section(quotes, "analytics/topics/heard_quotes.html", open_to),
        ),
    )


def _lede(found: Sequence[Heard], places: Sequence[PlaceHeard], filters: Filters, beside: Compared) -> list[Sentence]:
    said = [*_where(places, beside), *_moved(found, filters)]
    if said or all(each.now.count == 0 for each in found):
        return said
    text = _("No phrase is heard clearly more, or less, often in one department than in %(others)s.")
    return [Sentence(text % {"others": beside.others}, strong=True)]


def _where(places: Sequence[PlaceHeard], beside: Compared) -> list[Sentence]:
    """Harmful phrases that are heard more often in one department than elsewhere."""
    more = [each for each in places if each.entry.kind == HARMFUL and (each.apart.exact or 0) > 0]
    found = []
    for each in more[:NAMED]:
        facts = {
            "phrase": each.entry.text,
            "name": each.name,
            "share": words.share_in_words(each.share),
            "calls": words.calls(each.share.n),
            "elsewhere": beside.elsewhere,
        }
        text = _("“%(phrase)s” is heard clearly more often in %(name)s than %(elsewhere)s: in %(share)s of %(calls)s.")
        found.append(Sentence(text % facts, strong=True))
    return found


def _moved(found: Sequence[Heard], filters: Filters) -> list[Sentence]:
    """The phrases whose share moved clearly, or that none did."""
    tested = [each for each in found if each.move.p is not None]
    clear = sorted((each for each in tested if each.move.clear), key=lambda each: -abs(float(each.move.exact or 0)))
    before = words.before(filters)
    if tested and not clear:
        text = _("No phrase is heard clearly more or less often than in %(before)s.")
        return [Sentence(text % {"before": before}, strong=True)]
    said = []
    for each in clear[:NAMED]:
        facts = {"phrase": each.entry.text, "share": words.share_in_words(each.now), "before": before}
        facts["change"] = words.signed(each.move.exact or Fraction(0))
        if (each.move.exact or 0) > 0:
            text = _("“%(phrase)s” is heard more often: in %(share)s of the calls, %(change)s against %(before)s.")
        else:
            text = _("“%(phrase)s” is heard less often: in %(share)s of the calls, %(change)s against %(before)s.")
        said.append(Sentence(text % facts, strong=True))
    return said


TOPIC = Topic(
    "heard",
    gettext_lazy("what callers heard"),
    gettext_lazy("Which phrases do callers hear that harm or do well, and where?"),
    build,
    nothing=gettext_lazy("No phrase of the phrase bank was heard in these calls."),
)
