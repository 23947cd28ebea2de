"""Quality of the measurement: which questions can be trusted, and where whoever coordinates should look at how calls are made."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.agreed import Agreed, Asked
from analytics.reports.habits import Habits, Working
from analytics.reports.nodes import short
from analytics.topics.base import Content, Section, Topic

# Questions are long: beyond so many, a first sentence is read by nobody.
MOST_NAMED: Final = 3


def build(reader: Reader, filters: Filters) -> Content:
    agreed, habits, hours = (
        reports.run(slug, reader=reader, filters=filters) for slug in ("item_agreement", "habits", "call_hours")
    )
    bounds = _(
        "Dotted line: 0.667, below which a question should not be steered on; from 0.8 on it can be relied upon."
    )
    striking = _(
        "“Within 15 minutes” counts from the call's beginning; calls that came back count when they were handed in again. "
        "The table holds everybody."
    )
    return Content(
        (*steering(agreed.result), *_habits(habits.result)) if agreed.counted else (),
        (
            Section(agreed, "analytics/topics/quality_agreement.html", bounds),
            Section(habits, "analytics/topics/quality_habits.html", striking),
            Section(hours, "analytics/topics/quality_week.html"),
        ),
    )


def steering(agreed: Agreed) -> list[Sentence]:
    if agreed.pairs is None:
        return []
    if not agreed.pairs:
        text = _("Which questions can be trusted cannot be told: no call of this choice was scored twice.")
        return [Sentence(text, strong=True)]
    unsteady = agreed.of("not")
    sure, rest = ([each for each in unsteady if each.sure is wanted] for wanted in (True, False))
    said = []
    if sure:
        text = _("Do not steer on %(questions)s: evaluators who heard the same call answer it too differently.")
        said.append(Sentence(text % {"questions": _quoted(sure)}, strong=True))
    if rest:
        said.append(Sentence(_may_be_better(len(rest), also=bool(sure)) % {"questions": _quoted(rest)}))
    if not unsteady and agreed.lines:
        text = _("No question is answered too differently to steer on.")
        few = _("Too few calls were scored twice to tell which questions to steer on.")
        said.append(Sentence(text if agreed.told else few))
    return said


def _may_be_better(count: int, *, also: bool) -> str:
    """What is said of questions whose agreement is low, but not surely."""
    if also:
        return ngettext(
            "Nor on %(questions)s, whose agreement is too low in these calls and may be better in more.",
            "Nor on %(questions)s, whose agreement is too low in these calls and may be better in more.",
            count,
        )
    return ngettext(
        "Do not steer on %(questions)s: its agreement is too low in these calls and may be better in more.",
        "Do not steer on %(questions)s: their agreement is too low in these calls and may be better in more.",
        count,
    )


def _quoted(several: list[Asked]) -> str:
    return words.listed([f"“{each.name}”" for each in several], MOST_NAMED)


def _habits(habits: Habits) -> list[Sentence]:
    said = []
    for name, direction, text in (
        ("halo", 1, _("All dimensions alike more often than with the others: %(names)s.")),
        ("soon", -1, _("Handed in later than by the others: %(names)s.")),
        ("flagged", 1, _("A rule found something more often than with the others: %(names)s.")),
    ):
        clear = habits.clear(name, direction)
        if clear:
            said.append(Sentence(text % {"names": _with_shares(clear, name)}))
    return said


def _with_shares(clear: tuple[Working, ...], name: str) -> str:
    return words.listed([f"{each.person.called} ({short(each.shares[name])})" for each in clear], 3)


TOPIC = Topic(
    "quality",
    gettext_lazy("quality of the measurement"),
    gettext_lazy("Which questions can be trusted, and how are calls made?"),
    build,
    is_for=lambda reader: reader.checks,
)
