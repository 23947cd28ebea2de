"""Sums by day, week and month of whole departments, and what is counted by question, phrase, bin and delay.

The rows there were go, and every organisation's sums are marked as being made anew: the worker, or `rebuild_sums`, does it.
"""

import datetime as dt
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

DAY = dt.timedelta(days=1)
FATES = (
    "helped",
    "right_person",
    "colleague",
    "voicemail",
    "callback_agreed",
    "ring_again",
    "disconnected",
    "unanswered",
)
SUMMED = (
    "score", "content", "experience", "critical", "greeting", "phrasing", "callback", "listening", "tone", "other",
)  # fmt: skip
HELP = {
    "n_kept": "promised callbacks that came within the organisation's window",
    "n_called_back": "calls that ended in an agreed callback, which came within the published 24 hours",
    "n_timed": "calls with seconds to answer",
    "n_prompt": "of these, answered within 15 seconds",
}
COUNTS = (
    "n_calls", "n_passed", "n_failed", "n_left_to_fate", "n_promised", "n_kept", "n_called_back", "n_timed", "n_prompt",
    "n_again", "sum_again", "squares_again", *(f"n_fate_{fate}" for fate in FATES),
)  # fmt: skip


def make_anew(apps: Any, _schema_editor: Any) -> None:
    """Marks the days of each organisation's calls as to be counted, from the Monday that their first block begins on."""
    Call = apps.get_model("surveys", "Call")
    Rebuild = apps.get_model("analytics", "Rebuild")
    days = Call.objects.filter(state="approved", kind="field").order_by().values_list("organisation")
    for organisation, first, last in days.annotate(first=models.Min("local_date"), last=models.Max("local_date")):
        monday = first - DAY * first.weekday()
        block = monday - DAY * ((monday - dt.date(1, 1, 1)).days % 28)
        Rebuild.objects.create(organisation_id=organisation, first=block, following=block, last=last)


def key() -> tuple[str, Any]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def to(model: str, **options: Any) -> Any:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model, **options)


def sums() -> list[tuple[str, Any]]:
    counts: list[tuple[str, Any]] = [
        (name, models.PositiveIntegerField(default=0, help_text=HELP.get(name, ""))) for name in COUNTS
    ]
    for name in SUMMED:
        counts += [
            (f"n_{name}", models.PositiveIntegerField(default=0)),
            (f"sum_{name}", models.BigIntegerField(default=0)),
            (f"squares_{name}", models.BigIntegerField(default=0)),
        ]
    return counts


def slices() -> list[tuple[str, Any]]:
    return [
        ("version", to("surveys.checklistversion", db_index=False)),
        ("scenario", to("surveys.scenario", db_index=False)),
        ("wave", to("surveys.wave", db_index=False)),
    ]


def whose() -> list[tuple[str, Any]]:
    return [("organisation", to("surveys.organisation")), ("department", to("surveys.department", db_index=False))]


def days(*names: str) -> list[tuple[str, Any]]:
    return [(name, models.DateField()) for name in names]


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_initial"), ("surveys", "0010_phrases_heard")]

    operations = [
        migrations.DeleteModel("DailySum"),
        migrations.CreateModel(
            "DailySum",
            [key(), *sums(), *whose(), *days("local_date", "week_start"), *slices()],
            options={
                "indexes": [models.Index(fields=["organisation", "local_date"], name="daily_sum_organisation_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "local_date", "version", "scenario", "wave"), name="daily_sum_cell_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            "SpanSum",
            [
                key(),
                *sums(),
                *whose(),
                ("span", models.CharField(max_length=5)),
                *days("local_date", "week_start", "newest"),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("department", "span", "local_date"), name="span_sum_once"),
                    models.CheckConstraint(
                        condition=models.Q(span__in=("day", "week", "month")), name="span_sum_span_known"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "WeeklyDetail",
            [
                key(),
                *whose(),
                *days("week_start", "oldest", "newest"),
                *slices(),
                *((name, models.JSONField(default=dict)) for name in ("items", "phrases", "bins", "waits")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "week_start", "version", "scenario", "wave"), name="weekly_detail_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            "Rebuild",
            [
                key(),
                *days("first", "following", "last"),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.organisation"
                    ),
                ),
            ],
        ),
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]
