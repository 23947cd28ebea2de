"""Makes the stored sums anew from the calls, while the site runs on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics import rebuilding
from surveys.models import Organisation


class Command(BaseCommand):
    help = (
        "Makes the stored sums, which every figure is made of, anew from the calls. The site runs on meanwhile; what was "
        "interrupted goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", nargs="?", help="short name of one organisation; all when left out")
        parser.add_argument("--afresh", action="store_true", help="begin anew, also where one was interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen_one = chosen(options["organisation"])
        waiting = {house.pk for house in rebuilding.unfinished()}
        if waiting and not options["afresh"] and (chosen_one is None or chosen_one.pk in waiting):
            self.stdout.write("Going on where it was interrupted; --afresh begins anew.")
        done = rebuilding.rebuild(chosen_one, afresh=options["afresh"], say=self.say)
        self.stdout.write(f"The stored sums were made anew: {done} blocks of four weeks.")

    def say(self, house: str, done: int, of: int) -> None:
        self.stdout.write(
            f"{house}: {done} of {of} blocks of four weeks", ending="\r" if self.stdout.isatty() else "\n"
        )
        self.stdout.flush()


def chosen(slug: str | None) -> Organisation | None:
    if slug is None:
        return None
    organisation: Organisation | None = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise CommandError(f"There is no organisation with the short name {slug}.")
    return organisation
