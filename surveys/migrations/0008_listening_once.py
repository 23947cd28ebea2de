from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("surveys", "0007_assigning_reminders")]
    operations = [
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=["source_call"],
                condition=Q(purpose="second", state__in=["planned", "offered", "accepted", "done"]),
                name="assignment_second_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                fields=["gold", "evaluator"], condition=Q(purpose="gold"), name="assignment_gold_once"
            ),
        ),
    ]
