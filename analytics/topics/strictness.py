"""Strict and lenient evaluators: who scores otherwise than the others, since when, and what departments would score without it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import gap_words, reports
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.strictness import Drifts, Leaning, Leanings, Shifts, unexplained
from analytics.topics.base import Content, Section, Topic


def build(reader: Reader, filters: Filters) -> Content:
    severity, corrected, drift = (
        reports.run(slug, reader=reader, filters=filters) for slug in ("severity", "corrected", "severity_drift")
    )
    zero = _(
        "Left of zero: strict. Right of it: lenient. Full dots are clear; open ones may be chance, also beside zero: of so "
        "many evaluators some lie there."
    )
    zero = f"{zero} {unexplained(severity.result.found)}".strip()
    shifts = _("Open dot: as scored. Full dot with its 95 % interval: as if all evaluators were equally strict.")
    leanings: Leanings = severity.result
    return Content(
        (*_strictness(leanings), *_effect(corrected.result), *_drift(drift.result)) if severity.counted else (),
        (
            Section(severity, "analytics/topics/strictness_severity.html", zero),
            Section(corrected, "analytics/topics/strictness_corrected.html", shifts),
            Section(drift, "analytics/topics/strictness_drift.html"),
        ),
    )


def _strictness(leanings: Leanings) -> list[Sentence]:
    if not leanings.lines:
        return [Sentence(_unknown(leanings), strong=True)]
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


def _unknown(leanings: Leanings) -> str:
    if leanings.found.apart:
        return _("Nobody can be called strict or lenient here: these evaluators called nothing in common.")
    return _("Nobody can be called strict or lenient here: too few calls, or too few evaluators.")


def _named(clear: list[Leaning]) -> str:
    return gap_words.with_sizes((each.person.called, each.gap) for each in clear)


def _effect(shifts: Shifts) -> list[Sentence]:
    return [Sentence(shifts.in_words)] if shifts.in_words else []


def _drift(drifts: Drifts) -> list[Sentence]:
    said = []
    for direction, text in ((-1, _("Became stricter: %(names)s.")), (1, _("Became more lenient: %(names)s."))):
        clear = [each for each in drifts.clear if gap_words.direction(each.gap) == direction]
        if clear:
            said.append(Sentence(text % {"names": _named(clear)}, strong=True))
    return said


TOPIC = Topic(
    "strictness",
    gettext_lazy("strict and lenient evaluators"),
    gettext_lazy("Who scores otherwise than the others, and what would departments score without that?"),
    build,
    is_for=lambda reader: reader.checks,
)
