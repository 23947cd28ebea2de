"""Who called, in the index that figures of endings are read from: figures of evaluators are read from it too."""

from django.db import migrations, models

FIELDS = [
    "organisation", "fate", "local_date", "department", "state", "kind", "wave", "week_start", "scenario", "version",
    "outcome", "seconds_to_answer", "would_call_again", "score", "content", "experience", "critical", "greeting",
    "phrasing", "callback_score", "listening", "tone", "other", "evaluator",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("surveys", "0011_figures_indexes")]

    operations = [
        migrations.RemoveIndex("call", "call_fate_figures"),
        migrations.AddIndex("call", models.Index(fields=FIELDS, name="call_fate_figures")),
    ]
