"""A checklist version as people read it before a call: weights in percent, answers with their points, conditions in words.

Knows no models and no request. Words of the checklist come in `language`, the few of our own in the active one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from surveys import definition as forms
from surveys import scoring
from surveys.definition import Definition, Item, Section
from surveys.points import points_text

KINDS = {
    "yes_no": gettext_lazy("yes or no"),
    "single": gettext_lazy("one answer"),
    "scale": gettext_lazy("scale"),
    "multiple": gettext_lazy("several answers"),
    "number": gettext_lazy("number"),
    "text": gettext_lazy("text"),
    "datetime": gettext_lazy("date and time"),
    "phrase": gettext_lazy("phrases heard"),
}
ASPECTS = {"content": gettext_lazy("content"), "experience": gettext_lazy("experience")}
DIMENSIONS = {
    "greeting": gettext_lazy("Greeting"),
    "phrasing": gettext_lazy("Phrasing"),
    "callback": gettext_lazy("Callback"),
    "listening": gettext_lazy("Listening"),
    "tone": gettext_lazy("Tone"),
    "other": gettext_lazy("Other"),
}
POLICIES = {
    "redistribute": gettext_lazy("“Not applicable” drops the question; its weight goes to all the others."),
    "keep_section_weight": gettext_lazy("“Not applicable” drops the question; its weight stays within its section."),
    "as_pass": gettext_lazy("“Not applicable” counts as a full score."),
    "as_zero": gettext_lazy("“Not applicable” counts as no points."),
    "forbidden": gettext_lazy("“Not applicable” is not offered."),
}
FAILS = {"section": gettext_lazy("fails the section"), "call": gettext_lazy("fails the call")}
REMARKS = {
    ("comment", "always"): gettext_lazy("A comment is always required."),
    ("comment", "low"): gettext_lazy("A comment is required with a low answer."),
    ("comment", "failing"): gettext_lazy("A comment is required with a failing answer."),
    ("quote", "always"): gettext_lazy("A quote is always required."),
    ("quote", "low"): gettext_lazy("A quote is required with a low answer."),
    ("quote", "failing"): gettext_lazy("A quote is required with a failing answer."),
    ("either", "always"): gettext_lazy("A comment or a quote is always required."),
    ("either", "low"): gettext_lazy("A comment or a quote is required with a low answer."),
    ("either", "failing"): gettext_lazy("A comment or a quote is required with a failing answer."),
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One possible answer; `points` is None where nothing is scored."""

    label: str
    points: int | None
    fails: str


@dataclass(frozen=True, slots=True)
class ItemSheet:
    code: str
    text: str
    kind: str
    aspect: str
    weight: str
    answers: tuple[AnswerLine, ...]
    condition: str
    remark: str
    help: str
    good: str
    bad: str
    required: bool
    na_allowed: bool
    critical: bool
    scored: bool


@dataclass(frozen=True, slots=True)
class SectionSheet:
    code: str
    title: str
    intro: str
    dimension: str
    weight: str
    items: tuple[ItemSheet, ...]


@dataclass(frozen=True, slots=True)
class ChecklistSheet:
    sections: tuple[SectionSheet, ...]
    policy: str
    pass_mark: str
    questions: int


def describe(definition: Definition, language: str) -> ChecklistSheet:
    total = sum(section.weight for section in definition.sections)
    return ChecklistSheet(
        sections=tuple(_section(definition, section, total, language) for section in definition.sections),
        policy=str(POLICIES[definition.na_policy]),
        pass_mark="" if definition.pass_mark is None else points_text(definition.pass_mark),
        questions=len(definition.items),
    )


def condition_words(definition: Definition, condition: Mapping[str, Any] | None, language: str) -> str:
    """When a question is asked: “Is the caller rung back?” is Yes, and the caller is dominant. "" when it always is."""
    return _test(definition, condition, language, inner=False) if condition else ""


def _section(definition: Definition, section: Section, total: int, language: str) -> SectionSheet:
    weights = sum(item.weight for item in section.items if item.scored)
    share = Fraction(section.weight, total) if total else Fraction(0)
    return SectionSheet(
        code=section.code,
        title=forms.text(section.title, language),
        intro=forms.text(section.intro, language),
        dimension=str(DIMENSIONS[section.dimension]),
        weight=_percent(share) if share else "",
        items=tuple(
            _item(definition, item, share * Fraction(item.weight, weights) if weights else Fraction(0), language)
            for item in section.items
        ),
    )


