"""The parts of a call's form in order: which apply, which are complete, and which comes next."""

from collections.abc import Iterable
from dataclasses import dataclass

from surveys import definition
from surveys.call_checks import check_call
from surveys.models import Call


@dataclass(frozen=True, slots=True)
class Step:
    """`state` is "here", "done", "todo" or "off" (no question of it applies to this call)."""

    number: int
    code: str
    title: str
    state: str
    is_done: bool


def steps_of(call: Call, language: str, *, here: str = "") -> tuple[Step, ...]:
    form = call.version.definition
    shown = {form.section_of(code).code for code in definition.visible(form, call.answers, call.facts)}
    zone = call.organisation.zone
    problems = check_call(form, call.answers, call.facts, called_at=call.called_at, zone=zone)
    unfinished = {form.section_of(problem.path).code for problem in problems if problem.path in form}
    begun = {form.section_of(code).code for code in call.answers if code in form}
    steps = []
    for number, section in enumerate(form.sections, 1):
        done = section.code in begun and section.code not in unfinished
        state = "off" if section.code not in shown else "done" if done else "todo"
        steps.append(
            Step(
                number=number,
                code=section.code,
                title=definition.text(section.title, language),
                state="here" if section.code == here else state,
                is_done=done,
            )
        )
    return tuple(steps)


def neighbours(steps: Iterable[Step]) -> tuple[Step | None, Step | None]:
    """The part before and the part after the one in view, leaving out those that do not apply."""
    before: Step | None = None
    seen = False
    for step in steps:
        if step.state == "here":
            seen = True
        elif step.state != "off" and seen:
            return before, step
        elif step.state != "off":
            before = step
    return before, None


def first_open(steps: Iterable[Step]) -> Step | None:
    """Where to go on: the first part that is not complete."""
    return next((step for step in steps if step.state == "todo"), None)
