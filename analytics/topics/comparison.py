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
    alone = _("To compare, at least two departments with enough calls are needed.")
    return Content(
        tuple(_lede(funnel.result, names)),
        (Section(funnel, note=diamonds, undrawn=alone), Section(shrunk, note=open_dots, undrawn=alone)),
    )


def _lede(found: AgainstWhole, names: dict[int, str]) -> list[Sentence]:
    if not found.departments:
        return []
    if len(found.departments) == 1:
        (only,) = (names[key] for key in found.departments)
        text = _("%(name)s has nothing to be compared with: only its calls are looked at.")
        return [Sentence(text % {"name": only}, strong=True)]
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
    rest = [names[key] for key, each in found.departments.items() if each.verdict == "inside"]
    if not said:
        text = _("No department differs from the rest by more than is usual here.")
        return [Sentence(text, strong=True)]
    if rest:
        said.append(Sentence(_like_the_rest(rest)))
    return said


def _like_the_rest(names: list[str]) -> str:
    """No single name hides behind a number."""
    if len(names) == 1:
        return _("%(name)s cannot be told from the rest.") % {"name": names[0]}
    text = ngettext(
        "The other one cannot be told from the rest.", "The other %(count)s cannot be told from the rest.", len(names)
    )
    return text % {"count": len(names)}


TOPIC = Topic(
    "comparison", gettext_lazy("comparison"), gettext_lazy("Which departments differ by more than chance?"), build
)
