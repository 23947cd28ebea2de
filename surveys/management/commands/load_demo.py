"""`load_demo`: the demo organisation with its people and 18 months of calls."""

import datetime as dt
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from surveys.demo import CALLS, DEMO_PASSWORD, SEED, generate
from surveys.demo.days import ZONE
from surveys.demo.loading import find, load
from surveys.refused import Refused


class Command(BaseCommand):
    help = "Loads the demo organisation; leaves it alone where it is already there. Needs DEMO=yes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--calls", type=int, default=CALLS, help=f"how many approved field calls (default: {CALLS})"
        )
        parser.add_argument("--seed", type=int, default=SEED, help=f"another seed makes other calls (default: {SEED})")
        parser.add_argument(
            "--today",
            type=dt.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="as if loaded on this day (default: today)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's password is public, so it is only loaded where DEMO=yes.")
        if not 100 <= options["calls"] <= 100_000:
            raise CommandError("--calls must lie between 100 and 100000.")
        if (organisation := find()) is not None:
            self.stdout.write(f"The demo organisation, {organisation.name}, is already there.")
            return
        began, at = time.monotonic(), timezone.now()
        data = generate(
            seed=options["seed"], today=options["today"] or at.astimezone(ZONE).date(), calls=options["calls"]
        )
        self._say(f"  {len(data.calls)} calls made up: {time.monotonic() - began:.1f} s")
        try:
            organisation = load(data=data, at=at, say=self._say)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self._say(f"{organisation.name} is ready, after {time.monotonic() - began:.1f} s.")
        self._say(f"Everybody's password is {DEMO_PASSWORD}:")
        for person in data.people:
            if person.signs_in:
                self._say(f"  {person.email} ({', '.join(person.roles)})")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
