"""How long does it take? `make bench`, or `python tests/benchmarks/run.py --database postgres --calls 100000 --part store`.

    pages    the demo's pages through Django's own client (no network, no browser), and its exports
    store    bulk data of each size: making it, rebuilding all sums, what the dashboards cost the database, one approval
    compare  one trend four ways: from stored sums, a direct SQL scan, DuckDB and pandas on a Parquet copy
    stats    every statistics function on the sizes it will meet

Databases are made for it and thrown away, also when it is interrupted. What comes out is Markdown: medians, the slowest of the
rounds, sizes, and the machine. The figures are of this machine; compare proportions.
"""

import argparse
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from tests.benchmarks.measuring import machine, say  # noqa: E402
from tests.benchmarks.places import end_when_told, inside, place, room_problem, settings_words  # noqa: E402
from tests.tools.parts import GET_POSTGRES, find_postgres  # noqa: E402

DATABASES = ("sqlite", "postgres")
PARTS = ("pages", "store", "compare", "stats")


def main() -> None:
    options = _options()
    end_when_told()
    say(machine())
    failed = 0
    of_size = [part for part in ("store", "compare") if part in options.part]
    for database in options.database if of_size or "pages" in options.part else ():
        if "pages" in options.part:
            with place(database) as environment:
                failed |= inside(environment, "pages", "--rounds", str(options.rounds))
        for calls in options.calls if of_size else ():
            with place(database) as environment:
                rounds = str(options.rounds)
                failed |= inside(environment, *of_size, "--calls", str(calls), "--rounds", rounds)
        if database == "postgres":
            say(f"\nPostgreSQL with {settings_words()}; the rest is its default.")
    if "stats" in options.part:
        failed |= inside({}, "stats")
    sys.exit(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure pages, stored sums and statistics.")
    parser.add_argument("--database", nargs="+", choices=DATABASES, help="default: both, as far as they are here")
    parser.add_argument("--calls", nargs="+", type=int, default=[100_000], help="sizes of store and compare")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=15, help="times each thing is done (default: 15)")
    options = parser.parse_args()
    if min(options.calls) < 1000:
        parser.error("a size is at least 1000 calls")
    if options.database is None:
        options.database = DATABASES if find_postgres() else DATABASES[:1]
    if "postgres" in options.database and find_postgres() is None:
        sys.exit(f"PostgreSQL is not here: {GET_POSTGRES}.")
    if {"store", "compare"} & set(options.part) and (problem := room_problem(max(options.calls))):
        sys.exit(problem)
    return options


if __name__ == "__main__":
    main()
