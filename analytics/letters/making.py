"""Making the letters that wait, one after another: by the worker, from the beginning each time.

A letter is taken by compare-and-set and held by signs of life (`surveys.holding`), so several workers make each once. One whose
maker was killed is taken up by whoever comes a minute later; a cancelled one stops at its next step. What is made is stored with
the last sign of life: whole, or not at all.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone, translation

from analytics.access import Reader
from analytics.filters import Filters, parse
from analytics.letters.models import Letter
from analytics.letters.own import AT_WORK
from analytics.letters.rights import reads_figures, rights_of
from surveys import holding
from surveys.holding import Clock, Lost

logger = logging.getLogger(__name__)
State = Letter.State

# What is not there for its reader any more makes it a letter of more than was asked.
NARROWING: Final = frozenset({"scenario", "wave", "version", "fate"})
# What cuts a letter off this often may be the letter itself.
MOST_TRIES: Final = 3


class Hold(holding.Hold):
    """A job's hold on the letter that it makes."""

    rows = Letter.objects

    def finish(self, state: State, *, at: dt.datetime, **columns: Any) -> None:
        self.keep(at=at, finished_at=at, state=state, **columns)


class Impossible(Exception):
    """Why a letter cannot be made: a code of `wording.FAILURES`."""


def free(at: dt.datetime) -> Q:
    """What nobody is making: it waits, or its maker died."""
    # The first part is the condition of the index.
    return Q(state__in=AT_WORK) & (Q(state=State.WAITING) | holding.stuck([State.MAKING], at))


def make_waiting(*, now: Clock) -> int:
    """Makes what waits, the oldest first; how many were taken. Another worker may make some of them meanwhile."""
    waiting = Letter.objects.filter(free(now())).order_by("asked_at", "pk")
    holds = (take(key, at=now()) for key in list(waiting.values_list("pk", flat=True)))
    count = 0
    for hold in holds:
        if hold is not None:
            make(hold, now=now)
            count += 1
    return count


def take(key: int, *, at: dt.datetime) -> Hold | None:
    return Hold.take(key, free(at), State.MAKING, at=at, total=0, tries=F("tries") + 1)


def make(hold: Hold, *, now: Clock) -> None:
    """Makes one letter for its reader, as far as their rights of this moment go."""
    with _kept_with_the_letter(hold, now):
        letter = Letter.objects.select_related("organisation", "reader").defer("content").get(pk=hold.key)
        if letter.tries > MOST_TRIES:
            raise Impossible("killed")
        reader = Reader(letter.reader, letter.organisation, now())
        with translation.override(letter.language), timezone.override(letter.organisation.zone):
            content = _made(letter, reader, hold, now)
        hold.finish(State.DONE, at=now(), content=content, rights=rights_of(reader), done=F("total"), failure="")


def _made(letter: Letter, reader: Reader, hold: Hold, now: Clock) -> bytes:
    from analytics.letters import document

    filters = _chosen(letter, reader)
    with holding.beating(hold, now=now):
        try:
            return document.make(reader, filters, title=letter.title, step=_steps(hold, now))
        except document.CannotPrint as error:
            logger.exception("letter %s cannot be printed on this machine", hold.key)
            raise Impossible("pango") from error


def _steps(hold: Hold, now: Clock) -> Callable[[int, int], None]:
    """Called before each part: shows how far it is, and stops the making of a letter that is no longer ours."""

    def step(done: int, total: int) -> None:
        hold.keep(at=now(), done=done, total=total)

    return step


def _chosen(letter: Letter, reader: Reader) -> Filters:
    """What it is to be of. A letter of less than was asked would look like one of all."""
    if not reads_figures(reader):
        raise Impossible("rights")
    asked = QueryDict(letter.query)
    filters = parse(asked, reader)
    problems = {problem.key for problem in filters.problems}
    # A planned letter is of what each of its readers may read; one that was asked for bears the names of its departments.
    lost_departments = "department" in asked and not filters.departments
    lost = problems & NARROWING or (letter.schedule_id is None and "department" in problems)
    # Readers of totals are given whole quarters with all departments, whatever was asked.
    if reader.sees_calls and (lost or lost_departments):
        raise Impossible("elsewhere")
    return filters


@contextmanager
def _kept_with_the_letter(hold: Hold, now: Clock) -> Iterator[None]:
    """What goes wrong is said beside the letter; one that is no longer ours is left alone."""
    failure = ""
    try:
        yield
    except (Lost, Letter.DoesNotExist):
        logger.info("letter %s was cancelled, removed or taken over by another worker", hold.key)
    except Impossible as error:
        failure = str(error)
    except Exception:
        logger.exception("letter %s could not be made", hold.key)
        failure = "broke"
    if failure:
        with suppress(Lost):
            hold.finish(State.FAILED, at=now(), failure=failure)
