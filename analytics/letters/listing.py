"""A reader's own page of letters: each with how far it is, and the schedules that concern them."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.access import Reader
from analytics.letters import own, scheduling, wording
from analytics.letters.models import Letter, LetterSchedule
from analytics.letters.rights import still_has
from surveys.holding import STALE_AFTER

if TYPE_CHECKING:
    from surveys.models import Organisation, User


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter with what is said beside it. `is_late` when nobody has begun it, or gone on with it, for a minute."""

    letter: Letter
    about: str
    failure: str
    is_open: bool
    is_late: bool

    @property
    def is_at_work(self) -> bool:
        return self.letter.state in own.AT_WORK

    @property
    def can_repeat(self) -> bool:
        return self.letter.state in {Letter.State.FAILED, Letter.State.CANCELLED}


@dataclass(frozen=True, slots=True)
class ShownSchedule:
    schedule: LetterSchedule
    about: str
    due_on: dt.date | None
    readers: "tuple[User, ...]"
    is_reader: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class LettersPage:
    organisation: "Organisation"
    letters: tuple[Shown, ...]
    schedules: tuple[ShownSchedule, ...]
    is_busy: bool
    kept_days: int
    can_print: bool


def page(reader: Reader) -> LettersPage:
    found = tuple(_shown(reader, letter) for letter in own.letters(reader))
    return LettersPage(
        organisation=reader.organisation,
        letters=found,
        schedules=tuple(_schedule(reader, each) for each in scheduling.visible(reader)),
        is_busy=any(each.is_at_work for each in found),
        kept_days=own.KEPT.days,
        can_print=can_print(),
    )


def can_print() -> bool:
    from analytics.letters import document

    return document.can_print()


def _shown(reader: Reader, letter: Letter) -> Shown:
    last_sign = letter.heartbeat_at if letter.state == Letter.State.MAKING else letter.asked_at
    return Shown(
        letter=letter,
        about=wording.about(reader, letter.query),
        failure=wording.failure(letter.failure),
        is_open=letter.state == Letter.State.DONE and still_has(reader, letter.rights),
        is_late=last_sign is not None and last_sign < reader.at - STALE_AFTER,
    )


def _schedule(reader: Reader, schedule: LetterSchedule) -> ShownSchedule:
    readers = sorted(schedule.readers.all(), key=lambda each: (str(each).casefold(), each.pk))
    due = schedule.due_at if schedule.is_active else None
    return ShownSchedule(
        schedule=schedule,
        about=", ".join(wording.narrowed_by(reader, schedule.query)),
        due_on=due.astimezone(reader.organisation.zone).date() if due else None,
        readers=tuple(readers),
        is_reader=reader.user in readers,
        may_change=scheduling.may_change(reader, schedule),
    )
