"""Finds what figures leave out without looking at what counts, and counts by fate without looking at the calls themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0010_phrases_heard"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("kind", "field"), ("state", "approved"), _negated=True),
                fields=["organisation", "local_date", "department", "kind", "state", "scenario"],
                name="call_not_counting",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=[
                    "organisation",
                    "fate",
                    "local_date",
                    "department",
                    "state",
                    "kind",
                    "wave",
                    "week_start",
                    "scenario",
                    "version",
                    "outcome",
                    "seconds_to_answer",
                    "would_call_again",
                    "score",
                    "content",
                    "experience",
                    "critical",
                    "greeting",
                    "phrasing",
                    "callback_score",
                    "listening",
                    "tone",
                    "other",
                ],
                name="call_fate_figures",
            ),
        ),
    ]
