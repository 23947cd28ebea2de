"""Reminders by e-mail: newly offered, due soon, expired, and callbacks that are due.

One mail a day of each kind to each person at most, by day on the organisation's clock, in the reader's language. Whoever sends
writes first that it is sent (`Reminder`, and `reminded_at` of each assignment) and only then hands the mail over: two senders
at once, or one that is killed and started again, never mail twice. A mail that could not be handed over is tried again.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from surveys import assignments, promises
from surveys.models import Assignment, Callback, Membership, Organisation, Reminder, Role, User

logger = logging.getLogger(__name__)

# Nobody is mailed at night, nor about what was long ago.
FIRST_HOUR, LAST_HOUR = 7, 20
FORGOTTEN: Final = dt.timedelta(days=7)
Kind = Reminder.Kind


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail to be sent: of assignments, or of callbacks."""

    user: User
    kind: str
    organisation: Organisation
    assignments: tuple[Assignment, ...] = ()
    callbacks: tuple[Callback, ...] = ()

    def day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.organisation.zone).date()


def owed(assignment: Assignment, at: dt.datetime) -> str | None:
    """Which reminder its evaluator has coming. One mention is enough of each: of the offer, of the day before its end, of the end."""
    last = assignment.reminded_at
    if at >= assignment.until:
        recent = at < assignment.until + FORGOTTEN
        return Kind.EXPIRED if recent and (last is None or last < assignment.until) else None
    eve = _eve(assignment)
    if at >= eve:
        return Kind.DUE if last is None or last < eve else None
    return Kind.OFFERED if assignment.state == Assignment.State.OFFERED and last is None else None


def _eve(assignment: Assignment) -> dt.datetime:
    """The first moment of the day before the one that its window ends on."""
    zone = assignment.organisation.zone
    last_day = (assignment.until - dt.timedelta(microseconds=1)).astimezone(zone).date()
    return dt.datetime.combine(last_day - dt.timedelta(days=1), dt.time(), tzinfo=zone)


def due(*, at: dt.datetime, demo: bool = False) -> list[Notice]:
    """All that should be mailed now. The made-up people of a demo are only written to when asked for."""
    found: dict[tuple[int, str], list[Assignment]] = defaultdict(list)
    for assignment in _candidates(at, demo=demo):
        kind = owed(assignment, at)
        if kind is not None and _is_daytime(assignment.organisation, at):
            found[assignment.evaluator_id or 0, kind].append(assignment)
    notices = [
        Notice(rows[0].evaluator, kind, rows[0].organisation, assignments=tuple(rows))
        for (_user, kind), rows in found.items()
        if rows[0].evaluator is not None
    ]
    return notices + _callbacks(at, demo=demo)


def _is_daytime(organisation: Organisation, at: dt.datetime) -> bool:
    return FIRST_HOUR <= at.astimezone(organisation.zone).hour < LAST_HOUR


def _wanted(prefix: str, *, demo: bool) -> Q:
    """Of a person who may sign in, wants reminders and is still an evaluator there."""
    fits = Q(**{f"{prefix}evaluator__is_active": True, f"{prefix}evaluator__reminders": True})
    return fits if demo else fits & Q(**{f"{prefix}organisation__is_demo": False})


def _evaluates(prefix: str) -> Exists:
    person, organisation = OuterRef(f"{prefix}evaluator"), OuterRef(f"{prefix}organisation")
    roles = Membership.objects.active().filter(role=Role.EVALUATOR)
    return Exists(roles.filter(user=person, organisation=organisation))


def _candidates(at: dt.datetime, *, demo: bool) -> Iterable[Assignment]:
    held = Assignment.objects.filter(state__in=["offered", "accepted"], until__gt=at - FORGOTTEN)
    held = held.exclude(wave__state="closed").filter(_wanted("", demo=demo)).filter(_evaluates(""))
    return held.select_related("source_call", "gold", "session__source_call").with_names().order_by("until", "pk")


