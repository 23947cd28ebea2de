"""The parts of a benchmark, with the database that the environment leads to; `run.py` starts this and cleans up after it."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.benchmarks.places import end_when_told  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description="Run by run.py.")
    parser.add_argument("parts", nargs="+", choices=["pages", "store", "compare", "stats"])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    end_when_told()
    if options.parts == ["stats"]:
        from tests.benchmarks import functions

        sys.exit(functions.run())
    _with_django(options)


def _with_django(options: argparse.Namespace) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    # What a server does before its first reader comes.
    import_module("project.wsgi")
    settings.ALLOWED_HOSTS = ["localhost"]
    from tests.benchmarks import compare, pages, store

    if "pages" in options.parts:
        pages.run(options.rounds)
    else:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        store.fill(options.calls)
        if "store" in options.parts:
            store.run(options.calls, options.rounds)
        if "compare" in options.parts:
            compare.run(options.calls, sums_are_there="store" in options.parts)
    connections.close_all()
    if connections["default"].vendor == "postgresql":
        connections["default"].close_pool()


if __name__ == "__main__":
    main()
