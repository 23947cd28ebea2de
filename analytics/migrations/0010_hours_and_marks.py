"""The hours of calls and the marks of their course, beside what is counted by key: added up from the calls that count."""

import json
from collections import defaultdict
from typing import Any

from django.db import migrations, models
from django.db.models.functions import Cast, Substr

KINDS = ("hours", "marks")
PROMPT, LONG = 15, 60


def fill(apps: Any, schema_editor: Any) -> None:
    """Department by department, so that memory holds one; weeks that have no row yet are counted whole when they get one."""
    weekly = apps.get_model("analytics", "WeeklyDetail")
    for department in list(weekly.objects.order_by().values_list("department", flat=True).distinct()):
        rows = list(
            weekly.objects.filter(department=department).values_list("pk", "week_start", "version", "scenario", "wave")
        )
        counted = count(apps, department)
        whole: dict[tuple[Any, ...], tuple[dict[str, list[int]], ...]] = defaultdict(lambda: ({}, {}))
        own = []
        for pk, *key in rows:
            documents = counted.get(tuple(key), ({}, {}))
            own.append((*map(json.dumps, documents), pk))
            for into, document in zip(whole[tuple(key[:2])], documents, strict=True):
                for name, parts in document.items():
                    into[name] = [a + b for a, b in zip(into.get(name, [0] * len(parts)), parts, strict=True)]
        weeks = apps.get_model("analytics", "DepartmentDetail").objects.filter(department=department)
        together = [
            (*map(json.dumps, whole[week, version]), pk)
            for pk, week, version in weeks.values_list("pk", "week_start", "version")
        ]
        with schema_editor.connection.cursor() as cursor:
            for table, values in (("weeklydetail", own), ("departmentdetail", together)):
                # Row by row is quicker here than the statements that bulk_update writes.
                sql = f"UPDATE analytics_{table} SET hours = %s, marks = %s WHERE id = %s"  # noqa: S608 - names of ours
                cursor.executemany(sql, values)


def count(apps: Any, department: int) -> dict[tuple[Any, ...], tuple[dict[str, list[int]], dict[str, list[int]]]]:
    """By week, version, scenario and wave: calls by weekday and hour of Greenwich, and marks by weekday."""
    calls = apps.get_model("surveys", "Call").objects.filter(department=department, state="approved", kind="field")
    rows = calls.order_by().annotate(
        hour=Substr(Cast("called_at", models.CharField()), 12, 2), text=Cast("timeline", models.TextField())
    )
    found: dict[tuple[Any, ...], tuple[dict[str, list[int]], dict[str, list[int]]]] = defaultdict(lambda: ({}, {}))
    names = (
        "week_start",
        "version",
        "scenario",
        "wave",
        "local_date",
        "hour",
        "seconds_to_answer",
        "hold_seconds",
        "text",
    )
    for *key, day, hour, seconds, hold, text in rows.values_list(*names):
        hours, marks = found[tuple(key)]
        if seconds is not None:
            add(hours, f"{day.isoweekday()}{hour}", (1, seconds <= PROMPT))
        if hold is not None:
            add(marks, str(day.isoweekday()), (1, hold > 0, hold > LONG, '"transferred"' in text))
    return dict(found)


def add(into: dict[str, list[int]], key: str, parts: tuple[int, ...]) -> None:
    into[key] = [a + b for a, b in zip(into.get(key, (0,) * len(parts)), parts, strict=True)]


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_letters"), ("surveys", "0011_figures_indexes")]

    operations = [
        *(
            migrations.AddField(model, kind, models.JSONField(default=dict))
            for model in ("weeklydetail", "departmentdetail")
            for kind in KINDS
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
