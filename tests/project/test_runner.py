"""What `make test` says at the end is what happened: nothing missing passes for done, nothing failed for passed."""

import json
import os
import tempfile
import threading
from pathlib import Path

import pytest

from tests import run
from tests.conftest import WHOLE, meets_the_database
from tests.run import Check, Result
from tests.tools import parts

REPORT = (
    """<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="20" time="1.0"/></testsuites>"""
)


@pytest.fixture
def quiet(monkeypatch):
    told = []
    monkeypatch.setattr(run, "say", lambda text="": told.append(text))
    return told


def test_a_report_is_counted(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    found = run.read_report("x", tmp_path / "report.xml")
    assert (found.passed, found.failed, found.skipped) == (14, 3, 3)
    assert found.word == "FAILED"


def test_pytest_that_ends_without_a_report_has_failed(monkeypatch, quiet):
    monkeypatch.setattr(run.sys, "executable", "false")
    for aside in (False, True):
        found = run.run_pytest("x", [], aside=aside)
        assert (found.failed, found.word) == (1, "FAILED")
        assert "ended with code 1" in found.note


@pytest.mark.parametrize(("ci", "failed", "skipped", "word"), [(True, 1, 0, "FAILED"), (False, 0, 1, "SKIPPED")])
def test_a_missing_part_is_named_and_fails_where_all_must_be_there(monkeypatch, quiet, ci, failed, skipped, word):
    monkeypatch.setattr(run, "CI", ci)
    monkeypatch.setattr(run, "find_chromium", lambda: None)
    found = run.test_e2e([], aside=False)
    assert (found.failed, found.skipped, found.word) == (failed, skipped, word)
    code = run.summary([Result("other", passed=5), found], 1.0)
    assert code == failed
    assert quiet[-1].strip() == f"5 passed, {failed} failed, {skipped} skipped in 1 s"
    assert any("!!! tests in Chromium" in line and "apt-get install chromium" in line for line in quiet)


def test_missing_postgres(monkeypatch, quiet):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(run, "CI", False)
    monkeypatch.setattr(run, "find_postgres", lambda: None)
    assert run.test_postgres([], aside=False).word == "SKIPPED"
    assert any("TEST_DATABASE_URL" in line for line in quiet)


def test_a_server_that_does_not_start_is_a_failure(monkeypatch, quiet, tmp_path):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    (tmp_path / "initdb").write_text("#!/bin/sh\necho no room; exit 1\n")
    (tmp_path / "initdb").chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(run, "find_postgres", lambda: tmp_path)
    monkeypatch.setattr("tests.tools.parts._unprivileged", lambda: None)
    found = run.test_postgres([], aside=False)
    assert found.word == "FAILED"
    assert "no room" in "".join(quiet)


def test_checks_say_what_went_wrong_and_only_that():
    fine, told = Check("fine", ["sh", "-c", "echo chatter"]).run()
    assert (fine.word, told) == ("passed", "")
    wrong, told = Check("wrong", ["sh", "-c", "echo reason; exit 2"]).run()
    assert (wrong.word, told) == ("FAILED", "reason\n")


def test_one_failure_fails_the_run(quiet):
    assert run.summary([Result("a", passed=3), Result("b", passed=1, failed=1)], 2.0) == 1
    assert quiet[-1].strip() == "4 passed, 1 failed, 0 skipped in 2 s"


def test_an_unknown_part(quiet):
    assert run.main(["everything"]) == 2
    assert "everything" in quiet[0]


def test_databases_of_tests_lie_in_memory_where_there_is_room(monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "MEMORY", tmp_path)
    before = (tempfile.gettempdir(), os.environ.get("TMPDIR"))
    for room, inside in ((0, True), (2**70, False)):
        monkeypatch.setattr(parts, "ROOM", room)
        with parts.quick_storage(), tempfile.TemporaryDirectory() as folder:
            assert (tmp_path in Path(folder).parents) is inside
        assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == before
        assert list(tmp_path.iterdir()) == []


def test_every_file_that_quick_leaves_out_is_there():
    assert [path for path in WHOLE if not path.is_file()] == []


@pytest.fixture
def browser_runs(monkeypatch, quiet):
    """`browser_runs(failing=[...], again=Result(...))`: what the browser tests' first and second run find."""

    def arrange(failing, again):
        commands = []

        def pytest_runs(part, arguments, environment=None, *, aside):
            commands.append(arguments)
            if "--lf" in arguments:
                return again
            folder = Path(next(word for word in arguments if word.startswith("cache_dir=")).partition("=")[2])
            (folder / "v" / "cache").mkdir(parents=True)
            (folder / "v" / "cache" / "lastfailed").write_text(json.dumps(dict.fromkeys(failing, True)))
            return Result(part, passed=10 - len(failing), failed=len(failing), seconds=9.0)

        monkeypatch.setattr(run, "find_chromium", lambda: "chromium")
        monkeypatch.setattr(run, "run_pytest", pytest_runs)
        return run.test_e2e([], aside=True), commands

    return arrange


def test_a_browser_test_that_fails_once_is_named_aloud(browser_runs, quiet):
    found, commands = browser_runs(["tests/e2e/test_x.py::test_a"], Result("again", passed=1, seconds=1.0))
    assert (found.passed, found.failed, found.seconds, len(commands)) == (10, 0, 10.0, 2)
    assert run.summary([found], 10.0) == 0
    assert any("!!! tests in Chromium: NEEDED A SECOND TRY: tests/e2e/test_x.py::test_a" in line for line in quiet)


@pytest.mark.parametrize("again", [Result("again", failed=1), Result("again"), Result("again", skipped=1)])
def test_a_browser_test_that_does_not_pass_the_second_time_has_failed(browser_runs, again):
    found, commands = browser_runs(["tests/e2e/test_x.py::test_a"], again)
    assert (found.failed, len(commands), "twice" in found.remarks[0]) == (1, 2, True)


def test_many_failures_are_no_bad_luck(browser_runs):
    found, commands = browser_runs([f"test_{number}" for number in range(4)], Result("again", passed=4))
    assert (found.failed, len(commands)) == (4, 1)


def test_browsers_run_beside_the_others_and_stand_in_their_place(monkeypatch):
    meeting = threading.Barrier(2)

    def part(name):
        def runs(extra, *, aside):
            if name in {"sqlite", "e2e"}:
                meeting.wait(timeout=60)
            return Result(f"{name} {aside}", passed=1)

        return runs

    monkeypatch.setattr(run, "RUNNERS", {name: part(name) for name in ("sqlite", "postgres", "e2e")})
    found = run.run_parts(["e2e", "sqlite", "postgres"], [])
    assert [result.part for result in found] == ["e2e True", "sqlite True", "postgres True"]
    assert [result.part for result in run.run_parts(["postgres"], [])] == ["postgres False"]


# A test that meets no database is left out where it says nothing new: found out from its fixtures and marks.


def test_this_one_meets_no_database(request):
    assert not meets_the_database(request.node)


def test_this_one_does_through_a_fixture(request, org):
    assert meets_the_database(request.node)


@pytest.mark.databases
def test_this_one_would_in_a_process_of_its_own(request):
    assert meets_the_database(request.node)


class TestMarked:
    pytestmark = pytest.mark.django_db

    def test_this_one_by_its_class(self, request):
        assert meets_the_database(request.node)
