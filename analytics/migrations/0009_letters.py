"""Letters of readers with how far each is, and the schedules that they are made and sent by."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

EVERY = [
    ("week", "every week"),
    ("month", "every month"),
    ("quarter", "every quarter"),
    ("wave", "when a wave closes"),
]
STATES = [
    ("waiting", "waiting"),
    ("making", "being made"),
    ("done", "ready"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
]


def key() -> tuple[str, Any]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def to(model: str, on_delete: Any = django.db.models.deletion.CASCADE, **options: Any) -> Any:
    return models.ForeignKey(on_delete=on_delete, related_name="+", to=model, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0008_department_details"),
        ("surveys", "0011_figures_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "LetterSchedule",
            [
                key(),
                ("title", models.CharField(max_length=120)),
                ("every", models.CharField(choices=EVERY, max_length=7)),
                ("query", models.CharField(blank=True, max_length=2000)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "due_at",
                    models.DateTimeField(help_text="when its next letters are made; null of waves", null=True),
                ),
                (
                    "last_closing",
                    models.BigIntegerField(
                        default=0, help_text="the newest entry of the log about a wave's close that was acted upon"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", to(settings.AUTH_USER_MODEL)),
                ("organisation", to("surveys.organisation")),
                ("readers", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["title", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(every="wave", due_at=None)
                        | models.Q(every__in=["week", "month", "quarter"], due_at__isnull=False),
                        name="letter_schedule_every_known",
                    )
                ],
                "indexes": [
                    models.Index(fields=["due_at"], condition=models.Q(is_active=True), name="letter_schedule_due")
                ],
            },
        ),
        migrations.CreateModel(
            "Letter",
            [
                key(),
                ("occasion", models.CharField(blank=True, max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("query", models.CharField(blank=True, max_length=2000)),
                ("language", models.CharField(max_length=2)),
                ("rights", models.JSONField(default=dict)),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=9)),
                ("done", models.PositiveSmallIntegerField(default=0)),
                ("total", models.PositiveSmallIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0, help_text="how often it was begun")),
                ("heartbeat_at", models.DateTimeField(null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="a code, or a sentence of what makes the document", max_length=400
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("sending_since", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("organisation", to("surveys.organisation")),
                ("reader", to(settings.AUTH_USER_MODEL)),
                (
                    "schedule",
                    to("analytics.letterschedule", on_delete=django.db.models.deletion.SET_NULL, null=True),
                ),
                ("content", models.BinaryField(default=b"")),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=["schedule", "reader", "occasion"], name="letter_occasion_once"),
                    models.CheckConstraint(
                        condition=models.Q(state__in=["waiting", "making", "done", "failed", "cancelled"]),
                        name="letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(state="making", heartbeat_at__isnull=False) | ~models.Q(state="making"),
                        name="letter_making_beats",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["asked_at"],
                        condition=models.Q(state__in=["waiting", "making"]),
                        name="letter_to_make",
                    ),
                    models.Index(
                        fields=["asked_at"],
                        condition=models.Q(state="done", mailed_at=None, schedule__isnull=False),
                        name="letter_to_mail",
                    ),
                ],
            },
        ),
    ]
