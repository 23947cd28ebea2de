"""Which behaviours go with the grade for "would call again": one at a time, and beside all others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from analytics import call_frames, metrics, words
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import Filters
from analytics.metrics import Alone, Jointly
from analytics.reports.answered import Answered, Question, answered, question_columns, question_values
from analytics.reports.base import Column, Report, Value
from analytics.reports.unsteady import unsteady
from analytics.results import Estimate

# As many graded calls as are read one by one for what holds beside all other questions.
MOST_GRADED: Final = 4000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A question against the grade: alone, and `beside` all others where that could be told."""

    question: Question
    alone: Alone
    beside: Estimate | None
    importance: Decimal | None


@dataclass(frozen=True, slots=True)
class Behaviours:
    """The clear ones first, strongest to weakest; `joint` is the model of all together, `too_many` that there are too many calls to make it."""

    found: tuple[Behaviour, ...]
    joint: Jointly
    too_many: bool


def drivers(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How much higher the grade is where a question earned all its points."""
    about = answered(reader, filters)
    alone = metrics.drivers(metrics.pooled(metrics.safe_grades(about.frame, about.smallest)), about.smallest)
    joint, too_many = _joint(about)
    found = [_behaviour(about.questions[code], each, joint) for code, each in alone.items() if each.estimate.n != 0]
    found.sort(key=lambda each: (not each.alone.estimate.clear, -float(each.alone.estimate.exact or 0)))
    columns = (
        *question_columns(),
        Column("driver", _("Grade with all points, above that with fewer"), _("grade"), "driver"),
        Column("driver_low", _("Low end"), _("grade"), "driver"),
        Column("driver_high", _("High end"), _("grade"), "driver"),
        Column("driver_p", _("Corrected p"), metric="driver"),
        Column("driver_clear", _("Clear"), metric="driver"),
        Column("full", _("With all points"), _("calls")),
        Column("less", _("With fewer"), _("calls")),
        Column("beside", _("The other questions held"), _("grade"), "driver_joint"),
        Column("beside_low", _("The others held, low end"), _("grade"), "driver_joint"),
        Column("beside_high", _("The others held, high end"), _("grade"), "driver_joint"),
        Column("beside_p", _("The others held, corrected p"), metric="driver_joint"),
        Column("importance", _("Part of what the grade varies"), "%", "driver_joint"),
        Column("note", _("Note")),
    )
    result = Behaviours(tuple(found), joint, too_many)
    title = _("Which behaviours go with “would call again”")
    said = _strongest(found, unsteady(reader, filters))
    return about.report("drivers", title, said, columns=columns, rows=map(_values, found), result=result)


def _joint(about: Answered) -> tuple[Jointly, bool]:
    """All questions together, from single calls: only as many as a page can read, and none that tell of a department."""
    graded = {key: each["n_again"] for key, each in about.parts.items()}
    if metrics.withheld_departments(graded, about.smallest)[1]:
        return Jointly(n=None, withheld=True), False
    if sum(graded.values()) > MOST_GRADED:
        return Jointly(), True
    frame = call_frames.graded(about.reader, about.filters, about.tree.keys)
    return metrics.joint_drivers(frame, about.smallest), False


def _behaviour(question: Question, alone: Alone, joint: Jointly) -> Behaviour:
    held = joint.questions.get(question.code)
    return Behaviour(question, alone, held.estimate if held else None, held.importance if held else None)


def _strongest(found: Sequence[Behaviour], marked: Collection[str]) -> str:
    """The strongest clear one, of those that can be steered on."""
    clear = [each for each in found if each.alone.estimate.clear and each.question.code not in marked]
    if not found:
        return ""
    if not clear:
        if any(each.alone.estimate.clear for each in found):
            return _("No behaviour that can be steered on goes clearly with a higher or lower grade.")
        return _("No behaviour goes clearly with a higher or lower grade.")
    first = max(clear, key=lambda each: abs(float(each.alone.estimate.exact or 0)))
    estimate = first.alone.estimate
    low, high = estimate.low or Decimal(0), estimate.high or Decimal(0)
    facts = {
        "question": first.question.text,
        "grade": words.signed(estimate.exact or Fraction(0)),
        "interval": words.signed_ends(low, high),
        "calls": words.calls(estimate.n),
    }
    return (
        _(
            "“%(question)s”: with all points the grade (0 to 10) is %(grade)s (95 %%: %(interval)s) against fewer, over "
            "%(calls)s."
        )
        % facts
    )


def _values(each: Behaviour) -> Mapping[str, Value]:
    alone, beside = each.alone.estimate, each.beside or Estimate()
    return {
        **question_values(each.question),
        "driver": alone.value,
        "driver_low": alone.low,
        "driver_high": alone.high,
        "driver_p": None if alone.adjusted is None else rounded(alone.adjusted, 4),
        "driver_clear": "" if alone.p is None else "yes" if alone.clear else "no",
        "full": each.alone.n_full,
        "less": each.alone.n_less,
        "beside": beside.value,
        "beside_low": beside.low,
        "beside_high": beside.high,
        "beside_p": None if beside.adjusted is None else rounded(beside.adjusted, 4),
        "importance": each.importance,
        "note": "too few calls" if alone.withheld or alone.p is None else "",
    }
