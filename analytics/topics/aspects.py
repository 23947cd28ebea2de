"""What and how: where is the answer right, and the feeling not?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import gap_words, reports, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.reports.aspects import Facing, may_see_calls, rule
from analytics.topics.base import Content, Section, Topic


def build(reader: Reader, filters: Filters) -> Content:
    facing = reports.run("content_experience", reader=reader, filters=filters)
    how = _(
        "Each dot is a department, with both its intervals; diamonds differ clearly. On the dotted line both are as good: "
        "below it what is said is better than how it is said."
    )
    failed = _("A call that failed as a whole scores 0, whatever was said and how: so a score can lie below both.")
    sections = [Section(facing, "analytics/topics/aspects.html", f"{how} {failed}")]
    if may_see_calls(reader, filters):
        calls = reports.run("bad_feelings", reader=reader, filters=filters)
        sections.append(Section(calls, "analytics/topics/bad_feelings.html"))
    return Content(tuple(_lede(facing.result)), tuple(sections))


def _lede(found: Facing) -> list[Sentence]:
    tested = [each for each in found.lines if each.within.gap.p is not None]
    said = []
    for direction, text in (
        (1, _("The right answer, but how it is said lags behind: %(names)s.")),
        (-1, _("How it is said is ahead of what is said: %(names)s.")),
    ):
        clear = [(each.name, each.within.gap) for each in tested if gap_words.direction(each.within.gap) == direction]
        if clear:
            said.append(Sentence(text % {"names": gap_words.with_sizes(clear)}, strong=True))
    rest = sum(not each.within.gap.clear for each in tested)
    if tested and not said:
        text = _("Nowhere do what is said and how it is said differ by more than chance.")
        said.append(Sentence(text, strong=True))
    elif rest:
        text = ngettext(
            "In the other department no difference is clear.",
            "In the other %(count)s departments no difference is clear.",
            rest,
        )
        said.append(Sentence(text % {"count": rest}))
    return [*said, *_bad(found)]


def _bad(found: Facing) -> list[Sentence]:
    share = found.whole.bad_feeling
    if share.value is None or share.count is None:
        return []
    text = ngettext(
        "%(count)s call, %(share)s of all, gave the right answer and a bad feeling: content %(right)s or more, experience "
        "below %(bad)s.",
        "%(count)s calls, %(share)s of all, gave the right answer and a bad feeling: content %(right)s or more, experience "
        "below %(bad)s.",
        share.count,
    )
    facts = {"count": words.whole(share.count), "share": gap_words.share(share)}
    return [Sentence(text % (facts | rule()))]


TOPIC = Topic(
    "content-experience",
    gettext_lazy("what and how"),
    gettext_lazy("Where is the answer right, and the feeling not?"),
    build,
)
