"""Calls as CSV: wide (one row a call) or long (one row an answer), made by one row iterator.

Memory stays the same however many calls: which calls belong to an export is fixed first, by their keys, and their rows are
read a chunk at a time, so that no lock is held for long either. `csv_files` makes the file.

Names of columns and codes in cells are the same in every language.
"""

import datetime as dt
import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from surveys import promises
from surveys.csv_files import Row, safe
from surveys.definition import Item
from surveys.models import AuditEntry, Call, CallbackEvent, ChecklistVersion, Organisation, User
from surveys.models.calls import MEASURES, measure_column

CHUNK: Final = 1000

CALL_COLUMNS: Final = {
    "reference": _("what people call this call by"),
    "external_id": _("its number in the system it was imported from"),
    "organisation": _("the organisation's name"),
    "wave": _("the round of fieldwork"),
    "checklist": _("the checklist's code"),
    "version": _("the checklist version that was answered"),
    "na_policy": _("what that version does with “not applicable”"),
    "pass_mark": _("the score from which a call passes in that version"),
    "department_code": _("the department's code"),
    "department": _("the department's name"),
    "scenario": _("the scenario's code"),
    "caller_style": _("calm or dominant"),
    "attempt": _("for which time the caller rang"),
    "called_at": _("the moment of the call, in the organisation's time with its offset"),
    "local_date": _("the day of the call in the organisation's time"),
    "week_start": _("the Monday of that day's week"),
    "kind": _("field (counts), second (blind second scoring) or calibration"),
    "state": _("draft, submitted, returned, approved or voided"),
    "fate": _("how the call ended for the caller"),
    "seconds_to_answer": _("seconds until an employee answered"),
    "hold_seconds": _("seconds on hold, where the call's marks were set"),
    "talk_seconds": _("seconds of talk without holds, where the call's marks were set"),
    "would_call_again": _("would the evaluator call again, 0 to 10"),
    "outcome": _("passed, failed, or none without a score"),
    "score": _("the score, 0.00 to 100.00; empty without one"),
    "score_calculated": _("the score as if nothing had failed"),
    "content": _("score of what was said"),
    "experience": _("score of how it was said"),
    "critical": _("score of the critical questions"),
    **dict.fromkeys(("greeting", "phrasing", "callback", "listening", "tone", "other"), _("score of this dimension")),
    "failed_by": _("the questions whose answer failed their section or the call"),
    "evaluator": _("a fixed pseudonym of the evaluator within the organisation"),
    "ended_at": _("when the caller hung up, where it was marked"),
    "recall_minutes": _("minutes from hanging up to the first answer in the form; below 0 when begun during the call"),
    "callback_promised": _("when a callback was promised"),
    "callback_due": _("until when it was promised"),
    "callback_came": _("when it came"),
    "callback_state": _("waiting, due_soon, overdue, kept_in_time, kept_late or broken, when the file was made"),
    "callback_in_time": _("yes when it came by the moment until which it was promised, else no; empty while unknown"),
    "callback_within_window": _(
        "yes when it came within the organisation's hours of the promise, as the dashboards count; else no; empty while unknown"
    ),
}
"""Every column of the wide file before those of the questions, with what it holds."""

ANSWER_COLUMNS: Final = {
    "reference": _("what people call this call by"),
    "date": _("the day of the call in the organisation's time"),
    "department": _("the department's code"),
    "checklist": _("the checklist's code"),
    "version": _("the checklist version that was answered"),
    "item": _("the question's code, the same in every version"),
    "section": _("the section's code"),
    "dimension": _("greeting, phrasing, callback, listening, tone or other"),
    "aspect": _("content or experience"),
    "value": _("the answer's code, number, text or phrase; several are separated by |"),
    "na": _("yes when the answer is “not applicable”"),
    "unfit": _("yes when the evaluator marked the question as not fitting this call; it counts nowhere"),
    "points": _("points of this answer, 0 to 100; empty when it is not scored"),
    "lost": _("points of the whole form that this answer cost"),
    "comment": _("the evaluator's remark"),
    "quote": _("what was said, word for word"),
    "second": _("when it was said, in seconds from the start of the call"),
}
"""Every column of the long file; a question about phrases has one row for each phrase heard."""

