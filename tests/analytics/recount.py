"""What the stored sums must be, counted call by call in plain Python: shares no line with what it checks."""

import datetime as dt
import math
from collections import defaultdict
from typing import Any

from analytics.models import COUNTED, SUMMED, DailySum, DepartmentDetail, SliceSum, SpanSum, WeeklyDetail
from surveys.models import Call

AT_ONCE_HELPED = {"helped", "right_person", "colleague", "voicemail"}


def differences():
    """Everything that is stored otherwise than counted, as (table, key, stored, counted); empty when all is well."""
    cells, slices, spans, details, departments = expected()
    found = []
    for table, wanted, stored in (
        ("cell", cells, stored_cells()),
        ("slice", slices, stored_spans(SliceSum, "department", "version", "scenario", "wave")),
        ("span", spans, stored_spans(SpanSum, "department")),
        ("detail", details, stored_details(WeeklyDetail, "scenario", "wave")),
        ("department", departments, stored_details(DepartmentDetail)),
    ):
        found += [
            (table, key, stored.get(key), wanted.get(key))
            for key in wanted.keys() | stored.keys()
            if wanted.get(key) != stored.get(key)
        ]
    return found


def expected():
    cells: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(sums)
    slices: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(sums)
    spans: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(sums)
    details: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(documents)
    departments: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(documents)
    calls = Call.objects.select_related("wave", "organisation", "callback").prefetch_related("callback__events")
    for call in calls:
        if call.state != "approved" or call.kind != "field" or call.wave.state == "planned":
            continue
        parts, day = parts_of(call), call.local_date
        monday = day - dt.timedelta(days=day.weekday())
        slice_ = (call.version_id, call.scenario_id, call.wave_id)
        for held in (
            cells[call.department_id, day, *slice_],
            slices[call.department_id, *slice_, "week", monday],
            slices[call.department_id, *slice_, "month", day.replace(day=1)],
            spans[call.department_id, "day", day],
            spans[call.department_id, "week", monday],
            spans[call.department_id, "month", day.replace(day=1)],
        ):
            for name, value in parts.items():
                held[name] += value
            held["newest"] = max(held.get("newest", day), day)
        add_details(details[call.department_id, monday, *slice_], call)
        add_details(departments[call.department_id, monday, call.version_id], call)
    for held in cells.values():
        del held["newest"]
    return dict(cells), dict(slices), dict(spans), dict(details), dict(departments)


def documents():
    return {"items": {}, "phrases": {}, "bins": {}, "waits": {}, "hours": {}, "marks": {}}


def sums():
    return dict.fromkeys(COUNTED, 0)


def parts_of(call):
    callback = getattr(call, "callback", None)
    delay = came_after(callback)
    found = {
        "n_calls": 1,
        "n_passed": call.outcome == "passed",
        "n_failed": call.outcome == "failed",
        "n_left_to_fate": call.fate in {"ring_again", "disconnected", "unanswered"},
        "n_promised": callback is not None,
        "n_kept": delay is not None and delay <= dt.timedelta(hours=call.organisation.callback_window_hours),
        "n_called_back": call.fate == "callback_agreed" and delay is not None and delay <= dt.timedelta(hours=24),
        "n_timed": call.seconds_to_answer is not None,
        "n_prompt": call.seconds_to_answer is not None and call.seconds_to_answer <= 15,
    }
    found |= {name: name == f"n_fate_{call.fate}" for name in COUNTED if name.startswith("n_fate_")}
    scores = {name: call.callback_score if name == "callback" else getattr(call, name) for name in SUMMED}
    for name, value in {**scores, "again": call.would_call_again}.items():
        if value is not None:
            found |= {f"n_{name}": 1, f"sum_{name}": value, f"squares_{name}": value**2}
    return {name: int(value) for name, value in found.items()}


def came_after(callback):
    """How long after the promise the call came, by the event recorded last; None when it did not come."""
    events = sorted(callback.events.all(), key=lambda event: (event.recorded_at, event.pk)) if callback else []
    if not events or events[-1].kind != "came" or events[-1].happened_at < callback.promised_at:
        return None
    return events[-1].happened_at - callback.promised_at


def add_details(held, call):
    again = call.would_call_again
    for code, (points, lost) in call.item_points.items():
        key = "na" if points is None else str(points)
        parts = held["items"].setdefault(code, {}).setdefault(key, [0, 0, 0, 0, 0])
        graded = [0, 0, 0] if again is None else [1, again, again**2]
        held["items"][code][key] = [a + b for a, b in zip(parts, [1, lost, *graded], strict=True)]
    heard = {row["phrase"] for answer in call.answers.values() for row in phrase_rows(answer)}
    for code in heard:
        held["phrases"][code] = held["phrases"].get(code, 0) + 1
    if call.score is not None:
        place = str(min(call.score // 500, 19))
        held["bins"][place] = held["bins"].get(place, 0) + 1
    callback = getattr(call, "callback", None)
    events = sorted(callback.events.all(), key=lambda event: (event.recorded_at, event.pk)) if callback else []
    if events:
        delay = came_after(callback)
        kind = "not_come" if delay is None else "came"
        waited = events[-1].happened_at - callback.promised_at if delay is None else delay
        hours = str(max(math.ceil(waited / dt.timedelta(hours=1)), 0))
        counts = held["waits"].setdefault(kind, {})
        counts[hours] = counts.get(hours, 0) + 1
    weekday = call.local_date.weekday() + 1
    if call.seconds_to_answer is not None:
        at = call.called_at.astimezone(dt.UTC)
        n, prompt = held["hours"].get(f"{weekday}{at:%H}", (0, 0))
        held["hours"][f"{weekday}{at:%H}"] = [n + 1, prompt + (call.seconds_to_answer <= 15)]
    if call.hold_seconds is not None:
        is_put_through = any(mark[0] == "transferred" for mark in call.timeline)
        own = (1, call.hold_seconds > 0, call.hold_seconds > 60, is_put_through)
        parts = held["marks"].get(str(weekday), (0, 0, 0, 0))
        held["marks"][str(weekday)] = [a + b for a, b in zip(parts, own, strict=True)]


def phrase_rows(answer):
    value = answer.get("value")
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def stored_cells():
    keys = ("department", "local_date", "version", "scenario", "wave")
    return {row[:5]: dict(zip(COUNTED, row[5:], strict=True)) for row in DailySum.objects.values_list(*keys, *COUNTED)}


def stored_spans(model, *whose):
    names = (*COUNTED, "newest")
    keys = (*whose, "span", "local_date")
    width = len(keys)
    rows = model.objects.values_list(*keys, *names)
    return {row[:width]: dict(zip(names, row[width:], strict=True)) for row in rows}


def stored_details(model, *slices):
    keys = ("department", "week_start", "version", *slices)
    kinds = tuple(documents())
    width = len(keys)
    return {row[:width]: dict(zip(kinds, row[width:], strict=True)) for row in model.objects.values_list(*keys, *kinds)}
