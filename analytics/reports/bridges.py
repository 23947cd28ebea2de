"""A new checklist: what of the step in the score shows in the questions that both versions ask."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics import call_frames, metrics, words
from analytics.access import Reader
from analytics.answered import AnsweredCalls, from_documents, unclear_fails
from analytics.filters import Filters
from analytics.metrics import VersionBridge
from analytics.reports.base import Column, Report, Value, checked, left_out, mean_columns
from analytics.reports.effects import estimate_values, in_words
from analytics.reports.history import Break, breaks, history, line_of, measures
from analytics.reports.tree import Tree, tree_of
from analytics.reports.trend import sums_by_period
from analytics.results import Estimate

# The calls nearest to a new checklist that are scored anew on either side of it.
NEAREST = 400
# The newest breaks that are bridged.
MOST_BREAKS = 3


@dataclass(frozen=True, slots=True)
class Bridged:
    """A break, the names of its versions, and what is known of the step it made; `None` where there is nothing to link."""

    at: Break
    before: str
    after: str
    found: VersionBridge | None
    sentence: str


def bridges(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """When the checklist changed: what of the step in the score shows in the questions that both versions ask."""
    seen = history(filters)
    tree, line = tree_of(reader, seen), line_of(reader, filters)
    by_period, days = sums_by_period(reader, seen, measures(seen))
    first = days[0][0] if days else seen.end
    inside = [each for each in breaks(reader, seen) if each.day > first][-MOST_BREAKS:]
    found = [_bridged(tree, seen, line, each) for each in inside]
    columns = _bridge_columns()
    return Report(
        slug="bridges",
        title=_("A new checklist: what changed in the questions that stayed"),
        summary=" ".join(each.sentence for each in found),
        columns=columns,
        rows=checked(columns, [_bridge_row(tree, line, each) for each in found]),
        filters=filters,
        start=first,
        end=seen.end,
        counted=sum(each[line]["n_calls"] for each in by_period),
        data_time=reader.at,
        left_out=left_out(reader, seen, tree.within[line]),
        result=tuple(found),
    )


def _bridged(tree: Tree, seen: Filters, line: int, at: Break) -> Bridged:
    reader = tree.reader
    if tree.smallest[line] > 1:
        # Means of the nearest calls, beside those of whole periods, would tell of the few calls in between.
        names = str(reader.published[at.before]), str(reader.published[at.after])
        said = _("What the shared questions say of it is told to who may see the calls themselves.")
        return Bridged(at, *names, None, f"{_begins(at, names[1])} {said}")
    # Published versions are parsed once a process, so that this mostly reads nothing.
    forms = {pk: reader.published[pk] for pk in (at.before, at.after)}
    sides = []
    for version, is_before in ((at.before, True), (at.after, False)):
        definition = forms[version].definition
        frame = call_frames.answered(
            reader, seen, tree.within[line], version=version, day=at.day, before=is_before, most=NEAREST,
            answers=bool(unclear_fails(definition)),
        )  # fmt: skip
        sides.append(
            from_documents(definition, list(frame["points"]), list(frame["failed_by"]), list(frame["answers"]))
        )
    found = _linked(*sides, smallest=tree.smallest[line])
    names = str(forms[at.before]), str(forms[at.after])
    return Bridged(at, *names, found, _told(found, at, names[1]))


def _linked(before: AnsweredCalls, after: AnsweredCalls, *, smallest: int) -> VersionBridge | None:
    return metrics.bridge(before, after, smallest) if before.n and after.n else None


def _begins(at: Break, name: str) -> str:
    return _("From %(day)s on calls were scored with %(version)s.") % {"day": words.day(at.day), "version": name}


def _told(found: VersionBridge | None, at: Break, name: str) -> str:
    begins = _begins(at, name)
    if found is None:
        return begins + " " + _("Here too few calls or no shared questions link it with the one before.")
    if found.withheld:
        return begins + " " + _("What changed here is not shown: too few calls, or others could be worked out from it.")
    facts = {"shared": words.whole(len(found.shared)), "behaviour": in_words(found.behaviour)}
    text = (
        _("In the %(shared)s questions that both ask, calls changed clearly: %(behaviour)s points.")
        if _sure(found.behaviour)
        else _("In the %(shared)s questions that both ask, nothing changed clearly: %(behaviour)s points.")
    )
    rest = {"observed": in_words(found.observed), "questions": in_words(found.questions)}
    other = _("Of the step of %(observed)s points in the score, the other questions make %(questions)s.")
    return " ".join((begins, text % facts, other % rest))


def _sure(each: Estimate) -> bool:
    return each.low is not None and each.high is not None and not each.low <= 0 <= each.high


def _bridge_columns() -> tuple[Column, ...]:
    return (
        Column("day", _("Day"), _("date")),
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("version_before", _("Version before")),
        Column("version_after", _("Version after")),
        Column("calls_before", _("Calls before"), _("calls")),
        Column("calls_after", _("Calls after"), _("calls")),
        *mean_columns("observed", _("Step in the score"), "bridge"),
        *mean_columns("behaviour", _("In the shared questions"), "bridge"),
        *mean_columns("questions", _("By the other questions"), "bridge"),
        Column("linked_before", _("Before, as the new version would show it"), _("points"), "bridge"),
        Column("shared", _("Shared questions")),
        Column("weight_before", _("Their weight before"), "%", "bridge"),
        Column("weight_after", _("Their weight after"), "%", "bridge"),
        Column("note", _("Note")),
    )


def _bridge_row(tree: Tree, line: int, each: Bridged) -> Mapping[str, Value]:
    found = each.found
    return {
        "day": each.at.day,
        "department_code": tree.code(line),
        "department": tree.name(line),
        "version_before": each.before,
        "version_after": each.after,
        "calls_before": found.n_before if found else None,
        "calls_after": found.n_after if found else None,
        **estimate_values("observed", found.observed if found else None),
        **estimate_values("behaviour", found.behaviour if found else None),
        **estimate_values("questions", found.questions if found else None),
        "linked_before": found.linked_before if found else None,
        "shared": len(found.shared) if found else None,
        "weight_before": found.weight_before if found else None,
        "weight_after": found.weight_after if found else None,
        "note": "too few calls" if found is None or found.withheld else "",
    }