# --- cells ------------------------------------------------------------------------------------------------------------

_POINT: Final = tuple(f"{score // 100}.{score % 100:02}" for score in range(10_001))
_COMMA: Final = tuple(score.replace(".", ",") for score in _POINT)

_Writer = Callable[[Any], object]


def _writers(*, excel: bool) -> Mapping[str, _Writer | None]:
    """How a stored value becomes a cell, by the kind of its question; None where it already is one."""
    decimal: _Writer = lambda value: value.replace(".", ",") if isinstance(value, str) else value  # noqa: E731
    return {
        "yes_no": None,
        "single": None,
        "scale": None,
        "multiple": "|".join,
        "number": decimal if excel else None,
        "text": safe,
        "datetime": safe,
        "phrase": lambda heard: safe("|".join(row["phrase"] or row["quote"] for row in heard)),
    }


# --- what does not change from row to row -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Export:
    """A selection of calls, fixed at the moment it was made: which calls, in which order, and the names around them."""

    organisation: Organisation
    calls: "QuerySet[Call]"
    keys: "array[int]"
    days: "array[int]"
    versions: dict[int, ChecklistVersion]
    at: dt.datetime
    excel: bool = False

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def zone(self) -> ZoneInfo:
        return self.organisation.zone

    @property
    def decimals(self) -> tuple[str, ...]:
        return _COMMA if self.excel else _POINT

    def wide(self, *, with_answers: bool = True) -> Iterator[Row]:
        """The header, then one row a call."""
        codes = self._question_codes() if with_answers else []
        return chain([[*CALL_COLUMNS, *codes]], _call_rows(self, codes))

    def long(self) -> Iterator[Row]:
        """The header, then one row an answer."""
        return chain([list(ANSWER_COLUMNS)], _answer_rows(self))

    def records(self, calls: "QuerySet[Call]", *fields: str | Cast) -> Iterator[tuple[Any, ...]]:
        """These fields of every call of the selection, the key first; read a chunk at a time."""
        for start in range(0, len(self.keys), CHUNK):
            keys, days = self.keys[start : start + CHUNK], self.days[start : start + CHUNK]
            chunk = calls.filter(pk__in=keys.tolist()).order_by("local_date", "pk").values_list("pk", *fields)
            # The days are implied by the keys; they keep a database that goes by another index from reading it all.
            between = dt.date.fromordinal(days[0]), dt.date.fromordinal(days[-1])
            found = list(chunk.filter(local_date__range=between))
            yield from found
            if len(found) < len(keys):  # some ceased to match, or were moved to another day a moment ago
                yield from chunk.exclude(pk__in=[record[0] for record in found])

    def _question_codes(self) -> list[str]:
        """Codes of the questions of all versions, in the order in which they came."""
        newest_last = sorted(self.versions.values(), key=lambda version: (version.checklist_id, version.number))
        return list(dict.fromkeys(item.code for version in newest_last for item in version.definition.items))


def _raw(column: str) -> Cast:
    """A column as its text: days need no parsing, and documents are parsed row by row instead of piling up."""
    return Cast(column, TextField())


def export_of(calls: "QuerySet[Call]", *, organisation: Organisation, at: dt.datetime, excel: bool = False) -> Export:
    """Fixes which of these calls belong to the export. What ceases to match while it runs is left out of it."""
    calls = calls.filter(organisation=organisation)
    keys, days = array("q"), array("l")
    for pk, day in calls.order_by("local_date", "pk").values_list("pk", "local_date").iterator(chunk_size=10_000):
        keys.append(pk)
        days.append(day.toordinal())
    used = calls.order_by().values_list("version", flat=True).distinct()
    versions = ChecklistVersion.objects.select_related("checklist").in_bulk(list(used))
    return Export(organisation, calls, keys, days, versions, at, excel)


def record_export(
    export: Export, *, layout: str, chosen: Mapping[str, Any], rows: int, by: User, at: dt.datetime
) -> None:
    """Who took what out, when: written before the first byte leaves."""
    AuditEntry.objects.create(
        organisation=export.organisation,
        actor=by,
        at=at,
        action="exported",
        subject="organisation",
        subject_id=export.organisation.pk,
        changes={"layout": layout, "filters": dict(chosen), "calls": len(export), "rows": rows},
    )


