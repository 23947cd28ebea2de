import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0003_conflict_facts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="min_group_size",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="Readers of totals only see figures of at least this many calls.",
                validators=[
                    django.core.validators.MinValueValidator(3),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="smallest group shown",
            ),
        ),
    ]
