"""Trend: is it really changing, and did the training work?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence, of_weeks
from analytics.metrics import Verdict
from analytics.reports.course import Control, Courses
from analytics.reports.effects import Effect
from analytics.reports.signals import size, word
from analytics.topics.base import Content, Section, Topic

FOLDER = "analytics/topics/"
MOST_NAMED = 4


def build(reader: Reader, filters: Filters) -> Content:
    control, courses, effects, bridges = (
        reports.run(slug, reader=reader, filters=filters) for slug in ("control", "courses", "effects", "bridges")
    )
    since = _("Trends are shown with what led up to the chosen period, two years of months or half a year of weeks.")
    hint = _(
        "A link shows the trend on its chart. Words in bold survived the correction for all trends here; a single month "
        "outside its range is a signal that chance gives too: a reason to look."
    )
    by_chance = _(
        "Over two years of months one steady trend in three shows a signal somewhere by chance: a signal is a reason to look, "
        "and what the first sentences say is a reason to act."
    )
    chart = Section(control, FOLDER + "course_control.html", by_chance)
    table = Section(courses, FOLDER + "course_table.html", f"{since} {hint}")
    # Whoever chose a department came for its chart; the others first see where to look.
    sections = [chart, table] if len(filters.departments) == 1 else [table, chart]
    sections.insert(sections.index(chart) + 1, Section(effects, FOLDER + "course_effects.html"))
    if bridges.rows:
        sections.append(Section(bridges, FOLDER + "course_bridges.html"))
    said = [*_lede(control.result, courses.result, filters), *of_weeks(filters), *_of_effects(effects.result)]
    return Content(tuple(said), tuple(sections))


def _lede(control: Control, courses: Courses, filters: Filters) -> list[Sentence]:
    """The chosen department's own course, or those of all single departments."""
    if control.series is None:
        return []
    measure = words.measure(filters.measure)
    if len(filters.departments) == 1:
        facts = {"name": control.series.name, "measure": measure}
        if control.verdict is None or control.verdict.word == "few":
            return [Sentence(_too_few(control.verdict) % facts, strong=True)]
        if not control.verdict.is_clear:
            return [Sentence(_("%(measure)s of %(name)s: no clear change.") % facts, strong=True)]
        return [Sentence(_one(control.verdict, facts, filters.by), strong=True)]
    of_measure = [(name, verdict) for name, each, verdict in courses.signals if each == filters.measure]
    others = [each for each in courses.signals if each[1] != filters.measure]
    said = [
        Sentence(_one(verdict, {"name": name, "measure": measure}, filters.by), strong=True)
        for name, verdict in of_measure[:MOST_NAMED]
    ]
    if not said:
        text = _("%(measure)s: no department changes by more than chance.") % {"measure": measure}
        said = [Sentence(text, strong=True)]
    if rest := len(of_measure) - MOST_NAMED if len(of_measure) > MOST_NAMED else 0:
        text = ngettext("So does %(count)s other.", "%(count)s others change too.", rest)
        said.append(Sentence(text % {"count": rest}))
    if others:
        by_name: dict[str, list[str]] = {}
        for name, each, _verdict in others:
            by_name.setdefault(name, []).append(str(words.MEASURES[each]))
        text = _("In other measures something changes at %(names)s.")
        said.append(
            Sentence(text % {"names": words.listed([f"{name} ({', '.join(each)})" for name, each in by_name.items()])})
        )
    return said


def _too_few(verdict: Verdict | None) -> str:
    if verdict is not None and verdict.is_hidden:
        return _("%(measure)s of %(name)s: too few periods are shown to judge.")
    return _("%(measure)s of %(name)s: too few periods to judge.")


def _one(verdict: Verdict, facts: dict[str, str], by: str) -> str:
    told = {"word": word(verdict, by), "size": size(verdict, by)}
    return _("%(measure)s of %(name)s: %(word)s, %(size)s.") % (facts | told)


def _of_effects(found: tuple[Effect, ...]) -> list[Sentence]:
    """The newest marker with something to say."""
    known = [each for each in found if each.found is not None and each.found.course is not None]
    return [Sentence(f"{each.intervention.name} ({each.name}): {each.sentence}") for each in known[-1:]]


TOPIC = Topic("trend", gettext_lazy("trend"), gettext_lazy("Is it really changing, and did the training work?"), build)