def _item(definition: Definition, item: Item, share: Fraction, language: str) -> ItemSheet:
    return ItemSheet(
        code=item.code,
        text=forms.text(item.text, language),
        kind=str(KINDS[item.kind]),
        aspect=str(ASPECTS.get(item.aspect, "")),
        weight=_percent(share) if item.scored else "",
        answers=_answers(item, language),
        condition=condition_words(definition, item.condition, language),
        remark=str(REMARKS[item.remark.kind, item.remark.when]) if item.remark else "",
        help=forms.text(item.help, language),
        good=forms.text(item.good, language),
        bad=forms.text(item.bad, language),
        required=item.required,
        na_allowed=item.na_allowed,
        critical=item.critical,
        scored=item.scored,
    )


def _answers(item: Item, language: str) -> tuple[AnswerLine, ...]:
    if item.options:
        return tuple(
            AnswerLine(
                label=forms.text(option.label, language) or option.value,
                points=option.points if item.scored else None,
                fails=str(FAILS.get(option.fails or "", "")),
            )
            for option in item.options
        )
    lines, below = [], None
    for band in item.bands:
        if band.up_to is not None:
            label = _("up to %(number)s %(unit)s") % {"number": number_format(band.up_to), "unit": item.unit}
        elif below is not None:
            label = _("more than %(number)s %(unit)s") % {"number": number_format(below), "unit": item.unit}
        else:
            label = _("any number")
        lines.append(AnswerLine(label.strip(), band.points if item.scored else None, ""))
        below = band.up_to
    return tuple(lines)


def _test(definition: Definition, condition: Mapping[str, Any], language: str, *, inner: bool) -> str:
    for key, joint in (("all", pgettext("between conditions", "and")), ("any", pgettext("between conditions", "or"))):
        if key in condition:
            parts = [_test(definition, part, language, inner=True) for part in condition[key]]
            words = f" {joint} ".join(parts)
            return f"({words})" if inner and len(parts) > 1 else words
    if "not" in condition:
        return _("not: %(condition)s") % {"condition": _test(definition, condition["not"], language, inner=True)}
    if "item" in condition:
        return _item_test(definition.item(condition["item"]), condition, language)
    return _fact_test(condition)


def _item_test(item: Item, condition: Mapping[str, Any], language: str) -> str:
    question = forms.text(item.text, language)
    if "is" in condition:
        labels = [forms.text(item.option(value).label, language) or str(value) for value in condition["is"]]
        wanted = _either(f"“{label}”" for label in labels)
        return _("“%(question)s” is answered %(answers)s") % {"question": question, "answers": wanted}
    if "answered" in condition:
        return _("“%(question)s” is answered") % {"question": question}
    if "at_least" in condition:
        return _("“%(question)s” is %(number)s or more") % {"question": question, "number": condition["at_least"]}
    return _("“%(question)s” is %(number)s or less") % {"question": question, "number": condition["at_most"]}


def _fact_test(condition: Mapping[str, Any]) -> str:
    if condition["fact"] == "attempt":
        if "at_least" in condition:
            return _("the caller rings for time %(number)s or later") % {"number": condition["at_least"]}
        if "at_most" in condition:
            return _("the caller rings for time %(number)s or earlier") % {"number": condition["at_most"]}
        wanted = _either(str(number) for number in condition["is"])
        return _("the caller rings for time %(numbers)s") % {"numbers": wanted}
    words = {
        ("caller_style", "calm"): _("the caller is calm"),
        ("caller_style", "dominant"): _("the caller is dominant"),
        ("asked_person_absent", True): _("the asked-for person is absent"),
        ("asked_person_absent", False): _("the asked-for person is there"),
    }
    parts = [words[condition["fact"], value] for value in condition["is"]]
    return _either(parts)


def _either(parts: Iterable[str]) -> str:
    # Outside a formatted string, where the collector of sentences does not look.
    joint = pgettext("between answers", "or")
    return f" {joint} ".join(parts)


def _percent(share: Fraction) -> str:
    """A share of the whole form, with one decimal where it has one: 12.5 %."""
    tenths = scoring.half_even(share.numerator * 1000, share.denominator)
    return f"{number_format(Decimal(tenths) / 10, decimal_pos=1 if tenths % 10 else 0)} %"
