"""What happened to a call, told in order: the timeline everybody reads and the history from the audit log.

Pure given the call, its entries and whether the reader may know names; words come in the active language.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from surveys import definition, ledger, mark_words, promises
from surveys.models import AuditEntry, Call, Callback, CallbackEvent
from surveys.points import points_text

ACTIONS: Final = {
    "opened": gettext_noop("Form opened"),
    "imported": gettext_noop("Imported"),
    "facts changed": gettext_noop("Facts of the call changed"),
    "listener named": gettext_noop("Who listened along was named"),
    "discarded": gettext_noop("Thrown away"),
    "submitted": gettext_noop("Submitted"),
    "approved": gettext_noop("Approved"),
    "returned": gettext_noop("Returned"),
    "voided": gettext_noop("Voided"),
    "recognised": gettext_noop("The evaluator was recognised"),
    "callback recorded": gettext_noop("What became of the callback was recorded"),
    "rescored": gettext_noop("Scored anew"),
    "appealed": gettext_noop("The department appealed"),
    "appeal withdrawn": gettext_noop("The department withdrew its appeal"),
    "appeal rejected": gettext_noop("Appeal rejected"),
    "appeal upheld": gettext_noop("Appeal upheld"),
    "conflicting copy kept": gettext_noop("Another version of the call kept beside it"),
    "conflicting copy taken": gettext_noop("The other version taken"),
    "conflicting copy dropped": gettext_noop("The other version dropped"),
}
OF_DEPARTMENT: Final = frozenset({"appealed", "appeal withdrawn"})
OF_APPEALS: Final = OF_DEPARTMENT | {"appeal rejected", "appeal upheld"}
FACTS: Final = {
    "department": gettext_noop("department"),
    "scenario": gettext_noop("scenario"),
    "called_at": gettext_noop("time of the call"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One moment. `who` is a name, a role, or "" when it does not matter; `tone` is "", "good" or "warn"."""

    at: dt.datetime
    title: str
    who: str = ""
    details: tuple[str, ...] = ()
    reason: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a promise: its state in words and, when the call came at all, whether within the organisation's window."""

    tone: str
    state: str
    window: str = ""


def timeline(call: Call, callback: Callback | None, events: Iterable[CallbackEvent]) -> tuple[Step, ...]:
    """Called, what was promised and what came of it, submitted, decided."""
    steps = [Step(call.called_at, _("Called"), details=tuple(mark_words.lines(call.timeline)))]
    if callback is not None:
        due = _moment(callback.due_at, call)
        by = _("by %(who)s, until %(time)s") % {"who": callback.who, "time": due} if callback.who else ""
        steps.append(Step(callback.promised_at, _("A callback was promised"), details=(by or _("until %s") % due,)))
        known = list(events)
        steps += [_event_step(event, callback, holds=event is known[-1]) for event in known]
    if call.submitted_at is not None:
        steps.append(Step(call.submitted_at, _("Submitted")))
    if call.decided_at is not None and call.state in {"approved", "returned", "voided"}:
        steps.append(Step(call.decided_at, _(ACTIONS[call.state]), tone="good" if call.state == "approved" else "warn"))
    return tuple(sorted(steps, key=lambda step: step.at))


def _event_step(event: CallbackEvent, callback: Callback, *, holds: bool) -> Step:
    """Only the event recorded last holds; the others were corrected by it and say so."""
    if not holds:
        corrected = _("No call came") if event.kind == CallbackEvent.Kind.NOT_COME else _("The call came")
        return Step(event.happened_at, corrected, details=(_("corrected later"),))
    if event.kind == CallbackEvent.Kind.NOT_COME:
        return Step(event.happened_at, _("No call came"), tone="warn")
    details = (_("by %s") % event.by_whom,) if event.by_whom else ()
    came_at = promises.came(callback.promised_at, [promises.Event(event.kind, event.happened_at)])
    if came_at is None:
        return Step(event.happened_at, _("A call came before the promise"), details=details)
    if promises.in_time(came_at, callback.due_at):
        return Step(came_at, _("The promised call came by the agreed time"), details=details, tone="good")
    return Step(came_at, _("The promised call came after the agreed time"), details=details, tone="warn")