def pseudonyms(organisation: Organisation) -> dict[int, str]:
    """E01, E02 ... by the order in which people joined: fixed, since memberships end but are never deleted."""
    joined = dict.fromkeys(organisation.memberships.order_by("pk").values_list("user", flat=True))
    return {user: f"E{number:02}" for number, user in enumerate(joined, 1)}


# --- one row a call ---------------------------------------------------------------------------------------------------

_OWN: Final = ("external_id", "wave", "version", "department", "scenario", "evaluator", "called_at")
_PLAIN: Final = (
    "kind", "state", "fate", "seconds_to_answer", "hold_seconds", "talk_seconds", "would_call_again", "outcome",
)  # fmt: skip
_RECALL: Final = ("ended_at", "first_answer_at")
_MEASURES: Final = tuple(measure_column(name) for name in MEASURES)
_CALLBACK: Final = ("callback__promised_at", "callback__due_at", "last_kind", "last_at")


def _with_callback(calls: "QuerySet[Call]") -> "QuerySet[Call]":
    """With the event that holds: the one recorded last."""
    last = CallbackEvent.objects.filter(callback=OuterRef("callback")).order_by("-recorded_at", "-pk")
    return calls.annotate(last_kind=Subquery(last.values("kind")[:1]), last_at=Subquery(last.values("happened_at")[:1]))


def _call_rows(export: Export, codes: Sequence[str]) -> Iterator[Row]:
    """One row a call; `codes` are the questions that get a column."""
    around, zone, decimals = _Around(export), export.zone, export.decimals
    places = _places(export, codes)
    plain, measures = len(_PLAIN), len(_PLAIN) + len(_MEASURES)
    days = (_raw("local_date"), _raw("week_start"))
    fields = (
        *_OWN,
        *days,
        *_PLAIN,
        *_MEASURES,
        _raw("failed_by"),
        *_RECALL,
        *_CALLBACK,
        *((_raw("answers"),) if codes else ()),
    )
    for record in export.records(_with_callback(export.calls), *fields):
        pk, external, wave, version, department, scenario, evaluator, called_at, day, week, *rest = record
        failed_by, ended, begun, promised, due, *last = rest[measures : measures + 7]
        row = [
            Call.reference_of(pk),
            safe(external),
            around.organisation,
            around.waves[wave],
            *around.versions[version],
            *around.departments[department],
            *around.scenarios[scenario],
            called_at.astimezone(zone).isoformat(timespec="seconds"),
            day,
            week,
            *rest[:plain],
            *["" if score is None else decimals[score] for score in rest[plain:measures]],
            "" if failed_by == "[]" else "|".join(json.loads(failed_by)),
            around.evaluators.get(evaluator, "E00"),
            *(_NO_RECALL if ended is None else _recall_cells(ended, begun, export)),
            *(_NO_CALLBACK if due is None else _callback_cells(promised, due, last, export)),
        ]
        if codes:
            row += _answer_cells(json.loads(rest[-1]), places[version], len(codes))
        yield row


_Places = dict[str, tuple[int, _Writer | None]]


def _places(export: Export, codes: Sequence[str]) -> dict[int, _Places]:
    """By version: the column of each of its questions and how to write its values."""
    writers = _writers(excel=export.excel)
    index = {code: number for number, code in enumerate(codes)}
    return {
        pk: {item.code: (index[item.code], writers[item.kind]) for item in version.definition.items if index}
        for pk, version in export.versions.items()
    }


def _answer_cells(answers: Mapping[str, Any], places: _Places, width: int) -> list[object]:
    cells: list[object] = [""] * width
    for code, answer in answers.items():
        index, write = places[code]
        try:
            value = answer["value"]
        except KeyError:  # cheaper than asking first: nearly every answer has a value
            cells[index] = "NA" if answer.get("na") else "UNFIT" if answer.get("unfit") else ""
        else:
            cells[index] = value if write is None else write(value)
    return cells


_NO_RECALL: Final = ("", "")


