"""Comparison: which departments differ from the rest, and by more than chance?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.metrics import AgainstWhole
from analytics.reports.compared import Compared, compared
from analytics.reports.tree import tree_of
from analytics.topics.base import Content, Section, Topic


def build(reader: Reader, filters: Filters) -> Content:
    funnel = reports.run("funnel", reader=reader, filters=filters)
    shrunk = reports.run("shrunk", reader=reader, filters=filters)
    names = {each.pk: each.name for each in reader.departments.values()}
    open_dots = _("Open dots: as measured. Full dots: where the department probably is, with its interval (95 %).")
    beside = compared(tree_of(reader, filters))
    diamonds = _(
        "Each dot is a department. Diamonds lie outside the limits (95 %%); the dotted line is the mean of %(calls)s."
    ) % {"calls": beside.calls}
    alone = _("To compare, at least two departments with enough calls are needed.")
    return Content(
        tuple(_lede(funnel.result, names, beside)),
        (Section(funnel, note=diamonds, undrawn=alone), Section(shrunk, note=open_dots, undrawn=alone)),
    )


def _lede(found: AgainstWhole, names: dict[int, str], beside: Compared) -> list[Sentence]:
    if not found.departments:
        return []
    if len(found.departments) == 1:
        (only,) = (names[key] for key in found.departments)
        text = _("%(name)s has nothing to be compared with: only its calls are looked at.")
        return [Sentence(text % {"name": only}, strong=True)]
    said = []
    if found.adjusted == "none":
        below, above = (
            _("%(names)s: below %(rest)s by more than chance."),
            _("%(names)s: above %(rest)s by more than chance."),
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
            said.append(Sentence(text % {"names": words.listed(sorted(outside)), "rest": beside.rest}, strong=True))
    rest = [names[key] for key, each in found.departments.items() if each.verdict == "inside"]
    if not said:
        text = _("No department differs from %(rest)s by more than is usual here.")
        return [Sentence(text % {"rest": beside.rest}, strong=True)]
    if rest:
        said.append(Sentence(_like_the_rest(rest, beside.rest)))
    return said


def _like_the_rest(names: list[str], rest: str) -> str:
    """No single name hides behind a number."""
    if len(names) == 1:
        return _("%(name)s cannot be told from %(rest)s.") % {"name": names[0], "rest": rest}
    text = ngettext(
        "The other one cannot be told from %(rest)s.", "The other %(count)s cannot be told from %(rest)s.", len(names)
    )
    return text % {"count": len(names), "rest": rest}


TOPIC = Topic(
    "comparison", gettext_lazy("comparison"), gettext_lazy("Which departments differ by more than chance?"), build
)
