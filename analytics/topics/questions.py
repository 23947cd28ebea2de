"""Items and drivers: which behaviours cost points, where, what moved, and what goes with "would call again"?"""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.answered import Question
from analytics.reports.questions import Costly, HeatCell, HeatMap, Moved, share_in_words
from analytics.reports.unsteady import unsteady
from analytics.topics.base import Content, Section, Topic

# As many as are named in the first sentences; the heat map holds them all.
NAMED = 2


def build(reader: Reader, filters: Filters) -> Content:
    made = {
        slug: reports.run(slug, reader=reader, filters=filters)
        for slug in ("pareto", "heatmap", "item_moves", "drivers", "spreads")
    }
    notes = {
        "pareto": _("Points of the score that a question costs a call, on average; the dearest first."),
        "heatmap": _(
            "The tint is how far a department is from all together; ▼ and ▲ mark what is more than chance, after correction "
            "for there being many."
        ),
        "drivers": _(
            "This says what goes together, not what causes it: whoever heard the behaviour also gave the grade, and one good "
            "impression lifts both."
        ),
        "spreads": _(
            "Each bar is a step of five points of the score; the line is the mean, the grey part the middle half."
        ),
    }
    unsteady_ones = unsteady(reader, filters) & {each.question.code for each in made["pareto"].result}
    for slug in ("pareto", "heatmap"):
        notes[slug] = f"{notes[slug]} {_marked(len(unsteady_ones))}".rstrip()
    lede = _lede(made["heatmap"].result, made["item_moves"].result, made["pareto"].result, filters)
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


def _lede(heat: HeatMap, moved: list[Moved], costly: list[Costly], filters: Filters) -> list[Sentence]:
    if not costly:
        return []
    return [*_apart(heat), *_dearest(costly), *_moved(moved, filters)]


def _apart(heat: HeatMap) -> list[Sentence]:
    """The departments that are clearly below the others, on how many questions, and on which one furthest."""
    below: dict[str, list[tuple[Question, HeatCell]]] = {}
    for question, cell in heat.apart:
        if cell.verdict < 0:
            below.setdefault(cell.name, []).append((question, cell))
    if not below:
        text = _("No department is clearly below the others on any question.")
        return [Sentence(text, strong=True)] if heat.compared > 1 else []
    most = sorted(below, key=lambda name: (-len(below[name]), name))
    found = [_below(name, below[name]) for name in most[:NAMED]]
    if rest := len(most) - NAMED:
        text = ngettext("%(count)s other department is below on some.", "%(count)s others are below on some.", rest)
        found += [Sentence(text % {"count": rest})] if rest > 0 else []
    return found


def _below(name: str, places: list[tuple[Question, HeatCell]]) -> Sentence:
    """“Afval is clearly below the others on 12 questions, furthest on “…”: 49 % (43 to 55 %), 123 calls; elsewhere 75 %.”"""
    question, cell = places[0]
    assert cell.item
    assert cell.apart
    facts = {
        "name": name,
        "count": len(places),
        "question": question.text,
        "own": share_in_words(cell.item.earned),
        "others": words.percent(cell.apart.others.value or Decimal(0)),
    }
    text = ngettext(
        "%(name)s is clearly below the others on “%(question)s”: %(own)s; elsewhere %(others)s.",
        "%(name)s is clearly below the others on %(count)s questions, furthest on “%(question)s”: %(own)s; elsewhere %(others)s.",
        len(places),
    )
    return Sentence(text % facts, strong=True)


def _moved(moved: list[Moved], filters: Filters) -> list[Sentence]:
    tested = [each for each in moved if each.change]
    clear = [each for each in tested if each.change and each.change.clear]
    facts = {"before": words.before(filters)}
    if not tested:
        return []
    if not clear:
        return [Sentence(_("No question changed clearly against %(before)s.") % facts)]
    first = clear[0]
    assert first.change
    facts |= {
        "question": first.question.text,
        "change": words.signed(first.change.exact),
        "now": share_in_words(first.now),
    }
    text = _("“%(question)s” moved most: %(change)s percentage points against %(before)s, to %(now)s.")
    return [Sentence(text % facts)]


def _dearest(costly: list[Costly]) -> list[Sentence]:
    first = costly[0]
    if first.item.lost is None or first.share is None:
        return []
    facts = {
        "question": first.question.text,
        "lost": words.points(first.item.lost),
        "share": words.percent(first.share),
        "calls": words.calls(first.item.calls),
    }
    text = _("“%(question)s” costs most: %(lost)s points a call, %(share)s of all that is lost, over %(calls)s.")
    return [Sentence(text % facts)]


TOPIC = Topic(
    "questions",
    gettext_lazy("items and drivers"),
    gettext_lazy("Which behaviours cost points, where, and what goes with a caller who would call again?"),
    build,
)
