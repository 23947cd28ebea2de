"""`python manage.py send_reminders`: what the worker does by itself, for those who run no worker of ours or want to look."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from surveys import reminders


class Command(BaseCommand):
    help = "Mail evaluators what was offered to them, is due, has expired, and which callbacks are due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say who would get what")
        parser.add_argument("--demo", action="store_true", help="also to the made-up people of the demo")

    def handle(self, *args: Any, **options: Any) -> None:
        at, demo = timezone.now(), options["demo"]
        if options["dry_run"]:
            for notice in reminders.due(at=at, demo=demo):
                count = len(notice.assignments) + len(notice.callbacks)
                self.stdout.write(f"{notice.user.email}: {notice.kind}, {count}")
            return
        sent = reminders.send_due(at=at, base_url=settings.BASE_URL, demo=demo)
        self.stdout.write(f"{sent} reminders sent.")
