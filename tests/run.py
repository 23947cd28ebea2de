"""Every check and test this machine has the parts for: `make test` (`make check`, `make quick` run a choice of them).

    python tests/run.py                  everything
    python tests/run.py checks           form, lint, types, contracts, migrations, deployment settings
    python tests/run.py quick            the fast tests, SQLite only
    python tests/run.py sqlite e2e -k x  chosen parts; whatever begins with a dash goes to pytest

A part that is not found is skipped aloud, and is a failure where CI=true.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.tools.parts import GET_CHROMIUM, GET_POSTGRES, find_chromium, find_postgres, postgres  # noqa: E402

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
PARTS = ("checks", "sqlite", "postgres", "e2e")
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


def run_pytest(part: str, arguments: list[str], environment: dict[str, str] | None = None) -> Result:
    say(f"\n=== {part}: pytest {' '.join(arguments)}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="klankbord-run-") as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "-o", "junit_logging=no", *arguments],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            check=False,
        ).returncode
        result = read_report(part, report)
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


def test_sqlite(extra: list[str]) -> Result:
    return run_pytest("tests on SQLite", ["-n", "auto", "--durations=5", *extra], {"TEST_DATABASE_URL": ""})


def test_quick(extra: list[str]) -> Result:
    return run_pytest("quick tests", ["-n", "auto", "-m", "not slow", *extra], {"TEST_DATABASE_URL": ""})


def test_postgres(extra: list[str]) -> Result:
    given = os.environ.get("TEST_DATABASE_URL", "")
    programs = None if given else find_postgres()
    if not given and programs is None:
        return missing("tests on PostgreSQL", GET_POSTGRES)
    try:
        with nullcontext(given) if programs is None else postgres(programs) as address:
            return run_pytest("tests on PostgreSQL", ["-n", "auto", *extra], {"TEST_DATABASE_URL": address})
    except RuntimeError as error:
        say(f"\n!!! {error}")
        return Result("tests on PostgreSQL", failed=1, note="the server did not start")


def test_e2e(extra: list[str]) -> Result:
    if find_chromium() is None:
        return missing("tests in Chromium", GET_CHROMIUM)
    return run_pytest(
        "tests in Chromium", ["tests/e2e", "-n", "2", "--dist", "loadfile", *extra], {"TEST_DATABASE_URL": ""}
    )


RUNNERS: dict[str, Callable[[list[str]], Result]] = {
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
    say(f"Running {', '.join(parts)}; all of it takes 5 to 10 minutes on two cores.")
    results = []
    with checks_in_background(wanted="checks" in parts) as futures:
        if parts == ["checks"]:
            results += report_checks(futures)
        for part in parts:
            if part in RUNNERS:
                results.append(RUNNERS[part](extra))
        if futures and parts != ["checks"]:
            say("\n=== checks")
            results = report_checks(futures) + results
    return summary(results, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
