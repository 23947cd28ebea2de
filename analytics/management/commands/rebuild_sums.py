"""Makes the stored sums anew from the calls."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics import rollups
from surveys.models import Organisation


class Command(BaseCommand):
    help = "Makes the stored sums, which every figure is made of, anew from the calls."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", nargs="?", help="short name of one organisation; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        made = rollups.rebuild(chosen(options["organisation"]))
        self.stdout.write(f"{made} rows of sums made.")


def chosen(slug: str | None) -> Organisation | None:
    if slug is None:
        return None
    organisation: Organisation | None = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise CommandError(f"There is no organisation with the short name {slug}.")
    return organisation
