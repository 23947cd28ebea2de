"""`erase_recordings`: to be run once a day; what was cut off is ended by the next run."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from surveys import recordings


class Command(BaseCommand):
    help = "Erases the recordings whose day has come, and files that an interrupted upload left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        erased, strays = recordings.erase_due(at=timezone.now())
        self.stdout.write(f"{erased} recordings erased, {strays} files without a call cleared away.")
