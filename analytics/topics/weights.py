"""Sensitivity: would the conclusions be others under other reasonable weights?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.weights import Tried
from analytics.topics.base import Content, Section, Topic
from analytics.topics.single_calls import too_wide

TEMPLATES = {
    "sensitivity": "analytics/topics/weights.html",
    "flips": "analytics/topics/flips.html",
    "alternatives": "analytics/topics/alternatives.html",
}


def build(reader: Reader, filters: Filters) -> Content:
    made = [reports.run(slug, reader=reader, filters=filters) for slug in TEMPLATES]
    tried = made[0].result.tried
    if tried is None or not tried.conclusions:
        made = made[:1]
    sections = tuple(Section(report, TEMPLATES[report.slug]) for report in made)
    if tried is None:
        return Content((too_wide(),) if made[0].counted else (), sections)
    return Content(tuple(_lede(tried)), sections)


def _lede(tried: Tried) -> list[Sentence]:
    count, tries = len(tried.conclusions), len(tried.alternatives)
    if not count:
        return [Sentence(_("Nothing is concluded here: no department differs or changed clearly, none has a target."))]
    flips = tried.flips
    facts = {"count": words.whole(count), "tries": words.whole(tries), "hold": words.whole(count - len(flips))}
    if not flips:
        text = ngettext(
            "The one conclusion holds whichever of %(tries)s other weightings and rules is used.",
            "All %(count)s conclusions hold whichever of %(tries)s other weightings and rules is used.",
            count,
        )
        return [Sentence(text % facts, strong=True)]
    text = ngettext(
        "Of the one conclusion %(hold)s holds under all %(tries)s other weightings and rules.",
        "Of %(count)s conclusions %(hold)s hold under all %(tries)s other weightings and rules.",
        count,
    )
    shaky = flips[0]
    facts |= {"conclusion": tried.says(shaky), "held": words.whole(shaky.held)}
    least = _("Least sure: “%(conclusion)s”, which holds in %(held)s of %(tries)s.")
    return [Sentence(text % facts, strong=True), Sentence(least % facts)]


TOPIC = Topic(
    "sensitivity",
    gettext_lazy("sensitivity"),
    gettext_lazy("Would the conclusions be others under other reasonable weights?"),
    build,
)
