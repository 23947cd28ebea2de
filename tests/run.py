"""Every check and test this machine has the parts for: `make test` (`make check`, `make quick` run a choice of them).

    python tests/run.py                  everything
    python tests/run.py checks           form, lint, types, contracts, migrations, deployment settings
    python tests/run.py quick            the fast tests, SQLite only
    python tests/run.py sqlite e2e -k x  chosen parts; whatever begins with a dash goes to pytest

A part that is not found is skipped aloud, and is a failure where CI=true. Browsers wait more than they work, so they run
beside the tests on both databases. What fails in a browser is tried once more from the start, and named at the end.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.tools.parts import GET_CHROMIUM, GET_POSTGRES, find_chromium, find_postgres, postgres, quick_storage  # noqa: E402

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
PARTS = ("checks", "sqlite", "postgres", "e2e")
# More failures than these are no bad luck.
SECOND_TRIES = 3
# Neighbours stay together, for they share rows; a process that has done its half takes over from the other.
SPREAD = ("-n", "auto", "--dist", "worksteal")
# What a production site sets; `check --deploy` must have nothing to say to it.
PRODUCTION = {
    "SECRET_KEY": "p2Yk-an-example-of-a-long-and-random-production-key-9Qw7",
    "BASE_URL": "https://klankbord.example.org",
    "ALLOWED_HOSTS": "klankbord.example.org",
    "DEMO": "no",
    "DEBUG": "no",
}


@dataclass
class Result:
    part: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        if self.failed:
            return "FAILED"
        return "passed" if self.passed else "SKIPPED"


@dataclass
class Check:
    """A command that is right when it ends with 0; its output matters only when it does not."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def run(self) -> tuple[Result, str]:
        began = time.monotonic()
        done = subprocess.run(
            self.command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        fine = done.returncode == 0
        result = Result(self.name, passed=int(fine), failed=int(not fine), seconds=time.monotonic() - began)
        return result, "" if fine else done.stdout


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def all_checks(folder: Path) -> list[Check]:
    manage = [sys.executable, "manage.py"]
    site = {
        **PRODUCTION,
        "VAR_DIR": str(folder),
        "DATABASE_URL": "",
        "PYTHONWARNINGS": "error::DeprecationWarning:project",
    }
    return [
        Check("types (mypy)", [tool("mypy")]),
        Check("form (ruff format)", [tool("ruff"), "format", "--check", "--output-format=concise", "."]),
        Check("lint (ruff check)", [tool("ruff"), "check", "--output-format=concise", "."]),
        Check("contracts (import-linter)", [tool("lint-imports")]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], site),
        Check("deployment settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], site),
    ]


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def checks_in_background(*, wanted: bool) -> Iterator[list[Future[tuple[Result, str]]]]:
    """Types take longest and need one core; the tests go on meanwhile."""
    with tempfile.TemporaryDirectory(prefix="klankbord-check-") as folder, ThreadPoolExecutor(max_workers=1) as pool:
        yield [pool.submit(check.run) for check in all_checks(Path(folder))] if wanted else []


def report_checks(futures: list[Future[tuple[Result, str]]]) -> list[Result]:
    results = []
    for future in futures:
        result, output = future.result()
        say(f"{result.part:<28} {result.word} {result.seconds:6.1f} s")
        if output:
            say(output)
        results.append(result)
    return results


class Programs:
    """What runs now, to be ended when we are told to end."""

    def __init__(self) -> None:
        self.running: set[subprocess.Popen[bytes]] = set()

    def run(self, command: list[str], environment: dict[str, str], output: IO[bytes] | None) -> int:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT if output else None
        )
        self.running.add(process)
        try:
            return process.wait()
        finally:
            process.terminate()
            self.running.discard(process)

    def end(self) -> None:
        for process in list(self.running):
            process.terminate()


PROGRAMS = Programs()
# Parts that run beside each other tell their story when it has ended, one after the other.
ALOUD = threading.Lock()


def run_pytest(
    part: str, arguments: list[str], environment: dict[str, str] | None = None, *, aside: bool = False
) -> Result:
    title = f"\n=== {part}: pytest {' '.join(arguments)}"
    say(f"\n{part} ..." if aside else title)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="klankbord-run-") as folder:
        report, story = Path(folder) / "report.xml", Path(folder) / "story.txt"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "-o", "junit_logging=no", *arguments]
        # Caches of compiled modules save each of a hundred processes a second.
        values = {**os.environ, **(environment or {}), "PYTHONDONTWRITEBYTECODE": "", "RUN_NOTES": folder}
        with story.open("wb") as output:
            code = PROGRAMS.run(command, values, output if aside else None)
        if aside:
            with ALOUD:
                say(title)
                say(story.read_text(errors="replace"))
        result = read_report(part, report)
        if (left_out := Path(folder) / "left-out.txt").is_file():
            result.remarks.append(left_out.read_text())
    result.seconds = time.monotonic() - began
    if code and not result.failed:
        result.failed, result.note = 1, f"pytest ended with code {code}"
    return result


def read_report(part: str, report: Path) -> Result:
    result = Result(part)
    if not report.is_file():
        return result
    for suite in ET.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        result.failed += failed
        result.skipped += skipped
        result.passed += int(suite.get("tests", 0)) - failed - skipped
    return result


