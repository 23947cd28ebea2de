"""Schedules of letters: who sees and changes them, and making the letters that are due, once each.

Coordinators choose the readers; everybody else who reads results makes schedules for themselves. A schedule is acted upon by
moving it on, by compare-and-set, in the transaction that asks for its letters: of several workers one does, and one that is
killed has done nothing.
"""

import datetime as dt
import logging
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils import translation
from django.utils.http import urlencode

from analytics import quarters
from analytics.access import Reader
from analytics.alerts.making import readers_of
from analytics.letters import own, timing
from analytics.letters.models import Letter, LetterSchedule
from analytics.letters.rights import reads_figures
from analytics.letters.wording import titled
from surveys.models import AuditEntry, Organisation, User, Wave
from surveys.trail import record

logger = logging.getLogger(__name__)
Every = LetterSchedule.Every

# What a schedule may be narrowed by: its days and its wave come of themselves.
NARROWING: Final = (
    "against", "department", "measure", "scenario", "caller_style", "attempt", "version", "weekday", "fate", "by"
)  # fmt: skip

# An entry with a smaller key may be seen after one with a greater, but not after so long.
COMMITTED: Final = dt.timedelta(minutes=1)


class Wanted(NamedTuple):
    """What a schedule is to be, as its form gives it."""

    title: str
    every: str
    query: str
    readers: Collection[User]


class Turn(NamedTuple):
    """One acting upon a schedule: what its letters are of."""

    occasion: str
    query: str


# --- whose they are ---------------------------------------------------------------------------------------------------


def visible(reader: Reader) -> "QuerySet[LetterSchedule]":
    """Those that a reader made or gets letters of; to coordinators all of the organisation."""
    rows = LetterSchedule.objects.filter(organisation=reader.organisation)
    if not reader.coordinates:
        mine = LetterSchedule.objects.filter(Q(made_by=reader.user) | Q(readers=reader.user))
        rows = rows.filter(pk__in=mine.values("pk"))
    return rows.select_related("made_by").prefetch_related("readers")


def may_change(reader: Reader, schedule: LetterSchedule) -> bool:
    return reader.coordinates or schedule.made_by_id == reader.user.pk


def schedule_or_404(reader: Reader, pk: int) -> LetterSchedule:
    found = visible(reader).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def own_schedule_or_404(reader: Reader, pk: int) -> LetterSchedule:
    """One that this reader may change: 404 where they do not see it, 403 where it is for others to change."""
    found = schedule_or_404(reader, pk)
    if not may_change(reader, found):
        raise PermissionDenied
    return found


def candidates(organisation: Organisation) -> dict[User, frozenset[str]]:
    """Whom letters may be sent to: whoever reads results there, with their roles, by name."""
    found = readers_of(organisation)
    return dict(sorted(found.items(), key=lambda pair: (str(pair[0]).casefold(), pair[0].pk)))


def narrowing(query: str) -> str:
    """What of a choice a schedule keeps."""
    chosen = QueryDict(query)
    return urlencode([(key, value) for key in NARROWING for value in chosen.getlist(key)])


# --- what people do ---------------------------------------------------------------------------------------------------


@transaction.atomic
def make_new(reader: Reader, wanted: Wanted) -> LetterSchedule:
    """Raises `Refused` where too much is chosen at once."""
    own.refuse_long(wanted.query)
    organisation = reader.organisation
    schedule = LetterSchedule.objects.create(
        organisation=organisation,
        made_by=reader.user,
        title=wanted.title,
        every=wanted.every,
        query=narrowing(wanted.query),
        due_at=timing.due_after(wanted.every, reader.at, organisation.zone),
        last_closing=_newest_closing(organisation),
        made_at=reader.at,
    )
    _set_readers(schedule, reader, wanted.readers)
    _note(schedule, "letters scheduled", reader)
    return schedule


@transaction.atomic
def change(schedule: LetterSchedule, reader: Reader, wanted: Wanted) -> None:
    columns: dict[str, Any] = {"title": wanted.title}
    if wanted.every != schedule.every:
        columns |= {"every": wanted.every} | _from_now_on(wanted.every, reader)
    LetterSchedule.objects.filter(pk=schedule.pk).update(**columns)
    schedule.refresh_from_db()
    _set_readers(schedule, reader, wanted.readers)
    _note(schedule, "letters rescheduled", reader)


@transaction.atomic
def switch(schedule: LetterSchedule, reader: Reader, *, on: bool) -> None:
    """Pauses it, or goes on; what came by meanwhile is not made up for."""
    columns = {"is_active": on} | (_from_now_on(schedule.every, reader) if on else {})
    LetterSchedule.objects.filter(pk=schedule.pk).update(**columns)
    record(schedule, action="letters resumed" if on else "letters paused", by=reader.user, at=reader.at)


@transaction.atomic
def remove(schedule: LetterSchedule, reader: Reader) -> None:
    """No more letters; those that were made stay with their readers."""
    _note(schedule, "letters unscheduled", reader)
    schedule.delete()


@transaction.atomic
def leave(schedule: LetterSchedule, user: User, *, at: dt.datetime) -> None:
    """This reader gets no more letters of it."""
    if schedule.readers.filter(pk=user.pk).exists():
        schedule.readers.remove(user)
        record(schedule, action="letters declined", by=user, at=at)