def _callbacks(at: dt.datetime, *, demo: bool) -> list[Notice]:
    """Promises whose moment is near or has just passed, each mentioned once: since the last mail of this kind."""
    soon = at + promises.SOON
    open_ones = Callback.objects.of_field_calls().filter(events=None, due_at__lte=soon, due_at__gt=at - FORGOTTEN)
    open_ones = open_ones.exclude(call__wave__state="closed").filter(_wanted("call__", demo=demo))
    rows = open_ones.filter(_evaluates("call__")).select_related(
        "call__evaluator", "call__department", "call__organisation"
    )
    found: dict[int, list[Callback]] = defaultdict(list)
    for row in rows.order_by("due_at", "pk"):
        if _is_daytime(row.call.organisation, at):
            found[row.call.evaluator_id].append(row)
    mailed = Reminder.objects.filter(kind=Kind.CALLBACKS, user__in=found).values_list("user").annotate(Max("at"))
    last = dict(mailed)
    notices = []
    for user, known in found.items():
        news = [row for row in known if user not in last or row.due_at > last[user] + promises.SOON]
        if news:
            call = news[0].call
            notices.append(Notice(call.evaluator, Kind.CALLBACKS, call.organisation, callbacks=tuple(news)))
    return notices


def send_due(*, at: dt.datetime, base_url: str, demo: bool = False) -> int:
    """Sends what should be mailed now; how many mails left."""
    return sum(send(notice, at=at, base_url=base_url) for notice in due(at=at, demo=demo))


def send(notice: Notice, *, at: dt.datetime, base_url: str) -> bool:
    """Whether this mail left: not when its kind went to this person today already, nor when it could not be handed over."""
    reminder = None
    try:
        subject, text = write(notice, at=at, base_url=base_url)
        reminder = _claim(notice, at)
        return reminder is not None and bool(send_mail(subject, text, None, [notice.user.email]))
    except Exception:  # whatever is wrong with one mail, the others are sent
        logger.exception("A reminder to user %s could not be sent", notice.user.pk)
        if reminder is not None:
            _release(reminder, notice, at)
        return False


def _claim(notice: Notice, at: dt.datetime) -> Reminder | None:
    try:
        with transaction.atomic():
            reminder: Reminder = Reminder.objects.create(user=notice.user, kind=notice.kind, day=notice.day(at), at=at)
            keys = [assignment.pk for assignment in notice.assignments]
            Assignment.objects.filter(pk__in=keys).update(reminded_at=at)
    except IntegrityError:
        return None
    return reminder


def _release(reminder: Reminder, notice: Notice, at: dt.datetime) -> None:
    """As if it had not been tried."""
    with transaction.atomic():
        reminder.delete()
        for assignment in notice.assignments:
            mentioned = Assignment.objects.filter(pk=assignment.pk, reminded_at=at)
            mentioned.update(reminded_at=assignment.reminded_at)


# --- the words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    about: str
    until: dt.datetime
    url: str


def write(notice: Notice, *, at: dt.datetime, base_url: str) -> tuple[str, str]:
    """Subject and text, in the reader's language and on the organisation's clock."""
    language = notice.user.language or notice.organisation.language
    with translation.override(language), timezone.override(notice.organisation.zone):
        lines = _lines(notice, at=at, base_url=base_url)
        words = {
            "user": notice.user,
            "kind": notice.kind,
            "lines": lines,
            "organisation": notice.organisation,
            "list_url": base_url + reverse("calls", args=[notice.organisation.slug]),
            "account_url": base_url + reverse("profile"),
        }
        subject = render_to_string("surveys/reminders/subject.txt", words)
        return " ".join(subject.split()), render_to_string("surveys/reminders/message.txt", words)


def _lines(notice: Notice, *, at: dt.datetime, base_url: str) -> Sequence[Line]:
    found = []
    several = len({each.organisation_id for each in notice.assignments}) > 1
    for each in notice.assignments:
        work = assignments.work_of(each, at=at)
        title = f"{each.organisation.name}: {work.title}" if several else work.title
        found.append(Line(title, work.scenario, work.until, base_url + reverse("assignment", args=[work.pk])))
    for callback in notice.callbacks:
        call = callback.call
        url = base_url + reverse("callback", args=[callback.pk])
        found.append(Line(f"{call.department.name}, {call.reference}", callback.who, callback.due_at, url))
    return found
