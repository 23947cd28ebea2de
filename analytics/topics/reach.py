"""Reachability: is the telephone answered in time, when not, and what happens on the way?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.nodes import named_shares
from analytics.reports.reach import NORM, Reached, WeekDrawn
from analytics.reports.tree import tree_of
from analytics.topics.base import Content, Section, Topic

LANES, WEEK = "analytics/topics/lanes.html", "analytics/topics/week.html"


def build(reader: Reader, filters: Filters) -> Content:
    made = {slug: reports.run(slug, reader=reader, filters=filters) for slug in ("reach", "hours", "handling")}
    timed = _("Calls that were never answered have no seconds, so they are in no share; their number stands beside it.")
    hold = _(
        "Being put on hold or put through is not wrong by itself; it says where callers wait. “Over a minute”: all "
        "holds of a call together."
    )
    return Content(
        tuple(_lede(tree_of(reader, filters).together, made["reach"].result, made["hours"].result)),
        (
            Section(made["reach"], LANES, timed),
            Section(made["hours"], WEEK),
            Section(made["handling"], LANES, hold),
        ),
    )


def _lede(name: str, reached: Reached, week: WeekDrawn) -> list[Sentence]:
    below = [key for key, each in reached.gaps.items() if each.clear and each.exact is not None and each.exact < 0]
    below = sorted(
        (key for key in below if key in reached.departments), key=lambda key: float(reached.shares[key].value or 0)
    )
    said = []
    if below:
        facts = {"names": named_shares(below, reached.names, reached.shares), "norm": NORM}
        text = _("Below the norm of %(norm)s %% answered within 15 seconds: %(names)s.")
        said.append(Sentence(text % facts, strong=True))
    elif reached.gaps:
        text = _("No department lies clearly below the norm of %(norm)s %% answered within 15 seconds.")
        said.append(Sentence(text % {"norm": NORM}, strong=True))
    if reached.whole.value is not None:
        facts = {"all": name, "share": words.share_in_words(reached.whole), "calls": words.calls(reached.whole.n)}
        said.append(Sentence(_("%(all)s: %(share)s of %(calls)s.") % facts))
    said += _hours(week)
    if reached.unanswered:
        text = ngettext(
            "%(count)s call was never answered.", "%(count)s calls were never answered.", reached.unanswered
        )
        said.append(Sentence(text % {"count": words.whole(reached.unanswered)}))
    return said


def _hours(week: WeekDrawn) -> list[Sentence]:
    if not week.hour_gaps:
        return []
    slow = [hour for hour, each in week.hour_gaps.items() if each.clear and each.exact is not None and each.exact < 0]
    if not slow:
        return [Sentence(_("No hour of the day lies clearly below it."))]
    return [
        Sentence(_("Slow hours: %(hours)s.") % {"hours": words.listed([f"{hour:02d}:00" for hour in sorted(slow)], 6)})
    ]


TOPIC = Topic(
    "reachability",
    gettext_lazy("reachability"),
    gettext_lazy("Is the telephone answered in time, and when is it not?"),
    build,
)
