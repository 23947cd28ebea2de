"""Other weightings, and what they do to a conclusion, in a reader's words."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import words
from analytics.metrics import Conclusion
from surveys.definition import Definition, text

# What each kind of conclusion is about.
CHANGE, ORDER, TARGET, BANDS = "change", "order", "target", "bands"
KINDS: Mapping[str, str] = {
    "rose": CHANGE,
    "fell": CHANGE,
    "higher": ORDER,
    "meets": TARGET,
    "misses": TARGET,
    "bands": BANDS,
}


def alternative(name: str, form: Definition) -> str:
    """A weighting by its name in `analytics.sensitivity.alternatives`: “Greeting counts a quarter more”."""
    fixed = {
        "equal sections": _("every section counts as much"),
        "equal items": _("every question counts as much"),
        "only content": _("only what was said counts"),
        "only experience": _("only how it was said counts"),
        "N/A redistribute": _("“not applicable” counts nowhere: the other questions take its weight"),
        "N/A keep_section_weight": _("“not applicable” leaves its weight within the section"),
        "N/A as_pass": _("“not applicable” counts as all points"),
        "N/A as_zero": _("“not applicable” counts as no points"),
    }
    if name in fixed:
        return fixed[name]
    code, step = name.rsplit(" ", 1)
    section = next(each for each in form.sections if each.code == code)
    percent = words.percent(Decimal(step.strip("+-%")))
    facts = {
        "section": words.section(str(section.dimension), text(section.title, get_language() or "en")),
        "step": percent,
    }
    if step.startswith("+"):
        return _("%(section)s counts %(step)s more") % facts
    return _("%(section)s counts %(step)s less") % facts


def conclusion(each: Conclusion, names: Mapping[int, str]) -> str:
    """“Burgerzaken scores higher than Afval”."""
    facts = {"name": names[each.departments[0]]}
    if each.kind == "higher":
        return _("%(name)s scores higher than %(other)s") % (facts | {"other": names[each.departments[1]]})
    if each.kind == "bands":
        return _("the departments stand in the same groups, in the same order")
    sentences = {
        "rose": _("%(name)s has improved"),
        "fell": _("%(name)s is slipping"),
        "meets": _("%(name)s is clearly at its target or above"),
        "misses": _("%(name)s is clearly below its target"),
    }
    return sentences[each.kind] % facts


def kind(name: str) -> str:
    return {
        CHANGE: _("Departments that changed"),
        ORDER: _("Departments that score higher than another"),
        TARGET: _("Targets reached or missed"),
        BANDS: _("Groups that cannot be told apart"),
    }[name]
