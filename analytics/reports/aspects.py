"""What was said against how it was said: per department, and the calls with the right answer and a bad feeling."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from analytics import answer_frames, call_frames, charts, frames, gap_words, metrics, words
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import Filters
from analytics.metrics import BAD, NO_ASPECT_GAP, RIGHT, AspectGap, Aspects
from analytics.reports import places
from analytics.reports.base import (
    Column,
    Report,
    Value,
    checked,
    lacks,
    left_out,
    mean_columns,
    mean_values,
    share_columns,
    share_values,
)
from analytics.reports.single_calls import MOST_CALLS, too_many
from analytics.reports.tree import Tree, tree_of
from surveys.models import Call

ASPECTS = ("content", "experience")


@dataclass(frozen=True, slots=True)
class Line:
    """One department: both means, and the gap between them within its calls."""

    key: int
    name: str
    code: str
    aspects: Aspects
    within: AspectGap

    @property
    def withheld(self) -> bool:
        return self.aspects.gap.withheld


@dataclass(frozen=True, slots=True)
class Facing:
    """The departments with calls, the widest gap first."""

    lines: tuple[Line, ...]
    whole: AspectGap


def facing(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Content against experience, per department."""
    tree = tree_of(reader, filters)
    frame = frames.totals(reader, filters, tree.keys, _read(filters))
    parts = {key: each for (key, now), each in metrics.parts(frame, ["department", "now"]).items() if now}
    counted, scored = (sum(each[column] for each in parts.values()) for column in ("n_calls", "n_score"))
    smallest = reader.smallest_group(tree.keys)
    right, bad = int(100 * RIGHT), int(100 * BAD)
    sums = call_frames.aspect_sums(reader, filters, tree.keys, right=right, bad=bad)
    found = metrics.aspect_gaps(sums, smallest, tree.totals)
    lines = []
    for key in tree.leaves:
        if key in parts and parts[key]["n_calls"]:
            aspects = metrics.aspects(parts[key], smallest)
            within = found.departments.get(key, NO_ASPECT_GAP)
            lines.append(Line(key, tree.name(key), tree.code(key), aspects, within))
    lines.sort(key=lambda each: (-(each.within.gap.exact or Fraction(0)), each.name))
    columns = _columns()
    return Report(
        slug="content_experience",
        title=_("What was said against how it was said"),
        summary=_in_words(found.whole),
        columns=columns,
        rows=checked(columns, (_values(each) for each in lines)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=counted,
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        lacking=lacks(reader, "score", counted, scored) | lacks(reader, "aspects", scored, found.whole.gap.n),
        chart=charts.facing(
            [(each.name, each.aspects, each.within.gap) for each in lines if not each.withheld],
            places.by_name(reader, filters, ((each.name, each.key) for each in lines)),
        ),
        result=Facing(tuple(lines), found.whole),
    )


def _read(filters: Filters) -> tuple[str, ...]:
    """What this page reads of the period, at once."""
    return tuple(dict.fromkeys(("score", filters.measure, *ASPECTS)))


def _columns() -> tuple[Column, ...]:
    return (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("calls", _("Calls"), _("calls")),
        *mean_columns("content", words.measure("content"), "content"),
        *mean_columns("experience", words.measure("experience"), "experience"),
        *mean_columns("gap", _("Content minus experience"), "aspect_gap"),
        Column("clear", _("Clear")),
        Column("bad_feeling", _("Right answer, bad feeling"), _("calls")),
        *share_columns("bad_feeling_share", _("Share"), "bad_feeling"),
        Column("note", _("Note")),
    )


def _values(each: Line) -> Mapping[str, Value]:
    gap, bad = each.within.gap, each.within.bad_feeling
    return {
        "department_code": each.code,
        "department": each.name,
        "calls": each.aspects.gap.n,
        **mean_values("content", each.aspects.content),
        **mean_values("experience", each.aspects.experience),
        "gap": gap.value,
        "gap_low": gap.low,
        "gap_high": gap.high,
        "clear": "" if gap.p is None else "yes" if gap.clear else "no",
        "bad_feeling": bad.count if bad.value is not None else None,
        **share_values("bad_feeling_share", bad),
        "note": "too few calls" if each.withheld or gap.withheld else "",
    }


def _in_words(whole: AspectGap) -> str:
    if whole.gap.exact is None:
        return ""
    facts = {"gap": gap_words.signed(whole.gap), "calls": words.calls(whole.gap.n)}
    return _("Over %(calls)s, content minus experience is %(gap)s points.") % facts


# --- calls ------------------------------------------------------------------------------------------------------------


def may_see_calls(reader: Reader, filters: Filters) -> bool:
    """Whether every call of the choice may be seen by this reader."""
    return reader.smallest_group(tree_of(reader, filters).keys) == 1


def rule() -> dict[str, str]:
    """What the right answer and a bad feeling are, for sentences."""
    return {"right": words.points(RIGHT, 0), "bad": words.points(BAD, 0)}


def bad_feelings(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The calls with the right answer and a bad feeling, the widest gap first; for who may see these calls."""
    if not may_see_calls(reader, filters):
        raise PermissionDenied
    tree = tree_of(reader, filters)
    counted = _counted(reader, filters, tree)
    is_large = counted > MOST_CALLS
    found = [] if is_large else answer_frames.bad_feelings(reader, filters, tree.keys, int(100 * RIGHT), int(100 * BAD))
    columns = (
        Column("call", _("Call")),
        Column("date", _("Day"), _("date")),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("ending", _("How it ended")),
        Column("content", words.measure("content"), _("points"), "content"),
        Column("experience", words.measure("experience"), _("points"), "experience"),
        Column("gap", _("Content minus experience"), _("points"), "aspect_gap"),
    )
    return Report(
        slug="bad_feelings",
        title=_("Right answer, bad feeling"),
        summary=too_many(counted)
        if is_large
        else _(
            "Content of %(right)s or more, experience below %(bad)s: what was said was right, how it was said was not."
        )
        % rule(),
        columns=columns,
        rows=checked(columns, map(_call_values, found)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=counted,
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        result=None if is_large else tuple(found),
    )


def _counted(reader: Reader, filters: Filters, tree: Tree) -> int:
    frame = frames.totals(reader, filters, tree.keys, _read(filters))
    return sum(int(n) for n, now in zip(frame["n_calls"], frame["now"], strict=True) if now)


def _call_values(call: Call) -> Mapping[str, Value]:
    content, experience = call.content or 0, call.experience or 0
    return {
        "call": call.reference,
        "date": call.local_date,
        "department_code": call.department.code,
        "department": call.department.name,
        "ending": call.get_fate_display() if call.fate else "",
        "content": rounded(Fraction(content, 100)),
        "experience": rounded(Fraction(experience, 100)),
        "gap": rounded(Fraction(content - experience, 100)),
    }