def missing(part: str, how: str) -> Result:
    say(f"\n!!! {part} SKIPPED: not found on this machine; {how}.")
    return Result(part, failed=int(CI), skipped=int(not CI), note=how)


def test_sqlite(extra: list[str], *, aside: bool) -> Result:
    arguments = [*SPREAD, "--durations=5", *extra]
    return run_pytest("tests on SQLite", arguments, {"TEST_DATABASE_URL": ""}, aside=aside)


def test_quick(extra: list[str], *, aside: bool) -> Result:
    arguments = [*SPREAD, "-m", "not slow", "--hypothesis-profile=quick", *extra]
    return run_pytest("quick tests", arguments, {"TEST_DATABASE_URL": ""}, aside=aside)


def test_postgres(extra: list[str], *, aside: bool) -> Result:
    given = os.environ.get("TEST_DATABASE_URL", "")
    programs = None if given else find_postgres()
    if not given and programs is None:
        return missing("tests on PostgreSQL", GET_POSTGRES)
    try:
        with nullcontext(given) if programs is None else postgres(programs) as address:
            arguments = [*SPREAD, *extra]
            return run_pytest("tests on PostgreSQL", arguments, {"TEST_DATABASE_URL": address}, aside=aside)
    except RuntimeError as error:
        say(f"\n!!! {error}")
        return Result("tests on PostgreSQL", failed=1, note="the server did not start")


def test_e2e(extra: list[str], *, aside: bool) -> Result:
    part = "tests in Chromium"
    if find_chromium() is None:
        return missing(part, GET_CHROMIUM)
    with tempfile.TemporaryDirectory(prefix="klankbord-cache-") as cache:
        arguments = ["tests/e2e", "-o", f"cache_dir={cache}", *extra]
        first = run_pytest(part, ["-n", "2", "--dist", "loadfile", *arguments], {"TEST_DATABASE_URL": ""}, aside=aside)
        failed = Path(cache) / "v" / "cache" / "lastfailed"
        names = sorted(json.loads(failed.read_text())) if failed.is_file() else []
        if not first.failed or not 0 < len(names) <= SECOND_TRIES:
            return first
        # A machine has its hiccups; a site of its own, with data as new, gets what failed a second time.
        again = run_pytest(f"{part}, once more", ["--lf", *arguments], {"TEST_DATABASE_URL": ""}, aside=aside)
    return second_try(first, again, names)


def second_try(first: Result, again: Result, names: list[str]) -> Result:
    """The first run, with what the second said of its failures."""
    first.seconds += again.seconds
    if not again.failed and again.passed >= len(names):
        first.passed, first.failed = first.passed + len(names), 0
        first.remarks += [f"NEEDED A SECOND TRY: {name}" for name in names]
    else:
        first.remarks += [f"failed, or failed to be tried, twice: {name}" for name in names]
    return first


RUNNERS: dict[str, Callable[..., Result]] = {
    "sqlite": test_sqlite,
    "quick": test_quick,
    "postgres": test_postgres,
    "e2e": test_e2e,
}


def summary(results: list[Result], seconds: float) -> int:
    say(f"\n{'part':<28} {'result':<8} {'passed':>7} {'failed':>7} {'skipped':>7} {'seconds':>8}")
    for row in results:
        counts = f"{row.passed:>7} {row.failed:>7} {row.skipped:>7} {row.seconds:>8.1f}"
        say(f"{row.part:<28} {row.word:<8} {counts}" + (f"  {row.note}" if row.note else ""))
    for row in results:
        for remark in row.remarks:
            say(f"\n!!! {row.part}: {remark}")
        if row.note and not row.passed:
            say(f"\n!!! {row.part}: {'FAILED' if row.failed else 'SKIPPED'}; {row.note}.")
    passed, failed, skipped = (sum(getattr(row, name) for row in results) for name in ("passed", "failed", "skipped"))
    say(f"\n{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f} s")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    first_dash = next((n for n, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    parts, extra = arguments[:first_dash] or list(PARTS), arguments[first_dash:]
    if unknown := set(parts) - {"checks", *RUNNERS}:
        say(f"No part is called {', '.join(sorted(unknown))}; there are checks, {', '.join(RUNNERS)}.")
        return 2
    # Told to stop, we still stop the database server that we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    say(f"Running {', '.join(parts)}; all of it takes a quarter of an hour on two cores.")
    with quick_storage(), checks_in_background(wanted="checks" in parts) as futures:
        try:
            results = run_parts([part for part in parts if part in RUNNERS], extra)
        finally:
            PROGRAMS.end()
        if futures:
            say("\n=== checks")
            results = report_checks(futures) + results
    return summary(results, time.monotonic() - began)


def run_parts(parts: list[str], extra: list[str]) -> list[Result]:
    """The parts one after the other, the browsers' beside the others; their results in the order asked for."""
    beside = "e2e" in parts and len(parts) > 1
    with ThreadPoolExecutor(max_workers=1) as pool:
        browsers = pool.submit(RUNNERS["e2e"], extra, aside=True) if beside else None
        try:
            found = {part: RUNNERS[part](extra, aside=beside) for part in parts if not (beside and part == "e2e")}
        except BaseException:
            PROGRAMS.end()
            raise
        if browsers:
            found["e2e"] = browsers.result()
    return [found[part] for part in parts]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
