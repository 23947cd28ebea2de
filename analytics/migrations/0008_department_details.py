"""What was counted by key, of a department's whole week: added up from the slices that are there."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KINDS = ("items", "phrases", "bins", "waits")
AT_ONCE = 1000


def add(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict):
            add(into.setdefault(key, {}), value)
        elif isinstance(value, list):
            into[key] = [a + b for a, b in zip(into.get(key, [0] * len(value)), value, strict=True)]
        else:
            into[key] = into.get(key, 0) + value


def add_up(apps: Any, _schema_editor: Any) -> None:
    weekly, whole = (apps.get_model("analytics", name) for name in ("WeeklyDetail", "DepartmentDetail"))
    made: list[Any] = []
    held = None
    for row in weekly.objects.order_by("department", "week_start", "version").iterator(chunk_size=AT_ONCE):
        if held is None or (held.department_id, held.week_start, held.version_id) != (
            row.department_id,
            row.week_start,
            row.version_id,
        ):
            if len(made) >= AT_ONCE:
                whole.objects.bulk_create(made)
                made = []
            held = whole(
                organisation_id=row.organisation_id,
                department_id=row.department_id,
                week_start=row.week_start,
                version_id=row.version_id,
                oldest=row.oldest,
                newest=row.newest,
            )
            made.append(held)
        held.oldest, held.newest = min(held.oldest, row.oldest), max(held.newest, row.newest)
        for kind in KINDS:
            add(getattr(held, kind), getattr(row, kind))
    whole.objects.bulk_create(made)


def to(model: str) -> Any:
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model)


class Migration(migrations.Migration):
    dependencies = [("analytics", "0007_alerts")]

    operations = [
        migrations.CreateModel(
            "DepartmentDetail",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("oldest", models.DateField()),
                ("newest", models.DateField()),
                *((kind, models.JSONField(default=dict)) for kind in KINDS),
                ("week_start", models.DateField()),
                ("organisation", to("surveys.organisation")),
                ("department", to("surveys.department")),
                ("version", to("surveys.checklistversion")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "week_start", "version"), name="department_detail_once"
                    )
                ]
            },
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]
