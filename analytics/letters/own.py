"""A reader's own letters: asking for one, cancelling it, asking again, reading it, taking it away; and how long it is kept."""

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Length
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from analytics.access import Reader
from analytics.filters import Filters, parse
from analytics.letters.models import MOST_QUERY, Letter
from analytics.letters.rights import still_has
from analytics.letters.wording import titled
from surveys.refused import Refused
from surveys.trail import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from surveys.models import Wave

State = Letter.State
AT_WORK: Final = (State.WAITING, State.MAKING)
# One is being read while two are made: whoever asks for more only waits longer.
MOST_WAITING: Final = 3
# What the days and the wave of a planned letter add to its choice.
MOST_DAYS: Final = 100
# A letter holds figures, and perhaps words of callers: it is not kept for longer than it is of use.
KEPT: Final = dt.timedelta(days=90)


def letters(reader: Reader) -> "QuerySet[Letter]":
    """This reader's letters here, the newest first, without their documents but with their `size`."""
    rows = Letter.objects.filter(organisation=reader.organisation, reader=reader.user)
    return rows.select_related("schedule").defer("content").annotate(size=Length("content"))


def letter_or_404(reader: Reader, pk: int) -> Letter:
    """A letter of this reader's own: nobody opens those of others."""
    found = letters(reader).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def chosen_query(filters: Filters) -> str:
    """A choice as a letter keeps it: with its days, so that it is the same tomorrow."""
    changes: dict[str, str | None] = {"from_": None, "to": None, "period": filters.period}
    if filters.start is not None and filters.quarter is None:
        changes = {"from_": filters.start.isoformat(), "to": filters.end.isoformat(), "period": None}
    return filters.querystring(**changes).lstrip("?")


def wave_query(wave: "Wave", today: dt.date, narrower: str = "") -> str:
    """The whole of a wave, as far as it has come."""
    last = min(wave.ends_on, today)
    return f"{narrower}{'&' if narrower else ''}from={min(wave.starts_on, last)}&to={last}&wave={wave.pk}"


@transaction.atomic
def ask(*, reader: Reader, title: str, query: str, language: str) -> Letter:
    """Asks for a letter; the worker makes it. Raises `Refused` while too many of this reader's are being made."""
    _leave_room(reader)
    refuse_long(query)
    query = _readable(query, reader)
    letter = Letter.objects.create(
        organisation=reader.organisation,
        reader=reader.user,
        title=titled(title, reader, query),
        query=query,
        language=language,
        asked_at=reader.at,
    )
    record(letter, action="letter asked for", by=reader.user, at=reader.at, changes={"filters": query})
    return letter


def _readable(query: str, reader: Reader) -> str:
    """Of several departments those that the reader has: one that is lost later would leave a letter of less than it says."""
    asked = QueryDict(query, mutable=True)
    mine = [reader.departments[key].code for key in parse(asked, reader).departments]
    if not mine or len(mine) == len(asked.getlist("department")):
        return query
    asked.setlist("department", mine)
    return asked.urlencode()


def refuse_long(query: str) -> None:
    if len(query) > MOST_QUERY - MOST_DAYS:
        raise Refused(_("This is more than a letter can be asked of. Choose fewer things."))


def _leave_room(reader: Reader) -> None:
    if letters(reader).filter(state__in=AT_WORK).count() >= MOST_WAITING:
        words = _("%(most)s of your letters are still being made; wait for one of them, or cancel it.")
        raise Refused(words % {"most": MOST_WAITING})


@transaction.atomic
def cancel(letter: Letter, reader: Reader) -> bool:
    """Takes it from whoever makes it, who finds out at the next step; False when it was over first."""
    mine = Letter.objects.filter(pk=letter.pk, state__in=AT_WORK)
    if not mine.update(state=State.CANCELLED, finished_at=reader.at):
        return False
    record(letter, action="letter cancelled", by=reader.user, at=reader.at)
    return True


@transaction.atomic
def ask_again(letter: Letter, reader: Reader) -> bool:
    """Whether it is made once more, from the beginning; of one that failed or was cancelled."""
    _leave_room(reader)
    over = Letter.objects.filter(pk=letter.pk, state__in=[State.FAILED, State.CANCELLED])
    if not over.update(state=State.WAITING, failure="", tries=0, done=0, total=0, finished_at=None, asked_at=reader.at):
        return False
    record(letter, action="letter asked for", by=reader.user, at=reader.at, changes={"filters": letter.query})
    return True


@transaction.atomic
def remove(letter: Letter, reader: Reader) -> None:
    """Gone for good; one that is being made stops being made."""
    record(letter, action="letter removed", by=reader.user, at=reader.at)
    Letter.objects.filter(pk=letter.pk).delete()


def download(letter: Letter, reader: Reader) -> bytes:
    """The document, noted in the log before it leaves. 404 before it is made, 403 with fewer rights than it was made with."""
    if letter.state != State.DONE:
        raise Http404
    if not still_has(reader, letter.rights):
        raise PermissionDenied
    record(letter, action="letter downloaded", by=reader.user, at=reader.at, changes={"filters": letter.query})
    return bytes(letter.content)


def forget(*, at: dt.datetime) -> int:
    """Removes the letters that were kept for long enough; how many."""
    count, _each = Letter.objects.filter(asked_at__lt=at - KEPT).exclude(state__in=AT_WORK).delete()
    return count