def _recall_cells(ended: dt.datetime, begun: dt.datetime | None, export: Export) -> tuple[str, str]:
    """When the caller hung up, and the minutes until the form was begun."""
    hung_up = ended.astimezone(export.zone).isoformat(timespec="seconds")
    if begun is None:
        return hung_up, ""
    minutes = f"{(begun - ended).total_seconds() / 60:.1f}"
    return hung_up, minutes.replace(".", ",") if export.excel else minutes


_NO_CALLBACK: Final = ("", "", "", "", "", "")
_VERDICT: Final = {True: "yes", False: "no", None: ""}


def _callback_cells(promised: dt.datetime, due: dt.datetime, last: Sequence[Any], export: Export) -> tuple[str, ...]:
    """Three moments, the state and the two verdicts."""
    kind, happened_at = last
    house, zone = export.organisation, export.zone
    terms = promises.Terms(promised, due, house.callback_grace_hours, house.callback_window_hours)
    outcome = promises.outcome(terms, [promises.Event(kind, happened_at)] if kind else [], at=export.at)
    moments = (promised, due, outcome.came_at)
    local = ("" if moment is None else moment.astimezone(zone).isoformat(timespec="seconds") for moment in moments)
    return (*local, outcome.state, _VERDICT[outcome.in_time], _VERDICT[outcome.within_window])


class _Around:
    """The names a row refers to by key, made safe once."""

    def __init__(self, export: Export) -> None:
        organisation = export.organisation
        self.organisation = safe(organisation.name)
        self.waves = {pk: safe(name) for pk, name in organisation.waves.values_list("pk", "name")}
        self.departments = {
            pk: (safe(code), safe(name))
            for pk, code, name in organisation.departments.values_list("pk", "code", "name")
        }
        self.scenarios = {
            pk: (safe(code), style, attempt)
            for pk, code, style, attempt in organisation.scenarios.values_list("pk", "code", "caller_style", "attempt")
        }
        self.versions = {pk: _version_cells(version, export.decimals) for pk, version in export.versions.items()}
        self.evaluators = pseudonyms(organisation)


def _version_cells(version: ChecklistVersion, decimals: Sequence[str]) -> tuple[object, ...]:
    form = version.definition
    mark = "" if form.pass_mark is None else decimals[form.pass_mark]
    return (safe(version.checklist.code), version.number, form.na_policy, mark)


# --- one row an answer ------------------------------------------------------------------------------------------------


def _answer_rows(export: Export) -> Iterator[Row]:
    departments = {pk: safe(code) for pk, code in export.organisation.departments.values_list("pk", "code")}
    plans = {pk: _answer_plan(version) for pk, version in export.versions.items()}
    writers, decimals = _writers(excel=export.excel), export.decimals
    fields = (_raw("local_date"), "department", "version", _raw("answers"), _raw("item_points"))
    for pk, day, department, version, *documents in export.records(export.calls, *fields):
        about = (Call.reference_of(pk), day, departments[department])
        answers, item_points = map(json.loads, documents)
        for item, place in plans[version]:
            answer = answers.get(item.code)
            if answer is None:
                continue
            points, lost = item_points.get(item.code, (None, None))
            score = ("" if points is None else points, "" if lost is None else decimals[lost])
            comment = safe(answer.get("comment", ""))
            if item.kind == "phrase" and answer.get("value"):
                for heard in answer["value"]:
                    yield (
                        *about,
                        *place,
                        heard["phrase"],
                        "no",
                        "no",
                        *score,
                        comment,
                        safe(heard["quote"]),
                        _second(heard),
                    )
                continue
            value, write = answer.get("value", ""), writers[item.kind]
            marked = ("yes" if answer.get(mark) else "no" for mark in ("na", "unfit"))
            cell = value if write is None or value == "" else write(value)
            quote = safe(answer.get("quote", ""))
            yield *about, *place, cell, *marked, *score, comment, quote, _second(answer)


def _answer_plan(version: ChecklistVersion) -> list[tuple[Item, tuple[object, ...]]]:
    """The questions of a version in their order, each with the cells that only depend on it."""
    code, number = safe(version.checklist.code), version.number
    return [
        (item, (code, number, item.code, section.code, section.dimension, item.aspect))
        for section in version.definition.sections
        for item in section.items
    ]


def _second(answer: Mapping[str, Any]) -> object:
    second = answer.get("second")
    return "" if second is None else second
