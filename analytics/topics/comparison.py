"""Comparison: which departments differ from the rest, and by more than chance?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.metrics import AgainstWhole
from analytics.topics.base import Content, Section, Topic


def build(reader: Reader, filters: Filters) -> Content:
    funnel = reports.run("funnel", reader=reader, filters=filters)
    shrunk = reports.run("shrunk", reader=reader, filters=filters)
    names = {each.pk: each.name for each in reader.departments.values()}
    open_dots = _("Open dots: as measured. Full dots: where the department probably is, with its interval (95 %).")
    diamonds = _(
        "Each dot is a department. Diamonds lie outside the limits (95 %); the dotted line is the mean of all calls."
    )
    return Content(
        tuple(_lede(funnel.result, names)), (Section(funnel, note=diamonds), Section(shrunk, note=open_dots))
    )


def _lede(found: AgainstWhole, names: dict[int, str]) -> list[Sentence]:
    if not found.departments:
        return []
    said = []
    if found.adjusted == "none":
        below, above = (
            _("%(names)s: below the rest by more than chance."),
            _("%(names)s: above the rest by more than chance."),
        )
    else:
        below, above = _("%(names)s: below what is usual here."), _("%(names)s: above what is usual here.")
    for direction, text in (("below", below), ("above", above)):
        outside = [
            names[key]
            for key, each in found.departments.items()
            if each.verdict != "inside" and each.direction == direction
        ]
        if outside:
            said.append(Sentence(text % {"names": words.listed(sorted(outside))}, strong=True))
    rest = sum(each.verdict == "inside" for each in found.departments.values())
    if not said:
        text = _("No department differs from the rest by more than is usual here.")
        return [Sentence(text, strong=True)]
    if rest:
        text = ngettext(
            "The other one cannot be told from the rest.", "The other %(count)s cannot be told from the rest.", rest
        )
        said.append(Sentence(text % {"count": rest}))
    return said


TOPIC = Topic(
    "comparison", gettext_lazy("comparison"), gettext_lazy("Which departments differ by more than chance?"), build
)
