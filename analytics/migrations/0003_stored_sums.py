"""Sums by day, week and month of whole departments, and what is counted by question, phrase, bin and delay.

The rows there were are emptied and every organisation's sums marked as being made anew: the worker, or `rebuild_sums`, does it.
"""

import datetime as dt
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

DAY = dt.timedelta(days=1)


def empty(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("analytics", "DailySum").objects.all().delete()


def make_anew(apps: Any, _schema_editor: Any) -> None:
    """Marks the days of each organisation's calls as to be counted, from the Monday that their first block begins on."""
    Call = apps.get_model("surveys", "Call")
    Rebuild = apps.get_model("analytics", "Rebuild")
    days = Call.objects.filter(state="approved", kind="field").order_by().values_list("organisation")
    for organisation, first, last in days.annotate(first=models.Min("local_date"), last=models.Max("local_date")):
        monday = first - DAY * first.weekday()
        block = monday - DAY * ((monday - dt.date(1, 1, 1)).days % 28)
        Rebuild.objects.create(organisation_id=organisation, first=block, following=block, last=last)


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_initial"),
        ("surveys", "0010_phrases_heard"),
    ]

    operations = [
        migrations.RunPython(empty, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="dailysum",
            name="fates",
        ),
        migrations.RemoveField(
            model_name="dailysum",
            name="items",
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_called_back",
            field=models.PositiveIntegerField(
                default=0, help_text="calls that ended in an agreed callback, which came within the published 24 hours"
            ),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_callback_agreed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_colleague",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_disconnected",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_helped",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_right_person",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_ring_again",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_unanswered",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dailysum",
            name="n_fate_voicemail",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Rebuild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.DateField()),
                ("following", models.DateField()),
                ("last", models.DateField()),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SpanSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n_calls", models.PositiveIntegerField(default=0)),
                ("n_passed", models.PositiveIntegerField(default=0)),
                ("n_failed", models.PositiveIntegerField(default=0)),
                ("n_left_to_fate", models.PositiveIntegerField(default=0)),
                ("n_promised", models.PositiveIntegerField(default=0)),
                (
                    "n_kept",
                    models.PositiveIntegerField(
                        default=0, help_text="promised callbacks that came within the organisation's window"
                    ),
                ),
                (
                    "n_called_back",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="calls that ended in an agreed callback, which came within the published 24 hours",
                    ),
                ),
                ("n_timed", models.PositiveIntegerField(default=0, help_text="calls with seconds to answer")),
                ("n_prompt", models.PositiveIntegerField(default=0, help_text="of these, answered within 15 seconds")),
                ("n_again", models.PositiveIntegerField(default=0)),
                ("sum_again", models.PositiveIntegerField(default=0)),
                ("squares_again", models.PositiveIntegerField(default=0)),
                ("n_fate_helped", models.PositiveIntegerField(default=0)),
                ("n_fate_right_person", models.PositiveIntegerField(default=0)),
                ("n_fate_colleague", models.PositiveIntegerField(default=0)),
                ("n_fate_voicemail", models.PositiveIntegerField(default=0)),
                ("n_fate_callback_agreed", models.PositiveIntegerField(default=0)),
                ("n_fate_ring_again", models.PositiveIntegerField(default=0)),
                ("n_fate_disconnected", models.PositiveIntegerField(default=0)),
                ("n_fate_unanswered", models.PositiveIntegerField(default=0)),
                ("n_score", models.PositiveIntegerField(default=0)),
                ("sum_score", models.BigIntegerField(default=0)),
                ("squares_score", models.BigIntegerField(default=0)),
                ("n_content", models.PositiveIntegerField(default=0)),
                ("sum_content", models.BigIntegerField(default=0)),
                ("squares_content", models.BigIntegerField(default=0)),
                ("n_experience", models.PositiveIntegerField(default=0)),
                ("sum_experience", models.BigIntegerField(default=0)),
                ("squares_experience", models.BigIntegerField(default=0)),
                ("n_critical", models.PositiveIntegerField(default=0)),
                ("sum_critical", models.BigIntegerField(default=0)),
                ("squares_critical", models.BigIntegerField(default=0)),
                ("n_greeting", models.PositiveIntegerField(default=0)),
                ("sum_greeting", models.BigIntegerField(default=0)),
                ("squares_greeting", models.BigIntegerField(default=0)),
                ("n_phrasing", models.PositiveIntegerField(default=0)),
                ("sum_phrasing", models.BigIntegerField(default=0)),
                ("squares_phrasing", models.BigIntegerField(default=0)),
                ("n_callback", models.PositiveIntegerField(default=0)),
                ("sum_callback", models.BigIntegerField(default=0)),
                ("squares_callback", models.BigIntegerField(default=0)),
                ("n_listening", models.PositiveIntegerField(default=0)),
                ("sum_listening", models.BigIntegerField(default=0)),
                ("squares_listening", models.BigIntegerField(default=0)),
                ("n_tone", models.PositiveIntegerField(default=0)),
                ("sum_tone", models.BigIntegerField(default=0)),
                ("squares_tone", models.BigIntegerField(default=0)),
                ("n_other", models.PositiveIntegerField(default=0)),
                ("sum_other", models.BigIntegerField(default=0)),
                ("squares_other", models.BigIntegerField(default=0)),
                ("span", models.CharField(max_length=5)),
                ("local_date", models.DateField()),
                ("week_start", models.DateField()),
                ("newest", models.DateField()),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="surveys.department",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("department", "span", "local_date"), name="span_sum_once"),
                    models.CheckConstraint(
                        condition=models.Q(("span__in", ("day", "week", "month"))), name="span_sum_span_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WeeklyDetail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week_start", models.DateField()),
                ("oldest", models.DateField()),
                ("newest", models.DateField()),
                ("items", models.JSONField(default=dict)),
                ("phrases", models.JSONField(default=dict)),
                ("bins", models.JSONField(default=dict)),
                ("waits", models.JSONField(default=dict)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="surveys.department",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.organisation"
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="surveys.scenario",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="surveys.checklistversion",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.wave"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "week_start", "version", "scenario", "wave"), name="weekly_detail_once"
                    )
                ],
            },
        ),
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]
