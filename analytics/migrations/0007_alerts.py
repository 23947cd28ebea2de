"""What readers are told, once each; what they chose of it; and who is sending or looking."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = ["signal", "target", "fail", "broken", "quota"]
CHOICES = [
    ("signal", "Control chart signal"),
    ("target", "Missed target"),
    ("fail", "Call failed as a whole"),
    ("broken", "Broken promise"),
    ("quota", "Wave behind its quota"),
]


def key() -> tuple[str, Any]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def to(model: str, **options: Any) -> Any:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model, **options)


def known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(kind__in=KINDS), name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0006_interventions"),
        ("surveys", "0011_figures_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "Alert",
            [
                key(),
                ("kind", models.CharField(choices=CHOICES, max_length=6)),
                ("about", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=80)),
                (
                    "held_until",
                    models.DateField(help_text="the first day of the newest period in which it still held", null=True),
                ),
                ("facts", models.JSONField(default=dict)),
                (
                    "by_email",
                    models.BooleanField(
                        default=False, help_text="whether its reader wanted it by e-mail when it was made"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("call", to("surveys.call", null=True)),
                ("department", to("surveys.department", null=True)),
                ("organisation", to("surveys.organisation")),
                ("reader", to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "reader", "kind", "key"), name="alert_once"),
                    known("alert_kind_known"),
                ],
                "indexes": [
                    models.Index(
                        fields=["organisation", "reader"],
                        condition=models.Q(by_email=True, mailed_at=None, seen_at=None),
                        name="alert_to_mail",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            "AlertChoice",
            [
                key(),
                ("kind", models.CharField(choices=CHOICES, max_length=6)),
                ("in_product", models.BooleanField(default=True)),
                ("by_email", models.BooleanField(default=False)),
                ("organisation", to("surveys.organisation")),
                ("reader", to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "reader", "kind"), name="alert_choice_once"),
                    known("alert_choice_kind_known"),
                ]
            },
        ),
        migrations.CreateModel(
            "AlertPost",
            [
                key(),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("sending_since", models.DateTimeField(null=True)),
                ("organisation", to("surveys.organisation")),
                ("reader", to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "reader"), name="alert_post_once"),
                    models.CheckConstraint(
                        condition=models.Q(quiet_from=None, quiet_until=None)
                        | models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                        & ~models.Q(quiet_from=models.F("quiet_until")),
                        name="alert_post_quiet_hours",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "AlertRound",
            [
                key(),
                ("day", models.DateField(null=True)),
                ("begun_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.organisation"
                    ),
                ),
            ],
        ),
    ]
