from typing import Any

from django.db import migrations


def file_consents(apps: Any, schema_editor: Any) -> None:
    """A date was all that was kept of the works council's consent; it goes among the papers."""
    clearance = apps.get_model("surveys", "Clearance")
    organisations = apps.get_model("surveys", "Organisation").objects.exclude(works_council_consent_on=None)
    clearance.objects.bulk_create(
        clearance(
            organisation=organisation,
            kind="works_council",
            dated_on=organisation.works_council_consent_on,
            document="-",
            given_by="-",
        )
        for organisation in organisations
    )


class Migration(migrations.Migration):
    dependencies = [("surveys", "0005_fieldwork")]
    operations = [
        migrations.RunPython(file_consents, migrations.RunPython.noop),
        migrations.RemoveField(model_name="organisation", name="works_council_consent_on"),
    ]
