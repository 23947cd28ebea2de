"""Quality of the measurement: which questions can be trusted, and where whoever coordinates should look at how calls are made."""

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
        (*_steering(agreed.result), *_habits(habits.result)),
        (
            Section(agreed, "analytics/topics/quality_agreement.html", bounds),
            Section(habits, "analytics/topics/quality_habits.html", striking),
            Section(hours, "analytics/topics/quality_week.html"),
        ),
    )


def _steering(agreed: Agreed) -> list[Sentence]:
    if not agreed.pairs:
        return []
    unsteady = agreed.of("not")
    sure = [each for each in unsteady if each.sure]
    said = []
    if sure:
        text = _("Do not steer on %(questions)s: evaluators who heard the same call answer it too differently.")
        said.append(Sentence(text % {"questions": _quoted(sure)}, strong=True))
    rest = len(unsteady) - len(sure)
    if rest:
        text = ngettext(
            "Nor on %(count)s other, whose agreement is too low in these calls and may be better in more.",
            "Nor on %(count)s others, whose agreement is too low in these calls and may be better in more.",
            rest,
        )
        if not sure:
            text = ngettext(
                "Do not steer on %(count)s question: its agreement is too low in these calls and may be better in more.",
                "Do not steer on %(count)s questions: their agreement is too low in these calls and may be better in more.",
                rest,
            )
        said.append(Sentence(text % {"count": rest}))
    if not unsteady and agreed.lines:
        text = _("No question is answered too differently to steer on.")
        few = _("Too few calls were scored twice to tell which questions to steer on.")
        said.append(Sentence(text if agreed.told else few))
    return said


def _quoted(sure: list[Asked]) -> str:
    return words.listed([f"“{each.name}”" for each in sure], 2)


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
