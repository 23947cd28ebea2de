"""Quality of the measurement: which figures can be trusted, and where whoever coordinates should look."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import gap_words, reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.agreed import Agreed, Asked
from analytics.reports.habits import Habits, Working
from analytics.reports.nodes import short
from analytics.reports.quality import Drifts, Leaning, Leanings, Shifts
from analytics.topics.base import Content, Section, Topic

AGREEMENT, LEANINGS, CORRECTED, DRIFT, HABITS, WEEK = (
    f"analytics/topics/{name}.html"
    for name in (
        "quality_agreement",
        "quality_severity",
        "quality_corrected",
        "quality_drift",
        "quality_habits",
        "quality_week",
    )
)


def build(reader: Reader, filters: Filters) -> Content:
    made = {
        slug: reports.run(slug, reader=reader, filters=filters)
        for slug in ("item_agreement", "severity", "corrected", "severity_drift", "habits", "call_hours")
    }
    bounds = _(
        "Dotted line: 0.667, below which a question should not be steered on; from 0.8 on it can be relied upon."
    )
    zero = _("Left of zero: strict. Right of it: lenient. Full dots are clear, open ones may be chance.")
    shifts = _("Open dot: as scored. Full dot with its 95 % interval: as if all evaluators were equally strict.")
    striking = _(
        "“Within 15 minutes” counts from the call's beginning; calls that came back count when they were handed in again. "
        "The table holds everybody."
    )
    return Content(
        tuple(_lede(*(each.result for each in made.values()))),
        (
            Section(made["item_agreement"], AGREEMENT, bounds),
            Section(made["severity"], LEANINGS, zero),
            Section(made["corrected"], CORRECTED, shifts),
            Section(made["severity_drift"], DRIFT),
            Section(made["habits"], HABITS, striking),
            Section(made["call_hours"], WEEK),
        ),
    )


def _lede(
    agreed: Agreed, leanings: Leanings, shifts: Shifts, drifts: Drifts, habits: Habits, _week: object
) -> list[Sentence]:
    return [*_strictness(leanings), *_effect(leanings, shifts), *_drift(drifts), *_steering(agreed), *_habits(habits)]


def _strictness(leanings: Leanings) -> list[Sentence]:
    if not leanings.lines:
        return []
    if not leanings.clear:
        return [Sentence(_("No evaluator is clearly stricter or more lenient than the others."), strong=True)]
    said = []
    for direction, text in (
        (-1, _("Strict: %(names)s less than others would give for the same calls.")),
        (1, _("Lenient: %(names)s more than others would give for the same calls.")),
    ):
        clear = [each for each in leanings.clear if gap_words.direction(each.gap) == direction]
        if clear:
            said.append(Sentence(text % {"names": _named(clear)}, strong=True))
    return said


def _named(clear: list[Leaning]) -> str:
    return gap_words.with_sizes((each.person.called, each.gap) for each in clear)


def _effect(leanings: Leanings, shifts: Shifts) -> list[Sentence]:
    if not leanings.clear or shifts.most is None or shifts.most.shift is None:
        return []
    facts = {"name": shifts.most.name, "points": words.signed(shifts.most.shift)}
    text = _("Corrected for that, the largest change of a department is that of %(name)s: %(points)s points.")
    return [Sentence(text % facts)]


def _drift(drifts: Drifts) -> list[Sentence]:
    said = []
    for direction, text in ((-1, _("Became stricter: %(names)s.")), (1, _("Became more lenient: %(names)s."))):
        clear = [each for each in drifts.clear if gap_words.direction(each.gap) == direction]
        if clear:
            said.append(Sentence(text % {"names": _named(clear)}, strong=True))
    return said


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
        said.append(Sentence(_("No question is answered too differently to steer on.")))
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
    gettext_lazy("Which figures can be trusted, and who scores otherwise than the others?"),
    build,
    is_for=lambda reader: reader.checks,
)
