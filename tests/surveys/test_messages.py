"""Every problem has words, and the words use the problem's own parameters."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from django.utils import translation

from surveys import definition, messages, workflow
from surveys.definition import Problem
from surveys.models import Wave

PARAMETER = re.compile(r"%\((\w+)\)s")


def test_every_problem_code_has_words() -> None:
    assert set(messages.PROBLEMS) == set(definition.MESSAGES)


@pytest.mark.parametrize("code", sorted(definition.MESSAGES))
def test_words_name_the_same_parameters(code: str) -> None:
    assert set(PARAMETER.findall(messages.PROBLEMS[code])) == set(PARAMETER.findall(definition.MESSAGES[code]))


@pytest.mark.parametrize("code", sorted(definition.MESSAGES))
def test_each_can_be_said(code: str) -> None:
    names = PARAMETER.findall(definition.MESSAGES[code])
    said = messages.describe(Problem("greeting.answered", code, dict.fromkeys(names, "marker")))
    assert "%(" not in said
    assert said.count("marker") >= len(set(names))


def test_every_sentence_is_a_literal_that_makemessages_finds() -> None:
    """It runs no Python: it looks for `gettext_noop("...")` in the text, under that name."""
    source = Path(str(definition.__file__)).with_name("problems.py").read_text(encoding="utf-8")
    marked = {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "gettext_noop"
        and isinstance(node.args[0], ast.Constant)
    }
    assert set(definition.MESSAGES.values()) | set(definition.CHECKS.values()) == marked


def test_in_the_readers_language() -> None:
    problem = Problem("greeting.answered", "number_low", {"minimum": 3})
    with translation.override("en"):
        assert messages.describe(problem) == "Enter 3 or more."


def _all_errors(of: type[workflow.WorkflowError]) -> set[type[workflow.WorkflowError]]:
    return {of}.union(*(_all_errors(each) for each in of.__subclasses__()))


def test_every_workflow_error_has_words() -> None:
    assert {error.code for error in _all_errors(workflow.WorkflowError)} <= set(messages.STEPS)
    assert messages.explain(workflow.Stale()) == messages.STEPS["stale"]


def test_days_are_written_out_in_the_readers_language() -> None:
    error = workflow.OutsideWave(Wave(starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 3, 31)))
    with translation.override("en"):
        said = messages.explain(error)
        assert "March" in said
        assert "2026" in said
        assert said.endswith("the call's day must lie within it.")
    with translation.override("nl"):
        said = messages.explain(error)
        assert (
            said
            == "Deze ronde loopt van 1 maart 2026 tot en met 31 maart 2026; de dag van het gesprek moet daarbinnen liggen."
        )
