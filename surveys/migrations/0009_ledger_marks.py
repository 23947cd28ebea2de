"""When a call was dialled by the device's clock, and how many of its questions did not fit it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0008_listening_once")]

    operations = [
        migrations.AddField("call", "dialled_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("call", "unfit_count", models.PositiveSmallIntegerField(default=0, editable=False)),
        migrations.AddIndex(
            "call",
            models.Index(
                fields=["organisation", "local_date"], condition=models.Q(unfit_count__gt=0), name="call_unfit_day"
            ),
        ),
    ]
