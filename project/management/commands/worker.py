"""`python manage.py worker`: does longer jobs, and now and then sends reminders, makes and mails alerts, erases recordings that
are due and goes on with sums that were being made anew."""

import logging
import threading
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands import db_worker

from analytics import rebuilding
from analytics.alerts import mailing, making
from surveys import recordings, reminders

# Not at once: a site that is only tried out mails nobody.
FIRST_AFTER = 60.0
EVERY = 600.0

logger = logging.getLogger(__name__)


def remind(stop: threading.Event, *, first_after: float = FIRST_AFTER, every: float = EVERY) -> None:
    """Until told to stop. What is sent is written down first, so several workers, or one that is killed, mail nothing twice."""
    pause = first_after
    while not stop.wait(pause):
        pause = every
        close_old_connections()
        try:
            reminders.send_due(at=timezone.now(), base_url=settings.BASE_URL)
        except Exception:
            logger.exception("Reminders could not be sent; they are tried again")
        try:
            making.make_due(at=timezone.now())
            mailing.send_due(at=timezone.now(), base_url=settings.BASE_URL)
        except Exception:
            logger.exception("Alerts could not be made or mailed; it is tried again")
        try:
            recordings.erase_due(at=timezone.now())
        except Exception:
            logger.exception("Recordings could not be erased; it is tried again")
        try:
            rebuilding.go_on()
        except Exception:
            logger.exception("Sums could not be made anew; it is tried again")
        finally:
            close_old_connections()


class Command(db_worker.Command):
    help = (
        "Do longer jobs in the background, send reminders and alerts, erase recordings, finish what rebuild_sums began."
    )

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        threading.Thread(target=remind, args=[stop], name="reminders", daemon=True).start()
        try:
            super().handle(**options)
        finally:
            stop.set()
