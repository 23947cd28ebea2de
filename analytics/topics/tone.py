"""The tone gap: do callers who press get less for the same question?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import gap_words, reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.tone import Gaps, Line
from analytics.reports.tree import tree_of
from analytics.topics.base import Content, Section, Topic
from analytics.topics.single_calls import too_wide

TEMPLATE = "analytics/topics/tone.html"


def build(reader: Reader, filters: Filters) -> Content:
    departments, dimensions, items = (
        reports.run(slug, reader=reader, filters=filters)
        for slug in ("tone_gap_departments", "tone_gap", "tone_gap_items")
    )
    how = (
        ""
        if not dimensions.result.pairs
        else _(
            "Right of zero dominant callers get less, left of it more. Full dots are clear, open ones may be chance: of many "
            "differences looked at together some lie beside zero by luck alone, so a difference is called clear only when it "
            "survives the correction for all of them (Benjamini and Hochberg). Its interval is that of one by itself."
        )
    )
    sections = [Section(dimensions, TEMPLATE, how)]
    if len(departments.result.lines) > 1:
        sections.insert(0, Section(departments, TEMPLATE, how))
    if items.result.lines:
        sections.append(Section(items, "analytics/topics/tone_items.html", how))
    return Content(
        tuple(
            _lede(tree_of(reader, filters).together, departments.result, dimensions.result, filters, dimensions.counted)
        ),
        tuple(sections),
    )


def _lede(name: str, departments: Gaps, dimensions: Gaps, filters: Filters, calls: int) -> list[Sentence]:
    if dimensions.pairs is None:
        return [too_wide()]
    if not dimensions.pairs:
        return [Sentence(_("There are no matched pairs of calls in this choice."), strong=True)] if calls else []
    tested = [each for each in departments.lines if each.gap.estimate.p is not None]
    whole = next((each for each in dimensions.lines if each.key == "score"), None)
    said = []
    for direction in (1, -1):
        clear = [each for each in tested if gap_words.direction(each.gap.estimate) == direction]
        if clear:
            said.append(Sentence(_departments(clear, direction, filters), strong=True))
    rest = sum(not each.gap.estimate.clear for each in tested)
    if said and rest:
        text = ngettext(
            "In the other department no gap is clear.", "In the other %(count)s departments no gap is clear.", rest
        )
        said.append(Sentence(text % {"count": rest}))
    elif tested and not said:
        text = _("No department treats dominant callers clearly differently from calm ones.")
        said.append(Sentence(text, strong=True))
    if whole is not None and whole.gap.estimate.exact is not None:
        facts = {"all": name, "says": whole.says}
        said.append(Sentence(_("%(all)s, in the score: %(says)s.") % facts))
    return [*said, *_most(dimensions)]


def _departments(clear: list[Line], direction: int, filters: Filters) -> str:
    facts = {
        "names": gap_words.with_sizes((each.name, each.gap.estimate) for each in clear),
        "measure": words.MEASURES[filters.measure],
    }
    if filters.measure == "score":
        less, more = (
            _("Dominant callers get less for the same question: %(names)s."),
            _("Dominant callers get more for the same question: %(names)s."),
        )
    else:
        less, more = (
            _("Dominant callers get less for the same question, in %(measure)s: %(names)s."),
            _("Dominant callers get more for the same question, in %(measure)s: %(names)s."),
        )
    return (less if direction > 0 else more) % facts


def _most(dimensions: Gaps) -> list[Sentence]:
    clear = [each for each in dimensions.lines if each.key != "score" and each.gap.estimate.clear]
    if not clear:
        return []
    sizes = [(str(words.MEASURES[str(each.key)]), each.gap.estimate) for each in clear]
    names = gap_words.with_sizes(sizes, most=len(sizes))
    return [Sentence(_("Of the dimensions it shows in: %(names)s.") % {"names": names})]


TOPIC = Topic(
    "tone-gap",
    gettext_lazy("tone gap"),
    gettext_lazy("Do callers who press get less for the same question?"),
    build,
)
