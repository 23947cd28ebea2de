"""Flags in words: the one table of what each rule is called and how its facts read, in the reader's language."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from surveys import definition
from surveys.models import Call
from surveys.points import points_text

LABELS: Final = {
    "too_fast": _("filled in very fast"),
    "alike": _("all answers alike"),
    "copied": _("copied text"),
    "contradiction": _("contradiction"),
    "outside_window": _("outside the window"),
    "long_recall": _("long recall"),
    "unusual": _("unusual for this evaluator"),
    "unfit": _("question does not fit"),
    "recognised": _("recognised"),
}
"""By rule, as a filter or a tag names it."""

# By rule, and by the fact that tells its variants apart.
REASONS: Final = {
    "too_fast": gettext_noop("%(items)s answers in %(duration)s: less than three seconds each."),
    "too_fast.call": gettext_noop("Filled in within %(duration)s, after a call of %(call)s."),
    "alike.scales": gettext_noop("All %(items)s scales have the same answer, number %(place)s of %(length)s."),
    "alike.answers": gettext_noop("All %(items)s answers are number %(place)s of their list."),
    "copied": gettext_noop("The words at “%(question)s” stand in %(other)s too."),
    "contradiction.agreed_without_promise": gettext_noop(
        "It ended with “callback agreed”, yet no callback was promised."
    ),
    "contradiction.promise_without_agreement": gettext_noop(
        "A callback was promised, yet the call did not end with “callback agreed”."
    ),
    "contradiction.helped_and_left": gettext_noop("The caller was helped at once, yet the call ended with “%(fate)s”."),
    "contradiction.unanswered_and_heard": gettext_noop("Nobody answered, yet what was said or how was scored."),
    "contradiction.answered_and_not": gettext_noop(
        "Whether the call was answered does not fit with how it ended: “%(fate)s”."
    ),
    "outside_window.assignment": gettext_noop("The assignment was for %(from)s to %(until)s."),
    "outside_window.day": gettext_noop("Called on a %(weekday)s; this wave does not call on that day."),
    "outside_window.hours": gettext_noop("Called at %(at)s; this wave calls from %(from)s to %(until)s."),
    "long_recall": gettext_noop("The first answer came %(minutes)s minutes after hanging up."),
    "unusual.low": gettext_noop(
        "%(score)s points; half of this evaluator's %(calls)s other calls to this department in this wave have more than "
        "%(median)s (robust z %(z)s)."
    ),
    "unusual.high": gettext_noop(
        "%(score)s points; half of this evaluator's %(calls)s other calls to this department in this wave have less than "
        "%(median)s (robust z %(z)s)."
    ),
    "unfit": gettext_noop("The evaluator says that “%(question)s” does not fit this call."),
    "recognised": gettext_noop("The evaluator was recognised as a tester."),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag as a page shows it; `call` is the key of another call that it points at."""

    rule: str
    label: str
    reason: str
    item: str = ""
    call: int | None = None


def told(call: Call, language: str) -> tuple[Flag, ...]:
    """The call's flags in words, in the order they were found."""
    return tuple(_flag(call, facts, language) for facts in call.flags)


def labels(flags: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What the rules are called, each once."""
    return tuple(str(LABELS[rule]) for rule in dict.fromkeys(facts["rule"] for facts in flags) if rule in LABELS)


def _flag(call: Call, facts: Mapping[str, Any], language: str) -> Flag:
    rule = facts["rule"]
    label = str(LABELS.get(rule, rule))
    sentence = REASONS.get(_variant(facts))
    reason = gettext(sentence) % _params(call, facts, language) if sentence else ""
    return Flag(rule, label, reason, facts.get("item", ""), facts.get("call"))


def _variant(facts: Mapping[str, Any]) -> str:
    rule: str = facts["rule"]
    if rule == "too_fast":
        return "too_fast.call" if "call_seconds" in facts else rule
    if rule == "unusual":
        return "unusual.low" if facts["z"] < 0 else "unusual.high"
    kind = facts.get("which") or facts.get("of")
    return f"{rule}.{kind}" if kind else rule


def _params(call: Call, facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    said: dict[str, Any] = {"fate": call.get_fate_display()}
    for name, value in facts.items():
        said[name] = _said(call, name, value)
    if "seconds" in facts:
        said["duration"] = duration(facts["seconds"])
    if "call_seconds" in facts:
        said["call"] = duration(facts["call_seconds"])
    if "call" in facts:
        said["other"] = Call.reference_of(facts["call"])
    if "item" in facts:
        form = call.version.definition
        known = facts["item"] in form
        said["question"] = definition.text(form.item(facts["item"]).text, language) if known else facts["item"]
    return said


def _said(call: Call, name: str, value: Any) -> Any:
    if name in {"score", "median"}:
        return points_text(value)
    if name == "z":
        return formats.localize(value)
    if name == "weekday":
        return WEEKDAYS[value - 1]
    if name in {"from", "until"} and "T" in value:
        moment = timezone.localtime(dt.datetime.fromisoformat(value), call.organisation.zone)
        return formats.date_format(moment, "SHORT_DATETIME_FORMAT")
    return value


def duration(seconds: int) -> str:
    """75 is "1:15"."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02}"