def _from_now_on(every: str, reader: Reader) -> dict[str, Any]:
    organisation = reader.organisation
    due = timing.due_after(every, reader.at, organisation.zone)
    return {"due_at": due, "last_closing": _newest_closing(organisation)}


def _set_readers(schedule: LetterSchedule, reader: Reader, chosen: Collection[User]) -> None:
    """Whoever does not coordinate chooses for themselves alone."""
    schedule.readers.set(chosen if reader.coordinates else [reader.user])


def _note(schedule: LetterSchedule, action: str, reader: Reader) -> None:
    facts = {"every": schedule.every, "filters": schedule.query}
    readers = sorted(schedule.readers.values_list("pk", flat=True))
    record(schedule, action=action, by=reader.user, at=reader.at, changes=facts | {"readers": readers})


# --- what the worker does ---------------------------------------------------------------------------------------------


def make_due(*, at: dt.datetime) -> int:
    """Asks for all letters that are due; how many. Whatever is wrong with one schedule, the others are acted upon."""
    active = LetterSchedule.objects.filter(is_active=True).select_related("organisation").order_by("pk")
    count = 0
    for schedule in [*active.filter(due_at__lte=at), *active.filter(every=Every.WAVE)]:
        try:
            count += _closings(schedule, at) if schedule.every == Every.WAVE else _period(schedule, at)
        except Exception:
            logger.exception("Letters of schedule %s could not be asked for; it is tried again", schedule.pk)
    return count


def _period(schedule: LetterSchedule, at: dt.datetime) -> int:
    """The newest period that is over: one that the worker slept through altogether is not made up for."""
    zone = schedule.organisation.zone
    over = timing.period(schedule.every, at.astimezone(zone).date())
    days = [("from", over.first.isoformat()), ("to", over.last.isoformat())]
    if schedule.every == Every.QUARTER:
        days = [("period", quarters.quarter_of(over.first).name)]
    turn = Turn(over.occasion, "&".join(filter(None, [schedule.query, urlencode(days)])))
    return _act(schedule, [turn], at, due_at=timing.due_after(schedule.every, at, zone))


def _closings(schedule: LetterSchedule, at: dt.datetime) -> int:
    """Each wave that was closed since, unless it was opened again."""
    entries = (
        _closing(schedule.organisation).filter(pk__gt=schedule.last_closing, at__lte=at - COMMITTED).order_by("pk")
    )
    closings = {wave: (pk, moment) for pk, wave, moment in entries.values_list("pk", "subject_id", "at")}
    if not closings:
        return 0
    zone = schedule.organisation.zone
    waves = Wave.objects.filter(pk__in=closings, state=Wave.State.CLOSED).order_by("starts_on", "pk")
    turns = [
        Turn(
            f"wave {wave.pk} {closings[wave.pk][1].astimezone(zone).date()}",
            own.wave_query(wave, at.astimezone(zone).date(), schedule.query),
        )
        for wave in waves
    ]
    return _act(schedule, turns, at, last_closing=max(pk for pk, _moment in closings.values()))


def _closing(organisation: Organisation) -> "QuerySet[AuditEntry]":
    return AuditEntry.objects.filter(organisation=organisation, subject="wave", action="wave closed")


def _newest_closing(organisation: Organisation) -> int:
    newest: int | None = _closing(organisation).aggregate(newest=Max("pk"))["newest"]
    return newest or 0


@transaction.atomic
def _act(schedule: LetterSchedule, turns: Iterable[Turn], at: dt.datetime, **onward: Any) -> int:
    """Moves the schedule on and asks for its letters; 0 when another worker did."""
    as_it_was = {name: getattr(schedule, name) for name in onward}
    mine = LetterSchedule.objects.filter(pk=schedule.pk, is_active=True, **as_it_was)
    if not mine.update(**onward):
        return 0
    readers = [Reader(each, schedule.organisation, at) for each in schedule.readers.filter(is_active=True)]
    readers = [each for each in readers if reads_figures(each)]
    asked = [_letter(schedule, reader, turn) for turn in turns for reader in readers]
    if asked:
        Letter.objects.bulk_create(asked, ignore_conflicts=True)
        facts = {"occasions": sorted({each.occasion for each in asked}), "readers": [each.user.pk for each in readers]}
        record(schedule, action="letters due", by=None, at=at, changes=facts)
    return len(asked)


def _letter(schedule: LetterSchedule, reader: Reader, turn: Turn) -> Letter:
    if not reader.sees_calls:
        # Totals are given of quarters, each in one letter however often one is due.
        quarter = quarters.released(reader.today)
        asked = QueryDict(schedule.query)
        kept = [(key, asked[key]) for key in ("against", "measure") if key in asked]
        turn = Turn(f"{quarter.start}/{quarter.end}", urlencode([*kept, ("period", quarter.name)]))
    language = reader.user.language or schedule.organisation.language
    with translation.override(language):
        title = titled(schedule.title, reader, turn.query)
    return Letter(
        organisation=schedule.organisation,
        reader=reader.user,
        schedule=schedule,
        occasion=turn.occasion,
        title=title,
        query=turn.query,
        language=language,
        asked_at=reader.at,
    )
