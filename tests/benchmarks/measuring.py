"""Clocks, counters and the Markdown that comes out."""

import os
import platform
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def say(text: str = "") -> None:
    print(text, flush=True)


def note(text: str) -> None:
    """For whoever waits; what is said goes into the README."""
    print(text, file=sys.stderr, flush=True)


def table(title: str, columns: Sequence[str]) -> None:
    """The head of a table; all columns but the first are numbers."""
    say(f"\n{title}\n\n| {' | '.join(columns)} |\n|---|{'--:|' * (len(columns) - 1)}")


def line(what: str, *values: object) -> None:
    say(f"| {what} | {' | '.join(map(str, values))} |")


def ms(seconds: float) -> str:
    """Milliseconds, with a decimal where it matters."""
    return f"{seconds * 1000:,.{0 if seconds >= 0.02 else 1}f}"


def machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file() and (found := re.search(r"model name\s*: (.*)", info.read_text())):
        model = found.group(1)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def engine() -> str:
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"PostgreSQL {connection.pg_version // 10000}"
    return f"SQLite {sqlite3.sqlite_version}"


@dataclass(frozen=True)
class Times:
    """Seconds of each round."""

    rounds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def slowest(self) -> float:
        return max(self.rounds)


def timed(action: Callable[[], Any], rounds: int, *, warm: bool = True) -> Times:
    """How long each of several rounds took, after one to warm up."""
    if warm:
        action()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return Times(found)


# --- what the database does -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Query:
    sql: str
    params: Any
    seconds: float
    """What executing it took, without reading what it finds."""

    @property
    def reads(self) -> bool:
        return self.sql.lstrip("( ").upper().startswith(("SELECT", "WITH"))


@contextmanager
def queries() -> Iterator[list[Query]]:
    """Collects the statements run meanwhile."""
    from django.db import connection

    found: list[Query] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django calls it so
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found.append(Query(sql, params, time.perf_counter() - began))

    with connection.execute_wrapper(keep):
        yield found


@dataclass(frozen=True)
class Database:
    """What a page costs the database, in seconds; `longest` is the median of the statement that takes longest."""

    count: int
    median: float
    slowest: float
    longest: float = 0.0
    longest_sql: str = ""


def database_time(action: Callable[[], Any], rounds: int) -> Database:
    """Statements that read are run again by themselves, up to the last row: SQLite does its work while rows are fetched, so
    executing alone says little. Those that write count with what they took the first time.
    """
    action()
    with queries() as found:
        action()
    reading = [query for query in found if query.reads]
    each = [timed(lambda query=query: _read(query), rounds) for query in reading]
    written = sum(query.seconds for query in found if not query.reads)
    totals = [written + sum(times) for times in zip(*(times.rounds for times in each), strict=True)] or [written]
    longest = max(zip(each, reading, strict=True), key=lambda pair: pair[0].median, default=None)
    return Database(
        len(found),
        statistics.median(totals),
        max(totals),
        longest[0].median if longest else 0.0,
        longest[1].sql if longest else "",
    )


def _read(query: Query) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        cursor.fetchall()
