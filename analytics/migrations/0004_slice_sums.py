"""Weeks and months of slices, added up from the days that are there."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

COUNTS = (
    "n_calls", "n_passed", "n_failed", "n_left_to_fate", "n_promised", "n_kept", "n_called_back", "n_timed", "n_prompt",
    "n_again", "sum_again", "squares_again", "n_fate_helped", "n_fate_right_person", "n_fate_colleague",
    "n_fate_voicemail", "n_fate_callback_agreed", "n_fate_ring_again", "n_fate_disconnected", "n_fate_unanswered",
)  # fmt: skip
SUMMED = (
    "score", "content", "experience", "critical", "greeting", "phrasing", "callback", "listening", "tone", "other",
)  # fmt: skip
HELP = {
    "n_kept": "promised callbacks that came within the organisation's window",
    "n_called_back": "calls that ended in an agreed callback, which came within the published 24 hours",
    "n_timed": "calls with seconds to answer",
    "n_prompt": "of these, answered within 15 seconds",
}
KEYS = "organisation_id, department_id, version_id, scenario_id, wave_id"


def add_up(_apps: Any, schema_editor: Any) -> None:
    columns = [*COUNTS, *(f"{part}_{name}" for name in SUMMED for part in ("n", "sum", "squares"))]
    sums = ", ".join(f"SUM({name})" for name in columns)
    names = f"{KEYS}, span, local_date, week_start, newest, {', '.join(columns)}"
    if schema_editor.connection.vendor == "postgresql":
        month = "date_trunc('month', local_date)::date"
        monday = f"date_trunc('week', {month})::date"
    else:
        month = "date(local_date, 'start of month')"
        monday = f"date({month}, '-6 days', 'weekday 1')"
    for span, start, week in (("week", "week_start", "week_start"), ("month", month, monday)):
        schema_editor.execute(
            f"INSERT INTO analytics_slicesum ({names}) SELECT {KEYS}, '{span}', {start}, {week}, MAX(local_date), {sums} "  # noqa: S608
            f"FROM analytics_dailysum GROUP BY {KEYS}, {start}, {week}"
        )


def to(model: str, **options: Any) -> Any:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model, **options)


def sums() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        (name, models.PositiveIntegerField(default=0, help_text=HELP.get(name, ""))) for name in COUNTS
    ]
    for name in SUMMED:
        found += [
            (f"n_{name}", models.PositiveIntegerField(default=0)),
            (f"sum_{name}", models.BigIntegerField(default=0)),
            (f"squares_{name}", models.BigIntegerField(default=0)),
        ]
    return found


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_stored_sums")]

    operations = [
        migrations.CreateModel(
            "SliceSum",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                *sums(),
                ("organisation", to("surveys.organisation", db_index=False)),
                ("department", to("surveys.department", db_index=False)),
                ("span", models.CharField(max_length=5)),
                ("local_date", models.DateField()),
                ("week_start", models.DateField()),
                ("newest", models.DateField()),
                ("version", to("surveys.checklistversion", db_index=False)),
                ("scenario", to("surveys.scenario", db_index=False)),
                ("wave", to("surveys.wave", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "span", "local_date", "version", "scenario", "wave"),
                        name="slice_sum_once",
                    ),
                    models.CheckConstraint(condition=models.Q(span__in=("week", "month")), name="slice_sum_span_known"),
                ]
            },
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]
