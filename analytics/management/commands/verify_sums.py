"""Compares the stored sums with a fresh count of the calls."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics import rebuilding
from analytics.management.commands.rebuild_sums import chosen


class Command(BaseCommand):
    help = (
        "Compares the stored sums with a fresh count of the calls; names every difference, and fails when there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", nargs="?", help="short name of one organisation; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for each in rebuilding.differences(chosen(options["organisation"])):
            found += 1
            key = ", ".join(map(str, each.key))
            self.stderr.write(
                f"{each.table} ({key}): {each.column} is stored as {each.stored}, the calls say {each.counted}"
            )
        if found:
            raise CommandError(f"{found} stored values differ from the calls. `rebuild_sums` makes them anew.")
        self.stdout.write("The stored sums are what the calls say.")
