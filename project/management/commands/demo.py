"""`make demo`: the data, the files and the server of the demo, in one go; a second start only serves."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from analytics.demo_marks import mark_training
from project.demo_key import DEMO_MARK
from project.processes import port_problem
from project.static_files import collect_if_changed


class Command(BaseCommand):
    help = "Prepare and serve the demo organisation (needs DEMO=yes; `make demo` sets it)."
    # The tables that checks look at may not exist yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--prepare-only", action="store_true", help="make data and files, do not serve")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is for the demo only; start it with `make demo`, or set DEMO=yes.")
        if problem := "" if options["prepare_only"] else port_problem("127.0.0.1", options["port"]):
            raise CommandError(problem)
        (settings.VAR_DIR / DEMO_MARK).touch()
        try:
            with self._step("Preparing the database (a few seconds the first time)"):
                call_command("migrate", interactive=False, verbosity=0)
            with self._step("Collecting styles and scripts (a few seconds the first time)"):
                collect_if_changed()
            self._say("Loading the demo organisation (about 15 s the first time) ...")
            call_command("load_demo", stdout=self.stdout)
            mark_training()
        except KeyboardInterrupt:
            raise CommandError("Stopped; start again with `make demo`, it goes on where it was.") from None
        if not options["prepare_only"]:
            call_command("serve", port=options["port"], workers=1, stdout=self.stdout, stderr=self.stderr)

    def _say(self, text: str, ending: str = "\n") -> None:
        self.stdout.write(text, ending=ending)
        self.stdout.flush()

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        began = time.monotonic()
        self._say(f"{title} ...", ending="")
        yield
        self._say(f" {time.monotonic() - began:.1f} s")
