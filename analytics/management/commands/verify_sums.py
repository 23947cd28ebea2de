"""Compares the stored sums with a fresh count of the calls."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics import rollups
from analytics.management.commands.rebuild_sums import chosen

SHOWN = 20


class Command(BaseCommand):
    help = "Compares the stored sums with a fresh count of the calls; fails when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", nargs="?", help="short name of one organisation; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        found = rollups.verify(chosen(options["organisation"]))
        for each in found[:SHOWN]:
            cell = f"department {each.cell.department}, {each.cell.local_date}"
            self.stderr.write(f"{cell}: {each.column} is stored as {each.stored}, the calls say {each.counted}")
        if found:
            raise CommandError(f"{len(found)} stored values differ from the calls. `rebuild_sums` makes them anew.")
        self.stdout.write("The stored sums are what the calls say.")
