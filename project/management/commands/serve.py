"""`python manage.py serve`: the site as production runs it."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project.processes import Child, Site, port_problem, server_command, worker_command


class Command(BaseCommand):
    help = "Serve the site: the web server, and beside it the worker for longer jobs. Stop with Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--workers", type=int, default=0, help="server processes (default: one per core, at most 4)"
        )
        parser.add_argument("--threads", type=int, default=4, help="requests that a server process answers at once")
        parser.add_argument(
            "--no-worker", action="store_true", help="leave jobs and reminders to a `worker` that runs elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not 1 <= port <= 65535:
            raise CommandError(f"{port} is not a port number from 1 to 65535.")
        if problem := port_problem(host, port):
            raise CommandError(problem)
        workers = options["workers"] or min(os.cpu_count() or 1, 4)
        os.chdir(settings.BASE_DIR)
        site = Site(
            server=Child(server_command(host=host, port=port, workers=workers, threads=options["threads"])),
            worker=None if options["no_worker"] else Child(worker_command()),
            host=_reachable(host),
            port=port,
            name=_own_name(),
            ready=lambda: self._say_where(port),
            complain=self.stderr.write,
        )
        if code := site.run():
            raise SystemExit(code)

    def _say_where(self, port: int) -> None:
        here = f"http://localhost:{port}/"
        behind = "" if settings.DEMO else f", people reach it at {settings.BASE_URL}/"
        self.stdout.write(f"\nKlankbord answers at {here}{behind} (stop with Ctrl-C)")
        if settings.DEMO:
            self._say_who()
        self.stdout.flush()

    def _say_who(self) -> None:
        from project.accounts import DEMO_SIGN_INS
        from surveys.demo import DEMO_PASSWORD

        self.stdout.write(f"\nSign in as one of these; the password is the same for all: {DEMO_PASSWORD}")
        for name, _role, _does in DEMO_SIGN_INS:
            self.stdout.write(f"  {name}@demo.example")


def _reachable(host: str) -> str:
    """Where to knock at a server that listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _own_name() -> str:
    """A host name that the site answers to; a pattern such as `.example.org` includes the domain itself."""
    names = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    return names[0].removeprefix(".") if names else "localhost"
