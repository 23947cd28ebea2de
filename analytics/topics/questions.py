"""Items and drivers: which behaviours cost points, where, what moved, and what goes with "would call again"?"""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.answered import Question
from analytics.reports.compared import Compared, compared
from analytics.reports.questions import Costly, HeatCell, HeatMap, Moved, share_in_words
from analytics.reports.tree import tree_of
from analytics.reports.unsteady import unsteady
from analytics.topics.base import Content, Section, Topic

# As many as are named in the first sentences; the heat map holds them all.
NAMED = 2
# What rests on fewer calls is not said in bold: of so few promises the page of callbacks says nothing at all.
FEWEST = 10


def build(reader: Reader, filters: Filters) -> Content:
    made = {
        slug: reports.run(slug, reader=reader, filters=filters)
        for slug in ("pareto", "heatmap", "item_moves", "drivers", "spreads")
    }
    tree = tree_of(reader, filters)
    notes = {
        "pareto": _("Points of the score that a question costs a call, on average; the dearest first."),
        "heatmap": _(
            "The tint is how far a department is from “%(all)s”; ▼ and ▲ mark what is more than chance, after correction "
            "for there being many."
        )
        % {"all": tree.together},
        "drivers": _(
            "This says what goes together, not what causes it: whoever heard the behaviour also gave the grade, and one good "
            "impression lifts both."
        ),
        "spreads": _(
            "Each bar is a step of five points of the score; the line is the mean, the grey part the middle half."
        ),
    }
    unsteady_ones = unsteady(reader, filters) & {each.question.code for each in made["pareto"].result}
    for slug in ("pareto", "heatmap", "drivers"):
        notes[slug] = f"{notes[slug]} {_marked(len(unsteady_ones))}".rstrip()
    beside, heat = compared(tree), made["heatmap"].result
    lede = _lede(beside, heat, made["item_moves"].result, made["pareto"].result, filters, marked=unsteady_ones)
    return Content(
        tuple(lede),
        tuple(
            Section(report, f"analytics/topics/questions_{slug}.html", notes.get(slug, ""), marked=unsteady_ones)
            for slug, report in made.items()
        ),
    )


def _marked(count: int) -> str:
    """What the mark beside a question says, where there is one."""
    if not count:
        return ""
    return ngettext(
        "≠: two evaluators who hear the same call answer this question too differently; do not steer on it.",
        "≠: two evaluators who hear the same call answer these questions too differently; do not steer on them.",
        count,
    )


def _lede(
    beside: Compared,
    heat: HeatMap,
    moved: list[Moved],
    costly: list[Costly],
    filters: Filters,
    *,
    marked: Collection[str],
) -> list[Sentence]:
    """Never of a question that is marked: it should not be steered on."""
    if not costly:
        return []
    return [*_apart(heat, beside), *_dearest(costly, marked), *_moved(moved, filters, marked)]


def _apart(heat: HeatMap, beside: Compared) -> list[Sentence]:
    """The departments that are clearly below the others, on how many questions, and on which one furthest."""
    below: dict[str, list[tuple[Question, HeatCell]]] = {}
    for question, cell in heat.apart:
        if cell.verdict < 0:
            below.setdefault(cell.name, []).append((question, cell))
    if not below:
        text = _("No department is clearly below %(others)s on any question.") % {"others": beside.others}
        return [Sentence(text, strong=True)] if heat.compared > 1 else []
    most = sorted(below, key=lambda name: (all(map(_rests_on_few, below[name])), -len(below[name]), name))
    found = [_below(name, below[name], beside) for name in most[:NAMED]]
    if rest := len(most) - NAMED:
        text = ngettext("%(count)s other department is below on some.", "%(count)s others are below on some.", rest)
        found += [Sentence(text % {"count": rest})] if rest > 0 else []
    return found


def _below(name: str, places: list[tuple[Question, HeatCell]], beside: Compared) -> Sentence:
    """“Afval is clearly below the others on 12 questions, furthest on “…”: 49 % (43 to 55 %), 123 calls; elsewhere 75 %.”"""
    question, cell = first = next((each for each in places if not _rests_on_few(each)), places[0])
    assert cell.item
    assert cell.apart
    facts = {
        "name": name,
        "count": len(places),
        "question": question.text,
        "own": share_in_words(cell.item.earned),
        "share": words.percent(cell.apart.others.value or Decimal(0)),
        "others": beside.others,
        "elsewhere": beside.elsewhere,
    }
    text = ngettext(
        "%(name)s is clearly below %(others)s on “%(question)s”: %(own)s; %(elsewhere)s %(share)s.",
        "%(name)s is clearly below %(others)s on %(count)s questions, furthest on “%(question)s”: %(own)s; %(elsewhere)s %(share)s.",
        len(places),
    )
    return Sentence(text % facts, strong=not _rests_on_few(first))


def _rests_on_few(place: tuple[Question, HeatCell]) -> bool:
    """Of so few calls nothing is said in bold."""
    _question, cell = place
    return cell.item is None or (cell.item.n or 0) < FEWEST


def _moved(moved: list[Moved], filters: Filters, marked: Collection[str]) -> list[Sentence]:
    tested = [each for each in moved if each.change]
    clear = [each for each in tested if each.change and each.change.clear]
    facts = {"before": words.before(filters)}
    if not tested:
        return []
    if not clear:
        return [Sentence(_("No question changed clearly against %(before)s.") % facts)]
    first = next((each for each in clear if each.question.code not in marked), None)
    if first is None:
        return [Sentence(_("No question that can be steered on changed clearly against %(before)s.") % facts)]
    assert first.change
    facts |= {
        "question": first.question.text,
        "change": words.signed(first.change.exact),
        "now": share_in_words(first.now),
    }
    if first is clear[0]:
        text = _("“%(question)s” moved most: %(change)s percentage points against %(before)s, to %(now)s.")
    else:
        text = _(
            "Of the questions that can be steered on “%(question)s” moved most: %(change)s percentage points against "
            "%(before)s, to %(now)s."
        )
    return [Sentence(text % facts)]


def _dearest(costly: list[Costly], marked: Collection[str]) -> list[Sentence]:
    first = next((each for each in costly if each.question.code not in marked), None)
    if first is None or not first.item.lost or first.share is None:
        return []
    facts = {
        "question": first.question.text,
        "lost": words.points(first.item.lost),
        "share": words.percent(first.share),
        "calls": words.calls(first.item.calls),
    }
    if first is costly[0]:
        text = _("“%(question)s” costs most: %(lost)s points a call, %(share)s of all that is lost, over %(calls)s.")
    else:
        text = _(
            "Of the questions that can be steered on “%(question)s” costs most: %(lost)s points a call, %(share)s of all "
            "that is lost, over %(calls)s."
        )
    return [Sentence(text % facts)]


TOPIC = Topic(
    "questions",
    gettext_lazy("items and drivers"),
    gettext_lazy("Which behaviours cost points, where, and what goes with a caller who would call again?"),
    build,
)
