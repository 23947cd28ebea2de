"""`python manage.py worker`: does longer jobs, makes letters, and now and then sends reminders, makes and mails alerts, plans and
mails letters, erases recordings that are due and goes on with sums that were being made anew."""

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from analytics import rebuilding
from analytics.alerts import mailing, making
from analytics.letters import making as letters
from analytics.letters import own, posting, scheduling
from surveys import imports, recordings, reminders, tasks

# Not at once: a site that is only tried out mails nobody.
FIRST_AFTER = 60.0
EVERY = 600.0
# Whoever asks for a letter looks on while it is made; looking for one is one question to an index.
LETTERS_EVERY = 2.0
DEAD_JOBS_EVERY = 30.0

logger = logging.getLogger(__name__)


def _alerts() -> None:
    making.make_due(at=timezone.now())
    mailing.send_due(at=timezone.now(), base_url=settings.BASE_URL)


def _planned_letters() -> None:
    scheduling.make_due(at=timezone.now())
    posting.send_due(at=timezone.now(), base_url=settings.BASE_URL)
    own.forget(at=timezone.now())


def _dead_jobs() -> None:
    for hold in imports.take_up(at=timezone.now()):
        tasks.begin(hold)


ROUND: Final = {
    "Reminders could not be sent": lambda: reminders.send_due(at=timezone.now(), base_url=settings.BASE_URL),
    "Alerts could not be made or mailed": _alerts,
    "Letters could not be planned or mailed": _planned_letters,
    "Recordings could not be erased": lambda: recordings.erase_due(at=timezone.now()),
    "Sums could not be made anew": rebuilding.go_on,
}


def remind(stop: threading.Event, *, first_after: float = FIRST_AFTER, every: float = EVERY) -> None:
    """Until told to stop. What is sent is written down first, so several workers, or one that is killed, mail nothing twice."""
    pause = first_after
    while not stop.wait(pause):
        pause = every
        for problem, job in ROUND.items():
            try_once(problem, job)


def make_letters(stop: threading.Event, *, every: float = LETTERS_EVERY) -> None:
    """Until told to stop. Beside longer jobs, so that nobody waits for another's import."""
    while not stop.wait(every):
        try_once("Letters could not be made", lambda: letters.make_waiting(now=timezone.now))


def take_up(stop: threading.Event, *, every: float = DEAD_JOBS_EVERY) -> None:
    """Until told to stop: jobs whose worker was killed are begun again."""
    while not stop.wait(every):
        try_once("Jobs that died could not be taken up", _dead_jobs)


def try_once(problem: str, job: Callable[[], object]) -> None:
    close_old_connections()
    try:
        job()
    except Exception:
        logger.exception("%s; it is tried again", problem)
    finally:
        close_old_connections()


class Command(db_worker.Command):
    help = (
        "Do longer jobs in the background, make letters, send reminders, alerts and letters, erase recordings, "
        "finish what rebuild_sums began."
    )

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        for work in (remind, make_letters, take_up):
            threading.Thread(target=work, args=[stop], name=work.__name__, daemon=True).start()
        try:
            super().handle(**options)
        finally:
            stop.set()