def promise(callback: Callback | None, hours: int, *, at: dt.datetime) -> Verdict | None:
    """What became of the promise, and when it came at all, by the organisation's window of so many hours."""
    if callback is None:
        return None
    line = ledger.line(callback, at=at)
    verdict = Verdict(line.tone, line.state)
    if line.outcome.came_at is None:
        return verdict
    if line.outcome.within_window:
        window = ngettext("within %(hours)s hour of the promise", "within %(hours)s hours of the promise", hours)
    else:
        window = ngettext(
            "not within %(hours)s hour of the promise", "not within %(hours)s hours of the promise", hours
        )
    return replace(verdict, window=window % {"hours": hours})


def history(
    call: Call,
    entries: Iterable[AuditEntry],
    *,
    names: bool,
    checks: bool = False,
    appeals: bool = False,
    language: str = "",
) -> tuple[Step, ...]:
    """Who did what, when and why.

    Without `names` a role stands for a person, and reasons, which speak to one, are left out; those of appeals speak to the
    department too, so `appeals` keeps them. A manager's name only `checks` learns.
    """
    return tuple(
        Step(
            at=entry.at,
            title=_(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action,
            who=_who(call, entry, names=names, checks=checks),
            details=tuple(_changes(call, entry.changes, language, notes=names)),
            reason=_reason(entry) if (appeals if entry.action in OF_APPEALS else names) else "",
        )
        for entry in entries
    )


def _who(call: Call, entry: AuditEntry, *, names: bool, checks: bool) -> str:
    if entry.actor_id is None:
        return "Klankbord"
    if entry.action in OF_DEPARTMENT and not checks:
        return ""  # what was done says it already
    if names:
        return str(entry.actor)
    if entry.actor_id == call.evaluator_id:
        return _("evaluator")
    return _("coordinator") if entry.action in {"imported", "callback recorded"} else _("reviewer")


def _reason(entry: AuditEntry) -> str:
    return _("Submitted calls approve themselves here.") if entry.reason == "self-approved" else entry.reason


def _changes(call: Call, changes: Mapping[str, Any], language: str, *, notes: bool) -> Iterable[str]:
    """Facts of the call, scores, and the questions that an appeal or a return is about: whatever else an entry keeps is
    not for every reader."""
    for name, label in FACTS.items():
        if name in changes:
            before, after = (_fact(call, name, value) for value in changes[name])
            yield _("%(what)s: from %(before)s to %(after)s") % {"what": _(label), "before": before, "after": after}
    if "score" in changes:
        before, after = (_("none") if value is None else points_text(value) for value in changes["score"])
        yield _("score: from %(before)s to %(after)s") % {"before": before, "after": after}
    about = [*changes.get("questions", [[], []])[1], *changes.get("answers", [{}, {}])[1]]
    if about:
        questions = "; ".join(f"“{_question(call, code, language)}”" for code in about)
        yield _("about %(questions)s") % {"questions": questions}
    if notes:
        for code, words in changes.get("notes", [{}, {}])[1].items():
            yield f"“{_question(call, code, language)}”: {words}"


def _question(call: Call, code: str, language: str) -> str:
    form = call.version.definition
    return definition.text(form.item(code).text, language) if code in form else code


def _fact(call: Call, name: str, value: Any) -> str:
    return _moment(dt.datetime.fromisoformat(value), call) if name == "called_at" else str(value)


def _moment(at: dt.datetime, call: Call) -> str:
    return formats.date_format(timezone.localtime(at, call.organisation.zone), "SHORT_DATETIME_FORMAT")
