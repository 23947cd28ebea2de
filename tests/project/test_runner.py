"""What `make test` says at the end is what happened: nothing missing passes for done, nothing failed for passed."""

import pytest

from tests import run
from tests.run import Check, Result

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
    found = run.run_pytest("x", [])
    assert (found.failed, found.word) == (1, "FAILED")
    assert "ended with code 1" in found.note


@pytest.mark.parametrize(("ci", "failed", "skipped", "word"), [(True, 1, 0, "FAILED"), (False, 0, 1, "SKIPPED")])
def test_a_missing_part_is_named_and_fails_where_all_must_be_there(monkeypatch, quiet, ci, failed, skipped, word):
    monkeypatch.setattr(run, "CI", ci)
    monkeypatch.setattr(run, "find_chromium", lambda: None)
    found = run.test_e2e([])
    assert (found.failed, found.skipped, found.word) == (failed, skipped, word)
    code = run.summary([Result("other", passed=5), found], 1.0)
    assert code == failed
    assert quiet[-1].strip() == f"5 passed, {failed} failed, {skipped} skipped in 1 s"
    assert any("!!! tests in Chromium" in line and "apt-get install chromium" in line for line in quiet)


def test_missing_postgres(monkeypatch, quiet):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(run, "CI", False)
    monkeypatch.setattr(run, "find_postgres", lambda: None)
    assert run.test_postgres([]).word == "SKIPPED"
    assert any("TEST_DATABASE_URL" in line for line in quiet)


def test_a_server_that_does_not_start_is_a_failure(monkeypatch, quiet, tmp_path):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    (tmp_path / "initdb").write_text("#!/bin/sh\necho no room; exit 1\n")
    (tmp_path / "initdb").chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(run, "find_postgres", lambda: tmp_path)
    monkeypatch.setattr("tests.tools.parts._unprivileged", lambda: None)
    found = run.test_postgres([])
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
